/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inflate: see inflate.h. */
#include "sensor/capture/inflate.h"

#include <stdio.h>
#include <string.h>

#ifdef HAVE_LIBARCHIVE
#include <archive.h>
#include <errno.h>
#endif

#include "sensor/capture/gunzip.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

static const struct {
    enum inflate_kind kind;
    const char *name;
    uint8_t length;
    uint8_t magic[INFLATE_MAGIC];
} kinds[] = {
    {INFLATE_GZIP, "gzip", 3, {0x1f, 0x8b, 0x08}},               /* RFC 1952 2.3.1 */
    {INFLATE_ZSTD, "zstd", 4, {0x28, 0xb5, 0x2f, 0xfd}},         /* RFC 8878 3.1.1 */
    {INFLATE_LZ4, "lz4", 4, {0x04, 0x22, 0x4d, 0x18}},           /* LZ4 frame format */
    {INFLATE_XZ, "xz", 6, {0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00}}, /* .xz file format 2.1.1 */
};

enum inflate_kind inflate_recognise(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
        if (length >= kinds[i].length && memcmp(bytes, kinds[i].magic, kinds[i].length) == 0)
            return kinds[i].kind;
    return INFLATE_NONE;
}

const char *inflate_name(enum inflate_kind kind)
{
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
        if (kinds[i].kind == kind)
            return kinds[i].name;
    return "not compressed";
}

#ifndef HAVE_LIBARCHIVE

static struct bytes_origin *open_archive(enum inflate_kind kind, struct bytes *packed,
                                         char why[BYTES_WHAT])
{
    (void)packed;
    snprintf(why, BYTES_WHAT,
             "it is compressed with %s, and this roamwatch is built without libarchive: unpack it "
             "first",
             inflate_name(kind));
    return NULL;
}

const char *inflate_version(void)
{
    return NULL;
}

#else

struct inflate {
    struct bytes_origin origin; /* first */
    enum inflate_kind kind;
    struct bytes *packed;
    struct archive *archive;
    bool begun;
    const uint8_t *piece; /* what libarchive unpacked and was not handed out yet; its memory */
    size_t left;
};

/* libarchive asks for more of the packed stream: all that is in memory, in place. */
static la_ssize_t give_packed(struct archive *archive, void *context, const void **out)
{
    struct inflate *i = context;
    if (!bytes_need(i->packed, 1)) {
        if (i->packed->status == SOURCE_END)
            return 0;
        archive_set_error(archive, EIO, "%s", i->packed->what);
        return -1;
    }
    size_t length = bytes_left(i->packed);
    *out = i->packed->at;
    bytes_skip(i->packed, length);
    return (la_ssize_t)length;
}

/* ARCHIVE_OK, ARCHIVE_EOF for a stream that holds nothing, or an error. libarchive would unpack
 * what is packed again and again, 25 times; of its filters one is the packing and one the stream.
 */
static int begin(struct inflate *i)
{
    struct archive_entry *entry;
    i->begun = true;
    int status = archive_read_open(i->archive, i, NULL, give_packed, NULL);
    if (status == ARCHIVE_OK && archive_filter_count(i->archive) > 2) {
        archive_set_error(i->archive, EINVAL, "it is packed more than once");
        return ARCHIVE_FATAL;
    }
    return status == ARCHIVE_OK ? archive_read_next_header(i->archive, &entry) : status;
}

/* What libarchive says, unless it only repeats what its input said. */
static ssize_t fail(struct inflate *i, struct bytes *by)
{
    bool ours = i->packed->status == SOURCE_STOPPED || i->packed->status == SOURCE_FAILED;
    const char *text = archive_error_string(i->archive);
    by->status = ours ? i->packed->status : SOURCE_DAMAGED;
    by->place = by->read;
    if (ours)
        memcpy(by->what, i->packed->what, sizeof by->what);
    else
        snprintf(by->what, sizeof by->what, "what is packed with %s can't be unpacked further (%s)",
                 inflate_name(i->kind), text ? text : "no reason given");
    return -1;
}

static ssize_t inflate_read(struct bytes_origin *origin, struct bytes *by, uint8_t *into,
                            size_t size)
{
    struct inflate *i = (struct inflate *)origin;
    int status = i->begun ? ARCHIVE_OK : begin(i);
    while (status == ARCHIVE_OK && i->left == 0) {
        const void *piece = NULL;
        la_int64_t offset;
        status = archive_read_data_block(i->archive, &piece, &i->left, &offset);
        i->piece = piece;
    }
    if (status == ARCHIVE_EOF)
        return 0;
    if (status != ARCHIVE_OK)
        return fail(i, by);
    size_t length = i->left < size ? i->left : size;
    memcpy(into, i->piece, length);
    i->piece += length;
    i->left -= length;
    return (ssize_t)length;
}

static void inflate_close(struct bytes_origin *origin)
{
    struct inflate *i = (struct inflate *)origin;
    archive_read_free(i->archive);
    free(i);
}

/* Only the filter that is asked for: what is packed is told by its first bytes, by us. */
static int support(struct archive *archive, enum inflate_kind kind)
{
    switch (kind) {
    case INFLATE_GZIP:
        return archive_read_support_filter_gzip(archive);
    case INFLATE_ZSTD:
        return archive_read_support_filter_zstd(archive);
    case INFLATE_LZ4:
        return archive_read_support_filter_lz4(archive);
    case INFLATE_XZ:
        return archive_read_support_filter_xz(archive);
    case INFLATE_NONE:
        break;
    }
    return ARCHIVE_FATAL;
}

/* ARCHIVE_WARN of a filter means that libarchive would start another program for it. */
static struct bytes_origin *open_archive(enum inflate_kind kind, struct bytes *packed,
                                         char why[BYTES_WHAT])
{
    struct inflate *i = calloc(1, sizeof *i);
    struct archive *archive = i ? archive_read_new() : NULL;
    if (!archive) {
        free(i);
        snprintf(why, BYTES_WHAT, "there is not enough memory to unpack it");
        return NULL;
    }
    *i = (struct inflate){.origin = {inflate_read, inflate_close},
                          .kind = kind,
                          .packed = packed,
                          .archive = archive};
    if (support(archive, kind) != ARCHIVE_OK ||
        archive_read_support_format_empty(archive) != ARCHIVE_OK ||
        archive_read_support_format_raw(archive) != ARCHIVE_OK) {
        snprintf(why, BYTES_WHAT,
                 "it is compressed with %s, which this system's libarchive can't unpack: unpack it "
                 "first",
                 inflate_name(kind));
        inflate_close(&i->origin);
        return NULL;
    }
    return &i->origin;
}

const char *inflate_version(void)
{
    return archive_version_string();
}

#endif

struct bytes_origin *inflate_open(enum inflate_kind kind, struct bytes *packed,
                                  char why[BYTES_WHAT])
{
    if (kind != INFLATE_GZIP || !gunzip_version())
        return open_archive(kind, packed, why);
    struct bytes_origin *origin = gunzip_open(packed);
    if (!origin)
        snprintf(why, BYTES_WHAT, "there is not enough memory to unpack it");
    return origin;
}
