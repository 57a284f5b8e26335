/* SPDX-License-Identifier: GPL-2.0-or-later */
/* merge: see merge.h. */
#include "sensor/capture/merge.h"

void merge_set(struct merge *merge, size_t at, struct source *source)
{
    merge->slot[at] = (struct merge_slot){.source = source};
    if (at >= merge->count)
        merge->count = at + 1;
}

/* Further ahead than any frame can be: a wild stamp, or the clock was set back. It would hold up
 * its source until then. */
#define AHEAD (4 * NS_PER_SEC)

static void bring_near(const struct merge *merge, struct frame *head)
{
    if (head->time > merge->settled + AHEAD)
        head->time = merge->settled;
}

void merge_turn(struct merge *merge, nstime settled)
{
    merge->settled = settled;
    for (size_t i = 0; i < merge->count; i++) {
        merge->slot[i].empty = false;
        bring_near(merge, &merge->slot[i].head);
    }
}

/* Asks every source that shows no frame for one. SOURCE_FRAME where all has gone well. What FILTER
 * passes over comes out at once, for it has no place in the order. */
static enum source_status fill(struct merge *merge, struct frame *out, size_t *at)
{
    for (size_t i = 0; i < merge->count; i++) {
        struct merge_slot *slot = &merge->slot[i];
        if (!slot->source || slot->has_head || slot->empty)
            continue;
        enum source_status status = source_next(slot->source, &slot->head);
        slot->has_head = status == SOURCE_FRAME;
        slot->empty = status == SOURCE_EMPTY;
        bring_near(merge, &slot->head);
        if (slot->has_head || slot->empty)
            continue;
        *out = slot->head;
        *at = i;
        return status;
    }
    return SOURCE_FRAME;
}

enum source_status merge_next(struct merge *merge, struct frame *out, size_t *at)
{
    enum source_status status = fill(merge, out, at);
    if (status != SOURCE_FRAME)
        return status;
    struct merge_slot *first = NULL;
    bool all = true;
    for (size_t i = 0; i < merge->count; i++) {
        struct merge_slot *slot = &merge->slot[i];
        if (slot->has_head && (!first || slot->head.time < first->head.time))
            first = slot;
        if (slot->source && !slot->has_head)
            all = false;
    }
    if (!first || (!all && first->head.time > merge->settled))
        return SOURCE_EMPTY;
    first->has_head = false;
    *out = first->head;
    *at = (size_t)(first - merge->slot);
    return SOURCE_FRAME;
}

nstime merge_waits(const struct merge *merge)
{
    nstime earliest = NSTIME_NEVER;
    for (size_t i = 0; i < merge->count; i++)
        if (merge->slot[i].has_head && merge->slot[i].head.time < earliest)
            earliest = merge->slot[i].head.time;
    return earliest;
}
