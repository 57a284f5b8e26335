/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reencoded: see reencoded.h. Bytes below 0x80 survive as characters, so what is left of the
 * headers can be found among them. */
#include "sensor/capture/reencoded.h"

#include <string.h>

#define CHARACTERS 64
#define FOREIGN    0xff /* any character beyond ASCII, and the "?" that stands for one */

struct characters {
    uint8_t at[CHARACTERS];
    size_t count;
    bool invalid; /* no text, but bytes that nobody encoded */
};

static void add(struct characters *c, unsigned unit)
{
    if (c->count < CHARACTERS)
        c->at[c->count++] = (uint8_t)(unit >= 0x80 || unit == '?' ? FOREIGN : unit);
}

static struct characters utf16(const uint8_t *head, size_t length)
{
    struct characters c = {.count = 0};
    for (size_t i = 0; i + 1 < length; i += 2)
        add(&c, (unsigned)head[i + 1] << 8 | head[i]);
    return c;
}

/* A character of several bytes counts once; a byte that continues none stands for itself. */
static struct characters utf8(const uint8_t *head, size_t length)
{
    struct characters c = {.count = 0};
    for (size_t i = 0; i < length && c.count < CHARACTERS;) {
        uint8_t first = head[i++];
        unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
        add(&c, first);
        for (; more > 0 && i < length && (head[i] & 0xc0) == 0x80; more--)
            i++;
        if ((more > 0 && i < length) || (first & 0xc0) == 0x80)
            c.invalid = true;
    }
    return c;
}

/* A pcapng begins with LF CR CR LF, four bytes of length, and "M<+" 0x1a or the reverse. In place
 * of the first stand line ends in another number. */
static bool was_pcapng(const struct characters *c, bool line_ends_differ)
{
    static const uint8_t little[] = {'M', '<', '+', 0x1a}, big[] = {0x1a, '+', '<', 'M'};
    size_t ends = 0;
    while (ends < c->count && (c->at[ends] == '\r' || c->at[ends] == '\n'))
        ends++;
    if (ends < 2 || (!line_ends_differ && memcmp(c->at, "\n\r\r\n", 4) == 0))
        return false;
    for (size_t i = ends; i + 4 <= c->count && i <= ends + 8; i++)
        if (memcmp(c->at + i, little, 4) == 0 || memcmp(c->at + i, big, 4) == 0)
            return true;
    return false;
}

/* A pcap begins with four bytes of magic number, most of them beyond ASCII, and the version 2.4 in
 * its byte order; the next eight are zero in practice. */
static bool was_pcap(const struct characters *c)
{
    static const uint8_t little[12] = {2, 0, 4}, big[12] = {0, 2, 0, 4};
    if (c->invalid)
        return false; /* a sound pcap but for its first bytes */
    for (size_t version = 2; version <= 4; version++) {
        if (version + 12 > c->count || !memchr(c->at, FOREIGN, version))
            continue;
        if (memcmp(c->at + version, little, 12) == 0 || memcmp(c->at + version, big, 12) == 0)
            return true;
    }
    return false;
}

bool reencoded(const uint8_t *head, size_t length)
{
    if (length >= 2 && head[0] == 0xff && head[1] == 0xfe) {
        struct characters c = utf16(head + 2, length - 2);
        return was_pcap(&c) || was_pcapng(&c, true);
    }
    bool mark = length >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0;
    struct characters c = utf8(head + (mark ? 3 : 0), length - (mark ? 3 : 0));
    return was_pcap(&c) || was_pcapng(&c, mark);
}
