/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace: see trace.h. Nothing here is asked before a verdict stands: the rules are pure, so they
 * can be tried once more, and those behind the one that held as well. */
#include "sensor/detect/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sensor/detect/rule_table.h"

static void add_line(struct trace *trace, const struct rule_text *text, bool part)
{
    if (trace->count < TRACE_LINES)
        trace->line[trace->count++] =
            (struct trace_line){.text = text, .part = part, .mark = TRACE_UNTRIED};
}

void trace_begin(struct trace *trace)
{
    if (!trace)
        return;
    trace->count = 0;
    for (size_t i = 0; i < reason_rule_count; i++)
        add_line(trace, &reason_rules[i].text, false);
    for (size_t i = 0; i < cause_rule_count; i++) {
        add_line(trace, &cause_rules[i].text, false);
        for (size_t t = 0; cause_rules[i].by_tells && t < reset_rule_count; t++)
            add_line(trace, &reset_rules[t].text, true);
    }
}

static struct trace_line *line_of(struct trace *trace, const struct rule_text *text)
{
    for (size_t i = 0; i < trace->count; i++)
        if (trace->line[i].text == text)
            return &trace->line[i];
    return NULL;
}

/* "0 of 15 failures were met by an ICMP error"; what more there is to say follows. */
static void say_saw(const struct cause_rule *rule, const struct causes_work *work,
                    char out[TRACE_SEEN])
{
    const struct findings *findings = work->findings;
    char more[TRACE_SEEN] = "";
    if (rule->saw)
        rule->saw(work, more);
    if (rule->outcome == OUTCOME_NONE)
        snprintf(out, TRACE_SEEN, "%s", more);
    else if (findings->count == 0)
        snprintf(out, TRACE_SEEN, "no failure on any path");
    else
        snprintf(out, TRACE_SEEN, "%" PRIu64 " of %zu failures %s%s%.200s",
                 findings->by_outcome[rule->outcome], findings->count, rule->counted,
                 more[0] ? "; " : "", more);
}

static void trace_tells(struct trace *trace, const struct causes_work *work)
{
    const struct reset_weight weight = resets_weigh(work->in, work->findings);
    for (size_t i = 0; weight.resets && i < reset_rule_count; i++) {
        struct trace_line *line = line_of(trace, &reset_rules[i].text);
        if (!line)
            continue;
        line->mark = weight.tells & reset_rules[i].tell ? TRACE_HELD : TRACE_NO;
        reset_rules[i].saw(&weight, line->saw);
    }
}

void trace_causes(struct trace *trace, const struct causes_work *work,
                  const struct cause_rule *held)
{
    for (size_t i = 0; trace && i < cause_rule_count; i++) {
        const struct cause_rule *rule = &cause_rules[i];
        struct trace_line *line = line_of(trace, &rule->text);
        if (!line)
            continue;
        if (rule == held)
            line->mark = TRACE_HELD;
        else
            line->mark = rule->holds && rule->holds(work) ? TRACE_ALSO : TRACE_NO;
        say_saw(rule, work, line->saw);
        if (rule->by_tells)
            trace_tells(trace, work);
    }
}

void trace_reasons(struct trace *trace, const struct diagnosis *in,
                   const struct judgement *judgement)
{
    for (size_t i = 0; trace && i < reason_rule_count; i++) {
        struct trace_line *line = line_of(trace, &reason_rules[i].text);
        if (!line)
            continue;
        line->mark = judgement->reason == reason_rules[i].reason ? TRACE_HELD : TRACE_NO;
        reason_rules[i].saw(in, judgement, line->saw);
    }
}
