/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock: see clock.h. */
#include "sensor/clock.h"

#include <time.h>

void clock_init(struct clock *clock, nstime backstep)
{
    *clock = (struct clock){.now = NSTIME_NONE, .backstep = backstep, .candidate = NSTIME_NONE};
}

void clock_live(struct clock *clock)
{
    clock->live = true;
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
    if (clock->live)
        return CLOCK_STANDS;
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

enum clock_step clock_idle(struct clock *clock, nstime time)
{
    if (clock->now != NSTIME_NONE && time <= clock->now)
        return CLOCK_STANDS;
    clock->now = time;
    return CLOCK_ADVANCED;
}

enum clock_step clock_gap(struct clock *clock, nstime time)
{
    return set_anew(clock, time);
}

static nstime read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (nstime)now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

struct wall_reading wall_read(void)
{
    return (struct wall_reading){.real = read_clock(CLOCK_REALTIME),
                                 .mono = read_clock(CLOCK_MONOTONIC),
                                 .boot = read_clock(CLOCK_BOOTTIME)};
}

void wall_init(struct wall *wall, const struct wall_reading *reading)
{
    *wall = (struct wall){.slept = reading->boot - reading->mono,
                          .offset = reading->real - reading->boot};
}

enum wall_change wall_look(struct wall *wall, const struct wall_reading *reading, nstime *by)
{
    struct wall before = *wall;
    wall_init(wall, reading);
    const nstime slept = wall->slept - before.slept, stepped = wall->offset - before.offset;
    if (slept > WALL_TOLERANCE) {
        *by = slept;
        return WALL_SLEPT;
    }
    *by = stepped;
    if (stepped > WALL_TOLERANCE || stepped < -WALL_TOLERANCE)
        return WALL_STEPPED;
    return WALL_STEADY;
}
