/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link: a link type is a row here. To add one whose header has a fixed length, add a row; to add an
 * encapsulation, give its protocol number a row of its own kind in networks[]. */
#include "link.h"

#include <string.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

#define VLAN_DEPTH 8 /* no network stacks more; a longer one is somebody's attack */

enum protocol_form {
    FORM_ETHERTYPE, /* two bytes (IEEE 802.3 3.2.6), VLAN tags may follow */
    FORM_FAMILY, /* four bytes, the AF_ value of the machine that wrote the file, its byte order */
    FORM_FAMILY_BE, /* the same, in network order */
    FORM_IPV4,
    FORM_IPV6,
    FORM_BY_VERSION /* no field: the packet's first four bits tell */
};

/* Where the sender's address lies; a type and a length byte tell whether it is one, if `sll`. */
struct mac_place {
    bool there, sll;
    uint8_t at, type_at, length_at;
};

struct link_type {
    uint32_t dlt;
    const char *name;
    uint8_t header; /* bytes before the network packet */
    enum protocol_form form;
    uint8_t protocol_at;
    struct mac_place mac;
};

static const struct link_type link_types[] = {
    {1, "EN10MB", 14, FORM_ETHERTYPE, 12, {.there = true, .at = 6}},
    {113, "LINUX_SLL", 16, FORM_ETHERTYPE, 14, {true, true, 6, 1, 5}},
    {276, "LINUX_SLL2", 20, FORM_ETHERTYPE, 0, {true, true, 12, 10, 11}},
    {0, "NULL", 4, FORM_FAMILY, 0, {.there = false}},
    {108, "LOOP", 4, FORM_FAMILY_BE, 0, {.there = false}},
    {12, "RAW", 0, FORM_BY_VERSION, 0, {.there = false}},
    {14, "RAW", 0, FORM_BY_VERSION, 0, {.there = false}}, /* OpenBSD's number */
    {228, "IPV4", 0, FORM_IPV4, 0, {.there = false}},
    {229, "IPV6", 0, FORM_IPV6, 0, {.there = false}},
};

enum network { NETWORK_NONE, NETWORK_IPV4, NETWORK_IPV6, NETWORK_BY_VERSION, NETWORK_TUNNEL };

struct network_row {
    uint32_t number;
    enum network network;
};

/* Ethertypes that are not listed are no IP: ARP, LLDP, 802.3 lengths … */
static const struct network_row ethertypes[] = {
    {0x0800, NETWORK_IPV4},   {0x86dd, NETWORK_IPV6}, {0x8847, NETWORK_TUNNEL}, /* MPLS */
    {0x8848, NETWORK_TUNNEL},                                                   /* MPLS */
    {0x8864, NETWORK_TUNNEL},                                                   /* PPPoE session */
    {0x880b, NETWORK_TUNNEL},                                                   /* PPP */
    {0x6558, NETWORK_TUNNEL}, /* transparent Ethernet bridging */
    {0x88e7, NETWORK_TUNNEL}, /* provider backbone bridging */
    {0x893f, NETWORK_TUNNEL}, /* 802.1BR E-tag */
    {0x8926, NETWORK_TUNNEL}, /* VN-tag */
    {0x8909, NETWORK_TUNNEL}, /* Cisco metadata */
    {0x894f, NETWORK_TUNNEL}, /* network service header */
    {0x88e5, NETWORK_TUNNEL}, /* MACsec */
};

/* AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24, 28 and 30 on the BSDs and macOS. */
static const struct network_row families[] = {
    {2, NETWORK_IPV4},  {10, NETWORK_IPV6}, {24, NETWORK_IPV6},
    {28, NETWORK_IPV6}, {30, NETWORK_IPV6},
};

static const uint16_t vlan_types[] = {0x8100, 0x88a8, 0x9100, 0x9200, 0x9300};

static enum network find_network(const struct network_row *rows, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].number == number)
            return rows[i].network;
    }
    return NETWORK_NONE;
}

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

static bool is_vlan(uint16_t ethertype)
{
    for (size_t i = 0; i < ARRAY_LENGTH(vlan_types); i++) {
        if (vlan_types[i] == ethertype)
            return true;
    }
    return false;
}

/* Takes the tags off (IEEE 802.1Q 9.3). Id 0 is a priority tag: it names no VLAN. */
static enum packet_status take_vlans(struct layer *layer, uint16_t *ethertype, struct packet *out)
{
    for (int depth = 0; is_vlan(*ethertype); depth++) {
        struct cursor tag;
        if (depth == VLAN_DEPTH)
            return PACKET_UNSUPPORTED;
        enum packet_status status = layer_take(layer, 4, &tag);
        if (status != PACKET_OK)
            return status;
        uint16_t id = cursor_be16(&tag) & 0xfff;
        *ethertype = cursor_be16(&tag);
        if (id != 0 && out->vlans < PACKET_VLANS)
            out->vlan[out->vlans++] = id;
    }
    return PACKET_OK;
}

static enum network family_network(uint32_t family, bool either_order)
{
    if (either_order && family > 0xffff)
        family = family >> 24 | (family >> 8 & 0xff00) | (family << 8 & 0xff0000) | family << 24;
    return find_network(families, ARRAY_LENGTH(families), family);
}

static enum packet_status find_next(const struct link_type *type, struct cursor header,
                                    struct layer *layer, struct packet *out, enum network *network)
{
    enum packet_status status = PACKET_OK;
    uint16_t ethertype;

    cursor_skip(&header, type->protocol_at);
    switch (type->form) {
    case FORM_ETHERTYPE:
        ethertype = cursor_be16(&header);
        status = take_vlans(layer, &ethertype, out);
        *network = find_network(ethertypes, ARRAY_LENGTH(ethertypes), ethertype);
        break;
    case FORM_FAMILY:
    case FORM_FAMILY_BE:
        *network = family_network(cursor_be32(&header), type->form == FORM_FAMILY);
        break;
    case FORM_IPV4:
        *network = NETWORK_IPV4;
        break;
    case FORM_IPV6:
        *network = NETWORK_IPV6;
        break;
    case FORM_BY_VERSION:
        *network = NETWORK_BY_VERSION;
        break;
    }
    return status;
}

enum packet_status link_decode(const struct frame *frame, struct packet *out, struct layer *layer,
                               unsigned *version)
{
    static const struct {
        enum packet_status status;
        unsigned version;
    } results[] = {
        [NETWORK_NONE] = {PACKET_NOT_IP, 0},
        [NETWORK_IPV4] = {PACKET_OK, 4},
        [NETWORK_IPV6] = {PACKET_OK, 6},
        [NETWORK_BY_VERSION] = {PACKET_OK, 0},
        [NETWORK_TUNNEL] = {PACKET_UNSUPPORTED, 0},
    };
    const struct link_type *type = find_link(frame->linktype);
    if (type == NULL)
        return PACKET_UNSUPPORTED;
    if (frame->captured == 0)
        return frame->length > 0 ? PACKET_TRUNCATED : PACKET_MALFORMED;

    *layer =
        (struct layer){.bytes = cursor_make(frame->bytes, frame->captured), .wire = frame->length};
    if (layer->wire < frame->captured) /* some writers leave the wire's length out */
        layer->wire = frame->captured;

    struct cursor header;
    enum packet_status status = layer_take(layer, type->header, &header);
    if (status != PACKET_OK)
        return status;
    read_mac(&type->mac, header.at, out);

    enum network network = NETWORK_NONE;
    status = find_next(type, header, layer, out, &network);
    if (status != PACKET_OK)
        return status;
    *version = results[network].version;
    return results[network].status;
}
