/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule for what is left: it fails, and no cause is plain enough to be named. */
#include <stdio.h>

#include "sensor/detect/rules.h"

void rule_explain_unknown(struct causes_work *work)
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
