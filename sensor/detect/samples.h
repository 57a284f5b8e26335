/* SPDX-License-Identifier: GPL-2.0-or-later */
/* samples: outcome → path. Which outcomes tell of a path's health, and how (design: "Health"). Pure
 * functions over what the trackers report; the table of clients takes the samples in. */
#ifndef SENSOR_DETECT_SAMPLES_H
#define SENSOR_DETECT_SAMPLES_H

#include "decoders/dnscrypt.h"
#include "decoders/outcome.h"
#include "sensor/detect/judgement.h"

enum sample_kind {
    SAMPLE_OWN,       /* an exchange for one of the module's own names */
    SAMPLE_OTHER,     /* an exchange for any other name: a reply shows the path alive */
    SAMPLE_ENCRYPTED, /* a DNSCrypt query, paired or silent */
    SAMPLE_CONNECT    /* a TCP connect to an SWG */
};

/* What became of one exchange, attempt or connect, addressed to a path of a client. */
struct sample {
    enum sample_kind kind;
    enum outcome outcome;
    uint64_t serial; /* the tracker's, to find the sample again when it is overturned */
    struct addr client, server;
    uint16_t port;
    uint8_t transport;
    nstime sent, sent_last; /* first and newest packet of the client's */
    nstime decided;
    bool unread;            /* an answer came that is cut too short to tell what it says */
    bool edns;              /* an exchange whose query carried an OPT record */
    uint64_t name_hash;     /* SAMPLE_OTHER: tells distinct names apart */
    struct frame_ref frame; /* SAMPLE_ENCRYPTED: the query; unread: the answer */
    uint8_t rate;           /* how busy the client was just before: rate_class() */
};

/* One failed exchange or attempt, kept as proof and for the diagnosis. */
struct failure {
    uint64_t serial;
    enum outcome outcome;
    nstime sent, decided;
    nstime rtt;                    /* NSTIME_NONE */
    struct frame_ref query, reply; /* reply.number 0: none */
    bool edns;
    bool has_rcode;
    uint16_t rcode;
    uint8_t reply_ttl;
    uint32_t data_length, data_passed; /* attempts: see there; so too_big */
    uint8_t said;                      /* enum first_kind: attempts: what the client began with */
    struct icmp_error too_big;
    uint32_t too_big_mtu;
    struct reset_facts reset;
    struct icmp_error icmp;
};

bool outcome_failed(enum outcome outcome); /* a sample that failed */
bool outcome_silent(enum outcome outcome); /* failed by silence: unanswered, late, stalled */

/* The capture does not show what was asked, or what was answered to the module's own names: neither
 * a success nor a failure. */
bool exchange_unread(const struct exchange *exchange);
struct sample sample_of_exchange(const struct exchange *exchange);
struct sample sample_of_connect(const struct connect *connect);
struct sample sample_of_dnscrypt(const struct dnscrypt_pair *pair);

struct failure failure_of_exchange(const struct exchange *exchange);
struct failure failure_of_attempt(const struct attempt *attempt);

#endif
