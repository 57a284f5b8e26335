# SPDX-License-Identifier: GPL-2.0-or-later
"""doubled: a mirror that delivers every packet twice. The copies fold: nothing is counted twice,
nothing becomes a conflict, no verdict changes. Where a query's copy comes only after the answer it
is an exchange of its own, as a client's asking again would be."""

import functools

import wire
from module import (RESOLVERS, always, dropped, encrypted, error, forbidden, intercepted, killed,
                    lookup, proxied, refused, silent)
from stage import BOX, every, register, rounds, well

WAN = "02:00:5e:10:00:01", "02:00:5e:10:00:02"  # the router's and its provider's


def hop(packet, by):
    """The packet a router further on, or back."""
    if packet[0] >> 4 == 6:
        return packet[:7] + bytes([packet[7] + by]) + packet[8:]
    head = packet[:8] + bytes([packet[8] + by]) + packet[9:10] + b"\0\0" + packet[12:20]
    return head[:10] + wire.checksum(head).to_bytes(2, "big") + packet[12:]


def double(s, after, router):
    """Copies come `after` seconds later. router: the copies are of its other side, one hop further
    from who sent them: what the client sends is seen there later, what it is sent earlier."""
    s.tap, s.beyond = True, WAN if router else ()
    copies = []
    for time, (dst, src, kind, payload, _outgoing) in s.events:
        if kind not in (0x0800, 0x86DD) or (router and 255 in payload[7:9]):
            continue  # what has a TTL of 255 is for the link
        delay = round(after * 1e6) * 1000
        if not router:
            copies.append((time + delay, (dst, src, kind, payload, False)))
        elif src == s.client.mac:
            copies.append((time + delay, (*WAN, kind, hop(payload, -1), False)))
        else:
            copies.append((time - delay, (*WAN[::-1], kind, hop(payload, 1), False)))
    s.events += copies
    if after > RESOLVERS[0].rtt and s.dns["responses"]:  # asked again after the answer
        s.dns.update({word: 2 * count for word, count in s.dns.items()})
    else:
        s.dns["copies"] += s.dns["queries"]
        s.dns["responses"] *= 2
    s.tcp["syns"] *= 2


def healthy(after, router, s):
    lookup(s, 1.0)
    well(s, 2.0, 60)
    for t in every(3.0, 1.0, 20):
        encrypted(s, t, RESOLVERS[0])
    for t in every(1.5, 7.0, 7):
        proxied(s, t)
    s.ordinary(70)
    s.verdict("dns", "protected")
    s.verdict("web", "protected")
    double(s, after, router)


def blocked(after, router, s):
    lookup(s, 1.0)
    rounds(s, always(silent))
    for t in every(2.0, 12.0, 4):
        dropped(s, t)
    s.ordinary(80)
    s.verdict("dns", "unprotected", "silent-drop", confidence="likely")
    s.verdict("web", "unavailable", "silent-drop", confidence="likely")
    s.alert("dns-unprotected", "silent-drop")
    s.alert("web-unavailable", "silent-drop")
    double(s, after, router)


def reset(after, router, s):
    lookup(s, 1.0)
    for t in every(2.0, 12.0, 4):
        refused(s, t, (0.0004, 0.0006), **BOX)
    rounds(s, always(intercepted()))
    s.ordinary(80)
    s.verdict("web", "unavailable", "middlebox-reset")
    s.verdict("dns", "unprotected", "foreign-answer")
    s.alert("web-unavailable", "middlebox-reset")
    s.alert("dns-unprotected", "foreign-answer")
    double(s, after, router)


def cut_off(after, router, s):
    lookup(s, 1.0)
    for t in every(2.0, 12.0, 4):
        killed(s, t)
    rounds(s, always(error(wire.SERVFAIL)))
    s.ordinary(80)
    s.verdict("web", "unavailable", "killed-after-open")
    s.verdict("dns", "unprotected", "resolver-error")
    s.alert("web-unavailable", "killed-after-open")
    s.alert("dns-unprotected", "resolver-error")
    double(s, after, router)


def rejected(after, router, s):
    lookup(s, 1.0)
    for t in every(2.0, 12.0, 4):
        forbidden(s, t)
    s.ordinary(80)
    s.verdict("web", "unavailable", "icmp-reject")
    s.alert("web-unavailable", "icmp-reject")
    double(s, after, router)


SAME = {"at-once": (0.00002, False), "both-sides": (0.00004, True), "late": (0.021, False)}
for PLAY in (healthy, blocked, reset, cut_off, rejected):
    for WORD, (AFTER, ROUTER) in SAME.items():
        NAME = PLAY.__name__.replace("_", "-")
        register(f"doubled-{NAME}-{WORD}", f"{NAME}, and every packet twice ({WORD})",
                 functools.partial(PLAY, AFTER, ROUTER))
