/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main: options in, exit status out. Wires configuration, watchlist, engine and sinks; what happens
 * in between is the engine's. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "sensor/capture/filter.h"
#include "sensor/capture/interfaces.h"
#include "sensor/check.h"
#include "sensor/darting.h"
#include "sensor/ending.h"
#include "sensor/privileges.h"
#include "sensor/replay.h"
#include "sensor/resolve.h"
#include "sensor/sinks.h"
#include "sensor/watching.h"

/* A replay waits no longer for the lookups of --resolve. */
#define RESOLVE_WAIT (8 * NS_PER_SEC)

/* A signal handler can reach nothing but a static. */
static volatile int stop_asked;

static void ask_stop(int signal_number)
{
    (void)signal_number;
    stop_asked = 1;
}

/* No SA_RESTART: a read that waits on a pipe must return. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = ask_stop};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN; /* a reader that goes away is a write error, told as one */
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL); /* and so is a file that may grow no further */
}

/* A standard descriptor that is closed would be the next file's, and what is said would land in the
 * events. Opened the wrong way round it is taken, and still an error to whoever uses it. */
static void take_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) == -1 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return;
}

static int finish_output(bool written)
{
    return written ? 0 : complain(EX_IOERR, "Standard output can't be written.");
}

static nstime wall_clock(void *context)
{
    (void)context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (nstime)now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

/* Bytes of all files, for the progress bar; 0 where one is a pipe. */
static uint64_t total_size(const struct options *options)
{
    uint64_t total = 0;
    for (size_t i = 0; i < options->files.count; i++) {
        struct stat st;
        if (stat(options->files.item[i], &st) != 0 || !S_ISREG(st.st_mode))
            return 0;
        total += (uint64_t)st.st_size;
    }
    return total;
}

static int run(const struct options *options, struct engine *engine, struct sinks *sinks)
{
    struct progress progress;
    struct replay replay;
    FILE *bar = isatty(STDERR_FILENO) && !options->quiet ? stderr : NULL;
    progress_begin(&progress, bar, total_size(options), wall_clock, NULL);
    sinks_add(sinks, engine);
    if (!replay_init(&replay, options, engine, &progress, &stop_asked)) {
        replay_free(&replay);
        return complain(EX_OSERR, "Out of memory.");
    }
    int status = replay_run(&replay);
    progress_wipe(&progress);
    struct engine_result result = engine_finish(engine, replay.file, replay.files);
    int ended = ending_status(options, &result);
    replay_free(&replay);
    return status ? status : ended;
}

static int replay(const struct options *options, const struct config *config)
{
    char error[CONFIG_ERROR];
    uint64_t key[2];
    struct sinks sinks = {0};
    struct dart_logs logs = {0};
    int dart_status = 0;
    bool usable = true;
    struct sinks_from from = {.name = (const char *const *)options->files.item,
                              .count = options->files.count};
    int status = replay_check(options, error);
    if (!status)
        status = darting_check(options, error);
    if (status)
        return complain(status, error);
    if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key)
        return complain(EX_OSERR, "The kernel gives no random numbers.");
    struct watchlist *watchlist = watchlist_new(config, key, error);
    if (!watchlist)
        return complain(EX_CONFIG, error);
    struct engine *engine = engine_new(config, watchlist, key);
    if (!engine)
        status = complain(EX_OSERR, "Out of memory.");
    else
        status = sinks_open(&sinks, options, config, &from);
    if (!status && options->explain && sinks.console && !engine_explain(engine))
        status = complain(EX_OSERR, "Out of memory.");
    if (!status && options->resolve == OPTIONS_RESOLVE_ON &&
        !resolve_once(config, watchlist, RESOLVE_WAIT, &stop_asked, options->quiet ? NULL : stderr,
                      error))
        status = complain(EX_UNAVAILABLE, error);
    if (!status && (status = privileges_keep_reading(error)))
        complain(status, error);
    if (!status)
        dart_status = darting_open(&logs, options, &sinks, &usable);
    if (!status)
        status = usable ? run(options, engine, &sinks) : dart_status;
    int closed = sinks_close(&sinks);
    dart_logs_free(&logs);
    engine_free(engine);
    watchlist_free(watchlist);
    /* Errors come before what --exit-code answers. */
    return status > EXIT_CANT_TELL ? status : dart_status ? dart_status : closed ? closed : status;
}

/* What a capture is filtered by at its start; what DNS teaches then adds to it. */
static int print_filter(const struct options *options, const struct config *config)
{
    static const uint64_t key[2]; /* no packet puts anything into this watchlist */
    char error[CONFIG_ERROR], clause[FILTER_TEXT];
    struct watch_snapshot watch;
    struct filter filter = {0};
    struct watchlist *watchlist = watchlist_new(config, key, error);
    if (!watchlist)
        return complain(EX_CONFIG, error);
    int status = 0;
    if (!watchlist_snapshot(watchlist, &watch))
        status = complain(EX_OSERR, "Out of memory.");
    else if (!filter_print(&watch, config->capture.control, stdout, &filter, error))
        status = complain(EX_SOFTWARE, error);
    else if (options->verbose)
        fprintf(stderr, "roamwatch: Capture filter: %s.\n", filter_describe(&filter, clause));
    filter_free(&filter);
    watch_snapshot_free(&watch);
    watchlist_free(watchlist);
    return status ? status : finish_output(fflush(stdout) == 0 && !ferror(stdout));
}

static int list_interfaces(void)
{
    char error[INTERFACES_TEXT];
    bool printed = interfaces_print(stdout, error);
    return error[0] ? complain(EX_OSERR, error) : finish_output(printed);
}

static int with_config(const struct options *options, struct config *config)
{
    char error[CONFIG_ERROR];
    if (options->config_path) {
        int status = config_load(config, options->config_path, error);
        if (status)
            return complain(status, error);
    }
    if (!options_apply(options, config))
        return complain(EX_OSERR, "Out of memory.");
    if (options->mode == OPTIONS_REPLAY && !options->files.count && options->darts.count)
        return darting_alone(options);
    if (options->mode == OPTIONS_REPLAY)
        return options->interfaces.count ? watching(options, config) : replay(options, config);
    if (options->mode == OPTIONS_CHECK)
        return finish_output(check_print(options, config, stdout));
    if (options->mode == OPTIONS_FILTER)
        return print_filter(options, config);
    return finish_output(config_dump(config, stdout));
}

int main(int argc, char **argv)
{
    char error[OPTIONS_ERROR];
    struct options options;
    struct config config;
    take_standard_descriptors();
    setlocale(LC_CTYPE, "");
    catch_signals();
    int status = options_parse(argc, argv, &options, error);
    if (status) {
        complain(status, error);
    } else if (options.mode == OPTIONS_HELP) {
        status = finish_output(options_help(stdout));
    } else if (options.mode == OPTIONS_VERSION) {
        status = finish_output(options_version(stdout));
    } else if (options.mode == OPTIONS_INTERFACES) {
        status = list_interfaces();
    } else if (!config_defaults(&config)) {
        status = complain(EX_OSERR, "Out of memory.");
    } else {
        status = with_config(&options, &config);
        config_free(&config);
    }
    options_free(&options);
    return status;
}
