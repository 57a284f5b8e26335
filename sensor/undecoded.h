/* SPDX-License-Identifier: GPL-2.0-or-later */
/* undecoded: which kinds of frame could not be decoded, and how many of each, so that they are
 * named and not just counted. */
#ifndef SENSOR_UNDECODED_H
#define SENSOR_UNDECODED_H

#include <stddef.h>

#include "decoders/packet.h"

#define UNDECODED_KINDS 16

struct undecoded {
    size_t kinds;
    struct {
        struct unsupported what;
        uint64_t frames;
    } kind[UNDECODED_KINDS]; /* in the order of their first frame */
    uint64_t others;         /* frames of further kinds */
};

/* One frame; several at once. */
void undecoded_note(struct undecoded *undecoded, struct unsupported what);
void undecoded_add(struct undecoded *undecoded, struct unsupported what, uint64_t frames);

#endif
