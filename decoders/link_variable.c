/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link_variable: link headers whose length is not fixed, and the address families that some name.
 */
#include "link.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

/* AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24, 26, 28 and 30 on the BSDs, illumos, macOS.
 */
static const struct {
    uint32_t family, version;
} families[] = {{2, 4}, {10, 6}, {24, 6}, {26, 6}, {28, 6}, {30, 6}};

enum packet_status link_family(uint32_t family, struct step *next)
{
    for (size_t i = 0; i < ARRAY_LENGTH(families); i++) {
        if (families[i].family == family) {
            *next = (struct step){step_ip, families[i].version};
            return PACKET_OK;
        }
    }
    return PACKET_NOT_IP;
}

/* macOS: length, record type, the link type of the interface; then its own frame. */
enum packet_status link_pktap(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor c = layer->bytes;
    (void)out;
    size_t length = cursor_le32(&c);
    uint32_t record = cursor_le32(&c), dlt = cursor_le32(&c);
    if (c.bad)
        return layer->wire >= 12 ? PACKET_TRUNCATED : PACKET_MALFORMED;
    if (length < 12)
        return PACKET_MALFORMED;
    *next = (struct step){step_link, dlt};
    return record == 0 ? PACKET_NOT_IP : layer_take(layer, length, &c);
}

/* Linux's packet log: family, version, resource, then attributes: length, type, padded to four;
 * lengths are in the byte order of the machine that wrote it. */
#define NFLOG_PAYLOAD 9
#define NFLOG_MOST    64

enum packet_status link_nflog(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header;
    (void)out;
    enum packet_status status = layer_take(layer, 4, &header);
    if (status != PACKET_OK)
        return status;
    uint8_t family = cursor_u8(&header);
    for (int i = 0; i < NFLOG_MOST && layer->wire >= 4; i++) {
        status = layer_take(layer, 4, &header);
        if (status != PACKET_OK)
            return status;
        struct cursor swapped = header;
        size_t length = cursor_le16(&header), type = cursor_le16(&header);
        if (length < 4 || length - 4 > layer->wire) {
            length = cursor_be16(&swapped);
            type = cursor_be16(&swapped);
        }
        if (length < 4 || length - 4 > layer->wire)
            return PACKET_MALFORMED;
        if (type == NFLOG_PAYLOAD) {
            layer_trim(layer, length - 4);
            return link_family(family, next);
        }
        size_t padded = (length + 3) / 4 * 4 - 4;
        status = layer_take(layer, padded < layer->wire ? padded : layer->wire, &header);
        if (status != PACKET_OK)
            return status;
    }
    return PACKET_NOT_IP;
}

/* OpenBSD's packet filter log: its own length first, without padding to four; then the family. */
enum packet_status link_pflog(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor c = layer->bytes;
    (void)out;
    size_t length = cursor_u8(&c);
    uint8_t family = cursor_u8(&c);
    if (c.bad)
        return layer->wire >= 2 ? PACKET_TRUNCATED : PACKET_MALFORMED;
    if (length < 4)
        return PACKET_MALFORMED;
    enum packet_status status = layer_take(layer, (length + 3) / 4 * 4, &c);
    return status == PACKET_OK ? link_family(family, next) : status;
}

/* RFC 2427: an address of two to four bytes, the control byte, padding, and what follows. */
#define NLPID_IPV4 0xcc
#define NLPID_IPV6 0x8e
#define NLPID_SNAP 0x80

enum packet_status link_frame_relay(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor byte = {0};
    enum packet_status status = PACKET_OK;
    bool last = false;
    for (int i = 0; !last; i++) {
        if (i == 4)
            return PACKET_MALFORMED;
        status = layer_take(layer, 1, &byte);
        if (status != PACKET_OK)
            return status;
        last = cursor_u8(&byte) & 1;
    }
    struct cursor peek = layer->bytes;
    if (cursor_be16(&peek) >= 0x0600 && !peek.bad) { /* Cisco: an ethertype */
        layer_take(layer, 2, &byte);
        *next = (struct step){step_ethertype, cursor_be16(&byte)};
        return PACKET_OK;
    }
    status = layer_take(layer, 2, &byte); /* control, then the protocol or padding */
    if (status != PACKET_OK)
        return status;
    cursor_skip(&byte, 1);
    uint8_t protocol = cursor_u8(&byte);
    if (protocol == 0) {
        status = layer_take(layer, 1, &byte);
        protocol = cursor_u8(&byte);
    }
    if (status != PACKET_OK)
        return status;
    switch (protocol) {
    case NLPID_IPV4:
        *next = (struct step){step_ip, 4};
        return PACKET_OK;
    case NLPID_IPV6:
        *next = (struct step){step_ip, 6};
        return PACKET_OK;
    case NLPID_SNAP:
        status = layer_take(layer, 5, &byte);
        cursor_skip(&byte, 3);
        *next = (struct step){step_ethertype, cursor_be16(&byte)};
        return status;
    default:
        (void)out;
        return PACKET_NOT_IP;
    }
}

/* PPP in HDLC-like framing (RFC 1662), or Cisco's HDLC, told apart by the address byte. */
enum packet_status link_serial(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor peek = layer->bytes;
    uint8_t address = cursor_u8(&peek);
    (void)out;
    if (address != 0x0f && address != 0x8f) {
        *next = (struct step){step_ppp, 0};
        return PACKET_OK;
    }
    struct cursor header = {0};
    enum packet_status status = layer_take(layer, 4, &header);
    cursor_skip(&header, 2);
    *next = (struct step){step_ethertype, cursor_be16(&header)};
    return status;
}
