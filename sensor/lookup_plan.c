/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lookup_plan: see lookup_plan.h. */
#include "sensor/lookup_plan.h"

nstime lookup_plan_due(const struct lookup_plan *plan)
{
    return plan->busy ? NSTIME_NEVER : plan->due;
}

void lookup_plan_asked(struct lookup_plan *plan)
{
    plan->busy = true;
}

static void again(struct lookup_plan *plan, nstime now, nstime span)
{
    plan->busy = false;
    plan->ended = true;
    plan->due = now + span;
}

/* A tenth early: the answer must be there when the old one ends. */
void lookup_plan_answered(struct lookup_plan *plan, const struct lookup_bounds *bounds, nstime now,
                          uint32_t ttl)
{
    nstime span = ttl > INT32_MAX ? 0 : (nstime)ttl * NS_PER_SEC;
    span -= span / 10;
    if (span < bounds->min)
        span = bounds->min;
    if (span > bounds->max)
        span = bounds->max;
    plan->failures = 0;
    plan->known = true;
    again(plan, now, span);
}

void lookup_plan_empty(struct lookup_plan *plan, const struct lookup_bounds *bounds, nstime now)
{
    plan->failures = 0;
    plan->known = false;
    again(plan, now, bounds->max);
}

void lookup_plan_failed(struct lookup_plan *plan, const struct lookup_bounds *bounds, nstime now)
{
    nstime span = LOOKUP_RETRY;
    for (unsigned i = 0; i < plan->failures && span < LOOKUP_RETRY_LONGEST; i++)
        span *= 2;
    if (span > LOOKUP_RETRY_LONGEST)
        span = LOOKUP_RETRY_LONGEST;
    if (span > bounds->max)
        span = bounds->max;
    plan->failures += plan->failures < 64;
    plan->known = false;
    again(plan, now, span);
}

void lookup_plan_retry(struct lookup_plan *plan, nstime now)
{
    if (plan->failures == 0)
        return;
    plan->failures = 1;
    plan->due = now;
}
