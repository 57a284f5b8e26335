/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sinks: the sinks of a run, as options and configuration want them: the events where -o asks for
 * them, the screen unless they take its place, the logs of a
 * live watch, and talk for -v. */
#ifndef SENSOR_SINKS_H
#define SENSOR_SINKS_H

#include "sensor/dart/logs.h"
#include "sensor/engine.h"
#include "sensor/options.h"

struct sinks {
    struct sink *events, *console, *live, *syslog, *journal, *talk; /* NULL: not wanted */
    struct sink *dart;                                              /* tells after the screen */
    char source[128];                                               /* "eth1, eth2"; live */
};

/* What the frames come from: the -r files or, live, the interfaces; by frame_ref.file. */
struct sinks_from {
    const char *const *name;
    size_t count;
    bool live;
};

/* 0, or an exit status after the sentence was said; to be closed in either case. */
int sinks_open(struct sinks *sinks, const struct options *options, const struct config *config,
               const struct sinks_from *from);
/* What the DART logs say, beside the capture or alone, where the screen is, else on standard error.
 * The logs stay the caller's. */
int sinks_open_dart(struct sinks *sinks, const struct options *options,
                    const struct dart_logs *logs);
void sinks_add(const struct sinks *sinks, struct engine *engine);
/* 0, or the exit status of the first that met an error, which is said. */
int sinks_close(struct sinks *sinks);

#endif
