/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check: what -T prints: in plain words, what a run with these options and this configuration
 * reads, keeps, writes and sends. For whoever has to allow it. */
#ifndef SENSOR_CHECK_H
#define SENSOR_CHECK_H

#include "sensor/options.h"

/* `config` with the options applied. False on a write error. */
bool check_print(const struct options *options, const struct config *config, FILE *out);

#endif
