/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The replay clock: packet time, never back but at a gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "sensor/clock.h"

#define S NS_PER_SEC

static void advances_and_stands(void **state)
{
    (void)state;
    struct clock clock;
    clock_init(&clock, 5 * S);
    assert_int_equal(clock_packet(&clock, 100 * S), CLOCK_ADVANCED);
    assert_int_equal(clock_packet(&clock, 101 * S), CLOCK_ADVANCED);
    assert_int_equal(clock_packet(&clock, 101 * S), CLOCK_STANDS);
    assert_int_equal(clock_packet(&clock, 96 * S), CLOCK_STANDS); /* five seconds exactly */
    assert_true(clock.now == 101 * S);
}

static void one_wild_stamp_is_no_gap(void **state)
{
    (void)state;
    struct clock clock;
    clock_init(&clock, 5 * S);
    clock_packet(&clock, 100 * S);
    assert_int_equal(clock_packet(&clock, 10 * S), CLOCK_STANDS);
    assert_int_equal(clock_packet(&clock, 101 * S), CLOCK_ADVANCED);
    assert_int_equal(clock_packet(&clock, 11 * S), CLOCK_STANDS); /* the first was forgotten */
    assert_int_equal(clock_packet(&clock, 50 * S), CLOCK_STANDS); /* and this one is elsewhere */
    assert_true(clock.now == 101 * S);
}

static void a_confirmed_step_back_is_a_gap(void **state)
{
    (void)state;
    struct clock clock;
    clock_init(&clock, 5 * S);
    clock_packet(&clock, 100 * S);
    assert_int_equal(clock_packet(&clock, 10 * S), CLOCK_STANDS);
    assert_int_equal(clock_packet(&clock, 11 * S), CLOCK_GAP);
    assert_true(clock.now == 11 * S);
    assert_int_equal(clock_packet(&clock, 12 * S), CLOCK_ADVANCED);
}

static void a_wild_stamp_ahead_heals(void **state)
{
    (void)state;
    struct clock clock;
    clock_init(&clock, 5 * S);
    clock_packet(&clock, 100 * S);
    assert_int_equal(clock_packet(&clock, 90000 * S), CLOCK_ADVANCED);
    assert_int_equal(clock_packet(&clock, 101 * S), CLOCK_STANDS);
    assert_int_equal(clock_packet(&clock, 102 * S), CLOCK_GAP);
    assert_true(clock.now == 102 * S);
}

static void a_further_file(void **state)
{
    (void)state;
    struct clock clock;
    clock_init(&clock, 5 * S);
    clock_packet(&clock, 100 * S);
    clock_next_file(&clock);
    assert_int_equal(clock_packet(&clock, 99 * S), CLOCK_GAP); /* earlier, if only a little */
    clock_next_file(&clock);
    assert_int_equal(clock_packet(&clock, 500 * S), CLOCK_ADVANCED);
    clock_next_file(&clock);
    assert_int_equal(clock_packet(&clock, 500 * S), CLOCK_STANDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(advances_and_stands),
        cmocka_unit_test(one_wild_stamp_is_no_gap),
        cmocka_unit_test(a_confirmed_step_back_is_a_gap),
        cmocka_unit_test(a_wild_stamp_ahead_heals),
        cmocka_unit_test(a_further_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
