/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reminders: which alerts stand, and when each is told again. A fault that lasts for days must not
 * scroll out of sight, nor fill the screen: the interval doubles from one reminder to the next. A
 * reminder is for people alone; to programs an alert fires, changes and resolves. */
#ifndef SENSOR_TELL_REMINDERS_H
#define SENSOR_TELL_REMINDERS_H

#include "sensor/detect/notice.h"

#define REMINDERS_MAX 4096 /* alerts kept; of more, those that come last are not reminded of */

struct reminder {
    struct notice notice; /* as last told */
    nstime next, interval;
};

struct reminders {
    nstime first, most;    /* intervals; first 0: no reminders */
    size_t count, room;    /* of item[] */
    struct reminder *item; /* by id, ascending; owned */
    uint64_t last_id;      /* the highest seen */
    uint64_t firing;       /* alerts that stand, kept or not */
    uint64_t unkept;       /* so many found no room */
};

void reminders_init(struct reminders *reminders, nstime first, nstime most);
void reminders_free(struct reminders *reminders);

/* An alert fires, changes or resolves. What changes is news: its interval begins anew. */
void reminders_take(struct reminders *reminders, const struct notice *notice);
/* When the next is due; NSTIME_NEVER. */
nstime reminders_next(const struct reminders *reminders);
/* One that is due at `now`, valid until the next call; NULL where there is none. However long it
 * was not asked, each is told once. */
const struct notice *reminders_due(struct reminders *reminders, nstime now);

#endif
