/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch: reads the -i interfaces and feeds the engine until a signal or --duration ends it: the
 * counterpart of replay.h. Nothing waits but the loop. */
#ifndef SENSOR_WATCH_H
#define SENSOR_WATCH_H

#include "sensor/engine.h"
#include "sensor/loop.h"
#include "sensor/options.h"

struct watch;

/* What a watch asks of whoever wires it. Either may be NULL. */
struct watch_hooks {
    void *context;
    /* SIGHUP: reads the configuration again and reopens the outputs. */
    void (*reload)(void *context);
    /* A gap is over or an interface is back: what failed meanwhile may be tried again. */
    void (*back)(void *context);
};

/* Opens every interface. Options, configuration and watchlist stay the caller's. NULL with a full
 * sentence in error and an exit status in *status. */
struct watch *watch_new(const struct options *options, const struct config *config,
                        const struct watchlist *watchlist, char error[CONFIG_ERROR], int *status);
void watch_free(struct watch *watch);

/* For others that wait: name lookups, connections. */
struct loop *watch_loop(struct watch *watch);
/* The interfaces by frame_ref.file, for the sinks; both live as long as the watch, and change with
 * it. */
const char *const *watch_names(const struct watch *watch);
const struct capture_file *watch_files(const struct watch *watch, size_t *count);

/* 0, or an exit status after a sentence to the sinks where it can't go on. The engine is live, and
 * finished by the caller. */
int watch_run(struct watch *watch, struct engine *engine, const struct watch_hooks *hooks);

#endif
