# SPDX-License-Identifier: GPL-2.0-or-later
"""client: laptops with the roaming module. Each address probes the resolvers (domain 2.1), asks for
the SWG and talks through it (domain 4), and does what laptops do besides. The real cycle takes 15 s;
here it takes CYCLE, for the deadlines are what a run waits for anyway."""

import asyncio
import collections
import contextlib
import random
import socket
import ssl
import time

from netns import until
from servers import CERT, DEBUG, SWG_NAME
from topology import CONTROL, INSIDE, RESOLVERS, SWG, client_address
import wire

CYCLE = 3.2
# When in a cycle; what. Silence must span 3 s, so a cycle and the next one's begin.
PLAN = ((0.0, "probe", 443), (0.17, "probe", 443), (0.3, "connect"), (0.9, "browse"),
        (1.6, "probe", 53), (1.77, "probe", 53), (1.85, "certificate"), (1.95, "connect"),
        (2.4, "resolve"))
LOOKUP_EVERY = 8  # cycles
PATIENCE = 6.0  # s that a connect or a reply is waited for: longer than the sensor's deadline
LISTEN = 8.0  # s that a query's socket stays open

TRUSTING = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TRUSTING.check_hostname = False
TRUSTING.verify_mode = ssl.CERT_NONE


class Answers(asyncio.DatagramProtocol):
    def __init__(self, counts):
        self.counts = counts

    def datagram_received(self, data, addr):
        self.counts["responses"] += 1

    def error_received(self, exc):
        self.counts["errors"] += 1


class Module:
    """One address of one laptop. `counts` is what it sent and got; `sent` is when each query to a
    resolver went out, by the wall clock."""

    def __init__(self, namespace, family, number):
        self.namespace, self.family, self.number = namespace, family, number
        self.address = client_address(family, number)
        self.counts, self.others, self.sent = collections.Counter(), collections.Counter(), []
        self.tasks, self.living = set(), None

    def socket(self, kind):
        with self.namespace.inside():
            s = socket.socket(socket.AF_INET if self.family == 4 else socket.AF_INET6, kind)
        s.setblocking(False)
        s.bind((self.address, 0))
        return s

    async def ask(self, server, port, name, kind, counts):
        s = self.socket(socket.SOCK_DGRAM)
        s.connect((server, port))
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: Answers(counts), sock=s)
        counts["queries"] += 1
        if counts is self.counts:
            self.sent.append((time.time(), server, port))
        transport.sendto(wire.dns_query(random.getrandbits(16), name, kind))
        loop.call_later(LISTEN, transport.close)

    async def probe(self, port):
        for server in RESOLVERS[self.family]:
            await self.ask(server, port, DEBUG, wire.TXT, self.counts)

    async def certificate(self):
        await self.ask(RESOLVERS[self.family][0], 443, CERT, wire.TXT, self.counts)

    async def resolve(self):
        await self.ask(INSIDE[self.family], 53, "www.example.com", wire.A, self.others)

    async def lookup(self):
        kind = wire.A if self.family == 4 else wire.AAAA
        self.others["lookups"] += 1
        await self.ask(INSIDE[self.family], 53, SWG_NAME, kind, self.others)

    async def burst(self, times):
        """So many queries more on each path, for loss is judged over many."""
        for _ in range(times):
            for port in (53, 443):
                await self.probe(port)
            await asyncio.sleep(0.03)

    async def request(self, server, through):
        """One connection: CONNECT where it goes through the SWG, TLS, a request, its answer."""
        loop = asyncio.get_running_loop()
        s = self.socket(socket.SOCK_STREAM)
        writer = None
        try:
            await asyncio.wait_for(loop.sock_connect(s, (server, 443)), PATIENCE)
            reader, writer = await asyncio.open_connection(sock=s)
            if through:
                host = CONTROL[self.family][0]
                host = f"[{host}]" if self.family == 6 else host
                writer.write(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
                if b" 200 " not in head.split(b"\r\n")[0]:
                    return "refused"
            await asyncio.wait_for(writer.start_tls(TRUSTING), PATIENCE)
            writer.write(b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
            await asyncio.wait_for(reader.readuntil(b"hello"), PATIENCE)
            return "served"
        except (OSError, EOFError, asyncio.TimeoutError):
            return "failed"
        finally:
            (writer or s).close()

    async def connect(self):
        self.counts["connects"] += 1
        self.counts[await self.request(SWG[self.family][0], True)] += 1

    async def browse(self):
        self.others["connects"] += 1
        self.others[await self.request(random.choice(CONTROL[self.family]), False)] += 1

    def begin(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.finished)
        return task

    def finished(self, task):
        self.tasks.discard(task)
        if not task.cancelled() and task.exception():
            self.others["broken"] += 1
            self.others[f"{task.exception()!r}"] += 1

    async def live(self):
        """Cycle after cycle, until stop()."""
        loop = asyncio.get_running_loop()
        cycle = 0
        # Laptops are not in step.
        start = loop.time() + random.random() * CYCLE / 2
        while True:
            if cycle % LOOKUP_EVERY == 0:
                await self.lookup()
                await asyncio.sleep(0.05)
            for at, what, *arguments in PLAN:
                await asyncio.sleep(start + at - loop.time())
                self.begin(getattr(self, what)(*arguments))
            cycle += 1
            start = max(start + CYCLE, loop.time())
            await asyncio.sleep(start - loop.time())

    async def over(self):
        """Until everything that is under way now has ended."""
        now = [task for task in self.tasks if task is not self.living]
        await until(lambda: all(task.done() for task in now), f"{self.address}: connections end",
                    4 * PATIENCE)

    def start(self):
        self.living = self.begin(self.live())

    async def stop(self):
        """Sends no more; what is under way is let go. Sockets close with their sentences unsaid."""
        for task in list(self.tasks):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*list(self.tasks), return_exceptions=True)
