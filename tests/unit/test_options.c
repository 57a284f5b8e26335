/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: what is taken, what is refused and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "sensor/check.h"
#include "sensor/options.h"

#define WORDS_MAX 32

/* Parses "-r a b", which is split at each blank; '_' stands for a blank inside a word, '~' for
 * nothing. `line` must live as long as the options. */
static int parse(char *line, struct options *o, char error[OPTIONS_ERROR])
{
    char *argv[WORDS_MAX + 2] = {(char *)"roamwatch"};
    int argc = 1;

    for (char *save = NULL, *word = strtok_r(line, " ", &save); word && argc <= WORDS_MAX;
         word = strtok_r(NULL, " ", &save)) {
        for (char *p = word; *p; p++)
            *p = *p == '_' ? ' ' : *p;
        argv[argc++] = strcmp(word, "~") == 0 ? (char *)"" : word;
    }
    memset(error, 0, OPTIONS_ERROR);
    return options_parse(argc, argv, o, error);
}

static void test_all(void **state)
{
    char line[] = "-r a.pcap -r - --config c.yaml -s swg.example -s 192.0.2.0/24 -R any -o - "
                  "--exit-code --show-ids --explain --time -03:30";
    char error[OPTIONS_ERROR];
    struct options o;

    (void)state;
    assert_int_equal(parse(line, &o, error), 0);
    assert_int_equal(o.mode, OPTIONS_REPLAY);
    assert_int_equal(o.files.count, 2);
    assert_string_equal(o.files.item[0], "a.pcap");
    assert_string_equal(o.files.item[1], "-");
    assert_string_equal(o.config_path, "c.yaml");
    assert_int_equal(o.swgs.count, 2);
    assert_int_equal(o.resolvers.count, 1);
    assert_string_equal(o.events_path, "-");
    assert_true(o.exit_code);
    assert_true(o.show_ids);
    assert_true(o.explain);
    assert_int_equal(o.zone, OPTIONS_ZONE_OFFSET);
    assert_int_equal(o.zone_minutes, -210);
    assert_false(o.quiet);
    assert_null(o.filter);
    options_free(&o);
}

static void test_little(void **state)
{
    char line[] = "-vvr a";
    char error[OPTIONS_ERROR];
    struct options o;

    (void)state;
    assert_int_equal(parse(line, &o, error), 0);
    assert_int_equal(o.verbose, 2);
    assert_int_equal(o.zone, OPTIONS_ZONE_UTC);
    assert_null(o.config_path);
    assert_null(o.events_path);
    assert_false(o.exit_code);
    assert_false(o.show_ids);
    assert_false(o.explain);
    options_free(&o);
}

static void test_filter(void **state)
{
    static const struct {
        const char *line, *filter;
    } cases[] = {
        {"-r a vlan 12", "vlan 12"},
        {"vlan -r a 12 and -q host 10.1.2.3", "vlan 12 and host 10.1.2.3"},
        {"-r a tcp[13]_&_2_!=_0", "tcp[13] & 2 != 0"},
        {"-r a -- -x", "-x"},
        {"-r a ~", ""},
    };
    char line[80];
    char error[OPTIONS_ERROR];
    struct options o;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(line, sizeof line, "%s", cases[i].line);
        assert_int_equal(parse(line, &o, error), 0);
        assert_string_equal(o.filter, cases[i].filter);
        options_free(&o);
    }
}

static void test_modes(void **state)
{
    static const struct {
        const char *line;
        enum options_mode mode;
    } cases[] = {
        {"-T", OPTIONS_CHECK},
        {"--check-config -r a", OPTIONS_CHECK},
        {"--dump-config", OPTIONS_DUMP},
        {"--print-filter", OPTIONS_FILTER},
        {"-V", OPTIONS_VERSION},
        {"--version -T", OPTIONS_VERSION},
        {"-h", OPTIONS_HELP},
        {"-V --help", OPTIONS_HELP},
        {"-r a --no-resolve", OPTIONS_REPLAY},
    };
    char line[80];
    char error[OPTIONS_ERROR];
    struct options o;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(line, sizeof line, "%s", cases[i].line);
        assert_int_equal(parse(line, &o, error), 0);
        assert_int_equal(o.mode, cases[i].mode);
        options_free(&o);
    }
}

static void test_zones(void **state)
{
    static const struct {
        const char *line;
        int status;
        enum options_zone zone;
        int minutes;
    } cases[] = {
        {"-r a --time utc", 0, OPTIONS_ZONE_UTC, 0},
        {"-r a --time local", 0, OPTIONS_ZONE_LOCAL, 0},
        {"-r a --time +14:00", 0, OPTIONS_ZONE_OFFSET, 840},
        {"-r a --time=-00:30", 0, OPTIONS_ZONE_OFFSET, -30},
        {"-r a --time +14:01", EX_USAGE, OPTIONS_ZONE_UTC, 0},
        {"-r a --time +1:00", EX_USAGE, OPTIONS_ZONE_UTC, 0},
        {"-r a --time 01:00", EX_USAGE, OPTIONS_ZONE_UTC, 0},
        {"-r a --time +01:60", EX_USAGE, OPTIONS_ZONE_UTC, 0},
        {"-r a --time +01:000", EX_USAGE, OPTIONS_ZONE_UTC, 0},
        {"-r a --time UTC+1", EX_USAGE, OPTIONS_ZONE_UTC, 0},
        {"-r a --time ~", EX_USAGE, OPTIONS_ZONE_UTC, 0},
    };
    char line[80];
    char error[OPTIONS_ERROR];
    struct options o;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(line, sizeof line, "%s", cases[i].line);
        assert_int_equal(parse(line, &o, error), cases[i].status);
        assert_int_equal(o.zone, cases[i].zone);
        assert_int_equal(o.zone_minutes, cases[i].minutes);
        options_free(&o);
    }
}

#define LATER " is not in this version: leave it out; "

static const struct {
    const char *line, *error;
} mistakes[] = {
    {"",
     "Nothing to read: give -r FILE, -r - for standard input or -i IFACE; see roamwatch --help."},
    {"vlan 12",
     "Nothing to read: give -r FILE, -r - for standard input or -i IFACE; see roamwatch --help."},
    {"-r", "-r needs a value: -r FILE."},
    {"-r a --config", "-c needs a value: -c FILE."},
    {"-r ~", "-r is empty: give the capture to read, or - for standard input."},
    {"-r a -o ~", "-o is empty: give a file's name."},
    {"-r - -r -", "-r - is given twice: standard input can be read only once."},
    {"-r a -c b -c b", "-c is given twice: a run has only one; leave the other out."},
    {"-r a -o b -o c", "-o is given twice: a run has only one; leave the other out."},
    {"-x -r a", "There is no option \"-x\"; see roamwatch --help."},
    {"-?", "There is no option \"-?\"; see roamwatch --help."},
    {"-r a -q\xc3\xa4", "There is no option \"-?\"; see roamwatch --help."},
    {"-r a --confg=x", "There is no option \"--confg\"; did you mean --config?"},
    {"-r a --resolvre any", "There is no option \"--resolvre\"; did you mean --resolver?"},
    {"--zzzzzz", "There is no option \"--zzzzzz\"; see roamwatch --help."},
    {"-r a --e", "\"--e\" is the beginning of several options; write the one you mean in full, see "
                 "roamwatch --help."},
    {"-r a --quiet=1", "-q takes no value; leave out what follows the =."},
    {"-r a --exit-code=1", "--exit-code takes no value; leave out what follows the =."},
    {"-r a -qv", "-q and -v exclude each other: give one of them."},
    {"-T --dump-config", "-T and --dump-config exclude each other: give one of them."},
    {"--print-filter -T", "-T and --print-filter exclude each other: give one of them."},
    {"--dump-config --print-filter",
     "--dump-config and --print-filter exclude each other: give one of them."},
    {"--dump-config -T", "-T and --dump-config exclude each other: give one of them."},
    {"-r a -R 208.67.222.300",
     "-R is wrong: \"208.67.222.300\" is not an address, a prefix such as "
     "192.0.2.0/24, or \"any\"."},
    {"-r a -R dns.example", "-R is wrong: \"dns.example\" is not an address, a prefix such as "
                            "192.0.2.0/24, or \"any\"."},
    {"-r a -R 2001:db8::1/32",
     "-R is wrong: \"2001:db8::1/32\" has bits set beyond its prefix; did "
     "you mean 2001:db8::/32?"},
    {"-r a -s 10.0.0.0/33", "-s is wrong: \"10.0.0.0/33\" is not an address, a prefix such as "
                            "192.0.2.0/24, a host name or \"any\"."},
    {"-r a -s swg", "-s is wrong: \"swg\" is not an address, a prefix such as 192.0.2.0/24, a host "
                    "name or \"any\"."},
    {"-r a -s ~", "-s is wrong: \"\" is not an address, a prefix such as 192.0.2.0/24, a host name "
                  "or \"any\"."},
    {"-i", "-i needs a value: -i IFACE."},
    {"-i eth0 -i eth0", "-i \"eth0\" is given twice: leave one out."},
    {"-i eth0123456789abcdef",
     "-i is \"eth0123456789abcdef\", which is too long for an interface's name."},
    {"-i a -i b -i c -i d -i e -i f -i g -i h -i j",
     "More than 8 interfaces at once are too many: run another sensor."},
    {"-i eth0 -r a", "-r and -i exclude each other: read captures or watch interfaces."},
    {"-i eth0 --duration 0",
     "--duration is \"0\", which is no number of seconds from 1 to 31622400."},
    {"-i eth0 --duration 5s",
     "--duration is \"5s\", which is no number of seconds from 1 to 31622400."},
    {"-i eth0 --duration 31622401",
     "--duration is \"31622401\", which is no number of seconds from 1 to 31622400."},
    {"-D -T", "-T and -D exclude each other: give one of them."},
    {"-r a --evidence x", "-w" LATER "see roamwatch --help."},
    {"-r a --redact", "--redact" LATER "see roamwatch --help."},
    {"-r a --redact=1", "--redact" LATER "see roamwatch --help."},
    {"-r a --report x.html", "--report" LATER "see roamwatch --help."},
    {"-r a --dart ~", "--dart is empty: give a DART bundle (ZIP), its folder or a log."},
    {"-r a --utc-offset +01:00", "--utc-offset is the zone of DART logs: give --dart with it."},
    {"--dart a --utc-offset 2h", "--utc-offset is \"2h\", which is no zone: give an offset such as "
                                 "+02:00, at most 14 hours."},
    {"--dart a --utc-offset +14:01", "--utc-offset is \"+14:01\", which is no zone: give an offset "
                                     "such as +02:00, at most 14 hours."},
    {"-i eth0 --dart x", "--dart is for -r: logs are laid beside a capture when it is over."},
    {"--dart x -o y", "-o needs a capture: logs alone make no events; add -r FILE."},
    {"-r a --join", "--join" LATER "see roamwatch --help."},
    {"-r a -q --explain", "-q and --explain exclude each other: give one of them."},
    {"-r a --duration 5", "--duration is for -i: a capture ends by itself."},
    {"-r a --http 80", "--http" LATER "see roamwatch --help."},
    {"-r a --resolve --no-resolve",
     "--resolve and --no-resolve exclude each other: give one of them."},
    {"-r a --sandbox on", "--sandbox" LATER "see roamwatch --help."},
};

static void test_mistakes(void **state)
{
    char line[80];
    char error[OPTIONS_ERROR];
    struct options o;

    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        snprintf(line, sizeof line, "%s", mistakes[i].line);
        assert_int_equal(parse(line, &o, error), EX_USAGE);
        assert_string_equal(error, mistakes[i].error);
        options_free(&o);
    }
}

/* A capture that somebody sent must not be lost by a slip in -o. */
static void test_output_over_input(void **state)
{
    char folder[] = "/tmp/roamwatch-options-XXXXXX";
    char path[sizeof folder + 8];
    char line[4 * sizeof path];
    char error[OPTIONS_ERROR];
    struct options o;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.pcap", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    snprintf(line, sizeof line, "-r %s -o %s/./a.pcap", path, folder);
    assert_int_equal(parse(line, &o, error), EX_USAGE);
    assert_non_null(strstr(error, "-o and -r name the same file"));
    options_free(&o);
    snprintf(line, sizeof line, "-r - -c %s -o %s", path, path);
    assert_int_equal(parse(line, &o, error), EX_USAGE);
    assert_non_null(strstr(error, "-o and -c name the same file"));
    options_free(&o);
    snprintf(line, sizeof line, "-r /dev/null -o /dev/null");
    assert_int_equal(parse(line, &o, error), 0);
    options_free(&o);
    unlink(path);
    rmdir(folder);
}

static void test_apply(void **state)
{
    char line[] = "-r a -s SWG.example -s 192.0.2.1 -s any -R 192.0.2.53 -R 2001:db8::/32";
    char error[OPTIONS_ERROR];
    struct options o;
    struct config c;

    (void)state;
    assert_true(config_defaults(&c));
    assert_int_equal(parse(line, &o, error), 0);
    assert_true(options_apply(&o, &c));
    assert_int_equal(c.resolvers.count, 2);
    assert_string_equal(c.resolvers.item[0], "192.0.2.53");
    assert_string_equal(c.resolvers.item[1], "2001:db8::/32");
    assert_int_equal(c.swg.addresses.count, 3);
    assert_string_equal(c.swg.addresses.item[1], "192.0.2.1");
    assert_string_equal(c.swg.addresses.item[2], "any");
    assert_int_equal(c.swg.names.count, 4);
    assert_string_equal(c.swg.names.item[3], "SWG.example");
    options_free(&o);
    config_free(&c);
}

/* What `print` writes; to be freed. */
static char *printed(bool (*print)(FILE *out))
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    assert_non_null(out);
    assert_true(print(out));
    assert_int_equal(fclose(out), 0);
    return text;
}

static void test_help_and_version(void **state)
{
    char *text = printed(options_help);

    (void)state;
    assert_non_null(strstr(text, "\n  -r FILE\n"));
    assert_non_null(strstr(text, "\n  -c, --config FILE\n"));
    assert_non_null(strstr(text, "\n      --exit-code\n"));
    assert_non_null(strstr(text, "FILTER"));
    assert_null(strstr(text, "--http")); /* what can't be done yet is not offered */
    assert_null(strstr(text, "--report"));
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 82);
    free(text);
    text = printed(options_version);
    assert_int_equal(strncmp(text, "roamwatch ", 10), 0);
    assert_non_null(strstr(text, "libpcap version "));
    assert_non_null(strstr(text, "libyaml version "));
    free(text);
}

static void test_check(void **state)
{
    char line[] = "-T -r a.pcap -R any -o e.json host 192.0.2.1";
    char error[OPTIONS_ERROR];
    struct options o;
    struct config c;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    (void)state;
    assert_non_null(out);
    assert_true(config_defaults(&c));
    assert_int_equal(parse(line, &o, error), 0);
    assert_true(options_apply(&o, &c));
    assert_true(check_print(&o, &c, out));
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "The built-in defaults are used"));
    assert_non_null(strstr(text, "the capture \"a.pcap\""));
    assert_non_null(strstr(text, "the filter \"host 192.0.2.1\""));
    assert_non_null(strstr(text, "DNS to any address, ports 53 and 443"));
    assert_non_null(strstr(text, "TCP connections to these SWG addresses: 146.112.255.50\n"));
    assert_non_null(strstr(text, "at most 131072 DNS exchanges, each for 30s"));
    assert_non_null(strstr(text, "to \"e.json\""));
    assert_non_null(strstr(text, "masked"));
    assert_non_null(strstr(text, "It sends\n    nothing"));
    free(text);
    options_free(&o);
    config_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_little),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_output_over_input),
        cmocka_unit_test(test_apply),
        cmocka_unit_test(test_help_and_version),
        cmocka_unit_test(test_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
