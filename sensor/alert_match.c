/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alert_match: see alert_match.h. One function a part, named in a table. */
#include "sensor/alert_match.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sensor/quote.h"

#define VALUE 64 /* the longest prefix, cause or date is shorter */

static bool wrong(const char *value, const char *which, char error[WATCH_ERROR_TEXT])
{
    char quoted[QUOTE_TEXT];
    snprintf(error, WATCH_ERROR_TEXT, "%s is %s", quote(value, quoted), which);
    return false;
}

static bool take_net(const char *value, struct alert_match *out, char error[WATCH_ERROR_TEXT])
{
    struct watch_item item;
    if (out->nets == ALERT_MATCH_VALUES)
        return wrong(value, "one network too many; write a second item", error);
    if (!watch_item_parse(value, WATCH_ACCEPT_PREFIX, &item, error))
        return false;
    out->net[out->nets++] = item.prefix;
    return true;
}

static bool take_vlan(const char *value, struct alert_match *out, char error[WATCH_ERROR_TEXT])
{
    if (out->vlans == ALERT_MATCH_VALUES)
        return wrong(value, "one VLAN too many; write a second item", error);
    if (!vlan_parse(value, &out->vlan[out->vlans]))
        return wrong(value, "no VLAN; it is a number from 1 to 4094", error);
    out->vlans++;
    return true;
}

static bool take_role(const char *value, struct alert_match *out, char error[WATCH_ERROR_TEXT])
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (strcmp(value, role_name((enum role)i)) == 0) {
            out->roles |= 1u << i;
            return true;
        }
    return wrong(value, "no role; there are module, forwarder and other", error);
}

static bool take_cause(const char *value, struct alert_match *out, char error[WATCH_ERROR_TEXT])
{
    for (int i = 0; i < CAUSE_COUNT; i++) {
        const char *name = cause_name((enum cause)i);
        if (name && strcmp(value, name) == 0) {
            out->causes |= 1u << i;
            return true;
        }
    }
    return wrong(value, "no cause; write one as the events do, such as silent-drop", error);
}
_Static_assert(CAUSE_COUNT <= 32, "a bit a cause");

static bool digits(const char *text, size_t count, int *out)
{
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = *out * 10 + (text[i] - '0');
    }
    return true;
}

/* That day is the last one. */
static bool take_until(const char *value, struct alert_match *out, char error[WATCH_ERROR_TEXT])
{
    static const char form[] = "no date such as 2027-01-31";
    struct tm day = {0};
    int year = 0, month = 0;
    if (strlen(value) != strlen("2027-01-31") || value[4] != '-' || value[7] != '-' ||
        !digits(value, 4, &year) || !digits(value + 5, 2, &month) ||
        !digits(value + 8, 2, &day.tm_mday) || year < 1970 || year > 2199)
        return wrong(value, form, error);
    day.tm_year = year - 1900;
    day.tm_mon = month - 1;
    const struct tm meant = day;
    const time_t begin = timegm(&day); /* makes 1 March of 29 February where there is none */
    if (day.tm_mon != meant.tm_mon || day.tm_mday != meant.tm_mday)
        return wrong(value, form, error);
    out->until = ((nstime)begin + 86400) * NS_PER_SEC;
    return true;
}

static const struct part {
    const char *key;
    bool (*take)(const char *value, struct alert_match *out, char error[WATCH_ERROR_TEXT]);
    bool several;
} parts[] = {
    {"net", take_net, true},     {"vlan", take_vlan, true},    {"role", take_role, true},
    {"cause", take_cause, true}, {"until", take_until, false},
};
#define PARTS (sizeof parts / sizeof *parts)

static const struct part *find_part(const char *word, size_t length)
{
    for (size_t i = 0; i < PARTS; i++)
        if (strlen(parts[i].key) == length && memcmp(parts[i].key, word, length) == 0)
            return &parts[i];
    return NULL;
}

/* The values from *text up to the next blank; *at is about them. */
static bool take_values(const struct part *part, const char **text, struct alert_match *out,
                        char error[WATCH_ERROR_TEXT], size_t *at)
{
    const char *p = *text;
    for (;;) {
        char value[VALUE];
        const size_t length = strcspn(p, part->several ? ", " : " ");
        snprintf(value, sizeof value, "%.*s", (int)length, p);
        if (!part->take(value, out, error))
            return false;
        p += length;
        *at += length + 1;
        if (*p != ',')
            break;
        p++;
    }
    *text = p;
    return true;
}

bool alert_match_parse(const char *text, struct alert_match *out, char error[WATCH_ERROR_TEXT],
                       size_t *at)
{
    const char *begin = text;
    unsigned seen = 0;
    *out = (struct alert_match){.until = NSTIME_NEVER};
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        const size_t key = strcspn(text, "= ");
        const struct part *part = text[key] == '=' ? find_part(text, key) : NULL;
        *at = (size_t)(text - begin);
        if (!part)
            return wrong(
                text,
                "no part of an alert; there are net=, vlan=, role=, cause= and until=", error);
        if (seen & 1u << (part - parts))
            return wrong(text, "there twice; part its values by commas", error);
        seen |= 1u << (part - parts);
        *at += key + 1;
        text += key + 1;
        if (!take_values(part, &text, out, error, at))
            return false;
    }
    *at = 0;
    return seen || wrong(begin, "nothing; write which alerts, such as cause=late-answers", error);
}

/* --- matching -------------------------------------------------------------------------------- */

bool alert_match_over(const struct alert_match *m, nstime now)
{
    return now >= m->until;
}

static bool net_matches(const struct alert_match *m, const struct addr *client)
{
    for (size_t i = 0; i < m->nets; i++)
        if (prefix_contains(&m->net[i], client))
            return true;
    return m->nets == 0;
}

static bool vlan_matches(const struct alert_match *m, const struct vlan_tags *tags)
{
    for (size_t i = 0; i < m->vlans; i++)
        if (vlan_tags_have(tags, m->vlan[i]))
            return true;
    return m->vlans == 0;
}

bool alert_match_whom(const struct alert_match *m, const struct alert_subject *subject)
{
    return !alert_match_over(m, subject->now) && net_matches(m, subject->client) &&
           vlan_matches(m, subject->tags) && (!m->roles || m->roles & 1u << subject->role);
}

bool alert_match_holds(const struct alert_match *m, const struct alert_subject *subject)
{
    return alert_match_whom(m, subject) && (!m->causes || m->causes & 1u << subject->cause);
}
