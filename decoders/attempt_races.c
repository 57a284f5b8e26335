/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which attempts of one client lie close together in time. An attempt is indexed while a race with
 * it is possible: searches throw out what is too old, so the chains stay as short as the race is.
 */
#include "attempt_races.h"

#include <string.h>

#include "hash.h"

void attempt_races_init(struct attempt_races *r, nstime within, const uint64_t key[2])
{
    *r = (struct attempt_races){.within = within, .key = {key[0], key[1]}};
}

void attempt_races_free(struct attempt_races *r)
{
    chains_free(&r->by_client);
    chains_free(&r->by_mac);
}

void attempt_races_forget(struct attempt_races *r, struct attempt_entry *a)
{
    chains_remove(&r->by_client, &a->by_client);
    chains_remove(&r->by_mac, &a->by_mac);
}

static uint64_t hash_client(const struct attempt_races *r, const struct attempt_entry *a)
{
    return hash_bytes(r->key, &a->report.flow.client, sizeof a->report.flow.client);
}

static uint64_t hash_mac(const struct attempt_races *r, const struct attempt_entry *a)
{
    return hash_bytes(r->key, a->mac, sizeof a->mac);
}

/* Memory that is out costs no more than a race that is not noticed. */
static void enlist(struct attempt_races *r, struct attempt_entry *a)
{
    if (!a->by_client.at)
        (void)chains_add(&r->by_client, &a->by_client, hash_client(r, a));
    if (a->has_mac && !a->by_mac.at)
        (void)chains_add(&r->by_mac, &a->by_mac, hash_mac(r, a));
}

/* A step back of the clock may bring packets that are older than now: hence twice the time. */
static bool is_over(const struct attempt_races *r, const struct attempt_entry *a, nstime now)
{
    const nstime newest =
        a->report.opened && a->open_time > a->report.sent ? a->open_time : a->report.sent;
    return now - newest > 2 * r->within;
}

/* Whether `a` began close to the moment at which `other` opened. */
static bool beside(const struct attempt_races *r, const struct attempt_entry *a,
                   const struct attempt_entry *other)
{
    if (!other->report.opened)
        return false;
    const nstime apart = a->report.sent - other->open_time;
    return apart <= r->within && apart >= -r->within;
}

static void compare(const struct attempt_races *r, struct attempt_entry *a,
                    struct attempt_entry *other)
{
    if (beside(r, a, other))
        a->raced = true;
    if (beside(r, other, a))
        other->raced = true;
}

static void search(struct attempt_races *r, struct attempt_entry *a, nstime now)
{
    struct chain_node *next;
    struct chain_node *n = chains_first(&r->by_client, hash_client(r, a));
    for (unsigned i = 0; n && i < CHAIN_SCAN; i++, n = next) {
        struct attempt_entry *other = CONTAINER(n, struct attempt_entry, by_client);
        next = chains_next(n);
        if (other != a && is_over(r, other, now))
            chains_remove(&r->by_client, n);
        else if (other != a && addr_equal(&other->report.flow.client, &a->report.flow.client))
            compare(r, a, other);
    }
    n = a->has_mac ? chains_first(&r->by_mac, hash_mac(r, a)) : NULL;
    for (unsigned i = 0; n && i < CHAIN_SCAN; i++, n = next) {
        struct attempt_entry *other = CONTAINER(n, struct attempt_entry, by_mac);
        next = chains_next(n);
        if (other != a && is_over(r, other, now))
            chains_remove(&r->by_mac, n);
        else if (memcmp(other->mac, a->mac, sizeof a->mac) == 0 &&
                 other->report.flow.client.family != a->report.flow.client.family)
            compare(r, a, other);
    }
}

void attempt_races_note(struct attempt_races *r, struct attempt_entry *a, nstime now)
{
    if (a->report.service != SERVICE_SWG)
        return;
    enlist(r, a);
    search(r, a, now);
}
