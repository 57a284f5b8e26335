/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event loop: descriptors that come and go while it turns, timers in their order, signals, and
 * that it sleeps where nothing is to be done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sensor/loop.h"

struct stage {
    struct loop *loop;
    int pipe[2][2]; /* two pipes; [0] is read */
    char said[32];  /* a letter for each call */
    unsigned turns;
    struct loop_timer timer[3];
};

static void say(struct stage *s, char letter)
{
    size_t length = strlen(s->said);
    assert_true(length + 1 < sizeof s->said);
    s->said[length] = letter;
    s->said[length + 1] = '\0';
}

static void count_turn(void *context)
{
    struct stage *s = context;
    /* Every test ends after a few turns: a loop that spins is a failure, no hang. */
    if (++s->turns == 100)
        loop_stop(s->loop);
}

static int set_up(void **state)
{
    static struct stage stage;
    stage = (struct stage){.loop = loop_new()};
    *state = &stage;
    for (int i = 0; i < 2; i++)
        if (pipe(stage.pipe[i]) != 0)
            return -1;
    if (stage.loop)
        loop_each_turn(stage.loop, count_turn, &stage);
    return stage.loop ? 0 : -1;
}

static int tear_down(void **state)
{
    struct stage *s = *state;
    for (int i = 0; i < 4; i++)
        close(s->pipe[i / 2][i % 2]);
    loop_free(s->loop);
    return 0;
}

static void put(struct stage *s, int pipe)
{
    assert_int_equal(write(s->pipe[pipe][1], "x", 1), 1);
}

static void stop(void *context)
{
    struct stage *s = context;
    say(s, '.');
    loop_stop(s->loop);
}

static void stop_soon(struct stage *s)
{
    s->timer[2] = (struct loop_timer){.fn = stop, .context = s};
    loop_arm(s->loop, &s->timer[2], loop_now() + 100 * NS_PER_MS);
}

static void read_one(void *context, uint32_t events)
{
    struct stage *s = context;
    char byte;
    assert_true(events & EPOLLIN);
    assert_int_equal(read(s->pipe[0][0], &byte, 1), 1);
    say(s, 'r');
}

static void a_descriptor_is_told_of_until_it_is_read_empty(void **state)
{
    struct stage *s = *state;
    put(s, 0);
    put(s, 0);
    assert_true(loop_add(s->loop, s->pipe[0][0], EPOLLIN, read_one, s));
    stop_soon(s);
    assert_true(loop_run(s->loop));
    assert_string_equal(s->said, "rr.");
    assert_true(s->turns <= 5);
}

static void remove_both(void *context, uint32_t events)
{
    struct stage *s = context;
    (void)events;
    say(s, 'x');
    loop_remove(s->loop, s->pipe[0][0]);
    loop_remove(s->loop, s->pipe[1][0]);
}

static void one_that_was_removed_in_the_same_turn_is_not_told_of(void **state)
{
    struct stage *s = *state;
    put(s, 0);
    put(s, 1);
    assert_true(loop_add(s->loop, s->pipe[0][0], EPOLLIN, remove_both, s));
    assert_true(loop_add(s->loop, s->pipe[1][0], EPOLLIN, remove_both, s));
    stop_soon(s);
    assert_true(loop_run(s->loop));
    assert_string_equal(s->said, "x.");
}

static void no_reader(void *context, uint32_t events)
{
    struct stage *s = context;
    (void)events;
    say(s, 'n');
    loop_remove(s->loop, s->pipe[0][0]);
}

static void swap_reader(void *context, uint32_t events)
{
    struct stage *s = context;
    (void)events;
    say(s, 's');
    loop_remove(s->loop, s->pipe[0][0]);
    loop_remove(s->loop, s->pipe[1][0]);
    assert_true(loop_add(s->loop, s->pipe[0][0], EPOLLIN, no_reader, s));
}

/* The event of a descriptor that went may not reach the one that got its place. */
static void a_place_that_was_given_away_hears_its_own_events_only(void **state)
{
    struct stage *s = *state;
    put(s, 0);
    put(s, 1);
    assert_true(loop_add(s->loop, s->pipe[0][0], EPOLLIN, swap_reader, s));
    assert_true(loop_add(s->loop, s->pipe[1][0], EPOLLIN, swap_reader, s));
    stop_soon(s);
    assert_true(loop_run(s->loop));
    assert_string_equal(s->said, "sn.");
    assert_true(s->turns >= 2);
}

static void too_many_descriptors_are_refused(void **state)
{
    struct stage *s = *state;
    int fd[LOOP_FDS + 1];
    size_t added = 0;
    for (size_t i = 0; i < LOOP_FDS + 1; i++) {
        fd[i] = dup(s->pipe[0][0]);
        assert_true(fd[i] >= 0);
        added += loop_add(s->loop, fd[i], EPOLLIN, read_one, s);
    }
    assert_int_equal(added, LOOP_FDS);
    assert_int_equal(errno, ENOSPC);
    loop_remove(s->loop, fd[0]);
    assert_true(loop_add(s->loop, fd[LOOP_FDS], EPOLLIN, read_one, s));
    assert_false(loop_modify(s->loop, fd[0], EPOLLIN));
    for (size_t i = 0; i < LOOP_FDS + 1; i++) {
        loop_remove(s->loop, fd[i]);
        close(fd[i]);
    }
}

static void say_a(void *context)
{
    say(context, 'a');
}

static void say_b(void *context)
{
    say(context, 'b');
}

static void timers_fire_in_the_order_of_their_moments(void **state)
{
    struct stage *s = *state;
    const nstime now = loop_now();
    s->timer[0] = (struct loop_timer){.fn = say_a, .context = s};
    s->timer[1] = (struct loop_timer){.fn = say_b, .context = s};
    loop_arm(s->loop, &s->timer[1], now + 2);
    loop_arm(s->loop, &s->timer[0], now + 1);
    stop_soon(s);
    assert_true(loop_run(s->loop));
    assert_string_equal(s->said, "ab.");
    assert_false(s->timer[0].armed);
    assert_true(loop_now() >= s->timer[2].due); /* never before its moment */
}

static void disarm_other(void *context)
{
    struct stage *s = context;
    say(s, 'd');
    loop_disarm(&s->timer[1]);
}

static void a_timer_that_is_disarmed_or_moved_keeps_quiet(void **state)
{
    struct stage *s = *state;
    s->timer[0] = (struct loop_timer){.fn = disarm_other, .context = s};
    s->timer[1] = (struct loop_timer){.fn = say_b, .context = s};
    loop_arm(s->loop, &s->timer[0], -5); /* long past, and off all the same */
    loop_arm(s->loop, &s->timer[0], 0);
    loop_arm(s->loop, &s->timer[1], 1);
    stop_soon(s);
    assert_true(loop_run(s->loop));
    assert_string_equal(s->said, "d.");
}

static void arm_again(void *context)
{
    struct stage *s = context;
    if (s->said[0] == '\0')
        say(s, 'a');
    if (s->turns < 10)
        loop_arm(s->loop, &s->timer[0], 0);
    else
        loop_stop(s->loop);
}

static void a_timer_that_arms_itself_for_now_fires_once_a_turn(void **state)
{
    struct stage *s = *state;
    put(s, 0);
    s->timer[0] = (struct loop_timer){.fn = arm_again, .context = s};
    loop_arm(s->loop, &s->timer[0], 0);
    assert_true(loop_add(s->loop, s->pipe[0][0], EPOLLIN, read_one, s));
    assert_true(loop_run(s->loop));
    assert_int_equal(s->turns, 11);
    assert_non_null(strchr(s->said, 'r')); /* the descriptor had its turn meanwhile */
}

static void it_sleeps_where_there_is_nothing_to_do(void **state)
{
    struct stage *s = *state;
    assert_true(loop_add(s->loop, s->pipe[0][0], EPOLLIN, read_one, s));
    stop_soon(s);
    assert_true(loop_run(s->loop));
    assert_true(s->turns <= 2);
}

static void on_signal(void *context)
{
    say(context, 'h');
}

static void a_signal_is_an_event_and_the_mask_comes_back(void **state)
{
    struct stage *s = *state;
    sigset_t mask;
    assert_true(loop_signal(s->loop, SIGUSR1, on_signal, s));
    assert_true(loop_signal(s->loop, SIGUSR2, stop, s));
    raise(SIGUSR1);
    assert_string_equal(s->said, ""); /* not before its turn */
    raise(SIGUSR1);                   /* signals do not queue */
    stop_soon(s);
    assert_true(loop_run(s->loop));
    assert_string_equal(s->said, "h.");
    raise(SIGUSR2);
    assert_true(loop_run(s->loop));
    assert_string_equal(s->said, "h..");
    loop_free(s->loop);
    s->loop = NULL;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    assert_false(sigismember(&mask, SIGUSR1));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_descriptor_is_told_of_until_it_is_read_empty),
        TEST(one_that_was_removed_in_the_same_turn_is_not_told_of),
        TEST(a_place_that_was_given_away_hears_its_own_events_only),
        TEST(too_many_descriptors_are_refused),
        TEST(timers_fire_in_the_order_of_their_moments),
        TEST(a_timer_that_is_disarmed_or_moved_keeps_quiet),
        TEST(a_timer_that_arms_itself_for_now_fires_once_a_turn),
        TEST(it_sleeps_where_there_is_nothing_to_do),
        TEST(a_signal_is_an_event_and_the_mask_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
