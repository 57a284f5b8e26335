/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bytes: see bytes.h. */
#include "sensor/capture/bytes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUFFER (BYTES_WINDOW + BYTES_PIECE)

bool bytes_open(struct bytes *b, struct bytes_origin *origin)
{
    *b = (struct bytes){.origin = origin, .buffer = malloc(BUFFER)};
    if (!b->buffer) {
        bytes_close(b);
        return false;
    }
    b->at = b->end = b->buffer;
    return true;
}

void bytes_close(struct bytes *b)
{
    if (b->origin)
        b->origin->close(b->origin);
    free(b->buffer);
    *b = (struct bytes){.at_end = true};
}

/* One read into the free room; false at the end and where it fails. */
static bool read_piece(struct bytes *b, size_t held)
{
    size_t room = BUFFER - held;
    ssize_t got = b->at_end ? 0
                            : b->origin->read(b->origin, b, b->buffer + held,
                                              room < BYTES_PIECE ? room : BYTES_PIECE);
    if (got == 0) {
        b->at_end = true;
        b->status = SOURCE_END;
    }
    if (got <= 0)
        return false;
    b->read += (uint64_t)got;
    b->end += got;
    return true;
}

static bool pass_over(struct bytes *b)
{
    while (b->skip > 0) {
        b->at = b->end = b->buffer;
        if (!read_piece(b, 0))
            return false;
        size_t step = b->skip < bytes_left(b) ? (size_t)b->skip : bytes_left(b);
        b->at += step;
        b->skip -= step;
    }
    return true;
}

/* The rest of the piece before is moved to the front, so that what is parsed lies in one. */
bool bytes_fill(struct bytes *b, size_t n)
{
    if (!pass_over(b))
        return false;
    if (bytes_left(b) >= n)
        return true;
    size_t held = bytes_left(b);
    memmove(b->buffer, b->at, held);
    b->at = b->buffer;
    b->end = b->buffer + held;
    while (bytes_left(b) < n)
        if (!read_piece(b, bytes_left(b)))
            return false;
    return true;
}

bool bytes_damaged(struct bytes *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(b->what, sizeof b->what, format, arguments);
    va_end(arguments);
    b->place = bytes_offset(b);
    b->status = SOURCE_DAMAGED;
    return false;
}

bool bytes_broken_off(struct bytes *b, const char *thing)
{
    return b->status == SOURCE_END ? bytes_damaged(b, "it ends within %s", thing) : false;
}

bool bytes_ended(struct bytes *b, const char *thing)
{
    return bytes_left(b) > 0 || b->skip > 0 ? bytes_broken_off(b, thing) : false;
}

/* --- a descriptor ---------------------------------------------------------------------------- */

struct descriptor {
    struct bytes_origin origin; /* first */
    int fd;
    bool owned;
    const volatile int *stop;
};

/* A read that a signal interrupts is tried again, unless the signal asked to stop. */
static ssize_t descriptor_read(struct bytes_origin *origin, struct bytes *by, uint8_t *into,
                               size_t size)
{
    struct descriptor *d = (struct descriptor *)origin;
    while (!*d->stop) {
        ssize_t got = read(d->fd, into, size);
        if (got >= 0)
            return got;
        if (errno != EINTR) {
            snprintf(by->what, sizeof by->what, "%s", strerror(errno));
            by->status = SOURCE_FAILED;
            return -1;
        }
    }
    by->status = SOURCE_STOPPED;
    return -1;
}

static void descriptor_close(struct bytes_origin *origin)
{
    struct descriptor *d = (struct descriptor *)origin;
    if (d->owned)
        close(d->fd);
    free(d);
}

struct bytes_origin *bytes_descriptor(int fd, bool owned, const volatile int *stop)
{
    struct descriptor *d = malloc(sizeof *d);
    if (!d)
        return NULL;
    *d = (struct descriptor){
        .origin = {descriptor_read, descriptor_close}, .fd = fd, .owned = owned, .stop = stop};
    return &d->origin;
}
