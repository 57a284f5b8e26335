/* SPDX-License-Identifier: GPL-2.0-or-later */
/* connects: folds attempts on one 4-tuple with gaps up to 3 s into one connect(), which is what
 * health counts: Windows tries a refused connect() three times (domain.md 4.9). Fed with the
 * reports of attempts.h; same manners. */
#ifndef DECODERS_CONNECTS_H
#define DECODERS_CONNECTS_H

#include "outcome.h"

struct connects;

struct connects *connects_new(nstime gap, uint32_t max, const uint64_t key[2]);
void connects_free(struct connects *c);

/* Takes a report of phase STARTED or DECIDED (others are ignored). True where it wrote a connect
 * that is decided by it: opened at once, everything else once no further attempt can join it. A
 * connect may be reported again, same serial, when its attempt's outcome was overturned. */
bool connects_attempt(struct connects *c, nstime now, const struct attempt *attempt,
                      struct connect *out);

nstime connects_next(const struct connects *c);
bool connects_expire(struct connects *c, nstime now, struct connect *out);
/* Ends everything: a connect with a failed attempt and none opened has failed, even if another of
 * its attempts is still open. */
bool connects_close(struct connects *c, struct connect *out);

uint64_t connects_evicted(const struct connects *c);

#endif
