/* SPDX-License-Identifier: GPL-2.0-or-later */
/* journal: what the capture shows of the module's probes and of its tries to reach the SWG, each in
 * a line, for the comparison with the module's own logs when all is over. */
#ifndef SENSOR_DART_JOURNAL_H
#define SENSOR_DART_JOURNAL_H

#include "decoders/outcome.h"

#define JOURNAL_MOST 65536 /* the newest are kept */

struct journal_entry {
    nstime sent;
    struct addr client;
    uint8_t outcome; /* enum outcome */
    bool web;        /* a TCP attempt to an SWG, else a query for one of the module's own names */
    uint16_t port;   /* of the server */
    struct frame_ref frame; /* the query, the first SYN */
};

struct journal {
    struct journal_entry *entry;
    size_t count, room, oldest;
    uint64_t left_out;
    bool no_memory;
};

void journal_free(struct journal *journal);
void journal_exchange(struct journal *journal, const struct exchange *exchange);
void journal_attempt(struct journal *journal, const struct attempt *attempt);
/* By time. Nothing can be added after it. */
void journal_sort(struct journal *journal);
/* The first entry that is not before t; count where there is none. */
size_t journal_from(const struct journal *journal, nstime t);

#endif
