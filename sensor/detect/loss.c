/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loss: see loss.h. */
#include "sensor/detect/loss.h"

#include <string.h>

#define MINUTE (60 * NS_PER_SEC)
/* Fewer missing packets are chance. */
#define MISSING_LEAST 3

void loss_init(struct loss *loss)
{
    memset(loss, 0, sizeof *loss);
    loss->minute = NSTIME_NONE;
}

static void add(struct loss_count *sum, const struct loss_count *count)
{
    sum->due += count->due;
    sum->missing += count->missing;
    sum->packets += count->packets;
    sum->dropped += count->dropped;
}

static void turn(struct loss *loss)
{
    loss->at = (loss->at + 1) % LOSS_MINUTES;
    add(&loss->older, &loss->minute_count[loss->at]);
    loss->minute_count[loss->at] = (struct loss_count){0};
}

/* The minute of `now`; one that steps back a little belongs to the newest. */
static struct loss_count *minute_of(struct loss *loss, nstime now)
{
    if (loss->minute == NSTIME_NONE)
        loss->minute = now;
    nstime past = (now - loss->minute) / MINUTE;
    for (nstime i = 0; i < past && i < LOSS_MINUTES; i++)
        turn(loss);
    if (past > 0)
        loss->minute += past * MINUTE;
    return &loss->minute_count[loss->at];
}

void loss_due(struct loss *loss, nstime now, bool missing)
{
    struct loss_count *count = minute_of(loss, now);
    count->due++;
    count->missing += missing;
}

void loss_found(struct loss *loss)
{
    struct loss_count *newest = &loss->minute_count[loss->at];
    struct loss_count *before = &loss->minute_count[(loss->at + LOSS_MINUTES - 1) % LOSS_MINUTES];
    if (newest->missing)
        newest->missing--;
    else if (before->missing) /* it was taken as missing a moment ago */
        before->missing--;
}

void loss_packet(struct loss *loss, nstime now)
{
    minute_of(loss, now)->packets++;
}

void loss_dropped(struct loss *loss, nstime now, uint64_t packets)
{
    minute_of(loss, now)->dropped += packets;
}

void loss_gap(struct loss *loss)
{
    for (unsigned i = 0; i < LOSS_MINUTES; i++)
        turn(loss);
    loss->minute = NSTIME_NONE;
}

struct loss_count loss_since(const struct loss *loss, nstime since)
{
    struct loss_count sum = {0};
    const bool all = since == NSTIME_NONE;
    const bool none = loss->minute == NSTIME_NONE;
    unsigned at = loss->at, minutes = 0;
    /* the minute's beginning against the moment a minute before `since`: neither can overflow */
    while (minutes < LOSS_MINUTES &&
           (all || (!none && loss->minute - minutes * MINUTE > since - MINUTE))) {
        add(&sum, &loss->minute_count[at]);
        at = (at + LOSS_MINUTES - 1) % LOSS_MINUTES;
        minutes++;
    }
    if (minutes == LOSS_MINUTES)
        add(&sum, &loss->older);
    return sum;
}

static unsigned share(uint64_t part, uint64_t whole, uint64_t least)
{
    return part < MISSING_LEAST || whole < least ? 0 : (unsigned)(part * 1000 / whole);
}

unsigned loss_permille(const struct loss_count *count, uint64_t least)
{
    unsigned missing = share(count->missing, count->due, least);
    unsigned dropped = share(count->dropped, count->packets + count->dropped, least);
    return missing > dropped ? missing : dropped;
}
