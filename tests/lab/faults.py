# SPDX-License-Identifier: GPL-2.0-or-later
"""faults: what the perimeter firewall does to a laptop, as nftables rules, and what roamwatch must
then say of it."""

import collections

from topology import FAMILIES, INSIDE, RESOLVERS, SWG, client_address

# name; the protection it hits, "dns" or "web"; the alert's codes, the worst first; its cause; rules:
# hook -> one line or more per family and watched address. `burst` is how many more queries a path
# needs before loss can be told from a break.
Fault = collections.namedtuple("Fault", "name protection codes cause rules burst", defaults=(0,))

DNS_CODES = ("dns-unprotected", "dns-degraded")
WEB_CODES = ("web-unavailable", "web-degraded")
DNS = "udp dport {{ 53, 443 }}"
WEB = "tcp dport 443"


def dns(verb):
    return [f"{{ip}} saddr {{client}} {{ip}} daddr {{resolver}} {DNS} {verb}"]


def web(verb, more=""):
    return [f"{{ip}} saddr {{client}} {{ip}} daddr {{swg}} {WEB} {more} {verb}"]


# numgen counts per rule: one rule per path loses every second query of each.
HALF = [f"{{ip}} saddr {{client}} {{ip}} daddr {{resolver}} udp dport {port} numgen inc mod 2 0 drop"
        for port in (53, 443)]
HALF += web("numgen inc mod 2 0 drop", "tcp flags & (fin | syn | rst | ack) == syn")

FAULTS = [
    Fault("dns-dropped", "dns", DNS_CODES, "silent-drop", {"forward": dns("drop")}),
    Fault("dns-rejected", "dns", DNS_CODES, "icmp-reject",
          {"forward": dns("reject with icmpx admin-prohibited")}),
    Fault("dns-redirected", "dns", DNS_CODES, "foreign-answer",
          {"prerouting": dns("dnat {ip} to {local}")}),
    Fault("swg-dropped", "web", WEB_CODES, "silent-drop", {"forward": web("drop")}),
    Fault("swg-reset", "web", WEB_CODES, "middlebox-reset",
          {"forward": web("reject with tcp reset")}),
    Fault("swg-rejected", "web", WEB_CODES, "icmp-reject",
          {"forward": web("reject with icmpx port-unreachable")}),
    # With the first data the firewall ends the connection in the server's name.
    Fault("swg-killed", "web", WEB_CODES, "killed-after-open",
          {"forward": web("reject with tcp reset", "tcp flags & psh == psh")}),
    Fault("swg-stalled", "web", WEB_CODES, "stalled-after-open",
          {"forward": web("drop", "tcp flags & psh == psh")}),
    # The server's own kernel refuses: the reset comes from where the SWG stands.
    Fault("swg-closed", "web", WEB_CODES, "server-reset", {"cloud": web("dnat {ip} to {closed}")}),
    # TCP mends it by itself: nothing may be said of web protection.
    Fault("half-lost", "dns", DNS_CODES, "packet-loss", {"forward": HALF}, burst=12),
]

NAMED = {fault.name: fault for fault in FAULTS}


def socket(family, address, port):
    return f"{address}:{port}" if family == 4 else f"[{address}]:{port}"


def lines(fault, number):
    """The rules of one fault for one laptop, both families: (hook, line)."""
    for hook, rules in fault.rules.items():
        for family in FAMILIES:
            for rule in rules:
                for resolver in RESOLVERS[family] if "{resolver}" in rule else (None,):
                    for swg in SWG[family] if "{swg}" in rule else (None,):
                        yield hook, rule.format(
                            ip={4: "ip", 6: "ip6"}[family], client=client_address(family, number),
                            resolver=resolver, swg=swg, local=socket(family, INSIDE[family], 53),
                            closed=socket(family, SWG[family][0], 9))


HOOKS = {"forward": "filter hook forward priority filter",
         "prerouting": "nat hook prerouting priority dstnat",
         "cloud": "nat hook prerouting priority dstnat"}


class Firewall:
    """Which laptop has which fault; nft swaps all rules at once."""

    def __init__(self, topology):
        self.topology, self.now = topology, {}

    def set(self, number, fault):
        self.now[number] = fault
        self.apply()

    def clear(self, number):
        self.now.pop(number, None)
        self.apply()

    def apply(self):
        rules = {"forward": [], "prerouting": [], "cloud": []}
        for number, fault in self.now.items():
            for hook, line in lines(fault, number):
                rules[hook].append(f"    {line}\n")
        for namespace, chains in ((self.topology.firewall, ("prerouting", "forward")),
                                  (self.topology.cloud, ("cloud",))):
            # Chains are emptied, not made anew: the kernel would forget the connections it knows.
            namespace.do("nft", "-f", "-", stdin="".join(
                f"table inet lab {{\n  chain {chain} {{ type {HOOKS[chain]}; }}\n}}\n"
                f"flush chain inet lab {chain}\n"
                f"table inet lab {{\n  chain {chain} {{\n{''.join(rules[chain])}  }}\n}}\n"
                for chain in chains))
