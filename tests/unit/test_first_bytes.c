/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What either side begins with, whole, cut and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "decoders/first_bytes.h"

/* From memory of just that size. */
static struct first_bytes read_bytes(const void *bytes, size_t length)
{
    uint8_t *copy = malloc(length ? length : 1);
    memcpy(copy, bytes, length);
    struct first_bytes first = first_bytes_read(cursor_make(copy, length));
    free(copy);
    return first;
}

static void kinds(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        enum first_kind kind;
        unsigned status;
    } cases[] = {
        {"", 0, FIRST_NONE, 0},
        {"CONNECT a:443 HTTP/1.1\r\n", 24, FIRST_CONNECT, 0},
        {"CONNECT", 7, FIRST_OTHER, 0},
        {"connect a:443", 13, FIRST_OTHER, 0},
        {"GET / HTTP/1.1\r\n", 16, FIRST_OTHER, 0},
        {"HTTP/1.1 200 OK\r\n", 17, FIRST_STATUS, 200},
        {"HTTP/1.0 302", 12, FIRST_STATUS, 302},
        {"HTTP/1.1 40", 11, FIRST_OTHER, 0},
        {"HTTP/1.1 4o3", 12, FIRST_OTHER, 0},
        {"HTTP/1.1 003", 12, FIRST_OTHER, 0},
        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11, FIRST_CLIENT_HELLO, 0},
        {"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", 11, FIRST_SERVER_HELLO, 0},
        {"\x16\x03\x03\x00\x7a\x0b\x00", 7, FIRST_OTHER, 0},
        {"\x16\x02\x03\x00\x7a\x01\x00", 7, FIRST_OTHER, 0},
        {"\x16\x03\x01\x02\x00\x01", 6, FIRST_OTHER, 0},
        {"\x15\x03\x03\x00\x02\x02\x28", 7, FIRST_ALERT, 0},
        {"\x15\x03\x03\x00\x1a\x02\x28", 7, FIRST_OTHER, 0}, /* encrypted */
        {"\x15\x03\x03\x00\x02\x03\x28", 7, FIRST_OTHER, 0},
        {"\x17\x03\x03\x00\x02\x02\x28", 7, FIRST_OTHER, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct first_bytes first = read_bytes(cases[i].bytes, cases[i].length);
        assert_int_equal(first.kind, cases[i].kind);
        assert_int_equal(first.status, cases[i].status);
    }
}

static void alerts(void **state)
{
    (void)state;
    char out[16];
    struct first_bytes first = read_bytes("\x15\x03\x03\x00\x02\x02\x70", 7);
    assert_int_equal(first.level, 2);
    assert_string_equal(first_bytes_alert_name(first.description, out), "unrecognized name");
    assert_string_equal(first_bytes_alert_name(199, out), "alert 199");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kinds), cmocka_unit_test(alerts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
