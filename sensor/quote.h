/* SPDX-License-Identifier: GPL-2.0-or-later */
/* quote: words that somebody else wrote, made fit for an error sentence, and the nearest word that
 * exists. For command lines and configuration files. */
#ifndef SENSOR_QUOTE_H
#define SENSOR_QUOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define QUOTE_TEXT 96

/* "text" in double quotes; what a terminal might obey becomes '?', what is long is cut with "…".
 * Returns out. */
char *quote(const char *text, char out[QUOTE_TEXT]);

/* A sentence as it is, but for what a terminal might obey: a file's name can hold anything. */
void quote_sentence(FILE *out, const char *sentence);

/* How many characters to insert, delete, replace or swap with their neighbour turn a into b; words
 * longer than 63 are as far apart as can be. */
size_t word_distance(const char *a, const char *b);

/* Whether a distance is near enough to ask "did you mean": a third of the word, at least one. */
bool word_near(const char *typed, size_t distance);

#endif
