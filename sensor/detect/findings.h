/* SPDX-License-Identifier: GPL-2.0-or-later */
/* findings: what the diagnosis works on: the failures of the failing and lossy paths laid side by
 * side, and how evidence is put into words. */
#ifndef SENSOR_DETECT_FINDINGS_H
#define SENSOR_DETECT_FINDINGS_H

#include "sensor/detect/diagnose.h"

#define FINDINGS_MAX 256 /* failures looked at; more are only counted */

struct finding {
    const struct failure *failure;
    const struct path *path;
};

struct findings {
    size_t count;
    struct finding item[FINDINGS_MAX];  /* in order of `sent` */
    uint64_t total;                     /* failures, those not kept among them */
    uint64_t by_outcome[OUTCOME_COUNT]; /* of the kept ones */
    size_t servers;
    struct addr server[4]; /* the first distinct ones, for the text */
    uint64_t sent, ok;     /* exchanges or attempts on these paths: all, and those that worked */
};

void findings_collect(struct findings *findings, const struct diagnosis *in);

#define FINDINGS_SERVERS (2 * ADDR_TEXT + 24)
/* "208.67.222.222 and 208.67.220.220", "18.135.112.200 and 3 more". */
const char *findings_servers(const struct findings *findings, char out[FINDINGS_SERVERS]);

/* "6 of 8", or "the last 6" where others had worked before. */
const char *findings_share(const struct findings *findings, uint64_t part, char out[48]);

/* What the client of all failures with that outcome had begun with: ", after the client's CONNECT";
 * "" where they differ or that tells nothing. */
const char *findings_said(const struct findings *findings, enum outcome outcome);

/* The path that fails with that outcome and was used last; NULL. */
const struct path *findings_path(const struct findings *findings, enum outcome outcome);

/* Adds a piece of evidence; NULL where there is no room. printf-like text. */
struct evidence *evidence_add(struct judgement *judgement, const char *fact, const char *format,
                              ...) __attribute__((format(printf, 3, 4)));
/* Adds a frame; those beyond the limit, or of another file than the first, are counted as more. */
void evidence_frame(struct evidence *evidence, struct frame_ref frame);
/* The frames (query, then reply) of every failure with the outcome; OUTCOME_NONE: of all. */
void evidence_failures(struct evidence *evidence, const struct findings *findings,
                       enum outcome outcome);

void judgement_rule_out(struct judgement *judgement, const char *text);
void judgement_note(struct judgement *judgement, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "12 hops away", "next to the point of capture". */
const char *hops_text(uint8_t ttl, char out[48]);
/* "0.16 ms", "12 ms", "5.0 s". */
const char *duration_text(nstime duration, char out[32]);

#endif
