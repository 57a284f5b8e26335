/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config_value: one value of the configuration, from text into its place and back. */
#include "decoders/certificate.h"
#include "sensor/config_table.h"

#include <string.h>
#include <strings.h>

#include "sensor/endpoint.h"
#include "sensor/quote.h"
#include "sensor/watch_item.h"

static const struct unit {
    const char *name;
    nstime length;
} units[] = {
    {"d", 86400 * NS_PER_SEC}, {"h", 3600 * NS_PER_SEC}, {"m", 60 * NS_PER_SEC},
    {"s", NS_PER_SEC},         {"ms", NS_PER_MS},        {"us", NS_PER_US},
};
#define UNITS (sizeof units / sizeof *units)

char *setting_name(const struct setting *s, char out[SETTING_NAME])
{
    snprintf(out, SETTING_NAME, "%s%s%s", s->section, s->section[0] ? "." : "", s->key);
    return out;
}

const char *setting_wants(const struct setting *s)
{
    static const char *const wants[] = {
        [SETTING_DURATION] = "a duration such as 5s",
        [SETTING_COUNT] = "a whole number",
        [SETTING_SWITCH] = "on or off",
        [SETTING_CHOICE] = "one word",
        [SETTING_LIST] = "a list of items, each behind a hyphen",
        [SETTING_TEXT] = "one text, or nothing",
    };
    return wants[s->type];
}

/* The members that the table's offsets name. */
static void *place(const struct setting *s, struct config *config)
{
    return (char *)config + s->offset;
}

static const void *const_place(const struct setting *s, const struct config *config)
{
    return (const char *)config + s->offset;
}

struct config_list *setting_list(const struct setting *s, struct config *config)
{
    return place(s, config);
}

int64_t setting_number(const struct setting *s, const struct config *config)
{
    const void *at = const_place(s, config);

    switch (s->type) {
    case SETTING_DURATION:
        return *(const nstime *)at;
    case SETTING_COUNT:
        return *(const uint32_t *)at;
    case SETTING_SWITCH:
        return *(const bool *)at;
    case SETTING_CHOICE:
        return *(const unsigned *)at;
    case SETTING_LIST:
    case SETTING_TEXT:
        break;
    }
    return 0;
}

const char *setting_text(const struct setting *s, const struct config *config)
{
    return const_place(s, config);
}

char *setting_duration(nstime duration, char out[SETTING_VALUE])
{
    for (size_t i = 0; i < UNITS; i++) {
        bool whole = duration % units[i].length == 0 && duration != 0;
        if (whole || i + 1 == UNITS || (duration == 0 && units[i].length == NS_PER_SEC)) {
            snprintf(out, SETTING_VALUE, "%lld%s", (long long)(duration / units[i].length),
                     units[i].name);
            break;
        }
    }
    return out;
}

char *setting_format(const struct setting *s, const struct config *config, char out[SETTING_VALUE])
{
    int64_t number = setting_number(s, config);

    if (s->type == SETTING_DURATION)
        return setting_duration(number, out);
    if (s->type == SETTING_SWITCH)
        snprintf(out, SETTING_VALUE, "%s", number ? "on" : "off");
    else if (s->type == SETTING_CHOICE)
        snprintf(out, SETTING_VALUE, "%s", s->words[number]);
    else
        snprintf(out, SETTING_VALUE, "%lld", (long long)number);
    return out;
}

/* Digits at the start of text; false where there are none. What does not fit stays at the
 * largest number, which is out of every range. */
static bool parse_digits(const char **text, int64_t *out)
{
    const char *p = *text;

    *out = 0;
    for (; *p >= '0' && *p <= '9'; p++)
        *out = *out > INT64_MAX / 10 - 1 ? INT64_MAX : *out * 10 + (*p - '0');
    if (p == *text)
        return false;
    *text = p;
    return true;
}

static bool bad(const struct setting *s, const char *text, char error[CONFIG_ERROR],
                const char *which)
{
    char name[SETTING_NAME];
    char quoted[QUOTE_TEXT];

    snprintf(error, CONFIG_ERROR, "\"%s\" is %s, which %s", setting_name(s, name),
             quote(text, quoted), which);
    return false;
}

static bool in_range(const struct setting *s, const char *text, int64_t number,
                     char error[CONFIG_ERROR])
{
    char which[4 * SETTING_VALUE];
    char low[SETTING_VALUE];
    char high[SETTING_VALUE];

    if (number >= s->min && number <= s->max)
        return true;
    if (s->type == SETTING_DURATION)
        snprintf(which, sizeof which, "is out of range; it may be from %s to %s",
                 setting_duration(s->min, low), setting_duration(s->max, high));
    else
        snprintf(which, sizeof which, "is out of range; it may be from %lld to %lld",
                 (long long)s->min, (long long)s->max);
    return bad(s, text, error, which);
}

static bool parse_duration(const struct setting *s, const char *text, nstime *out,
                           char error[CONFIG_ERROR])
{
    const char *p = text;
    int64_t number;

    if (!parse_digits(&p, &number))
        return bad(s, text, error,
                   "is not a duration; write a whole number and a unit, such as 5s or 100ms");
    if (*p == '\0')
        return bad(s, text, error,
                   "has no unit; write us, ms, s, m, h or d behind the number, such as 5s");
    for (size_t i = 0; i < UNITS; i++) {
        if (strcmp(p, units[i].name) != 0)
            continue;
        nstime most = INT64_MAX / units[i].length;
        nstime duration = number > most ? INT64_MAX : number * units[i].length;
        if (!in_range(s, text, duration, error))
            return false;
        *out = duration;
        return true;
    }
    return bad(s, text, error,
               "does not end in a unit of time; write a whole number and us, ms, s, m, h or d");
}

static bool parse_count(const struct setting *s, const char *text, uint32_t *out,
                        char error[CONFIG_ERROR])
{
    const char *p = text;
    int64_t number;

    if (!parse_digits(&p, &number) || *p != '\0')
        return bad(s, text, error, "is not a whole number");
    if (!in_range(s, text, number, error))
        return false;
    *out = (uint32_t)number;
    return true;
}

static bool parse_switch(const struct setting *s, const char *text, bool *out,
                         char error[CONFIG_ERROR])
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"on", true}, {"off", false}, {"true", true}, {"false", false}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i].word) == 0) {
            *out = words[i].value;
            return true;
        }
    }
    return bad(s, text, error, "is neither on nor off");
}

static bool parse_choice(const struct setting *s, const char *text, unsigned *out,
                         char error[CONFIG_ERROR])
{
    char which[160];
    size_t length = 0;

    for (unsigned i = 0; s->words[i]; i++) {
        if (strcmp(text, s->words[i]) == 0) {
            *out = i;
            return true;
        }
    }
    length += (size_t)snprintf(which, sizeof which, "is not one of");
    for (unsigned i = 0; s->words[i] && length < sizeof which; i++)
        length += (size_t)snprintf(which + length, sizeof which - length, "%s %s", i ? "," : "",
                                   s->words[i]);
    return bad(s, text, error, which);
}

static bool check_item(const struct setting *s, const char *text, char error[CONFIG_ERROR],
                       size_t *at)
{
    struct watch_item item;
    char problem[WATCH_ERROR_TEXT];
    char name[SETTING_NAME];

    if (s->check ? s->check(text, problem, at) : watch_item_parse(text, s->accept, &item, problem))
        return true;
    snprintf(error, CONFIG_ERROR, "in \"%s\", %s", setting_name(s, name), problem);
    return false;
}

static bool parse_item(const struct setting *s, const char *text, struct config_list *list,
                       char error[CONFIG_ERROR], size_t *at)
{
    char name[SETTING_NAME];

    if (!check_item(s, text, error, at))
        return false;
    if (s->max > 0 && list->count >= (size_t)s->max) {
        snprintf(error, CONFIG_ERROR, "\"%s\" holds more than %lld items; leave some out",
                 setting_name(s, name), (long long)s->max);
        return false;
    }
    if (!config_list_clear_add(list, text, false)) {
        snprintf(error, CONFIG_ERROR, "there is not enough memory");
        return false;
    }
    return true;
}

static bool parse_text(const struct setting *s, const char *text, char out[CONFIG_TEXT],
                       char error[CONFIG_ERROR])
{
    struct addr addr;
    uint16_t port;
    uint8_t key[CERTIFICATE_KEY];

    if (strlen(text) >= CONFIG_TEXT)
        return bad(s, text, error, "is too long; at most 255 bytes fit");
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return bad(s, text, error, "holds a control character; leave that out");
    }
    if (s->accept == TEXT_ENDPOINT && text[0] && !endpoint_parse(text, &addr, &port))
        return bad(s, text, error,
                   "is no address; write one with a port or without, such as 192.0.2.53, "
                   "192.0.2.53:5353 or [2001:db8::53]:53");
    if (s->accept == TEXT_KEY && text[0] && !certificate_parse_key(text, key))
        return bad(s, text, error,
                   "is no Ed25519 public key; write its 64 hexadecimal digits, with colons or "
                   "without");
    memcpy(out, text, strlen(text) + 1);
    return true;
}

bool setting_parse(const struct setting *s, const char *text, struct config *config,
                   char error[CONFIG_ERROR])
{
    size_t at;

    return setting_parse_at(s, text, config, error, &at);
}

bool setting_parse_at(const struct setting *s, const char *text, struct config *config,
                      char error[CONFIG_ERROR], size_t *wrong)
{
    void *at = place(s, config);

    *wrong = 0;

    switch (s->type) {
    case SETTING_DURATION:
        return parse_duration(s, text, at, error);
    case SETTING_COUNT:
        return parse_count(s, text, at, error);
    case SETTING_SWITCH:
        return parse_switch(s, text, at, error);
    case SETTING_CHOICE:
        return parse_choice(s, text, at, error);
    case SETTING_LIST:
        return parse_item(s, text, at, error, wrong);
    case SETTING_TEXT:
        return parse_text(s, text, at, error);
    }
    return false;
}
