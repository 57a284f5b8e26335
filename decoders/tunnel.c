/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tunnel: what carries packets inside IP. GRE names what it carries; a tunnel over UDP has nothing
 * but its port, which any client may have chosen for its own, so its header must be as the
 * specification has it to the last reserved bit. */
#include "step.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

#define PORT_DNS   53
#define PORT_HTTPS 443

/* --- GRE ------------------------------------------------------------------------------------- */

#define GRE_CHECKSUM 0x8000 /* RFC 2784 2.1; RFC 2890; the same bits in RFC 2637 4.1 */
#define GRE_ROUTING  0x4000
#define GRE_KEY      0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_ACK      0x0080 /* version 1 */
#define GRE_VERSION  0x0007

static step_decode erspan_2, erspan_3, redirected;

/* ERSPAN's drafts: type I is bare, type II has a sequence number in its GRE header. */
static const struct {
    uint16_t first, last;
    step_decode *decode;
} payloads[] = {
    {0x22eb, 0x22eb, erspan_3},
    {0x883e, 0x883e, redirected},
    {0x8200, 0x82ff, step_wlan}, /* Aruba: from the access point to its controller */
};

#define ERSPAN_1_OR_2 0x88be

static enum packet_status take_gre(struct layer *layer, uint16_t *flags, uint16_t *protocol)
{
    struct cursor header;
    enum packet_status status = layer_take(layer, 4, &header);
    if (status != PACKET_OK)
        return status;
    *flags = cursor_be16(&header);
    *protocol = cursor_be16(&header);
    bool point_to_point = (*flags & GRE_VERSION) == 1; /* PPTP */
    if ((*flags & GRE_VERSION) > 1)
        return PACKET_UNSUPPORTED;
    size_t more = (*flags & GRE_KEY ? 4u : 0u) + (*flags & GRE_SEQUENCE ? 4u : 0u);
    if (point_to_point)
        more += *flags & GRE_ACK ? 4u : 0u;
    else
        more += *flags & (GRE_CHECKSUM | GRE_ROUTING) ? 4u : 0u;
    return layer_take(layer, more, &header);
}

enum packet_status step_gre(struct layer *layer, struct packet *out, struct step *next)
{
    uint16_t flags, protocol;
    enum packet_status status = take_gre(layer, &flags, &protocol);
    if (status == PACKET_UNSUPPORTED)
        return step_unsupported(out, UNSUPPORTED_IP_PROTOCOL, 47);
    if (status != PACKET_OK)
        return status;
    step_inside(out);
    if (layer->wire == 0)
        return PACKET_NOT_IP; /* PPTP's bare acknowledgement, a keepalive */
    *next = (struct step){step_ethertype, protocol};
    if (protocol == ERSPAN_1_OR_2)
        next->decode = flags & GRE_SEQUENCE ? erspan_2 : step_ethernet;
    for (size_t i = 0; i < ARRAY_LENGTH(payloads); i++) {
        if (protocol >= payloads[i].first && protocol <= payloads[i].last)
            *next = (struct step){payloads[i].decode, 0};
    }
    return PACKET_OK;
}

/* The frame's own tag is in the header unless "en" says that the frame still has it. */
#define ERSPAN_TAG_KEPT 3

static void note_erspan_vlan(uint16_t version_vlan, uint16_t bits, struct packet *out)
{
    if ((version_vlan & 0xfff) != 0 && (bits >> 11 & 3) != ERSPAN_TAG_KEPT && (bits >> 11 & 3) != 0)
        out->vlan[out->vlans++] = version_vlan & 0xfff; /* the first: step_inside() */
}

static enum packet_status erspan_2(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header;
    enum packet_status status = layer_take(layer, 8, &header);
    if (status != PACKET_OK)
        return status;
    uint16_t version_vlan = cursor_be16(&header);
    note_erspan_vlan(version_vlan, cursor_be16(&header), out);
    *next = (struct step){step_ethernet, 0};
    return version_vlan >> 12 == 1 ? PACKET_OK : PACKET_MALFORMED;
}

static enum packet_status erspan_3(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header;
    (void)out;
    enum packet_status status = layer_take(layer, 12, &header);
    if (status != PACKET_OK)
        return status;
    uint16_t version_vlan = cursor_be16(&header);
    cursor_skip(&header, 8); /* session, time stamp, security group */
    uint16_t bits = cursor_be16(&header);
    unsigned type = bits >> 10 & 0x1f;
    if (version_vlan >> 12 != 2 || (type != 0 && type != 2))
        return PACKET_MALFORMED;
    if (bits & 1) /* the platform's own eight bytes */
        status = layer_take(layer, 8, &header);
    *next = type == 2 ? (struct step){step_ip, 0} : (struct step){step_ethernet, 0};
    return status;
}

/* WCCP version 2 puts four bytes before the IP packet, version 1 none. */
static enum packet_status redirected(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor peek = layer->bytes;
    (void)out;
    *next = (struct step){step_ip, 4};
    return cursor_u8(&peek) >> 4 == 4 || peek.bad ? PACKET_OK : layer_take(layer, 4, &peek);
}

/* Version 3, and reserved bits. */
enum packet_status step_etherip(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header;
    (void)out;
    *next = (struct step){step_ethernet, 0};
    return layer_take(layer, 2, &header);
}

/* --- over UDP -------------------------------------------------------------------------------- */

/* With the flag P the last byte of the first word names the payload (draft VXLAN-GPE 3.1); else it
 * is an Ethernet frame (RFC 7348 5). */
#define VXLAN_ID    0x08000000u
#define VXLAN_NEXT  0x04000000u
#define VXLAN_FIXED 0xffffff00u

static const struct step vxlan_next[] = {
    [1] = {step_ip, 4}, [2] = {step_ip, 6}, [3] = {step_ethernet, 0}};

static enum packet_status vxlan(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header = {0};
    enum packet_status status = layer_take(layer, 8, &header);
    uint32_t flags = cursor_be32(&header), type = flags & VXLAN_NEXT ? flags & 0xff : 3;
    step_inside(out);
    if (type < ARRAY_LENGTH(vxlan_next))
        *next = vxlan_next[type];
    return status;
}

static bool is_vxlan(struct cursor c, size_t length)
{
    uint32_t flags = cursor_be32(&c), id = cursor_be32(&c), type = flags & 0xff;
    if (c.bad || length < 8 + 14 || (id & 0xff) != 0)
        return false;
    return flags == VXLAN_ID || ((flags & VXLAN_FIXED) == (VXLAN_ID | VXLAN_NEXT) && type > 0 &&
                                 type < ARRAY_LENGTH(vxlan_next));
}

/* RFC 8086 */
static bool is_gre(struct cursor c, size_t length)
{
    uint16_t flags = cursor_be16(&c), protocol = cursor_be16(&c);
    return !c.bad && length > 4 && (flags & ~(GRE_CHECKSUM | GRE_KEY | GRE_SEQUENCE)) == 0 &&
           ethertype_known(protocol);
}

static enum packet_status geneve(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header;
    enum packet_status status = layer_take(layer, 8, &header);
    if (status != PACKET_OK)
        return status;
    size_t options = (size_t)(cursor_u8(&header) & 0x3f) * 4;
    cursor_skip(&header, 1);
    step_inside(out);
    *next = (struct step){step_ethertype, cursor_be16(&header)};
    return layer_take(layer, options, &header);
}

/* RFC 8926 3.4 */
static bool is_geneve(struct cursor c, size_t length)
{
    uint8_t version = cursor_u8(&c), flags = cursor_u8(&c);
    uint16_t type = cursor_be16(&c);
    uint32_t id = cursor_be32(&c);
    return !c.bad && version >> 6 == 0 && (flags & 0x3f) == 0 && ethertype_known(type) &&
           (id & 0xff) == 0 && length >= 8u + (version & 0x3fu) * 4u;
}

/* 3GPP TS 29.281 5.1: the first byte's flags, then type 255 "T-PDU". */
#define GTP_OPTIONAL 0x07 /* any of sequence number, N-PDU number, extension: four bytes then */
#define GTP_EXTENDED 0x04
#define GTP_CHAIN    8 /* extension headers; more are an attack */

static enum packet_status gtp(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header;
    enum packet_status status = layer_take(layer, 8, &header);
    if (status != PACKET_OK)
        return status;
    uint8_t flags = cursor_u8(&header), following = 0;
    if (flags & GTP_OPTIONAL) {
        status = layer_take(layer, 4, &header);
        if (status != PACKET_OK)
            return status;
        cursor_skip(&header, 3);
        following = cursor_u8(&header);
    }
    for (int i = 0; (flags & GTP_EXTENDED) && following != 0; i++) {
        struct cursor peek = layer->bytes;
        size_t length = (size_t)cursor_u8(&peek) * 4;
        if (i == GTP_CHAIN || (!peek.bad && length == 0))
            return PACKET_MALFORMED;
        status = layer_take(layer, length ? length : 4, &header);
        if (status != PACKET_OK)
            return status;
        cursor_skip(&header, length - 1);
        following = cursor_u8(&header);
    }
    step_inside(out);
    *next = (struct step){step_ip, 0};
    return PACKET_OK;
}

static bool is_gtp(struct cursor c, size_t length)
{
    uint8_t flags = cursor_u8(&c), type = cursor_u8(&c);
    size_t rest = cursor_be16(&c);
    return !c.bad && flags >> 4 == 3 && type == 0xff && rest + 8 == length;
}

/* RFC 4380 5.1.1: an authentication part (0001) and an origin part (0000) may stand before the IPv6
 * packet. */
enum packet_status step_teredo(struct layer *layer, struct packet *out, struct step *next)
{
    struct cursor header, peek = layer->bytes;
    enum packet_status status = PACKET_OK;
    uint16_t part = cursor_be16(&peek);
    if (part == 1) {
        size_t lengths = cursor_u8(&peek);
        lengths += cursor_u8(&peek);
        status = layer_take(layer, 4 + lengths + 9, &header);
        peek = layer->bytes;
        part = cursor_be16(&peek);
    }
    if (status == PACKET_OK && part == 0)
        status = layer_take(layer, 8, &header);
    step_inside(out);
    *next = (struct step){step_ip, 6};
    return status;
}

/* Nothing marks it but that all lengths agree. */
static bool is_teredo(struct cursor c, size_t length)
{
    struct cursor start = c;
    uint16_t part = cursor_be16(&c);
    size_t before = 0;
    if (part == 1) {
        before = 4u + cursor_u8(&c) + 9u;
        before += cursor_u8(&c);
        c = start;
        cursor_skip(&c, before);
        part = cursor_be16(&c);
    }
    before += part == 0 ? 8 : 0;
    c = start;
    cursor_skip(&c, before);
    unsigned version = cursor_be32(&c) >> 28;
    size_t rest = cursor_be16(&c);
    return !c.bad && version == 6 && before + 40 + rest == length;
}

static const struct udp_tunnel {
    uint16_t port;
    bool either; /* the port of either end; else of the receiver */
    bool (*is)(struct cursor payload, size_t length);
    step_decode *decode;
} udp_tunnels[] = {
    {4789, false, is_vxlan, vxlan},
    {8472, false, is_vxlan, vxlan}, /* Linux before RFC 7348 */
    {4790, false, is_vxlan, vxlan},
    {4754, false, is_gre, step_gre},
    {6081, false, is_geneve, geneve},
    {2152, true, is_gtp, gtp},
    {3544, true, is_teredo, step_teredo},
};

struct step tunnel_of_udp(const struct packet *udp)
{
    for (size_t i = 0; i < ARRAY_LENGTH(udp_tunnels); i++) {
        const struct udp_tunnel *tunnel = &udp_tunnels[i];
        if (udp->dst_port != tunnel->port && !(tunnel->either && udp->src_port == tunnel->port))
            continue;
        bool dns = udp->src_port == PORT_DNS || udp->src_port == PORT_HTTPS ||
                   udp->dst_port == PORT_DNS || udp->dst_port == PORT_HTTPS;
        if (!dns && tunnel->is(udp->payload, udp->payload_length))
            return (struct step){tunnel->decode, 0};
    }
    return (struct step){0};
}
