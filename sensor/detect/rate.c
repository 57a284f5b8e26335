/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rate: see rate.h. */
#include "sensor/detect/rate.h"

#include <string.h>

#define LEAST_SENT 10 /* on either side: fewer say nothing of a share */
#define LEAST_LOST 5
#define TIMES      3  /* the share when busy, to that when quiet */
#define CHI_SQUARE 16 /* four standard deviations: one degree of freedom, p < 0.0001 */

void rate_note(struct rate *rate, nstime sent)
{
    const int64_t second = sent / NS_PER_SEC;
    if (second <= 0 || second <= rate->newest - RATE_SECONDS)
        return;
    if (second - rate->newest >= RATE_SECONDS)
        memset(rate->begun, 0, sizeof rate->begun);
    else
        for (int64_t s = rate->newest + 1; s <= second; s++)
            rate->begun[s % RATE_SECONDS] = 0;
    if (second > rate->newest)
        rate->newest = second;
    uint16_t *begun = &rate->begun[second % RATE_SECONDS];
    if (*begun < UINT16_MAX)
        ++*begun;
}

uint8_t rate_class(const struct rate *rate, nstime sent)
{
    const int64_t second = sent / NS_PER_SEC - 1;
    if (second <= 0 || second <= rate->newest - RATE_SECONDS)
        return RATE_UNKNOWN;
    unsigned begun = second > rate->newest ? 0 : rate->begun[second % RATE_SECONDS];
    uint8_t class = 0;
    while (begun && class < RATE_CLASSES - 1) {
        begun /= 2;
        class ++;
    }
    return class;
}

/* Pearson's test of independence over the four counts. */
static uint64_t chi_square(const struct rate_rise *r)
{
    const int64_t busy = r->busy_sent, quiet = r->quiet_sent;
    const int64_t lost = (int64_t)r->busy_lost + r->quiet_lost, got = busy + quiet - lost;
    const int64_t cross = (int64_t)r->busy_lost * quiet - (int64_t)r->quiet_lost * busy;
    if (got <= 0 || lost <= 0)
        return 0;
    return (uint64_t)((double)cross * (double)cross * (double)(busy + quiet) /
                      ((double)busy * (double)quiet * (double)lost * (double)got));
}

static bool clear(const struct rate_rise *r)
{
    return r->busy_sent >= LEAST_SENT && r->quiet_sent >= LEAST_SENT &&
           r->busy_lost >= LEAST_LOST &&
           (uint64_t)r->busy_lost * r->quiet_sent >=
               TIMES * (uint64_t)r->quiet_lost * r->busy_sent &&
           chi_square(r) >= CHI_SQUARE;
}

bool rate_rises(const struct rate_losses *losses, struct rate_rise *out)
{
    uint64_t best = 0;
    for (unsigned split = 1; split < RATE_CLASSES; split++) {
        struct rate_rise rise = {.from = UINT32_C(1) << (split - 1)};
        for (unsigned c = 0; c < RATE_CLASSES; c++) {
            *(c < split ? &rise.quiet_sent : &rise.busy_sent) += losses->sent[c];
            *(c < split ? &rise.quiet_lost : &rise.busy_lost) += losses->lost[c];
        }
        if (!clear(&rise) || chi_square(&rise) <= best)
            continue;
        best = chi_square(&rise);
        *out = rise;
    }
    return best > 0;
}
