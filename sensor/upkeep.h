/* SPDX-License-Identifier: GPL-2.0-or-later */
/* upkeep: what a watch needs besides packets to run for months: the alerts of the run before, the
 * sensor's own lookups, fewer rights than at the start, and a service manager that knows how it
 * stands. */
#ifndef SENSOR_UPKEEP_H
#define SENSOR_UPKEEP_H

#include "sensor/engine.h"
#include "sensor/loop.h"
#include "sensor/options.h"

struct upkeep;

struct upkeep_options {
    const struct options *options;
    const struct config *config;
    struct watchlist *watchlist;
    struct engine *engine; /* live, with its sinks */
    struct loop *loop;
};

/* Before the first frame. Reads the state, whose alerts go on in the engine. What the options point
 * to stays the caller's and outlives it. NULL with an exit status and a sentence in error. */
struct upkeep *upkeep_new(const struct upkeep_options *options, char error[CONFIG_ERROR],
                          int *status);

/* All is open: hands the outputs to the user that it becomes, gives up the other rights, begins the
 * lookups and tells the manager that the start is done. 0, or an exit status. */
int upkeep_start(struct upkeep *upkeep, char error[CONFIG_ERROR]);

/* A link is back, or a sleep is over: what failed meanwhile is looked up at once. */
void upkeep_back(struct upkeep *upkeep);
/* The configuration is read again; and has been. taken: it was good, and the names to look up are
 * those of the new one. */
void upkeep_reloading(struct upkeep *upkeep);
void upkeep_reloaded(struct upkeep *upkeep, bool taken);

/* The run ends: after the engine has told its sinks so, for the state is one of them. 0, or an exit
 * status with a sentence in error where the state could not be kept. */
int upkeep_stop(struct upkeep *upkeep, char error[CONFIG_ERROR]);
void upkeep_free(struct upkeep *upkeep);

#endif
