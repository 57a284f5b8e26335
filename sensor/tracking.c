/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracking: see tracking.h. */
#include "sensor/tracking.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "decoders/connects.h"
#include "decoders/portal.h"

#define DNS_PORT      53
#define DNSCRYPT_PORT 443

struct tracking {
    bool control; /* follow what is not watched, too */
    struct exchanges *exchanges, *control_exchanges;
    struct attempts *attempts, *control_attempts;
    struct connects *connects;
    struct dnscrypt *dnscrypt;
    struct lookups *lookups;
    struct lesson lesson;
    struct dns_message message; /* of the last packet: reports point into it */
};

struct tracking *tracking_new(const struct config *config, const uint64_t key[2])
{
    struct tracking *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    struct exchange_limits exchanges = {.deadline = config->dns.deadline,
                                        .late = config->dns.late,
                                        .early = config->dns.early,
                                        .max = config->limits.exchanges,
                                        .judge_own_names = true,
                                        .show_ids = config->privacy.show_ids};
    struct attempt_limits attempts = {.deadline = config->tcp.deadline,
                                      .give_up = config->tcp.give_up,
                                      .abort = config->tcp.abort,
                                      .race = config->tcp.race,
                                      .remember = config->tcp.remember,
                                      .max = config->limits.attempts};
    exchanges.has_provider_key =
        certificate_parse_key(config->dns.provider_key, exchanges.provider_key);
    t->control = config->capture.control;
    t->exchanges = exchanges_new(&exchanges, key);
    t->attempts = attempts_new(&attempts, key);
    exchanges.judge_own_names = false;
    exchanges.max = attempts.max = config->limits.control;
    t->control_exchanges = exchanges_new(&exchanges, key);
    t->control_attempts = attempts_new(&attempts, key);
    t->connects = connects_new(config->tcp.connect_gap, config->limits.attempts, key);
    t->dnscrypt = dnscrypt_new(config->dns.deadline, config->limits.exchanges, key);
    t->lookups = lookups_new(config->swg.lookup_deadline, config->limits.lookups, key);
    if (!t->exchanges || !t->attempts || !t->control_exchanges || !t->control_attempts ||
        !t->connects || !t->dnscrypt || !t->lookups) {
        tracking_free(t);
        return NULL;
    }
    return t;
}

void tracking_free(struct tracking *t)
{
    if (!t)
        return;
    exchanges_free(t->exchanges);
    exchanges_free(t->control_exchanges);
    attempts_free(t->attempts);
    attempts_free(t->control_attempts);
    connects_free(t->connects);
    dnscrypt_free(t->dnscrypt);
    lookups_free(t->lookups);
    free(t);
}

static void start(struct reports *out)
{
    out->count = 0;
    out->watched = 0;
    out->malformed = out->unsolicited = out->early_met = false;
    out->answer = out->answer_unmet = false;
    out->from_client = out->opening = false;
    out->dns_server = out->passing = out->no_route = out->has_stream = false;
    out->client.family = out->portal.family = ADDR_NONE;
    out->lesson = NULL;
    out->lesson_name = NULL;
}

static struct report *add(struct reports *out, enum report_kind kind)
{
    struct report *report = &out->item[out->count++];
    report->kind = kind;
    return report;
}

static void add_exchanges(struct reports *out, enum report_kind kind,
                          const struct exchange *exchange, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add(out, kind)->exchange = exchange[i];
}

/* An attempt may decide its connect, which is the sample. */
static void add_attempts(struct tracking *t, nstime now, struct reports *out, enum report_kind kind,
                         const struct attempt *attempt, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add(out, kind)->attempt = attempt[i];
        struct connect connect;
        if (kind == REPORT_ATTEMPT && attempt[i].service == SERVICE_SWG &&
            attempt[i].syn_ttl >= TTL_MEANT_TO_ARRIVE &&
            connects_attempt(t->connects, now, &attempt[i], &connect))
            add(out, REPORT_CONNECT)->connect = connect;
    }
}

static void note_watched(struct reports *out, unsigned touched)
{
    if (touched > out->watched) /* one frame may touch an exchange and a lookup */
        out->watched = touched;
}

/* --- DNS ------------------------------------------------------------------------------------- */

static void track_exchange(struct tracking *t, nstime now, const struct packet *packet,
                           const struct dns_message *message, bool watched, struct reports *out)
{
    struct exchange exchange[EXCHANGES_OUT];
    unsigned touched = 0;
    if (addr_is_multicast(&packet->dst) || (!watched && !t->control))
        return;
    struct exchanges *x = watched ? t->exchanges : t->control_exchanges;
    size_t count = message->response ? exchanges_answer(x, now, packet, message, exchange, &touched)
                                     : exchanges_query(x, now, packet, message, exchange, &touched);
    add_exchanges(out, watched ? REPORT_EXCHANGE : REPORT_CONTROL_EXCHANGE, exchange, count);
    out->early_met = touched > 1;
    if (!watched) {
        out->answer = message->response;
        out->answer_unmet = message->response && touched == 0;
        return;
    }
    out->client = message->response ? packet->dst : packet->src;
    out->from_client = out->opening = !message->response;
    out->unsolicited = message->response && touched == 0;
    note_watched(out, touched);
}

/* Where no SWG can be at any of the addresses, the name leads to a dead end: the first is told. */
static struct addr sinkhole_of(const struct watchlist *watchlist, const struct lesson *lesson)
{
    for (size_t i = 0; i < lesson->addresses; i++)
        if (!watchlist_refuses(watchlist, &lesson->address[i].addr))
            return (struct addr){.family = ADDR_NONE};
    return lesson->address[0].addr;
}

static void track_lookup(struct tracking *t, const struct watchlist *watchlist, nstime now,
                         const struct packet *packet, const struct dns_message *message,
                         struct reports *out)
{
    struct lookup lookup;
    unsigned touched = 0;
    bool decided = false;
    if (message->name.length == 0 || addr_is_multicast(&packet->dst) ||
        !watchlist_swg_name(watchlist, message->name.text, now))
        return;
    if (!message->response) {
        if (lookups_query(t->lookups, now, packet, message, &lookup, &touched))
            add(out, REPORT_LOOKUP)->lookup = lookup;
        out->client = packet->src;
        out->from_client = out->opening = true;
    } else if (lookups_answer(t->lookups, now, packet, message, &t->lesson, &lookup, &decided,
                              &touched)) {
        out->lesson = &t->lesson;
        out->lesson_name = message->name.text;
        if (decided) {
            lookup.sinkhole = sinkhole_of(watchlist, &t->lesson);
            add(out, REPORT_LOOKUP)->lookup = lookup;
        }
    }
    note_watched(out, touched);
}

/* As far as the capture goes: of what the snap length cut at least the question is there. */
static bool parses_whole(const struct dns_message *message)
{
    return message->complete || (message->cut && !message->malformed && message->opcode == 0 &&
                                 message->questions == 1 && message->first_answer);
}

/* True where the datagram was DNS. On port 53 whatever has a DNS header is; on 443, which QUIC and
 * DNSCrypt share, only what parses whole. */
static bool track_dns(struct tracking *t, const struct watchlist *watchlist, nstime now,
                      const struct packet *packet, struct dns_message *message, struct reports *out)
{
    if (!dns_decode(packet->payload, packet->payload_length, message))
        return false;
    uint16_t port = message->response ? packet->src_port : packet->dst_port;
    if (port != DNS_PORT && port != DNSCRYPT_PORT)
        return false;
    if (port == DNSCRYPT_PORT && !parses_whole(message))
        return false;
    const struct addr *server = message->response ? &packet->src : &packet->dst;
    bool watched = watchlist_resolver(watchlist, server, port);
    if (!watched && port != DNS_PORT)
        return false;
    out->malformed = message->malformed;
    track_exchange(t, now, packet, message, watched, out);
    out->dns_server = message->response && port == DNS_PORT;
    if (out->dns_server && !portal_answers(message, &out->portal))
        out->portal.family = ADDR_NONE;
    out->passing = !watched;
    track_lookup(t, watchlist, now, packet, message, out);
    return true;
}

static void track_udp(struct tracking *t, const struct watchlist *watchlist, nstime now,
                      const struct packet *packet, struct dns_message *message, struct reports *out)
{
    unsigned touched = 0; /* DNSCrypt data is no exchange: it is not counted as watched */
    bool dns_port = packet->src_port == DNS_PORT || packet->dst_port == DNS_PORT ||
                    packet->src_port == DNSCRYPT_PORT || packet->dst_port == DNSCRYPT_PORT;
    if (dns_port && track_dns(t, watchlist, now, packet, message, out))
        return;
    if (packet->dst_port == DNSCRYPT_PORT &&
        watchlist_resolver(watchlist, &packet->dst, DNSCRYPT_PORT)) {
        if (!dnscrypt_is_query(packet))
            return;
        dnscrypt_query(t->dnscrypt, now, packet, &touched);
        out->client = packet->src;
        out->from_client = out->opening = true;
    } else if (packet->src_port == DNSCRYPT_PORT &&
               watchlist_resolver(watchlist, &packet->src, DNSCRYPT_PORT)) {
        struct dnscrypt_pair pair;
        if (dnscrypt_is_answer(packet) &&
            dnscrypt_answer(t->dnscrypt, now, packet, &pair, &touched))
            add(out, REPORT_DNSCRYPT)->pair = pair;
    } else {
        out->passing = !addr_is_multicast(&packet->dst);
    }
}

/* --- TCP ------------------------------------------------------------------------------------- */

static bool is_syn(const struct packet *packet)
{
    return (packet->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

/* Whether connections to the address are watched, and as what. With every server watched, port 53
 * is DNS. */
static bool watched_tcp(const struct watchlist *watchlist, const struct addr *addr, uint16_t port,
                        nstime now, enum service *service)
{
    bool resolver = watchlist_resolver(watchlist, addr, port);
    bool swg = watchlist_swg(watchlist, addr, now);
    *service = resolver && (port == DNS_PORT || !swg) ? SERVICE_DNS : SERVICE_SWG;
    return resolver || swg;
}

/* Connections to resolvers hold DNS: on port 53, and on 443 what looks so, where it is watched. */
static bool holds_dns(const struct tracking *t, const struct watchlist *watchlist,
                      const struct addr *addr, uint16_t port, nstime now, bool *watched)
{
    enum service service;
    if (port != DNS_PORT && port != DNSCRYPT_PORT)
        return false;
    *watched = watched_tcp(watchlist, addr, port, now, &service) && service == SERVICE_DNS;
    return *watched || (port == DNS_PORT && t->control);
}

static void note_stream(struct tracking *t, const struct watchlist *watchlist, nstime now,
                        const struct packet *p, struct reports *out)
{
    unsigned touched = 0;
    bool watched = false;
    bool up = holds_dns(t, watchlist, &p->dst, p->dst_port, now, &watched);
    if ((!up && !holds_dns(t, watchlist, &p->src, p->src_port, now, &watched)) ||
        (p->payload_length == 0 && (p->tcp.flags & TCP_SYN)))
        return;
    if (!up && (p->tcp.flags & TCP_RST))
        exchanges_reset(watched ? t->exchanges : t->control_exchanges, now, p, &touched);
    if (watched)
        note_watched(out, touched);
    out->has_stream = true;
    out->stream = (struct stream_hint){.from_client = up};
    out->stream.doubtful = (up ? p->dst_port : p->src_port) != DNS_PORT;
    out->stream.flow = up ? (struct flow){p->src, p->dst, p->src_port, p->dst_port}
                          : (struct flow){p->dst, p->src, p->dst_port, p->src_port};
    if (p->payload_length > 0)
        out->stream.isn = attempts_numbers(watched ? t->attempts : t->control_attempts, p, up);
}

static void track_tcp(struct tracking *t, const struct watchlist *watchlist, nstime now,
                      const struct packet *packet, struct reports *out)
{
    struct attempt attempt[ATTEMPTS_OUT];
    unsigned touched = 0;
    enum service service, other;
    bool to_server = watched_tcp(watchlist, &packet->dst, packet->dst_port, now, &service);
    bool from_server =
        !is_syn(packet) && watched_tcp(watchlist, &packet->src, packet->src_port, now, &other);
    if (to_server || from_server) {
        size_t count = attempts_packet(t->attempts, now, packet, service, attempt, &touched);
        add_attempts(t, now, out, REPORT_ATTEMPT, attempt, count);
        note_watched(out, touched);
        out->client = to_server ? packet->src : packet->dst;
        out->from_client = to_server && touched;
        out->opening = is_syn(packet);
        return;
    }
    out->passing = !addr_is_multicast(&packet->dst);
    if (!t->control)
        return;
    size_t count =
        attempts_packet(t->control_attempts, now, packet, SERVICE_SWG, attempt, &touched);
    add_attempts(t, now, out, REPORT_CONTROL_ATTEMPT, attempt, count);
}

/* --- ICMP ------------------------------------------------------------------------------------ */

/* The errors that reject a client's packet (design: "Outcomes"). The routing ones tell of the
 * address only while the rest of the network works. */
static const struct {
    uint8_t family, type, code;
    bool any_code, routing;
} rejections[] = {
    {ADDR_IPV4, 3, 2, false, false},  {ADDR_IPV4, 3, 3, false, false},
    {ADDR_IPV4, 3, 9, false, false},  {ADDR_IPV4, 3, 10, false, false},
    {ADDR_IPV4, 3, 13, false, false}, {ADDR_IPV4, 3, 0, false, true},
    {ADDR_IPV4, 3, 1, false, true},   {ADDR_IPV4, 11, 0, true, true},
    {ADDR_IPV6, 1, 1, false, false},  {ADDR_IPV6, 1, 4, false, false},
    {ADDR_IPV6, 1, 5, false, false},  {ADDR_IPV6, 1, 6, false, false},
    {ADDR_IPV6, 1, 0, false, true},   {ADDR_IPV6, 1, 3, false, true},
    {ADDR_IPV6, 3, 0, true, true},
};

static bool rejects(const struct packet *packet, const bool routed[2], bool *routing)
{
    for (size_t i = 0; i < sizeof rejections / sizeof rejections[0]; i++)
        if (rejections[i].family == packet->src.family && rejections[i].type == packet->icmp.type &&
            (rejections[i].any_code || rejections[i].code == packet->icmp.code)) {
            *routing = rejections[i].routing && !rejections[i].any_code;
            return !rejections[i].routing || routed[packet->src.family == ADDR_IPV6];
        }
    return false;
}

/* The packet that an error quotes was sent to a watched address. */
static bool quotes_watched(const struct watchlist *watchlist, const struct packet *packet,
                           nstime now)
{
    const struct addr *server = &packet->icmp.quote.dst;
    return watchlist_resolver(watchlist, server, packet->icmp.quote.dst_port) ||
           watchlist_swg(watchlist, server, now);
}

/* Fragmentation needed (RFC 1191), packet too big (RFC 4443 3.2): no rejection, but it explains why
 * large segments get lost. */
static bool says_too_big(const struct packet *packet)
{
    return packet->src.family == ADDR_IPV4 ? packet->icmp.type == 3 && packet->icmp.code == 4
                                           : packet->icmp.type == 2;
}

static void track_icmp(struct tracking *t, const struct watchlist *watchlist, nstime now,
                       const struct packet *packet, const bool routed[2], struct reports *out)
{
    unsigned touched = 0;
    bool routing = false;
    if (says_too_big(packet)) {
        attempts_too_big(t->attempts, packet, &touched);
    } else if (!packet->icmp.quote.has_ports) {
        return;
    } else if (!rejects(packet, routed, &routing)) {
        out->no_route = routing && quotes_watched(watchlist, packet, now);
        if (out->no_route)
            out->client = packet->icmp.quote.src;
    } else if (packet->icmp.quote.protocol == IPPROTO_UDP) {
        struct exchange exchange[EXCHANGES_OUT];
        size_t count = exchanges_icmp(t->exchanges, now, packet, exchange, &touched);
        add_exchanges(out, REPORT_EXCHANGE, exchange, count);
    } else if (packet->icmp.quote.protocol == IPPROTO_TCP) {
        struct attempt attempt[ATTEMPTS_OUT];
        size_t count = attempts_icmp(t->attempts, now, packet, attempt, &touched);
        add_attempts(t, now, out, REPORT_ATTEMPT, attempt, count);
    }
    note_watched(out, touched);
}

void tracking_packet(struct tracking *t, const struct watchlist *watchlist, nstime now,
                     const struct packet *packet, const bool routed[2], struct reports *out)
{
    start(out);
    switch (packet->kind) {
    case PACKET_UDP:
        track_udp(t, watchlist, now, packet, &t->message, out);
        break;
    case PACKET_TCP:
        track_tcp(t, watchlist, now, packet, out);
        note_stream(t, watchlist, now, packet, out);
        break;
    case PACKET_ICMP_ERROR:
        track_icmp(t, watchlist, now, packet, routed, out);
        break;
    default:
        out->passing = !addr_is_multicast(&packet->dst);
        break;
    }
}

void tracking_message(struct tracking *t, const struct watchlist *watchlist, nstime now,
                      const struct packet *message, struct reports *out)
{
    start(out);
    track_dns(t, watchlist, now, message, &t->message, out);
    out->passing = false; /* the packet did */
}

void tracking_unseen(struct tracking *t, nstime now, const struct stream_loss *loss)
{
    exchanges_unseen(t->exchanges, now, &loss->flow, loss->received);
    exchanges_unseen(t->control_exchanges, now, &loss->flow, loss->received);
}

/* --- deadlines ------------------------------------------------------------------------------- */

static nstime earlier(nstime a, nstime b)
{
    return a < b ? a : b;
}

nstime tracking_next(const struct tracking *t)
{
    nstime next = earlier(exchanges_next(t->exchanges), attempts_next(t->attempts));
    next = earlier(next, exchanges_next(t->control_exchanges));
    next = earlier(next, attempts_next(t->control_attempts));
    next = earlier(next, connects_next(t->connects));
    next = earlier(next, dnscrypt_next(t->dnscrypt));
    return earlier(next, lookups_next(t->lookups));
}

/* In the order in which they are tried where several are due at the same moment: the control group
 * first, for it backs the judgement of the others. An early answer that expires unmatched reports
 * nothing, so a tracker that was due may stay silent. */
static bool expire_one(struct tracking *t, nstime due, nstime now, struct reports *out)
{
    if (exchanges_next(t->control_exchanges) == due)
        return exchanges_expire(t->control_exchanges, now,
                                &add(out, REPORT_CONTROL_EXCHANGE)->exchange);
    if (attempts_next(t->control_attempts) == due)
        return attempts_expire(t->control_attempts, now,
                               &add(out, REPORT_CONTROL_ATTEMPT)->attempt);
    if (lookups_next(t->lookups) == due)
        return lookups_expire(t->lookups, now, &add(out, REPORT_LOOKUP)->lookup);
    if (dnscrypt_next(t->dnscrypt) == due)
        return dnscrypt_expire(t->dnscrypt, now, &add(out, REPORT_DNSCRYPT)->pair);
    if (exchanges_next(t->exchanges) == due)
        return exchanges_expire(t->exchanges, now, &add(out, REPORT_EXCHANGE)->exchange);
    if (attempts_next(t->attempts) == due) {
        struct attempt attempt;
        if (!attempts_expire(t->attempts, now, &attempt))
            return false;
        add_attempts(t, due, out, REPORT_ATTEMPT, &attempt, 1);
        return true;
    }
    return connects_expire(t->connects, now, &add(out, REPORT_CONNECT)->connect);
}

bool tracking_expire(struct tracking *t, struct reports *out)
{
    nstime due = tracking_next(t);
    start(out);
    if (due != NSTIME_NEVER && expire_one(t, due, due + 1, out))
        return true;
    out->count = 0;
    return false;
}

bool tracking_close(struct tracking *t, struct reports *out)
{
    struct attempt attempt;
    start(out);
    if (exchanges_close(t->control_exchanges, &out->item[0].exchange)) {
        add(out, REPORT_CONTROL_EXCHANGE);
        return true;
    }
    if (attempts_close(t->control_attempts, &out->item[0].attempt)) {
        add(out, REPORT_CONTROL_ATTEMPT);
        return true;
    }
    if (lookups_close(t->lookups, &out->item[0].lookup)) {
        add(out, REPORT_LOOKUP);
        return true;
    }
    dnscrypt_close(t->dnscrypt);
    if (exchanges_close(t->exchanges, &out->item[0].exchange)) {
        add(out, REPORT_EXCHANGE);
        return true;
    }
    if (attempts_close(t->attempts, &attempt)) {
        add_attempts(t, attempt.decided, out, REPORT_ATTEMPT, &attempt, 1);
        return true;
    }
    if (connects_close(t->connects, &out->item[0].connect)) {
        add(out, REPORT_CONNECT);
        return true;
    }
    return false;
}

const struct exchange_counts *tracking_exchanges(const struct tracking *t)
{
    return exchanges_counts(t->exchanges);
}

const struct attempt_counts *tracking_attempts(const struct tracking *t)
{
    return attempts_counts(t->attempts);
}

const struct lookup_counts *tracking_lookups(const struct tracking *t)
{
    return lookups_counts(t->lookups);
}

uint64_t tracking_evicted(const struct tracking *t)
{
    return exchanges_counts(t->exchanges)->evicted + attempts_counts(t->attempts)->evicted +
           exchanges_counts(t->control_exchanges)->evicted +
           attempts_counts(t->control_attempts)->evicted + connects_evicted(t->connects) +
           dnscrypt_evicted(t->dnscrypt) + lookups_counts(t->lookups)->evicted;
}
