/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outfile: see outfile.h. */
#include "sensor/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NEW_FILE_MODE 0640

/* The folder of the path, and in *name what is behind its last slash. */
static int open_folder(const char *path, const char **name)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (length >= sizeof folder) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(folder, path, length);
    folder[length] = '\0';
    *name = slash ? slash + 1 : path;
    const char *where = !slash ? "." : length == 0 ? "/" : folder;
    return open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* An error is told with the errno of what failed, not of the clean-up. */
static bool fail(int folder, int fd)
{
    const int error = errno;
    if (fd >= 0)
        close(fd);
    if (folder >= 0)
        close(folder);
    errno = error;
    return false;
}

bool outfile_open(struct outfile *out, const char *path, enum outfile_how how)
{
    const char *name;
    *out = (struct outfile){.folder = -1, .fd = -1};
    const int folder = open_folder(path, &name);
    if (folder < 0)
        return false;
    const size_t length = strlen(name);
    if (length == 0 || length >= sizeof out->name) {
        errno = length ? ENAMETOOLONG : EISDIR;
        return fail(folder, -1);
    }
    int fd = -1;
    if (how != OUTFILE_FOLDER) {
        const int start = how == OUTFILE_APPEND ? O_APPEND : O_TRUNC;
        fd = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC | start, NEW_FILE_MODE);
        if (fd < 0)
            return fail(folder, -1);
    }
    out->folder = folder;
    out->fd = fd;
    memcpy(out->name, name, length + 1);
    return true;
}

void outfile_close(struct outfile *out)
{
    if (out->fd >= 0)
        close(out->fd);
    if (out->folder >= 0)
        close(out->folder);
    out->fd = out->folder = -1;
}

bool outfile_reopen(struct outfile *out)
{
    const int fd =
        openat(out->folder, out->name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, NEW_FILE_MODE);
    if (fd < 0)
        return false;
    if (dup2(fd, out->fd) < 0 || fcntl(out->fd, F_SETFD, FD_CLOEXEC) < 0)
        return fail(-1, fd);
    close(fd);
    return true;
}

bool outfile_give(const struct outfile *out, uid_t user, gid_t group)
{
    return fchown(out->fd, user, group) == 0;
}

ssize_t outfile_read(const struct outfile *out, char *buffer, size_t room)
{
    size_t length = 0;
    const int fd = openat(out->folder, out->name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    while (length < room) {
        const ssize_t got = read(fd, buffer + length, room - length);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR) {
            fail(-1, fd);
            return -1;
        }
        length += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    return (ssize_t)length;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        const ssize_t put = write(fd, bytes, length);
        if (put < 0 && errno != EINTR)
            return false;
        if (put > 0) {
            bytes += put;
            length -= (size_t)put;
        }
    }
    return true;
}

/* NAME + suffix, where it fits into a name. */
static bool beside(const struct outfile *out, const char *suffix, char name[OUTFILE_NAME])
{
    if (snprintf(name, OUTFILE_NAME, "%s%s", out->name, suffix) < OUTFILE_NAME)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

bool outfile_replace(const struct outfile *out, const void *bytes, size_t length)
{
    char draft[OUTFILE_NAME];
    if (!beside(out, ".new", draft))
        return false;
    /* One that was left behind by a crash may belong to another user. */
    if (unlinkat(out->folder, draft, 0) != 0 && errno != ENOENT)
        return false;
    const int fd = openat(out->folder, draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                          NEW_FILE_MODE);
    if (fd < 0)
        return false;
    if (!write_all(fd, bytes, length) || fsync(fd) != 0 ||
        renameat(out->folder, draft, out->folder, out->name) != 0) {
        const int error = errno;
        unlinkat(out->folder, draft, 0);
        errno = error;
        return fail(-1, fd);
    }
    close(fd);
    /* The rename itself must outlive a power cut; some file systems cannot, and none is worse. */
    (void)fsync(out->folder);
    return true;
}

bool outfile_rename(const struct outfile *out, const char *suffix)
{
    char other[OUTFILE_NAME];
    return beside(out, suffix, other) && renameat(out->folder, out->name, out->folder, other) == 0;
}
