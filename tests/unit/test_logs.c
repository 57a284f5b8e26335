/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What syslog and the journal get, byte by byte, over a datagram socket that the test makes; and
 * what happens while nobody listens, after the log was started anew, and when it is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "seeds.h"
#include "sensor/tell/log_record.h"
#include "sensor/tell/logs.h"

struct run {
    char folder[64], path[96];
    int fd; /* the log's end; -1: nobody listens */
    struct sink *sink;
    struct logs_options options;
    char got[LOG_LINE + 1];
    ssize_t length;
};

static int set_up(void **state)
{
    struct run *r = calloc(1, sizeof *r);
    strcpy(r->folder, "/tmp/roamwatch-test-XXXXXX");
    if (!mkdtemp(r->folder))
        return -1;
    snprintf(r->path, sizeof r->path, "%s/log", r->folder);
    r->fd = -1;
    r->options = (struct logs_options){
        .form = LOGS_SYSLOG, .facility = 1, .socket = r->path, .source = "eth1"};
    *state = r;
    return 0;
}

static void stop_log(struct run *r)
{
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
    unlink(r->path);
}

static int tear_down(void **state)
{
    struct run *r = *state;
    if (r->sink)
        r->sink->ops->free(r->sink);
    stop_log(r);
    rmdir(r->folder);
    free(r);
    return 0;
}

static void start_log(struct run *r)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    strcpy(at.sun_path, r->path);
    r->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_true(r->fd >= 0);
    assert_int_equal(bind(r->fd, (const struct sockaddr *)&at, sizeof at), 0);
}

static void begin(struct run *r)
{
    r->sink = logs_new(&r->options);
    assert_non_null(r->sink);
}

/* A datagram is there as soon as it was sent: nothing is waited for. */
static const char *receive(struct run *r)
{
    r->length = recv(r->fd, r->got, LOG_LINE, 0);
    if (r->length < 0)
        return NULL;
    r->got[r->length] = '\0';
    return r->got;
}

static struct notice web_alert(void)
{
    struct notice n = {
        .id = 17,
        .code = NOTICE_WEB_UNAVAILABLE,
        .severity = SEVERITY_CRITICAL,
        .client = seed_address("10.1.7.114"),
        .family = ADDR_IPV4,
        .has_path = true,
        .path = {.server = seed_address("18.135.112.200"), .port = 443, .transport = 6},
        .time = SEED_AT(9, 14, 3),
        .since = SEED_AT(9, 13, 58),
        .count = 3,
        .cause = CAUSE_MIDDLEBOX_RESET,
        .confidence = CONFIDENCE_LIKELY};
    strcpy(n.message, "connections are reset");
    return n;
}

static void say(struct run *r, const char *sentence)
{
    r->sink->ops->say(r->sink, SEED_AT(9, 0, 0), SAY_WARNING, sentence);
}

#define SENTENCE                                                                                   \
    "ALERT WEB 10.1.7.114 #17: connections are reset: reset by a box close to the client (likely)"

static void syslog_is_rfc_5424(void **state)
{
    (void)state;
    const struct notice n = web_alert();
    const struct syslog_source source = {.facility = 16, .hostname = "tap1", .pid = 4711};
    struct log_record record;
    char out[LOG_LINE + 1];
    log_record_alert(&record, &n, LIVE_FIRES, n.time);
    out[syslog_format(&record, &source, out)] = '\0';
    assert_string_equal(
        out, "<130>1 2024-08-27T09:14:03.000000Z tap1 roamwatch 4711 alert [roamwatch@32473 "
             "alert_id=\"17\" alert_code=\"web-unavailable\" alert_state=\"firing\" "
             "alert_scope=\"client\" alert_severity=\"critical\" alert_client=\"10.1.7.114\" "
             "alert_path=\"18.135.112.200 tcp 443\" "
             "alert_since=\"2024-08-27T09:13:58.000000+0000\" alert_count=\"3\" "
             "alert_cause=\"middlebox-reset\" alert_confidence=\"likely\"] " SENTENCE);
}

static void syslog_escapes(void **state)
{
    (void)state;
    const struct syslog_source source = {.facility = 3, .hostname = "-", .pid = 1};
    struct log_record record = {.level = LOG_LEVEL_ERROR, .kind = "sensor", .fields = 1};
    char out[LOG_LINE + 1];
    record.field[0].name = "x";
    strcpy(record.field[0].value, "a\"b\\c]d");
    strcpy(record.message, "two\nlines\033[2J");
    out[syslog_format(&record, &source, out)] = '\0';
    assert_string_equal(out, "<27>1 1970-01-01T00:00:00.000000Z - roamwatch 1 sensor "
                             "[roamwatch@32473 x=\"a\\\"b\\\\c\\]d\"] two?lines?[2J");
    record.fields = 0;
    out[syslog_format(&record, &source, out)] = '\0';
    assert_string_equal(out,
                        "<27>1 1970-01-01T00:00:00.000000Z - roamwatch 1 sensor - two?lines?[2J");
}

static void the_longest_record_fits(void **state)
{
    (void)state;
    struct log_record record = {.kind = "sensor", .fields = LOG_FIELDS};
    const struct syslog_source source = {.facility = 3, .hostname = "-", .pid = 1};
    char out[LOG_LINE];
    for (size_t i = 0; i < LOG_FIELDS; i++) {
        record.field[i].name = "alert_confidence";
        memset(record.field[i].value, ']', LOG_VALUE - 1);
    }
    memset(record.message, 'x', LIVE_SENTENCE - 1);
    assert_true(syslog_format(&record, &source, out) < LOG_LINE);
    record.message[0] = '\n';
    assert_true(journal_format(&record, out) < LOG_LINE);
}

static void the_journal_gets_fields(void **state)
{
    struct run *r = *state;
    r->options.form = LOGS_JOURNAL;
    start_log(r);
    begin(r);
    struct notice n = web_alert();
    r->sink->ops->alert(r->sink, &n);
    assert_string_equal(receive(r), "MESSAGE=" SENTENCE "\n"
                                    "PRIORITY=2\n"
                                    "SYSLOG_IDENTIFIER=roamwatch\n"
                                    "ROAMWATCH_KIND=alert\n"
                                    "ROAMWATCH_ALERT_ID=17\n"
                                    "ROAMWATCH_ALERT_CODE=web-unavailable\n"
                                    "ROAMWATCH_ALERT_STATE=firing\n"
                                    "ROAMWATCH_ALERT_SCOPE=client\n"
                                    "ROAMWATCH_ALERT_SEVERITY=critical\n"
                                    "ROAMWATCH_ALERT_CLIENT=10.1.7.114\n"
                                    "ROAMWATCH_ALERT_PATH=18.135.112.200 tcp 443\n"
                                    "ROAMWATCH_ALERT_SINCE=2024-08-27T09:13:58.000000+0000\n"
                                    "ROAMWATCH_ALERT_COUNT=3\n"
                                    "ROAMWATCH_ALERT_CAUSE=middlebox-reset\n"
                                    "ROAMWATCH_ALERT_CONFIDENCE=likely\n");
    r->sink->ops->remind(r->sink, &n, SEED_AT(9, 24, 3));
    assert_non_null(strstr(receive(r), "ROAMWATCH_KIND=reminder\n"));
    n.resolution = RESOLUTION_RECOVERED;
    r->sink->ops->alert(r->sink, &n);
    assert_non_null(strstr(receive(r), "ROAMWATCH_ALERT_STATE=resolved\n"
                                       "ROAMWATCH_ALERT_RESOLUTION=recovered\n"));
}

static void a_line_end_takes_the_binary_form(void **state)
{
    (void)state;
    static const char expected[] = "MESSAGE\n\x05\0\0\0\0\0\0\0a\nb=c\nPRIORITY=6\n";
    struct log_record record = {.level = LOG_LEVEL_INFO, .kind = "sensor", .message = "a\nb=c"};
    char out[LOG_LINE];
    assert_true(journal_format(&record, out) > sizeof expected - 1);
    assert_memory_equal(out, expected, sizeof expected - 1);
}

static void a_log_that_comes_late_and_goes(void **state)
{
    struct run *r = *state;
    begin(r);
    assert_null(r->sink->ops->trouble(r->sink));
    say(r, "One.");
    say(r, "Two.");
    const char *trouble = r->sink->ops->trouble(r->sink);
    assert_non_null(trouble);
    assert_non_null(strstr(trouble, "takes no entries: No such file or directory"));
    assert_null(r->sink->ops->trouble(r->sink)); /* said once */
    assert_int_equal(logs_lost(r->sink), 2);

    start_log(r);
    say(r, "Three.");
    assert_non_null(strstr(receive(r), " sensor - Three."));
    assert_non_null(
        strstr(r->sink->ops->trouble(r->sink), "takes entries again; 2 were lost since the start"));
    stop_log(r);
    start_log(r); /* started anew: found without a loss */
    say(r, "Four.");
    assert_non_null(strstr(receive(r), "Four."));
    assert_int_equal(logs_lost(r->sink), 2);
    assert_null(r->sink->ops->trouble(r->sink));
}

static void begin_and_end_are_logged(void **state)
{
    struct run *r = *state;
    const struct stats stats = {.capture = {.packets = 12, .kernel_drops = 3}};
    const struct moment moment = {.now = SEED_AT(9, 0, 1), .started = SEED_AT(9, 0, 0)};
    const struct summary summary = {.end = SEED_AT(9, 1, 0), .stats = &stats};
    start_log(r);
    begin(r);
    r->sink->ops->tick(r->sink, &moment);
    assert_non_null(strstr(receive(r), "T09:00:00.000000Z "));
    assert_non_null(strstr(r->got, "The watch of eth1 begins."));
    r->sink->ops->tick(r->sink, &moment);
    assert_null(receive(r));
    r->sink->ops->finish(r->sink, &summary);
    assert_non_null(strstr(receive(r), "The watch of eth1 ends after 12 packets, 3 dropped."));
}

static void a_full_log_is_not_waited_for(void **state)
{
    struct run *r = *state;
    start_log(r);
    begin(r);
    for (int i = 0; i < 20000 && logs_lost(r->sink) == 0; i++)
        say(r, "More than anybody reads.");
    assert_int_equal(logs_lost(r->sink), 1);
    assert_non_null(r->sink->ops->trouble(r->sink));
    while (receive(r))
        ;
    say(r, "After.");
    assert_non_null(strstr(receive(r), "After."));
    assert_int_equal(logs_lost(r->sink), 1);
}

static void a_path_too_long_for_a_socket(void **state)
{
    struct run *r = *state;
    char path[200];
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    r->options.socket = path;
    begin(r);
    say(r, "One.");
    assert_non_null(strstr(r->sink->ops->trouble(r->sink), "File name too long"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syslog_is_rfc_5424),
        cmocka_unit_test(syslog_escapes),
        cmocka_unit_test(the_longest_record_fits),
        TEST(the_journal_gets_fields),
        cmocka_unit_test(a_line_end_takes_the_binary_form),
        TEST(a_log_that_comes_late_and_goes),
        TEST(begin_and_end_are_logged),
        TEST(a_full_log_is_not_waited_for),
        TEST(a_path_too_long_for_a_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
