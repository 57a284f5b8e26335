/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracking: the track stage as the engine sees it: all trackers side by side, packets in, reports
 * out. Which tracker a packet is for follows from the watchlist, which is only read here. */
#ifndef SENSOR_TRACKING_H
#define SENSOR_TRACKING_H

#include "decoders/attempts.h"
#include "decoders/dnscrypt.h"
#include "decoders/exchanges.h"
#include "decoders/lookups.h"
#include "decoders/streams.h"
#include "sensor/config.h"
#include "sensor/watchlist.h"

enum report_kind {
    REPORT_EXCHANGE,
    REPORT_ATTEMPT,
    REPORT_CONNECT,
    REPORT_DNSCRYPT,
    REPORT_LOOKUP,
    REPORT_CONTROL_EXCHANGE, /* of a resolver that is not watched */
    REPORT_CONTROL_ATTEMPT   /* of a host that is not watched */
};

struct report {
    enum report_kind kind;
    union {
        struct exchange exchange;
        struct attempt attempt;
        struct connect connect;
        struct dnscrypt_pair pair;
        struct lookup lookup;
    };
};

#define REPORTS_MAX 24

/* What one packet, or one deadline, brought. Valid until the next call. */
struct reports {
    size_t count;
    struct report item[REPORTS_MAX];
    unsigned watched;   /* frames that now belong to something watched */
    bool malformed;     /* the packet was a DNS message that contradicts itself */
    struct addr client; /* who sent a watched packet, or was sent one; ADDR_NONE: nobody */
    bool from_client;   /* the client sent it */
    bool opening;       /* … and it may be the first that is seen of it: a query, a SYN */
    bool unsolicited;   /* an answer to the client that met no query (yet) */
    bool answer;        /* a DNS answer of a resolver that is not watched … */
    bool answer_unmet;  /* … and its query is not in the capture (yet) */
    bool early_met;     /* an earlier such answer has met its query */
    bool dns_server;    /* src answered a DNS query on port 53 */
    bool no_route;      /* one says that no route leads to a watched address, and rejects nothing */
    bool passing;       /* an unwatched unicast packet: for the control group */
    const struct lesson *lesson; /* addresses that an SWG's name resolved to; NULL */
    const char *lesson_name;     /* the name that was looked up */
    bool has_stream;             /* the packet is of a connection that holds DNS … */
    struct stream_hint stream;   /* … here */
    struct addr portal;          /* a connectivity check was answered with this; ADDR_NONE: no */
};

struct tracking;

struct tracking *tracking_new(const struct config *config, const uint64_t key[2]);
void tracking_free(struct tracking *tracking);

/* routed: routing errors (net and host unreachable, time exceeded) count as rejections, for the
 * family's control group is alive (indexed by IPv6). */
void tracking_packet(struct tracking *tracking, const struct watchlist *watchlist, nstime now,
                     const struct packet *packet, const bool routed[2], struct reports *out);

/* A DNS message that came in a stream: `message` is the packet that completed it, with the message
 * for its payload. */
void tracking_message(struct tracking *tracking, const struct watchlist *watchlist, nstime now,
                      const struct packet *message, struct reports *out);
/* What comes on this stream can't be read any more. */
void tracking_unseen(struct tracking *tracking, nstime now, const struct stream_loss *loss);

nstime tracking_next(const struct tracking *tracking);
/* Ends what is due at tracking_next(). False where that leads to no report, as with an answer that
 * waited for a query that never came. */
bool tracking_expire(struct tracking *tracking, struct reports *out);
/* Ends what is open, one thing a call, the control group first; false when nothing is. */
bool tracking_close(struct tracking *tracking, struct reports *out);

/* Counters of the watched trackers. */
const struct exchange_counts *tracking_exchanges(const struct tracking *tracking);
const struct attempt_counts *tracking_attempts(const struct tracking *tracking);
const struct lookup_counts *tracking_lookups(const struct tracking *tracking);
/* Entries of any table that had to make way. */
uint64_t tracking_evicted(const struct tracking *tracking);

#endif
