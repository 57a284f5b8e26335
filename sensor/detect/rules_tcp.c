/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules for connections: reset, killed, stalled. */
#include <inttypes.h>
#include <stdio.h>

#include "sensor/detect/resets.h"
#include "sensor/detect/rules.h"

/* No path of today carries less in one segment than this without a tunnel that says so. */
#define FULL_SEGMENT 1200

bool rule_holds_reset(const struct causes_work *work)
{
    return rule_seen(work, OUTCOME_RESET) > 0;
}

static void say_reset_times(struct causes_work *work, const struct reset_weight *weight)
{
    char low[32], high[32], genuine[32], far[32] = "", share[48], servers[FINDINGS_SERVERS];
    char compare[JUDGEMENT_TEXT / 2] = "";
    const bool web = rule_web(work);
    duration_text(weight->delay_min, low);
    duration_text(weight->delay_max, high);
    if (weight->genuine != NSTIME_NONE) {
        duration_text(weight->genuine, genuine);
        if (weight->genuine_is_server)
            SAY(compare, "; genuine answers of the address or its network take %s or more",
                genuine);
        else if (work->control.rtt_max > weight->genuine)
            SAY(compare, "; other hosts on the internet answer in %s to %s", genuine,
                duration_text(work->control.rtt_max, far));
        else
            SAY(compare, "; another host on the internet answers in %s", genuine);
    }
    findings_share(work->findings, weight->resets, share);
    findings_servers(work->findings, servers);
    struct evidence *evidence = evidence_add(
        work->out, weight->tells & TELL_TIME ? "reset-near" : "reset",
        "%s %s to %s were reset %s%s%s after the %s%s", share,
        web ? "connection attempts" : "queries over TCP", servers, low,
        weight->delay_max > weight->delay_min ? " to " : "",
        weight->delay_max > weight->delay_min ? high : "", web ? "SYN" : "query", compare);
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_RESET);
}

static void say_reset_tells(struct causes_work *work, const struct reset_weight *weight)
{
    char hops[48], genuine[48];
    struct evidence *evidence;
    if (weight->tells & TELL_RACE) {
        evidence = evidence_add(work->out, "reset-race",
                                "the server's own SYN-ACK or data came after the reset: somebody "
                                "else had written it");
        if (evidence)
            evidence_frame(evidence, weight->race);
    }
    if (weight->tells & TELL_COPIED && weight->window_copied)
        evidence_add(work->out, "window-echoed", "the resets copy the client's own window (%u)",
                     weight->window);
    if (weight->tells & TELL_COPIED && weight->ip_id_copied)
        evidence_add(work->out, "ip-id-echoed", "the resets copy the IP id of the SYN");
    if (weight->tells & TELL_COPIED && weight->ttl_copied && !weight->window_copied)
        evidence_add(work->out, "ttl-echoed", "the resets copy the TTL of the SYN (%u)",
                     weight->ttl);
    if (weight->tells & TELL_HOPS && weight->genuine_ttl)
        evidence_add(work->out, "reset-hops",
                     "the box that resets is %s, the server that opened connections is %s",
                     hops_text(weight->ttl, hops), hops_text(weight->genuine_ttl, genuine));
    else if (weight->tells & TELL_HOPS)
        evidence_add(work->out, "reset-hops",
                     "the box that resets is %s (TTL %u), too near for a public address",
                     hops_text(weight->ttl, hops), weight->ttl);
    if (weight->tells & TELL_WITNESS) {
        evidence = evidence_add(work->out, "reset-witness",
                                "a box close by also rejects the same address with an ICMP error");
        if (evidence)
            evidence_frame(evidence, weight->witness);
    }
}

void rule_explain_reset(struct causes_work *work)
{
    char hops[48];
    struct reset_weight weight = resets_weigh(work->in, work->findings);
    rule_settle(work, weight.cause, weight.confidence);
    if (weight.cause == CAUSE_MIDDLEBOX_RESET) {
        SAY(work->out->headline, "blocked near the client: connections are reset");
        SAY(work->out->why, "Reset by a box close to the client, not by Cisco's cloud");
    } else if (weight.cause == CAUSE_SERVER_RESET) {
        SAY(work->out->headline, "the secure web gateway itself resets connections");
        SAY(work->out->why, "Reset by the server: as slow and as far away as its genuine packets");
    } else {
        SAY(work->out->headline, "connections are reset");
        SAY(work->out->why, "Connections are reset; the packets do not tell by whom");
    }
    say_reset_times(work, &weight);
    say_reset_tells(work, &weight);
    if (weight.cause == CAUSE_SERVER_RESET)
        evidence_add(work->out, "reset-agrees",
                     "what resets is %s, like the server when it opened connections",
                     hops_text(weight.ttl, hops));
    rule_say_origin(work);
    judgement_rule_out(work->out, "silent drop: every failed attempt that had time was reset");
    rule_say_control(work);
}

bool rule_holds_killed(const struct causes_work *work)
{
    return rule_seen(work, OUTCOME_KILLED) > 0;
}

void rule_explain_killed(struct causes_work *work)
{
    char share[48], servers[FINDINGS_SERVERS];
    rule_settle(work, CAUSE_KILLED_AFTER_OPEN, CONFIDENCE_LIKELY);
    SAY(work->out->headline, "connections open and are ended at once, before the gateway's first "
                             "byte");
    SAY(work->out->why, "Connections are killed after they opened: typical of TLS inspection or a "
                        "rule that wants TLS on this port");
    findings_share(work->findings, rule_seen(work, OUTCOME_KILLED), share);
    struct evidence *evidence =
        evidence_add(work->out, "killed",
                     "%s connection attempts to %s opened and were ended by the far side without "
                     "one byte of its own%s",
                     share, findings_servers(work->findings, servers),
                     findings_said(work->findings, OUTCOME_KILLED));
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_KILLED);
    rule_say_origin(work);
    judgement_rule_out(work->out, "silent drop: the connections opened");
    rule_say_control(work);
}

/* Its handshake passed, and its first segment that is as large as the path should carry did not. */
static bool large_lost(const struct failure *failure)
{
    return failure->outcome == OUTCOME_STALLED && failure->data_length >= FULL_SEGMENT &&
           failure->data_passed < failure->data_length && failure->data_passed < FULL_SEGMENT;
}

struct rule_sizes rule_sizes(const struct causes_work *work)
{
    const struct protection_state *web = &work->in->client->protection[PROTECTION_WEB];
    struct rule_sizes sizes = {.passed = web->passed_length, .passed_frame = web->passed_frame};
    for (size_t i = 0; i < work->findings->count; i++) {
        const struct failure *failure = work->findings->item[i].failure;
        if (!large_lost(failure))
            continue;
        sizes.count++;
        if (sizes.lost == 0 || failure->data_length < sizes.lost)
            sizes.lost = failure->data_length;
        if (failure->too_big.seen && !sizes.too_big)
            sizes.too_big = failure;
    }
    if (sizes.passed >= sizes.lost)
        sizes.passed = 0;
    return sizes;
}

/* No ICMP error is needed, for firewalls drop those too (RFC 2923 2.1). */
bool rule_holds_mtu(const struct causes_work *work)
{
    return rule_most(work, rule_sizes(work).count);
}

static void say_too_big(struct causes_work *work, const struct failure *failure)
{
    const struct icmp_error *error = &failure->too_big;
    char from[ADDR_TEXT], mtu[64] = "";
    if (failure->too_big_mtu)
        SAY(mtu, ": the next link takes %" PRIu32 " bytes at most", failure->too_big_mtu);
    struct evidence *evidence =
        evidence_add(work->out, "icmp-too-big",
                     "%s says with ICMP%s type %u code %u that such a packet was too "
                     "big%s",
                     addr_format(&error->from, from), error->from.family == ADDR_IPV6 ? "v6" : "",
                     error->type, error->code, mtu);
    for (size_t i = 0; i < work->findings->count; i++)
        evidence_frame(evidence, work->findings->item[i].failure->too_big.frame);
}

void rule_explain_mtu(struct causes_work *work)
{
    const struct rule_sizes sizes = rule_sizes(work);
    char servers[FINDINGS_SERVERS], share[48];
    rule_settle(work, CAUSE_PATH_MTU,
                sizes.passed || sizes.too_big ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE);
    SAY(work->out->headline,
        "connections open, but their first large segment (%" PRIu32 " bytes) gets lost",
        sizes.lost);
    SAY(work->out->why, sizes.passed || sizes.too_big
                            ? "Large packets are lost on the path where small ones pass (path MTU)"
                            : "Large packets are lost on the path; that small ones pass is not "
                              "seen (path MTU)");
    struct evidence *evidence = evidence_add(
        work->out, "large-lost",
        "%s connection attempts to %s opened, and of what the client sent then the segments of "
        "%" PRIu32 " bytes or more were never acknowledged",
        findings_share(work->findings, sizes.count, share),
        findings_servers(work->findings, servers), sizes.lost);
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_STALLED);
    if (sizes.passed) {
        evidence = evidence_add(work->out, "small-pass",
                                "it breaks between %" PRIu32 " and %" PRIu32
                                " bytes of TCP data: the largest segment that was acknowledged, "
                                "and the smallest that was not",
                                sizes.passed, sizes.lost);
        evidence_frame(evidence, sizes.passed_frame);
    }
    if (sizes.too_big)
        say_too_big(work, sizes.too_big);
    rule_say_origin(work);
    judgement_rule_out(work->out, "silent drop of the handshake: the connections opened");
    rule_say_control(work);
}

bool rule_holds_stalled(const struct causes_work *work)
{
    return rule_most(work, rule_seen(work, OUTCOME_STALLED));
}

void rule_explain_stalled(struct causes_work *work)
{
    char share[48], servers[FINDINGS_SERVERS];
    rule_settle(work, CAUSE_STALLED_AFTER_OPEN,
                work->network_works ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE);
    SAY(work->out->headline, "connections open, but nothing comes back");
    SAY(work->out->why, "Connections stall after they opened: the first data gets no reply");
    findings_share(work->findings, rule_seen(work, OUTCOME_STALLED), share);
    struct evidence *evidence =
        evidence_add(work->out, "stalled",
                     "%s connection attempts to %s opened, and the client's first data got nothing "
                     "back%s",
                     share, findings_servers(work->findings, servers),
                     findings_said(work->findings, OUTCOME_STALLED));
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_STALLED);
    rule_say_origin(work);
    judgement_rule_out(work->out, "silent drop of the handshake: the connections opened");
    rule_say_control(work);
}
