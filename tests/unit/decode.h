/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decode: what the tests of link, ip, icmp and packet share: one frame from wire bytes into a
 * packet, read from memory of just its size. */
#ifndef TESTS_UNIT_DECODE_H
#define TESTS_UNIT_DECODE_H

#include "decoders/packet.h"
#include "tests/unit/wire.h"

#define DLT_NULL       0
#define DLT_EN10MB     1
#define DLT_RAW        12
#define DLT_LOOP       108
#define DLT_LINUX_SLL  113
#define DLT_IPV4       228
#define DLT_IPV6       229
#define DLT_LINUX_SLL2 276

#define CLIENT    "192.0.2.10"
#define RESOLVER  "208.67.222.222"
#define CLIENT6   "2001:db8::10"
#define RESOLVER6 "2620:119:53::53"

/* Decodes the first `captured` bytes of a frame of `length`. The packet's payload is valid until
 * the next call; call decode_done() after the last. */
enum packet_status decode_part(const struct wire *w, uint32_t linktype, size_t captured,
                               size_t length, struct packet *out);
enum packet_status decode(const struct wire *w, uint32_t linktype, struct packet *out);
int decode_done(void **state);

/* A DNS query over UDP: 35 bytes of payload, behind whatever is in w. */
void wire_query_ipv4(struct wire *w);
void wire_query_ipv6(struct wire *w);

/* True where the packet is that query, from the right addresses and ports and with its payload. */
bool is_query(const struct packet *p, uint8_t family);
bool addr_is(const struct addr *a, const char *text);

#endif
