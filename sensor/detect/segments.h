/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segments: the configured parts of the network, and the one that a client belongs to: the smallest
 * network that it lies in, else its VLAN. */
#ifndef SENSOR_DETECT_SEGMENTS_H
#define SENSOR_DETECT_SEGMENTS_H

#include "decoders/addr.h"
#include "sensor/config.h"
#include "sensor/detect/segment.h"

#define SEGMENTS_SIZES (33 + 129) /* prefix lengths of both families */

struct segments {
    size_t networks; /* first in item[]: IPv4 before IPv6, longer prefixes before shorter, then by
                        address */
    size_t count;    /* with the VLANs behind, each once a family */
    struct segment *item;
    size_t sizes;
    size_t first[SEGMENTS_SIZES + 1]; /* of each length; one more for the end */
};

/* Items are as the configuration has checked. False where memory is out. */
bool segments_init(struct segments *segments, const struct config_list *list);
void segments_free(struct segments *segments);
/* Its index in item[], or `count` where it belongs to none. vlan: the tags of its packets. */
size_t segments_find(const struct segments *segments, const struct addr *addr,
                     const struct vlan_tags *tags);

#endif
