/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watching: see watching.h. */
#include "sensor/watching.h"

#include <sys/random.h>
#include <sysexits.h>

#include "sensor/capture/narrow.h"
#include "sensor/clock.h"
#include "sensor/ending.h"
#include "sensor/privileges.h"
#include "sensor/reload.h"
#include "sensor/sinks.h"
#include "sensor/upkeep.h"
#include "sensor/watch.h"

struct watching {
    const struct options *options;
    struct config *config;
    struct watchlist *watchlist;
    struct engine *engine;
    struct watch *watch;
    struct upkeep *upkeep;
    struct sinks sinks;
};

/* What can be found wrong before anything is opened. */
static int check(const struct options *options)
{
    char error[CONFIG_ERROR];
    int status = options->filter ? narrow_check(options->filter, error) : 0;
    if (!status)
        status = privileges_check_capture(error);
    return status ? complain(status, error) : 0;
}

static int make_engine(struct watching *w)
{
    char error[CONFIG_ERROR];
    uint64_t key[2];
    if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key)
        return complain(EX_OSERR, "The kernel gives no random numbers.");
    w->watchlist = watchlist_new(w->config, key, error);
    if (!w->watchlist)
        return complain(EX_CONFIG, error);
    w->engine = engine_new(w->config, w->watchlist, key);
    if (!w->engine || (w->options->explain && !engine_explain(w->engine)))
        return complain(EX_OSERR, "Out of memory.");
    return 0;
}

static int open_all(struct watching *w)
{
    char error[CONFIG_ERROR];
    int status = 0;
    w->watch = watch_new(w->options, w->config, w->watchlist, error, &status);
    if (!w->watch)
        return complain(status, error);
    struct sinks_from from = {.name = watch_names(w->watch), .live = true};
    watch_files(w->watch, &from.count);
    status = sinks_open(&w->sinks, w->options, w->config, &from);
    if (status)
        return status;
    sinks_add(&w->sinks, w->engine);
    const struct upkeep_options upkeep = {.options = w->options,
                                          .config = w->config,
                                          .watchlist = w->watchlist,
                                          .engine = w->engine,
                                          .loop = watch_loop(w->watch)};
    w->upkeep = upkeep_new(&upkeep, error, &status);
    if (!status)
        status = upkeep_start(w->upkeep, error);
    return status ? complain(status, error) : 0;
}

static void on_back(void *context)
{
    upkeep_back(((const struct watching *)context)->upkeep);
}

/* A bad configuration changes nothing; the outputs are opened again in either case, for whoever
 * rotates them sends the same signal. */
static void on_reload(void *context)
{
    struct watching *w = context;
    char kept[RELOAD_KEPT], sentence[CONFIG_ERROR], error[CONFIG_ERROR];
    const nstime now = wall_read().real;
    upkeep_reloading(w->upkeep);
    const bool taken = reload(w->options, w->config, w->watchlist, kept, error) == 0;
    if (!taken) {
        engine_say(w->engine, now, SAY_ERROR, error);
        engine_say(w->engine, now, SAY_ERROR, "The configuration stays as it was.");
    } else {
        engine_configure(w->engine);
        snprintf(sentence, sizeof sentence, "The configuration was read again.%s%s%s",
                 kept[0] ? " These keys hold from the next start on: " : "", kept,
                 kept[0] ? "." : "");
        engine_say(w->engine, now, SAY_NEWS, sentence);
    }
    engine_reopen(w->engine);
    upkeep_reloaded(w->upkeep, taken);
}

static int run(struct watching *w)
{
    const struct watch_hooks hooks = {.context = w, .reload = on_reload, .back = on_back};
    char error[CONFIG_ERROR];
    size_t count;
    int status = watch_run(w->watch, w->engine, &hooks);
    const struct capture_file *files = watch_files(w->watch, &count);
    struct engine_result result = engine_finish(w->engine, files, count);
    int ended = ending_status(w->options, &result);
    int kept = upkeep_stop(w->upkeep, error);
    if (kept)
        complain(kept, error);
    return status ? status : kept ? kept : ended;
}

int watching(const struct options *options, struct config *config)
{
    struct watching w = {.options = options, .config = config};
    int status = check(options);
    if (!status)
        status = make_engine(&w);
    if (!status)
        status = open_all(&w);
    if (!status)
        status = run(&w);
    int closed = sinks_close(&w.sinks);
    upkeep_free(w.upkeep);
    watch_free(w.watch);
    engine_free(w.engine);
    watchlist_free(w.watchlist);
    /* Errors come before what --exit-code answers. */
    return status > EXIT_CANT_TELL ? status : closed ? closed : status;
}
