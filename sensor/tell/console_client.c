/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console_client: one client in full. Its first three lines answer the user; the rest is proof. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "console_parts.h"

#define LABEL_COLUMN  2
#define STATUS_COLUMN 26
#define TEXT_COLUMN   40

static const char *protection_label(enum protection protection, const struct addr *client)
{
    const bool ipv6 = client->family == ADDR_IPV6;
    if (protection == PROTECTION_DNS)
        return ipv6 ? "DNS protection (IPv6)" : "DNS protection (IPv4)";
    return ipv6 ? "Web protection (IPv6)" : "Web protection";
}

static const char *role_remark(enum role role)
{
    static const char *const remarks[ROLE_COUNT] = {
        [ROLE_OTHER] = "no roaming module seen: a device that uses these addresses by itself",
        [ROLE_MODULE] = NULL,
        [ROLE_FORWARDER] = "a DNS server or virtual appliance that asks for others",
    };
    return remarks[role];
}

/* The client's own word, where the status word is not the same. */
static const char *shown_by_client(const struct judgement *j)
{
    const char *word = vendor_status(j);
    return word && strcasecmp(word, words_status(j->status)) != 0 ? word : NULL;
}

static void print_status(struct screen *s, const struct view *view, const struct judgement *j)
{
    char since[SINCE_TEXT], text[JUDGEMENT_TEXT + SINCE_TEXT + 2];
    const bool bad = j->status != STATUS_PROTECTED && j->status != STATUS_UNDETERMINED;
    const char *shown = shown_by_client(j);

    view_since(view, bad ? j->first_bad : NSTIME_NONE, j->last_good, since);
    screen_to(s, LABEL_COLUMN);
    screen_text(s, protection_label(j->protection, &j->client));
    screen_to(s, STATUS_COLUMN);
    screen_coloured(s, status_colour(j->status), words_status(j->status));
    screen_to(s, TEXT_COLUMN);
    snprintf(text, sizeof text, "%s%s%s", j->headline, since[0] != '\0' ? ", " : "", since);
    screen_words(s, TEXT_COLUMN, text);
    screen_newline(s);
    if (!shown)
        return;
    /* In one piece, as the user reads it out on the telephone. */
    screen_to(s, TEXT_COLUMN);
    screen_text(s, "(the client shows \"");
    screen_text(s, shown);
    screen_text(s, "\")");
    screen_newline(s);
}

/* A protection that left no trace is named all the same: nobody should wonder whether it was
 * looked at. */
static void print_not_seen(struct screen *s, enum protection protection, const struct addr *client)
{
    static const char *const texts[PROTECTION_COUNT] = {
        [PROTECTION_DNS] = "no query to Cisco's resolvers: off, unlicensed or idle; not a fault",
        [PROTECTION_WEB] = "no connection to Cisco's secure web gateway: off, unlicensed, backed "
                           "off or idle; not a fault",
    };
    screen_to(s, LABEL_COLUMN);
    screen_text(s, protection_label(protection, client));
    screen_to(s, STATUS_COLUMN);
    screen_text(s, "not seen");
    screen_to(s, TEXT_COLUMN);
    screen_words(s, TEXT_COLUMN, texts[protection]);
    screen_newline(s);
}

static enum role role_of(const struct client_full *client)
{
    for (size_t i = 0; i < PROTECTION_COUNT; i++) {
        if (client->given[i])
            return client->judgement[i].role;
    }
    return ROLE_MODULE;
}

static bool needs_proof(const struct client_full *client, size_t protection)
{
    return client->given[protection] && client->judgement[protection].status != STATUS_PROTECTED;
}

void console_client(struct screen *s, const struct view *view, const struct client_full *client)
{
    char address[ADDR_TEXT];
    const enum role role = role_of(client);
    const char *remark = role_remark(role);

    screen_text(s, addr_format(&client->client, address));
    if (remark) {
        screen_text(s, "   (");
        screen_text(s, remark);
        screen_text(s, ")");
    }
    screen_newline(s);
    for (size_t i = 0; i < PROTECTION_COUNT; i++) {
        if (client->given[i])
            print_status(s, view, &client->judgement[i]);
        else if (role == ROLE_MODULE)
            print_not_seen(s, (enum protection)i, &client->client);
    }

    const bool both = needs_proof(client, PROTECTION_DNS) && needs_proof(client, PROTECTION_WEB);
    for (size_t i = 0; i < PROTECTION_COUNT; i++) {
        if (client->given[i] && !needs_proof(client, i))
            console_notes(s, &client->judgement[i]);
    }
    for (size_t i = 0; i < PROTECTION_COUNT; i++) {
        const char *label = protection_label((enum protection)i, &client->client);
        if (needs_proof(client, i))
            console_proof(s, view, &client->judgement[i], both ? label : NULL);
        if (client->given[i] && client->judgement[i].trace)
            console_explain(s, &client->judgement[i], label);
    }
}
