# SPDX-License-Identifier: GPL-2.0-or-later
"""wakeup: "no answer" is an event that no packet brings. A laptop asks and falls silent, nobody else
says a word, and the fault must be told within a second of the last query's deadline."""

import asyncio
import time

from client import Module
from faults import NAMED, Firewall
from netns import until
from sensor import moment
from topology import FAMILIES

DEADLINE = 5.0
SPAN = 3.1  # silence must span 3 s before it is judged


async def quiet(topology):
    """Until no packet has passed for a second."""
    seen = [topology.passed(), time.monotonic()]

    def still():
        now = topology.passed()
        if now != seen[0]:
            seen[:] = now, time.monotonic()
        return time.monotonic() - seen[1] > 1

    await until(still, "a second without a packet", 30, 0.1)


async def ask_and_fall_silent(module):
    """Of the others one answers meanwhile: without a control group silence proves too little."""
    for port, pause in ((443, 0.17), (443, SPAN), (53, 0.17), (53, 0)):
        await module.probe(port)
        if pause == SPAN:
            await module.browse()
        await asyncio.sleep(pause)


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
        # Every path has worked: from then on one failure is none.
        await until(lambda: module.counts["responses"] > 8, "an answer of every path", 10)
        await module.stop()
    await quiet(topology)

    fault = NAMED["dns-dropped"]
    firewall.set(1, fault)
    await asyncio.gather(*map(ask_and_fall_silent, modules))
    passed = topology.passed()
    for module in modules:
        due = module.sent[-1][0] + DEADLINE
        event = await sensor.alert(module, "firing", fault.codes[:1], fault.cause, DEADLINE + 10)
        told, heard = moment(event) - due, time.time() - due
        lab.say(f"{module.address}: told {told:+.3f} s after the deadline, read {heard:+.3f} s")
        if not 0 <= told <= 1:
            lab.fail(f"{module.address}: the alert is due at {due:.3f} and stamped "
                     f"{moment(event):.3f}")
        if heard > 1.5:  # a second, and what a busy machine takes to hand it over
            lab.fail(f"{module.address}: the alert was read {heard:.3f} s after it was due")
    if topology.passed() != passed:
        lab.fail("a packet came while none was to come: nothing is proved")
    await sensor.stop()
    sensor.validate("--sums")
