# SPDX-License-Identifier: GPL-2.0-or-later
"""web_cases: one scene for web protection at work, and one per cause why it is not."""

from module import (SWG, dropped, forbidden, killed, lookup, proxied, raced, refused, stalled)
from scene import Scene, fill

DAY = "2024-08-27T"


def stage(seed, packets=220, end=70):
    """A laptop that has looked the gateway up, among ordinary traffic."""
    scene = Scene(DAY + "09:20:31.400000", seed)
    lookup(scene, 1.2)
    fill(scene, scene.client, 0, end, packets)
    return scene


def available():
    scene = stage(31)
    for number in range(14):
        proxied(scene, 1.3 + number * 2.9 + scene.rng.between(0, 1), rounds=2 + scene.rng.below(4))
    scene.verdict("web", "protected")
    return scene


def silent_drop():
    """Windows of either age: the SYN again after 1, 3, 7 and 15 s, or after 3 and 9 s."""
    scene = stage(32)
    for number in range(6):
        gaps = (1.0, 3.0, 7.0, 15.0) if number % 2 else (3.0, 9.0)
        dropped(scene, 1.3 + number * 7.3, gaps=gaps)
    scene.verdict("web", "unavailable", "silent-drop", confidence="likely")
    return scene


def icmp_reject():
    scene = stage(33)
    for number in range(4):
        forbidden(scene, 1.3 + number * 7.1)
    scene.verdict("web", "unavailable", "icmp-reject")
    return scene


def server_reset():
    """Works at first; then the gateway itself refuses: as far away as its genuine packets."""
    scene = stage(34)
    for number in range(6):
        proxied(scene, 1.3 + number * 3.1)
    for number in range(5):
        refused(scene, 22.0 + number * 6.2, (SWG.rtt, SWG.rtt + 0.0019))
    scene.verdict("web", "unavailable", "server-reset")
    return scene


def middlebox_race():
    scene = stage(35)
    for number in range(4):
        raced(scene, 1.3 + number * 6.2)
    scene.verdict("web", "unavailable", "middlebox-reset", confidence="certain")
    return scene


def reset_unclear():
    """Resets that give nothing away: window 0, as slow as others, from as far as anybody, and not one
    genuine packet of the gateway to hold against them."""
    scene = stage(36)
    for number in range(4):
        refused(scene, 1.3 + number * 6.2, (0.0141, 0.0163), ttl=52)
    scene.verdict("web", "unavailable", "reset")
    return scene


def killed_after_open():
    scene = stage(37)
    for number in range(6):
        killed(scene, 1.3 + number * 4.1, with_fin=number % 2 == 1)
    scene.verdict("web", "unavailable", "killed-after-open")
    return scene


def stalled_after_open():
    scene = stage(38)
    for number in range(4):
        stalled(scene, 1.3 + number * 6.3)
    scene.verdict("web", "unavailable", "stalled-after-open")
    return scene


def loss():
    """Three connects of ten get no answer at all, never two in a row: a translator out of ports."""
    scene = stage(39, 300, 215)
    lost = False
    for number in range(48):
        lost = 0 < number < 47 and not lost and scene.rng.below(100) < 45
        if lost:
            dropped(scene, 1.3 + number * 4.0)
        else:
            proxied(scene, 1.3 + number * 4.0, rounds=1)
    scene.verdict("web", "degraded", "packet-loss")
    return scene
