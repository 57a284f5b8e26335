/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of DNSCrypt: its form, and the pairing of queries with answers by nonce. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decoders/dnscrypt.h"
#include "script.h"

static const uint64_t key[2] = {7, 8};

struct run {
    struct script script;
    struct dnscrypt *d;
    struct wire wire;
    struct packet packet;
    struct dnscrypt_pair out;
    unsigned touched;
};

static struct run run_with(uint32_t max)
{
    struct run r = {.script = script_new(), .d = dnscrypt_new(5 * NS_PER_SEC, max, key)};
    assert_non_null(r.d);
    r.script.server_port = 443;
    return r;
}

/* A datagram of `length` bytes of which `captured` are here. */
static void make(struct run *r, double ms, bool from_client, const char *magic, uint8_t nonce,
                 size_t length, size_t captured)
{
    const uint8_t nonces[12] = {nonce, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    r->packet = script_udp(&r->script, script_at(ms), from_client);
    r->wire.length = 0;
    wire_bytes(&r->wire, magic, 8);
    if (from_client)
        wire_zero(&r->wire, 32);
    wire_bytes(&r->wire, nonces, sizeof nonces);
    wire_zero(&r->wire, length - r->wire.length);
    r->packet.payload = cursor_make(r->wire.bytes, captured);
    r->packet.payload_length = (uint32_t)length;
}

static void query(struct run *r, double ms, uint8_t nonce)
{
    make(r, ms, true, "qc78aWoo", nonce, 324, 324);
    assert_true(dnscrypt_is_query(&r->packet));
    assert_false(dnscrypt_is_answer(&r->packet));
    r->touched = 0;
    dnscrypt_query(r->d, script_at(ms), &r->packet, &r->touched);
}

static bool answer(struct run *r, double ms, uint8_t nonce)
{
    make(r, ms, false, "r6fnvWj8", nonce, 368, 368);
    assert_true(dnscrypt_is_answer(&r->packet));
    assert_false(dnscrypt_is_query(&r->packet));
    r->touched = 0;
    return dnscrypt_answer(r->d, script_at(ms), &r->packet, &r->out, &r->touched);
}

static void test_form_of_a_query(void **state)
{
    (void)state;
    static const struct {
        const char *magic;
        size_t length, captured;
        bool is;
    } row[] = {
        {"qc78aWoo", 324, 324, true},
        {"qDwdYM3w", 132, 132, true},
        {"qc78aWoo", 325, 325, false}, /* no block length */
        {"qc78aWoo", 68, 68, false},   /* nothing inside */
        {"qc78aWoo", 324, 52, true},   /* the snap length cut behind the nonce */
        {"qc78aWoo", 324, 51, false},
        {"rc78aWoo", 324, 324, false},
        {"qc78aWo-", 324, 324, false},
        {"qc78aWo\x80", 324, 324, false},
        {"\xc0"
         "c78aWoo",
         324, 324, false}, /* QUIC's long header */
    };
    struct run r = run_with(1);
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        make(&r, 0, true, row[i].magic, 0, row[i].length, row[i].captured);
        assert_int_equal(dnscrypt_is_query(&r.packet), row[i].is);
    }
    make(&r, 0, true, "qc78aWoo", 0, 324, 324);
    r.packet.kind = PACKET_TCP;
    assert_false(dnscrypt_is_query(&r.packet));
    make(&r, 0, false, "r6fnvWj8", 0, 368, 19);
    assert_false(dnscrypt_is_answer(&r.packet));
    make(&r, 0, false, "r6fnvWj9", 0, 368, 368);
    assert_false(dnscrypt_is_answer(&r.packet));
    dnscrypt_free(r.d);
}

static void test_pairs(void **state)
{
    (void)state;
    struct run r = run_with(10);
    query(&r, 0, 1);
    query(&r, 1, 2);
    query(&r, 2, 1); /* a copy */
    assert_int_equal(r.touched, 1);
    assert_false(answer(&r, 10, 3));
    assert_int_equal(r.touched, 0);
    assert_true(answer(&r, 20, 2));
    assert_int_equal(r.touched, 1);
    assert_true(r.out.answered);
    assert_int_equal(r.out.serial, 2);
    assert_int_equal(r.out.query_frame.number, 2);
    assert_int_equal(r.out.answer_frame.number, 5);
    assert_int_equal(r.out.answer_ttl, 57);
    assert_true(r.out.sent == script_at(1) && r.out.decided == script_at(20));
    assert_false(answer(&r, 21, 2)); /* told once */
    assert_int_equal(r.touched, 1);
    assert_false(dnscrypt_expire(r.d, script_at(5000), &r.out));
    assert_true(dnscrypt_next(r.d) == script_at(5000));
    assert_true(dnscrypt_expire(r.d, script_at(9000), &r.out));
    assert_false(r.out.answered);
    assert_int_equal(r.out.serial, 1);
    assert_true(r.out.decided == script_at(5000));
    assert_false(dnscrypt_expire(r.d, script_at(9000), &r.out));
    assert_false(answer(&r, 9001, 1));
    assert_true(dnscrypt_next(r.d) == NSTIME_NEVER);
    dnscrypt_free(r.d);
}

static void test_other_flow(void **state)
{
    (void)state;
    struct run r = run_with(10);
    query(&r, 0, 1);
    r.script.client_port++;
    assert_false(answer(&r, 1, 1));
    r.script.client_port--;
    assert_true(answer(&r, 2, 1));
    dnscrypt_free(r.d);
}

static void test_bounds_and_close(void **state)
{
    (void)state;
    struct run r = run_with(3);
    for (uint8_t i = 0; i < 5; i++)
        query(&r, i, i);
    assert_int_equal(dnscrypt_evicted(r.d), 2);
    assert_false(answer(&r, 10, 0));
    assert_true(answer(&r, 11, 4));
    dnscrypt_close(r.d);
    assert_false(answer(&r, 12, 3));
    assert_true(dnscrypt_next(r.d) == NSTIME_NEVER);
    query(&r, -1000, 3);
    assert_true(answer(&r, -990, 3));
    dnscrypt_free(r.d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form_of_a_query),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_other_flow),
        cmocka_unit_test(test_bounds_and_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
