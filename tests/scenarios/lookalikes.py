# SPDX-License-Identifier: GPL-2.0-or-later
"""lookalikes: pairs that look alike and differ. The names of a pair begin alike."""

import functools

import wire
from module import (RESOLVERS, SWG, always, ask, by_port, connect_line, count, dropped,
                    encrypted, error, genuine, genuine_records, injected, intercepted,
                    lookup, proxied, refused, rejected, silent, too_young)
from scene import Host, Tcp
from stage import (PATHS, connects, every, idle_closed, register, rounds, scenario, unresolved,
                   user_query, well)


# a closed port and a box that resets

@scenario("the gateway closes its port: as slow and as far as it always was")
def closed_port_server(s):
    lookup(s, 1.0)
    connects(s, proxied, every(1.2, 3.0, 4))
    connects(s, refused, every(15.0, 6.0, 4), delay=(SWG.rtt, SWG.rtt + 0.001))
    s.ordinary(50)
    s.verdict("web", "unavailable", "server-reset")
    s.alert("web-unavailable", "server-reset")


@scenario("the same, but the resets come from next door: window 0 alone clears nobody")
def closed_port_box(s):
    lookup(s, 1.0)
    connects(s, proxied, every(1.2, 3.0, 4))
    connects(s, refused, every(15.0, 6.0, 4), delay=(0.0003, 0.0006), ttl=64)
    s.ordinary(50)
    s.verdict("web", "unavailable", "middlebox-reset", confidence="likely")
    s.alert("web-unavailable", "middlebox-reset")


@scenario("a gateway in the same town: nearer than everybody else, but so it always was")
def closed_port_near_server(s):
    near = Host("18.135.99.4", 60, 0.0021)
    lookup(s, 1.0, hosts=(near,))
    connects(s, proxied, every(1.2, 3.0, 4), host=near)
    connects(s, refused, every(15.0, 6.0, 4), host=near, delay=(0.0021, 0.0026))
    s.ordinary(50)
    s.verdict("web", "unavailable", "server-reset")
    s.alert("web-unavailable", "server-reset")


# loss and block

@scenario("one probe in twenty is lost: no more than a bad day")
def loss_little(s):
    for again in range(60):
        for index, (server, port) in enumerate(PATHS):
            ask(s, 2 + again * 4.0 + index * 0.01, server, port,
                silent if (again + index * 5) % 20 == 7 else genuine())
    s.ordinary(255)
    s.verdict("dns", "protected")


@scenario("three probes in ten are lost: loss, and no rule of a firewall")
def loss_much(s):
    for again in range(60):
        for index, (server, port) in enumerate(PATHS):
            gone = 0 < again < 59 and (again + index * 4) % 10 in (1, 4, 8)
            ask(s, 2 + again * 4.0 + index * 0.01, server, port, silent if gone else genuine())
    s.ordinary(255)
    s.verdict("dns", "degraded", "packet-loss")
    s.alert("dns-degraded", "packet-loss")


@scenario("everything is lost on one port from a moment on: a block")
def loss_block(s):
    for again in range(60):
        for index, (server, port) in enumerate(PATHS):
            ask(s, 2 + again * 4.0 + index * 0.01, server, port,
                silent if again >= 30 and port == 443 else genuine())
    s.ordinary(255)
    s.verdict("dns", "degraded", "silent-drop", first_bad=122.0)
    s.alert("dns-degraded", "silent-drop", severity="notice")


# late and silent

@scenario("4.9 s is in time")
def late_not_yet(s):
    rounds(s, always(genuine(4.9)))
    s.ordinary(80)
    s.verdict("dns", "protected")


@scenario("5.2 s is late")
def late_just(s):
    rounds(s, always(genuine(5.2)))
    s.ordinary(80)
    s.verdict("dns", "unprotected", "late-answers")
    s.alert("dns-unprotected", "late-answers")


@scenario("an answer after half a minute answers nothing")
def late_too_late(s):
    rounds(s, always(lambda stage, query: genuine(30.5)(stage, query) and "unanswered"))
    s.ordinary(110)
    s.dns["unsolicited"] = s.dns["responses"]
    s.verdict("dns", "unprotected", "silent-drop")
    s.alert("dns-unprotected", "silent-drop")


@scenario("late and silent take turns: one alert, told once")
def late_and_silent_in_turns(s):
    for again in range(36):
        for index, (server, port) in enumerate(PATHS):
            ask(s, 2 + again * 5.0 + index * 0.011, server, port,
                silent if again // 3 % 2 else genuine(7.3))
    s.ordinary(225)
    s.verdict("dns", "unprotected", "late-answers", confidence="likely")
    s.alert("dns-unprotected", "late-answers")


# an error of the resolver and somebody else's answer

@scenario("SERVFAIL says that the service is ill, not that somebody else speaks")
def error_is_the_resolver(s):
    rounds(s, by_port(error(wire.SERVFAIL), error(wire.SERVFAIL)))
    s.ordinary(80)
    s.verdict("dns", "unprotected", "resolver-error")
    s.alert("dns-unprotected", "resolver-error")


@scenario("errors on 443, NXDOMAIN for the module's own name on 53: the proof comes first")
def error_and_hijack(s):
    rounds(s, by_port(error(wire.SERVFAIL), intercepted()))
    s.ordinary(80)
    s.verdict("dns", "unprotected", "foreign-answer")
    s.alert("dns-unprotected", "foreign-answer")


# a broken user domain and a broken resolver

def broken_domain(rcode, s):
    well(s, 2.0, 60)
    for number in range(30):
        user_query(s, 3.0 + number * 1.7, RESOLVERS[number % 2], f"h{number}.broken.example",
                   rcode or wire.NOERROR, answered=rcode is not None)
    s.ordinary(75)
    s.verdict("dns", "protected")


for WORD, RCODE in (("servfail", wire.SERVFAIL), ("refused", wire.REFUSED),
                    ("nxdomain", wire.NXDOMAIN), ("silence", None)):
    register(f"user-domain-{WORD}", "one domain is broken, the resolver is not",
             functools.partial(broken_domain, RCODE))


@scenario("only other names are asked, and all are errors: the resolver is there")
def user_domain_errors_alone(s):
    for number in range(12):
        user_query(s, 3.0 + number * 4, RESOLVERS[number % 2], f"h{number}.broken.example",
                   wire.SERVFAIL)
    s.ordinary(60)
    s.verdict("dns", "protected", role="other")


@scenario("one name without an answer, again and again: that says nothing of the resolver")
def user_domain_one_name_alone(s):
    for number in range(12):
        user_query(s, 3.0 + number * 4, RESOLVERS[number % 2], "h.broken.example", answered=False)
    s.ordinary(60)
    s.verdict("dns", "undetermined", reason="too-few-samples", role="other")


@scenario("many names without an answer and no probe at all: possible, of a stranger, no alert")
def user_domain_all_names_silent(s):
    for number in range(24):
        user_query(s, 3.0 + number * 2, RESOLVERS[number % 2], f"www.site{number}.example",
                   answered=False)
    s.ordinary(60)
    s.verdict("dns", "unprotected", "silent-drop", confidence="possible", role="other")


@scenario("the module's own name meets SERVFAIL: that is the resolver")
def user_domain_own_name(s):
    for again in range(6):
        for server, port in PATHS:
            ask(s, 2 + again * 8.0, server, port, error(wire.SERVFAIL))
        user_query(s, 4 + again * 8.0, RESOLVERS[0], "www.example.com", wire.SERVFAIL)
    s.ordinary(60)
    # The errors for other names show one path of four alive.
    s.verdict("dns", "degraded", "resolver-error")
    s.alert("dns-unprotected dns-degraded", "resolver-error")


# a one-way mirror and a drop

def mirror_port(one_way, s):
    s.tap, s.one_way = True, one_way
    s.ordinary(90, 200)
    rounds(s, always(silent), begin=10.0)
    if one_way:
        s.verdict("dns", "undetermined", reason="one-way-capture", evidence={"one-way": []})
    else:
        s.verdict("dns", "unprotected", "silent-drop", confidence="likely")
        s.alert("dns-unprotected", "silent-drop")


register("one-way-mirror", "only what the client sends is mirrored: silence proves nothing",
         functools.partial(mirror_port, True))
register("one-way-not", "both directions are mirrored, and the probes meet silence",
         functools.partial(mirror_port, False))


# the end of the capture and a drop

def cut(end, s):
    """443 at 2 s, 53 at 5.5 s, nothing answers, the last packet at `end`."""
    reply = too_young if end < 7 else silent
    for gap in (0, 0.17):
        for index, server in enumerate(RESOLVERS):
            ask(s, 2 + gap + index * 0.0002, server, 443, reply)
            ask(s, 5.5 + gap + index * 0.0002, server, 53, silent if end > 11 else too_young)
    s.ordinary(end)
    if end > 11:
        s.verdict("dns", "unprotected", "silent-drop", first_bad=2.0)
        s.alert("dns-unprotected", "silent-drop")
    else:
        s.verdict("dns", "undetermined", reason="end-of-capture")


for WORD, END, WHY in (("early", 6.9, "no deadline has passed"),
                       ("half", 9.0, "443 failed, and 53 would have settled it"),
                       ("late", 11.0, "all deadlines have passed: now it is a drop")):
    register(f"cut-{WORD}", WHY, functools.partial(cut, END + (WORD == "late")))


# a half-second blip and a block

def blip(s, t):
    """Everything that is sent within 0.4 s is lost: two probes on every path."""
    for gap in (0, 0.25):
        for index, (server, port) in enumerate(PATHS):
            ask(s, t + gap + index * 0.02, server, port, silent)


@scenario("half a second without a network hits a whole round of probes, and is nothing")
def blip_between(s):
    well(s, 2.0, 40)
    blip(s, 45.0)
    well(s, 55.0, 90)
    s.ordinary(105)
    s.verdict("dns", "protected")


@scenario("the blip is the last that was seen: nothing is claimed")
def blip_at_the_end(s):
    well(s, 2.0, 40)
    blip(s, 45.0)
    s.ordinary(60)
    s.verdict("dns", "undetermined", reason="too-few-samples")


@scenario("and again after five seconds: a block")
def blip_repeated(s):
    well(s, 2.0, 40)
    blip(s, 45.0)
    blip(s, 50.0)
    s.ordinary(65)
    s.verdict("dns", "unprotected", "silent-drop", last_good=32.0503, first_bad=45.0)
    s.alert("dns-unprotected", "silent-drop")


# an idle close and a kill

@scenario("a connection that nobody uses is closed after a minute")
def closed_idle(s):
    lookup(s, 1.0)
    for t in every(1.2, 9.0, 6):
        idle_closed(s, t, SWG, 60.0)
        count(s, "opened")
    s.ordinary(130)
    s.verdict("web", "protected")


@scenario("a connection that nobody has used yet is closed within the deadline")
def closed_at_once(s):
    lookup(s, 1.0)
    for t in every(1.2, 9.0, 6):
        idle_closed(s, t, SWG, 0.02)
        count(s, "killed")
    s.ordinary(75)
    s.verdict("web", "unavailable", "killed-after-open")
    s.alert("web-unavailable", "killed-after-open")


@scenario("a proxy that answers 403 and closes has answered")
def closed_with_an_answer(s):
    lookup(s, 1.0)
    for t in every(1.2, 9.0, 6):
        flow = Tcp(s, s.client, SWG)
        t = flow.open(t)
        flow.say(t, connect_line())
        flow.hear(t + SWG.rtt, b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        flow.down(t + SWG.rtt + 0.001, wire.FIN | wire.ACK)
        flow.peer += 1
        flow.up(t + SWG.rtt + 0.0012, wire.FIN | wire.ACK)
        count(s, "opened")
    s.ordinary(75)
    s.verdict("web", "protected")


@scenario("the client hangs up first: no kill")
def closed_by_client(s):
    lookup(s, 1.0)
    for number, t in enumerate(every(1.2, 9.0, 6)):
        flow = Tcp(s, s.client, SWG)
        t = flow.open(t)
        if number % 2:
            flow.close(t + 0.5)
        else:
            flow.up(t + 0.5, wire.RST | wire.ACK, window=0)
        count(s, "opened")
    s.ordinary(75)
    s.verdict("web", "protected")


# a rotating load balancer and a dead one

ROTATION = [Host(f"18.135.60.{10 + number}", 52, 0.0121) for number in range(6)]


def rotate(s, in_flight=()):
    """Every minute the name has another address; what goes to the old one then is lost."""
    for minute, host in enumerate(ROTATION):
        lookup(s, 1 + minute * 60.0, hosts=(host,))
        connects(s, proxied, every(1.2 + minute * 60.0, 11.0, 5), host=host, rounds=1)
        if minute in in_flight:
            dropped(s, 59.0 + minute * 60.0, host=host)
    s.ordinary(380)


@scenario("every minute another address, and nobody uses the old ones: all is well")
def rotation(s):
    rotate(s)
    s.verdict("web", "protected")


@scenario("every minute another address, and some connects meet the old one: all is well")
def rotation_in_flight(s):
    rotate(s, (0, 2, 3))
    s.verdict("web", "protected")


@scenario("whatever address the name has, nothing opens: dead")
def rotation_dead(s):
    for minute, host in enumerate(ROTATION[:3]):
        lookup(s, 1 + minute * 60.0, hosts=(host,))
        connects(s, dropped, every(1.2 + minute * 60.0, 15.0, 3), host=host)
    s.ordinary(200)
    s.verdict("web", "unavailable", "silent-drop", confidence="likely")
    s.alert("web-unavailable", "silent-drop")


# a firewall that limits its ICMP errors, and silence

@scenario("one ICMP error for every sixth query: whoever says no once means it")
def icmp_rate_limited(s):
    number = 0

    def reply(port, server, name):
        nonlocal number
        number += 1
        return rejected(13) if number % 6 == 1 else silent

    rounds(s, reply)
    s.ordinary(80)
    s.verdict("dns", "unprotected", "icmp-reject")
    s.alert("dns-unprotected", "icmp-reject")


def no_rejection(kind, code, s):
    rounds(s, always(rejected(code, "unanswered", kind=kind)))
    s.ordinary(80)
    s.verdict("dns", "unprotected", "silent-drop")
    s.alert("dns-unprotected", "silent-drop")


for KIND, CODE, WHY in ((3, 4, "fragmentation needed is advice"), (4, 0, "source quench is history"),
                        (5, 1, "a redirect shows another way")):
    register(f"icmp-no-rejection-{KIND}", WHY + ", and the silence stands",
             functools.partial(no_rejection, KIND, CODE))


@scenario("an answer in time beats an ICMP error")
def icmp_and_an_answer(s):
    def both(stage, query):
        rejected(13)(stage, query)
        return genuine()(stage, query)

    rounds(s, always(both))
    s.ordinary(80)
    s.verdict("dns", "protected")


# two answers

@scenario("the same answer twice is a copy")
def answers_same(s):
    def twice(stage, query):
        records = genuine_records(stage, query)
        query.back(stage, query.server.rtt, records)
        query.back(stage, query.server.rtt + 0.0004, records)
        return "answered"

    rounds(s, always(twice))
    s.ordinary(80)
    s.verdict("dns", "protected")


@scenario("a query sent twice is answered twice, by two nodes of the service: both are genuine")
def answers_both_genuine(s):
    def twice(stage, query):
        records = genuine_records(stage, query)
        other = [wire.record(None, wire.TXT, 0, wire.text(b"server r5.lon")), *records[2:]]
        query.back(stage, query.server.rtt, records)
        query.back(stage, query.server.rtt + 0.0031, other)
        return "answered"

    for t in every(2.0, 10.0, 5):
        for server, port in PATHS:
            ask(s, t, server, port, twice)
    s.ordinary(65)
    s.verdict("dns", "protected")


@scenario("an empty answer from near by, and then the genuine one: somebody injects")
def answers_injected(s):
    rounds(s, always(injected))
    s.ordinary(80)
    s.verdict("dns", "unprotected", "foreign-answer")
    s.alert("dns-unprotected", "foreign-answer")


@scenario("truncated, and so far genuine or empty: the rest comes over TCP")
def answers_truncated(s):
    def truncated(stage, query):
        records = genuine_records(stage, query)[:stage.rng.below(2) * 3]
        query.back(stage, query.server.rtt, records, flags=0x8380)
        return "answered"

    rounds(s, always(truncated))
    s.ordinary(80)
    s.verdict("dns", "protected")


# DNSCrypt

@scenario("encrypted DNS flows while the plain probes meet silence: nothing is wrong")
def dnscrypt_flows(s):
    for t in every(2.0, 10.0, 6):
        for server in RESOLVERS:
            ask(s, t, server, 443, lambda stage, query: "undetermined")
            for after in (0.3, 2.1, 4.4, 7.7):
                encrypted(s, t + after, server)
    s.counted = False    # whether the contract's "undetermined" is the counter's is not said
    s.ordinary(75)
    s.verdict("dns", "protected", paths={"208.67.222.222 443": ("ok", 24, 0, 6),
                                         "208.67.220.220 443": ("ok", 24, 0, 6)})


def encrypts(s, times, answered, after=(0.3, 2.1, 4.4, 7.7)):
    """Plain probes are answered, encrypted queries as told."""
    for t in times:
        for server in RESOLVERS:
            ask(s, t, server, 443, genuine())
            for gap in after:
                encrypted(s, t + gap, server, answered=answered)
                if f"encrypted-{answered}" not in s.marks:
                    s.mark(f"encrypted-{answered}")


@scenario("plain probes are answered, encrypted queries are not: degraded")
def dnscrypt_silent(s):
    encrypts(s, every(2.0, 10.0, 6), False)
    s.ordinary(75)
    s.verdict("dns", "degraded", "silent-drop", confidence="likely", first_bad=2.3,
              evidence={"encryption-silent": ["encrypted-False"]},
              paths={"208.67.222.222 443": ("failing", 6, 24, 0),
                     "208.67.220.220 443": ("failing", 6, 24, 0)})
    s.alert("dns-degraded", "silent-drop", severity="warning")


@scenario("encrypted DNS flowed, and then does not: the bracket, and the alert's end")
def dnscrypt_stops(s):
    encrypts(s, every(2.0, 10.0, 3), True)
    encrypts(s, every(32.0, 10.0, 3), False)
    encrypts(s, every(62.0, 10.0, 2), True)
    s.ordinary(90)
    s.verdict("dns", "protected")
    s.alert("dns-degraded", "silent-drop", ends="recovered")


@scenario("four encrypted queries without an answer are no failure yet")
def dnscrypt_four(s):
    encrypts(s, [2.0], False)
    s.ordinary(30)
    s.verdict("dns", "protected")


@scenario("five encrypted queries without an answer within four seconds neither")
def dnscrypt_five_at_once(s):
    encrypts(s, [2.0], False, after=(0.3, 1.2, 2.1, 3.0, 4.2))
    s.ordinary(30)
    s.verdict("dns", "protected")


# lookups

@scenario("no AAAA for a name that has an A: nothing at all")
def name_without_aaaa(s):
    for t in every(1.0, 12.0, 3):
        lookup(s, t)
        unresolved(s, t + 0.001, wire.NOERROR, kind=wire.AAAA, verdict=None)
        s.lookups["queries"] -= 1
        proxied(s, t + 0.1)
    s.ordinary(50)
    s.verdict("web", "protected")


@scenario("one failed lookup, and the next one works: nothing at all")
def name_fails_once(s):
    unresolved(s, 1.0, wire.SERVFAIL)
    lookup(s, 14.0)
    connects(s, proxied, every(14.1, 5.0, 4))
    s.ordinary(50)
    s.verdict("web", "protected")


@scenario("the first resolver fails, the second answers the same question: a good lookup")
def name_second_resolver(s):
    second = Host("192.168.0.66", 128, 0.0007, mac="00:50:56:a1:0c:42")
    for t in every(1.0, 12.0, 3):
        unresolved(s, t, wire.SERVFAIL, verdict=None)
        s.lookups["queries"] -= 1
        lookup(s, t + 0.9, resolver=second)
        proxied(s, t + 1.0)
    s.ordinary(50)
    s.verdict("web", "protected")


@scenario("the lookups fail, but the connections open with the address of before")
def name_fails_but_opens(s):
    lookup(s, 1.0)
    for t in every(15.0, 12.0, 4):
        unresolved(s, t, wire.SERVFAIL)
        connects(s, proxied, every(t + 1.0, 3.0, 3))
    s.ordinary(75)
    s.verdict("web", "protected")
