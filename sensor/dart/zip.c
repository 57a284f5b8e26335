/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zip: the logs out of a DART bundle, unpacked in pieces and never written anywhere. A bundle that
 * is cut is read up to the cut; one that unpacks to more than it should is read up to the bound. */
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "sensor/dart/load.h"
#include "sensor/quote.h"

#ifndef HAVE_LIBARCHIVE

int dart_zip(struct dart_logs *logs, int fd, const char *path, size_t *found,
             char error[CONFIG_ERROR])
{
    char quoted[QUOTE_TEXT];
    (void)logs;
    (void)fd;
    (void)found;
    snprintf(error, CONFIG_ERROR,
             "%s is a ZIP, and this roamwatch is built without libarchive: unpack it and give "
             "--dart the folder.",
             quote(path, quoted));
    return EX_DATAERR;
}

#else

#include <archive.h>
#include <archive_entry.h>

#include "sensor/dart/reader.h"

struct bundle {
    struct dart_logs *logs;
    struct archive *archive;
    uint64_t unpacked; /* of all entries that had to be */
    bool too_much;
    bool damaged;
    char reason[QUOTE_TEXT]; /* libarchive's, of the first damage */
};

#define PIECE 65536

/* Hands out what one entry holds, at most so many bytes; reader may be NULL. libarchive's status.
 */
static int unpack(struct bundle *b, struct dart_reader *reader, uint64_t most, bool *whole)
{
    uint64_t length = 0;
    *whole = false;
    for (;;) {
        const void *piece = NULL;
        size_t size = 0;
        la_int64_t offset;
        const int status = archive_read_data_block(b->archive, &piece, &size, &offset);
        *whole = status == ARCHIVE_EOF;
        if (status != ARCHIVE_OK)
            return status;
        if (reader)
            dart_reader_feed(reader, piece, size);
        length += size;
        b->unpacked += size;
        b->too_much = b->unpacked > DART_TOTAL_BYTES;
        if (length > most || b->too_much)
            return ARCHIVE_OK;
    }
}

/* An entry whose packed size is not told before it must be unpacked to be passed over. */
static int pass_over(struct bundle *b, struct archive_entry *entry)
{
    bool whole;
    if (archive_entry_size_is_set(entry))
        return archive_read_data_skip(b->archive);
    return unpack(b, NULL, DART_TOTAL_BYTES, &whole);
}

static int take(struct bundle *b, struct archive_entry *entry, const char *name)
{
    bool whole;
    struct dart_file *file = dart_logs_file(b->logs, name);
    struct dart_reader *reader = file ? dart_reader_begin(b->logs, file) : NULL;
    if (!reader)
        return pass_over(b, entry);
    const int status = unpack(b, reader, DART_FILE_BYTES, &whole);
    dart_reader_end(reader);
    if (!whole)
        snprintf(file->trouble, sizeof file->trouble, "%s",
                 status == ARCHIVE_OK ? "it unpacks to more than 256 MiB"
                                      : "it can't be unpacked further");
    return status == ARCHIVE_OK && !b->too_much ? archive_read_data_skip(b->archive) : status;
}

/* One entry that can't be unpacked leaves the next ones whole. */
static void note_damage(struct bundle *b, int status)
{
    if (status >= ARCHIVE_WARN || b->damaged)
        return;
    const char *text = archive_error_string(b->archive);
    b->damaged = true;
    quote(text ? text : "no reason given", b->reason);
}

/* False at the end of the bundle, or where it can't be read on. */
static bool next(struct bundle *b, size_t *found, int *status)
{
    struct archive_entry *entry;
    *status = archive_read_next_header(b->archive, &entry);
    if (*status != ARCHIVE_OK && *status != ARCHIVE_WARN) {
        if (*status != ARCHIVE_EOF)
            note_damage(b, *status);
        return false;
    }
    const char *name = archive_entry_pathname(entry);
    if (!name || archive_entry_filetype(entry) != AE_IFREG || !dart_wanted(name)) {
        *status = pass_over(b, entry);
    } else {
        ++*found;
        *status = take(b, entry, name);
    }
    note_damage(b, *status);
    return *status > ARCHIVE_FATAL && !b->too_much;
}

static int fail(const struct bundle *b, const char *path, char error[CONFIG_ERROR])
{
    char quoted[QUOTE_TEXT];
    if (b->too_much)
        snprintf(error, CONFIG_ERROR,
                 "The DART bundle %s unpacks to more than 1 GiB and was not read further: unpack "
                 "it and give --dart the logs.",
                 quote(path, quoted));
    else
        snprintf(error, CONFIG_ERROR,
                 "The DART bundle %s is damaged and was read up to the damage (%s): ask for it "
                 "again.",
                 quote(path, quoted), b->reason);
    return EX_DATAERR;
}

int dart_zip(struct dart_logs *logs, int fd, const char *path, size_t *found,
             char error[CONFIG_ERROR])
{
    struct bundle b = {.logs = logs, .archive = archive_read_new()};
    int status = ARCHIVE_OK, result = 0;
    if (!b.archive) {
        snprintf(error, CONFIG_ERROR, "There is not enough memory for the DART bundle.");
        return EX_OSERR;
    }
    if (archive_read_support_format_zip(b.archive) == ARCHIVE_OK &&
        archive_read_open_fd(b.archive, fd, PIECE) == ARCHIVE_OK) {
        size_t entries = 0;
        while (entries < DART_ENTRIES && next(&b, found, &status))
            entries++;
        if (entries == DART_ENTRIES)
            logs->more_files++;
    } else {
        note_damage(&b, ARCHIVE_FATAL);
    }
    if (b.too_much || b.damaged)
        result = fail(&b, path, error);
    archive_read_free(b.archive);
    return result;
}

#endif
