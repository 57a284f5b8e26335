/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which alerts stand, and when each is told again, with a clock that is only a number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/tell/reminders.h"

#define M (60 * NS_PER_SEC)
#define H (60 * M)
#define D (24 * H)

static void fire(struct reminders *r, uint64_t id, nstime time)
{
    const struct notice notice = {.id = id, .time = time, .cause = CAUSE_SILENT_DROP};
    reminders_take(r, &notice);
}

static void resolve(struct reminders *r, uint64_t id, nstime time)
{
    const struct notice notice = {.id = id, .time = time, .resolution = RESOLUTION_RECOVERED};
    reminders_take(r, &notice);
}

static void intervals_double(void **state)
{
    (void)state;
    struct reminders r;
    const nstime after[] = {10 * M, 30 * M, 70 * M, 150 * M, 310 * M, 630 * M, 1270 * M};
    reminders_init(&r, 10 * M, D);
    assert_int_equal(reminders_next(&r), NSTIME_NEVER);
    fire(&r, 1, 100 * D);
    for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
        assert_int_equal(reminders_next(&r), 100 * D + after[i]);
        assert_null(reminders_due(&r, 100 * D + after[i] - 1));
        assert_int_equal(reminders_due(&r, 100 * D + after[i])->id, 1);
        assert_null(reminders_due(&r, 100 * D + after[i]));
    }
    /* Up to a day, and then once a day. */
    nstime last = 100 * D + 1270 * M;
    for (int i = 1; i <= 3; i++) {
        last = reminders_next(&r);
        assert_non_null(reminders_due(&r, last));
        if (i > 1)
            assert_int_equal(reminders_next(&r), last + D);
    }
    reminders_free(&r);
}

static void news_begins_anew(void **state)
{
    (void)state;
    struct reminders r;
    reminders_init(&r, 10 * M, D);
    fire(&r, 1, 0);
    assert_non_null(reminders_due(&r, 10 * M));
    fire(&r, 1, 15 * M); /* its cause changed */
    assert_int_equal(r.firing, 1);
    assert_int_equal(reminders_next(&r), 25 * M);
    resolve(&r, 1, 20 * M);
    assert_int_equal(r.firing, 0);
    assert_int_equal(reminders_next(&r), NSTIME_NEVER);
    assert_null(reminders_due(&r, 100 * D));
    reminders_free(&r);
}

static void each_once_after_a_long_sleep(void **state)
{
    (void)state;
    struct reminders r;
    reminders_init(&r, 10 * M, D);
    for (uint64_t id = 1; id <= 40; id++)
        fire(&r, id, 0);
    resolve(&r, 7, M);
    uint64_t seen = 0, count = 0;
    for (const struct notice *n = reminders_due(&r, 30 * D); n; n = reminders_due(&r, 30 * D)) {
        assert_int_not_equal(n->id, 7);
        seen |= UINT64_C(1) << n->id;
        count++;
    }
    assert_int_equal(count, 39);
    assert_int_equal(seen, ((UINT64_C(1) << 41) - 2) & ~(UINT64_C(1) << 7));
    reminders_free(&r);
}

static void none_where_switched_off(void **state)
{
    (void)state;
    struct reminders r;
    reminders_init(&r, 0, D);
    fire(&r, 1, 0);
    assert_int_equal(r.firing, 1);
    assert_int_equal(reminders_next(&r), NSTIME_NEVER);
    assert_null(reminders_due(&r, 100 * D));
    reminders_free(&r);
}

static void a_bounded_table_still_counts(void **state)
{
    (void)state;
    struct reminders r;
    const uint64_t all = REMINDERS_MAX + 100;
    reminders_init(&r, 10 * M, D);
    for (uint64_t id = 1; id <= all; id++)
        fire(&r, id, 0);
    fire(&r, all, M); /* one that is not kept changes */
    assert_int_equal(r.firing, all);
    assert_int_equal(r.count, REMINDERS_MAX);
    assert_true(r.unkept >= 100);
    for (uint64_t id = all; id >= 1; id--)
        resolve(&r, id, 2 * M);
    assert_int_equal(r.firing, 0);
    assert_int_equal(r.count, 0);
    reminders_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_double),
        cmocka_unit_test(news_begins_anew),
        cmocka_unit_test(each_once_after_a_long_sleep),
        cmocka_unit_test(none_where_switched_off),
        cmocka_unit_test(a_bounded_table_still_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
