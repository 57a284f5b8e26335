/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice: see advice.h. A table, so that whoever improves a sentence finds it here. */
#include "sensor/detect/advice.h"

#include <stdio.h>

#define STEPS 4

#define OTHER_NETWORK                                                                              \
    "To confirm, join another network (a phone's hotspot): the status must turn to Protected."
#define SWG_BY_NAME                                                                                \
    "On the perimeter firewall allow TCP 80 and 443 to the secure web gateway by name (an FQDN "   \
    "object for *.sigproxy.qq.opendns.com, *.sseproxy.qq.opendns.com and proxy.sig.umbrella.com) " \
    "or by your region's ingress list; a single address changes."
#define NO_INSPECTION                                                                              \
    "Do no TLS or application inspection on it: the first bytes on TCP 443 are a plain HTTP "      \
    "CONNECT, not TLS."

#define LOG_ON                                                                                     \
    "Open a browser and log on to the network (http://captive.apple.com leads to its page); "      \
    "protection follows by itself."
#define NETWORK_FIRST                                                                              \
    "Mend the connection to the internet first: uplink, gateway, Wi-Fi. Nothing here tells of "    \
    "Cisco's cloud."

/* "%s" stands for the failing servers. */
static const struct {
    enum protection protection;
    enum cause cause;
    const char *step[STEPS];
} table[] = {
    {PROTECTION_DNS,
     CAUSE_SILENT_DROP,
     {"On the perimeter firewall allow UDP and TCP, ports 53 and 443, to %s (53 is what protection "
      "needs; without 443 DNS stays unencrypted).",
      OTHER_NETWORK}},
    {PROTECTION_DNS,
     CAUSE_ICMP_REJECT,
     {"On the box that sends the ICMP errors allow UDP and TCP, ports 53 and 443, to %s.",
      OTHER_NETWORK}},
    {PROTECTION_DNS,
     CAUSE_MIDDLEBOX_RESET,
     {"On the box that resets the connections allow TCP, ports 53 and 443, to %s, without DNS "
      "inspection.",
      OTHER_NETWORK}},
    {PROTECTION_DNS,
     CAUSE_RESET,
     {"Look in the firewall's log for resets to %s. If it wrote them, allow TCP, ports 53 and 443, "
      "without DNS inspection.",
      OTHER_NETWORK}},
    {PROTECTION_DNS,
     CAUSE_FOREIGN_ANSWER,
     {"Exempt %s from DNS interception (transparent proxy, DNAT of port 53, DNS security of the "
      "firewall or the provider): UDP and TCP, ports 53 and 443.",
      "To confirm, run: nslookup -type=txt debug.opendns.com 208.67.222.222 - genuine answers "
      "begin with \"server\".",
      OTHER_NETWORK}},
    {PROTECTION_DNS,
     CAUSE_RESOLVER_ERROR,
     {"Look at https://status.umbrella.com for trouble at the cloud's resolvers.",
      "Check whether a DNS proxy on the way answers in place of %s.", OTHER_NETWORK}},
    {PROTECTION_DNS,
     CAUSE_LATE_ANSWERS,
     {"Look for a congested uplink, a queue or a DNS inspection that holds packets to %s back for "
      "seconds.",
      OTHER_NETWORK}},
    {PROTECTION_DNS,
     CAUSE_PACKET_LOSS,
     {"Look for loss on the way to %s: Wi-Fi, uplink, and the firewall's NAT ports and per-host "
      "limits under load.",
      "Set the firewall's UDP timeout for DNS to 10 to 15 seconds."}},
    {PROTECTION_WEB, CAUSE_SILENT_DROP, {SWG_BY_NAME, NO_INSPECTION, OTHER_NETWORK}},
    {PROTECTION_WEB, CAUSE_ICMP_REJECT, {SWG_BY_NAME, NO_INSPECTION, OTHER_NETWORK}},
    {PROTECTION_WEB, CAUSE_MIDDLEBOX_RESET, {SWG_BY_NAME, NO_INSPECTION, OTHER_NETWORK}},
    {PROTECTION_WEB,
     CAUSE_RESET,
     {"Look in the firewall's log for resets to %s. If it wrote them: " SWG_BY_NAME, NO_INSPECTION,
      OTHER_NETWORK}},
    {PROTECTION_WEB,
     CAUSE_SERVER_RESET,
     {"Look at https://status.umbrella.com for trouble at the secure web gateway.",
      "Check that the organisation is licensed for it and that the client's public address is not "
      "blocked; then open a case with Cisco with this capture."}},
    {PROTECTION_WEB,
     CAUSE_KILLED_AFTER_OPEN,
     {NO_INSPECTION " Exempt the secure web gateway by name from it.", SWG_BY_NAME, OTHER_NETWORK}},
    {PROTECTION_WEB,
     CAUSE_STALLED_AFTER_OPEN,
     {NO_INSPECTION " Exempt the secure web gateway by name from it.",
      "Check the path MTU: large packets may be lost where small ones pass.", OTHER_NETWORK}},
    {PROTECTION_WEB,
     CAUSE_PACKET_LOSS,
     {"Look for loss on the way to %s: Wi-Fi, uplink, and the firewall's connection limits under "
      "load.",
      OTHER_NETWORK}},
    {PROTECTION_WEB,
     CAUSE_NAME_SINKHOLED,
     {"On the DNS server or filter that the client uses, exempt *.sigproxy.qq.opendns.com, "
      "*.sseproxy.qq.opendns.com and proxy.sig.umbrella.com from blocking and rewriting.",
      OTHER_NETWORK}},
    {PROTECTION_DNS, CAUSE_CAPTIVE_PORTAL, {LOG_ON}},
    {PROTECTION_WEB, CAUSE_CAPTIVE_PORTAL, {LOG_ON}},
    {PROTECTION_DNS, CAUSE_NETWORK_DOWN, {NETWORK_FIRST}},
    {PROTECTION_WEB, CAUSE_NETWORK_DOWN, {NETWORK_FIRST}},
    {PROTECTION_WEB,
     CAUSE_PATH_MTU,
     {"Let ICMP \"fragmentation needed\" (IPv4 3/4) and \"packet too big\" (ICMPv6 type 2) pass "
      "the "
      "firewall in both directions.",
      "Or clamp the TCP MSS on the tunnel, PPPoE or VPN in between (1300 is safe).",
      OTHER_NETWORK}},
    {PROTECTION_WEB,
     CAUSE_NAME_UNRESOLVED,
     {"Let the client's DNS server resolve *.sigproxy.qq.opendns.com, *.sseproxy.qq.opendns.com "
      "and "
      "proxy.sig.umbrella.com.",
      OTHER_NETWORK}},
};

static const char *const unknown[STEPS] = {
    "Capture again for two minutes on the client's physical interface while the fault is there.",
    OTHER_NETWORK};

static void add(struct judgement *judgement, const char *step, const char *servers)
{
    char *out = judgement->advice[judgement->advice_count++];
    const char *hole = strstr(step, "%s");
    if (hole)
        snprintf(out, JUDGEMENT_TEXT, "%.*s%s%s", (int)(hole - step), step, servers, hole + 2);
    else
        snprintf(out, JUDGEMENT_TEXT, "%s", step);
}

void advise(struct judgement *judgement, const char *servers)
{
    const char *const *steps = unknown;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].protection == judgement->protection && table[i].cause == judgement->cause)
            steps = table[i].step;
    for (size_t i = 0; i < STEPS && steps[i] && judgement->advice_count < JUDGEMENT_ADVICE; i++)
        add(judgement, steps[i], servers);
}
