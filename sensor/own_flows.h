/* SPDX-License-Identifier: GPL-2.0-or-later */
/* own_flows: the sensor's own conversations, so that it does not take itself for a client: where it
 * captures on the host it runs on, its lookups pass by like anybody's. A leaf: it calls nobody. */
#ifndef SENSOR_OWN_FLOWS_H
#define SENSOR_OWN_FLOWS_H

#include "decoders/packet.h"

/* The newest are remembered: packets of one that is closed may still wait to be read. */
#define OWN_FLOWS 64

struct own_flow {
    uint8_t protocol; /* IPPROTO_ value */
    struct addr local, remote;
    uint16_t local_port, remote_port; /* remote_port 0: the other end is not known yet, any is */
};

/* Zero is an empty one. */
struct own_flows {
    size_t count, next;
    struct own_flow flow[OWN_FLOWS];
    uint64_t ports[16]; /* bits of the local ports in use, by hash: most packets stop there */
};

/* False where neither end of the socket is to be had, as after an error. */
bool own_flows_add_socket(struct own_flows *own, int fd);
void own_flows_add(struct own_flows *own, const struct own_flow *flow);

/* Either direction; also an ICMP error about one. */
bool own_flows_has(const struct own_flows *own, const struct packet *packet);

#endif
