/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ppp: what a PPP protocol number leads to, and the session frames of PPPoE. */
#include "step.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

#define HDLC_ADDRESS 0xff /* RFC 1662 3.1: all stations, unnumbered information */
#define HDLC_CONTROL 0x03
#define CONTROL_FROM 0x4000 /* RFC 1661 2: network and link control protocols */

static const struct {
    uint16_t protocol;
    step_decode *decode;
    uint32_t number;
} protocols[] = {
    {0x0021, step_ip, 4},
    {0x0057, step_ip, 6},
    {0x0281, step_mpls, 0},
    {0x0283, step_mpls, 0},
};

/* RFC 1661 2: the protocol may be compressed to one byte, which is then odd. */
static enum packet_status take_protocol(struct layer *layer, uint16_t *protocol)
{
    struct cursor byte = {0};
    enum packet_status status = layer_take(layer, 1, &byte);
    if (status != PACKET_OK)
        return status;
    *protocol = cursor_u8(&byte);
    if (*protocol & 1)
        return PACKET_OK;
    status = layer_take(layer, 1, &byte);
    *protocol = (uint16_t)(*protocol << 8 | cursor_u8(&byte));
    return status;
}

enum packet_status step_ppp(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor peek = layer->bytes;
    uint16_t protocol;
    if (cursor_u8(&peek) == HDLC_ADDRESS && cursor_u8(&peek) == HDLC_CONTROL && !peek.bad)
        layer_take(layer, 2, &peek);
    enum packet_status status = take_protocol(layer, &protocol);
    if (status != PACKET_OK)
        return status;
    for (size_t i = 0; i < ARRAY_LENGTH(protocols); i++) {
        if (protocols[i].protocol == protocol) {
            *next = (struct step){protocols[i].decode, protocols[i].number};
            return PACKET_OK;
        }
    }
    /* Compressed, encrypted or split over several links: it may hold IP. */
    return protocol < CONTROL_FROM ? step_unsupported(out, UNSUPPORTED_PPP_PROTOCOL, protocol)
                                   : PACKET_NOT_IP;
}

enum packet_status step_pppoe(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header;
    (void)out;
    enum packet_status status = layer_take(layer, 6, &header);
    if (status != PACKET_OK)
        return status;
    uint8_t version = cursor_u8(&header); /* and type: RFC 2516 4 */
    uint8_t code = cursor_u8(&header);
    cursor_skip(&header, 2);
    size_t length = cursor_be16(&header);
    if (version != 0x11)
        return PACKET_MALFORMED;
    if (code != 0)
        return PACKET_NOT_IP; /* discovery */
    if (length < layer->wire)
        layer_trim(layer, length);
    *next = (struct step){step_ppp, 0};
    return PACKET_OK;
}
