# SPDX-License-Identifier: GPL-2.0-or-later
"""variants: the same frames in every form that a capture file can have. Each yields what the plain
file yields, to the byte, but where a form holds less; those are not here."""

import gzip
import lzma
import shutil
import struct
import subprocess

import files

ETHERNET, RAW, SLL2 = 1, 101, 276
SECTION, INTERFACE, OBSOLETE, NAMES, STATISTICS, ENHANCED, SECRETS = (
    files.SECTION, 1, 2, 4, 5, files.ENHANCED, 10)
IP = {b"\x08\x00": 0x0800, b"\x86\xdd": 0x86DD}


def pcap(frames, order="<", magic=0xA1B2C3D4, unit=1000, version=(2, 4), snaplen=262144,
         linktype=ETHERNET, behind_header=b"", behind_record=b"", swapped=False, cut=0):
    """cut: bytes that each frame is said to have lost; Ethernet's padding hides them."""
    yield struct.pack(order + "IHHiIII", magic, *version, 0, 0, snaplen, linktype) + behind_header
    for time, data in frames:
        lengths = (len(data) + cut, len(data)) if swapped else (len(data), len(data) + cut)
        yield struct.pack(order + "IIII", time // 10**9, time % 10**9 // unit, *lengths)
        yield behind_record + data


class Section:
    """Blocks of one byte order."""

    def __init__(self, order):
        self.order = order

    def pack(self, form, *values):
        return struct.pack(self.order + form, *values)

    def block(self, kind, body):
        body += b"\0" * (-len(body) % 4)
        length = self.pack("I", 12 + len(body))
        return self.pack("I", kind) + length + body + length

    def option(self, code, value):
        return self.pack("HH", code, len(value)) + value + b"\0" * (-len(value) % 4)

    def end(self):
        return self.pack("HH", 0, 0)

    def header(self, comment=b""):
        options = self.option(1, comment) + self.end() if comment else b""
        return self.block(SECTION, self.pack("IHHq", 0x1A2B3C4D, 1, 0, -1) + options)

    def interface(self, linktype, snaplen=0, resolution=None, offset=None):
        options = self.option(2, b"interface")
        if resolution is not None:
            options += self.option(9, bytes([resolution]))
        if offset is not None:
            options += self.option(14, self.pack("q", offset))
        return self.block(INTERFACE, self.pack("HHI", linktype, 0, snaplen) + options + self.end())

    def enhanced(self, interface, ticks, data, options=b""):
        body = self.pack("IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
        return self.block(ENHANCED, body + data + b"\0" * (-len(data) % 4) + options)

    def obsolete(self, interface, ticks, data):
        body = self.pack("HHIIII", interface, 0xFFFF, ticks >> 32, ticks & 0xFFFFFFFF, len(data),
                         len(data))
        return self.block(OBSOLETE, body + data)


def sections(frames):
    """Three sections of alternating byte order; numbers of interfaces begin anew."""
    third = len(frames) // 3
    for order, part in (("<", frames[:third]), (">", frames[third:2 * third]),
                        ("<", frames[2 * third:])):
        section = Section(order)
        yield section.header(b"a comment")
        yield section.interface(ETHERNET)
        for time, data in part:
            yield section.enhanced(0, time // 1000, data)


def over_raw(data):
    """The frame without its Ethernet header, where IP follows."""
    return data[14:] if data[12:14] in IP else None


def over_sll2(data):
    if data[12:14] not in IP:
        return None
    head = struct.pack(">HHIHBB", IP[data[12:14]], 0, 2, 1, 0, 6)
    return head + data[6:12] + b"\0\0" + data[14:]


def interfaces(frames):
    """Three interfaces of different link types, snap lengths, resolutions and offsets."""
    section = Section("<")
    yield section.header()
    yield section.interface(ETHERNET, 262144, 9, 1_000_000_000)
    yield section.interface(SLL2, 65535, 0x80 | 34, 1_700_000_000)
    yield section.interface(RAW, 0, 7, -86400)
    for number, (time, data) in enumerate(frames):
        cooked = over_sll2(data) if number % 3 == 1 else None
        raw = over_raw(data) if number % 3 == 2 else None
        if cooked:
            since = time - 1_700_000_000 * 10**9
            yield section.enhanced(1, -(-(since << 34) // 10**9), cooked)
        elif raw:
            yield section.enhanced(2, time // 100 + 86400 * 10**7, raw)
        else:
            yield section.enhanced(0, time - 10**18, data)


def other_blocks(frames):
    """Blocks of no use between the frames, and frames in obsolete blocks."""
    section = Section("<")
    yield section.header()
    yield section.interface(ETHERNET)
    yield section.block(NAMES, section.pack("HH", 0, 0))
    yield section.block(SECRETS, section.pack("II", 0x544C534B, 8) + b"# secret")
    for number, (time, data) in enumerate(frames):
        if number % 2:
            yield section.obsolete(0, time // 1000, data)
        else:
            yield section.enhanced(0, time // 1000, data,
                                   section.option(1, b"why") + section.option(2, b"\0\0\0\0")
                                   + section.end())
        if number % 100 == 0:
            yield section.block(0x12345678, b"of a later version")


def packed(data, program):
    return subprocess.run([program, "-q", "-c"], input=data, stdout=subprocess.PIPE,
                          check=True).stdout


def make(frames):
    """Yields (name, bytes) of every variant of these Ethernet frames; (name, None) where a program
    is missing that would make it."""
    plain = b"".join(pcap(frames))
    half = len(plain) // 2
    yield "micro-le", plain
    yield "micro-be", b"".join(pcap(frames, ">"))
    yield "nano-le", b"".join(pcap(frames, "<", 0xA1B23C4D, 1))
    yield "nano-be", b"".join(pcap(frames, ">", 0xA1B23C4D, 1))
    yield "kuznetzov-le", b"".join(pcap(frames, "<", 0xA1B2CD34, behind_record=bytes(8)))
    yield "kuznetzov-be", b"".join(pcap(frames, ">", 0xA1B2CD34, behind_record=bytes(8)))
    yield "ixia-hardware", b"".join(pcap(frames, "<", 0x1C0001AC, 1, behind_header=bytes(4)))
    yield "ixia-software", b"".join(pcap(frames, ">", 0x1C0001AB, 1, behind_header=bytes(4)))
    yield "version-2-2", b"".join(pcap(frames, version=(2, 2), swapped=True, cut=4))
    yield "snaplen-0", b"".join(pcap(frames, snaplen=0))
    yield "snaplen-huge", b"".join(pcap(frames, snaplen=0xFFFFFFFF))
    yield "fcs-bits", b"".join(pcap(frames, linktype=0x24000000 | ETHERNET))
    yield "sections", b"".join(sections(frames))
    yield "interfaces", b"".join(interfaces(frames))
    yield "other-blocks", b"".join(other_blocks(frames))
    yield "gzip", gzip.compress(plain, mtime=0)
    yield "gzip-members", gzip.compress(plain[:half], mtime=0) + gzip.compress(plain[half:], mtime=0)
    yield "gzip-pcapng", gzip.compress(b"".join(interfaces(frames)), mtime=0)
    yield "xz", lzma.compress(plain)
    for program in ("zstd", "lz4"):
        yield program, packed(plain, program) if shutil.which(program) else None
