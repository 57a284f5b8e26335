/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolve_once: the lookups of --resolve, before a replay: one round in a loop of its own. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sensor/resolve.h"

struct once {
    struct loop *loop;
    struct resolve *resolve;
    const volatile int *stop;
    FILE *talk;
};

/* What is known now counts for the whole capture, however old that is. */
static nstime always(void *context)
{
    (void)context;
    return FRAME_TIME_MAX;
}

static void tell(void *context, const char *sentence)
{
    const struct once *once = context;
    if (once->talk)
        fprintf(once->talk, "roamwatch: %s\n", sentence);
}

static void on_time_over(void *context)
{
    loop_stop(((const struct once *)context)->loop);
}

static void on_turn(void *context)
{
    const struct once *once = context;
    if (*once->stop || resolve_settled(once->resolve))
        loop_stop(once->loop);
}

static bool run(struct once *once, nstime wait, char error[CONFIG_ERROR])
{
    char said[CONFIG_ERROR];
    struct loop_timer timer = {.fn = on_time_over, .context = once};
    snprintf(said, sizeof said, "%s.", resolve_describe(once->resolve, error));
    tell(once, said);
    loop_arm(once->loop, &timer, loop_now() + wait);
    loop_each_turn(once->loop, on_turn, once);
    resolve_start(once->resolve);
    const bool good = loop_run(once->loop);
    if (!good)
        snprintf(error, CONFIG_ERROR, "The lookups can't be waited for: %s.", strerror(errno));
    loop_disarm(&timer);
    const struct resolve_counts counts = resolve_counts(once->resolve);
    snprintf(said, sizeof said, "%llu of %llu lookups were answered; addresses to watch: %llu.",
             (unsigned long long)counts.answered, (unsigned long long)counts.asked,
             (unsigned long long)counts.learnt);
    tell(once, said);
    return good;
}

bool resolve_once(const struct config *config, struct watchlist *watchlist, nstime wait,
                  const volatile int *stop, FILE *talk, char error[CONFIG_ERROR])
{
    struct own_flows own = {0};
    struct once once = {.loop = loop_new(), .stop = stop, .talk = talk};
    bool good = false;
    if (!once.loop) {
        snprintf(error, CONFIG_ERROR, "The lookups can't be waited for: %s.", strerror(errno));
        return false;
    }
    const struct resolve_options options = {.config = config,
                                            .loop = once.loop,
                                            .watchlist = watchlist,
                                            .own = &own,
                                            .context = &once,
                                            .now = always,
                                            .tell = tell};
    once.resolve = resolve_new(&options, error);
    if (once.resolve)
        good = run(&once, wait, error);
    resolve_free(once.resolve);
    loop_free(once.loop);
    return good;
}
