/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module's logs line by line: what is known, what is not, what is damaged, in every form of
 * text that Windows writes; and the two configuration files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/dart/json_scan.h"
#include "sensor/dart/lines.h"
#include "sensor/dart/phrases.h"
#include "sensor/dart/reader.h"

#define V4      "2024-08-27 03:07:43 [8880] [DEBUG] < 12> Dns Protection IPv4 State Machine: "
#define NIGHT   (INT64_C(1724727600) * NS_PER_SEC) /* 2024-08-27 03:00:00 */
#define SECONDS NS_PER_SEC
#define RECORD_1                                                                                   \
    "Date : 08/27/2024\r\nTime : 06:41:22\r\nType : Warning\r\nSource : csc_swgagent\r\n\r\n"

static struct dart_logs *read_bytes(const void *bytes, size_t length, size_t piece)
{
    struct dart_logs *logs = calloc(1, sizeof *logs);
    assert_non_null(logs);
    logs->dns = logs->web = (struct dart_span){NSTIME_NONE, NSTIME_NONE};
    struct dart_reader *reader = dart_reader_begin(logs, dart_logs_file(logs, "log"));
    assert_non_null(reader);
    for (size_t at = 0; at < length; at += piece)
        dart_reader_feed(reader, (const uint8_t *)bytes + at,
                         length - at < piece ? length - at : piece);
    dart_reader_end(reader);
    dart_logs_sort(logs);
    return logs;
}

static struct dart_logs *read_text(const char *text)
{
    return read_bytes(text, strlen(text), strlen(text) + 1);
}

static void drop(struct dart_logs *logs)
{
    dart_logs_free(logs);
    free(logs);
}

static void plugin_lines(void **state)
{
    (void)state;
    struct dart_logs *logs = read_text(
        V4 "checking reachability of primary OpenDNS resolver candidates using port 443 "
           "(candidates are 208.67.222.222, 208.67.220.220)\n" V4
           "probing for OpenDNS resolvers at addresses 208.67.222.222, 208.67.220.220, port 443\n"
           "2024-08-27 03:07:53 [8880] [DEBUG] < 13> Dns Protection IPv6 State Machine: rejected "
           "all candidate reso\n" /* cut, as published */
           "2024-08-27 03:07:54 [8880] [INFO] < 13> something else\n"
           "  and how it goes on\n\n");
    assert_int_equal(logs->count, 3);
    assert_int_equal(logs->event[0].kind, DART_CHECKING);
    assert_int_equal(logs->event[0].port, 443);
    assert_int_equal(logs->event[0].family, ADDR_IPV4);
    assert_true(logs->event[0].local == NIGHT + (7 * 60 + 43) * SECONDS);
    assert_int_equal(logs->event[1].kind, DART_PROBING);
    assert_int_equal(logs->event[1].port, 443);
    assert_int_equal(logs->event[2].kind, DART_REJECTED);
    assert_int_equal(logs->event[2].port, 0);
    assert_int_equal(logs->event[2].family, ADDR_IPV6);
    assert_int_equal(logs->file[0].lines, 5);
    assert_int_equal(logs->file[0].known, 3);
    assert_int_equal(logs->file[0].other, 1);
    assert_int_equal(logs->file[0].loose, 1);
    assert_int_equal(logs->file[0].damaged, 0);
    assert_true(logs->dns.first == NIGHT + 463 * SECONDS);
    assert_true(logs->dns.last == NIGHT + 474 * SECONDS);
    assert_true(logs->web.first == NSTIME_NONE);
    drop(logs);
}

static void damaged_lines(void **state)
{
    static const char *const lines[] = {
        "2024-13-27 03:07:43 [1] [DEBUG] < 1> x",
        "2023-02-29 03:07:43 [1] [DEBUG] < 1> x",
        "2024-08-27 24:07:43 [1] [DEBUG] < 1> x",
        "2024-08-27 03:07:43 [8880] [DEBUG]",
        "2024-08-27 03:07",
        "2024-08",
        "2024-",
        "2024-08-",
        "2024-08-27",
        "1024-08-27 03:07:43 [1] [DEBUG] < 1> x",
        "2024-08-27 03:07:4x [1] [DEBUG] < 1> x",
        "2024-08-27T03:07:43 [1] [DEBUG] < 1> x",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct dart_logs *logs = read_text(lines[i]);
        assert_int_equal(logs->count, 0);
        assert_int_equal(logs->file[0].damaged, 1);
        drop(logs);
    }
    struct dart_logs *leap = read_text("2024-02-29 23:59:60 [1] [DEBUG] < 1> x");
    assert_int_equal(leap->file[0].damaged, 0);
    drop(leap);
}

static void records(void **state)
{
    (void)state;
    struct dart_logs *logs = read_text(
        RECORD_1 "Description : WARN | Thread 27cc | TCP handshake to SWG Proxy URL was not "
                 "successful. Since fail open p\r\n" RECORD_1
                 "Description : TRACE | Thread 2730 | CSWGAgent: State cjson object is "
                 "{\"version\":1,\"swg_protection_state\":\"protected\"}\r\n"
                 "Date : 27.08.2024\r\nTime : 06:41:22\r\nDescription : no date that we know\r\n"
                 "Description : no date at all\r\n"
                 "Date : 08/27/2024\r\nTime : 6 o'clock\r\n"); /* and no description */
    assert_int_equal(logs->count, 2);
    assert_int_equal(logs->event[0].kind, DART_SWG_FAILED);
    assert_true(logs->event[0].local == NIGHT + (3 * 3600 + 41 * 60 + 22) * SECONDS);
    assert_memory_equal(logs->event[0].text, "TCP handshake", 13);
    assert_int_equal(logs->event[1].kind, DART_WEB_STATE);
    assert_int_equal(logs->policy, DART_FAIL_OPEN);
    assert_int_equal(logs->file[0].damaged, 3);
    drop(logs);
    logs = read_text(RECORD_1 "Description : WARN | Thread 1 | TCP handshake to SWG Proxy URL was "
                              "not successful. Since Fail-Closed policy");
    assert_int_equal(logs->policy, DART_FAIL_CLOSED);
    drop(logs);
}

/* The same two lines as Windows may write them, in pieces of every size. */
static void forms_of_text(void **state)
{
    static const char text[] = V4 "rejected all candidate resolvers for port 53\r\n" V4 "\xC3\xA4";
    const size_t length = strlen(text);
    uint8_t wide[2][2 * sizeof text + 2];
    (void)state;
    for (size_t i = 0; i <= length; i++) {
        const unsigned unit = i == 0 ? 0xFEFF : (uint8_t)text[i - 1];
        wide[0][2 * i] = wide[1][2 * i + 1] = (uint8_t)unit;
        wide[0][2 * i + 1] = wide[1][2 * i] = (uint8_t)(unit >> 8);
    }
    for (unsigned form = 0; form < 6; form++) {
        /* plain; UTF-16 with a mark and without, little and big end first */
        const uint8_t *bytes = form == 0 ? (const uint8_t *)text : wide[(form - 1) & 1];
        size_t count = form == 0 ? length : 2 * length + 2;
        if (form > 2) {
            bytes += 2;
            count -= 2;
        }
        for (size_t piece = 1; piece < 9; piece++) {
            struct dart_logs *logs = read_bytes(bytes, count, piece);
            assert_int_equal(logs->count, 1);
            assert_int_equal(logs->event[0].port, 53);
            assert_string_equal(logs->event[0].text,
                                "Dns Protection IPv4 State Machine: rejected all candidate "
                                "resolvers for port 53");
            assert_int_equal(logs->file[0].other, 1);
            drop(logs);
        }
    }
}

static void bounds(void **state)
{
    (void)state;
    /* No line is kept beyond its bound, and it is said. */
    char *much = malloc(LINES_MOST + 200);
    assert_non_null(much);
    memset(much, 'x', LINES_MOST + 199);
    memcpy(much, V4, strlen(V4));
    much[LINES_MOST + 150] = '\n';
    much[LINES_MOST + 199] = '\0';
    struct dart_logs *logs = read_text(much);
    assert_int_equal(logs->file[0].lines, 2);
    assert_int_equal(logs->file[0].cut, 1);
    drop(logs);
    free(much);
    /* The newest events stay. */
    logs = calloc(1, sizeof *logs);
    assert_non_null(logs);
    logs->dns = (struct dart_span){NSTIME_NONE, NSTIME_NONE};
    logs->web = (struct dart_span){NIGHT, NIGHT + SECONDS};
    struct dart_event event = {.kind = DART_PROBING};
    for (int i = 0; i < DART_EVENTS + 10; i++) {
        event.local = NIGHT + i * SECONDS;
        dart_span_note(&logs->dns, event.local);
        dart_logs_add(logs, &event);
    }
    dart_logs_sort(logs);
    assert_int_equal(logs->count, DART_EVENTS);
    assert_int_equal(logs->left_out, 10);
    assert_true(logs->dns.first == NIGHT + 10 * SECONDS); /* of the rest nothing can be said */
    assert_true(logs->web.first == NSTIME_NONE);
    assert_true(logs->event[0].local == NIGHT + 10 * SECONDS);
    assert_true(logs->event[DART_EVENTS - 1].local == NIGHT + (DART_EVENTS + 9) * SECONDS);
    for (int i = 0; i < DART_FILES; i++)
        assert_non_null(dart_logs_file(logs, "x"));
    assert_null(dart_logs_file(logs, "x"));
    assert_int_equal(logs->more_files, 1);
    drop(logs);
    /* What is no text at all. */
    logs = read_bytes("\0\1\2\0\0\n\xFF\xFE\0\n", 10, 3);
    assert_false(dart_file_recognised(&logs->file[0]));
    drop(logs);
}

static void configurations(void **state)
{
    static const struct {
        const char *text;
        enum dart_policy policy;
        bool organisation, damaged;
    } files[] = {
        {"{\"swgDomain\": \"x\", \"failOpen\": 1}", DART_FAIL_OPEN, false, false},
        {"\n {\"a\": [1, {\"failOpen\": \"0\"}], \"b\": {}}\n", DART_FAIL_CLOSED, false, false},
        {"{\"failopen\":false}", DART_FAIL_CLOSED, false, false},
        {"{\"failOpen\":\"maybe\"}", DART_POLICY_UNKNOWN, false, false},
        {"{\"organizationId\" : \"1\",\r\n \"fingerprint\" : \"ab\"}", DART_POLICY_UNKNOWN, true,
         false},
        {"{\"failOpen\": 1, \"x", DART_FAIL_OPEN, false, true},
        {"{\"failOpen\": 1]", DART_FAIL_OPEN, false, true},
        {"{\"failOpen\": }", DART_POLICY_UNKNOWN, false, true},
        {"{", DART_POLICY_UNKNOWN, false, true},
        {"{\"a\": \"\\", DART_POLICY_UNKNOWN, false, true},
        {"{}}", DART_POLICY_UNKNOWN, false, true},
        {"{} x", DART_POLICY_UNKNOWN, false, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct dart_logs *logs = read_text(files[i].text);
        assert_true(logs->file[0].config);
        assert_int_equal(logs->policy, files[i].policy);
        assert_int_equal(logs->organisation, files[i].organisation);
        assert_int_equal(logs->file[0].damaged, files[i].damaged);
        drop(logs);
    }
    char deep[3 * JSON_SCAN_DEPTH] = "{\"a\":";
    memset(deep + 5, '[', 2 * JSON_SCAN_DEPTH);
    struct dart_logs *logs = read_text(deep);
    assert_int_equal(logs->file[0].damaged, 1);
    drop(logs);
}

static const char *state_of(const char *text)
{
    static char out[DART_STATE_TEXT];
    return phrases_state(text, out) ? out : "none";
}

static void states(void **state)
{
    (void)state;
    assert_string_equal(state_of("IPv4 State Machine: state changed from Open to Protected"),
                        "Protected");
    assert_string_equal(state_of("IPv4 State Machine: entering state Unprotected."), "Unprotected");
    assert_string_equal(state_of("IPv4 State Machine: new state: protected network"),
                        "Protected Network");
    assert_string_equal(state_of("x {\"version\":1,\"swg_protection_state\":\"protected\"}"),
                        "protected");
    assert_string_equal(state_of("\"swg_protection_state\" : \"\x1b[31m\""), "none");
    assert_string_equal(state_of("IPv4 State Machine: opened a socket, state unknown"), "none");
    assert_string_equal(state_of("IPv4 State Machine: Protected"), "none");
    assert_string_equal(state_of("state Protected"), "none");
    assert_string_equal(state_of(""), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plugin_lines), cmocka_unit_test(damaged_lines),
        cmocka_unit_test(records),      cmocka_unit_test(forms_of_text),
        cmocka_unit_test(bounds),       cmocka_unit_test(configurations),
        cmocka_unit_test(states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
