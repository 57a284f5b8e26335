/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config_list: the memory of configured lists. */
#include "sensor/config_list.h"

#include <stdlib.h>
#include <string.h>

void config_list_clear(struct config_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->item[i]);
    free(list->item);
    *list = (struct config_list){0};
}

bool config_list_clear_add(struct config_list *list, const char *item, bool clear_first)
{
    if (clear_first)
        config_list_clear(list);
    char **grown = realloc(list->item, (list->count + 1) * sizeof *grown);
    if (!grown)
        return false;
    list->item = grown;
    grown[list->count] = strdup(item);
    if (!grown[list->count])
        return false;
    list->count++;
    return true;
}
