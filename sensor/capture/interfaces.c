/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interfaces: see interfaces.h. */
#include "sensor/capture/interfaces.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

char *interfaces_names(char out[INTERFACES_TEXT])
{
    struct if_nameindex *all = if_nameindex();
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; all && all[i].if_name; i++) {
        size_t more = strlen(all[i].if_name) + 2;
        if (length + more + sizeof ", …" > INTERFACES_TEXT) {
            strcpy(out + length, ", …");
            break;
        }
        length += (size_t)sprintf(out + length, "%s%s", length ? ", " : "", all[i].if_name);
    }
    if (all)
        if_freenameindex(all);
    if (out[0] == '\0')
        strcpy(out, "none");
    return out;
}

/* The flags of an interface; 0 where it has gone meanwhile. */
static short flags_of(const char *name)
{
    struct ifreq request = {0};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    if (ioctl(fd, SIOCGIFFLAGS, &request) != 0)
        request.ifr_flags = 0;
    close(fd);
    return request.ifr_flags;
}

enum interface_state interface_state(const char *name, unsigned *index)
{
    *index = 0;
    if (strcmp(name, "any") == 0)
        return INTERFACE_READY;
    *index = if_nametoindex(name);
    if (*index == 0)
        return INTERFACE_ABSENT;
    short flags = flags_of(name);
    if (!(flags & IFF_UP))
        return INTERFACE_DOWN;
    return flags & IFF_RUNNING ? INTERFACE_READY : INTERFACE_NO_LINK;
}

int interfaces_watch(void)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    struct sockaddr_nl address = {.nl_family = AF_NETLINK,
                                  .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
                                               RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE};
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

/* What has changed is looked up, not read here: news that did not fit into the socket's buffer
 * (ENOBUFS) are then as good as any. */
void interfaces_heard(int fd)
{
    char news[16384];
    for (int n = 0; n < 64; n++) {
        ssize_t got = recv(fd, news, sizeof news, MSG_DONTWAIT);
        if (got < 0 && errno != ENOBUFS && errno != EINTR)
            return;
    }
}
