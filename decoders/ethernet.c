/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ethernet: what an ethertype leads to. A protocol is a row; a tag is a row with its length. */
#include <string.h>

#include "step.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

#define TAG_DEPTH   8      /* no network stacks more; a longer one is somebody's attack */
#define LENGTH_MAX  1500   /* up to here the field is a length (IEEE 802.3 3.2.6) */
#define LABEL_DEPTH 16     /* MPLS */
#define TYPE_BRIDGE 0x6558 /* transparent Ethernet bridging */

/* Tags that stand before the real ethertype. The type that follows is their last two bytes. */
static const struct tag {
    uint16_t ethertype;
    uint8_t length; /* without the ethertype that named it */
    bool vlan;      /* its first two bytes hold a VLAN id */
} tags[] = {
    {0x8100, 4, true}, /* IEEE 802.1Q 9.3 */
    {0x88a8, 4, true}, /* 802.1ad */
    {0x9100, 4, true},  {0x9200, 4, true},
    {0x9300, 4, true},  {0x893f, 8, false}, /* 802.1BR E-tag */
    {0x8926, 6, false},                     /* Cisco VN-tag */
    {0x8909, 8, false}, /* Cisco metadata: version, length, one option, the type */
};

static step_decode bridged, provider_bridged;

/* Ethertypes that are not listed are no IP: ARP, LLDP … */
static const struct network {
    uint16_t ethertype;
    step_decode *decode;
    uint32_t number;
} networks[] = {
    {0x0800, step_ip, 4},          {0x86dd, step_ip, 6},  {0x8847, step_mpls, 0},
    {0x8848, step_mpls, 0}, /* multicast, or upstream labels (RFC 5332) */
    {0x8864, step_pppoe, 0},       {0x880b, step_ppp, 0}, {TYPE_BRIDGE, bridged, 0},
    {0x88e7, provider_bridged, 0}, /* IEEE 802.1ah I-tag */
    {0x8870, step_llc, 0},         /* jumbo frames with LLC */
};

/* They would hold IP, could one read them. */
static const uint16_t closed[] = {
    0x88e5, /* MACsec */
    0x894f, /* network service header */
};

static const struct network *find_network(uint16_t ethertype)
{
    for (size_t i = 0; i < ARRAY_LENGTH(networks); i++) {
        if (networks[i].ethertype == ethertype)
            return &networks[i];
    }
    return NULL;
}

static const struct tag *find_tag(uint16_t ethertype)
{
    for (size_t i = 0; i < ARRAY_LENGTH(tags); i++) {
        if (tags[i].ethertype == ethertype)
            return &tags[i];
    }
    return NULL;
}

bool ethertype_known(uint16_t ethertype)
{
    return find_network(ethertype) || find_tag(ethertype) || ethertype == 0x0806; /* ARP */
}

/* Id 0 is a priority tag: it names no VLAN. */
static void note_vlan(struct packet *out, uint16_t id)
{
    if (id != 0 && out->vlans < PACKET_VLANS)
        out->vlan[out->vlans++] = id;
}

static enum packet_status take_tags(struct layer *layer, uint16_t *ethertype, struct packet *out)
{
    const struct tag *tag;
    for (int depth = 0; (tag = find_tag(*ethertype)) != NULL; depth++) {
        struct cursor header;
        if (depth == TAG_DEPTH)
            return step_unsupported(out, UNSUPPORTED_DEPTH, 0);
        enum packet_status status = layer_take(layer, tag->length, &header);
        if (status != PACKET_OK)
            return status;
        if (tag->vlan)
            note_vlan(out, cursor_be16(&header) & 0xfff);
        else
            cursor_skip(&header, tag->length - 2u);
        *ethertype = cursor_be16(&header);
    }
    return PACKET_OK;
}

enum packet_status step_ethertype(struct layer *layer, struct packet *out, struct step *next)
{
    uint16_t ethertype = (uint16_t)next->number;
    enum packet_status status = take_tags(layer, &ethertype, out);
    if (status != PACKET_OK)
        return status;
    if (ethertype <= LENGTH_MAX) {
        if (ethertype > 0 && ethertype <= layer->wire)
            layer_trim(layer, ethertype);
        *next = (struct step){step_llc, 0};
        return PACKET_OK;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(closed); i++) {
        if (closed[i] == ethertype)
            return step_unsupported(out, UNSUPPORTED_ETHERTYPE, ethertype);
    }
    const struct network *network = find_network(ethertype);
    if (!network)
        return PACKET_NOT_IP;
    *next = (struct step){network->decode, network->number};
    return PACKET_OK;
}

/* A group address or all zeroes (a loopback device) names no sender. */
static void note_mac(struct packet *out, const uint8_t *mac)
{
    static const uint8_t none[6] = {0};
    if ((mac[0] & 1) != 0 || memcmp(mac, none, sizeof none) == 0)
        return;
    memcpy(out->mac, mac, sizeof out->mac);
    out->has_mac = true;
}

enum packet_status step_ethernet(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header;
    enum packet_status status = layer_take(layer, 14, &header);
    if (status != PACKET_OK)
        return status;
    cursor_skip(&header, 6);
    note_mac(out, cursor_bytes(&header, 6));
    *next = (struct step){step_ethertype, cursor_be16(&header)};
    return PACKET_OK;
}

/* The customer's frame inside the provider's: its sender is the sender. */
static enum packet_status bridged(struct layer *layer, struct packet *out, struct step *next)
{
    (void)layer;
    out->has_mac = false;
    *next = (struct step){step_ethernet, 0};
    return PACKET_OK;
}

/* The I-tag's four bytes (flags and service id), then the customer's frame. */
static enum packet_status provider_bridged(struct layer *layer, struct packet *out,
                                           struct step *next)
{
    struct cursor header;
    enum packet_status status = layer_take(layer, 4, &header);
    return status == PACKET_OK ? bridged(layer, out, next) : status;
}

/* --- LLC ------------------------------------------------------------------------------------- */

#define LLC_SNAP 0xaaaa
#define LLC_IP   0x0606
#define LLC_UI   0x03 /* unnumbered information: the only frames that carry IP */

enum packet_status step_llc(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header;
    (void)out;
    enum packet_status status = layer_take(layer, 3, &header);
    if (status != PACKET_OK)
        return status;
    uint16_t saps = cursor_be16(&header);
    if (cursor_u8(&header) != LLC_UI || (saps != LLC_SNAP && saps != LLC_IP))
        return PACKET_NOT_IP;
    if (saps == LLC_IP) {
        *next = (struct step){step_ip, 4};
        return PACKET_OK;
    }
    status = layer_take(layer, 5, &header);
    if (status != PACKET_OK)
        return status;
    uint32_t organisation = (uint32_t)cursor_be16(&header) << 8 | cursor_u8(&header);
    uint16_t type = cursor_be16(&header);
    if (organisation == 0x0000f8 || (organisation == 0 && type > LENGTH_MAX)) { /* RFC 1042 */
        *next = (struct step){step_ethertype, type};
        return PACKET_OK;
    }
    if (organisation == 0x0080c2 && (type == 1 || type == 7)) { /* RFC 2684 5.2, bridged */
        status = type == 7 || cursor_left(&layer->bytes) < 2 || layer->bytes.at[0] != 0
                     ? PACKET_OK
                     : layer_take(layer, 2, &header); /* ATM pads */
        *next = (struct step){step_ethernet, 0};
        return status;
    }
    return PACKET_NOT_IP;
}

/* --- MPLS ------------------------------------------------------------------------------------ */

static bool ethernet_at(const struct layer *layer, size_t offset)
{
    struct cursor c = layer->bytes;
    cursor_skip(&c, offset + 12);
    uint16_t type = cursor_be16(&c);
    return !c.bad && ethertype_known(type);
}

static bool ip_at(const struct layer *layer)
{
    struct cursor c = layer->bytes;
    unsigned first = cursor_u8(&c) >> 4;
    cursor_skip(&c, first == 4 ? 1 : 3);
    size_t length = cursor_be16(&c) + (first == 6 ? 40u : 0u);
    return !c.bad && (first == 4 || first == 6) && length <= layer->wire;
}

/* No field names what the labels carry (RFC 3032 2.2; RFC 4385 4, the control word): IP by its
 * first four bits and its length, or a pseudowire's Ethernet frame by its type. */
enum packet_status step_mpls(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor label;
    bool bottom = false;
    for (int depth = 0; !bottom; depth++) {
        if (depth == LABEL_DEPTH)
            return step_unsupported(out, UNSUPPORTED_DEPTH, 0);
        enum packet_status status = layer_take(layer, 4, &label);
        if (status != PACKET_OK)
            return status;
        bottom = (cursor_be32(&label) & 0x100) != 0;
    }
    if (cursor_left(&layer->bytes) == 0)
        return layer->wire > 0 ? PACKET_TRUNCATED : PACKET_MALFORMED;
    unsigned first = layer->bytes.at[0] >> 4;
    if (ip_at(layer) || ((first == 4 || first == 6) && !ethernet_at(layer, 0))) {
        *next = (struct step){step_ip, 0};
        return PACKET_OK;
    }
    bool control_word = first == 0 && ethernet_at(layer, 4);
    if (!control_word && !ethernet_at(layer, 0))
        return step_unsupported(out, UNSUPPORTED_ETHERTYPE, 0x8847);
    if (control_word)
        layer_take(layer, 4, &label);
    return bridged(layer, out, next);
}
