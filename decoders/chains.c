/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hash chains with nodes inside the entries. */
#include "chains.h"

#include <stdlib.h>

#define FIRST_BUCKETS 64

void chains_free(struct chains *c)
{
    free(c->bucket);
    *c = (struct chains){0};
}

static struct chain_node **place(const struct chains *c, uint64_t hash)
{
    return &c->bucket[hash & (c->buckets - 1)];
}

/* Twice as many buckets. Each chain splits in two and both halves keep their order. */
static void grow(struct chains *c)
{
    struct chains wide = {.buckets = c->buckets * 2, .used = c->used};
    wide.bucket = calloc(wide.buckets, sizeof *wide.bucket);
    if (!wide.bucket)
        return;
    for (size_t i = 0; i < c->buckets; i++) {
        struct chain_node **tail[2] = {&wide.bucket[i], &wide.bucket[i + c->buckets]};
        for (struct chain_node *n = c->bucket[i], *next; n; n = next) {
            next = n->next;
            struct chain_node ***end = &tail[(n->hash & c->buckets) != 0];
            **end = n;
            n->at = *end;
            n->next = NULL;
            *end = &n->next;
        }
    }
    free(c->bucket);
    *c = wide;
}

bool chains_add(struct chains *c, struct chain_node *node, uint64_t hash)
{
    if (!c->bucket) {
        c->bucket = calloc(FIRST_BUCKETS, sizeof *c->bucket);
        if (!c->bucket)
            return false;
        c->buckets = FIRST_BUCKETS;
    } else if (c->used >= c->buckets) {
        grow(c);
    }
    struct chain_node **head = place(c, hash);
    *node = (struct chain_node){.next = *head, .at = head, .hash = hash};
    if (node->next)
        node->next->at = &node->next;
    *head = node;
    c->used++;
    return true;
}

void chains_remove(struct chains *c, struct chain_node *node)
{
    if (!node->at)
        return;
    *node->at = node->next;
    if (node->next)
        node->next->at = node->at;
    node->next = NULL;
    node->at = NULL;
    c->used--;
}

static struct chain_node *same(struct chain_node *node, uint64_t hash)
{
    while (node && node->hash != hash)
        node = node->next;
    return node;
}

struct chain_node *chains_first(const struct chains *c, uint64_t hash)
{
    return c->bucket ? same(*place(c, hash), hash) : NULL;
}

struct chain_node *chains_next(const struct chain_node *node)
{
    return same(node->next, node->hash);
}
