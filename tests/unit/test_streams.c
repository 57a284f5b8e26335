/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS over TCP, cut and ordered in every way. Skipped where the build has no reassembler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "decoders/streams.h"
#include "script.h"

#define LIMIT  16
#define CLIENT 1000u /* initial sequence numbers */
#define SERVER 7000u

struct bench {
    struct reassembler *reassembler;
    struct streams *streams;
    struct script script;
    struct stream_hint hint;
    uint8_t data[70000]; /* what the server says; the client says the same */
    size_t length;
    uint32_t isn[2];
    /* What came out so far. */
    uint8_t got[70000];
    size_t messages, bytes;
};

static int setup(void **state)
{
    static const uint64_t key[2] = {3, 4};
    static const struct stream_limits limits = {
        .idle = 30 * NS_PER_SEC, .closed = 2 * NS_PER_SEC, .skew = 100 * NS_PER_MS, .max = LIMIT};
    struct bench *b = calloc(1, sizeof *b);
    b->reassembler = reassembler_new();
    b->streams = streams_new(&limits, key, b->reassembler);
    b->script = script_new();
    b->hint.flow = (struct flow){b->script.client, b->script.server, b->script.client_port,
                                 b->script.server_port};
    b->isn[0] = CLIENT;
    b->isn[1] = SERVER;
    b->hint.isn = (struct initial_numbers){{true, true}, {CLIENT, SERVER}};
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    streams_free(b->streams);
    reassembler_free(b->reassembler);
    free(b);
    return 0;
}

static void set_isn(struct bench *b, uint32_t client, uint32_t server)
{
    b->isn[0] = client;
    b->isn[1] = server;
    b->hint.isn = (struct initial_numbers){{true, true}, {client, server}};
}

/* Adds a message with a header, of so many bytes. */
static void write_message(struct bench *b, unsigned length, bool response)
{
    uint8_t *at = b->data + b->length;
    at[0] = (uint8_t)(length >> 8);
    at[1] = (uint8_t)length;
    for (unsigned i = 0; i < length; i++)
        at[2 + i] = (uint8_t)(i * 5 + length);
    if (length >= 12) {
        at[4] = response ? 0x81 : 0x01;
        at[6] = 0;
        at[7] = 1;
    }
    b->length += 2 + length;
}

static void take_messages(struct bench *b)
{
    struct stream_message m;
    while (streams_message(b->streams, &m)) {
        b->messages++;
        b->got[b->bytes++] = (uint8_t)(m.length >> 8);
        b->got[b->bytes++] = (uint8_t)m.length;
        memcpy(b->got + b->bytes, m.bytes.at, cursor_left(&m.bytes));
        b->bytes += cursor_left(&m.bytes);
    }
}

static void give(struct bench *b, double ms, bool from_client, size_t from, size_t length,
                 uint8_t flags)
{
    struct packet p = script_tcp(&b->script, script_at(ms), from_client, TCP_ACK | flags,
                                 b->isn[!from_client] + 1 + (uint32_t)from, b->isn[from_client] + 1,
                                 (uint32_t)length);
    p.payload = cursor_make(b->data + from, length);
    b->hint.from_client = from_client;
    streams_segment(b->streams, script_at(ms), &b->hint, &p);
    take_messages(b);
}

static void acknowledge(struct bench *b, double ms, bool from_client, size_t up_to)
{
    struct packet p =
        script_tcp(&b->script, script_at(ms), from_client, TCP_ACK, b->isn[!from_client] + 1,
                   b->isn[from_client] + 1 + (uint32_t)up_to, 0);
    b->hint.from_client = from_client;
    streams_segment(b->streams, script_at(ms), &b->hint, &p);
    take_messages(b);
}

static void assert_all(const struct bench *b, size_t messages)
{
    assert_int_equal(b->messages, messages);
    assert_int_equal(b->bytes, b->length);
    assert_memory_equal(b->got, b->data, b->length);
}

static void begin_again(struct bench *b)
{
    b->messages = b->bytes = 0;
    set_isn(b, b->isn[0] + 100000, b->isn[1] + 100000);
}

static void split_anywhere(void **state)
{
    struct bench *b = *state;
    write_message(b, 60, true);
    write_message(b, 12, true);
    write_message(b, 300, true);
    for (size_t at = 1; at < b->length; at++) {
        begin_again(b);
        give(b, 1, false, 0, at, 0);
        give(b, 1, false, at, b->length - at, 0);
        assert_all(b, 3);
        begin_again(b);
        give(b, 1, false, at, b->length - at, 0);
        assert_int_equal(b->messages, 0);
        give(b, 1, false, 0, at, 0);
        assert_all(b, 3);
    }
}

static void byte_by_byte(void **state)
{
    struct bench *b = *state;
    write_message(b, 40, false);
    write_message(b, 40, false);
    for (size_t at = 0; at < b->length; at++)
        give(b, (double)at, true, at, 1, 0);
    assert_all(b, 2);
}

static void all_at_once(void **state)
{
    struct bench *b = *state;
    for (unsigned i = 0; i < 50; i++)
        write_message(b, 12 + i, true);
    give(b, 1, false, 0, b->length, 0);
    assert_all(b, 50);
}

static void retransmissions_count_once(void **state)
{
    struct bench *b = *state;
    write_message(b, 500, true);
    write_message(b, 500, true);
    give(b, 1, false, 0, 400, 0);
    give(b, 2, false, 0, 400, 0);
    give(b, 3, false, 200, 500, 0);
    give(b, 4, false, 900, b->length - 900, 0);
    give(b, 5, false, 100, 850, 0);
    give(b, 6, false, 0, b->length, 0);
    assert_all(b, 2);
}

static void any_order(void **state)
{
    struct bench *b = *state;
    uint64_t seed = 5;
    write_message(b, 700, true);
    write_message(b, 20, true);
    for (unsigned round = 0; round < 2000; round++) {
        begin_again(b);
        unsigned order[10];
        for (unsigned i = 0; i < 10; i++) {
            unsigned j = (unsigned)(script_random(&seed) % (i + 1));
            order[i] = order[j];
            order[j] = i;
        }
        size_t size = b->length / 10 + 1;
        for (unsigned i = 0; i < 10; i++) {
            size_t from = order[i] * size, end = from + size;
            give(b, i, false, from, (end < b->length ? end : b->length) - from, 0);
        }
        assert_all(b, 2);
    }
}

static void numbers_wrap(void **state)
{
    struct bench *b = *state;
    write_message(b, 200, true);
    for (uint32_t before = 0; before < 210; before += 7) {
        b->messages = b->bytes = 0;
        set_isn(b, 5 + before, UINT32_MAX - before);
        give(b, 1, false, 50, b->length - 50, 0);
        give(b, 1, false, 0, 50, 0);
        assert_all(b, 1);
    }
}

static void both_directions(void **state)
{
    struct bench *b = *state;
    write_message(b, 40, false);
    for (unsigned i = 0; i < 2; i++) {
        give(b, 1, true, 0, 10, 0);
        give(b, 1, false, 0, 20, 0);
        give(b, 1, true, 10, b->length - 10, 0);
        assert_all(b, 1);
        give(b, 1, false, 20, b->length - 20, 0);
        assert_int_equal(b->messages, 2);
        begin_again(b);
    }
}

/* Data in the SYN (RFC 7413). */
static void fast_open(void **state)
{
    struct bench *b = *state;
    write_message(b, 40, false);
    struct packet p = script_tcp(&b->script, script_at(0), true, TCP_SYN, CLIENT, 0, 42);
    p.payload = cursor_make(b->data, 42);
    b->hint.from_client = true;
    b->hint.isn.known[1] = false;
    streams_segment(b->streams, script_at(0), &b->hint, &p);
    take_messages(b);
    assert_all(b, 1);
}

/* Joined in its middle, what looks like DNS is read, and anything else is left alone. */
static void joined_in_the_middle(void **state)
{
    struct bench *b = *state;
    write_message(b, 40, true);
    write_message(b, 30, true);
    b->hint.isn.known[0] = b->hint.isn.known[1] = false;
    give(b, 1, false, 0, b->length, 0);
    assert_all(b, 2);
    begin_again(b);
    b->hint.isn.known[0] = b->hint.isn.known[1] = false;
    b->hint.flow.client_port++;
    give(b, 1, false, 7, b->length - 7, 0);
    assert_int_equal(b->messages, 0);
}

/* On port 443 each message must look like DNS; the first bytes of TLS do not. */
static void tls_is_left_alone(void **state)
{
    struct bench *b = *state;
    static const uint8_t hello[] = {0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 0x5a, 0, 1, 0, 1};
    write_message(b, 40, false);
    b->hint.doubtful = true;
    give(b, 1, true, 0, b->length, 0);
    assert_all(b, 1);
    begin_again(b);
    memcpy(b->data, hello, sizeof hello);
    give(b, 1, true, 0, 42, 0);
    give(b, 1, true, 42, 5000, 0);
    assert_int_equal(b->messages, 0);
    struct stream_loss loss;
    assert_false(streams_lost(b->streams, &loss));
}

static void long_messages_are_cut(void **state)
{
    struct bench *b = *state;
    write_message(b, 65535, true);
    size_t first = b->length;
    write_message(b, 100, true);
    for (size_t at = 0; at < b->length; at += 1460)
        give(b, 1, false, at, b->length - at < 1460 ? b->length - at : 1460, 0);
    assert_int_equal(b->messages, 2);
    assert_true(b->bytes < 20000);
    assert_memory_equal(b->got, b->data, 16384);
    assert_memory_equal(b->got + b->bytes - 102, b->data + first, 102);
}

/* The receiver has what the capture lacks: nothing more can be read, and that is told. */
static void a_hole_is_told(void **state)
{
    struct bench *b = *state;
    struct stream_loss loss;
    write_message(b, 300, true);
    give(b, 0, false, 100, b->length - 100, 0);
    acknowledge(b, 10, true, b->length);
    assert_int_equal(streams_next(b->streams), script_at(110));
    streams_expire(b->streams, script_at(110));
    assert_false(streams_lost(b->streams, &loss)); /* it may yet follow */
    streams_expire(b->streams, script_at(110) + 1);
    assert_true(streams_lost(b->streams, &loss));
    assert_true(loss.received);
    assert_int_equal(loss.flow.client_port, b->hint.flow.client_port);
    assert_false(streams_lost(b->streams, &loss));
    give(b, 200, false, 0, 100, 0);
    assert_int_equal(b->messages, 0);

    begin_again(b); /* behind its acknowledgement, but in time */
    give(b, 300, false, 100, b->length - 100, 0);
    acknowledge(b, 310, true, b->length);
    give(b, 390, false, 0, 100, 0);
    assert_all(b, 1);
    streams_expire(b->streams, script_at(1000));
    assert_false(streams_lost(b->streams, &loss));
}

static void a_cut_segment_is_told(void **state)
{
    struct bench *b = *state;
    struct stream_loss loss;
    write_message(b, 300, true);
    struct packet p =
        script_tcp(&b->script, script_at(0), false, TCP_ACK, SERVER + 1, CLIENT + 1, 302);
    p.payload = cursor_make(b->data, 40);
    b->hint.from_client = false;
    streams_segment(b->streams, script_at(0), &b->hint, &p);
    assert_true(streams_lost(b->streams, &loss));
    assert_true(loss.received);
}

static void ends(void **state)
{
    struct bench *b = *state;
    write_message(b, 30, false);
    give(b, 0, true, 0, 10, 0);
    assert_int_equal(streams_next(b->streams), script_at(30000));
    give(b, 100, true, 10, 10, TCP_FIN);
    assert_int_equal(streams_next(b->streams), script_at(2100));
    give(b, 200, true, 20, 0, TCP_RST);
    assert_int_equal(streams_next(b->streams), NSTIME_NEVER);
    give(b, 300, true, 0, b->length, 0); /* the ports are used again */
    assert_all(b, 1);
    streams_expire(b->streams, NSTIME_NEVER);
    assert_int_equal(streams_next(b->streams), NSTIME_NEVER);
}

/* A flood pushes out what was silent longest. */
static void floods_are_bounded(void **state)
{
    struct bench *b = *state;
    struct stream_loss loss;
    write_message(b, 40, false);
    const uint16_t port = b->hint.flow.client_port;
    give(b, 0, true, 0, 20, 0);
    unsigned lost = 0;
    for (unsigned i = 1; i < 20000; i++) {
        b->hint.flow.client_port = (uint16_t)(port + 1 + i % 60000);
        give(b, 0, true, 0, 20, 0);
        lost += streams_lost(b->streams, &loss);
        if (i % (LIMIT - 1) == 0) {
            b->hint.flow.client_port = port;
            acknowledge(b, 0, false, 0);
        }
    }
    assert_int_equal(streams_evicted(b->streams), 20000 - LIMIT);
    assert_int_equal(lost, 20000 - LIMIT);
    b->hint.flow.client_port = port;
    give(b, 0, true, 20, b->length - 20, 0);
    assert_all(b, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(split_anywhere),
        TEST(byte_by_byte),
        TEST(all_at_once),
        TEST(retransmissions_count_once),
        TEST(any_order),
        TEST(numbers_wrap),
        TEST(both_directions),
        TEST(fast_open),
        TEST(joined_in_the_middle),
        TEST(tls_is_left_alone),
        TEST(long_messages_are_cut),
        TEST(a_hole_is_told),
        TEST(a_cut_segment_is_told),
        TEST(ends),
        TEST(floods_are_bounded),
    };
    if (!reassembler_name()) {
        puts("1..0 # skipped: this build has no reassembler");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
