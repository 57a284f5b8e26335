/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console_parts: what the files of the console share: the view, and who prints which part. */
#ifndef SENSOR_TELL_CONSOLE_PARTS_H
#define SENSOR_TELL_CONSOLE_PARTS_H

#include "console_keep.h"
#include "screen.h"
#include "sink.h"
#include "words.h"

/* What every part needs to know of the run. */
struct view {
    const struct summary *summary;
    struct zone zone;
    nstime start; /* earliest packet of all files; NSTIME_NONE */
    bool dated;   /* the files span midnight: a time of day needs its date */
};

/* console_view.c */
char *view_time(const struct view *view, nstime t, char out[WORDS_TEXT]);
#define SINCE_TEXT 160
/* "since 03:06:36, last good 03:06:31", "at least since 03:06:36 (start of capture)". */
char *view_since(const struct view *view, nstime first_bad, nstime last_good, char out[SINCE_TEXT]);
enum colour status_colour(enum status status);

/* console_client.c: one client in full */
void console_client(struct screen *s, const struct view *view, const struct client_full *client);
/* console_proof.c: why, ruled out, notes, paths, advice and filter of one protection */
void console_proof(struct screen *s, const struct view *view, const struct judgement *judgement,
                   const char *heading); /* NULL: needs none */
/* One thing to check, with its frames; behind a label that stands, or on a line of its own. */
void console_evidence(struct screen *s, const struct view *view, const struct evidence *evidence);
/* What is no fault, a line each. */
void console_notes(struct screen *s, const struct judgement *judgement);
/* console_explain.c: the rules that were tried for it, where the judgement has a trace */
void console_explain(struct screen *s, const struct judgement *judgement, const char *heading);
/* console_summary.c: everything around the clients */
void console_files(struct screen *s, const struct view *view);
void console_totals(struct screen *s, const struct keep *k);
/* From which of the clients on; each takes one line, however long, so that it can be searched for.
 */
void console_briefs(struct screen *s, const struct view *view, const struct keep *k, size_t from);
void console_over(struct screen *s, const struct view *view, const struct keep *k);
void console_hidden(struct screen *s, const struct view *view);
void console_unread(struct screen *s, const struct view *view);
void console_nothing(struct screen *s, const struct view *view, bool quiet);

#endif
