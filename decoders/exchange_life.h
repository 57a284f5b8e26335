/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exchange_life: one exchange from its query to its end: what each packet and each deadline makes
 * of it. The tracker (exchanges.c) finds the exchange; here is the contract's order of outcomes.
 *
 * Open until its deadline; overdue, if nothing met it, while a late answer may still come; then
 * remembered until the same moment, so that twins of its answer find it. */
#ifndef DECODERS_EXCHANGE_LIFE_H
#define DECODERS_EXCHANGE_LIFE_H

#include "answer.h"
#include "exchanges.h"
#include "table.h"

enum exchange_stage { EXCHANGE_OPEN, EXCHANGE_OVERDUE, EXCHANGE_REMEMBERED };

struct exchange_entry {
    struct table_entry head;
    struct chain_node by_flow;
    struct exchange report; /* as it stands; its strings are the entry's */
    char *name, *answers;   /* owned */
    nstime deadline;        /* on the tracker's clock; the query's own stamp may lie before it */
    uint64_t content;       /* of the answer that the report shows */
    uint8_t stage;          /* enum exchange_stage */
    uint8_t answer;         /* enum outcome: what the answers in time come to; NONE: none came */
    bool unseen;            /* what came of it is not in the capture */
    bool decided;           /* report.outcome was told */
    bool genuine;           /* an answer is proven */
    bool conflict;          /* two differ, and neither is proven */
    bool whole;             /* content is of a whole answer */
    bool asked_again;       /* by a retransmission; a packet delivered twice asks once */
};

/* Whether a further packet of the same key repeats this query; if not, it asks anew. */
bool exchange_takes_copy(const struct exchange_entry *e, const struct exchange_limits *limits,
                         nstime now, nstime time);
/* Takes it: `time` is the packet's. */
void exchange_copied(struct exchange_entry *e, nstime time);
/* Still without any answer, and one could count. */
bool exchange_is_unmet(const struct exchange_entry *e);
/* Same content as the answer it has. */
bool exchange_has_twin(const struct exchange_entry *e, const struct answer *a);

/* Each returns the phases (enum phase) that are to be told now. Texts that are kept are taken out
 * of the answer. */
unsigned exchange_meets(struct exchange_entry *e, const struct exchange_limits *limits,
                        struct answer *a);
/* An answer that was captured before its query. */
unsigned exchange_meets_early(struct exchange_entry *e, struct answer *a);
unsigned exchange_rejected(struct exchange_entry *e, const struct packet *error);
/* TCP: the far side's RST. An answer that is under way may still better it. */
void exchange_is_reset(struct exchange_entry *e, const struct packet *reset);
unsigned exchange_passes_deadline(struct exchange_entry *e, nstime now);
/* Whatever its state, it ends now. */
unsigned exchange_ends(struct exchange_entry *e, nstime now);

#endif
