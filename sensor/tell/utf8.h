/* SPDX-License-Identifier: GPL-2.0-or-later */
/* utf8: one strict reader of UTF-8 (RFC 3629) for both writers. File names come from the user and
 * may hold any bytes; JSON must be valid UTF-8, and a terminal must not see control characters. */
#ifndef SENSOR_TELL_UTF8_H
#define SENSOR_TELL_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Length in bytes (1 to 4) of the character at text, and its code point; 0 where the bytes there
 * are no valid UTF-8: cut short, overlong, a surrogate, or beyond U+10FFFF. left is not 0. */
size_t utf8_next(const char *text, size_t left, uint32_t *character);

#endif
