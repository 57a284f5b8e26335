/* SPDX-License-Identifier: GPL-2.0-or-later */
/* egress: what -i auto stands for: the physical interface by which this host's packets leave. */
#ifndef SENSOR_CAPTURE_EGRESS_H
#define SENSOR_CAPTURE_EGRESS_H

#include <net/if.h>
#include <stdbool.h>

/* The interface of the default route or, where that is a tunnel (a full-tunnel VPN), of the route
 * that the tunnel's own packets take. False where there is none; out is then "". */
bool egress_find(char out[IF_NAMESIZE]);
/* A VPN's interface: point to point and without a link layer of its own. */
bool egress_is_tunnel(const char *name);

#endif
