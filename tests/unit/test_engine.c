/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine as a whole, on a few packets: what only the stages together show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "sensor/engine.h"
#include "wire.h"

#define CLIENT "10.0.0.5"
#define LOCAL  "10.0.0.1" /* a resolver that is not watched */
#define SWG    "18.135.112.200"
#define NAME   "swg-url-proxy-https-sse.sigproxy.qq.opendns.com"
#define HOUR   3600.0

struct run {
    struct sink sink; /* first: the engine knows no more */
    struct config config;
    struct watchlist *watchlist;
    struct engine *engine;
    struct stats stats;
    unsigned lacking;
    uint64_t bad_checksums;
    struct notice notice; /* the last that was told */
    unsigned notices;
    uint64_t frames;
};

static void keep_stats(struct sink *sink, const struct summary *summary)
{
    struct run *run = (struct run *)sink;
    run->stats = *summary->stats;
    run->lacking = summary->lacking;
    run->bad_checksums = summary->bad_checksums;
}

static void keep_notice(struct sink *sink, const struct notice *notice)
{
    struct run *run = (struct run *)sink;
    run->notice = *notice;
    run->notices++;
}

static const struct sink_ops ops = {
    .finish = keep_stats, .stats = keep_stats, .alert = keep_notice};

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

static void feed(struct run *run, double second, const struct wire *w)
{
    struct frame frame = {.ref = {.number = ++run->frames & 0xffff},
                          .time = NS_PER_SEC + (nstime)(second * 1e9),
                          .linktype = 1,
                          .length = (uint32_t)w->length,
                          .captured = (uint32_t)w->length,
                          .bytes = w->bytes};
    engine_frame(run->engine, &frame);
}

/* A packet's beginning up to its UDP header; ends with end_udp(). */
struct udp {
    struct wire w;
    size_t ip, udp;
};

static void begin_udp(struct udp *u, const char *src, unsigned src_port, const char *dst,
                      unsigned dst_port)
{
    u->w.length = 0;
    wire_ethernet(&u->w, 0x0800);
    u->ip = wire_ipv4(&u->w, src, dst, IPPROTO_UDP);
    u->udp = wire_udp(&u->w, src_port, dst_port);
}

static void end_udp(struct run *run, double second, struct udp *u)
{
    wire_udp_end(&u->w, u->udp);
    wire_ipv4_end(&u->w, u->ip);
    feed(run, second, &u->w);
}

static void look_up(struct run *run, double second)
{
    static const uint8_t swg[] = {18, 135, 112, 200};
    struct udp u;
    begin_udp(&u, CLIENT, 5300, LOCAL, 53);
    wire_dns(&u.w, 7, 0x0100, 1, 0, 0, 0);
    wire_question(&u.w, NAME, 1);
    end_udp(run, second, &u);
    begin_udp(&u, LOCAL, 53, CLIENT, 5300);
    wire_dns(&u.w, 7, 0x8180, 1, 1, 0, 0);
    wire_question(&u.w, NAME, 1);
    size_t record = wire_record(&u.w, NAME, 1, 60);
    wire_bytes(&u.w, swg, sizeof swg);
    wire_record_end(&u.w, record);
    end_udp(run, second, &u);
}

static void try_connection(struct run *run, double second, unsigned port)
{
    struct wire w = {.length = 0};
    wire_ethernet(&w, 0x0800);
    size_t ip = wire_ipv4(&w, CLIENT, SWG, IPPROTO_TCP);
    wire_tcp(&w, port, 443, 1000, 0, 2 /* SYN */);
    wire_ipv4_end(&w, ip);
    feed(run, second, &w);
}

static void a_try_keeps_a_learnt_address_watched(void **state)
{
    struct run *run = *state;
    look_up(run, 0);
    try_connection(run, 0.9 * HOUR, 4000);
    try_connection(run, 1.8 * HOUR, 4001);
    try_connection(run, 2.9 * HOUR, 4002); /* over */
    engine_finish(run->engine, NULL, 0);
    assert_int_equal(run->stats.tcp.attempts, 2);
    assert_int_equal(run->stats.capture.watched, 4);
}

static void encrypted_dns_is_no_watched_frame(void **state)
{
    struct run *run = *state;
    struct udp u;
    begin_udp(&u, CLIENT, 5400, "208.67.222.222", 443);
    wire_bytes(&u.w, "q6fnvWj8", 8);
    wire_zero(&u.w, 68 - 8 + 4 * 64);
    end_udp(run, 0, &u);
    begin_udp(&u, "208.67.222.222", 443, CLIENT, 5400);
    wire_bytes(&u.w, "r6fnvWj8", 8);
    wire_zero(&u.w, 24 + 16 + 64);
    end_udp(run, 0.02, &u);
    struct engine_result result = engine_finish(run->engine, NULL, 0);
    assert_true(result.works);
    assert_int_equal(run->stats.capture.packets, 2);
    assert_int_equal(run->stats.capture.watched, 0);
}

/* What the sensor looks up itself is no client's, and teaches by another way. */
static void own_lookups_are_no_traffic(void **state)
{
    struct run *run = *state;
    struct own_flows own = {0};
    struct own_flow flow = {.protocol = IPPROTO_UDP, .local_port = 5300, .remote_port = 53};
    struct addr swg;
    assert_true(addr_parse(CLIENT, &flow.local) && addr_parse(LOCAL, &flow.remote));
    assert_true(addr_parse(SWG, &swg));
    own_flows_add(&own, &flow);
    engine_own_flows(run->engine, &own);
    look_up(run, 0);
    engine_finish(run->engine, NULL, 0);
    assert_int_equal(run->stats.capture.packets, 2);
    assert_int_equal(run->stats.capture.watched, 0);
    assert_int_equal(run->stats.lookups.queries, 0);
    assert_int_equal(run->stats.tables.clients, 0);
    assert_null(watchlist_learnt(run->watchlist, &swg));
}

/* What the kernel drops is told, and counts as lacking from the capture. */
static void drops_are_counted_and_lack(void **state)
{
    struct run *run = *state;
    engine_dropped(run->engine, 1, 0); /* before anything was captured: there is no time yet */
    for (unsigned i = 0; i < 401; i++)
        try_connection(run, i, 4000 + i);
    engine_dropped(run->engine, 11, 2);
    engine_finish(run->engine, NULL, 0);
    assert_int_equal(run->stats.capture.kernel_drops, 11);
    assert_int_equal(run->stats.capture.interface_drops, 2);
    assert_int_equal(run->lacking, 12 * 1000 / 413);
}

static nstime at(double second)
{
    return NS_PER_SEC + (nstime)(second * 1e9);
}

static void expect_notice(const struct run *run, unsigned number, enum notice_code code,
                          enum notice_resolution resolution)
{
    assert_int_equal(run->notices, number);
    assert_int_equal(run->notice.code, code);
    assert_int_equal(run->notice.resolution, resolution);
    assert_int_equal(run->notice.scope, SCOPE_SITE);
}

static void the_sensors_own_sight(void **state)
{
    struct run *run = *state;
    engine_live(run->engine);
    look_up(run, 0);
    try_connection(run, 1, 4000);
    engine_idle(run->engine, at(300));
    assert_int_equal(run->notices, 0);
    assert_true(engine_next(run->engine) == at(301));
    engine_idle(run->engine, at(302));
    expect_notice(run, 1, NOTICE_SENSOR_BLIND, RESOLUTION_NONE);
    assert_true(run->notice.time == at(301));
    engine_idle(run->engine, at(4000));
    assert_int_equal(run->notices, 1);
    try_connection(run, 4001, 4001);
    expect_notice(run, 2, NOTICE_SENSOR_BLIND, RESOLUTION_RECOVERED);
    engine_gap(run->engine, at(9000));
    expect_notice(run, 3, NOTICE_CAPTURE_GAP, RESOLUTION_NONE);
    assert_true(run->notice.time == at(4001));
    try_connection(run, 9001, 4002);
    expect_notice(run, 4, NOTICE_CAPTURE_GAP, RESOLUTION_RECOVERED);
}

/* Nobody waits for packets in a file. */
static void a_hole_in_a_file_is_no_blindness(void **state)
{
    struct run *run = *state;
    look_up(run, 0);
    try_connection(run, 1, 4000);
    try_connection(run, 5 * HOUR, 4001);
    engine_finish(run->engine, NULL, 0);
    assert_int_equal(run->notices, 0);
}

/* The IP header's is 0 here, as a laptop's own capture may have it. */
static void a_wrong_checksum_counts_or_strictly_keeps_out(void **state)
{
    struct run *run = *state;
    static const struct {
        enum config_checksums checksums;
        uint64_t queries, malformed, bad;
    } modes[] = {{CONFIG_CHECKSUMS_COUNT, 1, 0, 1},
                 {CONFIG_CHECKSUMS_STRICT, 1, 1, 2},
                 {CONFIG_CHECKSUMS_OFF, 2, 1, 2}};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct udp u;
        run->config.capture.checksums = modes[i].checksums;
        begin_udp(&u, CLIENT, 50000 + (unsigned)i, "208.67.222.222", 53);
        wire_dns(&u.w, 1 + (unsigned)i, 0x0100, 1, 0, 0, 0);
        wire_question(&u.w, "debug.opendns.com", 16);
        end_udp(run, (double)i, &u);
        engine_stats(run->engine, NULL, 0);
        assert_int_equal(run->stats.dns.queries, modes[i].queries);
        assert_int_equal(run->stats.capture.malformed, modes[i].malformed);
        assert_int_equal(run->bad_checksums, modes[i].bad);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_try_keeps_a_learnt_address_watched, setup, teardown),
        cmocka_unit_test_setup_teardown(encrypted_dns_is_no_watched_frame, setup, teardown),
        cmocka_unit_test_setup_teardown(own_lookups_are_no_traffic, setup, teardown),
        cmocka_unit_test_setup_teardown(drops_are_counted_and_lack, setup, teardown),
        cmocka_unit_test_setup_teardown(the_sensors_own_sight, setup, teardown),
        cmocka_unit_test_setup_teardown(a_hole_in_a_file_is_no_blindness, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wrong_checksum_counts_or_strictly_keeps_out, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
