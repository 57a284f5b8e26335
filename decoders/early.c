/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers that wait for their query. */
#include "early.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    struct table_entry head;
    struct flow flow;
    uint8_t transport;
    uint16_t id, type;
    bool met;
    char *name;
    struct answer answer;
};

void early_init(struct early *e, nstime stand, uint32_t max, uint64_t *unsolicited)
{
    *e = (struct early){.stand = stand, .unsolicited = unsolicited};
    table_init(&e->table, sizeof(struct entry), max);
}

static void drop(struct early *e, struct entry *entry)
{
    if (!entry->met)
        ++*e->unsolicited;
    free(entry->name);
    free(entry->answer.texts);
    table_remove(&e->table, entry);
}

bool early_drop_oldest(struct early *e)
{
    struct entry *entry = table_oldest(&e->table);
    if (entry)
        drop(e, entry);
    return entry != NULL;
}

void early_free(struct early *e)
{
    while (early_drop_oldest(e))
        ;
    table_free(&e->table);
}

void early_forget(struct early *e, nstime now)
{
    struct entry *entry;
    while ((entry = table_due(&e->table, now)) != NULL)
        drop(e, entry);
}

void early_keep(struct early *e, nstime now, const struct exchange_key *k, struct answer *answer,
                bool met)
{
    if (table_full(&e->table))
        early_drop_oldest(e);
    char *name = strdup(k->name);
    struct entry *entry = name ? table_add(&e->table, k->hash) : NULL;
    if (!entry) {
        if (!met)
            ++*e->unsolicited;
        free(name);
        free(answer->texts);
        return;
    }
    entry->flow = k->flow;
    entry->transport = k->transport;
    entry->id = k->id;
    entry->type = k->type;
    entry->met = met;
    entry->name = name;
    entry->answer = *answer;
    table_wake(&e->table, entry, now + e->stand);
}

static bool has_key(const struct entry *entry, const struct exchange_key *k)
{
    return entry->id == k->id && entry->type == k->type && entry->transport == k->transport &&
           flow_equal(&entry->flow, &k->flow) && strcmp(entry->name, k->name) == 0;
}

bool early_take(struct early *e, const struct exchange_key *k, struct answer *answer, bool *met)
{
    struct entry *oldest = NULL;
    struct entry *entry = table_first(&e->table, k->hash);
    for (unsigned i = 0; entry && i < CHAIN_SCAN; i++, entry = table_next(entry)) {
        if (has_key(entry, k))
            oldest = entry;
    }
    if (!oldest)
        return false;
    *answer = oldest->answer;
    *met = oldest->met;
    free(oldest->name);
    table_remove(&e->table, oldest);
    return true;
}
