/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lookups of SWG names. Two tables: queries, so that only an answer to one that was seen can teach
 * an address; and lookups, which several queries of one client for one name share. */
#include "lookups.h"

#include <stdlib.h>
#include <string.h>

#include "exchange_key.h"
#include "hash.h"
#include "table.h"

#define CLASS_IN 1
/* So many records are looked at for each name of a chain. */
#define RECORDS 256

struct query {
    struct table_entry head;
    struct exchange_key key;
    char *name;
};

struct entry {
    struct table_entry head;
    struct lookup report;
    char *name;
    nstime deadline; /* on the tracker's clock */
};

struct lookups {
    uint64_t key[2];
    nstime deadline, now;
    struct table queries;
    struct table table;
    struct lookup_counts counts;
};

struct lookups *lookups_new(nstime deadline, uint32_t max, const uint64_t key[2])
{
    struct lookups *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->key[0] = key[0];
    l->key[1] = key[1];
    l->deadline = deadline;
    l->now = NSTIME_NONE;
    table_init(&l->queries, sizeof(struct query), max);
    table_init(&l->table, sizeof(struct entry), max);
    return l;
}

static void drop_query(struct lookups *l, struct query *q)
{
    free(q->name);
    table_remove(&l->queries, q);
}

/* Every call begins so: what the last call's reports pointed to goes, the clock moves on. */
static void begin(struct lookups *l, nstime now)
{
    struct entry *e;
    while ((e = table_retired(&l->table)) != NULL) {
        free(e->name);
        table_recycle(&l->table, e);
    }
    if (now > l->now)
        l->now = now;
    struct query *q;
    while ((q = table_due(&l->queries, l->now)) != NULL)
        drop_query(l, q);
}

void lookups_free(struct lookups *l)
{
    if (!l)
        return;
    struct entry *e;
    struct query *q;
    while ((e = table_oldest(&l->table)) != NULL)
        table_retire(&l->table, e);
    begin(l, l->now);
    while ((q = table_oldest(&l->queries)) != NULL)
        drop_query(l, q);
    table_free(&l->queries);
    table_free(&l->table);
    free(l);
}

/* --- Queries ---------------------------------------------------------------------------------- */

static struct query *find_query(const struct lookups *l, const struct exchange_key *k)
{
    struct query *q = table_first(&l->queries, k->hash);
    while (q &&
           !(q->key.id == k->id && q->key.type == k->type && q->key.transport == k->transport &&
             flow_equal(&q->key.flow, &k->flow) && strcmp(q->name, k->name) == 0))
        q = table_next(q);
    return q;
}

/* One that can't be kept only teaches nothing. */
static void note_query(struct lookups *l, const struct exchange_key *k)
{
    struct query *q = find_query(l, k);
    if (!q) {
        if (table_full(&l->queries)) {
            l->counts.evicted++;
            drop_query(l, table_oldest(&l->queries));
        }
        char *name = strdup(k->name);
        q = name ? table_add(&l->queries, k->hash) : NULL;
        if (!q) {
            free(name);
            return;
        }
        q->key = *k;
        q->key.name = q->name = name;
    }
    table_wake(&l->queries, q, l->now + l->deadline);
}

/* --- Lookups ---------------------------------------------------------------------------------- */

static bool is_open(const struct entry *e)
{
    return e->report.outcome == OUTCOME_NONE;
}

static uint64_t hash_lookup(const struct lookups *l, const struct addr *client, const char *name)
{
    const uint64_t by_client[2] = {l->key[0] ^ hash_bytes(l->key, client, sizeof *client),
                                   l->key[1]};
    return hash_bytes(by_client, name, strlen(name));
}

static struct entry *find(const struct lookups *l, uint64_t hash, const struct addr *client,
                          const char *name)
{
    struct entry *e = table_first(&l->table, hash);
    while (e && !(addr_equal(&e->report.client, client) && strcmp(e->name, name) == 0))
        e = table_next(e);
    return e;
}

static void count(struct lookups *l, enum outcome outcome)
{
    uint64_t *counter = outcome == OUTCOME_ANSWERED     ? &l->counts.answered
                        : outcome == OUTCOME_UNANSWERED ? &l->counts.failed
                                                        : &l->counts.undetermined;
    ++*counter;
    l->counts.open--;
}

static void decide(struct lookups *l, struct entry *e, enum outcome outcome, nstime time,
                   struct lookup *out)
{
    e->report.phase = PHASE_DECIDED | PHASE_FINAL;
    e->report.outcome = outcome;
    e->report.decided = time;
    count(l, outcome);
    *out = e->report;
}

static void evict(struct lookups *l)
{
    struct entry *oldest = table_oldest(&l->table);
    l->counts.evicted++;
    if (is_open(oldest))
        count(l, OUTCOME_UNDETERMINED);
    table_retire(&l->table, oldest);
}

static struct entry *start(struct lookups *l, uint64_t hash, const struct packet *packet,
                           const char *text)
{
    if (table_full(&l->table))
        evict(l);
    char *name = strdup(text);
    struct entry *e = name ? table_add(&l->table, hash) : NULL;
    if (!e) { /* memory is out: nobody follows this one */
        l->counts.evicted++;
        free(name);
        return NULL;
    }
    e->name = name;
    e->deadline = l->now + l->deadline;
    e->report = (struct lookup){
        .phase = PHASE_STARTED,
        .serial = e->head.timer.order,
        .client = packet->src,
        .name = name,
        .sent = packet->time,
        .query_frame = packet->ref,
    };
    table_wake(&l->table, e, e->deadline);
    l->counts.queries++;
    l->counts.open++;
    return e;
}

bool lookups_query(struct lookups *l, nstime now, const struct packet *packet,
                   const struct dns_message *message, struct lookup *out, unsigned *touched)
{
    begin(l, now);
    const struct exchange_key k = exchange_key_query(packet, message, l->key);
    note_query(l, &k);
    *touched += 1;
    const uint64_t hash = hash_lookup(l, &packet->src, k.name);
    struct entry *e = find(l, hash, &packet->src, k.name);
    const bool begins = !e || l->now > e->deadline;
    if (begins)
        e = start(l, hash, packet, k.name);
    if (!e)
        return false;
    if (is_open(e))
        e->report.server = packet->dst;
    if (begins)
        *out = e->report;
    return begins;
}

/* --- Answers ---------------------------------------------------------------------------------- */

static bool owns(const struct dns_record *record, const struct dns_name *name)
{
    return record->class == CLASS_IN && strcmp(record->owner.text, name->text) == 0;
}

static void add_address(struct lesson *lesson, const struct dns_record *record)
{
    for (size_t i = 0; i < lesson->addresses; i++) {
        if (addr_equal(&lesson->address[i].addr, &record->addr))
            return;
    }
    if (lesson->addresses == LOOKUP_ADDRESSES)
        return;
    lesson->address[lesson->addresses].addr = record->addr;
    lesson->address[lesson->addresses].ttl = record->ttl;
    lesson->addresses++;
}

/* What the answer says of one name: its addresses; true and its target where it has another name.
 */
static bool follow(const struct dns_message *message, struct lesson *lesson,
                   const struct dns_name *name, struct dns_name *target, uint32_t *ttl)
{
    const uint8_t *at = message->first_answer;
    uint16_t left = message->answers;
    struct dns_record record;
    bool found = false;
    for (unsigned i = 0; i < RECORDS && dns_next_answer(message, &at, &left, &record); i++) {
        if (!owns(&record, name))
            continue;
        if (record.addr.family != ADDR_NONE)
            add_address(lesson, &record);
        if (record.type == DNS_CNAME && !found) {
            *target = record.target;
            *ttl = record.ttl;
            found = true;
        }
    }
    return found;
}

/* From the question along the chain, whatever order the records have; a loop ends with the room. */
void lookups_lesson(const struct dns_message *message, struct lesson *lesson)
{
    struct dns_name name = message->name, target;
    uint32_t ttl;
    lesson->addresses = lesson->names = 0;
    while (follow(message, lesson, &name, &target, &ttl)) {
        if (lesson->names == LOOKUP_NAMES)
            return;
        lesson->name[lesson->names].name = target;
        lesson->name[lesson->names].ttl = ttl;
        lesson->names++;
        name = target;
    }
}

bool lookups_answer(struct lookups *l, nstime now, const struct packet *packet,
                    const struct dns_message *message, struct lesson *lesson, struct lookup *out,
                    bool *decided, unsigned *touched)
{
    begin(l, now);
    *decided = false;
    const struct exchange_key k = exchange_key_answer(packet, message, l->key);
    if (!find_query(l, &k))
        return false;
    *touched += 1;
    lookups_lesson(message, lesson);
    struct entry *e = find(l, hash_lookup(l, &packet->dst, k.name), &packet->dst, k.name);
    if (!e || !is_open(e) || l->now > e->deadline)
        return true;
    e->report.server = packet->src;
    e->report.answer_frame = packet->ref;
    e->report.has_rcode = lesson->addresses == 0;
    e->report.rcode = e->report.has_rcode ? message->rcode : 0;
    if (lesson->addresses > 0) {
        decide(l, e, OUTCOME_ANSWERED, packet->time, out);
        *decided = true;
    }
    return true;
}

/* --- Time ------------------------------------------------------------------------------------- */

nstime lookups_next(const struct lookups *l)
{
    const nstime next = table_next_due(&l->table), query = table_next_due(&l->queries);
    return next < query ? next : query;
}

bool lookups_expire(struct lookups *l, nstime now, struct lookup *out)
{
    begin(l, now);
    struct entry *e;
    while ((e = table_due(&l->table, now)) != NULL) {
        const bool open = is_open(e);
        if (open)
            decide(l, e, OUTCOME_UNANSWERED, e->deadline, out);
        table_retire(&l->table, e);
        if (open)
            return true;
    }
    return false;
}

bool lookups_close(struct lookups *l, struct lookup *out)
{
    begin(l, l->now);
    struct query *q;
    while ((q = table_oldest(&l->queries)) != NULL)
        drop_query(l, q);
    struct entry *e;
    while ((e = table_oldest(&l->table)) != NULL) {
        const bool open = is_open(e);
        if (open)
            decide(l, e, l->now > e->deadline ? OUTCOME_UNANSWERED : OUTCOME_UNDETERMINED, l->now,
                   out);
        table_retire(&l->table, e);
        if (open)
            return true;
    }
    l->now = NSTIME_NONE;
    return false;
}

const struct lookup_counts *lookups_counts(const struct lookups *l)
{
    return &l->counts;
}
