/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json: see json.h. RFC 8259 says what must be escaped; the rest of the control characters are
 * escaped too, because people look at these lines on a terminal. */
#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "utf8.h"

void json_init(struct json *j)
{
    *j = (struct json){0};
}

void json_free(struct json *j)
{
    free(j->bytes);
    json_init(j);
}

void json_clear(struct json *j)
{
    j->length = 0;
    j->arrays = 0;
    j->members = 0;
    j->depth = 0;
    j->failed = false;
}

static bool reserve(struct json *j, size_t more)
{
    if (j->failed)
        return false;
    if (more <= j->size - j->length)
        return true;
    size_t size = j->size ? j->size : 1024;
    while (size - j->length < more) {
        if (size > SIZE_MAX / 2) {
            j->failed = true;
            return false;
        }
        size *= 2;
    }
    char *bytes = realloc(j->bytes, size);
    if (!bytes) {
        j->failed = true;
        return false;
    }
    j->bytes = bytes;
    j->size = size;
    return true;
}

static void append(struct json *j, const char *bytes, size_t length)
{
    if (!reserve(j, length))
        return;
    memcpy(j->bytes + j->length, bytes, length);
    j->length += length;
}

static void append_byte(struct json *j, char byte)
{
    append(j, &byte, 1);
}

/* "\u001b": all of them lie below U+0100. */
static void append_escape(struct json *j, uint32_t character)
{
    static const char hex[] = "0123456789abcdef";
    const char text[6] = {'\\', 'u', '0', '0', hex[character >> 4 & 15], hex[character & 15]};
    append(j, text, sizeof text);
}

static void append_character(struct json *j, uint32_t character, const char *bytes, size_t length)
{
    switch (character) {
    case '"':
        append(j, "\\\"", 2);
        return;
    case '\\':
        append(j, "\\\\", 2);
        return;
    case '\n':
        append(j, "\\n", 2);
        return;
    case '\r':
        append(j, "\\r", 2);
        return;
    case '\t':
        append(j, "\\t", 2);
        return;
    default:
        break;
    }
    if (character < 0x20 || (character >= 0x7F && character < 0xA0))
        append_escape(j, character);
    else
        append(j, bytes, length);
}

/* How many bytes from here on stand for themselves: nearly every string is one such run. */
static size_t plain_run(const char *text)
{
    size_t n = 0;
    while (text[n] >= 0x20 && text[n] < 0x7F && text[n] != '"' && text[n] != '\\')
        n++;
    return n;
}

static void append_string(struct json *j, const char *text)
{
    append_byte(j, '"');
    for (size_t left = strlen(text); left > 0;) {
        size_t length = plain_run(text);
        if (length > 0) {
            append(j, text, length);
        } else {
            uint32_t character = 0;
            length = utf8_next(text, left, &character);
            if (length > 0) {
                append_character(j, character, text, length);
            } else {
                append(j, "\xEF\xBF\xBD", 3); /* U+FFFD */
                length = 1;
            }
        }
        text += length;
        left -= length;
    }
    append_byte(j, '"');
}

/* What stands before every value: the comma, the key, and the check that this is its place. */
static void begin_value(struct json *j, const char *key)
{
    const uint32_t level = UINT32_C(1) << j->depth;
    const bool in_object = j->depth > 0 && !(j->arrays & level);
    const bool second = (j->members & level) != 0;
    if (in_object != (key != NULL) || (j->depth == 0 && second)) {
        j->failed = true;
        return;
    }
    if (second)
        append_byte(j, ',');
    j->members |= level;
    if (key) {
        append_string(j, key);
        append_byte(j, ':');
    }
}

static void open_level(struct json *j, const char *key, bool array)
{
    begin_value(j, key);
    if (j->depth >= JSON_DEPTH)
        j->failed = true;
    if (j->failed)
        return;
    append_byte(j, array ? '[' : '{');
    j->depth++;
    const uint32_t level = UINT32_C(1) << j->depth;
    j->members &= ~level;
    j->arrays = array ? j->arrays | level : j->arrays & ~level;
}

void json_object(struct json *j, const char *key)
{
    open_level(j, key, false);
}

void json_array(struct json *j, const char *key)
{
    open_level(j, key, true);
}

void json_close(struct json *j)
{
    if (j->depth == 0)
        j->failed = true;
    if (j->failed)
        return;
    append_byte(j, j->arrays & UINT32_C(1) << j->depth ? ']' : '}');
    j->depth--;
}

void json_string(struct json *j, const char *key, const char *text)
{
    begin_value(j, key);
    if (text)
        append_string(j, text);
    else
        append(j, "null", 4);
}

static void append_number(struct json *j, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    append(j, digits + at, sizeof digits - at);
}

void json_unsigned(struct json *j, const char *key, uint64_t value)
{
    begin_value(j, key);
    append_number(j, value);
}

void json_signed(struct json *j, const char *key, int64_t value)
{
    begin_value(j, key);
    if (value < 0)
        append_byte(j, '-');
    append_number(j, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void json_bool(struct json *j, const char *key, bool value)
{
    begin_value(j, key);
    if (value)
        append(j, "true", 4);
    else
        append(j, "false", 5);
}

const char *json_line(struct json *j, size_t *length)
{
    if (j->depth != 0 || !(j->members & 1))
        j->failed = true;
    append_byte(j, '\n');
    if (j->failed)
        return NULL;
    *length = j->length;
    return j->bytes;
}
