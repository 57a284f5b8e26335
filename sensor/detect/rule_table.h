/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule_table: the rules of the diagnosis as a table, in the order in which they are tried: reasons
 * not to judge, causes, and the tells by which the writer of a reset is found. */
#ifndef SENSOR_DETECT_RULE_TABLE_H
#define SENSOR_DETECT_RULE_TABLE_H

#include "sensor/detect/causes.h"
#include "sensor/detect/resets.h"
#include "sensor/detect/trace.h"

/* A reason not to judge. health.c (thresholds) and diagnose.c (what silence can't prove) decide. */
struct reason_rule {
    struct rule_text text;
    enum reason reason;
    void (*saw)(const struct diagnosis *in, const struct judgement *judgement,
                char out[TRACE_SEEN]);
};

struct cause_rule {
    struct rule_text text;
    enum outcome outcome; /* failures that it counts; OUTCOME_NONE: none in particular */
    const char *counted;  /* "15 of 15 failures …": what they have in common */
    bool (*holds)(const struct causes_work *work); /* NULL: whenever no other rule does */
    void (*explain)(struct causes_work *work);
    void (*saw)(const struct causes_work *work, char out[TRACE_SEEN]); /* NULL: the count is all */
    bool by_tells; /* what it concludes is weighed by the tells of a reset */
};

struct reset_rule {
    struct rule_text text;
    enum reset_tell tell;
    void (*saw)(const struct reset_weight *weight, char out[TRACE_SEEN]);
};

extern const struct reason_rule reason_rules[];
extern const size_t reason_rule_count;
extern const struct cause_rule cause_rules[];
extern const size_t cause_rule_count;
extern const struct reset_rule reset_rules[];
extern const size_t reset_rule_count;

#endif
