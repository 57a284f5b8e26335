/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live: a source that reads an interface with libpcap and never waits: its descriptor says when
 * there is something to read. */
#ifndef SENSOR_CAPTURE_LIVE_H
#define SENSOR_CAPTURE_LIVE_H

#include "sensor/capture/source.h"
#include "sensor/config.h"

/* Opens interface `name` ("any": all) as the index-th of the run. filter is FILTER, applied in user
 * space, or NULL. On failure NULL, a full sentence in error, and the exit status of sysexits.h in
 * *status. What could not be had but is no failure is a sentence in warning; "" otherwise. */
struct source *live_open(const char *name, unsigned index, const struct config *config,
                         const char *filter, char error[SOURCE_ERROR], char warning[SOURCE_ERROR],
                         int *status);

uint32_t live_linktype(const struct source *source);
/* Readable: live_next() may have a frame. Changes with every opening. */
int live_fd(const struct source *source);
/* Frames lost since the opening: for want of room in the kernel's buffer, and by the interface. */
bool live_drops(struct source *source, uint64_t *kernel, uint64_t *interface);

#endif
