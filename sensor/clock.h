/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock: what time it is in a replay: packet time and nothing else. "No answer" is an event that no
 * packet brings, so `now` decides when a deadline has passed. It never steps back but at a gap. */
#ifndef SENSOR_CLOCK_H
#define SENSOR_CLOCK_H

#include <stdbool.h>

#include "decoders/nstime.h"

enum clock_step {
    CLOCK_STANDS,   /* now is as it was */
    CLOCK_ADVANCED, /* now is the packet's time */
    CLOCK_GAP       /* now was set anew: what is open can't be judged */
};

struct clock {
    nstime now;       /* NSTIME_NONE before the first packet */
    nstime backstep;  /* a larger step back, confirmed by the next packet, is a gap */
    nstime candidate; /* a packet that stepped back so far; NSTIME_NONE */
    bool new_file;    /* the next packet is the first of a further file */
};

void clock_init(struct clock *clock, nstime backstep);
/* A further file begins: if it starts earlier than now, that is a gap. */
void clock_next_file(struct clock *clock);
enum clock_step clock_packet(struct clock *clock, nstime time);

#endif
