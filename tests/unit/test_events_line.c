/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events, byte by byte, against the contract: the order of the members, and what is left out
 * where it does not apply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seeds.h"
#include "sensor/tell/events_line.h"

static const char *const one_name[] = {"pcaps/a \"b\".pcapng"};
static const char *const two_names[] = {"a.pcap", "b.pcap"};
static const struct events_files no_file = {NULL, 0, false};
static const struct events_files one_file = {one_name, 1, false};
static const struct events_files two_files = {two_names, 2, false};

#define AT SEED_AT

static int set_up(void **state)
{
    struct json *j = malloc(sizeof *j);
    json_init(j);
    *state = j;
    return 0;
}

static int tear_down(void **state)
{
    json_free(*state);
    free(*state);
    return 0;
}

static const char *line(struct json *j)
{
    size_t length = 0;
    char *text = (char *)json_line(j, &length);
    assert_non_null(text);
    assert_true(length > 0 && text[length - 1] == '\n');
    text[length - 1] = '\0';
    json_clear(j);
    return text;
}

static const char *exchange_line(struct json *j, const struct exchange *x)
{
    events_line_exchange(j, &one_file, x);
    return line(j);
}

static const char *attempt_line(struct json *j, const struct attempt *a)
{
    events_line_attempt(j, &one_file, a);
    return line(j);
}

#define DNS_HEAD                                                                                   \
    "{\"timestamp\":\"2024-08-27T03:06:36.491417+0000\",\"event_type\":\"dns\",\"v\":1,"           \
    "\"pcap_filename\":\"pcaps/a \\\"b\\\".pcapng\",\"pcap_cnt\":57,"
#define DNS_FLOW                                                                                   \
    "\"src_ip\":\"192.168.0.204\",\"src_port\":51111,\"dest_ip\":\"208.67.222.222\","              \
    "\"dest_port\":53,\"proto\":\"UDP\",\"dns\":{\"id\":63483,"

static void an_unanswered_exchange(void **state)
{
    const struct exchange x = seed_exchange();
    assert_string_equal(exchange_line(*state, &x), DNS_HEAD DNS_FLOW
                        "\"rrname\":\"debug.opendns.com\",\"rrtype\":\"TXT\",\"edns\":true,"
                        "\"outcome\":\"unanswered\",\"query_frame\":57}}");
}

static void an_answered_exchange_with_all_there_is(void **state)
{
    struct exchange x = seed_exchange();
    x.outcome = OUTCOME_LATE;
    x.vlans = 2;
    x.vlan[0] = 12;
    x.vlan[1] = 4095;
    x.edns = false;
    x.has_rcode = true;
    x.rcode = 2;
    x.rtt = 5999999999;
    x.answers = "TXT server r5.lon\0A 192.0.2.1\0";
    x.answer_frame = (struct frame_ref){.number = 99};
    x.icmp = (struct icmp_error){.seen = true, .from = seed_address("10.0.0.1")};
    assert_string_equal(exchange_line(*state, &x), DNS_HEAD
                        "\"vlan\":[12,4095]," DNS_FLOW
                        "\"rrname\":\"debug.opendns.com\",\"rrtype\":\"TXT\",\"edns\":false,"
                        "\"outcome\":\"late\",\"rcode\":\"SERVFAIL\",\"rtt_us\":5999999,"
                        "\"answers\":[\"TXT server r5.lon\",\"A 192.0.2.1\"],"
                        "\"query_frame\":57,\"answer_frame\":99}}");
}

static void a_rejected_exchange_names_the_box(void **state)
{
    struct exchange x = seed_exchange();
    x.outcome = OUTCOME_REJECTED;
    x.name = "";
    x.type = 65280;
    x.answers = "";
    x.icmp =
        (struct icmp_error){.seen = true, .from = seed_address("10.0.0.1"), .type = 3, .code = 13};
    assert_string_equal(exchange_line(*state, &x), DNS_HEAD DNS_FLOW
                        "\"rrname\":\"\",\"rrtype\":\"TYPE65280\",\"edns\":true,"
                        "\"outcome\":\"rejected\",\"answers\":[],\"query_frame\":57,"
                        "\"icmp\":{\"from\":\"10.0.0.1\",\"type\":3,\"code\":13}}}");
}

/* A frame number means nothing without its file: the line names one file only. */
static void an_answer_in_another_file_is_not_numbered(void **state)
{
    struct json *j = *state;
    struct exchange x = seed_exchange();
    x.query_frame.file = 1;
    x.answer_frame = (struct frame_ref){.number = 3, .file = 0};
    events_line_exchange(j, &two_files, &x);
    const char *text = line(j);
    assert_non_null(strstr(text, "\"pcap_filename\":\"b.pcap\",\"pcap_cnt\":57,"));
    assert_non_null(strstr(text, "\"query_frame\":57}}"));
}

static void live_there_is_no_file_and_no_frame(void **state)
{
    struct json *j = *state;
    struct exchange x = seed_exchange();
    x.query_frame.number = 0;
    events_line_exchange(j, &no_file, &x);
    const char *text = line(j);
    assert_null(strstr(text, "pcap"));
    assert_null(strstr(text, "frame"));
    assert_non_null(strstr(text, "\"v\":1,\"src_ip\":"));
}

#define TCP_HEAD                                                                                   \
    "{\"timestamp\":\"2024-08-27T06:41:19.812444+0000\",\"event_type\":\"tcp\",\"v\":1,"           \
    "\"pcap_filename\":\"pcaps/a \\\"b\\\".pcapng\",\"pcap_cnt\":7071,"                            \
    "\"src_ip\":\"192.168.0.204\",\"src_port\":56287,\"dest_ip\":\"18.135.112.200\","              \
    "\"dest_port\":443,\"proto\":\"TCP\",\"tcp\":{"

static void a_reset_attempt(void **state)
{
    const struct attempt a = seed_attempt();
    assert_string_equal(attempt_line(*state, &a),
                        TCP_HEAD "\"outcome\":\"reset\",\"isn\":4294967295,\"syns\":1,"
                                 "\"service\":\"swg\",\"frames\":[7071,7072],"
                                 "\"reset\":{\"delay_us\":528,\"ttl\":64,\"window\":64240,"
                                 "\"echoes_window\":true}}}");
}

static void a_reset_before_its_syn(void **state)
{
    struct attempt a = seed_attempt();
    a.reset.delay = -1500;
    a.reset.window = 0;
    a.service = SERVICE_DNS;
    assert_string_equal(attempt_line(*state, &a),
                        TCP_HEAD "\"outcome\":\"reset\",\"isn\":4294967295,\"syns\":1,"
                                 "\"service\":\"dns\",\"frames\":[7071,7072],"
                                 "\"reset\":{\"delay_us\":-1,\"ttl\":64,\"window\":0,"
                                 "\"echoes_window\":false}}}");
}

/* An RST may be seen and lose to a SYN-ACK: it ended nothing then. */
static void an_opened_attempt_tells_no_reset(void **state)
{
    struct attempt a = seed_attempt();
    a.outcome = OUTCOME_OPENED;
    a.rtt = 9999000;
    a.frame[1].file = 1; /* of another file: not numbered here */
    a.icmp = (struct icmp_error){.seen = true, .from = seed_address("10.0.0.1")};
    assert_string_equal(attempt_line(*state, &a),
                        TCP_HEAD "\"outcome\":\"opened\",\"isn\":4294967295,\"syns\":1,"
                                 "\"rtt_us\":9999,\"service\":\"swg\",\"frames\":[7071]}}");
}

static void a_rejected_attempt(void **state)
{
    struct attempt a = seed_attempt();
    a.outcome = OUTCOME_REJECTED;
    a.icmp =
        (struct icmp_error){.seen = true, .from = seed_address("fe80::1"), .type = 1, .code = 4};
    assert_string_equal(attempt_line(*state, &a),
                        TCP_HEAD "\"outcome\":\"rejected\",\"isn\":4294967295,\"syns\":1,"
                                 "\"service\":\"swg\",\"frames\":[7071,7072],"
                                 "\"icmp\":{\"from\":\"fe80::1\",\"type\":1,\"code\":4}}}");
}

static void an_alert_that_fires(void **state)
{
    struct json *j = *state;
    const struct notice n = seed_notice();
    events_line_alert(j, &one_file, &n);
    assert_string_equal(
        line(j),
        "{\"timestamp\":\"2024-08-27T06:41:20.000000+0000\",\"event_type\":\"alert\",\"v\":1,"
        "\"pcap_filename\":\"pcaps/a \\\"b\\\".pcapng\","
        "\"alert\":{\"id\":17,\"code\":\"web-unavailable\",\"state\":\"firing\","
        "\"scope\":\"client\",\"severity\":\"critical\",\"client\":\"192.168.0.204\","
        "\"since\":\"2024-08-27T06:41:19.000000+0000\",\"count\":3,"
        "\"cause\":\"middlebox-reset\",\"confidence\":\"likely\","
        "\"message\":\"SWG 18.135.112.200:443 is reset close to the client\"}}");
}

static void an_alert_that_resolves(void **state)
{
    struct json *j = *state;
    struct notice n = seed_notice();
    n.resolution = RESOLUTION_CLIENT_GONE;
    n.severity = SEVERITY_NOTICE;
    n.cause = CAUSE_NONE;
    n.confidence = CONFIDENCE_NONE;
    n.has_path = true;
    n.path = (struct path_view){
        .server = seed_address("2620:119:53::53"), .transport = IPPROTO_UDP, .port = 443};
    events_line_alert(j, &two_files, &n); /* of no file more than of the other */
    assert_string_equal(
        line(j),
        "{\"timestamp\":\"2024-08-27T06:41:20.000000+0000\",\"event_type\":\"alert\",\"v\":1,"
        "\"alert\":{\"id\":17,\"code\":\"web-unavailable\",\"state\":\"resolved\","
        "\"resolution\":\"client-gone\",\"scope\":\"client\",\"severity\":\"notice\","
        "\"client\":\"192.168.0.204\","
        "\"path\":{\"address\":\"2620:119:53::53\",\"transport\":\"udp\",\"port\":443},"
        "\"since\":\"2024-08-27T06:41:19.000000+0000\",\"count\":3,"
        "\"cause\":\"unknown\",\"confidence\":\"possible\","
        "\"message\":\"SWG 18.135.112.200:443 is reset close to the client\"}}");
}

static void an_alert_of_many(void **state)
{
    struct json *j = *state;
    struct notice n = seed_notice();
    n.scope = SCOPE_SITE;
    n.count = 212;
    events_line_alert(j, &two_files, &n);
    const char *text = line(j);
    assert_non_null(strstr(text, "\"scope\":\"site\",\"severity\":\"critical\",\"since\":"));
    assert_non_null(strstr(text, "\"count\":212,"));
    assert_null(strstr(text, "\"client\""));
}

static void an_alert_that_folds(void **state)
{
    struct json *j = *state;
    struct notice n = seed_notice();
    n.resolution = RESOLUTION_FOLDED;
    n.scope = SCOPE_SEGMENT;
    events_line_alert(j, &two_files, &n);
    assert_non_null(strstr(line(j), "\"resolution\":\"folded\",\"scope\":\"segment\","));
}

static void a_failing_verdict(void **state)
{
    struct json *j = *state;
    struct judgement *v = seed_web_unavailable();
    v->time = AT(6, 41, 21);
    v->last_good = AT(6, 40, 0);
    v->evidence_count = 2;
    v->evidence[0].frames = 2;
    v->evidence[0].more = 10;
    v->advice_count = 1;
    v->path[0].last_ok = AT(6, 40, 0);
    seed_text(v->advice[0], "Do this.");
    events_line_verdict(j, &one_file, v);
    free(v);
    assert_string_equal(
        line(j),
        "{\"timestamp\":\"2024-08-27T06:41:21.000000+0000\",\"event_type\":\"verdict\",\"v\":1,"
        "\"pcap_filename\":\"pcaps/a \\\"b\\\".pcapng\","
        "\"verdict\":{\"client\":\"192.168.0.204\",\"role\":\"module\",\"protection\":\"web\","
        "\"family\":\"ipv4\",\"status\":\"unavailable\","
        "\"vendor_status\":\"Cloud Service Unavailable\",\"cause\":\"middlebox-reset\","
        "\"confidence\":\"likely\",\"last_good\":\"2024-08-27T06:40:00.000000+0000\","
        "\"first_bad\":\"2024-08-27T06:41:19.000000+0000\",\"evidence\":["
        "{\"fact\":\"resets\",\"text\":\"6 of 8 connection attempts to 18.135.112.200:443 were "
        "reset 0.16 to 0.53 ms after the SYN; other hosts on the internet answer in 9 to 24 ms\","
        "\"frames\":[7071,7072],\"more\":10},"
        "{\"fact\":\"echoed-window\",\"text\":\"the resets copy the client's own window (64240)\","
        "\"frames\":[]}],"
        "\"paths\":[{\"address\":\"18.135.112.200\",\"transport\":\"tcp\",\"port\":443,"
        "\"status\":\"failing\",\"ok\":0,\"failed\":6,\"undetermined\":2,"
        "\"last_ok\":\"2024-08-27T06:40:00.000000+0000\"}],"
        "\"advice\":[\"Do this.\"]}}");
}

static void evidence_of_several_files_names_its_own(void **state)
{
    struct json *j = *state;
    struct judgement *v = seed_dns_unprotected();
    v->evidence[0].frames = 1;
    v->evidence[0].frame[0].file = 1;
    events_line_verdict(j, &two_files, v);
    free(v);
    const char *text = line(j);
    assert_non_null(strstr(text, "\"v\":1,\"verdict\":"));
    assert_non_null(strstr(text, "\"frames\":[57],\"pcap_filename\":\"b.pcap\"}"));
    assert_non_null(strstr(text, "\"frames\":[]}]"));
}

static void a_seed_that_cannot_be_given(void **state)
{
    struct json *j = *state;
    struct judgement *v = seed_new("2001:db8::1", PROTECTION_DNS, STATUS_UNDETERMINED);
    v->reason = REASON_END_OF_CAPTURE;
    v->role = ROLE_FORWARDER;
    v->time = NSTIME_NONE; /* no packet at all: the epoch */
    events_line_verdict(j, &no_file, v);
    free(v);
    assert_string_equal(
        line(j),
        "{\"timestamp\":\"1970-01-01T00:00:00.000000+0000\",\"event_type\":\"verdict\",\"v\":1,"
        "\"verdict\":{\"client\":\"2001:db8::1\",\"role\":\"forwarder\",\"protection\":\"dns\","
        "\"family\":\"ipv6\",\"status\":\"undetermined\",\"vendor_status\":null,"
        "\"reason\":\"end-of-capture\",\"evidence\":[],\"paths\":[],\"advice\":[]}}");
}

static void the_clients_own_words(void **state)
{
    (void)state;
    static const char *const words[STATUS_COUNT] = {
        [STATUS_UNDETERMINED] = NULL,
        [STATUS_PROTECTED] = "Protected",
        [STATUS_DEGRADED] = "Protected",
        [STATUS_UNPROTECTED] = "Unprotected",
        [STATUS_UNAVAILABLE] = "Cloud Service Unavailable",
    };
    for (int status = 0; status < STATUS_COUNT; status++) {
        struct judgement *v = seed_new("10.0.0.1", PROTECTION_WEB, (enum status)status);
        const char *word = vendor_status(v);
        free(v);
        if (words[status])
            assert_string_equal(word, words[status]);
        else
            assert_null(word);
    }
}

/* Every member has its own number, so that none can stand in for another. */
static void the_counters(void **state)
{
    struct json *j = *state;
    struct stats s;
    const struct summary summary = {.end = AT(3, 8, 40), .stats = &s};
    uint64_t number[sizeof s / sizeof(uint64_t)];
    for (size_t i = 0; i < sizeof number / sizeof number[0]; i++)
        number[i] = i + 1;
    memcpy(&s, number, sizeof s);
    s.tables.evicted = UINT64_MAX;
    events_line_stats(j, &one_file, &summary);
    assert_string_equal(
        line(j),
        "{\"timestamp\":\"2024-08-27T03:08:40.000000+0000\",\"event_type\":\"stats\",\"v\":1,"
        "\"pcap_filename\":\"pcaps/a \\\"b\\\".pcapng\","
        "\"stats\":{\"capture\":{\"packets\":1,\"watched\":2,\"kernel_drops\":3,"
        "\"interface_drops\":4,\"truncated\":5,\"malformed\":6,\"unsupported\":7},"
        "\"dns\":{\"queries\":8,\"answered\":9,\"late\":10,\"error\":11,\"foreign\":12,"
        "\"rejected\":13,\"reset\":14,\"unanswered\":15,\"undetermined\":16,\"copies\":17,"
        "\"responses\":18,\"unsolicited\":19},"
        "\"tcp\":{\"syns\":20,\"attempts\":21,\"opened\":22,\"reset\":23,\"rejected\":24,"
        "\"aborted\":25,\"unanswered\":26,\"killed\":27,\"stalled\":28,\"undetermined\":29},"
        "\"lookups\":{\"queries\":30,\"answered\":31,\"failed\":32},"
        "\"tables\":{\"exchanges\":33,\"attempts\":34,\"clients\":35,"
        "\"evicted\":18446744073709551615}}}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_unanswered_exchange),
        TEST(an_answered_exchange_with_all_there_is),
        TEST(a_rejected_exchange_names_the_box),
        TEST(an_answer_in_another_file_is_not_numbered),
        TEST(live_there_is_no_file_and_no_frame),
        TEST(a_reset_attempt),
        TEST(a_reset_before_its_syn),
        TEST(an_opened_attempt_tells_no_reset),
        TEST(a_rejected_attempt),
        TEST(an_alert_that_fires),
        TEST(an_alert_that_resolves),
        TEST(an_alert_of_many),
        TEST(an_alert_that_folds),
        TEST(a_failing_verdict),
        TEST(evidence_of_several_files_names_its_own),
        TEST(a_seed_that_cannot_be_given),
        TEST(the_clients_own_words),
        TEST(the_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
