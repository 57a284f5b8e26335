/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words: the small pieces of plain English that people read: numbers, times, and the words for what
 * the contract calls by key. */
#ifndef SENSOR_TELL_WORDS_H
#define SENSOR_TELL_WORDS_H

#include <stdint.h>

#include "decoders/nstime.h"
#include "decoders/packet.h"
#include "sensor/detect/judgement.h"

/* In which zone people see times (--time). */
struct zone {
    enum { ZONE_UTC, ZONE_LOCAL, ZONE_OFFSET } kind;
    int minutes; /* ZONE_OFFSET: east of UTC */
};

#define WORDS_TEXT 80

/* "8,104". */
char *words_count(uint64_t n, char out[WORDS_TEXT]);
/* "1 packet", "8,104 packets". */
char *words_amount(uint64_t n, const char *one, const char *many, char out[WORDS_TEXT]);
/* "2024-08-27" */
char *words_date(nstime t, struct zone zone, char out[WORDS_TEXT]);
/* "03:06:36"; finer is cut off. */
char *words_clock(nstime t, struct zone zone, char out[WORDS_TEXT]);
/* "UTC", "+05:30", "local time". */
char *words_zone(struct zone zone, char out[WORDS_TEXT]);
/* "0.5 s", "12 s", "7 min 37 s", "3 h 2 min". */
char *words_span(nstime span, char out[WORDS_TEXT]);

/* "UNPROTECTED", "protected", "can't tell": capitals where somebody must act. */
const char *words_status(enum status status);
/* "dropped in silence"; NULL for none. */
const char *words_cause(enum cause cause);
/* "the capture shows one direction only"; NULL for none. */
const char *words_reason(enum reason reason);

/* "12 frames of link type 147", "1 encrypted Wi-Fi frame". */
char *words_undecoded(struct unsupported what, uint64_t frames, char out[2 * WORDS_TEXT]);

#endif
