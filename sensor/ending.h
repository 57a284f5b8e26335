/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ending: how a run ends, for people and for the shell: an error on standard error, and the exit
 * status of the contract. */
#ifndef SENSOR_ENDING_H
#define SENSOR_ENDING_H

#include "sensor/engine.h"
#include "sensor/options.h"

/* What --exit-code answers. Whatever is above is an error of sysexits.h. */
enum { EXIT_FINE = 0, EXIT_FAILS = 1, EXIT_CANT_TELL = 2 };

/* Says a full sentence on standard error. Returns status. */
int complain(int status, const char *error);

/* What the result of the engine comes to: 0, an error that is told, or what --exit-code answers. */
int ending_status(const struct options *options, const struct engine_result *result);

#endif
