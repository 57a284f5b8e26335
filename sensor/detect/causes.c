/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causes: see causes.h. The rules themselves are in rules_*.c. */
#include "sensor/detect/causes.h"

#include <inttypes.h>
#include <stdio.h>

#include "sensor/detect/rules.h"

static bool holds_always(const struct causes_work *work)
{
    (void)work;
    return true;
}

static void explain_unknown(struct causes_work *work)
{
    char share[48], servers[FINDINGS_SERVERS];
    rule_settle(work, CAUSE_UNKNOWN, CONFIDENCE_POSSIBLE);
    SAY(work->out->headline, "fails in different ways");
    SAY(work->out->why, "The failures do not fit one cause");
    findings_share(work->findings, work->findings->total, share);
    struct evidence *evidence =
        evidence_add(work->out, "failed", "%s %s to %s failed", share, rule_tries(work),
                     findings_servers(work->findings, servers));
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_NONE);
    rule_say_control(work);
}

/* Proof before silence; among proofs, what says most of who is in the way. */
static const struct rule {
    bool (*holds)(const struct causes_work *work);
    void (*explain)(struct causes_work *work);
} rules[] = {
    {rule_holds_portal, rule_explain_portal},
    {rule_holds_sinkhole, rule_explain_sinkhole},
    {rule_holds_down, rule_explain_down},
    {rule_holds_lookup, rule_explain_lookup},
    {rule_holds_encryption, rule_explain_encryption},
    {rule_holds_edns, rule_explain_edns},
    {rule_holds_loss, rule_explain_loss},
    {rule_holds_foreign, rule_explain_foreign},
    {rule_holds_reject, rule_explain_reject},
    {rule_holds_reset, rule_explain_reset},
    {rule_holds_killed, rule_explain_killed},
    {rule_holds_error, rule_explain_error},
    {rule_holds_stalled, rule_explain_stalled},
    {rule_holds_late, rule_explain_late},
    {rule_holds_silence, rule_explain_silence},
    {holds_always, explain_unknown},
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
