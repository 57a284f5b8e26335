/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of the exchange tracker: the contract's rules one by one, then its sums on random traffic.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decoders/exchanges.h"
#include "script.h"

#define DEBUG "debug.opendns.com"
#define OTHER "www.example.com"

#define RECORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define GENUINE      RECORDS("TXT server r5.lon", "TXT orgid 2353377", "TXT source 192.0.2.9:61225")

static const uint64_t key[2] = {1, 2};

/* One tracker, one script, and what the last call brought. */
struct run {
    struct script script;
    struct exchanges *x;
    struct exchange out[EXCHANGES_OUT];
    size_t n;
    unsigned touched; /* by the last packet */
};

static struct run run_within(const struct exchange_limits *limits)
{
    struct run r = {.script = script_new(), .x = exchanges_new(limits, key)};
    assert_non_null(r.x);
    return r;
}

static struct exchange_limits limits_with(uint32_t max, bool judge)
{
    return (struct exchange_limits){
        .deadline = 5 * NS_PER_SEC,
        .late = 30 * NS_PER_SEC,
        .early = 100 * NS_PER_MS,
        .max = max,
        .judge_own_names = judge,
    };
}

static struct run run_with(uint32_t max, bool judge)
{
    const struct exchange_limits limits = limits_with(max, judge);
    return run_within(&limits);
}

static struct run run_new(void)
{
    return run_with(1000, true);
}

static void query(struct run *r, double ms, unsigned id, const char *name)
{
    struct script_dns d;
    script_query(&r->script, &d, script_at(ms), id, name, DNS_TXT);
    r->touched = 0;
    r->n = exchanges_query(r->x, script_at(ms), &d.packet, &d.message, r->out, &r->touched);
}

static void answer(struct run *r, double ms, unsigned id, const char *name, unsigned rcode,
                   const char *const texts[])
{
    struct script_dns d;
    script_answer(&r->script, &d, script_at(ms), id, name, DNS_TXT, rcode, texts);
    r->touched = 0;
    r->n = exchanges_answer(r->x, script_at(ms), &d.packet, &d.message, r->out, &r->touched);
}

static void icmp(struct run *r, double ms, bool has_id, uint16_t id)
{
    struct packet p = script_icmp(&r->script, script_at(ms), IPPROTO_UDP);
    p.icmp.quote.has_dns_id = has_id;
    p.icmp.quote.dns_id = id;
    r->touched = 0;
    r->n = exchanges_icmp(r->x, script_at(ms), &p, r->out, &r->touched);
}

static void expire(struct run *r, double ms)
{
    r->n = 0;
    while (r->n < EXCHANGES_OUT && exchanges_expire(r->x, script_at(ms), &r->out[r->n]))
        r->n++;
}

static void check(const struct run *r, size_t i, uint64_t serial, unsigned phase,
                  enum outcome outcome)
{
    assert_true(i < r->n);
    assert_int_equal(r->out[i].serial, serial);
    assert_int_equal(r->out[i].phase, phase);
    assert_int_equal(r->out[i].outcome, outcome);
}

/* The only report of the last call. */
static void only(const struct run *r, uint64_t serial, unsigned phase, enum outcome outcome)
{
    assert_int_equal(r->n, 1);
    check(r, 0, serial, phase, outcome);
}

static void none(const struct run *r)
{
    assert_int_equal(r->n, 0);
}

/* Ends all and holds the sums against each other. */
static void finish(struct run *r)
{
    struct exchange e;
    while (exchanges_close(r->x, &e))
        assert_true(e.phase & PHASE_FINAL);
    const struct exchange_counts *c = exchanges_counts(r->x);
    uint64_t sum = 0;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        sum += c->outcome[i];
    assert_int_equal(c->outcome[OUTCOME_NONE], 0);
    assert_int_equal(sum, c->queries);
    assert_int_equal(c->open, 0);
    assert_true(exchanges_next(r->x) == NSTIME_NEVER);
    exchanges_free(r->x);
}

static uint64_t count(const struct run *r, enum outcome outcome)
{
    return exchanges_counts(r->x)->outcome[outcome];
}

static void test_answered(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 7, DEBUG);
    only(&r, 1, PHASE_STARTED, OUTCOME_NONE);
    assert_int_equal(r.touched, 1);
    assert_string_equal(r.out[0].name, DEBUG);
    assert_true(r.out[0].own_name);
    assert_null(r.out[0].answers);
    answer(&r, 20, 7, DEBUG, DNS_NOERROR, GENUINE);
    only(&r, 1, PHASE_DECIDED, OUTCOME_ANSWERED);
    assert_int_equal(r.touched, 1);
    assert_true(r.out[0].rtt == 20 * NS_PER_MS);
    assert_int_equal(r.out[0].query_frame.number, 1);
    assert_int_equal(r.out[0].answer_frame.number, 2);
    assert_int_equal(r.out[0].answer_ttl, 57);
    assert_true(r.out[0].decided == script_at(20));
    expire(&r, 5000);
    none(&r);
    expire(&r, 5000.001);
    only(&r, 1, PHASE_FINAL, OUTCOME_ANSWERED);
    assert_true(r.out[0].decided == script_at(20));
    finish(&r);
}

/* Organisation and addresses of a genuine answer are private; a foreign one is told whole. */
static void test_texts(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, DEBUG);
    answer(&r, 1, 1, DEBUG, DNS_NOERROR, GENUINE);
    assert_memory_equal(r.out[0].answers, "TXT server r5.lon\0", 19);
    query(&r, 2, 2, OTHER);
    answer(&r, 3, 2, OTHER, DNS_NOERROR,
           RECORDS("CNAME a.example.com", "owner a.example.com A 192.0.2.1",
                   "owner a.example.com AAAA 2001:db8::1", "TXT back\\slash \x01\xff"));
    const char expect[] = "CNAME a.example.com\0A 192.0.2.1\0AAAA 2001:db8::1\0"
                          "TXT back\\\\slash \\001\\255\0";
    assert_memory_equal(r.out[0].answers, expect, sizeof expect);
    finish(&r);
}

/* However long and many the records are, the list stays within its bound and ends. */
static void test_texts_are_bounded(void **state)
{
    (void)state;
    char text[256] = "TXT ";
    memset(text + 4, 0x80, 240);
    text[244] = '\0';
    struct run r = run_new();
    query(&r, 0, 1, OTHER);
    answer(&r, 1, 1, OTHER, DNS_NOERROR,
           RECORDS(text, text, "A 192.0.2.1", text, text, text, text, text, "A 192.0.2.2"));
    size_t length = 0;
    for (const char *t = r.out[0].answers; *t; t += strlen(t) + 1)
        length += strlen(t) + 1;
    assert_true(length > 400 && length < 512);
    finish(&r);
}

static void test_unanswered_then_late(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, DEBUG);
    query(&r, 1, 2, DEBUG);
    expire(&r, 5000.5);
    only(&r, 1, PHASE_DECIDED, OUTCOME_UNANSWERED);
    assert_true(r.out[0].decided == script_at(5000));
    expire(&r, 5002);
    only(&r, 2, PHASE_DECIDED, OUTCOME_UNANSWERED);
    answer(&r, 30000, 1, DEBUG, DNS_NOERROR, GENUINE);
    only(&r, 1, PHASE_DECIDED | PHASE_FINAL, OUTCOME_LATE);
    assert_true(r.out[0].rtt == 30 * NS_PER_SEC);
    expire(&r, 30001);
    none(&r);
    expire(&r, 30001.1);
    only(&r, 2, PHASE_FINAL, OUTCOME_UNANSWERED);
    answer(&r, 30001.2, 2, DEBUG, DNS_NOERROR, GENUINE);
    none(&r);
    assert_int_equal(r.touched, 0);
    expire(&r, 30200);
    assert_int_equal(exchanges_counts(r.x)->unsolicited, 1);
    finish(&r);
}

static void test_deadline_is_in_time(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, DEBUG);
    expire(&r, 5000);
    none(&r);
    answer(&r, 5000, 1, DEBUG, DNS_NOERROR, GENUINE);
    only(&r, 1, PHASE_DECIDED, OUTCOME_ANSWERED);
    query(&r, 0, 2, DEBUG);
    answer(&r, 5000.001, 2, DEBUG, DNS_NOERROR, GENUINE);
    check(&r, 0, 2, PHASE_DECIDED | PHASE_FINAL, OUTCOME_LATE);
    finish(&r);
}

/* The packet's own time decides what is in time, even if the tracker's clock is further on. */
static void test_reordered_answer_in_time(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, DEBUG);
    expire(&r, 5010);
    only(&r, 1, PHASE_DECIDED, OUTCOME_UNANSWERED);
    answer(&r, 4990, 1, DEBUG, DNS_NOERROR, GENUINE);
    only(&r, 1, PHASE_DECIDED | PHASE_FINAL, OUTCOME_ANSWERED);
    finish(&r);
}

static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned rcode;
        enum outcome outcome;
    } row[] = {
        {OTHER, DNS_SERVFAIL, OUTCOME_ERROR},
        {OTHER, DNS_REFUSED, OUTCOME_ERROR},
        {OTHER, DNS_FORMERR, OUTCOME_ERROR},
        {OTHER, DNS_NOTIMP, OUTCOME_ERROR},
        {OTHER, DNS_NXDOMAIN, OUTCOME_ANSWERED},
        {OTHER, DNS_NOERROR, OUTCOME_ANSWERED},
        {OTHER, 9, OUTCOME_ANSWERED},
        {DEBUG, DNS_REFUSED, OUTCOME_ERROR},
        {DEBUG, DNS_NXDOMAIN, OUTCOME_FOREIGN},
        {DEBUG, DNS_NOERROR, OUTCOME_FOREIGN},
    };
    struct run r = run_new();
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        const double t = i * 10000.0;
        query(&r, t, i, row[i].name);
        answer(&r, t + 1, i, row[i].name, row[i].rcode, NULL);
        assert_int_equal(r.n, row[i].outcome == OUTCOME_ANSWERED ? 1 : 0);
        expire(&r, t + 5001);
        assert_int_equal(r.n, 1);
        assert_int_equal(r.out[0].outcome, row[i].outcome);
        assert_int_equal(r.out[0].phase,
                         PHASE_FINAL | (row[i].outcome == OUTCOME_ANSWERED ? 0 : PHASE_DECIDED));
        assert_true(r.out[0].decided == script_at(t + 1));
        assert_true(r.out[0].has_rcode);
        assert_int_equal(r.out[0].rcode, row[i].rcode);
    }
    finish(&r);
}

/* The control group's resolvers may say what they like. */
static void test_control_group_is_never_foreign(void **state)
{
    (void)state;
    struct run r = run_with(10, false);
    query(&r, 0, 1, DEBUG);
    answer(&r, 1, 1, DEBUG, DNS_NXDOMAIN, NULL);
    only(&r, 1, PHASE_DECIDED, OUTCOME_ANSWERED);
    assert_true(r.out[0].own_name);
    answer(&r, 2, 1, DEBUG, DNS_NOERROR, RECORDS("TXT else"));
    none(&r);
    assert_null(r.out[0].answers);
    finish(&r);
}

static void test_two_answers_to_one_query(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, OTHER);
    answer(&r, 1, 1, OTHER, DNS_NOERROR, RECORDS("A 192.0.2.1", "A 192.0.2.2"));
    only(&r, 1, PHASE_DECIDED, OUTCOME_ANSWERED);
    answer(&r, 2, 1, OTHER, DNS_NOERROR, RECORDS("A 192.0.2.2", "A 192.0.2.1")); /* order only */
    none(&r);
    answer(&r, 3, 1, OTHER, DNS_NOERROR, RECORDS("A 192.0.2.2"));
    only(&r, 1, PHASE_DECIDED, OUTCOME_FOREIGN);
    assert_true(r.out[0].decided == script_at(3));
    assert_int_equal(r.out[0].answer_frame.number, 2);
    expire(&r, 5001);
    only(&r, 1, PHASE_FINAL, OUTCOME_FOREIGN);
    finish(&r);
}

/* Whoever asks twice may get two answers. */
static void test_two_answers_to_two_queries(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, OTHER);
    query(&r, 500, 1, OTHER);
    none(&r);
    answer(&r, 502, 1, OTHER, DNS_SERVFAIL, NULL);
    none(&r);
    answer(&r, 503, 1, OTHER, DNS_NOERROR, RECORDS("A 192.0.2.1"));
    only(&r, 1, PHASE_DECIDED, OUTCOME_ANSWERED);
    answer(&r, 504, 1, OTHER, DNS_NOERROR, RECORDS("A 192.0.2.2"));
    none(&r);
    assert_int_equal(exchanges_counts(r.x)->copies, 1);
    finish(&r);
}

/* A packet that is delivered twice asks once. */
static void test_two_answers_to_a_copied_query(void **state)
{
    (void)state;
    struct run r = run_new();
    for (int copy = 0; copy < 4; copy++)
        query(&r, copy * 0.2, 1, OTHER);
    for (int copy = 0; copy < 3; copy++)
        answer(&r, 2 + copy * 0.2, 1, OTHER, DNS_NXDOMAIN, NULL);
    answer(&r, 9, 1, OTHER, DNS_NOERROR, RECORDS("A 192.0.2.2"));
    only(&r, 1, PHASE_DECIDED, OUTCOME_FOREIGN);
    assert_int_equal(exchanges_counts(r.x)->copies, 3);
    finish(&r);
}

static void test_identities_only_where_asked(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, DEBUG);
    answer(&r, 1, 1, DEBUG, DNS_NOERROR, RECORDS("TXT server r5.lon", "TXT orgid 2353377"));
    assert_string_equal(r.out[0].answers, "TXT server r5.lon");
    finish(&r);

    struct exchange_limits limits = limits_with(1000, true);
    limits.show_ids = true;
    r = run_within(&limits);
    query(&r, 0, 1, DEBUG);
    answer(&r, 1, 1, DEBUG, DNS_NOERROR, RECORDS("TXT server r5.lon", "TXT orgid 2353377"));
    const char *second = r.out[0].answers + strlen(r.out[0].answers) + 1;
    assert_string_equal(second, "TXT orgid 2353377");
    finish(&r);
}

/* An injected answer and the genuine one, in either order: somebody else answers, too. */
static void test_genuine_and_another(void **state)
{
    (void)state;
    for (int genuine_first = 0; genuine_first < 2; genuine_first++) {
        struct run r = run_new();
        query(&r, 0, 1, DEBUG);
        if (genuine_first)
            answer(&r, 1, 1, DEBUG, DNS_NOERROR, GENUINE);
        answer(&r, 2, 1, DEBUG, DNS_NXDOMAIN, NULL);
        if (!genuine_first)
            answer(&r, 3, 1, DEBUG, DNS_NOERROR, GENUINE);
        expire(&r, 5001);
        assert_int_equal(r.out[r.n - 1].outcome, OUTCOME_FOREIGN);
        finish(&r);
    }
}

/* Asked twice, answered twice: the best counts, and a proven one stands. */
static void test_genuine_stands(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, DEBUG);
    query(&r, 180, 1, DEBUG);
    none(&r);
    answer(&r, 182, 1, DEBUG, DNS_NXDOMAIN, NULL);
    none(&r);
    answer(&r, 183, 1, DEBUG, DNS_NOERROR, GENUINE);
    only(&r, 1, PHASE_DECIDED, OUTCOME_ANSWERED);
    assert_int_equal(r.out[0].answer_frame.number, 4);
    answer(&r, 184, 1, DEBUG, DNS_NXDOMAIN, NULL);
    none(&r);
    expire(&r, 5001);
    only(&r, 1, PHASE_FINAL, OUTCOME_ANSWERED);
    finish(&r);
}

static void test_copies_and_new_questions(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, DEBUG);
    query(&r, 5000, 1, DEBUG); /* at the deadline it is still open */
    none(&r);
    assert_int_equal(r.touched, 1);
    query(&r, 5001, 1, DEBUG);
    assert_int_equal(r.n, 2);
    check(&r, 0, 1, PHASE_DECIDED | PHASE_FINAL, OUTCOME_UNANSWERED);
    assert_int_equal(r.out[0].copies, 1);
    assert_true(r.out[0].sent_last == script_at(5000));
    assert_string_equal(r.out[0].name, DEBUG);
    check(&r, 1, 2, PHASE_STARTED, OUTCOME_NONE);
    answer(&r, 5002, 1, DEBUG, DNS_REFUSED, NULL);
    query(&r, 5003, 1, DEBUG);
    check(&r, 0, 2, PHASE_DECIDED | PHASE_FINAL, OUTCOME_ERROR);
    check(&r, 1, 3, PHASE_STARTED, OUTCOME_NONE);
    answer(&r, 5004, 1, DEBUG, DNS_NOERROR, GENUINE);
    query(&r, 5005, 1, DEBUG);
    check(&r, 0, 3, PHASE_FINAL, OUTCOME_ANSWERED);
    expire(&r, 10006);
    only(&r, 4, PHASE_DECIDED, OUTCOME_UNANSWERED);
    query(&r, 10007, 1, DEBUG);
    check(&r, 0, 4, PHASE_FINAL, OUTCOME_UNANSWERED);
    assert_int_equal(exchanges_counts(r.x)->queries, 5);
    assert_int_equal(exchanges_counts(r.x)->copies, 1);
    finish(&r);
}

/* A capture may hold a copy with an earlier time behind the query: the newest stays the newest. */
static void test_copy_out_of_order(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 10, 1, DEBUG);
    query(&r, 9, 1, DEBUG);
    assert_int_equal(exchanges_counts(r.x)->copies, 1);
    expire(&r, 5011);
    only(&r, 1, PHASE_DECIDED, OUTCOME_UNANSWERED);
    assert_true(r.out[0].sent == script_at(10) && r.out[0].sent_last == script_at(10));
    finish(&r);
}

/* The same id and port with another question is another exchange. */
static void test_key_has_the_question(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, DEBUG);
    query(&r, 1, 1, OTHER);
    only(&r, 2, PHASE_STARTED, OUTCOME_NONE);
    answer(&r, 2, 1, "third.example.com", DNS_NOERROR, NULL);
    none(&r);
    assert_int_equal(r.touched, 0);
    answer(&r, 3, 1, NULL, DNS_FORMERR, NULL); /* no question: the newest */
    assert_int_equal(r.touched, 1);
    answer(&r, 4, 2, NULL, DNS_FORMERR, NULL); /* another id */
    assert_int_equal(r.touched, 0);
    expire(&r, 5002);
    assert_int_equal(r.n, 2);
    check(&r, 0, 1, PHASE_DECIDED, OUTCOME_UNANSWERED);
    check(&r, 1, 2, PHASE_DECIDED | PHASE_FINAL, OUTCOME_ERROR);
    assert_int_equal(exchanges_counts(r.x)->unsolicited, 2);
    assert_int_equal(exchanges_counts(r.x)->responses, 3);
    finish(&r);
}

static void test_other_flows_do_not_meet(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, DEBUG);
    r.script.client_port++;
    answer(&r, 1, 1, DEBUG, DNS_NOERROR, GENUINE);
    assert_int_equal(r.touched, 0);
    r.script.client_port--;
    r.script.server_port = 443;
    answer(&r, 1, 1, DEBUG, DNS_NOERROR, GENUINE);
    assert_int_equal(r.touched, 0);
    finish(&r);
}

static void test_early_answer(void **state)
{
    (void)state;
    struct run r = run_new();
    answer(&r, 0, 1, DEBUG, DNS_NOERROR, GENUINE);
    none(&r);
    assert_int_equal(r.touched, 0);
    query(&r, 100, 1, DEBUG);
    only(&r, 1, PHASE_STARTED | PHASE_DECIDED, OUTCOME_ANSWERED);
    assert_int_equal(r.touched, 2);
    assert_true(r.out[0].rtt == NSTIME_NONE);
    assert_int_equal(r.out[0].answer_frame.number, 1);

    answer(&r, 1000, 2, DEBUG, DNS_NOERROR, GENUINE);
    query(&r, 1100.001, 2, DEBUG);
    only(&r, 2, PHASE_STARTED, OUTCOME_NONE);
    assert_int_equal(r.touched, 1);
    assert_int_equal(exchanges_counts(r.x)->unsolicited, 1);

    answer(&r, 2000, 3, NULL, DNS_FORMERR, NULL);
    query(&r, 2001, 3, DEBUG);
    only(&r, 3, PHASE_STARTED, OUTCOME_NONE);
    assert_int_equal(r.touched, 2);
    assert_int_equal(exchanges_counts(r.x)->responses, 3);
    assert_int_equal(exchanges_counts(r.x)->unsolicited, 1);

    answer(&r, 3000, 4, DEBUG, DNS_REFUSED, NULL); /* of several the first */
    answer(&r, 3001, 4, DEBUG, DNS_NOERROR, GENUINE);
    query(&r, 3002, 4, DEBUG);
    only(&r, 4, PHASE_STARTED, OUTCOME_NONE);
    assert_int_equal(r.out[0].rcode, DNS_REFUSED);
    finish(&r);
}

/* A mirror delivers everything twice, in any order: no answer is unsolicited. */
static void test_mirror(void **state)
{
    (void)state;
    static const char *const order[] = {"qqaa", "qaqa", "qaaq", "aaqq", "aqqa", "aqaq"};
    for (unsigned i = 0; i < sizeof order / sizeof *order; i++) {
        struct run r = run_new();
        unsigned touched = 0;
        for (unsigned j = 0; j < 4; j++) {
            if (order[i][j] == 'q')
                query(&r, j, 1, DEBUG);
            else
                answer(&r, j, 1, DEBUG, DNS_NOERROR, GENUINE);
            touched += r.touched;
        }
        expire(&r, 40000);
        const struct exchange_counts *c = exchanges_counts(r.x);
        assert_int_equal(c->responses, 2);
        assert_int_equal(c->unsolicited, 0);
        assert_int_equal(c->queries + c->copies, 2);
        assert_int_equal(c->outcome[OUTCOME_ANSWERED], c->queries);
        assert_int_equal(touched, 4);
        finish(&r);
    }
}

static void test_icmp(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, DEBUG);
    query(&r, 1, 2, DEBUG);
    query(&r, 2, 3, DEBUG);
    icmp(&r, 3, true, 1);
    none(&r);
    assert_int_equal(r.touched, 1);
    icmp(&r, 4, false, 0); /* id not quoted: the newest open one */
    icmp(&r, 5, true, 9);
    assert_int_equal(r.touched, 0);
    answer(&r, 6, 3, DEBUG, DNS_NOERROR, GENUINE); /* beats the error */
    only(&r, 3, PHASE_DECIDED, OUTCOME_ANSWERED);
    expire(&r, 5003);
    assert_int_equal(r.n, 3);
    check(&r, 0, 1, PHASE_DECIDED | PHASE_FINAL, OUTCOME_REJECTED);
    assert_int_equal(r.out[0].icmp.code, 13);
    assert_int_equal(r.out[0].icmp.ttl, 64);
    assert_int_equal(r.out[0].icmp.frame.number, 4);
    assert_true(r.out[0].decided == script_at(5000));
    check(&r, 1, 2, PHASE_DECIDED, OUTCOME_UNANSWERED);
    check(&r, 2, 3, PHASE_FINAL, OUTCOME_ANSWERED);
    icmp(&r, 6000, true, 2);
    only(&r, 2, PHASE_DECIDED | PHASE_FINAL, OUTCOME_REJECTED);
    icmp(&r, 6001, true, 2);
    none(&r);
    finish(&r);
}

static void test_first_icmp_wins(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, DEBUG);
    icmp(&r, 1, true, 1);
    icmp(&r, 2, true, 1);
    assert_int_equal(r.touched, 1);
    expire(&r, 5001);
    assert_int_equal(r.out[0].icmp.frame.number, 2);
    finish(&r);
}

static void test_close(void **state)
{
    (void)state;
    struct run r = run_new();
    query(&r, 0, 1, DEBUG);
    expire(&r, 5001);
    query(&r, 5001, 2, DEBUG);
    answer(&r, 5002, 2, DEBUG, DNS_SERVFAIL, NULL);
    query(&r, 5003, 3, DEBUG);
    icmp(&r, 5004, true, 3);
    query(&r, 5005, 4, DEBUG);
    answer(&r, 5006, 4, DEBUG, DNS_NOERROR, GENUINE);
    query(&r, 5007, 5, DEBUG);
    answer(&r, 5008, 99, DEBUG, DNS_NOERROR, GENUINE); /* waits for its query */
    static const struct {
        unsigned phase;
        enum outcome outcome;
    } expect[] = {
        {PHASE_FINAL, OUTCOME_UNANSWERED},
        {PHASE_DECIDED | PHASE_FINAL, OUTCOME_ERROR},
        {PHASE_DECIDED | PHASE_FINAL, OUTCOME_REJECTED},
        {PHASE_FINAL, OUTCOME_ANSWERED},
        {PHASE_DECIDED | PHASE_FINAL, OUTCOME_UNDETERMINED},
    };
    for (unsigned i = 0; i < 5; i++) {
        r.n = exchanges_close(r.x, &r.out[0]) ? 1 : 0;
        only(&r, i + 1, expect[i].phase, expect[i].outcome);
        assert_string_equal(r.out[0].name, DEBUG);
    }
    assert_false(exchanges_close(r.x, &r.out[0]));
    assert_int_equal(exchanges_counts(r.x)->unsolicited, 1);

    /* After a gap the clock may stand anywhere, and nothing of before is known. */
    query(&r, -1000000, 5, DEBUG);
    only(&r, 6, PHASE_STARTED, OUTCOME_NONE);
    answer(&r, -999990, 5, DEBUG, DNS_NOERROR, GENUINE);
    only(&r, 6, PHASE_DECIDED, OUTCOME_ANSWERED);
    expire(&r, -990000);
    only(&r, 6, PHASE_FINAL, OUTCOME_ANSWERED);
    assert_int_equal(count(&r, OUTCOME_UNDETERMINED), 1);
    finish(&r);
}

static void test_eviction(void **state)
{
    (void)state;
    struct run r = run_with(2, true);
    query(&r, 0, 1, DEBUG);
    query(&r, 1, 2, DEBUG);
    answer(&r, 2, 2, DEBUG, DNS_SERVFAIL, NULL);
    query(&r, 3, 3, DEBUG);
    assert_int_equal(r.n, 2);
    check(&r, 0, 1, PHASE_DECIDED | PHASE_FINAL, OUTCOME_UNDETERMINED);
    assert_string_equal(r.out[0].name, DEBUG);
    check(&r, 1, 3, PHASE_STARTED, OUTCOME_NONE);
    query(&r, 4, 4, DEBUG);
    check(&r, 0, 2, PHASE_DECIDED | PHASE_FINAL, OUTCOME_ERROR);
    assert_int_equal(exchanges_counts(r.x)->evicted, 2);
    assert_int_equal(exchanges_counts(r.x)->open, 2);
    answer(&r, 5, 77, DEBUG, DNS_NOERROR, GENUINE); /* no room to wait */
    assert_int_equal(exchanges_counts(r.x)->unsolicited, 1);
    finish(&r);
}

/* Answers that nobody asked for push out no query. */
static void test_answer_flood(void **state)
{
    (void)state;
    struct run r = run_with(80, true);
    for (unsigned i = 0; i < 40; i++)
        query(&r, i, i, DEBUG);
    for (unsigned i = 0; i < 1000; i++)
        answer(&r, 50, 1000 + i, DEBUG, DNS_NOERROR, GENUINE);
    for (unsigned i = 0; i < 40; i++)
        query(&r, 60, 100 + i, DEBUG);
    assert_int_equal(exchanges_counts(r.x)->open, 80);
    assert_int_equal(exchanges_counts(r.x)->evicted, 0);
    assert_int_equal(exchanges_counts(r.x)->unsolicited, 1000);
    finish(&r);
}

/* What a serial was told so far. */
struct told {
    unsigned started, final;
    bool decided;
};

static void note(struct told *told, const struct exchange *e, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct told *t = &told[e[i].serial];
        assert_non_null(strstr(e[i].name, "e"));
        assert_int_equal(t->final, 0); /* nothing comes after the end */
        t->started += (e[i].phase & PHASE_STARTED) != 0;
        assert_int_equal(t->started, 1);
        t->decided |= (e[i].phase & PHASE_DECIDED) != 0;
        t->final += (e[i].phase & PHASE_FINAL) != 0;
        assert_true(!t->final || t->decided);
        assert_true(e[i].outcome != OUTCOME_NONE || e[i].phase == PHASE_STARTED);
    }
}

static void drain(struct run *r, nstime now, struct told *told)
{
    nstime last = INT64_MIN;
    struct exchange e;
    while (exchanges_next(r->x) < now) {
        assert_true(exchanges_next(r->x) >= last);
        last = exchanges_next(r->x);
        if (!exchanges_expire(r->x, now, &e))
            break;
        note(told, &e, 1);
    }
    assert_true(exchanges_next(r->x) >= now);
}

static void random_packet(struct run *r, uint64_t *seed, double ms, const char *const *texts[4])
{
    static const char *const names[] = {DEBUG, OTHER, "e"};
    const unsigned id = (unsigned)(script_random(seed) % 6);
    const char *name = names[script_random(seed) % 3];
    r->script.client_port = (uint16_t)(40000 + script_random(seed) % 3);
    switch (script_random(seed) % 8) {
    case 0:
    case 1:
    case 2:
        query(r, ms, id, name);
        break;
    case 3:
        icmp(r, ms, script_random(seed) % 2, (uint16_t)id);
        break;
    case 4:
        answer(r, ms, id, NULL, DNS_FORMERR, NULL);
        break;
    default:
        answer(r, ms, id, name, (unsigned)(script_random(seed) % 6),
               texts[script_random(seed) % 4]);
    }
}

/* Tiny limits and much traffic: every exchange starts once, ends once, and the sums agree. */
static void random_run(uint32_t max, double step, uint64_t seed)
{
    enum { PACKETS = 25000 };
    const char *const *texts[4] = {NULL, GENUINE, RECORDS("A 192.0.2.1"), RECORDS("TXT x")};
    struct told *told = calloc(PACKETS + 1, sizeof *told);
    struct run r = run_with(max, true);
    uint64_t queries = 0, answers = 0;
    double ms = 0;
    for (unsigned i = 0; i < PACKETS; i++) {
        ms += (double)(script_random(&seed) % 1000) / 1000 * step;
        drain(&r, script_at(ms), told);
        const uint64_t before = exchanges_counts(r.x)->responses;
        /* Some stamps step back a little. */
        random_packet(&r, &seed, script_random(&seed) % 10 ? ms : ms - 3, texts);
        note(told, r.out, r.n);
        answers += exchanges_counts(r.x)->responses - before;
        assert_true(exchanges_counts(r.x)->open <= max);
        if (i % 5000 == 4999) {
            struct exchange e;
            while (exchanges_close(r.x, &e))
                note(told, &e, 1);
            assert_int_equal(exchanges_counts(r.x)->open, 0);
        }
    }
    const struct exchange_counts *c = exchanges_counts(r.x);
    for (unsigned i = 1; i <= PACKETS; i++)
        queries += told[i].final;
    assert_int_equal(c->queries, queries);
    assert_int_equal(c->responses, answers);
    assert_true(c->unsolicited <= c->responses && c->copies > 0);
    free(told);
    finish(&r);
}

static void test_random(void **state)
{
    (void)state;
    random_run(1, 50, 1);
    random_run(7, 50, 2);
    random_run(20, 1000, 3);
    random_run(1000, 300, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answered),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_texts_are_bounded),
        cmocka_unit_test(test_unanswered_then_late),
        cmocka_unit_test(test_deadline_is_in_time),
        cmocka_unit_test(test_reordered_answer_in_time),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_control_group_is_never_foreign),
        cmocka_unit_test(test_two_answers_to_one_query),
        cmocka_unit_test(test_two_answers_to_two_queries),
        cmocka_unit_test(test_two_answers_to_a_copied_query),
        cmocka_unit_test(test_identities_only_where_asked),
        cmocka_unit_test(test_genuine_and_another),
        cmocka_unit_test(test_genuine_stands),
        cmocka_unit_test(test_copies_and_new_questions),
        cmocka_unit_test(test_copy_out_of_order),
        cmocka_unit_test(test_key_has_the_question),
        cmocka_unit_test(test_other_flows_do_not_meet),
        cmocka_unit_test(test_early_answer),
        cmocka_unit_test(test_mirror),
        cmocka_unit_test(test_icmp),
        cmocka_unit_test(test_first_icmp_wins),
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_eviction),
        cmocka_unit_test(test_answer_flood),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
