/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loss: how much the capture itself lacks, minute by minute. Two measures: packets that must have
 * been there, for their counterpart was (answers without queries, connections without their
 * SYN-ACK), and packets that the kernel or an interface says it dropped. The worse one counts: what
 * is dropped is missing, too. */
#ifndef SENSOR_DETECT_LOSS_H
#define SENSOR_DETECT_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#include "decoders/nstime.h"

#define LOSS_MINUTES 60

struct loss_count {
    uint64_t due, missing;     /* packets that must have been there; of them not captured */
    uint64_t packets, dropped; /* captured; dropped before they could be */
};

struct loss {
    nstime minute; /* when the newest of minute[] began; NSTIME_NONE before the first */
    unsigned at;   /* its place */
    struct loss_count minute_count[LOSS_MINUTES];
    struct loss_count older; /* what has left the ring */
};

void loss_init(struct loss *loss);

void loss_due(struct loss *loss, nstime now, bool missing);
/* One that was taken as missing has come after all. */
void loss_found(struct loss *loss);
void loss_packet(struct loss *loss, nstime now);
void loss_dropped(struct loss *loss, nstime now, uint64_t packets);
/* The clock is set anew: what was counted is older than all that comes. */
void loss_gap(struct loss *loss);

/* What was counted since that moment, by whole minutes; NSTIME_NONE: all of it. */
struct loss_count loss_since(const struct loss *loss, nstime since);
/* A share of fewer packets than this is no rate to tell of. */
#define LOSS_RATE_LEAST 100
/* In thousandths, of at least that many packets; 0 where so few are missing that it may be chance.
 */
unsigned loss_permille(const struct loss_count *count, uint64_t least);

#endif
