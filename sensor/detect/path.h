/* SPDX-License-Identifier: GPL-2.0-or-later */
/* path: the health of one path (resolver address × transport × port, or SWG address × port) of one
 * client, from its samples in the order in which they were sent (design: "Health"). */
#ifndef SENSOR_DETECT_PATH_H
#define SENSOR_DETECT_PATH_H

#include "sensor/config.h"
#include "sensor/detect/rate.h"
#include "sensor/detect/samples.h"

#define PATH_FAILURES 32 /* kept as proof: the first and the newest half */
#define PATH_WEAK     8  /* silent names remembered before they count */
#define PATH_FRAMES   8  /* silent DNSCrypt queries kept as proof */

struct path_sample {
    nstime sent, sent_last;
    uint64_t serial;
    uint8_t kind;    /* enum sample_kind */
    uint8_t outcome; /* enum outcome: a success or a failure, nothing else is kept */
    uint8_t rate;    /* how busy the client was just before: rate_class() */
};

struct path {
    struct addr server;
    uint16_t port;
    uint8_t transport;
    uint8_t status; /* enum path_status, PATH_STALE excepted: that depends on the client's newest */
    bool ever_ok, lossy;
    bool own_foreign; /* its last own-name answer was foreign: other replies prove nothing */
    nstime unread;    /* newest query whose answer cannot be read: it is alive; NSTIME_NONE */
    nstime own_told;  /* when that was asked; NSTIME_NONE */
    nstime reply;     /* newest other name that got a reply: when it was asked; NSTIME_NONE */
    uint64_t reply_serial;

    uint64_t sent; /* exchanges or attempts started */
    uint64_t ok, failed,
        undetermined;              /* of them, once final; and DNSCrypt as far as it is judged */
    uint64_t encrypted;            /* of ok: DNSCrypt */
    uint64_t covered;              /* of undetermined: encrypted DNS flowed meanwhile */
    uint64_t edns_ok, edns_failed; /* of those, with an OPT record in the query */
    uint32_t open;                 /* started and not decided */
    nstime last_ok;                /* newest success: when it was sent; NSTIME_NONE */
    nstime newest;                 /* newest sample sent, or reply seen; NSTIME_NONE */
    nstime since;                  /* the window's start: its last clean recovery; NSTIME_NONE */
    nstime last_sent;              /* newest packet of any kind sent on it */

    uint16_t samples, room;
    struct path_sample *sample; /* in order of `sent`; owned */

    uint32_t failures;       /* how many of failure[] are set */
    uint64_t failures_total; /* since the last clean recovery */
    struct failure *failure; /* NULL until the first; owned */

    uint8_t weak;               /* silences on other names not counted yet, distinct */
    struct sample *weak_sample; /* owned */

    nstime encrypted_ok;       /* newest paired DNSCrypt query; NSTIME_NONE */
    nstime encrypted_sample;   /* when one last counted as a success (at most one a second) */
    uint32_t encrypted_silent; /* DNSCrypt queries in a row without an answer */
    nstime encrypted_silent_since, encrypted_silent_last;
    struct frame_ref encrypted_frame[PATH_FRAMES]; /* the first of those queries */
    bool encryption_failing;
};

void path_init(struct path *path, const struct sample *sample);
void path_free(struct path *path);

/* Takes a decided sample in, or overturns the one of its serial. `own_seen`: the protection has
 * own-name samples, so silence on other names does not count. False where memory was out. */
bool path_take(struct path *path, const struct config *config, const struct sample *sample,
               bool own_seen);

/* An own-name query without an answer, while encrypted DNS flows on the path: that is undetermined.
 */
bool path_covered(const struct path *path, const struct sample *sample);

/* Keeps a failed exchange or attempt as proof (or replaces the one of its serial). */
bool path_keep(struct path *path, const struct failure *failure);
/* The exchange or attempt of that serial turned out well: its proof goes. */
void path_forget(struct path *path, uint64_t serial);

/* Own-name samples have come: what silence on other names had counted is withdrawn. */
void path_drop_weak(struct path *path, const struct config *config);

/* The clock was set anew (a gap): health stays what it was, what was open is forgotten. */
void path_gap(struct path *path, nstime now);
/* The first sample after a gap is about to come, of this path or of another one of the protection:
 * what failed before counts no more with what fails after. */
void path_anew(struct path *path);

/* Failed samples in a row up to the newest; *first is the first of them (may be NULL). */
unsigned path_run(const struct path *path, const struct path_sample **first);
unsigned path_failed_samples(const struct path *path);

#endif
