/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console: see console.h. Gathers, and puts the parts in order. */
#include "console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "console_parts.h"

struct console {
    struct sink sink; /* first: the engine knows no more */
    struct console_options options;
    FILE *out;
    struct keep keep;
    char error[160]; /* "" while all is well */
};

static struct view make_view(const struct summary *summary, struct zone zone)
{
    struct view view = {.summary = summary, .zone = zone, .start = NSTIME_NONE};
    nstime end = NSTIME_NONE;
    for (size_t i = 0; i < summary->file_count; i++) {
        const struct capture_file *file = &summary->file[i];
        if (file->first != NSTIME_NONE && (view.start == NSTIME_NONE || file->first < view.start))
            view.start = file->first;
        if (file->last != NSTIME_NONE && file->last > end)
            end = file->last;
    }
    if (view.start != NSTIME_NONE && end != NSTIME_NONE) {
        char first[WORDS_TEXT], last[WORDS_TEXT];
        view.dated = strcmp(words_date(view.start, zone, first), words_date(end, zone, last)) != 0;
    }
    return view;
}

static void print_clients(struct screen *s, const struct view *view, const struct keep *k,
                          bool quiet)
{
    const size_t full = quiet ? 0 : k->full_count;
    if (k->brief_count > 1)
        console_totals(s, k);
    for (size_t i = 0; i < full; i++) {
        screen_newline(s);
        console_client(s, view, k->full[i]);
    }
    if (!quiet && full < k->brief_count)
        screen_newline(s);
    console_briefs(s, view, k, full);
}

static void on_alert(struct sink *sink, const struct notice *notice)
{
    struct console *c = (struct console *)sink;
    keep_alert(&c->keep, notice);
}

static void on_verdict(struct sink *sink, const struct judgement *judgement)
{
    struct console *c = (struct console *)sink;
    keep_verdict(&c->keep, judgement);
}

static void on_finish(struct sink *sink, const struct summary *summary)
{
    struct console *c = (struct console *)sink;
    const bool quiet = c->options.quiet;
    const struct view view = make_view(summary, c->options.zone);
    struct screen s = {.out = c->out,
                       .width = screen_fit(c->options.width),
                       .colour = c->options.colour,
                       .utf8 = c->options.utf8};

    keep_finish(&c->keep);
    if (!quiet)
        console_files(&s, &view);
    if (c->keep.brief_count > 0)
        print_clients(&s, &view, &c->keep, quiet);
    else
        console_nothing(&s, &view, quiet);
    if (!quiet) {
        console_over(&s, &view, &c->keep);
        console_hidden(&s, &view);
        console_unread(&s, &view);
    }

    if (fflush(c->out) != 0 || ferror(c->out))
        snprintf(c->error, sizeof c->error, "Cannot write the verdicts to standard output: %s.",
                 strerror(errno));
    else if (c->keep.failed)
        snprintf(c->error, sizeof c->error,
                 "Memory ran out: the screen does not show every client. Narrow what is watched "
                 "with a filter, such as a network.");
}

/* The next verdicts are a new picture; what was over stays told at the end. */
static void on_present(struct sink *sink, const struct summary *summary)
{
    struct console *c = (struct console *)sink;
    on_finish(sink, summary);
    keep_forget(&c->keep);
}

static const char *get_error(const struct sink *sink)
{
    const struct console *c = (const struct console *)sink;
    return c->error[0] ? c->error : NULL;
}

static void free_console(struct sink *sink)
{
    struct console *c = (struct console *)sink;
    if (!c)
        return;
    keep_free(&c->keep);
    free(c);
}

static const struct sink_ops console_ops = {
    .alert = on_alert,
    .verdict = on_verdict,
    .present = on_present,
    .finish = on_finish,
    .error = get_error,
    .free = free_console,
};

struct sink *console_new(FILE *out, const struct console_options *options)
{
    struct console *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->sink.ops = &console_ops;
    c->options = *options;
    c->out = out;
    keep_init(&c->keep, options->detail);
    return &c->sink;
}
