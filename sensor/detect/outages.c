/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outages: see outages.h. */
#include "sensor/detect/outages.h"

void outages_judged(struct outages *o, bool down, nstime first_bad, nstime last_ok)
{
    if (down && !o->down)
        o->since = first_bad;
    const bool over = o->down && !down;
    o->down = down;
    if (!over || last_ok <= o->since)
        return;
    const nstime lasted = last_ok - o->since;
    if (o->count++ == 0) {
        o->first = o->since;
        o->shortest = o->longest = lasted;
    }
    o->newest = o->since;
    o->total += lasted;
    o->shortest = lasted < o->shortest ? lasted : o->shortest;
    o->longest = lasted > o->longest ? lasted : o->longest;
}

void outages_gap(struct outages *o)
{
    *o = (struct outages){.count = 0};
}
