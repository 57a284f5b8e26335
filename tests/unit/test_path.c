/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The health of one path: breaks, recoveries, loss, and what is no sample. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "play.h"

static const struct path *path(struct play *play)
{
    return &play->client->protection[PROTECTION_DNS].path[0];
}

/* One letter a sample, ten seconds apart: '.' answered, 'x' unanswered. */
static double feed(struct play *play, double from, const char *samples)
{
    for (; *samples; samples++, from += 10)
        play_dns(play, PLAY_RESOLVER, 53, from,
                 *samples == '.' ? OUTCOME_ANSWERED : OUTCOME_UNANSWERED);
    return from;
}

static void never_worked_breaks_at_once(void **state)
{
    struct play *play = *state;
    feed(play, 0, "x");
    assert_int_equal(path(play)->status, PATH_FAILING);
}

static void worked_once_breaks_at_two(void **state)
{
    struct play *play = *state;
    double t = feed(play, 0, ".x");
    assert_int_equal(path(play)->status, PATH_OK);
    t = feed(play, t, "x");
    assert_int_equal(path(play)->status, PATH_FAILING);
    feed(play, t, ".");
    assert_int_equal(path(play)->status, PATH_OK);
}

static void order_is_that_of_sending(void **state)
{
    struct play *play = *state;
    play_dns(play, PLAY_RESOLVER, 53, 0, OUTCOME_ANSWERED);
    play_dns(play, PLAY_RESOLVER, 53, 20, OUTCOME_ANSWERED);   /* known before … */
    play_dns(play, PLAY_RESOLVER, 53, 18, OUTCOME_UNANSWERED); /* … these are given up */
    play_dns(play, PLAY_RESOLVER, 53, 19, OUTCOME_UNANSWERED);
    assert_int_equal(path(play)->status, PATH_OK);
    assert_int_equal(path_run(path(play), NULL), 0);
}

static void an_outage_known_when_it_is_over_is_forgotten(void **state)
{
    struct play *play = *state;
    play_dns(play, PLAY_RESOLVER, 53, 0, OUTCOME_ANSWERED);
    play_dns(play, PLAY_RESOLVER, 53, 20, OUTCOME_ANSWERED);
    for (int t = 16; t < 19; t++)
        play_dns(play, PLAY_RESOLVER, 53, t, OUTCOME_UNANSWERED);
    assert_int_equal(path(play)->status, PATH_OK);
    assert_int_equal(path_failed_samples(path(play)), 0);
    assert_int_equal(path(play)->failures, 0);
    play_dns(play, PLAY_RESOLVER, 53, 19, OUTCOME_UNANSWERED); /* the rest of it */
    assert_int_equal(path_failed_samples(path(play)), 0);
    play_dns(play, PLAY_RESOLVER, 53, 21, OUTCOME_UNANSWERED); /* a new one */
    assert_int_equal(path_failed_samples(path(play)), 1);
}

static void a_clean_recovery_forgets_the_outage(void **state)
{
    struct play *play = *state;
    double t = feed(play, 0, "....xxxxxx");
    assert_int_equal(path(play)->status, PATH_FAILING);
    feed(play, t, ".");
    assert_int_equal(path(play)->status, PATH_OK);
    assert_int_equal(path_failed_samples(path(play)), 0);
    assert_int_equal(path(play)->failures, 0);
}

static void scattered_failures_are_loss(void **state)
{
    struct play *play = *state;
    double t = feed(play, 0, "...x..x..");
    assert_int_equal(path(play)->status, PATH_OK); /* two of nine */
    t = feed(play, t, "x..x.");
    assert_int_equal(path(play)->status, PATH_LOSSY); /* four of fourteen: 28 % */
    t = feed(play, t, "xxxx");
    assert_int_equal(path(play)->status, PATH_LOSSY); /* where it is lossy, five break it */
    feed(play, t, "x");
    assert_int_equal(path(play)->status, PATH_FAILING);
}

static void loss_ends_under_ten_percent(void **state)
{
    struct play *play = *state;
    double t = feed(play, 0, "..x..x..x..x.");
    assert_int_equal(path(play)->status, PATH_LOSSY);
    t = feed(play, t, "..........................."); /* 4 of 40: ten percent */
    assert_int_equal(path(play)->status, PATH_LOSSY);
    feed(play, t, ".");
    assert_int_equal(path(play)->status, PATH_OK);
}

static void the_window_is_ten_minutes(void **state)
{
    struct play *play = *state;
    feed(play, 0, "..x..x..x..x");
    feed(play, 1000, ".");
    assert_int_equal(path(play)->samples, 1);
    assert_int_equal(path(play)->status, PATH_OK);
}

static void an_overturned_sample_counts_anew(void **state)
{
    struct play *play = *state;
    feed(play, 0, "..xx");
    assert_int_equal(path(play)->status, PATH_FAILING);
    struct path *p = &play->client->protection[PROTECTION_DNS].path[0];
    struct sample sample = {.kind = SAMPLE_OWN,
                            .outcome = OUTCOME_ANSWERED,
                            .serial = play->serial,
                            .sent = play_at(30),
                            .sent_last = play_at(30)};
    assert_true(path_take(p, &play->config, &sample, true));
    assert_int_equal(p->status, PATH_OK);
    assert_int_equal(p->samples, 1); /* the break is over, and cut off */
}

static void other_names_show_it_alive(void **state)
{
    struct play *play = *state;
    play_dns(play, PLAY_RESOLVER, 53, 0, OUTCOME_UNANSWERED);
    play_other(play, PLAY_RESOLVER, 53, 1, "example.com", OUTCOME_ANSWERED);
    assert_int_equal(path(play)->status, PATH_OK);
    play_other(play, PLAY_RESOLVER, 53, 2, "example.com", OUTCOME_UNANSWERED);
    play_other(play, PLAY_RESOLVER, 53, 3, "example.net", OUTCOME_UNANSWERED);
    play_other(play, PLAY_RESOLVER, 53, 4, "example.org", OUTCOME_UNANSWERED);
    assert_int_equal(path(play)->status, PATH_OK); /* their silence is no sample */
}

static void an_error_for_another_name_is_a_reply(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 9; i++)
        play_other(play, PLAY_RESOLVER, 53, i, "example.com", OUTCOME_ERROR);
    assert_int_equal(path(play)->status, PATH_OK);
    assert_int_equal(path(play)->ok, 9);
    assert_int_equal(path(play)->failures, 0);
}

static void other_names_prove_nothing_where_it_is_foreign(void **state)
{
    struct play *play = *state;
    play_dns(play, PLAY_RESOLVER, 53, 0, OUTCOME_FOREIGN);
    play_other(play, PLAY_RESOLVER, 53, 1, "example.com", OUTCOME_ANSWERED);
    assert_int_equal(path(play)->status, PATH_FAILING);
}

static void a_foreign_answer_is_known_after_the_replies_it_discredits(void **state)
{
    struct play *play = *state;
    play_other(play, PLAY_RESOLVER, 53, 1, "example.com", OUTCOME_ANSWERED); /* known at once */
    play_dns(play, PLAY_RESOLVER, 53, 0, OUTCOME_FOREIGN);                   /* at its deadline */
    assert_int_equal(path(play)->status, PATH_FAILING);
    assert_int_equal(path_run(path(play), NULL), 1);
    assert_true(path(play)->last_ok == NSTIME_NONE);
    /* The newest answer counts, whenever an older one is known. */
    play_dns(play, PLAY_RESOLVER, 53, 13, OUTCOME_ANSWERED);
    play_dns(play, PLAY_RESOLVER, 53, 10, OUTCOME_FOREIGN);
    assert_false(path(play)->own_foreign);
    assert_int_equal(path(play)->status, PATH_OK);
}

static void a_reply_counts_though_the_silence_before_it_is_known_later(void **state)
{
    struct play *play = *state;
    feed(play, 0, "...");
    play_other(play, PLAY_RESOLVER, 53, 42, "example.com", OUTCOME_ANSWERED);
    play_dns(play, PLAY_RESOLVER, 53, 40, OUTCOME_UNANSWERED);
    play_dns(play, PLAY_RESOLVER, 53, 41, OUTCOME_UNANSWERED);
    assert_int_equal(path(play)->status, PATH_OK);
    play_dns(play, PLAY_RESOLVER, 53, 43, OUTCOME_UNANSWERED);
    play_dns(play, PLAY_RESOLVER, 53, 44, OUTCOME_UNANSWERED);
    assert_int_equal(path(play)->status, PATH_FAILING);
}

static void silence_of_three_other_names_counts_without_own(void **state)
{
    struct play *play = *state;
    play_other(play, PLAY_RESOLVER, 53, 0, "example.com", OUTCOME_UNANSWERED);
    play_other(play, PLAY_RESOLVER, 53, 1, "example.com", OUTCOME_UNANSWERED);
    play_other(play, PLAY_RESOLVER, 53, 2, "example.net", OUTCOME_UNANSWERED);
    assert_int_equal(path(play)->status, PATH_UNDETERMINED);
    play_other(play, PLAY_RESOLVER, 53, 6, "example.org", OUTCOME_UNANSWERED);
    assert_int_equal(path(play)->status, PATH_FAILING);
    play_dns(play, PLAY_RESOLVER, 443, 7, OUTCOME_ANSWERED); /* withdrawn */
    assert_int_equal(path(play)->status, PATH_UNDETERMINED);
}

static void dnscrypt_counts_once_a_second(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 10; i++)
        play_dnscrypt(play, PLAY_RESOLVER, i * 0.25, true);
    assert_int_equal(path(play)->samples, 3);                  /* 0, 1 and 2 s */
    play_dns(play, PLAY_RESOLVER, 443, 2, OUTCOME_UNANSWERED); /* while it flows: nothing */
    assert_int_equal(path(play)->samples, 3);
    assert_int_equal(path(play)->status, PATH_OK);
}

static void a_probe_that_encrypted_dns_covers_is_no_failure(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 4; i++)
        play_dnscrypt(play, PLAY_RESOLVER, i, true);
    play_dns(play, PLAY_RESOLVER, 443, 2, OUTCOME_UNANSWERED);
    assert_int_equal(path(play)->ok, 4);
    assert_int_equal(path(play)->failed, 0);
    assert_int_equal(path(play)->undetermined, 1);
    assert_int_equal(path(play)->covered, 1);
    assert_int_equal(path(play)->failures, 0);
    play_dns(play, PLAY_RESOLVER, 443, 9, OUTCOME_UNANSWERED); /* it flows no more */
    assert_int_equal(path(play)->failed, 1);
    assert_int_equal(path(play)->failures, 1);
}

static void dnscrypt_in_silence_fails_for_encryption(void **state)
{
    struct play *play = *state;
    play_dns(play, PLAY_RESOLVER, 443, 0, OUTCOME_ANSWERED);
    for (int i = 0; i < 5; i++)
        play_dnscrypt(play, PLAY_RESOLVER, 1 + i, false); /* over four seconds */
    assert_false(path(play)->encryption_failing);
    play_dns(play, PLAY_RESOLVER, 443, 5.5, OUTCOME_ANSWERED);
    play_dnscrypt(play, PLAY_RESOLVER, 7, false);
    assert_true(path(play)->encryption_failing);
    assert_int_equal(path(play)->failed, 6);
    const struct health health = play_health(play, PROTECTION_DNS);
    assert_int_equal(health.status, STATUS_DEGRADED);
    assert_true(health.first_bad == play_at(1));
    assert_true(health.last_bad == play_at(7));
    assert_int_equal(health.failed_samples, 6);
    play_dnscrypt(play, PLAY_RESOLVER, 8, true);
    assert_false(path(play)->encryption_failing);
}

static void proof_is_bounded(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 100; i++)
        play_dns(play, PLAY_RESOLVER, 53, i, OUTCOME_UNANSWERED);
    assert_int_equal(path(play)->failures, PATH_FAILURES);
    assert_int_equal(path(play)->failures_total, 100);
    assert_int_equal(path(play)->failure[0].query.number, 1);
    assert_int_equal(path(play)->failure[PATH_FAILURES - 1].query.number, 100);
    assert_int_equal(path(play)->samples, play->config.health.window_samples);
}

/* An answer that cannot be read is no success; but what was silent before it was no block. */
static void an_unread_answer_ends_silence(void **state)
{
    struct play *play = *state;
    feed(play, 0, "xxx");
    assert_int_equal(path(play)->status, PATH_FAILING);
    play_unread(play, PLAY_RESOLVER, 53, 20);
    assert_int_equal(path(play)->status, PATH_UNDETERMINED);
    assert_int_equal(path(play)->failures, 0);
    play_dns(play, PLAY_RESOLVER, 53, 19, OUTCOME_UNANSWERED); /* known later, asked before */
    assert_int_equal(path(play)->samples, 0);
    play_dns(play, PLAY_RESOLVER, 443, 21, OUTCOME_FOREIGN);
    play_dns(play, PLAY_RESOLVER, 443, 22, OUTCOME_FOREIGN);
    play_dns(play, PLAY_RESOLVER, 443, 23, OUTCOME_FOREIGN);
    struct health health = play_health(play, PROTECTION_DNS); /* it may work on the other port */
    assert_int_equal(health.status, STATUS_UNDETERMINED);
    assert_int_equal(health.reason, REASON_CAPTURE_LOSS);
}

static void a_gap_keeps_what_was_known(void **state)
{
    struct play *play = *state;
    feed(play, 5000, "xxx");
    client_gap(play->client, play_at(0));
    assert_int_equal(path(play)->status, PATH_FAILING);
    feed(play, 1, "."); /* earlier by its stamp, later by the order of things */
    assert_int_equal(path(play)->status, PATH_OK);
}

/* Two failures before it and one after it are not three over an hour. */
static void what_failed_before_a_gap_counts_no_more(void **state)
{
    struct play *play = *state;
    play_dns(play, PLAY_RESOLVER, 53, 5000, OUTCOME_UNANSWERED);
    play_dns(play, PLAY_RESOLVER, 443, 5000.1, OUTCOME_UNANSWERED);
    client_gap(play->client, play_at(100));
    play_dns(play, PLAY_RESOLVER, 53, 101, OUTCOME_UNANSWERED);
    struct health health = play_health(play, PROTECTION_DNS);
    assert_int_equal(health.status, STATUS_UNDETERMINED);
    assert_int_equal(health.reason, REASON_TOO_FEW_SAMPLES);
    assert_int_equal(health.failed_samples, 1);
    assert_true(health.first_bad == play_at(101));
    play_dns(play, PLAY_RESOLVER, 443, 101.1, OUTCOME_UNANSWERED);
    play_dns(play, PLAY_RESOLVER, 53, 105, OUTCOME_UNANSWERED);
    health = play_health(play, PROTECTION_DNS);
    assert_int_equal(health.status, STATUS_UNPROTECTED);
    assert_int_equal(health.failed_samples, 3);
    assert_true(health.first_bad == play_at(101));
}

/* The same where the clock leaps on, as after a suspend: the leap is no span of silence. */
static void a_leap_is_no_span_of_silence(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 4; i++)
        play_dns(play, PLAY_RESOLVER, i % 2 ? 53 : 443, i * 0.1, OUTCOME_UNANSWERED);
    client_gap(play->client, play_at(3600));
    assert_int_equal(play_health(play, PROTECTION_DNS).status, STATUS_UNDETERMINED);
    for (int i = 0; i < 4; i++)
        play_dns(play, PLAY_RESOLVER, i % 2 ? 53 : 443, 3600 + i * 0.1, OUTCOME_UNANSWERED);
    struct health health = play_health(play, PROTECTION_DNS);
    assert_int_equal(health.status, STATUS_UNDETERMINED);
    assert_int_equal(health.failed_samples, 4);
}

/* Nor are two lookups that failed, one before the gap and one after it, two in a row. */
static void lookups_count_anew_after_a_gap(void **state)
{
    struct play *play = *state;
    play_lookup(play, 0, OUTCOME_UNANSWERED, NULL);
    client_gap(play->client, play_at(3600));
    play_lookup(play, 3601, OUTCOME_UNANSWERED, NULL);
    assert_false(play_health(play, PROTECTION_WEB).lookups_failed);
    play_lookup(play, 3611, OUTCOME_UNANSWERED, NULL);
    assert_true(play_health(play, PROTECTION_WEB).lookups_failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAY_TEST(never_worked_breaks_at_once),
        PLAY_TEST(worked_once_breaks_at_two),
        PLAY_TEST(order_is_that_of_sending),
        PLAY_TEST(an_outage_known_when_it_is_over_is_forgotten),
        PLAY_TEST(a_clean_recovery_forgets_the_outage),
        PLAY_TEST(scattered_failures_are_loss),
        PLAY_TEST(loss_ends_under_ten_percent),
        PLAY_TEST(the_window_is_ten_minutes),
        PLAY_TEST(an_overturned_sample_counts_anew),
        PLAY_TEST(other_names_show_it_alive),
        PLAY_TEST(an_error_for_another_name_is_a_reply),
        PLAY_TEST(other_names_prove_nothing_where_it_is_foreign),
        PLAY_TEST(a_foreign_answer_is_known_after_the_replies_it_discredits),
        PLAY_TEST(a_reply_counts_though_the_silence_before_it_is_known_later),
        PLAY_TEST(silence_of_three_other_names_counts_without_own),
        PLAY_TEST(dnscrypt_counts_once_a_second),
        PLAY_TEST(a_probe_that_encrypted_dns_covers_is_no_failure),
        PLAY_TEST(dnscrypt_in_silence_fails_for_encryption),
        PLAY_TEST(proof_is_bounded),
        PLAY_TEST(an_unread_answer_ends_silence),
        PLAY_TEST(a_gap_keeps_what_was_known),
        PLAY_TEST(what_failed_before_a_gap_counts_no_more),
        PLAY_TEST(a_leap_is_no_span_of_silence),
        PLAY_TEST(lookups_count_anew_after_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
