/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock: see clock.h. */
#include "sensor/clock.h"

void clock_init(struct clock *clock, nstime backstep)
{
    *clock = (struct clock){.now = NSTIME_NONE, .backstep = backstep, .candidate = NSTIME_NONE};
}

void clock_next_file(struct clock *clock)
{
    clock->new_file = true;
}

static enum clock_step set_anew(struct clock *clock, nstime time)
{
    clock->now = time;
    clock->candidate = NSTIME_NONE;
    return CLOCK_GAP;
}

/* Small steps back are ordinary: a mirror's two directions, several queues of one card. A large one
 * may be a single damaged stamp, so the next packet must bear it out. */
enum clock_step clock_packet(struct clock *clock, nstime time)
{
    bool first_of_file = clock->new_file;
    clock->new_file = false;
    if (clock->now == NSTIME_NONE || time > clock->now) {
        clock->now = time;
        clock->candidate = NSTIME_NONE;
        return CLOCK_ADVANCED;
    }
    if (first_of_file && time < clock->now)
        return set_anew(clock, time);
    if (clock->now - time <= clock->backstep) {
        clock->candidate = NSTIME_NONE;
        return CLOCK_STANDS;
    }
    nstime apart = clock->candidate == NSTIME_NONE ? NSTIME_NEVER
                   : time > clock->candidate       ? time - clock->candidate
                                                   : clock->candidate - time;
    if (apart <= clock->backstep)
        return set_anew(clock, time);
    clock->candidate = time;
    return CLOCK_STANDS;
}
