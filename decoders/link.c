/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link: a link type is a row here: how long its header is, and where it names what follows. One
 * whose header has no fixed length has a decoder of its own. */
#include "link.h"

#include <string.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

enum protocol_form {
    FORM_ETHERTYPE, /* two bytes (IEEE 802.3 3.2.6) */
    FORM_COOKED,    /* the same, or 4 for an LLC packet */
    FORM_FAMILY,    /* four bytes, an AF_ value in the byte order of the machine that wrote it */
    FORM_FAMILY_BE, /* the same, in network order */
    FORM_FAMILY_BYTE,
    FORM_FIXED /* no field: the row says what follows, and the number with it */
};

/* Where the sender's address lies; a type and a length byte tell whether it is one, if `sll`. */
struct mac_place {
    bool there, sll;
    uint8_t at, type_at, length_at;
};

struct link_type {
    uint32_t dlt;
    const char *name;
    uint8_t header; /* bytes before what follows */
    uint8_t form;   /* enum protocol_form */
    uint8_t protocol_at;
    struct mac_place mac;
    step_decode *follows; /* FORM_FIXED */
    uint32_t number;
};

#define NO_MAC                                                                                     \
    {                                                                                              \
        .there = false                                                                             \
    }
#define ROW(dlt, name, header, next, number)                                                       \
    {                                                                                              \
        dlt, name, header, FORM_FIXED, 0, NO_MAC, next, number                                     \
    }

/* By libpcap's DLT_ numbers; the numbers of a capture file differ where libpcap maps them. */
static const struct link_type link_types[] = {
    {1, "EN10MB", 14, FORM_ETHERTYPE, 12, {.there = true, .at = 6}, NULL, 0},
    {113, "LINUX_SLL", 16, FORM_COOKED, 14, {true, true, 6, 1, 5}, NULL, 0},
    {276, "LINUX_SLL2", 20, FORM_COOKED, 0, {true, true, 12, 10, 11}, NULL, 0},
    {0, "NULL", 4, FORM_FAMILY, 0, NO_MAC, NULL, 0},
    {108, "LOOP", 4, FORM_FAMILY_BE, 0, NO_MAC, NULL, 0},
    {109, "ENC", 12, FORM_FAMILY, 0, NO_MAC, NULL, 0}, /* OpenBSD: family, SPI, flags */
    {226, "IPNET", 24, FORM_FAMILY_BYTE, 1, NO_MAC, NULL, 0},
    {104, "C_HDLC", 4, FORM_ETHERTYPE, 2, NO_MAC, NULL, 0},
    {138, "APPLE_IP_OVER_IEEE1394", 18, FORM_ETHERTYPE, 16, NO_MAC, NULL, 0},
    {242, "IPOIB", 44, FORM_ETHERTYPE, 40, NO_MAC, NULL, 0},
    ROW(12, "RAW", 0, step_ip, 0),
    ROW(14, "RAW", 0, step_ip, 0),  /* OpenBSD's number */
    ROW(101, "RAW", 0, step_ip, 0), /* as capture files have it */
    ROW(228, "IPV4", 0, step_ip, 4),
    ROW(229, "IPV6", 0, step_ip, 6),
    ROW(9, "PPP", 0, step_ppp, 0),
    ROW(50, "PPP_SERIAL", 0, link_serial, 0),
    ROW(51, "PPP_ETHER", 0, step_pppoe, 0),
    ROW(166, "PPP_PPPD", 1, step_ppp, 0), /* the first byte is the direction */
    ROW(204, "PPP_WITH_DIR", 1, step_ppp, 0),
    ROW(6, "IEEE802", 14, step_llc, 0), /* Token Ring; source routing is not looked for */
    ROW(10, "FDDI", 13, step_llc, 0),
    ROW(11, "ATM_RFC1483", 0, step_llc, 0),
    ROW(100, "ATM_RFC1483", 0, step_llc, 0),
    ROW(122, "IP_OVER_FC", 16, step_llc, 0),
    ROW(107, "FRELAY", 0, link_frame_relay, 0),
    ROW(219, "MPLS", 0, step_mpls, 0),
    ROW(105, "IEEE802_11", 0, step_wlan, 0),
    ROW(119, "PRISM_HEADER", 0, step_prism, 0),
    ROW(127, "IEEE802_11_RADIO", 0, step_radiotap, 0),
    ROW(163, "IEEE802_11_RADIO_AVS", 0, step_avs, 0),
    ROW(192, "PPI", 0, step_ppi, 0),
    ROW(149, "PKTAP", 0, link_pktap, 0), /* macOS before the number was given */
    ROW(258, "PKTAP", 0, link_pktap, 0),
    ROW(239, "NFLOG", 0, link_nflog, 0),
    ROW(117, "PFLOG", 0, link_pflog, 0),
    ROW(240, "NETANALYZER", 4, step_ethernet, 0),
    ROW(241, "NETANALYZER_TRANSPARENT", 12, step_ethernet, 0), /* and preamble */
    ROW(274, "ETHERNET_MPACKET", 8, step_ethernet, 0),
};

static const struct link_type *find_link(uint32_t dlt)
{
    for (size_t i = 0; i < ARRAY_LENGTH(link_types); i++) {
        if (link_types[i].dlt == dlt)
            return &link_types[i];
    }
    return NULL;
}

const char *packet_linktype_name(uint32_t linktype)
{
    const struct link_type *type = find_link(linktype);
    return type != NULL ? type->name : NULL;
}

bool packet_linktype_supported(uint32_t linktype)
{
    return find_link(linktype) != NULL;
}

/* A group address or all zeroes (a loopback device) names no sender. In SLL the packet types 0 to 4
 * carry the sender's address, whatever the direction; the kernel's own (5 and up) carry none. */
static void read_mac(const struct mac_place *place, const uint8_t *header, struct packet *out)
{
    static const uint8_t none[6] = {0};
    const uint8_t *mac = header + place->at;
    if (!place->there ||
        (place->sll && (header[place->type_at] > 4 || header[place->length_at] != 6)))
        return;
    if ((mac[0] & 1) != 0 || memcmp(mac, none, sizeof none) == 0)
        return;
    memcpy(out->mac, mac, sizeof out->mac);
    out->has_mac = true;
}

static uint32_t swapped_if_large(uint32_t family)
{
    if (family <= 0xffff)
        return family;
    return family >> 24 | (family >> 8 & 0xff00) | (family << 8 & 0xff0000) | family << 24;
}

#define COOKED_LLC 4 /* LINUX_SLL_P_802_2 */

enum packet_status step_link(struct layer *layer, struct packet *out, struct step *next)
{
    const struct link_type *type = find_link(next->number);
    struct cursor header;
    uint16_t ethertype;
    if (type == NULL)
        return step_unsupported(out, UNSUPPORTED_LINK_TYPE, next->number);
    enum packet_status status = layer_take(layer, type->header, &header);
    if (status != PACKET_OK)
        return status;
    read_mac(&type->mac, header.at, out);
    cursor_skip(&header, type->protocol_at);
    switch ((enum protocol_form)type->form) {
    case FORM_ETHERTYPE:
        *next = (struct step){step_ethertype, cursor_be16(&header)};
        break;
    case FORM_COOKED:
        ethertype = cursor_be16(&header);
        *next = ethertype == COOKED_LLC ? (struct step){step_llc, 0}
                                        : (struct step){step_ethertype, ethertype};
        return ethertype < 0x600 && ethertype != COOKED_LLC ? PACKET_NOT_IP : PACKET_OK;
    case FORM_FAMILY:
        return link_family(swapped_if_large(cursor_be32(&header)), next);
    case FORM_FAMILY_BE:
        return link_family(cursor_be32(&header), next);
    case FORM_FAMILY_BYTE:
        return link_family(cursor_u8(&header), next);
    case FORM_FIXED:
        *next = (struct step){type->follows, type->number};
        break;
    }
    return PACKET_OK;
}

enum packet_status link_begin(const struct frame *frame, struct layer *layer)
{
    if (frame->captured == 0)
        return frame->length > 0 ? PACKET_TRUNCATED : PACKET_MALFORMED;
    *layer =
        (struct layer){.bytes = cursor_make(frame->bytes, frame->captured), .wire = frame->length};
    if (layer->wire < frame->captured) /* some writers leave the wire's length out */
        layer->wire = frame->captured;
    return PACKET_OK;
}
