/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_set: the addresses that the configuration watches. Every packet asks, so lone addresses are
 * found by a hash; it needs no secret key, for no packet puts anything in. Prefixes are few. */
#ifndef SENSOR_WATCH_SET_H
#define SENSOR_WATCH_SET_H

#include <stddef.h>

#include "sensor/config.h"

struct watch_set {
    bool any;
    struct addr *slot; /* family ADDR_NONE: empty */
    size_t slots;      /* a power of two, at least twice the addresses */
    struct prefix *prefix;
    size_t prefixes;
};

/* False with a full sentence that begins with `what` ("The resolver list") in error. */
bool watch_set_init(struct watch_set *set, const struct config_list *list, const char *what,
                    char error[CONFIG_ERROR]);
void watch_set_free(struct watch_set *set);
bool watch_set_has(const struct watch_set *set, const struct addr *addr);

#endif
