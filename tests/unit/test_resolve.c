/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sensor's own lookups, asked of a server on loopback that this test is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "decoders/dns.h"
#include "sensor/resolve.h"
#include "wire.h"

#define START    (INT64_C(1724727600) * NS_PER_SEC)
#define PATIENCE (20 * NS_PER_SEC) /* waited only where something is broken */

static const uint64_t key[2] = {1, 2};

struct stage {
    struct config config;
    struct loop *loop;
    struct loop_timer patience;
    struct watchlist *watchlist;
    struct own_flows own;
    struct resolve *resolve;
    int server;
    bool garbage; /* answer with records that contradict themselves */
    bool broken;  /* answer everything with SERVFAIL */
    unsigned queries, foreign;
    unsigned told;
    char last_told[CONFIG_ERROR];
};

static nstime now(void *context)
{
    (void)context;
    return START;
}

static void tell(void *context, const char *sentence)
{
    struct stage *stage = context;
    stage->told++;
    snprintf(stage->last_told, sizeof stage->last_told, "%s", sentence);
}

static void add_addr(struct wire *w, const char *owner, unsigned type, uint32_t ttl,
                     const char *text)
{
    uint8_t bytes[16];
    const size_t at = wire_record(w, owner, type, ttl);
    assert_int_equal(inet_pton(type == DNS_A ? AF_INET : AF_INET6, text, bytes), 1);
    wire_bytes(w, bytes, type == DNS_A ? 4 : 16);
    wire_record_end(w, at);
}

/* a.swg.example has both families behind another name, b.swg.example only IPv4 and at a place where
 * no SWG can be; nobody knows any other. */
static void respond(const struct stage *stage, const struct dns_message *query, struct wire *w)
{
    const char *name = query->name.text;
    const bool a = strcmp(name, "a.swg.example") == 0, b = strcmp(name, "b.swg.example") == 0;
    const unsigned answers = a ? 2 : b && query->type == DNS_A ? 1 : 0;
    const unsigned rcode = stage->broken ? DNS_SERVFAIL : a || b ? DNS_NOERROR : DNS_NXDOMAIN;
    wire_dns(w, query->id, 0x8180u | rcode, 1, stage->broken ? 0 : answers, 0, 0);
    wire_question(w, name, query->type);
    if (stage->broken || answers == 0)
        return;
    if (stage->garbage) {
        wire_be16(w, 0xc0ff); /* an owner that points past the end */
        wire_zero(w, 3);
    } else if (a) {
        const size_t at = wire_record(w, name, DNS_CNAME, 300);
        wire_name(w, "elb.example");
        wire_record_end(w, at);
        if (query->type == DNS_A)
            add_addr(w, "elb.example", DNS_A, 60, "198.51.100.7");
        else
            add_addr(w, "elb.example", DNS_AAAA, 60, "2001:db8::7");
    } else {
        add_addr(w, name, DNS_A, 60, "10.0.0.1");
    }
}

/* Is the query's sender one of the sensor's own sockets? */
static bool is_own(const struct stage *stage, const struct sockaddr_in *from)
{
    struct sockaddr_in at;
    socklen_t size = sizeof at;
    getsockname(stage->server, (struct sockaddr *)&at, &size);
    const struct packet packet = {.kind = PACKET_UDP,
                                  .protocol = IPPROTO_UDP,
                                  .src = addr_ipv4((const uint8_t *)&from->sin_addr),
                                  .src_port = ntohs(from->sin_port),
                                  .dst = addr_ipv4((const uint8_t *)&at.sin_addr),
                                  .dst_port = ntohs(at.sin_port)};
    return own_flows_has(&stage->own, &packet);
}

static void serve(void *context, uint32_t events)
{
    struct stage *stage = context;
    uint8_t bytes[1500];
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    struct wire w = {0};
    struct dns_message query;
    (void)events;
    const ssize_t length =
        recvfrom(stage->server, bytes, sizeof bytes, MSG_DONTWAIT, (struct sockaddr *)&from, &size);
    if (length < 0)
        return;
    assert_true(dns_decode(cursor_make(bytes, (size_t)length), (size_t)length, &query));
    stage->queries++;
    stage->foreign += !is_own(stage, &from);
    respond(stage, &query, &w);
    sendto(stage->server, w.bytes, w.length, 0, (struct sockaddr *)&from, size);
}

static void out_of_patience(void *context)
{
    struct stage *stage = context;
    loop_stop(stage->loop);
}

static void until_settled(void *context)
{
    struct stage *stage = context;
    if (resolve_settled(stage->resolve))
        loop_stop(stage->loop);
}

static struct stage *set_up(const char *const names[])
{
    struct stage *stage = calloc(1, sizeof *stage);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    char error[CONFIG_ERROR];
    assert_non_null(stage);
    stage->server = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(stage->server, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(stage->server, (struct sockaddr *)&at, &size), 0);
    assert_true(config_defaults(&stage->config));
    snprintf(stage->config.swg.resolver, CONFIG_TEXT, "127.0.0.1:%u", ntohs(at.sin_port));
    for (size_t i = 0; names[i]; i++)
        assert_true(config_list_clear_add(&stage->config.swg.names, names[i], i == 0));
    stage->watchlist = watchlist_new(&stage->config, key, error);
    stage->loop = loop_new();
    assert_true(stage->watchlist && stage->loop);
    assert_true(loop_add(stage->loop, stage->server, EPOLLIN, serve, stage));
    stage->patience = (struct loop_timer){.fn = out_of_patience, .context = stage};
    const struct resolve_options options = {.config = &stage->config,
                                            .loop = stage->loop,
                                            .watchlist = stage->watchlist,
                                            .own = &stage->own,
                                            .context = stage,
                                            .now = now,
                                            .tell = tell};
    stage->resolve = resolve_new(&options, error);
    if (!stage->resolve && resolve_available())
        fail_msg("%s", error);
    return stage;
}

static void tear_down(struct stage *stage)
{
    resolve_free(stage->resolve);
    loop_remove(stage->loop, stage->server);
    loop_disarm(&stage->patience);
    loop_free(stage->loop);
    close(stage->server);
    watchlist_free(stage->watchlist);
    config_free(&stage->config);
    free(stage);
}

static void skip_without(void)
{
    if (!resolve_available()) {
        print_message("built without c-ares\n");
        skip();
    }
}

static void run(struct stage *stage)
{
    loop_arm(stage->loop, &stage->patience, loop_now() + PATIENCE);
    loop_each_turn(stage->loop, until_settled, stage);
    assert_true(loop_run(stage->loop));
    assert_true(resolve_settled(stage->resolve));
}

static const struct learnt *learnt(const struct stage *stage, const char *text)
{
    struct addr addr;
    assert_true(addr_parse(text, &addr));
    return watchlist_swg(stage->watchlist, &addr, START) ? watchlist_learnt(stage->watchlist, &addr)
                                                         : NULL;
}

static void learns_both_families_through_a_chain(void **state)
{
    static const char *const names[] = {"A.swg.example", NULL};
    char text[CONFIG_ERROR];
    (void)state;
    skip_without();
    struct stage *stage = set_up(names);
    assert_non_null(
        strstr(resolve_describe(stage->resolve, text), "Looks up 1 name with 127.0.0.1:"));
    resolve_start(stage->resolve);
    assert_int_equal(stage->queries, 0); /* nothing before the loop runs */
    run(stage);
    assert_int_equal(stage->queries, 2);
    assert_int_equal(stage->foreign, 0); /* each came from a socket that is known as our own */
    assert_non_null(learnt(stage, "198.51.100.7"));
    assert_non_null(learnt(stage, "2001:db8::7"));
    assert_string_equal(learnt(stage, "2001:db8::7")->name, "a.swg.example");
    assert_int_equal(learnt(stage, "198.51.100.7")->frame.number, 0); /* nobody saw a frame */
    assert_true(watchlist_swg_name(stage->watchlist, "elb.example", START));
    assert_int_equal(stage->told, 0);
    const struct resolve_counts counts = resolve_counts(stage->resolve);
    assert_int_equal(counts.asked, 2);
    assert_int_equal(counts.answered, 2);
    assert_int_equal(counts.learnt, 2);
    tear_down(stage);
}

static void one_family_is_enough_and_no_sinkhole_is_taken(void **state)
{
    static const char *const names[] = {"b.swg.example", NULL};
    (void)state;
    skip_without();
    struct stage *stage = set_up(names);
    resolve_start(stage->resolve);
    run(stage);
    assert_null(learnt(stage, "10.0.0.1"));
    assert_int_equal(resolve_counts(stage->resolve).answered, 2);
    assert_int_equal(resolve_counts(stage->resolve).learnt, 0);
    assert_int_equal(stage->told, 0);
    tear_down(stage);
}

static void a_failure_is_said_once(void **state)
{
    static const char *const names[] = {"nobody.example", "a.swg.example", NULL};
    (void)state;
    skip_without();
    struct stage *stage = set_up(names);
    resolve_start(stage->resolve);
    run(stage);
    assert_int_equal(stage->told, 1);
    assert_non_null(strstr(stage->last_told, "nobody.example can't be looked up with 127.0.0.1:"));
    assert_int_equal(resolve_counts(stage->resolve).failed, 2);
    assert_non_null(learnt(stage, "198.51.100.7")); /* the other is none the worse for it */
    tear_down(stage);
}

static void after_trouble_it_says_that_it_is_over(void **state)
{
    static const char *const names[] = {"a.swg.example", NULL};
    (void)state;
    skip_without();
    struct stage *stage = set_up(names);
    stage->broken = true;
    resolve_start(stage->resolve);
    run(stage);
    assert_int_equal(stage->told, 1);
    stage->broken = false;
    resolve_retry(stage->resolve);
    for (unsigned i = 0; i < 100 && stage->told < 2; i++)
        run(stage);
    assert_int_equal(stage->told, 2);
    assert_string_equal(stage->last_told, "a.swg.example can be looked up again.");
    assert_non_null(learnt(stage, "198.51.100.7"));
    tear_down(stage);
}

static void nonsense_teaches_nothing(void **state)
{
    static const char *const names[] = {"a.swg.example", NULL};
    (void)state;
    skip_without();
    struct stage *stage = set_up(names);
    stage->garbage = true;
    resolve_start(stage->resolve);
    run(stage);
    assert_int_equal(resolve_counts(stage->resolve).learnt, 0);
    assert_int_equal(stage->told, 1);
    tear_down(stage);
}

static void may_end_while_lookups_are_open(void **state)
{
    static const char *const names[] = {"a.swg.example", "b.swg.example", NULL};
    (void)state;
    skip_without();
    struct stage *stage = set_up(names);
    loop_remove(stage->loop, stage->server); /* it answers nobody */
    resolve_start(stage->resolve);
    loop_arm(stage->loop, &stage->patience, loop_now() + 10 * NS_PER_MS);
    assert_true(loop_run(stage->loop));
    assert_false(resolve_settled(stage->resolve));
    assert_true(loop_add(stage->loop, stage->server, EPOLLIN, serve, stage));
    tear_down(stage);
}

static void once_before_a_replay(void **state)
{
    static const char *const names[] = {"proxy.sig.umbrella.com", NULL};
    const volatile int stop = 0, stopped = 1;
    char error[CONFIG_ERROR];
    (void)state;
    skip_without();
    struct stage *stage = set_up(names); /* a server that is never asked to answer */
    assert_true(resolve_once(&stage->config, stage->watchlist, 20 * NS_PER_MS, &stop, NULL, error));
    assert_true(resolve_once(&stage->config, stage->watchlist, PATIENCE, &stopped, NULL, error));
    tear_down(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learns_both_families_through_a_chain),
        cmocka_unit_test(one_family_is_enough_and_no_sinkhole_is_taken),
        cmocka_unit_test(a_failure_is_said_once),
        cmocka_unit_test(after_trouble_it_says_that_it_is_over),
        cmocka_unit_test(nonsense_teaches_nothing),
        cmocka_unit_test(may_end_while_lookups_are_open),
        cmocka_unit_test(once_before_a_replay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
