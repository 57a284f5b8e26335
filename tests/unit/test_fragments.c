/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fragments, in every order and with what a hostile or a doubling network makes of them. Skipped
 * where the build has no reassembler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "decode.h"
#include "decoders/fragments.h"
#include "script.h"

#define LIMIT 16

struct bench {
    struct reassembler *reassembler;
    struct fragments *fragments;
    uint8_t data[4096];
    uint64_t frames;
    struct packet first;
    struct cursor bytes;
};

static int setup(void **state)
{
    static const uint64_t key[2] = {3, 4};
    static const struct fragment_limits limits = {
        .wait = 30 * NS_PER_SEC, .release = 2 * NS_PER_SEC, .max = LIMIT};
    struct bench *b = calloc(1, sizeof *b);
    b->reassembler = reassembler_new();
    b->fragments = fragments_new(&limits, key, b->reassembler);
    for (size_t i = 0; i < sizeof b->data; i++)
        b->data[i] = (uint8_t)(i * 7 + i / 256);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    fragments_free(b->fragments);
    reassembler_free(b->reassembler);
    free(b);
    return 0;
}

static struct packet piece_of(struct bench *b, uint32_t id, unsigned from, unsigned length,
                              bool more)
{
    struct packet p = {.ref = {.number = ++b->frames & 0xffff}, .kind = PACKET_OTHER};
    addr_parse(RESOLVER, &p.src);
    addr_parse(CLIENT, &p.dst);
    p.fragment = true;
    p.first_fragment = from == 0;
    p.ttl = 57;
    p.piece.protocol = IPPROTO_UDP;
    p.piece.id = id;
    p.piece.offset = (uint16_t)from;
    p.piece.length = length;
    p.piece.more = more;
    p.piece.payload = cursor_make(b->data + from, length);
    return p;
}

/* Of a datagram of `total` bytes. */
static enum fragment_fate give(struct bench *b, double ms, uint32_t id, unsigned from,
                               unsigned length, unsigned total)
{
    struct packet p = piece_of(b, id, from, length, from + length < total);
    p.time = script_at(ms);
    return fragments_take(b->fragments, script_at(ms), &p, from == 0, &b->first, &b->bytes);
}

static void assert_whole(const struct bench *b, size_t total)
{
    assert_int_equal(cursor_left(&b->bytes), total);
    assert_memory_equal(b->bytes.at, b->data, total);
    assert_int_equal(b->first.ref.number, b->frames & 0xffff);
    assert_int_equal(b->first.ttl, 57);
    assert_int_equal(b->first.piece.protocol, IPPROTO_UDP);
}

static bool release(struct bench *b, double ms)
{
    return fragments_release(b->fragments, script_at(ms), &b->first);
}

static void in_every_order(void **state)
{
    struct bench *b = *state;
    static const unsigned orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                          {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static const unsigned from[3] = {0, 1480, 2960};
    for (unsigned tail = 1; tail <= 9; tail++) { /* shorter than libnids likes them */
        const unsigned length[3] = {1480, 1480, tail};
        for (size_t o = 0; o < 6; o++) {
            const unsigned *order = orders[o];
            for (unsigned i = 0; i < 3; i++) {
                enum fragment_fate fate =
                    give(b, 1, 7, from[order[i]], length[order[i]], 2960 + tail);
                assert_int_equal(fate, i < 2 ? FRAGMENT_KEPT : FRAGMENT_WHOLE);
            }
            assert_whole(b, 2960 + tail);
        }
    }
    assert_int_equal(fragments_lost(b->fragments), 0);
    assert_false(fragments_release(b->fragments, NSTIME_NEVER, &b->first));
}

static void ids_keep_datagrams_apart(void **state)
{
    struct bench *b = *state;
    for (uint32_t id = 0; id < 10; id++)
        assert_int_equal(give(b, 0, id, 0, 800, 1000), FRAGMENT_KEPT);
    struct packet other = piece_of(b, 3, 800, 200, false);
    addr_parse("192.0.2.11", &other.dst);
    assert_int_equal(
        fragments_take(b->fragments, script_at(0), &other, false, &b->first, &b->bytes),
        FRAGMENT_KEPT);
    other = piece_of(b, 3, 800, 200, false);
    other.piece.protocol = IPPROTO_TCP;
    assert_int_equal(
        fragments_take(b->fragments, script_at(0), &other, false, &b->first, &b->bytes),
        FRAGMENT_KEPT);
    for (uint32_t id = 0; id < 10; id++) {
        assert_int_equal(give(b, 1, id, 800, 200, 1000), FRAGMENT_WHOLE);
        assert_whole(b, 1000);
    }
}

/* IPv6: the id has 32 bits, and later fragments may name another protocol (RFC 8200 4.5). */
static void ipv6(void **state)
{
    struct bench *b = *state;
    struct packet p[2] = {piece_of(b, 0x10007, 0, 800, true), piece_of(b, 0x10007, 800, 3, false)};
    for (int i = 0; i < 2; i++) {
        addr_parse(RESOLVER6, &p[i].src);
        addr_parse(CLIENT6, &p[i].dst);
    }
    p[1].piece.protocol = IPPROTO_DSTOPTS;
    assert_int_equal(fragments_take(b->fragments, 0, &p[1], false, &b->first, &b->bytes),
                     FRAGMENT_KEPT);
    assert_int_equal(fragments_take(b->fragments, 0, &p[0], true, &b->first, &b->bytes),
                     FRAGMENT_WHOLE);
    assert_int_equal(cursor_left(&b->bytes), 803);
    assert_int_equal(b->first.piece.protocol, IPPROTO_UDP);
}

static void overlaps_spoil_all(void **state)
{
    struct bench *b = *state;
    static const unsigned overlap[][2] = {{792, 16}, {0, 808}, {0, 8}, {8, 8}, {792, 200}};
    for (uint32_t i = 0; i < sizeof overlap / sizeof *overlap; i++) {
        assert_int_equal(give(b, 0, i, 0, 800, 1000), FRAGMENT_KEPT);
        assert_int_equal(give(b, 0, i, overlap[i][0], overlap[i][1], 1000), FRAGMENT_KEPT);
        assert_int_equal(give(b, 0, i, 800, 200, 1000), FRAGMENT_KEPT);
    }
    assert_false(release(b, 60000)); /* nor does the first one tell anything by itself */
    assert_int_equal(fragments_lost(b->fragments), 15);
}

static void two_ends_spoil_all(void **state)
{
    struct bench *b = *state;
    assert_int_equal(give(b, 0, 1, 800, 200, 1000), FRAGMENT_KEPT);
    assert_int_equal(give(b, 0, 1, 1008, 8, 1016), FRAGMENT_KEPT);
    assert_int_equal(give(b, 0, 1, 0, 800, 1000), FRAGMENT_KEPT);
    assert_int_equal(give(b, 0, 2, 800, 200, 1000), FRAGMENT_KEPT);
    assert_int_equal(give(b, 0, 2, 1000, 8, 2000), FRAGMENT_KEPT);
    assert_int_equal(give(b, 0, 2, 0, 800, 1000), FRAGMENT_KEPT);
}

/* A mirror port may deliver each frame twice, at once or all of them again. */
static void copies_are_no_overlap(void **state)
{
    struct bench *b = *state;
    for (uint32_t again = 0; again < 3; again++) {
        assert_int_equal(give(b, 0, 1, 0, 800, 1000), FRAGMENT_KEPT);
        assert_int_equal(give(b, 0, 1, 0, 800, 1000), FRAGMENT_KEPT);
        assert_int_equal(give(b, 0, 1, 800, 200, 1000), FRAGMENT_WHOLE);
        assert_whole(b, 1000);
        assert_int_equal(give(b, 0, 1, 800, 200, 1000), FRAGMENT_KEPT);
    }
    for (uint32_t again = 0; again < 3; again++) {
        assert_int_equal(give(b, 0, 2, 800, 200, 1000), FRAGMENT_KEPT);
        assert_int_equal(give(b, 0, 2, 0, 800, 1000), FRAGMENT_WHOLE);
    }
    assert_false(fragments_release(b->fragments, NSTIME_NEVER, &b->first));
    assert_int_equal(fragments_lost(b->fragments), 0);
}

/* The first fragment has the question, and is told where the others stay away. */
static void first_alone_is_told(void **state)
{
    struct bench *b = *state;
    assert_int_equal(give(b, 0, 1, 0, 800, 2000), FRAGMENT_KEPT);
    assert_int_equal(fragments_next(b->fragments), script_at(2000));
    assert_false(release(b, 2000));
    assert_true(release(b, 2001));
    assert_int_equal(b->first.ref.number, 1);
    assert_false(release(b, 2001));
    assert_int_equal(give(b, 2500, 1, 800, 800, 2000), FRAGMENT_KEPT);
    assert_int_equal(give(b, 2500, 1, 1600, 400, 2000), FRAGMENT_KEPT); /* whole, but told */
    assert_int_equal(give(b, 3000, 2, 800, 800, 2000), FRAGMENT_KEPT);
    assert_int_equal(give(b, 3000, 1, 0, 800, 2000), FRAGMENT_KEPT); /* the id anew */
    assert_true(release(b, 100000));
    assert_false(release(b, 100000));
    assert_int_equal(fragments_lost(b->fragments), 1); /* of id 2 */
    assert_int_equal(fragments_next(b->fragments), NSTIME_NEVER);
}

static void time_is_the_packets_own(void **state)
{
    struct bench *b = *state;
    assert_int_equal(give(b, 0, 1, 800, 200, 1000), FRAGMENT_KEPT);
    assert_int_equal(fragments_next(b->fragments), script_at(30000));
    assert_false(release(b, 30001));
    assert_int_equal(fragments_lost(b->fragments), 1);
    assert_int_equal(give(b, 31000, 1, 0, 800, 1000), FRAGMENT_KEPT);
    assert_int_equal(give(b, 31000, 1, 800, 200, 1000), FRAGMENT_WHOLE);
}

static void what_no_packet_holds_is_not_kept(void **state)
{
    struct bench *b = *state;
    struct packet p = piece_of(b, 1, 8, 12, true); /* not a multiple of eight */
    assert_int_equal(fragments_take(b->fragments, 0, &p, false, &b->first, &b->bytes),
                     FRAGMENT_ALONE);
    p = piece_of(b, 1, 8, 0, false);
    assert_int_equal(fragments_take(b->fragments, 0, &p, false, &b->first, &b->bytes),
                     FRAGMENT_ALONE);
    p = piece_of(b, 1, 8, 64, false);
    cursor_trim(&p.piece.payload, 63); /* the snap length cut it */
    assert_int_equal(fragments_take(b->fragments, 0, &p, false, &b->first, &b->bytes),
                     FRAGMENT_ALONE);
    p = piece_of(b, 1, 8, 64, false);
    p.piece.offset = 65528;
    assert_int_equal(fragments_take(b->fragments, 0, &p, false, &b->first, &b->bytes),
                     FRAGMENT_ALONE);
}

static void too_many_pieces_spoil_it(void **state)
{
    struct bench *b = *state;
    for (unsigned i = 0; i < DATAGRAM_PIECES; i++)
        assert_int_equal(give(b, 0, 1, i * 8, 8, DATAGRAM_PIECES * 8),
                         i + 1 < DATAGRAM_PIECES ? FRAGMENT_KEPT : FRAGMENT_WHOLE);
    assert_whole(b, DATAGRAM_PIECES * 8);
    for (unsigned i = 0; i <= DATAGRAM_PIECES; i++)
        assert_int_equal(give(b, 0, 2, i * 8, 8, (DATAGRAM_PIECES + 1) * 8), FRAGMENT_KEPT);
    assert_false(release(b, 60000));
    assert_int_equal(fragments_lost(b->fragments), DATAGRAM_PIECES + 1);
}

/* A flood pushes out the oldest, whose first fragment still tells what it can. */
static void floods_are_bounded(void **state)
{
    struct bench *b = *state;
    unsigned told = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        assert_int_equal(give(b, 0, i, i % 2 ? 0 : 800, 200, 2000), FRAGMENT_KEPT);
        while (release(b, 0))
            told++;
    }
    assert_int_equal(fragments_evicted(b->fragments), 10000 - LIMIT);
    assert_int_equal(told, (10000 - LIMIT) / 2);
    assert_int_equal(fragments_lost(b->fragments), (10000 - LIMIT) / 2);
    assert_int_equal(give(b, 0, 50000, 0, 800, 1000), FRAGMENT_KEPT);
    for (uint32_t i = 0; i < LIMIT - 1; i++)
        assert_int_equal(give(b, 0, i, 0, 200, 2000), FRAGMENT_KEPT);
    assert_int_equal(give(b, 0, 50000, 800, 200, 1000), FRAGMENT_WHOLE);
    assert_whole(b, 1000);
}

/* Every datagram at every moment is what was sent, or nothing. */
static void any_mixture(void **state)
{
    struct bench *b = *state;
    uint64_t seed = 99;
    unsigned whole = 0;
    for (unsigned i = 0; i < 200000; i++) {
        uint64_t r = script_random(&seed);
        uint32_t id = i / 64 * 8 + (uint32_t)(r & 7);
        unsigned from = (unsigned)(r >> 8 & 3) * 400, length = r & 0x10000 ? 400 : 408;
        if (give(b, i, id, from, length, 1200) == FRAGMENT_WHOLE) {
            whole++;
            assert_memory_equal(b->bytes.at, b->data, cursor_left(&b->bytes));
        }
        while (release(b, i))
            ;
    }
    assert_true(whole > 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(in_every_order),
        TEST(ids_keep_datagrams_apart),
        TEST(ipv6),
        TEST(overlaps_spoil_all),
        TEST(two_ends_spoil_all),
        TEST(copies_are_no_overlap),
        TEST(first_alone_is_told),
        TEST(time_is_the_packets_own),
        TEST(what_no_packet_holds_is_not_kept),
        TEST(too_many_pieces_spoil_it),
        TEST(floods_are_bounded),
        TEST(any_mixture),
    };
    if (!reassembler_name()) {
        puts("1..0 # skipped: this build has no reassembler");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
