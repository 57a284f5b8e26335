/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checksum: see checksum.h. */
#include "checksum.h"

#include <netinet/in.h>

#define UDP_CHECKSUM_AT 6

/* RFC 1071: the ones' complement sum of 16-bit words. */
static uint32_t add(uint32_t sum, const uint8_t *bytes, size_t length)
{
    for (; length > 1; bytes += 2, length -= 2) {
        sum += (uint32_t)bytes[0] << 8 | bytes[1];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return length ? sum + ((uint32_t)bytes[0] << 8) : sum;
}

static bool whole(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff;
}

/* RFC 9293 3.1, RFC 8200 8.1 */
static uint32_t pseudo_header(const struct packet *p)
{
    size_t length = p->src.family == ADDR_IPV4 ? 4 : 16;
    uint32_t sum = add(0, p->src.bytes, length);
    sum = add(sum, p->dst.bytes, length);
    return sum + p->protocol + (p->segment_length >> 16) + (p->segment_length & 0xffff);
}

static bool has_pseudo_header(const struct packet *p)
{
    return p->protocol != IPPROTO_ICMP;
}

static bool covered(const struct packet *p)
{
    return p->protocol == IPPROTO_UDP || p->protocol == IPPROTO_TCP ||
           (p->protocol == IPPROTO_ICMP && p->src.family == ADDR_IPV4) ||
           (p->protocol == IPPROTO_ICMPV6 && p->src.family == ADDR_IPV6);
}

static bool left_out(const struct packet *p)
{
    return p->protocol == IPPROTO_UDP && p->src.family == ADDR_IPV4 &&
           p->segment.at[UDP_CHECKSUM_AT] == 0 && p->segment.at[UDP_CHECKSUM_AT + 1] == 0;
}

static enum checksum segment_checksum(const struct packet *p)
{
    if (!covered(p) || p->first_fragment || p->segment_length < 8 ||
        cursor_left(&p->segment) < p->segment_length || left_out(p))
        return CHECKSUM_UNCHECKED;
    uint32_t sum = has_pseudo_header(p) ? pseudo_header(p) : 0;
    return whole(add(sum, p->segment.at, p->segment_length)) ? CHECKSUM_GOOD : CHECKSUM_BAD;
}

enum checksum checksum_of(const struct packet *p)
{
    size_t header = cursor_left(&p->header);
    if (header > 0 && !whole(add(0, p->header.at, header)))
        return CHECKSUM_BAD;
    return segment_checksum(p);
}
