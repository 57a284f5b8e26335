/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet: link, network and transport in turn. Each takes its header off the layer that is left. */
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

static enum packet_status refuse_tunnel(struct layer *layer, struct packet *out)
{
    (void)layer;
    (void)out;
    return PACKET_UNSUPPORTED;
}

/* By protocol number; one that is not listed is PACKET_OTHER. */
static const struct {
    uint8_t protocol;
    enum packet_status (*decode)(struct layer *layer, struct packet *out);
} transports[] = {
    {IPPROTO_TCP, decode_tcp},
    {IPPROTO_UDP, decode_udp},
    {IPPROTO_ICMP, decode_icmpv4},
    {IPPROTO_ICMPV6, decode_icmpv6},
    {4, refuse_tunnel},  /* IPv4 in IP */
    {41, refuse_tunnel}, /* IPv6 in IP */
    {IPPROTO_GRE, refuse_tunnel},
    {97, refuse_tunnel},  /* Ethernet in IP */
    {115, refuse_tunnel}, /* L2TPv3 */
    {137, refuse_tunnel}, /* MPLS in IP */
    {143, refuse_tunnel}, /* Ethernet in IPv6, RFC 8986 */
};

static enum packet_status decode_transport(struct layer *layer, struct packet *out)
{
    for (size_t i = 0; i < ARRAY_LENGTH(transports); i++) {
        if (transports[i].protocol != out->protocol)
            continue;
        enum packet_status status = transports[i].decode(layer, out);
        /* A first fragment that is too small for its header is whole only in the next ones. */
        return status == PACKET_MALFORMED && out->first_fragment ? PACKET_UNSUPPORTED : status;
    }
    return PACKET_OK;
}

enum packet_status packet_decode(const struct frame *frame, struct packet *out)
{
    *out = (struct packet){.ref = frame->ref, .time = frame->time, .kind = PACKET_OTHER};

    struct layer layer;
    unsigned version;
    enum packet_status status = link_decode(frame, out, &layer, &version);
    if (status != PACKET_OK)
        return status;

    struct ip ip;
    status = ip_decode(&layer, version, false, &ip);
    out->src = ip.src;
    out->dst = ip.dst;
    out->protocol = ip.protocol;
    out->ttl = ip.ttl;
    out->ip_id = ip.id;
    out->has_ip_id = ip.has_id;
    out->first_fragment = ip.first_fragment;
    if (status != PACKET_OK)
        return status;
    if (ip.later_fragment)
        return PACKET_UNSUPPORTED;
    return decode_transport(&layer, out);
}
