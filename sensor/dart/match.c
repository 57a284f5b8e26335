/* SPDX-License-Identifier: GPL-2.0-or-later */
/* match: see match.h. */
#include "sensor/dart/match.h"

#include <stdlib.h>
#include <string.h>

/* A line that a packet should stand beside. */
struct mark {
    nstime local;
    uint8_t family;
    uint16_t port; /* 0: any */
    bool web;
};

/* How well one client agrees in the zone under trial. */
struct candidate {
    struct addr addr;
    int64_t exact, near;
    size_t last; /* the mark that was counted last, plus one */
};

struct trial {
    const struct journal *journal;
    struct mark *mark;
    size_t marks;
    struct candidate *candidate;
    size_t candidates;
    uint32_t *of_entry; /* which candidate an entry of the journal is of */
};

/* What a mark's agreement is worth. A cycle that comes again every 15 s agrees by chance in other
 * zones too, but seldom to the second for long. */
enum { WORTH_EXACT = 3, WORTH_NEAR = 1, WORTH_MISSING = -2 };

static int by_address(const void *one, const void *other)
{
    return addr_compare(&((const struct candidate *)one)->addr,
                        &((const struct candidate *)other)->addr);
}

static bool list_candidates(struct trial *t)
{
    const struct journal *j = t->journal;
    t->candidate = calloc(j->count + 1, sizeof *t->candidate);
    t->of_entry = calloc(j->count + 1, sizeof *t->of_entry);
    if (!t->candidate || !t->of_entry)
        return false;
    for (size_t i = 0; i < j->count; i++)
        t->candidate[i].addr = j->entry[i].client;
    qsort(t->candidate, j->count, sizeof *t->candidate, by_address);
    for (size_t i = 0; i < j->count; i++)
        if (i == 0 || !addr_equal(&t->candidate[i].addr, &t->candidate[t->candidates - 1].addr))
            t->candidate[t->candidates++] = t->candidate[i];
    for (size_t i = 0; i < j->count; i++) {
        const struct candidate key = {.addr = j->entry[i].client};
        const struct candidate *found =
            bsearch(&key, t->candidate, t->candidates, sizeof key, by_address);
        t->of_entry[i] = (uint32_t)(found - t->candidate);
    }
    return true;
}

static bool make_mark(const struct dart_event *event, struct mark *out)
{
    *out = (struct mark){.local = event->local, .family = event->family, .port = event->port};
    out->web = event->kind == DART_SWG_FAILED || event->kind == DART_SWG_CONNECTING;
    return out->web || ((event->kind == DART_CHECKING || event->kind == DART_PROBING) &&
                        (event->port == 0 || event->port == 53 || event->port == 443));
}

static bool same_mark(const struct mark *a, const struct mark *b)
{
    return a->local == b->local && a->family == b->family && a->port == b->port && a->web == b->web;
}

/* Each once a second: "checking" and "probing" are of the same packets, and a log that repeats a
 * line must not cost more for it. */
static bool list_marks(struct trial *t, const struct dart_logs *logs)
{
    t->mark = calloc(logs->count + 1, sizeof *t->mark);
    if (!t->mark)
        return false;
    for (size_t i = 0; i < logs->count; i++) {
        struct mark mark;
        bool known = !make_mark(&logs->event[i], &mark);
        for (size_t k = t->marks; !known && k > 0 && t->mark[k - 1].local == mark.local; k--)
            known = same_mark(&t->mark[k - 1], &mark);
        if (!known)
            t->mark[t->marks++] = mark;
    }
    return true;
}

static nstime whole_second(nstime t)
{
    return t - (t % NS_PER_SEC + NS_PER_SEC) % NS_PER_SEC;
}

static bool fits(const struct mark *mark, const struct journal_entry *entry)
{
    return mark->web == entry->web && (mark->port == 0 || mark->port == entry->port) &&
           (mark->family == ADDR_NONE || mark->family == entry->client.family);
}

static void try_mark(struct trial *t, size_t index, nstime utc)
{
    const struct mark *mark = &t->mark[index];
    const nstime before = mark->web ? MATCH_WEB_BEFORE : NS_PER_SEC;
    /* The exact second first: each client is counted once a mark. */
    for (unsigned pass = 0; pass < 2; pass++) {
        const nstime from = pass == 0 && !mark->web ? utc : utc - before;
        const nstime to = pass == 0 && !mark->web ? utc : utc + NS_PER_SEC;
        for (size_t i = journal_from(t->journal, from);
             i < t->journal->count && whole_second(t->journal->entry[i].sent) <= to; i++) {
            struct candidate *c = &t->candidate[t->of_entry[i]];
            if (c->last == index + 1 || !fits(mark, &t->journal->entry[i]))
                continue;
            c->last = index + 1;
            if (pass == 0)
                c->exact++;
            else
                c->near++;
        }
    }
}

struct score {
    int64_t worth; /* of the best client */
    struct addr client[2];
    size_t agree, of, rivals;
    uint64_t marks;
};

static int64_t worth_of(const struct candidate *c, size_t of)
{
    const int64_t missing = (int64_t)of - c->exact - c->near;
    return c->exact * WORTH_EXACT + c->near * WORTH_NEAR + missing * WORTH_MISSING;
}

/* At least half of the lines: of a site full of clients one in five probes in step with any log. */
static bool agrees(const struct candidate *c, size_t of)
{
    const int64_t met = c->exact + c->near;
    return met > 0 && 2 * met >= (int64_t)of;
}

static size_t count_rivals(const struct trial *t, const size_t of[2], const struct score *best,
                           const struct addr *self)
{
    size_t count = 0;
    for (size_t i = 0; i < t->candidates; i++) {
        const struct candidate *c = &t->candidate[i];
        const bool six = c->addr.family == ADDR_IPV6;
        if (c->addr.family == self->family && !addr_equal(&c->addr, self) && agrees(c, of[six]) &&
            worth_of(c, of[six]) * 10 >= best->worth * 9)
            count++;
    }
    return count;
}

/* The client that agrees best in each family. */
static void choose(const struct trial *t, const size_t of[2], struct score *out)
{
    int64_t best[2] = {0, 0};
    struct addr winner = {0};
    for (size_t i = 0; i < t->candidates; i++) {
        const struct candidate *c = &t->candidate[i];
        const bool six = c->addr.family == ADDR_IPV6;
        const int64_t worth = worth_of(c, of[six]);
        if (!agrees(c, of[six]) || (out->client[six].family && worth <= best[six]))
            continue;
        best[six] = worth;
        out->client[six] = c->addr;
        if (out->worth == INT64_MIN || worth > out->worth) {
            out->worth = worth;
            winner = c->addr;
            out->agree = (size_t)(c->exact + c->near);
            out->of = of[six];
        }
    }
    if (out->worth > 0)
        out->rivals = count_rivals(t, of, out, &winner);
}

static struct score try_zone(struct trial *t, struct dart_span capture, int minutes)
{
    struct score score = {.worth = INT64_MIN};
    size_t of[2] = {0, 0};
    for (size_t i = 0; i < t->candidates; i++)
        t->candidate[i].exact = t->candidate[i].near = 0, t->candidate[i].last = 0;
    for (size_t i = 0; i < t->marks; i++) {
        const nstime utc = t->mark[i].local - minutes * 60 * NS_PER_SEC;
        const nstime after = t->mark[i].web ? MATCH_WEB_AFTER : 0;
        if (utc < whole_second(capture.first) || utc > capture.last + after)
            continue;
        score.marks++;
        of[0] += t->mark[i].family != ADDR_IPV6;
        of[1] += t->mark[i].family != ADDR_IPV4;
        try_mark(t, i, utc);
    }
    choose(t, of, &score);
    return score;
}

static bool spans_meet(const struct dart_span *log, struct dart_span capture, int minutes,
                       nstime after)
{
    const nstime shift = minutes * 60 * NS_PER_SEC;
    return log->first != NSTIME_NONE && log->first - shift <= capture.last + after &&
           log->last - shift >= whole_second(capture.first);
}

static bool overlap(const struct dart_logs *logs, struct dart_span capture, int minutes)
{
    return spans_meet(&logs->dns, capture, minutes, 0) ||
           spans_meet(&logs->web, capture, minutes, MATCH_WEB_AFTER);
}

static void settle(struct match *m, const struct score *score, int minutes)
{
    m->minutes = m->other = minutes;
    m->agree = score->agree;
    m->of = score->of;
    m->rivals = score->rivals;
    m->marks = score->marks;
    memcpy(m->client, score->client, sizeof m->client);
}

/* What zones there are when nothing agrees. */
static void settle_without(struct match *m, const struct dart_logs *logs, struct trial *t)
{
    unsigned zones = 0;
    for (int z = MATCH_FIRST; z <= MATCH_LAST; z += MATCH_STEP) {
        if (!overlap(logs, m->capture, z))
            continue;
        const struct score score = try_zone(t, m->capture, z);
        if (zones++ == 0)
            settle(m, &score, z);
        m->other = z;
        m->marks = score.marks < m->marks ? score.marks : m->marks;
    }
    m->how = zones == 0 ? MATCH_NONE : zones == 1 ? MATCH_ONLY : MATCH_ANY;
    m->overlaps = zones > 0;
}

static void find(struct match *m, const struct dart_logs *logs, struct trial *t, const int *given)
{
    struct score best = {.worth = INT64_MIN}, second = best;
    int zone = 0, second_zone = 0;
    for (int z = MATCH_FIRST; z <= MATCH_LAST; z += MATCH_STEP) {
        const struct score score = try_zone(t, m->capture, z);
        if (score.worth > best.worth) {
            second = best;
            second_zone = zone;
            best = score;
            zone = z;
        } else if (score.worth > second.worth) {
            second = score;
            second_zone = z;
        }
    }
    if (given) {
        const struct score score = try_zone(t, m->capture, *given);
        settle(m, &score, *given);
        m->how = MATCH_GIVEN;
        m->overlaps = overlap(logs, m->capture, *given);
        if (best.worth > 0 && best.worth > score.worth)
            m->other = zone;
    } else if (best.worth <= 0) {
        settle_without(m, logs, t);
    } else {
        settle(m, &best, zone);
        m->overlaps = true;
        /* One line may agree by chance; many, in a second zone, only where the cycle does. */
        const bool close =
            second.worth > 0 && (best.agree == 1 || second.worth * 10 >= best.worth * 9);
        m->how = close ? MATCH_AMBIGUOUS : MATCH_INFERRED;
        if (close)
            m->other = second_zone;
    }
    if (m->rivals > 0 && (m->how == MATCH_GIVEN || m->how == MATCH_INFERRED))
        m->how = MATCH_CLIENTS;
}

bool match_find(const struct dart_logs *logs, const struct journal *journal,
                struct dart_span capture, const int *given, struct match *out)
{
    struct trial trial = {.journal = journal};
    *out = (struct match){.how = MATCH_NONE, .capture = capture};
    const bool good = list_marks(&trial, logs) && list_candidates(&trial);
    if (good && capture.first != NSTIME_NONE)
        find(out, logs, &trial, given);
    free(trial.mark);
    free(trial.candidate);
    free(trial.of_entry);
    return good;
}
