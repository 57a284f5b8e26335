/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interfaces_list: what -D prints: a line for each interface with its state, its addresses and a
 * hint which one to take. */
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "sensor/capture/egress.h"
#include "sensor/capture/interfaces.h"

static const char *const state_words[] = {
    [INTERFACE_ABSENT] = "gone",
    [INTERFACE_DOWN] = "down",
    [INTERFACE_NO_LINK] = "no link",
    [INTERFACE_READY] = "up",
};

static void print_addresses(FILE *out, const char *name, const struct ifaddrs *all)
{
    char text[NI_MAXHOST];
    bool any = false;
    for (const struct ifaddrs *at = all; at; at = at->ifa_next) {
        int family = at->ifa_addr ? at->ifa_addr->sa_family : AF_UNSPEC;
        if ((family != AF_INET && family != AF_INET6) || strcmp(at->ifa_name, name) != 0)
            continue;
        socklen_t length =
            family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
        if (getnameinfo(at->ifa_addr, length, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0)
            continue;
        text[strcspn(text, "%")] = '\0'; /* the scope is the interface itself */
        fprintf(out, "%s%s", any ? ", " : "  ", text);
        any = true;
    }
    if (!any)
        fputs("  no address", out);
}

/* What it is good for, in a few words. */
static const char *hint_of(const char *name, const char *egress)
{
    if (strcmp(name, egress) == 0)
        return "  <- -i auto";
    if (strcmp(name, "lo") == 0)
        return "  (this host to itself)";
    return egress_is_tunnel(name) ? "  (a tunnel: the module's packets leave outside of it)" : "";
}

bool interfaces_print(FILE *out, char error[INTERFACES_TEXT])
{
    char egress[IF_NAMESIZE] = "";
    struct ifaddrs *addresses = NULL;
    struct if_nameindex *all = if_nameindex();
    if (!all || getifaddrs(&addresses) != 0) {
        snprintf(error, INTERFACES_TEXT, "The interfaces can't be listed: %s.", strerror(errno));
        if (all)
            if_freenameindex(all);
        return false;
    }
    egress_find(egress);
    for (size_t i = 0; all[i].if_name; i++) {
        const char *name = all[i].if_name;
        unsigned index;
        fprintf(out, "%-15s %-8s", name, state_words[interface_state(name, &index)]);
        print_addresses(out, name, addresses);
        fprintf(out, "%s\n", hint_of(name, egress));
    }
    fprintf(out, "%-15s %-8s  all of them at once\n", "any", state_words[INTERFACE_READY]);
    freeifaddrs(addresses);
    if_freenameindex(all);
    error[0] = '\0';
    return fflush(out) == 0 && !ferror(out);
}
