/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reload: the configuration read again while a watch runs (SIGHUP). All of the new one is checked
 * before anything of the old one goes; what holds for a run is kept, and said. */
#ifndef SENSOR_RELOAD_H
#define SENSOR_RELOAD_H

#include "sensor/options.h"
#include "sensor/watchlist.h"

#define RELOAD_KEPT 256

/* Reads it as the start did, on top of the same options, into config and watchlist; clients, alerts
 * and what was learnt survive. kept: the keys that changed and hold only from the next start on,
 * "dns.deadline, limits.clients"; "" where there is none. 0, or an exit status with a full sentence
 * in error: then all is as it was. */
int reload(const struct options *options, struct config *config, struct watchlist *watchlist,
           char kept[RELOAD_KEPT], char error[CONFIG_ERROR]);

#endif
