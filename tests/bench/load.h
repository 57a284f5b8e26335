/* SPDX-License-Identifier: GPL-2.0-or-later */
/* load: what the generator of large captures talks about: scripts of packets with their truth, and
 * flows that play them. make_load.c plans and writes, load_scripts.c holds the scripts,
 * load_packets.c builds the bytes. */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One packet of a script. */
enum what {
    END, /* behind the last */
    /* UDP */
    QUERY,
    ANSWER,
    ANSWER_TRUNCATED,
    ANSWER_NXDOMAIN,
    ANSWER_NODATA,
    ANSWER_TEXT, /* text without the genuine strings */
    ANSWER_ERROR,
    ANSWER_WRONG_ID,
    ICMP_ERROR, /* quotes the query or the SYN */
    ENCRYPTED_QUERY,
    ENCRYPTED_ANSWER,
    GROUP_QUERY, /* mDNS */
    /* TCP */
    SYN,
    SYNACK,
    ACKED,
    DATA, /* the client's first data, or the same again */
    DATA_ACK,
    SERVER_DATA,
    CLIENT_FIN,
    SERVER_FIN,
    CLIENT_RST,
    SERVER_RST,
    REFUSE,       /* RST,ACK that answers the SYN */
    REFUSE_BARE,  /* the same without ACK */
    REFUSE_STRAY, /* acknowledges what was never sent: not for this SYN */
    BULK          /* a full segment of the server's; only make_load.c plans these */
};

struct step {
    uint8_t what;
    uint8_t connection; /* TCP: 1 is a second connection, 2 and 3 a new ISN on the first's ports */
    int32_t at;         /* microseconds after the script's start */
    int32_t spread;     /* and up to so many later */
};

/* What one script adds to the contract's counters; members are named as in the stats event. */
struct tally {
    uint8_t queries, answered, late, error, foreign, rejected, unanswered, undetermined, copies,
        responses, unsolicited;
    uint8_t syns, attempts, opened, reset, tcp_rejected, aborted, tcp_unanswered, killed, stalled,
        tcp_undetermined;
    uint8_t lookups, lookups_answered, lookups_failed;
};

enum server {
    SERVER_RESOLVER, /* watched; UDP, or TCP in attempts */
    SERVER_SWG,      /* watched */
    SERVER_LOCAL,    /* the network's own resolver */
    SERVER_PUBLIC    /* anybody else */
};

enum names { NAMES_ANY, NAMES_OWN, NAMES_OTHER, NAMES_SWG };

enum group { GROUP_EXCHANGE, GROUP_ATTEMPT, GROUP_LOOKUP, GROUP_NOISE, GROUP_COUNT };

#define STEPS 16

struct script {
    const char *name;
    enum group group;
    uint16_t weight; /* share in its group */
    enum server server;
    enum names names;
    bool tail;      /* starts in the last seconds, so that the end cuts its deadline off */
    int32_t settle; /* else: microseconds from its start that the capture must go on */
    struct tally tally;
    struct step steps[STEPS]; /* up to END */
};

extern const struct script SCRIPTS[];
extern const size_t SCRIPT_COUNT;

#define MS  1000
#define SEC 1000000

struct flow {
    uint32_t client;
    uint16_t port; /* the client's; the next one is the second connection's */
    uint8_t script;
    bool own;        /* asks for one of the module's own names */
    uint32_t number; /* counts the lookups of a client: each has a name of its own */
};

/* Everything that is left to chance comes from this, so that a packet can be built at any time. */
uint64_t mix(uint64_t seed, uint64_t flow, uint64_t salt);

#define FRAME_MAX 1600

/* Builds the frame of one step; returns its length. The step behind the last is one segment of
 * bulk, and `sent` is what its flow has sent before (else 0). */
size_t build_frame(uint8_t frame[FRAME_MAX], const struct script *script, const struct flow *flow,
                   uint64_t flow_number, unsigned step, uint64_t seed, uint32_t sent);
#define BULK_BYTES 1246 /* a frame of 1,300 with IPv4 */

#endif
