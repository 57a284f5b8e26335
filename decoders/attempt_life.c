/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of one connection try. */
#include "attempt_life.h"

#include <string.h>

/* A SYN that comes again sooner is the same packet delivered twice: no stack retransmits its first
 * SYN so fast (RFC 6298 2.1 has one second, some systems a third of it). */
#define COPY_WITHIN (100 * NS_PER_MS)

/* --- Deciding --------------------------------------------------------------------------------- */

/* Sets the outcome and says whether that is news. */
static unsigned decide(struct attempt_entry *a, enum outcome outcome, nstime time)
{
    if (a->decided && a->report.outcome == outcome)
        return 0;
    a->report.revised = a->decided;
    a->decided = true;
    a->report.outcome = outcome;
    a->report.decided = time;
    return PHASE_DECIDED;
}

static unsigned decide_finally(struct attempt_entry *a, const struct attempt_step *step,
                               enum outcome outcome, nstime time)
{
    a->stage = ATTEMPT_DONE;
    a->due = step->now + step->limits->remember;
    return decide(a, outcome, time) | PHASE_FINAL;
}

static void enter(struct attempt_entry *a, enum attempt_stage stage, nstime due)
{
    a->stage = (uint8_t)stage;
    a->due = due;
}

static nstime first_deadline(const struct attempt_entry *a, const struct attempt_step *step)
{
    return a->first_at + step->limits->deadline;
}

static nstime given_up(const struct attempt_entry *a, const struct attempt_step *step)
{
    return a->last_at + step->limits->give_up;
}

static nstime later(nstime one, nstime other)
{
    return one > other ? one : other;
}

bool attempt_acknowledged(const struct attempt_entry *a, uint32_t ack)
{
    return ack - (a->report.isn + 1) <= a->syn_length; /* modulo 2^32 */
}

bool attempt_is_live(const struct attempt_entry *a)
{
    return a->stage >= ATTEMPT_OPEN && a->stage <= ATTEMPT_HEARD;
}

/* --- The client's SYNs ------------------------------------------------------------------------ */

static void note_syn(struct attempt_entry *a, const struct attempt_step *step)
{
    const struct packet *p = step->packet;
    struct attempt *r = &a->report;
    r->syns++;
    r->sent_last = p->time;
    if (r->frames < OUTCOME_FRAMES)
        r->frame[r->frames++] = p->ref;
    a->last_at = step->now;
    if (p->payload_length > a->syn_length)
        a->syn_length = p->payload_length;
    a->syn_ttl = p->ttl;
    a->syn_window = p->tcp.window;
    a->syn_ip_id = p->ip_id;
    a->syn_has_ip_id = p->has_ip_id;
}

void attempt_begins(struct attempt_entry *a, const struct attempt_step *step)
{
    const struct packet *p = step->packet;
    a->report.sent = p->time;
    a->report.isn = p->tcp.seq;
    a->report.rtt = NSTIME_NONE;
    a->report.syn_ttl = p->ttl;
    a->first_at = step->now;
    a->has_mac = p->has_mac;
    memcpy(a->mac, p->mac, sizeof a->mac);
    note_syn(a, step);
    enter(a, ATTEMPT_TRYING, first_deadline(a, step));
}

unsigned attempt_syn_again(struct attempt_entry *a, const struct attempt_step *step)
{
    const bool copy = step->packet->time - a->report.sent_last < COPY_WITHIN;
    if (step->packet->time - a->report.sent >= COPY_WITHIN)
        a->repeated = true;
    if (a->stage == ATTEMPT_DONE || attempt_is_live(a)) {
        a->report.syns++;
        return 0;
    }
    note_syn(a, step);
    if (copy) /* it may stand behind what answered the packet: the client does nothing new */
        return 0;
    if (a->stage == ATTEMPT_ABORTING) { /* it goes on after all */
        a->decider = a->report.icmp.frame;
        enter(a, ATTEMPT_TRYING, first_deadline(a, step));
    } else if (a->stage == ATTEMPT_OVERDUE) {
        a->due = given_up(a, step);
    } else if (a->stage == ATTEMPT_REFUSED) {
        a->resumed = true;
    }
    return 0;
}

/* --- Ends ------------------------------------------------------------------------------------- */

/* What it comes to if nothing more is to come. */
static enum outcome verdict(const struct attempt_entry *a, nstime now,
                            const struct attempt_limits *limits)
{
    switch ((enum attempt_stage)a->stage) {
    case ATTEMPT_REFUSED:
        return OUTCOME_RESET;
    case ATTEMPT_ASKING: /* where not even the SYN-ACK was captured, silence tells nothing */
        return now > a->due && a->report.synack_seen ? OUTCOME_STALLED : OUTCOME_OPENED;
    case ATTEMPT_OPEN:
    case ATTEMPT_IDLE:
    case ATTEMPT_HEARD:
        return OUTCOME_OPENED;
    case ATTEMPT_TRYING:
    case ATTEMPT_STOPPED:
    case ATTEMPT_ABORTING:
    case ATTEMPT_OVERDUE:
    case ATTEMPT_DONE:
        break;
    }
    if (a->report.icmp.seen)
        return OUTCOME_REJECTED;
    if (a->stage == ATTEMPT_ABORTING)
        return OUTCOME_ABORTED;
    if (now <= a->first_at + limits->deadline)
        return OUTCOME_UNDETERMINED;
    /* Browsers race two addresses and forget the slower one (RFC 8305 5). */
    const bool lone = !a->repeated && a->raced && a->stage != ATTEMPT_OVERDUE;
    return lone ? OUTCOME_ABORTED : OUTCOME_UNANSWERED;
}

unsigned attempt_ends(struct attempt_entry *a, const struct attempt_step *step)
{
    if (a->stage == ATTEMPT_DONE)
        return 0;
    const enum outcome outcome = verdict(a, step->now, step->limits);
    return decide_finally(a, step, outcome, step->now < a->due ? step->now : a->due);
}

unsigned attempt_passes_due(struct attempt_entry *a, const struct attempt_step *step)
{
    const nstime due = a->due;
    enum outcome outcome;
    switch ((enum attempt_stage)a->stage) {
    case ATTEMPT_TRYING:
        outcome = verdict(a, step->now, step->limits);
        if (outcome == OUTCOME_ABORTED)
            return decide_finally(a, step, outcome, due);
        enter(a, ATTEMPT_OVERDUE, given_up(a, step));
        return decide(a, outcome, due);
    case ATTEMPT_OPEN: /* it lives, but the client has not asked yet */
        enter(a, ATTEMPT_IDLE, step->now + step->limits->remember);
        return decide(a, OUTCOME_OPENED, due);
    default:
        return attempt_ends(a, step);
    }
}

unsigned attempt_superseded(struct attempt_entry *a, const struct attempt_step *step)
{
    a->superseded = true;
    switch ((enum attempt_stage)a->stage) {
    case ATTEMPT_TRYING: /* a RST or an ICMP error may still explain it */
        enter(a, ATTEMPT_STOPPED, first_deadline(a, step));
        return 0;
    case ATTEMPT_OVERDUE:
    case ATTEMPT_OPEN:
    case ATTEMPT_IDLE:
        return attempt_ends(a, step);
    case ATTEMPT_HEARD: /* the client gave up waiting */
        return decide_finally(a, step, OUTCOME_STALLED, step->packet->time);
    case ATTEMPT_ASKING:
        a->client_ended = true;
        return 0;
    case ATTEMPT_STOPPED:
    case ATTEMPT_ABORTING:
    case ATTEMPT_REFUSED:
    case ATTEMPT_DONE:
        break;
    }
    return 0;
}

/* --- Open ------------------------------------------------------------------------------------- */

static void opens(struct attempt_entry *a, const struct attempt_step *step)
{
    a->report.opened = true;
    a->open_time = step->packet->time;
    a->decider = step->packet->ref;
    enter(a, ATTEMPT_OPEN, step->now + step->limits->deadline);
}

static void note_synack(struct attempt_entry *a, const struct packet *p)
{
    struct attempt *r = &a->report;
    if (r->synack_seen)
        return;
    r->synack_seen = true;
    a->has_peer_isn = true;
    a->peer_isn = p->tcp.seq;
    r->synack_ttl = p->ttl;
    if (!a->repeated && p->time >= r->sent) /* Karn: else which SYN it answers is unknown */
        r->rtt = p->time - r->sent;
}

/* The client's data, FIN or RST on an open connection. */
static unsigned live_client(struct attempt_entry *a, const struct attempt_step *step)
{
    const struct packet *p = step->packet;
    const bool ends = (p->tcp.flags & (TCP_FIN | TCP_RST)) != 0;
    segment_sent(&a->sizes, p->tcp.seq, p->payload_length);
    a->report.data_length = a->sizes.longest.length;
    if (p->payload_length > 0 && (a->stage == ATTEMPT_OPEN || a->stage == ATTEMPT_IDLE)) {
        a->report.said = first_bytes_read(p->payload);
        a->data_seq = p->tcp.seq;
        a->asked_at = step->now;
        enter(a, ATTEMPT_ASKING, step->now + step->limits->deadline);
    } else if (a->stage == ATTEMPT_IDLE || a->stage == ATTEMPT_HEARD) {
        a->due = step->now + step->limits->remember;
    }
    if (!ends)
        return 0;
    const bool asked = a->stage == ATTEMPT_ASKING || a->stage == ATTEMPT_HEARD;
    if (asked && step->now - a->asked_at <= step->limits->abort) /* it waited for no answer */
        return decide_finally(a, step, OUTCOME_OPENED, p->time);
    if (a->stage == ATTEMPT_ASKING) { /* an answer may be under way */
        a->client_ended = true;
        return 0;
    }
    if (a->stage == ATTEMPT_HEARD) {
        a->decider = p->ref;
        return decide_finally(a, step, OUTCOME_STALLED, p->time);
    }
    return decide_finally(a, step, OUTCOME_OPENED, p->time);
}

/* The far side ended it without a byte of its own. An idle connection may be closed late. */
static unsigned far_end(struct attempt_entry *a, const struct attempt_step *step)
{
    const struct packet *p = step->packet;
    if (a->client_ended)
        return 0;
    const bool asked = a->stage == ATTEMPT_ASKING || a->stage == ATTEMPT_HEARD;
    if (!asked && p->time - a->open_time > step->limits->deadline)
        return decide_finally(a, step, OUTCOME_OPENED, p->time);
    a->decider = p->ref;
    return decide_finally(a, step, OUTCOME_KILLED, p->time);
}

static unsigned live_server(struct attempt_entry *a, const struct attempt_step *step)
{
    const struct packet *p = step->packet;
    const uint8_t flags = p->tcp.flags;
    a->report.server_seen = true;
    if (flags & TCP_ACK)
        segment_acked(&a->sizes, p->tcp.ack);
    a->report.data_passed = a->sizes.passed;
    if (p->payload_length > 0 && !(flags & (TCP_RST | TCP_SYN))) {
        a->report.heard = first_bytes_read(p->payload);
        a->report.heard_frame = p->ref;
        return decide_finally(a, step, OUTCOME_OPENED, p->time);
    }
    if (a->stage == ATTEMPT_ASKING && !a->client_ended && (flags & TCP_ACK) &&
        (int32_t)(p->tcp.ack - a->data_seq) > 0) {
        enter(a, ATTEMPT_HEARD, step->now + step->limits->remember);
    } else if (a->stage == ATTEMPT_IDLE || a->stage == ATTEMPT_HEARD)
        a->due = step->now + step->limits->remember;
    return flags & (TCP_FIN | TCP_RST) ? far_end(a, step) : 0;
}

/* --- Not open --------------------------------------------------------------------------------- */

/* The client's own RST: it aborts a young try, and gives up an old one. */
static unsigned client_reset(struct attempt_entry *a, const struct attempt_step *step)
{
    if (a->stage == ATTEMPT_OVERDUE)
        return attempt_ends(a, step);
    if (a->stage != ATTEMPT_TRYING)
        return 0;
    if (step->packet->time - a->report.sent_last <= step->limits->abort) {
        a->decider = step->packet->ref;
        enter(a, ATTEMPT_ABORTING, later(step->now + step->limits->abort, first_deadline(a, step)));
    } else {
        enter(a, ATTEMPT_STOPPED, first_deadline(a, step));
    }
    return 0;
}

static bool may_open(const struct attempt_entry *a)
{
    return !a->superseded && (a->stage == ATTEMPT_TRYING || a->stage == ATTEMPT_OVERDUE ||
                              a->stage == ATTEMPT_REFUSED);
}

unsigned attempt_client(struct attempt_entry *a, const struct attempt_step *step, bool *took)
{
    const struct packet *p = step->packet;
    *took = a->stage != ATTEMPT_DONE;
    if (attempt_is_live(a))
        return live_client(a, step);
    if (p->tcp.flags & TCP_RST)
        return client_reset(a, step);
    *took = false;
    if (!(p->tcp.flags & TCP_ACK) || !may_open(a) || !attempt_acknowledged(a, p->tcp.seq))
        return 0;
    *took = true; /* it acknowledges a SYN-ACK that the capture does not show, or not yet */
    opens(a, step);
    return live_client(a, step);
}

static unsigned refused(struct attempt_entry *a, const struct attempt_step *step)
{
    const struct packet *p = step->packet;
    struct reset_facts *f = &a->report.reset;
    if (a->stage != ATTEMPT_TRYING && a->stage != ATTEMPT_STOPPED && a->stage != ATTEMPT_OVERDUE)
        return 0;
    *f = (struct reset_facts){
        .seen = true,
        .delay = p->time - a->report.sent_last,
        .ttl = p->ttl,
        .syn_ttl = a->syn_ttl,
        .window = p->tcp.window,
        .syn_window = a->syn_window,
        .has_ip_id = p->has_ip_id && a->syn_has_ip_id,
        .ip_id = p->ip_id,
        .syn_ip_id = a->syn_ip_id,
        .flags = p->tcp.flags,
    };
    a->decider = p->ref;
    enter(a, ATTEMPT_REFUSED,
          a->stage == ATTEMPT_OVERDUE ? given_up(a, step) : first_deadline(a, step));
    return decide(a, OUTCOME_RESET, p->time);
}

/* The server itself speaks after the RST: somebody else wrote that. */
static unsigned race(struct attempt_entry *a, const struct packet *p)
{
    if (a->report.reset.race)
        return 0;
    a->report.reset.race = true;
    a->report.reset.race_frame = p->ref;
    a->report.revised = true;
    return PHASE_DECIDED;
}

unsigned attempt_server(struct attempt_entry *a, const struct attempt_step *step, bool *took)
{
    const struct packet *p = step->packet;
    const bool synack = (p->tcp.flags & TCP_SYN) != 0, reset = (p->tcp.flags & TCP_RST) != 0;
    const bool acknowledged = (p->tcp.flags & TCP_ACK) != 0 && attempt_acknowledged(a, p->tcp.ack);
    *took = a->stage != ATTEMPT_DONE;
    if (attempt_is_live(a)) {
        if (synack && acknowledged)
            note_synack(a, p);
        return synack ? 0 : live_server(a, step);
    }
    if (a->stage == ATTEMPT_DONE) { /* copies of what decided it */
        *took = acknowledged && (synack || reset);
        return 0;
    }
    if (reset) {
        *took = acknowledged || !(p->tcp.flags & TCP_ACK);
        return *took ? refused(a, step) : 0;
    }
    *took = acknowledged && (synack || p->payload_length > 0);
    if (!*took)
        return 0;
    if (a->stage == ATTEMPT_REFUSED && !a->resumed)
        return race(a, p);
    if (!may_open(a))
        return 0;
    opens(a, step);
    if (!synack)
        return live_server(a, step);
    note_synack(a, p);
    return 0;
}

static struct icmp_error error_of(const struct packet *p)
{
    return (struct icmp_error){
        .seen = true,
        .from = p->src,
        .type = p->icmp.type,
        .code = p->icmp.code,
        .ttl = p->ttl,
        .frame = p->ref,
    };
}

void attempt_too_big(struct attempt_entry *a, const struct packet *packet)
{
    if (a->report.too_big.seen)
        return;
    a->report.too_big = error_of(packet);
    a->report.too_big_mtu = packet->icmp.mtu;
}

unsigned attempt_icmp(struct attempt_entry *a, const struct attempt_step *step)
{
    const struct packet *p = step->packet;
    if (a->report.icmp.seen || a->stage > ATTEMPT_OVERDUE)
        return 0;
    a->report.icmp = error_of(p);
    a->decider = p->ref;
    return a->stage == ATTEMPT_OVERDUE ? decide(a, OUTCOME_REJECTED, p->time) : 0;
}

void attempt_tell(const struct attempt_entry *a, unsigned phase, struct attempt *out)
{
    *out = a->report;
    out->phase = phase;
    if (a->decider.number == 0 || !(phase & (PHASE_DECIDED | PHASE_FINAL)))
        return;
    size_t syns = out->frames;
    if (syns == OUTCOME_FRAMES)
        syns--;
    memmove(&out->frame[2], &out->frame[1], (syns - 1) * sizeof out->frame[0]);
    out->frame[1] = a->decider;
    out->frames = (uint8_t)(syns + 1);
}
