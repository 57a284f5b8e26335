/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timers: deadlines of any length in order, as a heap. The timer lies inside the entry that it
 * wakes. Equal deadlines come in the order of their numbers, so a replay is the same every time. */
#ifndef DECODERS_TIMERS_H
#define DECODERS_TIMERS_H

#include <stdbool.h>

#include "nstime.h"

struct timer {
    nstime due;
    uint64_t order; /* breaks ties: the lower one first */
    size_t slot;    /* place in the heap, from 1; 0: not set */
};

struct timers {
    struct timer_slot *heap;
    size_t used, room;
};

void timers_free(struct timers *t);
/* Makes room for so many timers at once, so that timers_set() can't fail. False: memory is out. */
bool timers_reserve(struct timers *t, size_t count);
/* Sets or moves it. */
void timers_set(struct timers *t, struct timer *timer, nstime due);
void timers_cancel(struct timers *t, struct timer *timer);
/* The next one due; NULL. */
struct timer *timers_first(const struct timers *t);

#endif
