/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segments: see segments.h. One binary search a prefix length: networks are cut into few sizes. Of
 * VLANs there are few, and a client is looked for once. */
#include "sensor/detect/segments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int in_order(const void *left, const void *right)
{
    const struct segment *one = left, *other = right;
    const struct prefix *a = &one->net, *b = &other->net;
    if (a->addr.family != b->addr.family)
        return a->addr.family < b->addr.family ? -1 : 1;
    if (a->bits != b->bits)
        return a->bits > b->bits ? -1 : 1;
    return addr_compare(&a->addr, &b->addr);
}

static bool same_size(const struct segment *a, const struct segment *b)
{
    return a->net.addr.family == b->net.addr.family && a->net.bits == b->net.bits;
}

/* A VLAN carries both families, and an alert is of one. */
static void add(struct segments *segments, const struct segment_item *item)
{
    static const enum addr_family families[] = {ADDR_IPV4, ADDR_IPV6};
    for (size_t i = 0; i < (item->vlan ? 2 : 1); i++) {
        struct segment *segment = &segments->item[segments->count++];
        segment->net = item->net;
        segment->vlan = item->vlan;
        memcpy(segment->name, item->name, sizeof segment->name);
        if (item->vlan)
            segment->net.addr.family = (uint8_t)families[i];
    }
}

static void add_all(struct segments *segments, const struct config_list *list, bool vlans)
{
    struct segment_item item;
    char error[WATCH_ERROR_TEXT];
    for (size_t i = 0; i < list->count; i++)
        if (segment_item_parse(list->item[i], &item, error) && (item.vlan > 0) == vlans)
            add(segments, &item);
}

bool segments_init(struct segments *segments, const struct config_list *list)
{
    *segments = (struct segments){0};
    if (list->count == 0)
        return true;
    segments->item = calloc(2 * list->count, sizeof *segments->item);
    if (!segments->item)
        return false;
    add_all(segments, list, false);
    segments->networks = segments->count;
    qsort(segments->item, segments->networks, sizeof *segments->item, in_order);
    for (size_t i = 0; i < segments->networks; i++)
        if (i == 0 || !same_size(&segments->item[i - 1], &segments->item[i]))
            segments->first[segments->sizes++] = i;
    segments->first[segments->sizes] = segments->networks;
    add_all(segments, list, true);
    return true;
}

void segments_free(struct segments *segments)
{
    free(segments->item);
    *segments = (struct segments){0};
}

static struct addr network_of(const struct addr *addr, uint8_t bits)
{
    struct addr network = {.family = addr->family};
    for (size_t i = 0; i < sizeof network.bytes && 8 * i < bits; i++) {
        unsigned kept = bits - 8u * (unsigned)i;
        network.bytes[i] =
            (uint8_t)(kept >= 8 ? addr->bytes[i] : addr->bytes[i] & (0xff00u >> kept));
    }
    return network;
}

static size_t find_vlan(const struct segments *segments, const struct addr *addr,
                        const struct vlan_tags *tags)
{
    for (size_t i = segments->networks; i < segments->count; i++)
        if (segments->item[i].net.addr.family == addr->family &&
            vlan_tags_have(tags, segments->item[i].vlan))
            return i;
    return segments->count;
}

size_t segments_find(const struct segments *segments, const struct addr *addr,
                     const struct vlan_tags *tags)
{
    for (size_t size = 0; size < segments->sizes; size++) {
        size_t low = segments->first[size], high = segments->first[size + 1];
        const struct prefix *any = &segments->item[low].net;
        if (any->addr.family != addr->family)
            continue;
        struct addr network = network_of(addr, any->bits);
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            int order = addr_compare(&segments->item[middle].net.addr, &network);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle;
        }
    }
    return find_vlan(segments, addr, tags);
}

char *segment_format(const struct segment *segment, char out[SEGMENT_TEXT])
{
    char address[ADDR_TEXT], what[ADDR_TEXT + 8];
    if (segment->vlan)
        snprintf(what, sizeof what, "VLAN %u, %s", segment->vlan,
                 segment->net.addr.family == ADDR_IPV6 ? "IPv6" : "IPv4");
    else
        snprintf(what, sizeof what, "%s/%u", addr_format(&segment->net.addr, address),
                 segment->net.bits);
    if (segment->name[0])
        snprintf(out, SEGMENT_TEXT, "%s (%s)", segment->name, what);
    else
        snprintf(out, SEGMENT_TEXT, "%s", what);
    return out;
}
