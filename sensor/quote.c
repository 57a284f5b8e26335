/* SPDX-License-Identifier: GPL-2.0-or-later */
/* quote: see quote.h. */
#include "sensor/quote.h"

#include <stdint.h>
#include <string.h>

#define WORD_MAX 63

/* The next byte, or '?' for what a terminal might obey. Bytes of UTF-8 pass but for C1 controls. */
static char harmless(const char **text)
{
    const unsigned char c = (unsigned char)*(*text)++;
    if (c == 0xc2 && (unsigned char)**text >= 0x80 && (unsigned char)**text < 0xa0) {
        (*text)++;
        return '?';
    }
    return c < 0x20 || c == 0x7f ? '?' : (char)c;
}

char *quote(const char *text, char out[QUOTE_TEXT])
{
    static const char ellipsis[] = "…";
    const size_t room =
        QUOTE_TEXT - sizeof ellipsis - 1; /* the closing quote and what marks a cut */
    size_t length = 0;

    out[length++] = '"';
    while (*text && length < room)
        out[length++] = harmless(&text);
    if (*text) {
        /* Not in the middle of a character: what is left of one looks like damage. */
        while (length > 1 && ((unsigned char)out[length - 1] & 0xc0) == 0x80)
            length--;
        if (length > 1 && (unsigned char)out[length - 1] >= 0xc0)
            length--;
        memcpy(out + length, ellipsis, sizeof ellipsis - 1);
        length += sizeof ellipsis - 1;
    }
    out[length++] = '"';
    out[length] = '\0';
    return out;
}

void quote_sentence(FILE *out, const char *sentence)
{
    while (*sentence)
        putc(harmless(&sentence), out);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t word_distance(const char *a, const char *b)
{
    /* Optimal string alignment, three rows: the one before last serves the swap of neighbours. */
    size_t row[3][WORD_MAX + 1];
    const size_t rows = strlen(a);
    const size_t columns = strlen(b);

    if (rows > WORD_MAX || columns > WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= columns; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t *now = row[i % 3];
        const size_t *last = row[(i + 2) % 3];
        const size_t *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            size_t cost = a[i - 1] != b[j - 1];
            now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[rows % 3][columns];
}

bool word_near(const char *typed, size_t distance)
{
    size_t allowed = strlen(typed) / 3;
    return distance <= (allowed ? allowed : 1);
}
