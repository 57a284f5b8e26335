/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rules: one pair of functions a cause, whether it holds and how it explains itself, and what they
 * share. Only rule_table.c puts them in order. */
#ifndef SENSOR_DETECT_RULES_H
#define SENSOR_DETECT_RULES_H

#include "sensor/detect/causes.h"

#define SAY(array, ...) snprintf(array, sizeof array, __VA_ARGS__)

bool rule_holds_portal(const struct causes_work *work);
void rule_explain_portal(struct causes_work *work);
bool rule_holds_sinkhole(const struct causes_work *work);
void rule_explain_sinkhole(struct causes_work *work);
bool rule_holds_down(const struct causes_work *work);
void rule_explain_down(struct causes_work *work);
bool rule_holds_lookup(const struct causes_work *work);
void rule_explain_lookup(struct causes_work *work);
bool rule_holds_encryption(const struct causes_work *work);
void rule_explain_encryption(struct causes_work *work);
bool rule_holds_edns(const struct causes_work *work);
void rule_explain_edns(struct causes_work *work);
bool rule_holds_loss(const struct causes_work *work);
void rule_explain_loss(struct causes_work *work);
bool rule_holds_foreign(const struct causes_work *work);
void rule_explain_foreign(struct causes_work *work);
bool rule_holds_reject(const struct causes_work *work);
void rule_explain_reject(struct causes_work *work);
bool rule_holds_reset(const struct causes_work *work);
void rule_explain_reset(struct causes_work *work);
bool rule_holds_killed(const struct causes_work *work);
void rule_explain_killed(struct causes_work *work);
bool rule_holds_error(const struct causes_work *work);
void rule_explain_error(struct causes_work *work);
bool rule_holds_mtu(const struct causes_work *work);
void rule_explain_mtu(struct causes_work *work);
bool rule_holds_stalled(const struct causes_work *work);
void rule_explain_stalled(struct causes_work *work);
bool rule_holds_late(const struct causes_work *work);
void rule_explain_late(struct causes_work *work);
bool rule_holds_silence(const struct causes_work *work);
void rule_explain_silence(struct causes_work *work);
void rule_explain_unknown(struct causes_work *work); /* holds where nothing else does */

/* Failures with that outcome; whether such a part is at least half of all. */
uint64_t rule_seen(const struct causes_work *work, enum outcome outcome);
bool rule_most(const struct causes_work *work, uint64_t part);
/* By size of the client's first data: what got lost although it opened, what passed. */
struct rule_sizes {
    uint64_t count;  /* failures by a full-size segment that got lost */
    uint32_t lost;   /* the smallest of those segments, in bytes of TCP data; 0: none */
    uint32_t passed; /* the largest that passed, where that is smaller; 0: none known */
    struct frame_ref passed_frame;
    const struct failure *too_big; /* the first whose packet an ICMP error called too big */
};
struct rule_sizes rule_sizes(const struct causes_work *work);
/* The newest failure with that outcome; NULL. */
const struct failure *rule_last(const struct findings *findings, enum outcome outcome);
bool rule_web(const struct causes_work *work);
/* "queries" or "connection attempts". */
const char *rule_tries(const struct causes_work *work);
/* "UDP 53 or UDP 443" from the paths that fail with that outcome (OUTCOME_NONE: with any); web:
 * "TCP 443". */
const char *rule_ports(const struct causes_work *work, enum outcome outcome, const char *joint,
                       char out[64]);
/* Names the cause, no surer than the work's cap. */
void rule_settle(struct causes_work *work, enum cause cause, enum confidence confidence);
/* Evidence: the control group works; where the SWG's address came from. */
void rule_say_control(struct causes_work *work);
void rule_say_origin(struct causes_work *work);
void rule_out_unseen(struct causes_work *work);

#endif
