/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causes: names the cause by the rules of rule_table.c, in the order in which they stand there:
 * proof before silence (design: "Causes"). */
#ifndef SENSOR_DETECT_CAUSES_H
#define SENSOR_DETECT_CAUSES_H

#include "sensor/detect/findings.h"

/* What a rule sees and fills in. */
struct causes_work {
    const struct diagnosis *in;
    const struct findings *findings;
    struct control_view control;
    bool network_works;  /* something else of this client worked after the failure began */
    enum confidence cap; /* no cause may claim more: too little was tried */
    struct judgement *out;
};

/* Sets cause, confidence, headline, why, evidence and what is ruled out. */
void causes_explain(struct causes_work *work);

/* The capture shows only one direction of this client's traffic, by positive evidence. */
bool causes_one_way(const struct control_view *control, const struct client *client);

/* The same for its DNS alone, whose answers may take another mirror port. The site's own resolver
 * is never heard, yet connections open; or encrypted queries go on for longer than the module needs
 * to give up (domain fact 2.1), which it can't send without an answered certificate. */
bool causes_site_unheard(const struct control_view *control);
bool causes_encrypts_unheard(const struct client *client);

#endif
