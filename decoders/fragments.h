/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fragments: waits for the fragments of IP packets until one makes its packet whole. A bounded
 * table as every tracker's (keyed hash, the oldest evicted and counted); time is the caller's, so a
 * replay is the same at any speed.
 *
 * The first fragment holds the ports and often the DNS header and question. It is kept back, since
 * the whole tells more, and is given out by itself where that does not come: a capture filter on a
 * port catches no other fragment. Fragments that overlap are dropped with all of their packet (RFC
 * 5722); copies, as a mirror port makes them, are none. */
#ifndef DECODERS_FRAGMENTS_H
#define DECODERS_FRAGMENTS_H

#include "packet.h"
#include "reassembler.h"

struct fragment_limits {
    nstime wait;    /* for all fragments (30 s) */
    nstime release; /* for the others, before the first one is given out (2 s) */
    uint32_t max;   /* packets that are waited for at once; at most REASSEMBLER_DATAGRAMS */
};

struct fragments;

/* reassembler: stays the caller's; NULL: there is none, and every fragment stands alone. */
struct fragments *fragments_new(const struct fragment_limits *limits, const uint64_t key[2],
                                struct reassembler *reassembler);
void fragments_free(struct fragments *f);

enum fragment_fate {
    FRAGMENT_ALONE, /* it can't be kept: it tells what it tells by itself */
    FRAGMENT_KEPT,  /* … or was dropped */
    FRAGMENT_WHOLE  /* *bytes is all that was behind the IP header, *first what the headers told */
};

/* Takes a packet whose `fragment` is set; decoded: it was PACKET_OK. What is given out is valid
 * until the next call; *first's ref and time are those of the fragment that completed it. */
enum fragment_fate fragments_take(struct fragments *f, nstime now, const struct packet *packet,
                                  bool decoded, struct packet *first, struct cursor *bytes);

/* When something is due; NSTIME_NEVER. */
nstime fragments_next(const struct fragments *f);
/* Forgets what is due before `now`, or had to make way. True where a first fragment is to be told
 * by itself: call it again; it is valid until the next call. With NSTIME_NEVER all is due. */
bool fragments_release(struct fragments *f, nstime now, struct packet *first);

/* Fragments that were given up since the last call: their packet never became whole. */
uint64_t fragments_lost(struct fragments *f);
/* Packets that had to make way for newer ones. */
uint64_t fragments_evicted(const struct fragments *f);

#endif
