/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moments as text: every kind of year, both sides of the epoch, and what is cut off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "decoders/nstime.h"

static void expect(nstime t, const char *text)
{
    char out[NSTIME_TEXT];
    assert_string_equal(nstime_iso(t, out), text);
    assert_ptr_equal(nstime_iso(t, out), out);
}

static void test_known_moments(void **state)
{
    (void)state;
    expect(0, "1970-01-01T00:00:00.000000+0000");
    expect(1724727996 * NS_PER_SEC + 491417 * NS_PER_US, "2024-08-27T03:06:36.491417+0000");
    expect(INT64_C(4102444799) * NS_PER_SEC, "2099-12-31T23:59:59.000000+0000");
}

static void test_leap_years(void **state)
{
    (void)state;
    expect(INT64_C(1709164800) * NS_PER_SEC, "2024-02-29T00:00:00.000000+0000");
    expect(INT64_C(1709251200) * NS_PER_SEC, "2024-03-01T00:00:00.000000+0000");
    expect(INT64_C(951782400) * NS_PER_SEC, "2000-02-29T00:00:00.000000+0000");
    expect(INT64_C(951868800) * NS_PER_SEC, "2000-03-01T00:00:00.000000+0000");
    expect(INT64_C(4107456000) * NS_PER_SEC, "2100-02-28T00:00:00.000000+0000");
    expect(INT64_C(4107542400) * NS_PER_SEC, "2100-03-01T00:00:00.000000+0000");
    expect(INT64_C(1735689599) * NS_PER_SEC, "2024-12-31T23:59:59.000000+0000");
}

static void test_finer_is_cut_off(void **state)
{
    (void)state;
    expect(999, "1970-01-01T00:00:00.000000+0000");
    expect(1999, "1970-01-01T00:00:00.000001+0000");
    expect(NS_PER_SEC - 1, "1970-01-01T00:00:00.999999+0000");
}

static void test_before_the_epoch(void **state)
{
    (void)state;
    expect(-1, "1969-12-31T23:59:59.999999+0000");
    expect(-NS_PER_SEC, "1969-12-31T23:59:59.000000+0000");
    expect(INT64_C(-86400) * NS_PER_SEC, "1969-12-31T00:00:00.000000+0000");
    expect(INT64_C(-2203891200) * NS_PER_SEC, "1900-03-01T00:00:00.000000+0000");
}

static void test_extremes_fit(void **state)
{
    (void)state;
    expect(INT64_MAX, "2262-04-11T23:47:16.854775+0000");
    expect(INT64_MIN, "1677-09-21T00:12:43.145224+0000"); /* exactly .145224192 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_moments),    cmocka_unit_test(test_leap_years),
        cmocka_unit_test(test_finer_is_cut_off), cmocka_unit_test(test_before_the_epoch),
        cmocka_unit_test(test_extremes_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
