/* SPDX-License-Identifier: GPL-2.0-or-later */
/* logs: see logs.h. */
#include "sensor/dart/logs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 256

void dart_logs_free(struct dart_logs *logs)
{
    free(logs->event);
    logs->event = NULL;
    logs->count = logs->room = 0;
}

struct dart_file *dart_logs_file(struct dart_logs *logs, const char *name)
{
    if (logs->files == DART_FILES) {
        logs->more_files++;
        return NULL;
    }
    struct dart_file *file = &logs->file[logs->files++];
    const size_t length = strlen(name);
    *file = (struct dart_file){0};
    snprintf(file->name, sizeof file->name, "%s",
             length < sizeof file->name ? name : name + length - sizeof file->name + 1);
    return file;
}

/* More room, or none where there is enough already. */
static bool grow(struct dart_logs *logs)
{
    if (logs->count < logs->room || logs->room == DART_EVENTS)
        return true;
    const size_t room = logs->room ? 2 * logs->room : ROOM_FIRST;
    struct dart_event *event = realloc(logs->event, room * sizeof *event);
    if (!event) {
        logs->no_memory = true;
        return false;
    }
    logs->event = event;
    logs->room = room;
    return true;
}

void dart_logs_add(struct dart_logs *logs, const struct dart_event *event)
{
    struct dart_event *place;
    if (!grow(logs))
        return;
    if (logs->count < logs->room) {
        place = &logs->event[logs->count++];
    } else {
        place = &logs->event[logs->oldest];
        logs->oldest = (logs->oldest + 1) % logs->room;
        logs->left_out++;
    }
    *place = *event;
    place->order = logs->order++;
}

void dart_span_note(struct dart_span *span, nstime local)
{
    if (span->first == NSTIME_NONE || local < span->first)
        span->first = local;
    if (span->last == NSTIME_NONE || local > span->last)
        span->last = local;
}

static int by_time(const void *one, const void *other)
{
    const struct dart_event *a = one, *b = other;
    if (a->local != b->local)
        return a->local < b->local ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Of what was left out nothing can be said. */
static void begin_later(struct dart_span *span, nstime first)
{
    if (span->first == NSTIME_NONE || span->first >= first)
        return;
    span->first = span->last < first ? NSTIME_NONE : first;
    if (span->first == NSTIME_NONE)
        span->last = NSTIME_NONE;
}

void dart_logs_sort(struct dart_logs *logs)
{
    if (logs->count > 1)
        qsort(logs->event, logs->count, sizeof *logs->event, by_time);
    logs->oldest = 0;
    if (logs->left_out > 0 && logs->count > 0) {
        begin_later(&logs->dns, logs->event[0].local);
        begin_later(&logs->web, logs->event[0].local);
    }
}
