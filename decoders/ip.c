/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ip: no checksum is verified: a capture on the sending machine holds packets whose checksums the
 * network card has yet to write. */
#include "ip.h"

#include <netinet/in.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

#define EXTENSION_HEADERS 16 /* RFC 8200 4.1 has at most eight; a longer chain is an attack */
#define MOBILITY          135
#define HIP               139
#define SHIM6             140

/* Headers between IP and transport. The second byte tells the length: times `unit`, plus `base`. */
struct extension {
    uint8_t protocol, unit, base;
    bool ipv4; /* stands behind IPv4 as well */
};

static const struct extension extensions[] = {
    {IPPROTO_HOPOPTS, 8, 8, false}, {IPPROTO_ROUTING, 8, 8, false},
    {IPPROTO_DSTOPTS, 8, 8, false}, {IPPROTO_FRAGMENT, 0, 8, false}, /* always eight bytes */
    {IPPROTO_AH, 4, 8, true},                                        /* RFC 4302 2.2 */
    {MOBILITY, 8, 8, false},        {HIP, 8, 8, false},
    {SHIM6, 8, 8, false},
};

static const struct extension *find_extension(uint8_t protocol, bool ipv4)
{
    for (size_t i = 0; i < ARRAY_LENGTH(extensions); i++) {
        if (extensions[i].protocol == protocol)
            return extensions[i].ipv4 || !ipv4 ? &extensions[i] : NULL;
    }
    return NULL;
}

/* Offset in eight-byte units, and whether more fragments follow. */
static void note_fragment(struct ip *out, unsigned offset, bool more, uint32_t id)
{
    out->later_fragment = offset != 0;
    out->first_fragment = offset == 0 && more;
    out->fragment.id = id;
    out->fragment.offset = (uint16_t)(offset * 8);
    out->fragment.more = more;
}

static void note_rest(struct ip *out, const struct layer *layer)
{
    out->fragment.protocol = out->protocol;
    out->fragment.rest = *layer;
}

/* Ends at the first header that is none of these, or behind a later fragment's header: what follows
 * that is the middle of something. */
static enum packet_status take_extensions(struct layer *layer, struct ip *out, bool ipv4)
{
    for (int i = 0; !out->later_fragment; i++) {
        const struct extension *extension = find_extension(out->protocol, ipv4);
        if (extension == NULL)
            return PACKET_OK;
        if (i == EXTENSION_HEADERS)
            return PACKET_UNSUPPORTED;

        struct cursor header;
        enum packet_status status = layer_take(layer, 8, &header);
        if (status != PACKET_OK)
            return status;
        out->protocol = cursor_u8(&header);
        size_t more = (size_t)cursor_u8(&header) * extension->unit + extension->base - 8;
        if (extension->protocol == IPPROTO_FRAGMENT) { /* RFC 8200 4.5 */
            uint16_t field = cursor_be16(&header);
            note_fragment(out, field >> 3, (field & 1) != 0, cursor_be32(&header));
            note_rest(out, layer);
        }
        status = layer_take(layer, more, &header);
        if (status != PACKET_OK)
            return status;
    }
    return PACKET_OK;
}

/* Lengths: where the frame was shorter than the IP header says, the writer of the capture did not
 * know the wire's length; the header is believed, and the rest is missing from the capture. 0 says
 * nothing: the sender left it to its network card (segmentation offload), or a jumbogram. */

static enum packet_status decode_ipv4(struct layer *layer, bool quote, struct ip *out)
{
    struct cursor header;
    enum packet_status status = layer_take(layer, 20, &header);
    if (status != PACKET_OK)
        return status;

    size_t length = (size_t)(cursor_u8(&header) & 0xf) * 4;
    cursor_skip(&header, 1);
    size_t total = cursor_be16(&header);
    out->id = cursor_be16(&header);
    out->has_id = true;
    uint16_t fragment = cursor_be16(&header);
    out->ttl = cursor_u8(&header);
    out->protocol = cursor_u8(&header);
    cursor_skip(&header, 2);
    out->src = addr_ipv4(cursor_bytes(&header, 4));
    out->dst = addr_ipv4(cursor_bytes(&header, 4));
    note_fragment(out, fragment & 0x1fff, (fragment & 0x2000) != 0, out->id);

    if (length < 20 || (total > 0 && total < length && !quote))
        return PACKET_MALFORMED;
    if (total > 0 && !quote)
        layer_trim(layer, total - 20);
    status = layer_take(layer, length - 20, &header); /* options */
    if (status != PACKET_OK)
        return status;
    note_rest(out, layer);
    return take_extensions(layer, out, true);
}

static enum packet_status decode_ipv6(struct layer *layer, bool quote, struct ip *out)
{
    struct cursor header;
    enum packet_status status = layer_take(layer, 40, &header);
    if (status != PACKET_OK)
        return status;

    cursor_skip(&header, 4);
    size_t length = cursor_be16(&header);
    out->protocol = cursor_u8(&header);
    out->ttl = cursor_u8(&header);
    out->src = addr_ipv6(cursor_bytes(&header, 16));
    out->dst = addr_ipv6(cursor_bytes(&header, 16));
    if (length > 0 && !quote)
        layer_trim(layer, length);
    return take_extensions(layer, out, false);
}

enum packet_status ip_decode_rest(struct layer *layer, struct ip *out)
{
    out->first_fragment = out->later_fragment = false;
    return take_extensions(layer, out, out->src.family == ADDR_IPV4);
}

enum packet_status ip_decode(struct layer *layer, unsigned version, bool quote, struct ip *out)
{
    *out = (struct ip){0};
    struct cursor peek = layer->bytes;
    unsigned first = cursor_u8(&peek) >> 4;
    if (peek.bad)
        return layer->wire > 0 ? PACKET_TRUNCATED : PACKET_MALFORMED;
    if ((first != 4 && first != 6) || (version != 0 && version != first))
        return PACKET_MALFORMED;
    return first == 4 ? decode_ipv4(layer, quote, out) : decode_ipv6(layer, quote, out);
}
