/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Folds attempts into connects. A connect is told when one of its attempts opened, or when no
 * further attempt can join it; then it is remembered, because a late SYN-ACK or a kill may still
 * overturn one of its attempts. */
#include "connects.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "table.h"

#define REMEMBER (60 * NS_PER_SEC)
/* Windows makes three or four; of what goes beyond, the oldest are folded into one. */
#define MEMBERS 8

struct member {
    uint64_t serial;
    enum outcome outcome; /* OUTCOME_NONE: not decided yet */
    nstime decided;
};

struct entry {
    struct table_entry head;
    struct connect report;
    nstime active;      /* newest SYN or decision */
    struct member rest; /* what the attempts came to that are no longer in member[] */
    struct member member[MEMBERS];
    unsigned members;
    bool told; /* report.outcome was told */
};

struct connects {
    uint64_t key[2];
    nstime gap, now;
    struct table table;
    uint64_t evicted;
};

struct connects *connects_new(nstime gap, uint32_t max, const uint64_t key[2])
{
    struct connects *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->key[0] = key[0];
    c->key[1] = key[1];
    c->gap = gap;
    c->now = NSTIME_NONE;
    table_init(&c->table, sizeof(struct entry), max);
    return c;
}

void connects_free(struct connects *c)
{
    if (!c)
        return;
    table_free(&c->table);
    free(c);
}

/* --- What it comes to ------------------------------------------------------------------------- */

/* What beats what within one connect; of two alike the later one tells. */
static unsigned rank(enum outcome outcome)
{
    static const uint8_t ranks[OUTCOME_COUNT] = {
        [OUTCOME_OPENED] = 5,       [OUTCOME_KILLED] = 4,   [OUTCOME_STALLED] = 4,
        [OUTCOME_RESET] = 3,        [OUTCOME_REJECTED] = 3, [OUTCOME_UNANSWERED] = 3,
        [OUTCOME_UNDETERMINED] = 2, [OUTCOME_ABORTED] = 1,
    };
    return ranks[outcome];
}

static void fold(struct member *into, const struct member *m)
{
    if (m->outcome != OUTCOME_NONE && rank(m->outcome) >= rank(into->outcome))
        *into = *m;
}

static struct member sum(const struct entry *e)
{
    struct member m = e->rest;
    for (unsigned i = 0; i < e->members; i++)
        fold(&m, &e->member[i]);
    return m;
}

static bool is_open(enum outcome outcome)
{
    return outcome == OUTCOME_OPENED || outcome == OUTCOME_KILLED || outcome == OUTCOME_STALLED;
}

static bool has_undecided(const struct entry *e)
{
    for (unsigned i = 0; i < e->members; i++) {
        if (e->member[i].outcome == OUTCOME_NONE)
            return true;
    }
    return false;
}

/* Tells it as it is now. */
static bool tell(struct connects *c, struct entry *e, struct connect *out)
{
    const struct member m = sum(e);
    e->report.outcome = m.outcome == OUTCOME_NONE ? OUTCOME_UNDETERMINED : m.outcome;
    e->report.decided = m.outcome == OUTCOME_NONE ? c->now : m.decided;
    e->told = true;
    table_wake(&c->table, e, e->active + REMEMBER);
    *out = e->report;
    return true;
}

/* --- Attempts --------------------------------------------------------------------------------- */

static uint64_t hash_flow(const struct connects *c, const struct flow *flow)
{
    return hash_bytes(c->key, flow, sizeof *flow);
}

/* The connect that an attempt is of, or that a new one joins. */
static struct entry *find(const struct connects *c, uint64_t hash, const struct attempt *a)
{
    struct entry *e = table_first(&c->table, hash);
    for (unsigned i = 0; e && i < CHAIN_SCAN; i++, e = table_next(e)) {
        if (memcmp(&e->report.flow, &a->flow, sizeof a->flow) != 0)
            continue;
        if (a->phase & PHASE_STARTED) { /* only the newest connect can go on */
            const bool goes_on = !e->told && (has_undecided(e) || a->sent - e->active <= c->gap);
            return goes_on ? e : NULL;
        }
        for (unsigned m = 0; m < e->members; m++) {
            if (e->member[m].serial == a->serial)
                return e;
        }
    }
    return NULL;
}

static struct entry *begin(struct connects *c, uint64_t hash, const struct attempt *a)
{
    if (table_full(&c->table)) {
        c->evicted++;
        table_remove(&c->table, table_oldest(&c->table));
    }
    struct entry *e = table_add(&c->table, hash);
    if (!e) { /* memory is out: nobody follows this one */
        c->evicted++;
        return NULL;
    }
    e->report.serial = e->head.timer.order;
    e->report.flow = a->flow;
    e->report.service = a->service;
    e->report.sent = e->report.sent_last = a->sent;
    e->active = a->sent;
    return e;
}

/* Room for one more: the oldest decided attempt goes into the rest, or the oldest at all. */
static void make_room(struct entry *e)
{
    unsigned i = 0;
    while (i + 1 < MEMBERS && e->member[i].outcome == OUTCOME_NONE)
        i++;
    if (e->member[i].outcome == OUTCOME_NONE)
        i = 0;
    fold(&e->rest, &e->member[i]);
    e->members--;
    memmove(&e->member[i], &e->member[i + 1], (e->members - i) * sizeof e->member[0]);
}

static void join(struct entry *e, const struct attempt *a)
{
    if (e->members == MEMBERS)
        make_room(e);
    e->member[e->members++] = (struct member){.serial = a->serial};
    e->report.attempts++;
}

static void later(nstime *t, nstime than)
{
    if (*t < than)
        *t = than;
}

static void note_decision(struct entry *e, const struct attempt *a)
{
    for (unsigned i = 0; i < e->members; i++) {
        if (e->member[i].serial == a->serial) {
            e->member[i].outcome = a->outcome;
            e->member[i].decided = a->decided;
        }
    }
    later(&e->active, a->decided);
}

bool connects_attempt(struct connects *c, nstime now, const struct attempt *attempt,
                      struct connect *out)
{
    later(&c->now, now);
    if (!(attempt->phase & (PHASE_STARTED | PHASE_DECIDED)))
        return false;
    const uint64_t hash = hash_flow(c, &attempt->flow);
    struct entry *e = find(c, hash, attempt);
    if (!e && (attempt->phase & PHASE_STARTED))
        e = begin(c, hash, attempt);
    if (!e) /* long told and forgotten */
        return false;
    if (attempt->phase & PHASE_STARTED)
        join(e, attempt);
    later(&e->active, attempt->sent_last);
    later(&e->report.sent_last, attempt->sent_last);
    if (attempt->phase & PHASE_DECIDED)
        note_decision(e, attempt);

    const enum outcome outcome = sum(e).outcome;
    if (e->told ? outcome != e->report.outcome : is_open(outcome))
        return tell(c, e, out);
    if (!e->told)
        table_wake(&c->table, e, has_undecided(e) ? NSTIME_NEVER : e->active + c->gap);
    return false;
}

/* --- Time ------------------------------------------------------------------------------------- */

nstime connects_next(const struct connects *c)
{
    return table_next_due(&c->table);
}

bool connects_expire(struct connects *c, nstime now, struct connect *out)
{
    later(&c->now, now);
    struct entry *e;
    while ((e = table_due(&c->table, now)) != NULL) {
        if (!e->told)
            return tell(c, e, out);
        table_remove(&c->table, e);
    }
    return false;
}

bool connects_close(struct connects *c, struct connect *out)
{
    struct entry *e;
    while ((e = table_oldest(&c->table)) != NULL) {
        const bool news = !e->told && tell(c, e, out);
        table_remove(&c->table, e);
        if (news)
            return true;
    }
    c->now = NSTIME_NONE;
    return false;
}

uint64_t connects_evicted(const struct connects *c)
{
    return c->evicted;
}
