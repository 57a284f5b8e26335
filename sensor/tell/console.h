/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console: the sink that tells people. It prints once, at the end of a replay: the worst client
 * first, and for each what, why, what not, where, do, check. */
#ifndef SENSOR_TELL_CONSOLE_H
#define SENSOR_TELL_CONSOLE_H

#include <stdio.h>

#include "sink.h"
#include "words.h"

struct console_options {
    bool colour;    /* out is a terminal and NO_COLOR is not set */
    bool utf8;      /* the locale's charset is UTF-8 */
    bool quiet;     /* a line a client, no proof (-q) */
    unsigned width; /* of the terminal; 0: none. 80 to 120 columns are used */
    size_t detail;  /* clients in full */
    struct zone zone;
};

/* Verdicts come in order of clients. NULL where memory is out. out is the caller's, who closes it.
 */
struct sink *console_new(FILE *out, const struct console_options *options);

#endif
