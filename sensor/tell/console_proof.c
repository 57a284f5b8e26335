/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console_proof: why a protection is what it is, what was ruled out, which path, what to do, and
 * how to check it all in Wireshark. */
#include <netinet/in.h>
#include <string.h>

#include "console_parts.h"

#define LABEL_COLUMN 2
#define TEXT_COLUMN  13
#define MOST_PATHS   16

static void begin(struct screen *s, const char *label)
{
    screen_to(s, LABEL_COLUMN);
    screen_text(s, label);
    screen_to(s, TEXT_COLUMN);
}

static void line(struct screen *s, const char *label, const char *text)
{
    begin(s, label);
    screen_words(s, TEXT_COLUMN, text);
    screen_newline(s);
}

/* Ascending, each once: the proof may name them in the order of events. Returns how many. */
static unsigned sorted_frames(const struct evidence *e, uint64_t out[JUDGEMENT_FRAMES])
{
    unsigned count = 0;
    for (unsigned i = 0; i < e->frames && i < JUDGEMENT_FRAMES; i++) {
        const uint64_t number = e->frame[i].number;
        unsigned at = count;
        while (at > 0 && out[at - 1] > number)
            at--;
        if (number == 0 || (at > 0 && out[at - 1] == number))
            continue;
        memmove(&out[at + 1], &out[at], (count - at) * sizeof *out);
        out[at] = number;
        count++;
    }
    return count;
}

#define FRAMES_TEXT 512

/* "frames 57, 7071-7072 … and 3 more"; "" where there is none. */
static char *frames_text(const struct evidence *e, char out[FRAMES_TEXT])
{
    uint64_t frame[JUDGEMENT_FRAMES];
    char more[WORDS_TEXT];
    const unsigned count = sorted_frames(e, frame);
    size_t at = 0;
    out[0] = '\0';
    for (unsigned i = 0, last; i < count; i = last + 1) {
        for (last = i; last + 1 < count && frame[last + 1] == frame[last] + 1;)
            last++;
        const char *lead = i > 0 ? ", " : count > 1 ? "frames " : "frame ";
        at += (size_t)snprintf(out + at, FRAMES_TEXT - at, "%s%llu", lead,
                               (unsigned long long)frame[i]);
        if (last > i)
            at += (size_t)snprintf(out + at, FRAMES_TEXT - at, "-%llu",
                                   (unsigned long long)frame[last]);
    }
    if (count > 0 && e->more > 0)
        snprintf(out + at, FRAMES_TEXT - at, " … and %s more", words_count(e->more, more));
    return out;
}

void console_evidence(struct screen *s, const struct view *view, const struct evidence *e)
{
    char frames[FRAMES_TEXT];
    const unsigned indent = TEXT_COLUMN + 2;
    const bool several = view->summary->file_count > 1;

    if (s->column < TEXT_COLUMN) /* else the label stands before it */
        screen_to(s, TEXT_COLUMN);
    screen_text(s, "· ");
    screen_words(s, indent, e->text);
    if (frames_text(e, frames)[0] != '\0') {
        /* On the same line where they fit, else on one of their own. */
        if (!several && s->column + 3 + screen_columns(s, frames) <= s->width) {
            screen_text(s, "   ");
            screen_text(s, frames);
        } else {
            screen_newline(s);
            screen_to(s, indent);
            screen_words(s, indent, frames);
        }
        if (several && e->frame[0].file < view->summary->file_count) {
            screen_text(s, " of ");
            screen_text(s, view->summary->file[e->frame[0].file].name);
        }
    }
    screen_newline(s);
}

static void print_why(struct screen *s, const struct view *view, const struct judgement *j)
{
    if (j->why[0] == '\0' && j->evidence_count == 0)
        return;
    begin(s, "Why");
    if (j->why[0] != '\0') {
        screen_words(s, TEXT_COLUMN, j->why);
        screen_newline(s);
    }
    for (size_t i = 0; i < j->evidence_count; i++)
        console_evidence(s, view, &j->evidence[i]);
}

static void print_ruled_out(struct screen *s, const struct judgement *j)
{
    char joined[JUDGEMENT_RULED * (JUDGEMENT_TEXT + 4)];
    size_t at = 0;
    if (j->ruled_out_count == 0)
        return;
    for (size_t i = 0; i < j->ruled_out_count; i++)
        at += (size_t)snprintf(joined + at, sizeof joined - at, "%s%s", i > 0 ? " · " : "",
                               j->ruled_out[i]);
    line(s, "Ruled out", joined);
}

void console_notes(struct screen *s, const struct judgement *j)
{
    for (size_t i = 0; i < j->note_count; i++)
        line(s, i == 0 ? "Note" : "", j->note[i]);
}

static bool has_reasons(const struct judgement *j)
{
    return j->why[0] != '\0' || j->evidence_count + j->ruled_out_count + j->note_count > 0;
}

static char *path_text(const struct path_view *path, char out[96])
{
    char address[ADDR_TEXT];
    snprintf(out, 96, "%s %s %3u", addr_format(&path->server, address),
             path->transport == IPPROTO_TCP ? "tcp" : "udp", path->port);
    return out;
}

struct path_table {
    unsigned path_columns;
    bool undetermined; /* any: the column is shown */
};

static void print_path(struct screen *s, const struct view *view, const struct path_table *t,
                       const struct path_view *path)
{
    char text[96], number[WORDS_TEXT], time[WORDS_TEXT];
    screen_to(s, LABEL_COLUMN);
    screen_text(s, path_text(path, text));
    screen_to(s, LABEL_COLUMN + t->path_columns);
    screen_right(s, 7, words_count(path->ok + path->failed + path->undetermined, number));
    screen_right(s, 11, words_count(path->ok, number));
    if (t->undetermined)
        screen_right(s, 15, words_count(path->undetermined, number));
    screen_text(s, "   ");
    screen_text(s, path->last_ok == NSTIME_NONE ? "never" : view_time(view, path->last_ok, time));
    /* What the numbers alone do not tell. */
    if (path->status == PATH_LOSSY || path->status == PATH_STALE ||
        (path->status == PATH_FAILING && path->last_ok != NSTIME_NONE)) {
        screen_text(s, ", ");
        screen_text(s, path_status_name(path->status));
    }
    screen_newline(s);
}

static void print_paths(struct screen *s, const struct view *view, const struct judgement *j)
{
    static const enum path_status order[PATH_COUNT] = {PATH_FAILING, PATH_LOSSY, PATH_UNDETERMINED,
                                                       PATH_OK, PATH_STALE};
    const bool dns = j->protection == PROTECTION_DNS;
    struct path_table table = {.path_columns = 20};
    char text[WORDS_TEXT + 96];
    for (size_t i = 0; i < j->path_count; i++) {
        const unsigned columns = (unsigned)strlen(path_text(&j->path[i], text));
        if (columns > table.path_columns)
            table.path_columns = columns;
        if (j->path[i].undetermined > 0)
            table.undetermined = true;
    }

    screen_to(s, LABEL_COLUMN);
    screen_text(s, "Path");
    screen_to(s, LABEL_COLUMN + table.path_columns);
    screen_right(s, 7, dns ? "sent" : "tried");
    screen_right(s, 11, dns ? "answered" : "worked");
    if (table.undetermined)
        screen_right(s, 15, "undetermined");
    screen_text(s, dns ? "   last answer" : "   last worked");
    screen_newline(s);

    size_t printed = 0;
    for (size_t o = 0; o < PATH_COUNT; o++) {
        for (size_t i = 0; i < j->path_count && printed < MOST_PATHS; i++) {
            if (j->path[i].status != order[o])
                continue;
            print_path(s, view, &table, &j->path[i]);
            printed++;
        }
    }
    const uint64_t left = j->path_count - printed + j->paths_more;
    if (left > 0) {
        screen_to(s, LABEL_COLUMN);
        screen_text(s, "… and ");
        screen_text(s, words_amount(left, "more path", "more paths", text));
        screen_newline(s);
    }
}

static void print_advice(struct screen *s, const struct judgement *j)
{
    char number[WORDS_TEXT];
    for (size_t i = 0; i < j->advice_count; i++) {
        if (i > 0)
            screen_to(s, TEXT_COLUMN);
        else
            begin(s, "Do");
        if (j->advice_count > 1) {
            snprintf(number, sizeof number, "%zu. ", i + 1);
            screen_text(s, number);
        }
        screen_words(s, s->column, j->advice[i]);
        screen_newline(s);
    }
}

static void print_filter(struct screen *s, const struct judgement *j)
{
    if (j->filter[0] == '\0')
        return;
    screen_to(s, LABEL_COLUMN);
    screen_text(s, "See it in Wireshark   ");
    screen_text(s, j->filter); /* one line: it is copied */
    screen_newline(s);
}

/* Paragraphs, each parted by a blank line from what stands above it; none follows the heading. */
void console_proof(struct screen *s, const struct view *view, const struct judgement *j,
                   const char *heading)
{
    bool blank = true;
    if (heading) {
        screen_newline(s);
        screen_to(s, LABEL_COLUMN);
        screen_text(s, heading);
        screen_newline(s);
        blank = false;
    }
    if (has_reasons(j)) {
        if (blank)
            screen_newline(s);
        print_why(s, view, j);
        print_ruled_out(s, j);
        console_notes(s, j);
        blank = true;
    }
    if (j->path_count > 0) {
        if (blank)
            screen_newline(s);
        print_paths(s, view, j);
        blank = true;
    }
    if (j->advice_count > 0 || j->filter[0] != '\0') {
        if (blank)
            screen_newline(s);
        print_advice(s, j);
        print_filter(s, j);
    }
}
