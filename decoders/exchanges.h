/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exchanges: follows DNS queries and whatever answers them, by the contract's rules ("Outcomes").
 * A bounded table: keyed hash, deadlines in order, the oldest evicted and counted. The caller says
 * which packets are watched, gives `now`, and drains what is due; nothing here reads a clock.
 *
 * One instance follows the watched resolvers; another, with judge_own_names off, follows every
 * other resolver for the control group. */
#ifndef DECODERS_EXCHANGES_H
#define DECODERS_EXCHANGES_H

#include "certificate.h"
#include "dns.h"
#include "outcome.h"

struct exchange_limits {
    nstime deadline; /* from the query: answered or not (5 s) */
    nstime late;     /* from the query: a late answer is still told as late (30 s) */
    nstime early;    /* an answer may stand this long before its query in file order (100 ms) */
    uint32_t max;    /* open and remembered at once */
    bool judge_own_names;  /* content decides foreign (watched resolvers only) */
    bool show_ids;         /* keep the identities in genuine answers too: they are private */
    bool has_provider_key; /* of DNSCrypt certificates */
    uint8_t provider_key[CERTIFICATE_KEY];
};

/* Packets as they stand, and exchanges under exactly one outcome once they are final. */
struct exchange_counts {
    uint64_t queries;     /* exchanges */
    uint64_t copies;      /* further packets of an open one */
    uint64_t responses;   /* answer packets, unsolicited among them */
    uint64_t unsolicited; /* answers that met no exchange */
    uint64_t outcome[OUTCOME_COUNT];
    uint64_t evicted;
    uint64_t open; /* in the table now */
};

/* The most reports that one packet can cause. */
#define EXCHANGES_OUT 4

struct exchanges;

/* key: 128 random or fixed bits for the keyed hash. NULL where memory is out. */
struct exchanges *exchanges_new(const struct exchange_limits *limits, const uint64_t key[2]);
void exchanges_free(struct exchanges *x);

/* Each takes one packet and returns how many reports it wrote to out. *touched is increased by the
 * number of frames that now belong to an exchange (0, 1, or 2 where an early answer met its query).
 */
size_t exchanges_query(struct exchanges *x, nstime now, const struct packet *packet,
                       const struct dns_message *message, struct exchange out[EXCHANGES_OUT],
                       unsigned *touched);
size_t exchanges_answer(struct exchanges *x, nstime now, const struct packet *packet,
                        const struct dns_message *message, struct exchange out[EXCHANGES_OUT],
                        unsigned *touched);
/* An ICMP error whose type and code the caller found to count as `rejected`. */
size_t exchanges_icmp(struct exchanges *x, nstime now, const struct packet *packet,
                      struct exchange out[EXCHANGES_OUT], unsigned *touched);

/* TCP: the far side reset the connection that the packet is of, before what was asked on it was
 * answered. */
void exchanges_reset(struct exchanges *x, nstime now, const struct packet *packet,
                     unsigned *touched);
/* TCP: what else comes on this connection can't be read; received: the client has it. */
void exchanges_unseen(struct exchanges *x, nstime now, const struct flow *flow, bool received);

/* The next moment something is due; NSTIME_NEVER. */
nstime exchanges_next(const struct exchanges *x);
/* Takes one report that is due before `now` (strictly: at its deadline an answer is in time);
 * false when none is left. In the order of their deadlines. */
bool exchanges_expire(struct exchanges *x, nstime now, struct exchange *out);
/* Ends everything, one report a call, oldest first: at the end of a capture or at a gap. What has
 * met nothing and is younger than its deadline becomes undetermined. */
bool exchanges_close(struct exchanges *x, struct exchange *out);

const struct exchange_counts *exchanges_counts(const struct exchanges *x);

#endif
