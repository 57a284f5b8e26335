/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A heap of deadlines with four children to a node: heap[i]'s are heap[4i + 1] to heap[4i + 4].
 * A hundred thousand entries do not fit a cache, so the heap repeats the deadlines (no entry is
 * read to compare) and is flat (few entries are written to move one). */
#include "timers.h"

#include <stdlib.h>

#define FIRST_ROOM 64
#define CHILDREN   4

struct timer_slot {
    nstime due;
    uint64_t order;
    struct timer *timer;
};

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
    struct timer_slot *heap = realloc(t->heap, room * sizeof *heap);
    if (!heap)
        return false;
    t->heap = heap;
    t->room = room;
    return true;
}

static bool before(const struct timer_slot *a, const struct timer_slot *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void put(struct timers *t, size_t i, struct timer_slot slot)
{
    t->heap[i] = slot;
    slot.timer->slot = i + 1;
}

static size_t parent(size_t i)
{
    return (i - 1) / CHILDREN;
}

/* The earliest child; i itself where it has none. */
static size_t first_child(const struct timers *t, size_t i)
{
    size_t best = i;
    const size_t from = i * CHILDREN + 1;
    for (size_t c = from; c < from + CHILDREN && c < t->used; c++) {
        if (best == i || before(&t->heap[c], &t->heap[best]))
            best = c;
    }
    return best;
}

/* Puts one where it belongs that comes to stand at i. */
static void settle(struct timers *t, size_t i, struct timer_slot slot)
{
    for (; i > 0 && before(&slot, &t->heap[parent(i)]); i = parent(i))
        put(t, i, t->heap[parent(i)]);
    for (size_t c; (c = first_child(t, i)) != i && before(&t->heap[c], &slot); i = c)
        put(t, i, t->heap[c]);
    put(t, i, slot);
}

void timers_set(struct timers *t, struct timer *timer, nstime due)
{
    if (timer->slot && timer->due == due)
        return;
    timer->due = due;
    settle(t, timer->slot ? timer->slot - 1 : t->used++,
           (struct timer_slot){.due = due, .order = timer->order, .timer = timer});
}

void timers_cancel(struct timers *t, struct timer *timer)
{
    if (!timer->slot)
        return;
    const size_t i = timer->slot - 1;
    const struct timer_slot last = t->heap[--t->used];
    timer->slot = 0;
    if (last.timer != timer)
        settle(t, i, last);
}

struct timer *timers_first(const struct timers *t)
{
    return t->used ? t->heap[0].timer : NULL;
}
