/* SPDX-License-Identifier: GPL-2.0-or-later */
/* layer: what is left of a frame at one place of the decode, and the one rule that tells a header
 * that the snap length cut (nobody's fault) from one that the sender did not send whole. */
#ifndef DECODERS_LAYER_H
#define DECODERS_LAYER_H

#include "packet.h"

struct layer {
    struct cursor bytes; /* what the capture holds */
    size_t wire;         /* what was on the wire; never less than the bytes */
};

/* Takes n bytes off the front as `header`; every read of it within n succeeds. PACKET_OK, or
 * PACKET_MALFORMED or PACKET_TRUNCATED with nothing taken. */
static inline enum packet_status layer_take(struct layer *l, size_t n, struct cursor *header)
{
    if (l->wire < n)
        return PACKET_MALFORMED;
    const uint8_t *bytes = cursor_bytes(&l->bytes, n);
    if (bytes == NULL)
        return PACKET_TRUNCATED;
    l->wire -= n;
    *header = cursor_make(bytes, n);
    return PACKET_OK;
}

/* A length field says that n bytes follow: what is behind them is padding. */
static inline void layer_trim(struct layer *l, size_t n)
{
    cursor_trim(&l->bytes, n);
    l->wire = n;
}

#endif
