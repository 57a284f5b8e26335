# SPDX-License-Identifier: GPL-2.0-or-later
"""layers: the same packets as another network, another tap or another tunnel would show them. Each
takes the bytes of an IP packet and gives those of a frame."""

import struct

MAC_A, MAC_B = b"\x02\x00\x00\x00\x00\x11", b"\x02\x00\x00\x00\x00\x22"
SNAP = b"\xaa\xaa\x03\0\0\0"


def version(packet):
    return packet[0] >> 4


def ethertype(packet):
    return struct.pack(">H", 0x0800 if version(packet) == 4 else 0x86DD)


def ethernet(packet):
    return MAC_B + MAC_A + ethertype(packet) + packet


def tagged(*tags):
    """Tags of (bytes of the type, id), outermost first."""
    def wrap(packet):
        head = b"".join(struct.pack(">HH", kind, vlan) for kind, vlan in tags)
        return MAC_B + MAC_A + head + ethertype(packet) + packet
    return wrap


def ip(protocol, payload):
    """An outer IPv4 header between two routers."""
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 7, 0, 60, protocol, 0,
                       bytes((198, 51, 100, 1)), bytes((198, 51, 100, 2)))
    return MAC_B + MAC_A + b"\x08\x00" + head + payload


def ip6(protocol, payload):
    head = struct.pack(">IHBB", 6 << 28, len(payload), protocol, 60)
    ends = bytes.fromhex("20010db8000000000000000000000001"), bytes.fromhex(
        "20010db8000000000000000000000002")
    return MAC_B + MAC_A + b"\x86\xdd" + head + ends[0] + ends[1] + payload


def udp(port, payload):
    return ip(17, struct.pack(">HHHH", 40000, port, 8 + len(payload), 0) + payload)


def gre(protocol, payload, flags=0, more=b""):
    return ip(47, struct.pack(">HH", flags, protocol) + more + payload)


def ppp(packet):
    return (b"\x00\x21" if version(packet) == 4 else b"\x00\x57") + packet


def pppoe(packet):
    body = ppp(packet)
    return MAC_B + MAC_A + b"\x88\x64" + struct.pack(">BBHH", 0x11, 0, 7, len(body)) + body


def mpls(payload):
    return MAC_B + MAC_A + b"\x88\x47" + struct.pack(">II", 100 << 12 | 64, 200 << 12 | 0x140) + payload


def wlan(packet):
    return (b"\x08\x01\0\0" + MAC_B + MAC_A + MAC_B + b"\0\0" + SNAP + ethertype(packet) + packet)


def amsdu(packet):
    """Two subframes: an ARP request, then the packet."""
    arp = SNAP + b"\x08\x06" + b"\0" * 28
    data = SNAP + ethertype(packet) + packet
    parts = b"".join(MAC_B + MAC_A + struct.pack(">H", len(part)) + part + b"\0" * (-(14 + len(part)) % 4)
                     for part in (arp, data))
    return b"\x88\x01\0\0" + MAC_B + MAC_A + MAC_B + b"\0\0" + b"\x80\0" + parts


def radiotap(frame):
    return struct.pack("<BBHI", 0, 0, 9, 2) + b"\0" + frame


def nflog(packet):
    body = packet + b"\0" * (-len(packet) % 4)
    return (bytes((2 if version(packet) == 4 else 10, 0, 0, 0)) + struct.pack("<HH", 4 + len(packet), 9) +
            body)


def gtp(packet):
    return udp(2152, struct.pack(">BBHI", 0x30, 0xFF, len(packet), 77) + packet)


def vxlan(frame):
    return udp(4789, struct.pack(">II", 0x08000000, 4096 << 8) + frame)


# name: (link type as the file has it, wrap)
LAYERS = {
    "ethernet": (1, ethernet),
    "qinq": (1, tagged((0x88A8, 10), (0x8100, 20))),
    "four-tags": (1, tagged((0x9100, 1), (0x8100, 2), (0x8100, 3), (0x8100, 4))),
    "snap": (1, lambda p: MAC_B + MAC_A + struct.pack(">H", len(p) + 8) + SNAP + ethertype(p) + p),
    "mpls": (1, mpls),
    "pseudowire": (1, lambda p: mpls(b"\0\0\0\0" + ethernet(p))),
    "pppoe": (1, pppoe),
    "backbone": (1, lambda p: MAC_B + MAC_A + b"\x88\xe7\0\0\x12\x34" + ethernet(p)),
    "sll": (113, lambda p: struct.pack(">HHH", 0, 1, 6) + MAC_A + b"\0\0" + ethertype(p) + p),
    "sll2": (276, lambda p: ethertype(p) + struct.pack(">HIHBB", 0, 3, 1, 0, 6) + MAC_A + b"\0\0" + p),
    "null": (0, lambda p: struct.pack("<I", 2 if version(p) == 4 else 30) + p),
    "loop": (108, lambda p: struct.pack(">I", 2 if version(p) == 4 else 24) + p),
    "raw": (101, lambda p: p),
    "ppp": (9, lambda p: b"\xff\x03" + ppp(p)),
    "hdlc": (104, lambda p: b"\x0f\0" + ethertype(p) + p),
    "wifi": (105, wlan),
    "radiotap": (127, lambda p: radiotap(wlan(p))),
    "amsdu": (127, lambda p: radiotap(amsdu(p))),
    "prism": (119, lambda p: struct.pack("<II", 0x44, 144) + b"\0" * 136 + wlan(p)),
    "ppi": (192, lambda p: struct.pack("<BBHI", 0, 0, 8, 105) + wlan(p)),
    "pktap": (258, lambda p: struct.pack("<III", 16, 1, 1) + b"\0" * 4 + ethernet(p)),
    "nflog": (239, nflog),
    "gre": (1, lambda p: gre(0x0800 if version(p) == 4 else 0x86DD, p)),
    "pptp": (1, lambda p: gre(0x880B, b"\xff\x03" + ppp(p), 0x3001, b"\0" * 8)),
    "erspan1": (1, lambda p: gre(0x88BE, ethernet(p))),
    "erspan2": (1, lambda p: gre(0x88BE, struct.pack(">HHI", 0x1000, 1, 0) + ethernet(p), 0x1000, b"\0" * 4)),
    "erspan3": (1, lambda p: gre(0x22EB, struct.pack(">HHIHH", 0x2000, 1, 0, 0, 0) + ethernet(p), 0x1000,
                                 b"\0" * 4)),
    "ipip": (1, lambda p: ip(4 if version(p) == 4 else 41, p)),
    "in-ipv6": (1, lambda p: ip6(4 if version(p) == 4 else 41, p)),
    "etherip": (1, lambda p: ip(97, b"\x30\0" + ethernet(p))),
    "vxlan": (1, lambda p: vxlan(ethernet(p))),
    "vxlan-in-vxlan": (1, lambda p: vxlan(vxlan(ethernet(p)))),
    "geneve": (1, lambda p: udp(6081, struct.pack(">BBHI", 0, 0, 0x6558, 256) + ethernet(p))),
    "gtp": (1, gtp),
    "erspan-of-vxlan-of-qinq": (1, lambda p: gre(0x88BE, vxlan(tagged((0x88A8, 10), (0x8100, 20))(p)))),
}
# These name no sender, which would tie a host's two families together.
NO_SENDER = {"null", "loop", "raw", "ppp", "hdlc", "nflog", "gre", "pptp", "ipip", "in-ipv6", "gtp",
             "teredo"}
# Only for IPv6 packets.
LAYERS6 = {
    "teredo": (1, lambda p: udp(3544, b"\0" * 8 + p)),
}
