/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet: the arrow from decode to track. One flat struct holds every fact of the link, network and
 * transport headers that anybody later needs; after packet_decode() nobody sees raw memory but
 * through the bounds-checked `payload`.
 *
 * packet_decode() is pure: no I/O, no configuration, no clock, no allocation. */
#ifndef DECODERS_PACKET_H
#define DECODERS_PACKET_H

#include "addr.h"
#include "cursor.h"
#include "frame.h"

#define PACKET_VLANS 4 /* deeper stacks are decoded, only the outermost four are kept */

enum packet_kind {
    PACKET_OTHER,     /* IP, but none of the below (ICMP echo, ESP, IGMP, …) */
    PACKET_UDP,       /* ports and payload are set */
    PACKET_TCP,       /* ports, tcp and payload are set */
    PACKET_ICMP_ERROR /* icmp is set: RFC 792, RFC 4443 type < 128 */
};

/* What can't be decoded, so that it can be named. */
enum unsupported_kind {
    UNSUPPORTED_LINK_TYPE,    /* number: as the capture has it */
    UNSUPPORTED_ETHERTYPE,    /* number: the ethertype */
    UNSUPPORTED_PPP_PROTOCOL, /* number: the PPP protocol */
    UNSUPPORTED_IP_PROTOCOL,  /* number: the IP protocol */
    UNSUPPORTED_ENCRYPTED,    /* 802.11 with the Protected bit: only its keys would open it */
    UNSUPPORTED_FRAGMENT,     /* a later fragment, or the first one of a tunnel's packet */
    UNSUPPORTED_STREAM,       /* DNS over TCP, in a build that puts no streams together */
    UNSUPPORTED_DEPTH,        /* more headers in each other than any network has */
    UNSUPPORTED_KINDS
};

struct unsupported {
    uint32_t kind; /* enum unsupported_kind */
    uint32_t number;
};

enum packet_status {
    PACKET_OK,          /* `packet` is filled in (its kind may still be PACKET_OTHER) */
    PACKET_NOT_IP,      /* a frame of no interest: ARP, LLDP, a management frame */
    PACKET_TRUNCATED,   /* the capture's snap length cut a header that is needed */
    PACKET_MALFORMED,   /* a header contradicts itself or the frame's length */
    PACKET_UNSUPPORTED, /* see `unsupported` */
};

enum tcp_flags {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_ACK = 0x10,
    TCP_ECE = 0x40,
    TCP_CWR = 0x80
};

/* The packet that an ICMP error quotes: its own header and at least eight bytes more (RFC 792). */
struct packet_quote {
    struct addr src, dst; /* ADDR_NONE where the quote was too short or damaged */
    uint8_t protocol;     /* IPPROTO_ value */
    bool has_ports, has_seq, has_dns_id;
    uint16_t src_port, dst_port;
    uint32_t seq;    /* TCP: to tell one attempt from the next */
    uint16_t dns_id; /* UDP: first two bytes of the payload */
};

struct packet {
    struct frame_ref ref;
    nstime time;

    /* Link-layer sender, where has_mac: ties a host's IPv4 and IPv6 together. */
    uint8_t mac[6];
    bool has_mac;
    uint8_t vlans;               /* how many of vlan[] are set */
    uint16_t vlan[PACKET_VLANS]; /* ids, outermost first; priority tags (id 0) are left out */
    bool tunnel; /* the innermost packet of a tunnel over IP: mac and vlan are its */

    struct unsupported unsupported; /* where the result is PACKET_UNSUPPORTED */
    uint8_t part;                   /* which of the frame's packets this is, from 0 */
    bool more;                      /* another part follows (802.11 A-MSDU) */

    struct addr src, dst;
    uint8_t protocol; /* IPPROTO_ value behind all extension headers */
    uint8_t ttl;      /* or hop limit */
    uint16_t ip_id;   /* IPv4 only, where has_ip_id */
    bool has_ip_id;
    /* Offset 0 with more to come: payload is a beginning. payload_length is then the whole
     * datagram's for UDP (its header tells), this fragment's for TCP. */
    bool first_fragment;
    /* It is a fragment, the first or a later one, which is PACKET_UNSUPPORTED by itself. */
    bool fragment;
    struct {
        uint8_t protocol;      /* of the first byte, in a first fragment */
        bool more;             /* … to come behind it */
        uint16_t offset;       /* in bytes */
        uint32_t id;           /* what all fragments of a datagram have in common */
        uint32_t length;       /* on the wire */
        struct cursor payload; /* as much of it as the capture holds */
    } piece;

    uint8_t kind; /* enum packet_kind */
    uint16_t src_port, dst_port;

    struct {
        uint32_t seq, ack;
        uint16_t window; /* as on the wire, unscaled */
        uint8_t flags;   /* enum tcp_flags */
    } tcp;
    uint32_t payload_length; /* bytes of UDP or TCP payload by the headers' lengths */
    struct cursor payload;   /* those of them that the capture holds; valid as long as the frame */
    struct cursor header;    /* IPv4: the header with its options, for checksum.h */
    struct cursor segment;   /* the transport header and its payload, as far as captured … */
    uint32_t segment_length; /* … and by the IP header's length */

    struct {
        uint8_t type, code;
        uint32_t mtu; /* of the next link, where the error names it; 0: it does not */
        struct packet_quote quote;
    } icmp;
};

/* A frame holds one packet, or several (IEEE 802.11 A-MSDU): part 0 first, and the next as long as
 * `more` is set, whatever the result. A packet of a tunnel counts as the innermost one.
 *
 * Every member of out is set in any case; where the result is not PACKET_OK, only ref, time, mac,
 * vlan, unsupported and more, and src and dst as far as an IP header could be read, mean something.
 * Lengths decide what is padding; where a header claims more than the frame's length, the header is
 * believed and the rest taken as not captured. No checksum is verified. */
enum packet_status packet_decode(const struct frame *frame, uint8_t part, struct packet *out);

/* Decodes what was put together out of fragments: `bytes` is all that was behind the IP header.
 * Link and addresses are those of the first fragment, which packet_decode() gave; ref and time are
 * its too. The result may be a fragment again: of a tunnel's inner packet. */
enum packet_status packet_decode_whole(const struct packet *first, struct cursor bytes,
                                       struct packet *out);

/* Whether frames of this link type can be decoded at all. */
bool packet_linktype_supported(uint32_t linktype);
/* "EN10MB"; NULL where it is not supported. */
const char *packet_linktype_name(uint32_t linktype);

#endif
