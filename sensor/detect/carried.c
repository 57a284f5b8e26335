/* SPDX-License-Identifier: GPL-2.0-or-later */
/* carried: see carried.h. */
#include "sensor/detect/carried.h"

#include <stdio.h>
#include <stdlib.h>

struct carried_entry {
    struct carried_alert alert;
    enum protection protection;
    bool taken;
};

bool carried_protection(enum notice_code code, enum protection *out)
{
    switch (code) {
    case NOTICE_DNS_UNPROTECTED:
    case NOTICE_DNS_DEGRADED:
        *out = PROTECTION_DNS;
        return true;
    case NOTICE_WEB_UNAVAILABLE:
    case NOTICE_WEB_DEGRADED:
        *out = PROTECTION_WEB;
        return true;
    default:
        return false;
    }
}

static int by_number(long long a, long long b)
{
    return (a > b) - (a < b);
}

/* Whom it is about: the same order as below, without ids. */
static int compare(const struct carried_entry *a, const struct carried_entry *b)
{
    int order = by_number(a->protection, b->protection);
    if (!order)
        order = by_number(a->alert.scope, b->alert.scope);
    if (!order)
        order = by_number(a->alert.family, b->alert.family);
    if (!order && a->alert.scope == SCOPE_CLIENT)
        order = addr_compare(&a->alert.client, &b->alert.client);
    if (!order && a->alert.scope == SCOPE_SEGMENT) {
        order = addr_compare(&a->alert.segment.net.addr, &b->alert.segment.net.addr);
        if (!order)
            order = by_number(a->alert.segment.net.bits, b->alert.segment.net.bits);
        if (!order)
            order = by_number(a->alert.segment.vlan, b->alert.segment.vlan);
    }
    return order;
}

static int compare_entries(const void *a, const void *b)
{
    return compare(a, b);
}

/* Of two about the same, which no state of ours holds, one goes. */
static void thin_out(struct carried *carried)
{
    size_t kept = 0;
    for (size_t i = 0; i < carried->count; i++) {
        if (kept > 0 && compare(&carried->entry[kept - 1], &carried->entry[i]) == 0)
            kept--;
        carried->entry[kept++] = carried->entry[i];
    }
    carried->count = carried->left = kept;
}

bool carried_set(struct carried *carried, const struct carried_alert *alert, size_t count,
                 nstime due)
{
    struct carried_entry *entry = calloc(count + 1, sizeof *entry);
    if (!entry)
        return false;
    carried_free(carried);
    carried->entry = entry;
    for (size_t i = 0; i < count; i++) {
        struct carried_entry *e = &entry[carried->count];
        e->alert = alert[i];
        if (carried_protection(alert[i].code, &e->protection))
            carried->count++;
    }
    qsort(entry, carried->count, sizeof *entry, compare_entries);
    thin_out(carried);
    carried->due = carried->left ? due : NSTIME_NEVER;
    return true;
}

void carried_free(struct carried *carried)
{
    free(carried->entry);
    *carried = (struct carried){.due = NSTIME_NEVER};
}

static bool take(struct carried *carried, struct carried_entry *entry, struct carried_alert *out)
{
    if (!entry || entry->taken)
        return false;
    entry->taken = true;
    *out = entry->alert;
    if (--carried->left == 0)
        carried_free(carried);
    return true;
}

static bool take_like(struct carried *carried, const struct carried_entry *like,
                      struct carried_alert *out)
{
    return carried->left > 0 && take(carried,
                                     bsearch(like, carried->entry, carried->count,
                                             sizeof *carried->entry, compare_entries),
                                     out);
}

bool carried_take_client(struct carried *carried, const struct addr *client,
                         enum protection protection, struct carried_alert *out)
{
    const struct carried_entry like = {.protection = protection,
                                       .alert = {.scope = SCOPE_CLIENT,
                                                 .family = (enum addr_family)client->family,
                                                 .client = *client}};
    return take_like(carried, &like, out);
}

bool carried_take_wide(struct carried *carried, enum addr_family family,
                       const struct segment *segment, enum protection protection,
                       struct carried_alert *out)
{
    struct carried_entry like = {
        .protection = protection,
        .alert = {.scope = segment ? SCOPE_SEGMENT : SCOPE_SITE, .family = family}};
    if (segment)
        like.alert.segment = *segment;
    return take_like(carried, &like, out);
}

bool carried_take_next(struct carried *carried, struct carried_alert *out)
{
    for (size_t i = 0; i < carried->count; i++)
        if (!carried->entry[i].taken)
            return take(carried, &carried->entry[i], out);
    return false;
}

void carried_end(const struct carried_alert *alert, enum notice_resolution resolution, nstime now,
                 struct notice *out)
{
    *out = (struct notice){.id = alert->id,
                           .code = alert->code,
                           .resolution = resolution,
                           .severity = alert->severity,
                           .scope = alert->scope,
                           .client = alert->client,
                           .segment = alert->segment,
                           .family = alert->family,
                           .time = now,
                           .since = alert->since,
                           .count = alert->count,
                           .of = alert->of,
                           .cause = alert->cause,
                           .confidence = alert->confidence};
    snprintf(out->message, sizeof out->message, "%s",
             resolution == RESOLUTION_RECOVERED
                 ? "works again since the sensor was started anew"
                 : "has not been heard of since the sensor was started anew");
}
