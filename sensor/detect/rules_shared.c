/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rules share: counting outcomes, and evidence that several causes are proven by. */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>

#include "sensor/detect/rules.h"

uint64_t rule_seen(const struct causes_work *work, enum outcome outcome)
{
    return work->findings->by_outcome[outcome];
}

bool rule_most(const struct causes_work *work, uint64_t part)
{
    return part && part * 2 >= work->findings->count;
}

bool rule_web(const struct causes_work *work)
{
    return work->in->protection == PROTECTION_WEB;
}

const char *rule_tries(const struct causes_work *work)
{
    return rule_web(work) ? "connection attempts" : "queries";
}

static bool fails_so(const struct finding *finding, enum outcome outcome, uint16_t port)
{
    return finding->path->port == port &&
           (outcome == OUTCOME_NONE || finding->failure->outcome == outcome);
}

const char *rule_ports(const struct causes_work *work, enum outcome outcome, const char *joint,
                       char out[64])
{
    static const uint16_t order[] = {53, 443};
    const struct findings *findings = work->findings;
    size_t at = 0;
    out[0] = '\0';
    if (rule_web(work)) {
        const struct path *path = findings_path(findings, outcome);
        snprintf(out, 64, "TCP %u", path ? path->port : 443u);
        return out;
    }
    for (size_t p = 0; p < sizeof order / sizeof order[0]; p++)
        for (size_t i = 0; i < findings->count; i++)
            if (fails_so(&findings->item[i], outcome, order[p])) {
                at += (size_t)snprintf(
                    out + at, 64 - at, "%s%s %u", at ? joint : "",
                    findings->item[i].path->transport == IPPROTO_TCP ? "TCP" : "UDP", order[p]);
                break;
            }
    return out;
}

void rule_settle(struct causes_work *work, enum cause cause, enum confidence confidence)
{
    work->out->cause = cause;
    work->out->confidence = confidence < work->cap ? confidence : work->cap;
}

void rule_say_control(struct causes_work *work)
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

void rule_say_origin(struct causes_work *work)
{
    const struct path *path = findings_path(work->findings, OUTCOME_NONE);
    char server[ADDR_TEXT];
    if (!rule_web(work) || !path || !work->in->swg.name)
        return;
    struct evidence *evidence =
        evidence_add(work->out, "swg-resolved", "%s resolved to %s%s", work->in->swg.name,
                     addr_format(&path->server, server),
                     work->in->swg.frame.number ? "" : " (looked up by the sensor)");
    if (evidence)
        evidence_frame(evidence, work->in->swg.frame);
}

/* Every failed query has had the time in which a late answer would have been told. */
static bool waited_for_late(const struct causes_work *work)
{
    const struct findings *findings = work->findings;
    return findings->count && work->in->now - findings->item[findings->count - 1].failure->sent >=
                                  work->in->config->dns.late;
}

void rule_out_unseen(struct causes_work *work)
{
    if (!rule_seen(work, OUTCOME_REJECTED) && !work->in->client->unroutable)
        judgement_rule_out(work->out, "rejected: no ICMP error");
    if (rule_web(work) && !rule_seen(work, OUTCOME_RESET))
        judgement_rule_out(work->out, "reset: no RST from the far side");
    if (!rule_web(work) && !rule_seen(work, OUTCOME_FOREIGN) && !rule_seen(work, OUTCOME_ERROR))
        judgement_rule_out(work->out, "redirected: no answer at all");
    if (!rule_web(work) && !rule_seen(work, OUTCOME_LATE) && waited_for_late(work))
        judgement_rule_out(work->out, "late: nothing within 30 s");
}

const struct failure *rule_last(const struct findings *findings, enum outcome outcome)
{
    for (size_t i = findings->count; i-- > 0;)
        if (findings->item[i].failure->outcome == outcome)
            return findings->item[i].failure;
    return NULL;
}
