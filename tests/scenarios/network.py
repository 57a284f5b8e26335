# SPDX-License-Identifier: GPL-2.0-or-later
"""network: where the fault lies before the path begins: names that lead nowhere, portals, a network
that is down, a family without a route, a mirror that loses packets."""

import functools

import wire
from module import RESOLVERS6, SWG_NAME, always, dropped, lookup, proxied, silent
from scene import LOCAL_RESOLVER, PUBLIC, Host, Tcp, ask_resolver, browse, multicast
from stage import connects, every, looked_up_twice, register, rounds, scenario, well


def given(s, t, address, name=SWG_NAME):
    """The site's resolver gives one address for a name."""
    client, ident = s.client, s.rng.bits(16)
    sport = client.next_port(s.rng)
    s.udp_up(t, client, LOCAL_RESOLVER, sport, 53, wire.dns_query(ident, name, wire.A))
    records = [wire.record(None, wire.A, 60, wire.packed(address))]
    s.udp_down(t + 0.002, client, LOCAL_RESOLVER, sport, 53,
               wire.dns_answer(ident, name, wire.A, records))


def unreachable(s, t, address, port=443):
    """A SYN and its repetitions to an unwatched address; nothing comes."""
    flow = Tcp(s, s.client, Host(address, 57, 0.01), port)
    for after in (0, 1.0, 3.0):
        flow.syn(t + after)


def sinkhole(address, s):
    for t in every(1.0, 12.0, 4):
        given(s, t, address)
        unreachable(s, t + 0.1, address)
    well(s, 0.5, 50)
    s.ordinary(65)
    s.counted = False    # how a lookup with such an answer counts is not the point here
    s.verdict("dns", "protected")
    s.verdict("web", "unavailable", "name-sinkholed")
    s.alert("web-unavailable", "name-sinkholed")


for ADDRESS in ("0.0.0.0", "127.0.0.1", "10.1.2.3", "192.168.77.7", "100.64.3.3", "169.254.9.9",
                "146.112.61.106"):
    register(f"sinkhole-{ADDRESS.replace('.', '-')}", "the gateway's name leads to a dead end",
             functools.partial(sinkhole, ADDRESS))


@scenario("the gateway's name leads to a private address, and the connection opens: a proxy of one's own")
def sinkhole_that_opens(s):
    own = Host("10.1.2.3", 63, 0.001)
    for t in every(1.0, 12.0, 4):
        given(s, t, own.address)
        flow = Tcp(s, s.client, own)
        at = flow.open(t + 0.1)
        flow.say(at, b"CONNECT www.example.com:443 HTTP/1.1\r\n\r\n")
        flow.hear(at + 0.01, b"HTTP/1.1 200 OK\r\n\r\n")
        flow.close(at + 0.1)
    well(s, 0.5, 50)
    s.ordinary(65)
    s.counted = False
    s.verdict("dns", "protected")
    s.verdict("web", "undetermined", reason="no-traffic")


@scenario("the portal answers for everybody until the user has logged on")
def portal(s):
    for t in every(1.0, 12.0, 4):
        given(s, t, "10.0.0.1", "www.msftconnecttest.com")
        given(s, t + 0.1, "10.0.0.1")
        unreachable(s, t + 0.2, "10.0.0.1")
    rounds(s, always(silent))
    s.ordinary(75)
    s.counted = False
    s.verdict("dns", "unprotected", "captive-portal")
    s.verdict("web", "unavailable", "captive-portal")
    s.alert("dns-unprotected", "captive-portal")
    s.alert("web-unavailable", "captive-portal")


@scenario("a portal, then the user logs on: all is over")
def portal_logged_on(s):
    for t in every(1.0, 12.0, 3):
        given(s, t, "10.0.0.1", "www.msftconnecttest.com")
        given(s, t + 0.1, "10.0.0.1")
    rounds(s, always(silent), number=2)
    given(s, 40.0, "13.107.4.52", "www.msftconnecttest.com")
    lookup(s, 41.0)
    connects(s, proxied, every(41.2, 5.0, 5))
    well(s, 42.0, 70)
    s.ordinary(85)
    s.counted = False
    s.verdict("dns", "protected")
    s.verdict("web", "protected")
    s.alert("dns-unprotected", "captive-portal", ends="recovered")
    s.alert("web-unavailable", "captive-portal", ends="recovered")


@scenario("a healthy client whose check for portals was answered by one once: a word, no alarm")
def portal_by_the_way(s):
    given(s, 1.0, "10.0.0.1", "captive.apple.com")
    well(s, 2.0, 60)
    s.ordinary(75)
    s.verdict("dns", "protected")


@scenario("nothing on the internet answers: not a word about Cisco's cloud")
def network_down(s):
    rounds(s, always(silent))
    for number, host in enumerate(PUBLIC[:5]):
        for again in range(3):
            unreachable(s, 1.0 + number * 0.4 + again * 13.0, host.address)
    multicast(s, s.client, 60.0)
    s.verdict("dns", "unprotected", "network-down")
    s.alert("dns-unprotected", "network-down", severity="info")


@scenario("the same, but behind a proxy direct connections are in vain by design")
def network_behind_a_proxy(s):
    rounds(s, always(silent))
    for number, host in enumerate(PUBLIC[:5]):
        for again in range(3):
            unreachable(s, 1.0 + number * 0.4 + again * 13.0, host.address)
    proxy = Host("192.168.0.8", 64, 0.0008, mac="00:50:56:a1:0c:08")
    for t in every(0.5, 4.0, 15):
        flow = Tcp(s, s.client, proxy, 8080)
        at = flow.open(t)
        flow.say(at, b"GET http://www.example.com/ HTTP/1.1\r\n\r\n")
        flow.hear(at + 0.05, b"HTTP/1.1 200 OK\r\n\r\n")
        flow.close(at + 0.1)
    s.ordinary(70, begin=60.0)
    s.verdict("dns", "unprotected", "silent-drop")
    s.alert("dns-unprotected", "silent-drop")


@scenario("IPv6 is dropped for the resolvers alone, while other hosts answer over IPv6: a fault")
def route_there(s):
    address = s.dual()
    well(s, 2.0, 60)
    looked_up_twice(s, 1.0)
    connects(s, proxied, every(1.5, 7.0, 7))
    rounds(s, always(silent), begin=3.0, resolvers=RESOLVERS6)
    s.ordinary(80)
    s.ordinary6(78, 9)
    s.verdict("dns", "protected")
    s.verdict("web", "protected")
    s.verdict("dns", "unprotected", "silent-drop", client=address)
    s.alert("dns-unprotected", "silent-drop", client=address, severity="notice")


def lossy_mirror(percent, s):
    """Ten laptops that are well and one that hears nothing; the mirror loses some of all frames."""
    for number in range(10):
        client = s.laptop(number)
        well(s, 2.0 + number * 0.3, 110, client, every=5.0)
        s.ordinary(115, 60, client)
        s.verdict("dns", "protected", client=client.address)
    rounds(s, always(silent), begin=60.0, number=3)
    s.ordinary(118)
    s.events = [event for event in s.events if s.rng.below(1000) >= percent * 10]
    s.counted = False
    if percent:
        s.verdict("dns", "undetermined", reason="capture-loss")
        s.sensor_alert("capture-loss", "warning")
    else:
        s.verdict("dns", "unprotected", "silent-drop")
        s.alert("dns-unprotected", "silent-drop")


for PERCENT in (0, 4):
    register(f"lossy-mirror-{PERCENT}-percent", "a mirror that loses packets makes silence mute",
             functools.partial(lossy_mirror, PERCENT))


# the control group

def idle_until(begin, s):
    """All fails over web protection, while the client does nothing else until then."""
    lookup(s, 1.0)
    connects(s, dropped, every(1.2, 7.0, 3))
    for number in range(3):
        browse(s, s.client, PUBLIC[number], begin + number * 2.0, 0)
    ask_resolver(s, s.client, PUBLIC[0], begin + 60)


@scenario("the network is seen to work only after the newest failure was known: the alert goes out then")
def control_comes_late(s):
    idle_until(27.0, s)
    s.verdict("web", "unavailable", "silent-drop", confidence="likely")
    s.alert("web-unavailable", "silent-drop", severity="critical")


@scenario("the network works minutes after the client gave up: that says nothing of the time before")
def control_comes_too_late(s):
    idle_until(240.0, s)
    s.verdict("web", "unavailable", "silent-drop", confidence="possible")
