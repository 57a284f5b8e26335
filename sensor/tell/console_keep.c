/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console_keep: see console_keep.h. */
#include "console_keep.h"

#include <stdlib.h>
#include <string.h>

void keep_init(struct keep *k, size_t detail)
{
    *k = (struct keep){.detail = detail};
}

static void free_client(struct client_full *client)
{
    for (size_t i = 0; client && i < PROTECTION_COUNT; i++)
        free(client->trace[i]);
    free(client);
}

void keep_free(struct keep *k)
{
    for (size_t i = 0; i < k->full_count; i++)
        free_client(k->full[i]);
    free(k->full);
    free_client(k->pending);
    free(k->brief);
    free(k->worst);
    keep_init(k, 0);
}

static enum rank rank_of(enum status status)
{
    static const enum rank ranks[STATUS_COUNT] = {
        [STATUS_UNPROTECTED] = RANK_FAILING,       [STATUS_UNAVAILABLE] = RANK_FAILING,
        [STATUS_DEGRADED] = RANK_DEGRADED,         [STATUS_PROTECTED] = RANK_PROTECTED,
        [STATUS_UNDETERMINED] = RANK_UNDETERMINED,
    };
    return ranks[status];
}

static int compare(enum rank rank, const struct addr *addr, enum rank other_rank,
                   const struct addr *other_addr)
{
    if (rank != other_rank)
        return rank < other_rank ? -1 : 1;
    return addr_compare(addr, other_addr);
}

/* Room for one more item of that size; NULL leaves the old block as it is. */
static void *grown(void *items, size_t *size, size_t count, size_t item)
{
    if (count < *size)
        return items;
    const size_t wanted = *size ? *size * 2 : 16;
    void *more = wanted > SIZE_MAX / item ? NULL : realloc(items, wanted * item);
    if (more)
        *size = wanted;
    return more;
}

/* Puts the pending client among the worst, if it is one of them. What it pushes out is taken for
 * the next client, so no more than detail + 1 are ever held. */
static void commit(struct keep *k)
{
    if (!k->has_pending)
        return;
    k->has_pending = false;
    struct client_full *client = k->pending;
    size_t at = k->full_count;
    while (at > 0 && compare(client->rank, &client->client, k->full[at - 1]->rank,
                             &k->full[at - 1]->client) < 0)
        at--;
    if (at >= k->detail)
        return;
    if (k->full_count < k->detail) {
        void *full = grown(k->full, &k->full_size, k->full_count, sizeof(struct client_full *));
        if (!full) {
            k->failed = true;
            return;
        }
        k->full = full;
        k->full_count++;
        k->pending = NULL;
    } else {
        k->pending = k->full[k->full_count - 1];
    }
    memmove(&k->full[at + 1], &k->full[at], (k->full_count - 1 - at) * sizeof *k->full);
    k->full[at] = client;
}

static struct client_brief *add_brief(struct keep *k, const struct judgement *judgement)
{
    void *brief = grown(k->brief, &k->brief_size, k->brief_count, sizeof *k->brief);
    if (!brief) {
        k->failed = true;
        return NULL;
    }
    k->brief = brief;
    struct client_brief *b = &k->brief[k->brief_count++];
    *b = (struct client_brief){
        .client = judgement->client, .role = judgement->role, .rank = RANK_PROTECTED};
    return b;
}

static void begin_client(struct keep *k, const struct judgement *judgement)
{
    if (!k->pending)
        k->pending = calloc(1, sizeof *k->pending);
    if (!k->pending) {
        k->failed = true;
        return;
    }
    k->has_pending = true;
    k->pending->client = judgement->client;
    k->pending->rank = RANK_PROTECTED;
    for (size_t i = 0; i < PROTECTION_COUNT; i++)
        k->pending->given[i] = false;
}

static void take_whole(struct keep *k, struct client_full *client,
                       const struct judgement *judgement)
{
    struct judgement *kept = &client->judgement[judgement->protection];
    struct trace **trace = &client->trace[judgement->protection];
    client->given[judgement->protection] = true;
    *kept = *judgement;
    kept->trace = NULL; /* the one given is valid for this call only */
    if (!judgement->trace)
        return;
    if (!*trace)
        *trace = malloc(sizeof **trace);
    if (!*trace) {
        k->failed = true;
        return;
    }
    **trace = *judgement->trace;
    kept->trace = *trace;
}

void keep_verdict(struct keep *k, const struct judgement *judgement)
{
    struct client_brief *b = k->brief_count > 0 ? &k->brief[k->brief_count - 1] : NULL;
    if (!b || !addr_equal(&b->client, &judgement->client)) {
        commit(k);
        b = add_brief(k, judgement);
        if (!b)
            return;
        begin_client(k, judgement);
    }

    const enum rank rank = rank_of(judgement->status);
    if (rank < b->rank)
        b->rank = rank;
    b->protection[judgement->protection] = (struct protection_brief){
        .given = true,
        .status = judgement->status,
        .cause = judgement->cause,
        .reason = judgement->reason,
        .confidence = judgement->confidence,
        .last_good = judgement->last_good,
        .first_bad = judgement->first_bad,
    };
    if (k->has_pending) {
        k->pending->rank = b->rank;
        take_whole(k, k->pending, judgement);
    }
}

/* What the alert was at its worst: a fault that fades away ends as degraded, but people remember
 * that nothing worked. Of one protection's codes the worse stands first. */
static enum notice_code worst_code(struct keep *k, const struct notice *notice)
{
    const size_t at = (size_t)notice->id;
    if (notice->id >= KEEP_WORST)
        return notice->code;
    if (at >= k->worst_size) {
        const size_t size = at < 64 ? 64 : at * 2;
        uint8_t *worst = realloc(k->worst, size);
        if (!worst)
            return notice->code;
        memset(worst + k->worst_size, 0, size - k->worst_size);
        k->worst = worst;
        k->worst_size = size;
    }
    if (k->worst[at] == 0 || k->worst[at] > notice->code + 1)
        k->worst[at] = (uint8_t)(notice->code + 1);
    return (enum notice_code)(k->worst[at] - 1);
}

void keep_alert(struct keep *k, const struct notice *notice)
{
    const enum notice_code code = worst_code(k, notice);
    if (notice->resolution == RESOLUTION_NONE || notice->resolution == RESOLUTION_FOLDED)
        return;
    if (k->over_count < KEEP_OVER) {
        struct over *over = &k->over[k->over_count];
        *over = (struct over){
            .wide = notice->of > 0,
            .count = notice->count,
            .of = notice->of,
            .code = code,
            .resolution = notice->resolution,
            .cause = notice->cause,
            .confidence = notice->confidence,
            .since = notice->since,
            .until = notice->time,
        };
        notice_who(notice, over->who);
    }
    k->over_count++;
}

static int compare_briefs(const void *left, const void *right)
{
    const struct client_brief *a = left, *b = right;
    return compare(a->rank, &a->client, b->rank, &b->client);
}

void keep_finish(struct keep *k)
{
    commit(k);
    if (k->brief_count > 0)
        qsort(k->brief, k->brief_count, sizeof *k->brief, compare_briefs);
}

void keep_forget(struct keep *k)
{
    for (size_t i = 0; i < k->full_count; i++)
        free_client(k->full[i]);
    k->full_count = 0;
    k->brief_count = 0;
    k->has_pending = false;
}
