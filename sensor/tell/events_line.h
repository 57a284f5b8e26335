/* SPDX-License-Identifier: GPL-2.0-or-later */
/* events_line: the contract's events as JSON, one function an event type. They write into a json
 * and touch nothing else, so a test compares them byte for byte. */
#ifndef SENSOR_TELL_EVENTS_LINE_H
#define SENSOR_TELL_EVENTS_LINE_H

#include "json.h"
#include "sink.h"

/* The -r files, or the -i interfaces, by frame_ref.file. */
struct events_files {
    const char *const *name;
    size_t count;
    bool live; /* they are interfaces */
};

void events_line_exchange(struct json *j, const struct events_files *files,
                          const struct exchange *exchange);
void events_line_attempt(struct json *j, const struct events_files *files,
                         const struct attempt *attempt);
void events_line_alert(struct json *j, const struct events_files *files,
                       const struct notice *notice);
void events_line_verdict(struct json *j, const struct events_files *files,
                         const struct judgement *judgement);
void events_line_stats(struct json *j, const struct events_files *files,
                       const struct summary *summary);

#endif
