/* SPDX-License-Identifier: GPL-2.0-or-later */
/* utf8: see utf8.h. */
#include "utf8.h"

/* The smallest code point that needs a sequence of this length: anything less is overlong. */
static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};

static size_t sequence_length(uint8_t lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xC0)
        return 0; /* a continuation byte leads nothing */
    if (lead < 0xE0)
        return 2;
    if (lead < 0xF0)
        return 3;
    return lead < 0xF8 ? 4 : 0;
}

size_t utf8_next(const char *text, size_t left, uint32_t *character)
{
    const uint8_t lead = (uint8_t)text[0];
    const size_t length = sequence_length(lead);
    if (length == 0 || length > left)
        return 0;
    if (length == 1) {
        *character = lead;
        return 1;
    }
    uint32_t value = lead & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        const uint8_t next = (uint8_t)text[i];
        if ((next & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (next & 0x3Fu);
    }
    if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *character = value;
    return length;
}
