# SPDX-License-Identifier: GPL-2.0-or-later
"""pieces: the same packets in fragments. Each takes the bytes of an IP packet and gives those of
several, always as many, so that frames can be told by their number."""

import struct
import zlib

import layers

# Each packet becomes so many frames.
HALVES, QUARTERS = 2, 4


def header_of(packet):
    return 40 if layers.version(packet) == 6 else (packet[0] & 15) * 4


def cut(packet, ident=None):
    """Two fragments: the first holds eight bytes at least, the other the rest."""
    size = header_of(packet)
    head, body = packet[:size], packet[size:]
    if layers.version(packet) == 4:
        body = body[:struct.unpack_from(">H", packet, 2)[0] - size]
    else:
        body = body[:struct.unpack_from(">H", packet, 4)[0]]
    at = max(8, len(body) // 2 // 8 * 8)
    pieces = [(0, True, body[:at]), (at, False, body[at:])]
    if layers.version(packet) == 4:
        own = struct.unpack_from(">H", packet, 4)[0] if ident is None else ident
        return [head[:2] + struct.pack(">HHH", size + len(data), own, offset // 8 | more << 13) + head[8:] + data
                for offset, more, data in pieces]
    own = zlib.crc32(packet) if ident is None else ident
    return [head[:4] + struct.pack(">HB", 8 + len(data), 44) + head[7:] +
            struct.pack(">BBHI", packet[6], 0, offset | more, own) + data
            for offset, more, data in pieces]


def through(wrap):
    """The fragments of a packet, each wrapped by itself."""
    return lambda packet: [wrap(piece) for piece in cut(packet)]


def outside(wrap):
    """The packet wrapped whole, and what it is in cut: wrap gives an Ethernet frame."""
    def give(packet):
        frame = wrap(packet)
        return [frame[:14] + piece for piece in cut(frame[14:], zlib.crc32(packet) & 0xFFFF)]
    return give


def both(wrap):
    return lambda packet: [piece for inner in cut(packet) for piece in outside(wrap)(inner)]


def backwards(give):
    return lambda packet: give(packet)[::-1]


LAYERS = layers.LAYERS
# name: (frames of each packet, link type, wrap, as which whole layer it counts)
PIECES = {
    "fragments": (HALVES, 1, through(layers.ethernet), "ethernet"),
    "fragments-backwards": (HALVES, 1, backwards(through(layers.ethernet)), "ethernet"),
    "fragments-raw": (HALVES, 101, through(lambda p: p), "raw"),
    "fragments-in-vxlan": (HALVES, 1, through(LAYERS["vxlan"][1]), "vxlan"),
    "vxlan-in-fragments": (HALVES, 1, outside(LAYERS["vxlan"][1]), "vxlan"),
    "gre-in-fragments": (HALVES, 1, outside(LAYERS["gre"][1]), "gre"),
    "erspan-in-fragments": (HALVES, 1, backwards(outside(LAYERS["erspan2"][1])), "erspan2"),
    "ipv6-in-fragments": (HALVES, 1, outside(LAYERS["in-ipv6"][1]), "in-ipv6"),
    "fragments-in-fragments": (QUARTERS, 1, both(LAYERS["vxlan"][1]), "vxlan"),
}
