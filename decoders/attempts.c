/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attempt tracker: finds what each packet belongs to, keeps the table bounded, and tells. */
#include "attempts.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "attempt_life.h"
#include "attempt_races.h"
#include "hash.h"

struct attempts {
    struct attempt_limits limits;
    uint64_t key[2];
    nstime now;
    struct table table; /* by 4-tuple, whichever way */
    struct attempt_races races;
    struct attempt_counts counts;
};

struct attempts *attempts_new(const struct attempt_limits *limits, const uint64_t key[2])
{
    struct attempts *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->limits = *limits;
    t->key[0] = key[0];
    t->key[1] = key[1];
    t->now = NSTIME_NONE;
    table_init(&t->table, sizeof(struct attempt_entry), limits->max);
    attempt_races_init(&t->races, limits->race, key);
    return t;
}

void attempts_free(struct attempts *t)
{
    if (!t)
        return;
    attempt_races_free(&t->races);
    table_free(&t->table);
    free(t);
}

static struct attempt_step step_of(struct attempts *t, nstime now, const struct packet *packet)
{
    if (now > t->now)
        t->now = now;
    return (struct attempt_step){.limits = &t->limits, .now = t->now, .packet = packet};
}

/* --- Finding ---------------------------------------------------------------------------------- */

/* The same for both directions, so that a packet needs one search. */
static uint64_t hash_pair(const struct attempts *t, const struct flow *flow)
{
    struct flow ordered = *flow;
    const int order = memcmp(&flow->client, &flow->server, sizeof flow->client);
    if (order > 0 || (order == 0 && flow->client_port > flow->server_port))
        ordered = (struct flow){flow->server, flow->client, flow->server_port, flow->client_port};
    return hash_bytes(t->key, &ordered, sizeof ordered);
}

static bool flow_is(const struct attempt_entry *a, const struct flow *flow)
{
    return memcmp(&a->report.flow, flow, sizeof *flow) == 0;
}

/* Whom a packet may concern on its 4-tuple. Only the newest ISN of a client can go on; a server may
 * still answer an older one. Past CHAIN_SCAN of them nobody is found. */
struct found {
    struct attempt_entry *isn;  /* of the sender, with the packet's own sequence number */
    struct attempt_entry *own;  /* the newest of the sender */
    struct attempt_entry *peer; /* the one that the sender answers, or the newest towards it */
};

static struct found find(const struct attempts *t, uint64_t hash, const struct flow *flow,
                         const struct packet *p)
{
    const struct flow back = {flow->server, flow->client, flow->server_port, flow->client_port};
    struct found f = {NULL, NULL, NULL};
    bool exact = false;
    struct attempt_entry *a = table_first(&t->table, hash);
    for (unsigned i = 0; a && i < CHAIN_SCAN; i++, a = table_next(a)) {
        if (flow_is(a, flow)) {
            if (!f.own)
                f.own = a;
            if (!f.isn && a->report.isn == p->tcp.seq)
                f.isn = a;
        } else if (flow_is(a, &back) && !exact) {
            exact = (p->tcp.flags & TCP_ACK) != 0 && attempt_acknowledged(a, p->tcp.ack);
            if (exact || !f.peer)
                f.peer = a;
        }
    }
    return f;
}

/* --- Telling ---------------------------------------------------------------------------------- */

/* Sets the attempt's alarm anew, and writes the report of these phases, if there are any. */
static size_t tell(struct attempts *t, struct attempt_entry *a, unsigned phase, struct attempt *out)
{
    table_wake(&t->table, a, a->due);
    if (phase & PHASE_FINAL)
        t->counts.outcome[a->report.outcome]++;
    if (!phase)
        return 0;
    attempt_tell(a, phase, out);
    return 1;
}

static void drop(struct attempts *t, struct attempt_entry *a)
{
    attempt_races_forget(&t->races, a);
    table_remove(&t->table, a);
    t->counts.open = t->table.used;
}

static size_t end(struct attempts *t, struct attempt_entry *a, const struct attempt_step *step,
                  struct attempt *out)
{
    const size_t told = tell(t, a, attempt_ends(a, step), out);
    drop(t, a);
    return told;
}

/* --- Packets ---------------------------------------------------------------------------------- */

static struct attempt_entry *begin(struct attempts *t, uint64_t hash, const struct flow *flow,
                                   enum service service, const struct attempt_step *step)
{
    struct attempt_entry *a = table_add(&t->table, hash);
    if (!a)
        return NULL;
    a->report.serial = a->head.timer.order;
    a->report.flow = *flow;
    a->report.service = (uint8_t)service;
    a->report.vlans = step->packet->vlans;
    memcpy(a->report.vlan, step->packet->vlan, sizeof a->report.vlan);
    attempt_begins(a, step);
    attempt_races_note(&t->races, a, step->now);
    t->counts.attempts++;
    t->counts.open = t->table.used;
    return a;
}

static size_t take_syn(struct attempts *t, const struct found *f, uint64_t hash,
                       const struct flow *flow, enum service service,
                       const struct attempt_step *step, struct attempt *out)
{
    t->counts.syns++;
    if (f->isn)
        return tell(t, f->isn, attempt_syn_again(f->isn, step), out);
    size_t n = f->own ? tell(t, f->own, attempt_superseded(f->own, step), &out[0]) : 0;
    if (table_full(&t->table)) {
        t->counts.evicted++;
        n += end(t, table_oldest(&t->table), step, &out[n]);
    }
    struct attempt_entry *a = begin(t, hash, flow, service, step);
    if (a)
        n += tell(t, a, PHASE_STARTED, &out[n]);
    else
        t->counts.evicted++; /* memory is out: nobody follows this one */
    return n;
}

typedef unsigned take_fn(struct attempt_entry *a, const struct attempt_step *step, bool *took);

static size_t take(struct attempts *t, struct attempt_entry *a, take_fn *fn,
                   const struct attempt_step *step, struct attempt *out, bool *took)
{
    bool its_own = false;
    if (!a)
        return 0;
    const bool opened = a->report.opened;
    const unsigned phase = fn(a, step, &its_own);
    if (!opened && a->report.opened)
        attempt_races_note(&t->races, a, step->now);
    *took |= its_own;
    return its_own ? tell(t, a, phase, out) : 0;
}

size_t attempts_packet(struct attempts *t, nstime now, const struct packet *packet,
                       enum service service, struct attempt out[ATTEMPTS_OUT], unsigned *touched)
{
    const struct attempt_step step = step_of(t, now, packet);
    const struct flow flow = {packet->src, packet->dst, packet->src_port, packet->dst_port};
    const uint64_t hash = hash_pair(t, &flow);
    const struct found f = find(t, hash, &flow, packet);
    const uint8_t flags = packet->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST);
    if (flags == TCP_SYN) {
        *touched += 1;
        return take_syn(t, &f, hash, &flow, service, &step, out);
    }
    bool took = false;
    size_t n = 0;
    if (!(flags & TCP_SYN))
        n = take(t, f.own, attempt_client, &step, &out[0], &took);
    n += take(t, f.peer, attempt_server, &step, &out[n], &took);
    *touched += took ? 1 : 0;
    return n;
}

size_t attempts_icmp(struct attempts *t, nstime now, const struct packet *packet,
                     struct attempt out[ATTEMPTS_OUT], unsigned *touched)
{
    const struct attempt_step step = step_of(t, now, packet);
    const struct packet_quote *q = &packet->icmp.quote;
    if (!q->has_ports)
        return 0;
    const struct flow flow = {q->src, q->dst, q->src_port, q->dst_port};
    struct attempt_entry *a = table_first(&t->table, hash_pair(t, &flow));
    for (unsigned i = 0; a && i < CHAIN_SCAN; i++, a = table_next(a)) {
        if (!flow_is(a, &flow) || (q->has_seq && q->seq != a->report.isn))
            continue;
        *touched += 1;
        return tell(t, a, attempt_icmp(a, &step), &out[0]);
    }
    return 0;
}

void attempts_too_big(struct attempts *t, const struct packet *packet, unsigned *touched)
{
    const struct packet_quote *q = &packet->icmp.quote;
    if (q->protocol != IPPROTO_TCP || !q->has_ports || !q->has_seq)
        return;
    const struct flow flow = {q->src, q->dst, q->src_port, q->dst_port};
    struct attempt_entry *a = table_first(&t->table, hash_pair(t, &flow));
    for (unsigned i = 0; a && i < CHAIN_SCAN; i++, a = table_next(a)) {
        if (!flow_is(a, &flow) || !attempt_is_live(a) || !segment_quoted(&a->sizes, q->seq))
            continue;
        *touched += 1;
        attempt_too_big(a, packet);
        return;
    }
}

struct initial_numbers attempts_numbers(const struct attempts *t, const struct packet *packet,
                                        bool from_client)
{
    const struct flow flow = {packet->src, packet->dst, packet->src_port, packet->dst_port};
    const struct found f = find(t, hash_pair(t, &flow), &flow, packet);
    const struct attempt_entry *a = from_client ? f.own : f.peer;
    if (!a)
        return (struct initial_numbers){.known = {false}};
    return (struct initial_numbers){.known = {true, a->has_peer_isn},
                                    .number = {a->report.isn, a->peer_isn}};
}

/* --- Time ------------------------------------------------------------------------------------- */

nstime attempts_next(const struct attempts *t)
{
    return table_next_due(&t->table);
}

bool attempts_expire(struct attempts *t, nstime now, struct attempt *out)
{
    const struct attempt_step step = step_of(t, now, NULL);
    struct attempt_entry *a;
    while ((a = table_due(&t->table, now)) != NULL) {
        if (a->stage == ATTEMPT_DONE)
            drop(t, a);
        else if (tell(t, a, attempt_passes_due(a, &step), out))
            return true;
    }
    return false;
}

bool attempts_close(struct attempts *t, struct attempt *out)
{
    const struct attempt_step step = step_of(t, t->now, NULL);
    struct attempt_entry *a;
    while ((a = table_oldest(&t->table)) != NULL) {
        if (end(t, a, &step, out))
            return true;
    }
    t->now = NSTIME_NONE; /* the next packet may come from another day */
    return false;
}

const struct attempt_counts *attempts_counts(const struct attempts *t)
{
    return &t->counts;
}
