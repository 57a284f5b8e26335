/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules for what comes and should not: errors of a box, of the resolvers, of somebody else. */
#include <inttypes.h>
#include <stdio.h>

#include "sensor/detect/rules.h"

bool rule_holds_foreign(const struct causes_work *work)
{
    return rule_seen(work, OUTCOME_FOREIGN) > 0;
}

void rule_explain_foreign(struct causes_work *work)
{
    char share[48], servers[FINDINGS_SERVERS], where[64];
    const struct certificates *certificates =
        &work->in->client->protection[PROTECTION_DNS].certificates;
    /* A second proof, apart from the strings; alone it may mean that Cisco has a new key. */
    bool forged = certificates->forged && certificates->are_signed;
    rule_settle(work, CAUSE_FOREIGN_ANSWER, forged ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY);
    SAY(work->out->headline, "something else answers in the resolvers' name on %s",
        rule_ports(work, OUTCOME_FOREIGN, " and ", where));
    SAY(work->out->why, "DNS is intercepted: answers that carry the resolvers' addresses are not "
                        "theirs");
    findings_share(work->findings, rule_seen(work, OUTCOME_FOREIGN), share);
    struct evidence *evidence = evidence_add(
        work->out, "foreign-answer",
        "%s queries for the module's own names to %s got an answer without the strings that only "
        "Cisco's resolvers give",
        share, findings_servers(work->findings, servers));
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_FOREIGN);
    uint64_t silent = rule_seen(work, OUTCOME_UNANSWERED);
    if (silent) {
        evidence =
            evidence_add(work->out, "no-answer", "%" PRIu64 " more got no answer at all", silent);
        if (evidence)
            evidence_failures(evidence, work->findings, OUTCOME_UNANSWERED);
    }
    if (forged) {
        evidence = evidence_add(work->out, "certificate-forged",
                                "%" PRIu64 " certificates in answers are not signed by Cisco's "
                                "key, which signed %" PRIu64 " others",
                                certificates->forged, certificates->are_signed);
        evidence_frame(evidence, certificates->forged_frame);
    }
    judgement_rule_out(work->out, "silent drop: something does answer");
    rule_say_control(work);
}

bool rule_holds_reject(const struct causes_work *work)
{
    return rule_seen(work, OUTCOME_REJECTED) > 0;
}

void rule_explain_reject(struct causes_work *work)
{
    const struct failure *failure = rule_last(work->findings, OUTCOME_REJECTED);
    const struct path *path = findings_path(work->findings, OUTCOME_REJECTED);
    const struct icmp_error *icmp = &failure->icmp;
    bool from_server = addr_equal(&icmp->from, &path->server);
    char from[ADDR_TEXT], hops[48], servers[FINDINGS_SERVERS], where[64], share[48];
    addr_format(&icmp->from, from);
    /* Any host can say "port unreachable" of itself; a third party that says so is in the way. */
    rule_settle(work, CAUSE_ICMP_REJECT, from_server ? CONFIDENCE_LIKELY : CONFIDENCE_CERTAIN);
    SAY(work->out->headline, "%s rejects %s on %s", from, rule_tries(work),
        rule_ports(work, OUTCOME_REJECTED, " and ", where));
    SAY(work->out->why, "Rejected by %s with an ICMP error", from);
    findings_share(work->findings, rule_seen(work, OUTCOME_REJECTED), share);
    struct evidence *evidence = evidence_add(
        work->out, "icmp-error", "%s %s to %s were met by ICMP%s type %u code %u from %s, %s",
        share, rule_tries(work), findings_servers(work->findings, servers),
        icmp->from.family == ADDR_IPV6 ? "v6" : "", icmp->type, icmp->code, from,
        hops_text(icmp->ttl, hops));
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_REJECTED);
    uint64_t silent = rule_seen(work, OUTCOME_UNANSWERED);
    if (silent) {
        evidence = evidence_add(work->out, "no-answer",
                                "%" PRIu64 " more got nothing back: boxes limit the rate of their "
                                "ICMP errors",
                                silent);
        if (evidence)
            evidence_failures(evidence, work->findings, OUTCOME_UNANSWERED);
    }
    rule_say_control(work);
}

bool rule_holds_error(const struct causes_work *work)
{
    return rule_most(work, rule_seen(work, OUTCOME_ERROR));
}

void rule_explain_error(struct causes_work *work)
{
    const struct failure *failure = rule_last(work->findings, OUTCOME_ERROR);
    char buffer[16], share[48], servers[FINDINGS_SERVERS], where[64];
    const char *rcode = dns_rcode_name(failure->rcode, buffer);
    rule_settle(work, CAUSE_RESOLVER_ERROR, CONFIDENCE_LIKELY);
    SAY(work->out->headline, "the resolvers answer with an error (%s) on %s", rcode,
        rule_ports(work, OUTCOME_ERROR, " and ", where));
    SAY(work->out->why, "The path works, but the answers are errors");
    findings_share(work->findings, rule_seen(work, OUTCOME_ERROR), share);
    struct evidence *evidence =
        evidence_add(work->out, "resolver-error",
                     "%s queries to %s were answered with an error, the last with %s", share,
                     findings_servers(work->findings, servers), rcode);
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_ERROR);
    judgement_rule_out(work->out, "silent drop: something does answer");
    rule_say_control(work);
}
