/* SPDX-License-Identifier: GPL-2.0-or-later */
/* control: the control group. Handshakes with other hosts and DNS at other resolvers, seen in
 * passing, tell "OpenDNS is blocked" from "the network is down"; genuine answers give the round
 * trips and hop counts that a forged reset is held against (domain fact 6.1). The diagnosis gets a
 * const view. Bounded tables, the oldest makes way. */
#ifndef SENSOR_DETECT_CONTROL_H
#define SENSOR_DETECT_CONTROL_H

#include "decoders/outcome.h"
#include "sensor/config.h"
#include "sensor/detect/loss.h"

/* What is known of one server from packets that are certainly its own. */
struct baseline {
    nstime rtt;  /* smallest SYN to SYN-ACK; NSTIME_NONE */
    uint8_t ttl; /* of its packets as captured; 0: none seen */
};

struct control_view {
    /* of one client, towards everything that is not watched */
    uint64_t tried, opened;   /* connections */
    uint64_t blind;           /* opened by the client's own word, the server's never seen */
    uint64_t asked, answered; /* DNS queries at other resolvers */
    uint64_t asked_near;      /* of those asked: at resolvers with private addresses */
    struct addr resolver;     /* the one that answered last; family ADDR_NONE: none */
    nstime last_ok;           /* newest of those that worked; NSTIME_NONE */
    nstime rtt_min, rtt_max;  /* of public hosts; NSTIME_NONE */
    unsigned silent; /* distinct public peers tried in vain since one answered (three at most) */
    nstime silent_since; /* the first of those tries; NSTIME_NONE */
    bool proxy;          /* uses a proxy: a private host on a port that proxies have */
    uint64_t
        local_probes; /* queries for the module's own names at resolvers that are not watched */
    struct addr local_resolver; /* the last of those */
    nstime newest;              /* newest thing it began; NSTIME_NONE */
    struct addr portal;         /* a connectivity check was answered with this; ADDR_NONE: no */
    struct frame_ref portal_frame;
    uint64_t received_far; /* packets to the client from public addresses outside its own network */
    uint64_t received;     /* packets to the client from any unicast address but watched ones */
    uint64_t acknowledging; /* packets of the client that acknowledge something */
};

struct control;

struct control *control_new(const struct config *config, const uint64_t key[2]);
void control_free(struct control *control);

/* A host of ours began something unwatched: from here on its packets are counted. */
void control_started(struct control *control, const struct addr *client);
/* Decided reports about unwatched traffic. */
void control_exchange(struct control *control, const struct exchange *exchange);
void control_attempt(struct control *control, const struct attempt *attempt);
/* A watched attempt that proved genuine (opened, the server's bytes or a quiet end): baseline only.
 */
void control_genuine(struct control *control, const struct attempt *attempt);
/* Any unwatched unicast packet: which directions the capture shows. */
void control_packet(struct control *control, const struct packet *packet);

struct control_view control_of(const struct control *control, const struct addr *client);
/* Of the address itself; of its network (/24 or /64). */
struct baseline control_baseline(const struct control *control, const struct addr *server);
struct baseline control_baseline_net(const struct control *control, const struct addr *server);

/* Something of this family worked within the last minute before `now`: routing errors then tell of
 * the address that they name, not of the network. */
bool control_alive(const struct control *control, enum addr_family family, nstime now);

/* A connectivity check of the client's was answered with an address that is not public. */
void control_portal(struct control *control, const struct addr *client, const struct addr *portal,
                    struct frame_ref frame);

/* A DNS answer of an unwatched resolver was seen (a watched one may just be very late); unmet: its
 * query was not (yet); early_met: the query of an earlier one that was unmet came after all.
 * Answers without queries tell of loss inside the mirror. */
void control_answer(struct control *control, nstime now, bool unmet, bool early_met);
/* A packet was captured; so many were dropped that should have been. */
void control_captured(struct control *control, nstime now);
void control_dropped(struct control *control, nstime now, uint64_t packets);
/* What the capture lacks: queries of answers that were seen, SYN-ACKs of connections whose server
 * was, what was dropped. */
const struct loss *control_loss(const struct control *control);

/* The clock was set anew to `now`: who was silent begins anew, and nothing worked later than that.
 */
void control_gap(struct control *control, nstime now);

uint64_t control_evicted(const struct control *control);

/* Hops that a packet has travelled, by the nearest initial TTL in use (64, 128, 255). */
unsigned hops_of_ttl(uint8_t ttl);

#endif
