/* SPDX-License-Identifier: GPL-2.0-or-later */
/* privileges: what the process may do once it has started. Whoever wrote the packets must not gain
 * root's rights by a mistake of ours. By libcap-ng, where it was built with it. */
#ifndef SENSOR_PRIVILEGES_H
#define SENSOR_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "sensor/config.h"

struct privileges_user {
    bool change; /* the start was made as root, and the user can be changed */
    uid_t uid;
    gid_t gid;
    char name[64];
};

/* Whom a live run becomes: `wanted` is privileges.user. 0, or an exit status with a sentence in
 * error where there is no such user. Outputs may be given to it, see outfile_give(). */
int privileges_find_user(const char *wanted, struct privileges_user *out, char error[CONFIG_ERROR]);

/* Live, before anything is opened: 0, or EX_NOPERM with a sentence that names the remedies. */
int privileges_check_capture(char error[CONFIG_ERROR]);

/* Live, when the start is done: becomes that user and keeps CAP_NET_RAW alone, for an interface
 * that comes back needs a new socket. note gets a sentence where there is something to know, else
 * "". 0, or EX_OSERR with a sentence in error. */
int privileges_keep_capture(const struct privileges_user *user, char note[CONFIG_ERROR],
                            char error[CONFIG_ERROR]);

/* A replay keeps the user and drops every capability; only the one to read others' files stays, for
 * captures that are still to be opened. 0, or EX_OSERR. */
int privileges_keep_reading(char error[CONFIG_ERROR]);
/* The last of them is open: no capability is left. */
int privileges_keep_nothing(char error[CONFIG_ERROR]);

#endif
