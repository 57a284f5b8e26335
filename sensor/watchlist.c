/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watchlist: see watchlist.h. What is configured stays; what is learnt is bounded, and of it the
 * least recently named or used goes first. */
#include "sensor/watchlist.h"

#include <stdlib.h>

#include "decoders/hash.h"
#include "decoders/table.h"
#include "sensor/watch_item.h"
#include "sensor/watch_set.h"

/* Names of SWGs as configured: sorted, for every DNS packet asks. */
struct name_list {
    char **name; /* owned */
    size_t count;
};

/* An address or a name that an answer taught; a name has no address. */
struct lesson_entry {
    struct table_entry head;
    struct learnt what;
    nstime span;  /* how long it is watched after it was named or used */
    nstime until; /* watched to here, included */
};

struct watchlist {
    struct watch_set resolvers, swgs;
    struct name_list names, suffixes;
    struct table addresses, learnt_names; /* of struct lesson_entry */
    nstime learn_for;
    uint64_t key[2];
    uint64_t generation, evicted;
};

/* Answers of a policy that blocks a name, no servers of the SWG (domain fact 1.12). */
static const struct {
    struct addr low, high;
} block_pages[] = {
    {{ADDR_IPV4, {146, 112, 61, 104}}, {ADDR_IPV4, {146, 112, 61, 119}}},
    {{ADDR_IPV4, {146, 112, 199, 0}}, {ADDR_IPV4, {146, 112, 199, 255}}},
    {{ADDR_IPV6, {0x26, 0x20, 0x01, 0x19, 0, 0x18, [14] = 0x01, [15] = 0x13}},
     {ADDR_IPV6, {0x26, 0x20, 0x01, 0x19, 0, 0x18, [14] = 0x01, [15] = 0x19}}},
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool name_list_init(struct name_list *names, const struct config_list *list, unsigned accept,
                           char error[CONFIG_ERROR])
{
    struct watch_item item;
    char problem[WATCH_ERROR_TEXT];

    names->name = calloc(list->count + 1, sizeof *names->name);
    bool good = names->name != NULL;
    for (size_t i = 0; good && i < list->count; i++) {
        if (!watch_item_parse(list->item[i], accept, &item, problem)) {
            snprintf(error, CONFIG_ERROR, "The list of SWG names has a bad item: %s", problem);
            return false;
        }
        good = (names->name[i] = strdup(item.name)) != NULL;
        names->count += good;
    }
    if (!good) {
        snprintf(error, CONFIG_ERROR, "The list of SWG names does not fit into memory.");
        return false;
    }
    qsort(names->name, names->count, sizeof *names->name, compare_names);
    return true;
}

static void name_list_free(struct name_list *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->name[i]);
    free(names->name);
}

/* Into sets that are empty; what was made on the way to an error is freed by free_sets(). */
static bool make_sets(struct watchlist *w, const struct config *config, char error[CONFIG_ERROR])
{
    w->learn_for = config->swg.learn_for;
    return watch_set_init(&w->resolvers, &config->resolvers, "The list of resolvers", error) &&
           watch_set_init(&w->swgs, &config->swg.addresses, "The list of SWG addresses", error) &&
           name_list_init(&w->names, &config->swg.names, WATCH_ACCEPT_NAME, error) &&
           name_list_init(&w->suffixes, &config->swg.suffixes, WATCH_ACCEPT_SUFFIX, error);
}

static void free_sets(struct watchlist *w)
{
    watch_set_free(&w->resolvers);
    watch_set_free(&w->swgs);
    name_list_free(&w->names);
    name_list_free(&w->suffixes);
}

bool watchlist_configure(struct watchlist *w, const struct config *config, char error[CONFIG_ERROR])
{
    struct watchlist made = {0};

    if (!make_sets(&made, config, error)) {
        free_sets(&made);
        return false;
    }
    free_sets(w);
    w->resolvers = made.resolvers;
    w->swgs = made.swgs;
    w->names = made.names;
    w->suffixes = made.suffixes;
    w->learn_for = made.learn_for;
    w->generation++;
    return true;
}

struct watchlist *watchlist_new(const struct config *config, const uint64_t key[2],
                                char error[CONFIG_ERROR])
{
    struct watchlist *w = calloc(1, sizeof *w);

    if (!w) {
        snprintf(error, CONFIG_ERROR, "There is not enough memory for the list of what to watch.");
        return NULL;
    }
    w->key[0] = key[0];
    w->key[1] = key[1];
    table_init(&w->addresses, sizeof(struct lesson_entry), config->limits.learnt);
    table_init(&w->learnt_names, sizeof(struct lesson_entry), config->limits.learnt);
    if (make_sets(w, config, error))
        return w;
    watchlist_free(w);
    return NULL;
}

static void forget(struct table *table, struct lesson_entry *e)
{
    free(e->what.name);
    table_remove(table, e);
}

static void forget_all(struct table *table)
{
    for (struct lesson_entry *e; (e = table_oldest(table));)
        forget(table, e);
    table_free(table);
}

void watchlist_free(struct watchlist *w)
{
    if (!w)
        return;
    forget_all(&w->addresses);
    forget_all(&w->learnt_names);
    free_sets(w);
    free(w);
}

static uint64_t hash_addr(const struct watchlist *w, const struct addr *addr)
{
    return hash_bytes(w->key, addr, sizeof *addr);
}

static uint64_t hash_name(const struct watchlist *w, const char *name)
{
    return hash_bytes(w->key, name, strlen(name));
}

static struct lesson_entry *find_addr(const struct watchlist *w, const struct addr *addr)
{
    if (w->addresses.used == 0) /* most packets of most captures */
        return NULL;
    struct lesson_entry *e = table_first(&w->addresses, hash_addr(w, addr));
    while (e && !addr_equal(&e->what.addr, addr))
        e = table_next(e);
    return e;
}

static struct lesson_entry *find_name(const struct watchlist *w, const char *name)
{
    if (w->learnt_names.used == 0)
        return NULL;
    struct lesson_entry *e = table_first(&w->learnt_names, hash_name(w, name));
    while (e && strcmp(e->what.name, name) != 0)
        e = table_next(e);
    return e;
}

bool watchlist_resolver(const struct watchlist *w, const struct addr *addr, uint16_t port)
{
    return (port == 53 || port == 443) && watch_set_has(&w->resolvers, addr);
}

bool watchlist_swg_configured(const struct watchlist *w, const struct addr *addr)
{
    return watch_set_has(&w->swgs, addr);
}

bool watchlist_swg(const struct watchlist *w, const struct addr *addr, nstime now)
{
    if (watch_set_has(&w->swgs, addr))
        return true;
    const struct lesson_entry *e = find_addr(w, addr);
    return e && now <= e->until;
}

/* The dot that a suffix begins with must part labels: "a\.sigproxy…" is one label with a dot in it,
 * and belongs to whoever owns the rest of the name. */
static bool ends_so(const char *name, size_t length, const char *suffix)
{
    size_t tail = strlen(suffix);

    return length > tail && name[length - tail - 1] != '\\' &&
           memcmp(name + length - tail, suffix, tail) == 0;
}

static bool configured_name(const struct watchlist *w, const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < w->suffixes.count; i++) {
        if (ends_so(name, length, w->suffixes.name[i]))
            return true;
    }
    return bsearch(&name, w->names.name, w->names.count, sizeof *w->names.name, compare_names) !=
           NULL;
}

bool watchlist_swg_name(const struct watchlist *w, const char *name, nstime now)
{
    if (configured_name(w, name))
        return true;
    const struct lesson_entry *e = find_name(w, name);
    return e && now <= e->until;
}

bool watchlist_is_block_page(const struct addr *addr)
{
    for (size_t i = 0; i < sizeof block_pages / sizeof *block_pages; i++) {
        if (addr_compare(addr, &block_pages[i].low) >= 0 &&
            addr_compare(addr, &block_pages[i].high) <= 0)
            return true;
    }
    return false;
}

static bool can_be_swg(const struct addr *addr)
{
    return addr_is_public(addr) && !watchlist_is_block_page(addr);
}

bool watchlist_refuses(const struct watchlist *w, const struct addr *addr)
{
    return !can_be_swg(addr) && !watchlist_swg_configured(w, addr);
}

static nstime later(nstime now, nstime span)
{
    return now > NSTIME_NEVER - span ? NSTIME_NEVER : now + span;
}

/* Named or used: watched for another span, and the last to be evicted. A capture's time may step
 * back; the watch is never cut short by that. */
static void renew(struct table *table, struct lesson_entry *e, nstime now)
{
    nstime until = later(now, e->span);

    if (until > e->until)
        e->until = until;
    table_wake(table, e, e->until);
    list_remove(&e->head.age);
    list_append(&table->age, &e->head.age);
}

/* Makes room: what is over goes, then the least recently named or used. */
static void make_room(struct watchlist *w, struct table *table, nstime now)
{
    struct lesson_entry *e;
    uint64_t gone = 0;

    for (; (e = table_due(table, now)); gone++)
        forget(table, e);
    if (table_full(table)) {
        forget(table, table_oldest(table));
        w->evicted++;
        gone++;
    }
    if (table == &w->addresses)
        w->generation += gone;
}

static struct lesson_entry *add(struct watchlist *w, struct table *table, uint64_t hash,
                                const char *name, nstime now)
{
    make_room(w, table, now);
    char *copy = strdup(name);
    struct lesson_entry *e = copy ? table_add(table, hash) : NULL;
    if (!e) {
        free(copy);
        return NULL;
    }
    e->what.name = copy;
    e->until = now;
    return e;
}

/* The longer of the answer's TTL and the configured time. RFC 2181 8: a TTL with the top bit set is
 * to be taken as zero. */
static void lengthen(struct lesson_entry *e, const struct watchlist *w, uint32_t ttl)
{
    nstime span = ttl > INT32_MAX ? 0 : (nstime)ttl * NS_PER_SEC;

    if (span < w->learn_for)
        span = w->learn_for;
    e->span = span;
}

/* The sensor had looked it up itself; now there is a frame that anybody can look at. */
static void prove(struct lesson_entry *e, const char *name, struct frame_ref frame)
{
    char *copy = strdup(name);

    if (!copy)
        return;
    free(e->what.name);
    e->what.name = copy;
    e->what.frame = frame;
}

bool watchlist_learn(struct watchlist *w, nstime now, const char *name, const struct addr *addr,
                     uint32_t ttl, struct frame_ref frame)
{
    if (!can_be_swg(addr))
        return false;
    struct lesson_entry *e = find_addr(w, addr);
    if (e && now > e->until) { /* it was over: this answer is what teaches it now */
        forget(&w->addresses, e);
        w->generation++;
        e = NULL;
    }
    if (!e) {
        e = add(w, &w->addresses, hash_addr(w, addr), name, now);
        if (!e)
            return false;
        e->what.addr = *addr;
        e->what.frame = frame;
        w->generation++;
    }
    if (e->what.frame.number == 0 && frame.number > 0)
        prove(e, name, frame);
    lengthen(e, w, ttl);
    renew(&w->addresses, e, now);
    return true;
}

bool watchlist_learn_name(struct watchlist *w, nstime now, const char *name, uint32_t ttl)
{
    if (configured_name(w, name))
        return true;
    struct lesson_entry *e = find_name(w, name);
    if (!e)
        e = add(w, &w->learnt_names, hash_name(w, name), name, now);
    if (!e)
        return false;
    lengthen(e, w, ttl);
    renew(&w->learnt_names, e, now);
    return true;
}

void watchlist_used(struct watchlist *w, nstime now, const struct addr *addr)
{
    struct lesson_entry *e = find_addr(w, addr);

    if (e && now <= e->until)
        renew(&w->addresses, e, now);
}

const struct learnt *watchlist_learnt(const struct watchlist *w, const struct addr *addr)
{
    const struct lesson_entry *e = find_addr(w, addr);
    return e ? &e->what : NULL;
}

static struct prefix lone_prefix(const struct addr *addr)
{
    return (struct prefix){.addr = *addr, .bits = addr->family == ADDR_IPV4 ? 32 : 128};
}

/* The set, with room for `more`. NULL where memory is out. */
static struct prefix *list_set(const struct watch_set *set, size_t more, size_t *count)
{
    struct prefix *list = calloc(set->slots + set->prefixes + more + 1, sizeof *list);

    *count = 0;
    if (!list)
        return NULL;
    for (size_t i = 0; i < set->slots; i++) {
        if (set->slot[i].family != ADDR_NONE)
            list[(*count)++] = lone_prefix(&set->slot[i]);
    }
    for (size_t i = 0; i < set->prefixes; i++)
        list[(*count)++] = set->prefix[i];
    return list;
}

bool watchlist_snapshot(const struct watchlist *w, struct watch_snapshot *out)
{
    *out = (struct watch_snapshot){
        .generation = w->generation,
        .any_resolver = w->resolvers.any,
        .any_swg = w->swgs.any,
    };
    out->resolver = list_set(&w->resolvers, 0, &out->resolvers);
    out->swg = list_set(&w->swgs, w->addresses.used, &out->swgs);
    if (!out->resolver || !out->swg)
        return false;
    for (struct lesson_entry *e = table_oldest(&w->addresses); e;
         e = table_younger(&w->addresses, e))
        out->swg[out->swgs++] = lone_prefix(&e->what.addr);
    return true;
}

void watch_snapshot_free(struct watch_snapshot *snapshot)
{
    free(snapshot->resolver);
    free(snapshot->swg);
    *snapshot = (struct watch_snapshot){0};
}

uint64_t watchlist_generation(const struct watchlist *w)
{
    return w->generation;
}

uint64_t watchlist_evicted(const struct watchlist *w)
{
    return w->evicted;
}

size_t watchlist_learnt_count(const struct watchlist *w)
{
    return w->addresses.used;
}
