/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cause is named, how sure it is, and by which evidence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "play.h"

static struct judgement judgement;

static void diagnose_dns(struct play *play)
{
    play_diagnose(play, PROTECTION_DNS, &judgement);
}

static void expect(enum status status, enum cause cause, enum confidence confidence)
{
    assert_int_equal(judgement.status, status);
    assert_int_equal(judgement.cause, cause);
    assert_int_equal(judgement.confidence, confidence);
}

/* Both ports, alternating, so that no probe cycle is in it. */
static void fail_dns(struct play *play, enum outcome outcome, int count)
{
    for (int i = 0; i < count; i++)
        play_dns(play, PLAY_RESOLVER, i % 2 ? 443 : 53, i * 2, outcome);
}

static void silence_alone_is_possible(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_SILENT_DROP, CONFIDENCE_POSSIBLE);
    const struct evidence *evidence = play_fact(&judgement, "no-answer");
    assert_non_null(evidence);
    assert_int_equal(evidence->frames, 6);
    assert_null(play_fact(&judgement, "control-works"));
    assert_true(judgement.advice_count > 0);
}

static void silence_beside_a_network_that_works_is_likely(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    play_control(play, 3, 12, true);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_SILENT_DROP, CONFIDENCE_LIKELY);
    assert_non_null(play_fact(&judgement, "control-works"));
}

static void a_network_that_worked_before_proves_nothing(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    play_control(play, -1, 12, true);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_SILENT_DROP, CONFIDENCE_POSSIBLE);
}

static void a_network_that_works_again_long_after_proves_nothing(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6); /* until 10 s */
    play_control(play, 120, 12, true);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_SILENT_DROP, CONFIDENCE_POSSIBLE);
    play_web(play, PLAY_SWG, 200, OUTCOME_OPENED, NULL);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_SILENT_DROP, CONFIDENCE_POSSIBLE);
    play_end(play);
    play_begin(play);
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    play_control(play, 4, 12, true);
    play_control(play, 120, 12, true);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_SILENT_DROP, CONFIDENCE_LIKELY);
}

static void the_probe_cycle_is_likely(void **state)
{
    struct play *play = *state;
    play_dns(play, PLAY_RESOLVER, 443, 0, OUTCOME_UNANSWERED);
    play_dns(play, PLAY_RESOLVER, 53, 5, OUTCOME_UNANSWERED);
    play_dns(play, PLAY_RESOLVER, 443, 15, OUTCOME_UNANSWERED);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_SILENT_DROP, CONFIDENCE_LIKELY);
    assert_non_null(play_fact(&judgement, "probe-cycle"));
}

static void a_port_never_tried_caps_the_confidence(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 6; i++)
        play_dns(play, PLAY_RESOLVER, 53, i * 2, OUTCOME_REJECTED);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_ICMP_REJECT, CONFIDENCE_POSSIBLE);
    assert_non_null(play_fact(&judgement, "port-not-probed"));
    assert_non_null(strstr(judgement.why, "(possible)."));
}

static void proof_beats_silence(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    play_dns(play, PLAY_RESOLVER, 53, 12, OUTCOME_REJECTED);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_ICMP_REJECT, CONFIDENCE_CERTAIN);
    play_dns(play, PLAY_RESOLVER_2, 53, 13, OUTCOME_FOREIGN);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_FOREIGN_ANSWER, CONFIDENCE_LIKELY);
}

static void errors_and_late_answers(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_ERROR, 6);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_RESOLVER_ERROR, CONFIDENCE_LIKELY);
    play_end(play);
    play_begin(play);
    fail_dns(play, OUTCOME_LATE, 6);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_LATE_ANSWERS, CONFIDENCE_LIKELY);
}

static void loss_is_no_drop(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 40; i++)
        play_dns(play, PLAY_RESOLVER, 53, i * 10,
                 i % 3 == 1 ? OUTCOME_UNANSWERED : OUTCOME_ANSWERED);
    diagnose_dns(play);
    expect(STATUS_DEGRADED, CAUSE_PACKET_LOSS, CONFIDENCE_LIKELY);
}

static void a_lossy_path_that_fails_altogether_does_not_work(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 40; i++)
        for (int p = 0; p < 2; p++)
            play_dns(play, PLAY_RESOLVER, p ? 443 : 53, i * 10 + p,
                     i % 3 == 1 ? OUTCOME_UNANSWERED : OUTCOME_ANSWERED);
    diagnose_dns(play);
    expect(STATUS_DEGRADED, CAUSE_PACKET_LOSS, CONFIDENCE_LIKELY);
    assert_non_null(strstr(judgement.headline, "works, but loses"));
    for (int i = 40; i < 45; i++)
        for (int p = 0; p < 2; p++)
            play_dns(play, PLAY_RESOLVER, p ? 443 : 53, i * 10 + p, OUTCOME_UNANSWERED);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_PACKET_LOSS, CONFIDENCE_POSSIBLE);
    assert_null(strstr(judgement.headline, "works"));
    assert_non_null(strstr(judgement.headline, "of late all of them"));
    const struct evidence *evidence = play_fact(&judgement, "loss");
    assert_non_null(evidence);
    assert_non_null(strstr(evidence->text, "36 of the last 90 queries"));
    assert_non_null(strstr(evidence->text, "the last 5 in a row"));
    /* More in a row than a third that gets lost explains: something broke. */
    for (int i = 45; i < 50; i++)
        for (int p = 0; p < 2; p++)
            play_dns(play, PLAY_RESOLVER, p ? 443 : 53, i * 10 + p, OUTCOME_UNANSWERED);
    diagnose_dns(play);
    assert_int_equal(judgement.status, STATUS_UNPROTECTED);
    assert_int_equal(judgement.cause, CAUSE_SILENT_DROP);
}

static bool noted(const char *words)
{
    for (size_t i = 0; i < judgement.note_count; i++)
        if (strstr(judgement.note[i], words))
            return true;
    return false;
}

static void outages_that_come_again_are_told(void **state)
{
    struct play *play = *state;
    struct outages *outages = &play->client->protection[PROTECTION_DNS].outages;
    play_dns(play, PLAY_RESOLVER, 443, 0, OUTCOME_ANSWERED);
    *outages = (struct outages){.count = 1, .total = 20 * NS_PER_SEC};
    diagnose_dns(play);
    assert_false(noted("again and again"));
    *outages = (struct outages){.count = 3,
                                .first = play_at(-500),
                                .newest = play_at(-260),
                                .total = 60 * NS_PER_SEC,
                                .shortest = 19 * NS_PER_SEC,
                                .longest = 21 * NS_PER_SEC};
    diagnose_dns(play);
    assert_true(noted("3 outages that ended by themselves, of 19.0 s to 21.0 s, one about every "
                      "120.0 s (16 % of the time)"));
}

static void one_lost_packet_is_at_most_possible(void **state)
{
    struct play *play = *state;
    play_dns(play, PLAY_RESOLVER, 443, 0, OUTCOME_ANSWERED);
    play_dns(play, PLAY_RESOLVER_2, 443, 0, OUTCOME_UNANSWERED);
    play_control(play, 3, 12, true);
    diagnose_dns(play);
    expect(STATUS_DEGRADED, CAUSE_SILENT_DROP, CONFIDENCE_POSSIBLE);
}

static void expect_one_way(struct play *play, enum protection protection)
{
    play_diagnose(play, protection, &judgement);
    assert_int_equal(judgement.status, STATUS_UNDETERMINED);
    assert_int_equal(judgement.reason, REASON_ONE_WAY_CAPTURE);
    assert_non_null(play_fact(&judgement, "one-way"));
}

/* Three connections open and three queries to `resolver` go without an answer. */
static void unheard(struct play *play, const char *resolver)
{
    for (int i = 0; i < 3; i++) {
        play_control(play, i, 12, true);
        play_asked(play, resolver, i, false);
    }
}

static void answers_at_another_mirror_port_are_no_silence(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    unheard(play, "192.168.0.65");
    expect_one_way(play, PROTECTION_DNS);
    play_asked(play, "192.168.0.65", 4, true);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_SILENT_DROP, CONFIDENCE_LIKELY);
}

static void a_public_resolver_may_be_blocked_too(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    unheard(play, "9.9.9.9");
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_SILENT_DROP, CONFIDENCE_LIKELY);
}

static void lookups_need_answers_in_the_capture(void **state)
{
    struct play *play = *state;
    unheard(play, "192.168.0.65");
    play_lookup(play, 5, OUTCOME_UNANSWERED, NULL);
    play_lookup(play, 20, OUTCOME_UNANSWERED, NULL);
    expect_one_way(play, PROTECTION_WEB);
}

static void encrypted_queries_go_on_only_where_something_answers(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    play_control(play, 3, 12, true);
    for (int i = 0; i < 5; i++)
        play_dnscrypt(play, PLAY_RESOLVER, i * 4, false);
    diagnose_dns(play); /* 16 s: the module may not have given up yet */
    expect(STATUS_UNPROTECTED, CAUSE_SILENT_DROP, CONFIDENCE_LIKELY);
    play_dnscrypt(play, PLAY_RESOLVER, 21, false);
    expect_one_way(play, PROTECTION_DNS);
}

static void one_way_is_no_verdict(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    struct attempt blind = {.outcome = OUTCOME_OPENED,
                            .opened = true,
                            .flow = {.client = play->client->addr},
                            .sent = play_at(1),
                            .rtt = NSTIME_NONE};
    control_attempt(play->control, &blind);
    diagnose_dns(play);
    assert_int_equal(judgement.status, STATUS_UNDETERMINED);
    assert_int_equal(judgement.reason, REASON_ONE_WAY_CAPTURE);
    assert_non_null(play_fact(&judgement, "one-way"));
}

/* --- resets: the groups of tells ------------------------------------------------------------- */

static const struct reset_facts plain = {.seen = true,
                                         .delay = 20 * NS_PER_MS,
                                         .ttl = 50,
                                         .syn_ttl = 128,
                                         .window = 0,
                                         .syn_window = 64240,
                                         .has_ip_id = true,
                                         .ip_id = 7,
                                         .syn_ip_id = 9};

static void reset_web(struct play *play, const struct reset_facts *reset)
{
    for (int i = 0; i < 3; i++)
        play_web(play, PLAY_SWG, i * 0.1, OUTCOME_RESET, reset);
    play_diagnose(play, PROTECTION_WEB, &judgement);
}

static void without_tells_nobody_can_say(void **state)
{
    reset_web(*state, &plain);
    expect(STATUS_UNAVAILABLE, CAUSE_RESET, CONFIDENCE_LIKELY);
}

static void one_tell_is_possible(void **state)
{
    struct reset_facts reset = plain;
    reset.window = 64240;
    reset_web(*state, &reset);
    expect(STATUS_UNAVAILABLE, CAUSE_MIDDLEBOX_RESET, CONFIDENCE_POSSIBLE);
    assert_non_null(play_fact(&judgement, "window-echoed"));
}

static void two_tells_are_likely(void **state)
{
    struct play *play = *state;
    struct reset_facts reset = plain;
    reset.window = 64240;
    reset.delay = NS_PER_MS / 2;
    play_control(play, 0, 9, true);
    reset_web(play, &reset);
    expect(STATUS_UNAVAILABLE, CAUSE_MIDDLEBOX_RESET, CONFIDENCE_LIKELY);
    assert_non_null(play_fact(&judgement, "reset-near"));
}

static void three_tells_are_certain(void **state)
{
    struct play *play = *state;
    struct reset_facts reset = plain;
    reset.window = 64240;
    reset.delay = NS_PER_MS / 2;
    reset.ttl = 63; /* one hop from a public address */
    play_control(play, 0, 9, true);
    reset_web(play, &reset);
    expect(STATUS_UNAVAILABLE, CAUSE_MIDDLEBOX_RESET, CONFIDENCE_CERTAIN);
}

static void a_copied_ttl_counts_once(void **state)
{
    struct reset_facts reset = plain;
    reset.ttl = reset.syn_ttl; /* 128: no hop at all, because it was copied */
    reset_web(*state, &reset);
    expect(STATUS_UNAVAILABLE, CAUSE_MIDDLEBOX_RESET, CONFIDENCE_POSSIBLE);
}

static void a_race_is_certain(void **state)
{
    struct reset_facts reset = plain;
    reset.race = true;
    reset_web(*state, &reset);
    expect(STATUS_UNAVAILABLE, CAUSE_MIDDLEBOX_RESET, CONFIDENCE_CERTAIN);
}

static void window_zero_is_no_excuse(void **state)
{
    struct play *play = *state;
    struct reset_facts reset = plain;
    reset.delay = NS_PER_MS / 2;
    reset.ttl = 64;
    play_control(play, 0, 9, true);
    reset_web(play, &reset);
    expect(STATUS_UNAVAILABLE, CAUSE_MIDDLEBOX_RESET, CONFIDENCE_LIKELY);
}

static void the_server_needs_positive_evidence(void **state)
{
    struct play *play = *state;
    play_genuine(play, PLAY_SWG, 19, 51);
    reset_web(play, &plain);
    expect(STATUS_UNAVAILABLE, CAUSE_SERVER_RESET, CONFIDENCE_LIKELY);
}

static void elsewhere_than_the_server_is_a_tell(void **state)
{
    struct play *play = *state;
    play_genuine(play, PLAY_SWG, 19, 44); /* 20 hops; the resets come from 14 */
    reset_web(play, &plain);
    expect(STATUS_UNAVAILABLE, CAUSE_MIDDLEBOX_RESET, CONFIDENCE_POSSIBLE);
    assert_non_null(play_fact(&judgement, "reset-hops"));
}

static void never_a_single_address_to_allow(void **state)
{
    struct reset_facts reset = plain;
    reset.race = true;
    reset_web(*state, &reset);
    for (size_t i = 0; i < judgement.advice_count; i++)
        assert_null(strstr(judgement.advice[i], PLAY_SWG));
}

static void killed_and_stalled(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 3; i++)
        play_web(play, PLAY_SWG, i, OUTCOME_KILLED, NULL);
    play_diagnose(play, PROTECTION_WEB, &judgement);
    expect(STATUS_UNAVAILABLE, CAUSE_KILLED_AFTER_OPEN, CONFIDENCE_LIKELY);
    play_end(play);
    play_begin(play);
    for (int i = 0; i < 3; i++)
        play_web(play, PLAY_SWG, i * 2, OUTCOME_STALLED, NULL);
    play_control(play, 3, 12, true);
    play_diagnose(play, PROTECTION_WEB, &judgement);
    expect(STATUS_UNAVAILABLE, CAUSE_STALLED_AFTER_OPEN, CONFIDENCE_LIKELY);
}

static void a_name_that_leads_nowhere(void **state)
{
    struct play *play = *state;
    play_lookup(play, 0, OUTCOME_ANSWERED, "10.9.9.9");
    play_diagnose(play, PROTECTION_WEB, &judgement);
    assert_int_equal(judgement.status, STATUS_UNDETERMINED);
    play_lookup(play, 20, OUTCOME_ANSWERED, "10.9.9.9");
    play_diagnose(play, PROTECTION_WEB, &judgement);
    expect(STATUS_UNAVAILABLE, CAUSE_NAME_SINKHOLED, CONFIDENCE_LIKELY);
    struct flow flow = {.server_port = 443};
    assert_true(addr_parse("10.9.9.9", &flow.server));
    client_opened(play->client, &flow); /* somebody's own gateway after all */
    play_lookup(play, 40, OUTCOME_ANSWERED, "10.9.9.9");
    play_diagnose(play, PROTECTION_WEB, &judgement);
    assert_int_equal(judgement.status, STATUS_UNDETERMINED);
}

static void a_name_without_an_address(void **state)
{
    struct play *play = *state;
    play_lookup(play, 0, OUTCOME_UNANSWERED, NULL);
    play_lookup(play, 20, OUTCOME_UNANSWERED, NULL);
    play_diagnose(play, PROTECTION_WEB, &judgement);
    expect(STATUS_UNAVAILABLE, CAUSE_NAME_UNRESOLVED, CONFIDENCE_LIKELY);
}

static void a_captive_portal(void **state)
{
    struct play *play = *state;
    struct addr portal;
    assert_true(addr_parse("10.0.0.1", &portal));
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    control_portal(play->control, &play->client->addr, &portal, (struct frame_ref){.number = 9});
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_CAPTIVE_PORTAL, CONFIDENCE_LIKELY);
    assert_int_equal(play_fact(&judgement, "captive-portal")->frame[0].number, 9);
}

static void a_network_that_is_down(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    play_vain(play, "93.184.216.34", 1);
    play_vain(play, "93.184.216.34", 2);
    play_vain(play, "1.1.1.1", 3);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_SILENT_DROP, CONFIDENCE_POSSIBLE); /* two peers */
    play_vain(play, "9.9.9.9", 4);
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_NETWORK_DOWN, CONFIDENCE_LIKELY);
    play_control(play, 5, 12, true); /* one answers: not down, then */
    diagnose_dns(play);
    expect(STATUS_UNPROTECTED, CAUSE_SILENT_DROP, CONFIDENCE_LIKELY);
}

static void a_family_without_a_route(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    play->other_family_alive = true;
    diagnose_dns(play);
    assert_int_equal(judgement.status, STATUS_UNDETERMINED);
    assert_int_equal(judgement.reason, REASON_NO_ROUTE);
    play_dns(play, PLAY_RESOLVER_2, 53, 20, OUTCOME_ANSWERED); /* there is one, after all */
    for (int i = 0; i < 3; i++)
        play_dns(play, PLAY_RESOLVER_2, 53, 30 + i, OUTCOME_UNANSWERED);
    diagnose_dns(play);
    assert_int_equal(judgement.status, STATUS_UNPROTECTED);
}

static void expect_stalled(struct play *play, enum cause cause, enum confidence confidence)
{
    play_diagnose(play, PROTECTION_WEB, &judgement);
    expect(STATUS_UNAVAILABLE, cause, confidence);
}

static void large_segments_get_lost(void **state)
{
    struct play *play = *state;
    play_sized(play, PLAY_SWG, 0, OUTCOME_OPENED, 1400, 1400, 0); /* before the path changed */
    for (int i = 1; i < 4; i++)
        play_sized(play, PLAY_SWG, i * 8, OUTCOME_STALLED, 1400, 0, 0);
    expect_stalled(play, CAUSE_PATH_MTU, CONFIDENCE_POSSIBLE);
    assert_non_null(play_fact(&judgement, "large-lost"));
    assert_null(play_fact(&judgement, "small-pass"));
    play_sized(play, PLAY_SWG, 32, OUTCOME_STALLED, 1460, 310, 0);
    expect_stalled(play, CAUSE_PATH_MTU, CONFIDENCE_LIKELY);
    const struct evidence *evidence = play_fact(&judgement, "small-pass");
    assert_non_null(evidence);
    assert_non_null(strstr(evidence->text, "between 310 and 1400 bytes"));
    assert_int_equal(evidence->frames, 1);
    assert_null(play_fact(&judgement, "icmp-too-big"));
}

static void an_icmp_error_names_the_mtu(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 3; i++)
        play_sized(play, PLAY_SWG, i * 8, OUTCOME_STALLED, 1460, 0, i == 1 ? 1420 : 0);
    expect_stalled(play, CAUSE_PATH_MTU, CONFIDENCE_LIKELY);
    const struct evidence *evidence = play_fact(&judgement, "icmp-too-big");
    assert_non_null(evidence);
    assert_non_null(strstr(evidence->text, "1420 bytes at most"));
    assert_int_equal(evidence->frame[0].number, 5000);
}

static void small_segments_that_stall_are_no_matter_of_size(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 3; i++)
        play_sized(play, PLAY_SWG, i * 8, OUTCOME_STALLED, 310, 0, 0);
    play_control(play, 3, 12, true);
    expect_stalled(play, CAUSE_STALLED_AFTER_OPEN, CONFIDENCE_LIKELY);
    play_end(play);
    play_begin(play); /* large ones that were acknowledged are none either */
    for (int i = 0; i < 3; i++)
        play_sized(play, PLAY_SWG, i * 8, OUTCOME_STALLED, 1460, 1460, 0);
    play_control(play, 3, 12, true);
    expect_stalled(play, CAUSE_STALLED_AFTER_OPEN, CONFIDENCE_LIKELY);
}

static void encrypted_dns_alone_is_dropped(void **state)
{
    struct play *play = *state;
    play_dnscrypt(play, PLAY_RESOLVER, -20, true);
    for (int i = 0; i < 6; i++) {
        play_dnscrypt(play, PLAY_RESOLVER, i * 2, false);
        play_dns(play, PLAY_RESOLVER, 443, i * 2 + 1, OUTCOME_ANSWERED);
    }
    diagnose_dns(play);
    expect(STATUS_DEGRADED, CAUSE_SILENT_DROP, CONFIDENCE_LIKELY);
    const struct evidence *evidence = play_fact(&judgement, "encryption-silent");
    assert_non_null(evidence);
    assert_int_equal(evidence->frames, 6);
    assert_int_equal(judgement.path[0].status, PATH_FAILING);
    assert_true(judgement.first_bad == play_at(0));
    assert_true(judgement.last_good == play_at(-20));
}

static void only_queries_with_edns_are_dropped(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 10; i++) {
        play_dns(play, PLAY_RESOLVER, 53, i * 10, OUTCOME_ANSWERED);
        play_edns(play, PLAY_RESOLVER, 53, i * 10 + 5, OUTCOME_UNANSWERED);
    }
    diagnose_dns(play);
    expect(STATUS_DEGRADED, CAUSE_SILENT_DROP, CONFIDENCE_LIKELY);
    assert_non_null(play_fact(&judgement, "edns-silent"));
    play_edns(play, PLAY_RESOLVER, 53, 101, OUTCOME_ANSWERED); /* one got through: loss, then */
    diagnose_dns(play);
    expect(STATUS_DEGRADED, CAUSE_PACKET_LOSS, CONFIDENCE_LIKELY);
}

static void queries_with_edns_that_are_rejected_are_no_silence(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 10; i++) {
        play_dns(play, PLAY_RESOLVER, 53, i * 10, OUTCOME_ANSWERED);
        play_edns(play, PLAY_RESOLVER, 53, i * 10 + 5,
                  i % 3 ? OUTCOME_REJECTED : OUTCOME_UNANSWERED);
    }
    diagnose_dns(play);
    assert_int_equal(judgement.cause, CAUSE_ICMP_REJECT);
    play_end(play);
    play_begin(play);
    for (int i = 0; i < 10; i++) {
        play_dns(play, PLAY_RESOLVER, 53, i * 10, OUTCOME_ANSWERED);
        play_edns(play, PLAY_RESOLVER, 53, i * 10 + 5, OUTCOME_ERROR);
    }
    diagnose_dns(play);
    assert_int_equal(judgement.cause, CAUSE_RESOLVER_ERROR);
}

static void a_mirror_that_loses_packets(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    for (int i = 0; i < 299; i++) /* the first half minute is left out */
        control_answer(play->control, play_at(i), i % 100 == 50, false);
    diagnose_dns(play);
    assert_int_equal(judgement.status, STATUS_UNDETERMINED);
    assert_int_equal(judgement.reason, REASON_CAPTURE_LOSS);
    for (int i = 0; i < 100; i++) /* under one percent: judged */
        control_answer(play->control, play_at(300), false, false);
    diagnose_dns(play);
    assert_int_equal(judgement.status, STATUS_UNPROTECTED);
}

static void what_works_names_no_cause(void **state)
{
    struct play *play = *state;
    play_dns(play, PLAY_RESOLVER, 53, 0, OUTCOME_ANSWERED);
    diagnose_dns(play);
    expect(STATUS_PROTECTED, CAUSE_NONE, CONFIDENCE_NONE);
    assert_int_equal(judgement.evidence_count, 0);
    assert_string_equal(judgement.filter, "ip.addr == 208.67.222.222");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAY_TEST(silence_alone_is_possible),
        PLAY_TEST(silence_beside_a_network_that_works_is_likely),
        PLAY_TEST(a_network_that_worked_before_proves_nothing),
        PLAY_TEST(a_network_that_works_again_long_after_proves_nothing),
        PLAY_TEST(the_probe_cycle_is_likely),
        PLAY_TEST(a_port_never_tried_caps_the_confidence),
        PLAY_TEST(proof_beats_silence),
        PLAY_TEST(errors_and_late_answers),
        PLAY_TEST(loss_is_no_drop),
        PLAY_TEST(a_lossy_path_that_fails_altogether_does_not_work),
        PLAY_TEST(outages_that_come_again_are_told),
        PLAY_TEST(one_lost_packet_is_at_most_possible),
        PLAY_TEST(one_way_is_no_verdict),
        PLAY_TEST(answers_at_another_mirror_port_are_no_silence),
        PLAY_TEST(a_public_resolver_may_be_blocked_too),
        PLAY_TEST(lookups_need_answers_in_the_capture),
        PLAY_TEST(encrypted_queries_go_on_only_where_something_answers),
        PLAY_TEST(without_tells_nobody_can_say),
        PLAY_TEST(one_tell_is_possible),
        PLAY_TEST(two_tells_are_likely),
        PLAY_TEST(three_tells_are_certain),
        PLAY_TEST(a_copied_ttl_counts_once),
        PLAY_TEST(a_race_is_certain),
        PLAY_TEST(window_zero_is_no_excuse),
        PLAY_TEST(the_server_needs_positive_evidence),
        PLAY_TEST(elsewhere_than_the_server_is_a_tell),
        PLAY_TEST(never_a_single_address_to_allow),
        PLAY_TEST(killed_and_stalled),
        PLAY_TEST(a_name_that_leads_nowhere),
        PLAY_TEST(a_name_without_an_address),
        PLAY_TEST(a_captive_portal),
        PLAY_TEST(a_network_that_is_down),
        PLAY_TEST(a_family_without_a_route),
        PLAY_TEST(large_segments_get_lost),
        PLAY_TEST(an_icmp_error_names_the_mtu),
        PLAY_TEST(small_segments_that_stall_are_no_matter_of_size),
        PLAY_TEST(encrypted_dns_alone_is_dropped),
        PLAY_TEST(only_queries_with_edns_are_dropped),
        PLAY_TEST(queries_with_edns_that_are_rejected_are_no_silence),
        PLAY_TEST(a_mirror_that_loses_packets),
        PLAY_TEST(what_works_names_no_cause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
