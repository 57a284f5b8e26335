/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lines: bytes of a text file in, its lines out, as UTF-8 without line ends. UTF-8 and, as Windows
 * writes it, UTF-16 of either byte order, with a byte order mark or without. Never more memory than
 * one line. What can't be a character becomes "?". */
#ifndef SENSOR_DART_LINES_H
#define SENSOR_DART_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINES_MOST 65536 /* bytes of a line that are kept: a configuration may be one line */

struct lines {
    /* Called with each line, its end cut off where it is too long. */
    void (*take)(void *context, const char *line, bool cut);
    void *context;
    enum { LINES_UNTOLD, LINES_UTF8, LINES_UTF16_LE, LINES_UTF16_BE } form;
    uint8_t held[4]; /* the beginning, until the form is told; else half a UTF-16 unit */
    size_t held_count;
    size_t length;
    bool cut;
    bool any; /* the line has begun */
    char line[LINES_MOST + 1];
};

void lines_begin(struct lines *lines, void (*take)(void *context, const char *line, bool cut),
                 void *context);
void lines_feed(struct lines *lines, const uint8_t *bytes, size_t count);
/* The last line, which may lack its end. */
void lines_end(struct lines *lines);

#endif
