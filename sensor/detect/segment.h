/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segment: one part of the network, as alerts speak of it. */
#ifndef SENSOR_DETECT_SEGMENT_H
#define SENSOR_DETECT_SEGMENT_H

#include "decoders/addr.h"
#include "sensor/segment_item.h"

struct segment {
    struct prefix net;       /* a VLAN: all of one family, 0.0.0.0/0 or ::/0 */
    uint16_t vlan;           /* 0: a network */
    char name[SEGMENT_NAME]; /* "": none */
};

/* The VLAN tags of a client's packets: the two outermost. */
struct vlan_tags {
    uint8_t count;
    uint16_t id[2];
};

static inline bool vlan_tags_have(const struct vlan_tags *tags, uint16_t id)
{
    return (tags->count > 0 && tags->id[0] == id) || (tags->count > 1 && tags->id[1] == id);
}

#define SEGMENT_TEXT (SEGMENT_NAME + ADDR_TEXT + 12)
/* "10.1.0.0/16", "office (10.1.0.0/16)", "guests (VLAN 12, IPv4)". Returns out. */
char *segment_format(const struct segment *segment, char out[SEGMENT_TEXT]);

#endif
