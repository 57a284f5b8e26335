/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config_list: lists of strings as configured: resolvers, SWG addresses and names, files. */
#ifndef SENSOR_CONFIG_LIST_H
#define SENSOR_CONFIG_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A list of strings as configured; owned. */
struct config_list {
    size_t count;
    char **item;
};

void config_list_clear(struct config_list *list);
/* Adds a copy of an item, to an emptied list if so asked (-R, -s). False where memory is out. */
bool config_list_clear_add(struct config_list *list, const char *item, bool clear_first);

#endif
