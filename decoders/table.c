/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bounded table of a tracker's entries. */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_ENTRIES 64

struct chunk {
    struct chunk *next;
    max_align_t entries[]; /* CHUNK_ENTRIES of entry_size */
};

void table_init(struct table *t, size_t entry_size, uint32_t max)
{
    const size_t unit = _Alignof(max_align_t);
    *t = (struct table){.entry_size = (entry_size + unit - 1) / unit * unit, .max = max ? max : 1};
    list_init(&t->age);
    list_init(&t->unused);
    list_init(&t->retired);
}

void table_free(struct table *t)
{
    for (struct chunk *c = t->chunks, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    chains_free(&t->by_key);
    timers_free(&t->timers);
    table_init(t, t->entry_size, t->max);
}

bool table_full(const struct table *t)
{
    return t->used >= t->max;
}

static void *owner(struct link *age)
{
    return age ? CONTAINER(age, struct table_entry, age) : NULL;
}

static bool more(struct table *t)
{
    struct chunk *c = malloc(sizeof *c + CHUNK_ENTRIES * t->entry_size);
    if (!c)
        return false;
    c->next = t->chunks;
    t->chunks = c;
    char *at = (char *)c->entries;
    for (size_t i = 0; i < CHUNK_ENTRIES; i++, at += t->entry_size) {
        struct table_entry *e = (void *)at;
        list_push(&t->unused, &e->age);
    }
    return true;
}

void *table_add(struct table *t, uint64_t hash)
{
    if (table_full(t) || !timers_reserve(&t->timers, t->used + 1))
        return NULL;
    if (list_empty(&t->unused) && !more(t))
        return NULL;
    struct table_entry *e = owner(list_first(&t->unused));
    list_remove(&e->age);
    memset(e, 0, t->entry_size);
    if (!chains_add(&t->by_key, &e->by_key, hash)) {
        list_push(&t->unused, &e->age);
        return NULL;
    }
    list_append(&t->age, &e->age);
    e->timer.order = ++t->added;
    t->used++;
    return e;
}

static void take_out(struct table *t, struct table_entry *e)
{
    chains_remove(&t->by_key, &e->by_key);
    timers_cancel(&t->timers, &e->timer);
    list_remove(&e->age);
    t->used--;
}

void table_remove(struct table *t, void *entry)
{
    struct table_entry *e = entry;
    take_out(t, e);
    list_push(&t->unused, &e->age);
}

void table_retire(struct table *t, void *entry)
{
    struct table_entry *e = entry;
    take_out(t, e);
    list_append(&t->retired, &e->age);
}

void *table_retired(const struct table *t)
{
    return owner(list_first(&t->retired));
}

void table_recycle(struct table *t, void *entry)
{
    struct table_entry *e = entry;
    list_remove(&e->age);
    list_push(&t->unused, &e->age);
}

void *table_first(const struct table *t, uint64_t hash)
{
    struct chain_node *n = chains_first(&t->by_key, hash);
    return n ? CONTAINER(n, struct table_entry, by_key) : NULL;
}

void *table_next(void *entry)
{
    struct table_entry *e = entry;
    struct chain_node *n = chains_next(&e->by_key);
    return n ? CONTAINER(n, struct table_entry, by_key) : NULL;
}

void *table_oldest(const struct table *t)
{
    return owner(list_first(&t->age));
}

void *table_younger(const struct table *t, void *entry)
{
    struct link *next = ((struct table_entry *)entry)->age.next;
    return next == &t->age.head ? NULL : owner(next);
}

void table_touch(struct table *t, void *entry)
{
    struct table_entry *e = entry;
    list_remove(&e->age);
    list_append(&t->age, &e->age);
}

void table_wake(struct table *t, void *entry, nstime due)
{
    struct table_entry *e = entry;
    timers_set(&t->timers, &e->timer, due);
}

nstime table_next_due(const struct table *t)
{
    const struct timer *first = timers_first(&t->timers);
    return first ? first->due : NSTIME_NEVER;
}

void *table_due(const struct table *t, nstime now)
{
    struct timer *first = timers_first(&t->timers);
    return first && first->due < now ? CONTAINER(first, struct table_entry, timer) : NULL;
}
