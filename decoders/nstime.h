/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nstime: moments and durations in one unit, nanoseconds, so that captures of either resolution
 * compare exactly. A moment counts from the Unix epoch, UTC. */
#ifndef DECODERS_NSTIME_H
#define DECODERS_NSTIME_H

#include <stddef.h>
#include <stdint.h>

typedef int64_t nstime;

#define NS_PER_US  INT64_C(1000)
#define NS_PER_MS  INT64_C(1000000)
#define NS_PER_SEC INT64_C(1000000000)

/* "No such moment": later than any other, so that the minimum of deadlines needs no special case.
 */
#define NSTIME_NEVER INT64_MAX
/* "Not known". */
#define NSTIME_NONE INT64_MIN

#define NSTIME_TEXT 40

/* "2024-08-27T03:06:36.491417+0000": ISO 8601, UTC, microseconds, finer cut off (EVE's form). */
char *nstime_iso(nstime t, char out[NSTIME_TEXT]);

#endif
