/* SPDX-License-Identifier: GPL-2.0-or-later */
/* load: finds the logs behind a --dart path: a DART bundle (ZIP), the folder it was unpacked to, or
 * one of its files. A bundle is anybody's: folders are walked without following links, and depth,
 * number and unpacked size of what is read are bounded and, where a bound is met, told. */
#ifndef SENSOR_DART_LOAD_H
#define SENSOR_DART_LOAD_H

#include "sensor/config.h"
#include "sensor/dart/logs.h"

#define DART_ENTRIES     100000                /* of a bundle or folder that are looked at */
#define DART_DEPTH       16                    /* of folders */
#define DART_FILE_BYTES  (UINT64_C(256) << 20) /* unpacked, of one log */
#define DART_TOTAL_BYTES (UINT64_C(1) << 30)   /* unpacked, of a bundle */

/* Whether it can be opened at all: 0, EX_NOINPUT, or EX_NOPERM with a full sentence. */
int dart_check(const char *path, char error[CONFIG_ERROR]);

/* Adds what is in it to the logs; dart_logs_sort() is the caller's. 0, or an exit status with a
 * full sentence: what was read before it is in the logs. */
int dart_load(struct dart_logs *logs, const char *path, char error[CONFIG_ERROR]);

/* For dart_load() and its parts: whether a file of this name holds something of the module. The
 * name may have folders before it, parted by "/" or "\". */
bool dart_wanted(const char *name);

/* zip.c: a bundle from an open descriptor, which stays the caller's. found: files that were wanted.
 */
int dart_zip(struct dart_logs *logs, int fd, const char *path, size_t *found,
             char error[CONFIG_ERROR]);

#endif
