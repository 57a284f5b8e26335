/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source: where frames come from. A small interface, so that whoever feeds the engine need not know
 * whether they come from a file or an interface. */
#ifndef SENSOR_CAPTURE_SOURCE_H
#define SENSOR_CAPTURE_SOURCE_H

#include <stdbool.h>

#include "decoders/frame.h"

#define SOURCE_ERROR 512

enum source_status {
    SOURCE_FRAME,   /* a frame is in out */
    SOURCE_PASSED,  /* live: a frame is in out that FILTER passes over */
    SOURCE_EMPTY,   /* live: nothing to read now */
    SOURCE_END,     /* in order: the end of the file, or of the pipe */
    SOURCE_DAMAGED, /* it can't be read on from here: error says why */
    SOURCE_STOPPED, /* a signal asked to stop */
    SOURCE_FAILED   /* it can't be read on for another reason: error says which */
};

struct source;

struct source_ops {
    enum source_status (*next)(struct source *source, struct frame *out);
    void (*close)(struct source *source);
};

struct source {
    const struct source_ops *ops; /* first member of every source's own struct */
    const char *name;             /* as given; borrowed */
    uint64_t frames;              /* read so far, those that FILTER passed over among them */
    uint64_t bytes;               /* read so far, about: for the progress bar */
    uint64_t size;                /* of the file; 0 where it can't be told */
    uint64_t kernel_drops;        /* frames lost so far for want of room, as far as it is told */
    uint64_t interface_drops;     /* … by the interfaces */
    uint64_t comments;            /* that a capture bears, for whoever reads it */
    uint64_t passed_over;         /* parts of a file that hold no frame and are of no use */
    char error[SOURCE_ERROR];     /* full sentence after SOURCE_DAMAGED and SOURCE_FAILED */
    int exit;                     /* of sysexits.h, after both */
};

static inline enum source_status source_next(struct source *source, struct frame *out)
{
    return source->ops->next(source, out);
}

static inline void source_close(struct source *source)
{
    if (source)
        source->ops->close(source);
}

#endif
