/* SPDX-License-Identifier: GPL-2.0-or-later */
/* assembly: see assembly.h. */
#include "sensor/assembly.h"

#include <stdlib.h>

#include "decoders/fragments.h"

/* Tunnels whose packets and whose contents were both fragmented; more is an attack. */
#define NESTED 4

/* RFC 791 3.2 and RFC 8200 4.5 wait up to a minute; fragments of one packet come within
 * milliseconds. */
#define FRAGMENT_WAIT    (30 * NS_PER_SEC)
#define FRAGMENT_RELEASE (2 * NS_PER_SEC)

/* A capture may show a segment behind its acknowledgement, as with answers and queries. */
#define STREAM_IDLE   (30 * NS_PER_SEC)
#define STREAM_CLOSED (2 * NS_PER_SEC)
#define STREAM_SKEW   (100 * NS_PER_MS)

struct assembly {
    struct reassembler *reassembler; /* NULL: this build has none */
    struct fragments *fragments;
    struct streams *streams;
};

struct assembly *assembly_new(const struct config *config, const uint64_t key[2])
{
    struct assembly *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    const struct fragment_limits fragments = {
        .wait = FRAGMENT_WAIT, .release = FRAGMENT_RELEASE, .max = config->limits.fragments};
    const struct stream_limits streams = {.idle = STREAM_IDLE,
                                          .closed = STREAM_CLOSED,
                                          .skew = STREAM_SKEW,
                                          .max = config->limits.streams};
    a->reassembler = reassembler_new();
    a->fragments = fragments_new(&fragments, key, a->reassembler);
    a->streams = streams_new(&streams, key, a->reassembler);
    if (!a->fragments || !a->streams || (!a->reassembler && reassembler_name())) {
        assembly_free(a);
        return NULL;
    }
    return a;
}

void assembly_free(struct assembly *a)
{
    if (!a)
        return;
    fragments_free(a->fragments);
    streams_free(a->streams);
    reassembler_free(a->reassembler);
    free(a);
}

bool assembly_packet(struct assembly *a, nstime now, struct packet *packet,
                     enum packet_status *status)
{
    for (int i = 0; packet->fragment && i < NESTED; i++) {
        struct packet first;
        struct cursor bytes;
        switch (fragments_take(a->fragments, now, packet, *status == PACKET_OK, &first, &bytes)) {
        case FRAGMENT_ALONE:
            return true;
        case FRAGMENT_KEPT:
            return false;
        case FRAGMENT_WHOLE:
            *status = packet_decode_whole(&first, bytes, packet);
            break;
        }
    }
    return true;
}

bool assembly_of_streams(const struct assembly *a)
{
    return a->reassembler != NULL;
}

void assembly_segment(struct assembly *a, nstime now, const struct stream_hint *hint,
                      const struct packet *packet)
{
    streams_segment(a->streams, now, hint, packet);
}

bool assembly_message(struct assembly *a, const struct packet *packet, struct packet *message)
{
    struct stream_message found;
    if (!streams_message(a->streams, &found))
        return false;
    *message = *packet;
    message->payload = found.bytes;
    message->payload_length = found.length;
    return true;
}

bool assembly_lost_stream(struct assembly *a, struct stream_loss *out)
{
    return streams_lost(a->streams, out);
}

nstime assembly_next(const struct assembly *a)
{
    const nstime fragments = fragments_next(a->fragments), streams = streams_next(a->streams);
    return fragments < streams ? fragments : streams;
}

bool assembly_release(struct assembly *a, nstime now, struct packet *packet)
{
    streams_expire(a->streams, now);
    return fragments_release(a->fragments, now, packet);
}

uint64_t assembly_lost(struct assembly *a)
{
    return fragments_lost(a->fragments);
}

uint64_t assembly_evicted(const struct assembly *a)
{
    return fragments_evicted(a->fragments) + streams_evicted(a->streams);
}
