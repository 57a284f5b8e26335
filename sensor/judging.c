/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judging: see judging.h. */
#include "sensor/judging.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "sensor/crediting.h"
#include "sensor/swg_paths.h"

struct judging {
    const struct config *config;
    struct clients *clients;
    struct control *control;
    struct folding *folding;
    struct crediting crediting;
    struct hiding hiding;
    struct sensing sensing;
    struct like { /* at the end: how many clients there are, and how many of them stand so */
        size_t clients, status[STATUS_COUNT];
    } like[PROTECTION_COUNT];
    struct trace *trace;        /* NULL: nobody asks for it */
    struct judgement judgement; /* scratch: too large for the stack of every report */
    bool live;
    bool changed; /* the judgement is news */
    uint64_t lost;
};

struct judging *judging_new(const struct config *config, const uint64_t key[2])
{
    struct judging *j = calloc(1, sizeof *j);
    if (!j)
        return NULL;
    j->config = config;
    sensing_init(&j->sensing, config);
    j->clients = clients_new(config, key);
    j->control = control_new(config, key);
    j->folding = folding_new(config);
    j->crediting = (struct crediting){.config = config, .control = j->control};
    if (!hiding_init(&j->hiding, config) || !j->clients || !j->control || !j->folding) {
        judging_free(j);
        return NULL;
    }
    return j;
}

void judging_free(struct judging *j)
{
    if (!j)
        return;
    clients_free(j->clients);
    control_free(j->control);
    folding_free(j->folding);
    hiding_free(&j->hiding);
    free(j->trace);
    free(j);
}

bool judging_explain(struct judging *j)
{
    if (!j->trace)
        j->trace = malloc(sizeof *j->trace);
    return j->trace;
}

void judging_live(struct judging *j)
{
    j->live = j->sensing.live = true;
}

/* --- clients --------------------------------------------------------------------------------- */

static void end_alerts(struct judging *j, struct client *client, enum notice_resolution resolution,
                       nstime now, struct notices *out)
{
    for (int p = 0; p < PROTECTION_COUNT; p++)
        folding_end(j->folding, client, (enum protection)p, resolution, now, out);
    clients_set_alerting(j->clients, client, false);
}

static struct vlan_tags tags_of(const struct packet *packet)
{
    return (struct vlan_tags){.count = packet->vlans < 2 ? packet->vlans : 2,
                              .id = {packet->vlan[0], packet->vlan[1]}};
}

/* Nothing of it stands any more; it may be dropped. */
static void bid_farewell(struct judging *j, struct client *client, nstime now, struct notices *out)
{
    end_alerts(j, client, RESOLUTION_CLIENT_GONE, now, out);
    folding_forget(j->folding, client);
}

static struct client *see(struct judging *j, const struct addr *addr, const uint8_t *mac,
                          const struct vlan_tags *tags, nstime now, struct notices *out)
{
    if (!clients_find(j->clients, addr) && clients_full(j->clients)) {
        struct client *oldest = clients_oldest(j->clients);
        bid_farewell(j, oldest, now, out);
        clients_drop(j->clients, oldest);
    }
    struct client *client = clients_see(j->clients, addr, mac, now);
    if (client) {
        client->tags = *tags;
        folding_seen(j->folding, client, now);
    } else {
        j->lost++;
    }
    return client;
}

/* A system begins from one TTL; packets that began from two come from two systems. */
static void note_ttl(struct client *client, uint8_t ttl)
{
    if (client->ttls[0] == 0)
        client->ttls[0] = ttl;
    else if (client->ttls[1] == 0 &&
             ttl + hops_of_ttl(ttl) != client->ttls[0] + hops_of_ttl(client->ttls[0]))
        client->ttls[1] = ttl;
}

void judging_packet(struct judging *j, nstime now, const struct packet *packet,
                    const struct reports *reports, struct notices *out)
{
    out->count = 0;
    j->sensing.watched = j->sensing.watched || reports->watched > 0;
    sensing_weigh(&j->sensing, folding_alerts(j->folding), now, control_loss(j->control), out);
    if (reports->passing && j->config->capture.control)
        control_packet(j->control, packet);
    if (reports->dns_server) {
        struct client *server = clients_find(j->clients, &packet->src);
        if (server)
            server->answers_dns = true;
    }
    if (reports->answer || (reports->early_met && reports->passing))
        control_answer(j->control, now, reports->answer_unmet, reports->early_met);
    if (reports->portal.family != ADDR_NONE)
        control_portal(j->control, &packet->dst, &reports->portal, packet->ref);
    if (reports->client.family == ADDR_NONE)
        return;
    const struct vlan_tags tags = tags_of(packet);
    struct client *client = clients_find(j->clients, &reports->client);
    if (client ? reports->from_client : reports->opening || reports->unsolicited)
        client = see(j, &reports->client,
                     reports->from_client && packet->has_mac ? packet->mac : NULL, &tags, now, out);
    if (!client)
        return;
    if (reports->from_client)
        note_ttl(client, packet->ttl);
    if (reports->no_route && client->unroutable++ == 0)
        client->unroutable_frame = packet->ref;
    if (reports->unsolicited && client->unsolicited++ == 0) {
        client->unsolicited_frame = packet->ref;
        client->protection[PROTECTION_DNS].seen = true;
    }
    if (reports->early_met && client->unsolicited)
        client->unsolicited--;
}

/* --- judging --------------------------------------------------------------------------------- */

static bool other_family_works(const struct judging *j, const struct client *client,
                               enum protection protection)
{
    return protection == PROTECTION_WEB &&
           clients_other_family_works(j->clients, client, protection);
}

static bool other_family_alive(const struct judging *j, const struct client *client)
{
    const struct client *tied[CLIENTS_TIED];
    size_t count = clients_tied(j->clients, client, tied);
    for (size_t i = 0; i < count; i++)
        if (control_of(j->control, &tied[i]->addr).received_far ||
            tied[i]->protection[PROTECTION_DNS].status == STATUS_PROTECTED ||
            tied[i]->protection[PROTECTION_WEB].status == STATUS_PROTECTED)
            return true;
    return false;
}

/* What the same host's other family comes to, where it is known. */
static enum status other_family(const struct judging *j, const struct client *client,
                                enum protection protection)
{
    const struct client *tied[CLIENTS_TIED];
    size_t count = clients_tied(j->clients, client, tied);
    enum status best = STATUS_UNDETERMINED;
    for (size_t i = 0; i < count; i++) {
        enum status status = (enum status)tied[i]->protection[protection].status;
        if (best != STATUS_PROTECTED && status != STATUS_UNDETERMINED)
            best = status;
    }
    return best;
}

static void run_diagnosis(struct judging *j, const struct watchlist *watchlist,
                          const struct client *client, enum protection protection,
                          const struct health *health, nstime now)
{
    struct diagnosis diagnosis = {
        .config = j->config,
        .client = client,
        .protection = protection,
        .health = health,
        .control = j->control,
        .swg = swg_paths_origin(watchlist, client, protection),
        .moved_on = swg_paths_moved_on(watchlist, client, protection),
        .clients = j->like[protection].clients,
        .alike = j->like[protection].status[health->status],
        .other_family = other_family(j, client, protection),
        .other_family_alive = other_family_alive(j, client),
        .other_family_works = clients_other_family_works(j->clients, client, protection),
        .now = now,
        .trace = j->trace,
    };
    diagnose(&diagnosis, &j->judgement);
}

/* Undetermined is no judgement yet, so it is no client's first. */
static void note_change(struct judging *j, struct protection_state *state)
{
    if (!j->live ||
        (state->told_status == j->judgement.status && state->told_cause == j->judgement.cause))
        return;
    state->told_status = (uint8_t)j->judgement.status;
    state->told_cause = (uint8_t)j->judgement.cause;
    j->changed = true;
}

static void judge(struct judging *j, const struct watchlist *watchlist, nstime now,
                  struct client *client, enum protection protection, bool at_end,
                  struct notices *out)
{
    struct protection_state *state = &client->protection[protection];
    struct health health = health_judge(client, protection, j->config,
                                        other_family_works(j, client, protection), at_end);
    if (health.waiting)
        return;
    bool failing = health.status > STATUS_PROTECTED;
    bool changed = health.status != state->status;
    state->status = (uint8_t)health.status;
    state->works = health.works;
    client_judged(client, protection, &health);
    /* A cause is sought only where somebody could be told of it; one that stands is looked at again
     * once a second. */
    state->hidden = state->hidden && failing;
    if (!failing && !state->alert.stands) {
        folding_quiet(j->folding, client, protection, health.status == STATUS_PROTECTED, now, out);
        if (j->live && health.status != state->told_status) {
            run_diagnosis(j, watchlist, client, protection, &health, now);
            note_change(j, state);
        }
        return;
    }
    if (failing && !changed && (state->hidden || folding_told(j->folding, client, protection)) &&
        now - state->diagnosed < NS_PER_SEC)
        return;
    bool other = failing && client_role(client, j->config) == ROLE_OTHER;
    if (other && !j->live)
        return;
    state->diagnosed = now;
    run_diagnosis(j, watchlist, client, protection, &health, now);
    note_change(j, state);
    if (other || hiding_hides(&j->hiding, client, &j->judgement))
        return;
    folding_judged(j->folding, client, &j->judgement, &health, out);
    clients_set_alerting(j->clients, client,
                         client->protection[PROTECTION_DNS].alert.stands ||
                             client->protection[PROTECTION_WEB].alert.stands);
}

/* --- reports --------------------------------------------------------------------------------- */

/* What the control group came to is kept with the client: by the end it may have worked again for
 * long. A failure that is held back for want of it is looked at again, at most once a second. */
static void follow_control(struct judging *j, const struct watchlist *watchlist, nstime now,
                           struct client *client, struct notices *out)
{
    client_control_works(client, control_of(j->control, &client->addr).last_ok);
    for (int p = 0; p < PROTECTION_COUNT; p++) {
        const struct protection_state *state = &client->protection[p];
        if (state->status <= STATUS_PROTECTED || state->alert.stands ||
            now - state->last_sent > CLIENT_NEXT_TRY || now - state->diagnosed < NS_PER_SEC)
            continue;
        judge(j, watchlist, now, client, (enum protection)p, false, out);
        return;
    }
}

/* Whose SWG lookups succeed may have no use for the SWG, like the DNS server that asks for all. */
static void note_use(struct judging *j, struct client *client, enum protection protection,
                     const struct report *report, nstime now)
{
    const enum role role = client_role(client, j->config);
    bool looks_up_only =
        report->kind == REPORT_LOOKUP && client->protection[protection].lookups.failed == 0;
    if (!looks_up_only && role != ROLE_OTHER && !hiding_excludes(&j->hiding, client, role, now))
        folding_uses(j->folding, client, protection);
}

void judging_report(struct judging *j, const struct watchlist *watchlist, nstime now,
                    const struct report *report, bool at_end, struct notices *out)
{
    out->count = 0;
    j->changed = false;
    struct client *other = crediting_control(&j->crediting, j->clients, report);
    if (other && !at_end)
        follow_control(j, watchlist, now, other, out);
    const struct addr *addr = crediting_client(report);
    struct client *client = addr ? clients_find(j->clients, addr) : NULL;
    if (!client)
        return; /* the control group's, or the client has made way */
    enum protection protection;
    bool judged = crediting_report(&j->crediting, client, report, &protection);
    note_use(j, client, protection, report, now);
    if (!judged)
        return;
    client_control_works(client, control_of(j->control, &client->addr).last_ok);
    judge(j, watchlist, now, client, protection, at_end, out);
}

bool judging_more(struct judging *j, nstime now, struct notices *out)
{
    out->count = 0;
    return folding_next(j->folding, j->clients, now, out);
}

const struct judgement *judging_changed(const struct judging *j)
{
    return j->changed ? &j->judgement : NULL;
}

/* --- time ------------------------------------------------------------------------------------ */

static nstime next_gone(const struct judging *j)
{
    const struct client *client = clients_first_alerting(j->clients);
    return client ? client->last_seen + j->config->alerts.client_gone : NSTIME_NEVER;
}

/* DHCP gives the address to the next. */
static nstime next_forgotten(const struct judging *j)
{
    const struct client *client = j->live ? clients_oldest(j->clients) : NULL;
    return client ? client->last_seen + j->config->health.forget : NSTIME_NEVER;
}

nstime judging_next(const struct judging *j)
{
    const nstime carried = folding_carried_due(j->folding), blind = sensing_next(&j->sensing);
    const nstime gone = next_gone(j), forgotten = next_forgotten(j);
    const nstime next = carried < blind ? carried : blind;
    const nstime client = gone < forgotten ? gone : forgotten;
    return client < next ? client : next;
}

/* What stands, one a call; false when nothing does any more. */
static bool suspend(struct judging *j, nstime now, struct notices *out)
{
    if (folding_suspend(j->folding, now, out))
        return true;
    struct client *client = clients_first_alerting(j->clients);
    if (client)
        end_alerts(j, client, RESOLUTION_SUSPENDED, now, out);
    return client;
}

void judging_captured(struct judging *j, nstime now, struct notices *out)
{
    out->count = 0;
    sensing_frame(&j->sensing, now, out);
    control_captured(j->control, now);
}

void judging_dropped(struct judging *j, nstime now, uint64_t frames)
{
    control_dropped(j->control, now, frames);
}

unsigned judging_lacking(const struct judging *j)
{
    const struct loss_count count = loss_since(control_loss(j->control), NSTIME_NONE);
    return loss_permille(&count, LOSS_RATE_LEAST);
}

bool judging_expire(struct judging *j, nstime now, struct notices *out)
{
    out->count = 0;
    nstime due = judging_next(j);
    if (due >= now)
        return false;
    if (due == sensing_next(&j->sensing)) {
        if (!suspend(j, due, out))
            sensing_goes_blind(&j->sensing, folding_alerts(j->folding), due, out);
    } else if (due == next_gone(j)) {
        end_alerts(j, clients_first_alerting(j->clients), RESOLUTION_CLIENT_GONE, due, out);
    } else if (due == next_forgotten(j)) {
        struct client *oldest = clients_oldest(j->clients);
        bid_farewell(j, oldest, due, out);
        clients_forget(j->clients, oldest);
    } else {
        return folding_carried_end(j->folding, due, out);
    }
    return true;
}

bool judging_carry(struct judging *j, const struct carried_alert *alert, size_t count,
                   uint64_t last_id, nstime now)
{
    return folding_carry(j->folding, alert, count, last_id, now + j->config->alerts.client_gone);
}

bool judging_gap(struct judging *j, nstime before, nstime now, struct notices *out)
{
    out->count = 0;
    if (suspend(j, before, out))
        return true;
    sensing_gap(&j->sensing, folding_alerts(j->folding), before, now, out);
    if (out->count)
        return true;
    clients_gap(j->clients, now);
    control_gap(j->control, now);
    folding_gap(j->folding);
    folding_carried_wait(j->folding, now + j->config->alerts.client_gone);
    return false;
}

bool judging_alive(const struct judging *j, enum addr_family family, nstime now)
{
    return control_alive(j->control, family, now);
}

/* --- verdicts -------------------------------------------------------------------------------- */

/* The last word on each client's health, so that a verdict can say how many fail alike. */
static void judge_all(struct judging *j, struct client *const *clients, size_t count, bool last)
{
    for (size_t i = 0; i < count; i++)
        for (int p = 0; p < PROTECTION_COUNT; p++) {
            struct protection_state *state = &clients[i]->protection[p];
            if (!state->seen)
                continue;
            enum protection protection = (enum protection)p;
            struct health health =
                health_judge(clients[i], protection, j->config,
                             other_family_works(j, clients[i], protection), true);
            if (last)
                state->status = (uint8_t)health.status;
            j->like[p].clients++;
            j->like[p].status[health.status]++;
        }
}

bool judging_verdicts(struct judging *j, const struct watchlist *watchlist, nstime now, bool last,
                      void (*take)(void *context, const struct judgement *judgement), void *context)
{
    size_t count = clients_count(j->clients);
    struct client **sorted = clients_sorted(j->clients);
    if (!sorted)
        return count == 0;
    judge_all(j, sorted, count, last);
    for (size_t i = 0; i < count; i++)
        for (int p = 0; p < PROTECTION_COUNT; p++) {
            enum protection protection = (enum protection)p;
            if (!sorted[i]->protection[p].seen)
                continue;
            struct health health = health_judge(sorted[i], protection, j->config,
                                                other_family_works(j, sorted[i], protection), true);
            run_diagnosis(j, watchlist, sorted[i], protection, &health, now);
            take(context, &j->judgement);
        }
    memset(j->like, 0, sizeof j->like);
    free(sorted);
    return true;
}

void judging_tally(const struct judging *j, size_t clients[STATUS_COUNT], uint64_t *hidden)
{
    *hidden = 0;
    for (const struct client *client = clients_oldest(j->clients); client;
         client = TAILQ_NEXT(client, by_age)) {
        const uint8_t dns = client->protection[PROTECTION_DNS].status;
        const uint8_t web = client->protection[PROTECTION_WEB].status;
        clients[dns > web ? dns : web]++;
        *hidden += client->protection[PROTECTION_DNS].hidden;
        *hidden += client->protection[PROTECTION_WEB].hidden;
    }
}

size_t judging_clients(const struct judging *j)
{
    return clients_count(j->clients);
}

uint64_t judging_evicted(const struct judging *j)
{
    return clients_evicted(j->clients) + control_evicted(j->control);
}

void judging_configure(struct judging *j)
{
    hiding_configure(&j->hiding, j->config);
}

uint64_t judging_hidden(const struct judging *j)
{
    return j->hiding.hidden;
}

uint64_t judging_lost(const struct judging *j)
{
    return j->lost + j->crediting.lost;
}
