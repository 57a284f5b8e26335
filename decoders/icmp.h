/* SPDX-License-Identifier: GPL-2.0-or-later */
/* icmp: error messages and the packet that each quotes. */
#ifndef DECODERS_ICMP_H
#define DECODERS_ICMP_H

#include "layer.h"

/* `layer` begins with an ICMP header. Sets kind and icmp where it is an error (RFC 792, RFC 1812
 * 4.3.2; RFC 4443 2.1); any other message leaves kind at PACKET_OTHER. */
enum packet_status icmp_decode(struct layer *layer, bool ipv6, struct packet *out);

#endif
