/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses with a port or without, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/endpoint.h"

static void reads_and_writes(void **state)
{
    static const struct {
        const char *text, *addr;
        uint16_t port;
        const char *back;
    } good[] = {
        {"192.0.2.53", "192.0.2.53", 0, "192.0.2.53"},
        {"192.0.2.53:5353", "192.0.2.53", 5353, "192.0.2.53:5353"},
        {"2001:db8::53", "2001:db8::53", 0, "2001:db8::53"},
        {"[2001:db8::53]", "2001:db8::53", 0, "2001:db8::53"},
        {"[2001:db8::]:65535", "2001:db8::", 65535, "[2001:db8::]:65535"},
        {"::1", "::1", 0, "::1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct addr addr, wanted;
        uint16_t port;
        char text[ENDPOINT_TEXT];
        assert_true(addr_parse(good[i].addr, &wanted));
        assert_true(endpoint_parse(good[i].text, &addr, &port));
        assert_true(addr_equal(&addr, &wanted));
        assert_int_equal(port, good[i].port);
        assert_string_equal(endpoint_format(&addr, port, text), good[i].back);
    }
}

static void refuses(void **state)
{
    static const char *const bad[] = {
        "",
        ":",
        ":53",
        "[",
        "]",
        "[]",
        "[]:53",
        "[:53",
        "192.0.2.53:",
        "192.0.2.53:0",
        "1:2",
        "192.0.2.53:65536",
        "192.0.2:5",
        "::1]:53",
        "[192.0.2.1]:5",
        "[::1]:",
        "[::1]x",
        "[::1]:5 ",
        "name:53",
        "[::1]:+53",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct addr addr;
        uint16_t port;
        if (endpoint_parse(bad[i], &addr, &port))
            fail_msg("taken: %s", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
