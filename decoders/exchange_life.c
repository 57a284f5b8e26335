/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of one exchange. */
#include "exchange_life.h"

#include <stdlib.h>

/* A query that comes again sooner is the same packet seen twice, by a mirror or at each component
 * that pktmon shows: who asks again waits longer. */
#define COPY_WITHIN (20 * NS_PER_MS)

/* --- Deciding --------------------------------------------------------------------------------- */

/* Sets the outcome and says whether that is news. */
static unsigned decide(struct exchange_entry *e, enum outcome outcome, nstime time)
{
    if (e->decided && e->report.outcome == outcome)
        return 0;
    e->report.revised = e->decided;
    e->decided = true;
    e->report.outcome = outcome;
    e->report.decided = time;
    return PHASE_DECIDED;
}

static unsigned decide_finally(struct exchange_entry *e, enum outcome outcome, nstime time)
{
    e->stage = EXCHANGE_REMEMBERED;
    return decide(e, outcome, time) | PHASE_FINAL;
}

/* What it comes to if nothing more is to come. */
static enum outcome verdict(const struct exchange_entry *e, nstime now)
{
    if (e->answer != OUTCOME_NONE)
        return e->answer;
    if (e->report.icmp.seen)
        return OUTCOME_REJECTED;
    if (e->report.reset.seen)
        return OUTCOME_RESET;
    if (e->unseen)
        return OUTCOME_UNDETERMINED;
    return now > e->deadline ? OUTCOME_UNANSWERED : OUTCOME_UNDETERMINED;
}

/* When it was known: an answer tells at once, silence at the deadline. */
static nstime moment(const struct exchange_entry *e, enum outcome outcome, nstime now)
{
    if (outcome == e->answer)
        return e->report.decided;
    return outcome == OUTCOME_UNDETERMINED || now < e->deadline ? now : e->deadline;
}

unsigned exchange_ends(struct exchange_entry *e, nstime now)
{
    if (e->stage == EXCHANGE_REMEMBERED)
        return 0;
    const enum outcome outcome = verdict(e, now);
    return decide_finally(e, outcome, moment(e, outcome, now));
}

unsigned exchange_passes_deadline(struct exchange_entry *e, nstime now)
{
    if (verdict(e, now) != OUTCOME_UNANSWERED)
        return exchange_ends(e, now);
    e->stage = EXCHANGE_OVERDUE; /* a late answer may still come */
    return decide(e, OUTCOME_UNANSWERED, e->deadline);
}

/* --- What meets it ---------------------------------------------------------------------------- */

bool exchange_takes_copy(const struct exchange_entry *e, const struct exchange_limits *limits,
                         nstime now, nstime time)
{
    return e->stage == EXCHANGE_OPEN && e->answer == OUTCOME_NONE && now <= e->deadline &&
           time - e->report.sent <= limits->deadline;
}

void exchange_copied(struct exchange_entry *e, nstime time)
{
    e->report.copies++;
    if (time - e->report.sent_last >= COPY_WITHIN)
        e->asked_again = true;
    if (time > e->report.sent_last) /* copies may stand out of order */
        e->report.sent_last = time;
}

bool exchange_is_unmet(const struct exchange_entry *e)
{
    return e->answer == OUTCOME_NONE && e->stage != EXCHANGE_REMEMBERED;
}

static bool same_content(const struct exchange_entry *e, const struct answer *a)
{
    return e->report.rcode == a->rcode && e->content == a->content;
}

bool exchange_has_twin(const struct exchange_entry *e, const struct answer *a)
{
    return e->report.has_rcode && same_content(e, a);
}

/* Makes an answer the one that the reports show. */
static void show(struct exchange_entry *e, struct answer *a, bool before_query)
{
    struct exchange *r = &e->report;
    free(e->answers);
    e->answers = a->texts;
    a->texts = NULL;
    e->content = a->content;
    e->whole = a->whole;
    e->genuine = a->kind == ANSWER_GENUINE;
    r->answer_frame = a->frame;
    r->answer_ttl = a->ttl;
    r->certificate = a->certificate;
    r->has_rcode = true;
    r->rcode = a->rcode;
    r->rtt = before_query || a->time < r->sent ? NSTIME_NONE : a->time - r->sent;
    if (!e->decided)
        r->decided = a->time;
}

/* Takes an answer in time as the one that counts. Only `answered` is told at once: anything else
 * may be bettered until the deadline. */
static unsigned take(struct exchange_entry *e, struct answer *a, bool before_query)
{
    e->answer = (uint8_t)answer_outcome(a);
    show(e, a, before_query);
    if (e->stage == EXCHANGE_OVERDUE) /* in time by its stamp, but read after the deadline */
        return decide_finally(e, e->answer, a->time);
    return e->answer == OUTCOME_ANSWERED ? decide(e, OUTCOME_ANSWERED, a->time) : 0;
}

/* The contract's order within one exchange, as far as answers go. */
static bool betters(enum outcome one, enum outcome other)
{
    static const uint8_t rank[OUTCOME_COUNT] = {
        [OUTCOME_ANSWERED] = 3, [OUTCOME_ERROR] = 2, [OUTCOME_FOREIGN] = 1};
    return rank[one] > rank[other];
}

/* One query was asked once, and two wrote answers to it: one of them is not the resolver. */
static unsigned conflict(struct exchange_entry *e, const struct answer *a)
{
    e->conflict = true;
    e->answer = OUTCOME_FOREIGN;
    if (e->decided)
        return decide(e, OUTCOME_FOREIGN, a->time);
    e->report.decided = a->time;
    return 0;
}

/* A second answer in time. Two different ones to one query are foreign, even where one of them is
 * proven genuine: somebody else answers too, and the client takes what comes first (domain fact
 * 2.3). Several queries may well get several answers, and the best counts. */
static unsigned further_answer(struct exchange_entry *e, const struct exchange_limits *limits,
                               struct answer *a)
{
    bool genuine = a->kind == ANSWER_GENUINE;
    if (e->conflict || same_content(e, a) || (e->genuine && genuine))
        return 0;
    if (limits->judge_own_names && !e->asked_again && e->whole && a->whole)
        return conflict(e, a);
    return genuine || betters(answer_outcome(a), e->answer) ? take(e, a, false) : 0;
}

unsigned exchange_meets(struct exchange_entry *e, const struct exchange_limits *limits,
                        struct answer *a)
{
    if (e->stage == EXCHANGE_REMEMBERED)
        return 0;
    if (a->time - e->report.sent <= limits->deadline)
        return e->answer == OUTCOME_NONE ? take(e, a, false) : further_answer(e, limits, a);
    if (e->answer != OUTCOME_NONE || e->report.icmp.seen)
        return 0;
    show(e, a, false);
    return decide_finally(e, OUTCOME_LATE, a->time);
}

unsigned exchange_meets_early(struct exchange_entry *e, struct answer *a)
{
    return take(e, a, true);
}

unsigned exchange_rejected(struct exchange_entry *e, const struct packet *error)
{
    if (e->report.icmp.seen || !exchange_is_unmet(e))
        return 0;
    e->report.icmp = (struct icmp_error){
        .seen = true,
        .from = error->src,
        .type = error->icmp.type,
        .code = error->icmp.code,
        .ttl = error->ttl,
        .frame = error->ref,
    };
    /* Before the deadline an answer beats it. */
    return e->stage == EXCHANGE_OPEN ? 0 : decide_finally(e, OUTCOME_REJECTED, error->time);
}

void exchange_is_reset(struct exchange_entry *e, const struct packet *reset)
{
    struct reset_facts *facts = &e->report.reset;
    if (facts->seen)
        return;
    e->report.reset_frame = reset->ref;
    facts->seen = true;
    facts->delay = reset->time - e->report.sent_last;
    facts->ttl = reset->ttl;
    facts->window = reset->tcp.window;
    facts->has_ip_id = facts->has_ip_id && reset->has_ip_id;
    facts->ip_id = reset->ip_id;
    facts->flags = reset->tcp.flags;
}
