/* SPDX-License-Identifier: GPL-2.0-or-later */
/* addr: an IP address of either family as a plain value, and the prefixes that hold it.
 * All members are bytes, so there is no padding: memcmp() compares and a hash may read it whole. */
#ifndef DECODERS_ADDR_H
#define DECODERS_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum addr_family { ADDR_NONE = 0, ADDR_IPV4 = 4, ADDR_IPV6 = 6 };

struct addr {
    uint8_t family;    /* enum addr_family */
    uint8_t bytes[16]; /* network order; IPv4 uses the first four, the rest is zero */
};

struct prefix {
    struct addr addr; /* bits beyond `bits` are zero */
    uint8_t bits;     /* 0 to 32 or 128 */
};

#define ADDR_TEXT 46

static inline bool addr_equal(const struct addr *a, const struct addr *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

struct addr addr_ipv4(const uint8_t bytes[4]);
struct addr addr_ipv6(const uint8_t bytes[16]);

/* IPv4 before IPv6, then by number: the order of every list that people or programs see. */
int addr_compare(const struct addr *a, const struct addr *b);

/* RFC 5952 text for IPv6. Returns out. */
char *addr_format(const struct addr *a, char out[ADDR_TEXT]);

/* "192.0.2.1", "2001:db8::1"; false where the text is none. */
bool addr_parse(const char *text, struct addr *out);

/* "192.0.2.0/24" or a bare address (all bits). False where it is none, or has host bits set. */
bool prefix_parse(const char *text, struct prefix *out);
bool prefix_contains(const struct prefix *p, const struct addr *a);

/* Group or broadcast: no exchange goes there (224/4, ff00::/8, 255.255.255.255). */
bool addr_is_multicast(const struct addr *a);
/* On the public internet: none of this-network, private, shared (100.64/10), loopback, link-local,
 * unique local, multicast or reserved. Addresses for documentation stand for public ones. */
bool addr_is_public(const struct addr *a);

#endif
