/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is watched: as configured and as learnt, for how long, and what is never learnt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "sensor/quote.h"
#include "sensor/watch_item.h"
#include "sensor/watchlist.h"

#define SECOND NS_PER_SEC
#define HOUR   (3600 * SECOND)
#define START  (INT64_C(1724727600) * SECOND)

static const uint64_t key[2] = {1, 2};
static const struct frame_ref frame = {.number = 7044, .file = 0};

static struct addr addr(const char *text)
{
    struct addr a;

    assert_true(addr_parse(text, &a));
    return a;
}

static bool is_resolver(const struct watchlist *w, const char *text, uint16_t port)
{
    struct addr a = addr(text);
    return watchlist_resolver(w, &a, port);
}

static bool is_swg(const struct watchlist *w, const char *text, nstime now)
{
    struct addr a = addr(text);
    return watchlist_swg(w, &a, now);
}

static bool is_configured(const struct watchlist *w, const char *text)
{
    struct addr a = addr(text);
    return watchlist_swg_configured(w, &a);
}

static bool learn(struct watchlist *w, nstime now, const char *text, uint32_t ttl)
{
    struct addr a = addr(text);
    return watchlist_learn(w, now, "swg.example", &a, ttl, frame);
}

static const struct learnt *learnt(const struct watchlist *w, const char *text)
{
    struct addr a = addr(text);
    return watchlist_learnt(w, &a);
}

static void use(struct watchlist *w, nstime now, const char *text)
{
    struct addr a = addr(text);
    watchlist_used(w, now, &a);
}

/* The defaults, with as many learnt as `most`. */
static struct watchlist *make(uint32_t most)
{
    struct config c;
    char error[CONFIG_ERROR];

    assert_true(config_defaults(&c));
    c.limits.learnt = most;
    struct watchlist *w = watchlist_new(&c, key, error);
    assert_non_null(w);
    config_free(&c);
    return w;
}

static void test_built_in(void **state)
{
    struct watchlist *w = make(16);

    (void)state;
    assert_true(is_resolver(w, "208.67.222.222", 53));
    assert_true(is_resolver(w, "208.67.220.220", 443));
    assert_true(is_resolver(w, "2620:119:35::35", 53));
    assert_true(is_resolver(w, "64:ff9b::208.67.222.222", 53));
    assert_false(is_resolver(w, "208.67.222.222", 853));
    assert_false(is_resolver(w, "208.67.222.220", 53));
    assert_false(is_resolver(w, "64:ff9b::208.67.222.220", 53));
    assert_true(is_swg(w, "146.112.255.50", START));
    assert_true(is_configured(w, "146.112.255.50"));
    assert_false(is_swg(w, "146.112.255.51", START));
    assert_false(is_swg(w, "208.67.222.222", START));
    assert_int_equal(watchlist_generation(w), 0);
    assert_int_equal(watchlist_evicted(w), 0);
    watchlist_free(w);
}

static void test_names(void **state)
{
    struct watchlist *w = make(16);

    (void)state;
    assert_true(watchlist_swg_name(w, "proxy.sig.umbrella.com", START));
    assert_true(watchlist_swg_name(w, "swg-url-proxy-https-sse.sigproxy.qq.opendns.com", START));
    assert_true(watchlist_swg_name(w, "x.sseproxy.qq.opendns.com", START));
    assert_true(watchlist_swg_name(w, "a.b.sigproxy.aws.umbrella.com", START));
    assert_false(watchlist_swg_name(w, "x.proxy.sig.umbrella.com", START));
    assert_false(watchlist_swg_name(w, "sigproxy.qq.opendns.com", START));
    assert_false(watchlist_swg_name(w, ".sigproxy.qq.opendns.com", START));
    assert_false(watchlist_swg_name(w, "xsigproxy.qq.opendns.com", START));
    assert_false(watchlist_swg_name(w, "x.sigproxy.qq.opendns.com.example", START));
    /* One label that holds a dot, so it stands beside sigproxy, not below it. */
    assert_false(watchlist_swg_name(w, "x\\.sigproxy.qq.opendns.com", START));
    assert_false(watchlist_swg_name(w, "", START));
    assert_false(watchlist_swg_name(w, ".", START));
    watchlist_free(w);
}

static void test_prefixes_and_any(void **state)
{
    struct config c;
    char error[CONFIG_ERROR];

    (void)state;
    assert_true(config_defaults(&c));
    assert_true(config_list_clear_add(&c.resolvers, "192.0.2.0/25", true));
    assert_true(config_list_clear_add(&c.swg.addresses, "2001:db8::/32", true));
    assert_true(config_list_clear_add(&c.swg.addresses, "198.51.100.7", false));
    struct watchlist *w = watchlist_new(&c, key, error);
    assert_non_null(w);
    assert_true(is_resolver(w, "192.0.2.127", 53));
    assert_false(is_resolver(w, "192.0.2.128", 53));
    assert_false(is_resolver(w, "208.67.222.222", 53));
    assert_true(is_swg(w, "2001:db8:ffff::1", START));
    assert_false(is_swg(w, "2001:db9::1", START));
    assert_true(is_configured(w, "198.51.100.7"));
    watchlist_free(w);

    assert_true(config_list_clear_add(&c.resolvers, "any", true));
    assert_true(config_list_clear_add(&c.swg.addresses, "any", false));
    w = watchlist_new(&c, key, error);
    assert_non_null(w);
    assert_true(is_resolver(w, "10.0.0.1", 53));
    assert_false(is_resolver(w, "10.0.0.1", 54));
    assert_true(is_swg(w, "10.0.0.1", START));
    assert_true(is_configured(w, "fe80::1"));
    watchlist_free(w);
    config_free(&c);
}

static void test_many_addresses(void **state)
{
    struct config c;
    char error[CONFIG_ERROR];
    char text[ADDR_TEXT];

    (void)state;
    assert_true(config_defaults(&c));
    for (unsigned i = 0; i < 2000; i += 2) {
        snprintf(text, sizeof text, "198.18.%u.%u", i / 256, i % 256);
        assert_true(config_list_clear_add(&c.swg.addresses, text, i == 0));
    }
    struct watchlist *w = watchlist_new(&c, key, error);
    assert_non_null(w);
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "198.18.%u.%u", i / 256, i % 256);
        assert_int_equal(is_swg(w, text, START), i % 2 == 0);
    }
    watchlist_free(w);
    config_free(&c);
}

static void test_learn(void **state)
{
    struct watchlist *w = make(16);

    (void)state;
    assert_false(is_swg(w, "18.135.112.200", START));
    assert_null(learnt(w, "18.135.112.200"));
    assert_true(learn(w, START, "18.135.112.200", 60));
    assert_int_equal(watchlist_generation(w), 1);
    assert_true(is_swg(w, "18.135.112.200", START));
    assert_false(is_configured(w, "18.135.112.200"));
    assert_string_equal(learnt(w, "18.135.112.200")->name, "swg.example");
    assert_int_equal(learnt(w, "18.135.112.200")->frame.number, 7044);
    /* The TTL is shorter than an hour; both ends are watched. */
    assert_true(is_swg(w, "18.135.112.200", START + HOUR));
    assert_false(is_swg(w, "18.135.112.200", START + HOUR + 1));
    /* Named again it is watched on, and the first answer stays the proof. */
    struct addr a = addr("18.135.112.200");
    assert_true(watchlist_learn(w, START + HOUR, "other.example", &a, 60,
                                (struct frame_ref){.number = 9000}));
    assert_int_equal(watchlist_generation(w), 1);
    assert_string_equal(learnt(w, "18.135.112.200")->name, "swg.example");
    assert_true(is_swg(w, "18.135.112.200", START + 2 * HOUR));
    /* Once it is over, a new answer teaches it anew. */
    assert_true(watchlist_learn(w, START + 4 * HOUR, "other.example", &a, 60,
                                (struct frame_ref){.number = 9000}));
    assert_true(watchlist_generation(w) > 1);
    assert_string_equal(learnt(w, "18.135.112.200")->name, "other.example");
    assert_int_equal(learnt(w, "18.135.112.200")->frame.number, 9000);
    watchlist_free(w);
}

/* The sensor's own lookup has no frame; the first answer that is seen is the proof from then on. */
static void test_seen_after_own_lookup(void **state)
{
    struct watchlist *w = make(16);
    struct addr a = addr("18.135.112.200");

    (void)state;
    assert_true(watchlist_learn(w, START, "own.example", &a, 60, (struct frame_ref){0}));
    assert_string_equal(learnt(w, "18.135.112.200")->name, "own.example");
    assert_int_equal(learnt(w, "18.135.112.200")->frame.number, 0);
    assert_true(learn(w, START, "18.135.112.200", 60));
    assert_int_equal(watchlist_generation(w), 1);
    assert_string_equal(learnt(w, "18.135.112.200")->name, "swg.example");
    assert_int_equal(learnt(w, "18.135.112.200")->frame.number, 7044);
    assert_true(watchlist_learn(w, START, "own.example", &a, 60, (struct frame_ref){0}));
    assert_int_equal(learnt(w, "18.135.112.200")->frame.number, 7044);
    watchlist_free(w);
}

static bool lists(const struct prefix *list, size_t count, const char *text)
{
    struct prefix wanted;
    assert_true(prefix_parse(text, &wanted));
    for (size_t i = 0; i < count; i++)
        if (memcmp(&list[i], &wanted, sizeof wanted) == 0)
            return true;
    return false;
}

/* What a capture filter is made from. */
static void test_snapshot(void **state)
{
    struct watchlist *w = make(16);
    struct watch_snapshot s;

    (void)state;
    assert_true(learn(w, START, "18.135.112.200", 60));
    assert_true(learn(w, START, "2a05:d01c::7", 60));
    assert_true(watchlist_snapshot(w, &s));
    assert_int_equal(s.generation, watchlist_generation(w));
    assert_false(s.any_resolver || s.any_swg);
    assert_int_equal(s.resolvers, 6);
    assert_true(lists(s.resolver, s.resolvers, "208.67.222.222"));
    assert_true(lists(s.resolver, s.resolvers, "2620:119:35::35"));
    assert_int_equal(s.swgs, 3);
    assert_true(lists(s.swg, s.swgs, "146.112.255.50"));
    assert_true(lists(s.swg, s.swgs, "18.135.112.200"));
    assert_true(lists(s.swg, s.swgs, "2a05:d01c::7"));
    watch_snapshot_free(&s);
    assert_true(learn(w, START, "18.135.112.201", 60));
    assert_true(watchlist_snapshot(w, &s));
    assert_int_equal(s.swgs, 4);
    assert_int_equal(s.generation, watchlist_generation(w));
    watch_snapshot_free(&s);
    watchlist_free(w);
}

static void test_snapshot_of_prefixes_and_any(void **state)
{
    struct config c;
    char error[CONFIG_ERROR];
    struct watch_snapshot s;

    (void)state;
    assert_true(config_defaults(&c));
    assert_true(config_list_clear_add(&c.resolvers, "any", true));
    assert_true(config_list_clear_add(&c.swg.addresses, "2001:db8::/32", true));
    struct watchlist *w = watchlist_new(&c, key, error);
    assert_non_null(w);
    assert_true(watchlist_snapshot(w, &s));
    assert_true(s.any_resolver);
    assert_false(s.any_swg);
    assert_int_equal(s.resolvers, 0);
    assert_int_equal(s.swgs, 1);
    assert_true(lists(s.swg, s.swgs, "2001:db8::/32"));
    watch_snapshot_free(&s);
    watchlist_free(w);
    config_free(&c);
}

static void test_ttl(void **state)
{
    struct watchlist *w = make(16);

    (void)state;
    assert_true(learn(w, START, "18.135.112.200", 7200));
    assert_true(is_swg(w, "18.135.112.200", START + 2 * HOUR));
    assert_false(is_swg(w, "18.135.112.200", START + 2 * HOUR + 1));
    assert_true(learn(w, START, "18.135.112.201", 0x80000000)); /* RFC 2181 8: zero */
    assert_false(is_swg(w, "18.135.112.201", START + HOUR + 1));
    assert_true(learn(w, START, "18.135.112.202", 0x7fffffff));
    assert_true(is_swg(w, "18.135.112.202", START + 1000000 * HOUR / 2));
    assert_true(learn(w, NSTIME_NEVER - 1, "18.135.112.203", 60)); /* no overflow */
    assert_true(is_swg(w, "18.135.112.203", NSTIME_NEVER));
    watchlist_free(w);
}

static void test_used(void **state)
{
    struct watchlist *w = make(16);

    (void)state;
    assert_true(learn(w, START, "18.135.112.200", 60));
    use(w, START + HOUR, "18.135.112.200");
    assert_true(is_swg(w, "18.135.112.200", START + 2 * HOUR));
    use(w, START, "18.135.112.200"); /* time steps back: never cut short */
    assert_true(is_swg(w, "18.135.112.200", START + 2 * HOUR));
    use(w, START + 3 * HOUR, "18.135.112.200"); /* too late: a use does not revive it */
    assert_false(is_swg(w, "18.135.112.200", START + 3 * HOUR));
    use(w, START, "18.135.112.99");
    assert_false(is_swg(w, "18.135.112.99", START));
    assert_int_equal(watchlist_generation(w), 1);
    watchlist_free(w);
}

static void test_never_an_swg(void **state)
{
    static const char *const texts[] = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.1.1",
        "192.168.0.65",
        "224.0.0.1",
        "::",
        "::1",
        "fe80::1",
        "fd00::1",
        "146.112.61.104",
        "146.112.61.113",
        "146.112.61.119",
        "146.112.199.0",
        "146.112.199.255",
        "2620:119:18::113",
        "2620:119:18::119",
        "64:ff9b::10.1.2.3",
    };
    static const char *const good[] = {"146.112.61.103", "146.112.61.120",   "146.112.198.255",
                                       "146.112.200.0",  "2620:119:18::112", "2620:119:18::11a",
                                       "203.0.113.7",    "198.18.0.5",       "2001:db8::7"};
    struct watchlist *w = make(16);

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_false(learn(w, START, texts[i], 60));
        assert_false(is_swg(w, texts[i], START));
    }
    assert_int_equal(watchlist_generation(w), 0);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(learn(w, START, good[i], 60));
    watchlist_free(w);
}

static void test_learn_names(void **state)
{
    struct watchlist *w = make(2);

    (void)state;
    assert_false(watchlist_swg_name(w, "lb.example", START));
    assert_true(watchlist_learn_name(w, START, "lb.example", 60));
    assert_true(watchlist_swg_name(w, "lb.example", START + HOUR));
    assert_false(watchlist_swg_name(w, "lb.example", START + HOUR + 1));
    assert_false(watchlist_swg_name(w, "x.lb.example", START));
    assert_true(watchlist_learn_name(w, START, "proxy.sig.umbrella.com", 60)); /* takes no room */
    assert_true(watchlist_learn_name(w, START, "b.example", 60));
    assert_true(watchlist_learn_name(w, START + 1, "lb.example", 60));
    assert_int_equal(watchlist_evicted(w), 0);
    assert_true(watchlist_learn_name(w, START + 2, "c.example", 60));
    assert_int_equal(watchlist_evicted(w), 1);
    assert_false(watchlist_swg_name(w, "b.example", START + 2));
    assert_true(watchlist_swg_name(w, "lb.example", START + 2));
    assert_int_equal(watchlist_generation(w), 0); /* of addresses alone */
    watchlist_free(w);
}

static void test_the_least_recent_goes(void **state)
{
    struct watchlist *w = make(3);

    (void)state;
    assert_true(learn(w, START, "18.0.0.1", 60));
    assert_true(learn(w, START + 1, "18.0.0.2", 60));
    assert_true(learn(w, START + 2, "18.0.0.3", 60));
    use(w, START + 3, "18.0.0.1");
    assert_true(learn(w, START + 4, "18.0.0.2", 60));
    uint64_t generation = watchlist_generation(w);
    assert_true(learn(w, START + 5, "18.0.0.4", 60));
    assert_int_equal(watchlist_evicted(w), 1);
    assert_true(watchlist_generation(w) > generation);
    assert_false(is_swg(w, "18.0.0.3", START + 5));
    assert_true(is_swg(w, "18.0.0.1", START + 5));
    assert_true(is_swg(w, "18.0.0.2", START + 5));
    assert_true(is_swg(w, "18.0.0.4", START + 5));
    watchlist_free(w);
}

/* What is over makes room before anything that still counts is evicted. */
static void test_over_goes_first(void **state)
{
    struct watchlist *w = make(2);

    (void)state;
    assert_true(learn(w, START, "18.0.0.1", 7200));
    assert_true(learn(w, START + 1, "18.0.0.2", 60));
    assert_true(learn(w, START + HOUR + 2, "18.0.0.3", 60));
    assert_int_equal(watchlist_evicted(w), 0);
    assert_true(is_swg(w, "18.0.0.1", START + HOUR + 2));
    assert_false(is_swg(w, "18.0.0.2", START));
    watchlist_free(w);
}

static void test_never_more_than_allowed(void **state)
{
    struct watchlist *w = make(100);
    char text[ADDR_TEXT];
    unsigned known = 0;

    (void)state;
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "18.1.%u.%u", i / 256, i % 256);
        assert_true(learn(w, START + i, text, 60));
    }
    assert_int_equal(watchlist_evicted(w), 4900);
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "18.1.%u.%u", i / 256, i % 256);
        known += is_swg(w, text, START + 5000);
    }
    assert_int_equal(known, 100);
    watchlist_free(w);
}

static void test_bad_items(void **state)
{
    struct config c;
    char error[CONFIG_ERROR];

    (void)state;
    assert_true(config_defaults(&c));
    assert_true(config_list_clear_add(&c.resolvers, "dns.example", false));
    assert_null(watchlist_new(&c, key, error));
    assert_non_null(strstr(error, "The list of resolvers has a bad item: \"dns.example\" is not"));
    assert_true(config_list_clear_add(&c.resolvers, "any", true));
    assert_true(config_list_clear_add(&c.swg.names, "1.2.3.4", false));
    assert_null(watchlist_new(&c, key, error));
    assert_non_null(strstr(error, "The list of SWG names has a bad item: \"1.2.3.4\" is not"));
    config_free(&c);
}

static void test_items(void **state)
{
    const unsigned all = WATCH_ACCEPT_ADDRESS | WATCH_ACCEPT_NAME;
    char error[WATCH_ERROR_TEXT];
    char name[300];
    struct watch_item item;

    (void)state;
    assert_true(watch_item_parse("ANY", all, &item, error));
    assert_int_equal(item.kind, WATCH_ANY);
    assert_true(watch_item_parse("10.0.0.0/8", all, &item, error));
    assert_int_equal(item.kind, WATCH_PREFIX);
    assert_int_equal(item.prefix.bits, 8);
    assert_true(watch_item_parse("SWG_1.Example.", all, &item, error));
    assert_int_equal(item.kind, WATCH_NAME);
    assert_string_equal(item.name, "swg_1.example");
    static const char *const bad[] = {"",      ".",          "a",    "a..example",       "a.1",
                                      "a b.c", "a.example/", ".a.b", "a\xc3\xa4.example"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(watch_item_parse(bad[i], all, &item, error));
    memset(name, 'a', sizeof name);
    memcpy(name + 63, ".example", 9);
    assert_true(watch_item_parse(name, all, &item, error));
    memset(name, 'a', sizeof name);
    memcpy(name + 64, ".example", 9); /* a label of 64 */
    assert_false(watch_item_parse(name, all, &item, error));
    for (size_t i = 0; i < sizeof name; i++)
        name[i] = i % 2 ? '.' : 'a';
    name[253] = '\0';
    assert_true(watch_item_parse(name, all, &item, error));
    name[253] = '.';
    name[255] = '\0';
    assert_false(watch_item_parse(name, all, &item, error));
}

static void test_quotes(void **state)
{
    char out[QUOTE_TEXT];
    char text[300];

    (void)state;
    assert_string_equal(quote("a\x1b[0m\n\x7f", out), "\"a?[0m??\"");
    assert_string_equal(quote("\xc3\xa4\xc2\x9bx", out), "\"\xc3\xa4?x\"");
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa4", 3);
    for (size_t shift = 0; shift < 2; shift++) { /* a cut never parts a character */
        memset(text, 'x', shift);
        quote(text, out);
        assert_true(strlen(out) < QUOTE_TEXT);
        assert_non_null(strstr(out, "\xc3\xa4…\""));
    }
    assert_int_equal(word_distance("deadlin", "deadline"), 1);
    assert_int_equal(word_distance("dsn", "dns"), 1);
    assert_int_equal(word_distance("", "abc"), 3);
    assert_int_equal(word_distance("kitten", "sitting"), 3);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_true(word_distance(text, "x") == SIZE_MAX);
    assert_true(word_near("dsn", 1));
    assert_false(word_near("dsn", 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_in),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_prefixes_and_any),
        cmocka_unit_test(test_many_addresses),
        cmocka_unit_test(test_learn),
        cmocka_unit_test(test_seen_after_own_lookup),
        cmocka_unit_test(test_snapshot),
        cmocka_unit_test(test_snapshot_of_prefixes_and_any),
        cmocka_unit_test(test_ttl),
        cmocka_unit_test(test_used),
        cmocka_unit_test(test_never_an_swg),
        cmocka_unit_test(test_learn_names),
        cmocka_unit_test(test_the_least_recent_goes),
        cmocka_unit_test(test_over_goes_first),
        cmocka_unit_test(test_never_more_than_allowed),
        cmocka_unit_test(test_bad_items),
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
