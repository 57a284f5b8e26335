# SPDX-License-Identifier: GPL-2.0-or-later
"""dns_cases: one scene for DNS protection at work, and one per cause why it is not."""

import wire
from module import (CERT, RESOLVERS, always, ask, by_port, encrypted, error, genuine, health_check,
                    injected, intercepted, probe_round, rejected, silent)
from scene import Scene, fill

DAY = "2024-08-27T"


def healthy(scene, begin, end, client=None):
    """Probes every 10 s, the health check every 40 s, and encrypted queries between them."""
    t, ident = begin, 0x21A0
    while t < end - 1:
        probe_round(scene, t, always(genuine()), client)
        for _ in range(4):
            encrypted(scene, t + scene.rng.between(0.4, 9), scene.rng.pick(RESOLVERS), client)
        t += 10
    t = begin + 1.3
    while t < end - 1:
        health_check(scene, t, genuine(), ident, client)
        ident, t = ident + 1, t + 40.09


def failing(seed, reply, rounds=3, packets=240):
    """Rounds of probes in the seed's rhythm, 15 s apart, with ordinary traffic around them."""
    scene = Scene(DAY + "08:14:02.250000", seed)
    for number in range(rounds):
        probe_round(scene, 2.2 + 15.01 * number, reply)
    fill(scene, scene.client, 0, 2.2 + 15 * rounds + 32, packets)
    return scene


def protected():
    scene = Scene(DAY + "08:01:10.100000", 11)
    healthy(scene, 1.5, 62)
    fill(scene, scene.client, 0, 70, 260)
    scene.verdict("dns", "protected")
    return scene


def icmp_reject():
    """The firewall limits the rate of its errors: only every third query gets one."""
    number = 0

    def reply(port, server, name):
        nonlocal number
        number += 1
        return rejected(13) if number % 3 == 1 else silent

    scene = failing(12, reply)
    scene.verdict("dns", "unprotected", "icmp-reject")
    return scene


def foreign_answer():
    scene = failing(13, by_port(silent, intercepted()))
    scene.verdict("dns", "unprotected", "foreign-answer")
    return scene


def foreign_text():
    """Something answers on both ports, with text that the service never gives."""
    said = intercepted((b"I am not an OpenDNS resolver.",))
    scene = failing(14, by_port(intercepted(), said))
    scene.verdict("dns", "unprotected", "foreign-answer")
    return scene


def foreign_injected():
    """Two different answers to each query on 53: an empty one from near by, then the real one."""
    scene = failing(15, by_port(silent, injected))
    scene.verdict("dns", "unprotected", "foreign-answer")
    return scene


def resolver_error():
    scene = failing(16, by_port(error(wire.SERVFAIL), error(wire.REFUSED)))
    scene.verdict("dns", "unprotected", "resolver-error")
    return scene


def late_answers():
    scene = Scene(DAY + "08:14:02.250000", 17)

    def reply(port, server, name):
        return genuine(scene.rng.between(6.1, 11.9))

    for number in range(3):
        probe_round(scene, 2.2 + 15.01 * number, reply)
    fill(scene, scene.client, 0, 80, 240)
    scene.verdict("dns", "unprotected", "late-answers")
    return scene


def packet_loss():
    """Three of ten probes get lost on every path, one here and one there: never two in a row on a
    path, and never on all four paths together."""
    scene = Scene(DAY + "08:14:02.250000", 18)
    lost = {}
    for number in range(66):
        paths = [(server, port) for port in (443, 53) for server in RESOLVERS]
        silent_now = 0
        for index, path in enumerate(paths):
            drop = (0 < number < 65 and not lost.get(path) and silent_now < 3
                    and scene.rng.below(100) < 43)
            lost[path] = drop
            silent_now += drop
            ask(scene, 1.1 + 5.03 * number + index * 0.011, path[0], path[1],
                silent if drop else genuine())
    fill(scene, scene.client, 0, 370, 360)
    scene.verdict("dns", "degraded", "packet-loss")
    return scene


def degraded_443():
    scene = failing(19, by_port(silent, genuine()), rounds=4)
    scene.verdict("dns", "degraded", "silent-drop")
    return scene


def recovered():
    """Three failed rounds, then somebody opens the firewall."""
    scene = Scene(DAY + "08:14:02.250000", 20)
    for number in range(3):
        probe_round(scene, 2.2 + 15.01 * number, always(silent))
    healthy(scene, 62.0, 140)
    # Port 53 is asked too, so that every path has an answer.
    for number, server in enumerate(RESOLVERS):
        for again in range(3):
            ask(scene, 62.4 + 20 * again + number * 0.0002, server, 53, genuine())
    ask(scene, 63.0, RESOLVERS[1], 443, genuine(), CERT)
    fill(scene, scene.client, 0, 150, 340)
    scene.recovers = True
    scene.verdict("dns", "protected")
    return scene
