/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cursor: the only way bytes from the wire are read. Every read checks the bound; the first that
 * fails sets `bad`, which sticks, and yields zeroes from then on, so a decoder reads a whole header
 * and asks once. No byte beyond `end` is ever touched. */
#ifndef DECODERS_CURSOR_H
#define DECODERS_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
    const uint8_t *at;  /* next byte; borrowed from the frame */
    const uint8_t *end; /* one past the last byte */
    bool bad;           /* a read went past the end */
};

static inline struct cursor cursor_make(const uint8_t *bytes, size_t length)
{
    return (struct cursor){.at = bytes, .end = bytes + length};
}

static inline size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->at);
}

static inline const uint8_t *cursor_bytes(struct cursor *c, size_t n)
{
    if (c->bad || cursor_left(c) < n) {
        c->bad = true;
        return NULL;
    }
    const uint8_t *p = c->at;
    c->at += n;
    return p;
}

static inline void cursor_skip(struct cursor *c, size_t n)
{
    (void)cursor_bytes(c, n);
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 1);
    return p ? p[0] : 0;
}

static inline uint16_t cursor_be16(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 2);
    if (p == NULL)
        return 0;
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t cursor_be32(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 4);
    return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline uint16_t cursor_le16(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 2);
    if (p == NULL)
        return 0;
    return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t cursor_le32(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 4);
    return p ? (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0] : 0;
}

/* Forget all but the next n bytes (a length field inside a longer capture). No error if fewer are
 * left: the caller compares where that matters. */
static inline void cursor_trim(struct cursor *c, size_t n)
{
    if (cursor_left(c) > n)
        c->end = c->at + n;
}

#endif
