# SPDX-License-Identifier: GPL-2.0-or-later
"""web_causes: what is wrong with web protection, every cause in several shapes."""

import functools

import wire
from module import SWG, connect_line, count, dropped, killed, lookup, proxied, raced, refused, stalled
from scene import Tcp
from stage import (BOX, OTHER_SWG, STATIC_SWG, SWG6, connects, every, gives_up, register, scenario,
                   unresolved, well)


# silent-drop, web

@scenario("the gateway's address is dropped: the same SYN again and again")
def web_drop(s):
    lookup(s, 1.0)
    connects(s, dropped, every(1.2, 7.0, 5), mark="syn")
    s.ordinary(70)
    s.verdict("web", "unavailable", "silent-drop", confidence="likely", first_bad=1.2,
              evidence={"no-answer": ["syn"]})
    s.alert("web-unavailable", "silent-drop", severity="critical")


@scenario("the gateway by its fixed address, without any lookup")
def web_drop_static(s):
    connects(s, dropped, every(1.2, 7.0, 5), host=STATIC_SWG)
    s.ordinary(70)
    s.verdict("web", "unavailable", "silent-drop", confidence="likely")
    s.alert("web-unavailable", "silent-drop")


@scenario("the gateway on port 80")
def web_drop_port_80(s):
    lookup(s, 1.0)
    connects(s, dropped, every(1.2, 7.0, 5), port=80)
    s.ordinary(70)
    s.verdict("web", "unavailable", "silent-drop", confidence="likely")
    s.alert("web-unavailable", "silent-drop")


@scenario("the gateway over IPv6, where nothing of IPv4 is tried")
def web_drop_ipv6(s):
    address = s.dual()
    lookup(s, 1.0, hosts=(SWG6,))
    connects(s, dropped, every(1.2, 7.0, 5), host=SWG6)
    s.ordinary(70)
    s.ordinary6(68)
    s.verdict("web", "undetermined", reason="no-traffic", role="other")
    s.verdict("web", "unavailable", "silent-drop", confidence="likely", client=address)
    s.alert("web-unavailable", "silent-drop", client=address)


@scenario("the gateway works, and then does not: the bracket")
def web_drop_midway(s):
    lookup(s, 1.0)
    connects(s, proxied, every(1.2, 5.0, 5))
    connects(s, dropped, every(30.0, 7.0, 4), mark="syn")
    s.ordinary(90, 400)
    s.verdict("web", "unavailable", "silent-drop", confidence="likely", last_good=21.2,
              first_bad=30.0, evidence={"no-answer": ["syn"]})
    s.alert("web-unavailable", "silent-drop")


@scenario("the gateway comes back")
def web_drop_recovers(s):
    lookup(s, 1.0)
    connects(s, dropped, every(1.2, 7.0, 3))
    connects(s, proxied, every(40.0, 5.0, 5))
    s.ordinary(80)
    s.verdict("web", "protected")
    s.alert("web-unavailable", "silent-drop", ends="recovered")


@scenario("of two gateway addresses one is dropped for good")
def web_drop_one_address(s):
    lookup(s, 1.0, hosts=(SWG, OTHER_SWG))
    connects(s, dropped, every(1.2, 8.0, 5), host=OTHER_SWG)
    connects(s, proxied, every(1.9, 8.0, 5))
    s.ordinary(70)
    s.verdict("web", "degraded", "silent-drop")
    s.alert("web-degraded", "silent-drop", severity="warning")


# resets

def reset(groups, s):
    """A reset with some tells of a middlebox: time, hops, window."""
    lookup(s, 1.0)
    delay = (0.0003, 0.0005) if "time" in groups else (0.0141, 0.0163)
    how = {"ttl": 64 if "hops" in groups else 52, "window": 64240 if "window" in groups else 0}
    connects(s, refused, every(11.2, 6.0, 4), mark="syn", delay=delay, **how)
    s.ordinary(55)
    sure = ("reset", "possible", "likely", "certain")[len(groups)]
    if groups:
        s.verdict("web", "unavailable", "middlebox-reset", confidence=sure)
    else:
        s.verdict("web", "unavailable", "reset")
    if len(groups) != 1:
        s.alert("web-unavailable", "middlebox-reset" if groups else "reset")


for GROUPS in ((), ("time",), ("hops",), ("window",), ("time", "hops"), ("time", "window"),
               ("hops", "window"), ("time", "hops", "window")):
    register("reset-tells-" + ("-".join(GROUPS) or "none"),
             "one tell is possible, two are likely, three are certain, none accuses nobody",
             functools.partial(reset, GROUPS))


@scenario("a reset, and then the gateway's own SYN-ACK: somebody else wrote it, for certain")
def reset_race(s):
    lookup(s, 1.0)
    connects(s, raced, every(1.2, 6.0, 4))
    s.ordinary(45)
    s.verdict("web", "unavailable", "middlebox-reset", confidence="certain",
              evidence={"reset-race": []})
    s.alert("web-unavailable", "middlebox-reset")


@scenario("resets over IPv6: there is no IP id to copy, the rest tells the same")
def reset_ipv6(s):
    address = s.dual()
    lookup(s, 1.0, hosts=(SWG6,))
    connects(s, refused, every(1.2, 6.0, 4), delay=(0.0003, 0.0005), host=SWG6, window=64240, ttl=64)
    s.ordinary(45)
    s.ordinary6(43)
    s.verdict("web", "undetermined", reason="no-traffic", role="other")
    s.verdict("web", "unavailable", "middlebox-reset", confidence="certain", client=address)
    s.alert("web-unavailable", "middlebox-reset", client=address)


@scenario("resets that begin midway and end: bracket and recovery")
def reset_recovers(s):
    lookup(s, 1.0)
    connects(s, proxied, every(1.2, 4.0, 4))
    connects(s, refused, every(20.0, 6.0, 4), delay=(0.0003, 0.0005), **BOX)
    connects(s, proxied, every(50.0, 4.0, 4))
    s.ordinary(75)
    s.verdict("web", "protected")
    s.alert("web-unavailable", "middlebox-reset", ends="recovered")


@scenario("the gateway refuses: as far and as slow as when it was well")
def server_reset(s):
    lookup(s, 1.0)
    connects(s, proxied, every(1.2, 4.0, 4))
    connects(s, refused, every(20.0, 6.0, 4), mark="syn", delay=(SWG.rtt, SWG.rtt + 0.002))
    s.ordinary(55)
    s.verdict("web", "unavailable", "server-reset", confidence="likely", last_good=13.2,
              first_bad=20.0, evidence={"reset": ["syn"]})
    s.alert("web-unavailable", "server-reset")


@scenario("the gateway refuses over IPv6")
def server_reset_ipv6(s):
    address = s.dual()
    lookup(s, 1.0, hosts=(SWG6,))
    connects(s, proxied, every(1.2, 4.0, 4), host=SWG6)
    connects(s, refused, every(20.0, 6.0, 4), delay=(SWG6.rtt, SWG6.rtt + 0.002), host=SWG6)
    s.ordinary(55)
    s.ordinary6(53)
    s.verdict("web", "undetermined", reason="no-traffic", role="other")
    s.verdict("web", "unavailable", "server-reset", client=address)
    s.alert("web-unavailable", "server-reset", client=address)


# killed, stalled

def kill(with_fin, s):
    lookup(s, 1.0)
    connects(s, killed, every(1.2, 5.0, 5), mark="syn", with_fin=with_fin)
    s.ordinary(45)
    s.verdict("web", "unavailable", "killed-after-open", evidence={"killed": ["syn"]})
    s.alert("web-unavailable", "killed-after-open")


register("killed-by-reset", "TLS inspection takes the CONNECT line for an attack",
         functools.partial(kill, False))
register("killed-by-fin", "a proxy that closes politely kills all the same",
         functools.partial(kill, True))


@scenario("killed over IPv6, both ways of it")
def killed_ipv6(s):
    address = s.dual()
    lookup(s, 1.0, hosts=(SWG6,))
    for number, t in enumerate(every(1.2, 5.0, 5)):
        killed(s, t, number % 2 == 1, host=SWG6)
    s.ordinary(45)
    s.ordinary6(43)
    s.verdict("web", "undetermined", reason="no-traffic", role="other")
    s.verdict("web", "unavailable", "killed-after-open", client=address)
    s.alert("web-unavailable", "killed-after-open", client=address)


@scenario("inspection is switched on midway, and off again")
def killed_recovers(s):
    lookup(s, 1.0)
    connects(s, proxied, every(1.2, 4.0, 4))
    connects(s, killed, every(20.0, 5.0, 4))
    connects(s, proxied, every(45.0, 4.0, 4))
    s.ordinary(70)
    s.verdict("web", "protected")
    s.alert("web-unavailable", "killed-after-open", ends="recovered")


@scenario("opens, and the CONNECT line is never acknowledged")
def stalled_unacknowledged(s):
    lookup(s, 1.0)
    connects(s, stalled, every(1.2, 6.0, 4), mark="syn")
    s.ordinary(60)
    s.verdict("web", "unavailable", "stalled-after-open", evidence={"stalled": ["syn"]})
    s.alert("web-unavailable", "stalled-after-open")


@scenario("the CONNECT line is acknowledged, and not one byte comes until the client gives up")
def stalled_acknowledged(s):
    lookup(s, 1.0)
    connects(s, gives_up, every(1.2, 6.0, 4), host=SWG)
    s.ordinary(60)
    s.verdict("web", "unavailable", "stalled-after-open")
    s.alert("web-unavailable", "stalled-after-open")


@scenario("stalls begin midway and end")
def stalled_recovers(s):
    lookup(s, 1.0)
    connects(s, proxied, every(1.2, 4.0, 4))
    connects(s, stalled, every(20.0, 6.0, 4))
    connects(s, proxied, every(70.0, 4.0, 4))
    s.ordinary(95)
    s.verdict("web", "protected")
    s.alert("web-unavailable", "stalled-after-open", ends="recovered")


# name-unresolved

def name(rcode, s):
    for t in every(1.0, 12.0, 3):
        unresolved(s, t, rcode)
    well(s, 0.5, 50)
    s.ordinary(60)
    s.verdict("dns", "protected")
    s.verdict("web", "unavailable", "name-unresolved", confidence="likely certain possible")
    s.alert("web-unavailable", "name-unresolved")


for WORD, RCODE in (("nxdomain", wire.NXDOMAIN), ("servfail", wire.SERVFAIL),
                    ("empty", wire.NOERROR), ("silence", None)):
    register(f"name-{WORD}", "a web symptom with a DNS cause", functools.partial(name, RCODE))


@scenario("the name is found again, and connections open")
def name_recovers(s):
    for t in every(1.0, 12.0, 3):
        unresolved(s, t, wire.SERVFAIL)
    lookup(s, 40.0)
    connects(s, proxied, every(40.2, 4.0, 4))
    well(s, 0.5, 50)
    s.ordinary(65)
    s.verdict("dns", "protected")
    s.verdict("web", "protected")
    s.alert("web-unavailable", "name-unresolved", ends="recovered")


@scenario("lookups alone do not make a client the module's: judged, but no alert")
def name_of_a_stranger(s):
    for t in every(1.0, 12.0, 3):
        unresolved(s, t, wire.NXDOMAIN)
    s.ordinary(60)
    s.verdict("web", "unavailable", "name-unresolved", role="other")


# path-mtu

def black_hole(s, t, host=SWG, small=0, large=1460, mtu=0, quote_port=None):
    """Opens; the client's first full-size segment never arrives, however often it is sent. small: so
    many bytes went before it and were acknowledged; mtu: an ICMP error names it each time."""
    flow = Tcp(s, s.client, host)
    t = flow.open(t)
    if small:
        flow.say(t, b"CONNECT ".ljust(small, b"x"))
        flow.down(t + host.rtt, wire.ACK)
        t += 0.03
    hello = b"\x16\x03\x01".ljust(large, b"\0")
    for after in (0, 0.31, 0.92, 2.13, 4.54, 9.35):
        packet = flow.up(t + after, wire.PSH | wire.ACK, hello)
        if mtu and wire.is_ipv6(host.address):
            s.icmp_error(t + after + 0.004, s.client, 0, packet, kind=2, rest=mtu)
        elif mtu:
            if quote_port:
                packet = packet[:20] + quote_port.to_bytes(2, "big") + packet[22:]
            s.icmp_error(t + after + 0.004, s.client, 4, packet, rest=mtu)
            if "too-big" not in s.marks:
                s.mark("too-big")
    flow.up(t + 18.97, wire.RST | wire.ACK, window=0)
    count(s, "stalled")


def mtu(s, times=every(1.2, 25.0, 3), **how):
    lookup(s, 1.0)
    connects(s, black_hole, times, mark="syn", **how)
    s.ordinary(times[-1] + 40)


@scenario("full-size segments get lost where small ones were acknowledged, and no ICMP error tells")
def mtu_small_pass(s):
    mtu(s, small=310)
    s.verdict("web", "unavailable", "path-mtu", confidence="likely", first_bad=1.2,
              evidence={"large-lost": ["syn"], "small-pass": ["syn"]})
    s.alert("web-unavailable", "path-mtu", severity="critical")


@scenario("a router says \"fragmentation needed\", and the client does not hear it")
def mtu_icmp(s):
    mtu(s, mtu=1400)
    s.verdict("web", "unavailable", "path-mtu", confidence="likely",
              evidence={"large-lost": ["syn"], "icmp-too-big": ["too-big"]})
    s.alert("web-unavailable", "path-mtu")


@scenario("the same over IPv6: \"packet too big\"")
def mtu_icmp_ipv6(s):
    address = s.dual()
    lookup(s, 1.0, hosts=(SWG6,))
    connects(s, black_hole, every(1.2, 25.0, 3), host=SWG6, mtu=1280, large=1440)
    s.ordinary(90)
    s.ordinary6(88)
    s.verdict("web", "undetermined", reason="no-traffic", role="other")
    s.verdict("web", "unavailable", "path-mtu", confidence="likely", client=address,
              evidence={"icmp-too-big": []})
    s.alert("web-unavailable", "path-mtu", client=address)


@scenario("full-size segments get lost; nothing else was sent: that small ones would pass isn't known")
def mtu_unseen(s):
    mtu(s)
    s.verdict("web", "unavailable", "path-mtu", confidence="possible")


@scenario("an ICMP error that quotes a connection which is none of the client's proves nothing")
def mtu_icmp_forged(s):
    mtu(s, mtu=1400, quote_port=9)
    s.verdict("web", "unavailable", "path-mtu", confidence="possible")


@scenario("full-size segments pass on most connections and are lost on one: no matter of size")
def mtu_one_loss(s):
    lookup(s, 1.0)
    connects(s, proxied, every(1.2, 9.0, 6))
    black_hole(s, 20.0)
    s.ordinary(80)
    s.verdict("web", "protected")


@scenario("a small first segment stalls as well: stalled-after-open, and not a matter of size")
def mtu_lookalike_small(s):
    mtu(s, large=310)
    s.verdict("web", "unavailable", "stalled-after-open", confidence="likely")
    s.alert("web-unavailable", "stalled-after-open")


# What the first bytes tell

def turned_away(stage, t, answer, begins=None, mark=None):
    """Opens, and something answers that is no gateway's 200."""
    flow = Tcp(stage, stage.client, SWG)
    t = flow.open(t)
    flow.say(t, begins or connect_line())
    flow.hear(t + SWG.rtt, answer)
    if mark:
        stage.mark(mark)
    flow.close(t + 0.05)
    count(stage, "opened")


@scenario("the gateway answers the CONNECT with 403: it is told, and no failure")
def connect_refused(s):
    lookup(s, 1.0)
    connects(s, turned_away, every(2.0, 5.0, 4), answer=b"HTTP/1.1 403 Forbidden\r\n\r\n")
    s.ordinary(40)
    s.verdict("web", "protected")


@scenario("something answers the CONNECT with a TLS alert: it is told, and no failure by itself")
def connect_alerted(s):
    lookup(s, 1.0)
    connects(s, turned_away, every(2.0, 5.0, 4), answer=b"\x15\x03\x01\0\x02\x02\x46")
    s.ordinary(40)
    s.verdict("web", "protected")


@scenario("a captive portal redirects the first CONNECT, and the rest meets silence")
def connect_redirected(s):
    lookup(s, 1.0)
    turned_away(s, 2.0, b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n\r\n", mark="redirect")
    connects(s, stalled, every(5.0, 5.0, 5))
    s.ordinary(60)
    s.verdict("web", "unavailable", "captive-portal", evidence={"http-redirect": ["redirect"]})
    s.alert("web-unavailable", "captive-portal")
