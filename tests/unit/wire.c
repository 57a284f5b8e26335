/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wire: see wire.h. Aborts where a test asks for what does not fit: that is a bug of the test. */
#include "wire.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

void wire_bytes(struct wire *w, const void *bytes, size_t length)
{
    if (length > sizeof w->bytes - w->length)
        abort();
    if (length > 0)
        memcpy(w->bytes + w->length, bytes, length);
    w->length += length;
}

void wire_u8(struct wire *w, unsigned value)
{
    uint8_t byte = (uint8_t)value;
    wire_bytes(w, &byte, 1);
}

void wire_be16(struct wire *w, unsigned value)
{
    wire_u8(w, value >> 8 & 0xff);
    wire_u8(w, value & 0xff);
}

void wire_be32(struct wire *w, uint32_t value)
{
    wire_be16(w, value >> 16);
    wire_be16(w, value & 0xffff);
}

void wire_zero(struct wire *w, size_t length)
{
    while (length-- > 0)
        wire_u8(w, 0);
}

void wire_set_be16(struct wire *w, size_t at, unsigned value)
{
    if (at + 2 > w->length)
        abort();
    w->bytes[at] = (uint8_t)(value >> 8);
    w->bytes[at + 1] = (uint8_t)value;
}

uint8_t *wire_exact(const struct wire *w, size_t n)
{
    uint8_t *copy = malloc(n > 0 ? n : 1);
    if (copy == NULL || n > w->length)
        abort();
    memcpy(copy, w->bytes, n);
    return copy;
}

void wire_ethernet(struct wire *w, unsigned ethertype)
{
    static const uint8_t macs[12] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    wire_bytes(w, macs, sizeof macs);
    wire_be16(w, ethertype);
}

void wire_vlan(struct wire *w, unsigned id, unsigned ethertype)
{
    wire_be16(w, id);
    wire_be16(w, ethertype);
}

static void put_address(struct wire *w, int family, const char *text)
{
    uint8_t bytes[16];
    if (inet_pton(family, text, bytes) != 1)
        abort();
    wire_bytes(w, bytes, family == AF_INET ? 4 : 16);
}

size_t wire_ipv4(struct wire *w, const char *src, const char *dst, unsigned protocol)
{
    size_t at = w->length;
    wire_be16(w, 0x4500);
    wire_be16(w, 0);
    wire_be16(w, 0x1234);
    wire_be16(w, 0);
    wire_u8(w, 64);
    wire_u8(w, protocol);
    wire_be16(w, 0);
    put_address(w, AF_INET, src);
    put_address(w, AF_INET, dst);
    return at;
}

void wire_ipv4_end(struct wire *w, size_t at)
{
    wire_set_be16(w, at + 2, (unsigned)(w->length - at));
}

size_t wire_ipv6(struct wire *w, const char *src, const char *dst, unsigned next)
{
    size_t at = w->length;
    wire_be32(w, 0x60000000);
    wire_be16(w, 0);
    wire_u8(w, next);
    wire_u8(w, 64);
    put_address(w, AF_INET6, src);
    put_address(w, AF_INET6, dst);
    return at;
}

void wire_ipv6_end(struct wire *w, size_t at)
{
    wire_set_be16(w, at + 4, (unsigned)(w->length - at - 40));
}

size_t wire_udp(struct wire *w, unsigned src_port, unsigned dst_port)
{
    size_t at = w->length;
    wire_be16(w, src_port);
    wire_be16(w, dst_port);
    wire_be32(w, 0);
    return at;
}

void wire_udp_end(struct wire *w, size_t at)
{
    wire_set_be16(w, at + 4, (unsigned)(w->length - at));
}

void wire_tcp(struct wire *w, unsigned src_port, unsigned dst_port, uint32_t seq, uint32_t ack,
              unsigned flags)
{
    wire_be16(w, src_port);
    wire_be16(w, dst_port);
    wire_be32(w, seq);
    wire_be32(w, ack);
    wire_u8(w, 0x50);
    wire_u8(w, flags);
    wire_be16(w, 64240);
    wire_be32(w, 0);
}

void wire_icmp(struct wire *w, unsigned type, unsigned code)
{
    wire_u8(w, type);
    wire_u8(w, code);
    wire_zero(w, 6);
}

void wire_dns(struct wire *w, unsigned id, unsigned flags, unsigned questions, unsigned answers,
              unsigned authorities, unsigned additionals)
{
    wire_be16(w, id);
    wire_be16(w, flags);
    wire_be16(w, questions);
    wire_be16(w, answers);
    wire_be16(w, authorities);
    wire_be16(w, additionals);
}

void wire_name(struct wire *w, const char *name)
{
    while (*name != '\0') {
        size_t n = strcspn(name, ".");
        wire_u8(w, (unsigned)n);
        wire_bytes(w, name, n);
        name += n;
        name += *name == '.';
    }
    wire_u8(w, 0);
}

void wire_question(struct wire *w, const char *name, unsigned type)
{
    wire_name(w, name);
    wire_be16(w, type);
    wire_be16(w, 1);
}

size_t wire_record(struct wire *w, const char *name, unsigned type, uint32_t ttl)
{
    wire_name(w, name);
    wire_be16(w, type);
    wire_be16(w, 1);
    wire_be32(w, ttl);
    wire_be16(w, 0);
    return w->length;
}

void wire_record_end(struct wire *w, size_t at)
{
    wire_set_be16(w, at - 2, (unsigned)(w->length - at));
}

void wire_txt(struct wire *w, const char *name, const char *text)
{
    size_t at = wire_record(w, name, 16, 0);
    wire_u8(w, (unsigned)strlen(text));
    wire_bytes(w, text, strlen(text));
    wire_record_end(w, at);
}
