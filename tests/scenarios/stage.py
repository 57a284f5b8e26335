# SPDX-License-Identifier: GPL-2.0-or-later
"""stage: what every scenario is told with: a scene that also keeps what must come out of it, the
list of all scenarios, and moves that the sample captures do not need."""

import zlib

import wire
from module import RESOLVERS, SWG_NAME, ask, connect_line, count, genuine, lookup, probe_round
from scene import (CLIENT6, LOCAL_RESOLVER, PUBLIC, PUBLIC6, Client, Host, Scene, Tcp, ask_resolver,
                   browse, fill)

SCENARIOS = {}
SWG6 = Host("2a05:d01c:80:1::c8", 51, 0.0127)
OTHER_SWG = Host("18.135.40.7", 52, 0.0119)
STATIC_SWG = Host("146.112.255.50", 54, 0.0093)
PATHS = [(server, port) for server in RESOLVERS for port in (443, 53)]
# A reset that copies the SYN's window, from near by.
BOX = {"window": 64240, "ttl": 64, "ident": 7}


class Stage(Scene):
    def __init__(self, name):
        super().__init__("2025-03-11T09:30:00.000000", zlib.crc32(name.encode()))
        self.alerts, self.marks, self.macs = [], {}, {}
        self.beyond = ()       # link-layer addresses beyond the router
        self.flags = []        # further options of the run
        self.config = ""       # YAML
        self.folded = 0        # clients' alerts that end in a wider one
        self.counted = True    # the books hold: every counter is compared
        self.end = 0

    def verdict(self, protection, status, cause=None, reason=None, confidence=None, client=None,
                role="module", last_good=None, first_bad=None, evidence=None,
                paths=None, lacks=()):
        """confidence: the allowed ones, apart by spaces. last_good, first_bad: seconds after the
        start. evidence: fact -> marks whose frames must stand under it. paths: "address port" ->
        its status, ok, failed, undetermined. lacks: facts that must not be among the evidence."""
        client = client or self.client.address
        family = "ipv6" if wire.is_ipv6(client) else "ipv4"
        super().verdict(protection, status, cause, reason, confidence, client, family, role)
        self.verdicts[-1].update(last_good=last_good, first_bad=first_bad, evidence=evidence or {}, paths=paths or {}, lacks=lacks)

    def alert(self, codes, causes, ends=None, severity=None, client=None):
        """One alert: the codes and causes that it goes through, how it ends (None: still firing)."""
        self.alerts.append({"scope": "client", "client": client or self.client.address,
                            "codes": codes.split(), "causes": causes.split(), "ends": ends,
                            "severity": severity, "count": None})

    def wide_alert(self, scope, codes, causes, count, ends=None, severity=None):
        """One of many clients; count: the last that is told."""
        self.alerts.append({"scope": scope, "client": None, "codes": codes.split(),
                            "causes": causes.split(), "ends": ends, "severity": severity,
                            "count": count})

    def sensor_alert(self, code, severity, ends=None):
        """One about the sensor's own sight, of whatever count."""
        self.alerts.append({"scope": "site", "client": None, "codes": [code], "causes": ["unknown"],
                            "ends": ends, "severity": severity, "count": None})

    def mark(self, name):
        """Names the frame that was added last."""
        self.marks[name] = len(self.events) - 1

    def numbers(self):
        """mark -> frame number in the file."""
        order = sorted(range(len(self.events)), key=lambda index: self.events[index][0])
        where = {index: number for number, index in enumerate(order, 1)}
        return {name: where[index] for name, index in self.marks.items()}

    def ordinary(self, end, packets=60, client=None, begin=0.0):
        """A working network around it all, and a last packet that lets every deadline pass."""
        client = client or self.client
        t = begin + 0.2
        while t < end:
            browse(self, client, PUBLIC[1], t, 0)
            t += 9.1
        fill(self, client, begin, end, packets)
        ask_resolver(self, client, PUBLIC[0], end)

    def ordinary6(self, end, connections=5):
        """The same over IPv6."""
        for number in range(connections):
            browse(self, self.client, PUBLIC6[number % 3], 0.2 + number * (end - 3) / connections, 2)
        ask_resolver(self, self.client, PUBLIC[0], end)

    def dual(self):
        """The client has an IPv6 address too; says it."""
        self.client.address6 = CLIENT6
        return CLIENT6

    def laptop(self, number, dual=False):
        """One client of many."""
        made = Client(self.rng, f"10.30.{number // 250}.{1 + number % 250}",
                      f"8c:17:59:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}")
        self.macs[made.address] = made.mac
        if dual:
            made.address6 = f"2001:db8:40:2::{number + 1:x}"
            self.macs[made.address6] = made.mac
        return made


def register(name, why, play):
    if name in SCENARIOS:
        raise ValueError(f"the scenario {name} stands twice")
    SCENARIOS[name] = (why, play)


def scenario(why):
    """A function that takes a stage is a scenario of its own name."""
    def take(play):
        register(play.__name__.replace("_", "-"), why, play)
        return play
    return take


# Moves

def rounds(stage, reply, number=3, begin=2.0, resolvers=RESOLVERS, client=None):
    """Probe rounds in the module's rhythm: 15 s apart."""
    for again in range(number):
        probe_round(stage, begin + 15.01 * again, reply, client, resolvers)


def well(stage, begin, end, client=None, resolvers=RESOLVERS, ports=(443, 53), every=10.0):
    """All paths are probed and answer."""
    t = begin
    while t < end:
        for port in ports:
            for index, server in enumerate(resolvers):
                ask(stage, t + index * 0.0003 + (port == 53) * 0.05, server, port, genuine(),
                    client=client)
        t += every


def unresolved(stage, t, rcode=None, client=None, resolver=LOCAL_RESOLVER, name=SWG_NAME,
               kind=wire.A, verdict="failed", records=()):
    """A lookup of the SWG's name that gives no address; rcode None: no answer at all. The client
    asks again after 1, 2 and 4 s, as Windows does."""
    client = client or stage.client
    ident, sport = stage.rng.bits(16), client.next_port(stage.rng)
    query = wire.dns_query(ident, name, kind)
    for after in (0,) if rcode is not None else (0, 1.0, 2.0, 4.0):
        stage.udp_up(t + after, client, resolver, sport, 53, query)
    if rcode is not None:
        stage.udp_down(t + 0.021, client, resolver, sport, 53,
                       wire.dns_answer(ident, name, kind, records, rcode))
    stage.lookups["queries"] += 1
    if verdict:
        stage.lookups[verdict] += 1


def gives_up(stage, t, host, client=None, after=21.0):
    """Opens, the CONNECT line is acknowledged, and not one byte comes until the client gives up."""
    flow = Tcp(stage, client or stage.client, host)
    t = flow.open(t)
    flow.say(t, connect_line())
    flow.down(t + host.rtt, wire.ACK)
    flow.up(t + after, wire.RST | wire.ACK, window=0)
    count(stage, "stalled")


def idle_closed(stage, t, host, after):
    """Opens, nothing is said, and the server closes."""
    flow = Tcp(stage, stage.client, host)
    t = flow.open(t)
    flow.down(t + after, wire.FIN | wire.ACK)
    flow.peer += 1
    flow.up(t + after + 0.0001, wire.ACK)
    flow.up(t + after + 0.0002, wire.FIN | wire.ACK)
    flow.seq += 1
    flow.down(t + after + host.rtt, wire.ACK)


def user_query(stage, t, server, name, rcode=wire.NOERROR, address="104.18.9.20", client=None,
               port=53, answered=True, kind=wire.A, empty=False):
    """A user's query straight to the resolver; empty: answered without a record."""
    client = client or stage.client
    ident, sport = stage.rng.bits(16), client.next_port(stage.rng)
    packet = stage.udp_up(t, client, server, sport, port, wire.dns_query(ident, name, kind))
    stage.dns["queries"] += 1
    if not answered:
        stage.dns["unanswered"] += 1
        return packet
    records = [] if rcode or empty else [wire.record(None, kind, 300, wire.packed(address))]
    stage.udp_down(t + server.rtt + stage.rng.between(0, 0.003), client, server, sport, port,
                   wire.dns_answer(ident, name, kind, records, rcode))
    stage.dns["responses"] += 1
    broken = rcode in (wire.FORMERR, wire.SERVFAIL, 4, wire.REFUSED)
    stage.dns["error" if broken else "answered"] += 1
    return packet


def looked_up_twice(stage, t):
    """A and AAAA of the gateway's name at once: one lookup."""
    lookup(stage, t)
    lookup(stage, t + 0.0002, hosts=(SWG6,))
    stage.lookups["queries"] -= 1
    stage.lookups["answered"] -= 1


def marked(name, reply):
    """Marks the first query that this becomes of, and the first frame that comes back."""
    def replies(stage, query):
        if name in stage.marks:
            return reply(stage, query)
        stage.mark(name)
        before = len(stage.events)
        outcome = reply(stage, query)
        if len(stage.events) > before:
            stage.marks[f"{name}-reply"] = before
        return outcome
    return replies


def connects(stage, play, times, mark=None, **how):
    """play(stage, t, **how) at each of the times; the first frame of the first gets the mark."""
    for number, t in enumerate(times):
        if number == 0 and mark:
            stage.marks[mark] = len(stage.events)
        play(stage, t, **how)


def every(begin, gap, number):
    return [begin + gap * again for again in range(number)]
