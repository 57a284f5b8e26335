/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wlan: IEEE 802.11 data frames, as a monitor sees them. Most networks encrypt: such a frame is
 * counted and named, for no decoder helps there, only the keys or a capture behind the access
 * point. */
#include <string.h>

#include "step.h"

/* Frame control (IEEE 802.11 9.2.4.1), the first byte in the low half. */
#define FC_TYPE      0x000c
#define FC_DATA      0x0008
#define FC_NO_DATA   0x0040 /* "null": the subtypes without a body */
#define FC_QOS       0x0080
#define FC_TO_DS     0x0100
#define FC_FROM_DS   0x0200
#define FC_MORE      0x0400 /* fragments */
#define FC_PROTECTED 0x4000
#define FC_ORDER     0x8000 /* in QoS frames: an HT control field follows */

#define QOS_AMSDU 0x80
#define PARTS_MAX                                                                                  \
    64 /* subframes that are looked at: an A-MSDU of 11,454 bytes has fewer of use                 \
        */
#define ADDRESS 6
#define ADDRESS_AT                                                                                 \
    4 /* address 1; the others follow, with the sequence control before the fourth                 \
       */

struct wlan_header {
    uint16_t control, sequence, qos;
    const uint8_t *sender; /* the host that sent it, not the access point */
};

static size_t header_length(uint16_t control, bool padded)
{
    bool four = (control & FC_TO_DS) && (control & FC_FROM_DS), qos = control & FC_QOS;
    size_t length =
        24u + (four ? ADDRESS : 0u) + (qos ? 2u : 0u) + (qos && (control & FC_ORDER) ? 4u : 0u);
    return padded ? (length + 3) / 4 * 4 : length;
}

static enum packet_status take_header(struct layer *layer, bool padded, struct wlan_header *out)
{
    struct cursor c = layer->bytes, header;
    out->control = cursor_le16(&c);
    if (c.bad)
        return layer->wire > 1 ? PACKET_TRUNCATED : PACKET_MALFORMED;
    if ((out->control & FC_TYPE) != FC_DATA || (out->control & FC_NO_DATA))
        return PACKET_NOT_IP; /* management, control, or no body */
    enum packet_status status = layer_take(layer, header_length(out->control, padded), &header);
    if (status != PACKET_OK)
        return status;
    const uint8_t *bytes = header.at;
    bool to = out->control & FC_TO_DS, from = out->control & FC_FROM_DS;
    size_t sender = !from ? ADDRESS : !to ? 2 * ADDRESS : 3 * ADDRESS + 2;
    out->sender = bytes + ADDRESS_AT + sender;
    cursor_skip(&header, ADDRESS_AT + 3 * ADDRESS);
    out->sequence = cursor_le16(&header);
    if (to && from)
        cursor_skip(&header, ADDRESS);
    out->qos = out->control & FC_QOS ? cursor_le16(&header) : 0;
    return PACKET_OK;
}

static void note_sender(struct packet *out, const uint8_t *sender)
{
    out->has_mac = (sender[0] & 1) == 0;
    if (out->has_mac)
        memcpy(out->mac, sender, sizeof out->mac);
}

/* IEEE 802.11 9.3.2.2: each subframe is destination, source, length and its LLC packet, padded to
 * four bytes. The one that out->part names is what is left in layer. */
static enum packet_status take_subframe(struct layer *layer, struct packet *out)
{
    for (unsigned part = 0;; part++) {
        struct cursor header;
        enum packet_status status = layer_take(layer, 14, &header);
        if (status != PACKET_OK)
            return status;
        cursor_skip(&header, ADDRESS);
        const uint8_t *sender = cursor_bytes(&header, ADDRESS);
        size_t length = cursor_be16(&header), padded = (14 + length + 3) / 4 * 4 - 14;
        if (length > layer->wire)
            return PACKET_MALFORMED;
        if (part == out->part) {
            out->more = layer->wire > padded && part + 1 < PARTS_MAX;
            note_sender(out, sender);
            layer_trim(layer, length);
            return PACKET_OK;
        }
        status = layer_take(layer, padded, &header);
        if (status != PACKET_OK)
            return status;
    }
}

enum packet_status step_wlan(struct layer *layer, struct packet *out, struct step *next)
{
    struct wlan_header header;
    enum packet_status status = take_header(layer, next->number == WLAN_PADDED, &header);
    if (status != PACKET_OK)
        return status;
    note_sender(out, header.sender);
    if (header.control & FC_PROTECTED)
        return step_unsupported(out, UNSUPPORTED_ENCRYPTED, 0);
    if (header.sequence & 0xf)
        return step_unsupported(out, UNSUPPORTED_FRAGMENT, 0);
    *next = (struct step){step_llc, 0};
    return header.qos & QOS_AMSDU ? take_subframe(layer, out) : PACKET_OK;
}
