# SPDX-License-Identifier: GPL-2.0-or-later
"""files: writes capture files (pcap in both byte orders and resolutions, pcapng), and reads back
where their frames are, for the self-check and for cut."""

import struct

PCAP_MICRO, PCAP_NANO = 0xA1B2C3D4, 0xA1B23C4D
SECTION, INTERFACE, ENHANCED = 0x0A0D0D0A, 1, 6
SNAPLEN = 262144


def pcap(linktype, frames, order="<", nano=False):
    """frames: (time in ns, bytes). Yields the file's bytes piece by piece."""
    magic, unit = (PCAP_NANO, 1) if nano else (PCAP_MICRO, 1000)
    yield struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, SNAPLEN, linktype)
    for time, data in frames:
        yield struct.pack(order + "IIII", time // 10**9, time % 10**9 // unit, len(data), len(data))
        yield data


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    length = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + length + body + length


def pcapng(linktype, frames):
    """One section, one interface, microseconds."""
    yield block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    yield block(INTERFACE, struct.pack("<HHI", linktype, 0, SNAPLEN))
    for time, data in frames:
        micro = time // 1000
        yield block(ENHANCED, struct.pack("<IIIII", 0, micro >> 32, micro & 0xFFFFFFFF, len(data),
                                          len(data)) + data)


def frames(data):
    """Yields (time in ns, offset of the frame's bytes, length, end of its record) of a file that
    pcap() or pcapng() wrote."""
    if struct.unpack_from("<I", data)[0] == SECTION:
        at = 0
        while at < len(data):
            kind, length = struct.unpack_from("<II", data, at)
            if kind == ENHANCED:
                _, high, low, captured, _ = struct.unpack_from("<IIIII", data, at + 8)
                yield (high << 32 | low) * 1000, at + 28, captured, at + length
            at += length
        return
    order = "<" if data[3] == 0xA1 else ">"
    unit = 1 if struct.unpack_from(order + "I", data)[0] == PCAP_NANO else 1000
    at = 24
    while at < len(data):
        seconds, fraction, captured, _ = struct.unpack_from(order + "IIII", data, at)
        yield seconds * 10**9 + fraction * unit, at + 16, captured, at + 16 + captured
        at += 16 + captured


def linktype(data):
    """The first link type of such a file."""
    if struct.unpack_from("<I", data)[0] == SECTION:
        return struct.unpack_from("<H", data, struct.unpack_from("<I", data, 4)[0] + 8)[0]
    return struct.unpack_from("<I" if data[3] == 0xA1 else ">I", data, 20)[0]
