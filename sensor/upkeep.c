/* SPDX-License-Identifier: GPL-2.0-or-later */
/* upkeep: see upkeep.h. */
#include "sensor/upkeep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>

#include "sensor/notify.h"
#include "sensor/outfile.h"
#include "sensor/privileges.h"
#include "sensor/resolve.h"
#include "sensor/state.h"

/* How often it looks whether all is well, where no watchdog asks more often. */
#define LOOK (10 * NS_PER_SEC)

struct upkeep {
    struct upkeep_options options;
    struct privileges_user user;
    struct notify notify;
    struct own_flows own;
    struct resolve *resolve; /* NULL: nothing is looked up */
    struct sink *state;      /* NULL: nothing is kept */
    bool state_told;         /* that it can't be kept */
    struct loop_timer timer;
};

/* --- what is said ---------------------------------------------------------------------------- */

static nstime wall_clock(void *context)
{
    struct timespec now;
    (void)context;
    clock_gettime(CLOCK_REALTIME, &now);
    return (nstime)now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

static void say(struct upkeep *u, enum say kind, const char *sentence)
{
    if (sentence[0])
        engine_say(u->options.engine, wall_clock(NULL), kind, sentence);
}

static void say_warning(void *context, const char *sentence)
{
    say(context, SAY_WARNING, sentence);
}

/* --- the state ------------------------------------------------------------------------------- */

static int open_state(struct upkeep *u, char error[CONFIG_ERROR])
{
    char path[CONFIG_TEXT], note[CONFIG_ERROR];
    struct state_alerts before;
    if (!state_path(u->options.config->state.file, path))
        return 0;
    u->state = state_new(path, &before, note, error);
    if (!u->state)
        return EX_CANTCREAT;
    say(u, SAY_WARNING, note);
    const bool carried = engine_carry(u->options.engine, before.alert, before.count, before.last_id,
                                      wall_clock(NULL));
    if (before.count && carried) {
        snprintf(note, sizeof note, "%zu alert%s of before the start go%s on.", before.count,
                 before.count == 1 ? "" : "s", before.count == 1 ? "es" : "");
        say(u, SAY_NEWS, note);
    }
    state_alerts_free(&before);
    if (!carried) {
        snprintf(error, CONFIG_ERROR, "Out of memory.");
        return EX_OSERR;
    }
    engine_add_sink(u->options.engine, u->state);
    return 0;
}

static void look_at_state(struct upkeep *u)
{
    const char *error = u->state ? u->state->ops->error(u->state) : NULL;
    if (error && !u->state_told)
        say(u, SAY_WARNING, error);
    u->state_told = error;
}

/* --- lookups --------------------------------------------------------------------------------- */

/* That they are made is said; a sensor that can make none watches all the same. */
static void begin_lookups(struct upkeep *u)
{
    char sentence[CONFIG_ERROR], described[CONFIG_ERROR];
    const struct resolve_options options = {.config = u->options.config,
                                            .loop = u->options.loop,
                                            .watchlist = u->options.watchlist,
                                            .own = &u->own,
                                            .context = u,
                                            .now = wall_clock,
                                            .tell = say_warning};
    resolve_free(u->resolve);
    u->resolve = NULL;
    if (u->options.options->resolve == OPTIONS_RESOLVE_OFF ||
        u->options.config->swg.names.count == 0)
        return;
    u->resolve = resolve_new(&options, sentence);
    if (!u->resolve) {
        say(u, SAY_WARNING, sentence);
        return;
    }
    snprintf(sentence, sizeof sentence, "%.400s; --no-resolve turns it off.",
             resolve_describe(u->resolve, described));
    say(u, SAY_NEWS, sentence);
    resolve_start(u->resolve);
}

/* --- life ------------------------------------------------------------------------------------ */

static void on_timer(void *context)
{
    struct upkeep *u = context;
    const nstime interval = notify_interval(&u->notify);
    notify_alive(&u->notify);
    look_at_state(u);
    loop_arm(u->options.loop, &u->timer,
             loop_now() + (interval && interval < LOOK ? interval : LOOK));
}

struct upkeep *upkeep_new(const struct upkeep_options *options, char error[CONFIG_ERROR],
                          int *status)
{
    struct upkeep *u = calloc(1, sizeof *u);
    if (!u) {
        snprintf(error, CONFIG_ERROR, "Out of memory.");
        *status = EX_OSERR;
        return NULL;
    }
    u->options = *options;
    u->timer = (struct loop_timer){.fn = on_timer, .context = u};
    if (!notify_open(&u->notify)) {
        snprintf(error, CONFIG_ERROR, "The service manager can't be reached: %s.", strerror(errno));
        say(u, SAY_WARNING, error);
    }
    engine_own_flows(options->engine, &u->own);
    *status = privileges_find_user(options->config->privileges.user, &u->user, error);
    if (!*status)
        *status = open_state(u, error);
    if (!*status)
        return u;
    engine_own_flows(options->engine, NULL);
    upkeep_free(u);
    return NULL;
}

/* So that it may be opened again after a rotation. Devices and pipes stay whose they are. */
static void give_output(const struct upkeep *u, const char *path)
{
    struct outfile file;
    struct stat st;
    if (!path || strcmp(path, "-") == 0 || stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
        !outfile_open(&file, path, OUTFILE_APPEND))
        return;
    (void)outfile_give(&file, u->user.uid, u->user.gid);
    outfile_close(&file);
}

int upkeep_start(struct upkeep *u, char error[CONFIG_ERROR])
{
    char note[CONFIG_ERROR];
    if (u->user.change)
        give_output(u, u->options.options->events_path);
    const int status = privileges_keep_capture(&u->user, note, error);
    if (status)
        return status;
    say(u, SAY_NEWS, note);
    begin_lookups(u);
    on_timer(u);
    notify_ready(&u->notify, "Watching.");
    return 0;
}

void upkeep_back(struct upkeep *u)
{
    if (u->resolve)
        resolve_retry(u->resolve);
}

void upkeep_reloading(struct upkeep *u)
{
    notify_reloading(&u->notify);
}

void upkeep_reloaded(struct upkeep *u, bool taken)
{
    if (taken)
        begin_lookups(u);
    notify_ready(&u->notify, NULL);
}

int upkeep_stop(struct upkeep *u, char error[CONFIG_ERROR])
{
    const char *wrong = u->state ? u->state->ops->error(u->state) : NULL;
    notify_stopping(&u->notify);
    if (wrong)
        snprintf(error, CONFIG_ERROR, "%s", wrong);
    return wrong ? EX_IOERR : 0;
}

void upkeep_free(struct upkeep *u)
{
    if (!u)
        return;
    loop_disarm(&u->timer);
    resolve_free(u->resolve);
    if (u->state)
        u->state->ops->free(u->state);
    notify_close(&u->notify);
    free(u);
}
