/* SPDX-License-Identifier: GPL-2.0-or-later */
/* events: see events.h. What a line holds is in events_line.c; this is the file behind it. */
#include "events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "line_file.h"
#include "sensor/quote.h"

struct events {
    struct sink sink; /* first: the engine knows no more */
    struct events_options options;
    struct line_file file;
    struct json json;
    char error[CONFIG_ERROR]; /* "" while all is well */
    /* live: what was last said, so that it is said once */
    int told_reason, told_odd;
    uint64_t told_lost;
    char trouble[CONFIG_ERROR];
};

static const char *name_of(const struct events *e, char out[QUOTE_TEXT])
{
    return e->file.standard ? "standard output" : quote(e->options.path, out);
}

static void fail(struct events *e, const char *why)
{
    char name[QUOTE_TEXT];
    if (e->error[0] != '\0')
        return;
    snprintf(e->error, sizeof e->error,
             "Cannot write events to %s: %s. Make room, or give -o another place.",
             name_of(e, name), why);
}

/* Live, what fails now may work later: see on_tick(). */
static void flush(struct events *e)
{
    if (e->error[0] == '\0' && !line_file_flush(&e->file) && !e->options.live)
        fail(e, strerror(e->file.reason));
}

static void write_line(struct events *e)
{
    size_t length = 0;
    const char *line = json_line(&e->json, &length);
    if (!line)
        fail(e, strerror(ENOMEM));
    else if (!line_file_write(&e->file, line, length) && !e->options.live)
        fail(e, strerror(e->file.reason));
    else if (e->options.line_buffered && !e->file.reason)
        flush(e);
    if (e->file.reason && !e->options.live)
        fail(e, strerror(e->file.reason));
}

/* The next line, or NULL once an error was met: a sink stays quiet after it. */
static struct json *begin_line(struct events *e)
{
    if (e->error[0] != '\0')
        return NULL;
    json_clear(&e->json);
    return &e->json;
}

/* "failed" holds what a person would call so: late is, undetermined and aborted are not. */
static bool is_failure(enum outcome outcome)
{
    static const bool failure[OUTCOME_COUNT] = {
        [OUTCOME_LATE] = true,     [OUTCOME_ERROR] = true,   [OUTCOME_FOREIGN] = true,
        [OUTCOME_REJECTED] = true, [OUTCOME_RESET] = true,   [OUTCOME_UNANSWERED] = true,
        [OUTCOME_KILLED] = true,   [OUTCOME_STALLED] = true,
    };
    return failure[outcome];
}

static bool wanted(const struct events *e, enum outcome outcome)
{
    switch (e->options.exchanges) {
    case CONFIG_EXCHANGES_ALL:
        return true;
    case CONFIG_EXCHANGES_FAILED:
        return is_failure(outcome);
    case CONFIG_EXCHANGES_NONE:
    default:
        return false;
    }
}

static void on_exchange(struct sink *sink, const struct exchange *exchange)
{
    struct events *e = (struct events *)sink;
    struct json *j = wanted(e, exchange->outcome) ? begin_line(e) : NULL;
    if (!j)
        return;
    events_line_exchange(j, &e->options.files, exchange);
    write_line(e);
}

static void on_attempt(struct sink *sink, const struct attempt *attempt)
{
    struct events *e = (struct events *)sink;
    struct json *j = wanted(e, attempt->outcome) ? begin_line(e) : NULL;
    if (!j)
        return;
    events_line_attempt(j, &e->options.files, attempt);
    write_line(e);
}

static void on_alert(struct sink *sink, const struct notice *notice)
{
    struct events *e = (struct events *)sink;
    struct json *j = begin_line(e);
    if (!j)
        return;
    events_line_alert(j, &e->options.files, notice);
    write_line(e);
}

static void on_verdict(struct sink *sink, const struct judgement *judgement)
{
    struct events *e = (struct events *)sink;
    struct json *j = begin_line(e);
    if (!j)
        return;
    events_line_verdict(j, &e->options.files, judgement);
    write_line(e);
}

static void on_stats(struct sink *sink, const struct summary *summary)
{
    struct events *e = (struct events *)sink;
    struct json *j = begin_line(e);
    if (!j)
        return;
    events_line_stats(j, &e->options.files, summary);
    write_line(e);
}

static void on_finish(struct sink *sink, const struct summary *summary)
{
    struct events *e = (struct events *)sink;
    on_stats(sink, summary);
    flush(e); /* a full disk shows here at the latest */
    if (e->file.reason)
        fail(e, strerror(e->file.reason));
}

/* Once a second: what could not be written is tried again, and nothing waits longer. */
static void on_tick(struct sink *sink, const struct moment *moment)
{
    (void)moment;
    flush((struct events *)sink);
}

static void on_configure(struct sink *sink, const struct config *config)
{
    struct events *e = (struct events *)sink;
    e->options.exchanges = config->events.exchanges;
    line_file_rotate(&e->file, (uint64_t)config->events.rotate_size << 20,
                     config->events.rotate_keep);
}

static void on_reopen(struct sink *sink)
{
    line_file_reopen(&((struct events *)sink)->file);
}

static const char *get_trouble(struct sink *sink)
{
    struct events *e = (struct events *)sink;
    const struct line_file *file = &e->file;
    char name[QUOTE_TEXT];
    if ((file->reason != 0) != (e->told_reason != 0)) {
        e->told_reason = file->reason;
        if (file->reason)
            snprintf(e->trouble, sizeof e->trouble,
                     "Cannot write events to %s: %s. They wait in memory, as far as they fit; make "
                     "room.",
                     name_of(e, name), strerror(file->reason));
        else
            snprintf(e->trouble, sizeof e->trouble,
                     "Events are written to %s again; %llu were lost meanwhile.", name_of(e, name),
                     (unsigned long long)(file->lost - e->told_lost));
        if (!file->reason)
            e->told_lost = file->lost;
        return e->trouble;
    }
    if (file->odd == e->told_odd)
        return NULL;
    e->told_odd = file->odd;
    if (!file->odd)
        return NULL;
    snprintf(e->trouble, sizeof e->trouble,
             "The events file %s cannot be rotated or opened again: %s. It is written on as it is; "
             "let the user that roamwatch runs as write to its folder.",
             name_of(e, name), strerror(file->odd));
    return e->trouble;
}

static const char *get_error(const struct sink *sink)
{
    const struct events *e = (const struct events *)sink;
    return e->error[0] ? e->error : NULL;
}

static void free_events(struct sink *sink)
{
    struct events *e = (struct events *)sink;
    if (!e)
        return;
    line_file_close(&e->file);
    json_free(&e->json);
    free(e);
}

static const struct sink_ops events_ops = {
    .exchange = on_exchange,
    .attempt = on_attempt,
    .alert = on_alert,
    .verdict = on_verdict,
    .tick = on_tick,
    .reopen = on_reopen,
    .configure = on_configure,
    .trouble = get_trouble,
    .changed = on_verdict,
    .stats = on_stats,
    .finish = on_finish,
    .error = get_error,
    .free = free_events,
};

static bool open_output(struct events *e, char error[CONFIG_ERROR])
{
    char name[QUOTE_TEXT];
    if (!line_file_open(&e->file, e->options.path, e->options.live)) {
        snprintf(error, CONFIG_ERROR,
                 "Cannot create the events file %s: %s. Check the folder and its permissions, "
                 "or give -o another name.",
                 quote(e->options.path, name), strerror(errno));
        return false;
    }
    if (e->options.live)
        line_file_rotate(&e->file, e->options.rotate_size, e->options.rotate_keep);
    return true;
}

struct sink *events_new(const struct events_options *options, char error[CONFIG_ERROR])
{
    struct events *e = calloc(1, sizeof *e);
    if (!e) {
        snprintf(error, CONFIG_ERROR, "Cannot write events: %s.", strerror(ENOMEM));
        return NULL;
    }
    e->sink.ops = &events_ops;
    e->file.out.fd = e->file.out.folder = -1;
    e->options = *options;
    json_init(&e->json);
    if (!open_output(e, error)) {
        free_events(&e->sink);
        return NULL;
    }
    return &e->sink;
}
