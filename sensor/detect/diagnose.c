/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diagnose: see diagnose.h. The rules for causes are in causes.c. */
#include "sensor/detect/diagnose.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "sensor/detect/advice.h"
#include "sensor/detect/causes.h"
#include "sensor/detect/remarks.h"

/* Plain probes may work on it: it fails for what it is there for. */
static bool encryption_fails(const struct diagnosis *in, const struct path *path)
{
    return path->encryption_failing && health_path(in->client, path, in->config) == PATH_OK;
}

static void list_paths(const struct diagnosis *in, struct judgement *out)
{
    const struct protection_state *state = &in->client->protection[in->protection];
    for (unsigned i = 0; i < state->paths; i++) {
        const struct path *path = &state->path[i];
        if (out->path_count == JUDGEMENT_PATHS) {
            out->paths_more++;
            continue;
        }
        out->path[out->path_count++] = (struct path_view){
            .server = path->server,
            .port = path->port,
            .transport = path->transport,
            .status = encryption_fails(in, path) ? PATH_FAILING
                                                 : health_path(in->client, path, in->config),
            .ok = path->ok,
            .failed = path->failed,
            .undetermined = path->undetermined,
            .last_ok = path->last_ok,
        };
    }
    out->paths_more += state->paths_dropped;
}

static int by_server(const void *a, const void *b)
{
    const struct path_view *left = a, *right = b;
    int order = addr_compare(&left->server, &right->server);
    if (order == 0)
        order = left->transport == right->transport ? 0 : left->transport == IPPROTO_UDP ? -1 : 1;
    return order ? order : (int)left->port - (int)right->port;
}

/* What the end of the capture left open. */
static uint64_t undetermined_of(const struct diagnosis *in)
{
    const struct protection_state *state = &in->client->protection[in->protection];
    uint64_t count = 0;
    for (unsigned i = 0; i < state->paths; i++)
        count += state->path[i].undetermined - state->path[i].covered;
    return count;
}

/* A display filter for all servers of the protection; the tunnelled and the quoted match it too. */
static void write_filter(struct judgement *out)
{
    char text[ADDR_TEXT];
    size_t at = 0;
    for (size_t i = 0; i < out->path_count && at + 80 < sizeof out->filter; i++) {
        const struct addr *server = &out->path[i].server;
        if (i && addr_equal(server, &out->path[i - 1].server))
            continue;
        at += (size_t)snprintf(
            out->filter + at, sizeof out->filter - at, "%s%s == %s", at ? " or " : "",
            server->family == ADDR_IPV6 ? "ipv6.addr" : "ip.addr", addr_format(server, text));
    }
}

/* --- working --------------------------------------------------------------------------------- */

static void say_working(const struct diagnosis *in, struct judgement *out)
{
    uint64_t ok = 0, sent = 0;
    for (size_t i = 0; i < out->path_count; i++) {
        ok += out->path[i].ok;
        sent += out->path[i].ok + out->path[i].failed;
    }
    if (in->protection == PROTECTION_DNS)
        snprintf(out->headline, sizeof out->headline,
                 "the resolvers answer: %" PRIu64 " of %" PRIu64 " queries", ok, sent);
    else
        snprintf(out->headline, sizeof out->headline,
                 "the secure web gateway is reached: %" PRIu64 " of %" PRIu64
                 " connection attempts opened",
                 ok, sent);
}

/* --- not judging ----------------------------------------------------------------------------- */

static void say_unroutable(const struct client *client, struct judgement *out)
{
    if (!client->unroutable)
        return;
    struct evidence *evidence =
        evidence_add(out, "no-route", "%" PRIu64 " ICMP error%s that no route leads there",
                     client->unroutable, client->unroutable == 1 ? " says" : "s say");
    if (evidence)
        evidence_frame(evidence, client->unroutable_frame);
}

unsigned diagnose_loss(const struct diagnosis *in)
{
    nstime since = in->health->first_bad;
    if (since != NSTIME_NONE)
        since -= in->config->health.window_time;
    const struct loss_count count = loss_since(control_loss(in->control), since);
    return loss_permille(&count, 1);
}

static void say_loss(const struct diagnosis *in, struct judgement *out)
{
    const struct loss_count count = loss_since(control_loss(in->control), NSTIME_NONE);
    if (count.missing)
        evidence_add(out, "capture-loss",
                     "of %" PRIu64 " queries that were answered and SYN-ACKs of connections that "
                     "opened, %" PRIu64 " are not in the capture",
                     count.due, count.missing);
    if (count.dropped)
        evidence_add(out, "capture-drops", "%" PRIu64 " packets were dropped, %" PRIu64 " captured",
                     count.dropped, count.packets);
}

/* Over TCP the client's acknowledgement shows that it was answered. */
static void say_unseen(const struct client *client, struct judgement *out)
{
    snprintf(out->headline, sizeof out->headline,
             "the capture does not hold what the resolvers answer over TCP");
    evidence_add(out, "answers-missing",
                 "%" PRIu64 " answer%s that the client acknowledges %s not in the capture",
                 client->unread, client->unread == 1 ? "" : "s",
                 client->unread == 1 ? "is" : "are");
    snprintf(out->advice[out->advice_count++], JUDGEMENT_TEXT,
             "To know: relieve the mirror port, or capture on the laptop itself.");
}

static void say_unread(const struct client *client, struct judgement *out)
{
    if (client->unread_frame.number == 0) {
        say_unseen(client, out);
        return;
    }
    snprintf(out->headline, sizeof out->headline,
             "the packets are cut too short to read what the resolvers answer");
    struct evidence *evidence =
        evidence_add(out, "cut-short",
                     "%" PRIu64 " answer%s cut by the snap length before anything tells whether it "
                     "is genuine",
                     client->unread, client->unread == 1 ? " is" : "s are");
    if (evidence)
        evidence_frame(evidence, client->unread_frame);
    snprintf(out->advice[out->advice_count++], JUDGEMENT_TEXT,
             "To know: capture whole packets (no snap length, or 262144).");
}

static void say_undetermined(const struct diagnosis *in, struct judgement *out)
{
    uint64_t count = undetermined_of(in);
    bool dns = in->protection == PROTECTION_DNS;
    const char *things = dns ? "queries" : "connection attempts";
    switch (out->reason) {
    case REASON_ONE_WAY_CAPTURE: {
        struct control_view control = control_of(in->control, &in->client->addr);
        snprintf(out->headline, sizeof out->headline,
                 "the capture shows one direction only, so silence proves nothing");
        struct evidence *evidence;
        if (in->client->unsolicited) {
            evidence = evidence_add(out, "one-way",
                                    "%" PRIu64 " answers to the client, but not the queries",
                                    in->client->unsolicited);
            if (evidence)
                evidence_frame(evidence, in->client->unsolicited_frame);
        } else if (causes_site_unheard(&control)) {
            evidence_add(out, "one-way",
                         "the client's own resolver answers none of its %" PRIu64
                         " queries either, yet %" PRIu64 " connections opened",
                         control.asked, control.opened);
        } else if (causes_encrypts_unheard(in->client)) {
            evidence_add(out, "one-way",
                         "the client goes on with encrypted queries, for which it must have had an "
                         "answer");
        } else if (in->client->unheard && !in->client->heard) {
            evidence_add(out, "one-way",
                         "the client opens connections to the secure web gateway (%" PRIu64
                         "), but none of the gateway's packets is in the capture",
                         in->client->unheard);
        } else {
            evidence_add(out, "one-way",
                         "the client acknowledges what its other peers sent (%" PRIu64
                         " packets), but none of their packets is in the capture",
                         control.acknowledging);
        }
        snprintf(out->advice[out->advice_count++], JUDGEMENT_TEXT,
                 "To know: mirror both directions of the port, or capture on the laptop itself.");
        break;
    }
    case REASON_CAPTURE_LOSS: {
        if (dns && in->client->unread) {
            say_unread(in->client, out);
            break;
        }
        unsigned permille = diagnose_loss(in);
        snprintf(out->headline, sizeof out->headline,
                 "the capture lacks about %u.%u %% of the packets, so silence proves nothing",
                 permille / 10, permille % 10);
        say_loss(in, out);
        snprintf(
            out->advice[out->advice_count++], JUDGEMENT_TEXT,
            "To know: relieve the mirror port (fewer sources, a faster one), or capture on the "
            "laptop itself.");
        break;
    }
    case REASON_NO_ROUTE:
        snprintf(out->headline, sizeof out->headline,
                 "this network has no %s to the internet: nothing ever came from there, %s",
                 out->client.family == ADDR_IPV6 ? "IPv6" : "IPv4",
                 in->other_family_alive ? "while the client's other family works"
                                        : "and a router says that it knows no route");
        say_unroutable(in->client, out);
        break;
    case REASON_TOO_FEW_SAMPLES:
        snprintf(out->headline, sizeof out->headline,
                 "too few %s failed, or within too short a time, to call it a fault", things);
        snprintf(out->advice[out->advice_count++], JUDGEMENT_TEXT,
                 "To know: capture for a minute or more while the fault is there.");
        break;
    case REASON_END_OF_CAPTURE:
        snprintf(out->headline, sizeof out->headline,
                 "the capture ends before the deadline of %" PRIu64 " %s", count, things);
        snprintf(out->advice[out->advice_count++], JUDGEMENT_TEXT,
                 "To know: let the capture run on for at least half a minute.");
        break;
    default:
        if (dns)
            snprintf(out->headline, sizeof out->headline, "nothing that tells of its health");
        else
            snprintf(out->headline, sizeof out->headline,
                     "the secure web gateway's name was looked up, no connection to it followed");
        break;
    }
}

/* --- failing --------------------------------------------------------------------------------- */

/* A sample of the client's own, sent between the two moments, succeeded. */
static bool succeeds_within(const struct path *path, nstime from, nstime to)
{
    if (path->last_ok >= from && path->last_ok <= to)
        return true;
    for (unsigned i = 0; i < path->samples; i++)
        if (path->sample[i].sent >= from && path->sample[i].sent <= to &&
            !outcome_failed((enum outcome)path->sample[i].outcome))
            return true;
    return false;
}

static bool works_within(const struct client *client, nstime from, nstime to)
{
    for (int p = 0; p < PROTECTION_COUNT; p++)
        for (unsigned i = 0; i < client->protection[p].paths; i++)
            if (succeeds_within(&client->protection[p].path[i], from, to))
                return true;
    return false;
}

/* Something else of this client's worked while the protection failed: from the first failure until
 * it would have been tried again. What works long after may work because all is well again. */
static bool network_works(const struct diagnosis *in)
{
    nstime from = in->health->first_bad;
    return from != NSTIME_NONE &&
           (in->client->protection[in->protection].control_ok >= from ||
            works_within(in->client, from, in->health->last_bad + CLIENT_NEXT_TRY));
}

static enum confidence confidence_cap(const struct diagnosis *in)
{
    const struct health *health = in->health;
    bool brief = health->last_bad - health->first_bad < in->config->health.silence_span;
    if (in->moved_on && health->silent)
        return CONFIDENCE_POSSIBLE;
    if (health->weak || (health->status == STATUS_UNPROTECTED && health->dns_port_unprobed))
        return CONFIDENCE_POSSIBLE;
    if (health->status == STATUS_DEGRADED && !health->encryption_failing &&
        (health->failed_samples < in->config->health.failed_samples || (health->silent && brief)))
        return CONFIDENCE_POSSIBLE;
    return CONFIDENCE_CERTAIN;
}

static void say_limits(const struct diagnosis *in, struct judgement *out)
{
    uint64_t count = undetermined_of(in);
    if (in->health->dns_port_unprobed && out->status == STATUS_UNPROTECTED)
        evidence_add(out, "port-not-probed",
                     "only one of UDP 53 and UDP 443 was tried, and DNS protection needs just one "
                     "of them");
    if (in->health->weak)
        evidence_add(out, "other-names",
                     "the client never asked for the module's own names: judged by other names");
    static const char *const what[PROTECTION_COUNT][2] = {
        [PROTECTION_DNS] = {"query", "queries"},
        [PROTECTION_WEB] = {"attempt", "attempts"},
    };
    if (count)
        judgement_note(out,
                       "%" PRIu64 " %s too young to judge (the capture ends before %s deadline)",
                       count, what[in->protection][count > 1], count > 1 ? "their" : "its");
}

static bool ever_answered(const struct client *client)
{
    return works_within(client, NSTIME_NONE + 1, NSTIME_NEVER);
}

/* Silence proves nothing where the capture, or the network by design, can't show an answer. A
 * family that never brought anything from afar, while the host's other one does, has no route. */
static enum reason why_not_judged(const struct diagnosis *in, const struct control_view *control)
{
    const struct swg_lookups *lookups = &in->client->protection[PROTECTION_WEB].lookups;
    bool named = in->health->lookups_failed;
    if (named ? lookups->has_rcode || lookups->sinkhole.family != ADDR_NONE
              : !in->health->silent || in->health->failing < in->health->judged)
        return REASON_NONE;
    if (causes_one_way(control, in->client))
        return REASON_ONE_WAY_CAPTURE;
    if ((named || in->protection == PROTECTION_DNS) &&
        (causes_site_unheard(control) || causes_encrypts_unheard(in->client)))
        return REASON_ONE_WAY_CAPTURE;
    bool no_route =
        in->other_family_alive || (in->client->unroutable && in->client->addr.family == ADDR_IPV6);
    if (!named && no_route && control->received_far == 0 && !ever_answered(in->client))
        return REASON_NO_ROUTE;
    return REASON_NONE;
}

/* Some of the packets fail to reach the capture, not the client: that mutes silence on one path of
 * several, and what looks like loss, as well. */
static bool capture_lacks(const struct diagnosis *in)
{
    const struct swg_lookups *lookups = &in->client->protection[PROTECTION_WEB].lookups;
    const bool proven = in->health->lookups_failed
                            ? lookups->has_rcode || lookups->sinkhole.family != ADDR_NONE
                            : in->health->proven;
    return !proven && diagnose_loss(in) > in->config->health.capture_loss_permille;
}

static void explain(const struct diagnosis *in, struct judgement *out)
{
    char servers[FINDINGS_SERVERS];
    struct findings *findings = malloc(sizeof *findings);
    if (!findings) { /* without memory there is no cause to be named */
        out->cause = CAUSE_UNKNOWN;
        out->confidence = CONFIDENCE_POSSIBLE;
        return;
    }
    findings_collect(findings, in);
    struct causes_work work = {.in = in,
                               .findings = findings,
                               .control = control_of(in->control, &in->client->addr),
                               .cap = confidence_cap(in),
                               .out = out};
    enum reason reason = why_not_judged(in, &work.control);
    if (reason == REASON_NONE && capture_lacks(in))
        reason = REASON_CAPTURE_LOSS;
    if (reason != REASON_NONE) {
        out->status = STATUS_UNDETERMINED;
        out->reason = reason;
        say_undetermined(in, out);
        free(findings);
        return;
    }
    work.network_works = network_works(in);
    causes_explain(&work);
    char why[JUDGEMENT_TEXT];
    snprintf(why, sizeof why, "%.*s (%s).", JUDGEMENT_TEXT - 16, out->why,
             confidence_name(out->confidence));
    memcpy(out->why, why, sizeof out->why);
    say_limits(in, out);
    advise(out, findings_servers(findings, servers));
    free(findings);
}

void diagnose(const struct diagnosis *in, struct judgement *out)
{
    memset(out, 0, sizeof *out);
    trace_begin(in->trace);
    out->trace = in->trace;
    out->client = in->client->addr;
    out->protection = in->protection;
    out->role = client_role(in->client, in->config);
    out->status = in->health->status;
    out->reason = in->health->reason;
    out->other_family_works = in->other_family_works;
    out->time = in->now;
    out->last_good = in->health->last_good;
    out->first_bad = in->health->first_bad;
    list_paths(in, out);
    qsort(out->path, out->path_count, sizeof out->path[0], by_server);
    write_filter(out);
    if (out->status == STATUS_PROTECTED)
        say_working(in, out);
    else if (out->status == STATUS_UNDETERMINED)
        say_undetermined(in, out);
    else
        explain(in, out);
    remarks_tell(in, out);
    trace_reasons(in->trace, in, out);
}
