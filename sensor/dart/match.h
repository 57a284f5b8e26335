/* SPDX-License-Identifier: GPL-2.0-or-later */
/* match: in which zone the module's logs were written, and which client of the capture wrote them:
 * the zone in which the most of their lines meet a packet of one client. Log and wire agree to the
 * second where the capture was taken on the client or by a clock that is set (domain fact 5). */
#ifndef SENSOR_DART_MATCH_H
#define SENSOR_DART_MATCH_H

#include "sensor/dart/journal.h"
#include "sensor/dart/logs.h"

/* Zones on Earth, east of UTC, and their step. */
#define MATCH_FIRST (-12 * 60)
#define MATCH_LAST  (14 * 60)
#define MATCH_STEP  15

/* The SWG's agent tells of a failed handshake two or three seconds after its first SYN (domain fact
 * 4.9), and later where the SYNs are dropped. So a line may follow the end of the capture. */
#define MATCH_WEB_BEFORE (10 * NS_PER_SEC)
#define MATCH_WEB_AFTER  (5 * NS_PER_SEC)

enum match_how {
    MATCH_NONE,      /* no zone brings logs and capture together */
    MATCH_GIVEN,     /* --utc-offset */
    MATCH_INFERRED,  /* the best agreement */
    MATCH_ONLY,      /* nothing agrees, but in no other zone are they of the same time */
    MATCH_AMBIGUOUS, /* another zone agrees as well */
    MATCH_CLIENTS,   /* several clients agree alike: whose logs they are can't be told */
    MATCH_ANY        /* nothing agrees, and they are of the same time in several zones */
};

struct match {
    enum match_how how;
    int minutes; /* local time = UTC + minutes; not with NONE, AMBIGUOUS and ANY … */
    int other;   /* … which have two zones that would do; with GIVEN, the one that agrees
                    better, else the same as minutes */
    struct addr client[2]; /* by IPv6; ADDR_NONE: nothing of that family agrees */
    size_t rivals;    /* clients that agree as well as the best, which comes first by address */
    size_t agree, of; /* lines of the logs that meet a packet of that client, of those in the
                         time of the capture */
    struct dart_span capture; /* in UTC */
    bool overlaps;            /* in that zone they are of the same time, in part at least */
    uint64_t marks; /* lines about probes or tries in the time of the capture; with ANY, the
                       least of all zones */
};

/* Both sorted. given: the zone, or NULL. False where memory is out. */
bool match_find(const struct dart_logs *logs, const struct journal *journal,
                struct dart_span capture, const int *given, struct match *out);

/* A log's time in UTC. */
static inline nstime match_utc(const struct match *match, nstime local)
{
    return local - match->minutes * 60 * NS_PER_SEC;
}

#endif
