/* SPDX-License-Identifier: GPL-2.0-or-later */
/* events: see events.h. What a line holds is in events_line.c; this is the file behind it. */
#include "events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/quote.h"

struct events {
    struct sink sink; /* first: the engine knows no more */
    struct events_options options;
    FILE *out;
    struct json json;
    char *buffer;             /* of out; owned */
    char error[CONFIG_ERROR]; /* "" while all is well */
};

#define EVENTS_BUFFER 65536

static void fail(struct events *e, const char *why)
{
    if (e->error[0] != '\0')
        return;
    char name[QUOTE_TEXT] = "standard output";
    if (e->out != stdout)
        quote(e->options.path, name);
    snprintf(e->error, sizeof e->error,
             "Cannot write events to %s: %s. Make room, or give -o another place.", name, why);
}

static void flush(struct events *e)
{
    if (e->error[0] == '\0' && fflush(e->out) != 0)
        fail(e, strerror(errno));
}

static void write_line(struct events *e)
{
    size_t length = 0;
    const char *line = json_line(&e->json, &length);
    if (!line)
        fail(e, strerror(ENOMEM));
    else if (fwrite(line, 1, length, e->out) != length)
        fail(e, strerror(errno));
    else if (e->options.line_buffered)
        flush(e);
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

static void on_finish(struct sink *sink, const struct summary *summary)
{
    struct events *e = (struct events *)sink;
    struct json *j = begin_line(e);
    if (!j)
        return;
    events_line_stats(j, &e->options.files, summary);
    write_line(e);
    flush(e); /* a full disk shows here at the latest */
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
    if (e->out == stdout)
        fflush(stdout);
    else if (e->out)
        fclose(e->out);
    json_free(&e->json);
    free(e->buffer);
    free(e);
}

static const struct sink_ops events_ops = {
    .exchange = on_exchange,
    .attempt = on_attempt,
    .alert = on_alert,
    .verdict = on_verdict,
    .finish = on_finish,
    .error = get_error,
    .free = free_events,
};

static bool open_output(struct events *e, char error[CONFIG_ERROR])
{
    const char *path = e->options.path;
    char name[QUOTE_TEXT];
    if (strcmp(path, "-") == 0) {
        e->out = stdout;
        return true;
    }
    e->out = fopen(path, "we");
    if (!e->out) {
        snprintf(error, CONFIG_ERROR,
                 "Cannot create the events file %s: %s. Check the folder and its permissions, "
                 "or give -o another name.",
                 quote(path, name), strerror(errno));
        return false;
    }
    e->buffer = malloc(EVENTS_BUFFER); /* without one, stdio's own serves */
    if (e->buffer)
        setvbuf(e->out, e->buffer, _IOFBF, EVENTS_BUFFER);
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
    e->options = *options;
    json_init(&e->json);
    if (!open_output(e, error)) {
        free_events(&e->sink);
        return NULL;
    }
    return &e->sink;
}
