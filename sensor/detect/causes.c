/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causes: see causes.h. The rules in words are in rule_table.c, as functions in rules_*.c. */
#include "sensor/detect/causes.h"

#include "sensor/detect/rule_table.h"

void causes_explain(struct causes_work *work)
{
    const struct cause_rule *held = NULL;
    for (size_t i = 0; !held && i < cause_rule_count; i++)
        if (!cause_rules[i].holds || cause_rules[i].holds(work))
            held = &cause_rules[i];
    if (held)
        held->explain(work);
    trace_causes(work->in->trace, work, held);
}

bool causes_one_way(const struct control_view *control, const struct client *client)
{
    bool blind = control->blind > 0 && control->opened == 0 && control->answered == 0;
    bool deaf = control->acknowledging >= 3 && control->received == 0;
    return blind || deaf || (client->unsolicited > 0 && !client->own_names && !client->connects);
}
