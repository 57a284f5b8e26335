/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state_text: see state_text.h. */
#include "sensor/state_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "decoders/frame.h"

#define FIRST_LINE "roamwatch state 1"

void state_alerts_free(struct state_alerts *state)
{
    free(state->alert);
    *state = (struct state_alerts){0};
}

/* --- out ------------------------------------------------------------------------------------- */

static char *who_of(const struct carried_alert *alert, char out[NOTICE_WHO])
{
    char text[ADDR_TEXT];
    if (alert->scope == SCOPE_CLIENT)
        addr_format(&alert->client, out);
    else if (alert->scope == SCOPE_SEGMENT && alert->segment.vlan)
        snprintf(out, NOTICE_WHO, "vlan%u", alert->segment.vlan);
    else if (alert->scope == SCOPE_SEGMENT)
        snprintf(out, NOTICE_WHO, "%s/%u", addr_format(&alert->segment.net.addr, text),
                 alert->segment.net.bits);
    else
        snprintf(out, NOTICE_WHO, "-");
    return out;
}

static const char *word(const char *name)
{
    return name ? name : "-";
}

static size_t format_alert(const struct carried_alert *a, char *out)
{
    char who[NOTICE_WHO];
    return (size_t)snprintf(
        out, STATE_LINE,
        "alert id=%" PRIu64 " code=%s scope=%s who=%s family=%s since=%" PRId64
        " cause=%s confidence=%s severity=%s count=%" PRIu64 " of=%" PRIu64 "\n",
        a->id, notice_code_name(a->code), notice_scope_name(a->scope), who_of(a, who),
        a->family == ADDR_IPV6 ? "ipv6" : "ipv4", a->since, word(cause_name(a->cause)),
        word(confidence_name(a->confidence)), notice_severity_name(a->severity), a->count, a->of);
}

char *state_format(const struct state_alerts *state, size_t *length)
{
    char *text = malloc((state->count + 3) * STATE_LINE);
    if (!text)
        return NULL;
    *length = (size_t)snprintf(text, 2 * STATE_LINE, FIRST_LINE "\nlast_id %" PRIu64 "\n",
                               state->last_id);
    for (size_t i = 0; i < state->count; i++)
        *length += format_alert(&state->alert[i], text + *length);
    *length += (size_t)snprintf(text + *length, STATE_LINE, "end %zu\n", state->count);
    return text;
}

/* --- in -------------------------------------------------------------------------------------- */

/* One line, and how far it has been read. */
struct reader {
    const char *text;
    size_t left;
    char line[STATE_LINE];
    char *at;
};

/* The next line, whole and without anything that is not printable. */
static bool next_line(struct reader *r)
{
    const char *end = memchr(r->text, '\n', r->left);
    const size_t length = end ? (size_t)(end - r->text) : 0;
    if (!end || length >= sizeof r->line)
        return false;
    for (size_t i = 0; i < length; i++)
        if (r->text[i] < ' ' || r->text[i] > '~')
            return false;
    memcpy(r->line, r->text, length);
    r->line[length] = '\0';
    r->at = r->line;
    r->text += length + 1;
    r->left -= length + 1;
    return true;
}

/* Skips what must stand here. */
static bool expect(struct reader *r, const char *text)
{
    const size_t length = strlen(text);
    if (strncmp(r->at, text, length) != 0)
        return false;
    r->at += length;
    return true;
}

/* A decimal number as this program writes it: no sign, no zero before it. */
static bool read_number(struct reader *r, uint64_t *out)
{
    const char *start = r->at;
    *out = 0;
    for (; *r->at >= '0' && *r->at <= '9'; r->at++) {
        const uint64_t digit = (uint64_t)(*r->at - '0');
        if (*out > (UINT64_MAX - digit) / 10)
            return false;
        *out = *out * 10 + digit;
    }
    return r->at > start && (*start != '0' || r->at == start + 1);
}

/* Up to the next blank, cut out of the line. */
static char *read_word(struct reader *r)
{
    char *start = r->at;
    r->at += strcspn(r->at, " ");
    if (*r->at)
        *r->at++ = '\0';
    return start;
}

/* The number that the word stands for; -1. */
static int find_word(const char *text, int count, const char *(*name)(int number))
{
    for (int i = 0; i < count; i++)
        if (strcmp(text, word(name(i))) == 0)
            return i;
    return -1;
}

static const char *code_word(int number)
{
    return notice_code_name((enum notice_code)number);
}

static const char *scope_word(int number)
{
    return notice_scope_name((enum notice_scope)number);
}

static const char *cause_word(int number)
{
    return cause_name((enum cause)number);
}

static const char *confidence_word(int number)
{
    return confidence_name((enum confidence)number);
}

static const char *severity_word(int number)
{
    return notice_severity_name((enum notice_severity)number);
}

/* "KEY" and one of so many words. */
static bool read_choice(struct reader *r, const char *key, int count, const char *(*name)(int),
                        int *out)
{
    if (!expect(r, key))
        return false;
    *out = find_word(read_word(r), count, name);
    return *out >= 0;
}

static bool read_who(const char *who, struct carried_alert *alert)
{
    if (alert->scope == SCOPE_CLIENT) {
        if (!addr_parse(who, &alert->client))
            return false;
        alert->family = (enum addr_family)alert->client.family;
        return true;
    }
    if (alert->scope == SCOPE_SEGMENT && strncmp(who, "vlan", 4) == 0)
        return vlan_parse(who + 4, &alert->segment.vlan);
    if (alert->scope == SCOPE_SEGMENT) {
        if (!prefix_parse(who, &alert->segment.net))
            return false;
        alert->family = (enum addr_family)alert->segment.net.addr.family;
        return true;
    }
    return strcmp(who, "-") == 0;
}

/* Told twice, for the site's sake; the two must agree. */
static bool read_family(const char *text, struct carried_alert *alert)
{
    const enum addr_family family = strcmp(text, "ipv6") == 0   ? ADDR_IPV6
                                    : strcmp(text, "ipv4") == 0 ? ADDR_IPV4
                                                                : ADDR_NONE;
    const bool agrees = alert->family == ADDR_NONE || alert->family == family;
    alert->family = family;
    if (alert->segment.vlan)
        alert->segment.net.addr.family = (uint8_t)family;
    return family != ADDR_NONE && agrees;
}

static bool read_alert(struct reader *r, struct carried_alert *out)
{
    int code, scope, cause, confidence, severity;
    uint64_t since;
    enum protection ignored;
    *out = (struct carried_alert){0};
    if (!expect(r, "alert id=") || !read_number(r, &out->id) ||
        !read_choice(r, " code=", NOTICE_CODE_COUNT, code_word, &code) ||
        !read_choice(r, "scope=", SCOPE_COUNT, scope_word, &scope))
        return false;
    out->code = (enum notice_code)code;
    out->scope = (enum notice_scope)scope;
    if (!carried_protection(out->code, &ignored) || !expect(r, "who=") ||
        !read_who(read_word(r), out) || !expect(r, "family=") || !read_family(read_word(r), out) ||
        !expect(r, "since=") || !read_number(r, &since) || since > FRAME_TIME_MAX ||
        !expect(r, " ") || !read_choice(r, "cause=", CAUSE_COUNT, cause_word, &cause) ||
        !read_choice(r, "confidence=", CONFIDENCE_COUNT, confidence_word, &confidence) ||
        !read_choice(r, "severity=", SEVERITY_COUNT, severity_word, &severity) ||
        !expect(r, "count=") || !read_number(r, &out->count) || !expect(r, " of=") ||
        !read_number(r, &out->of))
        return false;
    out->since = (nstime)since;
    out->cause = (enum cause)cause;
    out->confidence = (enum confidence)confidence;
    out->severity = (enum notice_severity)severity;
    return *r->at == '\0';
}

/* Line by line; the number of the wrong one, or 0. */
static long read_lines(struct reader *r, struct state_alerts *out)
{
    uint64_t count;
    long line = 1;
    if (!next_line(r) || strcmp(r->line, FIRST_LINE) != 0)
        return line;
    line++;
    if (!next_line(r) || !expect(r, "last_id ") || !read_number(r, &out->last_id) || *r->at)
        return line;
    for (line++; next_line(r); line++) {
        if (expect(r, "end "))
            return read_number(r, &count) && !*r->at && count == out->count && r->left == 0 ? 0
                                                                                            : line;
        struct carried_alert *alert = &out->alert[out->count];
        const uint64_t before = out->count ? alert[-1].id : 0;
        if (out->count == STATE_ALERTS || !read_alert(r, alert) || alert->id <= before ||
            alert->id > out->last_id)
            return line;
        out->count++;
    }
    return line;
}

long state_parse(const char *text, size_t length, struct state_alerts *out)
{
    struct reader r = {.text = text, .left = length};
    *out = (struct state_alerts){.alert = calloc(STATE_ALERTS + 1, sizeof *out->alert)};
    if (!out->alert)
        return -1;
    const long wrong = read_lines(&r, out);
    if (wrong)
        state_alerts_free(out);
    return wrong;
}
