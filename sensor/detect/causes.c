/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causes: see causes.h. The rules in words are in rule_table.c, as functions in rules_*.c. */
#include "sensor/detect/causes.h"

#include "sensor/detect/rule_table.h"

#define UNHEARD         3                 /* so many queries or connections are no accident */
#define GIVES_UP_WITHIN (20 * NS_PER_SEC) /* one round of probes, and some */

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
    bool blind = control->blind + client->unheard > 0 && control->opened == 0 &&
                 control->answered == 0 && client->heard == 0;
    bool deaf = control->acknowledging >= 3 && control->received == 0;
    return blind || deaf || (client->unsolicited > 0 && !client->own_names && !client->connects);
}

bool causes_site_unheard(const struct control_view *control)
{
    return control->answered == 0 && control->asked_near >= UNHEARD && control->opened >= UNHEARD;
}

bool causes_encrypts_unheard(const struct client *client)
{
    const struct protection_state *state = &client->protection[PROTECTION_DNS];
    bool goes_on = false;
    for (unsigned i = 0; i < state->paths; i++) {
        const struct path *path = &state->path[i];
        if (path->ever_ok)
            return false;
        goes_on = goes_on ||
                  (path->encrypted_silent >= UNHEARD &&
                   path->encrypted_silent_last - path->encrypted_silent_since >= GIVES_UP_WITHIN);
    }
    return goes_on;
}
