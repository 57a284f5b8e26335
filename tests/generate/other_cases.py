# SPDX-License-Identifier: GPL-2.0-or-later
"""other_cases: captures that must not be judged, many clients at once, IPv6, and one short failing
exchange for every link type and file format."""

from module import (RESOLVERS, RESOLVERS6, RESOLVERS64, always, ask, ask_other, by_port, encrypted,
                    genuine, intercepted, lookup, probe_round, proxied, refused, dropped, silent,
                    too_young)
from scene import PUBLIC, PUBLIC6, Client, Host, Scene, ask_resolver, browse, fill

DAY = "2024-08-27T"


def one_way():
    """A mirror port that shows what clients send and nothing that comes back. The other connections'
    acknowledgements and data prove that answers existed."""
    scene = Scene(DAY + "10:05:00.000000", 51)
    scene.tap = scene.one_way = True
    # The proof stands before the first probe, so that not even an alert fires.
    fill(scene, scene.client, 0, 5, 90)
    for number in range(3):
        probe_round(scene, 6.2 + 15.01 * number, always(silent))
    fill(scene, scene.client, 5, 85, 210)
    scene.verdict("dns", "undetermined", reason="one-way-capture")
    return scene


def too_few():
    """Two unanswered probes, and every deadline passes."""
    scene = Scene(DAY + "10:05:00.000000", 52)
    for number, server in enumerate(RESOLVERS):
        ask(scene, 3.1 + 0.0002 * number, server, 53, silent)
    fill(scene, scene.client, 0, 45, 160)
    scene.verdict("dns", "undetermined", reason="too-few-samples")
    return scene


def short():
    """The capture ends before the first deadline."""
    scene = Scene(DAY + "10:05:00.000000", 53)
    for gap in (0, 0.18):
        for number, server in enumerate(RESOLVERS):
            ask(scene, 0.4 + gap + 0.0002 * number, server, 443, too_young)
    fill(scene, scene.client, 0, 3.2, 120)
    scene.verdict("dns", "undetermined", reason="end-of-capture")
    return scene


def no_module():
    scene = Scene(DAY + "10:05:00.000000", 54)
    fill(scene, scene.client, 0, 40, 200)
    return scene


def ordinary(scene, client, begin, end, connections=2):
    """A few lookups and connections of one client among many."""
    for _ in range(connections):
        host = scene.rng.pick(PUBLIC)
        t = scene.rng.between(begin, end - 2)
        ask_resolver(scene, client, host, t)
        browse(scene, client, host, t + 0.004, 0)


def many_clients():
    """Forty clients behind one tap: most are well, some are not, one is a DNS server that forwards,
    one a phone with OpenDNS set by hand."""
    scene = Scene(DAY + "11:30:00.000000", 55)
    scene.tap = True
    web_down = {21: "reset", 22: "reset", 23: "dropped"}
    for number in range(1, 41):
        client = Client(scene.rng, f"10.20.0.{10 + number}", f"8c:17:59:40:00:{number:02x}")
        begin = 1 + scene.rng.between(0, 3)
        ordinary(scene, client, 0, 58)
        if number == 39:
            forwarder(scene, client)
        elif number == 40:
            phone(scene, client)
        elif number in (5, 12, 19, 26):
            for again in range(2):
                probe_round(scene, begin + again * 15.02, always(silent), client)
            scene.verdict("dns", "unprotected", "silent-drop", confidence="likely",
                          client=client.address)
        elif number == 30:
            for again in range(2):
                probe_round(scene, begin + again * 15.02, by_port(silent, intercepted()), client)
            scene.verdict("dns", "unprotected", "foreign-answer", client=client.address)
        elif number == 33:
            for again in range(2):
                probe_round(scene, begin + again * 15.02, by_port(silent, genuine()), client)
            scene.verdict("dns", "degraded", "silent-drop", client=client.address)
        else:
            for again in range(2):
                probe_round(scene, begin + again * 20.02, always(genuine()), client)
                encrypted(scene, begin + again * 20.02 + 1.5, RESOLVERS[0], client)
            scene.verdict("dns", "protected", client=client.address)
        if number in web_down or number % 4 == 0 and number < 39:
            web(scene, client, web_down.get(number), begin)
    return scene


def web(scene, client, trouble, begin):
    lookup(scene, begin + 4, client)
    for again in range(3):
        t = begin + 4.1 + again * 7.3
        if trouble == "reset":
            refused(scene, t, (0.0003, 0.0005), client, window=64240, ttl=64, ident=7)
        elif trouble == "dropped":
            dropped(scene, t, client)
        else:
            proxied(scene, t, client, rounds=1)
    if trouble == "reset":
        scene.verdict("web", "unavailable", "middlebox-reset", confidence="certain",
                      client=client.address)
    elif trouble == "dropped":
        scene.verdict("web", "unavailable", "silent-drop", confidence="likely",
                      client=client.address)
    else:
        scene.verdict("web", "protected", client=client.address)


def forwarder(scene, client):
    for number in range(200):
        ask_other(scene, 0.5 + number * 0.28, RESOLVERS[number % 2],
                  f"host{number}.example.{('com', 'net', 'org')[number % 3]}", client)
    scene.verdict("dns", "protected", client=client.address, role="forwarder")


def phone(scene, client):
    for number in range(6):
        ask_other(scene, 3 + number * 8.1, RESOLVERS[0], f"app{number % 3}.example.com", client)
    scene.verdict("dns", "protected", client=client.address, role="other")


def ipv6():
    """Both families: IPv4 is well; of the two IPv6 resolvers one can't be reached."""
    scene = Scene(DAY + "12:00:00.000000", 56)
    scene.client.address6 = "2001:db8:40:1::cc"
    for again in range(3):
        probe_round(scene, 2.0 + 15.02 * again, always(genuine()))
        probe_round(scene, 2.4 + 15.02 * again, lambda port, server, name: genuine()
                    if server is RESOLVERS6[0] else silent, resolvers=RESOLVERS6)
        for number, server in enumerate(RESOLVERS6):
            ask(scene, 7.7 + 15.02 * again + number * 0.0002, server, 53,
                silent if number else genuine())
    for number in range(8):
        browse(scene, scene.client, PUBLIC6[number % 3], 3 + number * 7.9, 2)
    fill(scene, scene.client, 0, 80, 240)
    scene.verdict("dns", "protected")
    scene.verdict("dns", "degraded", "silent-drop", client=scene.client.address6, family="ipv6")
    return scene


def short_failure(seed=57, resolvers=RESOLVERS, hosts=PUBLIC[:4]):
    """One failing round, and four healthy connections: the same in every format."""
    scene = Scene(DAY + "13:45:10.500000", seed)
    probe_round(scene, 0.7, always(silent), resolvers=resolvers)
    for number, host in enumerate(hosts):
        ask_resolver(scene, scene.client, host, 0.2 + number * 3.1)
        browse(scene, scene.client, host, 0.21 + number * 3.1, 1)
    # The last deadline passes.
    ask_resolver(scene, scene.client, hosts[0], 17.9)
    browse(scene, scene.client, hosts[0], 17.91, 1)
    return scene


def failure():
    scene = short_failure()
    scene.verdict("dns", "unprotected", "silent-drop", confidence="likely")
    return scene


def nat64():
    """A laptop on an IPv6-only network: the IPv4 resolvers behind 64:ff9b::/96."""
    scene = Scene(DAY + "13:45:10.500000", 58)
    scene.client.address6 = "2001:db8:40:1::cc"
    local = Host("2001:db8:40:1::53", 64, 0.0007, mac="00:50:56:a1:0c:41")
    probe_round(scene, 0.7, always(silent), resolvers=RESOLVERS64)
    for number in range(5):
        host = PUBLIC6[number % 3]
        t = 0.2 + number * 4.4
        ask_resolver(scene, scene.client, host, t, local)
        browse(scene, scene.client, host, t + 0.004, 1)
    scene.verdict("dns", "unprotected", "silent-drop", confidence="likely",
                  client=scene.client.address6, family="ipv6")
    return scene
