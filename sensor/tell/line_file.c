/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line_file: see line_file.h. */
#include "line_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the file ends now: others may have written to it, or emptied it. */
static void look(struct line_file *f)
{
    struct stat st;
    f->regular = fstat(f->out.fd, &st) == 0 && S_ISREG(st.st_mode);
    f->size = f->regular ? (uint64_t)st.st_size : 0;
    f->rotate_at = f->regular && !f->standard ? f->rotate_size : 0;
}

bool line_file_open(struct line_file *f, const char *path, bool append)
{
    *f = (struct line_file){.out = {.folder = -1, .fd = -1}};
    f->buffer = malloc(LINE_FILE_BUFFER);
    if (!f->buffer) {
        errno = ENOMEM;
        return false;
    }
    f->standard = strcmp(path, "-") == 0;
    if (f->standard) {
        f->out.fd = STDOUT_FILENO;
    } else if (!outfile_open(&f->out, path, append ? OUTFILE_APPEND : OUTFILE_EMPTY)) {
        const int reason = errno;
        free(f->buffer);
        f->buffer = NULL;
        errno = reason;
        return false;
    }
    look(f);
    return true;
}

void line_file_close(struct line_file *f)
{
    if (f->buffer)
        line_file_flush(f);
    if (!f->standard)
        outfile_close(&f->out);
    free(f->buffer);
    f->buffer = NULL;
}

void line_file_rotate(struct line_file *f, uint64_t size, unsigned keep)
{
    f->rotate_size = size;
    f->keep = keep ? keep : 1;
    look(f);
}

/* --- writing --------------------------------------------------------------------------------- */

/* The end of the last whole line in what was written. */
static size_t whole_lines(const char *bytes, size_t length)
{
    while (length > 0 && bytes[length - 1] != '\n')
        length--;
    return length;
}

/* A line that was cut is taken back: it is written whole when there is room. A pipe keeps its half,
 * and gets the other half first. */
static size_t take_back(struct line_file *f, size_t written)
{
    if (!f->regular)
        return written;
    const size_t whole = whole_lines(f->buffer, written);
    const off_t end = (off_t)(f->size + whole);
    if (whole == written || ftruncate(f->out.fd, end) != 0)
        return written;
    if (lseek(f->out.fd, end, SEEK_SET) != end)
        return written;
    return whole;
}

bool line_file_flush(struct line_file *f)
{
    size_t written = 0;
    int reason = 0;
    while (written < f->used && !reason) {
        const ssize_t put = write(f->out.fd, f->buffer + written, f->used - written);
        if (put > 0)
            written += (size_t)put;
        else if (put == 0 || errno != EINTR)
            reason = put == 0 ? ENOSPC : errno;
    }
    if (reason && written)
        written = take_back(f, written);
    f->size += f->regular ? written : 0;
    f->used -= written;
    memmove(f->buffer, f->buffer + written, f->used);
    f->reason = reason;
    return reason == 0;
}

/* --- rotation -------------------------------------------------------------------------------- */

#define SUFFIX 16

static bool move(struct line_file *f, unsigned from, unsigned to)
{
    char old[OUTFILE_NAME + SUFFIX], new[OUTFILE_NAME + SUFFIX];
    snprintf(old, sizeof old, "%s.%u", f->out.name, from);
    snprintf(new, sizeof new, "%s.%u", f->out.name, to);
    return renameat(f->out.folder, old, f->out.folder, new) == 0 || errno == ENOENT;
}

/* FILE.2 becomes FILE.3, FILE.1 becomes FILE.2, FILE becomes FILE.1, and a new FILE is begun. What
 * fails is tried again one file's size later: the lines go on into the old one. */
static void rotate(struct line_file *f)
{
    if (!line_file_flush(f))
        return;
    bool good = true;
    for (unsigned i = f->keep; good && i > 1; i--)
        good = move(f, i - 1, i);
    good = good && outfile_rename(&f->out, ".1") && outfile_reopen(&f->out);
    f->odd = good ? 0 : errno;
    look(f);
    if (!good)
        f->rotate_at = f->size + f->rotate_size;
}

bool line_file_write(struct line_file *f, const char *lines, size_t length)
{
    const uint64_t end = f->size + f->used;
    if (f->rotate_at && end > 0 && end + length > f->rotate_at)
        rotate(f);
    if (f->used + length > LINE_FILE_BUFFER)
        line_file_flush(f);
    if (f->used + length > LINE_FILE_BUFFER) {
        f->lost++;
        return false;
    }
    memcpy(f->buffer + f->used, lines, length);
    f->used += length;
    /* While the disk is full every line would be another try. */
    if (f->used >= LINE_FILE_BATCH && !f->reason)
        line_file_flush(f);
    return true;
}

bool line_file_reopen(struct line_file *f)
{
    if (f->standard)
        return true;
    line_file_flush(f);
    if (!outfile_reopen(&f->out)) {
        f->odd = errno;
        return false;
    }
    f->odd = 0;
    look(f);
    return true;
}
