/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interfaces: which there are, how they stand, and word of every change: what -D prints and what
 * brings a watch back after an interface was away. */
#ifndef SENSOR_CAPTURE_INTERFACES_H
#define SENSOR_CAPTURE_INTERFACES_H

#include <stdbool.h>
#include <stdio.h>

#define INTERFACES_TEXT 256

/* "eth0, lo", cut off where there are many. Returns out. */
char *interfaces_names(char out[INTERFACES_TEXT]);

enum interface_state {
    INTERFACE_ABSENT,
    INTERFACE_DOWN,    /* switched off */
    INTERFACE_NO_LINK, /* on, but no cable, or no Wi-Fi network */
    INTERFACE_READY
};

/* "any" is always ready. index: by which one of the same name is told from its predecessor; 0 where
 * it is absent. */
enum interface_state interface_state(const char *name, unsigned *index);

/* -D. False on a write error; where the list can't be had, a full sentence is in error. */
bool interfaces_print(FILE *out, char error[INTERFACES_TEXT]);

/* A descriptor that is readable when a link, an address or a route has changed; -1 with errno set.
 * To be closed. */
int interfaces_watch(void);
/* Reads the news away. */
void interfaces_heard(int fd);

#endif
