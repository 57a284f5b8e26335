/* SPDX-License-Identifier: GPL-2.0-or-later */
/* load: see load.h. */
#include "sensor/dart/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "sensor/dart/folder.h"
#include "sensor/dart/reader.h"
#include "sensor/quote.h"

#define PIECE 65536

/* Old versions' names too; a log that was rotated keeps the beginning of its name. */
static const struct {
    const char *begin, *end;
} wanted[] = {
    {"cscumbrellaplugin", ".txt"}, {"acumbrellaplugin", ".txt"}, {"umbrella.txt", ""},
    {"orginfo.json", ""},          {"swgconfig.json", ""},
};

bool dart_wanted(const char *name)
{
    for (const char *at = name; *at; at++)
        if (*at == '/' || *at == '\\')
            name = at + 1;
    const size_t length = strlen(name);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const size_t begin = strlen(wanted[i].begin), end = strlen(wanted[i].end);
        if (length >= begin + end && strncasecmp(name, wanted[i].begin, begin) == 0 &&
            (end ? strcasecmp(name + length - end, wanted[i].end) == 0 : length == begin))
            return true;
    }
    return false;
}

static int fail_errno(const char *path, char error[CONFIG_ERROR])
{
    char quoted[QUOTE_TEXT];
    const int reason = errno;
    snprintf(error, CONFIG_ERROR, "The DART bundle or log %s can't be read: %s.",
             quote(path, quoted), strerror(reason));
    return reason == EACCES || reason == EPERM ? EX_NOPERM : EX_NOINPUT;
}

int dart_check(const char *path, char error[CONFIG_ERROR])
{
    struct stat st;
    char quoted[QUOTE_TEXT];
    if (stat(path, &st) != 0)
        return fail_errno(path, error);
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
        snprintf(error, CONFIG_ERROR,
                 "%s is neither a file nor a folder: give --dart the bundle (ZIP), its folder or "
                 "one of its logs.",
                 quote(path, quoted));
        return EX_NOINPUT;
    }
    return access(path, R_OK) == 0 ? 0 : fail_errno(path, error);
}

/* False where reading failed; errno says why. */
static bool feed(struct dart_reader *reader, struct dart_file *file, int fd)
{
    uint8_t piece[PIECE];
    uint64_t total = 0;
    for (;;) {
        const ssize_t got = read(fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        dart_reader_feed(reader, piece, (size_t)got);
        total += (uint64_t)got;
        if (total >= DART_FILE_BYTES) {
            snprintf(file->trouble, sizeof file->trouble, "it is larger than 256 MiB");
            return true;
        }
    }
}

static int load_file(struct dart_logs *logs, int fd, const char *path, char error[CONFIG_ERROR])
{
    struct dart_file *file = dart_logs_file(logs, path);
    struct dart_reader *reader = file ? dart_reader_begin(logs, file) : NULL;
    if (!reader)
        return 0; /* counted, or memory is out, which the caller looks at */
    const bool read_on = feed(reader, file, fd);
    const int reason = errno;
    dart_reader_end(reader);
    errno = reason;
    return read_on ? 0 : fail_errno(path, error);
}

static int fail_strange(const char *path, char error[CONFIG_ERROR])
{
    char quoted[QUOTE_TEXT];
    snprintf(error, CONFIG_ERROR,
             "%s holds no line of the module's logs: give --dart the bundle (ZIP), its folder, "
             "cscumbrellaplugin.txt or Umbrella.txt.",
             quote(path, quoted));
    return EX_DATAERR;
}

static int fail_nothing(const char *path, char error[CONFIG_ERROR])
{
    char quoted[QUOTE_TEXT];
    snprintf(error, CONFIG_ERROR,
             "%s holds none of the module's logs (cscumbrellaplugin.txt, Umbrella.txt): make the "
             "DART bundle with the Umbrella module ticked.",
             quote(path, quoted));
    return EX_NOINPUT;
}

static int load_folder(struct dart_logs *logs, const char *path, char error[CONFIG_ERROR])
{
    struct dart_folder folder;
    int status = dart_folder_list(&folder, path) ? 0 : EX_OSERR;
    if (status)
        snprintf(error, CONFIG_ERROR, "There is not enough memory to read the DART folder.");
    for (size_t i = 0; i < folder.count && !status; i++) {
        /* It may have become a link or a pipe since it was listed. */
        const int fd = open(folder.path[i], O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        status =
            fd < 0 ? fail_errno(folder.path[i], error) : load_file(logs, fd, folder.path[i], error);
        if (fd >= 0)
            close(fd);
    }
    logs->more_files += folder.more;
    const bool nothing = folder.count == 0;
    dart_folder_free(&folder);
    return !status && nothing ? fail_nothing(path, error) : status;
}

static bool is_zip(int fd)
{
    char magic[4];
    return pread(fd, magic, sizeof magic, 0) == (ssize_t)sizeof magic &&
           (memcmp(magic, "PK\003\004", 4) == 0 || memcmp(magic, "PK\005\006", 4) == 0);
}

int dart_load(struct dart_logs *logs, const char *path, char error[CONFIG_ERROR])
{
    struct stat st;
    size_t found = 0;
    int status = dart_check(path, error);
    if (status)
        return status;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0) {
        status = fail_errno(path, error);
    } else if (S_ISDIR(st.st_mode)) {
        status = load_folder(logs, path, error);
    } else if (is_zip(fd)) {
        status = dart_zip(logs, fd, path, &found, error);
        if (!status && found == 0)
            status = fail_nothing(path, error);
    } else {
        status = load_file(logs, fd, path, error);
        if (!status && logs->files && !dart_file_recognised(&logs->file[logs->files - 1]))
            status = fail_strange(path, error);
    }
    if (fd >= 0)
        close(fd);
    if (!status && logs->no_memory) {
        snprintf(error, CONFIG_ERROR, "There is not enough memory for the DART logs.");
        status = EX_OSERR;
    }
    return status;
}
