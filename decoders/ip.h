/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ip: IPv4 and IPv6 headers, with all that stands before the transport header. Used for packets and
 * for the packets that ICMP errors quote. */
#ifndef DECODERS_IP_H
#define DECODERS_IP_H

#include "layer.h"

struct ip {
    struct addr src, dst;
    uint8_t protocol; /* behind extension headers */
    uint8_t ttl;
    uint16_t id; /* IPv4, where has_id */
    bool has_id;
    bool first_fragment, later_fragment;
    /* Where it is one of them: all that is behind the IP header (RFC 791 3.2) or the fragment
     * header (RFC 8200 4.5). */
    struct {
        uint8_t protocol; /* of its first byte, in a first fragment */
        uint32_t id;
        uint16_t offset; /* in bytes */
        bool more;       /* … to come behind it */
        struct layer rest;
    } fragment;
};

/* Takes the IP header and all extension headers off. `version` 0: the first four bits tell. In a
 * quote lengths are not looked at: routers rewrite them, and only its beginning is there. What was
 * read is set in out even where the result is not PACKET_OK. */
enum packet_status ip_decode(struct layer *layer, unsigned version, bool quote, struct ip *out);

/* The extension headers that stand before the transport header, in what was put together out of
 * fragments. out: as the IP header left it; its protocol is the first byte's. */
enum packet_status ip_decode_rest(struct layer *layer, struct ip *out);

#endif
