/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sinks: see sinks.h. */
#include "sensor/sinks.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "sensor/ending.h"
#include "sensor/tell/console.h"
#include "sensor/tell/dart_story.h"
#include "sensor/tell/events.h"
#include "sensor/tell/live.h"
#include "sensor/tell/logs.h"
#include "sensor/tell/talk.h"

static bool reads_pipe(const struct options *options)
{
    for (size_t i = 0; i < options->files.count; i++)
        if (strcmp(options->files.item[i], "-") == 0)
            return true;
    return false;
}

static unsigned terminal_width(void)
{
    struct winsize size;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        return size.ws_col;
    return 0;
}

/* A terminal that knows escape sequences. */
static bool is_screen(int fd)
{
    const char *terminal = getenv("TERM");
    return isatty(fd) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

/* https://no-color.org */
static bool wants_colour(int fd)
{
    const char *no_colour = getenv("NO_COLOR");
    return is_screen(fd) && !(no_colour && *no_colour);
}

static struct zone zone_of(const struct options *options)
{
    return (struct zone){.kind = options->zone == OPTIONS_ZONE_LOCAL    ? ZONE_LOCAL
                                 : options->zone == OPTIONS_ZONE_OFFSET ? ZONE_OFFSET
                                                                        : ZONE_UTC,
                         .minutes = options->zone_minutes};
}

static bool has_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static struct sink *make_console(const struct options *options, const struct config *config)
{
    struct console_options console = {
        .colour = wants_colour(STDOUT_FILENO),
        .utf8 = has_utf8(),
        .quiet = options->quiet,
        .width = terminal_width(),
        .detail = config->console.detail,
        .zone = zone_of(options),
    };
    return console_new(stdout, &console);
}

static unsigned live_columns(void *context)
{
    (void)context;
    return terminal_width();
}

static struct sink *make_live(struct sinks *sinks, const struct options *options,
                              const struct sinks_from *from, bool screen)
{
    size_t length = 0;
    for (size_t i = 0; i < from->count && length < sizeof sinks->source; i++)
        length += (size_t)snprintf(sinks->source + length, sizeof sinks->source - length, "%s%s",
                                   i ? ", " : "", from->name[i]);
    struct live_options live = {
        .out = screen ? stdout : NULL,
        .talk = stderr,
        .status = screen && !options->quiet && is_screen(STDOUT_FILENO) ? stdout : NULL,
        .out_terminal = isatty(STDOUT_FILENO),
        .colour = wants_colour(STDOUT_FILENO),
        .utf8 = has_utf8(),
        .quiet = options->quiet,
        .width = live_columns,
        .source = sinks->source,
        .zone = zone_of(options),
    };
    return live_new(&live);
}

static bool open_logs(struct sinks *sinks, const struct config *config)
{
    const struct logs_options syslog = {.form = LOGS_SYSLOG,
                                        .facility = config->syslog.facility,
                                        .socket = config->syslog.socket,
                                        .source = sinks->source};
    const struct logs_options journal = {
        .form = LOGS_JOURNAL, .socket = config->journal.socket, .source = sinks->source};
    if (config->syslog.enabled && !(sinks->syslog = logs_new(&syslog)))
        return false;
    return !config->journal.enabled || (sinks->journal = logs_new(&journal));
}

static int fail_memory(void)
{
    return complain(EX_OSERR, "Out of memory.");
}

int sinks_open(struct sinks *sinks, const struct options *options, const struct config *config,
               const struct sinks_from *from)
{
    char error[CONFIG_ERROR];
    *sinks = (struct sinks){0};
    if (options->events_path) {
        struct events_options events = {
            .path = options->events_path,
            .exchanges = config->events.exchanges,
            .files = {.name = from->name, .count = from->count, .live = from->live},
            .line_buffered = from->live || reads_pipe(options),
            .live = from->live,
            .rotate_size = (uint64_t)config->events.rotate_size << 20,
            .rotate_keep = config->events.rotate_keep,
        };
        sinks->events = events_new(&events, error);
        if (!sinks->events)
            return complain(EX_CANTCREAT, error);
    }
    bool screen = !options->events_path || strcmp(options->events_path, "-") != 0;
    if (screen && !(sinks->console = make_console(options, config)))
        return fail_memory();
    if (from->live && !(sinks->live = make_live(sinks, options, from, screen)))
        return fail_memory();
    if (from->live && !open_logs(sinks, config))
        return fail_memory();
    if (options->verbose && !(sinks->talk = talk_new(stderr, options->verbose)))
        return fail_memory();
    return 0;
}

int sinks_open_dart(struct sinks *sinks, const struct options *options,
                    const struct dart_logs *logs)
{
    const bool screen = !options->events_path || strcmp(options->events_path, "-") != 0;
    const struct dart_story_options story = {
        .out = screen ? stdout : stderr,
        .width = screen ? terminal_width() : 0,
        .utf8 = has_utf8(),
        .quiet = options->quiet,
        .zone = zone_of(options),
        .utc_offset = options->has_utc_offset ? &options->utc_offset : NULL,
    };
    sinks->dart = dart_story_new(logs, &story);
    return sinks->dart ? 0 : fail_memory();
}

/* The live lines come before the screen, which ends them. */
void sinks_add(const struct sinks *sinks, struct engine *engine)
{
    struct sink *const all[] = {sinks->events, sinks->live,    sinks->console, sinks->dart,
                                sinks->syslog, sinks->journal, sinks->talk};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i])
            engine_add_sink(engine, all[i]);
}

static int close_sink(struct sink *sink)
{
    if (!sink)
        return 0;
    const char *error = sink->ops->error ? sink->ops->error(sink) : NULL;
    int status = error ? complain(EX_IOERR, error) : 0;
    sink->ops->free(sink);
    return status;
}

int sinks_close(struct sinks *sinks)
{
    struct sink *const all[] = {sinks->events, sinks->live,    sinks->console, sinks->dart,
                                sinks->syslog, sinks->journal, sinks->talk};
    int first = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        int status = close_sink(all[i]);
        first = first ? first : status;
    }
    *sinks = (struct sinks){0};
    return first;
}
