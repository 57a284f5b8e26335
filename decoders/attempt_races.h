/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attempt_races: notices that a client sent a SYN while another SWG connection of it opened, as
 * browsers racing IPv4 and IPv6 do (RFC 8305). The same client is the same address, or the same
 * link-layer source with the other family. */
#ifndef DECODERS_ATTEMPT_RACES_H
#define DECODERS_ATTEMPT_RACES_H

#include "attempt_life.h"

struct attempt_races {
    nstime within;
    uint64_t key[2];
    struct chains by_client, by_mac; /* attempts of the last moments */
};

void attempt_races_init(struct attempt_races *r, nstime within, const uint64_t key[2]);
void attempt_races_free(struct attempt_races *r);

/* An attempt began, or it opened: sets `raced` of it or of those beside it where it is so. */
void attempt_races_note(struct attempt_races *r, struct attempt_entry *a, nstime now);
/* The entry goes. */
void attempt_races_forget(struct attempt_races *r, struct attempt_entry *a);

#endif
