/* SPDX-License-Identifier: GPL-2.0-or-later */
/* carried: alerts that fired when the sensor was stopped, until this run has its own word on them.
 * One that fires again goes on with its id and its beginning; one whose protection is seen to work
 * has recovered; what nobody hears of any more is resolved as client-gone. */
#ifndef SENSOR_DETECT_CARRIED_H
#define SENSOR_DETECT_CARRIED_H

#include "sensor/detect/notice.h"

struct carried_alert {
    uint64_t id;
    enum notice_code code;
    enum notice_severity severity;
    enum notice_scope scope;
    struct addr client;     /* SCOPE_CLIENT */
    struct segment segment; /* SCOPE_SEGMENT; the name is the configuration's */
    enum addr_family family;
    enum cause cause;
    enum confidence confidence;
    nstime since;
    uint64_t count, of; /* as in struct notice */
};

/* Zero is none. */
struct carried {
    struct carried_entry *entry; /* by protection, scope and whom it is about; owned */
    size_t count, left;
    nstime due; /* what is left then is resolved; NSTIME_NEVER: nothing is */
};

/* What such an alert is about; false for one about the sensor itself, which is never carried. */
bool carried_protection(enum notice_code code, enum protection *out);

/* Replaces what was there; copies. Of two about the same the later one stays. False where memory is
 * out. */
bool carried_set(struct carried *carried, const struct carried_alert *alert, size_t count,
                 nstime due);
void carried_free(struct carried *carried);

/* Takes the one out that is about the client's protection. */
bool carried_take_client(struct carried *carried, const struct addr *client,
                         enum protection protection, struct carried_alert *out);
/* segment: NULL for the site. */
bool carried_take_wide(struct carried *carried, enum addr_family family,
                       const struct segment *segment, enum protection protection,
                       struct carried_alert *out);
/* Takes any. */
bool carried_take_next(struct carried *carried, struct carried_alert *out);

/* Its end, for whoever was told of its beginning. */
void carried_end(const struct carried_alert *alert, enum notice_resolution resolution, nstime now,
                 struct notice *out);

#endif
