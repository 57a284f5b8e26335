/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A binary heap of deadlines; heap[i]'s children are heap[2i + 1] and heap[2i + 2]. */
#include "timers.h"

#include <stdlib.h>

#define FIRST_ROOM 64

void timers_free(struct timers *t)
{
    free(t->heap);
    *t = (struct timers){0};
}

bool timers_reserve(struct timers *t, size_t count)
{
    if (count <= t->room)
        return true;
    size_t room = t->room ? t->room * 2 : FIRST_ROOM;
    if (room < count)
        room = count;
    struct timer **heap = realloc(t->heap, room * sizeof *heap);
    if (!heap)
        return false;
    t->heap = heap;
    t->room = room;
    return true;
}

static bool before(const struct timer *a, const struct timer *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void put(struct timers *t, size_t i, struct timer *timer)
{
    t->heap[i] = timer;
    timer->slot = i + 1;
}

static void rise(struct timers *t, size_t i, struct timer *timer)
{
    while (i > 0 && before(timer, t->heap[(i - 1) / 2])) {
        put(t, i, t->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    put(t, i, timer);
}

static void sink(struct timers *t, size_t i, struct timer *timer)
{
    for (size_t child; (child = 2 * i + 1) < t->used; i = child) {
        if (child + 1 < t->used && before(t->heap[child + 1], t->heap[child]))
            child++;
        if (!before(t->heap[child], timer))
            break;
        put(t, i, t->heap[child]);
    }
    put(t, i, timer);
}

/* Where a timer belongs that now stands at i. */
static void settle(struct timers *t, size_t i, struct timer *timer)
{
    if (i > 0 && before(timer, t->heap[(i - 1) / 2]))
        rise(t, i, timer);
    else
        sink(t, i, timer);
}

void timers_set(struct timers *t, struct timer *timer, nstime due)
{
    timer->due = due;
    if (timer->slot)
        settle(t, timer->slot - 1, timer);
    else
        rise(t, t->used++, timer);
}

void timers_cancel(struct timers *t, struct timer *timer)
{
    if (!timer->slot)
        return;
    size_t i = timer->slot - 1;
    struct timer *last = t->heap[--t->used];
    timer->slot = 0;
    if (last != timer)
        settle(t, i, last);
}

struct timer *timers_first(const struct timers *t)
{
    return t->used ? t->heap[0] : NULL;
}
