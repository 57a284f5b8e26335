/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dart_story: see dart_story.h. */
#include "dart_story.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "console_parts.h"
#include "dart_words.h"

#define LABEL_COLUMN 2
#define TEXT_COLUMN  13

struct story {
    struct sink sink; /* first: the engine knows no more */
    struct dart_story_options options;
    const struct dart_logs *logs;
    struct journal journal;
    char error[160];
};

static void on_exchange(struct sink *sink, const struct exchange *exchange)
{
    journal_exchange(&((struct story *)sink)->journal, exchange);
}

static void on_attempt(struct sink *sink, const struct attempt *attempt)
{
    journal_attempt(&((struct story *)sink)->journal, attempt);
}

static void label(struct screen *s, const char *text)
{
    screen_to(s, LABEL_COLUMN);
    screen_text(s, text);
    screen_to(s, TEXT_COLUMN);
}

static void line(struct screen *s, const char *name, const char *text)
{
    label(s, name);
    screen_words(s, TEXT_COLUMN, text);
    screen_newline(s);
}

static void print_files(struct screen *s, const struct dart_logs *logs)
{
    char text[JUDGEMENT_TEXT], number[WORDS_TEXT];
    for (size_t i = 0; i < logs->files; i++) {
        if (i == 0)
            label(s, "Read");
        else
            screen_to(s, TEXT_COLUMN);
        screen_text(s, logs->file[i].name);
        screen_text(s, ": ");
        dart_words_file(&logs->file[i], text);
        screen_words(s, TEXT_COLUMN + 2, text);
        screen_newline(s);
    }
    if (logs->more_files) {
        screen_to(s, TEXT_COLUMN);
        screen_text(s, words_amount(logs->more_files, "further file or folder was",
                                    "further files or folders were", number));
        screen_text(s, " not read: there are too many");
        screen_newline(s);
    }
}

/* A log says that nothing came back, never why. */
static bool wants_capture(const struct dart_facts *facts)
{
    for (size_t i = 0; i < facts->count; i++)
        if (facts->fact[i].kind == DART_FACT_LOG_SWG_FAILED ||
            (facts->fact[i].kind == DART_FACT_LOG_REJECTED && facts->fact[i].family != ADDR_IPV6))
            return true;
    return false;
}

static void print_facts(const struct story *story, struct screen *s, const struct view *view,
                        const struct dart_facts *facts, struct zone zone)
{
    struct evidence evidence;
    for (size_t i = 0; i < facts->count; i++) {
        if (i == 0)
            label(s, "Found");
        dart_words_fact(&facts->fact[i], zone, &evidence);
        console_evidence(s, view, &evidence);
    }
    if (facts->count == 0)
        line(s, "Found",
             story->logs->count ? "no line of the logs tells of a rejected resolver or a failed SWG"
                                : "nothing in the logs tells of probes or of the SWG");
}

static void print(struct story *story, const struct summary *summary, const struct match *match,
                  const struct dart_facts *facts)
{
    static const struct zone as_logged = {.kind = ZONE_UTC};
    struct screen s = {.out = story->options.out,
                       .width = screen_fit(story->options.width),
                       .utf8 = story->options.utf8};
    const struct view view = {.summary = summary, .zone = story->options.zone};
    const bool utc =
        match && match->overlaps &&
        (match->how == MATCH_GIVEN || match->how == MATCH_INFERRED || match->how == MATCH_ONLY);
    char text[JUDGEMENT_TEXT];
    if (match)
        screen_newline(&s);
    screen_text(&s, match ? "The module's own logs (DART), beside the capture"
                          : "The module's own logs (DART), without a capture");
    screen_newline(&s);
    if (!story->options.quiet)
        print_files(&s, story->logs);
    dart_words_times(story->logs, match, story->options.zone, text);
    line(&s, "Times", text);
    print_facts(story, &s, &view, facts, utc ? story->options.zone : as_logged);
    const char *policy = dart_words_policy(story->logs->policy, facts->swg_failed);
    if (*policy)
        line(&s, "Policy", policy);
    if (wants_capture(facts))
        line(&s, "Do",
             match ? "For what the log tells alone: capture while it fails, in the time of the log."
                   : "A log tells that nothing came back, not why: capture on the client while it "
                     "fails, and give the capture with -r.");
    if (story->logs->left_out) {
        words_amount(story->logs->left_out, "older line of the logs was left out",
                     "older lines of the logs were left out", text);
        line(&s, "Note", text);
    }
    if (story->journal.left_out)
        line(&s, "Note", "the capture holds more probes than are compared: the newest are");
}

static struct dart_span capture_span(const struct summary *summary)
{
    struct dart_span span = {NSTIME_NONE, NSTIME_NONE};
    for (size_t i = 0; i < summary->file_count; i++) {
        if (summary->file[i].first == NSTIME_NONE)
            continue;
        dart_span_note(&span, summary->file[i].first);
        dart_span_note(&span, summary->file[i].last);
    }
    return span;
}

static void on_finish(struct sink *sink, const struct summary *summary)
{
    struct story *story = (struct story *)sink;
    struct dart_facts facts;
    struct match match;
    const bool beside = summary->file_count > 0;
    journal_sort(&story->journal);
    if (story->journal.no_memory ||
        (beside && !match_find(story->logs, &story->journal, capture_span(summary),
                               story->options.utc_offset, &match))) {
        snprintf(story->error, sizeof story->error,
                 "There is not enough memory to compare the DART logs with the capture.");
        return;
    }
    reconcile(story->logs, beside ? &story->journal : NULL, beside ? &match : NULL, &facts);
    print(story, summary, beside ? &match : NULL, &facts);
    if (fflush(story->options.out) != 0 || ferror(story->options.out))
        snprintf(story->error, sizeof story->error, "Cannot write what the DART logs say: %s.",
                 strerror(errno));
}

static const char *get_error(const struct sink *sink)
{
    const struct story *story = (const struct story *)sink;
    return story->error[0] ? story->error : NULL;
}

static void free_story(struct sink *sink)
{
    struct story *story = (struct story *)sink;
    journal_free(&story->journal);
    free(story);
}

static const struct sink_ops story_ops = {.exchange = on_exchange,
                                          .attempt = on_attempt,
                                          .finish = on_finish,
                                          .error = get_error,
                                          .free = free_story};

struct sink *dart_story_new(const struct dart_logs *logs, const struct dart_story_options *options)
{
    struct story *story = calloc(1, sizeof *story);
    if (!story)
        return NULL;
    story->sink.ops = &story_ops;
    story->options = *options;
    story->logs = logs;
    return &story->sink;
}
