/* SPDX-License-Identifier: GPL-2.0-or-later */
/* endpoint: see endpoint.h. */
#include "sensor/endpoint.h"

#include <stdio.h>

static bool parse_port(const char *text, uint16_t *port)
{
    unsigned number = 0;
    for (const char *p = text; *p; p++) {
        if (*p < '0' || *p > '9')
            return false;
        number = number * 10 + (unsigned)(*p - '0');
        if (number > UINT16_MAX)
            return false;
    }
    *port = (uint16_t)number;
    return number > 0;
}

/* The colon behind "]", or the only one there is: more of them are an IPv6 address without port. */
static const char *find_port(const char *text)
{
    const char *colon = strrchr(text, ':');
    if (!colon || (text[0] == '[' && colon[-1] != ']'))
        return NULL;
    return text[0] == '[' || strchr(text, ':') == colon ? colon : NULL;
}

bool endpoint_parse(const char *text, struct addr *addr, uint16_t *port)
{
    char host[ENDPOINT_TEXT];
    const char *colon = find_port(text);
    size_t length = colon ? (size_t)(colon - text) : strlen(text);
    const bool bracketed = length > 1 && text[0] == '[' && text[length - 1] == ']';

    *port = 0;
    if (bracketed) {
        text++;
        length -= 2;
    }
    if (length >= sizeof host)
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    return addr_parse(host, addr) && (!bracketed || addr->family == ADDR_IPV6) &&
           (!colon || parse_port(colon + 1, port));
}

char *endpoint_format(const struct addr *addr, uint16_t port, char out[ENDPOINT_TEXT])
{
    char text[ADDR_TEXT];
    addr_format(addr, text);
    if (port == 0)
        snprintf(out, ENDPOINT_TEXT, "%s", text);
    else if (addr->family == ADDR_IPV6)
        snprintf(out, ENDPOINT_TEXT, "[%s]:%u", text, port);
    else
        snprintf(out, ENDPOINT_TEXT, "%s:%u", text, port);
    return out;
}
