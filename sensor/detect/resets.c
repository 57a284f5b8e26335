/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resets: see resets.h. */
#include "sensor/detect/resets.h"

#include <stdlib.h>

/* What genuine packets of one server look like from here. */
struct reference {
    nstime rtt; /* the most specific known: the address, its network, any public host */
    bool rtt_of_server;
    nstime own_rtt; /* of the address itself, for "agrees with genuine packets of it" */
    uint8_t ttl;
};

static struct reference reference_of(const struct diagnosis *in, const struct addr *server)
{
    struct baseline own = control_baseline(in->control, server);
    struct baseline net = control_baseline_net(in->control, server);
    struct control_view view = control_of(in->control, &in->client->addr);
    struct reference reference = {.rtt = own.rtt, .own_rtt = own.rtt, .ttl = own.ttl};
    if (reference.rtt == NSTIME_NONE)
        reference.rtt = net.rtt;
    reference.rtt_of_server = reference.rtt != NSTIME_NONE;
    if (reference.rtt == NSTIME_NONE)
        reference.rtt = view.rtt_min;
    return reference;
}

static unsigned hop_distance(uint8_t a, uint8_t b)
{
    unsigned left = hops_of_ttl(a), right = hops_of_ttl(b);
    return left > right ? left - right : right - left;
}

static bool wrong_hops(const struct diagnosis *in, const struct failure *failure,
                       const struct addr *server, const struct reference *reference)
{
    if (reference->ttl)
        return hop_distance(failure->reset.ttl, reference->ttl) >=
               in->config->diagnose.hop_difference;
    return addr_is_public(server) &&
           hops_of_ttl(failure->reset.ttl) <= in->config->diagnose.near_hops;
}

static unsigned tells_of(const struct diagnosis *in, const struct finding *finding,
                         const struct reference *reference)
{
    const struct reset_facts *reset = &finding->failure->reset;
    unsigned tells = 0;
    if (reset->delay >= 0 && reference->rtt != NSTIME_NONE &&
        reset->delay < reference->rtt / in->config->diagnose.reset_delay_divisor)
        tells |= TELL_TIME;
    if (wrong_hops(in, finding->failure, &finding->path->server, reference))
        tells |= TELL_HOPS;
    if (reset->window && reset->window == reset->syn_window)
        tells |= TELL_COPIED;
    if (reset->has_ip_id && reset->ip_id && reset->ip_id == reset->syn_ip_id)
        tells |= TELL_COPIED;
    /* A copied TTL is what makes the hops look wrong: it counts once. Next door two hosts of one
     * make have the same TTL anyway. */
    if (reset->ttl == reset->syn_ttl && !(tells & TELL_HOPS) &&
        addr_is_public(&finding->path->server))
        tells |= TELL_COPIED;
    if (reset->race)
        tells |= TELL_RACE;
    return tells;
}

static bool near_witness(const struct diagnosis *in, const struct finding *finding)
{
    const struct icmp_error *icmp = &finding->failure->icmp;
    return icmp->seen && !addr_equal(&icmp->from, &finding->path->server) &&
           hops_of_ttl(icmp->ttl) <= in->config->diagnose.near_hops;
}

/* Positive evidence that the server itself wrote them: as slow and as far as its genuine packets.
 */
static bool agrees(const struct diagnosis *in, const struct failure *failure,
                   const struct reference *reference)
{
    return reference->ttl && reference->own_rtt != NSTIME_NONE &&
           failure->reset.delay * 3 >= reference->own_rtt * 2 &&
           hop_distance(failure->reset.ttl, reference->ttl) < in->config->diagnose.hop_difference;
}

static unsigned count_tells(unsigned tells)
{
    return (unsigned)__builtin_popcount(tells);
}

static void note_reset(struct reset_weight *weight, const struct failure *failure)
{
    const struct reset_facts *reset = &failure->reset;
    if (weight->resets++ == 0 || reset->delay < weight->delay_min)
        weight->delay_min = reset->delay;
    if (weight->resets == 1 || reset->delay > weight->delay_max)
        weight->delay_max = reset->delay;
    weight->ttl = reset->ttl;
    weight->window = reset->window;
    weight->window_copied |= reset->window && reset->window == reset->syn_window;
    weight->ip_id_copied |= reset->has_ip_id && reset->ip_id && reset->ip_id == reset->syn_ip_id;
    weight->ttl_copied |= reset->ttl == reset->syn_ttl;
    if (reset->race && weight->race.number == 0)
        weight->race = reset->race_frame;
}

struct reset_weight resets_weigh(const struct diagnosis *in, const struct findings *findings)
{
    static const unsigned groups[RESET_GROUPS] = {
        [RESET_TIME] = TELL_TIME, [RESET_HOPS] = TELL_HOPS, [RESET_COPIED] = TELL_COPIED};
    struct reset_weight weight = {.genuine = NSTIME_NONE};
    uint64_t agreeing = 0;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->item[i];
        if (near_witness(in, finding)) {
            weight.tells |= TELL_WITNESS;
            weight.witness = finding->failure->icmp.frame;
        }
        if (finding->failure->outcome != OUTCOME_RESET || !finding->failure->reset.seen)
            continue;
        struct reference reference = reference_of(in, &finding->path->server);
        unsigned tells = tells_of(in, finding, &reference);
        for (size_t g = 0; g < RESET_GROUPS; g++)
            weight.shown[g] += (tells & groups[g]) != 0;
        weight.tells |= tells & TELL_RACE;
        agreeing += agrees(in, finding->failure, &reference);
        note_reset(&weight, finding->failure);
        weight.genuine = reference.rtt;
        weight.genuine_is_server = reference.rtt_of_server;
        weight.genuine_ttl = reference.ttl;
    }
    for (size_t g = 0; g < RESET_GROUPS; g++)
        if (weight.shown[g] && weight.shown[g] * 2 >= weight.resets)
            weight.tells |= groups[g];

    unsigned count = count_tells(weight.tells);
    if (weight.tells & TELL_RACE || count >= 3) {
        weight.cause = CAUSE_MIDDLEBOX_RESET;
        weight.confidence = CONFIDENCE_CERTAIN;
    } else if (count) {
        weight.cause = CAUSE_MIDDLEBOX_RESET;
        weight.confidence = count == 2 ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    } else if (agreeing && agreeing * 2 >= weight.resets) {
        weight.cause = CAUSE_SERVER_RESET;
        weight.confidence = CONFIDENCE_LIKELY;
    } else { /* that it is reset is plain; only the writer is not */
        weight.cause = CAUSE_RESET;
        weight.confidence = CONFIDENCE_LIKELY;
    }
    return weight;
}
