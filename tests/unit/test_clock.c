/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The replay clock: packet time, never back but at a gap. The live one: the wall's while nothing is
 * left to read. And what the kernel's clocks tell of a suspend and of somebody who sets them. */
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

static void live_it_follows_the_wall_and_never_steps_back(void **state)
{
    (void)state;
    struct clock clock;
    clock_init(&clock, 5 * S);
    clock_live(&clock);
    assert_int_equal(clock_idle(&clock, 100 * S), CLOCK_ADVANCED);
    assert_int_equal(clock_packet(&clock, 99 * S), CLOCK_STANDS); /* it took its time */
    assert_int_equal(clock_packet(&clock, 101 * S), CLOCK_ADVANCED);
    assert_int_equal(clock_idle(&clock, 100 * S), CLOCK_STANDS);
    assert_int_equal(clock_packet(&clock, 10 * S), CLOCK_STANDS);
    assert_int_equal(clock_packet(&clock, 11 * S), CLOCK_STANDS); /* gaps are told, not guessed */
    assert_true(clock.now == 101 * S);
    assert_int_equal(clock_gap(&clock, 12 * S), CLOCK_GAP);
    assert_true(clock.now == 12 * S);
    assert_int_equal(clock_idle(&clock, 13 * S), CLOCK_ADVANCED);
}

static void a_suspend_is_told_from_a_clock_that_is_set(void **state)
{
    (void)state;
    struct wall wall;
    struct wall_reading at = {.real = 1000 * S, .mono = 50 * S, .boot = 60 * S};
    nstime by = 0;
    wall_init(&wall, &at);
    at.real += S, at.mono += S, at.boot += S + 1000; /* one is read after the other */
    assert_int_equal(wall_look(&wall, &at, &by), WALL_STEADY);
    at.real += 3600 * S, at.boot += 3600 * S;
    assert_int_equal(wall_look(&wall, &at, &by), WALL_SLEPT);
    assert_in_range(by, 3600 * S - 2000, 3600 * S);
    assert_int_equal(wall_look(&wall, &at, &by), WALL_STEADY); /* told once */
    at.real -= 7200 * S;
    assert_int_equal(wall_look(&wall, &at, &by), WALL_STEPPED);
    assert_true(by == -7200 * S);
    at.real += 2 * S;
    assert_int_equal(wall_look(&wall, &at, &by), WALL_STEPPED);
    assert_true(by == 2 * S);
    at = wall_read();
    assert_true(at.boot >= at.mono);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(advances_and_stands),
        cmocka_unit_test(one_wild_stamp_is_no_gap),
        cmocka_unit_test(a_confirmed_step_back_is_a_gap),
        cmocka_unit_test(a_wild_stamp_ahead_heals),
        cmocka_unit_test(a_further_file),
        cmocka_unit_test(live_it_follows_the_wall_and_never_steps_back),
        cmocka_unit_test(a_suspend_is_told_from_a_clock_that_is_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
