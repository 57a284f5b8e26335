/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state: see state.h. */
#include "sensor/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "sensor/outfile.h"
#include "sensor/quote.h"

struct state {
    struct sink sink; /* first: the engine knows no more */
    struct outfile file;
    struct state_alerts alerts;
    size_t room;
    bool changed;
    char quoted[QUOTE_TEXT];
    char error[CONFIG_ERROR]; /* "" while all is well */
};

bool state_path(const char *configured, char out[CONFIG_TEXT])
{
    const char *folder = getenv("STATE_DIRECTORY");
    if (configured[0]) {
        snprintf(out, CONFIG_TEXT, "%s", configured);
        return true;
    }
    if (!folder || !*folder)
        return false;
    /* systemd may give several, parted by colons. */
    const int length = (int)strcspn(folder, ":");
    return snprintf(out, CONFIG_TEXT, "%.*s/alerts", length, folder) < CONFIG_TEXT;
}

/* --- what fires ------------------------------------------------------------------------------ */

/* Its place among the ids, which grow: a new one comes last. */
static size_t place_of(const struct state_alerts *alerts, uint64_t id)
{
    size_t low = 0, high = alerts->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (alerts->alert[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool make_room(struct state *s)
{
    if (s->alerts.count < s->room)
        return true;
    const size_t room = s->room ? 2 * s->room : 16;
    if (s->alerts.count == STATE_ALERTS)
        return false;
    struct carried_alert *grown = realloc(s->alerts.alert, room * sizeof *grown);
    if (!grown)
        return false;
    s->alerts.alert = grown;
    s->room = room;
    return true;
}

static void keep(struct state *s, const struct notice *notice)
{
    struct state_alerts *alerts = &s->alerts;
    const size_t at = place_of(alerts, notice->id);
    if (at == alerts->count || alerts->alert[at].id != notice->id) {
        if (!make_room(s))
            return;
        memmove(&alerts->alert[at + 1], &alerts->alert[at],
                (alerts->count - at) * sizeof *alerts->alert);
        alerts->count++;
    }
    alerts->alert[at] = (struct carried_alert){.id = notice->id,
                                               .code = notice->code,
                                               .severity = notice->severity,
                                               .scope = notice->scope,
                                               .client = notice->client,
                                               .segment = notice->segment,
                                               .family = notice->family,
                                               .cause = notice->cause,
                                               .confidence = notice->confidence,
                                               .since = notice->since,
                                               .count = notice->count,
                                               .of = notice->of};
}

static void forget(struct state *s, uint64_t id)
{
    struct state_alerts *alerts = &s->alerts;
    const size_t at = place_of(alerts, id);
    if (at == alerts->count || alerts->alert[at].id != id)
        return;
    alerts->count--;
    memmove(&alerts->alert[at], &alerts->alert[at + 1],
            (alerts->count - at) * sizeof *alerts->alert);
}

static void on_alert(struct sink *sink, const struct notice *notice)
{
    struct state *s = (struct state *)sink;
    enum protection ignored;
    if (notice->id > s->alerts.last_id)
        s->alerts.last_id = notice->id;
    if (notice->resolution != RESOLUTION_NONE)
        forget(s, notice->id);
    else if (carried_protection(notice->code, &ignored))
        keep(s, notice);
    s->changed = true;
}

/* --- the file -------------------------------------------------------------------------------- */

static void fail(struct state *s, const char *why)
{
    if (!s->error[0])
        snprintf(s->error, sizeof s->error,
                 "Cannot keep the alerts in %s: %s. After a restart they get new ids. Let the user "
                 "it runs as write there, or give state.file another place.",
                 s->quoted, why);
}

/* One that could not be written is tried again with the next change. */
static void write_file(struct state *s)
{
    size_t length;
    if (!s->changed)
        return;
    s->changed = false;
    char *text = state_format(&s->alerts, &length);
    if (!text)
        fail(s, strerror(ENOMEM));
    else if (!outfile_replace(&s->file, text, length))
        fail(s, strerror(errno));
    else
        s->error[0] = '\0';
    free(text);
}

static void on_tick(struct sink *sink, const struct moment *moment)
{
    (void)moment;
    write_file((struct state *)sink);
}

static void on_finish(struct sink *sink, const struct summary *summary)
{
    (void)summary;
    write_file((struct state *)sink);
}

static const char *get_error(const struct sink *sink)
{
    const struct state *s = (const struct state *)sink;
    return s->error[0] ? s->error : NULL;
}

static void free_state(struct sink *sink)
{
    struct state *s = (struct state *)sink;
    if (!s)
        return;
    outfile_close(&s->file);
    state_alerts_free(&s->alerts);
    free(s);
}

static const struct sink_ops state_ops = {
    .alert = on_alert,
    .tick = on_tick,
    .finish = on_finish,
    .error = get_error,
    .free = free_state,
};

/* --- the beginning --------------------------------------------------------------------------- */

static bool copy(const struct state_alerts *from, struct state *to)
{
    to->alerts.last_id = from->last_id;
    to->alerts.alert = calloc(from->count + 1, sizeof *from->alert);
    if (!to->alerts.alert)
        return false;
    if (from->count)
        memcpy(to->alerts.alert, from->alert, from->count * sizeof *from->alert);
    to->alerts.count = from->count;
    to->room = from->count + 1;
    return true;
}

static void put_aside(struct state *s, long line, char note[CONFIG_ERROR])
{
    const bool aside = outfile_rename(&s->file, ".damaged");
    snprintf(
        note, CONFIG_ERROR,
        "The state in %s is damaged in line %ld and not used: alerts that fire get new ids. It "
        "is %s.",
        s->quoted, line, aside ? "kept beside it, with .damaged behind its name" : "left there");
}

static void read_file(struct state *s, struct state_alerts *before, char note[CONFIG_ERROR])
{
    char *text = malloc(STATE_BYTES + 1);
    const ssize_t length = text ? outfile_read(&s->file, text, STATE_BYTES + 1) : -1;
    if (!text)
        errno = ENOMEM;
    if (length < 0) {
        if (errno != ENOENT)
            snprintf(note, CONFIG_ERROR,
                     "The state in %s can't be read: %s. Alerts that fire get new ids.", s->quoted,
                     strerror(errno));
        free(text);
        return;
    }
    const long wrong =
        (size_t)length > STATE_BYTES ? STATE_ALERTS : state_parse(text, (size_t)length, before);
    free(text);
    if (wrong > 0)
        put_aside(s, wrong, note);
    else if (wrong < 0 || !copy(before, s))
        snprintf(note, CONFIG_ERROR, "There is not enough memory to read the state in %s.",
                 s->quoted);
}

struct sink *state_new(const char *path, struct state_alerts *before, char note[CONFIG_ERROR],
                       char error[CONFIG_ERROR])
{
    struct state *s = calloc(1, sizeof *s);
    *before = (struct state_alerts){0};
    note[0] = '\0';
    if (!s) {
        snprintf(error, CONFIG_ERROR, "Cannot keep the alerts: %s.", strerror(ENOMEM));
        return NULL;
    }
    s->sink.ops = &state_ops;
    quote(path, s->quoted);
    if (!outfile_open(&s->file, path, OUTFILE_FOLDER)) {
        snprintf(error, CONFIG_ERROR,
                 "Cannot keep the alerts in %s: %s. Create the folder, or give state.file another "
                 "place.",
                 s->quoted, strerror(errno));
        free_state(&s->sink);
        return NULL;
    }
    read_file(s, before, note);
    return &s->sink;
}
