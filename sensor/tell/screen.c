/* SPDX-License-Identifier: GPL-2.0-or-later */
/* screen: see screen.h. */
#include "screen.h"

#include <stdint.h>
#include <string.h>

#include "utf8.h"

#define WIDTH_LEAST   80
#define WIDTH_MOST    120
#define WIDTH_UNKNOWN 100 /* a file or a pipe: what a mail or a ticket shows without wrapping */

unsigned screen_fit(unsigned terminal)
{
    if (terminal == 0)
        return WIDTH_UNKNOWN;
    if (terminal < WIDTH_LEAST)
        return WIDTH_LEAST;
    return terminal < WIDTH_MOST ? terminal : WIDTH_MOST;
}

/* One character of a text as the terminal gets it. */
struct glyph {
    size_t taken;     /* bytes of the text that it stands for */
    char bytes[8];    /* what is written; not terminated */
    size_t length;    /* of bytes */
    unsigned columns; /* that it takes; combining and wide characters are counted as one */
};

/* Beyond ASCII: C1 controls would start an escape sequence, and marks that reorder or hide text
 * could make a file name lie. */
static bool is_harmless(uint32_t character)
{
    static const struct {
        uint32_t first, last;
    } harmful[] = {{0x0080, 0x009F}, {0x00AD, 0x00AD},   {0x061C, 0x061C},   {0x200B, 0x200F},
                   {0x2028, 0x202E}, {0x2060, 0x206F},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},
                   {0xE000, 0xF8FF}, {0xE0000, 0xE0FFF}, {0xF0000, 0x10FFFF}};
    for (size_t i = 0; i < sizeof harmful / sizeof harmful[0]; i++) {
        if (character >= harmful[i].first && character <= harmful[i].last)
            return false;
    }
    return true;
}

static struct glyph plain(const char *bytes, size_t length, size_t taken, unsigned columns)
{
    struct glyph g = {.taken = taken, .length = length, .columns = columns};
    memcpy(g.bytes, bytes, length);
    return g;
}

static struct glyph next_glyph(const struct screen *s, const char *text, size_t left)
{
    static const char hex[] = "0123456789abcdef";
    const uint8_t byte = (uint8_t)text[0];
    if (byte >= 0x20 && byte < 0x7F)
        return plain(text, 1, 1, 1);

    uint32_t character = 0;
    const size_t length = utf8_next(text, left, &character);
    if (length > 1 && s->utf8 && is_harmless(character))
        return plain(text, length, length, 1);
    if (character == 0xB7) /* our own bullets and dots, where the terminal knows ASCII alone */
        return plain("*", 1, length, 1);
    if (character == 0x2026)
        return plain("...", 3, length, 3);
    const char escaped[4] = {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
    return plain(escaped, sizeof escaped, 1, sizeof escaped);
}

/* Columns of the first length bytes. */
static unsigned columns_of(const struct screen *s, const char *text, size_t length)
{
    unsigned columns = 0;
    for (size_t at = 0; at < length;) {
        const struct glyph g = next_glyph(s, text + at, length - at);
        columns += g.columns;
        at += g.taken;
    }
    return columns;
}

unsigned screen_columns(const struct screen *s, const char *text)
{
    return columns_of(s, text, strlen(text));
}

static void put(struct screen *s, const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        const struct glyph g = next_glyph(s, text + at, length - at);
        fwrite(g.bytes, 1, g.length, s->out);
        s->column += g.columns;
        at += g.taken;
    }
}

void screen_text(struct screen *s, const char *text)
{
    put(s, text, strlen(text));
}

void screen_coloured(struct screen *s, enum colour colour, const char *text)
{
    const bool wanted = s->colour && colour != COLOUR_NONE;
    if (wanted)
        fprintf(s->out, "\033[%dm", (int)colour);
    screen_text(s, text);
    if (wanted)
        fputs("\033[0m", s->out);
}

static void put_spaces(struct screen *s, unsigned count)
{
    fprintf(s->out, "%*s", (int)count, "");
    s->column += count;
}

void screen_words(struct screen *s, unsigned indent, const char *text)
{
    bool space_before = *text == ' ';
    for (text += strspn(text, " "); *text;) {
        const size_t length = strcspn(text, " ");
        const unsigned columns = columns_of(s, text, length);
        /* A word that is longer than a whole line overflows; breaking it would spoil it. */
        if (s->column > indent && s->column + space_before + columns > s->width) {
            screen_newline(s);
            put_spaces(s, indent);
        } else if (space_before) {
            put_spaces(s, 1);
        }
        put(s, text, length);
        space_before = true;
        text += length;
        text += strspn(text, " ");
    }
}

void screen_to(struct screen *s, unsigned column)
{
    if (s->column == 0)
        put_spaces(s, column);
    else
        put_spaces(s, s->column + 2 > column ? 2 : column - s->column);
}

void screen_right(struct screen *s, unsigned columns, const char *text)
{
    const unsigned taken = screen_columns(s, text);
    if (taken < columns)
        put_spaces(s, columns - taken);
    screen_text(s, text);
}

void screen_newline(struct screen *s)
{
    putc('\n', s->out);
    s->column = 0;
}
