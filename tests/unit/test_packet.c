/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UDP and TCP headers, and whole frames under every snap length and every corruption of a byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "decode.h"

#define SWG "18.135.112.200"

static void test_udp_lengths(void **state)
{
    (void)state;
    static const struct {
        unsigned length;
        enum packet_status status;
        uint32_t payload;
    } cases[] = {{43, PACKET_OK, 35},      {8, PACKET_OK, 0},       {20, PACKET_OK, 12},
                 {0, PACKET_OK, 35},       {44, PACKET_OK, 35},     {65535, PACKET_OK, 35},
                 {1, PACKET_MALFORMED, 0}, {7, PACKET_MALFORMED, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct packet p;
        struct wire w = {0};
        wire_query_ipv4(&w);
        wire_set_be16(&w, 24, cases[i].length);
        assert_int_equal(decode(&w, DLT_RAW, &p), cases[i].status);
        if (cases[i].status != PACKET_OK)
            continue;
        assert_int_equal(p.payload_length, cases[i].payload);
        assert_int_equal(cursor_left(&p.payload), cases[i].payload);
    }
}

/* A SYN as a Windows client sends it: options that nobody reads, no payload. */
static struct wire syn(void)
{
    static const uint8_t options[12] = {2, 4, 5, 180, 1, 3, 3, 8, 1, 1, 4, 2};
    struct wire w = {0};
    wire_ethernet(&w, 0x0800);
    size_t ip = wire_ipv4(&w, CLIENT, SWG, 6);
    wire_tcp(&w, 56287, 443, 0x01020304, 0, TCP_SYN);
    w.bytes[14 + 20 + 12] = 0x80;
    wire_bytes(&w, options, sizeof options);
    wire_ipv4_end(&w, ip);
    return w;
}

static void test_tcp_facts(void **state)
{
    (void)state;
    struct packet p;
    struct wire w = syn();
    assert_int_equal(w.length, 66);
    assert_int_equal(decode(&w, DLT_EN10MB, &p), PACKET_OK);
    assert_int_equal(p.kind, PACKET_TCP);
    assert_int_equal(p.protocol, 6);
    assert_int_equal(p.src_port, 56287);
    assert_int_equal(p.dst_port, 443);
    assert_int_equal(p.tcp.seq, 0x01020304);
    assert_int_equal(p.tcp.ack, 0);
    assert_int_equal(p.tcp.flags, TCP_SYN);
    assert_int_equal(p.tcp.window, 64240);
    assert_int_equal(p.payload_length, 0);
}

/* The reset of 54 bytes arrives as a frame of 60: the padding is no payload. */
static void test_tcp_padding(void **state)
{
    (void)state;
    struct packet p;
    struct wire w = {0};
    wire_ethernet(&w, 0x0800);
    size_t ip = wire_ipv4(&w, SWG, CLIENT, 6);
    wire_tcp(&w, 443, 56287, 0, 0x01020305, TCP_RST | TCP_ACK);
    wire_ipv4_end(&w, ip);
    wire_zero(&w, 6);
    assert_int_equal(decode(&w, DLT_EN10MB, &p), PACKET_OK);
    assert_int_equal(p.tcp.flags, TCP_RST | TCP_ACK);
    assert_int_equal(p.tcp.ack, 0x01020305);
    assert_int_equal(p.payload_length, 0);
    assert_int_equal(cursor_left(&p.payload), 0);
}

static void test_tcp_payload_over_ipv6(void **state)
{
    (void)state;
    struct packet p;
    struct wire w = {0};
    size_t ip = wire_ipv6(&w, CLIENT6, "2001:db8:1::443", 6);
    wire_tcp(&w, 50001, 443, 1, 2, TCP_PSH | TCP_ACK);
    wire_bytes(&w, "CONNECT", 7);
    wire_ipv6_end(&w, ip);
    assert_int_equal(decode(&w, DLT_IPV6, &p), PACKET_OK);
    assert_int_equal(p.payload_length, 7);
    assert_memory_equal(p.payload.at, "CONNECT", 7);
}

static void test_tcp_data_offset(void **state)
{
    (void)state;
    for (unsigned words = 0; words < 16; words++) {
        struct packet p;
        struct wire w = {0};
        size_t ip = wire_ipv4(&w, CLIENT, SWG, 6);
        wire_tcp(&w, 1, 2, 3, 4, TCP_ACK);
        w.bytes[20 + 12] = (uint8_t)(words << 4);
        wire_zero(&w, 30); /* options and payload: 50 bytes in all, so 12 words at most */
        wire_ipv4_end(&w, ip);
        enum packet_status status = decode(&w, DLT_RAW, &p);
        if (words < 5 || words > 12) {
            assert_int_equal(status, PACKET_MALFORMED);
            continue;
        }
        assert_int_equal(status, PACKET_OK);
        assert_int_equal(p.payload_length, 50 - 4 * words);
        assert_int_equal(cursor_left(&p.payload), 50 - 4 * words);
    }
}

/* A large segment as the card will cut it: no IP length, more than 64 KiB on the wire. */
static void test_segmentation_offload(void **state)
{
    (void)state;
    struct packet p;
    struct wire w = {0};
    wire_ipv4(&w, CLIENT, SWG, 6);
    wire_tcp(&w, 1, 2, 3, 4, TCP_ACK);
    wire_zero(&w, 60);
    assert_int_equal(decode_part(&w, DLT_RAW, 100, 70000, &p), PACKET_OK);
    assert_int_equal(p.payload_length, 70000 - 40);
    assert_int_equal(cursor_left(&p.payload), 60);
}

/* From which snap length on a frame can be used, and what its payload is then. */
static void sweep(const struct wire *w, uint32_t linktype, size_t needed, size_t payload_at)
{
    for (size_t n = 0; n <= w->length; n++) {
        struct packet p;
        enum packet_status status = decode_part(w, linktype, n, w->length, &p);
        assert_int_equal(status, n < needed ? PACKET_TRUNCATED : PACKET_OK);
        if (status != PACKET_OK)
            continue;
        assert_int_equal(p.payload_length, w->length - payload_at);
        assert_int_equal(cursor_left(&p.payload), n > payload_at ? n - payload_at : 0);
    }
}

static void test_every_snap_length(void **state)
{
    (void)state;
    struct wire udp = {0}, udp6 = {0}, raw = {0}, loop = {0};
    wire_ethernet(&udp, 0x0800);
    wire_query_ipv4(&udp);
    sweep(&udp, DLT_EN10MB, 42, 42);
    wire_ethernet(&udp6, 0x8100);
    wire_vlan(&udp6, 5, 0x86dd);
    wire_query_ipv6(&udp6);
    sweep(&udp6, DLT_EN10MB, 66, 66);
    wire_query_ipv6(&raw);
    sweep(&raw, DLT_RAW, 48, 48);
    wire_be32(&loop, 2);
    wire_query_ipv4(&loop);
    sweep(&loop, DLT_LOOP, 32, 32);

    struct wire tcp = syn();
    sweep(&tcp, DLT_EN10MB, 54, 66); /* the options may be missing */
}

/* The same bytes as whole frames. IP believes its own length, so a header that is missing counts as
 * cut, and one that the frame is too short for before IP as malformed. */
static void test_every_short_frame(void **state)
{
    (void)state;
    struct wire w = syn();
    for (size_t n = 0; n <= w.length; n++) {
        struct packet p;
        enum packet_status status = decode_part(&w, DLT_EN10MB, n, n, &p);
        if (n < 34)
            assert_int_equal(status, PACKET_MALFORMED);
        else
            assert_int_equal(status, n < 54 ? PACKET_TRUNCATED : PACKET_OK);
    }
}

/* Every member is set, whatever came of it: no byte of the old contents shows. */
static void expect_sane(const struct wire *w, const struct packet *p, enum packet_status status)
{
    assert_in_range(status, PACKET_OK, PACKET_UNSUPPORTED);
    assert_in_range(p->kind, PACKET_OTHER, PACKET_ICMP_ERROR);
    assert_true(p->src.family == ADDR_NONE || p->src.family == ADDR_IPV4 ||
                p->src.family == ADDR_IPV6);
    assert_int_equal(p->src.family, p->dst.family);
    assert_true(p->vlans <= PACKET_VLANS);
    assert_true(cursor_left(&p->payload) <= w->length);
    assert_true(cursor_left(&p->payload) <= p->payload_length);
    assert_false(p->payload.bad);
    if (p->kind != PACKET_ICMP_ERROR)
        assert_false(p->icmp.quote.has_ports);
    if (status == PACKET_NOT_IP && !p->tunnel)
        assert_int_equal(p->src.family, ADDR_NONE);
}

static void corrupt(struct wire *w, uint32_t linktype)
{
    for (size_t i = 0; i < w->length; i++) {
        uint8_t good = w->bytes[i];
        for (unsigned value = 0; value < 256; value++) {
            struct packet p;
            w->bytes[i] = (uint8_t)value;
            enum packet_status status = decode(w, linktype, &p);
            expect_sane(w, &p, status);
        }
        w->bytes[i] = good;
    }
}

static void test_every_corrupt_byte(void **state)
{
    (void)state;
    struct wire tcp = syn(), udp6 = {0}, icmp = {0};
    corrupt(&tcp, DLT_EN10MB);
    wire_ethernet(&udp6, 0x8100);
    wire_vlan(&udp6, 5, 0x86dd);
    wire_query_ipv6(&udp6);
    corrupt(&udp6, DLT_EN10MB);
    size_t ip = wire_ipv6(&icmp, "2001:db8::1", CLIENT6, 58);
    wire_icmp(&icmp, 1, 4);
    wire_query_ipv6(&icmp);
    wire_ipv6_end(&icmp, ip);
    corrupt(&icmp, DLT_RAW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_udp_lengths),        cmocka_unit_test(test_tcp_facts),
        cmocka_unit_test(test_tcp_padding),        cmocka_unit_test(test_tcp_payload_over_ipv6),
        cmocka_unit_test(test_tcp_data_offset),    cmocka_unit_test(test_segmentation_offload),
        cmocka_unit_test(test_every_snap_length),  cmocka_unit_test(test_every_short_frame),
        cmocka_unit_test(test_every_corrupt_byte),
    };
    return cmocka_run_group_tests(tests, NULL, decode_done);
}
