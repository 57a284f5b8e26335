/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gunzip: see gunzip.h. */
#include "sensor/capture/gunzip.h"

#ifndef HAVE_ZLIB

const char *gunzip_version(void)
{
    return NULL;
}

struct bytes_origin *gunzip_open(struct bytes *packed)
{
    (void)packed;
    return NULL;
}

#else

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#define GZIP_WINDOW (16 + MAX_WBITS) /* zlib's way to ask for gzip's header and checksum */

struct gunzip {
    struct bytes_origin origin; /* first */
    struct bytes *packed;
    z_stream stream;
    bool done;
};

static ssize_t fail(struct bytes *by, enum source_status status, const char *what)
{
    by->status = status;
    by->place = by->read;
    snprintf(by->what, sizeof by->what, "%s", what);
    return -1;
}

/* One call of zlib on what is in memory of the packed stream. */
static int step(struct gunzip *g)
{
    size_t here = bytes_left(g->packed);
    g->stream.next_in = (z_const Bytef *)(uintptr_t)g->packed->at;
    g->stream.avail_in = (uInt)here;
    int result = inflate(&g->stream, Z_NO_FLUSH);
    bytes_skip(g->packed, here - g->stream.avail_in);
    return result;
}

/* Members may follow one another (RFC 1952 2.2); anything else behind one is padding. */
static bool next_member(struct gunzip *g)
{
    if (!bytes_need(g->packed, 2) || memcmp(g->packed->at, "\x1f\x8b", 2) != 0) {
        g->done = true;
        return false;
    }
    return inflateReset(&g->stream) == Z_OK;
}

static ssize_t gunzip_read(struct bytes_origin *origin, struct bytes *by, uint8_t *into,
                           size_t size)
{
    struct gunzip *g = (struct gunzip *)origin;
    g->stream.next_out = into;
    g->stream.avail_out = (uInt)size;
    while (!g->done && g->stream.avail_out == size) {
        if (!bytes_need(g->packed, 1)) {
            if (g->packed->status == SOURCE_END)
                return fail(by, SOURCE_DAMAGED, "what is packed with gzip ends early");
            return fail(by, g->packed->status, g->packed->what);
        }
        int result = step(g);
        bool nothing = g->stream.avail_out == size;
        if (result == Z_STREAM_END)
            next_member(g);
        else if (result != Z_OK && nothing)
            return fail(by, SOURCE_DAMAGED, "what is packed with gzip is damaged");
    }
    return (ssize_t)(size - g->stream.avail_out);
}

static void gunzip_close(struct bytes_origin *origin)
{
    struct gunzip *g = (struct gunzip *)origin;
    inflateEnd(&g->stream);
    free(g);
}

const char *gunzip_version(void)
{
    return zlibVersion();
}

struct bytes_origin *gunzip_open(struct bytes *packed)
{
    struct gunzip *g = calloc(1, sizeof *g);
    if (!g || inflateInit2(&g->stream, GZIP_WINDOW) != Z_OK) {
        free(g);
        return NULL;
    }
    g->origin = (struct bytes_origin){gunzip_read, gunzip_close};
    g->packed = packed;
    return &g->origin;
}

#endif
