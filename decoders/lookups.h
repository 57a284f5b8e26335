/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lookups: follows a client's lookups of SWG names at any server, and hands out the addresses that
 * answers to seen queries give, through CNAME chains. A lookup is one client and one name within
 * 10 s, whatever types and servers it asks: the first address answers it, none by then fails it. */
#ifndef DECODERS_LOOKUPS_H
#define DECODERS_LOOKUPS_H

#include "dns.h"
#include "outcome.h"

#define LOOKUP_ADDRESSES 16
#define LOOKUP_NAMES     8

/* One thing taught by an answer to a query that was seen. */
struct lesson {
    size_t addresses;
    struct {
        struct addr addr;
        uint32_t ttl;
    } address[LOOKUP_ADDRESSES];
    size_t names; /* CNAME targets on the way: the same SWG under other names */
    struct {
        struct dns_name name;
        uint32_t ttl;
    } name[LOOKUP_NAMES];
};

struct lookup {
    unsigned phase;       /* STARTED, or DECIDED | FINAL */
    enum outcome outcome; /* ANSWERED, UNANSWERED (failed) or UNDETERMINED (at the end) */
    uint64_t serial;
    struct addr client, server; /* server: the last one asked, or the one that answered */
    const char *name;
    nstime sent, decided;
    struct frame_ref query_frame, answer_frame;
    bool has_rcode; /* of the last answer without an address */
    uint16_t rcode;
    struct addr sinkhole; /* set by the caller who knows: an address was given at which no SWG can
                             be; ADDR_NONE: none */
};

struct lookup_counts {
    uint64_t queries, answered, failed, undetermined, evicted, open; /* of lookups, not packets */
};

/* What an answer teaches of the name it was asked for: its addresses, through its other names. */
void lookups_lesson(const struct dns_message *message, struct lesson *lesson);

struct lookups;

struct lookups *lookups_new(nstime deadline, uint32_t max, const uint64_t key[2]);
void lookups_free(struct lookups *l);

/* `name` in the message is an SWG name. True where a new lookup began (out: STARTED). */
bool lookups_query(struct lookups *l, nstime now, const struct packet *packet,
                   const struct dns_message *message, struct lookup *out, unsigned *touched);
/* True where the answer met a query that was seen (ports, id, name): lesson is filled in. `decided`
 * tells whether it also answered a lookup, which is then in out. */
bool lookups_answer(struct lookups *l, nstime now, const struct packet *packet,
                    const struct dns_message *message, struct lesson *lesson, struct lookup *out,
                    bool *decided, unsigned *touched);

nstime lookups_next(const struct lookups *l);
bool lookups_expire(struct lookups *l, nstime now, struct lookup *out);
bool lookups_close(struct lookups *l, struct lookup *out);

const struct lookup_counts *lookups_counts(const struct lookups *l);

#endif
