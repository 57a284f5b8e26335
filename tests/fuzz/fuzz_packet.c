/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames of every link type. Two bytes choose the link type and how much the snap length cut off.
 */
#include <stdlib.h>

#include "decoders/dns.h"
#include "decoders/packet.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t linktypes[] = {1,   113, 276, 0,   108, 12,  14,  228, 229,
                                         147, 9,   50,  51,  104, 107, 11,  10,  105,
                                         119, 127, 163, 192, 258, 239, 117, 219};
    if (size < 2)
        return 0;

    struct frame frame = {.ref = {.number = 1},
                          .linktype = linktypes[data[0] % ARRAY_LENGTH(linktypes)],
                          .length = (uint32_t)(size - 2) + data[1],
                          .captured = (uint32_t)(size - 2),
                          .bytes = data + 2};
    struct packet packet = {.more = true};
    enum packet_status status = PACKET_NOT_IP;
    for (uint8_t part = 0; packet.more && part < UINT8_MAX; part++) {
        status = packet_decode(&frame, part, &packet);
        require(packet.vlans <= PACKET_VLANS);
        require(status == PACKET_OK || packet.kind == PACKET_OTHER);
        require(status != PACKET_UNSUPPORTED || packet.unsupported.kind < UNSUPPORTED_KINDS);
        if (status != PACKET_OK)
            continue;
        require(cursor_left(&packet.payload) <= packet.payload_length);
        require(cursor_left(&packet.payload) <= frame.captured);
    }

    static struct dns_message message;
    if (status == PACKET_OK && packet.kind == PACKET_UDP &&
        dns_decode(packet.payload, packet.payload_length, &message))
        require(!message.complete || !message.malformed);
    return 0;
}
