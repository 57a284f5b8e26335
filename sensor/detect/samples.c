/* SPDX-License-Identifier: GPL-2.0-or-later */
/* samples: see samples.h. */
#include "sensor/detect/samples.h"

#include <netinet/in.h>

bool outcome_failed(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_LATE:
    case OUTCOME_ERROR:
    case OUTCOME_FOREIGN:
    case OUTCOME_REJECTED:
    case OUTCOME_RESET:
    case OUTCOME_UNANSWERED:
    case OUTCOME_KILLED:
    case OUTCOME_STALLED:
        return true;
    default:
        return false;
    }
}

bool outcome_silent(enum outcome outcome)
{
    return outcome == OUTCOME_UNANSWERED || outcome == OUTCOME_LATE || outcome == OUTCOME_STALLED;
}

/* FNV-1a: distinct names of one client need telling apart, nothing more; an attacker who forces a
 * collision only makes his own silence count less. */
static uint64_t name_hash(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    return hash;
}

bool exchange_unread(const struct exchange *exchange)
{
    return (exchange->answer_frame.number > 0 || exchange->unseen) &&
           (exchange->name[0] == '\0' || exchange->outcome == OUTCOME_UNDETERMINED);
}

/* Any reply to another name shows the path alive, SERVFAIL too: a resolver may fail one name for
 * reasons of its own. */
static enum outcome health_of(const struct exchange *exchange)
{
    if (exchange_unread(exchange))
        return OUTCOME_UNDETERMINED;
    return exchange->outcome == OUTCOME_ERROR && !exchange->own_name ? OUTCOME_ANSWERED
                                                                     : exchange->outcome;
}

struct sample sample_of_exchange(const struct exchange *exchange)
{
    return (struct sample){
        .kind = exchange->own_name ? SAMPLE_OWN : SAMPLE_OTHER,
        .outcome = health_of(exchange),
        .serial = exchange->serial,
        .client = exchange->flow.client,
        .server = exchange->flow.server,
        .port = exchange->flow.server_port,
        .transport = exchange->transport,
        .sent = exchange->sent,
        .sent_last = exchange->sent_last,
        .decided = exchange->decided,
        .unread = exchange_unread(exchange),
        .frame = exchange->answer_frame,
        .edns = exchange->edns,
        .name_hash = name_hash(exchange->name),
    };
}

struct sample sample_of_connect(const struct connect *connect)
{
    return (struct sample){
        .kind = SAMPLE_CONNECT,
        .outcome = connect->outcome,
        .serial = connect->serial,
        .client = connect->flow.client,
        .server = connect->flow.server,
        .port = connect->flow.server_port,
        .transport = IPPROTO_TCP,
        .sent = connect->sent,
        .sent_last = connect->sent_last,
        .decided = connect->decided,
    };
}

struct sample sample_of_dnscrypt(const struct dnscrypt_pair *pair)
{
    return (struct sample){
        .kind = SAMPLE_ENCRYPTED,
        .outcome = pair->answered ? OUTCOME_ANSWERED : OUTCOME_UNANSWERED,
        .serial = pair->serial,
        .client = pair->flow.client,
        .server = pair->flow.server,
        .port = pair->flow.server_port,
        .transport = IPPROTO_UDP,
        .sent = pair->sent,
        .sent_last = pair->sent,
        .decided = pair->decided,
        .frame = pair->query_frame,
    };
}

struct failure failure_of_exchange(const struct exchange *exchange)
{
    return (struct failure){
        .serial = exchange->serial,
        .outcome = health_of(exchange),
        .sent = exchange->sent,
        .decided = exchange->decided,
        .rtt = exchange->rtt,
        .query = exchange->query_frame,
        .reply = exchange->outcome == OUTCOME_REJECTED ? exchange->icmp.frame
                 : exchange->outcome == OUTCOME_RESET  ? exchange->reset_frame
                                                       : exchange->answer_frame,
        .reset = exchange->reset,
        .edns = exchange->edns,
        .has_rcode = exchange->has_rcode,
        .rcode = exchange->rcode,
        .reply_ttl = exchange->answer_ttl,
        .icmp = exchange->icmp,
    };
}

struct failure failure_of_attempt(const struct attempt *attempt)
{
    struct failure failure = {
        .serial = attempt->serial,
        .outcome = attempt->outcome,
        .sent = attempt->sent,
        .decided = attempt->decided,
        .rtt = attempt->rtt,
        .query = attempt->frame[0],
        .reply_ttl = attempt->synack_ttl,
        .data_length = attempt->data_length,
        .data_passed = attempt->data_passed,
        .said = attempt->said.kind,
        .too_big = attempt->too_big,
        .too_big_mtu = attempt->too_big_mtu,
        .reset = attempt->reset,
        .icmp = attempt->icmp,
    };
    if (attempt->outcome == OUTCOME_REJECTED)
        failure.reply = attempt->icmp.frame;
    else if (attempt->outcome != OUTCOME_UNANSWERED && attempt->frames > 1)
        failure.reply = attempt->frame[1];
    return failure;
}
