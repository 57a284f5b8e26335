/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_set: see watch_set.h. */
#include "sensor/watch_set.h"

#include <stdlib.h>

#include "sensor/watch_item.h"

static size_t home(const struct watch_set *set, const struct addr *addr)
{
    uint64_t half[2];

    memcpy(half, addr->bytes, sizeof half);
    uint64_t hash = (half[0] ^ (half[1] << 32 | half[1] >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(hash >> 32) & (set->slots - 1);
}

static void put(struct watch_set *set, const struct addr *addr)
{
    size_t i = home(set, addr);

    while (set->slot[i].family != ADDR_NONE && !addr_equal(&set->slot[i], addr))
        i = (i + 1) & (set->slots - 1);
    set->slot[i] = *addr;
}

static bool lone(const struct prefix *p)
{
    return p->bits == (p->addr.family == ADDR_IPV4 ? 32 : 128);
}

bool watch_set_init(struct watch_set *set, const struct config_list *list, const char *what,
                    char error[CONFIG_ERROR])
{
    struct watch_item item;
    char problem[WATCH_ERROR_TEXT];

    *set = (struct watch_set){.slots = 2};
    while (set->slots < 2 * list->count)
        set->slots *= 2;
    set->slot = calloc(set->slots, sizeof *set->slot);
    set->prefix = calloc(list->count + 1, sizeof *set->prefix);
    if (!set->slot || !set->prefix) {
        snprintf(error, CONFIG_ERROR, "%s does not fit into memory.", what);
        return false;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (!watch_item_parse(list->item[i], WATCH_ACCEPT_ADDRESS, &item, problem)) {
            snprintf(error, CONFIG_ERROR, "%s has a bad item: %s", what, problem);
            return false;
        }
        if (item.kind == WATCH_ANY)
            set->any = true;
        else if (lone(&item.prefix))
            put(set, &item.prefix.addr);
        else
            set->prefix[set->prefixes++] = item.prefix;
    }
    return true;
}

void watch_set_free(struct watch_set *set)
{
    free(set->slot);
    free(set->prefix);
    *set = (struct watch_set){0};
}

bool watch_set_has(const struct watch_set *set, const struct addr *addr)
{
    if (set->any)
        return true;
    for (size_t i = home(set, addr); set->slot[i].family != ADDR_NONE;
         i = (i + 1) & (set->slots - 1)) {
        if (addr_equal(&set->slot[i], addr))
            return true;
    }
    for (size_t i = 0; i < set->prefixes; i++) {
        if (prefix_contains(&set->prefix[i], addr))
            return true;
    }
    return false;
}
