/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress: how far a long replay is, on one line of the terminal, wiped at the end. A replay of a
 * second shows nothing. Asking after the clock is left to one call in thousands. */
#ifndef SENSOR_TELL_PROGRESS_H
#define SENSOR_TELL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "decoders/nstime.h"

/* Wall time from any start; handed in, so that tests need not wait. */
typedef nstime progress_clock(void *context);

struct progress {
    FILE *out; /* NULL: nothing is shown */
    progress_clock *clock;
    void *context;
    uint64_t total;     /* bytes of all files; 0: not known, a pipe */
    nstime begun, next; /* of the replay; when the line is drawn next */
    unsigned calls;
    bool drawn; /* the line stands on the terminal */
};

#define PROGRESS_CALLS 4096 /* updates between two looks at the clock; a power of two */

/* out is NULL where it is no terminal. */
void progress_begin(struct progress *p, FILE *out, uint64_t total, progress_clock *clock,
                    void *context);
/* Before anything else is printed to the same terminal; the line comes back by itself. */
void progress_wipe(struct progress *p);
void progress_look(struct progress *p, uint64_t bytes, uint64_t packets);

/* After each packet: bytes of the files read so far, packets so far. */
static inline void progress_update(struct progress *p, uint64_t bytes, uint64_t packets)
{
    if ((++p->calls & (PROGRESS_CALLS - 1)) == 0)
        progress_look(p, bytes, packets);
}

#endif
