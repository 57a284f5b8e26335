/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folding: see folding.h. */
#include "sensor/detect/folding.h"

#include <stdlib.h>

/* What is left to do when a wider alert has begun or changed: first the segments, which the site's
 * takes in, then the clients with something that stands. */
struct pending {
    bool any;
    size_t scope; /* whose alert it is */
    enum protection protection;
    size_t segment; /* the next to look at */
    bool begun;     /* with the clients */
    struct client *client;
};

struct folding {
    nstime window; /* of the samples: health.window_time */
    struct scopes *scopes;
    struct alerts alerts;
    struct carried carried;
    struct pending pending;
};

struct folding *folding_new(const struct config *config)
{
    struct folding *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->window = config->health.window_time;
    f->scopes = scopes_new(config);
    f->carried.due = NSTIME_NEVER;
    if (!f->scopes) {
        free(f);
        return NULL;
    }
    return f;
}

void folding_free(struct folding *f)
{
    if (!f)
        return;
    scopes_free(f->scopes);
    carried_free(&f->carried);
    free(f);
}

/* An alert of before the restart goes on. Nobody has been told of it in this run. */
static void go_on(struct alert_state *state, const struct carried_alert *carried)
{
    state->id = carried->id;
    state->told_code = state->told_cause = UINT8_MAX;
    if (carried->since < state->since)
        state->since = carried->since;
}

static struct notice *next_notice(struct notices *out)
{
    return &out->item[out->count];
}

/* --- wider alerts ---------------------------------------------------------------------------- */

static struct alert_reach reach_of(const struct folding *f, size_t number, uint64_t count,
                                   uint64_t of)
{
    const struct segment *segment = scopes_segment(f->scopes, number);
    struct alert_reach reach = {.scope = segment ? SCOPE_SEGMENT : SCOPE_SITE,
                                .family = scopes_family(f->scopes, number),
                                .count = count,
                                .of = of};
    if (segment)
        reach.segment = *segment;
    return reach;
}

static void end_wide(struct folding *f, size_t number, enum protection protection,
                     enum notice_resolution resolution, nstime now, struct notices *out)
{
    struct scope *scope = scopes_at(f->scopes, number, protection);
    const struct alert_reach reach = reach_of(f, number, scope->most, scope->most_of);
    alerts_end_wide(&scope->alert, &reach, resolution, now, next_notice(out));
    out->count++;
    scopes_release(scope, now);
}

/* why: how the failure ended whose end may be the last straw. That clients fall silent ends it only
 * with the last of them. */
static void end_if_over(struct folding *f, size_t number, enum protection protection,
                        enum notice_resolution why, nstime now, struct notices *out)
{
    const struct scope *scope = scopes_at(f->scopes, number, protection);
    const bool gone = why == RESOLUTION_CLIENT_GONE;
    if (!scope->alert.id || (gone ? scope->folded > 0 : !scopes_over(f->scopes, scope)))
        return;
    end_wide(f, number, protection, why, now, out);
}

/* One that fires goes over to another kind of failure when more clients fail in that. */
static void widen(struct folding *f, size_t number, const struct client *client,
                  const struct judgement *judgement, struct notices *out)
{
    const enum protection protection = judgement->protection;
    const struct alert_state *one = &client->protection[protection].alert;
    const enum notice_code code = (enum notice_code)one->code;
    const enum cause cause = (enum cause)one->cause;
    struct scope *scope = scopes_at(f->scopes, number, protection);
    if (!scopes_widens(f->scopes, scope, code, cause))
        return;
    const struct alert_state *stands = &scope->alert;
    const struct scope_group *group = scope_group(scope, code, cause);
    const struct scope_group *before =
        scope_group(scope, (enum notice_code)stands->code, (enum cause)stands->cause);
    if (stands->id && (group == before || group->clients <= before->clients))
        return;
    const struct alert_reach reach = reach_of(f, number, group->clients, scope->active);
    struct carried_alert carried;
    if (!stands->id && carried_take_wide(&f->carried, reach.family,
                                         scopes_segment(f->scopes, number), protection, &carried)) {
        scope->alert.since = group->since;
        go_on(&scope->alert, &carried);
    }
    alerts_widen(&f->alerts, &scope->alert, &reach, one, judgement, group->since, next_notice(out));
    out->count++;
    f->pending = (struct pending){.any = true, .scope = number, .protection = protection};
}

static bool site_stands(const struct folding *f, const struct scope_member *member,
                        enum protection protection)
{
    return scopes_at(f->scopes, member->site, protection)->alert.id > 0;
}

/* --- clients --------------------------------------------------------------------------------- */

/* Folds the client's failure where a wider alert stands for it; false where none does. */
static bool fold(struct folding *f, struct client *client, enum protection protection, nstime now,
                 struct notices *out)
{
    struct alert_state *state = &client->protection[protection].alert;
    const size_t number = scopes_cover(f->scopes, &client->member, protection, state->id > 0);
    if (!number)
        return false;
    scopes_fold(f->scopes, &client->member, protection, number);
    const struct alert_reach reach = reach_of(f, number, 0, 0);
    const struct notice wider = {.id = scopes_at(f->scopes, number, protection)->alert.id,
                                 .scope = reach.scope,
                                 .family = reach.family,
                                 .segment = reach.segment};
    if (alerts_fold(state, &client->addr, &wider, now, next_notice(out)))
        out->count++;
    return true;
}

void folding_seen(struct folding *f, struct client *client, nstime now)
{
    scopes_seen(f->scopes, &client->member, &client->addr, &client->tags, now);
}

void folding_uses(struct folding *f, struct client *client, enum protection protection)
{
    scopes_uses(f->scopes, &client->member, protection);
}

void folding_quiet(struct folding *f, struct client *client, enum protection protection, bool works,
                   nstime now, struct notices *out)
{
    struct carried_alert carried;
    if (works && carried_take_client(&f->carried, &client->addr, protection, &carried))
        carried_end(&carried, RESOLUTION_RECOVERED, now, &out->item[out->count++]);
    scopes_fails_no_more(f->scopes, &client->member, protection, works);
    end_if_over(f, client->member.site, protection, RESOLUTION_RECOVERED, now, out);
    end_if_over(f, client->member.segment, protection, RESOLUTION_RECOVERED, now, out);
}

void folding_judged(struct folding *f, struct client *client, const struct judgement *judgement,
                    const struct health *health, struct notices *out)
{
    const enum protection protection = judgement->protection;
    struct scope_member *member = &client->member;
    struct alert_state *state = &client->protection[protection].alert;
    switch (alerts_follow(state, judgement, health->failed_samples, f->window)) {
    case ALERT_QUIET: /* one that only may fail is not known to work either */
        if (!state->stands)
            scopes_fails_no_more(f->scopes, member, protection, false);
        return;
    case ALERT_RECOVERED:
        folding_end(f, client, protection, RESOLUTION_RECOVERED, judgement->time, out);
        return;
    case ALERT_UNFIT:
        folding_end(f, client, protection, RESOLUTION_SUSPENDED, judgement->time, out);
        return;
    case ALERT_STANDS:
        break;
    }
    struct carried_alert carried;
    if (!state->id && carried_take_client(&f->carried, &client->addr, protection, &carried))
        go_on(state, &carried);
    scopes_fails(f->scopes, member, protection, (enum notice_code)state->code,
                 (enum cause)state->cause, state->since);
    if (!state->id && health->last_bad != NSTIME_NONE &&
        scopes_waits(f->scopes, member, protection, health->last_bad))
        return;
    widen(f, member->site, client, judgement, out);
    if (member->segment && !site_stands(f, member, protection))
        widen(f, member->segment, client, judgement, out);
    if (!fold(f, client, protection, judgement->time, out) &&
        alerts_tell(&f->alerts, state, judgement, next_notice(out)))
        out->count++;
}

void folding_end(struct folding *f, struct client *client, enum protection protection,
                 enum notice_resolution resolution, nstime now, struct notices *out)
{
    struct alert_state *state = &client->protection[protection].alert;
    if (!state->stands)
        return;
    if (alerts_end(state, &client->addr, resolution, now, next_notice(out)))
        out->count++;
    scopes_fails_no_more(f->scopes, &client->member, protection,
                         resolution == RESOLUTION_RECOVERED);
    end_if_over(f, client->member.site, protection, resolution, now, out);
    end_if_over(f, client->member.segment, protection, resolution, now, out);
}

void folding_forget(struct folding *f, struct client *client)
{
    scopes_leave(f->scopes, &client->member);
    if (f->pending.client == client)
        f->pending.begun = false;
}

bool folding_told(const struct folding *f, const struct client *client, enum protection protection)
{
    return client->protection[protection].alert.id ||
           scopes_cover(f->scopes, &client->member, protection, false);
}

/* --- what a wider alert takes in ------------------------------------------------------------- */

/* The site's alert takes in those of its segments. */
static bool next_segment(struct folding *f, nstime now, struct notices *out)
{
    struct pending *p = &f->pending;
    if (scopes_segment(f->scopes, p->scope) ||
        !scopes_at(f->scopes, p->scope, p->protection)->alert.id)
        return false;
    for (; p->segment < scopes_count(f->scopes); p->segment++) {
        if (!scopes_segment(f->scopes, p->segment) ||
            scopes_family(f->scopes, p->segment) != scopes_family(f->scopes, p->scope) ||
            !scopes_at(f->scopes, p->segment, p->protection)->alert.id)
            continue;
        end_wide(f, p->segment, p->protection, RESOLUTION_FOLDED, now, out);
        return true;
    }
    return false;
}

static bool concerned(const struct pending *p, const struct client *client)
{
    return client->protection[p->protection].alert.stands &&
           (client->member.site == p->scope || client->member.segment == p->scope);
}

bool folding_next(struct folding *f, const struct clients *clients, nstime now, struct notices *out)
{
    struct pending *p = &f->pending;
    if (!p->any)
        return false;
    if (next_segment(f, now, out))
        return true;
    if (!p->begun) {
        p->begun = true;
        p->client = clients_first_alerting(clients);
    }
    while (p->client) {
        struct client *client = p->client;
        p->client = TAILQ_NEXT(client, by_alert);
        if (concerned(p, client))
            fold(f, client, p->protection, now, out);
        if (out->count)
            return true;
    }
    p->any = false;
    return false;
}

/* --- over a restart -------------------------------------------------------------------------- */

bool folding_carry(struct folding *f, const struct carried_alert *alert, size_t count,
                   uint64_t last_id, nstime due)
{
    if (last_id > f->alerts.last_id)
        f->alerts.last_id = last_id;
    return carried_set(&f->carried, alert, count, due);
}

nstime folding_carried_due(const struct folding *f)
{
    return f->carried.due;
}

void folding_carried_wait(struct folding *f, nstime due)
{
    if (f->carried.left)
        f->carried.due = due;
}

bool folding_carried_end(struct folding *f, nstime now, struct notices *out)
{
    struct carried_alert carried;
    if (!carried_take_next(&f->carried, &carried))
        return false;
    carried_end(&carried, RESOLUTION_CLIENT_GONE, now, next_notice(out));
    out->count++;
    return true;
}

/* --- the clock set anew ---------------------------------------------------------------------- */

bool folding_suspend(struct folding *f, nstime now, struct notices *out)
{
    f->pending.any = false;
    for (size_t i = 0; i < scopes_count(f->scopes); i++)
        for (int p = 0; p < PROTECTION_COUNT; p++)
            if (scopes_at(f->scopes, i, (enum protection)p)->alert.id) {
                end_wide(f, i, (enum protection)p, RESOLUTION_SUSPENDED, now, out);
                return true;
            }
    return false;
}

void folding_gap(struct folding *f)
{
    scopes_gap(f->scopes);
}

struct alerts *folding_alerts(struct folding *f)
{
    return &f->alerts;
}
