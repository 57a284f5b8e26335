# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults of many clients at once: one alert for the site or a segment, and those of single clients
folded into it. Each client's verdict stays what it would be by itself."""

from module import SWG, always, probe_round, refused, silent
from scene import PUBLIC, ask_resolver
from stage import BOX, scenario, well

# A segment holds laptops 0 to 249 (10.30.0.0/24), another 250 to 499.
SEGMENT, OTHER = range(0, 12), range(250, 262)


def office(s, numbers):
    return [s.laptop(number) for number in numbers]


def probes_well(s, client, begin, end):
    well(s, begin + s.rng.between(0, 2), end, client, every=15.0)


def fails(s, client, begin, rounds):
    """Probe rounds in vain, 15 s apart, each client in its own time."""
    begin += s.rng.between(0, 2)
    for again in range(rounds):
        probe_round(s, begin + 15.01 * again, always(silent), client)


def network(s, clients, end):
    """Other resolvers answer all of them."""
    for client in clients:
        for again in range(int(end / 10)):
            ask_resolver(s, client, PUBLIC[again % 2], 0.5 + again * 10.0 + s.rng.between(0, 1))
    ask_resolver(s, s.client, PUBLIC[0], end)


def verdicts(s, clients, status, cause=None):
    for client in clients:
        s.verdict("dns", status, cause, client=client.address)


def one_fault(s, failing, healthy, rounds=3):
    """All work; then some fail."""
    for client in [*failing, *healthy]:
        probes_well(s, client, 2, 25 if client in failing else 100)
    for client in failing:
        fails(s, client, 32, rounds)
    network(s, [*failing, *healthy], 100)
    verdicts(s, failing, "unprotected", "silent-drop")
    verdicts(s, healthy, "protected")


@scenario("nothing answers any of twelve laptops")
def site_down(s):
    one_fault(s, office(s, SEGMENT), [])
    s.folded = 6
    s.wide_alert("site", "dns-unprotected", "silent-drop", 6, severity="critical")


@scenario("four of twelve laptops fail: too few for the site")
def four_of_twelve(s):
    laptops = office(s, SEGMENT)
    one_fault(s, laptops[:4], laptops[4:])
    for client in laptops[:4]:
        s.alert("dns-unprotected", "silent-drop", client=client.address)


@scenario("six of fourteen laptops fail: five, but not half of them")
def six_of_fourteen(s):
    laptops = office(s, range(14))
    one_fault(s, laptops[:6], laptops[6:])
    for client in laptops[:6]:
        s.alert("dns-unprotected", "silent-drop", client=client.address)


@scenario("one of two segments fails, which is not half of the site")
def segment_down(s):
    s.config = 'segments:\n  - "10.30.0.0/24"\n  - "10.30.1.0/24"\n'
    near, far = office(s, range(8)), office(s, OTHER)
    one_fault(s, near, far)
    s.folded = 5
    s.wide_alert("segment", "dns-unprotected", "silent-drop", 5)


@scenario("a segment fails first, then the whole site")
def segment_then_site(s):
    s.config = 'segments: ["10.30.0.0/24"]\n'
    near, far = office(s, range(8)), office(s, OTHER)
    for client in near + far:
        probes_well(s, client, 2, 25)
    for client in near:
        fails(s, client, 32, 5)
    for client in far:
        probes_well(s, client, 30, 60)
        fails(s, client, 65, 3)
    network(s, near + far, 130)
    verdicts(s, near + far, "unprotected", "silent-drop")
    s.folded = 7
    s.wide_alert("segment", "dns-unprotected", "silent-drop", 8, "folded")
    s.wide_alert("site", "dns-unprotected", "silent-drop", 10)


@scenario("the site fails, and all of it comes back")
def site_recovers(s):
    laptops = office(s, SEGMENT)
    for client in laptops:
        probes_well(s, client, 2, 25)
        fails(s, client, 32, 3)
        probes_well(s, client, 90, 130)
    network(s, laptops, 130)
    verdicts(s, laptops, "protected")
    s.folded = 6
    s.wide_alert("site", "dns-unprotected", "silent-drop", 12, "recovered")


@scenario("the site comes back but for one laptop")
def all_but_one_recover(s):
    laptops = office(s, SEGMENT)
    for client in laptops:
        probes_well(s, client, 2, 25)
        fails(s, client, 32, 3 if client is not laptops[3] else 8)
        if client is not laptops[3]:
            probes_well(s, client, 90, 130)
    network(s, laptops, 170)
    verdicts(s, [c for c in laptops if c is not laptops[3]], "protected")
    verdicts(s, [laptops[3]], "unprotected", "silent-drop")
    s.folded = 6
    s.wide_alert("site", "dns-unprotected", "silent-drop", 12, "recovered")
    s.alert("dns-unprotected", "silent-drop", client=laptops[3].address)


@scenario("all laptops fall silent while nothing answers")
def site_goes_home(s):
    laptops = office(s, SEGMENT)
    for client in laptops:
        probes_well(s, client, 2, 25)
        fails(s, client, 32, 3)
    network(s, laptops, 90)
    ask_resolver(s, s.client, PUBLIC[0], 1000)
    verdicts(s, laptops, "unprotected", "silent-drop")
    s.folded = 6
    s.wide_alert("site", "dns-unprotected", "silent-drop", 12, "client-gone")


@scenario("a healthy office with segments")
def healthy_office(s):
    s.config = 'segments: ["10.30.0.0/24", "10.30.1.0/24"]\n'
    laptops = office(s, SEGMENT) + office(s, OTHER)
    for client in laptops:
        probes_well(s, client, 2, 100)
    network(s, laptops, 100)
    verdicts(s, laptops, "protected")


@scenario("a box resets every connection of ten laptops to the gateway; DNS works")
def web_of_the_site(s):
    laptops = office(s, range(10))
    s.flags = ["-s", SWG.address]
    for client in laptops:
        probes_well(s, client, 2, 60)
        for again in range(3):
            refused(s, 10.0 + again * 14.0 + s.rng.between(0, 2), 0.0004, client, **BOX)
    network(s, laptops, 70)
    verdicts(s, laptops, "protected")
    for client in laptops:
        s.verdict("web", "unavailable", "middlebox-reset", client=client.address)
    s.folded = 4
    s.wide_alert("site", "web-unavailable", "middlebox-reset", 5, severity="critical")
