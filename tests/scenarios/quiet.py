# SPDX-License-Identifier: GPL-2.0-or-later
"""quiet: the false-alarm walk. Whatever happens here happens every day and is no fault: no failing
verdict, no alert."""

import functools

import wire
from module import (DEBUG, RESOLVERS, RESOLVERS6, SWG, always, ask, connect_line, count, dropped,
                    encrypted, genuine, genuine_records, health_check, lookup, proxied, rejected,
                    silent, too_young)
from scene import LOCAL_RESOLVER, PUBLIC, Host, Tcp, ask_resolver, browse, tls_record
from stage import (PATHS, SWG6, connects, every, looked_up_twice, register, rounds, scenario,
                   user_query, well)

HOUR = 3600.0


def one_round(s, t, reply, client=None, twice=False):
    for again in range(2 if twice else 1):
        for index, (server, port) in enumerate(PATHS):
            ask(s, t + again * 0.17 + index * 0.003, server, port, reply, client=client)


# laptops

def sleeps(begin_lost, end_lost, s):
    """Three nights. The first or last packets around a sleep are lost; another laptop stays awake
    and drives the clock."""
    awake = s.laptop(1)
    well(s, 5.0, 3 * HOUR, awake, every=300.0)
    s.verdict("dns", "protected", client=awake.address)
    for t in (10.0, HOUR, 2.5 * HOUR):
        well(s, t, t + 60)
        if begin_lost:
            one_round(s, t + 62, silent, twice=True)
        if t == HOUR:
            well(s, t + 605, t + 660)
    for t in (HOUR - 3, 2.5 * HOUR - 3):
        if end_lost:
            one_round(s, t, silent, twice=True)
    s.ordinary(30)
    well(s, 3 * HOUR, 3 * HOUR + 60)
    s.ordinary(3 * HOUR + 80, begin=3 * HOUR)
    s.verdict("dns", "protected")


register("sleep", "a laptop sleeps for hours between packets",
         functools.partial(sleeps, False, False))
register("sleep-in-flight", "the last probes before each sleep get no answer",
         functools.partial(sleeps, True, False))
register("sleep-wakes-deaf", "the first probes after waking go before the Wi-Fi is up",
         functools.partial(sleeps, False, True))
register("sleep-both", "probes are lost before each sleep and after it",
         functools.partial(sleeps, True, True))


@scenario("a sensor on the laptop itself sees nothing at all while it sleeps")
def sleep_alone(s):
    well(s, 2.0, 60)
    one_round(s, 62.0, silent, twice=True)
    lookup(s, 3.0)
    connects(s, proxied, every(4.0, 9.0, 5))
    dropped(s, 61.5, gaps=(1.0,))
    one_round(s, 8 * HOUR, silent, twice=True)
    well(s, 8 * HOUR + 2, 8 * HOUR + 60)
    lookup(s, 8 * HOUR + 3)
    connects(s, proxied, every(8 * HOUR + 4, 9.0, 5))
    s.ordinary(60)
    s.ordinary(8 * HOUR + 80, begin=8 * HOUR + 3)
    s.verdict("dns", "protected")
    s.verdict("web", "protected")


@scenario("one per cent of everything is lost for a day, over fifty laptops")
def day_of_loss(s):
    for number in range(50):
        client = s.laptop(number)
        begin = 5.0 + number * 3.3
        for again in range(500):
            for index, (server, port) in enumerate(PATHS):
                gone = 0 < again < 499 and s.rng.below(100) == 0
                ask(s, begin + again * 172.0 + index * 0.003, server, port,
                    silent if gone else genuine(), client=client)
        s.verdict("dns", "protected", client=client.address)
    ask_resolver(s, s.client, PUBLIC[0], 24.2 * HOUR)


@scenario("one connect of a hundred is lost, over twenty laptops")
def day_of_lost_connects(s):
    for number in range(20):
        client = s.laptop(number)
        for again in range(120):
            t = 5.0 + number * 3.3 + again * 200.0
            if again % 12 == 0:
                lookup(s, t - 0.5, client)
            if 0 < again < 119 and s.rng.below(100) == 0:
                dropped(s, t, client)
            else:
                proxied(s, t, client, rounds=1)
        s.verdict("web", "protected", client=client.address)
    ask_resolver(s, s.client, PUBLIC[0], 24000.0)


@scenario("anycast moves to another site: one round is lost, then it is farther away")
def anycast_flap(s):
    far = [Host(server.address, 49, 0.0382) for server in RESOLVERS]
    well(s, 2.0, 60)
    one_round(s, 65.0, silent, twice=True)
    well(s, 70.0, 130, resolvers=far)
    one_round(s, 135.0, silent)
    well(s, 140.0, 200)
    s.ordinary(215)
    s.verdict("dns", "protected")


@scenario("a VPN goes up: probes stop, some in flight; it goes down: they go on")
def vpn(s):
    well(s, 2.0, 60)
    one_round(s, 61.0, silent, twice=True)
    for number in range(20):
        browse(s, s.client, PUBLIC[4], 70 + number * 60, 3)
    well(s, 1300.0, 1360)
    one_round(s, 1361.0, silent)
    well(s, 2500.0, 2560)
    s.ordinary(2570)
    s.verdict("dns", "protected")


@scenario("every five minutes the laptop roams between access points and loses a probe of each path")
def wifi_roams(s):
    for number in range(12):
        well(s, 2.0 + number * 300, 290 + number * 300, every=30.0)
        one_round(s, 295.0 + number * 300, silent)
    well(s, 3600.0, 3650)
    s.ordinary(3670)
    s.verdict("dns", "protected")


# connections

@scenario("browsers race IPv4 and IPv6: the loser's SYN is never repeated, or reset by its client")
def happy_eyeballs(s):
    address = s.dual()
    looked_up_twice(s, 1.0)
    for number, t in enumerate(every(1.2, 3.0, 20)):
        lost, won = (SWG6, SWG) if number % 2 else (SWG, SWG6)
        flow = Tcp(s, s.client, lost)
        flow.syn(t)
        if number % 3 == 0:
            flow.up(t + 0.29, wire.RST, seq=flow.isn + 1, ack=0, window=0)
        count(s, "aborted")
        proxied(s, t + 0.25, host=won, rounds=1)
    s.ordinary(75)
    s.ordinary6(74)
    s.verdict("web", "protected")
    s.verdict("web", "protected", client=address)


@scenario("200 connections a second, and the same ports again and again")
def port_reuse(s):
    lookup(s, 1.0)
    for number in range(2400):
        t = 2.0 + number * 0.005
        flow = Tcp(s, s.client, SWG, sport=50000 + number % 300)
        at = flow.open(t)
        flow.say(at, connect_line())
        flow.hear(at + SWG.rtt, b"HTTP/1.1 200 Connection established\r\n\r\n")
        flow.close(at + SWG.rtt + 0.01)
        count(s, "opened")
    s.ordinary(30)
    s.verdict("web", "protected")


@scenario("QUIC to the gateway is dropped, as it should be; TCP works")
def quic(s):
    lookup(s, 1.0)
    for number, t in enumerate(every(1.2, 3.0, 12)):
        sport = s.client.next_port(s.rng)
        for after in (0, 0.3, 0.9):
            s.udp_up(t + after, s.client, SWG, sport, 443,
                     b"\xc3\0\0\0\x01\x08" + s.rng.bytes(8) + b"\0\0\x44\xb0" + s.rng.bytes(1180))
        if number % 2:
            proxied(s, t + 1.0, rounds=1)
    s.ordinary(50)
    s.verdict("web", "protected")


def fast_open(s, t, taken):
    """The CONNECT line rides on the SYN; the gateway takes it, or only the SYN (RFC 7413)."""
    flow, line = Tcp(s, s.client, SWG), connect_line()
    cookie = wire.SYN_OPTIONS + b"\x22\x0a" + s.rng.bytes(8) + b"\x01\x01"
    flow.up(t, wire.SYN, line, seq=flow.isn, ack=0, window=64240, options=cookie)
    flow.seq += len(line) if taken else 0
    flow.synack(t + SWG.rtt)
    flow.up(t + SWG.rtt + 0.0001, wire.ACK)
    if not taken:
        flow.say(t + SWG.rtt + 0.0002, line)
    flow.hear(t + SWG.rtt * 2.5, b"HTTP/1.1 200 Connection established\r\n\r\n")
    flow.say(t + SWG.rtt * 2.6, tls_record(s.rng, 120))
    flow.hear(t + SWG.rtt * 3.7, tls_record(s.rng, 800))
    flow.close(t + SWG.rtt * 4)
    count(s, "opened")


@scenario("TCP Fast Open, taken and refused")
def tcp_fast_open(s):
    lookup(s, 1.0)
    for number, t in enumerate(every(1.2, 3.0, 12)):
        fast_open(s, t, number % 2 == 0)
    s.ordinary(50)
    s.verdict("web", "protected")


@scenario("the user changes her mind: the client takes back its own SYNs")
def client_aborts(s):
    lookup(s, 1.0)
    for number, t in enumerate(every(1.2, 3.0, 14)):
        if number % 2:
            proxied(s, t, rounds=1)
            continue
        flow = Tcp(s, s.client, SWG)
        flow.syn(t)
        flow.up(t + 0.4, wire.RST, seq=flow.isn + 1, ack=0, window=0)
        count(s, "aborted")
    s.ordinary(55)
    s.verdict("web", "protected")


@scenario("long-lived connections, silent for minutes, with keep-alives, reset by the server at last")
def long_lived(s):
    lookup(s, 1.0)
    for t in every(1.2, 20.0, 6):
        flow = Tcp(s, s.client, SWG)
        t = flow.open(t)
        flow.say(t, connect_line())
        flow.hear(t + SWG.rtt, b"HTTP/1.1 200 Connection established\r\n\r\n")
        for number in range(6):
            flow.up(t + 45 * (number + 1), wire.ACK, seq=flow.seq - 1)
            flow.down(t + 45 * (number + 1) + SWG.rtt, wire.ACK)
        flow.down(t + 300, wire.RST, ack=0, window=0)
        count(s, "opened")
    s.ordinary(420)
    s.verdict("web", "protected")


@scenario("a slow first answer: the proxy thinks for four seconds")
def slow_proxy(s):
    lookup(s, 1.0)
    for t in every(1.2, 7.0, 6):
        flow = Tcp(s, s.client, SWG)
        t = flow.open(t)
        flow.say(t, connect_line())
        flow.down(t + SWG.rtt, wire.ACK)
        flow.hear(t + 4.0, b"HTTP/1.1 200 Connection established\r\n\r\n")
        flow.close(t + 4.2)
        count(s, "opened")
    s.ordinary(60)
    s.verdict("web", "protected")


@scenario("a SYN is lost now and then; its first repetition opens the connection")
def syn_repeated(s):
    lookup(s, 1.0)
    for number, t in enumerate(every(1.2, 4.0, 12)):
        flow = Tcp(s, s.client, SWG)
        flow.syn(t)
        if number % 2:
            flow.syn(t + 1.0)
            flow.syn(t + 3.0)
        at = t + (3.0 if number % 2 else 0) + SWG.rtt
        flow.synack(at)
        flow.up(at + 0.0001, wire.ACK)
        flow.say(at + 0.0002, connect_line())
        flow.hear(at + 0.03, b"HTTP/1.1 200 Connection established\r\n\r\n")
        flow.close(at + 0.1)
        count(s, "opened", 3 if number % 2 else 1)
    s.ordinary(60)
    s.verdict("web", "protected")


# networks

@scenario("an IPv6 route that leads nowhere, while IPv4 works: not this family's fault to judge")
def ipv6_nowhere(s):
    address = s.dual()
    well(s, 2.0, 60)
    rounds(s, always(silent), begin=3.0, resolvers=RESOLVERS6)
    looked_up_twice(s, 1.0)
    for t in every(1.2, 7.0, 7):
        dropped(s, t, host=SWG6)
        proxied(s, t + 1.5, rounds=1)
    s.ordinary(80)
    s.verdict("dns", "protected")
    s.verdict("web", "protected")
    s.verdict("dns", "undetermined", reason="no-route", client=address)
    s.verdict("web", "undetermined", reason="no-route", client=address)


@scenario("an IPv6 router says that it knows no route; of the rest of the network nothing is seen")
def ipv6_unroutable(s):
    address = s.dual()
    rounds(s, always(rejected(0, outcome="unanswered", kind=1)), resolvers=RESOLVERS6)
    ask(s, 60.0, RESOLVERS6[0], 53, too_young)
    s.verdict("dns", "undetermined", reason="no-route", client=address, evidence={"no-route": []})


def answers_elsewhere(s, encrypts):
    """The mirror port shows queries and connections, but DNS answers take another port."""
    s.tap = True
    for number in range(6):
        client = s.laptop(number)
        for again in range(7):
            host = PUBLIC[(number + again) % len(PUBLIC)]
            before = len(s.events)
            ask_resolver(s, client, host, 1 + again * 11.0 + number * 0.7)
            if not encrypts:
                del s.events[before + 1:]
            browse(s, client, host, 1.02 + again * 11.0 + number * 0.7, 2)
        for t in every(3.0 + number * 0.7, 10.0, 6):
            for server in RESOLVERS:
                ask(s, t, server, 443, silent, client=client)
                if encrypts:
                    encrypted(s, t + 0.3, server, client, answered=False)
        s.verdict("dns", "undetermined", reason="one-way-capture", client=client.address)
        if encrypts:
            continue
        for t in every(5.0 + number * 0.7, 20.0, 3):
            before = len(s.events)
            lookup(s, t, client)
            del s.events[before + 1:]
        s.verdict("web", "undetermined", reason="one-way-capture", client=client.address)
    s.counted = False
    s.ordinary(85)


@scenario("DNS answers take another mirror port: connections to looked-up names prove that they exist")
def answers_at_another_port(s):
    answers_elsewhere(s, False)


@scenario("the same, and the site's resolver is heard: encrypted DNS goes on, so something answers")
def answers_at_another_port_encrypted(s):
    answers_elsewhere(s, True)


@scenario("a sensor outside a NAT: thirty laptops are one address")
def outside_nat(s):
    for number in range(30):
        begin = 1.0 + number * 0.31
        well(s, begin, 60, every=15.0)
        if number % 3 == 0:
            lookup(s, begin + 0.5 + number * 2)
            proxied(s, begin + 0.6 + number * 2, rounds=1)
        if number % 10 == 9:
            one_round(s, 20 + number * 0.5, silent)
    s.counted = False    # lookups of one name at one time fold
    s.ordinary(80)
    s.verdict("dns", "protected")
    s.verdict("web", "protected")


# mirrors

def doubled(s, after):
    """Every frame a second time, `after` seconds later."""
    s.tap = True
    s.events += [(time + round(after * 1e9), frame) for time, frame in s.events]


def mirror_healthy(after, s):
    well(s, 2.0, 50)
    lookup(s, 1.0)
    connects(s, proxied, every(1.2, 5.0, 8))
    for t in every(3.0, 2.0, 20):
        encrypted(s, t, RESOLVERS[0])
    s.ordinary(65)
    doubled(s, after)
    if after < 0.01:
        s.dns["copies"] = s.dns["queries"]
        s.dns["responses"] *= 2
        s.tcp["syns"] *= 2
    else:
        s.counted = False    # a query that comes after its answer is a new one
    s.verdict("dns", "protected")
    s.verdict("web", "protected")


for WORD, AFTER in (("20us", 0.00002), ("1ms", 0.001), ("15ms", 0.015)):
    register(f"mirror-{WORD}", "a mirror port delivers every frame twice",
             functools.partial(mirror_healthy, AFTER))


# DNS

@scenario("the module asks local resolvers for its own names too, and they know nothing")
def local_resolvers_know_nothing(s):
    well(s, 2.0, 60)
    for t in every(2.5, 5.0, 12):
        ident, sport = s.rng.bits(16), s.client.next_port(s.rng)
        s.udp_up(t, s.client, LOCAL_RESOLVER, sport, 53, wire.dns_query(ident, DEBUG, wire.TXT))
        s.udp_down(t + 0.001, s.client, LOCAL_RESOLVER, sport, 53,
                   wire.dns_answer(ident, DEBUG, wire.TXT, (), wire.NXDOMAIN))
    s.ordinary(75)
    s.verdict("dns", "protected")


@scenario("a policy blocks what users ask for: block pages are answers")
def block_pages(s):
    well(s, 2.0, 60)
    for number in range(20):
        user_query(s, 3.0 + number * 2.5, RESOLVERS[number % 2], f"bad{number}.example",
                   address=f"146.112.61.{104 + number % 16}")
    s.ordinary(75)
    s.verdict("dns", "protected")


@scenario("a DNS server that forwards: a tenth of its questions fail, as they do")
def forwarder_with_errors(s):
    for number in range(200):
        rcode = wire.SERVFAIL if number % 10 == 3 else wire.NXDOMAIN if number % 7 == 1 else 0
        user_query(s, 0.5 + number * 0.28, RESOLVERS[number % 2], f"host{number}.example.com", rcode,
                   answered=number % 20 != 5)
    s.ordinary(75)
    s.verdict("dns", "protected", role="forwarder")


@scenario("a phone with OpenDNS set by hand, in a garage")
def phone_with_errors(s):
    for number in range(12):
        user_query(s, 3 + number * 4, RESOLVERS[0], f"app{number % 5}.example.com",
                   wire.SERVFAIL if number % 3 == 1 else 0, answered=number % 4 != 3)
    s.ordinary(70)
    s.verdict("dns", "protected", role="other")


@scenario("a guest's phone that gets no answer at all: judged, but nobody is alerted")
def phone_blocked(s):
    for number in range(12):
        user_query(s, 3 + number * 4, RESOLVERS[0], f"app{number}.example.com", answered=False)
    s.ordinary(70)
    s.verdict("dns", "unprotected", "silent-drop", confidence="possible", role="other")


@scenario("plain probes get no answer on 443 while DNSCrypt flows there")
def dnscrypt_instead_of_probes(s):
    well(s, 2.0, 20)
    for t in every(25.0, 10.0, 6):
        for server in RESOLVERS:
            ask(s, t, server, 443, lambda stage, query: "unanswered")
            for after in (0.2, 1.1, 3.4, 5.7, 8.1):
                encrypted(s, t + after, server)
    s.counted = False
    s.ordinary(100)
    s.verdict("dns", "protected")


@scenario("the health check with the client's identity, every 40 s, beside the probes")
def health_checks(s):
    well(s, 2.0, 200, every=20.0)
    for number, t in enumerate(every(5.0, 40.09, 5)):
        health_check(s, t, genuine(), 0x2100 + number)
    s.ordinary(220)
    s.verdict("dns", "protected")


@scenario("frames swapped by the capture: answers stand before their queries")
def swapped_frames(s):
    def early(stage, query):
        query.back(stage, -0.03 - stage.rng.between(0, 0.05), genuine_records(stage, query))
        return "answered"

    rounds(s, always(early))
    s.ordinary(70)
    s.verdict("dns", "protected")


@scenario("one error of a resolver now and then")
def error_now_and_then(s):
    for again in range(40):
        for index, (server, port) in enumerate(PATHS):
            reply = genuine()
            if (again + index * 5) % 20 == 11:
                reply = lambda stage, query: (query.back(stage, 0.02, rcode=wire.SERVFAIL), "error")[1]
            ask(s, 2 + again * 5.0 + index * 0.01, server, port, reply)
    s.ordinary(220)
    s.verdict("dns", "protected")


@scenario("answers that crawl: three to four and a half seconds, over satellite")
def slow_but_in_time(s):
    for t in every(2.0, 10.0, 8):
        for server, port in PATHS:
            ask(s, t, server, port, genuine(3.0 + s.rng.between(0, 1.5)))
    s.ordinary(100)
    s.verdict("dns", "protected")


@scenario("an ICMP error for one probe in a while")
def icmp_now_and_then(s):
    for again in range(30):
        for index, (server, port) in enumerate(PATHS):
            ask(s, 2 + again * 5.0 + index * 0.01, server, port,
                rejected(13) if again == 12 and index == 1 else genuine())
    s.ordinary(170)
    s.verdict("dns", "protected")
