/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 and IPv6: lengths that lie or are left out, options, extension headers, fragments, tunnels.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "decode.h"

#define HOPOPTS  0
#define ROUTING  43
#define FRAGMENT 44
#define AH       51
#define NONXT    59
#define DSTOPTS  60
#define MOBILITY 135
#define HIP      139
#define SHIM6    140

static void test_ipv4_facts(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    wire_query_ipv4(&w);
    w.bytes[8] = 57;
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.ttl, 57);
    assert_true(p.has_ip_id);
    assert_int_equal(p.ip_id, 0x1234);
    assert_false(p.first_fragment);
}

static void test_ipv6_facts(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    wire_query_ipv6(&w);
    w.bytes[7] = 57;
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.ttl, 57);
    assert_false(p.has_ip_id);
}

static void test_checksums_do_not_matter(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    wire_query_ipv4(&w);
    wire_set_be16(&w, 10, 0xdead);
    wire_set_be16(&w, 26, 0xbeef);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_true(is_query(&p, ADDR_IPV4));
}

static void test_ipv4_options(void **state)
{
    (void)state;
    for (unsigned words = 6; words <= 15; words++) {
        struct wire whole = {0}, w = {0};
        struct packet p;
        wire_query_ipv4(&whole);
        wire_bytes(&w, whole.bytes, 20);
        wire_zero(&w, (words - 5) * 4);
        wire_bytes(&w, whole.bytes + 20, whole.length - 20);
        w.bytes[0] = (uint8_t)(0x40 | words);
        wire_ipv4_end(&w, 0);
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
        assert_true(is_query(&p, ADDR_IPV4));
        /* The snap length cuts in the options: the ports are not there. */
        assert_int_equal(decode_part(&w, DLT_RAW, words * 4 - 1, w.length, &p), PACKET_TRUNCATED);
        assert_true(addr_is(&p.src, CLIENT));
    }
}

static void test_ipv4_headers_that_contradict(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    wire_query_ipv4(&w);
    for (unsigned words = 0; words < 5; words++) {
        w.bytes[0] = (uint8_t)(0x40 | words);
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_MALFORMED);
    }
    w.bytes[0] = 0x45;
    for (unsigned total = 1; total < 20; total++) {
        wire_set_be16(&w, 2, total);
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_MALFORMED);
    }
    wire_set_be16(&w, 2, 20); /* nothing behind the header: no ports */
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_MALFORMED);
    wire_set_be16(&w, 2, 27);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_MALFORMED);
}

/* Network cards cut and fill in afterwards: the frame's length stands in. */
static void test_no_length_is_the_frames(void **state)
{
    (void)state;
    struct wire v4 = {0}, v6 = {0};
    struct packet p;
    wire_query_ipv4(&v4);
    wire_set_be16(&v4, 2, 0);
    assert_int_equal(decode(&v4, DLT_RAW, &p), PACKET_OK);
    assert_true(is_query(&p, ADDR_IPV4));
    wire_query_ipv6(&v6);
    wire_set_be16(&v6, 4, 0);
    assert_int_equal(decode(&v6, DLT_RAW, &p), PACKET_OK);
    assert_true(is_query(&p, ADDR_IPV6));
}

static void test_padding_is_trimmed(void **state)
{
    (void)state;
    struct wire v4 = {0}, v6 = {0}, empty = {0};
    struct packet p;
    wire_query_ipv4(&v4);
    wire_set_be16(&v4, 24, 0); /* UDP's own length says nothing: IP's counts */
    wire_zero(&v4, 13);
    assert_int_equal(decode(&v4, DLT_RAW, &p), PACKET_OK);
    assert_true(is_query(&p, ADDR_IPV4));
    wire_query_ipv6(&v6);
    wire_zero(&v6, 13);
    assert_int_equal(decode(&v6, DLT_RAW, &p), PACKET_OK);
    assert_true(is_query(&p, ADDR_IPV6));

    size_t at = wire_ipv4(&empty, CLIENT, RESOLVER, 6);
    wire_ipv4_end(&empty, at);
    wire_zero(&empty, 40); /* an empty packet's padding is no TCP header */
    assert_int_equal(decode(&empty, DLT_RAW, &p), PACKET_MALFORMED);
}

/* Some writers give the captured length for the wire's; the header knows better. */
static void test_length_beyond_the_frame(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    wire_query_ipv4(&w);
    assert_int_equal(decode_part(&w, DLT_RAW, 40, 40, &p), PACKET_OK);
    assert_int_equal(p.payload_length, 35);
    assert_int_equal(cursor_left(&p.payload), 12);
    assert_int_equal(decode_part(&w, DLT_RAW, 24, 24, &p), PACKET_TRUNCATED);
    /* The captured length may be given as the larger one. */
    assert_int_equal(decode_part(&w, DLT_RAW, w.length, 10, &p), PACKET_OK);
    assert_true(is_query(&p, ADDR_IPV4));
}

static void test_version_must_agree(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    wire_ethernet(&w, 0x0800);
    wire_query_ipv6(&w);
    assert_int_equal(decode(&w, DLT_EN10MB, &p), PACKET_MALFORMED);
    wire_set_be16(&w, 12, 0x86dd);
    assert_int_equal(decode(&w, DLT_EN10MB, &p), PACKET_OK);
}

static void test_ipv4_fragments(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    wire_query_ipv4(&w);
    wire_set_be16(&w, 6, 0x4000); /* don't fragment */
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_false(p.first_fragment);

    wire_set_be16(&w, 6, 0x2000);
    wire_set_be16(&w, 2, 40); /* 12 of 35 bytes of payload are in this one */
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_true(p.first_fragment);
    assert_int_equal(p.payload_length, 35);
    assert_int_equal(cursor_left(&p.payload), 12);

    static const unsigned later[] = {0x0001, 0x2001, 0x1fff, 0x3fff};
    for (size_t i = 0; i < 4; i++) {
        wire_set_be16(&w, 6, later[i]);
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_UNSUPPORTED);
        assert_int_equal(p.kind, PACKET_OTHER);
        assert_true(addr_is(&p.dst, RESOLVER));
    }
}

/* A first fragment too small for its transport header (RFC 1858) is not malformed by itself. */
static void test_tiny_first_fragment(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    size_t at = wire_ipv4(&w, CLIENT, RESOLVER, 6);
    wire_zero(&w, 8);
    wire_ipv4_end(&w, at);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_MALFORMED);
    wire_set_be16(&w, 6, 0x2000);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_UNSUPPORTED);
}

/* One extension header that says `next` follows. */
static void put_extension(struct wire *w, unsigned kind, unsigned next, unsigned extra)
{
    wire_u8(w, next);
    if (kind == FRAGMENT) {
        wire_u8(w, 0);
        wire_be16(w, extra);
        wire_be32(w, 99);
    } else {
        wire_u8(w, extra);
        wire_zero(w, kind == AH ? (extra + 2) * 4 - 2 : (extra + 1) * 8 - 2);
    }
}

/* An IPv6 query behind the given extension headers. */
static struct wire query_behind(const unsigned *kinds, size_t count, unsigned extra)
{
    struct wire query = {0}, w = {0};
    wire_query_ipv6(&query);
    wire_bytes(&w, query.bytes, 40);
    w.bytes[6] = (uint8_t)(count > 0 ? kinds[0] : 17);
    for (size_t i = 0; i < count; i++)
        put_extension(&w, kinds[i], i + 1 < count ? kinds[i + 1] : 17, extra);
    wire_bytes(&w, query.bytes + 40, query.length - 40);
    wire_ipv6_end(&w, 0);
    return w;
}

static void test_extension_headers(void **state)
{
    (void)state;
    static const unsigned kinds[] = {HOPOPTS, DSTOPTS, ROUTING, FRAGMENT, AH, MOBILITY, HIP, SHIM6};
    struct packet p;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct wire w = query_behind(&kinds[i], 1, 0);
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
        assert_true(is_query(&p, ADDR_IPV6));
        if (kinds[i] == FRAGMENT)
            continue;
        w = query_behind(&kinds[i], 1, 4); /* longer ones; AH counts in words of four bytes */
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
        assert_true(is_query(&p, ADDR_IPV6));
        w = query_behind(&kinds[i], 1, 255);
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
        assert_true(is_query(&p, ADDR_IPV6));
    }
    struct wire all = query_behind(kinds, sizeof kinds / sizeof kinds[0], 0);
    assert_int_equal(decode(&all, DLT_RAW, &p), PACKET_OK);
    assert_true(is_query(&p, ADDR_IPV6));
}

static void test_extension_chain_is_bounded(void **state)
{
    (void)state;
    unsigned kinds[17];
    struct packet p;
    for (size_t i = 0; i < 17; i++)
        kinds[i] = DSTOPTS;
    struct wire w = query_behind(kinds, 16, 0);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_true(is_query(&p, ADDR_IPV6));
    w = query_behind(kinds, 17, 0);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_UNSUPPORTED);
}

static void test_extension_beyond_the_packet(void **state)
{
    (void)state;
    static const unsigned kinds[] = {HOPOPTS};
    struct packet p;
    struct wire w = query_behind(kinds, 1, 0);
    w.bytes[41] = 255;
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_MALFORMED);
    w = query_behind(kinds, 1, 20);
    assert_int_equal(decode_part(&w, DLT_RAW, 100, w.length, &p), PACKET_TRUNCATED);
}

static void test_ipv6_fragments(void **state)
{
    (void)state;
    static const unsigned kinds[] = {FRAGMENT};
    struct packet p;
    struct wire w = query_behind(kinds, 1, 0x0001); /* more to come */
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_true(p.first_fragment);
    assert_true(is_query(&p, ADDR_IPV6));
    w = query_behind(kinds, 1, 0x0008);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_UNSUPPORTED);
    assert_true(addr_is(&p.src, CLIENT6));
    w = query_behind(kinds, 1, 0x0006); /* reserved bits alone: an atomic fragment, RFC 6946 */
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_false(p.first_fragment);
    assert_true(is_query(&p, ADDR_IPV6));
}

/* Behind a later fragment's header stands the middle of a datagram, whatever it looks like. */
static void test_later_fragment_is_not_walked(void **state)
{
    (void)state;
    static const unsigned kinds[] = {FRAGMENT, DSTOPTS};
    struct packet p;
    struct wire w = query_behind(kinds, 2, 0x0010);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_UNSUPPORTED);
    assert_int_equal(p.protocol, DSTOPTS);
}

static void test_ipv4_knows_ah_alone(void **state)
{
    (void)state;
    struct wire query = {0}, w = {0};
    struct packet p;
    wire_query_ipv4(&query);
    wire_bytes(&w, query.bytes, 20);
    w.bytes[9] = AH;
    put_extension(&w, AH, 17, 4);
    wire_bytes(&w, query.bytes + 20, query.length - 20);
    wire_ipv4_end(&w, 0);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_true(is_query(&p, ADDR_IPV4));
    w.bytes[9] = DSTOPTS; /* not an extension here */
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.kind, PACKET_OTHER);
    assert_int_equal(p.protocol, DSTOPTS);
}

static void test_other_protocols(void **state)
{
    (void)state;
    static const unsigned other[] = {2, 50, 58, NONXT, 89, 108, 132, 136, 253};
    struct packet p;
    struct wire w = {0};
    wire_query_ipv4(&w);
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        w.bytes[9] = (uint8_t)other[i];
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
        assert_int_equal(p.kind, PACKET_OTHER);
        assert_int_equal(p.protocol, other[i]);
        assert_int_equal(p.payload_length, 0);
        assert_int_equal(cursor_left(&p.payload), 0);
    }
    w.bytes[9] = 115; /* L2TPv3 */
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_UNSUPPORTED);
    assert_int_equal(p.unsupported.kind, UNSUPPORTED_IP_PROTOCOL);
    assert_int_equal(p.unsupported.number, 115);
    struct wire none = {0};
    wire_ipv6(&none, CLIENT6, RESOLVER6, NONXT);
    assert_int_equal(decode(&none, DLT_RAW, &p), PACKET_OK);
    assert_int_equal(p.kind, PACKET_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ipv4_facts),
        cmocka_unit_test(test_ipv6_facts),
        cmocka_unit_test(test_checksums_do_not_matter),
        cmocka_unit_test(test_ipv4_options),
        cmocka_unit_test(test_ipv4_headers_that_contradict),
        cmocka_unit_test(test_no_length_is_the_frames),
        cmocka_unit_test(test_padding_is_trimmed),
        cmocka_unit_test(test_length_beyond_the_frame),
        cmocka_unit_test(test_version_must_agree),
        cmocka_unit_test(test_ipv4_fragments),
        cmocka_unit_test(test_tiny_first_fragment),
        cmocka_unit_test(test_extension_headers),
        cmocka_unit_test(test_extension_chain_is_bounded),
        cmocka_unit_test(test_extension_beyond_the_packet),
        cmocka_unit_test(test_ipv6_fragments),
        cmocka_unit_test(test_later_fragment_is_not_walked),
        cmocka_unit_test(test_ipv4_knows_ah_alone),
        cmocka_unit_test(test_other_protocols),
    };
    return cmocka_run_group_tests(tests, NULL, decode_done);
}
