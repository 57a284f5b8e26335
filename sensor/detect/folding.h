/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folding: which alert stands for a client's failure: its own, its segment's or the site's. Holds
 * each judgement against the scopes, lets a wider alert begin, change and end, and folds the
 * clients' own into it or gives them back (design: "Alerts").
 *
 * While the site's alert stands no segment has one of that protection and family. A failure that
 * was folded once stays so while it changes, until it is over or the wider alert is. One that is
 * not alike has its client's own alert, and so has one that goes on when the wider alert is over:
 * as soon as it has failed again, for when a fault is mended clients recover one after another. */
#ifndef SENSOR_DETECT_FOLDING_H
#define SENSOR_DETECT_FOLDING_H

#include "sensor/detect/alerts.h"
#include "sensor/detect/carried.h"
#include "sensor/detect/clients.h"
#include "sensor/detect/health.h"

struct folding;

/* NULL where memory is out. */
struct folding *folding_new(const struct config *config);
void folding_free(struct folding *folding);

/* The client sent something. */
void folding_seen(struct folding *folding, struct client *client, nstime now);
/* It has this protection, and its failures count. */
void folding_uses(struct folding *folding, struct client *client, enum protection protection);
/* Nothing fails and nothing stands: the protection works, or cannot be judged. */
void folding_quiet(struct folding *folding, struct client *client, enum protection protection,
                   bool works, nstime now, struct notices *out);
void folding_judged(struct folding *folding, struct client *client,
                    const struct judgement *judgement, const struct health *health,
                    struct notices *out);
/* Ends what stands of the client's protection. */
void folding_end(struct folding *folding, struct client *client, enum protection protection,
                 enum notice_resolution resolution, nstime now, struct notices *out);
/* The client makes way. Nothing of it may stand. */
void folding_forget(struct folding *folding, struct client *client);
/* An alert that was told stands for its failure. */
bool folding_told(const struct folding *folding, const struct client *client,
                  enum protection protection);

/* A wider alert that has begun or changed takes others in than the client it was noticed on. A call
 * tells of the next; false when all are done. Called until then before anything else. */
bool folding_next(struct folding *folding, const struct clients *clients, nstime now,
                  struct notices *out);

/* Alerts that fired when the sensor was stopped: those that fire again go on with their id, what is
 * left at `due` is resolved. last_id: no new alert gets this or an earlier id. False where memory
 * is out. */
bool folding_carry(struct folding *folding, const struct carried_alert *alert, size_t count,
                   uint64_t last_id, nstime due);
nstime folding_carried_due(const struct folding *folding); /* NSTIME_NEVER: none is left */
void folding_carried_wait(struct folding *folding, nstime due);
/* Resolves one of what is left; false when none is. */
bool folding_carried_end(struct folding *folding, nstime now, struct notices *out);

/* Whose numbers all alerts of a run share. */
struct alerts *folding_alerts(struct folding *folding);

/* The clock was set anew: suspends wider alerts, one a call; false when none is left. */
bool folding_suspend(struct folding *folding, nstime now, struct notices *out);
/* After it: nobody counts as active. */
void folding_gap(struct folding *folding);

#endif
