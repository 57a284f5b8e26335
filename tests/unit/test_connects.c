/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of connects: what several attempts on one 4-tuple come to, and when that is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decoders/connects.h"
#include "script.h"

static const uint64_t key[2] = {5, 6};

struct run {
    struct script script;
    struct connects *c;
    struct connect out;
    bool told;
};

static struct run run_with(uint32_t max)
{
    struct run r = {.script = script_new(), .c = connects_new(3 * NS_PER_SEC, max, key)};
    assert_non_null(r.c);
    return r;
}

static struct run run_new(void)
{
    return run_with(100);
}

static struct attempt attempt(const struct run *r, uint64_t serial, double ms)
{
    return (struct attempt){
        .serial = serial,
        .flow = {r->script.client, r->script.server, r->script.client_port, r->script.server_port},
        .sent = script_at(ms),
        .sent_last = script_at(ms),
    };
}

static void started(struct run *r, uint64_t serial, double ms)
{
    struct attempt a = attempt(r, serial, ms);
    a.phase = PHASE_STARTED;
    r->told = connects_attempt(r->c, script_at(ms), &a, &r->out);
    assert_false(r->told);
}

/* Decided at `ms`, its newest SYN at `last`. */
static void decided(struct run *r, uint64_t serial, double ms, double last, enum outcome outcome)
{
    struct attempt a = attempt(r, serial, last);
    a.phase = PHASE_DECIDED;
    a.outcome = outcome;
    a.decided = script_at(ms);
    r->told = connects_attempt(r->c, script_at(ms), &a, &r->out);
}

static void expire(struct run *r, double ms)
{
    r->told = connects_expire(r->c, script_at(ms), &r->out);
}

static void check(const struct run *r, uint64_t serial, enum outcome outcome, unsigned attempts)
{
    assert_true(r->told);
    assert_int_equal(r->out.serial, serial);
    assert_int_equal(r->out.outcome, outcome);
    assert_int_equal(r->out.attempts, attempts);
}

static void test_opened_at_once(void **state)
{
    (void)state;
    struct run r = run_new();
    started(&r, 1, 0);
    decided(&r, 1, 30, 0, OUTCOME_OPENED);
    check(&r, 1, OUTCOME_OPENED, 1);
    assert_true(r.out.decided == script_at(30));
    expire(&r, 10000);
    assert_false(r.told);
    started(&r, 2, 60029); /* the port is used again: another connect */
    decided(&r, 2, 60030, 60029, OUTCOME_KILLED);
    check(&r, 2, OUTCOME_KILLED, 1);
    decided(&r, 1, 60031, 0, OUTCOME_KILLED); /* the first is still remembered */
    check(&r, 1, OUTCOME_KILLED, 1);
    connects_free(r.c);
}

/* Windows: three refused tries with new ISNs, half a second apart, are one connect. */
static void test_windows_retries(void **state)
{
    (void)state;
    struct run r = run_new();
    for (unsigned i = 0; i < 3; i++) {
        expire(&r, i * 500);
        assert_false(r.told);
        started(&r, i + 1, i * 500);
        decided(&r, i + 1, i * 500 + 1, i * 500, OUTCOME_RESET);
        assert_false(r.told);
    }
    assert_true(connects_next(r.c) == script_at(4001));
    expire(&r, 4001);
    assert_false(r.told);
    expire(&r, 4001.1);
    check(&r, 1, OUTCOME_RESET, 3);
    assert_true(r.out.sent == script_at(0) && r.out.sent_last == script_at(1000));
    assert_true(r.out.decided == script_at(1001));
    started(&r, 4, 4002);
    decided(&r, 4, 4003, 4002, OUTCOME_RESET);
    expire(&r, 8000);
    check(&r, 2, OUTCOME_RESET, 1);
    connects_free(r.c);
}

/* Whoever got through and comes back a moment later on the same port connects anew. */
static void test_opened_is_complete(void **state)
{
    (void)state;
    struct run r = run_new();
    started(&r, 1, 0);
    decided(&r, 1, 30, 0, OUTCOME_KILLED);
    check(&r, 1, OUTCOME_KILLED, 1);
    started(&r, 2, 500);
    decided(&r, 2, 530, 500, OUTCOME_KILLED);
    check(&r, 2, OUTCOME_KILLED, 1);
    connects_free(r.c);
}

static void test_gap(void **state)
{
    (void)state;
    struct run r = run_new();
    started(&r, 1, 0);
    decided(&r, 1, 10, 0, OUTCOME_RESET);
    started(&r, 2, 3010); /* just in time */
    decided(&r, 2, 3020, 3010, OUTCOME_OPENED);
    check(&r, 1, OUTCOME_OPENED, 2);
    connects_free(r.c);
}

static void test_undecided_holds_back(void **state)
{
    (void)state;
    struct run r = run_new();
    started(&r, 1, 0);
    started(&r, 2, 500);
    decided(&r, 2, 501, 500, OUTCOME_RESET);
    assert_true(connects_next(r.c) == NSTIME_NEVER);
    decided(&r, 1, 5000, 0, OUTCOME_UNANSWERED);
    assert_true(connects_next(r.c) == script_at(8000));
    expire(&r, 9000);
    check(&r, 1, OUTCOME_RESET, 2); /* of two failures the later attempt's */
    connects_free(r.c);
}

static void test_what_beats_what(void **state)
{
    (void)state;
    static const enum outcome row[][4] = {
        {OUTCOME_ABORTED, OUTCOME_ABORTED, OUTCOME_ABORTED, OUTCOME_ABORTED},
        {OUTCOME_ABORTED, OUTCOME_UNDETERMINED, OUTCOME_ABORTED, OUTCOME_UNDETERMINED},
        {OUTCOME_REJECTED, OUTCOME_UNDETERMINED, OUTCOME_ABORTED, OUTCOME_REJECTED},
        {OUTCOME_RESET, OUTCOME_REJECTED, OUTCOME_UNANSWERED, OUTCOME_UNANSWERED},
        {OUTCOME_RESET, OUTCOME_REJECTED, OUTCOME_STALLED, OUTCOME_STALLED},
    };
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        struct run r = run_new();
        for (unsigned j = 0; j < 3; j++)
            started(&r, j + 1, j);
        for (unsigned j = 0; j < 3; j++)
            decided(&r, j + 1, 10 + j, j, row[i][j]);
        if (!r.told)
            expire(&r, 10000);
        check(&r, 1, row[i][3], 3);
        connects_free(r.c);
    }
}

static void test_overturned(void **state)
{
    (void)state;
    struct run r = run_new();
    started(&r, 1, 0);
    decided(&r, 1, 5000, 3000, OUTCOME_UNANSWERED);
    expire(&r, 8001);
    check(&r, 1, OUTCOME_UNANSWERED, 1);
    decided(&r, 1, 9000, 7000, OUTCOME_UNANSWERED); /* no news */
    assert_false(r.told);
    decided(&r, 1, 20000, 15000, OUTCOME_OPENED);
    check(&r, 1, OUTCOME_OPENED, 1);
    assert_true(r.out.sent_last == script_at(15000));
    decided(&r, 1, 21000, 15000, OUTCOME_KILLED);
    check(&r, 1, OUTCOME_KILLED, 1);
    expire(&r, 81001);
    assert_false(r.told);
    decided(&r, 1, 81002, 15000, OUTCOME_OPENED); /* forgotten */
    assert_false(r.told);
    assert_true(connects_next(r.c) == NSTIME_NEVER);
    connects_free(r.c);
}

static void test_close(void **state)
{
    (void)state;
    struct run r = run_new();
    started(&r, 1, 0);
    decided(&r, 1, 1, 0, OUTCOME_RESET);
    started(&r, 2, 500); /* still open */
    r.script.client_port++;
    started(&r, 3, 600);
    r.script.client_port++;
    started(&r, 4, 700);
    decided(&r, 4, 701, 700, OUTCOME_OPENED);
    r.told = connects_close(r.c, &r.out);
    check(&r, 1, OUTCOME_RESET, 2);
    r.told = connects_close(r.c, &r.out);
    check(&r, 2, OUTCOME_UNDETERMINED, 1);
    assert_false(connects_close(r.c, &r.out));
    started(&r, 5, -5000); /* usable after a gap */
    decided(&r, 5, -4990, -5000, OUTCOME_OPENED);
    check(&r, 4, OUTCOME_OPENED, 1);
    connects_free(r.c);
}

static void test_final_alone_is_ignored(void **state)
{
    (void)state;
    struct run r = run_new();
    struct attempt a = attempt(&r, 1, 0);
    a.phase = PHASE_FINAL;
    a.outcome = OUTCOME_OPENED;
    assert_false(connects_attempt(r.c, script_at(0), &a, &r.out));
    a.phase = PHASE_DECIDED; /* of an attempt that nobody began */
    assert_false(connects_attempt(r.c, script_at(0), &a, &r.out));
    assert_true(connects_next(r.c) == NSTIME_NEVER);
    connects_free(r.c);
}

/* More attempts than a connect remembers one by one. */
static void test_many_attempts(void **state)
{
    (void)state;
    struct run r = run_new();
    for (unsigned i = 0; i < 100; i++) {
        started(&r, i + 1, i * 100);
        if (i % 2)
            decided(&r, i + 1, i * 100 + 1, i * 100, i == 1 ? OUTCOME_RESET : OUTCOME_ABORTED);
    }
    r.told = connects_close(r.c, &r.out);
    check(&r, 1, OUTCOME_RESET, 100);
    connects_free(r.c);
}

static void test_eviction(void **state)
{
    (void)state;
    struct run r = run_with(2);
    for (unsigned i = 0; i < 3; i++) {
        r.script.client_port++;
        started(&r, i + 1, i);
    }
    assert_int_equal(connects_evicted(r.c), 1);
    unsigned n = 0;
    while (connects_close(r.c, &r.out))
        n++;
    assert_int_equal(n, 2);
    connects_free(r.c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opened_at_once),
        cmocka_unit_test(test_windows_retries),
        cmocka_unit_test(test_opened_is_complete),
        cmocka_unit_test(test_gap),
        cmocka_unit_test(test_undecided_holds_back),
        cmocka_unit_test(test_what_beats_what),
        cmocka_unit_test(test_overturned),
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_final_alone_is_ignored),
        cmocka_unit_test(test_many_attempts),
        cmocka_unit_test(test_eviction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
