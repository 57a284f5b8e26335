/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock: what time it is. "No answer" is an event that no packet brings, so `now` decides when a
 * deadline has passed.
 *
 * Replay: packet time and nothing else. It never steps back but at a gap, which a step back that
 * the next packet confirms is, or a further file that starts earlier.
 * Live: the newest packet read; it follows the wall clock where the caller found nothing left to
 * read. Gaps are the caller's to tell, with what struct wall finds. */
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
    nstime backstep;  /* replay: a larger step back, confirmed by the next packet, is a gap */
    nstime candidate; /* a packet that stepped back so far; NSTIME_NONE */
    bool new_file;    /* the next packet is the first of a further file */
    bool live;
};

void clock_init(struct clock *clock, nstime backstep);
/* From here on a step back of the packets is no gap. */
void clock_live(struct clock *clock);
/* A further file begins: if it starts earlier than now, that is a gap. */
void clock_next_file(struct clock *clock);
enum clock_step clock_packet(struct clock *clock, nstime time);
/* Live: all that was captured up to `time` has been read. */
enum clock_step clock_idle(struct clock *clock, nstime time);
/* Live: the time before was not watched, or is not to be compared with what follows. */
enum clock_step clock_gap(struct clock *clock, nstime time);

/* The kernel's clocks at one moment. */
struct wall_reading {
    nstime real; /* CLOCK_REALTIME: what packets are stamped with */
    nstime mono; /* CLOCK_MONOTONIC: stands still in a suspend */
    nstime boot; /* CLOCK_BOOTTIME: goes on in a suspend */
};

/* How the kernel's clocks have stood to each other. */
struct wall {
    nstime slept;  /* boot - mono */
    nstime offset; /* real - boot; all three are slewed alike, so it changes in steps only */
};

enum wall_change {
    WALL_STEADY,
    WALL_SLEPT,  /* the machine was suspended */
    WALL_STEPPED /* somebody set the clock */
};

/* Smaller changes are what reading one clock after another amounts to. */
#define WALL_TOLERANCE (250 * NS_PER_MS)

struct wall_reading wall_read(void);
void wall_init(struct wall *wall, const struct wall_reading *reading);
/* What has changed since the last look, and by how much. */
enum wall_change wall_look(struct wall *wall, const struct wall_reading *reading, nstime *by);

#endif
