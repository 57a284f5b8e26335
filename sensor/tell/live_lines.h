/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_lines: what the lines of a live watch say, apart from where and when they are printed. */
#ifndef SENSOR_TELL_LIVE_LINES_H
#define SENSOR_TELL_LIVE_LINES_H

#include "screen.h"
#include "sink.h"
#include "words.h"

enum live_edge { LIVE_FIRES, LIVE_CHANGES, LIVE_STANDS, LIVE_ENDS };

/* Ids are handed out in order. last_id: the newest alert that fired, from 0. */
enum live_edge live_edge(const struct notice *notice, uint64_t *last_id);

/* "09:14:03  ALERT     WEB  10.1.7.114  reset by a box near the client (likely) …  #17": one line
 * where the screen is wide enough. now: of this line. */
void live_line(struct screen *s, const struct notice *notice, enum live_edge edge, nstime now,
               struct zone zone);

/* "site", "10.1.0.0/16", what it is and since when, as one sentence without a time: for logs. */
#define LIVE_SENTENCE 700
char *live_sentence(const struct notice *notice, enum live_edge edge, nstime now,
                    char out[LIVE_SENTENCE]);

#define LIVE_STATUS 512
/* "eth1 · 2 h 14 min · 1,204,331 packets, 0 lost · 2 of 214 clients fail · 1 alert". */
char *live_status(const struct moment *moment, const char *source, char out[LIVE_STATUS]);

#endif
