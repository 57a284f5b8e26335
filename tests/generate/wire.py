# SPDX-License-Identifier: GPL-2.0-or-later
"""wire: builds the bytes of packets, checksums and all, for the sample captures. Nothing here knows
of captures or of the module; addresses are text, everything else is numbers and bytes."""

import ipaddress
import struct

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
ETHER_IPV4, ETHER_ARP, ETHER_IPV6, ETHER_VLAN, ETHER_QINQ = 0x0800, 0x0806, 0x86DD, 0x8100, 0x88A8

A, CNAME, PTR, TXT, AAAA, OPT = 1, 5, 12, 16, 28, 41
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, REFUSED = 0, 1, 2, 3, 5


def packed(address):
    return ipaddress.ip_address(address).packed


def is_ipv6(address):
    return ":" in address


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def checksum(data):
    """The internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo_header(src, dst, protocol, length):
    if is_ipv6(src):
        return packed(src) + packed(dst) + struct.pack("!II", length, protocol)
    return packed(src) + packed(dst) + struct.pack("!BBH", 0, protocol, length)


def ip(src, dst, protocol, payload, ttl, ident=0):
    """An IPv4 or IPv6 packet, by the form of the addresses; IPv4 says don't fragment."""
    if is_ipv6(src):
        head = struct.pack("!IHBB", 0x60000000, len(payload), protocol, ttl)
        return head + packed(src) + packed(dst) + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), ident, 0x4000, ttl, protocol, 0)
    head += packed(src) + packed(dst)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def udp(src, dst, sport, dport, payload):
    length = 8 + len(payload)
    head = struct.pack("!HHHH", sport, dport, length, 0)
    total = checksum(pseudo_header(src, dst, UDP, length) + head + payload)
    return head[:6] + struct.pack("!H", total or 0xFFFF) + payload


# Windows: MSS 1460, window scale 256, SACK permitted: 12 bytes, so that a SYN is a frame of 66.
SYN_OPTIONS = bytes.fromhex("020405b40103030801010402")
SYNACK_OPTIONS = bytes.fromhex("020405b40101040201030307")


def tcp(src, dst, sport, dport, seq, ack, flags, window, options=b"", payload=b""):
    head = struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF,
                       (5 + len(options) // 4) << 4, flags, window, 0, 0) + options
    total = checksum(pseudo_header(src, dst, TCP, len(head) + len(payload)) + head + payload)
    return head[:16] + struct.pack("!H", total) + head[18:] + payload


def icmp(kind, code, rest, body):
    head = struct.pack("!BBHI", kind, code, 0, rest)
    return head[:2] + struct.pack("!H", checksum(head + body)) + head[4:] + body


def icmpv6(src, dst, kind, code, rest, body):
    head = struct.pack("!BBHI", kind, code, 0, rest)
    total = checksum(pseudo_header(src, dst, ICMPV6, len(head) + len(body)) + head + body)
    return head[:2] + struct.pack("!H", total) + head[4:] + body


def arp(operation, sender_mac, sender, target_mac, target):
    return (struct.pack("!HHBBH", 1, ETHER_IPV4, 6, 4, operation)
            + mac(sender_mac) + packed(sender) + mac(target_mac) + packed(target))


# DNS (RFC 1035)

def name(text):
    if text in ("", "."):
        return b"\0"
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def record(owner, kind, ttl, rdata, klass=1):
    """owner: text, or None for the question's name (a compression pointer)."""
    where = b"\xc0\x0c" if owner is None else name(owner)
    return where + struct.pack("!HHIH", kind, klass, ttl, len(rdata)) + rdata


def text(*strings):
    return b"".join(bytes([len(s)]) + s for s in strings)


def opt(data=b"", size=1232):
    """An OPT record (RFC 6891): 11 bytes and the options."""
    return b"\0" + struct.pack("!HHIH", OPT, size, 0, len(data)) + data


def dns_query(ident, question, kind, options=None, flags=0x0100):
    extra = b"" if options is None else opt(options)
    return (struct.pack("!HHHHHH", ident, flags, 1, 0, 0, 1 if extra else 0)
            + name(question) + struct.pack("!HH", kind, 1) + extra)


def dns_answer(ident, question, kind, records=(), rcode=NOERROR, flags=0x8180, additional=()):
    return (struct.pack("!HHHHHH", ident, flags | rcode, 1, len(records), 0, len(additional))
            + name(question) + struct.pack("!HH", kind, 1) + b"".join(records)
            + b"".join(additional))


# Link layers. Each takes the destination and source MAC, the EtherType, what it carries, and whether
# the capturing host sent it.

def ethernet(dst, src, kind, payload, outgoing):
    frame = mac(dst) + mac(src) + struct.pack("!H", kind) + payload
    return frame if outgoing else frame.ljust(60, b"\0")


def ethernet_qinq(dst, src, kind, payload, outgoing):
    tags = struct.pack("!HHHH", ETHER_QINQ, 100, ETHER_VLAN, 12)
    frame = mac(dst) + mac(src) + tags + struct.pack("!H", kind) + payload
    return frame if outgoing else frame.ljust(68, b"\0")


def sll(dst, src, kind, payload, outgoing):
    return struct.pack("!HHH", 4 if outgoing else 0, 1, 6) + mac(src) + struct.pack("!HH", 0, kind) + payload


def sll2(dst, src, kind, payload, outgoing):
    head = struct.pack("!HHIHBB", kind, 0, 2, 1, 4 if outgoing else 0, 6)
    return head + mac(src) + b"\0\0" + payload


def raw(dst, src, kind, payload, outgoing):
    return payload


def null(dst, src, kind, payload, outgoing):
    """BSD loopback: the address family in the byte order of the host that captured (here little)."""
    return struct.pack("<I", 30 if kind == ETHER_IPV6 else 2) + payload


# link layer -> its number in a capture file
LINKS = {ethernet: 1, ethernet_qinq: 1, sll: 113, sll2: 276, raw: 101, null: 0}
