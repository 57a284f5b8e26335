/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console_explain: --explain. Every rule that was tried for one verdict, in their order: whether it
 * held, what it saw, what it needs to see, and where that is known from. */
#include "console_parts.h"
#include "sensor/detect/trace.h"

#define LABEL_COLUMN 2
#define TEXT_COLUMN  13
#define WORD_COLUMNS 8 /* "source" and its blanks */
#define PART_COLUMNS 2 /* a tell stands so much further in than its rule */

static void words_line(struct screen *s, unsigned column, const char *label, const char *text)
{
    if (text[0] == '\0')
        return;
    screen_to(s, column);
    screen_text(s, label);
    screen_to(s, column + WORD_COLUMNS);
    screen_words(s, column + WORD_COLUMNS, text);
    screen_newline(s);
}

static void print_rule(struct screen *s, const struct trace_line *line)
{
    static const char *const marks[] = {
        [TRACE_NO] = "no", [TRACE_HELD] = "holds", [TRACE_ALSO] = "holds too"};
    const unsigned in = line->part ? PART_COLUMNS : 0;
    screen_to(s, LABEL_COLUMN + in);
    screen_text(s, marks[line->mark]);
    screen_to(s, TEXT_COLUMN + in);
    screen_text(s, line->text->name);
    screen_newline(s);
    words_line(s, TEXT_COLUMN + in, "saw", line->saw);
    words_line(s, TEXT_COLUMN + in, "needs", line->text->tell);
    if (line->mark != TRACE_NO)
        words_line(s, TEXT_COLUMN + in, "unlike", line->text->apart);
    words_line(s, TEXT_COLUMN + in, "source", line->text->source);
}

void console_explain(struct screen *s, const struct judgement *j, const char *heading)
{
    screen_newline(s);
    screen_to(s, LABEL_COLUMN);
    screen_text(s, "Rules");
    screen_to(s, TEXT_COLUMN);
    screen_text(s, heading);
    if (j->status == STATUS_PROTECTED) {
        screen_words(s, TEXT_COLUMN, ": none is needed, for nothing fails.");
        screen_newline(s);
        return;
    }
    screen_words(s, TEXT_COLUMN,
                 ", in the order in which they are tried: the reasons not to judge, then the "
                 "causes, of which the first that holds is named.");
    screen_newline(s);
    for (size_t i = 0; i < j->trace->count; i++) {
        if (j->trace->line[i].mark != TRACE_UNTRIED)
            print_rule(s, &j->trace->line[i]);
    }
    if (j->status == STATUS_UNDETERMINED) {
        screen_to(s, LABEL_COLUMN);
        screen_words(s, LABEL_COLUMN, "No cause was sought: there is nothing to be sure of.");
        screen_newline(s);
    }
}
