/* SPDX-License-Identifier: GPL-2.0-or-later */
/* assembly: between decode and track, where a frame holds a part only: fragments become packets. A
 * packet that is whole passes by. */
#ifndef SENSOR_ASSEMBLY_H
#define SENSOR_ASSEMBLY_H

#include "decoders/packet.h"
#include "sensor/config.h"

struct assembly;

/* NULL where memory is out. */
struct assembly *assembly_new(const struct config *config, const uint64_t key[2]);
void assembly_free(struct assembly *assembly);

/* What packet_decode() gave: where it is a fragment, either it is kept (false), or packet and
 * status become those of the packet that it completed. The packet is valid until the next call. */
bool assembly_packet(struct assembly *assembly, nstime now, struct packet *packet,
                     enum packet_status *status);

nstime assembly_next(const struct assembly *assembly);
/* First fragments that are told by themselves, since the others did not come by `now`; call it
 * until it is false. */
bool assembly_release(struct assembly *assembly, nstime now, struct packet *packet);
/* Fragments given up since the last call. */
uint64_t assembly_lost(struct assembly *assembly);
uint64_t assembly_evicted(const struct assembly *assembly);

#endif
