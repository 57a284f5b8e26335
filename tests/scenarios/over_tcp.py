# SPDX-License-Identifier: GPL-2.0-or-later
"""over_tcp: probes and queries over TCP (RFC 7766): messages that are split, come together or out of
order, and what may become of them."""

import wire
from module import (DEBUG, RESOLVERS, SWG, SWG_NAME, always, count, genuine, genuine_records, proxied,
                    silent)
from scene import LOCAL_RESOLVER, Tcp
from stage import every, rounds, scenario, well


def framed(message):
    return len(message).to_bytes(2, "big") + message


class Question:
    """What genuine_records() asks of a query."""
    def __init__(self, name, sport):
        self.name, self.sport = name, sport


class Asking:
    """One connection to a resolver."""
    def __init__(self, stage, t, server, port=53):
        self.stage, self.server = stage, server
        self.flow = Tcp(stage, stage.client, server, port)
        self.t = self.flow.open(t)

    def ask(self, outcome="answered", name=DEBUG, kind=wire.TXT, sizes=()):
        """Sends a query, cut into segments of such sizes; gives the answer's bytes."""
        ident = self.stage.rng.bits(16)
        message = framed(wire.dns_query(ident, name, kind))
        for size in (*sizes, len(message)):
            if message:
                self.flow.say(self.t, message[:size])
                message = message[size:]
                self.t += 0.0001
        self.stage.dns["queries"] += 1
        self.stage.dns[outcome] += 1
        records = genuine_records(self.stage, Question(name, self.flow.sport))
        return framed(wire.dns_answer(ident, name, kind, records))

    def hear(self, data, sizes=(), order=None):
        """The answers' bytes, cut so and sent in that order."""
        self.stage.dns["responses"] += 1
        self.t += self.server.rtt
        parts, at = [], 0
        for size in (*sizes, len(data)):
            parts.append((at, data[at:at + size]))
            at += size
        parts = [part for part in parts if part[1]]
        for index in order or range(len(parts)):
            offset, part = parts[index]
            self.flow.down(self.t, wire.PSH | wire.ACK, part, seq=self.flow.peer + offset)
            self.t += 0.0002
        self.flow.peer += len(data)
        self.flow.up(self.t, wire.ACK)

    def end(self, outcome="opened"):
        if outcome == "opened":
            self.flow.close(self.t + 0.01)
        count(self.stage, outcome)


def answered(stage, t, server=RESOLVERS[0], port=53, sizes=(), back=(), order=None):
    asking = Asking(stage, t, server, port)
    asking.hear(asking.ask(sizes=sizes), back, order)
    asking.end()


@scenario("probes over TCP are answered, whole, in pieces, out of order: protected")
def tcp_answered(s):
    for number, t in enumerate(every(2.0, 3.0, 12)):
        answered(s, t, RESOLVERS[number % 2], 53, sizes=(number,) if number else (),
                 back=((), (1,), (2, 7), (100, 50, 30))[number % 4],
                 order=(None, None, (2, 1, 0), (3, 0, 2, 1))[number % 4])
    answered(s, 40.0, RESOLVERS[0], 443)
    s.ordinary(60)
    s.verdict("dns", "protected", paths={"208.67.222.222 53": ("ok", 6, 0, 0),
                                         "208.67.220.220 53": ("ok", 6, 0, 0),
                                         "208.67.222.222 443": ("ok", 1, 0, 0)})


@scenario("several messages in one connection, several in one segment")
def tcp_pipelined(s):
    asking = Asking(s, 2.0, RESOLVERS[0])
    answers = [asking.ask() for _ in range(3)]
    asking.hear(answers[1] + answers[2] + answers[0][:5])
    asking.hear(answers[0][5:])
    s.dns["responses"] += 1
    for _ in range(3):
        asking.t += 1
        asking.hear(asking.ask())
    asking.end()
    s.ordinary(40)
    s.verdict("dns", "protected", paths={"208.67.222.222 53": ("ok", 6, 0, 0)})


@scenario("the same segments twice, and parts of them again: every answer counts once")
def tcp_retransmitted(s):
    for t in every(2.0, 5.0, 4):
        asking = Asking(s, t, RESOLVERS[0])
        answer = asking.ask()
        s.events.append((s.events[-1][0] + 250_000_000, s.events[-1][1]))
        asking.t += 0.3
        asking.flow.down(asking.t, wire.ACK)
        asking.flow.down(asking.t, wire.PSH | wire.ACK, answer[:40])
        asking.hear(answer)
        asking.end()
    s.ordinary(40)
    s.verdict("dns", "protected", paths={"208.67.222.222 53": ("ok", 4, 0, 0)})


@scenario("sequence numbers that wrap in the middle of an answer")
def tcp_wraps(s):
    for number, t in enumerate(every(2.0, 5.0, 4)):
        flow = Tcp(s, s.client, RESOLVERS[0], 53)
        flow.isn = 0xFFFFFFFF - 3 * number
        flow.seq, flow.peer = flow.isn + 1 & 0xFFFFFFFF, 0xFFFFFFFF - 20 * number
        flow.syn(t)
        flow.down(t + 0.01, wire.SYN | wire.ACK, window=64240)
        flow.peer = flow.peer + 1 & 0xFFFFFFFF
        ident = s.rng.bits(16)
        query = framed(wire.dns_query(ident, DEBUG, wire.TXT))
        flow.up(t + 0.011, wire.PSH | wire.ACK, query)
        flow.seq = flow.seq + len(query) & 0xFFFFFFFF
        answer = framed(wire.dns_answer(ident, DEBUG, wire.TXT,
                                        genuine_records(s, Question(DEBUG, flow.sport))))
        for at in range(0, len(answer), 15):
            flow.down(t + 0.03, wire.PSH | wire.ACK, answer[at:at + 15],
                      seq=flow.peer + at & 0xFFFFFFFF)
        count(s, "opened")
        for word in ("queries", "answered", "responses"):
            s.dns[word] += 1
    s.ordinary(60)
    s.verdict("dns", "protected", paths={"208.67.222.222 53": ("ok", 4, 0, 0)})


@scenario("UDP works, and every query over TCP is dropped: degraded")
def tcp_dropped(s):
    well(s, 2.0, 60.0)
    for t in every(3.0, 7.0, 7):
        asking = Asking(s, t, RESOLVERS[0])
        asking.ask("unanswered")
        asking.flow.seq -= 31
        for after in (0.3, 0.9, 2.1, 4.5):
            asking.flow.up(t + after, wire.PSH | wire.ACK, b"\0" * 31)
        asking.flow.seq += 31
        asking.end("stalled")
    s.ordinary(70)
    s.verdict("dns", "degraded", "silent-drop", confidence="likely possible")
    s.alert("dns-degraded", "silent-drop")


@scenario("UDP works, and a box resets every query over TCP: degraded")
def tcp_reset(s):
    well(s, 2.0, 60.0)
    for number, t in enumerate(every(3.0, 7.0, 7)):
        asking = Asking(s, t, RESOLVERS[0])
        asking.ask("reset")
        asking.flow.down(asking.t + 0.0004, wire.RST | wire.ACK, window=64240, ttl=64, ident=7)
        if not number:
            s.mark("reset")
        asking.end("killed")
    s.ordinary(70)
    s.verdict("dns", "degraded", "middlebox-reset", confidence="likely certain",
              evidence={"reset-near": ["reset"]})
    s.alert("dns-degraded", "middlebox-reset")


@scenario("only TCP was tried, and it fails: degraded at most")
def tcp_alone_fails(s):
    for t in every(3.0, 7.0, 7):
        asking = Asking(s, t, RESOLVERS[0])
        asking.ask("reset")
        asking.flow.down(asking.t + 0.0004, wire.RST | wire.ACK, window=64240, ttl=64, ident=7)
        asking.end("killed")
    s.ordinary(70)
    s.verdict("dns", "degraded", "middlebox-reset")
    s.alert("dns-degraded", "middlebox-reset")


@scenario("a segment of every answer is missing from the capture, and the client has it: can't tell")
def tcp_capture_lacks(s):
    for t in every(2.0, 7.0, 6):
        asking = Asking(s, t, RESOLVERS[0])
        answer = asking.ask("undetermined")
        asking.t += 0.02
        asking.flow.peer += 30
        asking.flow.down(asking.t, wire.PSH | wire.ACK, answer[30:])
        asking.flow.peer += len(answer) - 30
        asking.flow.up(asking.t + 0.0001, wire.ACK)
        asking.end()
    s.ordinary(60)
    s.verdict("dns", "undetermined", reason="capture-loss", evidence={"answers-missing": []})


@scenario("from its middle on: what was said before is not known, what comes is read")
def tcp_joined(s):
    flow = Tcp(s, s.client, RESOLVERS[0], 53)
    for number, t in enumerate(every(2.0, 4.0, 6)):
        ident = s.rng.bits(16)
        flow.say(t, framed(wire.dns_query(ident, DEBUG, wire.TXT)))
        flow.hear(t + 0.012, framed(wire.dns_answer(ident, DEBUG, wire.TXT, genuine_records(
            s, Question(DEBUG, flow.sport)))))
        for word in ("queries", "answered", "responses"):
            s.dns[word] += 1
    s.ordinary(40)
    s.verdict("dns", "protected", paths={"208.67.222.222 53": ("ok", 6, 0, 0)})


@scenario("the gateway's name is looked up over TCP, the answer in two segments: it is learnt")
def tcp_lookup(s):
    asking = Asking(s, 2.0, LOCAL_RESOLVER)
    ident = s.rng.bits(16)
    asking.flow.say(asking.t, framed(wire.dns_query(ident, SWG_NAME, wire.A)))
    answer = framed(wire.dns_answer(ident, SWG_NAME, wire.A, [
        wire.record(None, wire.A, 60, wire.packed(SWG.address))]))
    asking.hear(answer, (40,))
    s.dns["responses"] -= 1
    asking.flow.close(asking.t + 0.01)
    s.lookups["queries"] += 1
    s.lookups["answered"] += 1
    for t in every(4.0, 3.0, 4):
        proxied(s, t)
    s.ordinary(40)
    s.verdict("web", "protected")


@scenario("UDP answers with TC=1, the client asks again over TCP, which works: protected")
def tcp_after_truncation(s):
    rounds(s, always(genuine()))
    for t in every(3.0, 9.0, 5):
        answered(s, t)
    s.ordinary(60)
    s.verdict("dns", "protected")


@scenario("UDP is dropped in silence, TCP works: degraded")
def tcp_works_alone(s):
    rounds(s, always(silent))
    for t in every(3.0, 9.0, 5):
        answered(s, t)
    s.ordinary(60)
    s.verdict("dns", "degraded", "silent-drop")
    s.alert("dns-degraded", "silent-drop")
