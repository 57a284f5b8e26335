/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SipHash-2-4: two rounds a word of input, four at the end. */
#include "hash.h"

struct state {
    uint64_t a, b, c, d;
};

static uint64_t rotate(uint64_t v, unsigned bits)
{
    return v << bits | v >> (64 - bits);
}

static void mix(struct state *s, unsigned rounds)
{
    while (rounds-- > 0) {
        s->a += s->b;
        s->c += s->d;
        s->b = rotate(s->b, 13) ^ s->a;
        s->d = rotate(s->d, 16) ^ s->c;
        s->a = rotate(s->a, 32);
        s->c += s->b;
        s->a += s->d;
        s->b = rotate(s->b, 17) ^ s->c;
        s->d = rotate(s->d, 21) ^ s->a;
        s->c = rotate(s->c, 32);
    }
}

/* Little-endian on every machine; up to eight bytes. */
static uint64_t load(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    while (n-- > 0)
        v = v << 8 | p[n];
    return v;
}

static void absorb(struct state *s, uint64_t word)
{
    s->d ^= word;
    mix(s, 2);
    s->a ^= word;
}

uint64_t hash_bytes(const uint64_t key[2], const void *bytes, size_t length)
{
    struct state s = {
        .a = key[0] ^ UINT64_C(0x736f6d6570736575),
        .b = key[1] ^ UINT64_C(0x646f72616e646f6d),
        .c = key[0] ^ UINT64_C(0x6c7967656e657261),
        .d = key[1] ^ UINT64_C(0x7465646279746573),
    };
    const uint8_t *p = bytes;
    size_t left = length;
    for (; left >= 8; left -= 8, p += 8)
        absorb(&s, load(p, 8));
    absorb(&s, load(p, left) | (uint64_t)length << 56);
    s.c ^= 0xff;
    mix(&s, 4);
    return s.a ^ s.b ^ s.c ^ s.d;
}
