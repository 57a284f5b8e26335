/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link: from the frame to its network packet, by a table of link types. */
#ifndef DECODERS_LINK_H
#define DECODERS_LINK_H

#include "layer.h"

/* Takes the link header and its VLAN tags off the frame: sets mac, vlan and layer. PACKET_OK where
 * an IP packet is next; *version is 4 or 6, or 0 where only the packet itself tells. */
enum packet_status link_decode(const struct frame *frame, struct packet *out, struct layer *layer,
                               unsigned *version);

#endif
