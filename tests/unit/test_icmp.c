/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMP errors and their quotes, of both families, whole, short and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "decode.h"

#define FIREWALL  "192.0.2.1"
#define FIREWALL6 "2001:db8::1"
#define QUOTE_AT  28 /* IPv4 and ICMP header */

/* FIREWALL tells CLIENT about its query; `quoted` bytes of it are given back. */
static struct wire rejection(unsigned type, unsigned code, size_t quoted)
{
    struct wire query = {0}, w = {0};
    wire_query_ipv4(&query);
    size_t ip = wire_ipv4(&w, FIREWALL, CLIENT, 1);
    wire_icmp(&w, type, code);
    wire_bytes(&w, query.bytes, quoted < query.length ? quoted : query.length);
    wire_ipv4_end(&w, ip);
    return w;
}

static struct wire rejection6(unsigned type, unsigned code)
{
    struct wire w = {0};
    size_t ip = wire_ipv6(&w, FIREWALL6, CLIENT6, 58);
    wire_icmp(&w, type, code);
    wire_query_ipv6(&w);
    wire_ipv6_end(&w, ip);
    return w;
}

static void test_mtu_of_the_next_link(void **state)
{
    (void)state;
    struct packet p;
    struct wire w = rejection(3, 4, 1000);
    w.bytes[QUOTE_AT - 2] = 0x05; /* RFC 1191 4: the word's lower half */
    w.bytes[QUOTE_AT - 1] = 0x78;
    w.bytes[QUOTE_AT - 4] = 0xff; /* unused */
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.icmp.mtu, 1400);
    assert_true(p.icmp.quote.has_ports);
    w = rejection(3, 3, 1000);
    w.bytes[QUOTE_AT - 1] = 0x78;
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.icmp.mtu, 0);
    w = rejection6(2, 0);
    w.bytes[46] = 0x05; /* behind the IPv6 header and four bytes of ICMPv6 */
    w.bytes[47] = 0x00;
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.icmp.mtu, 1280);
}

static void test_port_unreachable(void **state)
{
    (void)state;
    struct packet p;
    struct wire w = rejection(3, 3, 1000);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.kind, PACKET_ICMP_ERROR);
    assert_true(addr_is(&p.src, FIREWALL));
    assert_int_equal(p.icmp.type, 3);
    assert_int_equal(p.icmp.code, 3);
    assert_true(addr_is(&p.icmp.quote.src, CLIENT));
    assert_true(addr_is(&p.icmp.quote.dst, RESOLVER));
    assert_int_equal(p.icmp.quote.protocol, 17);
    assert_true(p.icmp.quote.has_ports && p.icmp.quote.has_dns_id && !p.icmp.quote.has_seq);
    assert_int_equal(p.icmp.quote.src_port, 50000);
    assert_int_equal(p.icmp.quote.dst_port, 53);
    assert_int_equal(p.icmp.quote.dns_id, 0xf7fb);
    /* A quoted packet is never traffic. */
    assert_int_equal(p.src_port, 0);
    assert_int_equal(p.dst_port, 0);
    assert_int_equal(p.payload_length, 0);
    assert_int_equal(cursor_left(&p.payload), 0);
}

static void test_ipv6_prohibited(void **state)
{
    (void)state;
    struct packet p;
    struct wire w = rejection6(1, 1);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.kind, PACKET_ICMP_ERROR);
    assert_int_equal(p.icmp.type, 1);
    assert_true(addr_is(&p.icmp.quote.src, CLIENT6));
    assert_true(addr_is(&p.icmp.quote.dst, RESOLVER6));
    assert_int_equal(p.icmp.quote.dst_port, 53);
    assert_int_equal(p.icmp.quote.dns_id, 0xf7fb);
}

static void test_quoted_syn(void **state)
{
    (void)state;
    struct packet p;
    struct wire w = {0};
    size_t ip = wire_ipv4(&w, FIREWALL, CLIENT, 1);
    wire_icmp(&w, 3, 13);
    size_t inner = wire_ipv4(&w, CLIENT, "18.135.112.200", 6);
    wire_tcp(&w, 56287, 443, 0xdeadbeef, 0, TCP_SYN);
    w.length -= 12; /* eight bytes of TCP, as RFC 792 asks for */
    wire_set_be16(&w, inner + 2, 52);
    wire_ipv4_end(&w, ip);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.icmp.quote.protocol, 6);
    assert_true(p.icmp.quote.has_ports && p.icmp.quote.has_seq && !p.icmp.quote.has_dns_id);
    assert_int_equal(p.icmp.quote.src_port, 56287);
    assert_int_equal(p.icmp.quote.dst_port, 443);
    assert_int_equal(p.icmp.quote.seq, 0xdeadbeef);
}

static void test_quoted_extension_headers(void **state)
{
    (void)state;
    struct packet p;
    struct wire w = {0};
    size_t ip = wire_ipv6(&w, FIREWALL6, CLIENT6, 58);
    wire_icmp(&w, 1, 4);
    wire_ipv6(&w, CLIENT6, RESOLVER6, 60);
    wire_u8(&w, 17);
    wire_zero(&w, 7);
    wire_udp(&w, 50000, 443);
    wire_ipv6_end(&w, ip);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.icmp.quote.protocol, 17);
    assert_true(p.icmp.quote.has_ports);
    assert_int_equal(p.icmp.quote.dst_port, 443);
    assert_false(p.icmp.quote.has_dns_id);
}

/* Which types are errors, of all that there are. */
static void test_types(void **state)
{
    (void)state;
    for (unsigned type = 0; type < 256; type++) {
        struct packet p;
        struct wire w = rejection(type, 0, 1000), w6 = rejection6(type, 0);
        bool error = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
        assert_int_equal(p.kind, error ? PACKET_ICMP_ERROR : PACKET_OTHER);
        assert_int_equal(decode(&w6, DLT_RAW, &p), PACKET_OK);
        assert_int_equal(p.kind, type < 128 ? PACKET_ICMP_ERROR : PACKET_OTHER);
    }
}

/* Each fact of a quote needs its own bytes and no more. */
static void test_short_quotes(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 63; n++) {
        struct packet p;
        struct wire w = rejection(3, 3, n);
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
        assert_int_equal(p.kind, PACKET_ICMP_ERROR);
        assert_int_equal(p.icmp.code, 3);
        assert_int_equal(p.icmp.quote.src.family, n >= 20 ? ADDR_IPV4 : ADDR_NONE);
        assert_int_equal(p.icmp.quote.has_ports, n >= 24);
        assert_int_equal(p.icmp.quote.has_dns_id, n >= 30);
        assert_false(p.icmp.quote.has_seq);
    }
}

/* The same cuts by the snap length: the error itself stands as soon as its type is there. */
static void test_every_snap_length(void **state)
{
    (void)state;
    struct wire w = rejection(3, 3, 1000);
    for (size_t n = 0; n <= w.length; n++) {
        struct packet p;
        enum packet_status status = decode_part(&w, DLT_RAW, n, w.length, &p);
        assert_int_equal(status, n >= 24 ? PACKET_OK : PACKET_TRUNCATED);
        if (status != PACKET_OK)
            continue;
        assert_int_equal(p.kind, PACKET_ICMP_ERROR);
        assert_int_equal(p.icmp.quote.has_ports, n >= QUOTE_AT + 24);
        assert_int_equal(p.icmp.quote.has_dns_id, n >= QUOTE_AT + 30);
    }
}

/* Routers hand back lengths in their own byte order, or less than they took off. */
static void test_quoted_lengths_do_not_matter(void **state)
{
    (void)state;
    static const unsigned lengths[] = {0, 1, 19, 20, 0x3f00, 0xffff};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct packet p;
        struct wire w = rejection(11, 0, 1000);
        wire_set_be16(&w, QUOTE_AT + 2, lengths[i]);
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
        assert_true(p.icmp.quote.has_dns_id);
    }
}

static void test_damaged_quotes(void **state)
{
    (void)state;
    struct packet p;
    struct wire w = rejection(3, 3, 1000);
    w.bytes[QUOTE_AT] = 0x44; /* a header of 16 bytes */
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.kind, PACKET_ICMP_ERROR);
    assert_false(p.icmp.quote.has_ports);
    w.bytes[QUOTE_AT] = 0x95;
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.icmp.quote.src.family, ADDR_NONE);
    assert_false(p.icmp.quote.has_ports);
}

static void test_quoted_later_fragment(void **state)
{
    (void)state;
    struct packet p;
    struct wire w = rejection(3, 3, 1000);
    wire_set_be16(&w, QUOTE_AT + 6, 0x0010);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_true(addr_is(&p.icmp.quote.dst, RESOLVER));
    assert_false(p.icmp.quote.has_ports);
    assert_false(p.icmp.quote.has_dns_id);
}

static void test_family_and_protocol_must_agree(void **state)
{
    (void)state;
    struct packet p;
    struct wire w = rejection(3, 3, 1000);
    w.bytes[9] = 58; /* ICMPv6 in IPv4 */
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.kind, PACKET_OTHER);
    struct wire w6 = rejection6(3, 0);
    w6.bytes[6] = 1;
    assert_int_equal(decode(&w6, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.kind, PACKET_OTHER);
}

static void test_too_short_for_icmp(void **state)
{
    (void)state;
    struct packet p;
    struct wire w = {0};
    size_t ip = wire_ipv4(&w, FIREWALL, CLIENT, 1);
    wire_be16(&w, 0x0303);
    wire_ipv4_end(&w, ip);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_port_unreachable),
        cmocka_unit_test(test_mtu_of_the_next_link),
        cmocka_unit_test(test_ipv6_prohibited),
        cmocka_unit_test(test_quoted_syn),
        cmocka_unit_test(test_quoted_extension_headers),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_short_quotes),
        cmocka_unit_test(test_every_snap_length),
        cmocka_unit_test(test_quoted_lengths_do_not_matter),
        cmocka_unit_test(test_damaged_quotes),
        cmocka_unit_test(test_quoted_later_fragment),
        cmocka_unit_test(test_family_and_protocol_must_agree),
        cmocka_unit_test(test_too_short_for_icmp),
    };
    return cmocka_run_group_tests(tests, NULL, decode_done);
}
