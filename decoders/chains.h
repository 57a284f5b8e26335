/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chains: a hash index over entries that somebody else owns. The node lies inside the entry, an
 * entry may have several, and a chain hands out the newest first. Grows by doubling. */
#ifndef DECODERS_CHAINS_H
#define DECODERS_CHAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chain_node {
    struct chain_node *next;
    struct chain_node **at; /* what points here; NULL while in no chain */
    uint64_t hash;
};

struct chains {
    struct chain_node **bucket; /* NULL until the first node comes */
    size_t buckets;             /* a power of two */
    size_t used;
};

/* How many nodes of one hash a search looks at where nothing else bounds it: a sender may pile up
 * any number under one flow. */
#define CHAIN_SCAN 64

void chains_free(struct chains *c);
/* False where memory is out for the first buckets; later growth that fails only makes it slower. */
bool chains_add(struct chains *c, struct chain_node *node, uint64_t hash);
/* Nothing happens where the node is in no chain. */
void chains_remove(struct chains *c, struct chain_node *node);
/* The newest node of that hash, and the next older one; NULL. */
struct chain_node *chains_first(const struct chains *c, uint64_t hash);
struct chain_node *chains_next(const struct chain_node *node);

#endif
