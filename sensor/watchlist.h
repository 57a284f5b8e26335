/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watchlist: which addresses and names are watched: resolvers and SWGs as configured, and SWG
 * addresses learnt from DNS answers. A leaf: it calls nobody. Learning is never retroactive. */
#ifndef SENSOR_WATCHLIST_H
#define SENSOR_WATCHLIST_H

#include "decoders/frame.h"
#include "sensor/config.h"

struct watchlist;

/* An SWG address and the answer that taught it. */
struct learnt {
    struct addr addr;
    char *name;             /* the SWG name that was looked up */
    struct frame_ref frame; /* the answer; number 0: to the sensor's own lookup, so none was seen */
};

/* error gets a full sentence that names the bad item where a resolver or SWG is neither address,
 * prefix, "any" nor (SWG only) a host name. */
struct watchlist *watchlist_new(const struct config *config, const uint64_t key[2],
                                char error[CONFIG_ERROR]);
void watchlist_free(struct watchlist *w);
/* What is configured gives way to another configuration's; what was learnt stays. False with a
 * sentence in error as above: then nothing has changed. */
bool watchlist_configure(struct watchlist *w, const struct config *config,
                         char error[CONFIG_ERROR]);

/* Resolvers are watched on ports 53 and 443, SWGs on any TCP port. */
bool watchlist_resolver(const struct watchlist *w, const struct addr *addr, uint16_t port);
bool watchlist_swg(const struct watchlist *w, const struct addr *addr, nstime now);
/* Named with -s or in the configuration: never counted as a sinkhole. */
bool watchlist_swg_configured(const struct watchlist *w, const struct addr *addr);
/* `name` as dns.h makes it. */
bool watchlist_swg_name(const struct watchlist *w, const char *name, nstime now);

/* One of the vendor's pages to which a policy sends a blocked name (domain fact 1.12). */
bool watchlist_is_block_page(const struct addr *addr);
/* No SWG can be there: not public, or a block page; and it is not configured. */
bool watchlist_refuses(const struct watchlist *w, const struct addr *addr);

/* Learn for the TTL (seconds) or swg.learn_for, whichever is longer. Addresses that no SWG can have
 * (not public, block pages) are refused: false. name is copied. */
bool watchlist_learn(struct watchlist *w, nstime now, const char *name, const struct addr *addr,
                     uint32_t ttl, struct frame_ref frame);
bool watchlist_learn_name(struct watchlist *w, nstime now, const char *name, uint32_t ttl);
/* A connection to the address was tried or opened: it is watched on for another while. */
void watchlist_used(struct watchlist *w, nstime now, const struct addr *addr);

/* Everything that is watched by its address, for whoever builds a capture filter. */
struct watch_snapshot {
    uint64_t generation; /* of the watchlist it was taken from */
    bool any_resolver, any_swg;
    struct prefix *resolver, *swg; /* lone addresses with all their bits; in no order; owned */
    size_t resolvers, swgs;
};

/* Learnt addresses are in it until they are forgotten, which may be a while after their time.
 * False where memory is out. Free it in either case. */
bool watchlist_snapshot(const struct watchlist *w, struct watch_snapshot *out);
void watch_snapshot_free(struct watch_snapshot *snapshot);

/* The answer that taught the address, even where its time is over; NULL. Valid until the next that
 * is learnt. */
const struct learnt *watchlist_learnt(const struct watchlist *w, const struct addr *addr);
uint64_t watchlist_generation(const struct watchlist *w); /* grows whenever addresses change */
uint64_t watchlist_evicted(const struct watchlist *w);
size_t watchlist_learnt_count(const struct watchlist *w); /* addresses, of which some may be over */

#endif
