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

struct assembly {
    struct reassembler *reassembler; /* NULL: this build has none */
    struct fragments *fragments;
};

struct assembly *assembly_new(const struct config *config, const uint64_t key[2])
{
    struct assembly *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    const struct fragment_limits fragments = {
        .wait = FRAGMENT_WAIT, .release = FRAGMENT_RELEASE, .max = config->limits.fragments};
    a->reassembler = reassembler_new();
    a->fragments = fragments_new(&fragments, key, a->reassembler);
    if (!a->fragments || (!a->reassembler && reassembler_name())) {
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

nstime assembly_next(const struct assembly *a)
{
    return fragments_next(a->fragments);
}

bool assembly_release(struct assembly *a, nstime now, struct packet *packet)
{
    return fragments_release(a->fragments, now, packet);
}

uint64_t assembly_lost(struct assembly *a)
{
    return fragments_lost(a->fragments);
}

uint64_t assembly_evicted(const struct assembly *a)
{
    return fragments_evicted(a->fragments);
}
