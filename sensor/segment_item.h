/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segment_item: one part of the network as a person writes it: "10.1.0.0/16", "office=10.1.0.0/16",
 * "vlan 12", "guests=vlan 12". */
#ifndef SENSOR_SEGMENT_ITEM_H
#define SENSOR_SEGMENT_ITEM_H

#include "decoders/addr.h"
#include "sensor/watch_item.h"

#define SEGMENT_NAME 40
#define VLAN_MAX     4094 /* IEEE 802.1Q, 9.6: 0 is no VLAN, 4095 is reserved */

struct segment_item {
    char name[SEGMENT_NAME]; /* "": none */
    uint16_t vlan;           /* 0: a network */
    struct prefix net;       /* where vlan is 0 */
};

/* False with a clause in error as of watch_item_parse(). */
bool segment_item_parse(const char *text, struct segment_item *out, char error[WATCH_ERROR_TEXT]);

/* "12"; false where it is no VLAN's number. */
bool vlan_parse(const char *text, uint16_t *out);

#endif
