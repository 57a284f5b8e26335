/* SPDX-License-Identifier: GPL-2.0-or-later */
/* script: packets for the trackers' tests, made by hand: a fake clock in milliseconds, numbered
 * frames, a client and a server. */
#ifndef TESTS_UNIT_SCRIPT_H
#define TESTS_UNIT_SCRIPT_H

#include "decoders/dns.h"
#include "decoders/packet.h"
#include "wire.h"

struct script {
    struct addr client, server;
    uint16_t client_port, server_port;
    uint64_t frame; /* number of the last packet */
};

/* 192.0.2.10:40000 and 198.51.100.53:53. */
struct script script_new(void);
/* Milliseconds after the script's beginning. */
nstime script_at(double ms);
uint64_t script_random(uint64_t *seed);

struct packet script_udp(struct script *s, nstime time, bool from_client);
struct packet script_tcp(struct script *s, nstime time, bool from_client, uint8_t flags,
                         uint32_t seq, uint32_t ack, uint32_t length);
/* From a firewall at 192.0.2.1, quoting the client's own packet. */
struct packet script_icmp(struct script *s, nstime time, uint8_t protocol);

/* A DNS packet, decoded; what it holds lies in `wire`. */
struct script_dns {
    struct wire wire;
    struct packet packet;
    struct dns_message message;
};

void script_query(struct script *s, struct script_dns *d, nstime time, unsigned id,
                  const char *name, unsigned type);
/* `rcode`; each non-NULL of texts becomes a record: "A 192.0.2.1", "AAAA ::1", "CNAME name",
 * "TXT text". A record's owner is the question unless the text begins with "owner ". */
void script_answer(struct script *s, struct script_dns *d, nstime time, unsigned id,
                   const char *name, unsigned type, unsigned rcode, const char *const texts[]);

#endif
