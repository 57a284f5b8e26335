/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module's logs against a journal of probes: which zone, which client, and what the two say of
 * the same seconds. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "sensor/dart/reconcile.h"

static uint32_t frame_number(const struct journal *journal)
{
    return (uint32_t)journal->count + 1;
}

struct bench {
    struct dart_logs logs;
    struct journal journal;
    struct match match;
    struct dart_facts facts;
};

static nstime at(double second)
{
    return INT64_C(1724727600) * NS_PER_SEC + (nstime)(second * 1e9);
}

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->logs.dns = b->logs.web = (struct dart_span){NSTIME_NONE, NSTIME_NONE};
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    dart_logs_free(&b->logs);
    journal_free(&b->journal);
    free(b);
    return 0;
}

static struct addr host(const char *text)
{
    struct addr addr;
    assert_true(addr_parse(text, &addr));
    return addr;
}

/* A line at a second of UTC, logged so many minutes east of it. */
static void line(struct bench *b, double second, int minutes, enum dart_kind kind, uint8_t family,
                 uint16_t port)
{
    const struct dart_event event = {.local = at((double)(int64_t)second + minutes * 60),
                                     .kind = (uint8_t)kind,
                                     .family = family,
                                     .port = port};
    dart_span_note(kind == DART_SWG_FAILED ? &b->logs.web : &b->logs.dns, event.local);
    dart_logs_add(&b->logs, &event);
}

static void query(struct bench *b, double second, const char *client, uint16_t port,
                  enum outcome outcome)
{
    const struct exchange exchange = {.outcome = outcome,
                                      .sent = at(second),
                                      .flow = {.client = host(client), .server_port = port},
                                      .own_name = true,
                                      .query_frame = {.number = frame_number(&b->journal)}};
    journal_exchange(&b->journal, &exchange);
}

static void attempt(struct bench *b, double second, const char *client, enum outcome outcome)
{
    const struct attempt a = {.outcome = outcome,
                              .sent = at(second),
                              .flow = {.client = host(client), .server_port = 443},
                              .service = SERVICE_SWG,
                              .frame = {{.number = frame_number(&b->journal)}}};
    journal_attempt(&b->journal, &a);
}

/* One round of the published case, from its first second on. */
static void round_logged(struct bench *b, double second, int minutes)
{
    line(b, second, minutes, DART_CHECKING, ADDR_IPV4, 443);
    line(b, second, minutes, DART_PROBING, ADDR_IPV4, 443);
    line(b, second + 5, minutes, DART_REJECTED, ADDR_IPV4, 443);
    line(b, second + 5, minutes, DART_PROBING, ADDR_IPV4, 53);
    line(b, second + 10, minutes, DART_REJECTED, ADDR_IPV4, 53);
}

static void round_sent(struct bench *b, double second, const char *client, enum outcome outcome)
{
    for (unsigned i = 0; i < 4; i++)
        query(b, second + 0.57 + i * 0.05, client, 443, outcome);
    for (unsigned i = 0; i < 4; i++)
        query(b, second + 5.57 + i * 0.05, client, 53, outcome);
}

static void compare(struct bench *b, double from, double to, const int *zone)
{
    const struct dart_span capture = {at(from), at(to)};
    dart_logs_sort(&b->logs);
    journal_sort(&b->journal);
    assert_true(match_find(&b->logs, &b->journal, capture, zone, &b->match));
    reconcile(&b->logs, &b->journal, &b->match, &b->facts);
}

static const struct dart_fact *fact(const struct bench *b, enum dart_fact_kind kind)
{
    for (size_t i = 0; i < b->facts.count; i++)
        if (b->facts.fact[i].kind == kind)
            return &b->facts.fact[i];
    return NULL;
}

static void zones_are_inferred(void **state)
{
    static const int zones[] = {0, 120, -300, 330, 345, -720, 840};
    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        struct bench *b;
        setup((void **)&b);
        round_logged(b, 43, zones[i]);
        round_sent(b, 43, "10.0.0.5", OUTCOME_UNANSWERED);
        query(b, 12, "10.0.0.6", 53, OUTCOME_ANSWERED);
        compare(b, 0, 120, NULL);
        assert_int_equal(b->match.how, MATCH_INFERRED);
        assert_int_equal(b->match.minutes, zones[i]);
        const struct addr client = host("10.0.0.5");
        assert_true(addr_equal(&b->match.client[0], &client));
        assert_int_equal(b->match.agree, 2);
        assert_int_equal(b->match.of, 2);
        const struct dart_fact *silent = fact(b, DART_FACT_SILENT);
        assert_non_null(silent);
        assert_int_equal(b->facts.count, 1);
        assert_int_equal(silent->tally.total, 8);
        assert_true(silent->at == at(53));
        assert_true(silent->since == at(43));
        teardown((void **)&b);
    }
}

/* A cycle that comes again to the second every quarter of an hour has no zone; one that does not,
 * has, however long the log. */
static void long_logs(void **state)
{
    static const double cycles[] = {15.0, 14.97};
    (void)state;
    for (unsigned k = 0; k < 2; k++) {
        struct bench *b;
        setup((void **)&b);
        for (int i = 0; i < 1000; i++)
            round_logged(b, i * cycles[k], 60);
        for (int i = 480; i < 488; i++)
            round_sent(b, i * cycles[k] - 0.5, "10.0.0.5", OUTCOME_UNANSWERED);
        compare(b, 480 * cycles[k] - 3, 489 * cycles[k], NULL);
        if (k == 0) {
            assert_int_equal(b->match.how, MATCH_AMBIGUOUS);
            assert_int_not_equal(b->match.minutes, b->match.other);
            assert_non_null(fact(b, DART_FACT_LOG_REJECTED));
            assert_null(fact(b, DART_FACT_SILENT));
        } else {
            assert_int_equal(b->match.how, MATCH_INFERRED);
            assert_int_equal(b->match.minutes, 60);
            assert_int_equal(fact(b, DART_FACT_SILENT)->times, 8);
        }
        teardown((void **)&b);
    }
}

static void given_zones(void **state)
{
    struct bench *b = *state;
    const int right = 60, wrong = 75;
    round_logged(b, 43, 60);
    round_sent(b, 43, "10.0.0.5", OUTCOME_UNANSWERED);
    compare(b, 0, 120, &right);
    assert_int_equal(b->match.how, MATCH_GIVEN);
    assert_int_equal(b->match.other, right);
    assert_non_null(fact(b, DART_FACT_SILENT));
    compare(b, 0, 120, &wrong);
    assert_int_equal(b->match.how, MATCH_GIVEN);
    assert_int_equal(b->match.other, right);
    assert_false(b->match.overlaps);
    assert_null(fact(b, DART_FACT_SILENT));
    assert_non_null(fact(b, DART_FACT_LOG_REJECTED));
}

static void what_met_the_probes(void **state)
{
    static const struct {
        enum outcome first, second;
        enum dart_fact_kind kind;
    } rows[] = {
        {OUTCOME_UNANSWERED, OUTCOME_UNDETERMINED, DART_FACT_SILENT},
        {OUTCOME_UNDETERMINED, OUTCOME_UNDETERMINED, DART_FACT_YOUNG},
        {OUTCOME_UNANSWERED, OUTCOME_ANSWERED, DART_FACT_ANSWERED},
        {OUTCOME_REJECTED, OUTCOME_UNANSWERED, DART_FACT_REFUSED},
        {OUTCOME_FOREIGN, OUTCOME_FOREIGN, DART_FACT_REFUSED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench *b;
        setup((void **)&b);
        round_logged(b, 43, 0);
        query(b, 43.5, "10.0.0.5", 443, rows[i].first);
        query(b, 48.5, "10.0.0.5", 53, rows[i].second);
        compare(b, 0, 120, NULL);
        assert_int_equal(b->facts.count, 1);
        assert_int_equal(b->facts.fact[0].kind, rows[i].kind);
        teardown((void **)&b);
    }
}

static void silence_of_the_capture(void **state)
{
    struct bench *b = *state;
    round_logged(b, 43, 120); /* nothing on the wire, and one zone that can be */
    compare(b, 0, 120, NULL);
    assert_int_equal(b->match.how, MATCH_ONLY);
    assert_int_equal(b->match.minutes, 120);
    assert_int_equal(fact(b, DART_FACT_NO_PROBES)->tally.total, 2);
    assert_true(fact(b, DART_FACT_LOG_REJECTED)->at == at(53)); /* in UTC, as the zone is sure */
    line(b, 43 + 7200, 120, DART_PROBING, ADDR_IPV4, 443);      /* now there are several */
    compare(b, 0, 120, NULL);
    assert_int_equal(b->match.how, MATCH_ANY);
    assert_null(fact(b, DART_FACT_NO_PROBES)); /* not in all of them */
    round_sent(b, 43, "10.0.0.5", OUTCOME_UNANSWERED);
    line(b, 60, 120, DART_REJECTED, ADDR_IPV4, 53); /* a round of which nothing is seen */
    compare(b, 0, 120, NULL);
    assert_int_equal(b->match.how, MATCH_INFERRED);
    assert_non_null(fact(b, DART_FACT_ABSENT));
    compare(b, 86400, 86410, NULL); /* another day */
    assert_int_equal(b->match.how, MATCH_NONE);
}

static void six_without_a_packet(void **state)
{
    struct bench *b = *state;
    round_logged(b, 43, 0);
    line(b, 43, 0, DART_REJECTED, ADDR_IPV6, 443);
    round_sent(b, 43, "10.0.0.5", OUTCOME_ANSWERED);
    compare(b, 0, 120, NULL);
    assert_int_equal(fact(b, DART_FACT_NO_ROUTE)->family, ADDR_IPV6);
    query(b, 43.1, "2001:db8::5", 443, OUTCOME_UNANSWERED); /* but there is one */
    line(b, 43, 0, DART_PROBING, ADDR_IPV6, 443);
    compare(b, 0, 120, NULL);
    assert_null(fact(b, DART_FACT_NO_ROUTE));
    assert_int_equal(fact(b, DART_FACT_SILENT)->family, ADDR_IPV6);
}

/* Two clients in step: whose logs they are can't be told. */
static void twins(void **state)
{
    struct bench *b = *state;
    const int zone = 0;
    round_logged(b, 43, 0);
    round_sent(b, 43, "10.0.0.5", OUTCOME_UNANSWERED);
    round_sent(b, 43.2, "10.0.0.6", OUTCOME_UNANSWERED);
    query(b, 43.3, "10.0.0.7", 443, OUTCOME_UNANSWERED); /* half of it, which is no twin */
    compare(b, 0, 120, NULL);
    assert_int_equal(b->match.how, MATCH_CLIENTS);
    assert_int_equal(b->match.rivals, 1);
    assert_null(fact(b, DART_FACT_SILENT));
    assert_non_null(fact(b, DART_FACT_LOG_REJECTED));
    compare(b, 0, 120, &zone);
    assert_int_equal(b->match.how, MATCH_CLIENTS);
}

/* A client that is in step with less than half of the log is another. */
static void strangers(void **state)
{
    struct bench *b = *state;
    for (int i = 0; i < 5; i++)
        line(b, 20 + 13 * i, 0, DART_PROBING, ADDR_IPV4, 443);
    line(b, 78, 0, DART_REJECTED, ADDR_IPV4, 443);
    query(b, 20.5, "10.0.0.5", 443, OUTCOME_UNANSWERED);
    query(b, 33.5, "10.0.0.5", 443, OUTCOME_UNANSWERED);
    compare(b, 0, 120, NULL);
    assert_int_equal(b->match.how, MATCH_ONLY);
    assert_int_equal(b->match.client[0].family, ADDR_NONE);
    assert_int_equal(b->facts.count, 1);
    assert_non_null(fact(b, DART_FACT_LOG_REJECTED)); /* and not that its probes are absent */
    query(b, 46.5, "10.0.0.5", 443, OUTCOME_UNANSWERED);
    compare(b, 0, 120, NULL);
    assert_int_equal(b->match.how, MATCH_INFERRED);
}

static void web(void **state)
{
    struct bench *b = *state;
    line(b, 62, 0, DART_SWG_FAILED, ADDR_NONE, 0); /* after the capture's end */
    for (unsigned i = 0; i < 20; i++)
        attempt(b, 59.8 + i * 0.01, "10.0.0.5", i < 6 ? OUTCOME_RESET : OUTCOME_UNDETERMINED);
    compare(b, 0, 61, NULL);
    assert_int_equal(b->match.how, MATCH_INFERRED);
    const struct dart_fact *failed = fact(b, DART_FACT_SWG_FAILED);
    assert_int_equal(failed->tally.total, 20);
    assert_int_equal(failed->tally.outcome[OUTCOME_RESET], 6);
    assert_int_equal(failed->tally.frames, RECONCILE_FRAMES);
    assert_true(b->facts.swg_failed);
    attempt(b, 60.5, "10.0.0.5", OUTCOME_OPENED);
    compare(b, 0, 61, NULL);
    assert_non_null(fact(b, DART_FACT_SWG_OPENED));
}

static void alone(void **state)
{
    struct bench *b = *state;
    round_logged(b, 43, 0);
    round_logged(b, 58, 0);
    line(b, 70, 0, DART_SWG_FAILED, ADDR_NONE, 0);
    dart_logs_sort(&b->logs);
    reconcile(&b->logs, NULL, NULL, &b->facts);
    assert_int_equal(b->facts.count, 2);
    assert_int_equal(fact(b, DART_FACT_LOG_REJECTED)->times, 2);
    assert_true(fact(b, DART_FACT_LOG_REJECTED)->since == at(53));
    assert_true(fact(b, DART_FACT_LOG_REJECTED)->at == at(68));
    assert_int_equal(fact(b, DART_FACT_LOG_SWG_FAILED)->times, 1);
}

static void journals_are_bounded(void **state)
{
    struct bench *b = *state;
    for (int i = 0; i < JOURNAL_MOST + 5; i++)
        query(b, i, "10.0.0.5", 53, OUTCOME_ANSWERED);
    const struct exchange other = {.own_name = false};
    const struct attempt dns = {.service = SERVICE_DNS};
    journal_exchange(&b->journal, &other);
    journal_attempt(&b->journal, &dns);
    journal_sort(&b->journal);
    assert_int_equal(b->journal.count, JOURNAL_MOST);
    assert_int_equal(b->journal.left_out, 5);
    assert_true(b->journal.entry[0].sent == at(5));
    assert_int_equal(journal_from(&b->journal, at(6.5)), 2);
    assert_int_equal(journal_from(&b->journal, at(1e6)), JOURNAL_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_are_inferred),
        cmocka_unit_test(long_logs),
        cmocka_unit_test_setup_teardown(given_zones, setup, teardown),
        cmocka_unit_test(what_met_the_probes),
        cmocka_unit_test_setup_teardown(silence_of_the_capture, setup, teardown),
        cmocka_unit_test_setup_teardown(six_without_a_packet, setup, teardown),
        cmocka_unit_test_setup_teardown(twins, setup, teardown),
        cmocka_unit_test_setup_teardown(strangers, setup, teardown),
        cmocka_unit_test_setup_teardown(web, setup, teardown),
        cmocka_unit_test_setup_teardown(alone, setup, teardown),
        cmocka_unit_test_setup_teardown(journals_are_bounded, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
