# SPDX-License-Identifier: GPL-2.0-or-later
"""relay: the way to the cloud. Two TUN devices, one in each of two network namespaces; every packet
that enters one leaves the other 5 ms later and three hops older, as over three routers that stand
10 ms of round trip away. So what the cloud sends and what the firewall writes in its name differ as
they do in real life.

    relay.py NAMESPACE NAMESPACE      prints "ready" once both devices, "far", are up; runs until killed
"""

import collections
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

import netns

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
DEVICE = "far"
DELAY = 0.005  # one way
HOPS = 3
BURST = 64  # packets read in one go, so that neither side starves the other


def aged(packet):
    """The packet after three routers, or None where it did not live that long. IPv4's header has a
    checksum, mended as RFC 1624 says: the hop count is the high byte of its 16-bit word."""
    packet = bytearray(packet)
    at = 7 if packet[0] >> 4 == 6 else 8
    if packet[at] <= HOPS:
        return None
    packet[at] -= HOPS
    if at == 8:
        total = struct.unpack_from("!H", packet, 10)[0] + (HOPS << 8)
        struct.pack_into("!H", packet, 10, (total & 0xFFFF) + (total >> 16))
    return packet


def tun(name):
    """A TUN device in the named namespace; its descriptor stays usable from here."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{name}", os.O_RDONLY)
    netns.setns(there)
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "link", "set", DEVICE, "up"], check=True)
    netns.setns(home)
    os.close(there)
    os.close(home)
    return fd


class Direction:
    def __init__(self, source, target):
        self.source, self.target = source, target
        self.under_way = collections.deque()  # (when due, packet): the delay is the same for all

    def take(self):
        for _ in range(BURST):
            try:
                packet = os.read(self.source, 65536)
            except BlockingIOError:
                return
            packet = aged(packet)
            if packet:
                self.under_way.append((time.monotonic() + DELAY, packet))

    def deliver(self):
        while self.under_way and self.under_way[0][0] <= time.monotonic():
            try:
                os.write(self.target, self.under_way.popleft()[1])
            except BlockingIOError:
                pass  # a full queue drops, as a router's does


def main(near, far):
    fds = [tun(near), tun(far)]
    directions = {fds[0]: Direction(*fds), fds[1]: Direction(*reversed(fds))}
    print("ready", flush=True)
    while True:
        dues = [d.under_way[0][0] for d in directions.values() if d.under_way]
        wait = max(0.0, min(dues) - time.monotonic()) if dues else None
        for fd in select.select(fds, [], [], wait)[0]:
            directions[fd].take()
        for direction in directions.values():
            direction.deliver()


if __name__ == "__main__":
    main(*sys.argv[1:])
