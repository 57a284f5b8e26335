/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of the attempt tracker: the contract's outcomes one by one, then its sums on random
 * traffic. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decoders/attempts.h"
#include "script.h"

#define ISN    UINT32_C(0xfffffff0) /* so that numbers wrap */
#define SISN   UINT32_C(5000)
#define SYN    TCP_SYN
#define SYNACK (TCP_SYN | TCP_ACK)
#define RSTACK (TCP_RST | TCP_ACK)
#define FINACK (TCP_FIN | TCP_ACK)
#define BOTH   (PHASE_DECIDED | PHASE_FINAL)

static const uint64_t key[2] = {3, 4};

struct run {
    struct script script;
    struct attempts *t;
    enum service service;
    struct packet packet; /* the last one */
    struct attempt out[ATTEMPTS_OUT];
    size_t n;
    unsigned touched;
};

static struct run run_with(uint32_t max)
{
    const struct attempt_limits limits = {
        .deadline = 5 * NS_PER_SEC,
        .give_up = 30 * NS_PER_SEC,
        .abort = 3 * NS_PER_SEC,
        .race = 1 * NS_PER_SEC,
        .remember = 60 * NS_PER_SEC,
        .max = max,
    };
    struct run r = {.script = script_new(), .t = attempts_new(&limits, key)};
    assert_non_null(r.t);
    r.script.server_port = 443;
    return r;
}

static struct run run_new(void)
{
    return run_with(1000);
}

static void give(struct run *r, nstime now)
{
    r->touched = 0;
    r->n = attempts_packet(r->t, now, &r->packet, r->service, r->out, &r->touched);
}

static void client(struct run *r, double ms, unsigned flags, uint32_t seq, uint32_t length)
{
    r->packet = script_tcp(&r->script, script_at(ms), true, (uint8_t)flags, seq,
                           flags & TCP_ACK ? SISN + 1 : 0, length);
    give(r, script_at(ms));
}

static void server(struct run *r, double ms, unsigned flags, uint32_t ack, uint32_t length)
{
    r->packet = script_tcp(&r->script, script_at(ms), false, (uint8_t)flags, SISN + 1, ack, length);
    give(r, script_at(ms));
}

static void icmp(struct run *r, double ms, bool has_seq, uint32_t seq)
{
    struct packet p = script_icmp(&r->script, script_at(ms), IPPROTO_TCP);
    p.icmp.quote.has_seq = has_seq;
    p.icmp.quote.seq = seq;
    r->touched = 0;
    r->n = attempts_icmp(r->t, script_at(ms), &p, r->out, &r->touched);
}

static void expire(struct run *r, double ms)
{
    r->n = 0;
    while (r->n < ATTEMPTS_OUT && attempts_expire(r->t, script_at(ms), &r->out[r->n]))
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

static void only(const struct run *r, uint64_t serial, unsigned phase, enum outcome outcome)
{
    assert_int_equal(r->n, 1);
    check(r, 0, serial, phase, outcome);
}

/* The last packet belonged to an attempt and is no news. */
static void quiet(const struct run *r)
{
    assert_int_equal(r->n, 0);
    assert_int_equal(r->touched, 1);
}

static void ignored(const struct run *r)
{
    assert_int_equal(r->n, 0);
    assert_int_equal(r->touched, 0);
}

static void finish(struct run *r)
{
    struct attempt a;
    while (attempts_close(r->t, &a))
        assert_true(a.phase & PHASE_FINAL);
    const struct attempt_counts *c = attempts_counts(r->t);
    uint64_t sum = 0;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        sum += c->outcome[i];
    assert_int_equal(c->outcome[OUTCOME_NONE], 0);
    assert_int_equal(sum, c->attempts);
    assert_int_equal(c->open, 0);
    assert_true(attempts_next(r->t) == NSTIME_NEVER);
    attempts_free(r->t);
}

/* SYN at 0, SYN-ACK at 20 ms, its acknowledgement at 21 ms. */
static void open_one(struct run *r)
{
    client(r, 0, SYN, ISN, 0);
    only(r, 1, PHASE_STARTED, OUTCOME_NONE);
    server(r, 20, SYNACK, ISN + 1, 0);
    quiet(r);
    client(r, 21, TCP_ACK, ISN + 1, 0);
    quiet(r);
}

static void test_opened(void **state)
{
    (void)state;
    struct run r = run_new();
    open_one(&r);
    client(&r, 22, TCP_ACK | TCP_PSH, ISN + 1, 100);
    quiet(&r);
    server(&r, 40, TCP_ACK, ISN + 101, 0);
    quiet(&r);
    server(&r, 45, TCP_ACK | TCP_PSH, ISN + 101, 39);
    only(&r, 1, BOTH, OUTCOME_OPENED);
    assert_int_equal(r.touched, 1);
    const struct attempt *a = &r.out[0];
    assert_true(a->opened && a->synack_seen);
    assert_true(a->rtt == 20 * NS_PER_MS);
    assert_int_equal(a->synack_ttl, 57);
    assert_true(a->decided == script_at(45));
    assert_int_equal(a->frames, 2);
    assert_int_equal(a->frame[0].number, 1);
    assert_int_equal(a->frame[1].number, 2);
    assert_int_equal(a->isn, ISN);
    /* What follows is nobody's. */
    client(&r, 50, TCP_ACK, ISN + 101, 1000);
    ignored(&r);
    server(&r, 51, FINACK, ISN + 1101, 0);
    ignored(&r);
    /* A copy of its SYN, a minute later still, is no new attempt. */
    client(&r, 60000, SYN, ISN, 0);
    quiet(&r);
    server(&r, 60000, SYNACK, ISN + 1, 0);
    quiet(&r);
    expire(&r, 60046);
    client(&r, 60047, SYN, ISN, 0);
    only(&r, 2, PHASE_STARTED, OUTCOME_NONE);
    assert_int_equal(attempts_counts(r.t)->syns, 3);
    assert_int_equal(attempts_counts(r.t)->attempts, 2);
    finish(&r);
}

static void test_one_direction(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 0);
    client(&r, 20, TCP_ACK, ISN + 2, 0); /* acknowledges something else */
    ignored(&r);
    client(&r, 20, TCP_ACK, ISN + 1, 0);
    quiet(&r);
    expire(&r, 5020.1);
    only(&r, 1, PHASE_DECIDED, OUTCOME_OPENED);
    assert_true(r.out[0].opened);
    assert_false(r.out[0].synack_seen);
    assert_true(r.out[0].rtt == NSTIME_NONE);
    client(&r, 6000, FINACK, ISN + 1, 0);
    only(&r, 1, PHASE_FINAL, OUTCOME_OPENED);
    finish(&r);
}

/* A SYN-ACK that stands behind the acknowledgement of it in file order. */
static void test_synack_behind(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 0);
    client(&r, 20, TCP_ACK, ISN + 1, 0);
    server(&r, 19, SYNACK, ISN + 1, 0);
    quiet(&r);
    client(&r, 21, TCP_RST, ISN + 1, 0);
    only(&r, 1, BOTH, OUTCOME_OPENED);
    assert_true(r.out[0].synack_seen);
    assert_true(r.out[0].rtt == 19 * NS_PER_MS);
    finish(&r);
}

static void test_flags_of_a_syn(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN | TCP_ECE | TCP_CWR, ISN, 0);
    only(&r, 1, PHASE_STARTED, OUTCOME_NONE);
    server(&r, 1, SYNACK | TCP_ECE, ISN + 1, 0);
    quiet(&r);
    finish(&r);
    r = run_new();
    server(&r, 0, SYNACK, ISN + 1, 0);
    ignored(&r);
    client(&r, 0, SYN | TCP_RST, ISN, 0);
    ignored(&r);
    client(&r, 0, TCP_ACK, ISN + 1, 5);
    ignored(&r);
    assert_int_equal(attempts_counts(r.t)->syns, 0);
    finish(&r);
}

static void test_syn_with_data(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 100);
    server(&r, 1, SYNACK, ISN + 102, 0);
    ignored(&r);
    server(&r, 1, SYNACK, ISN, 0);
    ignored(&r);
    server(&r, 2, SYNACK, ISN + 101, 0);
    quiet(&r);
    client(&r, 3, TCP_RST, ISN + 101, 0);
    only(&r, 1, BOTH, OUTCOME_OPENED);
    finish(&r);
}

static void test_karn(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 0);
    client(&r, 0.1, SYN, ISN, 0); /* a mirror's copy */
    server(&r, 20, SYNACK, ISN + 1, 0);
    client(&r, 21, FINACK, ISN + 1, 0);
    assert_true(r.out[0].rtt == 20 * NS_PER_MS);
    assert_int_equal(r.out[0].syns, 2);
    client(&r, 1000, SYN, 77, 0);
    client(&r, 2000, SYN, 77, 0);
    server(&r, 2010, SYNACK, 78, 0);
    client(&r, 2021, FINACK, 78, 0);
    assert_true(r.out[0].rtt == NSTIME_NONE);
    finish(&r);
}

static void test_unanswered(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 0);
    client(&r, 1000, SYN, ISN, 0);
    client(&r, 3000, SYN, ISN, 0);
    quiet(&r);
    expire(&r, 5000);
    assert_int_equal(r.n, 0);
    expire(&r, 5001);
    only(&r, 1, PHASE_DECIDED, OUTCOME_UNANSWERED);
    assert_true(r.out[0].decided == script_at(5000));
    client(&r, 7000, SYN, ISN, 0);
    expire(&r, 37000);
    assert_int_equal(r.n, 0);
    expire(&r, 37001);
    only(&r, 1, PHASE_FINAL, OUTCOME_UNANSWERED);
    assert_int_equal(r.out[0].syns, 4);
    assert_int_equal(r.out[0].frames, 4);
    assert_int_equal(r.out[0].frame[3].number, 4);
    assert_true(r.out[0].sent_last == script_at(7000));
    server(&r, 37002, SYNACK, ISN + 1, 0);
    quiet(&r);
    finish(&r);
}

static void test_late_open(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 0);
    client(&r, 3000, SYN, ISN, 0);
    expire(&r, 5001);
    only(&r, 1, PHASE_DECIDED, OUTCOME_UNANSWERED);
    server(&r, 33000, SYNACK, ISN + 1, 0);
    quiet(&r);
    client(&r, 33001, TCP_ACK, ISN + 1, 10);
    server(&r, 33002, TCP_ACK, ISN + 11, 10);
    only(&r, 1, BOTH, OUTCOME_OPENED);
    finish(&r);
}

/* The client stops trying: nothing opens it any more. */
static void test_client_stops(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 0);
    expire(&r, 5001);
    client(&r, 8000, TCP_RST, ISN + 1, 0);
    only(&r, 1, PHASE_FINAL, OUTCOME_UNANSWERED);
    server(&r, 8001, SYNACK, ISN + 1, 0);
    assert_int_equal(r.n, 0);

    client(&r, 10000, SYN, 100, 0);
    client(&r, 13001, TCP_RST, 101, 0); /* too late to be an abort */
    quiet(&r);
    server(&r, 13002, SYNACK, 101, 0);
    quiet(&r);
    expire(&r, 15001);
    only(&r, 2, BOTH, OUTCOME_UNANSWERED);
    finish(&r);
}

static void test_new_isn(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, 100, 0);
    client(&r, 500, SYN, 200, 0);
    only(&r, 2, PHASE_STARTED, OUTCOME_NONE);
    server(&r, 501, SYNACK, 101, 0); /* too late for the first, and not for the second */
    quiet(&r);
    server(&r, 502, RSTACK, 201, 0);
    only(&r, 2, PHASE_DECIDED, OUTCOME_RESET);
    expire(&r, 5001);
    only(&r, 1, BOTH, OUTCOME_UNANSWERED);
    expire(&r, 5501);
    only(&r, 2, PHASE_FINAL, OUTCOME_RESET);
    /* Overdue: the new ISN ends it at once. */
    client(&r, 10000, SYN, 300, 0);
    expire(&r, 15001);
    only(&r, 3, PHASE_DECIDED, OUTCOME_UNANSWERED);
    client(&r, 15002, SYN, 400, 0);
    assert_int_equal(r.n, 2);
    check(&r, 0, 3, PHASE_FINAL, OUTCOME_UNANSWERED);
    check(&r, 1, 4, PHASE_STARTED, OUTCOME_NONE);
    finish(&r);
}

/* A late RST may still explain an older try, also behind the next SYN. */
static void test_reset_behind_new_isn(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, 100, 0);
    client(&r, 500, SYN, 200, 0);
    server(&r, 499, RSTACK, 101, 0);
    only(&r, 1, PHASE_DECIDED, OUTCOME_RESET);
    server(&r, 501, TCP_RST, 0, 0); /* without ACK it can only mean the newest */
    only(&r, 2, PHASE_DECIDED, OUTCOME_RESET);
    finish(&r);
}

static void test_reset(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 0);
    client(&r, 1000, SYN, ISN, 0);
    server(&r, 1000.3, RSTACK, ISN, 0); /* acknowledges nothing of it */
    ignored(&r);
    server(&r, 1000.5, RSTACK, ISN + 1, 0);
    only(&r, 1, PHASE_DECIDED, OUTCOME_RESET);
    const struct reset_facts *f = &r.out[0].reset;
    assert_true(f->seen && !f->race && f->has_ip_id);
    assert_true(f->delay == NS_PER_MS / 2);
    assert_int_equal(f->ttl, 57);
    assert_int_equal(f->syn_ttl, 128);
    assert_int_equal(f->window, 64240);
    assert_int_equal(f->syn_window, 64240);
    assert_int_equal(f->syn_ip_id, 2);
    assert_int_equal(f->ip_id, 4);
    assert_int_equal(f->flags, RSTACK);
    assert_int_equal(r.out[0].frames, 3);
    assert_int_equal(r.out[0].frame[0].number, 1);
    assert_int_equal(r.out[0].frame[1].number, 4);
    assert_int_equal(r.out[0].frame[2].number, 2);
    server(&r, 1001, RSTACK, ISN + 1, 0); /* a copy */
    quiet(&r);
    expire(&r, 5001);
    only(&r, 1, PHASE_FINAL, OUTCOME_RESET);
    assert_int_equal(r.out[0].frame[1].number, 4);
    finish(&r);
}

static void test_late_reset(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 0);
    client(&r, 3000, SYN, ISN, 0);
    expire(&r, 5001);
    only(&r, 1, PHASE_DECIDED, OUTCOME_UNANSWERED);
    server(&r, 6000, RSTACK, ISN + 1, 0);
    only(&r, 1, PHASE_DECIDED, OUTCOME_RESET);
    expire(&r, 33001);
    only(&r, 1, PHASE_FINAL, OUTCOME_RESET);
    finish(&r);
}

static void test_race_after_reset(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 0);
    server(&r, 0.5, RSTACK, ISN + 1, 0);
    server(&r, 20, SYNACK, ISN + 1, 0);
    only(&r, 1, PHASE_DECIDED, OUTCOME_RESET);
    assert_true(r.out[0].reset.race);
    assert_int_equal(r.out[0].reset.race_frame.number, 3);
    server(&r, 21, SYNACK, ISN + 1, 0);
    quiet(&r);
    expire(&r, 5001);
    only(&r, 1, PHASE_FINAL, OUTCOME_RESET);
    assert_true(r.out[0].reset.race);
    finish(&r);

    r = run_new(); /* data proves it as well */
    client(&r, 0, SYN, ISN, 0);
    server(&r, 0.5, RSTACK, ISN + 1, 0);
    server(&r, 20, TCP_ACK, ISN + 1, 10);
    only(&r, 1, PHASE_DECIDED, OUTCOME_RESET);
    assert_true(r.out[0].reset.race);
    finish(&r);
}

/* Copies of the SYN behind the RST are no new try: the SYN-ACK opens nothing. */
static void test_copies_behind_reset(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 0);
    server(&r, 0.2, RSTACK, ISN + 1, 0);
    client(&r, 0.3, SYN, ISN, 0);
    server(&r, 0.4, RSTACK, ISN + 1, 0);
    client(&r, 0.5, SYN, ISN, 0);
    server(&r, 20, SYNACK, ISN + 1, 0);
    only(&r, 1, PHASE_DECIDED, OUTCOME_RESET);
    assert_true(r.out[0].reset.race);
    server(&r, 20.4, SYNACK, ISN + 1, 0);
    quiet(&r);
    expire(&r, 5001);
    only(&r, 1, PHASE_FINAL, OUTCOME_RESET);
    finish(&r);
}

/* The client takes no notice of the RST. */
static void test_open_after_reset(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 0);
    server(&r, 0.5, RSTACK, ISN + 1, 0);
    server(&r, 20, SYNACK, ISN + 1, 0);
    client(&r, 21, TCP_ACK, ISN + 1, 0); /* acknowledges what came after it */
    quiet(&r);
    client(&r, 22, TCP_ACK, ISN + 1, 5);
    server(&r, 40, TCP_ACK, ISN + 6, 5);
    only(&r, 1, BOTH, OUTCOME_OPENED);
    assert_true(r.out[0].reset.race);
    finish(&r);

    r = run_new();
    client(&r, 0, SYN, ISN, 0);
    server(&r, 0.5, RSTACK, ISN + 1, 0);
    client(&r, 1000, SYN, ISN, 0);
    server(&r, 1020, SYNACK, ISN + 1, 0);
    quiet(&r);
    server(&r, 1021, TCP_ACK, ISN + 1, 5);
    only(&r, 1, BOTH, OUTCOME_OPENED);
    assert_true(r.out[0].reset.seen && !r.out[0].reset.race);
    finish(&r);
}

/* Once the client went on to a new ISN, nothing opens the old try. */
static void test_superseded_stays_reset(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, 100, 0);
    server(&r, 1, RSTACK, 101, 0);
    client(&r, 500, SYN, 200, 0);
    client(&r, 501, SYN, 100, 0); /* a copy that came late */
    server(&r, 502, SYNACK, 101, 0);
    quiet(&r);
    expire(&r, 5001);
    only(&r, 1, PHASE_FINAL, OUTCOME_RESET);
    assert_false(r.out[0].opened);
    finish(&r);
}

static void test_rejected(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 0);
    icmp(&r, 1, true, ISN + 1);
    ignored(&r);
    icmp(&r, 2, true, ISN);
    quiet(&r);
    icmp(&r, 3, false, 0);
    quiet(&r);
    expire(&r, 5001);
    only(&r, 1, PHASE_DECIDED, OUTCOME_REJECTED);
    assert_int_equal(r.out[0].icmp.frame.number, 3);
    assert_int_equal(r.out[0].frame[1].number, 3);
    expire(&r, 30001);
    only(&r, 1, PHASE_FINAL, OUTCOME_REJECTED);
    finish(&r);

    r = run_new(); /* a SYN-ACK beats it */
    client(&r, 0, SYN, ISN, 0);
    icmp(&r, 1, true, ISN);
    server(&r, 2, SYNACK, ISN + 1, 0);
    server(&r, 3, TCP_ACK, ISN + 1, 5);
    only(&r, 1, BOTH, OUTCOME_OPENED);
    assert_int_equal(r.out[0].frame[1].number, 3);
    finish(&r);

    r = run_new(); /* after the deadline it still explains the silence */
    client(&r, 0, SYN, ISN, 0);
    expire(&r, 5001);
    icmp(&r, 6000, true, ISN);
    only(&r, 1, PHASE_DECIDED, OUTCOME_REJECTED);
    finish(&r);
}

static void test_aborted(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, ISN, 0);
    client(&r, 1000, SYN, ISN, 0);
    client(&r, 4000, TCP_RST, ISN + 1, 0);
    quiet(&r);
    server(&r, 4001, SYNACK, ISN + 1, 0); /* nobody waits for it */
    quiet(&r);
    expire(&r, 7000);
    assert_int_equal(r.n, 0);
    expire(&r, 7001);
    only(&r, 1, BOTH, OUTCOME_ABORTED);
    assert_int_equal(r.out[0].frame[1].number, 3);
    finish(&r);

    r = run_new(); /* it goes on: the RST meant something else */
    client(&r, 0, SYN, ISN, 0);
    client(&r, 100, TCP_RST, 5, 0);
    client(&r, 1000, SYN, ISN, 0);
    expire(&r, 5001);
    only(&r, 1, PHASE_DECIDED, OUTCOME_UNANSWERED);
    assert_int_equal(r.out[0].frame[1].number, 3);
    finish(&r);

    r = run_new(); /* the same, after a longer pause */
    client(&r, 0, SYN, ISN, 0);
    client(&r, 100, TCP_RST, 5, 0);
    client(&r, 4500, SYN, ISN, 0);
    expire(&r, 5001);
    only(&r, 1, PHASE_DECIDED, OUTCOME_UNANSWERED);
    finish(&r);
}

/* A lone SYN to one address, and a connection to another that opens at `ms`. */
static enum outcome racing(double ms, unsigned syns, enum service service, bool same_client,
                           bool same_mac)
{
    struct run r = run_new();
    r.service = service;
    const struct script lone = r.script;
    struct script other = r.script;
    if (!same_client)
        assert_true(addr_parse("2001:db8::10", &other.client));
    other.client_port = 41000;
    const double order[] = {ms - 10, ms};
    unsigned next = 0;
    nstime last = 0;
    /* In the order of time: the other's SYN and SYN-ACK, and ours at 2000 and 3000. */
    for (double t = 0; t <= 4000; t += 10) {
        for (; next < 2 && order[next] <= t; next++) {
            r.script = other;
            r.packet = script_tcp(&r.script, script_at(order[next]), next == 0,
                                  next == 0 ? SYN : SYNACK, 9, 10, 0);
            r.packet.has_mac = true;
            r.packet.mac[5] = 7;
            give(&r, script_at(order[next]));
        }
        if (t == 2000 || (t == 3000 && syns > 1)) {
            r.script = lone;
            r.packet = script_tcp(&r.script, script_at(t), true, SYN, ISN, 0, 0);
            r.packet.has_mac = true;
            r.packet.mac[5] = same_mac ? 7 : 8;
            give(&r, script_at(t));
        }
        last = script_at(t);
    }
    enum outcome outcome = OUTCOME_NONE;
    struct attempt a;
    while (attempts_expire(r.t, last + 4 * NS_PER_SEC, &a))
        if (a.isn == ISN)
            outcome = a.outcome;
    finish(&r);
    return outcome;
}

static void test_racing_browsers(void **state)
{
    (void)state;
    assert_int_equal(racing(1500, 1, SERVICE_SWG, true, true), OUTCOME_ABORTED);
    assert_int_equal(racing(2500, 1, SERVICE_SWG, true, false), OUTCOME_ABORTED);
    assert_int_equal(racing(2500, 1, SERVICE_SWG, false, true), OUTCOME_ABORTED);
    assert_int_equal(racing(1000, 1, SERVICE_SWG, true, true), OUTCOME_ABORTED);
    assert_int_equal(racing(3000, 1, SERVICE_SWG, true, true), OUTCOME_ABORTED);
    assert_int_equal(racing(990, 1, SERVICE_SWG, true, true), OUTCOME_UNANSWERED);
    assert_int_equal(racing(3010, 1, SERVICE_SWG, true, true), OUTCOME_UNANSWERED);
    assert_int_equal(racing(2500, 2, SERVICE_SWG, true, true), OUTCOME_UNANSWERED);
    assert_int_equal(racing(2500, 1, SERVICE_DNS, true, true), OUTCOME_UNANSWERED);
    assert_int_equal(racing(2500, 1, SERVICE_SWG, false, false), OUTCOME_UNANSWERED);
}

static void test_killed(void **state)
{
    (void)state;
    static const struct {
        double ms;
        unsigned data, flags;
        enum outcome outcome;
        unsigned phase;
    } row[] = {
        {100, 10, RSTACK, OUTCOME_KILLED, BOTH},
        {100, 10, FINACK, OUTCOME_KILLED, BOTH},
        {100, 10, TCP_RST, OUTCOME_KILLED, BOTH},
        {100, 0, RSTACK, OUTCOME_KILLED, BOTH},
        {5020, 0, FINACK, OUTCOME_KILLED, BOTH},
        {5021, 0, FINACK, OUTCOME_OPENED, PHASE_FINAL},
        {50000, 0, RSTACK, OUTCOME_OPENED, PHASE_FINAL},
    };
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        struct run r = run_new();
        open_one(&r);
        if (row[i].data)
            client(&r, 22, TCP_ACK, ISN + 1, row[i].data);
        expire(&r, row[i].ms);
        server(&r, row[i].ms, row[i].flags, ISN + 1 + row[i].data, 0);
        only(&r, 1, row[i].phase, row[i].outcome);
        assert_true(r.out[0].opened);
        assert_false(r.out[0].reset.seen);
        if (row[i].outcome == OUTCOME_KILLED)
            assert_int_equal(r.out[0].frame[1].number, r.script.frame);
        finish(&r);
    }
}

/* It was told as open after five idle seconds; the first data brings the kill. */
static void test_killed_after_idling(void **state)
{
    (void)state;
    struct run r = run_new();
    open_one(&r);
    expire(&r, 5021);
    only(&r, 1, PHASE_DECIDED, OUTCOME_OPENED);
    client(&r, 20000, TCP_ACK, ISN + 1, 10);
    quiet(&r);
    server(&r, 20001, RSTACK, ISN + 11, 0);
    only(&r, 1, BOTH, OUTCOME_KILLED);
    finish(&r);
}

static void test_fin_with_data_is_no_kill(void **state)
{
    (void)state;
    struct run r = run_new();
    open_one(&r);
    client(&r, 22, TCP_ACK, ISN + 1, 10);
    server(&r, 40, FINACK, ISN + 11, 20);
    only(&r, 1, BOTH, OUTCOME_OPENED);
    finish(&r);
}

/* One direction only is in the capture: that nothing comes back tells nothing. */
static void test_blind_is_not_stalled(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, TCP_SYN, ISN, 0);
    client(&r, 20, TCP_ACK, ISN + 1, 0);
    client(&r, 21, TCP_ACK, ISN + 1, 100);
    expire(&r, 5022);
    only(&r, 1, BOTH, OUTCOME_OPENED);
    assert_false(r.out[0].synack_seen);
    finish(&r);
}

/* "Too big", quoting the client's flow on the given port at `seq`. */
static void too_big(struct run *r, double ms, uint16_t port, uint32_t seq, uint32_t mtu)
{
    struct packet p = script_icmp(&r->script, script_at(ms), IPPROTO_TCP);
    p.icmp.code = 4;
    p.icmp.mtu = mtu;
    p.icmp.quote.src_port = port ? port : p.icmp.quote.src_port;
    p.icmp.quote.has_seq = true;
    p.icmp.quote.seq = seq;
    r->touched = 0;
    attempts_too_big(r->t, &p, &r->touched);
}

static void test_large_segment_lost(void **state)
{
    (void)state;
    struct run r = run_new();
    open_one(&r);
    too_big(&r, 90, 0, ISN + 1, 1400); /* of data that was never sent */
    assert_int_equal(r.touched, 0);
    client(&r, 100, TCP_ACK, ISN + 1, 1460);
    too_big(&r, 101, 0, ISN + 7000, 1300); /* not of what was sent */
    too_big(&r, 101, 1, ISN + 1, 1300);    /* not of this connection */
    assert_int_equal(r.touched, 0);
    too_big(&r, 102, 0, ISN + 1, 1400);
    assert_int_equal(r.touched, 1);
    expire(&r, 5101);
    only(&r, 1, BOTH, OUTCOME_STALLED);
    assert_int_equal(r.out[0].data_length, 1460);
    assert_int_equal(r.out[0].data_passed, 0);
    assert_true(r.out[0].too_big.seen && !r.out[0].icmp.seen);
    assert_int_equal(r.out[0].too_big.code, 4);
    assert_int_equal(r.out[0].too_big_mtu, 1400);
    too_big(&r, 5200, 0, ISN + 1, 1400); /* nobody asks any more */
    assert_int_equal(r.touched, 0);
    finish(&r);

    r = run_new(); /* a small one passes first */
    open_one(&r);
    client(&r, 100, TCP_ACK, ISN + 1, 200);
    client(&r, 101, TCP_ACK, ISN + 201, 1460);
    server(&r, 120, TCP_ACK, ISN + 201, 0);
    client(&r, 20000, FINACK, ISN + 1661, 0);
    only(&r, 1, BOTH, OUTCOME_STALLED);
    assert_int_equal(r.out[0].data_length, 1460);
    assert_int_equal(r.out[0].data_passed, 200);
    finish(&r);

    r = run_new(); /* all of it passes */
    open_one(&r);
    client(&r, 100, TCP_ACK, ISN + 1, 1460);
    server(&r, 120, TCP_ACK, ISN + 1461, 40);
    only(&r, 1, BOTH, OUTCOME_OPENED);
    assert_int_equal(r.out[0].data_passed, 1460);
    finish(&r);
}

static void test_stalled(void **state)
{
    (void)state;
    struct run r = run_new(); /* never acknowledged */
    open_one(&r);
    client(&r, 100, TCP_ACK, ISN + 1, 10);
    client(&r, 1100, TCP_ACK, ISN + 1, 10);
    server(&r, 1101, TCP_ACK, ISN + 1, 0);
    expire(&r, 5100);
    assert_int_equal(r.n, 0);
    expire(&r, 5101);
    only(&r, 1, BOTH, OUTCOME_STALLED);
    assert_true(r.out[0].decided == script_at(5100));
    finish(&r);

    r = run_new(); /* acknowledged, and the client waits in vain */
    open_one(&r);
    client(&r, 100, TCP_ACK, ISN + 1, 10);
    server(&r, 120, TCP_ACK, ISN + 11, 0);
    expire(&r, 20000);
    assert_int_equal(r.n, 0);
    client(&r, 20000, FINACK, ISN + 11, 0);
    only(&r, 1, BOTH, OUTCOME_STALLED);
    finish(&r);

    r = run_new(); /* a new ISN is giving up, too */
    open_one(&r);
    client(&r, 100, TCP_ACK, ISN + 1, 10);
    server(&r, 120, TCP_ACK, ISN + 11, 0);
    client(&r, 200, SYN, 1, 0);
    assert_int_equal(r.n, 2);
    check(&r, 0, 1, BOTH, OUTCOME_STALLED);
    finish(&r);
}

/* The client cancels before an answer can be there: that tells of nothing. One that has waited
 * gives up. */
static void test_cancelled(void **state)
{
    (void)state;
    struct run r = run_new();
    open_one(&r);
    client(&r, 22, FINACK, ISN + 1, 10);
    only(&r, 1, BOTH, OUTCOME_OPENED);
    server(&r, 40, RSTACK, ISN + 12, 0);
    assert_int_equal(r.n, 0);
    finish(&r);

    r = run_new();
    open_one(&r);
    client(&r, 22, TCP_ACK, ISN + 1, 10);
    server(&r, 40, TCP_ACK, ISN + 11, 0);
    client(&r, 3022, TCP_RST, ISN + 11, 0);
    only(&r, 1, BOTH, OUTCOME_OPENED);
    finish(&r);

    r = run_new();
    open_one(&r);
    client(&r, 22, TCP_ACK, ISN + 1, 10);
    client(&r, 3023, TCP_RST, ISN + 11, 0);
    server(&r, 3040, RSTACK, ISN + 11, 0); /* not the first to end it */
    quiet(&r);
    expire(&r, 5023);
    only(&r, 1, BOTH, OUTCOME_STALLED);
    finish(&r);
}

static void test_silence_is_open(void **state)
{
    (void)state;
    struct run r = run_new();
    open_one(&r);
    client(&r, 100, TCP_ACK, ISN + 1, 10);
    server(&r, 120, TCP_ACK, ISN + 11, 0);
    client(&r, 30000, TCP_ACK, ISN + 10, 0); /* keep-alive */
    expire(&r, 90000);
    assert_int_equal(r.n, 0);
    expire(&r, 90001);
    only(&r, 1, BOTH, OUTCOME_OPENED);
    finish(&r);
}

static void test_close(void **state)
{
    (void)state;
    struct run r = run_new();
    static const enum outcome expect[] = {
        OUTCOME_UNANSWERED, OUTCOME_RESET,   OUTCOME_REJECTED,     OUTCOME_OPENED,
        OUTCOME_OPENED,     OUTCOME_ABORTED, OUTCOME_UNDETERMINED, OUTCOME_UNDETERMINED};
    client(&r, 0, SYN, ISN, 0);
    expire(&r, 5001);
    for (unsigned i = 1; i < 8; i++) {
        r.script.client_port++;
        client(&r, 5001 + i, SYN, ISN, 0);
        if (i == 1)
            server(&r, 5001 + i, RSTACK, ISN + 1, 0);
        if (i == 2)
            icmp(&r, 5001 + i, true, ISN);
        if (i == 3 || i == 4)
            server(&r, 5001 + i, SYNACK, ISN + 1, 0);
        if (i == 4)
            client(&r, 5001 + i, TCP_ACK, ISN + 1, 10);
        if (i == 5)
            client(&r, 5001 + i, TCP_RST, ISN + 1, 0);
        if (i == 6)
            client(&r, 5001 + i, SYN, ISN, 0);
    }
    for (unsigned i = 0; i < 8; i++) {
        r.n = attempts_close(r.t, &r.out[0]) ? 1 : 0;
        only(&r, i + 1, i < 2 ? PHASE_FINAL : BOTH, expect[i]);
    }
    assert_false(attempts_close(r.t, &r.out[0]));
    client(&r, -100000, SYN, ISN, 0); /* after a gap the clock may stand anywhere */
    expire(&r, -94000);
    only(&r, 9, PHASE_DECIDED, OUTCOME_UNANSWERED);
    finish(&r);
}

static void test_eviction(void **state)
{
    (void)state;
    struct run r = run_with(2);
    for (unsigned i = 0; i < 3; i++) {
        r.script.client_port++;
        client(&r, i, SYN, ISN, 0);
        if (i == 0)
            server(&r, i, RSTACK, ISN + 1, 0);
    }
    assert_int_equal(r.n, 2);
    check(&r, 0, 1, PHASE_FINAL, OUTCOME_RESET);
    check(&r, 1, 3, PHASE_STARTED, OUTCOME_NONE);
    r.script.client_port++;
    client(&r, 3, SYN, ISN, 0);
    check(&r, 0, 2, BOTH, OUTCOME_UNDETERMINED);
    assert_int_equal(attempts_counts(r.t)->evicted, 2);
    assert_int_equal(attempts_counts(r.t)->open, 2);
    finish(&r);
}

static void test_many_syns(void **state)
{
    (void)state;
    struct run r = run_new();
    for (unsigned i = 0; i < 40; i++)
        client(&r, i * 100, SYN, ISN, 0);
    server(&r, 4500, RSTACK, ISN + 1, 0);
    only(&r, 1, PHASE_DECIDED, OUTCOME_RESET);
    assert_int_equal(r.out[0].syns, 40);
    assert_int_equal(r.out[0].frames, OUTCOME_FRAMES);
    assert_int_equal(r.out[0].frame[0].number, 1);
    assert_int_equal(r.out[0].frame[1].number, 41);
    assert_int_equal(r.out[0].frame[OUTCOME_FRAMES - 1].number, OUTCOME_FRAMES - 1);
    finish(&r);
}

static void test_simultaneous_open(void **state)
{
    (void)state;
    struct run r = run_new();
    client(&r, 0, SYN, 100, 0);
    r.packet = script_tcp(&r.script, script_at(1), false, SYN, 200, 0, 0);
    give(&r, script_at(1));
    only(&r, 2, PHASE_STARTED, OUTCOME_NONE);
    r.packet = script_tcp(&r.script, script_at(2), true, SYNACK, 100, 201, 0);
    give(&r, script_at(2));
    quiet(&r);
    r.packet = script_tcp(&r.script, script_at(3), false, SYNACK, 200, 101, 0);
    give(&r, script_at(3));
    quiet(&r);
    expire(&r, 6000);
    assert_int_equal(r.n, 2);
    check(&r, 0, 2, PHASE_DECIDED, OUTCOME_OPENED);
    check(&r, 1, 1, PHASE_DECIDED, OUTCOME_OPENED);
    finish(&r);
}

struct told {
    unsigned started, final;
    bool decided;
};

static void note(struct told *told, const struct attempt *a, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct told *t = &told[a[i].serial];
        assert_int_equal(t->final, 0); /* nothing comes after the end */
        t->started += (a[i].phase & PHASE_STARTED) != 0;
        assert_int_equal(t->started, 1);
        t->decided |= (a[i].phase & PHASE_DECIDED) != 0;
        t->final += (a[i].phase & PHASE_FINAL) != 0;
        assert_true(!t->final || t->decided);
        assert_true(a[i].outcome != OUTCOME_NONE || a[i].phase == PHASE_STARTED);
        assert_true(a[i].frames >= 1 && a[i].frames <= OUTCOME_FRAMES);
        const bool opened = a[i].outcome == OUTCOME_OPENED || a[i].outcome == OUTCOME_KILLED ||
                            a[i].outcome == OUTCOME_STALLED;
        assert_true(!opened || a[i].opened);
        assert_true(a[i].outcome != OUTCOME_RESET || a[i].reset.seen);
        assert_true(a[i].outcome != OUTCOME_REJECTED || a[i].icmp.seen);
    }
}

static void random_packet(struct run *r, uint64_t *seed, double ms)
{
    static const uint8_t flags[] = {SYN,     SYN,     SYN,    SYNACK,  RSTACK,
                                    TCP_RST, TCP_ACK, FINACK, TCP_ACK, SYN | TCP_FIN};
    const uint32_t isn = (uint32_t)(script_random(seed) % 5) * 1000;
    const uint32_t length = script_random(seed) % 3 ? 0 : 10;
    const uint8_t f = flags[script_random(seed) % sizeof flags];
    r->script.client_port = (uint16_t)(40000 + script_random(seed) % 3);
    if (script_random(seed) % 12 == 0) {
        icmp(r, ms, script_random(seed) % 2, isn);
        return;
    }
    const bool from_client = script_random(seed) % 2;
    r->packet = script_tcp(&r->script, script_at(ms), from_client, f,
                           f & SYN ? isn : isn + 1 + length, isn + 1 + length, length);
    r->packet.has_mac = true;
    give(r, script_at(ms));
}

static void random_run(uint32_t max, double step, uint64_t seed)
{
    enum { PACKETS = 25000 };
    struct told *told = calloc(PACKETS + 1, sizeof *told);
    struct run r = run_with(max);
    uint64_t finals = 0;
    double ms = 0;
    struct attempt a;
    for (unsigned i = 0; i < PACKETS; i++) {
        ms += (double)(script_random(&seed) % 1000) / 1000 * step;
        while (attempts_expire(r.t, script_at(ms), &a))
            note(told, &a, 1);
        assert_true(attempts_next(r.t) >= script_at(ms));
        random_packet(&r, &seed, script_random(&seed) % 10 ? ms : ms - 3);
        note(told, r.out, r.n);
        assert_true(attempts_counts(r.t)->open <= max);
        if (i % 5000 == 4999) {
            while (attempts_close(r.t, &a))
                note(told, &a, 1);
            assert_int_equal(attempts_counts(r.t)->open, 0);
        }
    }
    for (unsigned i = 1; i <= PACKETS; i++)
        finals += told[i].final;
    assert_int_equal(attempts_counts(r.t)->attempts, finals);
    assert_true(attempts_counts(r.t)->syns >= finals);
    free(told);
    finish(&r);
}

static void test_random(void **state)
{
    (void)state;
    random_run(1, 50, 1);
    random_run(7, 500, 2);
    random_run(20, 5000, 3);
    random_run(1000, 300, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opened),
        cmocka_unit_test(test_one_direction),
        cmocka_unit_test(test_synack_behind),
        cmocka_unit_test(test_flags_of_a_syn),
        cmocka_unit_test(test_syn_with_data),
        cmocka_unit_test(test_karn),
        cmocka_unit_test(test_unanswered),
        cmocka_unit_test(test_late_open),
        cmocka_unit_test(test_client_stops),
        cmocka_unit_test(test_new_isn),
        cmocka_unit_test(test_reset_behind_new_isn),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_late_reset),
        cmocka_unit_test(test_race_after_reset),
        cmocka_unit_test(test_copies_behind_reset),
        cmocka_unit_test(test_open_after_reset),
        cmocka_unit_test(test_superseded_stays_reset),
        cmocka_unit_test(test_rejected),
        cmocka_unit_test(test_aborted),
        cmocka_unit_test(test_racing_browsers),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_killed_after_idling),
        cmocka_unit_test(test_fin_with_data_is_no_kill),
        cmocka_unit_test(test_blind_is_not_stalled),
        cmocka_unit_test(test_large_segment_lost),
        cmocka_unit_test(test_stalled),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_silence_is_open),
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_eviction),
        cmocka_unit_test(test_many_syns),
        cmocka_unit_test(test_simultaneous_open),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
