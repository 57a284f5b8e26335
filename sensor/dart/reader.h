/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader: the bytes of one log or configuration file in, events into the logs out. What the file is
 * its content tells: lines of the DNS plugin (cscumbrellaplugin.txt), records of the event log
 * (Umbrella.txt), or JSON (OrgInfo.json, SWGConfig.json). */
#ifndef SENSOR_DART_READER_H
#define SENSOR_DART_READER_H

#include "sensor/dart/logs.h"

struct dart_reader;

/* Into `file`, which is one of the logs'. NULL where memory is out. */
struct dart_reader *dart_reader_begin(struct dart_logs *logs, struct dart_file *file);
void dart_reader_feed(struct dart_reader *reader, const uint8_t *bytes, size_t count);
/* Frees it. */
void dart_reader_end(struct dart_reader *reader);

/* Whether anything in it is what such a file holds. */
bool dart_file_recognised(const struct dart_file *file);

#endif
