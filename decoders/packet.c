/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet: from step to step until the innermost packet is decoded: IP and what it carries are here,
 * the rest is in link.c, ethernet.c, ppp.c, wlan.c, radio.c and tunnel.c. */
#include "packet.h"

#include <netinet/in.h>

#include "icmp.h"
#include "ip.h"
#include "link.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

/* What is left is payload, of which the headers say there are `length` bytes. */
static void set_payload(const struct layer *layer, size_t length, struct packet *out)
{
    out->payload = layer->bytes;
    cursor_trim(&out->payload, length);
    out->payload_length = (uint32_t)length;
}

static enum packet_status decode_udp(struct layer *layer, struct packet *out)
{
    struct cursor header;
    enum packet_status status = layer_take(layer, 8, &header);
    if (status != PACKET_OK)
        return status;

    out->src_port = cursor_be16(&header);
    out->dst_port = cursor_be16(&header);
    size_t length = cursor_be16(&header);
    if (length == 0) /* jumbogram (RFC 2675 4) or offload: all that is there */
        length = layer->wire + 8;
    if (length < 8)
        return PACKET_MALFORMED;
    length -= 8;
    if (length > layer->wire && !out->first_fragment)
        length = layer->wire;
    out->kind = PACKET_UDP;
    set_payload(layer, length, out);
    return PACKET_OK;
}

static enum packet_status decode_tcp(struct layer *layer, struct packet *out)
{
    struct cursor header;
    enum packet_status status = layer_take(layer, 20, &header);
    if (status != PACKET_OK)
        return status;

    out->src_port = cursor_be16(&header);
    out->dst_port = cursor_be16(&header);
    out->tcp.seq = cursor_be32(&header);
    out->tcp.ack = cursor_be32(&header);
    size_t length = (size_t)(cursor_u8(&header) >> 4) * 4;
    out->tcp.flags = cursor_u8(&header);
    out->tcp.window = cursor_be16(&header);
    if (length < 20 || length - 20 > layer->wire)
        return PACKET_MALFORMED;

    /* Nobody needs the options: where the snap length cut them, the segment is good still. */
    size_t options = length - 20;
    size_t here = cursor_left(&layer->bytes);
    cursor_skip(&layer->bytes, options < here ? options : here);
    out->kind = PACKET_TCP;
    set_payload(layer, layer->wire - options, out);
    return PACKET_OK;
}

static enum packet_status decode_icmpv4(struct layer *layer, struct packet *out)
{
    return out->src.family == ADDR_IPV4 ? icmp_decode(layer, false, out) : PACKET_OK;
}

static enum packet_status decode_icmpv6(struct layer *layer, struct packet *out)
{
    return out->src.family == ADDR_IPV6 ? icmp_decode(layer, true, out) : PACKET_OK;
}

/* Tunnels over IP that are decoded, and those that would hold an IP packet. A number that is in
 * neither table is PACKET_OTHER. */
static const struct {
    uint8_t protocol;
    step_decode *decode; /* NULL: unsupported */
    uint32_t number;
} tunnels[] = {
    {4, step_ip, 4},  /* RFC 2003 */
    {41, step_ip, 6}, /* RFC 4213 */
    {IPPROTO_GRE, step_gre, 0},
    {97, step_etherip, 0},   /* RFC 3378 */
    {137, step_mpls, 0},     /* RFC 4023 */
    {143, step_ethernet, 0}, /* RFC 8986 */
    {115, NULL, 0},          /* L2TPv3 */
};

static const struct {
    uint8_t protocol;
    enum packet_status (*decode)(struct layer *layer, struct packet *out);
} transports[] = {
    {IPPROTO_TCP, decode_tcp},
    {IPPROTO_UDP, decode_udp},
    {IPPROTO_ICMP, decode_icmpv4},
    {IPPROTO_ICMPV6, decode_icmpv6},
};

/* A tunnel's first fragment holds the beginning of a packet that is whole only in the next ones. */
static enum packet_status enter_tunnel(struct packet *out, struct step *next)
{
    for (size_t i = 0; i < ARRAY_LENGTH(tunnels); i++) {
        if (tunnels[i].protocol != out->protocol)
            continue;
        if (!tunnels[i].decode)
            return step_unsupported(out, UNSUPPORTED_IP_PROTOCOL, out->protocol);
        if (out->first_fragment)
            return step_unsupported(out, UNSUPPORTED_FRAGMENT, 0);
        if (out->protocol != IPPROTO_GRE)
            step_inside(out);
        *next = (struct step){tunnels[i].decode, tunnels[i].number};
        return PACKET_OK;
    }
    return PACKET_OK;
}

static enum packet_status decode_transport(struct layer *layer, struct packet *out,
                                           struct step *next)
{
    for (size_t i = 0; i < ARRAY_LENGTH(transports); i++) {
        if (transports[i].protocol != out->protocol)
            continue;
        enum packet_status status = transports[i].decode(layer, out);
        /* A first fragment that is too small for its header is whole only in the next ones. */
        if (status == PACKET_MALFORMED && out->first_fragment)
            return step_unsupported(out, UNSUPPORTED_FRAGMENT, 0);
        if (status == PACKET_OK && out->kind == PACKET_UDP && !out->first_fragment) {
            *next = tunnel_of_udp(out);
            if (next->decode)
                *layer = (struct layer){.bytes = out->payload, .wire = out->payload_length};
        }
        return status;
    }
    return enter_tunnel(out, next);
}

static void note_fragment(const struct ip *ip, struct packet *out)
{
    out->first_fragment = ip->first_fragment;
    out->fragment = ip->first_fragment || ip->later_fragment;
    if (!out->fragment)
        return;
    out->piece.protocol = ip->fragment.protocol;
    out->piece.more = ip->fragment.more;
    out->piece.offset = ip->fragment.offset;
    out->piece.id = ip->fragment.id;
    out->piece.length = (uint32_t)ip->fragment.rest.wire;
    out->piece.payload = ip->fragment.rest.bytes;
}

enum packet_status step_ip(struct layer *layer, struct packet *out, struct step *next)
{
    struct ip ip;
    const uint8_t *start = layer->bytes.at;
    enum packet_status status = ip_decode(layer, next->number, false, &ip);
    next->decode = NULL;
    out->src = ip.src;
    out->dst = ip.dst;
    out->protocol = ip.protocol;
    out->ttl = ip.ttl;
    out->ip_id = ip.id;
    out->has_ip_id = ip.has_id;
    note_fragment(&ip, out);
    out->kind = PACKET_OTHER;
    if (status == PACKET_UNSUPPORTED)
        return step_unsupported(out, UNSUPPORTED_DEPTH, 0);
    if (status != PACKET_OK)
        return status;
    if (ip.later_fragment)
        return step_unsupported(out, UNSUPPORTED_FRAGMENT, 0);
    out->header = cursor_make(start, ip.src.family == ADDR_IPV4 ? (start[0] & 0xfu) * 4 : 0);
    out->segment = layer->bytes;
    out->segment_length = (uint32_t)layer->wire;
    return decode_transport(layer, out, next);
}

/* Headers in each other: a provider's stack in a mirror's tunnel has a dozen. */
#define STEPS_MAX 24

static enum packet_status go_on(struct layer *layer, struct step next, struct packet *out)
{
    enum packet_status status = PACKET_OK;
    for (int depth = 0; status == PACKET_OK && next.decode; depth++) {
        if (depth == STEPS_MAX)
            return step_unsupported(out, UNSUPPORTED_DEPTH, 0);
        step_decode *decode = next.decode;
        next.decode = NULL;
        status = decode(layer, out, &next);
    }
    return status;
}

enum packet_status packet_decode(const struct frame *frame, uint8_t part, struct packet *out)
{
    *out =
        (struct packet){.ref = frame->ref, .time = frame->time, .kind = PACKET_OTHER, .part = part};

    struct layer layer;
    enum packet_status status = link_begin(frame, &layer);
    if (status == PACKET_OK)
        status = go_on(&layer, (struct step){step_link, frame->linktype}, out);
    if (status != PACKET_OK)
        out->kind = PACKET_OTHER; /* of a tunnel, only the outside was */
    return status;
}

enum packet_status packet_decode_whole(const struct packet *first, struct cursor bytes,
                                       struct packet *out)
{
    struct layer layer = {.bytes = bytes, .wire = cursor_left(&bytes)};
    struct step next = {0};
    struct ip ip = {.src = first->src, .protocol = first->piece.protocol};
    enum packet_status status = ip_decode_rest(&layer, &ip);
    *out = *first;
    out->kind = PACKET_OTHER;
    out->protocol = ip.protocol;
    note_fragment(&ip, out);
    if (status == PACKET_UNSUPPORTED || ip.later_fragment || ip.first_fragment)
        return step_unsupported(out, UNSUPPORTED_DEPTH, 0);
    out->header = (struct cursor){0}; /* each fragment had one */
    out->segment = layer.bytes;
    out->segment_length = (uint32_t)layer.wire;
    if (status == PACKET_OK)
        status = decode_transport(&layer, out, &next);
    if (status == PACKET_OK)
        status = go_on(&layer, next, out);
    if (status != PACKET_OK)
        out->kind = PACKET_OTHER;
    return status;
}
