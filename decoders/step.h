/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step: who decodes the layer that is left. Each decoder takes its header off and names the next,
 * so that any encapsulation can stand in any other; packet_decode() alone goes from step to step,
 * and bounds how many there are. */
#ifndef DECODERS_STEP_H
#define DECODERS_STEP_H

#include "layer.h"

struct step;

/* Sets next->decode, or leaves it NULL where the packet ends here. */
typedef enum packet_status step_decode(struct layer *layer, struct packet *out, struct step *next);

struct step {
    step_decode *decode;
    uint32_t number; /* what named it: a link type, an ethertype, an IP version (0: it tells) … */
};

/* The number that named this step is in next->number when it is called. */
step_decode step_link;      /* a link type (link.c) */
step_decode step_ethernet;  /* an Ethernet header (ethernet.c) */
step_decode step_ethertype; /* what that ethertype stands for, VLAN tags first (ethernet.c) */
step_decode step_llc;       /* IEEE 802.2 LLC, SNAP (ethernet.c) */
step_decode step_mpls;      /* RFC 3032 (ethernet.c) */
step_decode step_ppp;       /* RFC 1661, with or without RFC 1662's two bytes (ppp.c) */
step_decode step_pppoe;     /* RFC 2516, session (ppp.c) */
step_decode step_wlan;      /* IEEE 802.11 (wlan.c); WLAN_PADDED: its header to four bytes */
step_decode step_radiotap;  /* and what else describes the radio (radio.c) */
step_decode step_prism;
step_decode step_avs;
step_decode step_ppi;
step_decode step_ip;      /* an IP packet of that version (packet.c) */
step_decode step_gre;     /* RFC 2784, 2890, 2637 (tunnel.c) */
step_decode step_etherip; /* RFC 3378 (tunnel.c) */
step_decode step_teredo;  /* RFC 4380 (tunnel.c) */

enum { WLAN_PADDED = 1 };

/* Whether an ethertype is one that step_ethertype() finds an IP packet behind: to tell a guess. */
bool ethertype_known(uint16_t ethertype);

/* The tunnel that a UDP datagram carries by its port and its first bytes; decode NULL: none. */
struct step tunnel_of_udp(const struct packet *udp);

/* What is inside a tunnel is a packet of its own: nothing of the outer one is its. */
static inline void step_inside(struct packet *out)
{
    out->has_mac = false;
    out->vlans = 0;
    out->tunnel = true;
}

static inline enum packet_status step_unsupported(struct packet *out, enum unsupported_kind kind,
                                                  uint32_t number)
{
    out->unsupported = (struct unsupported){.kind = kind, .number = number};
    return PACKET_UNSUPPORTED;
}

#endif
