/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answer: what the exchange tracker needs to know of one DNS answer, so that it can keep it when
 * the packet is gone: what kind it is, whether another one says the same, and its records as text.
 */
#ifndef DECODERS_ANSWER_H
#define DECODERS_ANSWER_H

#include "dns.h"
#include "exchanges.h"
#include "outcome.h"

#define ANSWER_RECORDS 8   /* so many records become text */
#define ANSWER_TEXT    512 /* so many bytes of text are kept */

enum answer_kind {
    ANSWER_PLAIN,   /* an answer, nothing more is known of it */
    ANSWER_UNSEEN,  /* to an own name or to who knows what, and cut before anything tells */
    ANSWER_GENUINE, /* the strings of the service prove it */
    ANSWER_ERROR,   /* SERVFAIL, REFUSED, FORMERR, NOTIMP */
    ANSWER_FOREIGN  /* to an own name, and without those strings */
};

struct answer {
    nstime time;
    struct frame_ref frame;
    uint8_t ttl; /* of the IP header */
    uint16_t rcode;
    enum answer_kind kind;
    bool whole; /* all of it was there: its content may be compared */
    struct certificate certificate;
    uint64_t content; /* rcode and the set of (type, data) of its answer section */
    char *texts;      /* as in struct exchange; owned; NULL: none */
};

/* For a watched resolver (judge_own_names) answers are judged by content and told; of a genuine one
 * only its server, unless show_ids. */
void answer_read(struct answer *out, const struct packet *packet, const struct dns_message *message,
                 const struct exchange_limits *limits, const uint64_t key[2]);
enum outcome answer_outcome(const struct answer *answer);

#endif
