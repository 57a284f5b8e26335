/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attempt_life: one connection try from its SYN to its end: what each packet and each deadline
 * makes of it, by the contract's words ("Outcomes"). The tracker (attempts.c) finds the attempt. */
#ifndef DECODERS_ATTEMPT_LIFE_H
#define DECODERS_ATTEMPT_LIFE_H

#include "attempts.h"
#include "segment_sizes.h"
#include "table.h"

enum attempt_stage {
    ATTEMPT_TRYING,   /* nothing met it; due at its deadline */
    ATTEMPT_STOPPED,  /* the client stopped trying before that; due then */
    ATTEMPT_ABORTING, /* the client reset its own SYN; due when no SYN follows */
    ATTEMPT_OVERDUE,  /* past its deadline, the client still tries; due when it gives up */
    ATTEMPT_REFUSED,  /* a RST answered; due when a race or a further try would have shown */
    ATTEMPT_OPEN,     /* due a deadline after the open */
    ATTEMPT_IDLE,     /* open and told so, no data of the client yet; due after silence */
    ATTEMPT_ASKING,   /* the client's first data is on its way; due a deadline after it */
    ATTEMPT_HEARD,    /* it was acknowledged; due after silence */
    ATTEMPT_DONE      /* final; remembered so that copies fold */
};

struct attempt_entry {
    struct table_entry head;
    struct chain_node by_client, by_mac; /* while a race is possible (attempts.c) */
    struct attempt report;               /* frame[]: SYNs only, until it is told */
    nstime due;                          /* of this stage, on the tracker's clock */
    nstime first_at, last_at;            /* first and newest SYN, on that clock */
    nstime asked_at;                     /* the client's first data, on that clock */
    nstime open_time;                    /* packet time */
    struct frame_ref decider;            /* the packet that decided */
    uint32_t peer_isn;                   /* where has_peer_isn: the SYN-ACK's */
    uint32_t syn_length;                 /* data that the SYN carried (RFC 7413) */
    uint32_t data_seq;                   /* of the client's first data */
    struct segment_sizes sizes;          /* of the client's data until the server answers */
    uint16_t syn_window, syn_ip_id;      /* of the newest SYN */
    uint8_t syn_ttl;
    bool syn_has_ip_id;
    uint8_t mac[6];
    bool has_mac;
    bool has_peer_isn;
    uint8_t stage;     /* enum attempt_stage */
    bool decided;      /* report.outcome was told */
    bool repeated;     /* a SYN was sent again, and not only delivered twice */
    bool resumed;      /* a SYN of the same ISN followed the RST */
    bool superseded;   /* the client went on to a new ISN */
    bool raced;        /* the client opened another SWG connection beside it */
    bool client_ended; /* by FIN or RST, while its data was on its way */
};

/* Whether an acknowledgement answers this attempt's SYN. */
bool attempt_acknowledged(const struct attempt_entry *a, uint32_t ack);
/* Open, and what happens to it still counts. */
bool attempt_is_live(const struct attempt_entry *a);

/* What every function is told: the limits, the tracker's clock, the packet. Each returns the phases
 * that are to be told now, sets `due`, and says through *took whether the packet was its own. */
struct attempt_step {
    const struct attempt_limits *limits;
    nstime now;
    const struct packet *packet; /* NULL where time passes */
};

void attempt_begins(struct attempt_entry *a, const struct attempt_step *step);
unsigned attempt_syn_again(struct attempt_entry *a, const struct attempt_step *step);
/* A new ISN on its 4-tuple. */
unsigned attempt_superseded(struct attempt_entry *a, const struct attempt_step *step);
/* Anything but a SYN from the client; anything from the server. */
unsigned attempt_client(struct attempt_entry *a, const struct attempt_step *step, bool *took);
unsigned attempt_server(struct attempt_entry *a, const struct attempt_step *step, bool *took);
unsigned attempt_icmp(struct attempt_entry *a, const struct attempt_step *step);
/* Fragmentation needed, or packet too big. */
void attempt_too_big(struct attempt_entry *a, const struct packet *packet);
/* `due` has passed; not for ATTEMPT_DONE. */
unsigned attempt_passes_due(struct attempt_entry *a, const struct attempt_step *step);
/* Whatever its stage, it ends now. */
unsigned attempt_ends(struct attempt_entry *a, const struct attempt_step *step);

/* Writes the report with its frames in the contract's order. */
void attempt_tell(const struct attempt_entry *a, unsigned phase, struct attempt *out);

#endif
