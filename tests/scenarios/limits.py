# SPDX-License-Identifier: GPL-2.0-or-later
"""limits: where nothing can be said, or not to everybody."""

import wire
from module import (RESOLVERS, SWG, always, ask, count, dropped, genuine, lookup, proxied, refused,
                    silent, too_young)
from scene import Tcp
from stage import BOX, STATIC_SWG, every, rounds, scenario, well


@scenario("no packet of the module: no verdict, nothing invented")
def nothing_watched(s):
    s.ordinary(40, 200)


@scenario("two queries without an answer are too few")
def few_queries(s):
    for server in RESOLVERS:
        ask(s, 2.0, server, 53, silent)
    s.ordinary(50)
    s.verdict("dns", "undetermined", reason="too-few-samples")


@scenario("many queries, but all within two seconds")
def few_seconds(s):
    for number in range(10):
        for server in RESOLVERS:
            for port in (53, 443):
                ask(s, 2.0 + number * 0.2, server, port, silent)
    s.ordinary(50)
    s.verdict("dns", "undetermined", reason="too-few-samples")


@scenario("one connect that Windows tries three times is one sample")
def few_connects(s):
    lookup(s, 1.0)
    refused(s, 2.0, (0.0003, 0.0005), **BOX)
    s.ordinary(40)
    s.verdict("web", "undetermined", reason="too-few-samples")


@scenario("two refused connects are too few, three are not: resets need no span")
def few_connects_and_one(s):
    lookup(s, 1.0)
    for t in (12.0, 12.1, 12.2):
        refused(s, t, (0.0003, 0.0005), **BOX)
    s.ordinary(40)
    s.verdict("web", "unavailable", "middlebox-reset", confidence="certain")
    s.alert("web-unavailable", "middlebox-reset")


@scenario("the capture ends before the deadline of the connects")
def ends_in_connects(s):
    lookup(s, 6.0)
    for t in (6.1, 6.2, 6.3):
        dropped(s, t, gaps=(1.0, 3.0), outcome="undetermined")
    s.ordinary(10.9)
    s.verdict("web", "undetermined", reason="end-of-capture")


@scenario("the module has worked, and the last queries are too young to tell")
def ends_while_well(s):
    well(s, 2.0, 40)
    for server in RESOLVERS:
        ask(s, 42.0, server, 443, too_young)
    s.ordinary(44)
    s.verdict("dns", "protected")


@scenario("a lookup of the gateway, and no connection follows")
def lookup_alone(s):
    well(s, 2.0, 40)
    lookup(s, 1.0)
    s.ordinary(50)
    s.verdict("dns", "protected")
    s.verdict("web", "undetermined", reason="no-traffic")


@scenario("nothing but SYNs that the client takes back")
def aborts_alone(s):
    lookup(s, 1.0)
    for t in every(1.2, 4.0, 6):
        flow = Tcp(s, s.client, SWG)
        flow.syn(t)
        flow.up(t + 0.4, wire.RST, seq=flow.isn + 1, ack=0, window=0)
        count(s, "aborted")
    s.ordinary(40)
    s.verdict("web", "undetermined", reason="no-traffic")


@scenario("a mirror of the other direction: answers without queries")
def answers_alone(s):
    s.tap = True
    well(s, 2.0, 40)
    s.ordinary(50)
    s.events = [event for event in s.events if event[1][0] == s.client.mac]
    s.dns["unsolicited"] = s.dns["responses"]
    for word in ("queries", "answered"):
        s.dns[word] = 0
    s.verdict("dns", "undetermined", reason="one-way-capture", role="other")


@scenario("one direction only: lookups without an answer say nothing of the name")
def lookups_one_way(s):
    s.tap = s.one_way = True
    s.ordinary(90, 200)
    rounds(s, always(silent), begin=10.0)
    for t in every(12.0, 15.0, 4):
        lookup(s, t)
    s.lookups.update(answered=0, failed=4)
    s.verdict("dns", "undetermined", reason="one-way-capture")
    s.verdict("web", "undetermined", reason="one-way-capture")


@scenario("one direction only, and all that the client does besides goes to the gateway")
def one_way_gateway(s):
    s.tap = s.one_way = True
    rounds(s, always(silent), begin=10.0)
    for t in every(1.0, 12.0, 6):
        proxied(s, t, host=STATIC_SWG)
    s.verdict("dns", "undetermined", reason="one-way-capture", evidence={"one-way": []})
    s.verdict("web", "protected")


@scenario("the clock is set back by an hour: what was open is not judged")
def clock_set_back(s):
    well(s, 4000.0, 4040)
    for server in RESOLVERS:
        for port in (443, 53):
            for after in (0, 0.2):
                ask(s, 4044.0 + after, server, port, too_young)
    s.ordinary(4046, begin=4000.0)
    middle = len(s.events)
    well(s, 405.0, 440)
    s.ordinary(460, begin=400.0)
    order = sorted(range(middle), key=lambda i: s.events[i][0])
    order += sorted(range(middle, len(s.events)), key=lambda i: s.events[i][0])
    s.events = [s.events[i] for i in order]
    s.frames = lambda link: [(time, link(*frame)) for time, frame in s.events]
    s.sensor_alert("capture-gap", "notice", ends="recovered")
    s.verdict("dns", "protected")


@scenario("a client falls silent while its alert stands: it is gone, and its alert with it")
def client_gone(s):
    other = s.laptop(1)
    rounds(s, always(silent))
    s.ordinary(60)
    well(s, 2.0, 1200, other, every=30.0)
    s.verdict("dns", "unprotected", "silent-drop")
    s.verdict("dns", "protected", client=other.address)
    s.alert("dns-unprotected", "silent-drop", ends="client-gone")


@scenario("a path that nobody uses any more is not judged any more")
def stale_path(s):
    for t in every(2.0, 10.0, 4):
        for server in RESOLVERS:
            ask(s, t, server, 443, silent)
            ask(s, t, server, 53, genuine())
    for t in every(50.0, 30.0, 25):
        for server in RESOLVERS:
            ask(s, t, server, 53, genuine())
    s.ordinary(820)
    s.verdict("dns", "protected")
    s.alert("dns-degraded", "silent-drop", ends="recovered", severity="notice")
