/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console_view: times and colours as the view of this run wants them. */
#include <string.h>

#include "console_parts.h"

char *view_time(const struct view *view, nstime t, char out[WORDS_TEXT])
{
    char clock[WORDS_TEXT], date[WORDS_TEXT];
    words_clock(t, view->zone, clock);
    if (view->dated)
        snprintf(out, WORDS_TEXT, "%.20s %.20s", words_date(t, view->zone, date), clock);
    else
        memcpy(out, clock, strlen(clock) + 1);
    return out;
}

char *view_since(const struct view *view, nstime first_bad, nstime last_good, char out[SINCE_TEXT])
{
    char bad[WORDS_TEXT], good[WORDS_TEXT];
    if (first_bad == NSTIME_NONE) {
        out[0] = '\0';
        return out;
    }
    view_time(view, first_bad, bad);
    if (last_good != NSTIME_NONE)
        snprintf(out, SINCE_TEXT, "since %s, last good %s", bad, view_time(view, last_good, good));
    else if (view->start != NSTIME_NONE && first_bad - view->start < NS_PER_SEC)
        snprintf(out, SINCE_TEXT, "at least since %s (start of capture)", bad);
    else
        snprintf(out, SINCE_TEXT, "at least since %s", bad);
    return out;
}

enum colour status_colour(enum status status)
{
    static const enum colour colours[STATUS_COUNT] = {
        [STATUS_UNDETERMINED] = COLOUR_YELLOW, [STATUS_PROTECTED] = COLOUR_GREEN,
        [STATUS_DEGRADED] = COLOUR_YELLOW,     [STATUS_UNPROTECTED] = COLOUR_RED,
        [STATUS_UNAVAILABLE] = COLOUR_RED,
    };
    return colours[status];
}
