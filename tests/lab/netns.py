# SPDX-License-Identifier: GPL-2.0-or-later
"""netns: network namespaces, and the processes that the lab starts in them. All of it lives in a
network, mount and process namespace of its own (see `run`): no packet can leave it, two labs never
meet, and whatever ends the lab, be it SIGKILL, ends every process and namespace of it."""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


class LabError(Exception):
    """The lab itself does not work, or the sensor did not do what it should."""


def setns(fd):
    if LIBC.setns(fd, CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"setns: {os.strerror(number)}")


async def until(test, what, timeout=10.0, every=0.02):
    """Waits until test() holds and gives what it returned; LabError says `what` never came."""
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout
    while True:
        got = test()
        if got:
            return got
        if loop.time() > end:
            raise LabError(f"{what}: not within {timeout:g} s")
        await asyncio.sleep(every)


class Namespace:
    def __init__(self, name):
        self.name = name
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.fd = os.open(f"/run/netns/{name}", os.O_RDONLY | os.O_CLOEXEC)
        self.do("ip", "link", "set", "lo", "up")

    @contextlib.contextmanager
    def inside(self):
        """Sockets and files of /proc/sys/net that are opened within belong to this namespace."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        setns(self.fd)
        try:
            yield
        finally:
            setns(home)
            os.close(home)

    def command(self, *words):
        return ["ip", "netns", "exec", self.name, *[str(word) for word in words]]

    def do(self, *words, stdin=None):
        """A command that is over at once; gives what it printed."""
        done = subprocess.run(self.command(*words), input=stdin, text=True, capture_output=True)
        if done.returncode:
            raise LabError(f"{' '.join(map(str, words))}: {done.stderr.strip()}")
        return done.stdout

    def sysctl(self, path, value):
        with self.inside(), open(f"/proc/sys/net/{path}", "w", encoding="ascii") as file:
            file.write(str(value))


class Process:
    """One process, its talk in a file; ended by its own id."""

    def __init__(self, name, process, log):
        self.name, self.process, self.log = name, process, log

    def talk(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def check(self):
        if self.process.returncode is not None:
            raise LabError(f"{self.name} ended with {self.process.returncode}: {self.talk().strip()}")

    def ask(self, number=signal.SIGTERM):
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    async def wait(self, timeout=10.0):
        """Its exit status. A process that does not end is killed, which is told."""
        try:
            return await asyncio.wait_for(self.process.wait(), timeout)
        except asyncio.TimeoutError:
            self.process.kill()
            await self.process.wait()
            raise LabError(f"{self.name} did not end within {timeout:g} s") from None

    async def end(self, timeout=10.0):
        self.ask()
        return await self.wait(timeout)


class Processes:
    """Everything that a lab started, for its end."""

    def __init__(self, folder):
        self.folder, self.all = folder, []

    async def start(self, name, words, stdin=None, stdout=None, env=None):
        log = self.folder / f"{name}.log"
        with open(log, "ab") as file:
            process = await asyncio.create_subprocess_exec(
                *words, stdin=asyncio.subprocess.DEVNULL if stdin is None else stdin,
                stdout=file if stdout is None else stdout, stderr=file, cwd=self.folder, env=env,
                limit=2**20)
        started = Process(name, process, log)
        self.all.append(started)
        return started

    async def end(self):
        for process in reversed(self.all):
            with contextlib.suppress(LabError):
                await process.end(3)
