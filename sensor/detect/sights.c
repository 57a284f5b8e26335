/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sights: see sights.h. */
#include "sensor/detect/sights.h"

#include <string.h>

#define DNS_PORT 53
/* So many packets one way and none back are no accident. */
#define ENOUGH 5

static void see_vlan(struct sights *s, uint16_t vlan)
{
    size_t at = 0;
    while (at < s->vlans && s->vlan[at] < vlan)
        at++;
    if (at < s->vlans && s->vlan[at] == vlan)
        return;
    if (s->vlans == SIGHTS_VLANS) {
        s->more_vlans = true;
        return;
    }
    memmove(&s->vlan[at + 1], &s->vlan[at], (s->vlans - at) * sizeof *s->vlan);
    s->vlan[at] = vlan;
    s->vlans++;
}

static void see_tcp(struct sights *s, uint8_t flags)
{
    if ((flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN)
        s->syns++;
    else if ((flags & (TCP_SYN | TCP_ACK | TCP_RST)) == (TCP_SYN | TCP_ACK))
        s->synacks++;
}

void sights_frame(struct sights *s, const struct frame *frame, enum packet_status status,
                  const struct packet *packet)
{
    s->frames += packet->part == 0;
    s->linktype = frame->linktype;
    if (status == PACKET_UNSUPPORTED) {
        s->unsupported++;
        s->encrypted += packet->unsupported.kind == UNSUPPORTED_ENCRYPTED;
    }
    if (status != PACKET_OK)
        return;
    s->ip++;
    if (packet->vlans)
        see_vlan(s, packet->vlan[0]);
    else
        s->untagged = true;
    if (packet->kind == PACKET_TCP) {
        see_tcp(s, packet->tcp.flags);
    } else if (packet->kind == PACKET_UDP && !addr_is_multicast(&packet->dst)) {
        s->asked += packet->dst_port == DNS_PORT;
        s->answered += packet->src_port == DNS_PORT;
    }
}

void sights_reports(struct sights *s, const struct packet *packet, const struct reports *reports)
{
    if (reports->client.family == ADDR_NONE)
        return;
    if (addr_equal(&packet->src, &reports->client))
        s->sent++;
    else
        s->received++;
}

/* Where all that is watched is blocked, the rest of the network shows that both directions are
 * there; where nothing else is in the capture, that cannot be told. */
enum directions sights_directions(const struct sights *s)
{
    const uint64_t up = s->sent + s->syns + s->asked;
    const uint64_t down = s->received + s->synacks + s->answered;
    if ((s->sent && s->received) || (s->syns && s->synacks) || (s->asked && s->answered))
        return DIRECTIONS_BOTH;
    if (up >= ENOUGH && down == 0)
        return DIRECTIONS_UP;
    if (down >= ENOUGH && up == 0)
        return DIRECTIONS_DOWN;
    return DIRECTIONS_UNKNOWN;
}
