/* SPDX-License-Identifier: GPL-2.0-or-later */
/* assembly: between decode and track, where a frame holds a part only: fragments become packets,
 * segments become messages. A packet that is whole passes by. */
#ifndef SENSOR_ASSEMBLY_H
#define SENSOR_ASSEMBLY_H

#include "decoders/streams.h"
#include "sensor/config.h"

struct assembly;

/* NULL where memory is out. */
struct assembly *assembly_new(const struct config *config, const uint64_t key[2]);
void assembly_free(struct assembly *assembly);

/* What packet_decode() gave: where it is a fragment, either it is kept (false), or packet and
 * status become those of the packet that it completed. The packet is valid until the next call. */
bool assembly_packet(struct assembly *assembly, nstime now, struct packet *packet,
                     enum packet_status *status);

/* A segment of a connection that holds DNS. Then assembly_message() as long as it is true: the
 * packet with each message that the segment completed for its payload, valid until the next call.
 */
void assembly_segment(struct assembly *assembly, nstime now, const struct stream_hint *hint,
                      const struct packet *packet);
bool assembly_message(struct assembly *assembly, const struct packet *packet,
                      struct packet *message);
/* False where this build puts no streams together. */
bool assembly_of_streams(const struct assembly *assembly);
/* A stream of which no more can be read; false when there is none left. */
bool assembly_lost_stream(struct assembly *assembly, struct stream_loss *out);

nstime assembly_next(const struct assembly *assembly);
/* Gives up what is due before `now`. True for each first fragment that is told by itself, since the
 * others did not come; call it until it is false. */
bool assembly_release(struct assembly *assembly, nstime now, struct packet *packet);
/* Fragments given up since the last call. */
uint64_t assembly_lost(struct assembly *assembly);
uint64_t assembly_evicted(const struct assembly *assembly);

#endif
