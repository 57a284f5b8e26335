/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diagnose: path → judgement. Why a protection fails, how sure that is, what proves it, what else
 * was considered. A pure function of its input. */
#ifndef SENSOR_DETECT_DIAGNOSE_H
#define SENSOR_DETECT_DIAGNOSE_H

#include "sensor/detect/control.h"
#include "sensor/detect/health.h"
#include "sensor/detect/trace.h"

/* How an SWG address came to be watched. */
struct swg_origin {
    const char *name;       /* the name that was looked up; NULL: configured */
    struct frame_ref frame; /* the answer that gave it */
};

struct diagnosis {
    const struct config *config;
    const struct client *client;
    enum protection protection;
    const struct health *health; /* health_judge() of the same */
    const struct control *control;
    bool moved_on;         /* every failing SWG address has a newer one that works */
    struct swg_origin swg; /* of the failing path that was used last (web) */
    size_t clients,
        alike; /* in the capture, and of them those that fail like this; 0: not counted */
    enum status other_family; /* of the same host and protection; STATUS_UNDETERMINED: not known */
    bool other_family_alive;  /* the same host receives from afar in the other family */
    bool other_family_works;  /* this protection of the same host works in the other family */
    nstime now;
    struct trace *trace; /* filled in for --explain; NULL: nobody asks */
};

/* What the capture lacks around the failure, in thousandths: packets that must have been there. */
unsigned diagnose_loss(const struct diagnosis *diagnosis);

void diagnose(const struct diagnosis *in, struct judgement *out);

#endif
