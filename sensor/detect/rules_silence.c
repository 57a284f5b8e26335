/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules for what does not come, or comes too late. */
#include <inttypes.h>
#include <stdio.h>

#include "sensor/detect/rules.h"

/* What the client does when it finds no answer (domain fact 2.1): 443, then 53 about five seconds
 * later, then 443 again about ten after that. */
#define CYCLE_53_MIN  (4 * NS_PER_SEC)
#define CYCLE_53_MAX  (7 * NS_PER_SEC)
#define CYCLE_443_MIN (3 * NS_PER_SEC)
#define CYCLE_443_MAX (16 * NS_PER_SEC)

bool rule_holds_encryption(const struct causes_work *work)
{
    return work->in->health->encryption_failing && work->in->health->failing == 0 &&
           work->in->health->lossy == 0;
}

void rule_explain_encryption(struct causes_work *work)
{
    const struct protection_state *state = &work->in->client->protection[work->in->protection];
    rule_settle(work, CAUSE_SILENT_DROP,
                work->network_works ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE);
    SAY(work->out->headline, "plain probes on UDP 443 are answered, encrypted DNS is not");
    SAY(work->out->why, "Encrypted DNS is dropped in silence, plain DNS on the same path passes");
    struct evidence *evidence = evidence_add(work->out, "encryption-silent", "%s", "");
    uint64_t silent = 0, kept = 0;
    for (unsigned i = 0; evidence && i < state->paths; i++) {
        const struct path *path = &state->path[i];
        if (!path->encryption_failing)
            continue;
        silent += path->encrypted_silent;
        for (uint32_t f = 0; f < path->encrypted_silent && f < PATH_FRAMES; f++, kept++)
            evidence_frame(evidence, path->encrypted_frame[f]);
    }
    if (evidence) {
        evidence->more += silent - kept;
        SAY(evidence->text,
            "the last %" PRIu64 " DNSCrypt queries got no answer, while plain probes on the same "
            "paths did",
            silent);
    }
    judgement_rule_out(work->out, "a block of the port: plain queries pass");
    rule_say_control(work);
}

/* Every query with an OPT record is lost, and others on the same paths are answered: a box drops
 * what it does not know (RFC 6891 is younger than many firewalls' rules). */
bool rule_holds_edns(const struct causes_work *work)
{
    const struct findings *findings = work->findings;
    uint64_t plain_ok = 0;
    for (size_t i = 0; i < findings->count; i++) {
        const struct path *path = findings->item[i].path;
        const struct failure *failure = findings->item[i].failure;
        if (!failure->edns || !outcome_silent(failure->outcome) || path->edns_ok)
            return false;
        plain_ok += path->ok - path->encrypted;
    }
    return findings->count >= work->in->config->health.failed_samples && plain_ok > 0;
}

void rule_explain_edns(struct causes_work *work)
{
    char servers[FINDINGS_SERVERS];
    rule_settle(work, CAUSE_SILENT_DROP, CONFIDENCE_LIKELY);
    SAY(work->out->headline, "queries with EDNS get no answer, those without do");
    SAY(work->out->why, "Queries that carry an OPT record (EDNS) are dropped in silence");
    struct evidence *evidence =
        evidence_add(work->out, "edns-silent",
                     "%" PRIu64 " queries with EDNS to %s got no answer, and not one did; without "
                     "EDNS the same paths answer",
                     work->findings->total, findings_servers(work->findings, servers));
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_NONE);
    rule_say_control(work);
}

/* Lossy and nothing fails for good: a lone reset or error among silent losses is no cause. */
/* Samples of the lossy paths' windows: all, those that failed, the longest run of them at the end.
 */
struct losses {
    unsigned sent, lost, run, runs; /* runs: of all the paths together */
    struct rate_losses
        by_rate; /* probes and connects: a reply to another name is one sample of many */
};

static void add_rates(struct rate_losses *by_rate, const struct path *path)
{
    for (unsigned i = 0; i < path->samples; i++) {
        const struct path_sample *s = &path->sample[i];
        if ((s->kind != SAMPLE_OWN && s->kind != SAMPLE_CONNECT) || s->rate >= RATE_CLASSES)
            continue;
        by_rate->sent[s->rate]++;
        by_rate->lost[s->rate] += outcome_silent((enum outcome)s->outcome);
    }
}

static struct losses losses_of(const struct causes_work *work)
{
    const struct protection_state *state = &work->in->client->protection[work->in->protection];
    struct losses losses = {.sent = 0};
    for (unsigned i = 0; i < state->paths; i++) {
        const struct path *path = &state->path[i];
        if (!path->lossy || health_path(work->in->client, path, work->in->config) == PATH_STALE)
            continue;
        unsigned run = path_run(path, NULL);
        losses.sent += path->samples;
        losses.lost += path_failed_samples(path);
        losses.run = run > losses.run ? run : losses.run;
        losses.runs += run;
        add_rates(&losses.by_rate, path);
    }
    return losses;
}

/* Whether what was lost of late is more than the loss before it explains: then something broke
 * besides. At half of all packets lost, ten in a row come once in a thousand times. */
#define BY_CHANCE 0.001

static bool broke_off(const struct causes_work *work)
{
    struct losses losses = losses_of(work);
    unsigned before = losses.sent - losses.runs, lost = losses.lost - losses.runs;
    double share = (lost + 1.0) / (before + 1.0), chance = 1;
    for (unsigned i = 0; i < losses.run; i++) /* of one path: what breaks one may break all */
        chance *= share;
    return chance < BY_CHANCE;
}

bool rule_holds_loss(const struct causes_work *work)
{
    uint64_t silent = rule_seen(work, OUTCOME_UNANSWERED) + rule_seen(work, OUTCOME_LATE) +
                      rule_seen(work, OUTCOME_STALLED);
    if (!rule_most(work, silent))
        return false;
    if (work->in->health->failing == 0)
        return work->in->health->lossy > 0;
    for (size_t i = 0; i < work->findings->count; i++)
        if (!work->findings->item[i].path->lossy)
            return false;
    return work->findings->count > 0 && !broke_off(work);
}

static void say_loss(struct causes_work *work)
{
    char where[64], servers[FINDINGS_SERVERS];
    rule_ports(work, OUTCOME_NONE, " and ", where);
    if (work->in->health->failing == 0)
        SAY(work->out->headline, "works, but loses %s now and then on %s", rule_tries(work), where);
    else if (work->out->status == STATUS_DEGRADED)
        SAY(work->out->headline, "works, but not through %s on %s: losses at first, then all",
            findings_servers(work->findings, servers), where);
    else
        SAY(work->out->headline, "%s were lost now and then on %s, and of late all of them",
            rule_tries(work), where);
    SAY(work->out->why, "Packets are lost on the way, without a pattern that a rule would make");
}

/* What is typical of a translator out of ports, and of limits per host (domain fact 6 i). */
static void say_rise(struct causes_work *work, const struct rate_losses *by_rate)
{
    struct rate_rise rise;
    if (!rate_rises(by_rate, &rise))
        return;
    evidence_add(work->out, "loss-by-rate",
                 "loss rises with the client's rate: %" PRIu32 " of %" PRIu32 " %s were lost when "
                 "it had begun %" PRIu32 " or more queries and connections in the second before, "
                 "%" PRIu32 " of %" PRIu32 " otherwise",
                 rise.busy_lost, rise.busy_sent, rule_tries(work), rise.from, rise.quiet_lost,
                 rise.quiet_sent);
}

void rule_explain_loss(struct causes_work *work)
{
    char servers[FINDINGS_SERVERS], end[64] = "";
    struct losses losses = losses_of(work);
    rule_settle(work, CAUSE_PACKET_LOSS,
                work->in->health->failing ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY);
    say_loss(work);
    if (work->in->health->failing)
        SAY(end, ", and on one path the last %u in a row are lost", losses.run);
    struct evidence *evidence = evidence_add(
        work->out, "loss",
        "%u of the last %u %s to %s were lost (%u %%), the others answered in "
        "between%s",
        losses.lost, losses.sent, rule_tries(work), findings_servers(work->findings, servers),
        losses.sent ? losses.lost * 100 / losses.sent : 0, end);
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_NONE);
    say_rise(work, &losses.by_rate);
    rule_out_unseen(work);
}

bool rule_holds_late(const struct causes_work *work)
{
    return rule_most(work, rule_seen(work, OUTCOME_LATE));
}

void rule_explain_late(struct causes_work *work)
{
    nstime low = NSTIME_NEVER, high = 0;
    char share[48], servers[FINDINGS_SERVERS], from[32], to[32];
    for (size_t i = 0; i < work->findings->count; i++) {
        const struct failure *failure = work->findings->item[i].failure;
        if (failure->outcome != OUTCOME_LATE || failure->rtt == NSTIME_NONE)
            continue;
        low = failure->rtt < low ? failure->rtt : low;
        high = failure->rtt > high ? failure->rtt : high;
    }
    rule_settle(work, CAUSE_LATE_ANSWERS, CONFIDENCE_LIKELY);
    SAY(work->out->headline, "the resolvers answer, but too late for the client");
    SAY(work->out->why, "Answers come after the client has given up");
    findings_share(work->findings, rule_seen(work, OUTCOME_LATE), share);
    struct evidence *evidence =
        evidence_add(work->out, "late-answer", "%s queries to %s were answered only after %s to %s",
                     share, findings_servers(work->findings, servers), duration_text(low, from),
                     duration_text(high, to));
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_LATE);
    judgement_rule_out(work->out, "silent drop: the answers do come");
    rule_say_control(work);
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

bool rule_holds_silence(const struct causes_work *work)
{
    uint64_t silent = rule_seen(work, OUTCOME_UNANSWERED) + rule_seen(work, OUTCOME_LATE) +
                      rule_seen(work, OUTCOME_STALLED);
    return silent && silent == work->findings->count;
}

void rule_explain_silence(struct causes_work *work)
{
    char share[48], servers[FINDINGS_SERVERS], where[64];
    bool cycle = !rule_web(work) && probe_cycle(work->findings);
    rule_settle(work, CAUSE_SILENT_DROP,
                work->network_works || cycle ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE);
    findings_servers(work->findings, servers);
    if (work->out->status == STATUS_DEGRADED)
        SAY(work->out->headline, "works, but not through %s on %s", servers,
            rule_ports(work, OUTCOME_NONE, " and ", where));
    else
        SAY(work->out->headline, "nothing answers on %s",
            rule_ports(work, OUTCOME_NONE, " or ", where));
    SAY(work->out->why, "Dropped in silence on the way to %s",
        rule_web(work) ? "the secure web gateway" : "the resolvers");
    findings_share(work->findings, rule_seen(work, OUTCOME_UNANSWERED), share);
    struct evidence *evidence = evidence_add(
        work->out, "no-answer", "%s %s to %s: no answer, %s", share, rule_tries(work), servers,
        work->in->client->unroutable ? "but an ICMP error: no route leads there" : "no ICMP error");
    if (evidence)
        evidence_failures(evidence, work->findings, OUTCOME_NONE);
    if (cycle)
        evidence_add(work->out, "probe-cycle",
                     "the client goes through its ports (443, then 53 five seconds later, then 443 "
                     "again) as it does when nothing answers");
    rule_say_origin(work);
    rule_say_control(work);
    rule_out_unseen(work);
}
