/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segments: the configured prefixes, and the smallest of them that an address lies in. */
#ifndef SENSOR_DETECT_SEGMENTS_H
#define SENSOR_DETECT_SEGMENTS_H

#include "decoders/addr.h"
#include "sensor/config.h"

#define SEGMENTS_SIZES (33 + 129) /* prefix lengths of both families */

struct segments {
    size_t count;
    struct prefix *item; /* IPv4 before IPv6, longer prefixes before shorter, then by address */
    size_t sizes;
    size_t first[SEGMENTS_SIZES + 1]; /* of each length; one more for the end */
};

/* Items are prefixes, as the configuration has checked. False where memory is out. */
bool segments_init(struct segments *segments, const struct config_list *list);
void segments_free(struct segments *segments);
/* Its index in item[], or `count` where the address lies in none. */
size_t segments_find(const struct segments *segments, const struct addr *addr);

#endif
