/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reconcile: what the module's logs and the capture say of the same moments, side by side; or,
 * where there is no capture, what the logs say alone. Facts as numbers; the words are the teller's.
 */
#ifndef SENSOR_DART_RECONCILE_H
#define SENSOR_DART_RECONCILE_H

#include "sensor/dart/match.h"
#include "sensor/dart/phrases.h"

enum dart_fact_kind {
    /* "rejected all candidate resolvers", beside the probes of that round in the capture: */
    DART_FACT_SILENT,   /* none is answered */
    DART_FACT_ANSWERED, /* some are: what came back did not reach the module, or did not please it
                         */
    DART_FACT_REFUSED, /* none is answered in time, some are met by an error or something foreign */
    DART_FACT_YOUNG,   /* the capture ends too early for each of them */
    DART_FACT_ABSENT,  /* there are none, though there are others of the client */
    DART_FACT_NO_ROUTE, /* there are none in IPv6 at all: it rejects without a packet */
    /* "TCP handshake to SWG Proxy URL was not successful", beside the tries of the ten seconds
       before: */
    DART_FACT_SWG_FAILED, /* none opened */
    DART_FACT_SWG_OPENED, /* some opened */
    DART_FACT_SWG_ABSENT, /* there are none */
    /* The logs tell of probes in the time of the capture, which holds none. */
    DART_FACT_NO_PROBES,
    /* The logs alone, or what of them is not of the capture's time: */
    DART_FACT_LOG_REJECTED,
    DART_FACT_LOG_SWG_FAILED,
    DART_FACT_LOG_STATE, /* the last that a machine names */
    DART_FACTS
};

#define RECONCILE_FRAMES 16
#define RECONCILE_FACTS  24

/* Packets, each under its outcome. */
struct dart_tally {
    uint64_t total, outcome[OUTCOME_COUNT];
    unsigned frames;
    struct frame_ref frame[RECONCILE_FRAMES]; /* all of one file */
};

struct dart_fact {
    uint8_t kind;
    uint8_t family; /* ADDR_NONE: either */
    bool web;       /* of the web protection, with LOG_STATE */
    nstime since;   /* the beginning of the round, or of those ten seconds; the first line */
    nstime at;      /* the line; the last line. In UTC where there is a match, else as logged */
    uint64_t times; /* how often: the first is told, with its tally */
    struct dart_tally tally;
    char state[DART_STATE_TEXT]; /* of LOG_STATE */
};

struct dart_facts {
    struct dart_fact fact[RECONCILE_FACTS];
    size_t count;
    bool swg_failed; /* log or capture say so: what the policy says then matters */
};

/* match and journal may be NULL: the logs alone. Both sorted. */
void reconcile(const struct dart_logs *logs, const struct journal *journal,
               const struct match *match, struct dart_facts *out);

#endif
