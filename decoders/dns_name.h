/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns_name: domain names on the wire, with compression (RFC 1035 4.1.4). Only dns.c needs this. */
#ifndef DECODERS_DNS_NAME_H
#define DECODERS_DNS_NAME_H

#include "dns.h"

/* Reads the name at c, which lies in the message that begins at `start`, and leaves c behind it.
 * False where it is no name; c->bad is set only where the bytes ran out, which is no fault of the
 * message if a snap length cut it. */
bool dns_name_read(struct cursor *c, const uint8_t *start, struct dns_name *out);

/* Steps over a name without following its pointer. Cheap and linear, whatever the pointers say. */
bool dns_name_skip(struct cursor *c, const uint8_t *start);

#endif
