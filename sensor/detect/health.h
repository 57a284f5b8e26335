/* SPDX-License-Identifier: GPL-2.0-or-later */
/* health: path → status of a protection, by the contract's thresholds and nothing else. No cause is
 * sought here, so it is cheap enough to ask after every sample. Pure. */
#ifndef SENSOR_DETECT_HEALTH_H
#define SENSOR_DETECT_HEALTH_H

#include "sensor/detect/clients.h"

struct health {
    enum status status;
    enum reason reason; /* where undetermined; one-way is for the diagnosis to find */
    bool waiting;       /* a path without any sample has something open: keep the last judgement */
    unsigned judged, failing, lossy; /* paths */
    unsigned failed_samples;         /* of the failing and lossy paths */
    nstime first_bad;                /* first packet of the failing runs; NSTIME_NONE */
    nstime last_bad;                 /* newest packet of them */
    nstime last_good;       /* newest success sent before first_bad (or at all); NSTIME_NONE */
    bool works;             /* by itself, degraded or not, whatever the other family does */
    bool silent;            /* a failing path rests on silence */
    bool proven;            /* some failure rests on more than silence */
    bool weak;              /* only silence on names that are not the module's own */
    bool dns_port_unprobed; /* the DNS failure was never tried on one of UDP 53 and UDP 443 */
    bool unread;            /* a path has answers only that are cut too short to read */
    bool lookups_failed;    /* the SWG's name cannot be looked up */
    bool encryption_failing;
};

/* The path as it is judged for this client now: PATH_STALE where its newest sample is too old. */
enum path_status health_path(const struct client *client, const struct path *path,
                             const struct config *config);

/* other_family_works: see clients_other_family_works(). at_end: nothing more will come, so there is
 * nothing to wait for. */
struct health health_judge(const struct client *client, enum protection protection,
                           const struct config *config, bool other_family_works, bool at_end);

#endif
