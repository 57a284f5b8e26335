/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alerts: see alerts.h. */
#include "sensor/detect/alerts.h"

#include <netinet/in.h>
#include <stdio.h>

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

/* What fires already is followed through any failing status, however sure its cause. */
static bool fires(const struct alert_state *state, const struct judgement *judgement)
{
    return judgement->status > STATUS_PROTECTED && judgement->role != ROLE_OTHER &&
           (state->id || judgement->confidence >= CONFIDENCE_LIKELY);
}

static void fill(struct notice *out, const struct alert_state *state, const struct addr *client,
                 nstime now)
{
    *out = (struct notice){.id = state->id,
                           .code = (enum notice_code)state->code,
                           .client = *client,
                           .time = now,
                           .since = state->since,
                           .cause = (enum cause)state->cause,
                           .confidence = (enum confidence)state->confidence};
}

static bool fire(struct alerts *alerts, struct alert_state *state,
                 const struct judgement *judgement, struct notice *out)
{
    enum notice_code code = code_of(judgement);
    bool same = state->id && state->code == code && state->cause == judgement->cause;
    state->code = (uint8_t)code;
    state->cause = (uint8_t)judgement->cause;
    state->confidence = (uint8_t)judgement->confidence;
    state->severity = (uint8_t)severity_of(judgement);
    if (same)
        return false;
    if (!state->id) {
        state->id = ++alerts->last_id;
        state->since = judgement->first_bad;
    }
    fill(out, state, &judgement->client, judgement->time);
    out->severity = (enum notice_severity)state->severity;
    add_path(judgement, out);
    snprintf(out->message, sizeof out->message, "%s", judgement->headline);
    return true;
}

static void resolve(struct alert_state *state, enum notice_resolution resolution,
                    struct notice *out)
{
    static const char *const message[RESOLUTION_COUNT] = {
        [RESOLUTION_RECOVERED] = "works again",
        [RESOLUTION_CLIENT_GONE] = "the client has gone silent",
        [RESOLUTION_SUSPENDED] = "not judged any more: the capture cannot tell",
    };
    out->resolution = resolution;
    out->severity = (enum notice_severity)state->severity;
    snprintf(out->message, sizeof out->message, "%s", message[resolution]);
    state->id = 0;
}

bool alerts_judge(struct alerts *alerts, struct alert_state *state,
                  const struct judgement *judgement, uint64_t failed_samples, struct notice *out)
{
    if (fires(state, judgement)) {
        bool told = fire(alerts, state, judgement, out);
        if (told)
            out->count = failed_samples;
        state->count = failed_samples;
        return told;
    }
    /* Losing certainty is no recovery: what fires goes on until it is known to work, or the capture
     * turns out to have been unfit to tell. */
    bool unfit =
        judgement->status == STATUS_UNDETERMINED && judgement->reason == REASON_ONE_WAY_CAPTURE;
    if (!state->id || (judgement->status != STATUS_PROTECTED && !unfit))
        return false;
    fill(out, state, &judgement->client, judgement->time);
    out->count = state->count;
    resolve(state, unfit ? RESOLUTION_SUSPENDED : RESOLUTION_RECOVERED, out);
    return true;
}

bool alerts_end(struct alert_state *state, const struct addr *client,
                enum notice_resolution resolution, nstime now, struct notice *out)
{
    if (!state->id)
        return false;
    fill(out, state, client, now);
    out->count = state->count;
    resolve(state, resolution, out);
    return true;
}
