/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Link types, VLAN stacks, senders' addresses, and frames that hold no IP packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "decode.h"

static void expect_status(const struct wire *w, uint32_t linktype, enum packet_status status)
{
    struct packet p;
    assert_int_equal(decode(w, linktype, &p), status);
}

static void expect_query(const struct wire *w, uint32_t linktype, uint8_t family, struct packet *p)
{
    assert_int_equal(decode(w, linktype, p), PACKET_OK);
    assert_true(is_query(p, family));
}

static void put_query(struct wire *w, uint8_t family)
{
    if (family == ADDR_IPV4)
        wire_query_ipv4(w);
    else
        wire_query_ipv6(w);
}

static const struct {
    uint8_t family;
    uint16_t ethertype;
} both[] = {{ADDR_IPV4, 0x0800}, {ADDR_IPV6, 0x86dd}};

static void test_ethernet(void **state)
{
    (void)state;
    static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
    for (size_t i = 0; i < 2; i++) {
        struct wire w = {0};
        struct packet p;
        wire_ethernet(&w, both[i].ethertype);
        put_query(&w, both[i].family);
        expect_query(&w, DLT_EN10MB, both[i].family, &p);
        assert_true(p.has_mac);
        assert_memory_equal(p.mac, mac, 6);
        assert_int_equal(p.vlans, 0);
        assert_int_equal(p.ref.number, 7);
        assert_int_equal(p.ref.file, 1);
        assert_int_equal(p.time, 42);
    }
}

static void test_senders_that_are_none(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    wire_ethernet(&w, 0x0800);
    wire_query_ipv4(&w);
    w.bytes[6] = 3; /* a group address */
    expect_query(&w, DLT_EN10MB, ADDR_IPV4, &p);
    assert_false(p.has_mac);
    memset(w.bytes + 6, 0, 6); /* a loopback device */
    expect_query(&w, DLT_EN10MB, ADDR_IPV4, &p);
    assert_false(p.has_mac);
}

static void test_vlan_stacks(void **state)
{
    (void)state;
    static const unsigned tpid[8] = {0x88a8, 0x8100, 0x9100, 0x9200,
                                     0x9300, 0x8100, 0x8100, 0x8100};
    for (unsigned depth = 1; depth <= 9; depth++) {
        struct wire w = {0};
        struct packet p;
        wire_ethernet(&w, tpid[0]);
        for (unsigned i = 0; i < depth; i++)
            wire_vlan(&w, 0xe000 | (100 + i), i + 1 < depth ? tpid[(i + 1) % 8] : 0x0800);
        wire_query_ipv4(&w);
        if (depth > 8) {
            expect_status(&w, DLT_EN10MB, PACKET_UNSUPPORTED);
            continue;
        }
        expect_query(&w, DLT_EN10MB, ADDR_IPV4, &p);
        assert_int_equal(p.vlans, depth < PACKET_VLANS ? depth : PACKET_VLANS);
        for (unsigned i = 0; i < p.vlans; i++)
            assert_int_equal(p.vlan[i], 100 + i);
    }
}

static void test_priority_tag_is_no_vlan(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    wire_ethernet(&w, 0x8100);
    wire_vlan(&w, 0xa000, 0x8100);
    wire_vlan(&w, 12, 0x86dd);
    wire_query_ipv6(&w);
    expect_query(&w, DLT_EN10MB, ADDR_IPV6, &p);
    assert_int_equal(p.vlans, 1);
    assert_int_equal(p.vlan[0], 12);
}

static void put_sll(struct wire *w, unsigned type, unsigned length, unsigned protocol)
{
    static const uint8_t mac[8] = {2, 0, 0, 0, 0, 9};
    wire_be16(w, type);
    wire_be16(w, 1);
    wire_be16(w, length);
    wire_bytes(w, mac, sizeof mac);
    wire_be16(w, protocol);
}

static void put_sll2(struct wire *w, unsigned type, unsigned length, unsigned protocol)
{
    static const uint8_t mac[8] = {2, 0, 0, 0, 0, 9};
    wire_be16(w, protocol);
    wire_be16(w, 0);
    wire_be32(w, 3);
    wire_be16(w, 1);
    wire_u8(w, type);
    wire_u8(w, length);
    wire_bytes(w, mac, sizeof mac);
}

static void test_cooked(void **state)
{
    (void)state;
    static const struct {
        uint32_t linktype;
        void (*put)(struct wire *w, unsigned type, unsigned length, unsigned protocol);
    } forms[] = {{DLT_LINUX_SLL, put_sll}, {DLT_LINUX_SLL2, put_sll2}};
    static const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};

    for (size_t f = 0; f < 2; f++) {
        struct packet p;
        for (size_t i = 0; i < 2; i++) {
            struct wire w = {0};
            forms[f].put(&w, 4, 6, both[i].ethertype);
            put_query(&w, both[i].family);
            expect_query(&w, forms[f].linktype, both[i].family, &p);
            assert_true(p.has_mac);
            assert_memory_equal(p.mac, mac, 6);
        }
        struct wire tagged = {0};
        forms[f].put(&tagged, 0, 6, 0x8100);
        wire_vlan(&tagged, 20, 0x0800);
        wire_query_ipv4(&tagged);
        expect_query(&tagged, forms[f].linktype, ADDR_IPV4, &p);
        assert_int_equal(p.vlan[0], 20);

        struct wire other = {0}; /* a packet of the kernel's own, and an InfiniBand address */
        forms[f].put(&other, 6, 6, 0x0800);
        wire_query_ipv4(&other);
        expect_query(&other, forms[f].linktype, ADDR_IPV4, &p);
        assert_false(p.has_mac);
        other = (struct wire){0};
        forms[f].put(&other, 0, 20, 0x0800);
        wire_query_ipv4(&other);
        expect_query(&other, forms[f].linktype, ADDR_IPV4, &p);
        assert_false(p.has_mac);
    }
}

static void test_null_in_either_order(void **state)
{
    (void)state;
    static const unsigned ipv6[] = {10, 24, 28, 30};
    struct packet p;
    for (size_t i = 0; i < 4; i++) {
        struct wire little = {0}, big = {0};
        wire_be32(&little, ipv6[i] << 24);
        wire_query_ipv6(&little);
        expect_query(&little, DLT_NULL, ADDR_IPV6, &p);
        expect_status(&little, DLT_LOOP, PACKET_NOT_IP); /* always in network order */
        wire_be32(&big, ipv6[i]);
        wire_query_ipv6(&big);
        expect_query(&big, DLT_NULL, ADDR_IPV6, &p);
        expect_query(&big, DLT_LOOP, ADDR_IPV6, &p);
        assert_false(p.has_mac);
    }
    struct wire v4 = {0}, other = {0};
    wire_be32(&v4, 0x02000000);
    wire_query_ipv4(&v4);
    expect_query(&v4, DLT_NULL, ADDR_IPV4, &p);
    wire_be32(&other, 7);
    wire_query_ipv4(&other);
    expect_status(&other, DLT_NULL, PACKET_NOT_IP);
}

static void test_raw(void **state)
{
    (void)state;
    static const uint32_t raw[] = {DLT_RAW, 14};
    struct packet p;
    struct wire v4 = {0}, v6 = {0}, neither = {0};
    wire_query_ipv4(&v4);
    wire_query_ipv6(&v6);
    wire_be32(&neither, 0x50000000);
    for (size_t i = 0; i < 2; i++) {
        expect_query(&v4, raw[i], ADDR_IPV4, &p);
        expect_query(&v6, raw[i], ADDR_IPV6, &p);
        expect_status(&neither, raw[i], PACKET_MALFORMED);
    }
    expect_query(&v4, DLT_IPV4, ADDR_IPV4, &p);
    expect_query(&v6, DLT_IPV6, ADDR_IPV6, &p);
    expect_status(&v6, DLT_IPV4, PACKET_MALFORMED);
    expect_status(&v4, DLT_IPV6, PACKET_MALFORMED);
}

static void test_no_ip(void **state)
{
    (void)state;
    static const unsigned types[] = {0x0806, 0x88cc, 0x8863, 0x0000, 0x0026, 0x05dc, 0xffff};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct wire w = {0};
        wire_ethernet(&w, types[i]);
        wire_query_ipv4(&w);
        expect_status(&w, DLT_EN10MB, PACKET_NOT_IP);
    }
}

static void test_what_is_closed_is_named(void **state)
{
    (void)state;
    static const unsigned types[] = {0x88e5, 0x894f};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct wire w = {0};
        struct packet p;
        wire_ethernet(&w, types[i]);
        wire_zero(&w, 46);
        assert_int_equal(decode(&w, DLT_EN10MB, &p), PACKET_UNSUPPORTED);
        assert_int_equal(p.unsupported.kind, UNSUPPORTED_ETHERTYPE);
        assert_int_equal(p.unsupported.number, types[i]);
    }
}

static void test_link_types(void **state)
{
    (void)state;
    static const uint32_t known[] = {0, 1, 12, 14, 108, 113, 228, 229, 276};
    static const uint32_t unknown[] = {2, 147, 189, 195, 227, 0xffffffff};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_true(packet_linktype_supported(known[i]));
        assert_non_null(packet_linktype_name(known[i]));
    }
    struct wire w = {0};
    wire_query_ipv4(&w);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        assert_false(packet_linktype_supported(unknown[i]));
        assert_null(packet_linktype_name(unknown[i]));
        struct packet p;
        assert_int_equal(decode(&w, unknown[i], &p), PACKET_UNSUPPORTED);
        assert_int_equal(p.unsupported.kind, UNSUPPORTED_LINK_TYPE);
        assert_int_equal(p.unsupported.number, unknown[i]);
    }
    assert_string_equal(packet_linktype_name(1), "EN10MB");
    assert_string_equal(packet_linktype_name(113), "LINUX_SLL");
}

static void test_short_frames(void **state)
{
    (void)state;
    static const uint32_t types[] = {DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL,
                                     DLT_LOOP,   DLT_RAW,       DLT_IPV4,       DLT_IPV6};
    struct wire w = {0};
    struct packet p;
    wire_zero(&w, 20);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        assert_int_equal(decode_part(&w, types[i], 0, 60, &p), PACKET_TRUNCATED);
        assert_int_equal(decode_part(&w, types[i], 0, 0, &p), PACKET_MALFORMED);
    }
    assert_int_equal(decode_part(&w, DLT_EN10MB, 13, 60, &p), PACKET_TRUNCATED);
    assert_int_equal(decode_part(&w, DLT_EN10MB, 13, 13, &p), PACKET_MALFORMED);
    assert_int_equal(decode_part(&w, DLT_LINUX_SLL2, 19, 60, &p), PACKET_TRUNCATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ethernet),
        cmocka_unit_test(test_senders_that_are_none),
        cmocka_unit_test(test_vlan_stacks),
        cmocka_unit_test(test_priority_tag_is_no_vlan),
        cmocka_unit_test(test_cooked),
        cmocka_unit_test(test_null_in_either_order),
        cmocka_unit_test(test_raw),
        cmocka_unit_test(test_no_ip),
        cmocka_unit_test(test_what_is_closed_is_named),
        cmocka_unit_test(test_link_types),
        cmocka_unit_test(test_short_frames),
    };
    return cmocka_run_group_tests(tests, NULL, decode_done);
}
