/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frame: the arrow from capture to decode. What a capture source read, untouched. */
#ifndef DECODERS_FRAME_H
#define DECODERS_FRAME_H

#include "nstime.h"

/* Names a frame for people: its number as Wireshark shows it, and which of several -r files. */
struct frame_ref {
    uint64_t number : 48; /* 1-based in its file; 0: none */
    uint64_t file : 16;   /* index of the -r option, from 0; 0 live */
};

/* Frames are from 1970 up to here, the year 2200: a source brings any other stamp to the nearer
 * end. So times may be subtracted, and deadlines added, without a thought of overflow. */
#define FRAME_TIME_MAX (INT64_C(7258118400) * NS_PER_SEC)

struct frame {
    struct frame_ref ref;
    nstime time;          /* when it was captured: 0 … FRAME_TIME_MAX */
    uint32_t linktype;    /* DLT_ value as libpcap hands it out */
    uint32_t length;      /* bytes on the wire */
    uint32_t captured;    /* bytes here; less than length where the snap length cut */
    const uint8_t *bytes; /* valid until the source is asked for the next frame */
};

#endif
