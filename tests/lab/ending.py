# SPDX-License-Identifier: GPL-2.0-or-later
"""ending: SIGTERM in the midst of traffic. What was captured by then is read, counted and told."""

from client import Module
from faults import NAMED, Firewall
from netns import until
from sensor import captures
from topology import FAMILIES

RUNS, BURST = 3, 100


async def run(lab):
    topology = await lab.network(1)
    firewall = Firewall(topology)
    for number in range(RUNS):
        # Answered, refused and dropped: each ends another way.
        firewall.now = {1: NAMED[("half-lost", "dns-rejected", "dns-dropped")[number]]}
        firewall.apply()
        sensor = await lab.sensor(f"run{number}", topology.firewall, "inside")
        modules = [Module(topology.client, family, 1) for family in FAMILIES]
        for module in modules:
            for _ in range(BURST):
                for port in (53, 443):
                    await module.probe(port)
        await sensor.stop()
        sensor.validate("--sums")
        asked, stats = sum(m.counts["queries"] for m in modules), sensor.stats()
        lab.say(f"{asked} queries, and SIGTERM at once: {stats['dns']['queries']} counted")
        if stats["dns"]["queries"] != asked or stats["capture"]["kernel_drops"]:
            lab.fail(f"asked {asked} times, {stats['dns']['queries']} counted, "
                     f"{stats['capture']['kernel_drops']} dropped by the kernel")
        await until(lambda: not captures(topology.firewall, "inside"), "the packet socket closed")
