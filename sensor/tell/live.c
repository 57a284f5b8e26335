/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live: see live.h. The status line may share its terminal with both other outputs, so it is wiped
 * before either is written to. */
#include "live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "live_lines.h"

/* Once a second, by a clock that may tick a little early. */
#define REDRAW (NS_PER_SEC * 9 / 10)

#define WIDTH_LEAST   60
#define WIDTH_UNKNOWN 80
#define WIDTH_NO_END  10000 /* a file: a line an alert, for grep */

struct live {
    struct sink sink; /* first: the engine knows no more */
    struct live_options options;
    uint64_t last_id;   /* the newest alert that fired */
    nstime dated;       /* of the newest line; NSTIME_NONE */
    nstime drawn;       /* when the status line was drawn last; NSTIME_NONE */
    bool status_stands; /* on the terminal */
    char error[160];    /* "" while all is well */
};

static unsigned width_of(const struct live *l)
{
    const unsigned width = l->options.width ? l->options.width(l->options.context) : 0;
    return width == 0 ? WIDTH_UNKNOWN : width < WIDTH_LEAST ? WIDTH_LEAST : width;
}

static void wipe(struct live *l)
{
    if (!l->status_stands)
        return;
    fputs("\r\033[K", l->options.status); /* ECMA-48 EL */
    fflush(l->options.status);
    l->status_stands = false;
}

static struct screen screen_of(const struct live *l)
{
    return (struct screen){.out = l->options.out,
                           .width = l->options.out_terminal ? width_of(l) : WIDTH_NO_END,
                           .colour = l->options.colour,
                           .utf8 = l->options.utf8};
}

/* A time of day alone would not tell today's lines from last week's. */
static void print_date(struct live *l, struct screen *s, nstime now)
{
    char date[WORDS_TEXT], before[WORDS_TEXT] = "", zone[WORDS_TEXT];
    words_date(now, l->options.zone, date);
    if (l->dated != NSTIME_NONE)
        words_date(l->dated, l->options.zone, before);
    l->dated = now;
    if (strcmp(date, before) == 0)
        return;
    screen_text(s, date);
    screen_text(s, " ");
    screen_text(s, words_zone(l->options.zone, zone));
    screen_newline(s);
}

static void print_line(struct live *l, const struct notice *notice, enum live_edge edge, nstime now)
{
    struct screen s = screen_of(l);
    if (!l->options.out || l->error[0])
        return;
    wipe(l);
    print_date(l, &s, now);
    live_line(&s, notice, edge, now, l->options.zone);
    if (fflush(l->options.out) != 0 || ferror(l->options.out))
        snprintf(l->error, sizeof l->error, "Cannot write the alerts to standard output: %s.",
                 strerror(errno));
}

static void on_alert(struct sink *sink, const struct notice *notice)
{
    struct live *l = (struct live *)sink;
    print_line(l, notice, live_edge(notice, &l->last_id), notice->time);
}

static void on_remind(struct sink *sink, const struct notice *notice, nstime now)
{
    print_line((struct live *)sink, notice, LIVE_STANDS, now);
}

static void on_say(struct sink *sink, nstime now, enum say kind, const char *sentence)
{
    struct live *l = (struct live *)sink;
    char time[WORDS_TEXT];
    struct screen s = {.out = l->options.talk, .width = WIDTH_NO_END, .utf8 = l->options.utf8};
    if (l->options.quiet && kind != SAY_ERROR)
        return;
    wipe(l);
    screen_text(&s, words_clock(now, l->options.zone, time));
    screen_to(&s, 10);
    screen_text(&s, "roamwatch: ");
    screen_text(&s, sentence);
    screen_newline(&s);
    fflush(l->options.talk);
}

/* As much of text as fits the last line without scrolling the terminal. */
static void print_fitting(struct screen *s, const char *text)
{
    char cut[LIVE_STATUS];
    size_t length = strlen(text);
    snprintf(cut, sizeof cut, "%s", text);
    if (length >= sizeof cut)
        length = sizeof cut - 1;
    while (length > 0 && screen_columns(s, cut) >= s->width) {
        do
            length--;
        while (length > 0 && ((unsigned char)cut[length] & 0xc0) == 0x80);
        cut[length] = '\0';
    }
    screen_text(s, cut);
}

static void on_tick(struct sink *sink, const struct moment *moment)
{
    struct live *l = (struct live *)sink;
    char text[LIVE_STATUS];
    struct screen s = {.out = l->options.status, .width = width_of(l), .utf8 = l->options.utf8};
    if (!l->options.status)
        return;
    if (l->drawn != NSTIME_NONE && moment->now >= l->drawn && moment->now < l->drawn + REDRAW)
        return;
    l->drawn = moment->now;
    fputc('\r', l->options.status);
    print_fitting(&s, live_status(moment, l->options.source, text));
    fputs("\033[K", l->options.status);
    fflush(l->options.status);
    l->status_stands = true;
}

static void on_finish(struct sink *sink, const struct summary *summary)
{
    (void)summary;
    wipe((struct live *)sink);
}

static const char *get_error(const struct sink *sink)
{
    const struct live *l = (const struct live *)sink;
    return l->error[0] ? l->error : NULL;
}

static void free_live(struct sink *sink)
{
    if (!sink)
        return;
    wipe((struct live *)sink);
    free(sink);
}

static const struct sink_ops live_ops = {
    .alert = on_alert,
    .remind = on_remind,
    .say = on_say,
    .tick = on_tick,
    .finish = on_finish,
    .error = get_error,
    .free = free_live,
};

struct sink *live_new(const struct live_options *options)
{
    struct live *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->sink.ops = &live_ops;
    l->options = *options;
    l->dated = l->drawn = NSTIME_NONE;
    return &l->sink;
}

void live_wipe(struct sink *sink)
{
    wipe((struct live *)sink);
}
