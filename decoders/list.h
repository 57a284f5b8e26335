/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list: a doubly-linked list whose links lie inside what they link, so that taking an entry out
 * costs no search and putting it in costs no memory. */
#ifndef DECODERS_LIST_H
#define DECODERS_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct link {
    struct link *prev, *next; /* both NULL while in no list */
};

/* A ring around `head`, which is no entry itself. */
struct list {
    struct link head;
};

/* The struct that a member lies in. */
#define CONTAINER(pointer, type, member)                                                           \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static inline void list_init(struct list *l)
{
    l->head.prev = l->head.next = &l->head;
}

static inline bool list_empty(const struct list *l)
{
    return l->head.next == &l->head;
}

/* Puts it first. */
static inline void list_push(struct list *l, struct link *entry)
{
    entry->prev = &l->head;
    entry->next = l->head.next;
    entry->prev->next = entry->next->prev = entry;
}

static inline void list_append(struct list *l, struct link *entry)
{
    entry->prev = l->head.prev;
    entry->next = &l->head;
    entry->prev->next = entry->next->prev = entry;
}

static inline void list_remove(struct link *entry)
{
    entry->prev->next = entry->next;
    entry->next->prev = entry->prev;
    entry->prev = entry->next = NULL;
}

/* NULL where it is empty. */
static inline struct link *list_first(const struct list *l)
{
    return list_empty(l) ? NULL : l->head.next;
}

#endif
