# SPDX-License-Identifier: GPL-2.0-or-later
"""reload: SIGHUP with a bad configuration, with a good one, and after the output was moved away, all
while a fault lasts. Nothing is forgotten and nothing said twice."""

import signal

from client import Module
from faults import NAMED, Firewall
from netns import LabError, until
from topology import FAMILIES

GOOD = "version: 1\nevents:\n  exchanges: {}\n"
BAD = "version: 1\nevents:\n  exchange: all\n"
LATE = 30 + 10  # an exchange's event waits for a late answer


async def run(lab):
    topology = await lab.network(1)
    firewall = Firewall(topology)
    firewall.apply()
    conf = lab.folder / "roamwatch.yaml"
    conf.write_text(GOOD.format("none"))
    sensor = await lab.sensor("inside", topology.firewall, "inside", "-c", conf, follow=True)
    modules = [Module(topology.client, family, 1) for family in FAMILIES]
    for module in modules:
        module.start()
    for module in modules:
        await sensor.protected(module)
    fault = NAMED["dns-rejected"]
    firewall.set(1, fault)
    fired = [(await sensor.alert(m, "firing", fault.codes[:1], fault.cause))["alert"]["id"]
             for m in modules]

    conf.write_text(BAD)
    sensor.process.ask(signal.SIGHUP)
    await until(lambda: sensor.process.check() or f"{conf}:3:3: " in sensor.process.talk(),
                f"a sentence about {conf}:3:3")
    lab.say("a bad file is named, and the sensor runs on")
    if any(e["event_type"] == "dns" for e in sensor.events):
        raise LabError("dns events came before they were asked for")

    conf.write_text(GOOD.format("failed"))
    sensor.process.ask(signal.SIGHUP)
    await sensor.wait(lambda e: e["event_type"] == "dns", "dns events, as the good file asks", LATE)
    lab.say("a good file is obeyed")

    old = lab.folder / "inside.1.jsonl"
    sensor.file.rename(old)
    sensor.process.ask(signal.SIGHUP)
    await until(lambda: sensor.process.check() or sensor.file.exists(), "a new output")
    since = len(sensor.events)
    firewall.clear(1)
    for module, number in zip(modules, fired):
        event = await sensor.alert(module, "resolved", fault.codes, None, 20, since)
        if event["alert"]["id"] != number:
            lab.fail(f"{module.address}: alert {number} resolved as {event['alert']['id']}")
    lab.say("the output was rotated, and the alerts resolve in the new one")

    for module in modules:
        await module.stop()
    await sensor.stop()
    sensor.validate("--sums")
    lines = old.read_bytes().count(b"\n") + sensor.file.read_bytes().count(b"\n")
    if lines != len(sensor.events):
        lab.fail(f"{lines} lines are in the two files, {len(sensor.events)} were read")
    firing = [e["alert"]["id"] for e in sensor.events
              if e["event_type"] == "alert" and e["alert"]["state"] == "firing"
              and e["alert"]["code"] == "dns-unprotected"]
    if set(firing) != set(fired):
        lab.fail(f"alerts {fired} fired as {firing}")
    asked, queries = sum(m.counts["queries"] for m in modules), sensor.stats()["dns"]["queries"]
    if queries != asked:
        lab.fail(f"the laptop asked {asked} times, {queries} queries were counted")
