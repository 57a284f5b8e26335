/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live: the sink that tells people what happens while it happens: a line an alert on the screen,
 * sentences about the sensor itself, and on a terminal a status line that stays at the bottom. */
#ifndef SENSOR_TELL_LIVE_H
#define SENSOR_TELL_LIVE_H

#include <stdio.h>

#include "sink.h"
#include "words.h"

/* Columns of the terminal as it is now, for people pull at its corners; 0: not known. */
typedef unsigned live_width(void *context);

struct live_options {
    FILE *out;          /* alerts; NULL: none, JSON lines take its place */
    FILE *talk;         /* sentences about the sensor */
    FILE *status;       /* the terminal at whose bottom the status line stands; NULL: none */
    bool out_terminal;  /* out is a terminal: lines wrap … */
    bool colour;        /* … and may be coloured */
    bool utf8;          /* the locale's charset is UTF-8 */
    bool quiet;         /* of the sentences only errors (-q) */
    live_width *width;  /* of the terminal; NULL: not known */
    void *context;      /* for width */
    const char *source; /* what is watched: "eth1", "eth1 and eth2"; as long as the sink */
    struct zone zone;
};

/* NULL where memory is out. The files are the caller's. */
struct sink *live_new(const struct live_options *options);

/* Wipes the status line, before somebody else prints to the same terminal; it comes back. */
void live_wipe(struct sink *sink);

#endif
