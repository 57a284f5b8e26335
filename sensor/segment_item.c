/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segment_item: see segment_item.h. */
#include "sensor/segment_item.h"

#include <stdio.h>
#include <string.h>

#include "sensor/quote.h"

bool vlan_parse(const char *text, uint16_t *out)
{
    unsigned number = 0;
    for (const char *p = text; *p; p++) {
        if (*p < '0' || *p > '9')
            return false;
        number = number * 10 + (unsigned)(*p - '0');
        if (number > VLAN_MAX)
            return false;
    }
    *out = (uint16_t)number;
    return number > 0;
}

/* What is before "=", which no network or VLAN holds. */
static bool take_name(const char **text, char out[SEGMENT_NAME], char error[WATCH_ERROR_TEXT])
{
    char quoted[QUOTE_TEXT];
    const char *equals = strchr(*text, '=');
    out[0] = '\0';
    if (!equals)
        return true;
    const size_t length = (size_t)(equals - *text);
    if (length == 0 || length >= SEGMENT_NAME || memchr(*text, '"', length)) {
        snprintf(error, WATCH_ERROR_TEXT,
                 "%s has no good name before \"=\"; it has 1 to %d bytes and no quotes",
                 quote(*text, quoted), SEGMENT_NAME - 1);
        return false;
    }
    memcpy(out, *text, length);
    out[length] = '\0';
    *text = equals + 1;
    return true;
}

bool segment_item_parse(const char *text, struct segment_item *out, char error[WATCH_ERROR_TEXT])
{
    static const char vlan[] = "vlan ";
    char quoted[QUOTE_TEXT];
    struct watch_item item;
    *out = (struct segment_item){0};
    if (!take_name(&text, out->name, error))
        return false;
    if (strncmp(text, vlan, sizeof vlan - 1) == 0) {
        if (vlan_parse(text + sizeof vlan - 1, &out->vlan))
            return true;
        snprintf(error, WATCH_ERROR_TEXT, "%s is no VLAN; it is a number from 1 to %d",
                 quote(text, quoted), VLAN_MAX);
        return false;
    }
    if (!watch_item_parse(text, WATCH_ACCEPT_PREFIX, &item, error))
        return false;
    out->net = item.prefix;
    return true;
}
