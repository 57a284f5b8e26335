/* SPDX-License-Identifier: GPL-2.0-or-later */
/* telling: the tell stage as the engine sees it: hands what happened to every sink that cares, in
 * the order in which they were added, and reminds of alerts that stand. */
#ifndef SENSOR_TELLING_H
#define SENSOR_TELLING_H

#include "sensor/config.h"
#include "sensor/tell/sink.h"
#include "sensor/tracking.h"

#define TELLING_SINKS 12

struct telling;

/* NULL where memory is out. */
struct telling *telling_new(const struct config *config);
void telling_free(struct telling *telling);
/* The sink stays the caller's. More than TELLING_SINKS are left out. */
void telling_add_sink(struct telling *telling, struct sink *sink);
/* The same intervals as before hold for alerts that stand already. */
void telling_configure(struct telling *telling, const struct config *config);

void telling_report(struct telling *telling, const struct report *report);
void telling_notices(struct telling *telling, const struct notices *notices);
void telling_verdict(struct telling *telling, const struct judgement *judgement);
void telling_changed(struct telling *telling, const struct judgement *judgement);
void telling_say(struct telling *telling, nstime now, enum say kind, const char *sentence);
/* Live, on SIGHUP: outputs are opened again, appending. */
void telling_reopen(struct telling *telling);
/* Live, about once a second: reminders that are due, within a minute what is seen at all, then how
 * things stand; `firing` of the moment is filled in here. */
void telling_tick(struct telling *telling, struct moment *moment);
void telling_stats(struct telling *telling, const struct summary *summary);
void telling_present(struct telling *telling, const struct summary *summary);
void telling_finish(struct telling *telling, const struct summary *summary);

/* Alerts that stand now. */
uint64_t telling_firing(const struct telling *telling);

#endif
