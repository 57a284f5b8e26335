/* SPDX-License-Identifier: GPL-2.0-or-later */
/* narrow: FILTER means the same with and without VLAN tags, unless it speaks of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "decode.h"
#include "sensor/capture/narrow.h"
#include "wire.h"

static void udp(struct wire *w)
{
    size_t ip = wire_ipv4(w, "10.1.2.3", "208.67.222.222", IPPROTO_UDP);
    size_t at = wire_udp(w, 40000, 53);
    wire_zero(w, 12);
    wire_udp_end(w, at);
    wire_ipv4_end(w, ip);
}

static struct wire tagged(unsigned tags)
{
    struct wire w = {0};
    wire_ethernet(&w, tags ? 0x8100 : 0x0800);
    for (unsigned i = tags; i > 0; i--)
        wire_vlan(&w, 10 + i, i > 1 ? 0x8100 : 0x0800);
    udp(&w);
    return w;
}

static bool passes(const char *filter, const struct wire *w, uint32_t linktype, size_t captured)
{
    char error[SOURCE_ERROR];
    uint8_t *bytes = wire_exact(w, captured);
    struct frame frame = {.linktype = linktype,
                          .length = (uint32_t)w->length,
                          .captured = (uint32_t)captured,
                          .bytes = bytes};
    struct narrow *narrow = narrow_new(filter);
    assert_non_null(narrow);
    assert_true(narrow_prepare(narrow, linktype, "a test", error));
    assert_true(narrow_prepare(narrow, linktype, "a test", error));
    bool result = narrow_passes(narrow, &frame);
    narrow_free(narrow);
    free(bytes);
    return result;
}

static void the_same_inside_tags(void **state)
{
    static const struct {
        const char *filter;
        bool passes;
    } cases[] = {
        {"host 10.1.2.3", true},
        {"not host 10.1.2.3", false},
        {"host 10.1.2.4", false},
        {"udp port 53", true},
        {"ip", true},
        {"not ip", false},
        {"net 10.1.0.0/16", true},
        {"ether src 02:00:00:00:00:01", true},
        {"udp[4:2] = 20", true},
        {"ether dst 02:00:00:00:00:01", false},
    };
    (void)state;
    for (unsigned tags = 0; tags <= 8; tags++) {
        struct wire w = tagged(tags);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            assert_int_equal(passes(cases[i].filter, &w, DLT_EN10MB, w.length), cases[i].passes);
    }
}

static void as_it_stands_where_it_speaks_of_tags(void **state)
{
    struct wire plain = tagged(0), one = tagged(1), two = tagged(2);

    (void)state;
    assert_false(passes("vlan", &plain, DLT_EN10MB, plain.length));
    assert_true(passes("not vlan", &plain, DLT_EN10MB, plain.length));
    assert_true(passes("vlan 11", &one, DLT_EN10MB, one.length));
    assert_false(passes("vlan 12", &one, DLT_EN10MB, one.length));
    assert_true(passes("vlan 12 and vlan 11 and host 10.1.2.3", &two, DLT_EN10MB, two.length));
    assert_true(passes("ether proto 0x8100", &one, DLT_EN10MB, one.length));
    assert_true(passes("ether[12:2] = 0x8100", &one, DLT_EN10MB, one.length));
    assert_true(passes("link [ 12:2 ] = 0x8100", &one, DLT_EN10MB, one.length));
    assert_false(passes("ether[12:2] = 0x8100", &plain, DLT_EN10MB, plain.length));
}

static void cooked_and_raw(void **state)
{
    struct wire sll = {0}, sll2 = {0}, raw = {0};

    (void)state;
    wire_zero(&sll, 14);
    wire_be16(&sll, 0x88a8);
    wire_vlan(&sll, 7, 0x0800);
    udp(&sll);
    assert_true(passes("host 10.1.2.3", &sll, DLT_LINUX_SLL, sll.length));
    wire_be16(&sll2, 0x8100);
    wire_zero(&sll2, 18);
    wire_vlan(&sll2, 7, 0x0800);
    udp(&sll2);
    assert_true(passes("host 10.1.2.3", &sll2, DLT_LINUX_SLL2, sll2.length));
    assert_false(passes("not host 10.1.2.3", &sll2, DLT_LINUX_SLL2, sll2.length));
    udp(&raw);
    assert_true(passes("host 10.1.2.3", &raw, DLT_RAW, raw.length));
}

/* Wherever the snap length cuts, nothing beyond it is read. */
static void cut_anywhere(void **state)
{
    struct wire w = tagged(2);

    (void)state;
    for (size_t captured = 1; captured < w.length; captured++) {
        passes("host 10.1.2.3", &w, DLT_EN10MB, captured);
        passes("host 10.1.2.3", &w, DLT_LINUX_SLL2, captured);
    }
}

static void any_link_type(void **state)
{
    struct wire w = tagged(1);
    struct frame frame = {.linktype = DLT_EN10MB,
                          .length = (uint32_t)w.length,
                          .captured = (uint32_t)w.length,
                          .bytes = w.bytes};
    struct narrow *narrow = narrow_new("ip");

    (void)state;
    assert_true(narrow_passes(narrow, &frame)); /* compiled as it comes */
    frame.linktype = 147;                       /* a user's own, of which nobody knows anything */
    assert_false(narrow_passes(narrow, &frame));
    narrow_free(narrow);
    narrow_free(NULL);
}

static void mistakes_are_told(void **state)
{
    char error[SOURCE_ERROR];
    struct narrow *narrow = narrow_new("vlan 12");

    (void)state;
    assert_int_equal(narrow_check("host 10.1.2.3", error), 0);
    assert_int_equal(narrow_check("host 10.1.2.", error), EX_USAGE);
    assert_non_null(strstr(error, "is no capture filter"));
    assert_false(narrow_prepare(narrow, DLT_LINUX_SLL, "eth0", error));
    assert_non_null(strstr(error, "the link type of eth0"));
    narrow_free(narrow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_inside_tags),
        cmocka_unit_test(as_it_stands_where_it_speaks_of_tags),
        cmocka_unit_test(cooked_and_raw),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(any_link_type),
        cmocka_unit_test(mistakes_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
