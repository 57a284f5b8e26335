/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapfile: the pcap format in every variant that is met: either byte order, microseconds or
 * nanoseconds, Kuznetzov's modified records, IXIA's, and the old versions whose lengths are swapped
 * (draft-ietf-opsawg-pcap; the variants are only in other programs' sources). */
#ifndef SENSOR_CAPTURE_PCAPFILE_H
#define SENSOR_CAPTURE_PCAPFILE_H

#include "sensor/capture/bytes.h"

enum pcapfile_lengths { LENGTHS_RIGHT, LENGTHS_SWAPPED, LENGTHS_EITHER };

struct pcapfile {
    bool big;          /* the file's byte order is big-endian */
    uint8_t record;    /* bytes of header in front of each frame */
    uint8_t lengths;   /* enum pcapfile_lengths */
    uint32_t to_ns;    /* nanoseconds in a unit of the fraction */
    uint32_t linktype; /* DLT_ value */
    uint32_t longest;  /* bytes a frame may have */
};

/* Whether these four bytes begin a pcap. */
bool pcapfile_magic(const uint8_t *bytes);

/* Reads the file's header. False: b->status tells why no frame can follow. */
bool pcapfile_begin(struct pcapfile *p, struct bytes *b);

/* The next frame: time, linktype, length, captured and bytes of out. False: b->status tells why. */
bool pcapfile_next(struct pcapfile *p, struct bytes *b, struct frame *out);

/* A time of a file, brought into what frames may have. Nanoseconds of a second or more are carried
 * over, as Wireshark does: some writers add to them and no further. */
nstime pcapfile_time(uint32_t seconds, uint64_t nanoseconds);

#endif
