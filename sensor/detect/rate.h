/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rate: how busy a client was just before it sent something, and whether more is lost when it is
 * busier: a translator that runs out of ports or a limit per host loses under load (domain fact 6
 * i). Bounded: half a minute of seconds, a class per sample. */
#ifndef SENSOR_DETECT_RATE_H
#define SENSOR_DETECT_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "decoders/nstime.h"

#define RATE_SECONDS 32
#define RATE_CLASSES 12  /* 0; 1; 2 to 3; 4 to 7; … 1024 and more */
#define RATE_UNKNOWN 255 /* older than what is remembered */

struct rate {
    int64_t newest; /* second; 0: nothing yet */
    uint16_t begun[RATE_SECONDS];
};

/* The client began an exchange, a DNSCrypt query or a connection, watched or not. */
void rate_note(struct rate *rate, nstime sent);
/* The class of how many it began in the whole second before `sent`: that is complete, whether an
 * outcome is known at once or at its deadline. */
uint8_t rate_class(const struct rate *rate, nstime sent);

/* Samples per class, and those of them that were lost. */
struct rate_losses {
    uint32_t sent[RATE_CLASSES], lost[RATE_CLASSES];
};

struct rate_rise {
    uint32_t from; /* so many begun in the second before: busy */
    uint32_t busy_sent, busy_lost, quiet_sent, quiet_lost;
};

/* Clearly more is lost when the client is busy: three times the share at least, and by chance less
 * than once in ten thousand. */
bool rate_rises(const struct rate_losses *losses, struct rate_rise *out);

#endif
