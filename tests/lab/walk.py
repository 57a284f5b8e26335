# SPDX-License-Identifier: GPL-2.0-or-later
"""walk: laptops go through every fault and back, IPv4 and IPv6 alike. Each fault must be told with
its cause, each return must resolve what was told, and nothing else may be told of anybody."""

import asyncio
import collections

from client import CYCLE, Module
from faults import FAULTS, Firewall
from netns import LabError, until
from topology import FAMILIES, RESOLVERS

FIRE = 2 * CYCLE + 5 + 10  # the third failure's deadline, and the contract's 10 s
RESOLVE = 2 * CYCLE + 12
LEARN = 25


class Walk:
    def __init__(self, lab, sensors, firewall):
        self.lab, self.sensors, self.firewall = lab, sensors, firewall
        self.due = {}  # (client, alert's protection): the fault that it may tell of now

    async def healthy(self, module):
        """Both protections work, and are told to, before anything breaks."""
        await until(lambda: module.counts["served"] and module.counts["responses"] > 8,
                    f"{module.address} reaches its cloud", LEARN)
        for sensor in self.sensors:
            if not sensor.tcpdump:  # a replay gives its verdicts at the end
                await sensor.protected(module, LEARN)

    async def fires(self, module, fault, since):
        if fault.burst:
            await module.burst(fault.burst)
        code = fault.codes[1 if fault.burst else 0]
        for sensor in self.sensors:
            await sensor.alert(module, "firing", (code,), fault.cause, FIRE, since[sensor])

    async def resolves(self, module, fault, since):
        if fault.burst:
            await module.burst(50)  # the whole window: loss is judged over it
        for sensor in self.sensors:
            event = await sensor.alert(module, "resolved", fault.codes, None, RESOLVE,
                                       since[sensor])
            if event["alert"]["resolution"] != "recovered":
                raise LabError(f"{module.address} {fault.name}: {event['alert']['resolution']}, "
                               "not recovered")

    async def laptop(self, modules, faults):
        """One laptop's walk: `modules` are its addresses."""
        loop = asyncio.get_running_loop()
        for fault in faults:
            since = {sensor: len(sensor.events) for sensor in self.sensors}
            for module in modules:
                self.due[module.address] = fault
            start = loop.time()
            self.firewall.set(modules[0].number, fault)
            await asyncio.gather(*(self.fires(m, fault, since) for m in modules))
            told = loop.time()
            since = {sensor: len(sensor.events) for sensor in self.sensors}
            self.firewall.clear(modules[0].number)
            await asyncio.gather(*(self.resolves(m, fault, since) for m in modules))
            ended = loop.time()
            # What was tried during one fault and is tried still would meet the next one.
            await asyncio.gather(*(m.over() for m in modules))
            self.lab.say(f"laptop {modules[0].number} {fault.name:15} told after "
                         f"{told - start:4.1f} s, resolved {ended - told:4.1f} s after the end")

    def watch(self, sensor):
        """Called with every event: what is told must be what is due."""
        def check(event):
            alert = event.get("alert")
            if not alert or alert["state"] != "firing":
                return None
            fault = self.due.get(alert.get("client"))
            if fault and alert["code"] in fault.codes and alert["cause"] == fault.cause:
                return None
            return (f"{sensor.name} at {event['timestamp']}: {alert['code']} of "
                    f"{alert.get('client')} for {alert.get('cause')}, while "
                    f"{fault.name if fault else 'nothing'} was due: {alert['message']}")
        return check


def counted(lab, sensor, modules):
    """What the sensor counted is what the laptops sent and got."""
    sensor.validate("--sums")
    stats = sensor.stats()
    sums = collections.Counter()
    for module in modules:
        sums.update(module.counts + collections.Counter(lookups=module.others["lookups"]))
    # Inside, the other sensor's own lookups are a client's like any other's; on eth0 they are its own.
    lookups = [("lookups", "queries", sums["lookups"])] if sensor.interface == "eth0" else []
    for group, counter, want in (("dns", "queries", sums["queries"]),
                                 ("dns", "responses", sums["responses"]),
                                 ("dns", "copies", 0), ("dns", "unsolicited", 0),
                                 ("tcp", "attempts", sums["connects"]),
                                 *lookups, ("capture", "kernel_drops", 0), ("capture", "malformed", 0),
                                 ("tables", "evicted", 0)):
        if stats[group][counter] != want:
            lab.fail(f"{sensor.name}: {group}.{counter} is {stats[group][counter]}, "
                     f"the laptops have {want}")


async def run(lab):
    """Laptops 1 and 2 walk at the same time, half a walk apart; laptop 3 is never hit."""
    topology = await lab.network(3)
    firewall = Firewall(topology)
    firewall.apply()
    sensors = [await lab.sensor("inside", topology.firewall, "inside"),
               await lab.sensor("eth0", topology.client, "eth0")]
    laptops = [[Module(topology.client, family, number) for family in FAMILIES]
               for number in (1, 2, 3)]
    modules = [module for laptop in laptops for module in laptop]
    walk = Walk(lab, sensors, firewall)
    checks = [(sensor, walk.watch(sensor)) for sensor in sensors]
    for sensor, check in checks:
        sensor.check = check
    for module in modules:
        module.start()
    await asyncio.gather(*(walk.healthy(module) for module in modules))
    faults = lab.chosen(FAULTS)
    half = len(faults) // 2
    await asyncio.gather(walk.laptop(laptops[0], faults),
                         walk.laptop(laptops[1], faults[half:] + faults[:half]))
    for module in modules:
        await module.stop()
        if module.others["broken"]:
            lab.fail(f"{module.address}: {module.others}")
    for sensor in sensors:
        await sensor.stop()
        counted(lab, sensor, modules)
        for sentence in sensor.wrong:
            lab.fail(sentence)
        for (client, protection), status in sensor.statuses().items():
            if status != "protected":
                lab.fail(f"{sensor.name}: {client} {protection} ends {status}")
