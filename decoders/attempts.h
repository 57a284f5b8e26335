/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attempts: follows TCP connection tries from the first SYN to the server's first byte, by the
 * contract's rules ("Outcomes"). Same manners as exchanges.h. */
#ifndef DECODERS_ATTEMPTS_H
#define DECODERS_ATTEMPTS_H

#include "outcome.h"

struct attempt_limits {
    nstime deadline; /* from the first SYN, the open, or the first data (5 s) */
    nstime give_up;  /* a SYN-ACK still counts this long after the newest SYN (30 s) */
    nstime abort;    /* the client's own RST within this of its SYN: aborted (3 s) */
    nstime race; /* a lone SYN beside another SWG connection opened within this: aborted (1 s) */
    nstime remember; /* finished attempts, so that copies fold (60 s) */
    uint32_t max;
};

struct attempt_counts {
    uint64_t syns;     /* SYN packets without ACK as they stand, ECE and CWR or not */
    uint64_t attempts; /* distinct 4-tuple and ISN */
    uint64_t outcome[OUTCOME_COUNT];
    uint64_t evicted;
    uint64_t open;
};

#define ATTEMPTS_OUT 6

struct attempts;

struct attempts *attempts_new(const struct attempt_limits *limits, const uint64_t key[2]);
void attempts_free(struct attempts *t);

/* Any TCP packet of a watched address, in either direction. A SYN without ACK opens an attempt from
 * src to dst with the given service; anything else only ever meets one that is there. */
size_t attempts_packet(struct attempts *t, nstime now, const struct packet *packet,
                       enum service service, struct attempt out[ATTEMPTS_OUT], unsigned *touched);
size_t attempts_icmp(struct attempts *t, nstime now, const struct packet *packet,
                     struct attempt out[ATTEMPTS_OUT], unsigned *touched);

/* An ICMP error that says "too big" and quotes data of an open attempt is kept with it, as long as
 * that has no outcome. Others are nobody's: they may be forged (RFC 5927 section 7). */
void attempts_too_big(struct attempts *t, const struct packet *packet, unsigned *touched);

/* Of the connection that a packet is of. */
struct initial_numbers attempts_numbers(const struct attempts *t, const struct packet *packet,
                                        bool from_client);

nstime attempts_next(const struct attempts *t);
bool attempts_expire(struct attempts *t, nstime now, struct attempt *out);
bool attempts_close(struct attempts *t, struct attempt *out);

const struct attempt_counts *attempts_counts(const struct attempts *t);

#endif
