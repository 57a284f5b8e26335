/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outfile: an output file whose folder is held open, so that it can be opened again, rotated or
 * replaced after the user was changed, the file system confined or the folder's parents moved. */
#ifndef SENSOR_OUTFILE_H
#define SENSOR_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define OUTFILE_NAME 256 /* NAME_MAX and the end */

struct outfile {
    int folder;              /* directory descriptor; -1: not open */
    int fd;                  /* -1: not open. The number stays the same over outfile_reopen() */
    char name[OUTFILE_NAME]; /* in that folder */
};

enum outfile_how {
    OUTFILE_EMPTY,  /* created, or emptied where it is there */
    OUTFILE_APPEND, /* created, or written on at its end */
    OUTFILE_FOLDER  /* only the folder is held open: for outfile_read() and outfile_replace() */
};

/* False with errno set; out is then closed. A new file may be read by its owner and group. */
bool outfile_open(struct outfile *out, const char *path, enum outfile_how how);
void outfile_close(struct outfile *out);

/* Opens the name again, appending, on the same descriptor: after somebody moved the file away.
 * Buffers above it are to be flushed before. False with errno set; the old file then stays open. */
bool outfile_reopen(struct outfile *out);

/* Hands the file to another user, who is then able to open it again. False with errno set. */
bool outfile_give(const struct outfile *out, uid_t user, gid_t group);

/* Reads at most `room` bytes from the beginning; -1 with errno set. */
ssize_t outfile_read(const struct outfile *out, char *buffer, size_t room);

/* Puts these bytes in the place of the file's contents, so that whoever reads it, also after a
 * crash, finds the old or the new ones and never a part. False with errno set; the old ones stay.
 * What out.fd has open is then no more what the name stands for. */
bool outfile_replace(const struct outfile *out, const void *bytes, size_t length);
/* NAME becomes NAME + suffix; what had that name is gone. False with errno set. */
bool outfile_rename(const struct outfile *out, const char *suffix);

#endif
