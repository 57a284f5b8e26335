/* SPDX-License-Identifier: GPL-2.0-or-later */
/* engine: see engine.h. */
#include "sensor/engine.h"

#include <stdlib.h>

#include "decoders/checksum.h"
#include "sensor/assembly.h"
#include "sensor/clock.h"
#include "sensor/detect/sights.h"
#include "sensor/judging.h"
#include "sensor/telling.h"
#include "sensor/tracking.h"
#include "sensor/undecoded.h"

struct engine {
    const struct config *config;
    struct watchlist *watchlist;
    const struct own_flows *own; /* NULL: none */
    struct clock clock;
    struct assembly *assembly;
    struct tracking *tracking;
    struct judging *judging;
    struct telling *telling;
    struct stats stats;
    uint64_t decodable; /* frames whose link type is known */
    uint32_t linktype;  /* the last one that is not */
    uint64_t bad_checksums;
    struct sights sights;
    struct undecoded undecoded;
    struct reports reports;
    struct notices notices;
    struct engine_result result;
};

struct engine *engine_new(const struct config *config, struct watchlist *watchlist,
                          const uint64_t key[2])
{
    struct engine *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->config = config;
    e->watchlist = watchlist;
    clock_init(&e->clock, config->clock.backstep);
    e->assembly = assembly_new(config, key);
    e->tracking = tracking_new(config, key);
    e->judging = judging_new(config, key);
    e->telling = telling_new(config);
    if (!e->assembly || !e->tracking || !e->judging || !e->telling) {
        engine_free(e);
        return NULL;
    }
    return e;
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    assembly_free(e->assembly);
    tracking_free(e->tracking);
    judging_free(e->judging);
    telling_free(e->telling);
    free(e);
}

void engine_add_sink(struct engine *e, struct sink *sink)
{
    telling_add_sink(e->telling, sink);
}

bool engine_carry(struct engine *e, const struct carried_alert *alert, size_t count,
                  uint64_t last_id, nstime now)
{
    return judging_carry(e->judging, alert, count, last_id, now);
}

void engine_own_flows(struct engine *e, const struct own_flows *own)
{
    e->own = own;
}

bool engine_explain(struct engine *e)
{
    return judging_explain(e->judging);
}

void engine_next_file(struct engine *e)
{
    clock_next_file(&e->clock);
}

void engine_passed_over(struct engine *e, uint64_t frames)
{
    e->stats.capture.packets += frames;
}

void engine_live(struct engine *e)
{
    clock_live(&e->clock);
    judging_live(e->judging);
}

/* --- tell ------------------------------------------------------------------------------------ */

static void tell_verdict(void *context, const struct judgement *judgement)
{
    struct engine *e = context;
    if (judgement->status == STATUS_UNPROTECTED || judgement->status == STATUS_UNAVAILABLE)
        e->result.fails = true;
    if (judgement->status == STATUS_PROTECTED || judgement->status == STATUS_DEGRADED)
        e->result.works = true;
    telling_verdict(e->telling, judgement);
}

/* --- track, judge ---------------------------------------------------------------------------- */

/* An address that is used stays watched: a try is a use, even where nothing lets it through. */
static void keep_watched(struct engine *e, nstime now, const struct report *report)
{
    if (report->kind == REPORT_ATTEMPT &&
        (report->attempt.phase & PHASE_STARTED || report->attempt.opened))
        watchlist_used(e->watchlist, now, &report->attempt.flow.server);
}

static void take_reports(struct engine *e, nstime now, bool at_end)
{
    for (size_t i = 0; i < e->reports.count; i++) {
        const struct report *report = &e->reports.item[i];
        keep_watched(e, now, report);
        judging_report(e->judging, e->watchlist, now, report, at_end, &e->notices);
        const struct judgement *changed = judging_changed(e->judging);
        if (changed)
            telling_changed(e->telling, changed);
        do
            telling_notices(e->telling, &e->notices);
        while (judging_more(e->judging, now, &e->notices));
        telling_report(e->telling, report);
    }
}

/* An answer to an SWG lookup that was seen teaches its addresses, and the names on the way. */
static void learn(struct engine *e, nstime now, struct frame_ref frame)
{
    const struct lesson *lesson = e->reports.lesson;
    if (!lesson)
        return;
    for (size_t i = 0; i < lesson->addresses; i++)
        watchlist_learn(e->watchlist, now, e->reports.lesson_name, &lesson->address[i].addr,
                        lesson->address[i].ttl, frame);
    for (size_t i = 0; i < lesson->names; i++)
        watchlist_learn_name(e->watchlist, now, lesson->name[i].name.text, lesson->name[i].ttl);
}

static bool count_status(struct engine *e, const struct packet *packet, enum packet_status status)
{
    if (status == PACKET_UNSUPPORTED && packet->unsupported.kind == UNSUPPORTED_LINK_TYPE)
        e->linktype = packet->unsupported.number;
    else
        e->decodable++;
    switch (status) {
    case PACKET_OK:
        return true;
    case PACKET_TRUNCATED:
        e->stats.capture.truncated++;
        break;
    case PACKET_MALFORMED:
        e->stats.capture.malformed++;
        break;
    case PACKET_UNSUPPORTED:
        e->stats.capture.unsupported++;
        undecoded_note(&e->undecoded, packet->unsupported);
        break;
    case PACKET_NOT_IP:
        break;
    }
    return false;
}

/* By default only what is watched is looked at, for a count; strict, everything, before it can
 * count for anything. True where the packet is to be left out. */
static bool wrong_checksum(struct engine *e, const struct packet *packet)
{
    if (checksum_of(packet) != CHECKSUM_BAD)
        return false;
    e->bad_checksums++;
    if (e->config->capture.checksums != CONFIG_CHECKSUMS_STRICT)
        return false;
    e->stats.capture.malformed++;
    return true;
}

/* What this packet, or the time that passed, cost of streams can't be judged. */
static void note_lost_streams(struct engine *e, nstime now)
{
    struct stream_loss loss;
    while (assembly_lost_stream(e->assembly, &loss))
        tracking_unseen(e->tracking, now, &loss);
}

/* The messages that a segment completed are facts as a datagram's are. */
static void follow_stream(struct engine *e, nstime now, const struct packet *packet)
{
    const struct stream_hint hint = e->reports.stream;
    unsigned watched = e->reports.watched;
    struct packet message;
    if (!assembly_of_streams(e->assembly) && packet->payload_length > 0) {
        e->stats.capture.unsupported++;
        undecoded_note(&e->undecoded, (struct unsupported){.kind = UNSUPPORTED_STREAM});
    }
    assembly_segment(e->assembly, now, &hint, packet);
    note_lost_streams(e, now);
    while (assembly_message(e->assembly, packet, &message)) {
        tracking_message(e->tracking, e->watchlist, now, &message, &e->reports);
        e->stats.capture.malformed += e->reports.malformed;
        judging_packet(e->judging, now, &message, &e->reports, &e->notices);
        telling_notices(e->telling, &e->notices);
        learn(e, now, packet->ref);
        take_reports(e, now, false);
        if (e->reports.watched > watched)
            watched = e->reports.watched;
    }
    e->reports.watched = watched;
}

static void follow(struct engine *e, nstime now, const struct packet *packet)
{
    const enum config_checksums checksums = e->config->capture.checksums;
    e->reports.watched = 0;
    if (checksums == CONFIG_CHECKSUMS_STRICT && wrong_checksum(e, packet))
        return;
    const bool routed[2] = {judging_alive(e->judging, ADDR_IPV4, now),
                            judging_alive(e->judging, ADDR_IPV6, now)};
    tracking_packet(e->tracking, e->watchlist, now, packet, routed, &e->reports);
    sights_reports(&e->sights, packet, &e->reports);
    e->stats.capture.malformed += e->reports.malformed;
    if (checksums == CONFIG_CHECKSUMS_COUNT && e->reports.watched)
        wrong_checksum(e, packet);
    judging_packet(e->judging, now, packet, &e->reports, &e->notices);
    telling_notices(e->telling, &e->notices);
    learn(e, now, packet->ref);
    take_reports(e, now, false);
    if (e->reports.has_stream)
        follow_stream(e, now, packet);
}

/* Fragments that are given up: the first one tells what it can by itself. */
static bool release(struct engine *e, nstime now, nstime before)
{
    struct packet packet;
    const bool released = assembly_release(e->assembly, before, &packet);
    const uint64_t lost = assembly_lost(e->assembly);
    note_lost_streams(e, now);
    if (lost > 0) {
        e->stats.capture.unsupported += lost;
        undecoded_add(&e->undecoded, (struct unsupported){.kind = UNSUPPORTED_FRAGMENT}, lost);
    }
    if (released && !(e->own && own_flows_has(e->own, &packet))) {
        follow(e, now, &packet);
        e->stats.capture.watched += e->reports.watched;
    }
    return released;
}

/* What became due before `now`, in the order of its deadlines, each at its own moment. */
static void run_until(struct engine *e, nstime now)
{
    for (;;) {
        nstime tracked = tracking_next(e->tracking), judged = judging_next(e->judging);
        nstime assembled = assembly_next(e->assembly);
        if (tracked >= now && judged >= now && assembled >= now)
            return;
        if (assembled <= tracked && assembled <= judged) {
            release(e, assembled, assembled + 1);
        } else if (tracked <= judged) {
            /* What is due may report nothing: then the next look is for what comes after it. */
            if (tracking_expire(e->tracking, &e->reports))
                take_reports(e, tracked, false);
            else if (tracking_next(e->tracking) == tracked)
                return;
        } else {
            if (!judging_expire(e->judging, now, &e->notices))
                return;
            telling_notices(e->telling, &e->notices);
        }
    }
}

/* The clock was set anew: what is open can't be judged, what fires is suspended. */
static void gap(struct engine *e, nstime before)
{
    while (release(e, before, NSTIME_NEVER))
        ;
    while (tracking_close(e->tracking, &e->reports))
        take_reports(e, before, false);
    while (judging_gap(e->judging, before, e->clock.now, &e->notices))
        telling_notices(e->telling, &e->notices);
}

/* One packet of a frame, or a fragment of one. How many watched frames it makes. */
static unsigned take_packet(struct engine *e, nstime now, struct packet *packet,
                            enum packet_status status)
{
    const bool fragment = packet->fragment;
    bool whole = true;
    unsigned watched = 0;
    if (fragment) {
        whole = assembly_packet(e->assembly, now, packet, &status);
        e->decodable += !whole;
    }
    if (whole && count_status(e, packet, status) && !(e->own && own_flows_has(e->own, packet))) {
        follow(e, now, packet);
        watched = e->reports.watched;
    }
    while (fragment && release(e, now, now))
        ;
    return watched;
}

void engine_frame(struct engine *e, const struct frame *frame)
{
    nstime before = e->clock.now;
    enum clock_step step = clock_packet(&e->clock, frame->time);
    nstime now = e->clock.now;
    unsigned watched = 0;
    if (step == CLOCK_GAP)
        gap(e, before);
    else if (step == CLOCK_ADVANCED)
        run_until(e, now);
    e->stats.capture.packets++;
    judging_captured(e->judging, now, &e->notices);
    telling_notices(e->telling, &e->notices);
    bool more = true;
    for (uint8_t part = 0; more && part < UINT8_MAX; part++) {
        struct packet packet;
        enum packet_status status = packet_decode(frame, part, &packet);
        more = packet.more;
        sights_frame(&e->sights, frame, status, &packet);
        const unsigned touched = take_packet(e, now, &packet, status);
        if (touched > watched) /* it is one frame, however many parts it has */
            watched = touched;
    }
    e->stats.capture.watched += watched;
}

/* --- live ------------------------------------------------------------------------------------ */

nstime engine_next(const struct engine *e)
{
    nstime tracked = tracking_next(e->tracking), judged = judging_next(e->judging);
    nstime next = tracked < judged ? tracked : judged, assembled = assembly_next(e->assembly);
    return next < assembled ? next : assembled;
}

void engine_idle(struct engine *e, nstime now)
{
    if (clock_idle(&e->clock, now) == CLOCK_ADVANCED)
        run_until(e, now);
}

void engine_gap(struct engine *e, nstime now)
{
    nstime before = e->clock.now;
    if (clock_gap(&e->clock, now) == CLOCK_GAP)
        gap(e, before == NSTIME_NONE ? now : before);
}

void engine_dropped(struct engine *e, uint64_t kernel, uint64_t interface)
{
    const uint64_t before = e->stats.capture.kernel_drops + e->stats.capture.interface_drops;
    e->stats.capture.kernel_drops = kernel;
    e->stats.capture.interface_drops = interface;
    if (kernel + interface > before && e->clock.now != NSTIME_NONE)
        judging_dropped(e->judging, e->clock.now, kernel + interface - before);
}

/* --- the end --------------------------------------------------------------------------------- */

static void collect_stats(struct engine *e)
{
    const struct exchange_counts *dns = tracking_exchanges(e->tracking);
    const struct attempt_counts *tcp = tracking_attempts(e->tracking);
    const struct lookup_counts *lookups = tracking_lookups(e->tracking);
    struct stats *s = &e->stats;
    s->dns.queries = dns->queries;
    s->dns.copies = dns->copies;
    s->dns.responses = dns->responses;
    s->dns.unsolicited = dns->unsolicited;
    s->dns.answered = dns->outcome[OUTCOME_ANSWERED];
    s->dns.late = dns->outcome[OUTCOME_LATE];
    s->dns.error = dns->outcome[OUTCOME_ERROR];
    s->dns.foreign = dns->outcome[OUTCOME_FOREIGN];
    s->dns.rejected = dns->outcome[OUTCOME_REJECTED];
    s->dns.reset = dns->outcome[OUTCOME_RESET];
    s->dns.unanswered = dns->outcome[OUTCOME_UNANSWERED];
    s->dns.undetermined = dns->outcome[OUTCOME_UNDETERMINED];
    s->tcp.syns = tcp->syns;
    s->tcp.attempts = tcp->attempts;
    s->tcp.opened = tcp->outcome[OUTCOME_OPENED];
    s->tcp.reset = tcp->outcome[OUTCOME_RESET];
    s->tcp.rejected = tcp->outcome[OUTCOME_REJECTED];
    s->tcp.aborted = tcp->outcome[OUTCOME_ABORTED];
    s->tcp.unanswered = tcp->outcome[OUTCOME_UNANSWERED];
    s->tcp.killed = tcp->outcome[OUTCOME_KILLED];
    s->tcp.stalled = tcp->outcome[OUTCOME_STALLED];
    s->tcp.undetermined = tcp->outcome[OUTCOME_UNDETERMINED];
    s->lookups.queries = lookups->queries;
    s->lookups.answered = lookups->answered;
    s->lookups.failed = lookups->failed;
    s->tables.exchanges = dns->open;
    s->tables.attempts = tcp->open;
    s->tables.clients = judging_clients(e->judging);
    s->tables.evicted = tracking_evicted(e->tracking) + assembly_evicted(e->assembly) +
                        judging_evicted(e->judging) + watchlist_evicted(e->watchlist);
}

void engine_tick(struct engine *e, nstime now, nstime started)
{
    struct moment moment = {.now = now,
                            .started = started,
                            .stats = &e->stats,
                            .sights = &e->sights,
                            .learnt = watchlist_learnt_count(e->watchlist)};
    collect_stats(e);
    judging_tally(e->judging, moment.clients, &moment.hidden);
    telling_tick(e->telling, &moment);
}

void engine_configure(struct engine *e)
{
    telling_configure(e->telling, e->config);
    judging_configure(e->judging);
}

void engine_say(struct engine *e, nstime now, enum say kind, const char *sentence)
{
    telling_say(e->telling, now, kind, sentence);
}

void engine_reopen(struct engine *e)
{
    telling_reopen(e->telling);
}

static struct summary summarise(const struct engine *e, const struct capture_file *files,
                                size_t count)
{
    return (struct summary){
        .file_count = count,
        .file = files,
        .end = e->clock.now,
        .stats = &e->stats,
        .undecoded = &e->undecoded,
        .hidden = judging_hidden(e->judging),
        .bad_checksums = e->bad_checksums,
        .lacking = judging_lacking(e->judging),
    };
}

void engine_stats(struct engine *e, const struct capture_file *files, size_t count)
{
    collect_stats(e);
    struct summary summary = summarise(e, files, count);
    telling_stats(e->telling, &summary);
}

void engine_present(struct engine *e, const struct capture_file *files, size_t count)
{
    struct engine_result result = e->result;
    if (!judging_verdicts(e->judging, e->watchlist, e->clock.now, false, tell_verdict, e))
        e->result.lost++;
    result.lost = e->result.lost;
    e->result = result; /* what counts for the exit status is the last word */
    collect_stats(e);
    struct summary summary = summarise(e, files, count);
    telling_present(e->telling, &summary);
}

struct engine_result engine_finish(struct engine *e, const struct capture_file *files, size_t count)
{
    nstime end = e->clock.now;
    while (release(e, end, NSTIME_NEVER))
        ;
    uint64_t exchanges = tracking_exchanges(e->tracking)->open;
    uint64_t attempts = tracking_attempts(e->tracking)->open;
    while (tracking_close(e->tracking, &e->reports))
        take_reports(e, end, true);
    if (!judging_verdicts(e->judging, e->watchlist, end, true, tell_verdict, e))
        e->result.lost++;
    collect_stats(e);
    e->stats.tables.exchanges = exchanges; /* in use when the capture ended */
    e->stats.tables.attempts = attempts;
    e->result.linktype = e->linktype;
    e->result.undecodable = e->stats.capture.unsupported > 0 && e->decodable == 0;
    e->result.lost += judging_lost(e->judging);
    struct summary summary = summarise(e, files, count);
    telling_finish(e->telling, &summary);
    return e->result;
}
