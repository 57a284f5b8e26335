/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The status of a protection by the contract's thresholds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "play.h"

static enum status dns(struct play *play)
{
    return play_health(play, PROTECTION_DNS).status;
}

static enum status web(struct play *play)
{
    return play_health(play, PROTECTION_WEB).status;
}

/* Both ports of one resolver, so many seconds apart. */
static void silent_round(struct play *play, double from, double apart)
{
    play_dns(play, PLAY_RESOLVER, 443, from, OUTCOME_UNANSWERED);
    play_dns(play, PLAY_RESOLVER, 443, from + apart / 2, OUTCOME_UNANSWERED);
    play_dns(play, PLAY_RESOLVER, 53, from + apart, OUTCOME_UNANSWERED);
}

static void all_silent_for_three_seconds_fails(void **state)
{
    struct play *play = *state;
    silent_round(play, 0, 5);
    struct health health = play_health(play, PROTECTION_DNS);
    assert_int_equal(health.status, STATUS_UNPROTECTED);
    assert_int_equal(health.failed_samples, 3);
    assert_true(health.first_bad == play_at(0));
    assert_true(health.silent);
    assert_false(health.dns_port_unprobed);
}

static void a_blip_is_no_failure(void **state)
{
    struct play *play = *state;
    silent_round(play, 0, 0.5);
    struct health health = play_health(play, PROTECTION_DNS);
    assert_int_equal(health.status, STATUS_UNDETERMINED);
    assert_int_equal(health.reason, REASON_TOO_FEW_SAMPLES);
}

static void two_samples_are_too_few(void **state)
{
    struct play *play = *state;
    play_dns(play, PLAY_RESOLVER, 443, 0, OUTCOME_UNANSWERED);
    play_dns(play, PLAY_RESOLVER, 53, 5, OUTCOME_UNANSWERED);
    assert_int_equal(play_health(play, PROTECTION_DNS).reason, REASON_TOO_FEW_SAMPLES);
}

static void a_reject_needs_no_span(void **state)
{
    struct play *play = *state;
    play_dns(play, PLAY_RESOLVER, 443, 0, OUTCOME_REJECTED);
    play_dns(play, PLAY_RESOLVER, 443, 0.1, OUTCOME_REJECTED);
    play_dns(play, PLAY_RESOLVER, 53, 0.2, OUTCOME_REJECTED);
    assert_int_equal(dns(play), STATUS_UNPROTECTED);
}

static void one_port_that_answers_is_protection(void **state)
{
    struct play *play = *state;
    silent_round(play, 0, 5);
    play_dns(play, PLAY_RESOLVER_2, 53, 6, OUTCOME_ANSWERED);
    assert_int_equal(dns(play), STATUS_DEGRADED);
}

static void one_port_never_tried_is_said(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 4; i++)
        play_dns(play, PLAY_RESOLVER, 53, i * 2, OUTCOME_UNANSWERED);
    struct health health = play_health(play, PROTECTION_DNS);
    assert_int_equal(health.status, STATUS_UNPROTECTED);
    assert_true(health.dns_port_unprobed);
}

static void at_the_end_what_was_known_stands(void **state)
{
    struct play *play = *state;
    struct sample open = {.kind = SAMPLE_OWN,
                          .outcome = OUTCOME_UNDETERMINED,
                          .client = play->client->addr,
                          .port = 443,
                          .transport = 17,
                          .sent = play_at(20),
                          .sent_last = play_at(20)};
    assert_true(addr_parse(PLAY_RESOLVER_2, &open.server));
    for (int i = 0; i < 5; i++)
        play_dns(play, PLAY_RESOLVER, 443, i * 4, OUTCOME_UNANSWERED);
    client_started(play->client, &play->config, &open);
    client_final(play->client, &open);
    struct health health = health_judge(play->client, PROTECTION_DNS, &play->config, false, true);
    assert_int_equal(health.status, STATUS_UNDETERMINED);
    assert_int_equal(health.reason, REASON_END_OF_CAPTURE);
    play->client->protection[PROTECTION_DNS].status = STATUS_UNPROTECTED; /* as last judged */
    health = health_judge(play->client, PROTECTION_DNS, &play->config, false, true);
    assert_int_equal(health.status, STATUS_UNPROTECTED);
}

static void the_judgement_waits_for_what_is_open(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 4; i++)
        play_dns(play, PLAY_RESOLVER, 443, i * 2, OUTCOME_UNANSWERED);
    play_open(play, PLAY_RESOLVER, 53, 8);
    assert_true(play_health(play, PROTECTION_DNS).waiting);
}

static void a_stale_path_is_not_judged(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 3; i++)
        play_dns(play, PLAY_RESOLVER, 53, i * 2, OUTCOME_UNANSWERED);
    play_dns(play, PLAY_RESOLVER, 443, 10, OUTCOME_ANSWERED);
    assert_int_equal(dns(play), STATUS_DEGRADED);
    play_dns(play, PLAY_RESOLVER, 443, 603, OUTCOME_ANSWERED);
    assert_int_equal(dns(play), STATUS_DEGRADED); /* 599 s older */
    play_dns(play, PLAY_RESOLVER, 443, 605, OUTCOME_ANSWERED);
    assert_int_equal(dns(play), STATUS_PROTECTED);
}

static void web_is_judged_over_all_addresses(void **state)
{
    struct play *play = *state;
    struct reset_facts reset = {.seen = true};
    play_web(play, "18.135.112.200", 0, OUTCOME_RESET, &reset);
    play_web(play, "18.135.112.201", 0.1, OUTCOME_RESET, &reset);
    assert_int_equal(web(play), STATUS_UNDETERMINED);
    play_web(play, "18.135.112.202", 0.2, OUTCOME_RESET, &reset);
    assert_int_equal(web(play), STATUS_UNAVAILABLE);
    play_web(play, "18.135.112.203", 0.3, OUTCOME_OPENED, NULL);
    assert_int_equal(web(play), STATUS_DEGRADED);
}

static void aborted_is_no_failure(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 9; i++)
        play_web(play, PLAY_SWG, i, OUTCOME_ABORTED, NULL);
    assert_int_equal(web(play), STATUS_UNDETERMINED);
}

static void another_family_that_works_softens(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 4; i++)
        play_web(play, PLAY_SWG, i * 2, OUTCOME_UNANSWERED, NULL);
    struct health health = health_judge(play->client, PROTECTION_WEB, &play->config, true, false);
    assert_int_equal(health.status, STATUS_DEGRADED);
}

static void a_lossy_protection_works_by_itself(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 14; i++)
        play_web(play, PLAY_SWG, i * 10, i % 2 ? OUTCOME_UNANSWERED : OUTCOME_OPENED, NULL);
    struct health health = play_health(play, PROTECTION_WEB);
    assert_int_equal(health.status, STATUS_DEGRADED);
    assert_true(health.works);
    for (int i = 0; i < 8; i++)
        play_web(play, PLAY_SWG, 200 + i * 10, OUTCOME_UNANSWERED, NULL);
    health = health_judge(play->client, PROTECTION_WEB, &play->config, true, false);
    assert_int_equal(health.status, STATUS_DEGRADED); /* by the other family's grace */
    assert_false(health.works);
}

static void failed_lookups_fail_the_protection(void **state)
{
    struct play *play = *state;
    struct lookup lookup = {.outcome = OUTCOME_UNANSWERED,
                            .name = "swg-url-proxy-https-sse.sigproxy.qq.opendns.com",
                            .sent = play_at(0)};
    client_lookup(play->client, &lookup);
    assert_int_equal(web(play), STATUS_UNDETERMINED);
    lookup.sent = play_at(15);
    client_lookup(play->client, &lookup);
    assert_int_equal(web(play), STATUS_UNAVAILABLE);
    play_web(play, PLAY_SWG, 20, OUTCOME_OPENED, NULL);
    assert_int_equal(web(play), STATUS_PROTECTED);
}

static void nothing_but_a_lookup_is_no_traffic(void **state)
{
    struct play *play = *state;
    struct lookup lookup = {.outcome = OUTCOME_ANSWERED, .name = "x", .sent = play_at(0)};
    client_lookup(play->client, &lookup);
    assert_int_equal(play_health(play, PROTECTION_WEB).reason, REASON_NO_TRAFFIC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAY_TEST(all_silent_for_three_seconds_fails),
        PLAY_TEST(a_blip_is_no_failure),
        PLAY_TEST(two_samples_are_too_few),
        PLAY_TEST(a_reject_needs_no_span),
        PLAY_TEST(one_port_that_answers_is_protection),
        PLAY_TEST(one_port_never_tried_is_said),
        PLAY_TEST(the_judgement_waits_for_what_is_open),
        PLAY_TEST(at_the_end_what_was_known_stands),
        PLAY_TEST(a_stale_path_is_not_judged),
        PLAY_TEST(web_is_judged_over_all_addresses),
        PLAY_TEST(aborted_is_no_failure),
        PLAY_TEST(another_family_that_works_softens),
        PLAY_TEST(a_lossy_protection_works_by_itself),
        PLAY_TEST(failed_lookups_fail_the_protection),
        PLAY_TEST(nothing_but_a_lookup_is_no_traffic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
