/* SPDX-License-Identifier: GPL-2.0-or-later */
/* journal: see journal.h. */
#include "sensor/dart/journal.h"

#include <stdlib.h>

#define ROOM_FIRST 256

void journal_free(struct journal *journal)
{
    free(journal->entry);
    *journal = (struct journal){0};
}

static void add(struct journal *j, const struct journal_entry *entry)
{
    if (j->count == j->room && j->room < JOURNAL_MOST) {
        const size_t room = j->room ? 2 * j->room : ROOM_FIRST;
        struct journal_entry *more = realloc(j->entry, room * sizeof *more);
        if (!more) {
            j->no_memory = true;
            return;
        }
        j->entry = more;
        j->room = room;
    }
    if (j->count < j->room) {
        j->entry[j->count++] = *entry;
        return;
    }
    j->entry[j->oldest] = *entry;
    j->oldest = (j->oldest + 1) % j->room;
    j->left_out++;
}

void journal_exchange(struct journal *journal, const struct exchange *exchange)
{
    const struct journal_entry entry = {.sent = exchange->sent,
                                        .client = exchange->flow.client,
                                        .outcome = (uint8_t)exchange->outcome,
                                        .port = exchange->flow.server_port,
                                        .frame = exchange->query_frame};
    if (exchange->own_name)
        add(journal, &entry);
}

void journal_attempt(struct journal *journal, const struct attempt *attempt)
{
    const struct journal_entry entry = {.sent = attempt->sent,
                                        .client = attempt->flow.client,
                                        .outcome = (uint8_t)attempt->outcome,
                                        .web = true,
                                        .port = attempt->flow.server_port,
                                        .frame = attempt->frame[0]};
    if (attempt->service == SERVICE_SWG)
        add(journal, &entry);
}

static int by_time(const void *one, const void *other)
{
    const struct journal_entry *a = one, *b = other;
    if (a->sent != b->sent)
        return a->sent < b->sent ? -1 : 1;
    if (a->frame.file != b->frame.file)
        return a->frame.file < b->frame.file ? -1 : 1;
    return a->frame.number < b->frame.number ? -1 : a->frame.number > b->frame.number;
}

void journal_sort(struct journal *journal)
{
    if (journal->count > 1)
        qsort(journal->entry, journal->count, sizeof *journal->entry, by_time);
    journal->oldest = 0;
}

size_t journal_from(const struct journal *journal, nstime t)
{
    size_t low = 0, high = journal->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (journal->entry[middle].sent < t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
