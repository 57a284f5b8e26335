/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watching: a live run from its start to its end: wires watchlist, engine, sinks and the watch. */
#ifndef SENSOR_WATCHING_H
#define SENSOR_WATCHING_H

#include "sensor/config.h"
#include "sensor/options.h"

/* An exit status; errors are told. config is changed where it is read again. */
int watching(const struct options *options, struct config *config);

#endif
