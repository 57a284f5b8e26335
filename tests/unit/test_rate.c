/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether loss rises with the rate, and outages that come again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/detect/outages.h"
#include "sensor/detect/rate.h"

static nstime at(double second)
{
    return INT64_C(1724727600) * NS_PER_SEC + (nstime)(second * 1e9);
}

static void the_whole_second_before_counts(void **state)
{
    (void)state;
    struct rate rate = {0};
    for (int i = 0; i < 9; i++)
        rate_note(&rate, at(10 + i * 0.1));
    assert_int_equal(rate_class(&rate, at(10.95)), 0); /* the second itself is not over */
    assert_int_equal(rate_class(&rate, at(11.2)), 4);  /* 8 to 15 */
    assert_int_equal(rate_class(&rate, at(12)), 0);
    rate_note(&rate, at(9.5)); /* out of order */
    assert_int_equal(rate_class(&rate, at(10.1)), 1);
    rate_note(&rate, at(40.5)); /* the last second that is remembered with it is 9 */
    assert_int_equal(rate_class(&rate, at(11.2)), 4);
    assert_int_equal(rate_class(&rate, at(9.2)), RATE_UNKNOWN);
    rate_note(&rate, at(42.5)); /* in the place of 10 */
    assert_int_equal(rate_class(&rate, at(11.2)), RATE_UNKNOWN);
    assert_int_equal(rate_class(&rate, at(43.1)), 1);
    rate_note(&rate, at(500));
    assert_int_equal(rate_class(&rate, at(490)), 0);
    for (int i = 0; i < 70000; i++)
        rate_note(&rate, at(501));
    assert_int_equal(rate_class(&rate, at(502)), RATE_CLASSES - 1);
}

static void clear_only_where_it_is(void **state)
{
    (void)state;
    struct rate_rise rise;
    struct rate_losses losses = {.sent = {[0] = 60, [1] = 20, [6] = 30},
                                 .lost = {[0] = 2, [6] = 20}};
    assert_true(rate_rises(&losses, &rise));
    assert_in_range(rise.from, 2, 32);
    assert_int_equal(rise.busy_sent, 30);
    assert_int_equal(rise.busy_lost, 20);
    assert_int_equal(rise.quiet_sent, 80);
    assert_int_equal(rise.quiet_lost, 2);
    losses.lost[0] = 20; /* a third is lost at all times, and a bit more when busy */
    losses.lost[6] = 12;
    assert_false(rate_rises(&losses, &rise));
    losses = (struct rate_losses){.sent = {[0] = 90, [6] = 8}, .lost = {[6] = 8}}; /* too few */
    assert_false(rate_rises(&losses, &rise));
    losses = (struct rate_losses){.sent = {[0] = 40, [6] = 40}, .lost = {[0] = 30}}; /* it falls */
    assert_false(rate_rises(&losses, &rise));
    losses = (struct rate_losses){.sent = {[0] = 40, [6] = 40}, .lost = {[0] = 40, [6] = 40}};
    assert_false(rate_rises(&losses, &rise)); /* all is lost */
    losses = (struct rate_losses){.sent = {[3] = 200}, .lost = {[3] = 60}};
    assert_false(rate_rises(&losses, &rise)); /* always as busy */
}

static void outages_are_counted_when_they_are_over(void **state)
{
    (void)state;
    struct outages o = {0};
    outages_judged(&o, false, NSTIME_NONE, at(1));
    for (int i = 0; i < 3; i++) {
        outages_judged(&o, true, at(100 * i + 10), at(100 * i));
        outages_judged(&o, true, at(100 * i + 10), at(100 * i));
        outages_judged(&o, false, NSTIME_NONE, at(100 * i + 30 + i));
    }
    outages_judged(&o, true, at(400), at(333));
    assert_int_equal(o.count, 3);
    assert_true(o.first == at(10) && o.newest == at(210));
    assert_true(o.shortest == 20 * NS_PER_SEC && o.longest == 22 * NS_PER_SEC);
    assert_true(o.total == 63 * NS_PER_SEC);
    outages_gap(&o);
    outages_judged(&o, false, NSTIME_NONE, at(700));
    assert_int_equal(o.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_second_before_counts),
        cmocka_unit_test(clear_only_where_it_is),
        cmocka_unit_test(outages_are_counted_when_they_are_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
