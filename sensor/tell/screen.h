/* SPDX-License-Identifier: GPL-2.0-or-later */
/* screen: the one way to the terminal. Counts columns, wraps words under a hanging indent, and lets
 * no control character, escape sequence or invalid byte through, whatever a string holds. */
#ifndef SENSOR_TELL_SCREEN_H
#define SENSOR_TELL_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

/* The terminal's own codes (ECMA-48 SGR). */
enum colour { COLOUR_NONE = 0, COLOUR_RED = 31, COLOUR_GREEN = 32, COLOUR_YELLOW = 33 };

struct screen {
    FILE *out;
    unsigned width;  /* where words wrap */
    bool colour;     /* colours are wanted */
    bool utf8;       /* other than ASCII may be shown; else "·" is "*" and "…" is "..." */
    unsigned column; /* of the cursor, from 0 */
};

/* Where words wrap on a terminal of so many columns; 0: no terminal. */
unsigned screen_fit(unsigned terminal);
/* How many columns text takes once it is escaped. */
unsigned screen_columns(const struct screen *s, const char *text);

/* Text as it is, never wrapped (names, filters: what people copy). */
void screen_text(struct screen *s, const char *text);
void screen_coloured(struct screen *s, enum colour colour, const char *text);
/* Words, broken at spaces; further lines begin at column indent. Continues a line where it stands.
 */
void screen_words(struct screen *s, unsigned indent, const char *text);
/* Spaces up to a column; at least two where the line is that far already. */
void screen_to(struct screen *s, unsigned column);
/* Text flush right in so many columns. */
void screen_right(struct screen *s, unsigned columns, const char *text);
void screen_newline(struct screen *s);

#endif
