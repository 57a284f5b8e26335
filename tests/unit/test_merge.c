/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The merge of a tap's ports: frames in the order of their times, none held longer than needed, and
 * a port that goes takes nobody's frames with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sensor/capture/merge.h"

/* A source that hands out the times of a list; 0 is "nothing now", -1 "broken", -2 one that FILTER
 * passes over. */
struct fake {
    struct source source;
    const nstime *at;
    unsigned asked;
};

static enum source_status fake_next(struct source *source, struct frame *out)
{
    struct fake *fake = (struct fake *)source;
    fake->asked++;
    *out = (struct frame){.length = 60};
    if (*fake->at == 0)
        return SOURCE_EMPTY;
    if (*fake->at == -1)
        return SOURCE_DAMAGED;
    if (*fake->at == -2)
        return fake->at++, SOURCE_PASSED;
    out->time = *fake->at++;
    return SOURCE_FRAME;
}

static const struct source_ops fake_ops = {.next = fake_next};

static struct fake fake_of(const nstime *times)
{
    return (struct fake){.source = {.ops = &fake_ops}, .at = times};
}

static void expect(struct merge *merge, nstime time, size_t from)
{
    struct frame frame;
    size_t at = 99;
    assert_int_equal(merge_next(merge, &frame, &at), SOURCE_FRAME);
    assert_int_equal(frame.time, time);
    assert_int_equal(at, from);
}

static void expect_status(struct merge *merge, enum source_status status)
{
    struct frame frame;
    size_t at;
    assert_int_equal(merge_next(merge, &frame, &at), status);
}

static void one_source_waits_for_nobody(void **state)
{
    (void)state;
    struct fake a = fake_of((const nstime[]){10, 11, 9, 0});
    struct merge merge = {0};
    merge_set(&merge, 0, &a.source);
    merge_turn(&merge, 5);
    expect(&merge, 10, 0);
    expect(&merge, 11, 0);
    expect(&merge, 9, 0);
    expect_status(&merge, SOURCE_EMPTY);
    assert_true(merge_waits(&merge) == NSTIME_NEVER);
}

static void two_are_put_in_order(void **state)
{
    (void)state;
    struct fake a = fake_of((const nstime[]){10, 13, 14, 0});
    struct fake b = fake_of((const nstime[]){11, 12, 15, 0});
    struct merge merge = {0};
    merge_set(&merge, 0, &a.source);
    merge_set(&merge, 1, &b.source);
    merge_turn(&merge, 5);
    expect(&merge, 10, 0);
    expect(&merge, 11, 1);
    expect(&merge, 12, 1);
    expect(&merge, 13, 0);
    expect(&merge, 14, 0);
    expect_status(&merge, SOURCE_EMPTY); /* a may still come with one before 15 … */
    assert_int_equal(merge_waits(&merge), 15);
    merge_turn(&merge, 14);
    expect_status(&merge, SOURCE_EMPTY);
    merge_turn(&merge, 15); /* … until it has had the time to */
    expect(&merge, 15, 1);
    expect_status(&merge, SOURCE_EMPTY);
}

static void a_quiet_source_is_asked_once_a_turn(void **state)
{
    (void)state;
    struct fake a = fake_of((const nstime[]){1, 2, 3, 0});
    struct fake quiet = fake_of((const nstime[]){0});
    struct merge merge = {0};
    merge_set(&merge, 0, &a.source);
    merge_set(&merge, 1, &quiet.source);
    merge_turn(&merge, 5);
    for (nstime t = 1; t <= 3; t++)
        expect(&merge, t, 0);
    expect_status(&merge, SOURCE_EMPTY);
    assert_int_equal(quiet.asked, 1);
}

static void a_broken_source_is_named_and_holds_nothing_up(void **state)
{
    (void)state;
    struct fake a = fake_of((const nstime[]){10, 0});
    struct fake b = fake_of((const nstime[]){-1});
    struct merge merge = {0};
    struct frame frame;
    size_t at = 99;
    merge_set(&merge, 0, &a.source);
    merge_set(&merge, 1, &b.source);
    merge_turn(&merge, 5);
    assert_int_equal(merge_next(&merge, &frame, &at), SOURCE_DAMAGED);
    assert_int_equal(at, 1);
    merge_set(&merge, 1, NULL);
    expect(&merge, 10, 0);
}

static void what_the_filter_passes_over_comes_out_at_once(void **state)
{
    (void)state;
    struct fake a = fake_of((const nstime[]){-2, 10, 0});
    struct fake b = fake_of((const nstime[]){0});
    struct merge merge = {0};
    merge_set(&merge, 0, &a.source);
    merge_set(&merge, 1, &b.source);
    merge_turn(&merge, 5);
    expect_status(&merge, SOURCE_PASSED);
    expect_status(&merge, SOURCE_EMPTY);
    assert_int_equal(merge_waits(&merge), 10);
}

/* The clock was set back while a frame waited, or an adapter's stamp is wild. */
static void a_stamp_far_ahead_does_not_stop_its_source(void **state)
{
    (void)state;
    const nstime now = 1000 * NS_PER_SEC;
    struct fake a = fake_of((const nstime[]){now + 3600 * NS_PER_SEC, 0});
    struct fake b = fake_of((const nstime[]){0});
    struct merge merge = {0};
    merge_set(&merge, 0, &a.source);
    merge_set(&merge, 1, &b.source);
    merge_turn(&merge, now);
    expect(&merge, now, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_source_waits_for_nobody),
        cmocka_unit_test(two_are_put_in_order),
        cmocka_unit_test(a_quiet_source_is_asked_once_a_turn),
        cmocka_unit_test(a_broken_source_is_named_and_holds_nothing_up),
        cmocka_unit_test(what_the_filter_passes_over_comes_out_at_once),
        cmocka_unit_test(a_stamp_far_ahead_does_not_stop_its_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
