/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judging: samples → diagnose → alerts as the engine sees them: reports in, notices out, verdicts
 * on demand. It owns the clients and the control group. */
#ifndef SENSOR_JUDGING_H
#define SENSOR_JUDGING_H

#include "sensor/detect/diagnose.h"
#include "sensor/detect/folding.h"
#include "sensor/detect/hiding.h"
#include "sensor/detect/sensing.h"
#include "sensor/tracking.h"

struct judging;

struct judging *judging_new(const struct config *config, const uint64_t key[2]);
void judging_free(struct judging *judging);
/* From here on every judgement has a trace (--explain). False where memory is out. */
bool judging_explain(struct judging *judging);
/* From here on frames come as they are sent, so that their absence can be told; clients that fall
 * silent are forgotten, and judging_changed() tells. */
void judging_live(struct judging *judging);

/* Which client was seen, and which directions the capture shows. Comes before the packet's reports.
 * A full table drops the client silent longest; if an alert of it stood, it ends. */
void judging_packet(struct judging *judging, nstime now, const struct packet *packet,
                    const struct reports *reports, struct notices *out);
/* at_end: nothing more will come. watchlist tells how an SWG address was learnt. */
void judging_report(struct judging *judging, const struct watchlist *watchlist, nstime now,
                    const struct report *report, bool at_end, struct notices *out);

/* What the last report led to besides: other clients' alerts that fold into a segment's or the
 * site's. To be called after each report until false. */
bool judging_more(struct judging *judging, nstime now, struct notices *out);

/* Live: the judgement that the last report led to, where it is the first of a client's protection
 * or its status or cause is another than before; NULL. Valid until the next call. */
const struct judgement *judging_changed(const struct judging *judging);

/* The next moment a client with an alert counts as gone or, live, one is forgotten, or
 * the sensor as blind; NSTIME_NEVER. */
nstime judging_next(const struct judging *judging);
bool judging_expire(struct judging *judging, nstime now, struct notices *out);

/* Alerts that fired when the sensor was stopped: see folding_carry(). What was not heard of after
 * alerts.client_gone is resolved. False where memory is out. */
bool judging_carry(struct judging *judging, const struct carried_alert *alert, size_t count,
                   uint64_t last_id, nstime now);

/* A frame was captured, whatever it holds; so many were dropped since the last call. */
void judging_captured(struct judging *judging, nstime now, struct notices *out);
void judging_dropped(struct judging *judging, nstime now, uint64_t frames);
/* What the whole capture lacks, in thousandths; 0 where it can't be told. */
unsigned judging_lacking(const struct judging *judging);

/* The clock was set anew to `now`: alerts are suspended, a few a call; false when none is
 * left and all paths are ready for the new time. */
bool judging_gap(struct judging *judging, nstime before, nstime now, struct notices *out);

/* For routing errors: see tracking_packet(). */
bool judging_alive(const struct judging *judging, enum addr_family family, nstime now);

/* The verdicts in the contract's order: clients by address, dns before web, as they are if nothing
 * more comes; `last`: nothing does. Calls `take` with each; false where memory is out. */
bool judging_verdicts(struct judging *judging, const struct watchlist *watchlist, nstime now,
                      bool last, void (*take)(void *context, const struct judgement *judgement),
                      void *context);

/* alerts.ignore and alerts.only have changed. Where memory is out the old ones stay. */
void judging_configure(struct judging *judging);
/* How many clients stand how, each by the worse of its protections as last judged; and how many
 * failures are hidden now. */
void judging_tally(const struct judging *judging, size_t clients[STATUS_COUNT], uint64_t *hidden);
/* Alerts that were hidden so far. */
uint64_t judging_hidden(const struct judging *judging);
size_t judging_clients(const struct judging *judging);
uint64_t judging_evicted(const struct judging *judging);
/* Samples that could not be kept because memory was out. */
uint64_t judging_lost(const struct judging *judging);

#endif
