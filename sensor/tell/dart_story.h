/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dart_story: the sink that keeps the journal of probes and, when all is over, lays the module's
 * logs beside it; or tells what the logs say alone. */
#ifndef SENSOR_TELL_DART_STORY_H
#define SENSOR_TELL_DART_STORY_H

#include <stdio.h>

#include "sensor/dart/logs.h"
#include "sink.h"
#include "words.h"

struct dart_story_options {
    FILE *out; /* the caller's */
    unsigned width;
    bool utf8;
    bool quiet;            /* what was found, no more (-q) */
    struct zone zone;      /* of the screen */
    const int *utc_offset; /* of the logs, in minutes; NULL: to be inferred */
};

/* The logs are the caller's, and sorted before the end. NULL where memory is out. */
struct sink *dart_story_new(const struct dart_logs *logs, const struct dart_story_options *options);

#endif
