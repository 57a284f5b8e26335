/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notify: see notify.h. */
#include "sensor/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_ROOM 512

/* A decimal number that is nothing else; 0 where it is none. */
static uint64_t number_of(const char *text)
{
    char *end;
    if (!text || *text < '0' || *text > '9')
        return 0;
    errno = 0;
    const uint64_t number = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' ? number : 0;
}

/* $WATCHDOG_USEC counts for the process that $WATCHDOG_PID names, where it names one. */
static nstime watchdog_span(void)
{
    const char *pid = getenv("WATCHDOG_PID");
    const uint64_t span = number_of(getenv("WATCHDOG_USEC"));
    if (span > (uint64_t)(INT64_MAX / NS_PER_US) || (pid && number_of(pid) != (uint64_t)getpid()))
        return 0;
    return (nstime)span * NS_PER_US;
}

/* A path, or "@" and a name in the abstract namespace. */
static bool connect_to(int fd, const char *name)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const size_t length = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || length >= sizeof to.sun_path) {
        errno = EINVAL;
        return false;
    }
    memcpy(to.sun_path, name, length);
    if (name[0] == '@')
        to.sun_path[0] = '\0';
    const size_t size = offsetof(struct sockaddr_un, sun_path) + length + (name[0] == '/');
    return connect(fd, (const struct sockaddr *)&to, (socklen_t)size) == 0;
}

bool notify_open(struct notify *notify)
{
    const char *name = getenv("NOTIFY_SOCKET");
    *notify = (struct notify){.fd = -1};
    if (!name || !*name)
        return true;
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    if (!connect_to(fd, name)) {
        const int error = errno;
        close(fd);
        errno = error;
        return false;
    }
    const struct timeval wait = {.tv_sec = 1};
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    notify->fd = fd;
    notify->watchdog = watchdog_span();
    return true;
}

void notify_close(struct notify *notify)
{
    if (notify->fd >= 0)
        close(notify->fd);
    notify->fd = -1;
}

/* A manager that is busy is waited for, but not for long. */
static void say(const struct notify *notify, const char *message)
{
    if (notify->fd >= 0)
        (void)!send(notify->fd, message, strlen(message), MSG_NOSIGNAL);
}

/* A status is one line: what follows a line break would be taken for another variable. */
static void say_status(const struct notify *notify, const char *before, const char *status)
{
    char message[MESSAGE_ROOM];
    const int length = status ? (int)strcspn(status, "\n") : 0;
    snprintf(message, sizeof message, "%s%s%.*s\n", before, status ? "STATUS=" : "", length,
             status ? status : "");
    say(notify, message);
}

void notify_ready(const struct notify *notify, const char *status)
{
    say_status(notify, "READY=1\n", status);
}

void notify_status(const struct notify *notify, const char *status)
{
    say_status(notify, "", status);
}

/* The moment lets the manager tell this reload from one before. */
void notify_reloading(const struct notify *notify)
{
    char message[MESSAGE_ROOM];
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(message, sizeof message, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\n",
             (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    say(notify, message);
}

void notify_stopping(const struct notify *notify)
{
    say(notify, "STOPPING=1\n");
}

void notify_alive(const struct notify *notify)
{
    static const char alive[] = "WATCHDOG=1\n";
    /* Nobody waits with this one: the next says as much. */
    if (notify->fd >= 0 && notify->watchdog)
        (void)!send(notify->fd, alive, sizeof alive - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

nstime notify_interval(const struct notify *notify)
{
    return notify->watchdog / 2;
}
