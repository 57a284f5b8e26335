/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loss: what the capture lacks is counted by the minute, and told only where it is no chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/detect/loss.h"

static nstime at(int64_t second)
{
    return (1000000 + second) * NS_PER_SEC;
}

static unsigned permille(const struct loss *loss, nstime since, uint64_t least)
{
    const struct loss_count count = loss_since(loss, since);
    return loss_permille(&count, least);
}

static void few_are_chance(void **state)
{
    (void)state;
    struct loss loss;
    loss_init(&loss);
    assert_int_equal(permille(&loss, NSTIME_NONE, 1), 0);
    assert_int_equal(permille(&loss, at(0), 1), 0);
    for (int i = 0; i < 40; i++)
        loss_due(&loss, at(0), i < 2);
    assert_int_equal(permille(&loss, NSTIME_NONE, 1), 0);
    loss_due(&loss, at(0), true);
    assert_int_equal(permille(&loss, NSTIME_NONE, 1), 73);
    assert_int_equal(permille(&loss, NSTIME_NONE, 100), 0); /* not yet a rate */
    loss_found(&loss);
    assert_int_equal(permille(&loss, NSTIME_NONE, 1), 0);
}

static void drops_weigh_like_missing_packets(void **state)
{
    (void)state;
    struct loss loss;
    loss_init(&loss);
    for (int i = 0; i < 980; i++)
        loss_packet(&loss, at(i / 100));
    loss_dropped(&loss, at(10), 20);
    assert_int_equal(permille(&loss, NSTIME_NONE, 100), 20);
}

static void the_minutes_pass(void **state)
{
    (void)state;
    struct loss loss;
    loss_init(&loss);
    for (int minute = 0; minute < 90; minute++)
        for (int i = 0; i < 100; i++)
            loss_due(&loss, at(minute * 60), minute < 5 && i < 50);
    assert_int_equal(permille(&loss, at(80 * 60), 1), 0);
    assert_int_equal(permille(&loss, NSTIME_NONE, 1), 250 * 1000 / 9000);
    assert_int_equal(permille(&loss, at(0), 1), 250 * 1000 / 9000); /* before the ring: all */
    loss_due(&loss, at(60 * 60), true); /* an older stamp counts with the newest minute */
    const struct loss_count count = loss_since(&loss, at(89 * 60));
    assert_int_equal(count.missing, 1);
}

static void a_gap_puts_all_behind(void **state)
{
    (void)state;
    struct loss loss;
    loss_init(&loss);
    for (int i = 0; i < 100; i++)
        loss_due(&loss, at(7200), true);
    loss_gap(&loss);
    for (int i = 0; i < 100; i++)
        loss_due(&loss, at(0), false);
    assert_int_equal(permille(&loss, at(-600), 1), 0);
    assert_int_equal(permille(&loss, NSTIME_NONE, 1), 500);
}

static void the_clock_may_leap(void **state)
{
    (void)state;
    struct loss loss;
    loss_init(&loss);
    loss_packet(&loss, 0);
    loss_dropped(&loss, INT64_MAX - 1, 5);
    assert_int_equal(permille(&loss, NSTIME_NONE, 1), 833);
    assert_int_equal(permille(&loss, INT64_MAX - NS_PER_SEC, 1), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_are_chance),     cmocka_unit_test(drops_weigh_like_missing_packets),
        cmocka_unit_test(the_minutes_pass),   cmocka_unit_test(a_gap_puts_all_behind),
        cmocka_unit_test(the_clock_may_leap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
