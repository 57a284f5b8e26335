/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolve: the sensor's own lookups of the SWG's names, by c-ares in the event loop: A and AAAA,
 * again before their TTL ends, after failures at longer and longer intervals. What they give is put
 * on the watchlist; their packets are noted as the sensor's own. The one thing that it ever sends,
 * and --no-resolve turns it off. */
#ifndef SENSOR_RESOLVE_H
#define SENSOR_RESOLVE_H

#include "sensor/config.h"
#include "sensor/loop.h"
#include "sensor/own_flows.h"
#include "sensor/watchlist.h"

struct resolve;

struct resolve_options {
    const struct config *config; /* swg: names, resolver, lookup_min, lookup_max */
    struct loop *loop;
    struct watchlist *watchlist;
    struct own_flows *own;
    void *context;
    /* The moment from which what is learnt counts: by the clock of the packets. */
    nstime (*now)(void *context);
    /* A full sentence for people: a name that can't be looked up, once; and that it can again. */
    void (*tell)(void *context, const char *sentence);
};

struct resolve_counts {
    uint64_t asked, answered, failed; /* lookups of one name and family */
    uint64_t learnt;                  /* addresses put on the watchlist or kept there */
};

/* Whether this build has c-ares. */
bool resolve_available(void);

/* Copies the names. options' pointers are to outlive it. NULL with a sentence in error, also where
 * the build has no c-ares. Nothing is sent before resolve_start(). */
struct resolve *resolve_new(const struct resolve_options *options, char error[CONFIG_ERROR]);
void resolve_free(struct resolve *resolve);

/* "Looks up 3 names with 192.0.2.53". Returns out. */
char *resolve_describe(const struct resolve *resolve, char out[CONFIG_ERROR]);

void resolve_start(struct resolve *resolve);
/* A link is back, or the machine has slept: what failed is tried at once. */
void resolve_retry(struct resolve *resolve);
/* Every name was looked up once, with whatever result. */
bool resolve_settled(const struct resolve *resolve);

struct resolve_counts resolve_counts(const struct resolve *resolve);

/* For a replay (--resolve): looks all names up once and waits for it, at most `wait`, while *stop
 * is not set. Says what it does to talk, unless that is NULL. False with a sentence in error where
 * no lookup could be made at all. */
bool resolve_once(const struct config *config, struct watchlist *watchlist, nstime wait,
                  const volatile int *stop, FILE *talk, char error[CONFIG_ERROR]);

#endif
