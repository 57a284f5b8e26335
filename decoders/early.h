/* SPDX-License-Identifier: GPL-2.0-or-later */
/* early: answers that met no open exchange, kept for a moment because their query may stand behind
 * them in file order. Never more than a small share of the exchanges, so that a flood of answers
 * that nobody asked for pushes out no query. */
#ifndef DECODERS_EARLY_H
#define DECODERS_EARLY_H

#include "answer.h"
#include "exchange_key.h"
#include "table.h"

struct early {
    struct table table;
    nstime stand;          /* how long one is kept */
    uint64_t *unsolicited; /* counts those that go without having met any exchange */
};

void early_init(struct early *e, nstime stand, uint32_t max, uint64_t *unsolicited);
void early_free(struct early *e);

/* Takes the answer over, with its texts. `met`: a twin of an answer that its exchange has. */
void early_keep(struct early *e, nstime now, const struct exchange_key *k, struct answer *answer,
                bool met);
/* The oldest answer under this key: it is the caller's then. */
bool early_take(struct early *e, const struct exchange_key *k, struct answer *answer, bool *met);
/* Forgets what is older than it may be at `now` (NSTIME_NEVER: all). */
void early_forget(struct early *e, nstime now);
/* Makes room for something else. False where there is none to drop. */
bool early_drop_oldest(struct early *e);

#endif
