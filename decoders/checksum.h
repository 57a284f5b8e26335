/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checksum: whether a packet's checksums agree with its bytes. They are no reason to drop a packet:
 * on the machine that sends, the network card writes them after the capture. */
#ifndef DECODERS_CHECKSUM_H
#define DECODERS_CHECKSUM_H

#include "packet.h"

enum checksum {
    CHECKSUM_UNCHECKED, /* none (UDP over IPv4 may do without), a fragment, or not all captured */
    CHECKSUM_GOOD,
    CHECKSUM_BAD
};

/* The IPv4 header's (RFC 791 3.1), and that of UDP, TCP or ICMP (RFC 768, 9293 3.1, 4443 2.3). The
 * packet's frame must still be there. */
enum checksum checksum_of(const struct packet *packet);

#endif
