/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums: right, wrong in any bit, left out, and not to be told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "decode.h"
#include "decoders/checksum.h"

/* By the definition and slowly, so that it is no copy of what it tests. */
static unsigned fold(const uint8_t *bytes, size_t length, unsigned long sum)
{
    for (size_t i = 0; i < length; i++)
        sum += i % 2 ? bytes[i] : (unsigned long)bytes[i] << 8;
    while (sum > 0xffff)
        sum = sum % 0x10000 + sum / 0x10000;
    return (unsigned)sum;
}

static void set_checksums(struct wire *w, bool ipv6, unsigned protocol, size_t at)
{
    size_t start = ipv6 ? 40 : 20, length = w->length - start;
    unsigned long pseudo = protocol == 1 ? 0 : protocol + length;
    if (!ipv6) {
        wire_set_be16(w, 10, 0);
        wire_set_be16(w, 10, ~fold(w->bytes, 20, 0) & 0xffff);
    }
    if (protocol != 1)
        pseudo += ipv6 ? fold(w->bytes + 8, 32, 0) : fold(w->bytes + 12, 8, 0);
    wire_set_be16(w, start + at, 0);
    wire_set_be16(w, start + at, ~fold(w->bytes + start, length, pseudo) & 0xffff);
}

static enum checksum of(const struct wire *w)
{
    struct packet p;
    assert_int_equal(decode(w, DLT_RAW, &p), PACKET_OK);
    return checksum_of(&p);
}

/* Every bit but those that make another packet of it. */
static void expect_sound(struct wire *w, size_t from)
{
    assert_int_equal(of(w), CHECKSUM_GOOD);
    for (size_t at = from; at < w->length; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            w->bytes[at] ^= (uint8_t)(1 << bit);
            assert_int_equal(of(w), CHECKSUM_BAD);
            w->bytes[at] ^= (uint8_t)(1 << bit);
        }
    }
}

static void test_udp(void **state)
{
    (void)state;
    struct wire v4 = {0}, v6 = {0};
    wire_query_ipv4(&v4);
    assert_int_equal(of(&v4), CHECKSUM_BAD); /* the IP header's is 0 */
    set_checksums(&v4, false, 17, 6);
    expect_sound(&v4, 28);
    wire_query_ipv6(&v6);
    set_checksums(&v6, true, 17, 6);
    expect_sound(&v6, 48);
}

static void test_tcp_and_odd_lengths(void **state)
{
    (void)state;
    for (size_t payload = 0; payload < 4; payload++) {
        struct wire w = {0};
        size_t ip = wire_ipv4(&w, CLIENT, RESOLVER, 6);
        wire_tcp(&w, 50000, 443, 1, 2, TCP_ACK);
        for (size_t i = 0; i < payload; i++)
            wire_u8(&w, 0xf0 + (unsigned)i);
        wire_ipv4_end(&w, ip);
        set_checksums(&w, false, 6, 16);
        expect_sound(&w, 34);
    }
}

static void test_icmp(void **state)
{
    (void)state;
    struct wire w = {0};
    size_t ip = wire_ipv4(&w, RESOLVER, CLIENT, 1);
    wire_icmp(&w, 3, 13);
    wire_query_ipv4(&w);
    wire_ipv4_end(&w, ip);
    set_checksums(&w, false, 1, 2);
    assert_int_equal(of(&w), CHECKSUM_GOOD);
    w.bytes[w.length - 1] ^= 1;
    assert_int_equal(of(&w), CHECKSUM_BAD);
}

static void test_what_cannot_be_told(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    wire_query_ipv4(&w);
    set_checksums(&w, false, 17, 6);
    wire_set_be16(&w, 26, 0); /* the sender left it out */
    assert_int_equal(of(&w), CHECKSUM_UNCHECKED);
    set_checksums(&w, false, 17, 6);
    for (size_t n = 28; n < w.length; n++) { /* cut by the snap length */
        assert_int_equal(decode_part(&w, DLT_RAW, n, w.length, &p), PACKET_OK);
        assert_int_equal(checksum_of(&p), CHECKSUM_UNCHECKED);
    }
    wire_set_be16(&w, 6, 0x2000); /* a first fragment */
    set_checksums(&w, false, 17, 6);
    w.bytes[40] ^= 1;
    assert_int_equal(of(&w), CHECKSUM_UNCHECKED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_udp),
        cmocka_unit_test(test_tcp_and_odd_lengths),
        cmocka_unit_test(test_icmp),
        cmocka_unit_test(test_what_cannot_be_told),
    };
    return cmocka_run_group_tests(tests, NULL, decode_done);
}
