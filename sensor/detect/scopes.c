/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scopes: see scopes.h. A member is taken out of the counters before it changes, and put in again
 * after: so they cannot drift from what the members are. */
#include "sensor/detect/scopes.h"

#include <stdlib.h>

#include "sensor/detect/segments.h"

#define SITE_IPV4     1u
#define SITE_IPV6     2u
#define FIRST_SEGMENT 3u

/* Whether a client is active is not noted more often. */
#define ACTIVITY_GRAIN NS_PER_SEC

TAILQ_HEAD(member_list, scope_member);

struct scopes {
    const struct config *config;
    struct segments segments;
    struct scope (*scope)[PROTECTION_COUNT]; /* by number; 0 stays empty */
    struct member_list active;
};

struct scopes *scopes_new(const struct config *config)
{
    struct scopes *scopes = calloc(1, sizeof *scopes);
    if (!scopes)
        return NULL;
    scopes->config = config;
    TAILQ_INIT(&scopes->active);
    bool good = segments_init(&scopes->segments, &config->segments);
    scopes->scope = calloc(FIRST_SEGMENT + scopes->segments.count, sizeof *scopes->scope);
    if (!good || !scopes->scope) {
        scopes_free(scopes);
        return NULL;
    }
    return scopes;
}

void scopes_free(struct scopes *scopes)
{
    if (!scopes)
        return;
    segments_free(&scopes->segments);
    free(scopes->scope);
    free(scopes);
}

size_t scopes_count(const struct scopes *scopes)
{
    return FIRST_SEGMENT + scopes->segments.count;
}

struct scope *scopes_at(struct scopes *scopes, size_t number, enum protection protection)
{
    return &scopes->scope[number][protection];
}

const struct segment *scopes_segment(const struct scopes *scopes, size_t number)
{
    return number < FIRST_SEGMENT ? NULL : &scopes->segments.item[number - FIRST_SEGMENT];
}

enum addr_family scopes_family(const struct scopes *scopes, size_t number)
{
    if (number < FIRST_SEGMENT)
        return number == SITE_IPV6 ? ADDR_IPV6 : ADDR_IPV4;
    return (enum addr_family)scopes_segment(scopes, number)->net.addr.family;
}

/* --- counters -------------------------------------------------------------------------------- */

static unsigned degraded(uint8_t code)
{
    return code == NOTICE_DNS_DEGRADED || code == NOTICE_WEB_DEGRADED;
}

static struct scope_group *group_of(struct scope *scope, const struct scope_use *use)
{
    return &scope->group[degraded(use->code)][use->cause];
}

const struct scope_group *scope_group(const struct scope *scope, enum notice_code code,
                                      enum cause cause)
{
    return &scope->group[degraded((uint8_t)code)][cause];
}

/* A client that has failed for a day is no part of what began a minute ago. */
static void join(struct scope_group *group, nstime since, nstime window)
{
    if (group->clients++ == 0 || since > group->newest + window) {
        group->since = group->newest = since;
        return;
    }
    if (since > group->newest)
        group->newest = since;
    if (since < group->since && since + window >= group->since)
        group->since = since;
}

static bool folded_into(const struct scope *scope, const struct scope_use *use)
{
    return scope->alert.id && scope->alert.id == use->folded;
}

static void count(const struct scopes *scopes, struct scope *scope, const struct scope_use *use,
                  bool in)
{
    const uint32_t one = in ? 1 : UINT32_MAX; /* UINT32_MAX: one less */
    scope->active += one;
    if (use->state == MEMBER_WELL)
        scope->well += one;
    if (use->state != MEMBER_FAILING)
        return;
    if (in)
        join(group_of(scope, use), use->since, scopes->config->alerts.scope_window);
    else
        group_of(scope, use)->clients--;
    if (!folded_into(scope, use))
        return;
    scope->folded_active += one;
    if (scope->folded_active > scope->most) {
        scope->most = scope->folded_active;
        scope->most_of = scope->active;
    }
}

static void tally(struct scopes *scopes, const struct scope_member *member,
                  enum protection protection, bool in)
{
    const struct scope_use *use = &member->use[protection];
    if (!member->active || !use->uses)
        return;
    count(scopes, scopes_at(scopes, member->site, protection), use, in);
    if (member->segment)
        count(scopes, scopes_at(scopes, member->segment, protection), use, in);
}

/* --- activity -------------------------------------------------------------------------------- */

static void set_active(struct scopes *scopes, struct scope_member *member, bool active)
{
    for (int p = 0; p < PROTECTION_COUNT; p++) {
        tally(scopes, member, (enum protection)p, false);
        /* Who comes back may be elsewhere by now: that it worked says nothing any more. */
        if (!active && member->use[p].state == MEMBER_WELL)
            member->use[p].state = MEMBER_UNKNOWN;
    }
    if (member->active)
        TAILQ_REMOVE(&scopes->active, member, by_activity);
    member->active = active;
    if (active)
        TAILQ_INSERT_TAIL(&scopes->active, member, by_activity);
    for (int p = 0; p < PROTECTION_COUNT; p++)
        tally(scopes, member, (enum protection)p, true);
}

static void expire(struct scopes *scopes, nstime now)
{
    struct scope_member *oldest = TAILQ_FIRST(&scopes->active);
    while (oldest && now - oldest->seen > scopes->config->alerts.scope_window) {
        set_active(scopes, oldest, false);
        oldest = TAILQ_FIRST(&scopes->active);
    }
}

void scopes_seen(struct scopes *scopes, struct scope_member *member, const struct addr *client,
                 const struct vlan_tags *tags, nstime now)
{
    if (!member->site) {
        size_t segment = segments_find(&scopes->segments, client, tags);
        member->site = client->family == ADDR_IPV6 ? SITE_IPV6 : SITE_IPV4;
        if (segment < scopes->segments.count)
            member->segment = (uint16_t)(FIRST_SEGMENT + segment);
    }
    if (member->active && now - member->seen < ACTIVITY_GRAIN)
        return;
    member->seen = now;
    if (member->active) {
        TAILQ_REMOVE(&scopes->active, member, by_activity);
        TAILQ_INSERT_TAIL(&scopes->active, member, by_activity);
    } else {
        set_active(scopes, member, true);
    }
    expire(scopes, now);
}

void scopes_uses(struct scopes *scopes, struct scope_member *member, enum protection protection)
{
    if (member->use[protection].uses)
        return;
    member->use[protection].uses = true;
    tally(scopes, member, protection, true);
}

void scopes_leave(struct scopes *scopes, struct scope_member *member)
{
    for (int p = 0; p < PROTECTION_COUNT; p++)
        scopes_fails_no_more(scopes, member, (enum protection)p, false);
    if (member->active)
        set_active(scopes, member, false);
    *member = (struct scope_member){0};
}

void scopes_gap(struct scopes *scopes)
{
    while (!TAILQ_EMPTY(&scopes->active))
        set_active(scopes, TAILQ_FIRST(&scopes->active), false);
}

/* --- failures -------------------------------------------------------------------------------- */

void scopes_fails(struct scopes *scopes, struct scope_member *member, enum protection protection,
                  enum notice_code code, enum cause cause, nstime since)
{
    struct scope_use *use = &member->use[protection];
    tally(scopes, member, protection, false);
    use->uses = true;
    use->state = MEMBER_FAILING;
    use->code = (uint8_t)code;
    use->cause = (uint8_t)cause;
    use->since = since;
    tally(scopes, member, protection, true);
}

static void unfold(struct scopes *scopes, const struct scope_member *member,
                   enum protection protection)
{
    struct scope *site = scopes_at(scopes, member->site, protection);
    struct scope *segment = scopes_at(scopes, member->segment, protection);
    if (folded_into(site, &member->use[protection]))
        site->folded--;
    else if (folded_into(segment, &member->use[protection]))
        segment->folded--;
}

void scopes_fails_no_more(struct scopes *scopes, struct scope_member *member,
                          enum protection protection, bool well)
{
    struct scope_use *use = &member->use[protection];
    const uint8_t state = well ? MEMBER_WELL : MEMBER_UNKNOWN;
    if (use->state == state)
        return;
    tally(scopes, member, protection, false);
    if (use->state == MEMBER_FAILING)
        unfold(scopes, member, protection);
    use->state = state;
    use->folded = 0;
    tally(scopes, member, protection, true);
}

/* --- width ----------------------------------------------------------------------------------- */

static bool share_reached(uint64_t clients, uint64_t of, uint64_t percent)
{
    return clients * 100 >= of * percent;
}

bool scopes_widens(const struct scopes *scopes, const struct scope *scope, enum notice_code code,
                   enum cause cause)
{
    const uint32_t clients = scope_group(scope, code, cause)->clients;
    return clients >= scopes->config->alerts.scope_clients &&
           share_reached(clients, scope->active, scopes->config->alerts.scope_percent);
}

/* Half of what it takes to begin. Clients are probed in rounds, so about the threshold some come
 * and go all the time, but no single round takes half of them. Silence is no recovery: as long as
 * nobody is known to work, the alert stands. */
bool scopes_over(const struct scopes *scopes, const struct scope *scope)
{
    const uint32_t least = (scopes->config->alerts.scope_clients + 1) / 2;
    if (scope->folded == 0)
        return true;
    return scope->well > 0 && (scope->folded_active < least ||
                               !share_reached(2 * (uint64_t)scope->folded_active, scope->active,
                                              scopes->config->alerts.scope_percent));
}

/* --- folding --------------------------------------------------------------------------------- */

static bool stands_for(const struct scope *scope, const struct scope_use *use, bool told)
{
    if (folded_into(scope, use))
        return true;
    return use->state == MEMBER_FAILING && scope->alert.cause == use->cause &&
           (scope->alert.code == use->code || (!told && degraded(use->code)));
}

size_t scopes_cover(struct scopes *scopes, const struct scope_member *member,
                    enum protection protection, bool told)
{
    const size_t numbers[] = {member->site, member->segment};
    const struct scope_use *use = &member->use[protection];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const struct scope *scope = scopes_at(scopes, numbers[i], protection);
        if (scope->alert.id && stands_for(scope, use, told))
            return numbers[i];
    }
    return 0;
}

void scopes_fold(struct scopes *scopes, struct scope_member *member, enum protection protection,
                 size_t number)
{
    struct scope *scope = scopes_at(scopes, number, protection);
    struct scope_use *use = &member->use[protection];
    if (folded_into(scope, use))
        return;
    tally(scopes, member, protection, false);
    unfold(scopes, member, protection);
    use->folded = scope->alert.id;
    scope->folded++;
    tally(scopes, member, protection, true);
}

void scopes_release(struct scope *scope, nstime now)
{
    scope->alert = (struct alert_state){0};
    scope->ended = now;
    scope->folded = scope->folded_active = scope->most = scope->most_of = 0;
}

bool scopes_waits(struct scopes *scopes, const struct scope_member *member,
                  enum protection protection, nstime last_bad)
{
    const nstime site = scopes_at(scopes, member->site, protection)->ended;
    const nstime segment = scopes_at(scopes, member->segment, protection)->ended;
    return member->use[protection].folded && !scopes_cover(scopes, member, protection, false) &&
           last_bad <= (site > segment ? site : segment);
}
