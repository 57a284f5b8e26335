/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses: text both ways, order, prefixes, and which kinds are public or groups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "decoders/addr.h"

static struct addr parsed(const char *text)
{
    struct addr a;
    if (!addr_parse(text, &a))
        fail_msg("\"%s\" is an address", text);
    return a;
}

static void expect_text(const char *in, const char *out)
{
    char text[ADDR_TEXT];
    struct addr a = parsed(in);
    assert_string_equal(addr_format(&a, text), out);
}

static void test_ipv4_text(void **state)
{
    (void)state;
    expect_text("0.0.0.0", "0.0.0.0");
    expect_text("208.67.222.222", "208.67.222.222");
    expect_text("255.255.255.255", "255.255.255.255");
    expect_text("10.1.99.100", "10.1.99.100");
}

static void test_ipv6_text_is_rfc5952(void **state)
{
    (void)state;
    expect_text("::", "::");
    expect_text("::1", "::1");
    expect_text("1::", "1::");
    expect_text("2620:119:53::53", "2620:119:53::53");
    expect_text("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1");    /* the first of equal runs */
    expect_text("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"); /* one group alone stays */
    expect_text("2001:0:0:1:0:0:0:1", "2001:0:0:1::1");
    expect_text("2001:db8::0001", "2001:db8::1");
    expect_text("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8");
    expect_text("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::");
    expect_text("::ffff:192.0.2.1", "::ffff:192.0.2.1");
    expect_text("64:ff9b::d043:dede", "64:ff9b::d043:dede");
    expect_text("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

static void test_no_address_has_text_too(void **state)
{
    (void)state;
    struct addr none = {0};
    char text[ADDR_TEXT];
    assert_string_equal(addr_format(&none, text), "-");
}

static void test_what_is_no_address(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",    "1.2.3",   "1.2.3.4.5", "256.1.1.1",    "1.2.3.4 ",    " 1.2.3.4", "1.2.3.",
        ":::", "1::2::3", "12345::",   "fe80::1%eth0", "example.org", "01.2.3.4"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct addr a;
        if (addr_parse(wrong[i], &a))
            fail_msg("\"%s\" is no address", wrong[i]);
    }
}

static void test_order(void **state)
{
    (void)state;
    static const char *const ordered[] = {
        "0.0.0.0", "9.255.255.255", "10.0.0.0",   "10.0.0.1",    "255.255.255.255",
        "::",      "::1",           "2001:db8::", "2001:db8::1", "ff02::1"};
    for (size_t i = 0; i + 1 < sizeof ordered / sizeof ordered[0]; i++) {
        struct addr a = parsed(ordered[i]), b = parsed(ordered[i + 1]);
        assert_true(addr_compare(&a, &b) < 0);
        assert_true(addr_compare(&b, &a) > 0);
        assert_int_equal(addr_compare(&a, &a), 0);
        assert_true(addr_equal(&a, &a));
        assert_false(addr_equal(&a, &b));
    }
}

static void expect_prefix(const char *prefix, const char *inside, const char *outside)
{
    struct prefix p;
    if (!prefix_parse(prefix, &p))
        fail_msg("\"%s\" is a prefix", prefix);
    struct addr in = parsed(inside), out = parsed(outside);
    assert_true(prefix_contains(&p, &in));
    assert_false(prefix_contains(&p, &out));
}

static void test_prefixes(void **state)
{
    (void)state;
    expect_prefix("192.0.2.0/24", "192.0.2.255", "192.0.3.0");
    expect_prefix("192.0.2.7", "192.0.2.7", "192.0.2.6");
    expect_prefix("192.0.2.7/32", "192.0.2.7", "192.0.2.6");
    expect_prefix("208.67.216.0/21", "208.67.223.255", "208.67.224.0");
    expect_prefix("128.0.0.0/1", "255.0.0.0", "127.255.255.255");
    expect_prefix("0.0.0.0/0", "208.67.222.222", "::");
    expect_prefix("::/0", "2001:db8::1", "0.0.0.0");
    expect_prefix("64:ff9b::/96", "64:ff9b::1.2.3.4", "64:ff9b::1:0:0");
    expect_prefix("2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::");
    expect_prefix("2001:db8::1/128", "2001:db8::1", "2001:db8::2");
}

static void test_what_is_no_prefix(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "/",
                                        "/24",
                                        "192.0.2.0/",
                                        "192.0.2.0/33",
                                        "192.0.2.1/24",
                                        "192.0.2.0/ 24",
                                        "192.0.2.0/2x",
                                        "192.0.2.0/0024",
                                        "192.0.2.0/-1",
                                        "192.0.2/24",
                                        "2001:db8::/129",
                                        "2001:db8::1/64",
                                        "::1/0",
                                        "192.0.2.0/24/24",
                                        "0000000000000000000000000000000000000000000000000000/1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct prefix p;
        if (prefix_parse(wrong[i], &p))
            fail_msg("\"%s\" is no prefix", wrong[i]);
    }
}

static void test_groups(void **state)
{
    (void)state;
    static const char *const groups[] = {"224.0.0.251", "239.255.255.255", "255.255.255.255",
                                         "ff02::fb", "ff00::"};
    static const char *const others[] = {"223.255.255.255", "240.0.0.1", "255.255.255.254",
                                         "fe80::1", "::ffff"};
    for (size_t i = 0; i < 5; i++) {
        struct addr yes = parsed(groups[i]), no = parsed(others[i]);
        assert_true(addr_is_multicast(&yes));
        assert_false(addr_is_multicast(&no));
    }
    struct addr none = {0};
    assert_false(addr_is_multicast(&none));
}

static void test_public(void **state)
{
    (void)state;
    static const char *const yes[] = {
        "208.67.222.222", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1",
        "198.17.255.255", "198.20.0.0", "223.255.255.255", "11.0.0.0", "192.167.0.1",
        "2620:119:53::53", "2a00::1", "64:ff9b::d043:dede", "2001:200::1",
        /* they stand for the internet */
        "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"};
    static const char *const no[] = {"0.1.2.3",
                                     "10.1.2.3",
                                     "100.64.0.1",
                                     "100.127.255.255",
                                     "127.0.0.1",
                                     "169.254.1.1",
                                     "172.16.0.1",
                                     "172.31.255.255",
                                     "192.0.0.1",
                                     "192.168.0.1",
                                     "224.0.0.1",
                                     "240.0.0.1",
                                     "255.255.255.255",
                                     "::",
                                     "::1",
                                     "fe80::1",
                                     "fc00::1",
                                     "fd12::1",
                                     "ff02::1",
                                     "2001::1",
                                     "64:ff9b::a00:1",
                                     "64:ff9b:1::1",
                                     "::ffff:1.1.1.1",
                                     "4000::1"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        struct addr a = parsed(yes[i]);
        if (!addr_is_public(&a))
            fail_msg("%s is public", yes[i]);
    }
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        struct addr a = parsed(no[i]);
        if (addr_is_public(&a))
            fail_msg("%s is not public", no[i]);
    }
    struct addr none = {0};
    assert_false(addr_is_public(&none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ipv4_text),
        cmocka_unit_test(test_ipv6_text_is_rfc5952),
        cmocka_unit_test(test_no_address_has_text_too),
        cmocka_unit_test(test_what_is_no_address),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_what_is_no_prefix),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_public),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
