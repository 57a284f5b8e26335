/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules for what is wrong before the path begins: names, captive portals, the network itself.
 */
#include <inttypes.h>
#include <stdio.h>

#include "sensor/detect/rules.h"

/* Nothing public answered for this long (design: "Causes"). */
#define DOWN_FOR   (10 * NS_PER_SEC)
#define DOWN_PEERS 3

static const struct swg_lookups *lookups_of(const struct causes_work *work)
{
    return &work->in->client->protection[PROTECTION_WEB].lookups;
}

static void add_lookup_frames(struct evidence *evidence, const struct swg_lookups *lookups)
{
    for (unsigned i = 0; evidence && i < lookups->frames; i++)
        evidence_frame(evidence, lookups->frame[i]);
}

static bool silent_or_lookup(const struct causes_work *work)
{
    return work->in->health->lookups_failed || rule_holds_silence(work);
}

/* --- a captive portal ------------------------------------------------------------------------ */

/* A plain CONNECT was answered with an HTTP redirect. */
static const struct turned_away *redirected(const struct causes_work *work)
{
    const struct turned_away *redirect = &work->in->client->turned[TURNED_REDIRECT];
    return redirect->count ? redirect : NULL;
}

bool rule_holds_portal(const struct causes_work *work)
{
    return (work->control.portal.family != ADDR_NONE || redirected(work)) && silent_or_lookup(work);
}

static void say_portal(struct causes_work *work)
{
    char portal[ADDR_TEXT];
    struct evidence *evidence =
        evidence_add(work->out, "captive-portal",
                     "the name by which a system checks for portals resolved to %s, which is not "
                     "public",
                     addr_format(&work->control.portal, portal));
    evidence_frame(evidence, work->control.portal_frame);
}

static void say_redirect(struct causes_work *work, const struct turned_away *redirect)
{
    char server[ADDR_TEXT];
    struct evidence *evidence = evidence_add(
        work->out, "http-redirect", "a plain CONNECT to %s was answered with an HTTP redirect (%u)",
        addr_format(&redirect->server, server), redirect->heard.status);
    evidence_frame(evidence, redirect->frame);
}

void rule_explain_portal(struct causes_work *work)
{
    rule_settle(work, CAUSE_CAPTIVE_PORTAL, CONFIDENCE_LIKELY);
    SAY(work->out->headline, "held by a captive portal: the log-on to this network is not done");
    SAY(work->out->why, "A captive portal answers for the internet until the user has logged on");
    if (work->control.portal.family != ADDR_NONE)
        say_portal(work);
    if (redirected(work))
        say_redirect(work, redirected(work));
    const struct swg_lookups *lookups = lookups_of(work);
    if (rule_web(work) && lookups->failed)
        add_lookup_frames(evidence_add(work->out, "name-sinkholed",
                                       "%u lookups of %s gave no address that can be the gateway's",
                                       lookups->failed, lookups->name),
                          lookups);
}

/* --- names ----------------------------------------------------------------------------------- */

bool rule_holds_sinkhole(const struct causes_work *work)
{
    return work->in->health->lookups_failed && lookups_of(work)->sinkhole.family != ADDR_NONE;
}

void rule_explain_sinkhole(struct causes_work *work)
{
    const struct swg_lookups *lookups = lookups_of(work);
    char sinkhole[ADDR_TEXT], server[ADDR_TEXT];
    addr_format(&lookups->sinkhole, sinkhole);
    rule_settle(work, CAUSE_NAME_SINKHOLED, CONFIDENCE_LIKELY);
    SAY(work->out->headline, "the name of the secure web gateway leads to %s, a dead end",
        sinkhole);
    SAY(work->out->why, "DNS sends the secure web gateway's name to an address where it can't be");
    add_lookup_frames(evidence_add(work->out, "name-sinkholed",
                                   "%u lookups of %s gave %s, the last from %s: private, reserved "
                                   "or a block page",
                                   lookups->failed, lookups->name, sinkhole,
                                   addr_format(&lookups->server, server)),
                      lookups);
    evidence_add(work->out, "sinkhole-closed", "no connection to %s opened", sinkhole);
}

bool rule_holds_lookup(const struct causes_work *work)
{
    return work->in->health->lookups_failed;
}

void rule_explain_lookup(struct causes_work *work)
{
    const struct swg_lookups *lookups = lookups_of(work);
    char server[ADDR_TEXT], buffer[16], result[64] = "no answer";
    addr_format(&lookups->server, server);
    if (lookups->has_rcode)
        SAY(result, "%s without an address", dns_rcode_name(lookups->rcode, buffer));
    rule_settle(work, CAUSE_NAME_UNRESOLVED, CONFIDENCE_LIKELY);
    SAY(work->out->headline, "the name of the secure web gateway cannot be looked up");
    SAY(work->out->why, "DNS gives no address for the secure web gateway");
    add_lookup_frames(evidence_add(work->out, "name-unresolved",
                                   "%u lookups of %s failed, the last at %s: %s", lookups->failed,
                                   lookups->name, server, result),
                      lookups);
}

/* --- the network ----------------------------------------------------------------------------- */

/* A client behind a proxy tries public hosts in vain by design. */
bool rule_holds_down(const struct causes_work *work)
{
    const struct control_view *control = &work->control;
    return control->silent >= DOWN_PEERS && !control->proxy &&
           work->in->now - control->silent_since >= DOWN_FOR && !work->network_works &&
           silent_or_lookup(work);
}

void rule_explain_down(struct causes_work *work)
{
    char span[32];
    rule_settle(work, CAUSE_NETWORK_DOWN, CONFIDENCE_LIKELY);
    SAY(work->out->headline, "nothing on the internet answers this client");
    SAY(work->out->why, "The network is down for this client, not just the way to Cisco's cloud");
    struct evidence *evidence =
        evidence_add(work->out, "network-down",
                     "three or more other public hosts were tried, and none has answered for %s",
                     duration_text(work->in->now - work->control.silent_since, span));
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_NONE);
}
