/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vlan_layout: where a frame's header says that a VLAN tag follows, for the filters: they look at
 * frames before the decoder does. */
#ifndef SENSOR_CAPTURE_VLAN_LAYOUT_H
#define SENSOR_CAPTURE_VLAN_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VLAN_TAG 4 /* bytes; the last two are the next protocol (IEEE 802.1Q 9.3) */

/* Of one link type (DLT_). */
struct vlan_layout {
    uint32_t linktype;
    uint8_t protocol_at; /* two bytes */
    uint8_t header;      /* bytes before the tag, or the packet */
    bool cooked;         /* the kernel's filters see what follows the header only */
};

/* NULL where frames of the link type carry no tags. */
const struct vlan_layout *vlan_layout_find(uint32_t linktype);

/* Ethertypes that announce a tag. */
#define VLAN_TYPES 5
extern const uint16_t vlan_types[VLAN_TYPES];

#endif
