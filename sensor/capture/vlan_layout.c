/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vlan_layout: see vlan_layout.h. */
#include "sensor/capture/vlan_layout.h"

#include <pcap/pcap.h>

static const struct vlan_layout layouts[] = {
    {DLT_EN10MB, 12, 14, false},
    {DLT_LINUX_SLL, 14, 16, true},
    {DLT_LINUX_SLL2, 0, 20, true},
};

/* Customer, service (802.1ad), and what stood for it before. */
const uint16_t vlan_types[VLAN_TYPES] = {0x8100, 0x88a8, 0x9100, 0x9200, 0x9300};

const struct vlan_layout *vlan_layout_find(uint32_t linktype)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        if (layouts[i].linktype == linktype)
            return &layouts[i];
    }
    return NULL;
}
