/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reminders: see reminders.h. A plain sorted array: alerts that stand are few, and looked through
 * once a second. */
#include "sensor/tell/reminders.h"

#include <stdlib.h>
#include <string.h>

void reminders_init(struct reminders *r, nstime first, nstime most)
{
    *r = (struct reminders){.first = first, .most = most};
}

void reminders_free(struct reminders *r)
{
    free(r->item);
    *r = (struct reminders){0};
}

/* Where the id is, or would be. */
static size_t place_of(const struct reminders *r, uint64_t id)
{
    size_t low = 0, high = r->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (r->item[middle].notice.id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool grow(struct reminders *r)
{
    if (r->count < r->room)
        return true;
    const size_t room = r->room ? 2 * r->room : 16;
    struct reminder *grown = room > REMINDERS_MAX ? NULL : realloc(r->item, room * sizeof *r->item);
    if (!grown)
        return false;
    r->item = grown;
    r->room = room;
    return true;
}

static void resolve(struct reminders *r, size_t at, uint64_t id)
{
    if (r->firing)
        r->firing--;
    if (at == r->count || r->item[at].notice.id != id)
        return;
    r->count--;
    memmove(&r->item[at], &r->item[at + 1], (r->count - at) * sizeof *r->item);
}

void reminders_take(struct reminders *r, const struct notice *notice)
{
    const size_t at = place_of(r, notice->id);
    const bool known = at < r->count && r->item[at].notice.id == notice->id;
    if (notice->resolution != RESOLUTION_NONE) {
        resolve(r, at, notice->id);
        return;
    }
    if (notice->id > r->last_id) {
        r->last_id = notice->id;
        r->firing++;
    }
    if (!known) {
        if (!grow(r)) {
            r->unkept++;
            return;
        }
        memmove(&r->item[at + 1], &r->item[at], (r->count - at) * sizeof *r->item);
        r->count++;
    }
    r->item[at] =
        (struct reminder){.notice = *notice, .interval = r->first, .next = notice->time + r->first};
}

nstime reminders_next(const struct reminders *r)
{
    nstime next = NSTIME_NEVER;
    for (size_t i = 0; r->first > 0 && i < r->count; i++)
        if (r->item[i].next < next)
            next = r->item[i].next;
    return next;
}

const struct notice *reminders_due(struct reminders *r, nstime now)
{
    for (size_t i = 0; r->first > 0 && i < r->count; i++) {
        struct reminder *item = &r->item[i];
        if (item->next > now)
            continue;
        item->interval = item->interval > r->most / 2 ? r->most : 2 * item->interval;
        item->next = now + item->interval;
        return &item->notice;
    }
    return NULL;
}
