/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a name is looked up again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/lookup_plan.h"

#define S   NS_PER_SEC
#define NOW (INT64_C(1000) * S)

static const struct lookup_bounds bounds = {.min = 60 * S, .max = 3600 * S};

static void before_the_ttl_ends(void **state)
{
    static const struct {
        uint32_t ttl;
        nstime span;
    } cases[] = {
        {1000, 900 * S},       {60, 60 * S},         {0, 60 * S},          {86400, 3600 * S},
        {INT32_MAX, 3600 * S}, {0x80000000, 60 * S}, {UINT32_MAX, 60 * S},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lookup_plan plan = {0};
        assert_true(lookup_plan_due(&plan) <= NOW);
        lookup_plan_asked(&plan);
        assert_true(lookup_plan_due(&plan) == NSTIME_NEVER);
        lookup_plan_answered(&plan, &bounds, NOW, cases[i].ttl);
        assert_true(lookup_plan_due(&plan) == NOW + cases[i].span);
        assert_true(plan.known && plan.ended && !plan.busy);
    }
}

static void no_address_is_no_failure(void **state)
{
    struct lookup_plan plan = {.failures = 3};
    (void)state;
    lookup_plan_asked(&plan);
    lookup_plan_empty(&plan, &bounds, NOW);
    assert_true(lookup_plan_due(&plan) == NOW + bounds.max);
    assert_true(!plan.known && plan.failures == 0);
}

static void failures_wait_longer_and_longer(void **state)
{
    static const nstime spans[] = {2, 4, 8, 16, 32, 64, 128, 256, 300, 300};
    struct lookup_plan plan = {.known = true};
    (void)state;
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        lookup_plan_asked(&plan);
        lookup_plan_failed(&plan, &bounds, NOW);
        assert_false(plan.known);
        assert_true(lookup_plan_due(&plan) == NOW + spans[i] * S);
    }
    for (unsigned i = 0; i < 1000; i++)
        lookup_plan_failed(&plan, &bounds, NOW);
    assert_true(lookup_plan_due(&plan) == NOW + 300 * S);
    const struct lookup_bounds often = {.min = S, .max = 10 * S};
    lookup_plan_failed(&plan, &often, NOW); /* never rarer than a success is looked up */
    assert_true(lookup_plan_due(&plan) == NOW + 10 * S);
    lookup_plan_answered(&plan, &bounds, NOW, 60);
    lookup_plan_failed(&plan, &bounds, NOW);
    assert_true(lookup_plan_due(&plan) == NOW + 2 * S);
}

static void what_failed_is_retried_when_the_network_is_back(void **state)
{
    struct lookup_plan good = {0}, bad = {0}, busy = {.failures = 5, .busy = true};
    (void)state;
    lookup_plan_answered(&good, &bounds, NOW, 600);
    for (unsigned i = 0; i < 9; i++)
        lookup_plan_failed(&bad, &bounds, NOW);
    lookup_plan_retry(&good, NOW + S);
    lookup_plan_retry(&bad, NOW + S);
    lookup_plan_retry(&busy, NOW + S);
    assert_true(lookup_plan_due(&good) == NOW + 540 * S);
    assert_true(lookup_plan_due(&bad) == NOW + S);
    assert_true(lookup_plan_due(&busy) == NSTIME_NEVER);
    lookup_plan_failed(&bad, &bounds, NOW + S);
    assert_true(lookup_plan_due(&bad) == NOW + 5 * S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_the_ttl_ends),
        cmocka_unit_test(no_address_is_no_failure),
        cmocka_unit_test(failures_wait_longer_and_longer),
        cmocka_unit_test(what_failed_is_retried_when_the_network_is_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
