/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notify: tells the service manager how the run stands: sd_notify(3)'s plain protocol, a datagram
 * of lines "NAME=value" to the socket that $NOTIFY_SOCKET names. Without one all of it does
 * nothing.
 */
#ifndef SENSOR_NOTIFY_H
#define SENSOR_NOTIFY_H

#include <stdbool.h>

#include "decoders/nstime.h"

struct notify {
    int fd; /* connected, so that it works when the file system is out of reach; -1: none */
    nstime watchdog; /* send notify_alive() more often than this; 0: nobody waits for it */
};

/* Reads the environment. False with errno set where a socket is named and can't be reached; it is
 * then as if there were none. */
bool notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/* The start is done. status: one line for people; NULL: none. */
void notify_ready(const struct notify *notify, const char *status);
void notify_status(const struct notify *notify, const char *status);
/* The configuration is read again; notify_ready() ends it. */
void notify_reloading(const struct notify *notify);
void notify_stopping(const struct notify *notify);
void notify_alive(const struct notify *notify);
/* How often to call it: half of what is waited for, as sd_watchdog_enabled(3) advises; 0: never. */
nstime notify_interval(const struct notify *notify);

#endif
