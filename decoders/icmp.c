/* SPDX-License-Identifier: GPL-2.0-or-later */
/* icmp: an error's worth lies in its quote, and a quote is short, rewritten by a NAT on its way or
 * cut by the snap length: each of its facts is taken for itself, and a missing one damns nothing.
 */
#include "icmp.h"

#include <netinet/in.h>

#include "ip.h"

static bool is_error(uint8_t type, bool ipv6)
{
    if (ipv6)
        return type < 128;
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* A field of the quoted transport header counts if all bytes up to its end are there. */
static void read_quoted_transport(struct cursor c, struct packet_quote *out)
{
    bool udp = out->protocol == IPPROTO_UDP;
    if (!udp && out->protocol != IPPROTO_TCP)
        return;

    out->src_port = cursor_be16(&c);
    out->dst_port = cursor_be16(&c);
    out->has_ports = !c.bad;
    if (udp) {
        cursor_skip(&c, 4);
        out->dns_id = cursor_be16(&c);
        out->has_dns_id = !c.bad;
    } else {
        out->seq = cursor_be32(&c);
        out->has_seq = !c.bad;
    }
}

static void read_quote(struct layer *layer, struct packet_quote *out)
{
    struct ip ip;
    enum packet_status status = ip_decode(layer, 0, true, &ip);
    out->src = ip.src;
    out->dst = ip.dst;
    out->protocol = ip.protocol;
    if (status == PACKET_OK && !ip.later_fragment)
        read_quoted_transport(layer->bytes, out);
}

enum packet_status icmp_decode(struct layer *layer, bool ipv6, struct packet *out)
{
    struct cursor header;
    enum packet_status status = layer_take(layer, 4, &header);
    if (status != PACKET_OK)
        return status;
    uint8_t type = cursor_u8(&header);
    uint8_t code = cursor_u8(&header);
    if (!is_error(type, ipv6))
        return PACKET_OK;

    out->kind = PACKET_ICMP_ERROR;
    out->icmp.type = type;
    out->icmp.code = code;
    if (layer_take(layer, 4, &header) == PACKET_OK) { /* a word that depends on the type */
        uint32_t word = cursor_be32(&header);
        if (!ipv6 && type == 3 && code == 4) /* older routers leave it empty (RFC 1191 4) */
            out->icmp.mtu = word & 0xffff;
        else if (ipv6 && type == 2)
            out->icmp.mtu = word;
        read_quote(layer, &out->icmp.quote);
    }
    return PACKET_OK;
}
