/* SPDX-License-Identifier: GPL-2.0-or-later */
/* egress: see egress.h. Asks the kernel for the routes of its main table (rtnetlink(7)); a VPN that
 * works with a table of its own, as WireGuard's tools do, leaves the main one as it was. */
#include "sensor/capture/egress.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define REPLY_SIZE  32768
#define REPLIES_MAX 4096 /* some hundred routes each; a full internet table has other problems */

/* The best route of one kind so far. */
struct best {
    uint32_t metric;
    char device[IF_NAMESIZE]; /* "": none */
};

struct routes {
    struct best whole;    /* the default route */
    struct best half[2];  /* 0/1 and 128/1 (IPv6: ::/1, 8000::/1): how a VPN outdoes it */
    struct best physical; /* the default route that is no tunnel's */
    struct best host;     /* of one address by a gateway, no tunnel's: the way to the VPN server */
};

bool egress_is_tunnel(const char *name)
{
    struct ifreq request = {0};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool known = ioctl(fd, SIOCGIFHWADDR, &request) == 0;
    close(fd);
    switch (known ? request.ifr_hwaddr.sa_family : ARPHRD_ETHER) {
    case ARPHRD_NONE: /* tun, WireGuard */
    case ARPHRD_PPP:
    case ARPHRD_TUNNEL:
    case ARPHRD_TUNNEL6:
    case ARPHRD_SIT:
    case ARPHRD_IPGRE:
        return true;
    default:
        return false;
    }
}

static void take(struct best *best, const char *device, uint32_t metric)
{
    if (best->device[0] != '\0' && best->metric <= metric)
        return;
    best->metric = metric;
    strcpy(best->device, device);
}

static uint32_t number_of(const struct rtattr *attribute)
{
    uint32_t number = 0;
    if (RTA_PAYLOAD(attribute) >= sizeof number)
        memcpy(&number, RTA_DATA(attribute), sizeof number);
    return number;
}

/* Of several next hops the first: it is by what the others share load with. */
static uint32_t first_hop(const struct rtattr *attribute)
{
    struct rtnexthop hop;
    if (RTA_PAYLOAD(attribute) < sizeof hop)
        return 0;
    memcpy(&hop, RTA_DATA(attribute), sizeof hop);
    return (uint32_t)hop.rtnh_ifindex;
}

/* The attribute after `at`, or the first; NULL behind the last. RTA_NEXT() mixes signs. */
static const struct rtattr *next_attribute(const struct nlmsghdr *message, const struct rtattr *at)
{
    const char *end = (const char *)message + message->nlmsg_len;
    const char *next = at ? (const char *)at + RTA_ALIGN(at->rta_len)
                          : (const char *)message + NLMSG_SPACE(sizeof(struct rtmsg));
    if (next > end || (size_t)(end - next) < sizeof *at)
        return NULL;
    at = (const struct rtattr *)(const void *)next;
    return at->rta_len >= sizeof *at && at->rta_len <= end - next ? at : NULL;
}

static void take_route(struct routes *routes, const struct nlmsghdr *message)
{
    const struct rtmsg *route = NLMSG_DATA(message);
    uint32_t metric = 0, index = 0, table = route->rtm_table;
    uint8_t first_octet = 0;
    bool gateway = false;
    char device[IF_NAMESIZE];
    for (const struct rtattr *at = next_attribute(message, NULL); at;
         at = next_attribute(message, at)) {
        if (at->rta_type == RTA_OIF)
            index = number_of(at);
        else if (at->rta_type == RTA_MULTIPATH)
            index = first_hop(at);
        else if (at->rta_type == RTA_PRIORITY)
            metric = number_of(at);
        else if (at->rta_type == RTA_TABLE)
            table = number_of(at);
        else if (at->rta_type == RTA_DST && RTA_PAYLOAD(at) > 0)
            first_octet = *(const uint8_t *)RTA_DATA(at);
        gateway = gateway || at->rta_type == RTA_GATEWAY || at->rta_type == RTA_MULTIPATH;
    }
    if (route->rtm_type != RTN_UNICAST || table != RT_TABLE_MAIN || !if_indextoname(index, device))
        return;
    const uint8_t whole_address = route->rtm_family == AF_INET ? 32 : 128;
    bool tunnel = egress_is_tunnel(device);
    if (route->rtm_dst_len == 0)
        take(&routes->whole, device, metric);
    if (route->rtm_dst_len == 0 && !tunnel)
        take(&routes->physical, device, metric);
    if (route->rtm_dst_len == 1)
        take(&routes->half[first_octet >> 7], device, metric);
    if (route->rtm_dst_len == whole_address && gateway && !tunnel)
        take(&routes->host, device, metric);
}

/* True when the dump is over. */
static bool take_reply(struct routes *routes, const char *reply, size_t length)
{
    size_t at = 0;
    while (length - at >= sizeof(struct nlmsghdr)) {
        const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)(reply + at);
        if (message->nlmsg_len < sizeof *message || message->nlmsg_len > length - at ||
            message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR)
            return true;
        if (message->nlmsg_type == RTM_NEWROUTE &&
            message->nlmsg_len >= NLMSG_LENGTH(sizeof(struct rtmsg)))
            take_route(routes, message);
        at += NLMSG_ALIGN(message->nlmsg_len);
        if (at > length)
            return false;
    }
    return false;
}

static void read_routes(struct routes *routes, unsigned char family)
{
    _Alignas(struct nlmsghdr) char reply[REPLY_SIZE];
    const struct timeval patience = {.tv_sec = 1};
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
    } ask = {.header = {.nlmsg_len = sizeof ask,
                        .nlmsg_type = RTM_GETROUTE,
                        .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
             .route = {.rtm_family = family}};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    bool over = send(fd, &ask, sizeof ask, 0) < 0;
    for (int n = 0; !over && n < REPLIES_MAX; n++) {
        ssize_t got = recv(fd, reply, sizeof reply, 0);
        over = got <= 0 || take_reply(routes, reply, (size_t)got);
    }
    close(fd);
}

static const char *choose(const struct routes *routes)
{
    const struct best *half = routes->half;
    bool halves =
        half[0].device[0] != '\0' && half[1].device[0] != '\0' && egress_is_tunnel(half[0].device);
    const char *way = halves ? half[0].device : routes->whole.device;
    if (way[0] == '\0' || !egress_is_tunnel(way))
        return way;
    if (routes->host.device[0] != '\0')
        return routes->host.device;
    return routes->physical.device[0] != '\0' ? routes->physical.device : way;
}

bool egress_find(char out[IF_NAMESIZE])
{
    static const unsigned char families[] = {AF_INET, AF_INET6};
    out[0] = '\0';
    for (size_t i = 0; i < sizeof families && out[0] == '\0'; i++) {
        struct routes routes = {0};
        read_routes(&routes, families[i]);
        strcpy(out, choose(&routes));
    }
    return out[0] != '\0';
}
