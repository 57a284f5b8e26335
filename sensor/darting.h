/* SPDX-License-Identifier: GPL-2.0-or-later */
/* darting: the --dart part of a run: the logs are read before the first frame, told after the last.
 */
#ifndef SENSOR_DARTING_H
#define SENSOR_DARTING_H

#include "sensor/dart/logs.h"
#include "sensor/options.h"
#include "sensor/sinks.h"

/* Asks of every path whether it can be opened. 0 or an exit status with a full sentence. */
int darting_check(const struct options *options, char error[CONFIG_ERROR]);

/* Reads them, and adds to the sinks the one that tells. 0, or an exit status after the sentence was
 * said; *usable: there is something to go on with all the same, as with a damaged bundle. */
int darting_open(struct dart_logs *logs, const struct options *options, struct sinks *sinks,
                 bool *usable);

/* --dart without -r: reads and tells, with no engine. The exit status. */
int darting_alone(const struct options *options);

#endif
