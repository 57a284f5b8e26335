/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracking: what its reports point to stays valid until the next call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "script.h"
#include "sensor/tracking.h"

#define SWG_NAME "proxy.sig.umbrella.com"

static const uint64_t key[2] = {1, 2};

/* Writes over the stack that the call before has left. */
__attribute__((noinline)) static unsigned wipe_stack(unsigned value)
{
    volatile unsigned char deep[65536];
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof deep; i++)
        deep[i] = (unsigned char)value;
    for (size_t i = 0; i < sizeof deep; i += 4096)
        sum += deep[i];
    return sum;
}

static void the_name_of_a_lesson_outlives_the_call(void **state)
{
    (void)state;
    static struct reports reports;
    const bool routed[2] = {false, false};
    struct config config;
    char error[CONFIG_ERROR] = "";
    assert_true(config_defaults(&config));
    struct watchlist *watchlist = watchlist_new(&config, key, error);
    struct tracking *tracking = tracking_new(&config, key);
    assert_non_null(watchlist);
    assert_non_null(tracking);

    struct script script = script_new();
    struct script_dns d;
    script_query(&script, &d, script_at(0), 1, SWG_NAME, DNS_A);
    tracking_packet(tracking, watchlist, script_at(0), &d.packet, routed, &reports);
    script_answer(&script, &d, script_at(10), 1, SWG_NAME, DNS_A, DNS_NOERROR,
                  (const char *const[]){"A 18.135.112.200", NULL});
    tracking_packet(tracking, watchlist, script_at(10), &d.packet, routed, &reports);
    assert_non_null(reports.lesson);
    assert_int_equal(reports.lesson->addresses, 1);
    assert_true(wipe_stack(0xee) > 0);
    assert_string_equal(reports.lesson_name, SWG_NAME);

    tracking_free(tracking);
    watchlist_free(watchlist);
    config_free(&config);
}

/* An answer waits for a query that never comes, and reports nothing when it has waited enough. What
 * is due later keeps its own moment. */
static void each_moment_stands_for_itself(void **state)
{
    (void)state;
    static struct reports reports;
    const bool routed[2] = {false, false};
    struct config config;
    char error[CONFIG_ERROR] = "";
    assert_true(config_defaults(&config));
    struct watchlist *watchlist = watchlist_new(&config, key, error);
    struct tracking *tracking = tracking_new(&config, key);
    assert_non_null(watchlist);
    assert_non_null(tracking);

    struct script script = script_new();
    struct script_dns d;
    script_query(&script, &d, script_at(0), 1, "example.com", DNS_A);
    tracking_packet(tracking, watchlist, script_at(0), &d.packet, routed, &reports);
    script_answer(&script, &d, script_at(10), 2, "example.org", DNS_A, DNS_NOERROR,
                  (const char *const[]){"A 192.0.2.1", NULL});
    tracking_packet(tracking, watchlist, script_at(10), &d.packet, routed, &reports);

    const nstime first = tracking_next(tracking);
    assert_true(first < script_at(200));
    assert_false(tracking_expire(tracking, &reports));
    assert_int_equal(reports.count, 0);
    assert_true(tracking_next(tracking) == script_at(5000));
    assert_true(tracking_expire(tracking, &reports));
    assert_int_equal(reports.count, 1);
    assert_true(tracking_next(tracking) > script_at(5000));

    tracking_free(tracking);
    watchlist_free(watchlist);
    config_free(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_of_a_lesson_outlives_the_call),
        cmocka_unit_test(each_moment_stands_for_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
