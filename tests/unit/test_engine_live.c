/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine of a watch: what happens because time passes and no packet comes, verdicts as they
 * change, and gaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "sensor/engine.h"
#include "wire.h"

#define CLIENT   "10.0.0.5"
#define RESOLVER "208.67.222.222"
#define BEGUN    (1000000 * NS_PER_SEC)

struct run {
    struct sink sink; /* first: the engine knows no more */
    struct config config;
    struct watchlist *watchlist;
    struct engine *engine;
    struct stats stats;
    unsigned changed, verdicts, presented;
    enum status last; /* of the last verdict that changed */
    nstime told;      /* when */
};

static nstime at(double second)
{
    return BEGUN + (nstime)(second * 1e9);
}

static void on_changed(struct sink *sink, const struct judgement *judgement)
{
    struct run *run = (struct run *)sink;
    run->changed++;
    run->last = judgement->status;
    run->told = judgement->time;
}

static void on_verdict(struct sink *sink, const struct judgement *judgement)
{
    (void)judgement;
    ((struct run *)sink)->verdicts++;
}

static void on_stats(struct sink *sink, const struct summary *summary)
{
    ((struct run *)sink)->stats = *summary->stats;
}

static void on_present(struct sink *sink, const struct summary *summary)
{
    ((struct run *)sink)->presented++;
    on_stats(sink, summary);
}

static const struct sink_ops ops = {.changed = on_changed,
                                    .verdict = on_verdict,
                                    .stats = on_stats,
                                    .present = on_present,
                                    .finish = on_stats};

static int setup(void **state)
{
    static const uint64_t key[2] = {1, 2};
    char error[CONFIG_ERROR];
    struct run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    run->sink.ops = &ops;
    assert_true(config_defaults(&run->config));
    run->watchlist = watchlist_new(&run->config, key, error);
    run->engine = engine_new(&run->config, run->watchlist, key);
    assert_non_null(run->engine);
    engine_add_sink(run->engine, &run->sink);
    engine_live(run->engine);
    engine_idle(run->engine, at(0));
    *state = run;
    return 0;
}

static int teardown(void **state)
{
    struct run *run = *state;
    engine_free(run->engine);
    watchlist_free(run->watchlist);
    config_free(&run->config);
    free(run);
    return 0;
}

/* A probe from `port`, or its answer. */
static void probe(struct run *run, double second, unsigned port, unsigned resolver_port,
                  bool answer)
{
    struct wire w = {.length = 0};
    wire_ethernet(&w, 0x0800);
    size_t ip = answer ? wire_ipv4(&w, RESOLVER, CLIENT, IPPROTO_UDP)
                       : wire_ipv4(&w, CLIENT, RESOLVER, IPPROTO_UDP);
    size_t udp = answer ? wire_udp(&w, resolver_port, port) : wire_udp(&w, port, resolver_port);
    wire_dns(&w, port, answer ? 0x8180 : 0x0100, 1, answer ? 2 : 0, 0, 0);
    wire_question(&w, "debug.opendns.com", 16);
    if (answer) {
        wire_txt(&w, "debug.opendns.com", "server m84.fra");
        wire_txt(&w, "debug.opendns.com", "flags 20 0 2F 0");
    }
    wire_udp_end(&w, udp);
    wire_ipv4_end(&w, ip);
    struct frame frame = {.ref = {.number = 1},
                          .time = at(second),
                          .linktype = 1,
                          .length = (uint32_t)w.length,
                          .captured = (uint32_t)w.length,
                          .bytes = w.bytes};
    engine_frame(run->engine, &frame);
}

/* Both ports, now and four seconds later. */
static void probe_in_vain(struct run *run, double second)
{
    for (unsigned i = 0; i < 4; i++)
        probe(run, second + (i < 2 ? 0 : 4), 5000 + i, i % 2 ? 53 : 443, false);
}

static void stats_now(struct run *run)
{
    engine_stats(run->engine, NULL, 0);
}

static void silence_is_told_at_its_deadline(void **state)
{
    struct run *run = *state;
    probe_in_vain(run, 1);
    engine_idle(run->engine, at(9));
    assert_int_equal(run->changed, 0);
    assert_true(engine_next(run->engine) == at(10)); /* five seconds after the last ones */
    engine_idle(run->engine, at(10));
    assert_int_equal(run->changed, 0); /* at the very moment an answer would be in time */
    engine_idle(run->engine, at(10) + 1);
    assert_int_equal(run->changed, 1);
    assert_int_equal(run->last, STATUS_UNPROTECTED);
    assert_true(run->told == at(10));
}

static void a_verdict_is_told_when_it_changes_and_not_again(void **state)
{
    struct run *run = *state;
    for (unsigned i = 0; i < 4; i++) {
        probe(run, i, 6000 + i, 53, false);
        probe(run, i + 0.01, 6000 + i, 53, true);
    }
    assert_int_equal(run->changed, 1);
    assert_int_equal(run->last, STATUS_PROTECTED);
    probe_in_vain(run, 10);
    engine_idle(run->engine, at(30));
    assert_int_equal(run->last, STATUS_UNPROTECTED);
    unsigned before = run->changed;
    engine_idle(run->engine, at(300));
    assert_int_equal(run->changed, before);
    engine_present(run->engine, NULL, 0);
    assert_int_equal(run->presented, 1);
    assert_int_equal(run->verdicts, 1);
    assert_int_equal(run->changed, before);
}

static void what_is_open_at_a_gap_is_not_judged(void **state)
{
    struct run *run = *state;
    probe_in_vain(run, 1);
    engine_gap(run->engine, at(5.5));
    engine_idle(run->engine, at(60));
    stats_now(run);
    assert_int_equal(run->changed, 0);
    assert_int_equal(run->stats.dns.queries, 4);
    assert_int_equal(run->stats.dns.unanswered, 0);
    assert_int_equal(run->stats.dns.undetermined, 4);
    engine_gap(run->engine, at(-3600)); /* the clock was set back */
    probe(run, -3599, 7000, 53, false);
    probe(run, -3598.9, 7000, 53, true);
    engine_idle(run->engine, at(-3500));
    stats_now(run);
    assert_int_equal(run->stats.dns.answered, 1);
    assert_int_equal(run->last, STATUS_PROTECTED);
}

static void a_client_long_silent_is_forgotten(void **state)
{
    struct run *run = *state;
    probe(run, 1, 6000, 53, false);
    probe(run, 1.01, 6000, 53, true);
    engine_idle(run->engine, at(1800));
    stats_now(run);
    assert_int_equal(run->stats.tables.clients, 1);
    assert_true(engine_next(run->engine) <= at(1801.01));
    engine_idle(run->engine, at(1802));
    stats_now(run);
    assert_int_equal(run->stats.tables.clients, 0);
    assert_int_equal(run->stats.tables.evicted, 0); /* nobody had to make way */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(silence_is_told_at_its_deadline),
        TEST(a_verdict_is_told_when_it_changes_and_not_again),
        TEST(what_is_open_at_a_gap_is_not_judged),
        TEST(a_client_long_silent_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
