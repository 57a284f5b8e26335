# SPDX-License-Identifier: GPL-2.0-or-later
"""speed: a large capture is sent as fast as tcpreplay can. Where `tcpdump -w /dev/null` with the same
filter loses nothing, the sensor may not either, and it counts what was sent."""

import json
import re
import subprocess

from netns import LabError, until
from sensor import captures
from topology import Topology

LOAD = ["--exchanges=60000", "--attempts=30000", "--noise=10000", "--bulk=100000"]
# The load's gateways, so that none has to be learnt in the rush.
SWG = ("18.135.112.200", "146.112.255.50", "18.168.44.17", "35.178.12.90", "52.56.201.8",
       "3.11.77.140", "2a05:d01c:7a4:1200::11", "2a05:d01c:7a4:1201::27",
       "2a05:d01c:7a4:1202::3c")
SNAP, BUFFER = 4096, 16384  # as the sensor's defaults
RATES = ((), ("--mbps=400",), ("--mbps=200",), ("--mbps=100",), ("--mbps=50",), ("--mbps=20",))


async def send(lab, topology, capture, rate):
    """What tcpreplay says of it: packets and packets a second. Meanwhile the lab goes on reading."""
    tcpreplay = await lab.processes.start("tcpreplay", topology.client.command(
        "tcpreplay", "-q", "-K", "-i", "eth0", *(rate or ("--topspeed",)), capture))
    await tcpreplay.wait(60)
    told = tcpreplay.talk()
    return (int(re.findall(r"Actual: (\d+) packets", told)[-1]),
            float(re.findall(r"Rated: .*?([\d.]+) pps", told)[-1]))


async def sustained(lab, topology, capture, text):
    """The highest of RATES at which tcpdump loses nothing."""
    for number, rate in enumerate(RATES):
        tcpdump = await lab.processes.start(f"tcpdump{number}", topology.firewall.command(
            "tcpdump", "-i", "inside", "-Z", "root", "-s", SNAP, "-B", BUFFER, "-w", "/dev/null",
            text))
        await until(lambda: tcpdump.check() or captures(topology.firewall, "inside"), "tcpdump")
        packets, pps = await send(lab, topology, capture, rate)
        await tcpdump.end()
        lost = int(re.search(r"(\d+) packets? dropped by kernel", tcpdump.talk())[1])
        lab.say(f"tcpdump at {pps:,.0f} packets a second: {lost} of {packets} lost")
        if not lost:
            return rate
    raise LabError("tcpdump loses packets at every rate: this machine is too busy")


def output(*words):
    done = subprocess.run([str(word) for word in words], text=True, capture_output=True)
    if done.returncode:
        raise LabError(f"{words}: {done.stderr.strip()}")
    return done.stdout


def counts(stats):
    """What does not depend on the pace. At top speed a query asked again is a copy, for its deadline
    has not passed."""
    return {"queries": stats["dns"]["queries"] + stats["dns"]["copies"],
            "responses": stats["dns"]["responses"], "syns": stats["tcp"]["syns"]}


async def run(lab):
    topology = Topology(1)
    binary, capture = lab.options.binary, lab.folder / "load.pcap"
    output(lab.options.load, *LOAD, "--output", capture, "--truth", lab.folder / "truth.json")
    conf = lab.folder / "roamwatch.yaml"
    conf.write_text("version: 1\nevents:\n  exchanges: none\n")
    options = ["-c", conf, "--no-resolve", *(f"--swg={a}" for a in SWG)]
    replayed = [json.loads(line) for line in
                output(binary, "-r", capture, "-q", "-o", "-", *options).splitlines()]
    wanted = counts(replayed[-1]["stats"])
    rate = await sustained(lab, topology, capture,
                           output(binary, "--print-filter", *options).strip())
    sensor = await lab.sensor("inside", topology.firewall, "inside", *options)
    packets, pps = await send(lab, topology, capture, rate)
    await sensor.stop()
    sensor.validate("--sums")
    stats = sensor.stats()
    lab.say(f"the sensor at {pps:,.0f} packets a second: {stats['capture']['kernel_drops']} of "
            f"{packets} lost; {counts(stats)}")
    if stats["capture"]["kernel_drops"] or stats["capture"]["interface_drops"]:
        lab.fail(f"the kernel dropped {stats['capture']['kernel_drops']}")
    if counts(stats) != wanted:
        lab.fail(f"sent were {wanted}")
