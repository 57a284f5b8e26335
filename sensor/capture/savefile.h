/* SPDX-License-Identifier: GPL-2.0-or-later */
/* savefile: a source that reads a capture file, or standard input: pcap and pcapng in every
 * variant, plain or compressed, told by content. What it can't read it names, with the remedy. */
#ifndef SENSOR_CAPTURE_SAVEFILE_H
#define SENSOR_CAPTURE_SAVEFILE_H

#include "sensor/capture/source.h"

/* Opens `name` ("-": standard input) as the file_index-th -r. filter is a capture filter or NULL;
 * *stop is asked between frames and when a read is interrupted. On failure NULL, a full sentence in
 * error, and the exit status of sysexits.h in *status. */
struct source *savefile_open(const char *name, unsigned file_index, const char *filter,
                             const volatile int *stop, char error[SOURCE_ERROR], int *status);

/* The same from any origin of bytes, which is taken over; name is for messages alone. */
struct bytes_origin;
struct source *savefile_of(struct bytes_origin *origin, const char *name, unsigned file_index,
                           const char *filter, const volatile int *stop, char error[SOURCE_ERROR],
                           int *status);

/* Whether the file can be opened at all: asked of every -r before the first is read, so that a
 * mistyped name costs no time. 0 or an exit status, with a sentence in error. */
int savefile_check(const char *name, char error[SOURCE_ERROR]);

/* Whether `filter` is a capture filter. 0 or EX_USAGE, with a sentence in error. */
int savefile_check_filter(const char *filter, char error[SOURCE_ERROR]);

#endif
