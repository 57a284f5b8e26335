/* SPDX-License-Identifier: GPL-2.0-or-later */
/* capture: capture files in memory, for the tests of the reader. */
#ifndef TESTS_UNIT_CAPTURE_H
#define TESTS_UNIT_CAPTURE_H

#include "sensor/capture/bytes.h"

#define CAPTURE_ROOM 65536

struct capture {
    bool big; /* what is put goes in big-endian */
    size_t length;
    size_t block; /* where the open block begins */
    uint8_t at[CAPTURE_ROOM];
};

void capture_put(struct capture *c, const void *bytes, size_t length);
void capture_u16(struct capture *c, unsigned value);
void capture_u32(struct capture *c, uint32_t value);
void capture_u64(struct capture *c, uint64_t value);

/* A pcap's header and a record of `length` bytes, each of them `fill`. */
void capture_pcap(struct capture *c, uint32_t magic, uint32_t linktype);
void capture_record(struct capture *c, uint32_t seconds, uint32_t fraction, uint32_t length,
                    uint8_t fill);

/* A block of a pcapng, closed by capture_close(); between both its body is put. */
void capture_block(struct capture *c, uint32_t type);
void capture_option(struct capture *c, unsigned code, const void *value, size_t length);
void capture_option64(struct capture *c, unsigned code, uint64_t value);
void capture_close(struct capture *c);

void capture_section(struct capture *c, bool big);
void capture_interface(struct capture *c, unsigned linktype, uint32_t snaplen);
/* An enhanced packet block of microseconds, without options. */
void capture_packet(struct capture *c, uint32_t interface, uint64_t ticks, uint32_t length,
                    uint8_t fill);

/* An origin that gives the first `length` bytes in pieces of at most `largest`. */
struct bytes_origin *capture_origin(const struct capture *c, size_t length, size_t largest);

/* What reading it came to. */
struct capture_read {
    unsigned frames;
    struct frame frame[64]; /* their bytes are gone; see first */
    uint8_t first[64];      /* the first byte of each */
    enum source_status ended;
    int exit;
    uint64_t kernel_drops, interface_drops;
    char error[SOURCE_ERROR];
};
struct capture_read capture_read(const struct capture *c, size_t length, size_t largest);

#endif
