# SPDX-License-Identifier: GPL-2.0-or-later
"""clocks: the machine is suspended for an hour, and somebody sets its clock back. What was open is not
judged, nothing is alarmed, and judgement goes on afterwards. clock_shim.c moves the sensor's clocks."""

import asyncio
import os
import struct
import time

from client import Module
from faults import NAMED, Firewall
from links import told_again
from netns import until
from sensor import moment
from topology import FAMILIES
from wakeup import DEADLINE, ask_and_fall_silent

HOUR = 3600


class Clock:
    def __init__(self, path):
        self.path, self.real, self.boot = path, 0, 0
        self.write()

    def write(self):
        with open(self.path, "r+b" if self.path.exists() else "w+b") as file:
            file.write(struct.pack("=qq", self.real, self.boot))

    def suspend(self, seconds):
        self.real += seconds
        self.boot += seconds
        self.write()

    def set(self, seconds):
        self.real += seconds
        self.write()


async def jump(lab, sensor, firewall, modules, clock, what, step):
    """The clock jumps while queries wait for their deadline, which then passes."""
    loop = asyncio.get_running_loop()
    for module in modules:
        await module.stop()
    firewall.set(1, NAMED["dns-dropped"])
    alerts, words = len(sensor.told("firing")), len(sensor.process.talk())
    gaps = sensor.gaps()
    await asyncio.gather(*map(ask_and_fall_silent, modules))
    step()
    over = loop.time() + DEADLINE + 1
    await until(lambda: sensor.process.check() or loop.time() > over, "the deadline", DEADLINE + 2)
    said = sensor.process.talk()[words:].strip().splitlines()
    lab.say(f"{what}: {' / '.join(said) or 'nothing said'}")
    if not 1 <= len(said) <= 2:
        lab.fail(f"{what}: said {len(said)} times")
    if len(sensor.told("firing")) != alerts:
        lab.fail(f"{what}: {sensor.told('firing')[alerts:]}")
    firewall.clear(1)
    for module in modules:
        module.start()
    if sensor.gaps() != gaps + 1:
        lab.fail(f"{what}: {sensor.gaps() - gaps} alerts of a gap")
    await told_again(sensor, firewall, modules)
    stamped = moment(sensor.events[-1]) - time.time() - clock.real
    if abs(stamped) > 30:
        lab.fail(f"{what}: the newest event is stamped {stamped:.0f} s off")


async def run(lab):
    topology = await lab.network(1)
    firewall = Firewall(topology)
    firewall.apply()
    clock = Clock(lab.folder / "clock")
    env = os.environ | {"LD_PRELOAD": str(lab.options.shim), "LAB_CLOCK": str(clock.path),
                        # It must come before AddressSanitizer, which otherwise would not have it.
                        "ASAN_OPTIONS": "verify_asan_link_order=0"}
    sensor = await lab.sensor("inside", topology.firewall, "inside", env=env)
    modules = [Module(topology.client, family, 1) for family in FAMILIES]
    for module in modules:
        module.start()
    for module in modules:
        await sensor.protected(module)
    await jump(lab, sensor, firewall, modules, clock, "suspended for an hour",
               lambda: clock.suspend(HOUR))
    await jump(lab, sensor, firewall, modules, clock, "set back by half an hour",
               lambda: clock.set(-HOUR // 2))
    await jump(lab, sensor, firewall, modules, clock, "set forward by an hour",
               lambda: clock.set(HOUR))
    for module in modules:
        await module.stop()
    await sensor.stop()
    sensor.validate("--sums")
    dns = sensor.stats()["dns"]
    asked, open_then = sum(m.counts["queries"] for m in modules), 3 * 4 * 2 * len(modules)
    if dns["queries"] != asked:
        lab.fail(f"the laptop asked {asked} times, {dns['queries']} queries were counted")
    if dns["undetermined"] < open_then:
        lab.fail(f"{open_then} queries were open at the jumps, {dns['undetermined']} are "
                 "undetermined")
