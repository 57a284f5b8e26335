/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json: an append-only JSON writer for one line at a time. No tree, no floating point, no number
 * formatting through the C library; the buffer is kept from line to line.
 *
 * The nesting is checked as it is written: a member of an object needs a key, an element of an
 * array must have none, and a line is one closed value. A mistake, or memory that is out, sets
 * `failed`, which sticks until json_clear(): the caller asks once, at json_line(). */
#ifndef SENSOR_TELL_JSON_H
#define SENSOR_TELL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH 16

struct json {
    char *bytes; /* owned; not terminated by NUL */
    size_t length, size;
    uint32_t arrays;  /* bit n: level n is an array, not an object */
    uint32_t members; /* bit n: level n has a member already; bit 0: the line has its value */
    unsigned depth;   /* open objects and arrays */
    bool failed;
};

void json_init(struct json *j);
void json_free(struct json *j);
void json_clear(struct json *j); /* begins the next line */

/* key is NULL for the line's own value and for the elements of an array. */
void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
void json_close(struct json *j); /* the innermost object or array */

/* Any bytes up to NUL. Quote, backslash and every control character (C0, DEL, C1) is escaped, each
 * byte that is no part of valid UTF-8 becomes U+FFFD. NULL writes null. */
void json_string(struct json *j, const char *key, const char *text);
void json_unsigned(struct json *j, const char *key, uint64_t value);
void json_signed(struct json *j, const char *key, int64_t value);
void json_bool(struct json *j, const char *key, bool value);

/* Ends the line with a newline. The whole line, valid until the next call; NULL where it failed. */
const char *json_line(struct json *j, size_t *length);

#endif
