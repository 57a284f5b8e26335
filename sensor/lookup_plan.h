/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lookup_plan: when a name is looked up again: before what is known of it expires, and after a
 * failure at longer and longer intervals. Pure: the moments are the caller's. */
#ifndef SENSOR_LOOKUP_PLAN_H
#define SENSOR_LOOKUP_PLAN_H

#include <stdbool.h>

#include "decoders/nstime.h"

/* After a failure: this long, then twice as long each time, up to the longest. */
#define LOOKUP_RETRY         (2 * NS_PER_SEC)
#define LOOKUP_RETRY_LONGEST (300 * NS_PER_SEC)

struct lookup_bounds {
    nstime min, max; /* between two lookups that both succeed */
};

/* One name and one family. Zero is one that was never looked up, due since ever. */
struct lookup_plan {
    nstime due;
    unsigned failures; /* in a row */
    bool busy;         /* asked, and not answered yet: not due */
    bool known;        /* the last answer gave an address */
    bool ended;        /* it was asked and answered, or failed, at least once */
};

nstime lookup_plan_due(const struct lookup_plan *plan); /* NSTIME_NEVER while it is busy */
void lookup_plan_asked(struct lookup_plan *plan);
/* ttl: the shortest of the answer, in seconds (RFC 2181 8: with the top bit set it is zero). */
void lookup_plan_answered(struct lookup_plan *plan, const struct lookup_bounds *bounds, nstime now,
                          uint32_t ttl);
/* The name exists, and has no address of this family. */
void lookup_plan_empty(struct lookup_plan *plan, const struct lookup_bounds *bounds, nstime now);
void lookup_plan_failed(struct lookup_plan *plan, const struct lookup_bounds *bounds, nstime now);
/* The network is another, or back: what failed is due at once. */
void lookup_plan_retry(struct lookup_plan *plan, nstime now);

#endif
