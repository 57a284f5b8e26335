/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swg_paths: see swg_paths.h. */
#include "sensor/swg_paths.h"

struct swg_origin swg_paths_origin(const struct watchlist *watchlist, const struct client *client,
                                   enum protection protection)
{
    const struct protection_state *state = &client->protection[protection];
    const struct path *newest = NULL;
    for (unsigned i = 0; i < state->paths; i++)
        if (state->path[i].status == PATH_FAILING &&
            (!newest || state->path[i].last_sent >= newest->last_sent))
            newest = &state->path[i];
    const struct learnt *learnt = newest && protection == PROTECTION_WEB
                                      ? watchlist_learnt(watchlist, &newest->server)
                                      : NULL;
    return learnt ? (struct swg_origin){.name = learnt->name, .frame = learnt->frame}
                  : (struct swg_origin){.name = NULL};
}

/* DNS has named a newer address since, and that works: a gateway's addresses rotate, and what was
 * on its way to the old one when it went is lost. */
static bool replaced(const struct watchlist *watchlist, const struct protection_state *state,
                     const struct path *failing)
{
    const struct learnt *old = watchlist_learnt(watchlist, &failing->server);
    for (unsigned i = 0; old && i < state->paths; i++) {
        const struct path *path = &state->path[i];
        const struct learnt *learnt = watchlist_learnt(watchlist, &path->server);
        if (learnt && path->status == PATH_OK && path->last_ok > failing->newest &&
            learnt->frame.file == old->frame.file && learnt->frame.number > old->frame.number)
            return true;
    }
    return false;
}

bool swg_paths_moved_on(const struct watchlist *watchlist, const struct client *client,
                        enum protection protection)
{
    const struct protection_state *state = &client->protection[protection];
    bool any = false;
    for (unsigned i = 0; protection == PROTECTION_WEB && i < state->paths; i++) {
        const struct path *path = &state->path[i];
        if (path->status != PATH_FAILING && path->status != PATH_LOSSY)
            continue;
        if (!replaced(watchlist, state, path))
            return false;
        any = true;
    }
    return any;
}
