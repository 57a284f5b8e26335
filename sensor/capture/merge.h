/* SPDX-License-Identifier: GPL-2.0-or-later */
/* merge: the frames of several sources in the order of their times. A tap has a port for each
 * direction, and an answer that comes before its query, or after the deadline of one that the other
 * port still holds, would be judged wrongly. A frame waits until every other source has shown one
 * that is later, or had time to. It waits in its own source's buffer, so nothing is copied. */
#ifndef SENSOR_CAPTURE_MERGE_H
#define SENSOR_CAPTURE_MERGE_H

#include "sensor/capture/source.h"

#define MERGE_SOURCES 8

struct merge {
    size_t count;
    nstime settled; /* all frames up to here have reached their sources */
    struct merge_slot {
        struct source *source; /* NULL: away */
        bool has_head;         /* head has been read, and waits */
        bool empty;            /* nothing was left when it was last asked in this turn */
        struct frame head;
    } slot[MERGE_SOURCES];
};

/* Puts a source in its place, or NULL; a frame of the former one that still waits is lost. */
void merge_set(struct merge *merge, size_t at, struct source *source);
/* A turn begins: all that was captured up to `settled` can be read by now. */
void merge_turn(struct merge *merge, nstime settled);
/* SOURCE_FRAME, SOURCE_PASSED: the next frame, which stays valid until the next call, and in *at
 * whose. SOURCE_DAMAGED: the source *at is to be taken away. SOURCE_EMPTY: nothing more in this
 * turn. */
enum source_status merge_next(struct merge *merge, struct frame *out, size_t *at);
/* The time of the earliest frame that waits; NSTIME_NEVER. */
nstime merge_waits(const struct merge *merge);

#endif
