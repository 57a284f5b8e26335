/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bytes: a window on a stream of bytes, so that a format is parsed in place and in order, be it
 * from a file, a live pipe or a decompressor. Read in large pieces, never mapped: a file that
 * shrinks while it is read ends early instead of raising SIGBUS, and the piece stays in the cache.
 */
#ifndef SENSOR_CAPTURE_BYTES_H
#define SENSOR_CAPTURE_BYTES_H

#include <stdint.h>
#include <stdlib.h>

#include "sensor/capture/source.h"

#define BYTES_PIECE (256 << 10)
/* The most that bytes_need() may be asked for: the longest frame of ordinary link types (262,144
 * bytes) with room for headers and options. */
#define BYTES_WINDOW (384 << 10)
#define BYTES_WHAT   160

/* Where bytes come from. read: how many were put into `into` (1 to size), 0 at the end, or -1 with
 * status and what set in `by`. */
struct bytes;
struct bytes_origin {
    ssize_t (*read)(struct bytes_origin *origin, struct bytes *by, uint8_t *into, size_t size);
    void (*close)(struct bytes_origin *origin); /* frees the origin, too */
};

struct bytes {
    const uint8_t *at;  /* the next byte */
    const uint8_t *end; /* one past the last that is in memory */
    uint8_t *buffer;
    uint64_t read; /* bytes that the origin gave so far */
    uint64_t skip; /* to be passed over before the next need */
    bool at_end;   /* the origin has no more */
    struct bytes_origin *origin;
    enum source_status status; /* why the last need was not met */
    char what[BYTES_WHAT];     /* with SOURCE_DAMAGED and SOURCE_FAILED: a clause for people */
    uint64_t place;            /* where the damage is */
};

/* Takes the origin over, also where it fails (false: memory is out). */
bool bytes_open(struct bytes *b, struct bytes_origin *origin);
void bytes_close(struct bytes *b);

/* A descriptor, which is closed with it if `owned`. *stop is asked when a read is interrupted. NULL
 * where memory is out; the descriptor is then still the caller's. */
struct bytes_origin *bytes_descriptor(int fd, bool owned, const volatile int *stop);

/* The place of `at` in the stream. */
static inline uint64_t bytes_offset(const struct bytes *b)
{
    return b->read - (uint64_t)(b->end - b->at) + b->skip;
}

static inline size_t bytes_left(const struct bytes *b)
{
    return (size_t)(b->end - b->at);
}

bool bytes_fill(struct bytes *b, size_t n);

/* Brings at least n (up to BYTES_WINDOW) bytes to `at`. False where the stream ends before: status
 * is then SOURCE_END, or whatever else keeps it from going on. Earlier pointers die. */
static inline bool bytes_need(struct bytes *b, size_t n)
{
    return (b->skip == 0 && bytes_left(b) >= n) || bytes_fill(b, n);
}

/* Passes over n bytes, of which only some may be in memory. A stream that ends within them shows
 * at the next need. */
static inline void bytes_skip(struct bytes *b, uint64_t n)
{
    size_t here = bytes_left(b);
    if (n <= here) {
        b->at += n;
        return;
    }
    b->at = b->end;
    b->skip += n - here;
}

/* All that parse a format return false with the reason in status, as bytes_need() does. This is how
 * they say SOURCE_DAMAGED, at `at`, with a clause that completes "FILE is damaged at byte N: …". */
__attribute__((format(printf, 2, 3))) bool bytes_damaged(struct bytes *b, const char *format, ...);

/* What an unmet need means within `thing` ("a frame"): a stream that ends there is damaged; one
 * that can't be read on or was stopped stays so. False, too. */
bool bytes_broken_off(struct bytes *b, const char *thing);

/* The same between frames, where nothing but whole ones may be: the end of the stream is one. */
bool bytes_ended(struct bytes *b, const char *thing);

/* A whole value at `p`, in the file's byte order. */
static inline uint16_t bytes_u16(const uint8_t *p, bool big)
{
    return (uint16_t)(big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static inline uint32_t bytes_u32(const uint8_t *p, bool big)
{
    uint32_t first = bytes_u16(p, big), second = bytes_u16(p + 2, big);
    return big ? first << 16 | second : second << 16 | first;
}

static inline uint64_t bytes_u64(const uint8_t *p, bool big)
{
    uint64_t first = bytes_u32(p, big), second = bytes_u32(p + 4, big);
    return big ? first << 32 | second : second << 32 | first;
}

#endif
