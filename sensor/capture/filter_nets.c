/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter_nets: see filter_nets.h. */
#include "sensor/capture/filter_nets.h"

#include <stdlib.h>

static const struct {
    uint8_t ipv4, ipv6; /* prefixes are at most so long */
    const char *text;
} widths[] = {
    {32, 128, "/32 and /128"},       {24, 64, "nets of /24 and /64"},
    {20, 56, "nets of /20 and /56"}, {16, 48, "nets of /16 and /48"},
    {12, 40, "nets of /12 and /40"}, {8, 32, "nets of /8 and /32"},
    {0, 0, "every address"},
};

unsigned filter_nets_widest(void)
{
    return sizeof widths / sizeof *widths - 1;
}

const char *filter_nets_width_text(unsigned width)
{
    return widths[width].text;
}

static struct prefix widened(const struct prefix *p, unsigned width)
{
    uint8_t most = p->addr.family == ADDR_IPV4 ? widths[width].ipv4 : widths[width].ipv6;
    struct prefix net = *p;

    if (net.bits <= most)
        return net;
    net.bits = most;
    for (unsigned i = most / 8u; i < sizeof net.addr.bytes; i++) {
        unsigned kept = most > 8 * i ? most - 8 * i : 0;
        net.addr.bytes[i] = (uint8_t)(net.addr.bytes[i] & (0xff00u >> kept));
    }
    return net;
}

/* What holds others comes before them. */
static int compare(const void *a, const void *b)
{
    const struct prefix *one = a, *other = b;
    int order = addr_compare(&one->addr, &other->addr);

    return order ? order : one->bits - other->bits;
}

/* The list at this width. A list that is left with one prefix of no bits is "any", of both
 * families: a filter may pass too much, never too little. */
static void fill(struct filter_nets *out, const struct prefix *list, size_t count, unsigned width)
{
    for (size_t i = 0; i < count; i++) {
        out->net[i] = widened(&list[i], width);
        out->any |= out->net[i].bits == 0;
    }
    qsort(out->net, count, sizeof *out->net, compare);
    out->count = 0;
    out->width = width;
    for (size_t i = 0; !out->any && i < count; i++) {
        const struct prefix *last = out->count ? &out->net[out->count - 1] : NULL;
        if (!last || !prefix_contains(last, &out->net[i].addr))
            out->net[out->count++] = out->net[i];
    }
}

bool filter_nets_make(struct filter_nets *out, const struct prefix *list, size_t count, bool any,
                      unsigned width)
{
    *out = (struct filter_nets){.any = any, .width = width};
    if (any)
        return true;
    out->net = calloc(count + 1, sizeof *out->net);
    if (!out->net)
        return false;
    do
        fill(out, list, count, width++);
    while (out->count >= FILTER_NETS_MAX && width <= filter_nets_widest());
    return true;
}

void filter_nets_free(struct filter_nets *nets)
{
    free(nets->net);
    *nets = (struct filter_nets){0};
}
