/* SPDX-License-Identifier: GPL-2.0-or-later */
/* phrases: see phrases.h. */
#include "sensor/dart/phrases.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

/* As far as the published lines go, which are cut at a window's edge: no phrase is longer than what
 * stands in them. Domain facts 5 and 3.7. */
static const struct {
    const char *words;
    enum dart_kind kind;
} phrases[] = {
    {"checking reachability of pr", DART_CHECKING},
    {"probing for OpenDNS resolve", DART_PROBING},
    {"rejected all candidate reso", DART_REJECTED},
    {"TCP handshake to SWG Proxy URL was not successful", DART_SWG_FAILED},
    {"Resolved IP from '", DART_SWG_RESOLVED},
    {"Connection : Connecting to ", DART_SWG_CONNECTING},
    {"EndSetConnectTime ", DART_SWG_CONNECTED},
    {"\"swg_protection_state\"", DART_WEB_STATE},
};

/* Domain facts 3.1 and 3.3; the longer word first, where one ends another. */
static const char *const states[] = {
    "Protected Network", "Virtual Appliance", "Trusted Network", "Unprotected", "Unencrypted",
    "Protected",         "Encrypted",         "Transparent",     "Reserved",    "Open",
};

static const char machine[] = "State Machine";
static const char web_state[] = "\"swg_protection_state\"";

static bool starts_word(const char *text, const char *at, const char *word)
{
    const size_t length = strlen(word);
    return strncasecmp(at, word, length) == 0 && (at == text || !isalpha((unsigned char)at[-1])) &&
           !isalpha((unsigned char)at[length]);
}

static const char *state_at(const char *text, const char *at)
{
    for (size_t i = 0; i < ARRAY_LENGTH(states); i++)
        if (starts_word(text, at, states[i]))
            return states[i];
    return NULL;
}

static const char *machine_state(const char *text)
{
    const char *found = NULL;
    const char *at = strstr(text, machine);
    bool told = false;
    for (at = at ? at + strlen(machine) : ""; *at; at++) {
        const char *state = state_at(text, at);
        told |= starts_word(text, at, "state");
        if (state) {
            found = state;
            at += strlen(state) - 1;
        }
    }
    return told ? found : NULL;
}

bool phrases_state(const char *text, char out[DART_STATE_TEXT])
{
    const char *web = strstr(text, web_state);
    const char *state = web ? NULL : machine_state(text);
    size_t length = 0;
    snprintf(out, DART_STATE_TEXT, "%s", state ? state : "");
    if (!web)
        return state != NULL;
    web += strlen(web_state);
    web += strspn(web, " :\"");
    while (length + 1 < DART_STATE_TEXT && (isalpha((unsigned char)*web) || *web == '_'))
        out[length++] = *web++;
    out[length] = '\0';
    return length > 0;
}

static uint8_t family_of(const char *text)
{
    if (strstr(text, "IPv4 State Machine"))
        return ADDR_IPV4;
    return strstr(text, "IPv6 State Machine") ? ADDR_IPV6 : ADDR_NONE;
}

/* The last number behind "port": in front of it stand addresses. */
static uint16_t port_of(const char *text)
{
    unsigned long port = 0;
    for (const char *at = strstr(text, "port "); at; at = strstr(at + 1, "port ")) {
        const char *digits = at + strlen("port ");
        if (isdigit((unsigned char)*digits))
            port = strtoul(digits, NULL, 10);
    }
    return port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* "… since fail open policy …"; the published line is cut right behind the "p". */
static enum dart_policy policy_of(const char *text)
{
    for (; *text; text++) {
        if (strncasecmp(text, "fail", 4) != 0 || (text[4] != ' ' && text[4] != '-'))
            continue;
        if (strncasecmp(text + 5, "open", 4) == 0)
            return DART_FAIL_OPEN;
        if (strncasecmp(text + 5, "close", 5) == 0)
            return DART_FAIL_CLOSED;
    }
    return DART_POLICY_UNKNOWN;
}

void phrases_tell(const char *text, struct dart_event *event, enum dart_policy *policy)
{
    event->kind = DART_OTHER;
    event->family = family_of(text);
    event->port = 0;
    snprintf(event->text, sizeof event->text, "%s", text);
    for (size_t i = 0; i < ARRAY_LENGTH(phrases); i++) {
        const char *at = strstr(text, phrases[i].words);
        if (!at)
            continue;
        event->kind = (uint8_t)phrases[i].kind;
        if (phrases[i].kind <= DART_REJECTED)
            event->port = port_of(at);
        if (phrases[i].kind == DART_SWG_FAILED && policy_of(at) != DART_POLICY_UNKNOWN)
            *policy = policy_of(at);
        return;
    }
    if (machine_state(text))
        event->kind = DART_STATE;
}
