/* SPDX-License-Identifier: GPL-2.0-or-later */
/* portal: see portal.h. */
#include "portal.h"

static const char *const names[] = {
    "www.msftconnecttest.com",
    "ipv6.msftconnecttest.com",
    "www.msftncsi.com",
    "captive.apple.com",
    "connectivitycheck.gstatic.com",
    "connectivitycheck.android.com",
    "clients3.google.com",
    "detectportal.firefox.com",
    "nmcheck.gnome.org",
    "connectivity-check.ubuntu.com",
    "network-test.debian.org",
};

static bool is_check(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

bool portal_answers(const struct dns_message *message, struct addr *out)
{
    if (!message->response || message->rcode != DNS_NOERROR || message->name.length == 0 ||
        !is_check(message->name.text))
        return false;
    const uint8_t *at = message->first_answer;
    uint16_t left = message->answers;
    struct dns_record record;
    while (dns_next_answer(message, &at, &left, &record))
        if (record.addr.family != ADDR_NONE) {
            *out = record.addr;
            return !addr_is_public(&record.addr);
        }
    return false;
}
