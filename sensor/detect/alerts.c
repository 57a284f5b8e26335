/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alerts: see alerts.h. */
#include "sensor/detect/alerts.h"

#include <netinet/in.h>
#include <stdio.h>

#define TWO_ROUNDS (30 * NS_PER_SEC) /* of probes (domain fact 2.1) */

static enum notice_code code_of(const struct judgement *judgement)
{
    switch (judgement->status) {
    case STATUS_UNPROTECTED:
        return NOTICE_DNS_UNPROTECTED;
    case STATUS_UNAVAILABLE:
        return NOTICE_WEB_UNAVAILABLE;
    default:
        return judgement->protection == PROTECTION_DNS ? NOTICE_DNS_DEGRADED : NOTICE_WEB_DEGRADED;
    }
}

static bool fails(enum path_status status)
{
    return status == PATH_FAILING || status == PATH_LOSSY;
}

/* Every failing path is UDP 443 and some UDP 53 works: protected, but not encrypted. */
static bool only_encryption(const struct judgement *judgement)
{
    bool works = false;
    for (size_t i = 0; i < judgement->path_count; i++) {
        const struct path_view *path = &judgement->path[i];
        if (fails(path->status) && !(path->transport == IPPROTO_UDP && path->port == 443))
            return false;
        works = works || (path->status == PATH_OK && path->port == 53);
    }
    return works;
}

static enum notice_severity severity_of(const struct judgement *judgement)
{
    if (judgement->cause == CAUSE_NETWORK_DOWN)
        return SEVERITY_INFO;
    if (judgement->client.family == ADDR_IPV6 && judgement->other_family_works)
        return SEVERITY_NOTICE;
    if (judgement->status != STATUS_DEGRADED)
        return SEVERITY_CRITICAL;
    return judgement->protection == PROTECTION_DNS && only_encryption(judgement) ? SEVERITY_NOTICE
                                                                                 : SEVERITY_WARNING;
}

static void add_path(const struct judgement *judgement, struct notice *out)
{
    unsigned failing = 0;
    for (size_t i = 0; i < judgement->path_count; i++)
        if (fails(judgement->path[i].status) && failing++ == 0)
            out->path = judgement->path[i];
    out->has_path = failing == 1;
}

/* What stands already is followed through any failing status, however sure its cause. */
static bool fires(const struct alert_state *state, const struct judgement *judgement)
{
    return judgement->status > STATUS_PROTECTED && judgement->role != ROLE_OTHER &&
           (state->stands || judgement->confidence >= CONFIDENCE_LIKELY);
}

/* The cause that was told goes on to stand for the failure. */
static bool keeps_cause(const struct alert_state *state, const struct judgement *judgement,
                        nstime window)
{
    if (!state->stands || state->code != code_of(judgement) || state->cause == judgement->cause)
        return false;
    const nstime ago = judgement->time - state->found;
    return judgement->confidence < state->confidence    ? ago < window
           : judgement->confidence == state->confidence ? ago < TWO_ROUNDS
                                                        : false;
}

static void take_cause(struct alert_state *state, const struct judgement *judgement)
{
    state->code = (uint8_t)code_of(judgement);
    state->cause = (uint8_t)judgement->cause;
    state->confidence = (uint8_t)judgement->confidence;
    state->severity = (uint8_t)severity_of(judgement);
    state->found = judgement->time;
}

enum alert_step alerts_follow(struct alert_state *state, const struct judgement *judgement,
                              uint64_t failed_samples, nstime window)
{
    if (fires(state, judgement)) {
        if (!keeps_cause(state, judgement, window))
            take_cause(state, judgement);
        if (!state->stands)
            state->since = judgement->first_bad;
        state->stands = true;
        state->count = failed_samples;
        return ALERT_STANDS;
    }
    if (!state->stands)
        return ALERT_QUIET;
    /* Losing certainty is no recovery: what fires goes on until it is known to work, or the capture
     * turns out to have been unfit to tell. */
    if (judgement->status == STATUS_UNDETERMINED && judgement->reason == REASON_ONE_WAY_CAPTURE)
        return ALERT_UNFIT;
    return judgement->status == STATUS_PROTECTED ? ALERT_RECOVERED : ALERT_QUIET;
}

static void fill(struct notice *out, const struct alert_state *state, nstime now)
{
    *out = (struct notice){.id = state->id,
                           .code = (enum notice_code)state->code,
                           .severity = (enum notice_severity)state->severity,
                           .time = now,
                           .since = state->since,
                           .count = state->count,
                           .cause = (enum cause)state->cause,
                           .confidence = (enum confidence)state->confidence};
}

static void fill_client(struct notice *out, const struct alert_state *state,
                        const struct addr *client, nstime now)
{
    fill(out, state, now);
    out->client = *client;
    out->family = (enum addr_family)client->family;
}

static void told(struct alerts *alerts, struct alert_state *state)
{
    if (!state->id)
        state->id = ++alerts->last_id;
    state->told_code = state->code;
    state->told_cause = state->cause;
    state->told_severity = state->severity;
}

bool alerts_tell(struct alerts *alerts, struct alert_state *state,
                 const struct judgement *judgement, struct notice *out)
{
    if (state->id && state->told_code == state->code && state->told_cause == state->cause &&
        state->told_severity == state->severity)
        return false;
    told(alerts, state);
    fill_client(out, state, &judgement->client, judgement->time);
    add_path(judgement, out);
    snprintf(out->message, sizeof out->message, "%s", judgement->headline);
    return true;
}

bool alerts_end(struct alert_state *state, const struct addr *client,
                enum notice_resolution resolution, nstime now, struct notice *out)
{
    static const char *const message[RESOLUTION_COUNT] = {
        [RESOLUTION_RECOVERED] = "works again",
        [RESOLUTION_CLIENT_GONE] = "the client has gone silent",
        [RESOLUTION_SUSPENDED] = "not judged any more: the capture cannot tell",
    };
    const bool known = state->id > 0;
    if (known) {
        fill_client(out, state, client, now);
        out->resolution = resolution;
        snprintf(out->message, sizeof out->message, "%s", message[resolution]);
    }
    *state = (struct alert_state){0};
    return known;
}

bool alerts_fold(struct alert_state *state, const struct addr *client, const struct notice *wider,
                 nstime now, struct notice *out)
{
    char who[NOTICE_WHO];
    if (!state->id)
        return false;
    fill_client(out, state, client, now);
    out->resolution = RESOLUTION_FOLDED;
    snprintf(out->message, sizeof out->message, "goes on as part of alert %llu, %s",
             (unsigned long long)wider->id, notice_who(wider, who));
    state->id = 0;
    return true;
}

/* --- segments and the site ------------------------------------------------------------------- */

static void fill_wide(struct notice *out, const struct alert_state *state,
                      const struct alert_reach *reach, nstime now)
{
    fill(out, state, now);
    out->scope = reach->scope;
    out->family = reach->family;
    out->segment = reach->segment;
    out->count = reach->count;
    out->of = reach->of;
}

void alerts_widen(struct alerts *alerts, struct alert_state *state, const struct alert_reach *reach,
                  const struct alert_state *one, const struct judgement *judgement, nstime since,
                  struct notice *out)
{
    char who[NOTICE_WHO];
    const struct alert_state before = *state;
    *state = *one;
    state->id = before.id;
    state->since = before.id ? before.since : since;
    told(alerts, state);
    fill_wide(out, state, reach, judgement->time);
    snprintf(out->message, sizeof out->message, "%llu of %llu clients%s%s: %.300s",
             (unsigned long long)reach->count, (unsigned long long)reach->of,
             reach->scope == SCOPE_SEGMENT ? " in " : "",
             reach->scope == SCOPE_SEGMENT ? notice_who(out, who) : "", judgement->headline);
}

void alerts_end_wide(struct alert_state *state, const struct alert_reach *reach,
                     enum notice_resolution resolution, nstime now, struct notice *out)
{
    static const char *const message[RESOLUTION_COUNT] = {
        [RESOLUTION_RECOVERED] = "works again for most",
        [RESOLUTION_CLIENT_GONE] = "the clients have gone silent",
        [RESOLUTION_SUSPENDED] = "not judged any more: the capture cannot tell",
        [RESOLUTION_FOLDED] = "goes on as part of the site's alert",
    };
    char who[NOTICE_WHO];
    fill_wide(out, state, reach, now);
    out->resolution = resolution;
    snprintf(out->message, sizeof out->message, "%s%s%s; at its worst %llu of %llu clients failed",
             reach->scope == SCOPE_SEGMENT ? notice_who(out, who) : "",
             reach->scope == SCOPE_SEGMENT ? ": " : "", message[resolution],
             (unsigned long long)reach->count, (unsigned long long)reach->of);
    *state = (struct alert_state){0};
}
