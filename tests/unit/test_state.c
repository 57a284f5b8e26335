/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The alerts that fire, kept in a file: what is written is read back, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "script.h"
#include "sensor/outfile.h"
#include "sensor/state.h"

#define SINCE INT64_C(1724727996491417000)

static const char sample[] =
    "roamwatch state 1\n"
    "last_id 17\n"
    "alert id=3 code=dns-unprotected scope=client who=10.1.7.114 family=ipv4 "
    "since=1724727996491417000 cause=silent-drop confidence=likely severity=critical count=5 of=0\n"
    "alert id=15 code=web-degraded scope=segment who=2001:db8::/32 family=ipv6 "
    "since=1724727996491417000 cause=packet-loss confidence=certain severity=warning count=6 of=9\n"
    "alert id=16 code=dns-unprotected scope=segment who=vlan12 family=ipv6 "
    "since=1724727996491417000 cause=packet-loss confidence=certain severity=warning count=6 of=9\n"
    "alert id=17 code=web-unavailable scope=site who=- family=ipv4 since=0 cause=reset "
    "confidence=possible severity=critical count=18446744073709551615 of=0\n"
    "end 4\n";

static void is_read_and_written_alike(void **state)
{
    struct state_alerts alerts;
    size_t length;
    (void)state;
    assert_int_equal(state_parse(sample, strlen(sample), &alerts), 0);
    assert_int_equal(alerts.last_id, 17);
    assert_int_equal(alerts.count, 4);
    assert_int_equal(alerts.alert[0].id, 3);
    assert_int_equal(alerts.alert[0].code, NOTICE_DNS_UNPROTECTED);
    assert_true(alerts.alert[0].since == SINCE);
    assert_int_equal(alerts.alert[0].cause, CAUSE_SILENT_DROP);
    assert_int_equal(alerts.alert[1].segment.net.bits, 32);
    assert_int_equal(alerts.alert[1].family, ADDR_IPV6);
    assert_int_equal(alerts.alert[1].of, 9);
    assert_int_equal(alerts.alert[2].segment.vlan, 12);
    assert_int_equal(alerts.alert[2].segment.net.addr.family, ADDR_IPV6);
    assert_int_equal(alerts.alert[3].scope, SCOPE_SITE);
    char *text = state_format(&alerts, &length);
    assert_int_equal(length, strlen(sample));
    assert_memory_equal(text, sample, length);
    free(text);
    state_alerts_free(&alerts);
}

static void nothing_is_a_state_too(void **state)
{
    struct state_alerts alerts = {.last_id = 9};
    size_t length;
    (void)state;
    char *text = state_format(&alerts, &length);
    assert_int_equal(state_parse(text, length, &alerts), 0);
    assert_int_equal(alerts.last_id, 9);
    assert_int_equal(alerts.count, 0);
    free(text);
    state_alerts_free(&alerts);
}

/* Cut anywhere it is refused, and so it is with any byte changed to what may not stand there. */
static void damage_is_seen(void **state)
{
    struct state_alerts alerts;
    char *copy = malloc(sizeof sample);
    (void)state;
    for (size_t length = 0; length < strlen(sample); length++) {
        char *exact = malloc(length + 1);
        memcpy(exact, sample, length);
        assert_int_not_equal(state_parse(exact, length, &alerts), 0);
        assert_int_equal(alerts.count, 0);
        free(exact);
    }
    for (size_t i = 0; i < strlen(sample); i++) {
        static const char bytes[] = {'\0', '\n', '\x1b', '\xff', '~', ' '};
        for (size_t b = 0; b < sizeof bytes; b++) {
            if (sample[i] == bytes[b])
                continue;
            memcpy(copy, sample, sizeof sample);
            copy[i] = bytes[b];
            if (state_parse(copy, strlen(sample), &alerts) == 0)
                fail_msg("byte %zu may be %d", i, bytes[b]);
        }
    }
    free(copy);
}

#define HEAD "roamwatch state 1\nlast_id 9\n"
#define ALERT(id, code, scope, who, family, since)                                                 \
    "alert id=" id " code=" code " scope=" scope " who=" who " family=" family " since=" since     \
    " cause=reset confidence=likely severity=critical count=1 of=0\n"
#define GOOD(id) ALERT(id, "dns-unprotected", "client", "10.0.0.1", "ipv4", "1")

static void what_makes_no_sense_is_refused(void **state)
{
    static const struct {
        const char *text;
        long line;
    } bad[] = {
        {"", 1},
        {"roamwatch state 2\nlast_id 9\nend 0\n", 1},
        {"roamwatch state 1\nlast_id 18446744073709551616\nend 0\n", 2},
        {"roamwatch state 1\nlast_id -1\nend 0\n", 2},
        {"roamwatch state 1\nlast_id 01\nend 0\n", 2},
        {HEAD "end 1\n", 3},
        {HEAD "end 0\nend 0\n", 3},
        {HEAD "end 0\n\n", 3},
        {HEAD GOOD("0") "end 1\n", 3},
        {HEAD GOOD("10") "end 1\n", 3}, /* newer than the newest */
        {HEAD GOOD("4") GOOD("4") "end 2\n", 4},
        {HEAD GOOD("5") GOOD("4") "end 2\n", 4},
        {HEAD ALERT("1", "dns-bad", "client", "10.0.0.1", "ipv4", "1") "end 1\n", 3},
        {HEAD ALERT("1", "dns-unprotected", "world", "10.0.0.1", "ipv4", "1") "end 1\n", 3},
        {HEAD ALERT("1", "dns-unprotected", "client", "10.0.0", "ipv4", "1") "end 1\n", 3},
        {HEAD ALERT("1", "dns-unprotected", "client", "10.0.0.1", "ipv6", "1") "end 1\n", 3},
        {HEAD ALERT("1", "dns-unprotected", "site", "10.0.0.1", "ipv4", "1") "end 1\n", 3},
        {HEAD ALERT("1", "dns-unprotected", "segment", "10.0.0.1/8", "ipv4", "1") "end 1\n", 3},
        {HEAD ALERT("1", "dns-unprotected", "segment", "vlan0", "ipv4", "1") "end 1\n", 3},
        {HEAD ALERT("1", "dns-unprotected", "segment", "vlan4095", "ipv4", "1") "end 1\n", 3},
        {HEAD ALERT("1", "dns-unprotected", "client", "10.0.0.1", "ipv4",
                    "7258118400000000001") "end 1\n",
         3}, /* after the year 2200 */
        {HEAD ALERT("1", "dns-unprotected", "client", "10.0.0.1", "ipv4", "-1") "end 1\n", 3},
    };
    struct state_alerts alerts;
    (void)state;
    assert_int_equal(
        state_parse(HEAD GOOD("9") "end 1\n", strlen(HEAD GOOD("9") "end 1\n"), &alerts), 0);
    state_alerts_free(&alerts);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const long line = state_parse(bad[i].text, strlen(bad[i].text), &alerts);
        if (line != bad[i].line)
            fail_msg("line %ld for: %s", line, bad[i].text);
    }
}

static void random_bytes_do_no_harm(void **state)
{
    uint64_t seed = 4;
    char text[600];
    struct state_alerts alerts;
    (void)state;
    for (unsigned i = 0; i < 2000; i++) {
        const size_t length = strlen(HEAD) + script_random(&seed) % (sizeof text - strlen(HEAD));
        memcpy(text, HEAD, strlen(HEAD));
        for (size_t at = strlen(HEAD); at < length; at++)
            text[at] = " =\nadinle10."[script_random(&seed) % 12];
        if (state_parse(text, length, &alerts) == 0)
            state_alerts_free(&alerts);
    }
}

/* --- the file -------------------------------------------------------------------------------- */

struct place {
    char folder[32], path[64];
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    strcpy(place->folder, "/tmp/roamwatch-XXXXXX");
    *state = place;
    if (!mkdtemp(place->folder))
        return -1;
    snprintf(place->path, sizeof place->path, "%s/alerts", place->folder);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"", ".new", ".damaged"};
    struct place *place = *state;
    char path[80];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s%s", place->path, names[i]);
        unlink(path);
    }
    const int status = rmdir(place->folder);
    free(place);
    return status;
}

static struct sink *open_state(const struct place *place, struct state_alerts *before)
{
    char note[CONFIG_ERROR], error[CONFIG_ERROR];
    struct sink *sink = state_new(place->path, before, note, error);
    assert_non_null(sink);
    assert_string_equal(note, "");
    return sink;
}

static void edge(struct sink *sink, uint64_t id, enum notice_code code,
                 enum notice_resolution resolution)
{
    const uint8_t bytes[4] = {10, 0, (uint8_t)(id >> 8), (uint8_t)id};
    const struct notice notice = {.id = id,
                                  .code = code,
                                  .resolution = resolution,
                                  .client = addr_ipv4(bytes),
                                  .family = ADDR_IPV4,
                                  .since = SINCE,
                                  .cause = CAUSE_RESET,
                                  .confidence = CONFIDENCE_LIKELY};
    sink->ops->alert(sink, &notice);
}

static void fires(struct sink *sink, uint64_t id)
{
    edge(sink, id, NOTICE_DNS_UNPROTECTED, RESOLUTION_NONE);
}

static void tick(struct sink *sink)
{
    const struct moment moment = {0};
    sink->ops->tick(sink, &moment);
}

static void what_fires_is_there_after_a_restart(void **state)
{
    const struct place *place = *state;
    struct state_alerts before;
    struct sink *sink = open_state(place, &before);
    assert_int_equal(before.count, 0);
    tick(sink);
    assert_int_equal(access(place->path, F_OK), -1); /* nothing happened: nothing is written */
    fires(sink, 1);
    fires(sink, 3);
    fires(sink, 2);
    edge(sink, 1, NOTICE_DNS_UNPROTECTED, RESOLUTION_RECOVERED);
    edge(sink, 3, NOTICE_DNS_DEGRADED, RESOLUTION_NONE); /* changes, and keeps its id */
    fires(sink, 4);
    edge(sink, 4, NOTICE_DNS_UNPROTECTED, RESOLUTION_CLIENT_GONE);
    edge(sink, 77, NOTICE_DNS_UNPROTECTED, RESOLUTION_RECOVERED); /* of before a lost state */
    tick(sink);
    assert_null(sink->ops->error(sink));
    sink->ops->free(sink);

    sink = open_state(place, &before);
    assert_int_equal(before.last_id, 77);
    assert_int_equal(before.count, 2);
    assert_int_equal(before.alert[0].id, 2);
    assert_int_equal(before.alert[1].id, 3);
    assert_int_equal(before.alert[1].code, NOTICE_DNS_DEGRADED);
    assert_true(before.alert[1].since == SINCE);
    state_alerts_free(&before);
    /* What is not confirmed yet stays in the file. */
    fires(sink, 78);
    edge(sink, 2, NOTICE_DNS_UNPROTECTED, RESOLUTION_CLIENT_GONE);
    const struct summary summary = {0};
    sink->ops->finish(sink, &summary);
    sink->ops->free(sink);
    sink = open_state(place, &before);
    assert_int_equal(before.count, 2);
    assert_int_equal(before.alert[0].id, 3);
    assert_int_equal(before.alert[1].id, 78);
    state_alerts_free(&before);
    sink->ops->free(sink);
}

static void never_more_than_fit(void **state)
{
    const struct place *place = *state;
    struct state_alerts before;
    struct sink *sink = open_state(place, &before);
    for (uint64_t id = 1; id <= STATE_ALERTS + 5; id++)
        fires(sink, id);
    tick(sink);
    sink->ops->free(sink);
    sink = open_state(place, &before);
    assert_int_equal(before.count, STATE_ALERTS);
    assert_int_equal(before.last_id, STATE_ALERTS + 5);
    state_alerts_free(&before);
    sink->ops->free(sink);
}

static void a_damaged_one_is_put_aside(void **state)
{
    const struct place *place = *state;
    struct state_alerts before;
    struct outfile file;
    char note[CONFIG_ERROR], error[CONFIG_ERROR], aside[80];
    assert_true(outfile_open(&file, place->path, OUTFILE_EMPTY));
    assert_int_equal(write(file.fd, sample, 100), 100);
    outfile_close(&file);
    struct sink *sink = state_new(place->path, &before, note, error);
    assert_non_null(sink);
    assert_int_equal(before.count, 0);
    assert_non_null(strstr(note, "is damaged in line 3 and not used"));
    snprintf(aside, sizeof aside, "%s.damaged", place->path);
    assert_int_equal(access(aside, F_OK), 0);
    fires(sink, 1);
    tick(sink);
    sink->ops->free(sink);
    sink = open_state(place, &before);
    assert_int_equal(before.count, 1);
    state_alerts_free(&before);
    sink->ops->free(sink);
}

static void no_folder_is_said(void **state)
{
    struct state_alerts before;
    char note[CONFIG_ERROR], error[CONFIG_ERROR], path[CONFIG_TEXT];
    (void)state;
    assert_null(state_new("/no/such/folder/alerts", &before, note, error));
    assert_non_null(strstr(error, "/no/such/folder/alerts"));
    unsetenv("STATE_DIRECTORY");
    assert_false(state_path("", path));
    assert_true(state_path("x/y", path));
    assert_string_equal(path, "x/y");
    setenv("STATE_DIRECTORY", "/var/lib/roamwatch:/var/lib/other", 1);
    assert_true(state_path("", path));
    assert_string_equal(path, "/var/lib/roamwatch/alerts");
    unsetenv("STATE_DIRECTORY");
}

/* Killed at any moment it leaves a state that can be read. */
static void a_kill_leaves_a_whole_one(void **state)
{
    const struct place *place = *state;
    struct state_alerts before;
    for (unsigned round = 0; round < 20; round++) {
        struct sink *sink = open_state(place, &before);
        const uint64_t first = before.last_id;
        state_alerts_free(&before);
        int ready[2];
        assert_int_equal(pipe(ready), 0);
        const pid_t child = fork();
        if (child == 0) {
            for (uint64_t id = first + 1;; id++) {
                fires(sink, id);
                if (id > 40)
                    edge(sink, id - 40, NOTICE_DNS_UNPROTECTED, RESOLUTION_RECOVERED);
                tick(sink);
                (void)!write(ready[1], "x", 1);
            }
        }
        char byte[8];
        assert_true(read(ready[0], byte, 1 + round % 8) > 0); /* it writes by now */
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        close(ready[0]);
        close(ready[1]);
        sink->ops->free(sink);
        sink = open_state(place, &before);
        assert_true(before.last_id > first);
        assert_true(before.count > 0 && before.count <= 41);
        state_alerts_free(&before);
        sink->ops->free(sink);
    }
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_read_and_written_alike),
        cmocka_unit_test(nothing_is_a_state_too),
        cmocka_unit_test(damage_is_seen),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(random_bytes_do_no_harm),
        FILE_TEST(what_fires_is_there_after_a_restart),
        FILE_TEST(never_more_than_fit),
        FILE_TEST(a_damaged_one_is_put_aside),
        FILE_TEST(no_folder_is_said),
        FILE_TEST(a_kill_leaves_a_whole_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
