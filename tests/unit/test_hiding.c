/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How alerts that nobody wants to hear of are written, what is wrong with one and where, and which
 * are hidden when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "seeds.h"
#include "sensor/detect/hiding.h"

#define DAY (86400 * NS_PER_SEC)

static void parts_are_read(void **state)
{
    (void)state;
    struct alert_match m;
    char error[WATCH_ERROR_TEXT];
    size_t at;
    assert_true(alert_match_parse("  net=10.9.0.0/16,2001:db8::/32 vlan=12,4094 role=forwarder "
                                  "cause=late-answers,packet-loss  until=1970-01-02",
                                  &m, error, &at));
    assert_int_equal(m.nets, 2);
    assert_int_equal(m.net[1].bits, 32);
    assert_int_equal(m.vlans, 2);
    assert_int_equal(m.vlan[1], 4094);
    assert_int_equal(m.roles, 1u << ROLE_FORWARDER);
    assert_int_equal(m.causes, 1u << CAUSE_LATE_ANSWERS | 1u << CAUSE_PACKET_LOSS);
    assert_true(m.until == 2 * DAY);
}

static void mistakes_name_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
        size_t at;
    } cases[] = {
        {"", "\"\" is nothing; write which alerts, such as cause=late-answers", 0},
        {"vlan=12 nets=10.0.0.0/8",
         "\"nets=10.0.0.0/8\" is no part of an alert; there are net=, vlan=, role=, cause= and "
         "until=",
         8},
        {"cause=late-answers quiet",
         "\"quiet\" is no part of an alert; there are net=, vlan=, role=, cause= and until=", 19},
        {"vlan=12 vlan=13", "\"vlan=13\" is there twice; part its values by commas", 8},
        {"net=10.0.0.0/8,10.1.2.3/16",
         "\"10.1.2.3/16\" has bits set beyond its prefix; did you mean 10.1.0.0/16?", 15},
        {"vlan=1,,2", "\"\" is no VLAN; it is a number from 1 to 4094", 7},
        {"vlan=4095", "\"4095\" is no VLAN; it is a number from 1 to 4094", 5},
        {"role=guest", "\"guest\" is no role; there are module, forwarder and other", 5},
        {"cause=slow", "\"slow\" is no cause; write one as the events do, such as silent-drop", 6},
        {"until=2027-02-29", "\"2027-02-29\" is no date such as 2027-01-31", 6},
        {"until=2027-1-31", "\"2027-1-31\" is no date such as 2027-01-31", 6},
        {"until=2027-01-31T08:00", "\"2027-01-31T08:00\" is no date such as 2027-01-31", 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alert_match m;
        char error[WATCH_ERROR_TEXT] = "";
        size_t at = 99;
        assert_false(alert_match_parse(cases[i].text, &m, error, &at));
        assert_string_equal(error, cases[i].error);
        assert_int_equal(at, cases[i].at);
    }
}

/* --- which are hidden ------------------------------------------------------------------------ */

struct scene {
    struct config config;
    struct hiding hiding;
    struct client client;
    struct judgement judgement;
};

static int set_up(void **state)
{
    static struct scene scene;
    memset(&scene, 0, sizeof scene);
    scene.client.addr = seed_address("10.9.1.2");
    scene.client.tags = (struct vlan_tags){.count = 2, .id = {100, 12}};
    scene.judgement = (struct judgement){.protection = PROTECTION_DNS,
                                         .role = ROLE_MODULE,
                                         .status = STATUS_UNPROTECTED,
                                         .cause = CAUSE_SILENT_DROP,
                                         .confidence = CONFIDENCE_LIKELY,
                                         .time = 30 * DAY};
    *state = &scene;
    return config_defaults(&scene.config) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    hiding_free(&s->hiding);
    config_free(&s->config);
    return 0;
}

/* Items are parted by ";". */
static void configure(struct scene *s, const char *ignore, const char *only)
{
    const char *const texts[] = {ignore, only};
    struct config_list *const lists[] = {&s->config.alerts.ignore, &s->config.alerts.only};
    for (int i = 0; i < 2; i++) {
        config_list_clear(lists[i]);
        for (const char *p = texts[i]; *p;) {
            char item[128];
            const size_t length = strcspn(p, ";");
            snprintf(item, sizeof item, "%.*s", (int)length, p);
            assert_true(config_list_clear_add(lists[i], item, false));
            p += length + (p[length] == ';');
        }
    }
    hiding_free(&s->hiding);
    assert_true(hiding_init(&s->hiding, &s->config));
}

static bool hides(struct scene *s)
{
    s->client.protection[PROTECTION_DNS].hidden = false;
    return hiding_hides(&s->hiding, &s->client, &s->judgement);
}

static void what_matches_is_hidden(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *ignore, *only;
        bool hidden, excluded;
    } cases[] = {
        {"", "", false, false},
        {"net=10.9.0.0/16", "", true, true},
        {"net=10.8.0.0/16", "", false, false},
        {"net=10.8.0.0/16;vlan=12", "", true, true},
        {"vlan=100", "", true, true},
        {"vlan=13", "", false, false},
        {"net=10.9.0.0/16 vlan=13", "", false, false},
        {"role=module", "", true, true},
        {"role=forwarder", "", false, false},
        {"cause=packet-loss,silent-drop", "", true, false},
        {"cause=packet-loss", "", false, false},
        {"until=1970-01-30", "", false, false}, /* day 31 has begun */
        {"until=1970-01-31", "", true, true},
        {"", "net=10.9.0.0/16", false, false},
        {"", "net=10.8.0.0/16", true, true},
        {"", "cause=packet-loss", true, false},
        {"", "net=10.8.0.0/16;cause=silent-drop", false, false},
        {"", "net=10.8.0.0/16 until=1970-01-30", false, false}, /* none is left: all alerts */
        {"vlan=12", "net=10.9.0.0/16", true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        configure(s, cases[i].ignore, cases[i].only);
        if (hides(s) != cases[i].hidden)
            fail_msg("ignore \"%s\" only \"%s\"", cases[i].ignore, cases[i].only);
        assert_int_equal(hiding_excludes(&s->hiding, &s->client, ROLE_MODULE, s->judgement.time),
                         cases[i].excluded);
    }
}

static void each_failure_counts_once(void **state)
{
    struct scene *s = *state;
    struct protection_state *dns = &s->client.protection[PROTECTION_DNS];
    configure(s, "cause=silent-drop", "");
    s->judgement.confidence = CONFIDENCE_POSSIBLE; /* would not have fired */
    assert_true(hiding_hides(&s->hiding, &s->client, &s->judgement));
    assert_int_equal(s->hiding.hidden, 0);
    s->judgement.confidence = CONFIDENCE_CERTAIN;
    for (int i = 0; i < 3; i++)
        assert_true(hiding_hides(&s->hiding, &s->client, &s->judgement));
    assert_int_equal(s->hiding.hidden, 1);
    assert_true(dns->hidden);
    s->judgement.cause = CAUSE_RESET; /* turns into what is to be told */
    assert_false(hiding_hides(&s->hiding, &s->client, &s->judgement));
    assert_false(dns->hidden);
}

static void lists_are_read_again(void **state)
{
    struct scene *s = *state;
    configure(s, "net=10.9.0.0/16", "");
    assert_true(hides(s));
    config_list_clear(&s->config.alerts.ignore);
    hiding_configure(&s->hiding, &s->config);
    assert_false(hides(s));
    assert_int_equal(s->hiding.hidden, 1);
}

static void what_fires_goes_on(void **state)
{
    struct scene *s = *state;
    configure(s, "net=10.9.0.0/16", "");
    s->client.protection[PROTECTION_DNS].alert.stands = true;
    assert_false(hides(s));
    assert_int_equal(s->hiding.hidden, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_read), cmocka_unit_test(mistakes_name_their_place),
        TEST(what_matches_is_hidden),     TEST(each_failure_counts_once),
        TEST(lists_are_read_again),       TEST(what_fires_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
