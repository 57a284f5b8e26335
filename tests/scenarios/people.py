# SPDX-License-Identifier: GPL-2.0-or-later
"""people: what users, administrators and odd boxes do, and what captures look like because of it.
Most of it must stay quiet; where something is wrong, it must not be named wrongly."""

import functools

import wire
from module import (DEBUG, RESOLVERS, SWG, always, ask, connect_line, count, dropped, forbidden,
                    genuine, genuine_records, lookup, proxied, refused, silent, stalled)
from scene import Host, Tcp
from stage import (BOX, PATHS, OTHER_SWG, connects, every, register, rounds, scenario, unresolved,
                   user_query, well)


# people who look for the fault

def nslookup(kind, rcode, s):
    """Somebody asks for the module's name by hand; the service has it as TXT alone."""
    well(s, 2.0, 60)
    for t in every(5.0, 12.0, 4):
        for after, asked in ((0, kind), (0.05, wire.AAAA)):
            user_query(s, t + after, RESOLVERS[0], DEBUG, rcode, kind=asked, empty=True)
            if rcode == wire.NXDOMAIN:    # by its content foreign, and yet no sample
                s.dns["answered"] -= 1
                s.dns["foreign"] += 1
    s.ordinary(75)
    s.verdict("dns", "protected")


for WORD, RCODE in (("empty", wire.NOERROR), ("nxdomain", wire.NXDOMAIN)):
    register(f"nslookup-{WORD}", "an A record of the module's own name was never there",
             functools.partial(nslookup, wire.A, RCODE))


@scenario("somebody's own tool writes the module's name in odd letters (0x20)")
def mixed_case(s):
    for t in every(2.0, 8.0, 6):
        for server, port in PATHS:
            ask(s, t, server, port, genuine(), name="dEbuG.oPENdnS.Com")
    s.ordinary(60)
    s.verdict("dns", "protected")


# connections in odd ways

@scenario("both families answer the race, and the client takes back the slower connection")
def race_both_answer(s):
    lookup(s, 1.0, hosts=(SWG, OTHER_SWG))
    for t in every(1.2, 4.0, 10):
        proxied(s, t + 0.003, host=SWG, rounds=1)
        flow = Tcp(s, s.client, OTHER_SWG)
        flow.syn(t)
        flow.synack(t + 0.25)
        flow.up(t + 0.2501, wire.RST, seq=flow.isn + 1, ack=0, window=0)
        count(s, "opened")
    s.ordinary(55)
    s.verdict("web", "protected")


@scenario("the gateway's packets take another way, everything else is seen: they are answered unseen")
def asymmetric_gateway(s):
    s.tap = True
    lookup(s, 1.0)
    for t in every(1.2, 5.0, 8):
        before = len(s.events)
        proxied(s, t)
        s.events[before:] = [event for event in s.events[before:] if event[1][1] == s.client.mac]
    s.ordinary(60)
    s.verdict("web", "protected")


@scenario("the capture begins in the middle: ends of connections whose beginning nobody saw")
def begins_midway(s):
    lookup(s, 1.0)
    for number, t in enumerate(every(0.1, 0.7, 12)):
        flow = Tcp(s, s.client, SWG)
        if number % 3 == 0:
            flow.down(t, wire.RST | wire.ACK, window=0)
        elif number % 3 == 1:
            flow.down(t, wire.FIN | wire.ACK)
            flow.up(t + 0.001, wire.ACK)
        else:
            flow.say(t, connect_line())
            flow.down(t + 0.002, wire.RST | wire.ACK, window=0)
    connects(s, proxied, every(10.0, 5.0, 5))
    s.ordinary(45)
    s.verdict("web", "protected")


# mirrors that double what fails

def doubled(after, play):
    """The scene, and every frame again `after` seconds later."""
    def twice(s):
        play(s)
        s.tap = True
        s.events += [(time + round(after * 1e9), frame) for time, frame in s.events]
        s.counted = False
    return twice


def dns_drop(s):
    rounds(s, always(silent))
    s.ordinary(80)
    s.verdict("dns", "unprotected", "silent-drop", confidence="likely", first_bad=2.0)
    s.alert("dns-unprotected", "silent-drop")


def web_box(s):
    lookup(s, 1.0)
    connects(s, refused, every(11.2, 6.0, 4), delay=(0.0003, 0.0005), **BOX)
    s.ordinary(50)
    s.verdict("web", "unavailable", "middlebox-reset", confidence="certain")
    s.alert("web-unavailable", "middlebox-reset")


def web_reject(s):
    lookup(s, 1.0)
    connects(s, forbidden, every(1.2, 8.0, 4))
    s.ordinary(50)
    s.verdict("web", "unavailable", "icmp-reject")
    s.alert("web-unavailable", "icmp-reject")


def web_stall(s):
    lookup(s, 1.0)
    connects(s, stalled, every(1.2, 6.0, 4))
    s.ordinary(60)
    s.verdict("web", "unavailable", "stalled-after-open")
    s.alert("web-unavailable", "stalled-after-open")


for WORD, PLAY in (("drop", dns_drop), ("box", web_box), ("reject", web_reject),
                   ("stall", web_stall)):
    for NAME, AFTER in (("20us", 0.00002), ("15ms", 0.015)):
        register(f"doubled-{WORD}-{NAME}", "a fault is the same fault when every frame comes twice",
                 functools.partial(doubled(AFTER, PLAY)))


@scenario("frames of several queues: the times step back by a few milliseconds all the time")
def jittered(s):
    well(s, 2.0, 50)
    lookup(s, 1.0)
    connects(s, proxied, every(1.2, 5.0, 8))
    s.ordinary(60)
    ordered = sorted(s.events, key=lambda event: event[0] + s.rng.below(4_000_000))
    s.frames = lambda link: [(time, link(*frame)) for time, frame in ordered]
    s.counted = False
    s.verdict("dns", "protected")
    s.verdict("web", "protected")


@scenario("a retransmitted query is answered once, to the last of them")
def query_repeated(s):
    def third(stage, query):
        for after in (1.0, 2.0):
            payload = wire.dns_query(query.ident, query.name, wire.TXT)
            stage.udp_up(query.sent + after, query.client, query.server, query.sport, query.dport,
                         payload)
        stage.dns["copies"] += 2
        query.back(stage, 2.02, genuine_records(stage, query))
        return "answered"

    rounds(s, always(third))
    s.ordinary(80)
    s.verdict("dns", "protected")


@scenario("an address goes from one laptop to the next: the fault of the first is not the second's")
def address_inherited(s):
    rounds(s, always(silent))
    s.ordinary(60)
    other = s.laptop(3)
    well(s, 2.0, 2000, other, every=60.0)
    s.verdict("dns", "protected", client=other.address)
    s.client.mac = "8c:17:59:aa:bb:01"
    well(s, 1500.0, 1600)
    s.ordinary(1620, begin=1500.0)
    s.verdict("dns", "protected")
    s.alert("dns-unprotected", "silent-drop", ends="client-gone")


@scenario("lookups time out now and then while the gateway works")
def lookups_time_out(s):
    for number, t in enumerate(every(1.0, 15.0, 8)):
        if number % 3 == 1:
            unresolved(s, t)
        else:
            lookup(s, t)
        connects(s, proxied, every(t + 5.0, 2.0, 3), rounds=1)
    s.ordinary(140)
    s.verdict("web", "protected")


@scenario("somebody traces the route to a resolver with DNS packets")
def traceroute_dns(s):
    well(s, 2.0, 60)
    for hop in range(1, 9):
        query = wire.dns_query(s.rng.bits(16), DEBUG, wire.TXT)
        body = wire.udp(s.client.address, RESOLVERS[0].address, 50100 + hop, 53, query)
        packet = s.up(20.0 + hop * 0.4, s.client, RESOLVERS[0], wire.UDP, body, ttl=hop)
        s.icmp_error(20.0 + hop * 0.4 + 0.002 * hop, s.client, 0, packet, kind=11,
                     router=f"10.99.{hop}.1", ttl=65 - hop)
    s.counted = False
    s.ordinary(75)
    s.verdict("dns", "protected")


@scenario("somebody traces the route to the gateway by TCP: routers answer, and that is the aim")
def traceroute_tcp(s):
    lookup(s, 1.0)
    connects(s, proxied, every(1.2, 6.0, 10), rounds=1)
    for hop in range(1, 9):
        flow = Tcp(s, s.client, SWG)
        body = wire.tcp(s.client.address, SWG.address, flow.sport, 443, flow.isn, 0, wire.SYN, 64240,
                        wire.SYN_OPTIONS)
        packet = s.up(20.0 + hop * 0.4, s.client, SWG, wire.TCP, body, ttl=hop)
        s.icmp_error(20.0 + hop * 0.4 + 0.002 * hop, s.client, 0, packet, kind=11,
                     router=f"10.99.{hop}.1", ttl=65 - hop)
    s.counted = False
    s.ordinary(75)
    s.verdict("web", "protected")


@scenario("the client asks, and hangs up before the answer; the gateway then resets")
def hangs_up_early(s):
    lookup(s, 1.0)
    for t in every(1.2, 5.0, 8):
        flow = Tcp(s, s.client, SWG)
        t = flow.open(t)
        flow.say(t, connect_line())
        flow.up(t + 0.005, wire.FIN | wire.ACK)
        flow.seq += 1
        flow.down(t + SWG.rtt, wire.RST, ack=0, window=0)
        count(s, "opened")
    s.ordinary(55)
    s.verdict("web", "protected")


@scenario("six sockets are in flight to an address that goes out of service")
def rotation_six_in_flight(s):
    hosts = [Host(f"18.135.61.{10 + number}", 52, 0.0121) for number in range(4)]
    for minute, host in enumerate(hosts):
        lookup(s, 1 + minute * 60.0, hosts=(host,))
        connects(s, proxied, every(1.2 + minute * 60.0, 11.0, 5), host=host, rounds=1)
        if minute in (0, 2):
            connects(s, dropped, every(59.5 + minute * 60.0, 0.05, 6), host=host)
    s.ordinary(260)
    s.counted = False    # connects that another one overtakes within a second are aborted
    s.verdict("web", "degraded", "silent-drop", confidence="possible")
