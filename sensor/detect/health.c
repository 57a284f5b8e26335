/* SPDX-License-Identifier: GPL-2.0-or-later */
/* health: see health.h. */
#include "sensor/detect/health.h"

#include <netinet/in.h>

#define DNS_PORT      53
#define DNSCRYPT_PORT 443
/* An SWG name that cannot be looked up this often, with no connection since, is a failure. */
#define LOOKUPS_FAILED 2

enum path_status health_path(const struct client *client, const struct path *path,
                             const struct config *config)
{
    if (path->status != PATH_UNDETERMINED && path->newest != NSTIME_NONE &&
        client->newest_sample != NSTIME_NONE &&
        client->newest_sample - path->newest > config->health.stale)
        return PATH_STALE;
    return (enum path_status)path->status;
}

static void add_failing(struct health *health, const struct path *path, bool silent_only)
{
    const struct path_sample *sample;
    unsigned run = path_run(path, &sample);
    bool silent = run > 0;
    for (unsigned i = 0; i < run; i++) {
        const struct path_sample *s = sample + i;
        if (health->first_bad == NSTIME_NONE || s->sent < health->first_bad)
            health->first_bad = s->sent;
        if (s->sent_last > health->last_bad)
            health->last_bad = s->sent_last;
        silent = silent && outcome_silent((enum outcome)s->outcome);
        health->proven = health->proven || !outcome_silent((enum outcome)s->outcome);
        health->weak = health->weak || s->kind == SAMPLE_OTHER;
    }
    health->failed_samples += run;
    if (silent_only)
        health->silent = health->silent || silent;
}

static void add_lossy(struct health *health, const struct path *path)
{
    for (unsigned i = 0; i < path->samples; i++) {
        const struct path_sample *s = &path->sample[i];
        if (!outcome_failed((enum outcome)s->outcome))
            continue;
        if (health->first_bad == NSTIME_NONE || s->sent < health->first_bad)
            health->first_bad = s->sent;
        if (s->sent_last > health->last_bad)
            health->last_bad = s->sent_last;
        health->proven = health->proven || !outcome_silent((enum outcome)s->outcome);
        health->failed_samples++;
    }
}

/* The plain probes work: the bracket is that of the encrypted queries alone. */
static void add_encryption(struct health *health, const struct path *path)
{
    health->encryption_failing = true;
    health->failed_samples += path->encrypted_silent;
    if (health->first_bad == NSTIME_NONE || path->encrypted_silent_since < health->first_bad)
        health->first_bad = path->encrypted_silent_since;
    if (path->encrypted_silent_last > health->last_bad)
        health->last_bad = path->encrypted_silent_last;
    if (path->encrypted_ok > health->last_good)
        health->last_good = path->encrypted_ok;
}

static void count_paths(struct health *health, const struct client *client,
                        const struct protection_state *state, const struct config *config,
                        bool at_end)
{
    for (unsigned i = 0; i < state->paths; i++) {
        const struct path *path = &state->path[i];
        enum path_status status = health_path(client, path, config);
        if (path->samples == 0 && (at_end ? path->undetermined > 0 : path->open > 0))
            health->waiting = true;
        if (path->samples == 0 && path->unread != NSTIME_NONE)
            health->unread = true;
        if (status == PATH_UNDETERMINED || status == PATH_STALE)
            continue;
        health->judged++;
        if (status == PATH_FAILING) {
            health->failing++;
            add_failing(health, path, true);
        } else if (status == PATH_LOSSY) {
            health->lossy++;
            add_lossy(health, path);
        } else if (path->encryption_failing) {
            add_encryption(health, path);
        }
    }
    if (health->encryption_failing) /* what plain probes came to does not bracket it */
        return;
    for (unsigned i = 0; i < state->paths; i++) {
        const struct path *path = &state->path[i];
        if (path->last_ok > health->last_good &&
            (health->first_bad == NSTIME_NONE || path->last_ok < health->first_bad))
            health->last_good = path->last_ok;
    }
}

static bool probed(const struct client *client, const struct protection_state *state,
                   const struct config *config, uint16_t port)
{
    for (unsigned i = 0; i < state->paths; i++) {
        const struct path *path = &state->path[i];
        enum path_status status = health_path(client, path, config);
        if (path->transport == IPPROTO_UDP && path->port == port && status != PATH_UNDETERMINED &&
            status != PATH_STALE)
            return true;
    }
    return false;
}

/* What the thresholds say where every judged path fails. */
static void judge_failure(struct health *health, const struct config *config,
                          enum protection protection, bool other_family_works, bool tcp_alone)
{
    bool span = health->last_bad - health->first_bad >= config->health.silence_span;
    if (health->failed_samples < config->health.failed_samples || (health->silent && !span)) {
        health->status = STATUS_UNDETERMINED;
        health->reason = REASON_TOO_FEW_SAMPLES;
    } else if (protection == PROTECTION_DNS) {
        health->status = tcp_alone ? STATUS_DEGRADED : STATUS_UNPROTECTED;
    } else {
        health->status = other_family_works ? STATUS_DEGRADED : STATUS_UNAVAILABLE;
    }
}

static void judge_lookups(struct health *health, const struct swg_lookups *lookups,
                          bool other_family_works)
{
    health->status = other_family_works ? STATUS_DEGRADED : STATUS_UNAVAILABLE;
    health->lookups_failed = true;
    health->silent = false;
    health->first_bad = lookups->first_failed;
    health->last_bad = lookups->last_sent;
    health->failed_samples = lookups->failed;
}

/* What there is no outcome of: it came too late, or cannot be read. */
static enum reason not_decided(const struct client *client)
{
    return client->unread ? REASON_CAPTURE_LOSS : REASON_END_OF_CAPTURE;
}

static enum reason why_not_judged(const struct client *client, const struct protection_state *state,
                                  const struct config *config)
{
    uint64_t undetermined = 0;
    for (unsigned i = 0; i < state->paths; i++) {
        const struct path *path = &state->path[i];
        if (health_path(client, path, config) == PATH_STALE)
            continue;
        undetermined += path->undetermined + path->open;
        if (path_failed_samples(path) || path->weak)
            return REASON_TOO_FEW_SAMPLES;
    }
    if (undetermined)
        return not_decided(client);
    if (state->paths == 0 && client->unsolicited)
        return REASON_ONE_WAY_CAPTURE;
    if (state->lookups.failed)
        return REASON_TOO_FEW_SAMPLES;
    return REASON_NO_TRAFFIC;
}

struct health health_judge(const struct client *client, enum protection protection,
                           const struct config *config, bool other_family_works, bool at_end)
{
    const struct protection_state *state = &client->protection[protection];
    struct health health = {
        .first_bad = NSTIME_NONE, .last_bad = NSTIME_NONE, .last_good = NSTIME_NONE};
    count_paths(&health, client, state, config, at_end);
    bool udp = probed(client, state, config, DNS_PORT);
    bool udp_443 = probed(client, state, config, DNSCRYPT_PORT);
    health.dns_port_unprobed = protection == PROTECTION_DNS && !(udp && udp_443);
    if (state->lookups.failed >= LOOKUPS_FAILED && health.failing == 0) {
        judge_lookups(&health, &state->lookups, other_family_works);
    } else if (health.judged && health.failing == health.judged) {
        judge_failure(&health, config, protection, other_family_works, !udp && !udp_443);
        /* What would have settled it came too late; but what was known before stands. */
        bool known = health.status > STATUS_PROTECTED && health.status == state->status;
        if (health.unread || (at_end && health.waiting && !known)) {
            health.status = STATUS_UNDETERMINED;
            health.reason = not_decided(client);
        }
    } else if (health.failing || health.lossy || health.encryption_failing) {
        health.status = STATUS_DEGRADED;
    } else if (health.judged) {
        health.status = STATUS_PROTECTED;
    } else {
        health.reason = why_not_judged(client, state, config);
    }
    health.works = health.judged > health.failing && !health.lookups_failed;
    health.waiting = health.waiting && !at_end;
    return health;
}
