/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The progress line: nothing for a short replay, nothing without a terminal, seldom a look at the
 * clock, and a clean line at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/tell/progress.h"

struct fake {
    nstime now;
    unsigned looks; /* at the clock */
    char *text;
    size_t length, seen;
    FILE *out;
    struct progress progress;
};

static nstime fake_clock(void *context)
{
    struct fake *f = context;
    f->looks++;
    return f->now;
}

static int set_up(void **state)
{
    struct fake *f = calloc(1, sizeof *f);
    f->now = 1000 * NS_PER_SEC;
    f->out = open_memstream(&f->text, &f->length);
    *state = f;
    return f->out ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fake *f = *state;
    fclose(f->out);
    free(f->text);
    free(f);
    return 0;
}

/* What was printed since the last call. */
static const char *printed(struct fake *f)
{
    fflush(f->out);
    const char *text = f->text + f->seen;
    f->seen = f->length;
    return text;
}

static void a_short_replay_shows_nothing(void **state)
{
    struct fake *f = *state;
    progress_begin(&f->progress, f->out, 100, fake_clock, f);
    f->now += NS_PER_SEC - 1;
    progress_look(&f->progress, 50, 10);
    progress_wipe(&f->progress);
    assert_string_equal(printed(f), "");
}

static void without_a_terminal_nothing_is_shown_or_asked(void **state)
{
    struct fake *f = *state;
    progress_begin(&f->progress, NULL, 100, fake_clock, f);
    for (unsigned i = 0; i < 3 * PROGRESS_CALLS; i++)
        progress_update(&f->progress, i, i);
    progress_wipe(&f->progress);
    assert_int_equal(f->looks, 0);
    assert_string_equal(printed(f), "");
}

static void the_clock_is_asked_seldom(void **state)
{
    struct fake *f = *state;
    progress_begin(&f->progress, f->out, 100, fake_clock, f);
    for (unsigned i = 0; i < 10 * PROGRESS_CALLS; i++)
        progress_update(&f->progress, i, i);
    assert_int_equal(f->looks, 1 + 10);
}

static void the_line_is_drawn_and_wiped(void **state)
{
    struct fake *f = *state;
    progress_begin(&f->progress, f->out, 1000, fake_clock, f);
    f->now += 2 * NS_PER_SEC;
    progress_look(&f->progress, 20, 1234567);
    assert_string_equal(printed(f), "\r[..............................]   2 %, 1,234,567 packets"
                                    "\033[K");
    f->now += NS_PER_SEC / 5 - 1; /* not five times a second */
    progress_look(&f->progress, 30, 2);
    assert_string_equal(printed(f), "");
    f->now += 8 * NS_PER_SEC + 1;
    progress_look(&f->progress, 500, 2000000);
    assert_string_equal(printed(f), "\r[###############...............]  50 %, about 10 s left, "
                                    "2,000,000 packets\033[K");
    f->now += NS_PER_SEC;
    progress_look(&f->progress, 1001, 3000000); /* the file grew while it was read */
    assert_string_equal(printed(f), "\r[##############################] 100 %, "
                                    "3,000,000 packets\033[K");
    progress_wipe(&f->progress);
    assert_string_equal(printed(f), "\r\033[K");
    progress_wipe(&f->progress); /* nothing left to wipe */
    assert_string_equal(printed(f), "");
}

static void a_pipe_has_no_percentage(void **state)
{
    struct fake *f = *state;
    progress_begin(&f->progress, f->out, 0, fake_clock, f);
    f->now += 2 * NS_PER_SEC;
    progress_look(&f->progress, 999, 1);
    assert_string_equal(printed(f), "\r1 packet\033[K");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_short_replay_shows_nothing), TEST(without_a_terminal_nothing_is_shown_or_asked),
        TEST(the_clock_is_asked_seldom),    TEST(the_line_is_drawn_and_wiped),
        TEST(a_pipe_has_no_percentage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
