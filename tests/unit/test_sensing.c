/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sensing: alerts about the sensor's own sight, each from firing to its end, and none in vain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "sensor/detect/sensing.h"

struct watch {
    struct config config;
    struct sensing sensing;
    struct alerts alerts;
    struct loss loss;
    struct notices out;
};

static nstime at(int64_t second)
{
    return (1000000 + second) * NS_PER_SEC;
}

static int setup(void **state)
{
    struct watch *w = calloc(1, sizeof *w);
    assert_non_null(w);
    assert_true(config_defaults(&w->config));
    sensing_init(&w->sensing, &w->config);
    loss_init(&w->loss);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct watch *w = *state;
    config_free(&w->config);
    free(w);
    return 0;
}

static void answers(struct watch *w, int64_t second, int count, int missing)
{
    for (int i = 0; i < count; i++)
        loss_due(&w->loss, at(second), i < missing);
}

static const struct notice *weigh(struct watch *w, int64_t second)
{
    w->out.count = 0;
    sensing_weigh(&w->sensing, &w->alerts, at(second), &w->loss, &w->out);
    return w->out.count ? &w->out.item[0] : NULL;
}

static void loss_fires_and_ends(void **state)
{
    struct watch *w = *state;
    answers(w, 0, 90, 9);
    assert_null(weigh(w, 0)); /* too few to be a rate */
    answers(w, 10, 110, 11);
    const struct notice *notice = weigh(w, 10);
    assert_non_null(notice);
    assert_int_equal(notice->id, 1);
    assert_int_equal(notice->code, NOTICE_CAPTURE_LOSS);
    assert_int_equal(notice->scope, SCOPE_SITE);
    assert_int_equal(notice->resolution, RESOLUTION_NONE);
    assert_int_equal(notice->count, 20);
    assert_null(weigh(w, 20)); /* nothing new */
    answers(w, 60, 2200, 0);
    assert_null(weigh(w, 60)); /* 0.8 %: under the limit, not under half of it */
    answers(w, 120, 3000, 0);
    notice = weigh(w, 120);
    assert_non_null(notice);
    assert_int_equal(notice->id, 1);
    assert_int_equal(notice->resolution, RESOLUTION_RECOVERED);
    assert_null(weigh(w, 130));
}

static void drops_fire_too(void **state)
{
    struct watch *w = *state;
    for (int i = 0; i < 900; i++)
        loss_packet(&w->loss, at(0));
    loss_dropped(&w->loss, at(1), 100);
    const struct notice *notice = weigh(w, 1);
    assert_non_null(notice);
    assert_int_equal(notice->count, 100);
}

static void little_loss_is_quiet(void **state)
{
    struct watch *w = *state;
    answers(w, 0, 10000, 99);
    assert_null(weigh(w, 0));
}

static void a_gap_lasts_until_packets_come(void **state)
{
    struct watch *w = *state;
    sensing_frame(&w->sensing, at(0), &w->out);
    sensing_gap(&w->sensing, &w->alerts, at(0), at(-3600), &w->out);
    assert_int_equal(w->out.count, 0); /* nobody was watched: nothing is lost */
    w->sensing.watched = true;
    sensing_gap(&w->sensing, &w->alerts, at(0), at(-3600), &w->out);
    assert_int_equal(w->out.count, 1);
    assert_int_equal(w->out.item[0].code, NOTICE_CAPTURE_GAP);
    assert_true(w->out.item[0].time == at(0));
    sensing_gap(&w->sensing, &w->alerts, at(-3600), at(-3600), &w->out);
    assert_int_equal(w->out.count, 1); /* it stands already */
    w->out.count = 0;
    sensing_frame(&w->sensing, at(-3599), &w->out);
    assert_int_equal(w->out.count, 1);
    assert_int_equal(w->out.item[0].resolution, RESOLUTION_RECOVERED);
    assert_int_equal(w->out.item[0].id, 1);
}

static void blind_only_live_and_after_something_was_seen(void **state)
{
    struct watch *w = *state;
    assert_true(sensing_next(&w->sensing) == NSTIME_NEVER);
    sensing_frame(&w->sensing, at(0), &w->out);
    w->sensing.watched = true;
    assert_true(sensing_next(&w->sensing) == NSTIME_NEVER); /* a replay */
    w->sensing.live = true;
    w->sensing.watched = false;
    assert_true(sensing_next(&w->sensing) == NSTIME_NEVER); /* nobody to be blind for */
    w->sensing.watched = true;
    assert_true(sensing_next(&w->sensing) == at(300));
    sensing_frame(&w->sensing, at(200), &w->out);
    assert_true(sensing_next(&w->sensing) == at(500));
    sensing_goes_blind(&w->sensing, &w->alerts, at(500), &w->out);
    assert_int_equal(w->out.count, 1);
    assert_int_equal(w->out.item[0].code, NOTICE_SENSOR_BLIND);
    assert_int_equal(w->out.item[0].severity, SEVERITY_CRITICAL);
    assert_true(w->out.item[0].since == at(200));
    assert_string_equal(w->out.item[0].message,
                        "no packet at all for 5 min: look at the mirror port and the cable");
    assert_true(sensing_next(&w->sensing) == NSTIME_NEVER);
    sensing_frame(&w->sensing, at(900), &w->out);
    assert_int_equal(w->out.count, 2);
    assert_int_equal(w->out.item[1].resolution, RESOLUTION_RECOVERED);
    assert_true(sensing_next(&w->sensing) == at(1200));
    w->config.alerts.blind_after = 0;
    assert_true(sensing_next(&w->sensing) == NSTIME_NEVER);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(loss_fires_and_ends),
        TEST(drops_fire_too),
        TEST(little_loss_is_quiet),
        TEST(a_gap_lasts_until_packets_come),
        TEST(blind_only_live_and_after_something_was_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
