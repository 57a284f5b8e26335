/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule_saw: see rule_saw.h. Says what was there, never whether that is enough. */
#include "sensor/detect/rule_saw.h"

#include <inttypes.h>
#include <stdio.h>

#include "sensor/detect/rules.h"

#define SAW(...) snprintf(out, TRACE_SEEN, __VA_ARGS__)

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* --- reasons not to judge -------------------------------------------------------------------- */

void saw_traffic(const struct diagnosis *in, const struct judgement *judgement,
                 char out[TRACE_SEEN])
{
    uint64_t sent = 0;
    for (size_t i = 0; i < judgement->path_count; i++)
        sent += judgement->path[i].ok + judgement->path[i].failed;
    SAW("%" PRIu64 " %s came to an end; %u of %zu path%s can be judged", sent,
        in->protection == PROTECTION_WEB ? "connection attempts" : "queries", in->health->judged,
        judgement->path_count, plural(judgement->path_count));
}

void saw_directions(const struct diagnosis *in, const struct judgement *judgement,
                    char out[TRACE_SEEN])
{
    (void)judgement;
    struct control_view control = control_of(in->control, &in->client->addr);
    SAW("of this protection: %" PRIu64 " answer%s without a query; of its other traffic: %" PRIu64
        " connection%s opened in both directions and %" PRIu64 " in one, %" PRIu64 " of %" PRIu64
        " other queries answered, %" PRIu64 " packet%s to the client, %" PRIu64
        " by which it acknowledges some; %s",
        in->client->unsolicited, plural(in->client->unsolicited), control.opened,
        plural(control.opened), control.blind, control.answered, control.asked, control.received,
        plural(control.received), control.acknowledging,
        causes_encrypts_unheard(in->client) ? "encrypted queries go on unanswered"
                                            : "no encrypted queries that go on unanswered");
}

void saw_route(const struct diagnosis *in, const struct judgement *judgement, char out[TRACE_SEEN])
{
    (void)judgement;
    struct control_view control = control_of(in->control, &in->client->addr);
    SAW("%" PRIu64 " packet%s to the client from public addresses outside its own network; the "
        "same host's other family %s; %" PRIu64 " ICMP error%s without a route",
        control.received_far, plural(control.received_far),
        in->other_family_alive ? "hears from afar" : "isn't seen to hear from afar",
        in->client->unroutable, plural(in->client->unroutable));
}

void saw_missing(const struct diagnosis *in, const struct judgement *judgement,
                 char out[TRACE_SEEN])
{
    (void)judgement;
    unsigned permille = diagnose_loss(in);
    uint32_t most = in->config->health.capture_loss_permille;
    SAW("%u.%u %% of the packets that must have existed are missing; more than %" PRIu32 ".%" PRIu32
        " %% mutes silence",
        permille / 10, permille % 10, most / 10, most % 10);
}

void saw_samples(const struct diagnosis *in, const struct judgement *judgement,
                 char out[TRACE_SEEN])
{
    (void)judgement;
    const struct health *health = in->health;
    char span[32], wanted[32];
    nstime lasted = health->failed_samples ? health->last_bad - health->first_bad : 0;
    SAW("%u %s failed, over %s%s; a protection fails from %" PRIu32 " on, and where nothing but "
        "silence speaks over %s at least",
        health->failed_samples, in->protection == PROTECTION_WEB ? "connects" : "queries",
        duration_text(lasted, span), health->silent ? ", all of them in silence" : "",
        in->config->health.failed_samples, duration_text(in->config->health.silence_span, wanted));
}

void saw_end(const struct diagnosis *in, const struct judgement *judgement, char out[TRACE_SEEN])
{
    uint64_t open = 0;
    for (size_t i = 0; i < judgement->path_count; i++)
        open += judgement->path[i].undetermined;
    SAW("%" PRIu64 " %s open when the capture ended", open,
        in->protection == PROTECTION_WEB ? "connection attempts were" : "queries were");
}

/* --- causes ---------------------------------------------------------------------------------- */

static const struct swg_lookups *lookups_of(const struct causes_work *work)
{
    return &work->in->client->protection[PROTECTION_WEB].lookups;
}

void saw_portal(const struct causes_work *work, char out[TRACE_SEEN])
{
    char portal[ADDR_TEXT];
    const uint64_t redirects = work->in->client->turned[TURNED_REDIRECT].count;
    if (work->control.portal.family == ADDR_NONE && redirects)
        SAW("%" PRIu64 " CONNECTs were answered with an HTTP redirect", redirects);
    else if (work->control.portal.family == ADDR_NONE)
        SAW("no such answer");
    else
        SAW("a name by which a system checks was answered with %s",
            addr_format(&work->control.portal, portal));
}

void saw_sinkhole(const struct causes_work *work, char out[TRACE_SEEN])
{
    const struct swg_lookups *lookups = lookups_of(work);
    char sinkhole[ADDR_TEXT];
    if (lookups->sinkhole.family == ADDR_NONE)
        SAW("%u failed look-ups of the gateway's name in a row, none with such an address",
            lookups->failed);
    else
        SAW("%u failed look-ups of the gateway's name in a row, leading to %s", lookups->failed,
            addr_format(&lookups->sinkhole, sinkhole));
}

void saw_lookups(const struct causes_work *work, char out[TRACE_SEEN])
{
    SAW("%u failed look-ups of the gateway's name in a row; %u path%s failed",
        lookups_of(work)->failed, work->in->health->failing, plural(work->in->health->failing));
}

void saw_network(const struct causes_work *work, char out[TRACE_SEEN])
{
    const struct control_view *control = &work->control;
    char span[32] = "0 s";
    if (control->silent)
        duration_text(work->in->now - control->silent_since, span);
    SAW("%u of three other public hosts tried in vain, for %s%s; something else of this client's "
        "%s meanwhile",
        control->silent, span, control->proxy ? "; it uses a proxy" : "",
        work->network_works ? "worked" : "isn't seen to work");
}

void saw_encryption(const struct causes_work *work, char out[TRACE_SEEN])
{
    const struct health *health = work->in->health;
    SAW("%s; with the plain probes %u path%s failed and %u lost now and then",
        health->encryption_failing ? "DNSCrypt queries go unanswered"
                                   : "no run of DNSCrypt queries without an answer",
        health->failing, plural(health->failing), health->lossy);
}

void saw_edns(const struct causes_work *work, char out[TRACE_SEEN])
{
    const struct findings *findings = work->findings;
    uint64_t edns = 0;
    bool answered = false;
    for (size_t i = 0; i < findings->count; i++) {
        edns += findings->item[i].failure->edns;
        answered = answered || findings->item[i].path->edns_ok;
    }
    SAW("%" PRIu64 " of %zu failed queries carried an OPT record; %" PRIu64 " were answered on the "
        "same paths, %s with one",
        edns, findings->count, findings->ok, answered ? "some" : "none");
}

static uint64_t silences(const struct causes_work *work)
{
    return rule_seen(work, OUTCOME_UNANSWERED) + rule_seen(work, OUTCOME_LATE) +
           rule_seen(work, OUTCOME_STALLED);
}

void saw_loss(const struct causes_work *work, char out[TRACE_SEEN])
{
    const struct health *health = work->in->health;
    SAW("%" PRIu64 " of %zu failures are silence; %u path%s failed for good, %u lost now and then",
        silences(work), work->findings->count, health->failing, plural(health->failing),
        health->lossy);
}

void saw_half(const struct causes_work *work, char out[TRACE_SEEN])
{
    (void)work;
    SAW("half of them are wanted");
}

void saw_mtu(const struct causes_work *work, char out[TRACE_SEEN])
{
    const struct rule_sizes sizes = rule_sizes(work);
    char passed[64] = "none smaller is known to pass", mtu[48] = "";
    if (sizes.passed)
        SAY(passed, "segments of up to %" PRIu32 " bytes passed", sizes.passed);
    if (sizes.too_big && sizes.too_big->too_big_mtu)
        SAY(mtu, " (MTU %" PRIu32 ")", sizes.too_big->too_big_mtu);
    if (sizes.count == 0)
        SAW("none lost a full-size segment; half of them are wanted");
    else
        SAW("%" PRIu64 " of them lost a full-size segment, the smallest of %" PRIu32 " bytes; %s; "
            "%s ICMP error says \"too big\"%s; half of them are wanted",
            sizes.count, sizes.lost, passed, sizes.too_big ? "an" : "no", mtu);
}

void saw_silence(const struct causes_work *work, char out[TRACE_SEEN])
{
    SAW("%" PRIu64 " of %zu failures are silence; something else of this client's %s meanwhile",
        silences(work), work->findings->count,
        work->network_works ? "worked" : "isn't seen to work");
}

/* --- the tells of a reset -------------------------------------------------------------------- */

void saw_time(const struct reset_weight *weight, char out[TRACE_SEEN])
{
    char low[32], high[32], genuine[32];
    duration_text(weight->delay_min, low);
    duration_text(weight->delay_max, high);
    if (weight->genuine == NSTIME_NONE)
        SAW("resets %s to %s after the SYN; no genuine round trip is known to hold them against",
            low, high);
    else
        SAW("%" PRIu64 " of %" PRIu64 " resets; they came %s to %s after the SYN, the smallest "
            "genuine round trip %s is %s",
            weight->shown[RESET_TIME], weight->resets, low, high,
            weight->genuine_is_server ? "of the address or its network" : "of other public hosts",
            duration_text(weight->genuine, genuine));
}

void saw_hops(const struct reset_weight *weight, char out[TRACE_SEEN])
{
    char hops[48], genuine[48];
    hops_text(weight->ttl, hops);
    if (weight->genuine_ttl)
        SAW("%" PRIu64 " of %" PRIu64 " resets; what reset last is %s, the server that opened "
            "connections is %s",
            weight->shown[RESET_HOPS], weight->resets, hops,
            hops_text(weight->genuine_ttl, genuine));
    else
        SAW("%" PRIu64 " of %" PRIu64
            " resets; what reset last is %s (TTL %u), no genuine packet of "
            "the address is known",
            weight->shown[RESET_HOPS], weight->resets, hops, weight->ttl);
}

void saw_copied(const struct reset_weight *weight, char out[TRACE_SEEN])
{
    bool any = weight->window_copied || weight->ip_id_copied || weight->ttl_copied;
    SAW("%" PRIu64 " of %" PRIu64 " resets; of the SYN came back: %s%s%s%s",
        weight->shown[RESET_COPIED], weight->resets, any ? "" : "nothing",
        weight->window_copied ? "the window " : "", weight->ip_id_copied ? "the IP id " : "",
        weight->ttl_copied ? "the TTL" : "");
}

void saw_race(const struct reset_weight *weight, char out[TRACE_SEEN])
{
    if (weight->race.number)
        SAW("the server's own packet came after a reset, in frame %" PRIu64,
            (uint64_t)weight->race.number);
    else
        SAW("nothing of the server's came after a reset");
}

void saw_witness(const struct reset_weight *weight, char out[TRACE_SEEN])
{
    if (weight->witness.number)
        SAW("such an ICMP error is in frame %" PRIu64, (uint64_t)weight->witness.number);
    else
        SAW("no such ICMP error");
}
