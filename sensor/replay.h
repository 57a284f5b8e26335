/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay: reads the -r files in order and feeds the engine until the last ends, one can't be read
 * on, or a signal asks to stop. */
#ifndef SENSOR_REPLAY_H
#define SENSOR_REPLAY_H

#include "sensor/engine.h"
#include "sensor/options.h"
#include "sensor/tell/progress.h"

struct replay {
    const struct options *options;
    struct engine *engine;
    struct progress *progress;
    const volatile int *stop;               /* set by a signal handler */
    uint64_t kernel_drops, interface_drops; /* that the files before told */
    uint64_t drops_told;                    /* to the engine, both kinds */
    size_t files;
    struct capture_file *file;    /* as read; owned */
    char (*damage)[CONFIG_ERROR]; /* the sentences that file[].damage points to; owned */
};

/* Asks of every file whether it can be opened, before time is spent on the first. 0 or an exit
 * status, with a full sentence in error. */
int replay_check(const struct options *options, char error[CONFIG_ERROR]);

/* False where memory is out. */
bool replay_init(struct replay *replay, const struct options *options, struct engine *engine,
                 struct progress *progress, const volatile int *stop);
void replay_free(struct replay *replay);

/* 0, or the exit status of the first trouble; each trouble has been told on standard error, and
 * what came before it has been fed. */
int replay_run(struct replay *replay);

#endif
