/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of rules is whole, and the trace tells what each saw without changing a verdict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "play.h"
#include "sensor/detect/rule_table.h"
#include "sensor/tell/console.h"

static struct judgement judgement;
static struct trace trace;

static void diagnose_traced(struct play *play, enum protection protection)
{
    play->trace = &trace;
    play_diagnose(play, protection, &judgement);
    assert_ptr_equal(judgement.trace, &trace);
}

static void fail_dns(struct play *play, enum outcome outcome, int count)
{
    for (int i = 0; i < count; i++)
        play_dns(play, PLAY_RESOLVER, i % 2 ? 443 : 53, i * 2, outcome);
}

static const struct trace_line *find_line(const char *name)
{
    for (size_t i = 0; i < trace.count; i++)
        if (strcmp(trace.line[i].text->name, name) == 0)
            return &trace.line[i];
    fail_msg("no rule is called %s", name);
    return NULL;
}

static void expect_line(const char *name, enum trace_mark mark, const char *saw)
{
    const struct trace_line *line = find_line(name);
    assert_int_equal(line->mark, mark);
    if (!strstr(line->saw, saw))
        fail_msg("%s saw \"%s\", not \"%s\"", name, line->saw, saw);
}

/* The one rule that held among those that are no part of another. */
static const char *held_name(void)
{
    const char *name = NULL;
    for (size_t i = 0; i < trace.count; i++)
        if (trace.line[i].mark == TRACE_HELD && !trace.line[i].part) {
            assert_null(name);
            name = trace.line[i].text->name;
        }
    return name;
}

/* --- the table ------------------------------------------------------------------------------- */

static void expect_whole(const struct rule_text *text)
{
    assert_true(text->name && *text->name);
    assert_true(text->tell && *text->tell);
    assert_true(text->apart && *text->apart);
    assert_true(text->source && *text->source);
}

static void every_rule_is_told_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < reason_rule_count; i++) {
        expect_whole(&reason_rules[i].text);
        assert_non_null(reason_rules[i].saw);
        assert_string_equal(reason_rules[i].text.name, reason_name(reason_rules[i].reason));
    }
    for (size_t i = 0; i < cause_rule_count; i++) {
        const struct cause_rule *rule = &cause_rules[i];
        expect_whole(&rule->text);
        assert_non_null(rule->explain);
        assert_int_equal(rule->outcome != OUTCOME_NONE, rule->counted != NULL);
        assert_int_equal(rule->holds == NULL, i + 1 == cause_rule_count);
    }
    for (size_t i = 0; i < reset_rule_count; i++) {
        expect_whole(&reset_rules[i].text);
        assert_non_null(reset_rules[i].saw);
    }
}

static void every_reason_and_cause_has_a_rule(void **state)
{
    (void)state;
    for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
        unsigned rows = 0;
        for (size_t i = 0; i < reason_rule_count; i++)
            rows += reason_rules[i].reason == (enum reason)reason;
        assert_int_equal(rows, 1);
    }
    for (int cause = CAUSE_NONE + 1; cause < CAUSE_COUNT; cause++) {
        bool named = false;
        for (size_t i = 0; i < cause_rule_count; i++)
            named = named || strstr(cause_rules[i].text.name, cause_name((enum cause)cause));
        if (!named)
            fail_msg("no rule concludes %s", cause_name((enum cause)cause));
    }
}

static void every_rule_has_its_line(void **state)
{
    (void)state;
    trace_begin(&trace);
    assert_int_equal(trace.count, reason_rule_count + cause_rule_count + reset_rule_count);
    for (size_t i = 0; i < trace.count; i++)
        assert_int_equal(trace.line[i].mark, TRACE_UNTRIED);
}

/* --- the trace ------------------------------------------------------------------------------- */

/* All that a judgement says; its padding differs from one to the next. */
static void expect_same(const struct judgement *a, const struct judgement *b)
{
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->cause, b->cause);
    assert_int_equal(a->reason, b->reason);
    assert_int_equal(a->confidence, b->confidence);
    assert_string_equal(a->headline, b->headline);
    assert_string_equal(a->why, b->why);
    assert_string_equal(a->filter, b->filter);
    assert_int_equal(a->evidence_count, b->evidence_count);
    for (size_t i = 0; i < a->evidence_count; i++)
        assert_string_equal(a->evidence[i].text, b->evidence[i].text);
    assert_int_equal(a->ruled_out_count, b->ruled_out_count);
    assert_memory_equal(a->ruled_out, b->ruled_out, sizeof a->ruled_out);
    assert_int_equal(a->note_count, b->note_count);
    assert_memory_equal(a->note, b->note, sizeof a->note);
    assert_int_equal(a->advice_count, b->advice_count);
    assert_memory_equal(a->advice, b->advice, sizeof a->advice);
    assert_int_equal(a->path_count, b->path_count);
}

static void a_trace_changes_nothing(void **state)
{
    static const enum outcome outcomes[] = {OUTCOME_UNANSWERED, OUTCOME_REJECTED, OUTCOME_FOREIGN,
                                            OUTCOME_ERROR,      OUTCOME_LATE,     OUTCOME_ANSWERED};
    static struct judgement plain;
    struct play *play = *state;
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
        fail_dns(play, outcomes[i], 6);
        play->trace = NULL;
        play_diagnose(play, PROTECTION_DNS, &plain);
        assert_null(plain.trace);
        diagnose_traced(play, PROTECTION_DNS);
        expect_same(&plain, &judgement);
        play_end(play);
        play_begin(play);
    }
}

static void the_rule_that_held_names_the_cause(void **state)
{
    static const struct {
        enum outcome outcome;
        const char *name, *saw;
    } cases[] = {
        {OUTCOME_UNANSWERED, "silent-drop", "6 of 6 failures are silence"},
        {OUTCOME_REJECTED, "icmp-reject", "6 of 6 failures were met by an ICMP error"},
        {OUTCOME_FOREIGN, "foreign-answer", "6 of 6 failures had a foreign answer"},
        {OUTCOME_ERROR, "resolver-error", "6 of 6 failures were answered with an error"},
        {OUTCOME_LATE, "late-answers", "6 of 6 failures were answered too late"},
    };
    struct play *play = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fail_dns(play, cases[i].outcome, 6);
        diagnose_traced(play, PROTECTION_DNS);
        assert_string_equal(held_name(), cases[i].name);
        assert_string_equal(cause_name(judgement.cause), cases[i].name);
        expect_line(cases[i].name, TRACE_HELD, cases[i].saw);
        play_end(play);
        play_begin(play);
    }
}

static void what_else_would_have_held_is_told(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    play_dns(play, PLAY_RESOLVER, 53, 12, OUTCOME_REJECTED);
    play_dns(play, PLAY_RESOLVER_2, 53, 13, OUTCOME_FOREIGN);
    diagnose_traced(play, PROTECTION_DNS);
    expect_line("foreign-answer", TRACE_HELD, "1 of 8 failures had a foreign answer");
    expect_line("icmp-reject", TRACE_ALSO, "1 of 8 failures were met by an ICMP error");
    expect_line("silent-drop", TRACE_NO, "6 of 8 failures are silence");
    expect_line("killed-after-open", TRACE_NO, "0 of 8");
    expect_line("unknown", TRACE_NO, "");
    assert_int_equal(find_line("time")->mark, TRACE_UNTRIED);
}

static void the_tells_of_a_reset_are_weighed_one_by_one(void **state)
{
    const struct reset_facts reset = {.seen = true,
                                      .delay = NS_PER_MS / 5,
                                      .ttl = 60,
                                      .syn_ttl = 128,
                                      .window = 64240,
                                      .syn_window = 64240};
    struct play *play = *state;
    play_control(play, 0, 12, true);
    for (int i = 0; i < 6; i++)
        play_web(play, PLAY_SWG, i * 2, OUTCOME_RESET, &reset);
    diagnose_traced(play, PROTECTION_WEB);
    assert_int_equal(judgement.cause, CAUSE_MIDDLEBOX_RESET);
    expect_line("middlebox-reset, server-reset or reset", TRACE_HELD, "6 of 6 failures were reset");
    expect_line("time", TRACE_HELD, "6 of 6 resets; they came 0.20 ms to 0.20 ms after the SYN");
    expect_line("time", TRACE_HELD, "of other public hosts is 12 ms");
    expect_line("hops", TRACE_NO, "0 of 6 resets; what reset last is 4 hops away (TTL 60)");
    expect_line("copied fields", TRACE_HELD, "6 of 6 resets; of the SYN came back: the window");
    expect_line("race", TRACE_NO, "nothing of the server's");
    expect_line("witness", TRACE_NO, "no such ICMP error");
}

static void failed_lookups_leave_no_failure_to_count(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 3; i++)
        play_lookup(play, i * 2, OUTCOME_ANSWERED, "10.9.9.9");
    diagnose_traced(play, PROTECTION_WEB);
    assert_int_equal(judgement.cause, CAUSE_NAME_SINKHOLED);
    expect_line("name-sinkholed", TRACE_HELD, "3 failed look-ups");
    expect_line("name-sinkholed", TRACE_HELD, "leading to 10.9.9.9");
    expect_line("name-unresolved", TRACE_ALSO, "3 failed look-ups");
    expect_line("icmp-reject", TRACE_NO, "no failure on any path");
}

static void no_cause_is_tried_without_a_failure(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 2);
    diagnose_traced(play, PROTECTION_DNS);
    assert_int_equal(judgement.reason, REASON_TOO_FEW_SAMPLES);
    assert_string_equal(held_name(), "too-few-samples");
    expect_line("too-few-samples", TRACE_HELD,
                "2 queries failed, over 2.0 s, all of them in silence");
    expect_line("silent-drop", TRACE_UNTRIED, "");
    play_end(play);
    play_begin(play);
    fail_dns(play, OUTCOME_ANSWERED, 6);
    diagnose_traced(play, PROTECTION_DNS);
    assert_int_equal(judgement.status, STATUS_PROTECTED);
    assert_null(held_name());
}

/* --- the screen ------------------------------------------------------------------------------ */

/* So many clients in full; only the second of three has a trace. The text is the caller's. */
static char *shown(struct play *play, size_t detail)
{
    static const char *const clients[] = {"192.168.0.3", "192.168.0.2", "192.168.0.1"};
    const struct console_options options = {.utf8 = true, .width = 100, .detail = detail};
    const struct capture_file file = {.name = "a.pcap", .first = play_at(0), .last = play_at(600)};
    const struct stats stats = {.capture = {.packets = 9, .watched = 9}};
    const struct summary summary = {
        .file_count = 1, .file = &file, .end = file.last, .stats = &stats};
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    struct sink *sink = console_new(out, &options);
    assert_non_null(sink);
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++) {
        diagnose_traced(play, PROTECTION_DNS);
        assert_true(addr_parse(clients[i], &judgement.client));
        if (i != 1)
            judgement.trace = NULL;
        sink->ops->verdict(sink, &judgement);
        memset(&trace, 0xA5, sizeof trace); /* it was valid for the call only */
    }
    sink->ops->finish(sink, &summary);
    assert_null(sink->ops->error(sink));
    sink->ops->free(sink);
    fclose(out);
    return text;
}

static void the_screen_keeps_the_trace(void **state)
{
    struct play *play = *state;
    fail_dns(play, OUTCOME_UNANSWERED, 6);
    for (size_t detail = 0; detail < 4; detail++) {
        char *text = shown(play, detail);
        const char *rules = strstr(text, "  Rules      DNS protection (IPv4)");
        assert_int_equal(rules != NULL, detail >= 2); /* the worst first: .1, then .2 */
        if (rules) {
            assert_null(strstr(rules + 1, "  Rules  "));
            assert_non_null(
                strstr(rules, "\n  holds      silent-drop\n             saw     6 of 6"));
            assert_non_null(strstr(rules, "\n  no         icmp-reject\n"));
            assert_non_null(strstr(rules, "source  RFC 792"));
            assert_null(strstr(rules, "hops\n"));
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_is_told_in_words),
        cmocka_unit_test(every_reason_and_cause_has_a_rule),
        cmocka_unit_test(every_rule_has_its_line),
        PLAY_TEST(a_trace_changes_nothing),
        PLAY_TEST(the_rule_that_held_names_the_cause),
        PLAY_TEST(what_else_would_have_held_is_told),
        PLAY_TEST(the_tells_of_a_reset_are_weighed_one_by_one),
        PLAY_TEST(failed_lookups_leave_no_failure_to_count),
        PLAY_TEST(no_cause_is_tried_without_a_failure),
        PLAY_TEST(the_screen_keeps_the_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
