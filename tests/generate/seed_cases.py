# SPDX-License-Identifier: GPL-2.0-or-later
"""seed_cases: the two captures of the vendor's support article, rebuilt to the frame. The tables are
the article's; every other frame number is filled with ordinary traffic of the same laptop. run
--check reads the files back against these tables."""

from module import CERT, DEBUG, RESOLVERS, SWG, ask, count, identity, lookup, silent
from scene import Scene, Tcp, fill

FIRST, SECOND = RESOLVERS

# frame, time, resolver, frame bytes, port, query id, question
DNS_FRAMES = (
    (57, "03:06:36.491417", FIRST, 128, 53, 0xF7FB, DEBUG),
    (3327, "03:07:16.585199", FIRST, 128, 53, 0xF7FC, DEBUG),
    (6797, "03:07:43.572681", FIRST, 77, 443, 0xE989, DEBUG),
    (6798, "03:07:43.572896", SECOND, 77, 443, 0xC500, DEBUG),
    (6825, "03:07:43.742936", FIRST, 77, 443, 0xFEC6, DEBUG),
    (6826, "03:07:43.743145", SECOND, 77, 443, 0x39EA, DEBUG),
    (6915, "03:07:48.569876", SECOND, 77, 53, 0xBAFA, DEBUG),
    (6916, "03:07:48.569878", FIRST, 77, 53, 0xE671, DEBUG),
    (6918, "03:07:48.757141", FIRST, 77, 53, 0x64D4, DEBUG),
    (6919, "03:07:48.757198", SECOND, 77, 53, 0xCF55, DEBUG),
    (7610, "03:07:54.070832", FIRST, 87, 443, 0xFA51, CERT),
    (7886, "03:07:58.541137", SECOND, 77, 443, 0x43B1, DEBUG),
    (7887, "03:07:58.541137", FIRST, 77, 443, 0xA5B3, DEBUG),
    (7891, "03:07:58.663816", FIRST, 77, 443, 0xE5F3, DEBUG),
    (7892, "03:07:58.663964", SECOND, 77, 443, 0x31C3, DEBUG),
)
DNS_PACKETS, DNS_END = 8104, 123.6

# frame, time, the client's port, SYN or RST (which answers that port's newest SYN), frame bytes
WEB_FRAMES = (
    (7071, "06:41:19.812444", 56287, "SYN", 66),
    (7072, "06:41:19.812972", 56287, "RST", 60),
    (7128, "06:41:20.091970", 56288, "SYN", 66),
    (7129, "06:41:20.092096", 56289, "SYN", 66),
    (7130, "06:41:20.092255", 56288, "RST", 60),
    (7131, "06:41:20.092255", 56289, "RST", 60),
    (7205, "06:41:20.314423", 56287, "SYN", 66),
    (7206, "06:41:20.314819", 56287, "RST", 60),
    (7289, "06:41:20.603627", 56288, "SYN", 66),
    (7290, "06:41:20.603545", 56289, "SYN", 66),
    (7291, "06:41:20.604033", 56288, "RST", 60),
    (7292, "06:41:20.604033", 56289, "RST", 60),
    (7434, "06:41:21.110571", 56288, "SYN", 66),
    (7435, "06:41:21.110582", 56289, "SYN", 66),
)
WEB_LOOKUP = 7043  # and its answer in the next frame
WEB_PACKETS, WEB_END = 7437, 41.122
# Thirteen hops from a host that starts at 64: the article does not show the resets' TTL, so it must
# not give anything away.
WEB_RESET_TTL = 51


def seconds(start, clock):
    def parse(text):
        hours, minutes, rest = text.split(":")
        return (int(hours) * 60 + int(minutes)) * 60 + float(rest)
    return parse(clock) - parse(start)


class Pinned(Scene):
    """A scene in which some frames have their number: events go to the file as they are listed."""

    def __init__(self, start, seed):
        super().__init__(start, seed)
        self.placed = []
        self.at = 0.0  # until here, in seconds, frame numbers are used up

    def fill_to(self, number, end):
        """Ordinary traffic, so that the next frame has this number."""
        count = number - 1 - len(self.placed)
        self.events = []
        fill(self, self.client, self.at, end, count)
        assert len(self.events) == count
        self.events.sort(key=lambda event: event[0])
        low, high = (self.start + round(t * 1e6) * 1000 for t in (self.at, end))
        assert all(low <= time <= high for time, _ in self.events), "traffic sticks out of its gap"
        self.placed += self.events
        self.at = end

    def pin(self, number, t):
        """Takes the one event added last as frame `number`."""
        assert len(self.events) == 1 and len(self.placed) == number - 1, number
        self.placed += self.events
        self.at = max(self.at, t)

    def frames(self, link):
        return [(time, link(*frame)) for time, frame in self.placed]


def dns_unprotected():
    start = "03:06:35.900000"
    scene = Pinned("2024-08-27T" + start, 1)
    for number, clock, server, _, port, ident, name in DNS_FRAMES:
        t = seconds(start, clock)
        if number - 1 > len(scene.placed):
            scene.fill_to(number, t)
        scene.events = []
        options = identity(scene.client) if ident in (0xF7FB, 0xF7FC) else None
        ask(scene, t, server, port, silent, name, ident=ident, options=options)
        scene.pin(number, t)
    scene.fill_to(DNS_PACKETS + 1, DNS_END)
    scene.verdict("dns", "unprotected", "silent-drop", confidence="likely")
    return scene


def web_unavailable():
    start = "06:40:40.000000"
    scene = Pinned("2024-08-27T" + start, 2)
    scene.fill_to(WEB_LOOKUP, 39.681)
    scene.events = []
    lookup(scene, 39.6812)
    scene.placed += scene.events
    scene.at = 39.7098
    flows = {port: Tcp(scene, scene.client, SWG, sport=port) for port in (56287, 56288, 56289)}
    seen = set()
    for index, (number, clock, port, kind, _) in enumerate(WEB_FRAMES):
        t, flow = seconds(start, clock), flows[port]
        if number - 1 > len(scene.placed):
            # 7289 is stamped later than 7290: what stands before both is older than both.
            later = [seconds(start, row[1]) for row in WEB_FRAMES[index:]]
            scene.fill_to(number, min(later))
        scene.events = []
        if kind == "SYN":
            if port in seen:
                flow.renew()
            seen.add(port)
            flow.syn(t)
            count(scene, "undetermined" if number in (7434, 7435) else "reset")
        else:
            flow.refuse(t, window=64240, ttl=WEB_RESET_TTL, ident=1 + scene.rng.below(65535))
        scene.pin(number, t)
    scene.fill_to(WEB_PACKETS + 1, WEB_END)
    scene.verdict("web", "unavailable", "middlebox-reset", confidence="likely")
    return scene
