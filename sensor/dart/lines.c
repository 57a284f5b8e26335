/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lines: see lines.h. */
#include "sensor/dart/lines.h"

#include <string.h>

void lines_begin(struct lines *lines, void (*take)(void *context, const char *line, bool cut),
                 void *context)
{
    memset(lines, 0, sizeof *lines);
    lines->take = take;
    lines->context = context;
}

static void finish_line(struct lines *l)
{
    if (l->length > 0 && l->line[l->length - 1] == '\r')
        l->length--;
    l->line[l->length] = '\0';
    l->take(l->context, l->line, l->cut);
    l->length = 0;
    l->cut = l->any = false;
}

static void put(struct lines *l, char byte)
{
    if (byte == '\n') {
        finish_line(l);
        return;
    }
    l->any = true;
    if (l->length == LINES_MOST)
        l->cut = true;
    else
        l->line[l->length++] = byte ? byte : '?';
}

/* RFC 3629; half a surrogate pair is no character that a log needs. */
static void put_unit(struct lines *l, unsigned unit)
{
    if (unit < 0x80) {
        put(l, (char)unit);
    } else if (unit < 0x800) {
        put(l, (char)(0xC0 | unit >> 6));
        put(l, (char)(0x80 | (unit & 0x3F)));
    } else if (unit >= 0xD800 && unit < 0xE000) {
        put(l, '?');
    } else {
        put(l, (char)(0xE0 | unit >> 12));
        put(l, (char)(0x80 | (unit >> 6 & 0x3F)));
        put(l, (char)(0x80 | (unit & 0x3F)));
    }
}

static void put_bytes(struct lines *l, const uint8_t *bytes, size_t count)
{
    if (l->form == LINES_UTF8) {
        for (size_t i = 0; i < count; i++)
            put(l, (char)bytes[i]);
        return;
    }
    const bool big = l->form == LINES_UTF16_BE;
    for (size_t i = 0; i < count; i++) {
        l->held[l->held_count++] = bytes[i];
        if (l->held_count < 2)
            continue;
        put_unit(l, (unsigned)l->held[!big] << 8 | l->held[big]);
        l->held_count = 0;
    }
}

/* From the first bytes: a mark, or the zero of an ASCII letter in UTF-16. */
static void tell_form(struct lines *l)
{
    uint8_t first[sizeof l->held];
    const size_t count = l->held_count;
    size_t mark = 0;
    memcpy(first, l->held, sizeof first);
    l->form = LINES_UTF8;
    if (count >= 2 && first[0] == 0xFF && first[1] == 0xFE) {
        l->form = LINES_UTF16_LE;
        mark = 2;
    } else if (count >= 2 && first[0] == 0xFE && first[1] == 0xFF) {
        l->form = LINES_UTF16_BE;
        mark = 2;
    } else if (count >= 3 && memcmp(first, "\xEF\xBB\xBF", 3) == 0) {
        mark = 3;
    } else if (count >= 2 && first[0] != 0 && first[1] == 0) {
        l->form = LINES_UTF16_LE;
    } else if (count >= 2 && first[0] == 0 && first[1] != 0) {
        l->form = LINES_UTF16_BE;
    }
    l->held_count = 0;
    put_bytes(l, first + mark, count - mark);
}

void lines_feed(struct lines *lines, const uint8_t *bytes, size_t count)
{
    while (lines->form == LINES_UNTOLD && count > 0) {
        lines->held[lines->held_count++] = *bytes++;
        count--;
        if (lines->held_count == sizeof lines->held)
            tell_form(lines);
    }
    if (count > 0)
        put_bytes(lines, bytes, count);
}

void lines_end(struct lines *lines)
{
    if (lines->form == LINES_UNTOLD)
        tell_form(lines);
    if (lines->any)
        finish_line(lines);
}
