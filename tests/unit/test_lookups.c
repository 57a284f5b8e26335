/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of lookups: what an answer teaches, and when a lookup is answered or has failed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decoders/lookups.h"
#include "script.h"

#define SWG   "swg-url-proxy-https-sse.sigproxy.qq.opendns.com"
#define CHAIN "swg-proxy.sigproxy.aws.umbrella.com"
#define ELB   "k8s.elb.eu-west-2.amazonaws.com"

#define RECORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const uint64_t key[2] = {9, 10};

struct run {
    struct script script;
    struct lookups *l;
    struct lookup out;
    struct lesson lesson;
    bool decided;
    unsigned touched;
};

static struct run run_with(uint32_t max)
{
    struct run r = {.script = script_new(), .l = lookups_new(10 * NS_PER_SEC, max, key)};
    assert_non_null(r.l);
    return r;
}

static struct run run_new(void)
{
    return run_with(100);
}

static bool query(struct run *r, double ms, unsigned id, const char *name, unsigned type)
{
    struct script_dns d;
    script_query(&r->script, &d, script_at(ms), id, name, type);
    r->touched = 0;
    const bool began =
        lookups_query(r->l, script_at(ms), &d.packet, &d.message, &r->out, &r->touched);
    assert_int_equal(r->touched, 1);
    assert_true(!began || r->out.phase == PHASE_STARTED);
    return began;
}

static bool answer(struct run *r, double ms, unsigned id, const char *name, unsigned type,
                   unsigned rcode, const char *const texts[])
{
    struct script_dns d;
    script_answer(&r->script, &d, script_at(ms), id, name, type, rcode, texts);
    r->touched = 0;
    const bool met = lookups_answer(r->l, script_at(ms), &d.packet, &d.message, &r->lesson, &r->out,
                                    &r->decided, &r->touched);
    assert_int_equal(r->touched, met);
    return met;
}

static void finish(struct run *r)
{
    while (lookups_close(r->l, &r->out))
        ;
    const struct lookup_counts *c = lookups_counts(r->l);
    assert_int_equal(c->queries, c->answered + c->failed + c->undetermined);
    assert_int_equal(c->open, 0);
    assert_true(lookups_next(r->l) == NSTIME_NEVER);
    lookups_free(r->l);
}

/* As in the field: two CNAMEs and an address, in order and turned round. */
static void test_chain(void **state)
{
    (void)state;
    const char *const forth[] = {"CNAME " CHAIN, "owner " CHAIN " CNAME " ELB,
                                 "owner " ELB " A 18.135.112.200", NULL};
    const char *const back[] = {forth[2], forth[1], forth[0], NULL};
    for (unsigned i = 0; i < 2; i++) {
        struct run r = run_new();
        assert_true(query(&r, 0, 1, SWG, DNS_A));
        assert_string_equal(r.out.name, SWG);
        assert_true(answer(&r, 30, 1, SWG, DNS_A, DNS_NOERROR, i ? back : forth));
        assert_int_equal(r.lesson.addresses, 1);
        struct addr expect;
        assert_true(addr_parse("18.135.112.200", &expect));
        assert_true(addr_equal(&r.lesson.address[0].addr, &expect));
        assert_int_equal(r.lesson.address[0].ttl, 300);
        assert_int_equal(r.lesson.names, 2);
        assert_string_equal(r.lesson.name[0].name.text, CHAIN);
        assert_string_equal(r.lesson.name[1].name.text, ELB);
        assert_true(r.decided);
        assert_int_equal(r.out.phase, PHASE_DECIDED | PHASE_FINAL);
        assert_int_equal(r.out.outcome, OUTCOME_ANSWERED);
        assert_int_equal(r.out.answer_frame.number, 2);
        assert_true(addr_equal(&r.out.server, &r.script.server));
        assert_true(r.out.decided == script_at(30));
        assert_false(r.out.has_rcode);
        finish(&r);
    }
}

/* Only what the chain from the question reaches is taught. */
static void test_unrelated_records(void **state)
{
    (void)state;
    struct run r = run_new();
    assert_true(query(&r, 0, 1, SWG, DNS_A));
    assert_true(answer(&r, 1, 1, SWG, DNS_A, DNS_NOERROR,
                       RECORDS("owner www.example.com A 192.0.2.66", "CNAME " CHAIN)));
    assert_int_equal(r.lesson.addresses, 0);
    assert_int_equal(r.lesson.names, 1);
    assert_false(r.decided);
    finish(&r);
}

static void test_loops_and_long_chains(void **state)
{
    (void)state;
    struct run r = run_new();
    assert_true(query(&r, 0, 1, SWG, DNS_A));
    assert_true(answer(
        &r, 1, 1, SWG, DNS_A, DNS_NOERROR,
        RECORDS("CNAME " CHAIN, "owner " CHAIN " CNAME " SWG, "owner " CHAIN " A 192.0.2.1")));
    assert_int_equal(r.lesson.names, LOOKUP_NAMES);
    assert_int_equal(r.lesson.addresses, 1);
    char text[40][64];
    const char *texts[41] = {NULL};
    for (unsigned i = 0; i < 40; i++) {
        snprintf(text[i], sizeof text[i], "A 192.0.2.%u", i + 1);
        texts[i] = text[i];
    }
    assert_true(query(&r, 2, 2, CHAIN, DNS_A));
    assert_true(answer(&r, 3, 2, CHAIN, DNS_A, DNS_NOERROR, texts));
    assert_int_equal(r.lesson.addresses, LOOKUP_ADDRESSES);
    finish(&r);
}

/* Types, servers and tries within ten seconds are one lookup; the first address answers it. */
static void test_one_lookup(void **state)
{
    (void)state;
    struct run r = run_new();
    assert_true(query(&r, 0, 1, SWG, DNS_AAAA));
    assert_false(query(&r, 1, 2, SWG, DNS_A));
    const struct addr first = r.script.server;
    assert_true(addr_parse("192.0.2.65", &r.script.server));
    assert_false(query(&r, 2, 3, SWG, DNS_A));
    r.script.server = first;
    assert_true(answer(&r, 3, 1, SWG, DNS_AAAA, DNS_NOERROR, NULL));
    assert_false(r.decided);
    assert_int_equal(r.lesson.addresses, 0);
    assert_true(answer(&r, 4, 2, SWG, DNS_A, DNS_SERVFAIL, NULL));
    assert_false(r.decided);
    assert_true(addr_parse("192.0.2.65", &r.script.server));
    assert_true(answer(&r, 5, 3, SWG, DNS_A, DNS_NOERROR, RECORDS("A 18.135.112.200")));
    assert_true(r.decided);
    assert_true(addr_equal(&r.out.server, &r.script.server));
    assert_true(answer(&r, 6, 3, SWG, DNS_A, DNS_NOERROR, RECORDS("A 18.135.112.200")));
    assert_false(r.decided); /* a copy teaches, and answers nothing twice */
    assert_false(query(&r, 10000, 4, SWG, DNS_A));
    assert_true(query(&r, 10001, 5, SWG, DNS_A));
    assert_int_equal(lookups_counts(r.l)->queries, 2);
    finish(&r);
}

static void test_failed(void **state)
{
    (void)state;
    struct run r = run_new();
    assert_true(query(&r, 0, 1, SWG, DNS_A));
    assert_true(answer(&r, 1, 1, SWG, DNS_A, DNS_NXDOMAIN, NULL));
    assert_false(query(&r, 5000, 2, SWG, DNS_A));
    assert_false(lookups_expire(r.l, script_at(10000), &r.out));
    assert_true(lookups_expire(r.l, script_at(10001), &r.out));
    assert_int_equal(r.out.outcome, OUTCOME_UNANSWERED);
    assert_int_equal(r.out.phase, PHASE_DECIDED | PHASE_FINAL);
    assert_true(r.out.has_rcode);
    assert_int_equal(r.out.rcode, DNS_NXDOMAIN);
    assert_string_equal(r.out.name, SWG);
    assert_true(r.out.decided == script_at(10000));
    assert_false(lookups_expire(r.l, script_at(10001), &r.out));
    /* Its second query still teaches. */
    assert_true(answer(&r, 11000, 2, SWG, DNS_A, DNS_NOERROR, RECORDS("A 18.135.112.200")));
    assert_int_equal(r.lesson.addresses, 1);
    assert_false(r.decided);
    assert_int_equal(lookups_counts(r.l)->failed, 1);
    finish(&r);
}

/* An answer to a query that nobody saw teaches nothing. */
static void test_unseen_query(void **state)
{
    (void)state;
    struct run r = run_new();
    assert_false(answer(&r, 0, 1, SWG, DNS_A, DNS_NOERROR, RECORDS("A 18.135.112.200")));
    assert_true(query(&r, 1, 1, SWG, DNS_A));
    assert_false(answer(&r, 2, 2, SWG, DNS_A, DNS_NOERROR, RECORDS("A 18.135.112.200")));
    assert_false(answer(&r, 2, 1, CHAIN, DNS_A, DNS_NOERROR, RECORDS("A 18.135.112.200")));
    r.script.client_port++;
    assert_false(answer(&r, 2, 1, SWG, DNS_A, DNS_NOERROR, RECORDS("A 18.135.112.200")));
    finish(&r);
}

static void test_clients_are_apart(void **state)
{
    (void)state;
    struct run r = run_new();
    assert_true(query(&r, 0, 1, SWG, DNS_A));
    assert_true(query(&r, 0, 1, CHAIN, DNS_A));
    assert_true(addr_parse("192.0.2.11", &r.script.client));
    assert_true(query(&r, 1, 1, SWG, DNS_A));
    assert_true(answer(&r, 2, 1, SWG, DNS_A, DNS_NOERROR, RECORDS("A 18.135.112.200")));
    assert_int_equal(r.out.serial, 3);
    finish(&r);
}

static void test_close(void **state)
{
    (void)state;
    struct run r = run_new();
    assert_true(query(&r, 0, 1, SWG, DNS_A));
    assert_true(query(&r, 1, 2, CHAIN, DNS_A));
    assert_true(answer(&r, 2, 2, CHAIN, DNS_A, DNS_NOERROR, RECORDS("A 18.135.112.200")));
    assert_true(lookups_close(r.l, &r.out));
    assert_int_equal(r.out.outcome, OUTCOME_UNDETERMINED);
    assert_string_equal(r.out.name, SWG);
    assert_false(lookups_close(r.l, &r.out));
    assert_false(answer(&r, -6000, 1, SWG, DNS_A, DNS_NOERROR, RECORDS("A 18.135.112.200")));
    assert_true(query(&r, -5000, 1, SWG, DNS_A)); /* usable after a gap */
    assert_true(lookups_expire(r.l, script_at(6000), &r.out));
    finish(&r);
}

static void test_bounds(void **state)
{
    (void)state;
    struct run r = run_with(4);
    char name[64];
    for (unsigned i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "n%u.sigproxy.qq.opendns.com", i);
        assert_true(query(&r, i, i, name, DNS_A));
        assert_string_equal(r.out.name, name);
        assert_true(lookups_counts(r.l)->open <= 4);
    }
    assert_int_equal(lookups_counts(r.l)->evicted, 32); /* lookups and their queries */
    assert_int_equal(lookups_counts(r.l)->undetermined, 16);
    finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_unrelated_records),
        cmocka_unit_test(test_loops_and_long_chains),
        cmocka_unit_test(test_one_lookup),
        cmocka_unit_test(test_failed),
        cmocka_unit_test(test_unseen_query),
        cmocka_unit_test(test_clients_are_apart),
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
