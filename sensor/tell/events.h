/* SPDX-License-Identifier: GPL-2.0-or-later */
/* events: the sink that writes the contract's JSON lines (-o). */
#ifndef SENSOR_TELL_EVENTS_H
#define SENSOR_TELL_EVENTS_H

#include "events_line.h"
#include "sensor/config.h"

struct events_options {
    const char *path;                /* "-" is standard output; valid as long as the sink */
    enum config_exchanges exchanges; /* which dns and tcp events are written */
    struct events_files files;       /* the -r files, in order; valid as long as the sink */
    bool line_buffered;              /* each line is handed over at once, for a reader on a pipe */
    /* Written for months: what is there stays, the file rotates, and an error is trouble that may
     * pass, told by trouble(), instead of the end. */
    bool live;
    uint64_t rotate_size; /* bytes; 0: never */
    unsigned rotate_keep; /* old files */
};

/* NULL where the file can't be created; error then holds a full sentence (exit with EX_CANTCREAT).
 */
struct sink *events_new(const struct events_options *options, char error[CONFIG_ERROR]);

#endif
