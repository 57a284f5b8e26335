/* SPDX-License-Identifier: GPL-2.0-or-later */
/* addr: addresses and prefixes as text and by their kind. */
#include "decoders/addr.h"

#include <arpa/inet.h>
#include <stddef.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

struct addr addr_ipv4(const uint8_t bytes[4])
{
    struct addr a = {.family = ADDR_IPV4};
    memcpy(a.bytes, bytes, 4);
    return a;
}

struct addr addr_ipv6(const uint8_t bytes[16])
{
    struct addr a = {.family = ADDR_IPV6};
    memcpy(a.bytes, bytes, 16);
    return a;
}

int addr_compare(const struct addr *a, const struct addr *b)
{
    return memcmp(a, b, sizeof *a); /* the family comes first, and 4 is less than 6 */
}

static char *put_decimal(char *out, unsigned byte)
{
    if (byte >= 100)
        *out++ = (char)('0' + byte / 100);
    if (byte >= 10)
        *out++ = (char)('0' + byte / 10 % 10);
    *out++ = (char)('0' + byte % 10);
    return out;
}

static char *put_ipv4(char *out, const uint8_t bytes[4])
{
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            *out++ = '.';
        out = put_decimal(out, bytes[i]);
    }
    return out;
}

static char *put_hex(char *out, unsigned group)
{
    bool begun = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
        unsigned digit = group >> shift & 0xf;
        if (digit != 0 || begun || shift == 0) {
            *out++ = "0123456789abcdef"[digit];
            begun = true;
        }
    }
    return out;
}

/* The longest run of at least two zero groups, the first of equals (RFC 5952 4.2); length 0: none.
 */
static size_t longest_zeroes(const unsigned group[8], size_t *start)
{
    size_t best = 0;
    for (size_t i = 0; i < 8; i++) {
        size_t n = 0;
        while (i + n < 8 && group[i + n] == 0)
            n++;
        if (n > best && n >= 2) {
            best = n;
            *start = i;
        }
        i += n;
    }
    return best;
}

static char *put_ipv6(char *out, const uint8_t bytes[16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (memcmp(bytes, mapped, sizeof mapped) == 0) { /* RFC 5952 5 */
        memcpy(out, "::ffff:", sizeof "::ffff:");
        return put_ipv4(out + 7, bytes + 12);
    }

    unsigned group[8];
    for (size_t i = 0; i < 8; i++)
        group[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    size_t skip_at = 8;
    size_t skip = longest_zeroes(group, &skip_at);

    for (size_t i = 0; i < 8; i++) {
        if (skip > 0 && i == skip_at) {
            *out++ = ':';
            *out++ = ':';
            i += skip - 1;
            continue;
        }
        if (i > 0 && out[-1] != ':')
            *out++ = ':';
        out = put_hex(out, group[i]);
    }
    return out;
}

char *addr_format(const struct addr *a, char out[ADDR_TEXT])
{
    char *end = out;
    if (a->family == ADDR_IPV4)
        end = put_ipv4(out, a->bytes);
    else if (a->family == ADDR_IPV6)
        end = put_ipv6(out, a->bytes);
    else
        *end++ = '-';
    *end = '\0';
    return out;
}

bool addr_parse(const char *text, struct addr *out)
{
    uint8_t bytes[16];
    if (inet_pton(AF_INET, text, bytes) == 1) {
        *out = addr_ipv4(bytes);
        return true;
    }
    if (inet_pton(AF_INET6, text, bytes) == 1) {
        *out = addr_ipv6(bytes);
        return true;
    }
    return false;
}

static unsigned family_bits(const struct addr *a)
{
    return a->family == ADDR_IPV4 ? 32 : 128;
}

/* One to three digits, no more than max. */
static bool parse_bits(const char *text, unsigned max, uint8_t *out)
{
    unsigned value = 0;
    size_t n = 0;
    for (; text[n] >= '0' && text[n] <= '9' && n < 4; n++)
        value = value * 10 + (unsigned)(text[n] - '0');
    if (n == 0 || n > 3 || text[n] != '\0' || value > max)
        return false;
    *out = (uint8_t)value;
    return true;
}

static uint8_t mask_of(unsigned bits, size_t byte)
{
    if (bits >= 8 * (byte + 1))
        return 0xff;
    if (bits <= 8 * byte)
        return 0;
    return (uint8_t)(0xff00u >> (bits - 8 * byte));
}

bool prefix_parse(const char *text, struct prefix *out)
{
    char address[ADDR_TEXT];
    size_t n = strcspn(text, "/");
    if (n >= sizeof address)
        return false;
    memcpy(address, text, n);
    address[n] = '\0';

    struct prefix p;
    if (!addr_parse(address, &p.addr))
        return false;
    p.bits = (uint8_t)family_bits(&p.addr);
    if (text[n] == '/' && !parse_bits(text + n + 1, p.bits, &p.bits))
        return false;
    for (size_t i = 0; i < family_bits(&p.addr) / 8; i++) {
        if ((p.addr.bytes[i] & ~mask_of(p.bits, i)) != 0)
            return false;
    }
    *out = p;
    return true;
}

bool prefix_contains(const struct prefix *p, const struct addr *a)
{
    if (p->addr.family != a->family)
        return false;
    size_t whole = p->bits / 8;
    if (memcmp(p->addr.bytes, a->bytes, whole) != 0)
        return false;
    if (p->bits % 8 == 0)
        return true;
    return ((p->addr.bytes[whole] ^ a->bytes[whole]) & mask_of(p->bits, whole)) == 0;
}

bool addr_is_multicast(const struct addr *a)
{
    if (a->family == ADDR_IPV4) {
        static const uint8_t broadcast[4] = {255, 255, 255, 255};
        return a->bytes[0] >> 4 == 14 || memcmp(a->bytes, broadcast, 4) == 0;
    }
    return a->family == ADDR_IPV6 && a->bytes[0] == 0xff;
}

/* IANA's special-purpose registries (RFC 6890), as far as somebody's own network may use them.
 * Addresses for documentation and benchmarks are left out: nobody's laptop meets them, and where
 * they stand in a capture they stand for the public internet. */
static const struct prefix special_ipv4[] = {
    {{ADDR_IPV4, {0}}, 8},          /* this network */
    {{ADDR_IPV4, {10}}, 8},         /* private, RFC 1918 */
    {{ADDR_IPV4, {100, 64}}, 10},   /* shared, RFC 6598 */
    {{ADDR_IPV4, {127}}, 8},        /* loopback */
    {{ADDR_IPV4, {169, 254}}, 16},  /* link-local */
    {{ADDR_IPV4, {172, 16}}, 12},   /* private */
    {{ADDR_IPV4, {192, 0, 0}}, 24}, /* protocol assignments */
    {{ADDR_IPV4, {192, 168}}, 16},  /* private */
    {{ADDR_IPV4, {224}}, 3},        /* multicast, reserved, broadcast */
};

/* Within 2000::/3, all that is handed out of IPv6 so far (RFC 4291 2.4). */
static const struct prefix special_ipv6[] = {
    {{ADDR_IPV6, {0x20, 0x01}}, 23}, /* protocol assignments, Teredo */
};

static bool in_any(const struct prefix *list, size_t count, const struct addr *a)
{
    for (size_t i = 0; i < count; i++) {
        if (prefix_contains(&list[i], a))
            return true;
    }
    return false;
}

bool addr_is_public(const struct addr *a)
{
    static const struct prefix nat64 = {{ADDR_IPV6, {0, 0x64, 0xff, 0x9b}}, 96}; /* RFC 6052 */
    static const struct prefix global = {{ADDR_IPV6, {0x20}}, 3};

    if (a->family == ADDR_IPV4)
        return !in_any(special_ipv4, ARRAY_LENGTH(special_ipv4), a);
    if (prefix_contains(&nat64, a)) { /* what it stands for decides */
        struct addr inner = addr_ipv4(a->bytes + 12);
        return addr_is_public(&inner);
    }
    return prefix_contains(&global, a) && !in_any(special_ipv6, ARRAY_LENGTH(special_ipv6), a);
}
