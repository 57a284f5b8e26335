# SPDX-License-Identifier: GPL-2.0-or-later
"""sensor: roamwatch as the lab runs it, and the events it tells."""

import asyncio
import collections
import datetime
import json
import os
import socket
import subprocess

from netns import LabError, until

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def moment(event):
    """An event's time in seconds, as time.time() counts."""
    return datetime.datetime.strptime(event["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


def captures(namespace, interface):
    """How many packet sockets run on the interface."""
    with namespace.inside():
        try:
            index = socket.if_nametoindex(interface)
        except OSError:
            return 0
        with open("/proc/thread-self/net/packet", encoding="ascii") as file:
            rows = [line.split() for line in file.readlines()[1:]]
    return sum(int(row[4]) == index and row[5] == "1" for row in rows)


class Sensor:
    """`events` grows while it runs; wait() waits for one. They come over standard output or, with
    `follow`, from the file that they are written to, which may be rotated."""

    def __init__(self, name, namespace, interface, folder, follow=False):
        self.name, self.namespace, self.interface = name, namespace, interface
        self.file = folder / f"{name}.jsonl"
        self.follow = follow
        self.events, self.changed = [], asyncio.Event()
        self.process = self.tcpdump = None
        self.check = lambda event: None  # a sentence where an event should not have come
        self.wrong = []

    async def start(self, processes, binary, *options, pipe=False, env=None):
        """-i on the interface; with `pipe`, -r - behind tcpdump."""
        before = captures(self.namespace, self.interface)
        words, read_end = [binary, "-i", self.interface], None
        if pipe:
            read_end, write_end = os.pipe()
            words = [binary, "-r", "-"]
            self.tcpdump = await processes.start(
                f"{self.name}-tcpdump", self.namespace.command(
                    "tcpdump", "-i", self.interface, "--immediate-mode", "-Z", "root", "-U", "-s", "0", "-w", "-"),
                stdout=write_end)
            os.close(write_end)
        self.process = await processes.start(
            self.name, self.namespace.command(*words, "-o", self.file if self.follow else "-",
                                           *options),
            stdin=read_end, stdout=None if self.follow else asyncio.subprocess.PIPE, env=env)
        if pipe:
            os.close(read_end)
        self.reader = asyncio.create_task(self.read_file() if self.follow else self.read())
        await until(lambda: self.process.check()
                    or captures(self.namespace, self.interface) > before,
                    f"{self.name} on {self.interface}")

    def take(self, line):
        event = json.loads(line)
        wrong = self.check(event)
        if wrong:
            self.wrong.append(wrong)
        self.events.append(event)
        self.changed.set()

    async def read(self):
        with open(self.file, "ab") as file:
            async for line in self.process.process.stdout:
                file.write(line)
                file.flush()
                self.take(line)

    async def read_file(self):
        """A file that stands in the old one's place is read once the old one was read to its end."""
        file, rest = None, b""
        while True:
            ended = self.process.process.returncode is not None
            there = os.stat(self.file).st_ino if os.path.exists(self.file) else None
            if file:
                *lines, rest = (rest + file.read()).split(b"\n")
                for line in lines:
                    self.take(line)
            if there and (not file or os.fstat(file.fileno()).st_ino != there):
                if file:
                    file.close()
                file, rest = open(self.file, "rb"), b""
            elif ended:
                return
            else:
                await asyncio.sleep(0.02)

    def last(self, kind):
        found = [e for e in self.events if e["event_type"] == kind]
        return found[-1] if found else None

    async def wait(self, test, what, timeout, since=0):
        """The first event from `since` on for which test() holds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        at = since
        while True:
            self.changed.clear()
            while at < len(self.events):
                at += 1
                if test(self.events[at - 1]):
                    return self.events[at - 1]
            self.process.check()
            try:
                await asyncio.wait_for(self.changed.wait(), max(0.01, end - loop.time()))
            except asyncio.TimeoutError:
                raise LabError(f"{self.name}: {what}: not within {timeout:g} s") from None

    async def protected(self, module, timeout=25):
        """Both protections of the address are told to work."""
        for protection in ("dns", "web"):
            await self.wait(lambda e: e["event_type"] == "verdict"
                            and e["verdict"]["client"] == module.address
                            and e["verdict"]["protection"] == protection
                            and e["verdict"]["status"] == "protected",
                            f"{module.address} {protection} protected", timeout)

    async def alert(self, module, state, codes, cause=None, timeout=20, since=0):
        return await self.wait(
            lambda e: e["event_type"] == "alert" and e["alert"].get("client") == module.address
            and e["alert"]["state"] == state and e["alert"]["code"] in codes
            and cause in (None, e["alert"].get("cause")),
            f"{module.address}: {codes[0]} {state}{f' for {cause}' if cause else ''}", timeout,
            since)

    def told(self, *states):
        """The alerts of clients so far, as short sentences."""
        return [f"{a['state']} {a['code']} of {a['client']} for {a.get('cause')}"
                for a in (e["alert"] for e in self.events if e["event_type"] == "alert")
                if a["state"] in states and "client" in a]

    def gaps(self):
        return sum(e["event_type"] == "alert" and e["alert"]["state"] == "firing"
                   and e["alert"]["code"] == "capture-gap" for e in self.events)

    async def stop(self):
        """SIGTERM or the end of its input, and the last events read. It must end with 0."""
        if self.tcpdump:
            await self.tcpdump.end()
        else:
            self.process.ask()
        status = await self.process.wait()
        await asyncio.wait_for(self.reader, 10)
        if status != 0:
            raise LabError(f"{self.name} ended with {status}: {self.process.talk().strip()}")

    def validate(self, *options):
        """Every line against the schema, and with --sums the outcomes against their totals."""
        done = subprocess.run([f"{TOP}/tests/validate", *options, self.file], text=True,
                              capture_output=True)
        if done.returncode:
            raise LabError(f"{self.name}: {(done.stdout + done.stderr).strip()}")

    def stats(self):
        event = self.last("stats")
        if not event:
            raise LabError(f"{self.name} ended without a stats event")
        return event["stats"]

    def statuses(self):
        """(client, protection) -> status of the newest verdict."""
        found = collections.OrderedDict()
        for event in self.events:
            if event["event_type"] == "verdict":
                v = event["verdict"]
                found[v["client"], v["protection"]] = v["status"]
        return found
