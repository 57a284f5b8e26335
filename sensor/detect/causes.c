/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causes: see causes.h. Each rule says when it holds and, if so, explains itself. */
#include "sensor/detect/causes.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>

#include "sensor/detect/resets.h"

#define SAY(array, ...) snprintf(array, sizeof array, __VA_ARGS__)

/* What the client does when it finds no answer (domain fact 2.1): 443, then 53 about five seconds
 * later, then 443 again about ten after that. */
#define CYCLE_53_MIN  (4 * NS_PER_SEC)
#define CYCLE_53_MAX  (7 * NS_PER_SEC)
#define CYCLE_443_MIN (3 * NS_PER_SEC)
#define CYCLE_443_MAX (16 * NS_PER_SEC)

static uint64_t seen(const struct causes_work *work, enum outcome outcome)
{
    return work->findings->by_outcome[outcome];
}

static bool most(const struct causes_work *work, uint64_t part)
{
    return part && part * 2 >= work->findings->count;
}

static bool web(const struct causes_work *work)
{
    return work->in->protection == PROTECTION_WEB;
}

static const char *tries(const struct causes_work *work)
{
    return web(work) ? "connection attempts" : "queries";
}

/* "UDP 53 or UDP 443" from the paths that fail; web: "TCP 443". */
static const char *ports(const struct causes_work *work, const char *joint, char out[64])
{
    static const uint16_t order[] = {53, 443};
    const struct findings *findings = work->findings;
    size_t at = 0;
    out[0] = '\0';
    if (web(work)) {
        const struct path *path = findings_path(findings, OUTCOME_NONE);
        snprintf(out, 64, "TCP %u", path ? path->port : 443u);
        return out;
    }
    for (size_t p = 0; p < sizeof order / sizeof order[0]; p++)
        for (size_t i = 0; i < findings->count; i++)
            if (findings->item[i].path->port == order[p]) {
                at += (size_t)snprintf(
                    out + at, 64 - at, "%s%s %u", at ? joint : "",
                    findings->item[i].path->transport == IPPROTO_TCP ? "TCP" : "UDP", order[p]);
                break;
            }
    return out;
}

static void settle(struct causes_work *work, enum cause cause, enum confidence confidence)
{
    work->out->cause = cause;
    work->out->confidence = confidence < work->cap ? confidence : work->cap;
}

/* --- evidence that several rules share ------------------------------------------------------- */

static void say_control(struct causes_work *work)
{
    const struct control_view *control = &work->control;
    char resolver[ADDR_TEXT], dns[128] = "";
    if (!work->network_works || (control->opened == 0 && control->answered == 0))
        return;
    if (control->answered)
        SAY(dns, "%s answered %" PRIu64 " of %" PRIu64 " other queries",
            addr_format(&control->resolver, resolver), control->answered, control->asked);
    if (control->tried && control->answered)
        evidence_add(work->out, "control-works",
                     "the rest of the network works: %" PRIu64 " of %" PRIu64
                     " other connections opened, %s",
                     control->opened, control->tried, dns);
    else if (control->tried)
        evidence_add(work->out, "control-works",
                     "the rest of the network works: %" PRIu64 " of %" PRIu64
                     " other connections opened",
                     control->opened, control->tried);
    else
        evidence_add(work->out, "control-works", "the rest of the network works: %s", dns);
}

static void say_origin(struct causes_work *work)
{
    const struct path *path = findings_path(work->findings, OUTCOME_NONE);
    char server[ADDR_TEXT];
    if (!web(work) || !path || !work->in->swg.name)
        return;
    struct evidence *evidence =
        evidence_add(work->out, "swg-resolved", "%s resolved to %s", work->in->swg.name,
                     addr_format(&path->server, server));
    if (evidence)
        evidence_frame(evidence, work->in->swg.frame);
}

static void rule_out_unseen(struct causes_work *work)
{
    if (!seen(work, OUTCOME_REJECTED))
        judgement_rule_out(work->out, "rejected: no ICMP error");
    if (web(work) && !seen(work, OUTCOME_RESET))
        judgement_rule_out(work->out, "reset: no RST from the far side");
    if (!web(work) && !seen(work, OUTCOME_FOREIGN) && !seen(work, OUTCOME_ERROR))
        judgement_rule_out(work->out, "redirected: no answer at all");
    if (!web(work) && !seen(work, OUTCOME_LATE))
        judgement_rule_out(work->out, "late: nothing within 30 s");
}

/* --- the rules ------------------------------------------------------------------------------- */

static bool holds_lookup(const struct causes_work *work)
{
    return work->in->health->lookups_failed;
}

static void explain_lookup(struct causes_work *work)
{
    const struct swg_lookups *lookups = &work->in->client->protection[PROTECTION_WEB].lookups;
    char server[ADDR_TEXT], buffer[16], result[64] = "no answer";
    addr_format(&lookups->server, server);
    if (lookups->has_rcode)
        SAY(result, "%s without an address", dns_rcode_name(lookups->rcode, buffer));
    settle(work, CAUSE_NAME_UNRESOLVED, CONFIDENCE_LIKELY);
    SAY(work->out->headline, "the name of the secure web gateway cannot be looked up");
    SAY(work->out->why, "DNS gives no address for the secure web gateway");
    struct evidence *evidence =
        evidence_add(work->out, "name-unresolved", "%u lookups of %s failed, the last at %s: %s",
                     lookups->failed, lookups->name, server, result);
    for (unsigned i = 0; evidence && i < lookups->frames; i++)
        evidence_frame(evidence, lookups->frame[i]);
}

static bool holds_encryption(const struct causes_work *work)
{
    return work->in->health->encryption_failing && work->in->health->failing == 0 &&
           work->in->health->lossy == 0;
}

static void explain_encryption(struct causes_work *work)
{
    settle(work, CAUSE_SILENT_DROP, CONFIDENCE_POSSIBLE);
    SAY(work->out->headline, "plain probes on UDP 443 are answered, encrypted DNS is not");
    SAY(work->out->why, "Encrypted DNS is dropped in silence, plain DNS on the same path passes");
    evidence_add(work->out, "encryption-silent",
                 "DNSCrypt queries get no answer while plain probes on the same path do");
}

/* Lossy and nothing fails for good: a lone reset or error among silent losses is no cause. */
static bool holds_loss(const struct causes_work *work)
{
    uint64_t silent =
        seen(work, OUTCOME_UNANSWERED) + seen(work, OUTCOME_LATE) + seen(work, OUTCOME_STALLED);
    if (!most(work, silent))
        return false;
    if (work->in->health->failing == 0)
        return work->in->health->lossy > 0;
    for (size_t i = 0; i < work->findings->count; i++)
        if (!work->findings->item[i].path->lossy)
            return false;
    return work->findings->count > 0;
}

static void explain_loss(struct causes_work *work)
{
    char where[64], servers[JUDGEMENT_TEXT];
    settle(work, CAUSE_PACKET_LOSS,
           work->in->health->failing ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY);
    SAY(work->out->headline, "works, but loses %s now and then on %s", tries(work),
        ports(work, " and ", where));
    SAY(work->out->why, "Packets are lost on the way, without a pattern that a rule would make");
    uint64_t sent = work->findings->sent, lost = work->findings->total;
    struct evidence *evidence =
        evidence_add(work->out, "loss",
                     "%" PRIu64 " of %" PRIu64 " %s to %s were lost (%" PRIu64
                     " %%), the others answered in between",
                     lost, sent, tries(work), findings_servers(work->findings, servers),
                     sent ? lost * 100 / sent : 0);
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_NONE);
    rule_out_unseen(work);
}

static bool holds_foreign(const struct causes_work *work)
{
    return seen(work, OUTCOME_FOREIGN) > 0;
}

static void explain_foreign(struct causes_work *work)
{
    char share[48], servers[JUDGEMENT_TEXT], where[64];
    settle(work, CAUSE_FOREIGN_ANSWER, CONFIDENCE_LIKELY);
    SAY(work->out->headline, "something else answers in the resolvers' name on %s",
        ports(work, " or ", where));
    SAY(work->out->why, "DNS is intercepted: answers that carry the resolvers' addresses are not "
                        "theirs");
    findings_share(work->findings, seen(work, OUTCOME_FOREIGN), share);
    struct evidence *evidence = evidence_add(
        work->out, "foreign-answer",
        "%s queries for the module's own names to %s got an answer without the strings that only "
        "Cisco's resolvers give",
        share, findings_servers(work->findings, servers));
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_FOREIGN);
    uint64_t silent = seen(work, OUTCOME_UNANSWERED);
    if (silent) {
        evidence =
            evidence_add(work->out, "no-answer", "%" PRIu64 " more got no answer at all", silent);
        if (evidence)
            evidence_failures(evidence, work->findings, OUTCOME_UNANSWERED);
    }
    judgement_rule_out(work->out, "silent drop: something does answer");
    say_control(work);
}

static bool holds_reject(const struct causes_work *work)
{
    return seen(work, OUTCOME_REJECTED) > 0;
}

static const struct failure *last_with(const struct findings *findings, enum outcome outcome)
{
    for (size_t i = findings->count; i-- > 0;)
        if (findings->item[i].failure->outcome == outcome)
            return findings->item[i].failure;
    return NULL;
}

static void explain_reject(struct causes_work *work)
{
    const struct failure *failure = last_with(work->findings, OUTCOME_REJECTED);
    const struct path *path = findings_path(work->findings, OUTCOME_REJECTED);
    const struct icmp_error *icmp = &failure->icmp;
    bool from_server = addr_equal(&icmp->from, &path->server);
    char from[ADDR_TEXT], servers[JUDGEMENT_TEXT], where[64], share[48];
    addr_format(&icmp->from, from);
    /* Any host can say "port unreachable" of itself; a third party that says so is in the way. */
    settle(work, CAUSE_ICMP_REJECT, from_server ? CONFIDENCE_LIKELY : CONFIDENCE_CERTAIN);
    SAY(work->out->headline, "%s rejects %s on %s", from, tries(work), ports(work, " and ", where));
    SAY(work->out->why, "Rejected by %s with an ICMP error", from);
    findings_share(work->findings, seen(work, OUTCOME_REJECTED), share);
    struct evidence *evidence =
        evidence_add(work->out, "icmp-error",
                     "%s %s to %s were met by ICMP%s type %u code %u from %s, %u hop%s away", share,
                     tries(work), findings_servers(work->findings, servers),
                     icmp->from.family == ADDR_IPV6 ? "v6" : "", icmp->type, icmp->code, from,
                     hops_of_ttl(icmp->ttl), hops_of_ttl(icmp->ttl) == 1 ? "" : "s");
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_REJECTED);
    uint64_t silent = seen(work, OUTCOME_UNANSWERED);
    if (silent) {
        evidence = evidence_add(work->out, "no-answer",
                                "%" PRIu64 " more got nothing back: boxes limit the rate of their "
                                "ICMP errors",
                                silent);
        if (evidence)
            evidence_failures(evidence, work->findings, OUTCOME_UNANSWERED);
    }
    say_control(work);
}

static bool holds_reset(const struct causes_work *work)
{
    return seen(work, OUTCOME_RESET) > 0;
}

static void say_reset_times(struct causes_work *work, const struct reset_weight *weight)
{
    char low[32], high[32], genuine[32], far[32] = "", share[48], servers[JUDGEMENT_TEXT];
    char compare[JUDGEMENT_TEXT / 2] = "";
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
    struct evidence *evidence =
        evidence_add(work->out, weight->tells & TELL_TIME ? "reset-near" : "reset",
                     "%s connection attempts to %s were reset %s%s%s after the SYN%s", share,
                     servers, low, weight->delay_max > weight->delay_min ? " to " : "",
                     weight->delay_max > weight->delay_min ? high : "", compare);
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_RESET);
}

static void say_reset_tells(struct causes_work *work, const struct reset_weight *weight)
{
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
                     "the resets come from %u hops away, genuine packets of the address from %u",
                     hops_of_ttl(weight->ttl), hops_of_ttl(weight->genuine_ttl));
    else if (weight->tells & TELL_HOPS)
        evidence_add(work->out, "reset-hops",
                     "the resets come from %u hop%s away (TTL %u), too near for a public address",
                     hops_of_ttl(weight->ttl), hops_of_ttl(weight->ttl) == 1 ? "" : "s",
                     weight->ttl);
    if (weight->tells & TELL_WITNESS) {
        evidence = evidence_add(work->out, "reset-witness",
                                "a box close by also rejects the same address with an ICMP error");
        if (evidence)
            evidence_frame(evidence, weight->witness);
    }
}

static void explain_reset(struct causes_work *work)
{
    struct reset_weight weight = resets_weigh(work->in, work->findings);
    settle(work, weight.cause, weight.confidence);
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
                     "the resets come from %u hops away, like the server's genuine packets",
                     hops_of_ttl(weight.ttl));
    say_origin(work);
    judgement_rule_out(work->out, "silent drop: every failed attempt that had time was reset");
    say_control(work);
}

static bool holds_killed(const struct causes_work *work)
{
    return seen(work, OUTCOME_KILLED) > 0;
}

static void explain_killed(struct causes_work *work)
{
    char share[48], servers[JUDGEMENT_TEXT];
    settle(work, CAUSE_KILLED_AFTER_OPEN, CONFIDENCE_LIKELY);
    SAY(work->out->headline, "connections open and are ended at once, before the gateway's first "
                             "byte");
    SAY(work->out->why, "Connections are killed after they opened: typical of TLS inspection or a "
                        "rule that wants TLS on this port");
    findings_share(work->findings, seen(work, OUTCOME_KILLED), share);
    struct evidence *evidence =
        evidence_add(work->out, "killed",
                     "%s connection attempts to %s opened and were ended by the far side without "
                     "one byte of its own",
                     share, findings_servers(work->findings, servers));
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_KILLED);
    say_origin(work);
    judgement_rule_out(work->out, "silent drop: the connections opened");
    say_control(work);
}

static bool holds_error(const struct causes_work *work)
{
    return most(work, seen(work, OUTCOME_ERROR));
}

static void explain_error(struct causes_work *work)
{
    const struct failure *failure = last_with(work->findings, OUTCOME_ERROR);
    char buffer[16], share[48], servers[JUDGEMENT_TEXT], where[64];
    const char *rcode = dns_rcode_name(failure->rcode, buffer);
    settle(work, CAUSE_RESOLVER_ERROR, CONFIDENCE_LIKELY);
    SAY(work->out->headline, "the resolvers answer with an error (%s) on %s", rcode,
        ports(work, " and ", where));
    SAY(work->out->why, "The path works, but the answers are errors");
    findings_share(work->findings, seen(work, OUTCOME_ERROR), share);
    struct evidence *evidence =
        evidence_add(work->out, "resolver-error",
                     "%s queries to %s were answered with an error, the last with %s", share,
                     findings_servers(work->findings, servers), rcode);
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_ERROR);
    judgement_rule_out(work->out, "silent drop: something does answer");
    say_control(work);
}

static bool holds_stalled(const struct causes_work *work)
{
    return most(work, seen(work, OUTCOME_STALLED));
}

static void explain_stalled(struct causes_work *work)
{
    char share[48], servers[JUDGEMENT_TEXT];
    settle(work, CAUSE_STALLED_AFTER_OPEN,
           work->network_works ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE);
    SAY(work->out->headline, "connections open, but nothing comes back");
    SAY(work->out->why, "Connections stall after they opened: the first data gets no reply");
    findings_share(work->findings, seen(work, OUTCOME_STALLED), share);
    struct evidence *evidence =
        evidence_add(work->out, "stalled",
                     "%s connection attempts to %s opened, and the client's first data got nothing "
                     "back",
                     share, findings_servers(work->findings, servers));
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_STALLED);
    say_origin(work);
    judgement_rule_out(work->out, "silent drop of the handshake: the connections opened");
    say_control(work);
}

static bool holds_late(const struct causes_work *work)
{
    return most(work, seen(work, OUTCOME_LATE));
}

static void explain_late(struct causes_work *work)
{
    nstime low = NSTIME_NEVER, high = 0;
    char share[48], servers[JUDGEMENT_TEXT], from[32], to[32];
    for (size_t i = 0; i < work->findings->count; i++) {
        const struct failure *failure = work->findings->item[i].failure;
        if (failure->outcome != OUTCOME_LATE || failure->rtt == NSTIME_NONE)
            continue;
        low = failure->rtt < low ? failure->rtt : low;
        high = failure->rtt > high ? failure->rtt : high;
    }
    settle(work, CAUSE_LATE_ANSWERS, CONFIDENCE_LIKELY);
    SAY(work->out->headline, "the resolvers answer, but too late for the client");
    SAY(work->out->why, "Answers come after the client has given up");
    findings_share(work->findings, seen(work, OUTCOME_LATE), share);
    struct evidence *evidence =
        evidence_add(work->out, "late-answer", "%s queries to %s were answered only after %s to %s",
                     share, findings_servers(work->findings, servers), duration_text(low, from),
                     duration_text(high, to));
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_LATE);
    judgement_rule_out(work->out, "silent drop: the answers do come");
    say_control(work);
}

/* The module's own order of ports, kept to over a whole round (domain fact 2.1). */
static bool probe_cycle(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->item[i].path->port != 443)
            continue;
        nstime start = findings->item[i].failure->sent, middle = NSTIME_NONE;
        for (size_t j = i + 1; j < findings->count; j++) {
            const struct finding *next = &findings->item[j];
            nstime after = next->failure->sent - (middle == NSTIME_NONE ? start : middle);
            if (middle == NSTIME_NONE && next->path->port == 53 && after >= CYCLE_53_MIN &&
                after <= CYCLE_53_MAX)
                middle = next->failure->sent;
            else if (middle != NSTIME_NONE && next->path->port == 443 && after >= CYCLE_443_MIN &&
                     after <= CYCLE_443_MAX)
                return true;
        }
    }
    return false;
}

static bool holds_silence(const struct causes_work *work)
{
    uint64_t silent =
        seen(work, OUTCOME_UNANSWERED) + seen(work, OUTCOME_LATE) + seen(work, OUTCOME_STALLED);
    return silent && silent == work->findings->count;
}

static void explain_silence(struct causes_work *work)
{
    char share[48], servers[JUDGEMENT_TEXT], where[64];
    bool cycle = !web(work) && probe_cycle(work->findings);
    settle(work, CAUSE_SILENT_DROP,
           work->network_works || cycle ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE);
    SAY(work->out->headline, "nothing answers on %s", ports(work, " or ", where));
    SAY(work->out->why, "Dropped in silence on the way to %s",
        web(work) ? "the secure web gateway" : "the resolvers");
    findings_servers(work->findings, servers);
    findings_share(work->findings, seen(work, OUTCOME_UNANSWERED), share);
    struct evidence *evidence =
        evidence_add(work->out, "no-answer", "%s %s to %s: no answer, no ICMP error", share,
                     tries(work), servers);
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_NONE);
    if (cycle)
        evidence_add(work->out, "probe-cycle",
                     "the client goes through its ports (443, then 53 five seconds later, then 443 "
                     "again) as it does when nothing answers");
    say_origin(work);
    say_control(work);
    rule_out_unseen(work);
}

static bool holds_always(const struct causes_work *work)
{
    (void)work;
    return true;
}

static void explain_unknown(struct causes_work *work)
{
    char share[48], servers[JUDGEMENT_TEXT];
    settle(work, CAUSE_UNKNOWN, CONFIDENCE_POSSIBLE);
    SAY(work->out->headline, "fails in different ways");
    SAY(work->out->why, "The failures do not fit one cause");
    findings_share(work->findings, work->findings->total, share);
    struct evidence *evidence =
        evidence_add(work->out, "failed", "%s %s to %s failed", share, tries(work),
                     findings_servers(work->findings, servers));
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_NONE);
    say_control(work);
}

static const struct rule {
    bool (*holds)(const struct causes_work *work);
    void (*explain)(struct causes_work *work);
} rules[] = {
    {holds_lookup, explain_lookup},   {holds_encryption, explain_encryption},
    {holds_loss, explain_loss},       {holds_foreign, explain_foreign},
    {holds_reject, explain_reject},   {holds_reset, explain_reset},
    {holds_killed, explain_killed},   {holds_error, explain_error},
    {holds_stalled, explain_stalled}, {holds_late, explain_late},
    {holds_silence, explain_silence}, {holds_always, explain_unknown},
};

void causes_explain(struct causes_work *work)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].holds(work)) {
            rules[i].explain(work);
            return;
        }
}

bool causes_one_way(const struct control_view *control, const struct client *client)
{
    bool blind = control->blind > 0 && control->opened == 0 && control->answered == 0;
    bool deaf = control->acknowledging >= 3 && control->received == 0;
    return blind || deaf || (client->unsolicited > 0 && !client->own_names && !client->connects);
}
