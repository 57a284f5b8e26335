/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An alert's life: one id from firing through changes of code to resolved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "sensor/detect/alerts.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fires_from_likely_up),
        cmocka_unit_test(keeps_its_id_to_the_end),
        cmocka_unit_test(a_phone_raises_none),
        cmocka_unit_test(unencrypted_is_a_notice),
        cmocka_unit_test(ipv6_alone_is_a_notice),
        cmocka_unit_test(a_capture_that_cannot_tell_suspends),
        cmocka_unit_test(ends_for_other_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
