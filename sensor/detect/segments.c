/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segments: see segments.h. One binary search a prefix length: networks are cut into few sizes. */
#include "sensor/detect/segments.h"

#include <stdlib.h>

static int in_order(const void *left, const void *right)
{
    const struct prefix *a = left, *b = right;
    if (a->addr.family != b->addr.family)
        return a->addr.family < b->addr.family ? -1 : 1;
    if (a->bits != b->bits)
        return a->bits > b->bits ? -1 : 1;
    return addr_compare(&a->addr, &b->addr);
}

static bool same_size(const struct prefix *a, const struct prefix *b)
{
    return a->addr.family == b->addr.family && a->bits == b->bits;
}

bool segments_init(struct segments *segments, const struct config_list *list)
{
    *segments = (struct segments){0};
    if (list->count == 0)
        return true;
    segments->item = calloc(list->count, sizeof *segments->item);
    if (!segments->item)
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (prefix_parse(list->item[i], &segments->item[segments->count]))
            segments->count++;
    qsort(segments->item, segments->count, sizeof *segments->item, in_order);
    for (size_t i = 0; i < segments->count; i++)
        if (i == 0 || !same_size(&segments->item[i - 1], &segments->item[i]))
            segments->first[segments->sizes++] = i;
    segments->first[segments->sizes] = segments->count;
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

size_t segments_find(const struct segments *segments, const struct addr *addr)
{
    for (size_t size = 0; size < segments->sizes; size++) {
        size_t low = segments->first[size], high = segments->first[size + 1];
        const struct prefix *any = &segments->item[low];
        if (any->addr.family != addr->family)
            continue;
        struct addr network = network_of(addr, any->bits);
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            int order = addr_compare(&segments->item[middle].addr, &network);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle;
        }
    }
    return segments->count;
}
