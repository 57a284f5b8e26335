/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wire: builds packets by bytes for tests, outermost layer first. A function that begins a layer
 * with a length field returns its place; its _end twin writes the length once the rest is there. */
#ifndef TESTS_UNIT_WIRE_H
#define TESTS_UNIT_WIRE_H

#include <stddef.h>
#include <stdint.h>

struct wire {
    size_t length;
    uint8_t bytes[4096];
};

void wire_u8(struct wire *w, unsigned value);
void wire_be16(struct wire *w, unsigned value);
void wire_be32(struct wire *w, uint32_t value);
void wire_bytes(struct wire *w, const void *bytes, size_t length);
void wire_zero(struct wire *w, size_t length);
void wire_set_be16(struct wire *w, size_t at, unsigned value);
/* A copy of the first n bytes in memory of just that size, so that a sanitizer sees every byte read
 * beyond it. The caller frees it. */
uint8_t *wire_exact(const struct wire *w, size_t n);

/* 02:00:00:00:00:01 sends to 02:00:00:00:00:02. */
void wire_ethernet(struct wire *w, unsigned ethertype);
void wire_vlan(struct wire *w, unsigned id, unsigned ethertype);

/* 20 bytes, TTL 64, id 0x1234, no fragment. */
size_t wire_ipv4(struct wire *w, const char *src, const char *dst, unsigned protocol);
void wire_ipv4_end(struct wire *w, size_t at);
/* 40 bytes, hop limit 64. */
size_t wire_ipv6(struct wire *w, const char *src, const char *dst, unsigned next);
void wire_ipv6_end(struct wire *w, size_t at);

size_t wire_udp(struct wire *w, unsigned src_port, unsigned dst_port);
void wire_udp_end(struct wire *w, size_t at);
/* 20 bytes, window 64240. */
void wire_tcp(struct wire *w, unsigned src_port, unsigned dst_port, uint32_t seq, uint32_t ack,
              unsigned flags);
/* Eight bytes; what it quotes follows. */
void wire_icmp(struct wire *w, unsigned type, unsigned code);

/* A DNS header; flags as on the wire (0x0100 a query, 0x8180 an answer). */
void wire_dns(struct wire *w, unsigned id, unsigned flags, unsigned questions, unsigned answers,
              unsigned authorities, unsigned additionals);
/* "debug.opendns.com": labels without escapes; "" is the root. */
void wire_name(struct wire *w, const char *name);
void wire_question(struct wire *w, const char *name, unsigned type);
size_t wire_record(struct wire *w, const char *name, unsigned type, uint32_t ttl);
void wire_record_end(struct wire *w, size_t at);
/* A TXT record of one character-string. */
void wire_txt(struct wire *w, const char *name, const char *text);

#endif
