/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exchange tracker: finds what each packet belongs to, keeps the table bounded, and tells. */
#include "exchanges.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "early.h"
#include "exchange_key.h"
#include "exchange_life.h"
#include "module.h"

/* At most this share of the table holds answers that wait for their query. */
#define EARLY_SHARE 8

struct exchanges {
    struct exchange_limits limits;
    uint64_t key[2];
    nstime now;
    struct table table;
    struct chains by_flow; /* for what names no question: ICMP errors, some FORMERR */
    struct early early;
    struct exchange_counts counts;
};

struct exchanges *exchanges_new(const struct exchange_limits *limits, const uint64_t key[2])
{
    struct exchanges *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->limits = *limits;
    x->key[0] = key[0];
    x->key[1] = key[1];
    x->now = NSTIME_NONE;
    table_init(&x->table, sizeof(struct exchange_entry), limits->max);
    early_init(&x->early, limits->early, limits->max / EARLY_SHARE, &x->counts.unsolicited);
    return x;
}

/* Out of every index; the strings stay for the reports of this call. */
static void retire(struct exchanges *x, struct exchange_entry *e)
{
    chains_remove(&x->by_flow, &e->by_flow);
    table_retire(&x->table, e);
    x->counts.open = x->table.used;
}

/* Every call begins so: what the last call's reports pointed to goes, the clock moves on. */
static void begin(struct exchanges *x, nstime now)
{
    struct exchange_entry *e;
    while ((e = table_retired(&x->table)) != NULL) {
        free(e->name);
        free(e->answers);
        table_recycle(&x->table, e);
    }
    if (now > x->now)
        x->now = now;
    early_forget(&x->early, x->now);
}

void exchanges_free(struct exchanges *x)
{
    if (!x)
        return;
    struct exchange_entry *e;
    while ((e = table_oldest(&x->table)) != NULL)
        retire(x, e);
    begin(x, x->now);
    early_free(&x->early);
    chains_free(&x->by_flow);
    table_free(&x->table);
    free(x);
}

/* --- Finding ---------------------------------------------------------------------------------- */

static bool on_flow(const struct exchange_entry *e, const struct exchange_key *k)
{
    return e->report.transport == k->transport && flow_equal(&e->report.flow, &k->flow);
}

static struct exchange_entry *find(const struct exchanges *x, const struct exchange_key *k)
{
    struct exchange_entry *e = table_first(&x->table, k->hash);
    while (e && !(e->report.id == k->id && e->report.type == k->type && on_flow(e, k) &&
                  strcmp(e->name, k->name) == 0))
        e = table_next(e);
    return e;
}

/* The newest exchange of a flow, whatever it asks: of one id or any, in any state or unmet. */
static struct exchange_entry *find_newest(const struct exchanges *x, const struct exchange_key *k,
                                          bool any_id, bool unmet)
{
    struct chain_node *n = chains_first(&x->by_flow, k->by_flow);
    for (unsigned i = 0; n && i < CHAIN_SCAN; i++, n = chains_next(n)) {
        struct exchange_entry *e = CONTAINER(n, struct exchange_entry, by_flow);
        if (on_flow(e, k) && (any_id || e->report.id == k->id) && (!unmet || exchange_is_unmet(e)))
            return e;
    }
    return NULL;
}

/* Whom an answer answers. One without a question answers the newest query of its id; a query that
 * could not be read has no name to compare. */
static struct exchange_entry *find_asked(const struct exchanges *x, const struct exchange_key *k)
{
    if (k->name[0] == '\0')
        return find_newest(x, k, false, false);
    struct exchange_entry *e = find(x, k);
    if (e)
        return e;
    const struct exchange_key unnamed = exchange_key_unnamed(k, x->key);
    return find(x, &unnamed);
}

/* --- Telling ---------------------------------------------------------------------------------- */

/* Writes the report of these phases, if there are any, and counts what is final. */
static size_t tell(struct exchanges *x, struct exchange_entry *e, unsigned phase,
                   struct exchange *out)
{
    if (phase & PHASE_FINAL) {
        x->counts.outcome[e->report.outcome]++;
        table_wake(&x->table, e, e->deadline - x->limits.deadline + x->limits.late);
    }
    if (!phase)
        return 0;
    e->report.phase = phase;
    e->report.name = e->name;
    e->report.answers = e->answers;
    *out = e->report;
    return 1;
}

/* Ends an exchange whatever its state, and takes it out. */
static size_t end(struct exchanges *x, struct exchange_entry *e, struct exchange *out)
{
    const size_t told = tell(x, e, exchange_ends(e, x->now), out);
    retire(x, e);
    return told;
}

/* --- Packets ---------------------------------------------------------------------------------- */

/* The oldest exchange goes where no waiting answer can. */
static size_t make_room(struct exchanges *x, struct exchange *out)
{
    if (x->table.used + x->early.table.used < x->table.max)
        return 0;
    if (early_drop_oldest(&x->early) && !table_full(&x->table))
        return 0;
    x->counts.evicted++;
    return end(x, table_oldest(&x->table), out);
}

static struct exchange_entry *add(struct exchanges *x, const struct exchange_key *k)
{
    char *name = strdup(k->name);
    struct exchange_entry *e = name ? table_add(&x->table, k->hash) : NULL;
    if (!e || !chains_add(&x->by_flow, &e->by_flow, k->by_flow)) {
        if (e)
            table_remove(&x->table, e);
        free(name);
        return NULL;
    }
    e->name = name;
    e->deadline = x->now + x->limits.deadline;
    table_wake(&x->table, e, e->deadline);
    x->counts.open = x->table.used;
    x->counts.queries++;
    return e;
}

static void describe(struct exchange_entry *e, const struct exchange_key *k,
                     const struct packet *packet, const struct dns_message *message)
{
    e->report = (struct exchange){
        .serial = e->head.timer.order,
        .flow = k->flow,
        .transport = k->transport,
        .vlans = packet->vlans,
        .id = k->id,
        .type = k->type,
        .edns = message->edns,
        .own_name = module_owns_name(k->name),
        .query_ttl = packet->ttl,
        .sent = packet->time,
        .sent_last = packet->time,
        .query_frame = packet->ref,
        .rtt = NSTIME_NONE,
        .reset = {.syn_ttl = packet->ttl,
                  .syn_window = packet->tcp.window,
                  .syn_ip_id = packet->ip_id,
                  .has_ip_id = packet->has_ip_id},
    };
    memcpy(e->report.vlan, packet->vlan, sizeof e->report.vlan);
}

static bool take_early(struct exchanges *x, const struct exchange_key *k, struct answer *a,
                       bool *met)
{
    if (x->early.table.used == 0)
        return false;
    if (early_take(&x->early, k, a, met))
        return true;
    const struct exchange_key unnamed = exchange_key_unnamed(k, x->key);
    return early_take(&x->early, &unnamed, a, met);
}

size_t exchanges_query(struct exchanges *x, nstime now, const struct packet *packet,
                       const struct dns_message *message, struct exchange out[EXCHANGES_OUT],
                       unsigned *touched)
{
    begin(x, now);
    const struct exchange_key k = exchange_key_query(packet, message, x->key);
    struct exchange_entry *e = find(x, &k);
    if (e && exchange_takes_copy(e, &x->limits, x->now, packet->time)) {
        exchange_copied(e, packet->time);
        x->counts.copies++;
        *touched += 1;
        return 0;
    }
    size_t n = e ? end(x, e, &out[0]) : 0;
    struct answer early = {.texts = NULL};
    bool met = false;
    const bool answered = take_early(x, &k, &early, &met);
    n += make_room(x, &out[n]);
    e = add(x, &k);
    if (e) {
        unsigned phase = PHASE_STARTED;
        describe(e, &k, packet, message);
        if (answered)
            phase |= exchange_meets_early(e, &early);
        n += tell(x, e, phase, &out[n]);
        *touched += answered && !met ? 2 : 1;
    } else {
        x->counts.evicted++; /* memory is out: nobody follows this one */
    }
    free(early.texts);
    return n;
}

/* Keeps an answer in case its query follows. Takes its texts over. */
static void keep_early(struct exchanges *x, const struct exchange_key *k, struct answer *a,
                       bool met)
{
    const bool full = x->table.used + x->early.table.used >= x->table.max;
    if (full && !early_drop_oldest(&x->early)) {
        x->counts.unsolicited += met ? 0 : 1;
        free(a->texts);
        return;
    }
    early_keep(&x->early, x->now, k, a, met);
}

size_t exchanges_answer(struct exchanges *x, nstime now, const struct packet *packet,
                        const struct dns_message *message, struct exchange out[EXCHANGES_OUT],
                        unsigned *touched)
{
    begin(x, now);
    x->counts.responses++;
    const struct exchange_key k = exchange_key_answer(packet, message, x->key);
    struct exchange_entry *e = find_asked(x, &k);
    struct answer a;
    answer_read(&a, packet, message, &x->limits, x->key);
    if (!e || packet->time - e->report.sent > x->limits.late) {
        keep_early(x, &k, &a, false);
        return 0;
    }
    *touched += 1;
    const bool twin = exchange_has_twin(e, &a);
    const size_t n = tell(x, e, exchange_meets(e, &x->limits, &a), &out[0]);
    /* A mirror may bring query, answer, answer, query: the second query finds the second answer. */
    if (twin)
        keep_early(x, &k, &a, true);
    else
        free(a.texts);
    return n;
}

size_t exchanges_icmp(struct exchanges *x, nstime now, const struct packet *packet,
                      struct exchange out[EXCHANGES_OUT], unsigned *touched)
{
    begin(x, now);
    const struct packet_quote *quote = &packet->icmp.quote;
    if (!quote->has_ports)
        return 0;
    const struct exchange_key k = exchange_key_quote(quote, x->key);
    struct exchange_entry *e = find_newest(x, &k, !quote->has_dns_id, true);
    if (!e)
        e = find_newest(x, &k, !quote->has_dns_id, false);
    if (!e)
        return 0;
    *touched += 1;
    return tell(x, e, exchange_rejected(e, packet), &out[0]);
}

/* What was asked on a TCP connection and is open. */
static struct exchange_entry *first_open(const struct flow *flow, struct chain_node **at,
                                         unsigned *left)
{
    for (; *at && *left > 0; --*left) {
        struct exchange_entry *e = CONTAINER(*at, struct exchange_entry, by_flow);
        *at = chains_next(*at);
        if (e->report.transport == IPPROTO_TCP && flow_equal(&e->report.flow, flow) &&
            e->stage == EXCHANGE_OPEN && exchange_is_unmet(e))
            return e;
    }
    return NULL;
}

void exchanges_reset(struct exchanges *x, nstime now, const struct packet *packet,
                     unsigned *touched)
{
    const struct flow flow = {packet->dst, packet->src, packet->dst_port, packet->src_port};
    struct chain_node *at = chains_first(&x->by_flow, exchange_hash_tcp(&flow, x->key));
    struct exchange_entry *e;
    unsigned left = CHAIN_SCAN;
    begin(x, now);
    while ((e = first_open(&flow, &at, &left)) != NULL) {
        exchange_is_reset(e, packet);
        *touched = 1;
    }
}

void exchanges_unseen(struct exchanges *x, nstime now, const struct flow *flow, bool received)
{
    struct chain_node *at = chains_first(&x->by_flow, exchange_hash_tcp(flow, x->key));
    struct exchange_entry *e;
    unsigned left = CHAIN_SCAN;
    begin(x, now);
    while ((e = first_open(flow, &at, &left)) != NULL) {
        e->unseen = true;
        e->report.unseen = received;
    }
}

/* --- Time ------------------------------------------------------------------------------------- */

nstime exchanges_next(const struct exchanges *x)
{
    const nstime next = table_next_due(&x->table), early = table_next_due(&x->early.table);
    return next < early ? next : early;
}

bool exchanges_expire(struct exchanges *x, nstime now, struct exchange *out)
{
    begin(x, now);
    struct exchange_entry *e;
    while ((e = table_due(&x->table, now)) != NULL) {
        if (e->stage != EXCHANGE_OPEN) {
            if (end(x, e, out))
                return true;
            continue;
        }
        table_wake(&x->table, e, e->deadline - x->limits.deadline + x->limits.late);
        return tell(x, e, exchange_passes_deadline(e, x->now), out) > 0;
    }
    return false;
}

bool exchanges_close(struct exchanges *x, struct exchange *out)
{
    begin(x, x->now);
    early_forget(&x->early, NSTIME_NEVER);
    struct exchange_entry *e;
    while ((e = table_oldest(&x->table)) != NULL) {
        if (end(x, e, out))
            return true;
    }
    x->now = NSTIME_NONE; /* the next packet may come from another day */
    return false;
}

const struct exchange_counts *exchanges_counts(const struct exchanges *x)
{
    return &x->counts;
}
