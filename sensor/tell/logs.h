/* SPDX-License-Identifier: GPL-2.0-or-later */
/* logs: the sink that tells a log of the system, syslog or the journal, over a local datagram
 * socket. It never waits: where the log is away or full an entry is lost and counted, said once,
 * and the next finds the log again. */
#ifndef SENSOR_TELL_LOGS_H
#define SENSOR_TELL_LOGS_H

#include "sink.h"

enum logs_form { LOGS_SYSLOG, LOGS_JOURNAL };

struct logs_options {
    enum logs_form form;
    unsigned facility;  /* LOGS_SYSLOG: which of the configuration's words */
    const char *socket; /* path; as long as the sink */
    const char *source; /* what is watched: "eth1, eth2"; as long as the sink */
};

/* NULL where memory is out. That the log is away is no error: it may come. */
struct sink *logs_new(const struct logs_options *options);

/* Entries that could not be handed over. */
uint64_t logs_lost(const struct sink *sink);

#endif
