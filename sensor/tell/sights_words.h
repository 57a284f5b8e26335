/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sights_words: what a live sensor says it sees, and the likely mistake where it sees too little.
 * Said once within a minute of the start, and again when what was missing has come. */
#ifndef SENSOR_TELL_SIGHTS_WORDS_H
#define SENSOR_TELL_SIGHTS_WORDS_H

#include "sensor/detect/sights.h"
#include "sink.h"

#define SIGHTS_TEXT 640

/* A full sentence or two about the moment; where false is returned, about something that somebody
 * should mend. */
bool sights_words(const struct moment *moment, char out[SIGHTS_TEXT]);

/* When to speak. */
struct sights_teller {
    bool told;  /* at least once */
    bool wrong; /* and it was not good */
};

/* Whether the moment is the time to say it; kind and out are then filled in. */
bool sights_tell(struct sights_teller *teller, const struct moment *moment, enum say *kind,
                 char out[SIGHTS_TEXT]);

#endif
