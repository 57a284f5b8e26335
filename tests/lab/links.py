# SPDX-License-Identifier: GPL-2.0-or-later
"""links: the interface loses its carrier, goes down, is deleted and made again. It is said, what was
open is not judged, nothing is alarmed, and within 5 s of its return the capture runs again."""

import asyncio

from client import Module
from faults import NAMED, Firewall
from netns import until
from sensor import captures
from topology import FAMILIES

DEADLINE = 5.0
ROUNDS = 3
SETTLE = 0.2  # what the kernel has not handed over when the interface goes, goes with it


async def told_again(sensor, firewall, modules):
    """The proof that the capture runs: a fault is told, and its end."""
    fault = NAMED["dns-rejected"]
    since = len(sensor.events)
    firewall.set(1, fault)
    for module in modules:
        await sensor.alert(module, "firing", fault.codes[:1], fault.cause, 20, since)
    firewall.clear(1)
    for module in modules:
        await sensor.alert(module, "resolved", fault.codes, None, 20, since)


async def cut(lab, sensor, firewall, modules, what, off, back):
    """The laptop has asked and not been answered when the interface goes; the deadline passes
    meanwhile."""
    loop = asyncio.get_running_loop()
    for module in modules:
        await module.stop()
    firewall.set(1, NAMED["dns-dropped"])
    alerts, words = len(sensor.told("firing")), len(sensor.process.talk())

    def said():
        sensor.process.check()
        return [line for line in sensor.process.talk()[words:].splitlines() if "inside" in line]

    for _ in range(ROUNDS):
        for module in modules:
            for port in (53, 443):
                await module.probe(port)
    over = loop.time() + DEADLINE + 1
    await asyncio.sleep(SETTLE)
    off()
    await until(said, f"{what}: said on standard error", 5)
    await until(lambda: loop.time() > over, "the deadline", DEADLINE + 2)
    firewall.clear(1)
    back()
    since = loop.time()
    await until(lambda: "is back after" in said()[-1] and captures(firewall.topology.firewall, "inside"),
                f"{what}: the capture runs again", 5)
    lab.say(f"{what}: the capture ran again {loop.time() - since:.2f} s after the return")
    if len(said()) != 2:
        lab.fail(f"{what}: said {len(said())} times, not when it went and when it was back: "
                 f"{said()}")
    if len(sensor.told("firing")) != alerts:
        lab.fail(f"{what}: {sensor.told('firing')[alerts:]}")
    for module in modules:
        module.start()
    await told_again(sensor, firewall, modules)


async def run(lab):
    topology = await lab.network(1)
    firewall = Firewall(topology)
    firewall.apply()
    sensor = await lab.sensor("inside", topology.firewall, "inside")
    modules = [Module(topology.client, family, 1) for family in FAMILIES]
    for module in modules:
        module.start()
    for module in modules:
        await sensor.protected(module)
    for what, off, back in (("carrier lost", topology.carrier_down, topology.link_up),
                            ("interface down", topology.inside_down, topology.link_up),
                            ("interface deleted", topology.unplug, topology.plug_in)):
        await cut(lab, sensor, firewall, modules, what, off, back)
    for module in modules:
        await module.stop()
    await sensor.stop()
    sensor.validate("--sums")
    dns, asked = sensor.stats()["dns"], 3 * ROUNDS * 2 * 2 * len(modules)
    if dns["undetermined"] < asked:
        lab.fail(f"{asked} queries were open when the interface went, "
                 f"{dns['undetermined']} are undetermined")
    if dns["queries"] != sum(module.counts["queries"] for module in modules):
        lab.fail(f"the laptop asked {sum(m.counts['queries'] for m in modules)} times, "
                 f"{dns['queries']} queries were counted")
    wrong = [t for t in sensor.told("firing") if "icmp-reject" not in t and "dns-" in t]
    if wrong:
        lab.fail(f"told though nothing was due: {wrong}")
