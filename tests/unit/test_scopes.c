/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is active, who fails alike, and when that is one alert's worth: counters held against a count
 * of the members themselves, and the segments' search against a plain one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "sensor/detect/scopes.h"
#include "sensor/detect/segments.h"

#define MEMBERS 400
#define SITE    1u

struct crowd {
    struct config config;
    struct scopes *scopes;
    struct scope_member member[MEMBERS];
    struct addr addr[MEMBERS];
    struct vlan_tags tags[MEMBERS];
};

static int setup(void **state)
{
    struct crowd *c = calloc(1, sizeof *c);
    if (!c || !config_defaults(&c->config) ||
        !config_list_clear_add(&c->config.segments, "10.1.0.0/16", false) ||
        !config_list_clear_add(&c->config.segments, "10.1.7.0/24", false))
        return -1;
    c->scopes = scopes_new(&c->config);
    for (size_t i = 0; i < MEMBERS; i++) {
        const uint8_t bytes[4] = {10, i < 200 ? 1 : 2, 0, (uint8_t)i};
        c->addr[i] = addr_ipv4(bytes);
    }
    *state = c;
    return c->scopes ? 0 : -1;
}

static int teardown(void **state)
{
    struct crowd *c = *state;
    scopes_free(c->scopes);
    config_free(&c->config);
    free(c);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static nstime at(double second)
{
    return 1000 * NS_PER_SEC + (nstime)(second * 1e9);
}

static struct scope *site(struct crowd *c)
{
    return scopes_at(c->scopes, SITE, PROTECTION_DNS);
}

static void see(struct crowd *c, size_t i, double second)
{
    scopes_seen(c->scopes, &c->member[i], &c->addr[i], &c->tags[i], at(second));
    scopes_uses(c->scopes, &c->member[i], PROTECTION_DNS);
}

static void fail_at(struct crowd *c, size_t i, double since, enum notice_code code,
                    enum cause cause)
{
    scopes_fails(c->scopes, &c->member[i], PROTECTION_DNS, code, cause, at(since));
}

static void fail_dns(struct crowd *c, size_t i)
{
    fail_at(c, i, 0, NOTICE_DNS_UNPROTECTED, CAUSE_SILENT_DROP);
}

static void recover(struct crowd *c, size_t i)
{
    scopes_fails_no_more(c->scopes, &c->member[i], PROTECTION_DNS, true);
}

static bool widens(struct crowd *c)
{
    return scopes_widens(c->scopes, site(c), NOTICE_DNS_UNPROTECTED, CAUSE_SILENT_DROP);
}

static void fold_all(struct crowd *c, size_t count)
{
    site(c)->alert =
        (struct alert_state){.id = 7, .code = NOTICE_DNS_UNPROTECTED, .cause = CAUSE_SILENT_DROP};
    for (size_t i = 0; i < count; i++)
        scopes_fold(c->scopes, &c->member[i], PROTECTION_DNS, SITE);
}

static void five_and_half(void **state)
{
    struct crowd *c = *state;
    for (size_t i = 0; i < 11; i++)
        see(c, i, 0);
    for (size_t i = 0; i < 5; i++)
        fail_dns(c, i);
    assert_false(widens(c)); /* 5 of 11 */
    fail_dns(c, 5);
    assert_true(widens(c));
    recover(c, 0);
    scopes_leave(c->scopes, &c->member[10]);
    assert_true(widens(c)); /* 5 of 10 */
    assert_false(scopes_widens(c->scopes, site(c), NOTICE_DNS_UNPROTECTED, CAUSE_FOREIGN_ANSWER));
    recover(c, 1);
    for (size_t i = 6; i < 10; i++)
        scopes_leave(c->scopes, &c->member[i]);
    assert_false(widens(c)); /* 4 of 6 */
}

static void alike_is_code_and_cause(void **state)
{
    struct crowd *c = *state;
    for (size_t i = 0; i < 8; i++) {
        see(c, i, 0);
        fail_at(c, i, 0, i < 4 ? NOTICE_DNS_UNPROTECTED : NOTICE_DNS_DEGRADED, CAUSE_SILENT_DROP);
    }
    assert_false(widens(c));
    fail_at(c, 4, 0, NOTICE_DNS_UNPROTECTED, CAUSE_ICMP_REJECT);
    assert_false(widens(c));
    fail_dns(c, 4);
    assert_true(widens(c));
}

static void only_the_active_count(void **state)
{
    struct crowd *c = *state;
    for (size_t i = 0; i < 12; i++)
        see(c, i, i < 6 ? 0 : 30);
    for (size_t i = 6; i < 11; i++)
        fail_dns(c, i);
    assert_false(widens(c)); /* 5 of 12 */
    see(c, 6, 60);
    assert_int_equal(site(c)->active, 12);
    see(c, 7, 62);
    assert_int_equal(site(c)->active, 6); /* the others were seen a minute ago and more */
    assert_true(widens(c));
    see(c, 6, 100); /* those that fail fall silent too */
    assert_int_equal(site(c)->active, 2);
    assert_false(widens(c));
    see(c, 8, 101); /* and count again once they are back */
    assert_int_equal(scope_group(site(c), NOTICE_DNS_UNPROTECTED, CAUSE_SILENT_DROP)->clients, 3);
}

static void who_does_not_use_it_says_nothing(void **state)
{
    struct crowd *c = *state;
    for (size_t i = 0; i < 100; i++)
        scopes_seen(c->scopes, &c->member[i], &c->addr[i], &c->tags[i], at(0));
    assert_int_equal(site(c)->active, 0);
    for (size_t i = 0; i < 5; i++) {
        scopes_uses(c->scopes, &c->member[i], PROTECTION_DNS);
        fail_dns(c, i);
    }
    assert_true(widens(c));
    assert_int_equal(scopes_at(c->scopes, SITE, PROTECTION_WEB)->active, 0);
}

static void over_at_half_of_it(void **state)
{
    struct crowd *c = *state;
    for (size_t i = 0; i < 20; i++) {
        see(c, i, 0);
        fail_dns(c, i);
    }
    fold_all(c, 20);
    assert_int_equal(site(c)->most, 20);
    for (size_t i = 0; i < 15; i++) {
        assert_false(scopes_over(c->scopes, site(c)));
        recover(c, i);
    }
    assert_int_equal(site(c)->folded_active, 5);
    assert_false(scopes_over(c->scopes, site(c))); /* 5 of 20 is a quarter */
    recover(c, 15);
    assert_true(scopes_over(c->scopes, site(c)));
    assert_int_equal(site(c)->most, 20);
    assert_int_equal(site(c)->most_of, 20);
}

static void over_under_three(void **state)
{
    struct crowd *c = *state;
    for (size_t i = 0; i < 5; i++) {
        see(c, i, 0);
        fail_dns(c, i);
    }
    fold_all(c, 5);
    recover(c, 0);
    recover(c, 1);
    assert_false(scopes_over(c->scopes, site(c)));
    recover(c, 2);
    assert_true(scopes_over(c->scopes, site(c)));
}

static void silence_is_no_recovery(void **state)
{
    struct crowd *c = *state;
    for (size_t i = 0; i < 12; i++) {
        see(c, i, 0);
        fail_dns(c, i);
    }
    fold_all(c, 12);
    see(c, 0, 100); /* all others have gone to sleep */
    assert_int_equal(site(c)->active, 1);
    assert_false(scopes_over(c->scopes, site(c)));
    see(c, 20, 101); /* one that nobody has judged yet */
    assert_false(scopes_over(c->scopes, site(c)));
    recover(c, 20);
    assert_true(scopes_over(c->scopes, site(c)));
    for (size_t i = 0; i < 12; i++)
        scopes_fails_no_more(c->scopes, &c->member[i], PROTECTION_DNS, false);
    assert_int_equal(site(c)->folded, 0);
    assert_true(scopes_over(c->scopes, site(c)));
}

/* Who worked, left and came back is not known to work here and now. */
static void who_comes_back_is_not_known_to_work(void **state)
{
    struct crowd *c = *state;
    see(c, 0, 0);
    recover(c, 0);
    assert_int_equal(site(c)->well, 1);
    see(c, 1, 100);
    see(c, 0, 101);
    assert_int_equal(site(c)->active, 2);
    assert_int_equal(site(c)->well, 0);
}

static void since_is_of_the_wave(void **state)
{
    struct crowd *c = *state;
    const struct scope_group *group =
        scope_group(site(c), NOTICE_DNS_UNPROTECTED, CAUSE_SILENT_DROP);
    for (size_t i = 0; i < 6; i++)
        see(c, i, 5000);
    fail_at(c, 0, 5, NOTICE_DNS_UNPROTECTED, CAUSE_SILENT_DROP); /* this one for an hour */
    fail_at(c, 1, 4010, NOTICE_DNS_UNPROTECTED, CAUSE_SILENT_DROP);
    assert_true(group->since == at(4010));
    fail_at(c, 2, 4002, NOTICE_DNS_UNPROTECTED, CAUSE_SILENT_DROP);
    fail_at(c, 3, 4050, NOTICE_DNS_UNPROTECTED, CAUSE_SILENT_DROP);
    fail_at(c, 0, 5, NOTICE_DNS_UNPROTECTED, CAUSE_SILENT_DROP);
    assert_true(group->since == at(4002));
    assert_int_equal(group->clients, 4);
}

static void folded_once_stays_folded(void **state)
{
    struct crowd *c = *state;
    for (size_t i = 0; i < 8; i++) {
        see(c, i, 0);
        fail_dns(c, i);
    }
    assert_int_equal(scopes_cover(c->scopes, &c->member[0], PROTECTION_DNS, true), 0);
    fold_all(c, 7);
    fail_at(c, 0, 0, NOTICE_DNS_DEGRADED, CAUSE_ICMP_REJECT);
    fail_at(c, 7, 0, NOTICE_DNS_DEGRADED, CAUSE_ICMP_REJECT);
    assert_int_equal(scopes_cover(c->scopes, &c->member[0], PROTECTION_DNS, true), SITE);
    assert_int_equal(scopes_cover(c->scopes, &c->member[7], PROTECTION_DNS, true), 0);
    assert_int_equal(site(c)->folded_active, 7);
    scopes_release(site(c), at(0));
    assert_int_equal(scopes_cover(c->scopes, &c->member[1], PROTECTION_DNS, true), 0);
    scopes_gap(c->scopes);
    assert_int_equal(site(c)->active, 0);
}

static void the_smallest_segment_counts(void **state)
{
    struct crowd *c = *state;
    assert_int_equal(scopes_count(c->scopes), 5);
    assert_null(scopes_segment(c->scopes, SITE));
    assert_int_equal(scopes_segment(c->scopes, 3)->net.bits, 24);
    assert_true(addr_parse("10.1.7.9", &c->addr[0]));
    assert_true(addr_parse("2001:db8::1", &c->addr[2]));
    for (size_t i = 0; i < 3; i++)
        see(c, i, 0);
    see(c, 300, 0);
    assert_int_equal(c->member[0].segment, 3);
    assert_int_equal(c->member[1].segment, 4);
    assert_int_equal(c->member[2].site, 2);
    assert_int_equal(c->member[300].segment, 0);
    assert_int_equal(site(c)->active, 3);
    assert_int_equal(scopes_at(c->scopes, 4, PROTECTION_DNS)->active, 1);
}

static void segments_as_a_plain_search_finds_them(void **state)
{
    (void)state;
    struct config_list list = {0};
    struct segments segments;
    const struct vlan_tags none = {0};
    char text[64];
    for (unsigned i = 0; i < 300; i++) {
        unsigned bits = 12 + i % 5 * 4; /* 12 to 28 */
        uint32_t net = (10u << 24 | i * 2654435761u >> 8) & ~(UINT32_MAX >> bits);
        snprintf(text, sizeof text, "%u.%u.%u.%u/%u", net >> 24, net >> 16 & 255, net >> 8 & 255,
                 net & 255, bits);
        assert_true(config_list_clear_add(&list, text, false));
    }
    assert_true(config_list_clear_add(&list, "2001:db8:4::/47", false));
    assert_true(config_list_clear_add(&list, "2001:db8:4::9", false));
    assert_true(segments_init(&segments, &list));
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t host = 10u << 24 | i * 2246822519u >> 8;
        const uint8_t bytes[4] = {(uint8_t)(host >> 24), (uint8_t)(host >> 16),
                                  (uint8_t)(host >> 8), (uint8_t)host};
        struct addr addr = addr_ipv4(bytes);
        unsigned best = 0;
        for (size_t s = 0; s < segments.count; s++)
            if (prefix_contains(&segments.item[s].net, &addr) && segments.item[s].net.bits > best)
                best = segments.item[s].net.bits;
        size_t found = segments_find(&segments, &addr, &none);
        assert_int_equal(found < segments.count ? segments.item[found].net.bits : 0, best);
        if (found < segments.count)
            assert_true(prefix_contains(&segments.item[found].net, &addr));
    }
    struct addr six;
    assert_true(addr_parse("2001:db8:4::9", &six));
    assert_int_equal(segments.item[segments_find(&segments, &six, &none)].net.bits, 128);
    assert_true(addr_parse("2001:db8:5::9", &six));
    assert_int_equal(segments.item[segments_find(&segments, &six, &none)].net.bits, 47);
    assert_true(addr_parse("2001:db8:6::9", &six));
    assert_int_equal(segments_find(&segments, &six, &none), segments.count);
    segments_free(&segments);
    config_list_clear(&list);
}

static size_t find(const struct segments *segments, const char *client, uint16_t outer,
                   uint16_t inner)
{
    struct addr addr;
    const struct vlan_tags tags = {.count = (uint8_t)(!!outer + !!inner), .id = {outer, inner}};
    assert_true(addr_parse(client, &addr));
    return segments_find(segments, &addr, &tags);
}

static void vlans_come_after_networks(void **state)
{
    (void)state;
    static const char *const items[] = {"guests=vlan 12", "office=10.1.0.0/16", "vlan 20",
                                        "desk 7=10.1.7.0/24"};
    struct config_list list = {0};
    struct segments segments;
    char text[SEGMENT_TEXT];
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        assert_true(config_list_clear_add(&list, items[i], false));
    assert_true(segments_init(&segments, &list));
    assert_int_equal(segments.count, 6); /* a VLAN once a family */
    static const struct {
        const char *client;
        uint16_t outer, inner;
        const char *is;
    } cases[] = {
        {"10.1.7.9", 12, 0, "desk 7 (10.1.7.0/24)"},
        {"10.1.8.9", 12, 0, "office (10.1.0.0/16)"},
        {"10.2.8.9", 12, 0, "guests (VLAN 12, IPv4)"},
        {"10.2.8.9", 100, 20, "VLAN 20, IPv4"},
        {"2001:db8::1", 12, 0, "guests (VLAN 12, IPv6)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t at = find(&segments, cases[i].client, cases[i].outer, cases[i].inner);
        assert_true(at < segments.count);
        assert_string_equal(segment_format(&segments.item[at], text), cases[i].is);
    }
    assert_int_equal(find(&segments, "10.2.8.9", 0, 0), segments.count);
    assert_int_equal(find(&segments, "10.2.8.9", 13, 0), segments.count);
    segments_free(&segments);
    config_list_clear(&list);
}

/* --- the counters against a count -------------------------------------------------------------
 */

static void recount(struct crowd *c, size_t number)
{
    const struct scope *scope = scopes_at(c->scopes, number, PROTECTION_DNS);
    uint32_t active = 0, well = 0, folded = 0, folded_active = 0, alike = 0;
    for (size_t i = 0; i < MEMBERS; i++) {
        const struct scope_member *m = &c->member[i];
        const struct scope_use *use = &m->use[PROTECTION_DNS];
        if (m->site != number && m->segment != number)
            continue;
        bool in = use->state == MEMBER_FAILING && scope->alert.id && use->folded == scope->alert.id;
        folded += in;
        if (!m->active || !use->uses)
            continue;
        active++;
        folded_active += in;
        well += use->state == MEMBER_WELL;
        alike += use->state == MEMBER_FAILING && use->code == NOTICE_DNS_UNPROTECTED &&
                 use->cause == CAUSE_SILENT_DROP;
    }
    assert_int_equal(scope->active, active);
    assert_int_equal(scope->well, well);
    assert_int_equal(scope->folded, folded);
    assert_int_equal(scope->folded_active, folded_active);
    assert_int_equal(scope_group(scope, NOTICE_DNS_UNPROTECTED, CAUSE_SILENT_DROP)->clients, alike);
}

static void move(struct crowd *c, uint32_t dice, double second)
{
    static const enum cause causes[] = {CAUSE_SILENT_DROP, CAUSE_SILENT_DROP, CAUSE_ICMP_REJECT};
    const size_t i = dice % MEMBERS;
    const size_t cover = scopes_cover(c->scopes, &c->member[i], PROTECTION_DNS, true);
    switch (dice >> 10 & 7) {
    case 0:
    case 1:
        see(c, i, second);
        fail_at(c, i, second, dice & 1 << 20 ? NOTICE_DNS_UNPROTECTED : NOTICE_DNS_DEGRADED,
                causes[(dice >> 14) % 3]);
        break;
    case 2:
        scopes_fails_no_more(c->scopes, &c->member[i], PROTECTION_DNS, dice >> 21 & 1);
        break;
    case 3:
        if (cover && c->member[i].use[PROTECTION_DNS].state == MEMBER_FAILING)
            scopes_fold(c->scopes, &c->member[i], PROTECTION_DNS, cover);
        break;
    case 4:
        if (dice >> 24 & 1)
            scopes_leave(c->scopes, &c->member[i]);
        break;
    default:
        see(c, i, second);
    }
}

static void counters_never_drift(void **state)
{
    struct crowd *c = *state;
    uint32_t dice = 12345;
    uint64_t id = 0;
    for (unsigned step = 0; step < 100000; step++) {
        dice = dice * 1664525u + 1013904223u;
        move(c, dice >> 3 ^ dice >> 17, step * 0.2);
        struct scope *scope = scopes_at(c->scopes, step / 997 % 2 ? SITE : 4, PROTECTION_DNS);
        if (step % 997 == 0 && scope->alert.id)
            scopes_release(scope, 0);
        else if (step % 997 == 0)
            scope->alert = (struct alert_state){
                .id = ++id, .code = NOTICE_DNS_UNPROTECTED, .cause = CAUSE_SILENT_DROP};
        if (step % 89 == 0)
            for (size_t number = 1; number < scopes_count(c->scopes); number++)
                recount(c, number);
    }
    scopes_gap(c->scopes);
    recount(c, SITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(five_and_half),
        TEST(alike_is_code_and_cause),
        TEST(only_the_active_count),
        TEST(who_does_not_use_it_says_nothing),
        TEST(over_at_half_of_it),
        TEST(over_under_three),
        TEST(silence_is_no_recovery),
        TEST(who_comes_back_is_not_known_to_work),
        TEST(since_is_of_the_wave),
        TEST(folded_once_stays_folded),
        TEST(the_smallest_segment_counts),
        TEST(segments_as_a_plain_search_finds_them),
        TEST(vlans_come_after_networks),
        TEST(counters_never_drift),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
