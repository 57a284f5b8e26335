/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captive portals show in the answers to connectivity checks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "decoders/portal.h"
#include "script.h"

static bool portal(const char *name, unsigned rcode, const char *record, struct addr *out)
{
    struct script script = script_new();
    struct script_dns dns;
    const char *const texts[] = {record, NULL};
    script_answer(&script, &dns, script_at(0), 1, name, DNS_A, rcode, texts);
    return portal_answers(&dns.message, out);
}

static void a_private_answer_is_a_portals(void **state)
{
    (void)state;
    struct addr addr, expected;
    assert_true(portal("www.msftconnecttest.com", DNS_NOERROR, "A 10.0.0.1", &addr));
    assert_true(addr_parse("10.0.0.1", &expected));
    assert_true(addr_equal(&addr, &expected));
    assert_true(portal("captive.apple.com", DNS_NOERROR, "A 0.0.0.0", &addr));
}

static void a_public_answer_is_none(void **state)
{
    (void)state;
    struct addr addr;
    assert_false(portal("captive.apple.com", DNS_NOERROR, "A 17.253.7.204", &addr));
    assert_false(portal("captive.apple.com", DNS_NXDOMAIN, NULL, &addr));
    assert_false(portal("captive.apple.com", DNS_NOERROR, NULL, &addr));
}

static void other_names_may_be_private(void **state)
{
    (void)state;
    struct addr addr;
    assert_false(portal("printer.example.com", DNS_NOERROR, "A 10.0.0.1", &addr));
    assert_false(portal("x.captive.apple.com", DNS_NOERROR, "A 10.0.0.1", &addr));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_private_answer_is_a_portals),
        cmocka_unit_test(a_public_answer_is_none),
        cmocka_unit_test(other_names_may_be_private),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
