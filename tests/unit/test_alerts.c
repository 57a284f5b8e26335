/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An alert's life: one id from firing through changes of code to resolved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "sensor/detect/alerts.h"

#define WINDOW (600 * NS_PER_SEC)

static struct judgement judged(enum protection protection, enum status status, enum cause cause,
                               enum confidence confidence)
{
    return (struct judgement){.protection = protection,
                              .role = ROLE_MODULE,
                              .status = status,
                              .cause = cause,
                              .confidence = confidence,
                              .time = 9 * NS_PER_SEC,
                              .first_bad = 4 * NS_PER_SEC,
                              .headline = "nothing answers"};
}

static struct judgement dns(enum status status, enum confidence confidence)
{
    return judged(PROTECTION_DNS, status, CAUSE_SILENT_DROP, confidence);
}

/* The steps as folding takes them where no wider alert stands. */
static bool alerts_judge(struct alerts *alerts, struct alert_state *state,
                         const struct judgement *judgement, uint64_t failed, struct notice *out)
{
    switch (alerts_follow(state, judgement, failed, WINDOW)) {
    case ALERT_STANDS:
        return alerts_tell(alerts, state, judgement, out);
    case ALERT_RECOVERED:
        return alerts_end(state, &judgement->client, RESOLUTION_RECOVERED, judgement->time, out);
    case ALERT_UNFIT:
        return alerts_end(state, &judgement->client, RESOLUTION_SUSPENDED, judgement->time, out);
    case ALERT_QUIET:
        break;
    }
    return false;
}

static void fires_from_likely_up(void **state)
{
    (void)state;
    struct alerts alerts = {0};
    struct alert_state standing = {0};
    struct notice notice;
    struct judgement j = dns(STATUS_UNPROTECTED, CONFIDENCE_POSSIBLE);
    assert_false(alerts_judge(&alerts, &standing, &j, 3, &notice));
    j = dns(STATUS_UNPROTECTED, CONFIDENCE_LIKELY);
    assert_true(alerts_judge(&alerts, &standing, &j, 4, &notice));
    assert_int_equal(notice.id, 1);
    assert_int_equal(notice.code, NOTICE_DNS_UNPROTECTED);
    assert_int_equal(notice.severity, SEVERITY_CRITICAL);
    assert_int_equal(notice.resolution, RESOLUTION_NONE);
    assert_int_equal(notice.count, 4);
    assert_true(notice.since == 4 * NS_PER_SEC);
    assert_false(alerts_judge(&alerts, &standing, &j, 5, &notice)); /* nothing new */
}

static bool judged_at(struct alert_state *state, double second, enum cause cause,
                      enum confidence confidence)
{
    static struct alerts alerts;
    struct notice notice;
    struct judgement j = judged(PROTECTION_DNS, STATUS_UNPROTECTED, cause, confidence);
    j.time = (nstime)(second * 1e9);
    return alerts_judge(&alerts, state, &j, 3, &notice);
}

static void failures_of_two_kinds_take_turns(void **state)
{
    (void)state;
    struct alert_state standing = {0};
    assert_true(judged_at(&standing, 0, CAUSE_LATE_ANSWERS, CONFIDENCE_LIKELY));
    for (int i = 0; i < 20; i++) { /* a less sure cause, and the surer again */
        assert_false(judged_at(&standing, i * 50, CAUSE_SILENT_DROP, CONFIDENCE_POSSIBLE));
        assert_false(judged_at(&standing, i * 50 + 20, CAUSE_LATE_ANSWERS, CONFIDENCE_LIKELY));
    }
    assert_int_equal(standing.cause, CAUSE_LATE_ANSWERS);
    assert_false(judged_at(&standing, 971, CAUSE_SILENT_DROP, CONFIDENCE_LIKELY)); /* as sure */
    assert_true(judged_at(&standing, 1001, CAUSE_SILENT_DROP, CONFIDENCE_LIKELY));
    assert_true(judged_at(&standing, 1002, CAUSE_ICMP_REJECT, CONFIDENCE_CERTAIN)); /* surer */
}

static void a_cause_long_not_found_gives_way(void **state)
{
    (void)state;
    struct alert_state standing = {0};
    assert_true(judged_at(&standing, 0, CAUSE_LATE_ANSWERS, CONFIDENCE_LIKELY));
    assert_false(judged_at(&standing, 599, CAUSE_SILENT_DROP, CONFIDENCE_POSSIBLE));
    assert_true(judged_at(&standing, 600, CAUSE_SILENT_DROP, CONFIDENCE_POSSIBLE));
}

static void keeps_its_id_to_the_end(void **state)
{
    (void)state;
    struct alerts alerts = {.last_id = 6};
    struct alert_state standing = {0};
    struct notice notice;
    struct judgement j = dns(STATUS_UNPROTECTED, CONFIDENCE_LIKELY);
    assert_true(alerts_judge(&alerts, &standing, &j, 3, &notice));
    j = dns(STATUS_DEGRADED, CONFIDENCE_POSSIBLE); /* followed, however unsure */
    assert_true(alerts_judge(&alerts, &standing, &j, 5, &notice));
    assert_int_equal(notice.id, 7);
    assert_int_equal(notice.code, NOTICE_DNS_DEGRADED);
    j = dns(STATUS_UNDETERMINED, CONFIDENCE_NONE); /* not knowing is no recovery */
    assert_false(alerts_judge(&alerts, &standing, &j, 5, &notice));
    j = dns(STATUS_PROTECTED, CONFIDENCE_NONE);
    assert_true(alerts_judge(&alerts, &standing, &j, 0, &notice));
    assert_int_equal(notice.id, 7);
    assert_int_equal(notice.resolution, RESOLUTION_RECOVERED);
    assert_int_equal(notice.count, 5);
    assert_false(alerts_judge(&alerts, &standing, &j, 0, &notice));
    j = dns(STATUS_UNPROTECTED, CONFIDENCE_LIKELY);
    assert_true(alerts_judge(&alerts, &standing, &j, 3, &notice));
    assert_int_equal(notice.id, 8);
}

/* The same code, and it matters more or less than before: people are told, under the same id. */
static void a_change_of_severity_is_told(void **state)
{
    (void)state;
    struct alerts alerts = {0};
    struct alert_state standing = {0};
    struct notice notice;
    struct judgement j = dns(STATUS_UNPROTECTED, CONFIDENCE_LIKELY);
    j.client.family = ADDR_IPV6;
    j.other_family_works = true;
    assert_true(alerts_judge(&alerts, &standing, &j, 3, &notice));
    assert_int_equal(notice.severity, SEVERITY_NOTICE);
    j.other_family_works = false;
    assert_true(alerts_judge(&alerts, &standing, &j, 4, &notice));
    assert_int_equal(notice.severity, SEVERITY_CRITICAL);
    assert_int_equal(notice.id, 1);
    assert_int_equal(notice.resolution, RESOLUTION_NONE);
    assert_false(alerts_judge(&alerts, &standing, &j, 5, &notice));
}

static void a_phone_raises_none(void **state)
{
    (void)state;
    struct alerts alerts = {0};
    struct alert_state standing = {0};
    struct notice notice;
    struct judgement j = dns(STATUS_UNPROTECTED, CONFIDENCE_CERTAIN);
    j.role = ROLE_OTHER;
    assert_false(alerts_judge(&alerts, &standing, &j, 3, &notice));
    j.role = ROLE_FORWARDER;
    assert_true(alerts_judge(&alerts, &standing, &j, 3, &notice));
}

static void unencrypted_is_a_notice(void **state)
{
    (void)state;
    struct alerts alerts = {0};
    struct alert_state standing = {0};
    struct notice notice;
    struct judgement j = dns(STATUS_DEGRADED, CONFIDENCE_LIKELY);
    j.path_count = 2;
    j.path[0] = (struct path_view){.port = 443, .transport = 17, .status = PATH_FAILING};
    j.path[1] = (struct path_view){.port = 53, .transport = 17, .status = PATH_OK};
    assert_true(alerts_judge(&alerts, &standing, &j, 3, &notice));
    assert_int_equal(notice.severity, SEVERITY_NOTICE);
    assert_true(notice.has_path);
    assert_int_equal(notice.path.port, 443);
    standing = (struct alert_state){0};
    j.path[1].status = PATH_FAILING;
    assert_true(alerts_judge(&alerts, &standing, &j, 3, &notice));
    assert_int_equal(notice.severity, SEVERITY_WARNING);
    assert_false(notice.has_path);
}

static void ipv6_alone_is_a_notice(void **state)
{
    (void)state;
    struct alerts alerts = {0};
    struct alert_state standing = {0};
    struct notice notice;
    struct judgement j = dns(STATUS_UNPROTECTED, CONFIDENCE_LIKELY);
    j.other_family_works = true;
    j.client.family = ADDR_IPV4;
    assert_true(alerts_judge(&alerts, &standing, &j, 3, &notice));
    assert_int_equal(notice.severity, SEVERITY_CRITICAL);
    standing = (struct alert_state){0};
    j.client.family = ADDR_IPV6;
    assert_true(alerts_judge(&alerts, &standing, &j, 3, &notice));
    assert_int_equal(notice.severity, SEVERITY_NOTICE);
}

static void a_capture_that_cannot_tell_suspends(void **state)
{
    (void)state;
    struct alerts alerts = {0};
    struct alert_state standing = {0};
    struct notice notice;
    struct judgement j = dns(STATUS_UNPROTECTED, CONFIDENCE_LIKELY);
    assert_true(alerts_judge(&alerts, &standing, &j, 3, &notice));
    j = dns(STATUS_UNDETERMINED, CONFIDENCE_NONE);
    j.reason = REASON_ONE_WAY_CAPTURE;
    assert_true(alerts_judge(&alerts, &standing, &j, 3, &notice));
    assert_int_equal(notice.resolution, RESOLUTION_SUSPENDED);
}

static void ends_for_other_reasons(void **state)
{
    (void)state;
    struct alerts alerts = {0};
    struct alert_state standing = {0};
    struct notice notice;
    struct addr client = {.family = ADDR_IPV4};
    assert_false(alerts_end(&standing, &client, RESOLUTION_CLIENT_GONE, 0, &notice));
    struct judgement j = judged(PROTECTION_WEB, STATUS_UNAVAILABLE, CAUSE_RESET, CONFIDENCE_LIKELY);
    assert_true(alerts_judge(&alerts, &standing, &j, 3, &notice));
    assert_int_equal(notice.code, NOTICE_WEB_UNAVAILABLE);
    assert_true(alerts_end(&standing, &client, RESOLUTION_CLIENT_GONE, 99, &notice));
    assert_int_equal(notice.resolution, RESOLUTION_CLIENT_GONE);
    assert_int_equal(notice.cause, CAUSE_RESET);
    assert_true(notice.time == 99);
    assert_false(alerts_end(&standing, &client, RESOLUTION_CLIENT_GONE, 99, &notice));
}

static void folds_and_is_told_again(void **state)
{
    (void)state;
    struct alerts alerts = {0};
    struct alert_state standing = {0};
    struct notice notice;
    const struct notice wider = {.id = 9, .scope = SCOPE_SITE, .family = ADDR_IPV4};
    const struct addr client = {.family = ADDR_IPV4, .bytes = {10, 0, 0, 1}};
    struct judgement j = dns(STATUS_UNPROTECTED, CONFIDENCE_LIKELY);
    assert_int_equal(alerts_follow(&standing, &j, 3, WINDOW), ALERT_STANDS);
    assert_false(alerts_fold(&standing, &client, &wider, 9, &notice)); /* nobody knew of it */
    assert_true(alerts_tell(&alerts, &standing, &j, &notice));
    assert_true(alerts_fold(&standing, &client, &wider, 9, &notice));
    assert_int_equal(notice.id, 1);
    assert_int_equal(notice.resolution, RESOLUTION_FOLDED);
    assert_string_equal(notice.message, "goes on as part of alert 9, SITE (IPv4)");
    assert_true(standing.stands);
    assert_true(alerts_tell(&alerts, &standing, &j, &notice));
    assert_int_equal(notice.id, 2);
    assert_true(notice.since == 4 * NS_PER_SEC);
}

static void a_wider_one_has_a_life_too(void **state)
{
    (void)state;
    struct alerts alerts = {.last_id = 4};
    struct alert_state one = {0}, wide = {0};
    struct notice notice;
    struct alert_reach reach = {.scope = SCOPE_SEGMENT, .family = ADDR_IPV4, .count = 6, .of = 10};
    assert_true(prefix_parse("10.1.0.0/16", &reach.segment.net));
    struct judgement j = dns(STATUS_DEGRADED, CONFIDENCE_LIKELY);
    alerts_follow(&one, &j, 3, WINDOW);
    alerts_widen(&alerts, &wide, &reach, &one, &j, 2, &notice);
    assert_int_equal(notice.id, 5);
    assert_int_equal(notice.scope, SCOPE_SEGMENT);
    assert_int_equal(notice.code, NOTICE_DNS_DEGRADED);
    assert_int_equal(notice.count, 6);
    assert_true(notice.since == 2);
    assert_string_equal(notice.message, "6 of 10 clients in 10.1.0.0/16: nothing answers");
    j.status = STATUS_UNPROTECTED;
    alerts_follow(&one, &j, 3, WINDOW);
    reach.count = 8;
    alerts_widen(&alerts, &wide, &reach, &one, &j, 3, &notice);
    assert_int_equal(notice.id, 5);
    assert_int_equal(notice.code, NOTICE_DNS_UNPROTECTED);
    assert_int_equal(notice.severity, SEVERITY_CRITICAL);
    assert_true(notice.since == 2);
    alerts_end_wide(&wide, &reach, RESOLUTION_RECOVERED, 99, &notice);
    assert_int_equal(notice.id, 5);
    assert_int_equal(notice.resolution, RESOLUTION_RECOVERED);
    assert_string_equal(notice.message, "10.1.0.0/16: works again for most; at its worst 8 of 10 "
                                        "clients failed");
    assert_int_equal(wide.id, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fires_from_likely_up),
        cmocka_unit_test(failures_of_two_kinds_take_turns),
        cmocka_unit_test(a_cause_long_not_found_gives_way),
        cmocka_unit_test(keeps_its_id_to_the_end),
        cmocka_unit_test(a_change_of_severity_is_told),
        cmocka_unit_test(a_phone_raises_none),
        cmocka_unit_test(unencrypted_is_a_notice),
        cmocka_unit_test(ipv6_alone_is_a_notice),
        cmocka_unit_test(a_capture_that_cannot_tell_suspends),
        cmocka_unit_test(ends_for_other_reasons),
        cmocka_unit_test(folds_and_is_told_again),
        cmocka_unit_test(a_wider_one_has_a_life_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
