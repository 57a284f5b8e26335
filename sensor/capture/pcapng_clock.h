/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapng_clock: the clock of a pcapng interface: what its ticks are (if_tsresol), and where they
 * begin (if_tsoffset). */
#ifndef SENSOR_CAPTURE_PCAPNG_CLOCK_H
#define SENSOR_CAPTURE_PCAPNG_CLOCK_H

#include "decoders/nstime.h"

struct pcapng_clock {
    uint8_t resolution; /* as in the file: 10^-n, or with the highest bit 2^-n, seconds a tick */
    int64_t offset;     /* seconds */
};

#define PCAPNG_CLOCK_DEFAULT 6 /* microseconds */

/* 0 … FRAME_TIME_MAX; what is finer than a nanosecond is cut off. */
nstime pcapng_clock_time(const struct pcapng_clock *clock, uint64_t ticks);

#endif
