/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table: what every tracker keeps its entries in: found by a keyed hash, woken in the order of
 * their deadlines, ended oldest first, never more than `max`. Entries come from chunks that are
 * allocated as they are needed, and chunks are kept: a table is as large as it ever had to be. */
#ifndef DECODERS_TABLE_H
#define DECODERS_TABLE_H

#include "chains.h"
#include "list.h"
#include "timers.h"

/* The first member of every entry. */
struct table_entry {
    struct chain_node by_key;
    struct link age;    /* in order of arrival; among the free or the retired while in neither */
    struct timer timer; /* its order is the arrival's number, from 1 */
};

struct table {
    size_t entry_size;
    uint32_t max;
    size_t used;
    uint64_t added; /* so far */
    struct chains by_key;
    struct timers timers;
    struct list age;
    struct list unused;
    struct list retired;
    struct chunk *chunks;
};

/* `max` 0 is taken as 1. */
void table_init(struct table *t, size_t entry_size, uint32_t max);
/* Frees the entries' memory; what they point to is the caller's. */
void table_free(struct table *t);

bool table_full(const struct table *t);
/* A new entry, zeroed but for its head; NULL where the table is full or memory is out. */
void *table_add(struct table *t, uint64_t hash);
/* Takes an entry out and reuses its memory at will. */
void table_remove(struct table *t, void *entry);
/* Takes an entry out but keeps it readable until table_recycle(): reports point into it. */
void table_retire(struct table *t, void *entry);
/* One that was retired, to be recycled; NULL. */
void *table_retired(const struct table *t);
void table_recycle(struct table *t, void *entry);

/* The entries of one hash, newest first; NULL at the end. */
void *table_first(const struct table *t, uint64_t hash);
void *table_next(void *entry);
void *table_oldest(const struct table *t);
/* The one that arrived next after it; NULL. */
void *table_younger(const struct table *t, void *entry);

/* It becomes the youngest. */
void table_touch(struct table *t, void *entry);

void table_wake(struct table *t, void *entry, nstime due);
nstime table_next_due(const struct table *t);
/* The first entry that is due before `now`; NULL. It stays until it is removed or set anew. */
void *table_due(const struct table *t, nstime now);

#endif
