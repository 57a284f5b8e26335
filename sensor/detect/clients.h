/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clients: what is known of each client: its role, its two protections with their paths, its SWG
 * lookups, the alert that stands. A bounded table; the engine makes room by dropping the client
 * that has been silent longest. A client is its address. */
#ifndef SENSOR_DETECT_CLIENTS_H
#define SENSOR_DETECT_CLIENTS_H

#include <sys/queue.h>

#include "decoders/lookups.h"
#include "sensor/detect/notice.h"
#include "sensor/detect/outages.h"
#include "sensor/detect/path.h"
#include "sensor/detect/scopes.h"

#define CLIENT_LOOKUPS 8  /* failed SWG lookups kept as proof */
#define CLIENT_NAME    64 /* of the SWG name shown; longer ones are cut */

struct swg_lookups {
    bool seen;
    nstime last_sent;
    uint32_t failed; /* in a row, since one was answered or an SWG attempt opened */
    nstime first_failed;
    uint8_t frames;
    struct frame_ref frame[CLIENT_LOOKUPS];
    bool has_rcode;
    uint16_t rcode;
    struct addr server;
    struct addr sinkhole; /* the failed ones gave this instead; ADDR_NONE: no address at all */
    bool sinkhole_opens;  /* a connection to it opened: it is somebody's own gateway, no dead end */
    char name[CLIENT_NAME];
};

/* DNSCrypt certificates in answers, by what their signature is worth. */
struct certificates {
    uint64_t are_signed, forged;                 /* by the provider's key, and not by it */
    struct frame_ref signed_frame, forged_frame; /* the first of each */
    struct frame_ref dated_frame; /* the first that is signed and was not valid then */
};

struct protection_state {
    bool seen;       /* a watched packet or an SWG lookup */
    bool hidden;     /* it fails, and its alert is hidden */
    bool before_gap; /* all that is known is from before a gap, and stands till there is news */
    uint16_t paths, room;
    struct path *path; /* owned; in order of first use */
    uint64_t paths_dropped;
    uint64_t own_samples; /* of the module's own names */
    nstime last_sent;
    uint32_t passed_length; /* web: longest segment of the client's first data that got through,
                               since one as long or shorter did not; 0: none */
    struct frame_ref passed_frame; /* the connection's SYN */
    uint64_t direct; /* web: connections straight to the web while this fails (fail-open) */
    struct swg_lookups lookups; /* web only */
    struct outages outages;
    struct certificates certificates; /* dns only */
    uint8_t status;                   /* enum status, as last judged */
    bool works;                       /* by itself, degraded or not, as last judged */
    nstime diagnosed;                 /* when a cause was last sought */
    nstime control_ok; /* newest success of the control group while this was in use; NSTIME_NONE */
    uint8_t told_status, told_cause; /* live: of the last verdict that was told */
    struct alert_state alert;
};

/* Connections that opened and were answered, but not by what a gateway says. */
struct turned_away {
    uint64_t count;
    struct first_bytes heard; /* the newest of them */
    struct addr server;
    struct frame_ref frame;
};

enum turning { TURNED_ALERT, TURNED_REDIRECT, TURNED_REFUSED, TURNED_KINDS };

struct client {
    struct addr addr;
    uint8_t mac[6];
    bool has_mac;
    struct vlan_tags tags;                            /* of its own packets */
    bool own_names, encrypted, connects, answers_dns; /* what it was seen to do: its role */
    uint64_t names[4];                                /* bitmap that counts distinct other names */
    uint64_t unsolicited;               /* answers to it whose queries are not in the capture */
    struct frame_ref unsolicited_frame; /* the first of them */
    uint64_t unroutable; /* ICMP errors that know no route from it to a watched address */
    struct frame_ref unroutable_frame; /* the first of them */
    uint64_t unread;                   /* answers cut too short to tell what they answer */
    struct frame_ref unread_frame;     /* the first of them */
    uint64_t heard, unheard; /* its SWG connections: the server was seen, or the client alone */
    uint64_t block_pages;    /* answers that lead to the vendor's block pages (domain fact 1.12) */
    uint8_t ttls[2]; /* of its own packets: the first, and one that began from another value */
    struct turned_away turned[TURNED_KINDS];
    struct addr near_server; /* its SYN-ACK came from too near: a proxy; ADDR_NONE: none */
    nstime last_seen;        /* newest watched packet, by the clock */
    nstime newest_sample;    /* NSTIME_NONE */
    struct protection_state protection[PROTECTION_COUNT];
    struct rate rate; /* of all it begins, watched or not */
    struct scope_member member;

    TAILQ_ENTRY(client) by_age;   /* least recently seen first */
    TAILQ_ENTRY(client) by_alert; /* those with an alert, least recently seen first */
    bool alerting;
    struct client *next_same_hash;
    LIST_ENTRY(client) by_mac;
};

struct clients;

struct clients *clients_new(const struct config *config, const uint64_t key[2]);
void clients_free(struct clients *clients);

struct client *clients_find(const struct clients *clients, const struct addr *addr);
/* Finds or makes the client and notes that it was seen. NULL where memory or the table is full: see
 * clients_oldest(). mac may be NULL. */
struct client *clients_see(struct clients *clients, const struct addr *addr, const uint8_t mac[6],
                           nstime now);
bool clients_full(const struct clients *clients);
struct client *clients_oldest(const struct clients *clients);
void clients_drop(struct clients *clients, struct client *client);   /* counted as evicted */
void clients_forget(struct clients *clients, struct client *client); /* not counted */

size_t clients_count(const struct clients *clients);
uint64_t clients_evicted(const struct clients *clients);
/* All of them by address (addr_compare), in an array that the caller frees; NULL where there is
 * none or memory is out. */
struct client **clients_sorted(const struct clients *clients);

/* More addresses than this behind one link-layer address are a router's. */
#define CLIENTS_TIED 8
/* The same host's addresses of the other family; how many. A host is a link-layer address that
 * stands for one IPv4 client only: behind a router nothing is tied together. */
size_t clients_tied(const struct clients *clients, const struct client *client,
                    const struct client *out[CLIENTS_TIED]);
/* For one of them the protection works. */
bool clients_other_family_works(const struct clients *clients, const struct client *client,
                                enum protection protection);

/* The clock was set anew: see path_gap(). */
void clients_gap(struct clients *clients, nstime now);

/* An alert began or ended for the client: keeps the list that client-gone is read from. */
void clients_set_alerting(struct clients *clients, struct client *client, bool alerting);
struct client *clients_first_alerting(const struct clients *clients);

/* An exchange or attempt was started on the sample's path, is decided, is final. */
bool client_started(struct client *client, const struct config *config,
                    const struct sample *sample);
void client_decided(struct client *client, const struct sample *sample);
void client_final(struct client *client, const struct sample *sample);
/* Takes a sample in. False where memory was out. */
bool client_take(struct client *client, const struct config *config, const struct sample *sample);
/* Proof of a failed exchange or attempt on the sample's path. */
bool client_keep(struct client *client, const struct sample *sample, const struct failure *failure);
struct health;
/* What the protection was judged to be, for the record of its outages. */
void client_judged(struct client *client, enum protection protection, const struct health *health);
/* How long the segments were that passed, and that did not. */
void client_sizes(struct client *client, const struct attempt *attempt);
void client_lookup(struct client *client, const struct lookup *lookup);
/* A connection of the client's to an address that is not watched opened. */
void client_opened(struct client *client, const struct flow *flow);
/* A client that fails tries again within a round of probes and some (domain fact 2.1). */
#define CLIENT_NEXT_TRY (20 * NS_PER_SEC)
/* Something unwatched that the client had begun at `begun` worked. It speaks for a protection that
 * was in use then, not for one that was last tried long before. */
void client_control_works(struct client *client, nstime begun);
/* The clock was set anew: what is known stands until the first news after it, and counts together
 * with none of it. */
void client_gap(struct client *client, nstime now);

struct path *client_path(const struct client *client, const struct sample *sample);
enum protection sample_protection(const struct sample *sample);
enum role client_role(const struct client *client, const struct config *config);

#endif
