/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hiding: which alerts nobody wants to hear of: those that alerts.ignore names, and where
 * alerts.only names some, all others. Verdicts are told as ever; what is hidden is counted. An
 * alert that was told already goes on to its end. */
#ifndef SENSOR_DETECT_HIDING_H
#define SENSOR_DETECT_HIDING_H

#include "sensor/alert_match.h"
#include "sensor/config.h"
#include "sensor/detect/clients.h"

struct hiding {
    size_t ignores, onlys;
    struct alert_match *ignore, *only; /* owned */
    uint64_t hidden;                   /* alerts, so far */
};

/* False where memory is out. */
bool hiding_init(struct hiding *hiding, const struct config *config);
void hiding_free(struct hiding *hiding);
/* Reads the lists again; what was counted stays. Where memory is out the old ones stay. */
void hiding_configure(struct hiding *hiding, const struct config *config);

/* Whether the alert that the judgement is worth would be hidden. Counts it where it would fire, and
 * notes in the client that it is. */
bool hiding_hides(struct hiding *hiding, struct client *client, const struct judgement *judgement);
/* Whatever its cause, an alert about this client would be hidden: it has no part in a segment's
 * alert or the site's. */
bool hiding_excludes(const struct hiding *hiding, const struct client *client, enum role role,
                     nstime now);

#endif
