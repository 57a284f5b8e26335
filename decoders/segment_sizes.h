/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segment_sizes: how large the segments of one sender's first data are, and which of them got
 * through: large ones that are lost where small ones pass tell of the path's MTU (RFC 2923 2.1). */
#ifndef DECODERS_SEGMENT_SIZES_H
#define DECODERS_SEGMENT_SIZES_H

#include <stdbool.h>
#include <stdint.h>

struct segment_span {
    uint32_t seq, length; /* length 0: none yet */
    uint32_t resent;      /* length of its newest transmission: senders try smaller ones, too */
};

struct segment_sizes {
    struct segment_span first, longest;
    uint32_t passed; /* the largest that is known to have been acknowledged; 0: none */
};

/* A segment of data was sent, again or for the first time. */
void segment_sent(struct segment_sizes *sizes, uint32_t seq, uint32_t length);
/* The far side acknowledged all before `ack`. A segment that was captured before it was cut to the
 * path's size (segmentation offload) counts for as much as went through. */
void segment_acked(struct segment_sizes *sizes, uint32_t ack);
/* The sequence number lies in what was sent so far. */
bool segment_quoted(const struct segment_sizes *sizes, uint32_t seq);

#endif
