/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace: what --explain tells of one verdict: every rule in the order in which they are tried, what
 * it saw, and whether it held. Kept only where somebody asks; no judgement depends on it. */
#ifndef SENSOR_DETECT_TRACE_H
#define SENSOR_DETECT_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#define TRACE_LINES 32
#define TRACE_SEEN  400

/* A rule in words, for people who read no C. */
struct rule_text {
    const char *name;   /* what it concludes, in the contract's words */
    const char *tell;   /* what must be seen for it to hold */
    const char *apart;  /* what it is told apart from, and by what */
    const char *source; /* where that is known from */
};

enum trace_mark {
    TRACE_UNTRIED, /* there was nothing to try it on */
    TRACE_NO,      /* tried: it does not hold */
    TRACE_HELD,    /* it holds, and decided */
    TRACE_ALSO     /* it would have decided, had no earlier rule held */
};

struct trace_line {
    const struct rule_text *text;
    bool part; /* a tell of the rule above it */
    enum trace_mark mark;
    char saw[TRACE_SEEN]; /* in numbers; "" where untried */
};

struct trace {
    size_t count;
    struct trace_line line[TRACE_LINES];
};

struct causes_work;
struct cause_rule;
struct diagnosis;
struct judgement;

/* Each does nothing where no trace is asked for (NULL). In this order: every rule untried; the
 * rules for causes, of which one held; the reasons not to judge, once the judgement is made. */
void trace_begin(struct trace *trace);
void trace_causes(struct trace *trace, const struct causes_work *work,
                  const struct cause_rule *held);
void trace_reasons(struct trace *trace, const struct diagnosis *in,
                   const struct judgement *judgement);

#endif
