/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapng: sections of either byte order, interfaces of different link types and clocks, enhanced,
 * simple and obsolete packet blocks, drop counts (draft-ietf-opsawg-pcapng). Other blocks are
 * passed over; some of them bear a frame number, as Wireshark gives them one. */
#ifndef SENSOR_CAPTURE_PCAPNG_H
#define SENSOR_CAPTURE_PCAPNG_H

#include "sensor/capture/bytes.h"

struct pcapng_interface;

struct pcapng {
    bool big;                           /* the section's byte order is big-endian */
    struct pcapng_interface *interface; /* of the section, in the order of their numbers; owned */
    uint32_t interfaces, room;
    nstime last;           /* time of the frame before: a simple packet block has none of its own */
    uint64_t numbered;     /* blocks that count as frames for Wireshark, but are none */
    uint64_t comments;     /* opt_comment of any block */
    uint64_t passed_over;  /* blocks of kinds that are of no use here */
    uint64_t kernel_drops; /* of all interfaces so far: isb_osdrop or epb_dropcount */
    uint64_t interface_drops; /* isb_ifdrop */
};

/* Whether these bytes begin a section. `known` of them are there: with fewer than 12, its magic
 * number of four bytes is all that is asked. */
bool pcapng_magic(const uint8_t *bytes, size_t known);

/* The next frame: time, linktype, length, captured and bytes of out; blocks on the way update the
 * rest. False: b->status tells why. */
bool pcapng_next(struct pcapng *p, struct bytes *b, struct frame *out);

void pcapng_free(struct pcapng *p);

#endif
