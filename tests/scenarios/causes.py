# SPDX-License-Identifier: GPL-2.0-or-later
"""causes: what is wrong with DNS, every cause in several shapes, and what strikes both protections."""

import functools

import wire
from module import (RESOLVERS, RESOLVERS6, always, ask, by_port, dropped, error, forbidden,
                    genuine, injected, intercepted, lookup, proxied, refused, rejected, silent)
from scene import PUBLIC, ask_resolver
from stage import (BOX, SWG6, connects, every, looked_up_twice, marked, register, rounds, scenario,
                   well)


# silent-drop, DNS

@scenario("the vendor's first case: both resolvers, both ports, no answer")
def drop_cycle(s):
    rounds(s, always(marked("query", silent)))
    s.ordinary(80)
    s.verdict("dns", "unprotected", "silent-drop", confidence="likely", first_bad=2.0,
              evidence={"no-answer": ["query"]})
    s.alert("dns-unprotected", "silent-drop", severity="critical")


@scenario("the filter in the vendor's instructions leaves nothing but the failing probes")
def drop_only_probes(s):
    rounds(s, always(silent))
    s.counted = False    # nothing lets the last deadlines pass
    s.verdict("dns", "unprotected", "silent-drop", confidence="likely possible", first_bad=2.0)
    s.alert("dns-unprotected", "silent-drop")


@scenario("one family only: IPv6 is dropped while IPv4 protects")
def drop_ipv6(s):
    address = s.dual()
    rounds(s, always(silent), resolvers=RESOLVERS6)
    well(s, 3.0, 60)
    s.ordinary(80)
    s.ordinary6(78)
    s.verdict("dns", "protected")
    s.verdict("dns", "unprotected", "silent-drop", confidence="likely", client=address)
    s.alert("dns-unprotected", "silent-drop", client=address, severity="notice")


@scenario("both families are dropped")
def drop_both_families(s):
    address = s.dual()
    rounds(s, always(silent), resolvers=RESOLVERS6)
    rounds(s, always(silent), begin=2.3)
    s.ordinary(80)
    s.ordinary6(78)
    for client in (s.client.address, address):
        s.verdict("dns", "unprotected", "silent-drop", confidence="likely", client=client)
        s.alert("dns-unprotected", "silent-drop", client=client, severity="critical")


@scenario("443 was never probed, so DNS may well work there: no more than possible, and no alert")
def drop_53_alone_probed(s):
    for t in every(2.0, 10.0, 5):
        for server in RESOLVERS:
            ask(s, t, server, 53, silent)
    s.ordinary(80)
    s.verdict("dns", "unprotected", "silent-drop", confidence="possible",
              evidence={"port-not-probed": []})


@scenario("443 dropped, 53 open: protected but unencrypted, no more than a notice")
def drop_443(s):
    rounds(s, by_port(silent, genuine()), number=4)
    s.ordinary(95)
    s.verdict("dns", "degraded", "silent-drop")
    s.alert("dns-degraded", "silent-drop", severity="notice")


@scenario("one resolver of two is dropped: works, but not as it should")
def drop_one_resolver(s):
    for t in every(2.0, 10.0, 6):
        for port in (443, 53):
            for server in RESOLVERS:
                ask(s, t, server, port, silent if server is RESOLVERS[0] else genuine())
    s.ordinary(90)
    s.verdict("dns", "degraded", "silent-drop")
    s.alert("dns-degraded", "silent-drop", severity="warning")


@scenario("a rule goes live at noon: last good and first bad are the bracket for the change log")
def drop_midway(s):
    well(s, 2.0, 41)
    rounds(s, always(marked("query", silent)), begin=50.0)
    s.ordinary(125)
    s.verdict("dns", "unprotected", "silent-drop", confidence="likely", last_good=32.0503,
              first_bad=50.0, evidence={"no-answer": ["query"]})
    s.alert("dns-unprotected", "silent-drop")


@scenario("somebody opens the firewall: the alert ends, the verdict is the last state")
def drop_recovers(s):
    rounds(s, always(silent), number=2)
    well(s, 40.0, 80)
    s.ordinary(95)
    s.verdict("dns", "protected")
    s.alert("dns-unprotected", "silent-drop", ends="recovered")


@scenario("first everything is dropped, then 53 is opened: one alert that changes its code")
def drop_turns_degraded(s):
    rounds(s, always(silent), number=2)
    rounds(s, by_port(silent, genuine()), number=3, begin=40.0)
    s.ordinary(115)
    s.verdict("dns", "degraded", "silent-drop")
    s.alert("dns-unprotected dns-degraded", "silent-drop")


@scenario("works, fails, works, fails: every outage is told once")
def drop_twice(s):
    well(s, 2.0, 21)
    rounds(s, always(silent), number=2, begin=30.0)
    well(s, 70.0, 91)
    rounds(s, always(silent), number=2, begin=100.0)
    s.ordinary(160)
    s.verdict("dns", "unprotected", "silent-drop", last_good=90.0503, first_bad=100.0)
    s.alert("dns-unprotected", "silent-drop", ends="recovered")
    s.alert("dns-unprotected", "silent-drop")


@scenario("both protections fail at once, each with its own cause")
def dns_and_web_at_once(s):
    rounds(s, always(silent))
    lookup(s, 1.0)
    connects(s, refused, every(1.2, 6.0, 4), delay=(0.0003, 0.0005), **BOX)
    s.ordinary(80)
    s.verdict("dns", "unprotected", "silent-drop", confidence="likely")
    s.verdict("web", "unavailable", "middlebox-reset", confidence="certain")
    s.alert("dns-unprotected", "silent-drop")
    s.alert("web-unavailable", "middlebox-reset")


@scenario("four of twelve laptops fail, each for its own reason; the others are left alone")
def many_clients(s):
    trouble = {2: (silent, "silent-drop"), 5: (intercepted(), "foreign-answer"),
               7: (rejected(13), "icmp-reject"), 11: (error(wire.REFUSED), "resolver-error")}
    for number in range(12):
        client = s.laptop(number)
        s.ordinary(75, 30, client)
        if number in trouble:
            reply, cause = trouble[number]
            rounds(s, always(reply), begin=2.0 + number * 0.3, client=client)
            s.verdict("dns", "unprotected", cause, client=client.address)
            s.alert("dns-unprotected", cause, client=client.address)
        else:
            well(s, 2.0 + number * 0.3, 60, client)
            s.verdict("dns", "protected", client=client.address)


# icmp-reject

def icmp(kind, code, family, s):
    resolvers, client = RESOLVERS, s.client.address
    if family == "ipv6":
        resolvers, client = RESOLVERS6, s.dual()
        s.ordinary6(78)
    rounds(s, always(marked("query", rejected(code, kind=kind))), resolvers=resolvers)
    s.ordinary(80)
    s.verdict("dns", "unprotected", "icmp-reject", confidence="likely certain", client=client,
              evidence={"icmp-error": ["query", "query-reply"]})
    s.alert("dns-unprotected", "icmp-reject", client=client)


for KIND, CODE, FAMILY in ((3, 2, "ipv4"), (3, 3, "ipv4"), (3, 9, "ipv4"), (3, 10, "ipv4"),
                           (3, 13, "ipv4"), (3, 0, "ipv4"), (3, 1, "ipv4"), (11, 0, "ipv4"),
                           (1, 1, "ipv6"), (1, 4, "ipv6"), (1, 5, "ipv6"), (1, 6, "ipv6"),
                           (1, 0, "ipv6"), (3, 0, "ipv6")):
    register(f"icmp-{FAMILY}-{KIND}-{CODE}",
             "every code that rejects does, the routing ones while the rest works",
             functools.partial(icmp, KIND, CODE, FAMILY))


@scenario("the firewall rejects connections, not DNS")
def icmp_web(s):
    well(s, 2.0, 55)
    lookup(s, 1.0)
    connects(s, forbidden, every(1.2, 8.0, 5), mark="syn")
    s.ordinary(70)
    s.verdict("dns", "protected")
    s.verdict("web", "unavailable", "icmp-reject", confidence="certain likely",
              evidence={"icmp-error": ["syn"]})
    s.alert("web-unavailable", "icmp-reject")


@scenario("the firewall rejects connections over IPv6; IPv4 works, so it is degraded at most")
def icmp_web_ipv6(s):
    address = s.dual()
    looked_up_twice(s, 1.0)
    connects(s, forbidden, every(1.2, 8.0, 5), code=1, host=SWG6)
    connects(s, proxied, every(1.5, 8.0, 5))
    s.ordinary(70)
    s.ordinary6(68)
    s.verdict("web", "protected")
    s.verdict("web", "degraded", "icmp-reject", client=address)
    s.alert("web-degraded", "icmp-reject", client=address)


# foreign-answer

FOREIGN = {
    "nxdomain": intercepted(),
    "text": intercepted((b"I am not an OpenDNS resolver.",)),
    "half-genuine": intercepted((b"server r7.lon",)),
    "two-answers": injected,
}


def foreign(reply, s):
    rounds(s, always(marked("query", reply)))
    s.ordinary(80)
    s.verdict("dns", "unprotected", "foreign-answer", confidence="likely certain",
              evidence={"foreign-answer": ["query", "query-reply"]})
    s.alert("dns-unprotected", "foreign-answer")


for WORD, REPLY in FOREIGN.items():
    register(f"foreign-{WORD}", "whoever answers so is not the resolver",
             functools.partial(foreign, REPLY))


@scenario("a transparent proxy takes 53, and 443 passes: works, but 53 is somebody else's")
def foreign_53_alone(s):
    for t in every(2.0, 10.0, 5):
        for server in RESOLVERS:
            ask(s, t, server, 443, genuine())
            ask(s, t + 0.1, server, 53, intercepted())
    s.ordinary(65)
    s.verdict("dns", "degraded", "foreign-answer")
    s.alert("dns-degraded", "foreign-answer", severity="warning")


@scenario("443 is dropped and 53 taken: the proof names the cause, not the silence")
def foreign_beats_silence(s):
    rounds(s, by_port(silent, intercepted()))
    s.ordinary(80)
    s.verdict("dns", "unprotected", "foreign-answer")
    s.alert("dns-unprotected", "foreign-answer")


@scenario("interception over IPv6")
def foreign_ipv6(s):
    address = s.dual()
    rounds(s, always(intercepted()), resolvers=RESOLVERS6)
    s.ordinary(80)
    s.ordinary6(78)
    s.verdict("dns", "unprotected", "foreign-answer", client=address)
    s.alert("dns-unprotected", "foreign-answer", client=address)


@scenario("interception begins midway: the bracket holds")
def foreign_midway(s):
    well(s, 2.0, 41)
    rounds(s, always(intercepted()), begin=50.0)
    s.ordinary(125)
    s.verdict("dns", "unprotected", "foreign-answer", last_good=32.0503, first_bad=50.0)
    s.alert("dns-degraded dns-unprotected", "foreign-answer")


# resolver-error, late-answers, packet-loss, unknown

def errors(rcode, s):
    rounds(s, always(marked("query", error(rcode))))
    s.ordinary(80)
    s.verdict("dns", "unprotected", "resolver-error", confidence="likely certain",
              evidence={"resolver-error": ["query", "query-reply"]})
    s.alert("dns-unprotected", "resolver-error")


for WORD, RCODE in (("servfail", wire.SERVFAIL), ("refused", wire.REFUSED),
                    ("formerr", wire.FORMERR), ("notimp", 4)):
    register(f"error-{WORD}", "the path works, the service does not",
             functools.partial(errors, RCODE))


@scenario("an error, and then the service is back")
def error_recovers(s):
    rounds(s, always(error(wire.SERVFAIL)), number=2)
    well(s, 40.0, 80)
    s.ordinary(95)
    s.verdict("dns", "protected")
    s.alert("dns-unprotected", "resolver-error", ends="recovered")


@scenario("one resolver errs, the other is well")
def error_one_resolver(s):
    for t in every(2.0, 10.0, 6):
        for port in (443, 53):
            for server in RESOLVERS:
                ask(s, t, server, port,
                    error(wire.SERVFAIL) if server is RESOLVERS[0] else genuine())
    s.ordinary(80)
    s.verdict("dns", "degraded", "resolver-error")
    s.alert("dns-degraded", "resolver-error", severity="warning")


@scenario("answers come, but the client has long given up")
def late_all(s):
    rounds(s, always(marked("query", genuine(8.2))))
    s.ordinary(90)
    s.verdict("dns", "unprotected", "late-answers", evidence={"late-answer": ["query"]})
    s.alert("dns-unprotected", "late-answers")


@scenario("only encrypted DNS is slow: works unencrypted")
def late_443(s):
    rounds(s, by_port(genuine(7.1), genuine()), number=4)
    s.ordinary(95)
    s.verdict("dns", "degraded", "late-answers")
    s.alert("dns-degraded", "late-answers")


def lossy(s, lost, number=60, gap=4.0):
    """The n-th probe of every path; lost: which of ten are lost, shifted from path to path so that
    no path ever loses two in a row and something always gets through."""
    for again in range(number):
        for index, (server, port) in enumerate((a, b) for a in RESOLVERS for b in (443, 53)):
            gone = 0 < again < number - 1 and (again + index * 4) % 10 in lost
            ask(s, 2 + again * gap + index * 0.011, server, port, silent if gone else genuine())


@scenario("three of ten probes get lost, one here and one there")
def loss_dns(s):
    lossy(s, (1, 4, 8))
    s.ordinary(260)
    s.verdict("dns", "degraded", "packet-loss", confidence="likely possible")
    s.alert("dns-degraded", "packet-loss")


@scenario("three of ten connects get lost: a translator out of ports")
def loss_web(s):
    lookup(s, 1.0)
    for again in range(50):
        (dropped if again % 10 in (2, 5, 8) else proxied)(s, 2.0 + again * 4.0)
    s.ordinary(225)
    s.verdict("web", "degraded", "packet-loss", confidence="likely possible")
    s.alert("web-degraded", "packet-loss")


def under_load(s, lost, number=60):
    """A probe of every path each 4 s; in every third ten seconds the client asks much else. lost(busy,
    number of the probe): what becomes of it."""
    for again in range(number):
        t = 2.4 + again * 4.0
        busy = int(t) // 10 % 3 == 2
        if busy:
            for one in range(30):
                ask_resolver(s, s.client, PUBLIC[one % 5], t - 1.35 + one * 0.03)
        for index, (server, port) in enumerate((a, b) for a in RESOLVERS for b in (443, 53)):
            gone = 0 < again < number - 1 and lost(busy, again + index * 4)
            ask(s, t + index * 0.011, server, port, silent if gone else genuine())
    s.ordinary(2 + number * 4.0 + 15)


@scenario("a translator runs out of ports: most is lost when the client is busy, next to none else")
def loss_under_load(s):
    under_load(s, lambda busy, number: busy and number % 5 != 0)
    s.verdict("dns", "degraded", "packet-loss", evidence={"loss-by-rate": []})
    s.alert("dns-degraded", "silent-drop", ends="recovered")    # the first time it is busy
    s.alert("dns-degraded", "packet-loss")


@scenario("as much is lost when the client is busy as when it is not: no matter of load")
def loss_whatever_the_load(s):
    under_load(s, lambda busy, number: number % 10 in (1, 4, 8))
    s.verdict("dns", "degraded", "packet-loss", lacks=["loss-by-rate"])
    s.alert("dns-degraded", "packet-loss")


@scenario("loss that is over: the alert ends")
def loss_recovers(s):
    lossy(s, (1, 4, 8), number=40)
    lossy_end = 2 + 40 * 4.0
    well(s, lossy_end + 2, lossy_end + 300, every=5.0)
    s.ordinary(lossy_end + 310)
    s.verdict("dns", "protected")
    s.alert("dns-degraded", "packet-loss", ends="recovered")


@scenario("a third silent, a third errors, a third late: no cause is named")
def unknown_mixture(s):
    replies = (silent, error(wire.SERVFAIL), genuine(8.4))
    for again in range(9):
        for index, (server, port) in enumerate((a, b) for a in RESOLVERS for b in (443, 53)):
            ask(s, 2 + again * 6.0 + index * 0.02, server, port, replies[(again + index) % 3])
    s.ordinary(100)
    s.verdict("dns", "unprotected", "unknown", confidence="possible")
