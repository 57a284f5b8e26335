/* SPDX-License-Identifier: GPL-2.0-or-later */
/* savefile: see savefile.h. The bytes of a file or pipe, unpacked where they are compressed, go to
 * the reader of their format; what belongs to none is named. */
#include "sensor/capture/savefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "sensor/capture/inflate.h"
#include "sensor/capture/narrow.h"
#include "sensor/capture/pcapfile.h"
#include "sensor/capture/pcapng.h"
#include "sensor/capture/recognise.h"

struct savefile {
    struct source source;        /* first: see source.h */
    struct bytes file, unpacked; /* unpacked is open only where the file is compressed */
    struct bytes *bytes;         /* the one of both that the format is read from */
    bool is_pcapng;
    struct pcapfile pcapfile;
    struct pcapng pcapng;
    struct narrow *narrow; /* NULL: no FILTER */
    uint16_t file_index;
    const volatile int *stop;
};

static bool is_stdin(const char *name)
{
    return strcmp(name, "-") == 0;
}

static const char *called(const char *name)
{
    return is_stdin(name) ? "Standard input" : name;
}

/* --- before the first frame --------------------------------------------------------------------
 */

/* 0 or an errno. A named pipe is not opened for a look: its writer would take that for a reader who
 * has come and gone. */
static int try_open(const char *name, bool *directory)
{
    struct stat st;
    if (stat(name, &st) != 0)
        return errno;
    *directory = S_ISDIR(st.st_mode);
    if (S_ISFIFO(st.st_mode))
        return access(name, R_OK) == 0 ? 0 : errno;
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

static int cannot_open(const char *name, int reason, char error[SOURCE_ERROR])
{
    snprintf(error, SOURCE_ERROR, "Can't open the capture %s: %s.%s", name, strerror(reason),
             reason == ENOENT ? " Check the name after -r." : "");
    return reason == EACCES || reason == EPERM ? EX_NOPERM : EX_NOINPUT;
}

int savefile_check(const char *name, char error[SOURCE_ERROR])
{
    if (is_stdin(name))
        return 0;
    bool directory = false;
    int reason = try_open(name, &directory);
    if (reason)
        return cannot_open(name, reason, error);
    if (directory) {
        snprintf(error, SOURCE_ERROR,
                 "%s is a folder, not a capture. Name the file in it after -r.", name);
        return EX_NOINPUT;
    }
    return 0;
}

int savefile_check_filter(const char *filter, char error[SOURCE_ERROR])
{
    return narrow_check(filter, error);
}

static int no_memory(char error[SOURCE_ERROR])
{
    snprintf(error, SOURCE_ERROR, "Out of memory.");
    return EX_OSERR;
}

/* NULL with *status and error set. size: of a file that has one. */
static struct bytes_origin *open_file(const char *name, const volatile int *stop, uint64_t *size,
                                      char error[SOURCE_ERROR], int *status)
{
    int fd = STDIN_FILENO;
    struct stat st;
    if (!is_stdin(name))
        do /* the open of a named pipe waits for its writer */
            fd = open(name, O_RDONLY | O_CLOEXEC);
        while (fd < 0 && errno == EINTR && !*stop);
    if (fd < 0) {
        *status = cannot_open(name, errno, error);
        return NULL;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        *size = is_stdin(name) ? 0 : (uint64_t)st.st_size;
        posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    struct bytes_origin *origin = bytes_descriptor(fd, !is_stdin(name), stop);
    if (!origin) {
        *status = no_memory(error);
        if (!is_stdin(name))
            close(fd);
    }
    return origin;
}

/* What keeps the file from being read at all, by b's status. */
static int unreadable(const struct savefile *f, const struct bytes *b, char error[SOURCE_ERROR])
{
    const char *name = called(f->source.name);
    if (b->status == SOURCE_FAILED) {
        snprintf(error, SOURCE_ERROR, "%s can't be read: %s.", name, b->what);
        return EX_IOERR;
    }
    snprintf(error, SOURCE_ERROR,
             "%s can't be read as a capture: %s. Get it anew from where it was captured.", name,
             b->what);
    return EX_DATAERR;
}

static int unknown(struct savefile *f, struct bytes *b, char error[SOURCE_ERROR])
{
    if (!bytes_need(b, RECOGNISE_BYTES) && b->status != SOURCE_END)
        return unreadable(f, b, error);
    size_t length = bytes_left(b) < RECOGNISE_BYTES ? bytes_left(b) : RECOGNISE_BYTES;
    struct recognised is = recognise(b->at, length);
    snprintf(error, SOURCE_ERROR, "%s is%s %s. %s", called(f->source.name),
             b == &f->unpacked ? " compressed, and what is in it is" : "", is.what, is.remedy);
    return EX_DATAERR;
}

static int unpack(struct savefile *f, enum inflate_kind kind, char error[SOURCE_ERROR])
{
    char why[BYTES_WHAT];
    struct bytes_origin *origin = inflate_open(kind, &f->file, why);
    if (!origin) {
        snprintf(error, SOURCE_ERROR, "%s can't be read: %s.", called(f->source.name), why);
        return EX_DATAERR;
    }
    f->bytes = &f->unpacked;
    return bytes_open(&f->unpacked, origin) ? 0 : no_memory(error);
}

static int refuse_nested(const struct savefile *f, char error[SOURCE_ERROR])
{
    snprintf(error, SOURCE_ERROR,
             "%s is compressed more than once. Unpack it until one layer is left, and read that.",
             called(f->source.name));
    return EX_DATAERR;
}

/* Which format f->bytes has, and its header. Asks a live pipe for no more than it needs. */
static int begin(struct savefile *f, char error[SOURCE_ERROR])
{
    struct bytes *b = f->bytes;
    if (!bytes_need(b, 4) && b->status != SOURCE_END)
        return unreadable(f, b, error);
    if (bytes_left(b) >= 4 && pcapfile_magic(b->at))
        return pcapfile_begin(&f->pcapfile, b) ? 0 : unreadable(f, b, error);
    bool whole = bytes_need(b, 12);
    if (!whole && b->status != SOURCE_END)
        return unreadable(f, b, error);
    f->is_pcapng = bytes_left(b) >= 4 && pcapng_magic(b->at, bytes_left(b));
    if (f->is_pcapng && !whole) {
        bytes_broken_off(b, "the header of its first block");
        return unreadable(f, b, error);
    }
    if (f->is_pcapng)
        return 0;
    enum inflate_kind kind = inflate_recognise(b->at, bytes_left(b));
    if (kind == INFLATE_NONE)
        return unknown(f, b, error);
    if (b == &f->unpacked)
        return refuse_nested(f, error);
    return unpack(f, kind, error);
}

/* --- frames ------------------------------------------------------------------------------------
 */

/* As Wireshark counts them. */
static uint64_t number(const struct savefile *f)
{
    return f->source.frames + f->pcapng.numbered;
}

static enum source_status damaged(struct savefile *f)
{
    const struct bytes *b = f->bytes;
    char frames[64] = "before its first frame";
    if (number(f))
        snprintf(frames, sizeof frames, "after frame %llu", (unsigned long long)number(f));
    f->source.exit = EX_DATAERR;
    snprintf(f->source.error, sizeof f->source.error,
             "%s is damaged at byte %llu%s, %s: %s. What comes before the damage is judged; for "
             "the rest get the file anew from where it was captured.",
             called(f->source.name), (unsigned long long)b->place,
             b == &f->unpacked ? " of what it unpacks to" : "", frames, b->what);
    return SOURCE_DAMAGED;
}

static enum source_status failed(struct savefile *f)
{
    f->source.exit = EX_IOERR;
    snprintf(f->source.error, sizeof f->source.error,
             "%s can't be read after frame %llu: %s. What comes before is judged.",
             called(f->source.name), (unsigned long long)number(f), f->bytes->what);
    return SOURCE_FAILED;
}

static enum source_status ended(struct savefile *f)
{
    if (!f->narrow || narrow_fitted(f->narrow, called(f->source.name), f->source.error))
        return SOURCE_END;
    f->source.exit = EX_USAGE;
    return SOURCE_FAILED;
}

static enum source_status no_frame(struct savefile *f)
{
    switch (f->bytes->status) {
    case SOURCE_DAMAGED:
        return damaged(f);
    case SOURCE_FAILED:
        return failed(f);
    case SOURCE_END:
        return ended(f);
    default:
        break;
    }
    return SOURCE_STOPPED;
}

static enum source_status savefile_next(struct source *source, struct frame *out)
{
    struct savefile *f = (struct savefile *)source;
    do {
        if (*f->stop)
            return SOURCE_STOPPED;
        bool got = f->is_pcapng ? pcapng_next(&f->pcapng, f->bytes, out)
                                : pcapfile_next(&f->pcapfile, f->bytes, out);
        source->bytes = bytes_offset(&f->file);
        source->kernel_drops = f->pcapng.kernel_drops;
        source->interface_drops = f->pcapng.interface_drops;
        source->comments = f->pcapng.comments;
        source->passed_over = f->pcapng.passed_over;
        if (!got)
            return no_frame(f);
        source->frames++;
    } while (f->narrow && !narrow_passes(f->narrow, out));
    out->ref.number = number(f) & ((UINT64_C(1) << 48) - 1);
    out->ref.file = f->file_index;
    return SOURCE_FRAME;
}

static void savefile_close(struct source *source)
{
    struct savefile *f = (struct savefile *)source;
    bytes_close(&f->unpacked);
    bytes_close(&f->file);
    pcapng_free(&f->pcapng);
    narrow_free(f->narrow);
    free(f);
}

static const struct source_ops savefile_ops = {savefile_next, savefile_close};

struct source *savefile_of(struct bytes_origin *origin, const char *name, unsigned file_index,
                           const char *filter, const volatile int *stop, char error[SOURCE_ERROR],
                           int *status)
{
    struct savefile *f = calloc(1, sizeof *f);
    if (!f) {
        origin->close(origin);
        *status = no_memory(error);
        return NULL;
    }
    f->source.ops = &savefile_ops;
    f->source.name = name;
    f->file_index = (uint16_t)file_index;
    f->stop = stop;
    f->bytes = &f->file;
    bool opened = bytes_open(&f->file, origin);
    f->narrow = filter ? narrow_new(filter) : NULL;
    *status = opened && (!filter || f->narrow) ? begin(f, error) : no_memory(error);
    if (*status == 0 && f->bytes == &f->unpacked)
        *status = begin(f, error);
    if (*status) {
        savefile_close(&f->source);
        return NULL;
    }
    return &f->source;
}

struct source *savefile_open(const char *name, unsigned file_index, const char *filter,
                             const volatile int *stop, char error[SOURCE_ERROR], int *status)
{
    *status = savefile_check(name, error);
    if (*status)
        return NULL;
    uint64_t size = 0;
    struct bytes_origin *origin = open_file(name, stop, &size, error, status);
    if (!origin)
        return NULL;
    struct source *source = savefile_of(origin, name, file_index, filter, stop, error, status);
    if (source)
        source->size = size;
    return source;
}
