/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reconcile: see reconcile.h. */
#include "sensor/dart/reconcile.h"

#include <string.h>

/* A round without a beginning in the log: two ports at five seconds each (domain fact 2.1). */
#define ROUND      (10 * NS_PER_SEC)
#define ROUND_MOST (60 * NS_PER_SEC)

struct comparison {
    const struct dart_logs *logs;
    const struct journal *journal;
    const struct match *match;
    struct dart_facts *out;
};

static void add(struct dart_facts *facts, const struct dart_fact *fact)
{
    for (size_t i = 0; i < facts->count; i++) {
        struct dart_fact *known = &facts->fact[i];
        if (known->kind == fact->kind && known->family == fact->family && known->web == fact->web) {
            known->times++;
            if (fact->kind >= DART_FACT_LOG_REJECTED) {
                known->at = fact->at;
                memcpy(known->state, fact->state, sizeof known->state);
            }
            return;
        }
    }
    if (facts->count == RECONCILE_FACTS)
        return; /* there are not so many kinds and families */
    facts->fact[facts->count] = *fact;
    facts->fact[facts->count++].times = 1;
}

static bool is_client(const struct match *match, const struct addr *addr)
{
    return addr_equal(addr, &match->client[addr->family == ADDR_IPV6]);
}

static void count(const struct comparison *c, struct dart_fact *fact, bool web)
{
    struct dart_tally *tally = &fact->tally;
    for (size_t i = journal_from(c->journal, fact->since - NS_PER_SEC / 2);
         i < c->journal->count && c->journal->entry[i].sent < fact->at + NS_PER_SEC; i++) {
        const struct journal_entry *e = &c->journal->entry[i];
        if (e->web != web || !is_client(c->match, &e->client) ||
            (fact->family && fact->family != e->client.family))
            continue;
        tally->total++;
        tally->outcome[e->outcome]++;
        if (tally->frames < RECONCILE_FRAMES &&
            (tally->frames == 0 || tally->frame[0].file == e->frame.file))
            tally->frame[tally->frames++] = e->frame;
    }
}

static uint8_t kind_of_round(const struct comparison *c, const struct dart_fact *fact)
{
    const struct dart_tally *t = &fact->tally;
    if (t->total == 0) {
        const bool six = fact->family == ADDR_IPV6;
        return six && !c->match->client[1].family ? DART_FACT_NO_ROUTE : DART_FACT_ABSENT;
    }
    if (t->outcome[OUTCOME_ANSWERED])
        return DART_FACT_ANSWERED;
    if (t->outcome[OUTCOME_UNDETERMINED] == t->total)
        return DART_FACT_YOUNG;
    const uint64_t silent = t->outcome[OUTCOME_UNANSWERED] + t->outcome[OUTCOME_UNDETERMINED];
    return silent == t->total ? DART_FACT_SILENT : DART_FACT_REFUSED;
}

static bool within(const struct match *match, nstime utc, nstime after)
{
    return utc + NS_PER_SEC > match->capture.first && utc <= match->capture.last + after;
}

/* Whose packets to look at. Where no client agrees with the log, nothing can be said of its own. */
static bool comparable(const struct comparison *c, uint8_t family)
{
    const struct match *m = c->match;
    if (!m || !m->overlaps)
        return false;
    return m->client[0].family || (family != ADDR_IPV4 && m->client[1].family);
}

/* In UTC where logs and capture meet in a zone that is sure, else as logged. */
static nstime told(const struct comparison *c, nstime local)
{
    return c->match && c->match->overlaps ? match_utc(c->match, local) : local;
}

/* One "rejected all", or the last of a round that gave up both ports. Times as logged. */
static void close_round(const struct comparison *c, uint8_t family, nstime since, nstime at)
{
    struct dart_fact fact = {
        .kind = DART_FACT_LOG_REJECTED, .family = family, .since = told(c, at), .at = told(c, at)};
    if (since == NSTIME_NONE || at - since > ROUND_MOST)
        since = at - ROUND;
    if (comparable(c, family) && within(c->match, fact.at, 0)) {
        fact.since = told(c, since);
        count(c, &fact, false);
        fact.kind = kind_of_round(c, &fact);
    }
    add(c->out, &fact);
}

/* A family's machine: 443, then 53, then both are rejected; or 443 alone. */
static void follow_machine(const struct comparison *c, uint8_t family)
{
    nstime since = NSTIME_NONE, rejected = NSTIME_NONE;
    for (size_t i = 0; i < c->logs->count; i++) {
        const struct dart_event *e = &c->logs->event[i];
        if (e->family != family)
            continue;
        const bool begins = e->kind == DART_CHECKING || e->kind == DART_PROBING;
        if (rejected != NSTIME_NONE &&
            ((begins && e->port == 443) || e->local - rejected > ROUND_MOST)) {
            close_round(c, family, since, rejected);
            since = rejected = NSTIME_NONE;
        }
        if (begins && since == NSTIME_NONE)
            since = e->local;
        if (e->kind != DART_REJECTED)
            continue;
        rejected = e->local;
        if (e->port != 443) {
            close_round(c, family, since, rejected);
            since = rejected = NSTIME_NONE;
        }
    }
    if (rejected != NSTIME_NONE)
        close_round(c, family, since, rejected);
}

static void take_swg(const struct comparison *c, const struct dart_event *event)
{
    struct dart_fact fact = {.kind = DART_FACT_LOG_SWG_FAILED,
                             .since = told(c, event->local),
                             .at = told(c, event->local)};
    c->out->swg_failed = true;
    if (comparable(c, ADDR_NONE) && within(c->match, fact.at, MATCH_WEB_AFTER)) {
        fact.since = fact.at - MATCH_WEB_BEFORE;
        count(c, &fact, true);
        fact.kind = fact.tally.total == 0                    ? DART_FACT_SWG_ABSENT
                    : fact.tally.outcome[OUTCOME_OPENED] > 0 ? DART_FACT_SWG_OPENED
                                                             : DART_FACT_SWG_FAILED;
    }
    add(c->out, &fact);
}

static void take_state(const struct comparison *c, const struct dart_event *event)
{
    struct dart_fact fact = {
        .kind = DART_FACT_LOG_STATE, .family = event->family, .web = event->kind == DART_WEB_STATE};
    phrases_state(event->text, fact.state);
    fact.since = fact.at = told(c, event->local);
    if (!c->match || !c->match->overlaps || fact.at <= c->match->capture.last)
        add(c->out, &fact);
}

/* Nothing of the module's is in the capture, though it says that it probes or tries. */
static void look_for_any(const struct comparison *c)
{
    const struct match *m = c->match;
    if (m->client[0].family || m->client[1].family || m->marks == 0 || c->journal->count > 0)
        return;
    const struct dart_fact fact = {.kind = DART_FACT_NO_PROBES,
                                   .since = m->capture.first,
                                   .at = m->capture.last,
                                   .tally.total = m->marks};
    add(c->out, &fact);
}

void reconcile(const struct dart_logs *logs, const struct journal *journal,
               const struct match *match, struct dart_facts *out)
{
    static const uint8_t families[] = {ADDR_IPV4, ADDR_IPV6, ADDR_NONE};
    /* Where no zone is sure, times are the log's, and nothing is laid beside them. */
    const bool sure = match && (match->how == MATCH_GIVEN || match->how == MATCH_INFERRED ||
                                match->how == MATCH_ONLY);
    const struct comparison c = {
        .logs = logs, .journal = journal, .match = sure ? match : NULL, .out = out};
    *out = (struct dart_facts){0};
    if (match && journal) {
        const struct comparison all = {.journal = journal, .match = match, .out = out};
        look_for_any(&all);
        for (size_t i = 0; i < journal->count; i++)
            out->swg_failed |=
                journal->entry[i].web && (journal->entry[i].outcome == OUTCOME_RESET ||
                                          journal->entry[i].outcome == OUTCOME_REJECTED ||
                                          journal->entry[i].outcome == OUTCOME_UNANSWERED);
    }
    for (size_t i = 0; i < sizeof families; i++)
        follow_machine(&c, families[i]);
    for (size_t i = 0; i < logs->count; i++) {
        if (logs->event[i].kind == DART_SWG_FAILED)
            take_swg(&c, &logs->event[i]);
        else if (logs->event[i].kind == DART_STATE || logs->event[i].kind == DART_WEB_STATE)
            take_state(&c, &logs->event[i]);
    }
}
