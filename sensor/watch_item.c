/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_item: tells addresses, prefixes, "any" and host names apart, and says what is wrong with
 * what is none of them. */
#include "sensor/watch_item.h"

#include <stdio.h>
#include <strings.h>

#include "sensor/quote.h"

/* Letters, digits, hyphen and underscore: all that a watched host name needs (RFC 1123 2.1; the
 * underscore stands in names of the cloud's load balancers). Such a name needs no escapes. */
static bool name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* A host name of at least two labels whose last is not all digits: "208.67.222.300" is a mistaken
 * address, no name. A suffix is the same behind one leading dot. */
static bool parse_name(const char *text, bool suffix, char out[WATCH_NAME_TEXT])
{
    size_t length = 0;
    size_t label = 0;
    unsigned labels = 1;
    bool digits = true;

    if (suffix && text[0] != '.')
        return false;
    if (suffix)
        out[length++] = '.';
    for (const char *p = text + length; *p && !(p[0] == '.' && p[1] == '\0'); p++) {
        if (length + 1 >= WATCH_NAME_TEXT)
            return false;
        if (*p == '.') {
            if (label == 0)
                return false;
            label = 0;
            labels++;
            digits = true;
        } else {
            if (!name_character(*p) || ++label > 63)
                return false;
            digits = digits && *p >= '0' && *p <= '9';
        }
        out[length++] = lower(*p);
    }
    out[length] = '\0';
    return label > 0 && labels >= 2 && !digits;
}

static const char *accepted(unsigned accept)
{
    if (accept & WATCH_ACCEPT_SUFFIX)
        return "the end of a host name, beginning with a dot, such as \".sigproxy.qq.opendns.com\"";
    if (accept & WATCH_ACCEPT_PREFIX)
        return "an address or a prefix such as 192.0.2.0/24";
    if (!(accept & WATCH_ACCEPT_ADDRESS))
        return "a host name, such as \"proxy.sig.umbrella.com\"";
    if (accept & WATCH_ACCEPT_NAME)
        return "an address, a prefix such as 192.0.2.0/24, a host name or \"any\"";
    return "an address, a prefix such as 192.0.2.0/24, or \"any\"";
}

/* prefix_parse() refuses "10.1.2.3/8"; say which prefix was meant. */
static bool meant_prefix(const char *text, char out[ADDR_TEXT + 4])
{
    char address[ADDR_TEXT];
    const char *slash = strchr(text, '/');
    struct addr addr;
    unsigned bits = 0;

    if (!slash || (size_t)(slash - text) >= sizeof address)
        return false;
    memcpy(address, text, (size_t)(slash - text));
    address[slash - text] = '\0';
    if (!addr_parse(address, &addr) || slash[1] == '\0')
        return false;
    for (const char *p = slash + 1; *p; p++) {
        if (*p < '0' || *p > '9' || bits > 128)
            return false;
        bits = bits * 10 + (unsigned)(*p - '0');
    }
    size_t size = addr.family == ADDR_IPV4 ? 4 : 16;
    if (bits > 8 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned kept = bits >= 8 * (i + 1) ? 8 : bits > 8 * i ? bits - 8 * (unsigned)i : 0;
        addr.bytes[i] = (uint8_t)(addr.bytes[i] & (0xff00u >> kept));
    }
    snprintf(out, ADDR_TEXT + 4, "%s/%u", addr_format(&addr, address), bits);
    return true;
}

bool watch_item_parse(const char *text, unsigned accept, struct watch_item *out,
                      char error[WATCH_ERROR_TEXT])
{
    const bool prefix = accept & (WATCH_ACCEPT_ADDRESS | WATCH_ACCEPT_PREFIX);
    char quoted[QUOTE_TEXT];
    char meant[ADDR_TEXT + 4];

    memset(out, 0, sizeof *out);
    if ((accept & WATCH_ACCEPT_ADDRESS) && strcasecmp(text, "any") == 0) {
        out->kind = WATCH_ANY;
        return true;
    }
    if (prefix && prefix_parse(text, &out->prefix)) {
        out->kind = WATCH_PREFIX;
        return true;
    }
    if (((accept & WATCH_ACCEPT_NAME) && parse_name(text, false, out->name)) ||
        ((accept & WATCH_ACCEPT_SUFFIX) && parse_name(text, true, out->name))) {
        out->kind = WATCH_NAME;
        return true;
    }
    if (prefix && meant_prefix(text, meant))
        snprintf(error, WATCH_ERROR_TEXT, "%s has bits set beyond its prefix; did you mean %s?",
                 quote(text, quoted), meant);
    else
        snprintf(error, WATCH_ERROR_TEXT, "%s is not %s", quote(text, quoted), accepted(accept));
    return false;
}
