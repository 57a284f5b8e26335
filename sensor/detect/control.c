/* SPDX-License-Identifier: GPL-2.0-or-later */
/* control: see control.h. */
#include "sensor/detect/control.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "decoders/hash.h"
#include "decoders/table.h"

#define ALIVE_FOR (60 * NS_PER_SEC)
/* Of a public address: nearer than this a proxy answered, whose times are no baseline. */
#define NEAR_HOPS 2
/* So many public peers that do not answer tell of the network (design: "Causes"). */
#define CONTROL_SILENT 3

/* Late answers are told for this long: the queries of answers that come later were captured. */
#define WARM_UP (30 * NS_PER_SEC)

/* One host of ours, by its address. */
struct host {
    struct table_entry entry; /* first: see table.h */
    struct addr addr;
    struct control_view view;
    struct addr silent[CONTROL_SILENT]; /* the peers that view.silent counts */
};

/* One server, or a whole network (/24, /64) of them. */
struct server {
    struct table_entry entry; /* first: see table.h */
    struct addr addr;
    bool is_net;
    struct baseline baseline;
};

struct control {
    uint64_t key[2];
    struct table hosts, servers;
    nstime began;      /* the first answer or handshake; NSTIME_NONE */
    nstime last_ok[2]; /* newest success: IPv4, IPv6 */
    struct loss loss;
    uint64_t evicted;
};

struct control *control_new(const struct config *config, const uint64_t key[2])
{
    struct control *control = calloc(1, sizeof *control);
    if (!control)
        return NULL;
    memcpy(control->key, key, sizeof control->key);
    control->last_ok[0] = control->last_ok[1] = control->began = NSTIME_NONE;
    loss_init(&control->loss);
    table_init(&control->hosts, sizeof(struct host), config->limits.clients);
    table_init(&control->servers, sizeof(struct server), config->limits.control);
    return control;
}

void control_free(struct control *control)
{
    if (!control)
        return;
    table_free(&control->hosts);
    table_free(&control->servers);
    free(control);
}

static uint64_t hash_of(const struct control *control, const struct addr *addr)
{
    return hash_bytes(control->key, addr, sizeof *addr);
}

static struct host *find_host(const struct control *control, const struct addr *addr)
{
    struct host *host = table_first(&control->hosts, hash_of(control, addr));
    while (host && !addr_equal(&host->addr, addr))
        host = table_next(host);
    return host;
}

static void *make_entry(struct control *control, struct table *table, uint64_t hash)
{
    if (table_full(table)) {
        table_remove(table, table_oldest(table));
        control->evicted++;
    }
    return table_add(table, hash);
}

static struct host *make_host(struct control *control, const struct addr *addr)
{
    struct host *host = find_host(control, addr);
    if (host)
        return host;
    host = make_entry(control, &control->hosts, hash_of(control, addr));
    if (host) {
        host->addr = *addr;
        host->view.last_ok = host->view.rtt_min = host->view.rtt_max = NSTIME_NONE;
        host->view.silent_since = host->view.newest = NSTIME_NONE;
    }
    return host;
}

static struct server *find_server(const struct control *control, const struct addr *addr,
                                  bool is_net)
{
    struct server *server = table_first(&control->servers, hash_of(control, addr));
    while (server && !(addr_equal(&server->addr, addr) && server->is_net == is_net))
        server = table_next(server);
    return server;
}

static struct addr net_of(const struct addr *addr)
{
    struct addr net = *addr;
    size_t kept = addr->family == ADDR_IPV4 ? 3 : 8;
    memset(net.bytes + kept, 0, sizeof net.bytes - kept);
    return net;
}

static void learn_server(struct control *control, const struct addr *addr, bool is_net,
                         const struct attempt *attempt)
{
    struct server *server = find_server(control, addr, is_net);
    if (!server) {
        server = make_entry(control, &control->servers, hash_of(control, addr));
        if (!server)
            return;
        server->addr = *addr;
        server->is_net = is_net;
        server->baseline.rtt = NSTIME_NONE;
    }
    server->baseline.ttl = attempt->synack_ttl;
    if (attempt->rtt != NSTIME_NONE &&
        (server->baseline.rtt == NSTIME_NONE || attempt->rtt < server->baseline.rtt))
        server->baseline.rtt = attempt->rtt;
}

void control_genuine(struct control *control, const struct attempt *attempt)
{
    const struct addr *addr = &attempt->flow.server;
    loss_due(&control->loss, attempt->decided, !attempt->synack_seen && attempt->server_seen);
    if (!attempt->synack_seen ||
        (addr_is_public(addr) && hops_of_ttl(attempt->synack_ttl) <= NEAR_HOPS))
        return;
    struct addr net = net_of(addr);
    learn_server(control, addr, false, attempt);
    learn_server(control, &net, true, attempt);
}

static void worked(struct control *control, struct host *host, const struct addr *server,
                   nstime sent)
{
    if (addr_is_public(server)) {
        host->view.silent = 0;
        host->view.silent_since = NSTIME_NONE;
    }
    nstime *family = &control->last_ok[host->addr.family == ADDR_IPV6];
    if (sent > host->view.last_ok)
        host->view.last_ok = sent;
    if (sent > *family)
        *family = sent;
}

static void note_newest(struct host *host, nstime sent)
{
    if (sent > host->view.newest)
        host->view.newest = sent;
}

/* A public peer did not answer. */
static void in_vain(struct host *host, const struct addr *server, nstime sent)
{
    struct control_view *view = &host->view;
    if (!addr_is_public(server))
        return;
    if (view->silent_since == NSTIME_NONE || sent < view->silent_since)
        view->silent_since = sent;
    for (unsigned i = 0; i < view->silent; i++)
        if (addr_equal(&host->silent[i], server))
            return;
    if (view->silent < CONTROL_SILENT)
        host->silent[view->silent++] = *server;
}

void control_started(struct control *control, const struct addr *client)
{
    (void)make_host(control, client);
}

void control_exchange(struct control *control, const struct exchange *exchange)
{
    struct host *host = make_host(control, &exchange->flow.client);
    if (!host || exchange->outcome == OUTCOME_UNDETERMINED)
        return;
    if (exchange->own_name) { /* it looks for a virtual appliance there (domain fact 2.1) */
        host->view.local_probes++;
        host->view.local_resolver = exchange->flow.server;
    }
    note_newest(host, exchange->sent);
    host->view.asked++;
    host->view.asked_near += !addr_is_public(&exchange->flow.server);
    if (exchange->answer_frame.number == 0) {
        in_vain(host, &exchange->flow.server, exchange->sent);
        return;
    }
    host->view.answered++;
    host->view.resolver = exchange->flow.server;
    worked(control, host, &exchange->flow.server, exchange->sent);
}

static void note_rtt(struct control_view *view, const struct attempt *attempt)
{
    if (attempt->rtt == NSTIME_NONE || !addr_is_public(&attempt->flow.server) ||
        hops_of_ttl(attempt->synack_ttl) <= NEAR_HOPS)
        return;
    if (view->rtt_min == NSTIME_NONE || attempt->rtt < view->rtt_min)
        view->rtt_min = attempt->rtt;
    if (attempt->rtt > view->rtt_max)
        view->rtt_max = attempt->rtt;
}

/* Web ports of a private host, and those that proxies listen on by custom. */
static bool is_proxy(const struct flow *flow)
{
    static const uint16_t ports[] = {80, 443, 3128, 8000, 8080, 8081, 8443, 8888, 9090};
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
        if (flow->server_port == ports[i])
            return !addr_is_public(&flow->server);
    return false;
}

void control_attempt(struct control *control, const struct attempt *attempt)
{
    struct host *host = make_host(control, &attempt->flow.client);
    if (!host || attempt->outcome == OUTCOME_UNDETERMINED || attempt->outcome == OUTCOME_ABORTED)
        return;
    note_newest(host, attempt->sent);
    host->view.tried++;
    if (!attempt->opened) {
        in_vain(host, &attempt->flow.server, attempt->sent);
        return;
    }
    host->view.proxy = host->view.proxy || is_proxy(&attempt->flow);
    if (!attempt->synack_seen) {
        control_genuine(control, attempt);
        host->view.blind += !attempt->server_seen;
        return;
    }
    host->view.opened++;
    worked(control, host, &attempt->flow.server, attempt->sent);
    note_rtt(&host->view, attempt);
    control_genuine(control, attempt);
}

/* A handshake is told as opened some seconds later; that the network lives shows at once. */
static bool answers_syn(const struct packet *packet)
{
    return packet->kind == PACKET_TCP &&
           (packet->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == (TCP_SYN | TCP_ACK);
}

void control_packet(struct control *control, const struct packet *packet)
{
    struct host *host = find_host(control, &packet->dst);
    if (host && answers_syn(packet))
        worked(control, host, &packet->src, packet->time);
    if (host) {
        struct addr ours = net_of(&packet->dst), theirs = net_of(&packet->src);
        host->view.received++;
        host->view.received_far += addr_is_public(&packet->src) && !addr_equal(&ours, &theirs);
    }
    if (packet->kind != PACKET_TCP || !(packet->tcp.flags & TCP_ACK) ||
        packet->tcp.flags & (TCP_SYN | TCP_RST))
        return;
    host = find_host(control, &packet->src);
    if (host)
        host->view.acknowledging++;
}

struct control_view control_of(const struct control *control, const struct addr *client)
{
    const struct host *host = find_host(control, client);
    if (host)
        return host->view;
    return (struct control_view){.last_ok = NSTIME_NONE,
                                 .rtt_min = NSTIME_NONE,
                                 .rtt_max = NSTIME_NONE,
                                 .silent_since = NSTIME_NONE,
                                 .newest = NSTIME_NONE};
}

static struct baseline baseline_of(const struct control *control, const struct addr *addr,
                                   bool is_net)
{
    const struct server *server = find_server(control, addr, is_net);
    return server ? server->baseline : (struct baseline){.rtt = NSTIME_NONE};
}

struct baseline control_baseline(const struct control *control, const struct addr *server)
{
    return baseline_of(control, server, false);
}

struct baseline control_baseline_net(const struct control *control, const struct addr *server)
{
    struct addr net = net_of(server);
    return baseline_of(control, &net, true);
}

bool control_alive(const struct control *control, enum addr_family family, nstime now)
{
    nstime last = control->last_ok[family == ADDR_IPV6];
    return last != NSTIME_NONE && now - last <= ALIVE_FOR;
}

void control_portal(struct control *control, const struct addr *client, const struct addr *portal,
                    struct frame_ref frame)
{
    struct host *host = make_host(control, client);
    if (!host)
        return;
    host->view.portal = *portal;
    host->view.portal_frame = frame;
}

void control_answer(struct control *control, nstime now, bool unmet, bool early_met)
{
    if (control->began == NSTIME_NONE)
        control->began = now;
    if (now - control->began < WARM_UP) /* its query may stand before the capture's beginning */
        return;
    loss_due(&control->loss, now, unmet);
    if (early_met)
        loss_found(&control->loss);
}

void control_captured(struct control *control, nstime now)
{
    loss_packet(&control->loss, now);
}

void control_dropped(struct control *control, nstime now, uint64_t packets)
{
    loss_dropped(&control->loss, now, packets);
}

const struct loss *control_loss(const struct control *control)
{
    return &control->loss;
}

static void no_later(nstime *time, nstime now)
{
    if (*time > now)
        *time = NSTIME_NONE;
}

void control_gap(struct control *control, nstime now)
{
    control->began = NSTIME_NONE;
    loss_gap(&control->loss);
    no_later(&control->last_ok[0], now);
    no_later(&control->last_ok[1], now);
    for (struct host *host = table_oldest(&control->hosts); host;
         host = table_younger(&control->hosts, host)) {
        no_later(&host->view.last_ok, now);
        no_later(&host->view.newest, now);
        host->view.silent = 0;
        host->view.silent_since = NSTIME_NONE;
    }
}

uint64_t control_evicted(const struct control *control)
{
    return control->evicted;
}

unsigned hops_of_ttl(uint8_t ttl)
{
    return ttl <= 64 ? 64u - ttl : ttl <= 128 ? 128u - ttl : 255u - ttl;
}
