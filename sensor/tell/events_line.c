/* SPDX-License-Identifier: GPL-2.0-or-later */
/* events_line: see events_line.h. The order of the members is part of the contract: two runs over
 * the same capture must give the same bytes. */
#include "events_line.h"

#include <netinet/in.h>

#include "decoders/dns.h"

static const char *transport_name(uint8_t transport)
{
    return transport == IPPROTO_TCP ? "tcp" : "udp";
}

static void put_address(struct json *j, const char *key, const struct addr *addr)
{
    char text[ADDR_TEXT];
    json_string(j, key, addr_format(addr, text));
}

/* A capture without a single packet has no time of its own; the wall clock would make every run's
 * bytes differ, so its lines carry the epoch. */
static void put_time(struct json *j, const char *key, nstime time)
{
    char text[NSTIME_TEXT];
    json_string(j, key, nstime_iso(time == NSTIME_NONE ? 0 : time, text));
}

/* Finer than a microsecond is cut off. */
static void put_microseconds(struct json *j, const char *key, nstime duration)
{
    json_signed(j, key, duration / NS_PER_US);
}

static void put_filename(struct json *j, const struct events_files *files, struct frame_ref frame)
{
    if (frame.file < files->count)
        json_string(j, files->live ? "in_iface" : "pcap_filename", files->name[frame.file]);
}

static void open_event(struct json *j, nstime time, const char *type)
{
    json_object(j, NULL);
    put_time(j, "timestamp", time);
    json_string(j, "event_type", type);
    json_unsigned(j, "v", 1);
}

/* An event that belongs to no frame names its file only where there is but one. */
static void open_frameless(struct json *j, const struct events_files *files, nstime time,
                           const char *type)
{
    open_event(j, time, type);
    if (files->count == 1)
        put_filename(j, files, (struct frame_ref){0});
}

static void put_packet(struct json *j, const struct events_files *files, struct frame_ref frame,
                       const uint16_t *vlan, uint8_t vlans)
{
    if (frame.number > 0) {
        put_filename(j, files, frame);
        if (!files->live)
            json_unsigned(j, "pcap_cnt", frame.number);
    }
    if (vlans == 0)
        return;
    json_array(j, "vlan");
    for (uint8_t i = 0; i < vlans && i < PACKET_VLANS; i++)
        json_unsigned(j, NULL, vlan[i]);
    json_close(j);
}

static void put_flow(struct json *j, const struct flow *flow, uint8_t transport)
{
    put_address(j, "src_ip", &flow->client);
    json_unsigned(j, "src_port", flow->client_port);
    put_address(j, "dest_ip", &flow->server);
    json_unsigned(j, "dest_port", flow->server_port);
    json_string(j, "proto", transport == IPPROTO_TCP ? "TCP" : "UDP");
}

static void put_icmp(struct json *j, enum outcome outcome, const struct icmp_error *icmp)
{
    if (outcome != OUTCOME_REJECTED || !icmp->seen)
        return;
    json_object(j, "icmp");
    put_address(j, "from", &icmp->from);
    json_unsigned(j, "type", icmp->type);
    json_unsigned(j, "code", icmp->code);
    json_close(j);
}

/* Frame numbers count within one file, the one that the line names: a frame of another file would
 * point at the wrong packet, so it is left out. */
static void put_frames(struct json *j, const struct frame_ref *frame, size_t count)
{
    json_array(j, "frames");
    for (size_t i = 0; i < count; i++) {
        if (frame[i].file == frame[0].file && frame[i].number > 0)
            json_unsigned(j, NULL, frame[i].number);
    }
    json_close(j);
}

static void put_answers(struct json *j, const char *answers)
{
    if (!answers)
        return;
    json_array(j, "answers");
    for (; *answers; answers += strlen(answers) + 1)
        json_string(j, NULL, answers);
    json_close(j);
}

void events_line_exchange(struct json *j, const struct events_files *files,
                          const struct exchange *exchange)
{
    char word[16];
    const struct frame_ref query = exchange->query_frame;
    const struct frame_ref answer = exchange->answer_frame;

    open_event(j, exchange->sent, "dns");
    put_packet(j, files, query, exchange->vlan, exchange->vlans);
    put_flow(j, &exchange->flow, exchange->transport);
    json_object(j, "dns");
    json_unsigned(j, "id", exchange->id);
    json_string(j, "rrname", exchange->name);
    json_string(j, "rrtype", dns_type_name(exchange->type, word));
    json_bool(j, "edns", exchange->edns);
    json_string(j, "outcome", outcome_name(exchange->outcome));
    if (exchange->has_rcode)
        json_string(j, "rcode", dns_rcode_name(exchange->rcode, word));
    if (exchange->rtt != NSTIME_NONE)
        put_microseconds(j, "rtt_us", exchange->rtt);
    put_answers(j, exchange->answers);
    if (query.number > 0)
        json_unsigned(j, "query_frame", query.number);
    if (answer.number > 0 && answer.file == query.file)
        json_unsigned(j, "answer_frame", answer.number);
    put_icmp(j, exchange->outcome, &exchange->icmp);
    json_close(j);
    json_close(j);
}

static void put_reset(struct json *j, const struct attempt *attempt)
{
    const struct reset_facts *reset = &attempt->reset;
    if (attempt->outcome != OUTCOME_RESET || !reset->seen)
        return;
    json_object(j, "reset");
    put_microseconds(j, "delay_us", reset->delay);
    json_unsigned(j, "ttl", reset->ttl);
    json_unsigned(j, "window", reset->window);
    json_bool(j, "echoes_window", reset->window == reset->syn_window);
    json_close(j);
}

void events_line_attempt(struct json *j, const struct events_files *files,
                         const struct attempt *attempt)
{
    const size_t frames = attempt->frames < OUTCOME_FRAMES ? attempt->frames : OUTCOME_FRAMES;
    const struct frame_ref syn = frames > 0 ? attempt->frame[0] : (struct frame_ref){0};

    open_event(j, attempt->sent, "tcp");
    put_packet(j, files, syn, attempt->vlan, attempt->vlans);
    put_flow(j, &attempt->flow, IPPROTO_TCP);
    json_object(j, "tcp");
    json_string(j, "outcome", outcome_name(attempt->outcome));
    json_unsigned(j, "isn", attempt->isn);
    json_unsigned(j, "syns", attempt->syns);
    if (attempt->rtt != NSTIME_NONE)
        put_microseconds(j, "rtt_us", attempt->rtt);
    json_string(j, "service", attempt->service == SERVICE_DNS ? "dns" : "swg");
    put_frames(j, attempt->frame, frames);
    put_reset(j, attempt);
    put_icmp(j, attempt->outcome, &attempt->icmp);
    json_close(j);
    json_close(j);
}

static void put_path(struct json *j, const struct path_view *path)
{
    put_address(j, "address", &path->server);
    json_string(j, "transport", transport_name(path->transport));
    json_unsigned(j, "port", path->port);
}

void events_line_alert(struct json *j, const struct events_files *files,
                       const struct notice *notice)
{
    const bool firing = notice->resolution == RESOLUTION_NONE;
    const char *cause = cause_name(notice->cause);
    const char *confidence = confidence_name(notice->confidence);

    open_frameless(j, files, notice->time, "alert");
    json_object(j, "alert");
    json_unsigned(j, "id", notice->id);
    json_string(j, "code", notice_code_name(notice->code));
    json_string(j, "state", firing ? "firing" : "resolved");
    if (!firing)
        json_string(j, "resolution", notice_resolution_name(notice->resolution));
    json_string(j, "scope", notice_scope_name(notice->scope));
    json_string(j, "severity", notice_severity_name(notice->severity));
    if (notice->scope == SCOPE_CLIENT)
        put_address(j, "client", &notice->client);
    if (notice->has_path) {
        json_object(j, "path");
        put_path(j, &notice->path);
        json_close(j);
    }
    put_time(j, "since", notice->since);
    json_unsigned(j, "count", notice->count);
    /* Both are required; the least that can be claimed stands in where diagnosis said nothing. */
    json_string(j, "cause", cause ? cause : cause_name(CAUSE_UNKNOWN));
    json_string(j, "confidence", confidence ? confidence : confidence_name(CONFIDENCE_POSSIBLE));
    json_string(j, "message", notice->message);
    json_close(j);
    json_close(j);
}

static void put_evidence(struct json *j, const struct events_files *files,
                         const struct evidence *evidence)
{
    const size_t frames = evidence->frames < JUDGEMENT_FRAMES ? evidence->frames : JUDGEMENT_FRAMES;

    json_object(j, NULL);
    json_string(j, "fact", evidence->fact);
    json_string(j, "text", evidence->text);
    put_frames(j, evidence->frame, frames);
    if (evidence->more > 0)
        json_unsigned(j, "more", evidence->more);
    if (frames > 0 && files->count > 1 && !files->live)
        put_filename(j, files, evidence->frame[0]);
    json_close(j);
}

static void put_path_health(struct json *j, const struct path_view *path)
{
    json_object(j, NULL);
    put_path(j, path);
    json_string(j, "status", path_status_name(path->status));
    json_unsigned(j, "ok", path->ok);
    json_unsigned(j, "failed", path->failed);
    json_unsigned(j, "undetermined", path->undetermined);
    if (path->last_ok != NSTIME_NONE)
        put_time(j, "last_ok", path->last_ok);
    json_close(j);
}

static void put_optional(struct json *j, const char *key, const char *word)
{
    if (word)
        json_string(j, key, word);
}

void events_line_verdict(struct json *j, const struct events_files *files,
                         const struct judgement *judgement)
{
    open_frameless(j, files, judgement->time, "verdict");
    json_object(j, "verdict");
    put_address(j, "client", &judgement->client);
    json_string(j, "role", role_name(judgement->role));
    json_string(j, "protection", protection_name(judgement->protection));
    json_string(j, "family", judgement->client.family == ADDR_IPV6 ? "ipv6" : "ipv4");
    json_string(j, "status", status_name(judgement->status));
    json_string(j, "vendor_status", vendor_status(judgement));
    put_optional(j, "cause", cause_name(judgement->cause));
    put_optional(j, "reason", reason_name(judgement->reason));
    put_optional(j, "confidence", confidence_name(judgement->confidence));
    if (judgement->last_good != NSTIME_NONE)
        put_time(j, "last_good", judgement->last_good);
    if (judgement->first_bad != NSTIME_NONE)
        put_time(j, "first_bad", judgement->first_bad);
    json_array(j, "evidence");
    for (size_t i = 0; i < judgement->evidence_count; i++)
        put_evidence(j, files, &judgement->evidence[i]);
    json_close(j);
    json_array(j, "paths");
    for (size_t i = 0; i < judgement->path_count; i++)
        put_path_health(j, &judgement->path[i]);
    json_close(j);
    json_array(j, "advice");
    for (size_t i = 0; i < judgement->advice_count; i++)
        json_string(j, NULL, judgement->advice[i]);
    json_close(j);
    json_close(j);
    json_close(j);
}

struct counter {
    const char *name;
    uint64_t value;
};

static void put_counters(struct json *j, const char *key, const struct counter *counter,
                         size_t count)
{
    json_object(j, key);
    for (size_t i = 0; i < count; i++)
        json_unsigned(j, counter[i].name, counter[i].value);
    json_close(j);
}

/* The event's members are named as those of struct stats: one word serves both. */
#define COUNTER(group, member)                                                                     \
    {                                                                                              \
#member, s->group.member                                                                   \
    }
#define PUT_COUNTERS(key, ...)                                                                     \
    do {                                                                                           \
        const struct counter counters[] = {__VA_ARGS__};                                           \
        put_counters(j, key, counters, sizeof counters / sizeof counters[0]);                      \
    } while (0)

void events_line_stats(struct json *j, const struct events_files *files,
                       const struct summary *summary)
{
    const struct stats *s = summary->stats;

    open_frameless(j, files, summary->end, "stats");
    json_object(j, "stats");
    PUT_COUNTERS("capture", COUNTER(capture, packets), COUNTER(capture, watched),
                 COUNTER(capture, kernel_drops), COUNTER(capture, interface_drops),
                 COUNTER(capture, truncated), COUNTER(capture, malformed),
                 COUNTER(capture, unsupported));
    PUT_COUNTERS("dns", COUNTER(dns, queries), COUNTER(dns, answered), COUNTER(dns, late),
                 COUNTER(dns, error), COUNTER(dns, foreign), COUNTER(dns, rejected),
                 COUNTER(dns, reset), COUNTER(dns, unanswered), COUNTER(dns, undetermined),
                 COUNTER(dns, copies), COUNTER(dns, responses), COUNTER(dns, unsolicited));
    PUT_COUNTERS("tcp", COUNTER(tcp, syns), COUNTER(tcp, attempts), COUNTER(tcp, opened),
                 COUNTER(tcp, reset), COUNTER(tcp, rejected), COUNTER(tcp, aborted),
                 COUNTER(tcp, unanswered), COUNTER(tcp, killed), COUNTER(tcp, stalled),
                 COUNTER(tcp, undetermined));
    PUT_COUNTERS("lookups", COUNTER(lookups, queries), COUNTER(lookups, answered),
                 COUNTER(lookups, failed));
    PUT_COUNTERS("tables", COUNTER(tables, exchanges), COUNTER(tables, attempts),
                 COUNTER(tables, clients), COUNTER(tables, evicted));
    json_close(j);
    json_close(j);
}
