/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swg_paths: what the watchlist knows of the SWG addresses that a client's paths lead to. The
 * diagnosis is told, for it knows no watchlist. */
#ifndef SENSOR_SWG_PATHS_H
#define SENSOR_SWG_PATHS_H

#include "sensor/detect/diagnose.h"
#include "sensor/watchlist.h"

/* The failing path used last tells which of the SWG's addresses to speak of. */
struct swg_origin swg_paths_origin(const struct watchlist *watchlist, const struct client *client,
                                   enum protection protection);
/* Every address that fails was replaced by a newer one, which works. */
bool swg_paths_moved_on(const struct watchlist *watchlist, const struct client *client,
                        enum protection protection);

#endif
