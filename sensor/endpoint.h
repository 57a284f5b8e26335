/* SPDX-License-Identifier: GPL-2.0-or-later */
/* endpoint: an address with a port or without, as people write it. */
#ifndef SENSOR_ENDPOINT_H
#define SENSOR_ENDPOINT_H

#include "decoders/addr.h"

/* "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]", "[2001:db8::53]:53". *port is
 * 0 where none is given. False where text is none of these. */
bool endpoint_parse(const char *text, struct addr *addr, uint16_t *port);

#define ENDPOINT_TEXT (ADDR_TEXT + 8)
/* The same back; without the port where it is 0. Returns out. */
char *endpoint_format(const struct addr *addr, uint16_t port, char out[ENDPOINT_TEXT]);

#endif
