# SPDX-License-Identifier: GPL-2.0-or-later
"""topology: the lab's network.

    client ── veth ── firewall ── TUN relay, 10 ms, 3 hops ── cloud
    eth0      inside             far                    far

The client namespace holds the addresses of several laptops, the cloud those of the resolvers, of the
SWG and of a few other hosts. The firewall forwards, and does to each laptop what `faults` says."""

import json

from netns import Namespace

INSIDE = {4: "192.168.50.1", 6: "2001:db8:50::1"}
OUTSIDE = {4: "198.51.100.1", 6: "2001:db8:ffff::1"}
RESOLVERS = {4: ("208.67.222.222", "208.67.220.220"),
             6: ("2620:119:53::53", "2620:119:35::35")}
# What DNS gives for the SWG's names.
SWG = {4: ("18.135.112.200",), 6: ("2a05:d01c:30:9d00::200",)}
# Other hosts of the internet: the control group. The first also stands behind the SWG.
CONTROL = {4: ("151.101.65.91", "142.250.180.4", "104.18.22.46"),
           6: ("2a04:4e42:200::649", "2a00:1450:4009:820::200e", "2606:4700::6812:162e")}
FAMILIES = (4, 6)


def client_address(family, number):
    return f"192.168.50.{10 + number}" if family == 4 else f"2001:db8:50::{10 + number:x}"


def width(family, host=False):
    return {4: 32, 6: 128}[family] if host else {4: 24, 6: 64}[family]


class Topology:
    def __init__(self, clients):
        self.clients = clients
        self.client, self.firewall, self.cloud = map(Namespace, ("client", "firewall", "cloud"))
        for namespace in (self.client, self.firewall, self.cloud):
            # A duplicate address is not looked for and no router is asked for: both take seconds.
            namespace.sysctl("ipv6/conf/all/accept_dad", 0)
            namespace.sysctl("ipv6/conf/default/accept_dad", 0)
            namespace.sysctl("ipv6/conf/all/router_solicitations", 0)
            namespace.sysctl("ipv6/conf/default/router_solicitations", 0)
            namespace.sysctl("ipv6/conf/default/keep_addr_on_down", 1)
        self.firewall.sysctl("ipv4/ip_forward", 1)
        self.firewall.sysctl("ipv6/conf/all/forwarding", 1)
        self.plug_in()

    def plug_in(self):
        """The cable between client and firewall, new or again after unplug()."""
        self.firewall.do("ip", "link", "add", "name", "inside", "type", "veth",
                         "peer", "name", "eth0", "netns", "client")
        for family in FAMILIES:
            self.firewall.do("ip", "addr", "add", f"{INSIDE[family]}/{width(family)}",
                             "dev", "inside")
            for number in range(1, self.clients + 1):
                self.client.do("ip", "addr", "add",
                               f"{client_address(family, number)}/{width(family)}", "dev", "eth0")
        self.link_up()

    def link_up(self):
        """Both ends up. Neighbours are told, so that nobody has to ask for them: where the lab says
        that no packet comes, none may."""
        self.firewall.do("ip", "link", "set", "inside", "up")
        self.client.do("ip", "link", "set", "eth0", "up")
        inside, eth0 = self.mac(self.firewall, "inside"), self.mac(self.client, "eth0")
        for family in FAMILIES:
            self.client.do("ip", f"-{family}", "route", "replace", "default", "via",
                           INSIDE[family], "dev", "eth0")
            self.client.do("ip", "neigh", "replace", INSIDE[family], "lladdr", inside, "dev",
                           "eth0", "nud", "permanent")
            for number in range(1, self.clients + 1):
                self.firewall.do("ip", "neigh", "replace", client_address(family, number),
                                 "lladdr", eth0, "dev", "inside", "nud", "permanent")

    @staticmethod
    def mac(namespace, interface):
        return json.loads(namespace.do("ip", "-j", "link", "show", interface))[0]["address"]

    def passed(self):
        """Packets that went over the firewall's inside interface so far, both ways."""
        shown = json.loads(self.firewall.do("ip", "-j", "-s", "link", "show", "inside"))[0]
        return sum(shown["stats64"][way]["packets"] for way in ("rx", "tx"))

    def carrier_down(self):
        """The far end of the cable goes: the firewall's interface loses its carrier."""
        self.client.do("ip", "link", "set", "eth0", "down")

    def inside_down(self):
        self.firewall.do("ip", "link", "set", "inside", "down")

    def unplug(self):
        self.firewall.do("ip", "link", "delete", "inside")

    def cloud_up(self):
        """Addresses and routes over the relay, once its devices are there."""
        for family in FAMILIES:
            self.firewall.do("ip", "addr", "add", f"{OUTSIDE[family]}/{width(family, True)}",
                             "dev", "far")
            self.firewall.do("ip", f"-{family}", "route", "add", "default", "dev", "far")
            for address in RESOLVERS[family] + SWG[family] + CONTROL[family]:
                self.cloud.do("ip", "addr", "add", f"{address}/{width(family, True)}", "dev", "lo")
            self.cloud.do("ip", f"-{family}", "route", "add", "default", "dev", "far")
