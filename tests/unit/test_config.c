/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration: the shipped file holds the built-in defaults, what is dumped is read back, and
 * every mistake is named at its line and column. Run in the top folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "sensor/config.h"
#include "sensor/config_table.h"
#include "sensor/config_text.h"

static char folder[] = "/tmp/roamwatch-config-XXXXXX";
static char path[sizeof folder + 16];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/x.yaml", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_file(const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* What config_dump() writes; to be freed. */
static char *dump(const struct config *config)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    assert_non_null(out);
    assert_true(config_dump(config, out));
    assert_int_equal(fclose(out), 0);
    return text;
}

static void assert_same(const struct config *a, const struct config *b)
{
    char *left = dump(a);
    char *right = dump(b);

    assert_string_equal(left, right);
    free(left);
    free(right);
}

/* Every setting as far from its default as it goes. */
static void make_other(struct config *config)
{
    char error[CONFIG_ERROR];

    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct setting *s = &config_settings[i];
        char text[SETTING_VALUE];
        if (s->type == SETTING_LIST)
            continue; /* empty */
        if (s->type == SETTING_TEXT) {
            static const char *const others[] = {
                [TEXT_ANY] = "a \\ \"b\"",
                [TEXT_ENDPOINT] = "[2001:db8::]:53",
                [TEXT_KEY] = "00112233445566778899AABBCCDDEEFF:00112233445566778899aabbccddeeff"};
            assert_true(setting_parse(s, others[s->accept], config, error));
            continue;
        }
        if (s->type == SETTING_DURATION)
            setting_duration(s->min, text);
        else if (s->type == SETTING_COUNT)
            snprintf(text, sizeof text, "%lld", (long long)s->min);
        else if (s->type == SETTING_SWITCH)
            snprintf(text, sizeof text, strcmp(s->preset, "on") == 0 ? "off" : "on");
        else
            snprintf(text, sizeof text, "%s", s->words[strcmp(s->preset, s->words[0]) == 0]);
        assert_true(setting_parse(s, text, config, error));
    }
}

static void test_defaults(void **state)
{
    struct config c;

    (void)state;
    assert_true(config_defaults(&c));
    assert_int_equal(c.resolvers.count, 6);
    assert_string_equal(c.resolvers.item[0], "208.67.222.222");
    assert_string_equal(c.resolvers.item[5], "64:ff9b::d043:dcdc");
    assert_int_equal(c.swg.addresses.count, 1);
    assert_int_equal(c.swg.names.count, 3);
    assert_int_equal(c.swg.suffixes.count, 3);
    assert_true(c.swg.learn_for == 3600 * NS_PER_SEC);
    assert_true(c.swg.lookup_deadline == 10 * NS_PER_SEC);
    assert_true(c.capture.control);
    assert_true(c.dns.deadline == 5 * NS_PER_SEC);
    assert_true(c.dns.late == 30 * NS_PER_SEC);
    assert_true(c.dns.early == 100 * NS_PER_MS);
    assert_true(c.tcp.deadline == 5 * NS_PER_SEC);
    assert_true(c.tcp.give_up == 30 * NS_PER_SEC);
    assert_true(c.tcp.abort == 3 * NS_PER_SEC);
    assert_true(c.tcp.race == NS_PER_SEC);
    assert_true(c.tcp.connect_gap == 3 * NS_PER_SEC);
    assert_true(c.tcp.remember == 60 * NS_PER_SEC);
    assert_true(c.clock.backstep == 5 * NS_PER_SEC);
    assert_int_equal(c.alerts.remind, 600 * NS_PER_SEC);
    assert_int_equal(c.syslog.facility, 1);
    assert_string_equal(c.syslog.socket, "/dev/log");
    assert_int_equal(c.health.break_samples, 2);
    assert_int_equal(c.health.lossy_break_samples, 5);
    assert_int_equal(c.health.window_samples, 50);
    assert_true(c.health.window_time == 600 * NS_PER_SEC);
    assert_int_equal(c.health.lossy_samples, 10);
    assert_int_equal(c.health.lossy_failed, 4);
    assert_int_equal(c.health.lossy_percent, 20);
    assert_int_equal(c.health.lossy_clear_percent, 10);
    assert_true(c.health.stale == 600 * NS_PER_SEC);
    assert_int_equal(c.health.failed_samples, 3);
    assert_true(c.health.silence_span == 3 * NS_PER_SEC);
    assert_int_equal(c.health.other_names, 3);
    assert_int_equal(c.health.dnscrypt_queries, 5);
    assert_true(c.health.dnscrypt_span == 5 * NS_PER_SEC);
    assert_int_equal(c.diagnose.reset_delay_divisor, 3);
    assert_int_equal(c.diagnose.near_hops, 2);
    assert_int_equal(c.diagnose.hop_difference, 3);
    assert_true(c.alerts.client_gone == 600 * NS_PER_SEC);
    assert_int_equal(c.events.exchanges, CONFIG_EXCHANGES_FAILED);
    assert_int_equal(c.console.detail, 5);
    assert_int_equal(c.limits.exchanges, 131072);
    assert_int_equal(c.limits.paths, 64);
    config_free(&c);
}

/* The table spans the struct: two keys never share a member, and each belongs to a section. */
static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct setting *s = &config_settings[i];
        bool known = s->section[0] == '\0';
        for (size_t j = 0; j < config_section_count; j++)
            known = known || strcmp(config_sections[j].name, s->section) == 0;
        assert_true(known);
        assert_ptr_equal(setting_find(s->section, s->key), s);
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(config_settings[j].offset, s->offset);
    }
    for (size_t i = 0; i < config_rule_count; i++) {
        assert_non_null(setting_find(config_rules[i].section, config_rules[i].low));
        assert_non_null(setting_find(config_rules[i].section, config_rules[i].high));
    }
}

static void test_shipped_file_holds_the_defaults(void **state)
{
    struct config defaults, loaded;
    char error[CONFIG_ERROR] = "";

    (void)state;
    assert_true(config_defaults(&defaults));
    make_other(&loaded);
    assert_int_equal(config_load(&loaded, "conf/roamwatch.yaml", error), 0);
    assert_same(&defaults, &loaded);
    config_free(&loaded);
    config_free(&defaults);
}

/* The file is the dump of the defaults behind its licence line, remarks and all. */
static void test_shipped_file_is_the_dump(void **state)
{
    struct config defaults;
    struct config_text text;
    char error[CONFIG_ERROR] = "";

    (void)state;
    assert_true(config_defaults(&defaults));
    char *dumped = dump(&defaults);
    assert_int_equal(config_text_read("conf/roamwatch.yaml", &text, error), 0);
    const char *second = memchr(text.bytes, '\n', text.length);
    assert_non_null(second);
    second++;
    assert_int_equal(text.length - (size_t)(second - text.bytes), strlen(dumped));
    assert_memory_equal(second, dumped, strlen(dumped));
    config_text_free(&text);
    free(dumped);
    config_free(&defaults);
}

static void assert_dump_is_read_back(const struct config *config)
{
    struct config loaded;
    char error[CONFIG_ERROR] = "";
    char *text = dump(config);

    write_file(text, strlen(text));
    free(text);
    assert_true(config_defaults(&loaded));
    assert_int_equal(config_load(&loaded, path, error), 0);
    assert_same(config, &loaded);
    config_free(&loaded);
}

static void test_dump_is_read_back(void **state)
{
    struct config c;

    (void)state;
    assert_true(config_defaults(&c));
    assert_dump_is_read_back(&c);
    assert_true(config_list_clear_add(&c.resolvers, "2001:db8::", true));
    assert_true(config_list_clear_add(&c.resolvers, "any", false));
    assert_true(config_list_clear_add(&c.segments, "10.1.0.0/16", true));
    assert_true(config_list_clear_add(&c.segments, "2001:db8:1::/48", false));
    c.dns.early = 1500 * NS_PER_US;
    c.dns.late = 90 * NS_PER_SEC;
    c.tcp.connect_gap = 0;
    c.capture.control = false;
    c.events.exchanges = CONFIG_EXCHANGES_ALL;
    assert_dump_is_read_back(&c);
    config_free(&c);
    make_other(&c);
    assert_dump_is_read_back(&c);
    config_free(&c);
}

static void test_segments_are_limited(void **state)
{
    struct config c;
    char error[CONFIG_ERROR];
    const struct setting *segments = setting_find("", "segments");

    (void)state;
    assert_non_null(segments);
    assert_true(config_defaults(&c));
    for (size_t i = 0; i < CONFIG_SEGMENTS_MAX; i++)
        assert_true(setting_parse(segments, "10.1.0.0/16", &c, error));
    assert_false(setting_parse(segments, "10.2.0.0/16", &c, error));
    assert_string_equal(error, "\"segments\" holds more than 1024 items; leave some out");
    assert_int_equal(c.segments.count, CONFIG_SEGMENTS_MAX);
    config_free(&c);
}

static void test_good(void **state)
{
    static const char text[] = "\xef\xbb\xbf# mark first\r\n"
                               "version: 1\r\n"
                               "resolvers: any\n"
                               "dns:\n"
                               "swg: {names: [A.Example.org.], suffixes: []}\n"
                               "tcp: {deadline: \"250ms\"}\n"
                               "capture:\n"
                               "  control: FALSE\n";
    struct config c;
    char error[CONFIG_ERROR] = "";

    (void)state;
    assert_true(config_defaults(&c));
    write_file(text, sizeof text - 1);
    /* abort and race exceed so short a deadline */
    assert_int_equal(config_load(&c, path, error), EX_CONFIG);
    assert_non_null(strstr(error, ":6:7: \"tcp.abort\" (3s) must not exceed \"tcp.deadline\""));
    c.tcp.abort = c.tcp.race = 0;
    assert_int_equal(config_load(&c, path, error), 0);
    assert_int_equal(c.resolvers.count, 1);
    assert_string_equal(c.resolvers.item[0], "any");
    assert_int_equal(c.swg.names.count, 1);
    assert_int_equal(c.swg.suffixes.count, 0);
    assert_int_equal(c.swg.addresses.count, 1);
    assert_true(c.tcp.deadline == 250 * NS_PER_MS);
    assert_false(c.capture.control);
    static const char *const empty[] = {"", "# nothing\n", "---\n", "---\n...\n", "dns:\ntcp:\n"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        write_file(empty[i], strlen(empty[i]));
        assert_int_equal(config_load(&c, path, error), 0);
    }
    config_free(&c);
}

/* What stands after "FILE:" in the error. */
static const struct {
    const char *text, *error;
} mistakes[] = {
    {"dns:\n  deadlin: 5s\n",
     "2:3: unknown key \"deadlin\" in \"dns\"; did you mean \"deadline\"?"},
    {"version: 1\ndsn:\n", "2:1: unknown key \"dsn\"; did you mean \"dns\"?"},
    {"late: 5s\n", "1:1: unknown key \"late\"; it belongs in \"dns\""},
    {"dns:\n  resolvers: any\n", "2:3: unknown key \"resolvers\" in \"dns\"; it belongs at the top "
                                 "level"},
    {"zebra: 1\n", "1:1: unknown key \"zebra\"; roamwatch --dump-config prints all there are"},
    {"\"\\e[31m\": 1\n",
     "1:1: unknown key \"?[31m\"; roamwatch --dump-config prints all there are"},
    {"version: 2\n", "1:1: \"version\" must be 1, the only one that this roamwatch knows"},
    {"version: 1\nversion: 1\n",
     "2:1: the key \"version\" is given twice, first in line 1; keep one "
     "of them"},
    {"dns:\n  late: 9s\n  late: 9s\n",
     "3:3: the key \"late\" is given twice, first in line 2; keep "
     "one of them"},
    {"dns: {}\ntcp: {}\ndns: {}\n",
     "3:1: the key \"dns\" is given twice, first in line 1; keep one "
     "of them"},
    {"dns: 5s\n", "1:1: \"dns\" wants keys of its own below it, each in a line"},
    {"dns: [late]\n", "1:1: \"dns\" wants keys of its own below it, each in a line"},
    {"dns:\n  late:\n", "2:3: \"dns.late\" wants a duration such as 5s"},
    {"dns:\n  late: [9s]\n", "2:3: \"dns.late\" wants a duration such as 5s"},
    {"dns:\n  late: {s: 9}\n", "2:3: \"dns.late\" wants a duration such as 5s"},
    {"dns:\n  late: \"9s\\0\"\n", "2:3: \"dns.late\" wants a duration such as 5s"},
    {"dns:\n  late: 9\n",
     "2:3: \"dns.late\" is \"9\", which has no unit; write us, ms, s, m, h or d "
     "behind the number, such as 5s"},
    {"swg:\n  resolver: [a, b]\n", "2:3: \"swg.resolver\" wants one text, or nothing"},
    {"swg:\n  resolver: dns.example:53\n",
     "2:3: \"swg.resolver\" is \"dns.example:53\", which is no address; write one with a port or "
     "without, such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53"},
    {"state:\n  file: \"a\\nb\"\n", "2:3: \"state.file\" is \"a?b\", which holds a control "
                                    "character; leave that out"},
    {"dns:\n  late: soon\n",
     "2:3: \"dns.late\" is \"soon\", which is not a duration; write a whole "
     "number and a unit, such as 5s or 100ms"},
    {"dns:\n  late: 9sec\n", "2:3: \"dns.late\" is \"9sec\", which does not end in a unit of time; "
                             "write a whole number and us, ms, s, m, h or d"},
    {"dns:\n  late: -9s\n", "2:3: \"dns.late\" is \"-9s\", which is not a duration; write a whole "
                            "number and a unit, such as 5s or 100ms"},
    {"dns:\n  late: 11m\n", "2:3: \"dns.late\" is \"11m\", which is out of range; it may be from "
                            "100ms to 10m"},
    {"dns:\n  late: 99999999999999999999us\n",
     "2:3: \"dns.late\" is \"99999999999999999999us\", which is out of range; it may be from 100ms "
     "to 10m"},
    {"dns:\n  late: 4s\n",
     "2:3: \"dns.deadline\" (5s) must not exceed \"dns.late\" (4s); change one "
     "of them"},
    {"dns:\n  deadline: 31s\n", "2:3: \"dns.deadline\" (31s) must not exceed \"dns.late\" (30s); "
                                "change one of them"},
    {"health:\n  lossy_clear_percent: 21\n", "2:3: \"health.lossy_clear_percent\" (21) must not "
                                             "exceed \"health.lossy_percent\" (20); change "
                                             "one of them"},
    {"health:\n  lossy_failed: 11\n", "2:3: \"health.lossy_failed\" (11) must not exceed "
                                      "\"health.lossy_samples\" (10); change one of them"},
    {"health:\n  window_samples: 9\n", "2:3: \"health.lossy_samples\" (10) must not exceed "
                                       "\"health.window_samples\" (9); change one of them"},
    {"health:\n  window_samples: 65\n", "2:3: \"health.window_samples\" is \"65\", which is out of "
                                        "range; it may be from 2 to 64"},
    {"limits:\n  paths: 1.5\n", "2:3: \"limits.paths\" is \"1.5\", which is not a whole number"},
    {"limits:\n  paths: 0\n",
     "2:3: \"limits.paths\" is \"0\", which is out of range; it may be from "
     "1 to 64"},
    {"capture:\n  control: maybe\n",
     "2:3: \"capture.control\" is \"maybe\", which is neither on nor off"},
    {"events:\n  exchanges: some\n",
     "2:3: \"events.exchanges\" is \"some\", which is not one of all, failed, none"},
    {"resolvers:\n", "1:1: \"resolvers\" wants a list of items, each behind a hyphen"},
    {"resolvers: {a: b}\n", "1:1: \"resolvers\" wants a list of items, each behind a hyphen"},
    {"resolvers: [[any]]\n", "1:13: \"resolvers\" wants a list of items, each behind a hyphen"},
    {"resolvers:\n  - any\n  - 10.1.2.3/8\n", "3:5: in \"resolvers\", \"10.1.2.3/8\" has bits set "
                                              "beyond its prefix; did you mean 10.0.0.0/8?"},
    {"segments: [any]\n",
     "1:12: in \"segments\", \"any\" is not an address or a prefix such as 192.0.2.0/24"},
    {"segments: [10.1.0.0/8]\n", "1:12: in \"segments\", \"10.1.0.0/8\" has bits set beyond its "
                                 "prefix; did you mean 10.0.0.0/8?"},
    {"segments: [vlan 4095]\n",
     "1:12: in \"segments\", \"vlan 4095\" is no VLAN; it is a number from 1 to 4094"},
    {"segments: [guests=vlan x]\n",
     "1:12: in \"segments\", \"vlan x\" is no VLAN; it is a number from 1 to 4094"},
    {"segments: [=10.1.0.0/16]\n",
     "1:12: in \"segments\", \"=10.1.0.0/16\" has no good name before "
     "\"=\"; it has 1 to 39 bytes and no quotes"},
    {"segments: [office=10.1.0.0/8]\n",
     "1:12: in \"segments\", \"10.1.0.0/8\" has bits set beyond its prefix; did you mean "
     "10.0.0.0/8?"},
    {"alerts:\n  ignore:\n    - \"vlan=12 cause=slow\"\n",
     "3:22: in \"alerts.ignore\", \"slow\" is no cause; write one as the events do, such as "
     "silent-drop"},
    {"alerts: {only: [vlan=0]}\n",
     "1:22: in \"alerts.only\", \"0\" is no VLAN; it is a number from 1 to 4094"},
    {"alerts:\n  scope_clients: 1\n", "2:3: \"alerts.scope_clients\" is \"1\", which is out of "
                                      "range; it may be from 2 to 1000000"},
    {"resolvers: a.example\n", "1:12: in \"resolvers\", \"a.example\" is not an address, a prefix "
                               "such as 192.0.2.0/24, or \"any\""},
    {"swg: {names: [1.2.3.400]}\n",
     "1:15: in \"swg.names\", \"1.2.3.400\" is not a host name, such "
     "as \"proxy.sig.umbrella.com\""},
    {"swg: {suffixes: [a.example]}\n", "1:18: in \"swg.suffixes\", \"a.example\" is not the end of "
                                       "a host name, beginning with a dot, "
                                       "such as \".sigproxy.qq.opendns.com\""},
    {"dns: &a\n", "1:6: an anchor (&) is not allowed here; write each value where it belongs"},
    {"dns:\n  late: &a 9s\n", "2:9: an anchor (&) is not allowed here; write each value where it "
                              "belongs"},
    {"dns: *a\n", "1:6: an alias (*) is not allowed here; write the value itself"},
    {"dns: !!map {}\n", "1:6: a tag (!) is not allowed here; leave it out, the key knows its type"},
    {"version: 1\n---\nversion: 1\n",
     "2:1: a second document begins here; a configuration is one document"},
    {"- any\n", "1:1: a configuration consists of keys and their values, such as \"version: 1\""},
    {"any\n", "1:1: a configuration consists of keys and their values, such as \"version: 1\""},
    {"? [a]\n: b\n", "1:3: a key must be a plain word, such as \"deadline\""},
    {"dns:\n\tlate: 9s\n",
     "2:1: this is not YAML: while scanning for the next token, found character "
     "that cannot start any token"},
    {"dns:\n  late: \"9s\n",
     "3:1: this is not YAML: while scanning a quoted scalar, found unexpected "
     "end of stream"},
    {"# \xc3\xa4\xc3\xb6\n# \xc3\xa4 \xff\n", "2:5: there is a byte here (0xff) that is not UTF-8; "
                                              "save the file as plain text in UTF-8"},
    {"\xc0\xaf",
     "1:1: there is a byte here (0xc0) that is not UTF-8; save the file as plain text in "
     "UTF-8"},
    {"\xed\xa0\x80",
     "1:1: there is a byte here (0xed) that is not UTF-8; save the file as plain text "
     "in UTF-8"},
    {"# \xe2\x82",
     "1:3: there is a byte here (0xe2) that is not UTF-8; save the file as plain text "
     "in UTF-8"},
    {"# \x1b[31m\n",
     "1:3: there is a byte here (0x1b) that is a control character; save the file as "
     "plain text in UTF-8"},
    {"# \xc2\x9b\n",
     "1:3: there is a byte here (0xc2) that is a control character; save the file as "
     "plain text in UTF-8"},
};

static void test_mistakes(void **state)
{
    struct config c, before;
    char error[CONFIG_ERROR];
    char expected[CONFIG_ERROR];

    (void)state;
    assert_true(config_defaults(&c));
    assert_true(config_copy(&c, &before));
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        write_file(mistakes[i].text, strlen(mistakes[i].text));
        assert_int_equal(config_load(&c, path, error), EX_CONFIG);
        snprintf(expected, sizeof expected, "%s:%s", path, mistakes[i].error);
        assert_string_equal(error, expected);
        assert_same(&c, &before);
    }
    config_free(&before);
    config_free(&c);
}

/* What was read before the mistake does not stay. */
static void test_unchanged_after_a_mistake(void **state)
{
    static const char text[] = "resolvers: [192.0.2.1]\ndns: {late: 9s}\ntcp: {late: 9s}\n";
    struct config c, before;
    char error[CONFIG_ERROR];

    (void)state;
    assert_true(config_defaults(&c));
    assert_true(config_copy(&c, &before));
    write_file(text, sizeof text - 1);
    assert_int_equal(config_load(&c, path, error), EX_CONFIG);
    assert_same(&c, &before);
    config_free(&before);
    config_free(&c);
}

static void test_hostile_forms(void **state)
{
    static const char *const units[] = {
        "[", "{", "- ", "? ", "a: ", "&a [", "!", "\"", "dns: {a: "};
    const size_t length = 100000;
    char *text = malloc(length);
    struct config c;
    char error[CONFIG_ERROR];

    (void)state;
    assert_non_null(text);
    assert_true(config_defaults(&c));
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        for (size_t at = 0; at < length; at++)
            text[at] = units[i][at % strlen(units[i])];
        write_file(text, length);
        assert_int_equal(config_load(&c, path, error), EX_CONFIG);
    }
    free(text);
    config_free(&c);
}

static void test_unreadable(void **state)
{
    struct config c;
    char error[CONFIG_ERROR];

    (void)state;
    assert_true(config_defaults(&c));
    assert_int_equal(config_load(&c, "/nonexistent/x.yaml", error), EX_NOINPUT);
    assert_non_null(strstr(error, "/nonexistent/x.yaml cannot be read: No such file"));
    assert_int_equal(config_load(&c, folder, error), EX_NOINPUT);
    assert_non_null(strstr(error, "Is a directory"));
    write_file("", 0);
    if (geteuid() != 0) { /* root may read anything */
        assert_int_equal(chmod(path, 0), 0);
        assert_int_equal(config_load(&c, path, error), EX_NOPERM);
        assert_int_equal(chmod(path, 0600), 0);
    }
    char *large = malloc(CONFIG_TEXT_MAX + 1);
    assert_non_null(large);
    memset(large, '#', CONFIG_TEXT_MAX + 1);
    write_file(large, CONFIG_TEXT_MAX);
    assert_int_equal(config_load(&c, path, error), 0);
    write_file(large, CONFIG_TEXT_MAX + 1);
    assert_int_equal(config_load(&c, path, error), EX_CONFIG);
    assert_non_null(strstr(error, "larger than 1 MiB"));
    free(large);
    config_free(&c);
}

static void test_dump_reports_a_full_disk(void **state)
{
    struct config c;
    FILE *full = fopen("/dev/full", "w");

    (void)state;
    if (!full)
        skip();
    assert_true(config_defaults(&c));
    assert_false(config_dump(&c, full));
    fclose(full);
    config_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_shipped_file_holds_the_defaults),
        cmocka_unit_test(test_shipped_file_is_the_dump),
        cmocka_unit_test(test_dump_is_read_back),
        cmocka_unit_test(test_segments_are_limited),
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_unchanged_after_a_mistake),
        cmocka_unit_test(test_hostile_forms),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_dump_reports_a_full_disk),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
