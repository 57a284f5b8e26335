/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outcome: the arrow from track to samples and to the events. How one exchange or one attempt
 * ended, with what proves it. Pointers are the tracker's and valid until its next call. */
#ifndef DECODERS_OUTCOME_H
#define DECODERS_OUTCOME_H

#include "certificate.h"
#include "first_bytes.h"
#include "packet.h"

/* The contract's words; each exchange and each attempt is counted under exactly one. */
enum outcome {
    OUTCOME_NONE, /* still open */
    /* exchanges */
    OUTCOME_ANSWERED,
    OUTCOME_LATE,
    OUTCOME_ERROR,
    OUTCOME_FOREIGN,
    /* both */
    OUTCOME_REJECTED,
    OUTCOME_RESET,
    OUTCOME_UNANSWERED,
    OUTCOME_UNDETERMINED,
    /* attempts */
    OUTCOME_OPENED,
    OUTCOME_ABORTED,
    OUTCOME_KILLED,
    OUTCOME_STALLED,
    OUTCOME_COUNT
};

/* "answered", … "stalled"; "open" for OUTCOME_NONE. */
const char *outcome_name(enum outcome outcome);

/* What a tracker reports of an exchange or attempt, in this order; several may come at once.
 * DECIDED may come again when a later packet overturns it (a late SYN-ACK, a kill): same serial. */
enum phase {
    PHASE_STARTED = 1, /* its first packet was seen; outcome is OUTCOME_NONE */
    PHASE_DECIDED = 2, /* health may use the outcome */
    PHASE_FINAL = 4    /* nothing can change it any more: counted and told once */
};

struct flow {
    struct addr client, server;
    uint16_t client_port, server_port;
};

/* The initial sequence numbers of a connection, the client's and the server's. */
struct initial_numbers {
    bool known[2];
    uint32_t number[2];
};

/* An ICMP error that quotes the client's own packet. */
struct icmp_error {
    bool seen;
    struct addr from;
    uint8_t type, code;
    uint8_t ttl; /* of the error itself: how far the box is */
    struct frame_ref frame;
};

#define OUTCOME_FRAMES 16

/* No stack in use begins lower: a packet that is sent with less is meant to die on its way, and
 * what becomes of it tells of no path's health (traceroute). */
#define TTL_MEANT_TO_ARRIVE 32

/* Facts of the first RST that met an attempt before any SYN-ACK, and of the SYN it answers, or of
 * one that met a query over TCP: the diagnosis weighs them (domain.md 6.1). */
struct reset_facts {
    bool seen;
    nstime delay; /* after the newest SYN; may be negative where time steps back */
    uint8_t ttl, syn_ttl;
    uint16_t window, syn_window;
    bool has_ip_id; /* both packets are IPv4 */
    uint16_t ip_id, syn_ip_id;
    uint8_t flags; /* enum tcp_flags */
    bool race;     /* a SYN-ACK or data of the server came after it: somebody else wrote it */
    struct frame_ref race_frame;
};

struct exchange {
    unsigned phase; /* enum phase, or-ed */
    enum outcome outcome;
    bool revised;    /* with DECIDED: it had been decided before */
    uint64_t serial; /* the same in every report of this exchange; in order of first packets */
    struct flow flow;
    uint8_t transport; /* IPPROTO_UDP, IPPROTO_TCP */
    uint8_t vlans;
    uint16_t vlan[PACKET_VLANS];
    uint16_t id;      /* DNS id */
    uint16_t type;    /* question's type */
    const char *name; /* question's name, escaped; "" where it could not be read */
    bool edns;        /* the query carried an OPT record */
    bool unseen;      /* TCP: the client got something, and the capture does not hold it */
    bool own_name;    /* one of the module's own names (decoders/module.h) */
    nstime sent;      /* the first query */
    nstime sent_last; /* the newest copy of it */
    nstime decided;   /* when the outcome was known: an answer's time, or the deadline */
    unsigned copies;  /* further packets of the same query */
    struct frame_ref query_frame, answer_frame; /* answer_frame.number 0: none */
    struct frame_ref reset_frame;               /* TCP: the far side's RST; number 0: none */
    struct reset_facts reset;                   /* … its facts; "SYN" is the query here */
    nstime rtt; /* NSTIME_NONE where there is no answer, or it was captured before the query */
    bool has_rcode;
    uint16_t rcode;
    uint8_t answer_ttl;             /* of the answer's IP header; valid where answer_frame is */
    uint8_t query_ttl;              /* of the query's */
    struct certificate certificate; /* in the answer */
    const char
        *answers; /* texts of the answer's records, each ended by NUL, an empty one ends the
                     list: "A 18.135.112.200", "CNAME host", "TXT server r5.lon"; NULL: none */
    struct icmp_error icmp;
};

enum service { SERVICE_SWG, SERVICE_DNS };

struct attempt {
    unsigned phase;
    enum outcome outcome;
    bool revised; /* with DECIDED: it had been decided before */
    uint64_t serial;
    struct flow flow;
    uint8_t service; /* enum service */
    uint8_t vlans;
    uint16_t vlan[PACKET_VLANS];
    uint32_t isn;
    unsigned syns;          /* SYN packets of this ISN */
    nstime sent, sent_last; /* first and newest SYN */
    nstime decided;
    bool opened;      /* a SYN-ACK or its acknowledgement was seen, whatever came of it */
    bool synack_seen; /* false while opened: it is not in the capture */
    struct first_bytes said, heard; /* what the client began with, and what the server did */
    struct frame_ref heard_frame;
    bool server_seen;     /* some packet of the server's since it opened is */
    uint32_t data_length; /* longest segment of the client's data before the server's first byte */
    uint32_t data_passed; /* longest of those that the server acknowledged; 0: none */
    nstime rtt;           /* SYN to SYN-ACK, single SYN only (Karn); NSTIME_NONE otherwise */
    uint8_t synack_ttl;   /* valid where synack_seen */
    uint8_t frames;       /* how many of frame[] are set */
    struct frame_ref
        frame[OUTCOME_FRAMES]; /* the first SYN first, then what decided; the rest SYNs */
    uint8_t syn_ttl;           /* of the first SYN */
    struct reset_facts reset;
    struct icmp_error icmp;
    struct icmp_error too_big; /* quotes a segment of that data; the try goes on */
    uint32_t too_big_mtu;      /* of the next link; 0: the error does not name it */
};

/* Attempts on one 4-tuple with gaps up to 3 s: what one connect() of the client's stack did.
 * This, not the attempt, is the sample (domain.md 4.9). */
struct connect {
    uint64_t serial;
    struct flow flow;
    uint8_t service;
    enum outcome outcome;   /* OPENED, or a failed attempt's outcome, or ABORTED, or UNDETERMINED */
    nstime sent, sent_last; /* first and newest SYN of all its attempts */
    nstime decided;
    unsigned attempts;
};

#endif
