/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client: what one client did, taken into its paths and its role. The table is in clients.c. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "sensor/detect/health.h"

enum protection sample_protection(const struct sample *sample)
{
    return sample->kind == SAMPLE_CONNECT ? PROTECTION_WEB : PROTECTION_DNS;
}

struct path *client_path(const struct client *client, const struct sample *sample)
{
    const struct protection_state *state = &client->protection[sample_protection(sample)];
    for (unsigned i = 0; i < state->paths; i++) {
        struct path *path = &state->path[i];
        if (path->port == sample->port && path->transport == sample->transport &&
            addr_equal(&path->server, &sample->server))
            return path;
    }
    return NULL;
}

/* The path unused longest makes way: SWG addresses change all the time. */
static struct path *oldest_path(struct protection_state *state)
{
    struct path *oldest = &state->path[0];
    for (unsigned i = 1; i < state->paths; i++)
        if (state->path[i].last_sent < oldest->last_sent)
            oldest = &state->path[i];
    return oldest;
}

static struct path *make_path(struct client *client, const struct config *config,
                              const struct sample *sample)
{
    struct path *path = client_path(client, sample);
    if (path)
        return path;
    struct protection_state *state = &client->protection[sample_protection(sample)];
    if (state->paths >= config->limits.paths) {
        path = oldest_path(state);
        path_free(path);
        *path = state->path[--state->paths];
        state->paths_dropped++;
    }
    if (state->paths == state->room) {
        unsigned room = state->room ? state->room * 2u : 4u;
        struct path *grown = realloc(state->path, room * sizeof *grown);
        if (!grown)
            return NULL;
        state->path = grown;
        state->room = (uint16_t)room;
    }
    path = &state->path[state->paths++];
    path_init(path, sample);
    return path;
}

/* Linear counting over 256 bits: enough to tell a laptop's few names from a forwarder's many. */
static void note_name(struct client *client, uint64_t hash)
{
    hash ^= hash >> 32;
    client->names[(hash >> 6) & 3] |= UINT64_C(1) << (hash & 63);
}

static unsigned names_seen(const struct client *client)
{
    unsigned bits = 0;
    for (int i = 0; i < 4; i++)
        bits += (unsigned)__builtin_popcountll(client->names[i]);
    return bits;
}

enum role client_role(const struct client *client, const struct config *config)
{
    if (client->own_names || client->encrypted || client->connects)
        return ROLE_MODULE;
    if (client->answers_dns || names_seen(client) >= config->health.forwarder_names)
        return ROLE_FORWARDER;
    return ROLE_OTHER;
}

static void note_role(struct client *client, const struct sample *sample)
{
    switch (sample->kind) {
    case SAMPLE_OWN:
        client->own_names = true;
        break;
    case SAMPLE_OTHER:
        note_name(client, sample->name_hash);
        break;
    case SAMPLE_ENCRYPTED:
        client->encrypted = true;
        break;
    case SAMPLE_CONNECT:
        client->connects = true;
        break;
    }
}

bool client_started(struct client *client, const struct config *config, const struct sample *sample)
{
    rate_note(&client->rate, sample->sent);
    struct protection_state *state = &client->protection[sample_protection(sample)];
    state->seen = true;
    if (sample->sent > state->last_sent)
        state->last_sent = sample->sent;
    note_role(client, sample);
    struct path *path = make_path(client, config, sample);
    if (!path)
        return false;
    path->open++;
    path->sent++;
    if (sample->sent > path->last_sent)
        path->last_sent = sample->sent;
    return true;
}

void client_decided(struct client *client, const struct sample *sample)
{
    struct path *path = client_path(client, sample);
    if (path && path->open)
        path->open--;
}

void client_final(struct client *client, const struct sample *sample)
{
    struct path *path = client_path(client, sample);
    if (!path || sample->outcome == OUTCOME_ABORTED)
        return;
    if (sample->unread && client->unread++ == 0)
        client->unread_frame = sample->frame;
    if (path_covered(path, sample)) {
        path->undetermined++;
        path->covered++;
    } else if (sample->outcome == OUTCOME_UNDETERMINED) {
        path->undetermined++;
    } else if (outcome_failed(sample->outcome)) {
        path->failed++;
        path->edns_failed += sample->edns;
    } else {
        path->ok++;
        path->edns_ok += sample->edns;
    }
}

/* The first news after a gap: the span and the number of failures begin anew with it, for the jump
 * itself would make any two failures look far apart. */
static void begin_anew(struct protection_state *state)
{
    if (!state->before_gap)
        return;
    state->before_gap = false;
    for (unsigned i = 0; i < state->paths; i++)
        path_anew(&state->path[i]);
    state->lookups.failed = 0;
    state->direct = 0;
}

static bool is_news(enum outcome outcome)
{
    return outcome != OUTCOME_UNDETERMINED && outcome != OUTCOME_ABORTED;
}

bool client_take(struct client *client, const struct config *config, const struct sample *sample)
{
    struct protection_state *state = &client->protection[sample_protection(sample)];
    state->seen = true;
    if (is_news(sample->outcome))
        begin_anew(state);
    note_role(client, sample);
    struct path *path = make_path(client, config, sample);
    if (!path)
        return false;
    if (sample->kind == SAMPLE_OWN && sample->outcome != OUTCOME_UNDETERMINED &&
        state->own_samples++ == 0)
        for (unsigned i = 0; i < state->paths; i++)
            path_drop_weak(&state->path[i], config);
    if (sample->kind == SAMPLE_ENCRYPTED)
        rate_note(&client->rate, sample->sent);
    struct sample rated = *sample;
    rated.rate = rate_class(&client->rate, sample->sent);
    if (!path_take(path, config, &rated, state->own_samples > 0))
        return false;
    if (path->newest > client->newest_sample)
        client->newest_sample = path->newest;
    if (sample->kind == SAMPLE_CONNECT && sample->outcome == OUTCOME_OPENED) {
        state->lookups.failed = 0;
        state->direct = 0;
    }
    return true;
}

bool client_keep(struct client *client, const struct sample *sample, const struct failure *failure)
{
    struct path *path = client_path(client, sample);
    if (!path)
        return true; /* its place was taken by a newer path */
    /* Other names' failures prove nothing once the module's own names were asked for. */
    if (sample->kind == SAMPLE_OTHER && client->protection[PROTECTION_DNS].own_samples)
        return true;
    if (path_covered(path, sample))
        return true;
    if (outcome_failed(failure->outcome)) {
        begin_anew(&client->protection[sample_protection(sample)]);
        return path_keep(path, failure);
    }
    path_forget(path, failure->serial);
    return true;
}

void client_judged(struct client *client, enum protection protection, const struct health *health)
{
    struct protection_state *state = &client->protection[protection];
    nstime last_ok = NSTIME_NONE;
    for (unsigned i = 0; i < state->paths; i++)
        if (state->path[i].last_ok > last_ok)
            last_ok = state->path[i].last_ok;
    if (health->status != STATUS_UNDETERMINED)
        outages_judged(&state->outages, health->status > STATUS_DEGRADED, health->first_bad,
                       last_ok);
}

void client_sizes(struct client *client, const struct attempt *attempt)
{
    struct protection_state *web = &client->protection[PROTECTION_WEB];
    const bool lost =
        attempt->outcome == OUTCOME_STALLED && attempt->data_passed < attempt->data_length;
    if (lost && web->passed_length >= attempt->data_length)
        web->passed_length = 0;
    if (attempt->data_passed <= web->passed_length)
        return;
    web->passed_length = attempt->data_passed;
    web->passed_frame = attempt->frame[0];
}

void client_lookup(struct client *client, const struct lookup *lookup)
{
    struct protection_state *state = &client->protection[PROTECTION_WEB];
    struct swg_lookups *lookups = &state->lookups;
    state->seen = true;
    if (is_news(lookup->outcome))
        begin_anew(state);
    lookups->seen = true;
    if (lookup->sent > lookups->last_sent)
        lookups->last_sent = lookup->sent;
    if (lookup->sent > state->last_sent)
        state->last_sent = lookup->sent;
    snprintf(lookups->name, sizeof lookups->name, "%s", lookup->name);
    bool dead_end = lookup->outcome == OUTCOME_ANSWERED && lookup->sinkhole.family != ADDR_NONE &&
                    !(lookups->sinkhole_opens && addr_equal(&lookup->sinkhole, &lookups->sinkhole));
    if (lookup->outcome == OUTCOME_ANSWERED && !dead_end)
        lookups->failed = 0;
    if (lookup->outcome != OUTCOME_UNANSWERED && !dead_end)
        return;
    lookups->sinkhole = lookup->sinkhole;
    lookups->sinkhole_opens = false;
    if (lookups->failed++ == 0) {
        lookups->first_failed = lookup->sent;
        lookups->frames = 0;
    }
    if (lookups->frames < CLIENT_LOOKUPS)
        lookups->frame[lookups->frames++] = dead_end ? lookup->answer_frame : lookup->query_frame;
    lookups->has_rcode = lookup->has_rcode;
    lookups->rcode = lookup->rcode;
    lookups->server = lookup->server;
}

void client_opened(struct client *client, const struct flow *flow)
{
    struct protection_state *web = &client->protection[PROTECTION_WEB];
    bool direct =
        addr_is_public(&flow->server) && (flow->server_port == 80 || flow->server_port == 443);
    if (direct && web->status == STATUS_UNAVAILABLE)
        web->direct++;
    if (!addr_equal(&web->lookups.sinkhole, &flow->server))
        return;
    web->lookups.sinkhole_opens = true;
    web->lookups.failed = 0;
}

void client_control_works(struct client *client, nstime begun)
{
    for (int p = 0; p < PROTECTION_COUNT; p++) {
        struct protection_state *state = &client->protection[p];
        if (state->last_sent != NSTIME_NONE && begun <= state->last_sent + CLIENT_NEXT_TRY &&
            begun > state->control_ok)
            state->control_ok = begun;
    }
}

void client_gap(struct client *client, nstime now)
{
    if (client->newest_sample != NSTIME_NONE)
        client->newest_sample = now;
    for (int p = 0; p < PROTECTION_COUNT; p++) {
        struct protection_state *state = &client->protection[p];
        state->told_status = STATUS_UNDETERMINED; /* what comes next is news */
        state->told_cause = CAUSE_NONE;
        state->before_gap = true;
        if (state->last_sent > now) /* by the clock as it was */
            state->last_sent = now;
        if (state->lookups.last_sent > now)
            state->lookups.last_sent = now;
        state->diagnosed = 0;
        state->control_ok = NSTIME_NONE;
        outages_gap(&state->outages);
        for (unsigned i = 0; i < state->paths; i++)
            path_gap(&state->path[i], now);
    }
}
