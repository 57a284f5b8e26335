/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which alert stands for a failure: the client's own, its segment's or the site's; from the first
 * failure through all that folds to the last recovery. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/detect/folding.h"

#define CLIENTS_MOST 12000
#define LINES        64
#define LINE         80

/* Clients 10.1.x.y below SEGMENT, 10.2.x.y from there on. */
struct office {
    struct config config;
    struct clients *clients;
    struct folding *folding;
    struct client *client[CLIENTS_MOST];
    size_t segment;
    double second;
    size_t lines, told; /* the last ones; all */
    char line[LINES][LINE];
};

static nstime at(const struct office *o)
{
    return 1000 * NS_PER_SEC + (nstime)(o->second * 1e9);
}

static int setup(void **state)
{
    static const uint64_t key[2] = {1, 2};
    struct office *o = calloc(1, sizeof *o);
    if (!o || !config_defaults(&o->config) ||
        !config_list_clear_add(&o->config.segments, "10.1.0.0/16", false))
        return -1;
    o->segment = CLIENTS_MOST;
    o->clients = clients_new(&o->config, key);
    o->folding = folding_new(&o->config);
    *state = o;
    return o->clients && o->folding ? 0 : -1;
}

static int teardown(void **state)
{
    struct office *o = *state;
    folding_free(o->folding);
    clients_free(o->clients);
    config_free(&o->config);
    free(o);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* "site 6 dns-unprotected 6 of 12", "client 2 folded". */
static void tell(struct office *o, const struct notices *out)
{
    for (size_t i = 0; i < out->count; i++) {
        const struct notice *n = &out->item[i];
        char *line = o->line[o->lines < LINES ? o->lines++ : LINES - 1];
        int length =
            snprintf(line, LINE, "%s %llu", notice_scope_name(n->scope), (unsigned long long)n->id);
        length += snprintf(line + length, LINE - (size_t)length, " %s",
                           n->resolution ? notice_resolution_name(n->resolution)
                                         : notice_code_name(n->code));
        if (n->scope != SCOPE_CLIENT)
            snprintf(line + length, LINE - (size_t)length, " %llu of %llu",
                     (unsigned long long)n->count, (unsigned long long)n->of);
        assert_true(n->message[0] != '\0');
        o->told++;
    }
}

static void judged(struct office *o, size_t i, enum status status, enum cause cause,
                   struct notices *out)
{
    struct judgement j = {.client = o->client[i]->addr,
                          .protection = PROTECTION_DNS,
                          .role = ROLE_MODULE,
                          .status = status,
                          .time = at(o),
                          .first_bad = at(o) - 5 * NS_PER_SEC};
    const struct health health = {.failed_samples = 3, .last_bad = at(o)};
    if (j.status > STATUS_PROTECTED) {
        j.cause = cause;
        j.confidence = CONFIDENCE_LIKELY;
        snprintf(j.headline, sizeof j.headline, "nothing answers");
    }
    struct alert_state *alert = &o->client[i]->protection[PROTECTION_DNS].alert;
    if (j.status <= STATUS_PROTECTED && !alert->stands)
        folding_quiet(o->folding, o->client[i], PROTECTION_DNS, j.status == STATUS_PROTECTED, at(o),
                      out);
    else
        folding_judged(o->folding, o->client[i], &j, &health, out);
    clients_set_alerting(o->clients, o->client[i], alert->stands);
}

static void settle(struct office *o)
{
    struct notices out = {.count = 0};
    while (folding_next(o->folding, o->clients, at(o), &out)) {
        tell(o, &out);
        out.count = 0;
    }
}

static void see(struct office *o, size_t i)
{
    const uint8_t bytes[4] = {10, i < o->segment ? 1 : 2, (uint8_t)(i >> 8), (uint8_t)i};
    struct addr addr = addr_ipv4(bytes);
    o->client[i] = clients_see(o->clients, &addr, NULL, at(o));
    assert_non_null(o->client[i]);
    folding_seen(o->folding, o->client[i], at(o));
    folding_uses(o->folding, o->client[i], PROTECTION_DNS);
}

static void becomes_by(struct office *o, size_t i, enum status status, enum cause cause)
{
    struct notices out = {.count = 0};
    see(o, i);
    judged(o, i, status, cause, &out);
    tell(o, &out);
    settle(o);
}

static void becomes(struct office *o, size_t i, enum status status)
{
    becomes_by(o, i, status, CAUSE_SILENT_DROP);
}

static void all_become(struct office *o, size_t from, size_t to, enum status status)
{
    for (size_t i = from; i < to; i++)
        becomes(o, i, status);
}

static void assert_told(struct office *o, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count && i < o->lines; i++)
        assert_string_equal(o->line[i], lines[i]);
    assert_int_equal(o->told, count);
    o->lines = o->told = 0;
}

#define TOLD(o, ...)                                                                               \
    do {                                                                                           \
        const char *const lines[] = {__VA_ARGS__};                                                 \
        assert_told(o, lines, sizeof lines / sizeof *lines);                                       \
    } while (0)

static void the_whole_office_at_once(void **state)
{
    struct office *o = *state;
    o->segment = 0; /* nobody */
    all_become(o, 0, 12, STATUS_PROTECTED);
    assert_int_equal(o->told, 0);
    o->second = 10;
    all_become(o, 0, 12, STATUS_UNPROTECTED);
    TOLD(o, "client 1 dns-unprotected", "client 2 dns-unprotected", "client 3 dns-unprotected",
         "client 4 dns-unprotected", "client 5 dns-unprotected", "site 6 dns-unprotected 6 of 12",
         "client 1 folded", "client 2 folded", "client 3 folded", "client 4 folded",
         "client 5 folded");
    o->second = 30;
    all_become(o, 0, 9, STATUS_PROTECTED);
    assert_int_equal(o->told, 0); /* 3 of 12 still fail */
    becomes(o, 9, STATUS_PROTECTED);
    TOLD(o, "site 6 recovered 12 of 12");
    becomes(o, 10, STATUS_UNPROTECTED); /* nothing new: it has not failed since */
    becomes(o, 10, STATUS_PROTECTED);
    assert_int_equal(o->told, 0);
    o->second = 40;
    becomes(o, 11, STATUS_UNPROTECTED);
    TOLD(o, "client 7 dns-unprotected");
    becomes(o, 11, STATUS_PROTECTED);
    TOLD(o, "client 7 recovered");
}

static void too_few_of_them(void **state)
{
    struct office *o = *state;
    all_become(o, 0, 12, STATUS_PROTECTED);
    all_become(o, 0, 4, STATUS_UNPROTECTED);
    TOLD(o, "client 1 dns-unprotected", "client 2 dns-unprotected", "client 3 dns-unprotected",
         "client 4 dns-unprotected");
}

static void not_alike(void **state)
{
    struct office *o = *state;
    o->segment = 0;
    for (size_t i = 0; i < 8; i++)
        becomes_by(o, i, STATUS_UNPROTECTED, i % 2 ? CAUSE_SILENT_DROP : CAUSE_ICMP_REJECT);
    assert_int_equal(o->told, 8);
    o->told = o->lines = 0;
    o->second = 31;                    /* what it was before is not found any more */
    becomes(o, 0, STATUS_UNPROTECTED); /* the fifth silent one of eight */
    TOLD(o, "site 9 dns-unprotected 5 of 8", "client 1 folded", "client 2 folded",
         "client 4 folded", "client 6 folded", "client 8 folded");
    becomes_by(o, 0, STATUS_UNPROTECTED, CAUSE_ICMP_REJECT); /* stays folded */
    assert_int_equal(o->told, 0);
}

static void only_a_segment(void **state)
{
    struct office *o = *state;
    o->segment = 6;
    all_become(o, 0, 30, STATUS_PROTECTED);
    all_become(o, 0, 6, STATUS_UNPROTECTED);
    TOLD(o, "client 1 dns-unprotected", "client 2 dns-unprotected", "client 3 dns-unprotected",
         "client 4 dns-unprotected", "segment 5 dns-unprotected 5 of 6", "client 1 folded",
         "client 2 folded", "client 3 folded", "client 4 folded");
    all_become(o, 6, 15, STATUS_UNPROTECTED);
    assert_int_equal(o->told, 8 + 1 + 1 + 8);
    assert_string_equal(o->line[8], "site 14 dns-unprotected 15 of 30");
    assert_string_equal(o->line[9], "segment 5 folded 6 of 6");
    assert_string_equal(o->line[10], "client 6 folded");
}

/* A site that recovers but for one segment and one client. */
static void a_segment_is_left(void **state)
{
    struct office *o = *state;
    o->segment = 6;
    all_become(o, 0, 30, STATUS_UNPROTECTED);
    o->told = o->lines = 0;
    all_become(o, 6, 28, STATUS_PROTECTED);
    assert_int_equal(o->told, 0); /* 8 of 30 */
    becomes(o, 28, STATUS_PROTECTED);
    TOLD(o, "site 5 recovered 30 of 30");
    o->second = 15;
    all_become(o, 0, 6, STATUS_UNPROTECTED);
    TOLD(o, "segment 6 dns-unprotected 6 of 6");
    becomes(o, 29, STATUS_UNPROTECTED);
    TOLD(o, "client 7 dns-unprotected");
    all_become(o, 0, 6, STATUS_PROTECTED);
    TOLD(o, "segment 6 recovered 6 of 6");
    becomes(o, 29, STATUS_PROTECTED);
    TOLD(o, "client 7 recovered");
}

static void changes_with_most_of_them(void **state)
{
    struct office *o = *state;
    o->segment = 0;
    all_become(o, 0, 10, STATUS_DEGRADED);
    o->told = o->lines = 0;
    all_become(o, 0, 5, STATUS_UNPROTECTED);
    assert_int_equal(o->told, 0); /* as many so as so */
    becomes(o, 5, STATUS_UNPROTECTED);
    TOLD(o, "site 5 dns-unprotected 6 of 10");
    all_become(o, 6, 10, STATUS_UNPROTECTED);
    all_become(o, 0, 7, STATUS_PROTECTED);
    assert_int_equal(o->told, 0); /* 3 of 10: more than a quarter */
    becomes(o, 7, STATUS_PROTECTED);
    TOLD(o, "site 5 recovered 10 of 10");
}

static void on_the_way_down(void **state)
{
    struct office *o = *state;
    o->segment = 0;
    all_become(o, 0, 12, STATUS_PROTECTED);
    becomes(o, 11, STATUS_DEGRADED);
    becomes_by(o, 10, STATUS_DEGRADED, CAUSE_ICMP_REJECT);
    all_become(o, 0, 6, STATUS_UNPROTECTED);
    assert_string_equal(o->line[7], "site 8 dns-unprotected 6 of 12");
    o->told = o->lines = 0;
    becomes(o, 6, STATUS_DEGRADED); /* the next path fails in a moment */
    becomes(o, 6, STATUS_UNPROTECTED);
    becomes(o, 11, STATUS_DEGRADED); /* known before as what it is */
    assert_int_equal(o->told, 0);
    becomes(o, 11, STATUS_UNPROTECTED);
    TOLD(o, "client 1 folded");
    becomes_by(o, 7, STATUS_DEGRADED, CAUSE_ICMP_REJECT);
    TOLD(o, "client 9 dns-degraded");
}

static void gone_with_the_last(void **state)
{
    struct office *o = *state;
    struct notices out;
    o->segment = 0;
    all_become(o, 0, 6, STATUS_UNPROTECTED);
    o->told = o->lines = 0;
    o->second = 700;
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(o->told, 0);
        out.count = 0;
        folding_end(o->folding, o->client[i], PROTECTION_DNS, RESOLUTION_CLIENT_GONE, at(o), &out);
        clients_set_alerting(o->clients, o->client[i], false);
        tell(o, &out);
    }
    TOLD(o, "site 5 client-gone 6 of 6");
    settle(o);
    becomes(o, 0, STATUS_UNPROTECTED);
    TOLD(o, "client 6 dns-unprotected");
}

/* Clients asleep when the site's alert ended are told again when they are back and still fail. */
static void who_slept_is_told_when_back(void **state)
{
    struct office *o = *state;
    o->segment = 0;
    all_become(o, 0, 10, STATUS_UNPROTECTED);
    o->told = o->lines = 0;
    o->second = 100;
    becomes(o, 0, STATUS_PROTECTED);
    TOLD(o, "site 5 recovered 10 of 10");
    o->second = 101;
    becomes(o, 1, STATUS_UNPROTECTED);
    TOLD(o, "client 6 dns-unprotected");
    becomes(o, 2, STATUS_PROTECTED);
    assert_int_equal(o->told, 0);
}

static void a_gap_suspends(void **state)
{
    struct office *o = *state;
    struct notices out = {.count = 0};
    o->segment = 6;
    all_become(o, 0, 40, STATUS_PROTECTED);
    all_become(o, 0, 6, STATUS_UNPROTECTED);
    o->told = o->lines = 0;
    assert_true(folding_suspend(o->folding, at(o), &out));
    tell(o, &out);
    out.count = 0;
    assert_false(folding_suspend(o->folding, at(o), &out));
    TOLD(o, "segment 5 suspended 6 of 6");
    for (size_t i = 0; i < 6; i++) {
        folding_end(o->folding, o->client[i], PROTECTION_DNS, RESOLUTION_SUSPENDED, at(o), &out);
        clients_set_alerting(o->clients, o->client[i], false);
    }
    assert_int_equal(out.count, 0);
    folding_gap(o->folding);
    o->second = -500;
    becomes(o, 0, STATUS_UNPROTECTED);
    TOLD(o, "client 6 dns-unprotected");
}

static void who_makes_way_leaves_nothing(void **state)
{
    struct office *o = *state;
    struct notices out = {.count = 0};
    o->segment = 0;
    all_become(o, 0, 8, STATUS_UNPROTECTED);
    folding_end(o->folding, o->client[0], PROTECTION_DNS, RESOLUTION_CLIENT_GONE, at(o), &out);
    folding_forget(o->folding, o->client[0]);
    clients_drop(o->clients, o->client[0]);
    o->told = o->lines = 0;
    all_become(o, 1, 6, STATUS_PROTECTED);
    assert_int_equal(o->told, 1);
    assert_string_equal(o->line[0], "site 5 recovered 8 of 8");
}

static void ten_thousand_cost_little(void **state)
{
    struct office *o = *state;
    all_become(o, 0, 10000, STATUS_PROTECTED);
    all_become(o, 0, 10000, STATUS_UNPROTECTED);
    /* 4,999 of them by themselves, then one for all: the segment is as wide as the site. */
    assert_int_equal(o->told, 4999 + 1 + 4999);
    o->told = o->lines = 0;
    all_become(o, 0, 10000, STATUS_PROTECTED);
    assert_string_equal(o->line[0], "site 5000 recovered 10000 of 10000");
}

/* --- over a restart -------------------------------------------------------------------------- */

static struct carried_alert carried_client(uint64_t id, uint8_t last)
{
    const uint8_t bytes[4] = {10, 1, 0, last};
    return (struct carried_alert){.id = id,
                                  .code = NOTICE_DNS_UNPROTECTED,
                                  .scope = SCOPE_CLIENT,
                                  .client = addr_ipv4(bytes),
                                  .family = ADDR_IPV4,
                                  .cause = CAUSE_SILENT_DROP,
                                  .confidence = CONFIDENCE_LIKELY,
                                  .since = 7 * NS_PER_SEC};
}

/* What was not heard of ends, one a call. */
static void end_carried(struct office *o)
{
    struct notices out = {.count = 0};
    while (folding_carried_end(o->folding, at(o), &out)) {
        tell(o, &out);
        out.count = 0;
    }
}

static void goes_on_after_a_restart(void **state)
{
    struct office *o = *state;
    const struct carried_alert before[] = {carried_client(3, 0), carried_client(5, 1),
                                           carried_client(6, 2)};
    assert_true(folding_carried_due(o->folding) == NSTIME_NEVER);
    assert_true(folding_carry(o->folding, before, 3, 8, 99 * NS_PER_SEC));
    assert_true(folding_carried_due(o->folding) == 99 * NS_PER_SEC);
    becomes(o, 0, STATUS_UNPROTECTED);
    TOLD(o, "client 3 dns-unprotected");
    assert_true(o->client[0]->protection[PROTECTION_DNS].alert.since == 7 * NS_PER_SEC);
    becomes(o, 0, STATUS_UNPROTECTED);
    assert_int_equal(o->told, 0); /* once */
    becomes(o, 1, STATUS_UNDETERMINED);
    assert_int_equal(o->told, 0); /* nothing is known of it yet */
    becomes(o, 1, STATUS_PROTECTED);
    TOLD(o, "client 5 recovered");
    becomes(o, 1, STATUS_UNPROTECTED);
    TOLD(o, "client 9 dns-unprotected"); /* no id is given twice */
    end_carried(o);
    TOLD(o, "client 6 client-gone");
    assert_true(folding_carried_due(o->folding) == NSTIME_NEVER);
    becomes(o, 0, STATUS_PROTECTED);
    TOLD(o, "client 3 recovered");
}

static void changes_while_nobody_looked(void **state)
{
    struct office *o = *state;
    const struct carried_alert before = carried_client(3, 0);
    assert_true(folding_carry(o->folding, &before, 1, 3, 99 * NS_PER_SEC));
    becomes_by(o, 0, STATUS_DEGRADED, CAUSE_ICMP_REJECT);
    TOLD(o, "client 3 dns-degraded");
}

static void a_site_goes_on_after_a_restart(void **state)
{
    struct office *o = *state;
    struct carried_alert before[] = {carried_client(2, 7), carried_client(6, 0)};
    before[1].scope = SCOPE_SITE;
    before[1].client = (struct addr){0};
    o->segment = 0;
    assert_true(folding_carry(o->folding, before, 2, 6, 99 * NS_PER_SEC));
    all_become(o, 0, 12, STATUS_PROTECTED);
    all_become(o, 0, 5, STATUS_UNPROTECTED);
    o->told = o->lines = 0;
    becomes(o, 5, STATUS_UNPROTECTED);
    TOLD(o, "site 6 dns-unprotected 6 of 12", "client 7 folded", "client 8 folded",
         "client 9 folded", "client 10 folded", "client 11 folded");
    o->second = 20;
    all_become(o, 0, 6, STATUS_PROTECTED);
    TOLD(o, "site 6 recovered 6 of 12");
    end_carried(o);
    TOLD(o, "client 2 client-gone"); /* in the other segment's numbers nobody is client 7 */
}

static void of_two_about_the_same_one_stays(void **state)
{
    struct office *o = *state;
    struct carried_alert before[] = {carried_client(3, 0), carried_client(4, 0),
                                     carried_client(5, 0)};
    before[2].code = NOTICE_WEB_UNAVAILABLE; /* about the other protection */
    assert_true(folding_carry(o->folding, before, 3, 5, 99 * NS_PER_SEC));
    end_carried(o);
    assert_int_equal(o->told, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_whole_office_at_once),
        TEST(too_few_of_them),
        TEST(not_alike),
        TEST(only_a_segment),
        TEST(a_segment_is_left),
        TEST(changes_with_most_of_them),
        TEST(on_the_way_down),
        TEST(gone_with_the_last),
        TEST(who_slept_is_told_when_back),
        TEST(a_gap_suspends),
        TEST(goes_on_after_a_restart),
        TEST(changes_while_nobody_looked),
        TEST(a_site_goes_on_after_a_restart),
        TEST(of_two_about_the_same_one_stays),
        TEST(who_makes_way_leaves_nothing),
        TEST(ten_thousand_cost_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
