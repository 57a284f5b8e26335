/* SPDX-License-Identifier: GPL-2.0-or-later */
/* own_flows: see own_flows.h. */
#include "sensor/own_flows.h"

#include <netinet/in.h>
#include <sys/socket.h>

static bool end_of(const struct sockaddr_storage *from, struct addr *addr, uint16_t *port)
{
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)from;
        *addr = addr_ipv4((const uint8_t *)&in->sin_addr);
        *port = ntohs(in->sin_port);
    } else if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)from;
        *addr = addr_ipv6(in->sin6_addr.s6_addr);
        *port = ntohs(in->sin6_port);
    } else {
        return false;
    }
    return *port > 0;
}

bool own_flows_add_socket(struct own_flows *own, int fd)
{
    struct own_flow flow = {0};
    struct sockaddr_storage local = {0}, remote = {0};
    int type = 0;
    socklen_t size = sizeof local, type_size = sizeof type;
    if (getsockname(fd, (struct sockaddr *)&local, &size) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 ||
        !end_of(&local, &flow.local, &flow.local_port))
        return false;
    flow.protocol = type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    size = sizeof remote;
    /* A connection still on its way has no other end to ask for. */
    if (getpeername(fd, (struct sockaddr *)&remote, &size) != 0 ||
        !end_of(&remote, &flow.remote, &flow.remote_port))
        flow.remote_port = 0;
    own_flows_add(own, &flow);
    return true;
}

static void note_port(struct own_flows *own, uint16_t port)
{
    own->ports[port >> 6 & 15] |= UINT64_C(1) << (port & 63);
}

static bool maybe(const struct own_flows *own, uint16_t port)
{
    return own->ports[port >> 6 & 15] >> (port & 63) & 1;
}

void own_flows_add(struct own_flows *own, const struct own_flow *flow)
{
    own->flow[own->next] = *flow;
    own->next = (own->next + 1) % OWN_FLOWS;
    if (own->count < OWN_FLOWS)
        own->count++;
    memset(own->ports, 0, sizeof own->ports);
    for (size_t i = 0; i < own->count; i++)
        note_port(own, own->flow[i].local_port);
}

/* near: the end that may be the sensor's. */
static bool find(const struct own_flows *own, uint8_t protocol, const struct addr *near,
                 uint16_t near_port, const struct addr *far, uint16_t far_port)
{
    if (!maybe(own, near_port))
        return false;
    for (size_t i = 0; i < own->count; i++) {
        const struct own_flow *flow = &own->flow[i];
        if (flow->local_port == near_port && flow->protocol == protocol &&
            addr_equal(&flow->local, near) &&
            (flow->remote_port == 0 ||
             (flow->remote_port == far_port && addr_equal(&flow->remote, far))))
            return true;
    }
    return false;
}

bool own_flows_has(const struct own_flows *own, const struct packet *packet)
{
    const struct packet_quote *quote = &packet->icmp.quote;
    if (own->count == 0)
        return false;
    if (packet->kind == PACKET_ICMP_ERROR)
        return quote->has_ports && find(own, quote->protocol, &quote->src, quote->src_port,
                                        &quote->dst, quote->dst_port);
    if (packet->kind != PACKET_UDP && packet->kind != PACKET_TCP)
        return false;
    return find(own, packet->protocol, &packet->src, packet->src_port, &packet->dst,
                packet->dst_port) ||
           find(own, packet->protocol, &packet->dst, packet->dst_port, &packet->src,
                packet->src_port);
}
