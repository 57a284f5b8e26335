/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exchange_key: what makes two DNS packets belong to one exchange: client, resolver, ports,
 * transport, id, name and type. */
#ifndef DECODERS_EXCHANGE_KEY_H
#define DECODERS_EXCHANGE_KEY_H

#include "dns.h"
#include "outcome.h"

struct exchange_key {
    struct flow flow;
    uint8_t transport;
    uint16_t id, type;
    const char *name; /* borrowed; "" where it could not be read */
    uint64_t by_flow; /* hash of flow and transport */
    uint64_t hash;    /* of all */
};

struct exchange_key exchange_key_query(const struct packet *packet,
                                       const struct dns_message *message, const uint64_t key[2]);
struct exchange_key exchange_key_answer(const struct packet *packet,
                                        const struct dns_message *message, const uint64_t key[2]);
/* The same packet without its question. */
struct exchange_key exchange_key_unnamed(const struct exchange_key *k, const uint64_t key[2]);
/* Of the packet that an ICMP error quotes; name, type and `hash` stay empty. */
struct exchange_key exchange_key_quote(const struct packet_quote *quote, const uint64_t key[2]);

/* by_flow of the exchanges of a TCP connection. */
uint64_t exchange_hash_tcp(const struct flow *flow, const uint64_t key[2]);
bool flow_equal(const struct flow *a, const struct flow *b);

#endif
