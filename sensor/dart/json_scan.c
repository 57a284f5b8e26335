/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json_scan: see json_scan.h. */
#include "sensor/dart/json_scan.h"

#include <string.h>

void json_scan_begin(struct json_scan *scan, const char *text, size_t length)
{
    *scan = (struct json_scan){.at = text, .end = text + length};
}

static bool damage(struct json_scan *s)
{
    s->damaged = true;
    s->at = s->end;
    return false;
}

static void skip_blanks(struct json_scan *s)
{
    while (s->at < s->end && strchr(" \t\r\n", *s->at) && *s->at)
        s->at++;
}

static void keep(char out[JSON_SCAN_TEXT], const char *from, size_t length)
{
    const size_t kept = length < JSON_SCAN_TEXT ? length : JSON_SCAN_TEXT - 1;
    memcpy(out, from, kept);
    out[kept] = '\0';
}

/* At the opening quote. */
static bool take_string(struct json_scan *s, char out[JSON_SCAN_TEXT])
{
    const char *from = ++s->at;
    while (s->at < s->end && *s->at != '"')
        s->at += *s->at == '\\' && s->end - s->at > 1 ? 2 : 1;
    if (s->at >= s->end)
        return damage(s);
    keep(out, from, (size_t)(s->at - from));
    s->at++;
    return true;
}

static bool take_word(struct json_scan *s, char out[JSON_SCAN_TEXT])
{
    static const char letters[] = "+-.0123456789abcdefghijklmnopqrstuvwxyzE";
    const char *from = s->at;
    while (s->at < s->end && *s->at && strchr(letters, *s->at))
        s->at++;
    if (s->at == from)
        return damage(s);
    keep(out, from, (size_t)(s->at - from));
    return true;
}

static bool open_level(struct json_scan *s, bool array)
{
    if (s->depth == JSON_SCAN_DEPTH)
        return damage(s);
    const uint64_t bit = UINT64_C(1) << s->depth++;
    s->arrays = array ? s->arrays | bit : s->arrays & ~bit;
    s->at++;
    return true;
}

static bool close_level(struct json_scan *s, bool array)
{
    if (s->depth == 0)
        return damage(s);
    const uint64_t bit = UINT64_C(1) << --s->depth;
    if (((s->arrays & bit) != 0) != array)
        return damage(s);
    s->at++;
    return true;
}

/* A string is a name where a colon follows; *named: its value is next. */
static bool step(struct json_scan *s, bool *named, bool *whole)
{
    const char c = *s->at;
    char *out = *named ? s->value : s->name;
    if (c == '{' || c == '[') {
        *named = false;
        return open_level(s, c == '[');
    }
    if (c == '}' || c == ']')
        return !*named && close_level(s, c == ']') ? true : damage(s);
    if (c == ',') {
        s->at++;
        return *named || s->depth == 0 ? damage(s) : true;
    }
    if (s->depth == 0 || !(c == '"' ? take_string(s, out) : take_word(s, out)))
        return damage(s);
    if (*named) {
        *whole = true;
        return true;
    }
    skip_blanks(s);
    if (c == '"' && s->at < s->end && *s->at == ':') {
        s->at++;
        *named = true;
    }
    return true;
}

bool json_scan_next(struct json_scan *scan)
{
    bool named = false, whole = false;
    while (!whole) {
        skip_blanks(scan);
        if (scan->at >= scan->end)
            break;
        if (!step(scan, &named, &whole))
            return false;
    }
    if (!whole && (named || scan->depth > 0))
        return damage(scan);
    return whole;
}
