/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console_keep: what the console remembers until the end. A judgement is large and valid only while
 * it is handed over, and there may be a hundred thousand clients: the worst few are kept whole, of
 * every other a few bytes. */
#ifndef SENSOR_TELL_CONSOLE_KEEP_H
#define SENSOR_TELL_CONSOLE_KEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "sensor/detect/notice.h"
#include "sensor/detect/trace.h"

/* The order in which people want to see clients. */
enum rank { RANK_FAILING, RANK_DEGRADED, RANK_UNDETERMINED, RANK_PROTECTED, RANK_COUNT };

struct client_brief {
    struct addr client;
    enum role role;
    enum rank rank; /* of its worst protection */
    struct protection_brief {
        bool given;
        enum status status;
        enum cause cause;
        enum reason reason;
        enum confidence confidence;
        nstime last_good, first_bad;
    } protection[PROTECTION_COUNT];
};

struct client_full {
    struct addr client;
    enum rank rank;
    bool given[PROTECTION_COUNT];
    struct judgement judgement[PROTECTION_COUNT];
    struct trace *trace[PROTECTION_COUNT]; /* owned; NULL until one was given (--explain) */
};

/* An alert that was over before the end. What was folded into a wider one is told with that. */
struct over {
    char who[NOTICE_WHO];
    bool wide;             /* a segment's or the site's */
    uint64_t count, of;    /* clients; wide */
    enum notice_code code; /* the worst of its life, not what it was when it ended */
    enum notice_resolution resolution;
    enum cause cause;
    enum confidence confidence;
    nstime since, until;
};

#define KEEP_OVER 20 /* more are counted only */
/* Alerts whose worst code is remembered; of others the last code is told. */
#define KEEP_WORST 65536

struct keep {
    size_t detail; /* clients kept whole */
    size_t brief_count, brief_size;
    struct client_brief *brief; /* all; worst first after keep_finish() */
    size_t full_count, full_size;
    struct client_full **full;   /* the worst, worst first */
    struct client_full *pending; /* the client whose verdicts are coming in; NULL: none yet */
    bool has_pending;
    uint8_t *worst; /* by alert id from 1: its worst code so far, plus one; owned */
    size_t worst_size;
    size_t over_count; /* all of them; over[] holds the first KEEP_OVER */
    struct over over[KEEP_OVER];
    bool failed; /* memory was out: something is missing */
};

void keep_init(struct keep *k, size_t detail);
void keep_free(struct keep *k);

/* The verdicts of one client come one after the other. */
void keep_verdict(struct keep *k, const struct judgement *judgement);
void keep_alert(struct keep *k, const struct notice *notice);
/* No verdict comes any more: sorts. */
void keep_finish(struct keep *k);
/* After it: the verdicts begin anew; alerts are kept. */
void keep_forget(struct keep *k);

#endif
