/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line_file: a file of lines that is written for months. It rotates by size, opens anew after
 * somebody moved it away, and where the disk is full it keeps what fits in memory and goes on when
 * there is room. Whatever happens, a file begins and ends with a whole line. */
#ifndef SENSOR_TELL_LINE_FILE_H
#define SENSOR_TELL_LINE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sensor/outfile.h"

/* Lines not yet written; those that find it full, while the disk is, are lost and counted. */
#define LINE_FILE_BUFFER (1024 * 1024)
/* So much is gathered before it is written, where nobody asks for it earlier. */
#define LINE_FILE_BATCH 65536

struct line_file {
    struct outfile out; /* fd is standard output's for "-" */
    bool standard;      /* … which is neither opened nor rotated */
    bool regular;       /* a file that can be cut back; no pipe, no device */
    uint64_t size;      /* of a regular file as far as it was written */
    uint64_t rotate_at; /* the file is full with this; 0: never */
    uint64_t rotate_size;
    unsigned keep; /* FILE.1 to FILE.keep */
    char *buffer;  /* whole lines; owned */
    size_t used;
    int reason;    /* errno why nothing can be written now; 0: it can */
    int odd;       /* errno why it could not rotate or open again; 0 */
    uint64_t lost; /* lines */
};

/* "-" is standard output. append: what is there stays. False with errno set. */
bool line_file_open(struct line_file *file, const char *path, bool append);
/* Writes what it can. */
void line_file_close(struct line_file *file);
/* At most so many bytes a file, and so many old ones (at least one); size 0: never. */
void line_file_rotate(struct line_file *file, uint64_t size, unsigned keep);

/* One or more whole lines, each with its line end. False where they could not be kept (counted as
 * one). */
bool line_file_write(struct line_file *file, const char *lines, size_t length);
/* Hands all to the kernel. False where it takes not all; the rest is kept: see reason. */
bool line_file_flush(struct line_file *file);
/* Opens the name again, appending: somebody moved the file. False, and odd, where that fails; the
 * old file is then written on. */
bool line_file_reopen(struct line_file *file);

#endif
