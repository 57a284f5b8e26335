/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crediting: see crediting.h. */
#include "sensor/crediting.h"

#include <netinet/in.h>
#include <string.h>

#include "sensor/watchlist.h"

/* An exchange or attempt on one of the client's paths; true where its outcome is new. */
static bool follow(struct crediting *c, struct client *client, unsigned phase, bool revised,
                   const struct sample *sample, const struct failure *failure)
{
    if (phase & PHASE_STARTED && !client_started(client, c->config, sample))
        c->lost++;
    if (phase & PHASE_DECIDED) {
        if (!revised)
            client_decided(client, sample);
        if (!client_keep(client, sample, failure))
            c->lost++;
    }
    if (phase & PHASE_FINAL)
        client_final(client, sample);
    return phase & PHASE_DECIDED;
}

/* Some record of the answer is the address of a block page. */
static bool blocks(const char *answers)
{
    for (; answers && *answers; answers += strlen(answers) + 1) {
        const char *text = strchr(answers, ' ');
        struct addr addr;
        if (text && addr_parse(text + 1, &addr) && watchlist_is_block_page(&addr))
            return true;
    }
    return false;
}

/* A clock may be off by a zone, and nobody should be told so. */
#define CERTIFICATE_SLACK (24 * 60 * 60 * NS_PER_SEC)

static void note_certificate(struct certificates *tally, const struct exchange *exchange)
{
    const struct certificate *certificate = &exchange->certificate;
    if (certificate->state == CERTIFICATE_FORGED && tally->forged++ == 0)
        tally->forged_frame = exchange->answer_frame;
    if (certificate->state != CERTIFICATE_SIGNED)
        return;
    if (tally->are_signed++ == 0)
        tally->signed_frame = exchange->answer_frame;
    if ((exchange->sent < certificate->start - CERTIFICATE_SLACK ||
         exchange->sent > certificate->end + CERTIFICATE_SLACK) &&
        tally->dated_frame.number == 0)
        tally->dated_frame = exchange->answer_frame;
}

static bool report_exchange(struct crediting *c, struct client *client,
                            const struct exchange *exchange)
{
    if (exchange->query_ttl < TTL_MEANT_TO_ARRIVE)
        return false;
    struct sample sample = sample_of_exchange(exchange);
    struct failure failure = failure_of_exchange(exchange);
    if (exchange->transport != IPPROTO_UDP && exchange->transport != IPPROTO_TCP)
        return false;
    if (!follow(c, client, exchange->phase, exchange->revised, &sample, &failure))
        return false;
    if (!client_take(client, c->config, &sample))
        c->lost++;
    if (exchange->outcome == OUTCOME_ANSWERED && !exchange->revised && blocks(exchange->answers))
        client->block_pages++;
    if (!exchange->revised)
        note_certificate(&client->protection[PROTECTION_DNS].certificates, exchange);
    return true;
}

/* To a CONNECT the gateway answers 200; what else may come is a policy or somebody in between. It
 * is no failure: who answers is alive. */
static void note_first_bytes(struct client *client, const struct attempt *attempt)
{
    const struct first_bytes *heard = &attempt->heard;
    enum turning turning = TURNED_KINDS;
    if (heard->kind == FIRST_ALERT)
        turning = TURNED_ALERT;
    else if (heard->kind == FIRST_STATUS && attempt->said.kind == FIRST_CONNECT)
        turning = heard->status >= 400   ? TURNED_REFUSED
                  : heard->status >= 300 ? TURNED_REDIRECT
                                         : TURNED_KINDS;
    if (turning == TURNED_KINDS || !(attempt->phase & PHASE_FINAL))
        return;
    client->turned[turning].count++;
    client->turned[turning].heard = *heard;
    client->turned[turning].server = attempt->flow.server;
    client->turned[turning].frame = attempt->heard_frame;
}

/* Only SWG attempts lie on a path: health counts connects, and DNS is judged by its exchanges. */
static void report_attempt(struct crediting *c, struct client *client,
                           const struct attempt *attempt)
{
    if (attempt->syn_ttl < TTL_MEANT_TO_ARRIVE)
        return;
    struct connect connect = {.flow = attempt->flow,
                              .outcome = attempt->outcome,
                              .serial = attempt->serial,
                              .sent = attempt->sent,
                              .sent_last = attempt->sent_last,
                              .decided = attempt->decided};
    struct sample sample = sample_of_connect(&connect);
    struct failure failure = failure_of_attempt(attempt);
    follow(c, client, attempt->phase, attempt->revised, &sample, &failure);
    note_first_bytes(client, attempt);
    if (!(attempt->phase & PHASE_DECIDED))
        return;
    if (!attempt->revised) {
        bool heard = attempt->synack_seen || attempt->server_seen || attempt->reset.seen;
        client->heard += heard;
        client->unheard += attempt->opened && !heard;
    }
    client_sizes(client, attempt);
    if (attempt->outcome != OUTCOME_OPENED)
        return;
    control_genuine(c->control, attempt);
    if (attempt->synack_seen && addr_is_public(&attempt->flow.server) &&
        hops_of_ttl(attempt->synack_ttl) <= c->config->diagnose.near_hops)
        client->near_server = attempt->flow.server;
}

static bool report_sample(struct crediting *c, struct client *client, const struct sample *sample)
{
    if (!client_take(client, c->config, sample))
        c->lost++;
    return true;
}

const struct addr *crediting_client(const struct report *report)
{
    switch (report->kind) {
    case REPORT_EXCHANGE:
        return &report->exchange.flow.client;
    case REPORT_ATTEMPT:
        return report->attempt.service == SERVICE_SWG ? &report->attempt.flow.client : NULL;
    case REPORT_CONNECT:
        return &report->connect.flow.client;
    case REPORT_DNSCRYPT:
        return &report->pair.flow.client;
    case REPORT_LOOKUP:
        return &report->lookup.client;
    default:
        return NULL;
    }
}

/* Once an outcome is known; that it is overturned later is of no weight for a control group. */
struct client *crediting_control(struct crediting *c, struct clients *clients,
                                 const struct report *report)
{
    const bool exchange = report->kind == REPORT_CONTROL_EXCHANGE;
    if (!exchange && report->kind != REPORT_CONTROL_ATTEMPT)
        return NULL;
    const unsigned phase = exchange ? report->exchange.phase : report->attempt.phase;
    const struct addr *addr =
        exchange ? &report->exchange.flow.client : &report->attempt.flow.client;
    struct client *client = clients_find(clients, addr);
    if (phase & PHASE_STARTED) {
        control_started(c->control, addr);
        if (client)
            rate_note(&client->rate, exchange ? report->exchange.sent : report->attempt.sent);
    }
    if (!(phase & PHASE_DECIDED))
        return NULL;
    if (exchange && !report->exchange.revised)
        control_exchange(c->control, &report->exchange);
    else if (!exchange && !report->attempt.revised)
        control_attempt(c->control, &report->attempt);
    if (client && !exchange && report->attempt.opened)
        client_opened(client, &report->attempt.flow);
    return client;
}

bool crediting_report(struct crediting *c, struct client *client, const struct report *report,
                      enum protection *protection)
{
    struct sample sample;
    *protection = PROTECTION_WEB;
    switch (report->kind) {
    case REPORT_EXCHANGE:
        *protection = PROTECTION_DNS;
        return report_exchange(c, client, &report->exchange);
    case REPORT_ATTEMPT:
        report_attempt(c, client, &report->attempt);
        return false;
    case REPORT_CONNECT:
        sample = sample_of_connect(&report->connect);
        return report_sample(c, client, &sample);
    case REPORT_DNSCRYPT:
        *protection = PROTECTION_DNS;
        sample = sample_of_dnscrypt(&report->pair);
        return report_sample(c, client, &sample);
    case REPORT_LOOKUP:
        client_lookup(client, &report->lookup);
        return report->lookup.phase & PHASE_DECIDED;
    default:
        return false;
    }
}
