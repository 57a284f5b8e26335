/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch: see watch.h. Whatever wakes the loop, a turn does all that may be due, in one order: has
 * the clock jumped, has an interface gone or come, which frames are there, what time is it then.
 * The descriptors' and timers' own calls do nothing but wake. */
#include "sensor/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "sensor/tell/words.h"
#include "sensor/watch_parts.h"

#define TICK          NS_PER_SEC
#define FRAMES_A_TURN 2048
/* Nothing is so urgent that the loop may spin for it. */
#define LEAST_WAIT NS_PER_MS
/* A frame's stamp may be this much ahead of the turn that reads it. */
#define AHEAD NS_PER_SEC

void watch_say(struct watch *w, enum say kind, const char *format, ...)
{
    char sentence[CONFIG_ERROR];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (w->engine)
        engine_say(w->engine, w->at.real, kind, sentence);
    else /* the start: there is no sink yet */
        fprintf(stderr, "roamwatch: %s\n", sentence);
}

void watch_gap(struct watch *w)
{
    if (!w->engine)
        return;
    w->floor = w->at.real;
    w->behind = true;
}

/* The kernel hands frames over in blocks. What came before the gap and is read only now counts as
 * of before, and what it opened is not judged either: so the gap follows when all of it is read. */
static void leave_gap_behind(struct watch *w)
{
    w->behind = false;
    engine_gap(w->engine, w->floor);
}

/* --- a turn ---------------------------------------------------------------------------------- */

static void look_at_clocks(struct watch *w)
{
    char span[WORDS_TEXT];
    nstime by;
    enum wall_change change = wall_look(&w->wall, &w->at, &by);
    if (change == WALL_STEADY)
        return;
    if (change == WALL_SLEPT)
        watch_say(w, SAY_NEWS, "This machine slept for %s: what was open is not judged.",
                  words_span(by, span));
    else
        watch_say(w, SAY_NEWS, "The clock was set %s by %s: what was open is not judged.",
                  by < 0 ? "back" : "forward", words_span(by < 0 ? -by : by, span));
    watch_gap(w);
    w->links_changed = true; /* news may have been missed in the sleep */
    if (change == WALL_SLEPT && w->hooks.back)
        w->hooks.back(w->hooks.context);
}

/* A frame may not count as earlier than the gap before it, nor as later than it can be. */
static nstime time_of(struct watch *w, const struct frame *frame)
{
    bool ahead = frame->time > w->at.real + AHEAD;
    if (w->behind && (ahead || frame->time < w->floor))
        return w->newest;
    if (w->behind)
        leave_gap_behind(w);
    if (frame->time < w->floor)
        return w->floor;
    return ahead ? w->at.real : frame->time;
}

static void take_frame(struct watch *w, struct frame *frame, size_t at, bool passed_over)
{
    struct capture_file *file = &w->file[at];
    frame->time = w->newest = time_of(w, frame);
    frame->ref.number = ++w->frames & ((UINT64_C(1) << 48) - 1);
    file->packets++;
    if (file->first == NSTIME_NONE)
        file->first = frame->time;
    if (frame->time > file->last)
        file->last = frame->time;
    if (passed_over)
        engine_passed_over(w->engine, 1);
    else
        engine_frame(w->engine, frame);
}

/* True where all that was captured until a moment ago has been read. */
static bool read_frames(struct watch *w)
{
    struct frame frame;
    size_t at;
    merge_turn(&w->merge, w->at.real - w->config->capture.reorder);
    for (unsigned n = 0; n < FRAMES_A_TURN; n++) {
        enum source_status status = merge_next(&w->merge, &frame, &at);
        if (status == SOURCE_EMPTY)
            return true;
        if (status == SOURCE_FRAME || status == SOURCE_PASSED) {
            take_frame(w, &frame, at, status == SOURCE_PASSED);
        } else {
            char why[SOURCE_ERROR];
            snprintf(why, sizeof why, "%s", w->port[at].source->error);
            ports_lose(w, &w->port[at], why);
        }
    }
    return false;
}

/* The time up to which everything has been read, but for what one port still holds for another. */
static nstime settled(const struct watch *w)
{
    nstime waits = merge_waits(&w->merge), now = w->at.real - w->config->capture.reorder;
    return waits < now ? waits : now;
}

static void tick(struct watch *w)
{
    while (w->next_tick <= w->at.mono)
        w->next_tick += TICK;
    ports_count(w);
    engine_tick(w->engine, w->at.real, w->started);
    if (w->next_stats > w->at.mono)
        return;
    engine_stats(w->engine, w->file, w->ports);
    while (w->next_stats <= w->at.mono)
        w->next_stats += w->config->events.stats_interval;
}

static void do_as_asked(struct watch *w)
{
    if (w->present_asked)
        engine_present(w->engine, w->file, w->ports);
    if (w->reload_asked && w->hooks.reload)
        w->hooks.reload(w->hooks.context);
    w->present_asked = w->reload_asked = false;
    if (!w->stop_asked)
        return;
    /* What was captured before the signal is still to come. */
    nstime last = w->at.mono + w->config->capture.reorder;
    if (last < w->ends)
        w->ends = last;
    w->stop_asked = false;
}

/* By when the next turn is due, by loop_now(). A deadline is due once it is settled that nothing
 * came before it. */
static nstime next_turn(const struct watch *w)
{
    nstime due = w->next_tick, waits = merge_waits(&w->merge), next = engine_next(w->engine);
    if (waits < next)
        next = waits;
    if (next != NSTIME_NEVER) {
        nstime wait = next + w->config->capture.reorder + 1 - w->at.real;
        if (w->at.mono + wait < due)
            due = w->at.mono + wait;
    }
    if (w->behind)
        due = w->at.mono + w->floor + w->config->capture.reorder - w->at.real;
    if (ports_next(w) < due)
        due = ports_next(w);
    if (w->ends < due)
        due = w->ends;
    if (w->more)
        return w->at.mono;
    return due > w->at.mono + LEAST_WAIT ? due : w->at.mono + LEAST_WAIT;
}

static void turn(void *context)
{
    struct watch *w = context;
    w->at = wall_read();
    look_at_clocks(w);
    if (w->links_changed || ports_next(w) <= w->at.mono)
        ports_look(w);
    w->links_changed = false;
    w->more = !read_frames(w);
    if (!w->more && w->behind && settled(w) >= w->floor)
        leave_gap_behind(w);
    if (!w->more && !w->behind)
        engine_idle(w->engine, settled(w));
    ports_filter(w);
    if (w->next_tick <= w->at.mono && !w->behind)
        tick(w);
    do_as_asked(w);
    if (w->ends <= w->at.mono && !w->more)
        loop_stop(w->loop);
    ports_listen(w);
    loop_arm(w->loop, &w->timer, next_turn(w));
}

/* --- what wakes ------------------------------------------------------------------------------ */

static void wake(void *context)
{
    (void)context;
}

static void on_links(void *context, uint32_t events)
{
    struct watch *w = context;
    (void)events;
    interfaces_heard(w->links);
    w->links_changed = true;
}

static void on_stop(void *context)
{
    ((struct watch *)context)->stop_asked = true;
}

static void on_present(void *context)
{
    ((struct watch *)context)->present_asked = true;
}

static void on_reload(void *context)
{
    ((struct watch *)context)->reload_asked = true;
}

static bool listen_to_signals(struct watch *w)
{
    return loop_signal(w->loop, SIGINT, on_stop, w) && loop_signal(w->loop, SIGTERM, on_stop, w) &&
           loop_signal(w->loop, SIGUSR1, on_present, w) &&
           loop_signal(w->loop, SIGHUP, on_reload, w);
}

/* --- life ------------------------------------------------------------------------------------ */

static int begin(struct watch *w, char error[CONFIG_ERROR])
{
    w->loop = loop_new();
    if (w->loop)
        w->links = interfaces_watch();
    if (!w->loop || w->links < 0 || !loop_add(w->loop, w->links, EPOLLIN, on_links, w) ||
        !listen_to_signals(w)) {
        snprintf(error, CONFIG_ERROR, "The kernel lets this process wait for nothing: %s.",
                 strerror(errno));
        return EX_OSERR;
    }
    loop_each_turn(w->loop, turn, w);
    return ports_open(w, error);
}

struct watch *watch_new(const struct options *options, const struct config *config,
                        const struct watchlist *watchlist, char error[CONFIG_ERROR], int *status)
{
    struct watch *w = calloc(1, sizeof *w);
    if (!w) {
        snprintf(error, CONFIG_ERROR, "Out of memory.");
        *status = EX_OSERR;
        return NULL;
    }
    w->options = options;
    w->config = config;
    w->watchlist = watchlist;
    w->links = -1;
    w->timer = (struct loop_timer){.fn = wake, .context = w};
    w->at = wall_read();
    *status = begin(w, error);
    if (*status) {
        watch_free(w);
        return NULL;
    }
    return w;
}

void watch_free(struct watch *w)
{
    if (!w)
        return;
    ports_close(w);
    if (w->links >= 0)
        close(w->links);
    loop_free(w->loop);
    free(w);
}

struct loop *watch_loop(struct watch *w)
{
    return w->loop;
}

const char *const *watch_names(const struct watch *w)
{
    return w->name;
}

const struct capture_file *watch_files(const struct watch *w, size_t *count)
{
    *count = w->ports;
    return w->file;
}

static void start_timers(struct watch *w)
{
    w->at = wall_read();
    w->newest = w->at.real;
    wall_init(&w->wall, &w->at);
    w->started = w->at.real;
    w->next_tick = w->at.mono + TICK;
    w->next_stats = w->config->events.stats_interval ? w->at.mono + w->config->events.stats_interval
                                                     : NSTIME_NEVER;
    w->ends = w->options->duration ? w->at.mono + w->options->duration : NSTIME_NEVER;
    loop_arm(w->loop, &w->timer, w->at.mono);
}

int watch_run(struct watch *w, struct engine *engine, const struct watch_hooks *hooks)
{
    w->engine = engine;
    w->hooks = *hooks;
    engine_live(engine);
    start_timers(w);
    w->links_changed = true; /* whether each has a link */
    bool waited = loop_run(w->loop);
    int reason = errno;
    loop_disarm(&w->timer);
    ports_count(w);
    if (waited)
        return 0;
    watch_say(w, SAY_ERROR, "The kernel lets this process wait no more: %s.", strerror(reason));
    return EX_OSERR;
}
