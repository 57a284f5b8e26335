/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of exchanges, from each kind of packet that can belong to one. */
#include "exchange_key.h"

#include <assert.h>
#include <netinet/in.h>
#include <string.h>

#include "hash.h"

static_assert(sizeof(struct flow) == 2 * sizeof(struct addr) + 4, "a flow is hashed as it lies");

static void hash_flow(struct exchange_key *k, const uint64_t key[2])
{
    const uint64_t by_transport[2] = {key[0] ^ k->transport, key[1]};
    k->by_flow = hash_bytes(by_transport, &k->flow, sizeof k->flow);
}

static void hash_all(struct exchange_key *k, const uint64_t key[2])
{
    const uint64_t by_rest[2] = {key[0] ^ k->by_flow, key[1] ^ ((uint32_t)k->id << 16 | k->type)};
    k->hash = hash_bytes(by_rest, k->name, strlen(k->name));
}

static struct exchange_key question(const struct flow *flow, const struct packet *packet,
                                    const struct dns_message *message, const uint64_t key[2])
{
    struct exchange_key k = {
        .flow = *flow,
        .transport = packet->protocol,
        .id = message->id,
        .type = message->type,
        .name = message->name.text,
    };
    hash_flow(&k, key);
    hash_all(&k, key);
    return k;
}

struct exchange_key exchange_key_query(const struct packet *packet,
                                       const struct dns_message *message, const uint64_t key[2])
{
    const struct flow flow = {packet->src, packet->dst, packet->src_port, packet->dst_port};
    return question(&flow, packet, message, key);
}

struct exchange_key exchange_key_answer(const struct packet *packet,
                                        const struct dns_message *message, const uint64_t key[2])
{
    const struct flow flow = {packet->dst, packet->src, packet->dst_port, packet->src_port};
    return question(&flow, packet, message, key);
}

struct exchange_key exchange_key_unnamed(const struct exchange_key *k, const uint64_t key[2])
{
    struct exchange_key unnamed = *k;
    unnamed.type = 0;
    unnamed.name = "";
    hash_all(&unnamed, key);
    return unnamed;
}

struct exchange_key exchange_key_quote(const struct packet_quote *quote, const uint64_t key[2])
{
    struct exchange_key k = {
        .flow = {quote->src, quote->dst, quote->src_port, quote->dst_port},
        .transport = quote->protocol,
        .id = quote->dns_id,
        .name = "",
    };
    hash_flow(&k, key);
    return k;
}

uint64_t exchange_hash_tcp(const struct flow *flow, const uint64_t key[2])
{
    struct exchange_key k = {.flow = *flow, .transport = IPPROTO_TCP, .name = ""};
    hash_flow(&k, key);
    return k.by_flow;
}

bool flow_equal(const struct flow *a, const struct flow *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}
