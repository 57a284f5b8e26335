/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outages: failures of a protection that ended by themselves: whether it fails again and again, how
 * long each time, how often. */
#ifndef SENSOR_DETECT_OUTAGES_H
#define SENSOR_DETECT_OUTAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "decoders/nstime.h"

struct outages {
    uint32_t count;       /* that are over */
    nstime first, newest; /* when those began */
    nstime total, shortest, longest;
    bool down;
    nstime since; /* while down */
};

/* As judged now. first_bad: when it began, where it is down; last_ok: newest success, where it is
 * not. */
void outages_judged(struct outages *outages, bool down, nstime first_bad, nstime last_ok);
/* The clock was set anew: how long the one that stands lasts can't be told. */
void outages_gap(struct outages *outages);

#endif
