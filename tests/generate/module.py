# SPDX-License-Identifier: GPL-2.0-or-later
"""module: how the roaming module behaves on the wire, and what the network makes of it. Probes,
health checks and DNSCrypt for DNS protection; lookups and proxied connections for web protection.
Facts: domain 2.1 (probes), 2.2 (answers), 2.4 (certificate), 2.5 (DNSCrypt), 4 (gateway). All
identities are invented. Every function keeps the scene's books."""

import wire
from scene import LOCAL_RESOLVER, Host, Tcp, tls_record

DEBUG, CERT = "debug.opendns.com", "2.dnscrypt-cert.opendns.com"
RESOLVERS = (Host("208.67.222.222", 57, 0.0118), Host("208.67.220.220", 57, 0.0121))
RESOLVERS6 = (Host("2620:119:53::53", 57, 0.0124), Host("2620:119:35::35", 57, 0.0127))
RESOLVERS64 = (Host("64:ff9b::d043:dede", 56, 0.0139), Host("64:ff9b::d043:dcdc", 56, 0.0141))

MAGIC = b"qR4mTz8w"
RESOLVER_MAGIC = b"r6fnvWj8"

GUID = bytes.fromhex("5d1c7b0e92f84a63b7e40c19d6a2538f")
ORGANISATION = 7700123


def identity(client):
    """The 40 bytes of option data in the seed's 86-byte probes: one option 0x4F44, version 1, with a
    host GUID, an organisation and the inner IPv4 address (domain 2.6)."""
    body = (b"ODNS\x01\x00" + b"\x00\x02" + GUID + b"\x00\x08" + ORGANISATION.to_bytes(4, "big")
            + b"\x00\x10" + wire.packed(client.address))
    return b"\x4f\x44" + len(body).to_bytes(2, "big") + body


# What may become of a query. Each writes the frames and says the outcome.

class Query:
    def __init__(self, client, server, sport, dport, ident, name, sent, packet):
        self.client, self.server, self.sport, self.dport = client, server, sport, dport
        self.ident, self.name, self.sent, self.packet = ident, name, sent, packet

    def back(self, scene, after, records=(), rcode=wire.NOERROR, ttl=None, flags=0x8180):
        answer = wire.dns_answer(self.ident, self.name, wire.TXT, records, rcode, flags)
        scene.udp_down(self.sent + after, self.client, self.server, self.sport, self.dport, answer, ttl)
        scene.dns["responses"] += 1


def txt(*strings):
    """One TXT record each, time to live 0, as the service gives them."""
    return [wire.record(None, wire.TXT, 0, wire.text(s)) for s in strings]


def genuine_records(scene, query):
    if query.name == CERT:
        start = scene.start // 10**9 - 86400 * 40
        cert = (b"DNSC\0\x01\0\0" + scene.rng.bytes(64) + scene.rng.bytes(32) + MAGIC
                + start.to_bytes(4, "big") * 2 + (start + 31536000).to_bytes(4, "big"))
        return [wire.record(None, wire.TXT, 600, wire.text(cert))]
    return txt(b"server r7.lon", b"device 0101e3b05c22d917", b"remoteip 192.168.0.204",
               b"flags 40034 0 186040 1E10000074060000060039F0400FE2080081681",
               b"originid 610000417", b"orgid 7700123", b"orgflags 100A6", b"actype 0",
               b"bundle 9100777", b"source 203.0.113.7:%d" % query.sport)


def silent(scene, query):
    return "unanswered"


def too_young(scene, query):
    """Nothing came, and the capture ends before the deadline."""
    return "undetermined"


def genuine(after=None):
    def reply(scene, query):
        took = after or query.server.rtt + scene.rng.between(0, 0.0015)
        query.back(scene, took, genuine_records(scene, query))
        return "late" if took > 5 else "answered"
    return reply


def error(rcode):
    def reply(scene, query):
        query.back(scene, query.server.rtt + scene.rng.between(0, 0.002), rcode=rcode)
        return "error"
    return reply


def intercepted(strings=None):
    """A box on the way answers in the resolver's name: it knows no such name, or has other text."""
    def reply(scene, query):
        took = 0.0011 + scene.rng.between(0, 0.0006)
        if strings is None:
            query.back(scene, took, rcode=wire.NXDOMAIN, ttl=63)
        else:
            query.back(scene, took, txt(*strings), ttl=63)
        return "foreign"
    return reply


def injected(scene, query):
    """A box on the way answers first, and the real answer comes after all."""
    query.back(scene, 0.0009 + scene.rng.between(0, 0.0004), ttl=63)
    query.back(scene, query.server.rtt + scene.rng.between(0, 0.0015), genuine_records(scene, query))
    return "foreign"


def rejected(code, outcome="rejected", **how):
    """An ICMP error; `how` is its sender, type and TTL."""
    def reply(scene, query):
        scene.icmp_error(query.sent + 0.0004 + scene.rng.between(0, 0.0003), query.client, code,
                         query.packet, **how)
        return outcome
    return reply


def ask(scene, t, server, port, reply, name=DEBUG, client=None, ident=None, options=None):
    """One TXT probe and what becomes of it."""
    client = client or scene.client
    ident = scene.rng.bits(16) if ident is None else ident
    sport = client.next_port(scene.rng)
    payload = wire.dns_query(ident, name, wire.TXT, options)
    packet = scene.udp_up(t, client, server, sport, port, payload)
    outcome = reply(scene, Query(client, server, sport, port, ident, name, t, packet))
    scene.dns["queries"] += 1
    scene.dns[outcome] += 1
    return outcome


def ask_other(scene, t, server, name, client, kind=wire.A, port=53):
    """A user's query that goes straight to the resolver, answered."""
    ident, sport = scene.rng.bits(16), client.next_port(scene.rng)
    scene.udp_up(t, client, server, sport, port, wire.dns_query(ident, name, kind))
    rdata = bytes([104, 18, scene.rng.below(64), 1 + scene.rng.below(250)])
    answer = wire.dns_answer(ident, name, kind, [wire.record(None, kind, 300, rdata)])
    scene.udp_down(t + server.rtt + scene.rng.between(0, 0.003), client, server, sport, port, answer)
    for word in ("queries", "answered", "responses"):
        scene.dns[word] += 1


def probe_round(scene, t, reply, client=None, resolvers=RESOLVERS):
    """One round in the seed's rhythm: 443 twice, and only if nothing good came, 53 twice five seconds
    later and then the certificate. reply(port, server, name) says what becomes of each. True where a
    port answered."""
    def twice(at, port):
        heard = False
        for gap in (0, 0.17 + scene.rng.between(0, 0.03)):
            for number, server in enumerate(resolvers):
                said = ask(scene, at + gap + number * 0.0002, server, port,
                           reply(port, server, DEBUG), client=client)
                heard = heard or said == "answered"
        return heard

    if twice(t, 443):
        ask(scene, t + 0.25, resolvers[0], 443, reply(443, resolvers[0], CERT), CERT, client)
        return True
    heard = twice(t + 5.0, 53)
    if not heard:
        ask(scene, t + 10.5, resolvers[0], 443, reply(443, resolvers[0], CERT), CERT, client)
    return heard


def always(reply):
    return lambda port, server, name: reply


def by_port(on_443, on_53):
    return lambda port, server, name: on_443 if port == 443 else on_53


def encrypted(scene, t, server, client=None, answered=True):
    """One DNSCrypt query and its answer, paired by nonce; no exchange."""
    client, rng = client or scene.client, scene.rng
    sport, nonce = client.next_port(rng), rng.bytes(12)
    scene.udp_up(t, client, server, sport, 443, MAGIC + rng.bytes(32) + nonce + rng.bytes(16 + 256))
    if answered:
        body = RESOLVER_MAGIC + nonce + rng.bytes(12) + rng.bytes(16 + 256)
        scene.udp_down(t + server.rtt + rng.between(0, 0.003), client, server, sport, 443, body)


def health_check(scene, t, reply, ident, client=None):
    """The probe with an identity, every 40 s, ids in sequence (domain 2.1)."""
    client = client or scene.client
    ask(scene, t, RESOLVERS[0], 53, reply, client=client, ident=ident, options=identity(client))


# Web protection

SWG_NAME = "swg-url-proxy-https-sse.sigproxy.qq.opendns.com"
SWG_CHAIN = ("swg-proxy_eu-west-2_1_1n.sigproxy.aws.umbrella.com",
             "k8s-sigproxy-sigproxy-c8f482b42a-ddf1929ae349b3e5.elb.eu-west-2.amazonaws.com")
SWG = Host("18.135.112.200", 52, 0.0121)


def lookup(scene, t, client=None, took=0.0284, resolver=LOCAL_RESOLVER, hosts=(SWG,)):
    """The client asks its own resolver for the gateway: CNAME, CNAME, addresses of one family."""
    client = client or scene.client
    ident, sport = scene.rng.bits(16), client.next_port(scene.rng)
    kind = wire.AAAA if wire.is_ipv6(hosts[0].address) else wire.A
    scene.udp_up(t, client, resolver, sport, 53, wire.dns_query(ident, SWG_NAME, kind))
    records = [wire.record(None, wire.CNAME, 300, wire.name(SWG_CHAIN[0])),
               wire.record(SWG_CHAIN[0], wire.CNAME, 60, wire.name(SWG_CHAIN[1]))]
    records += [wire.record(SWG_CHAIN[1], kind, 60, wire.packed(host.address)) for host in hosts]
    scene.udp_down(t + took, client, resolver, sport, 53,
                   wire.dns_answer(ident, SWG_NAME, kind, records))
    scene.lookups["queries"] += 1
    scene.lookups["answered"] += 1


def count(scene, outcome, syns=1):
    scene.tcp["syns"] += syns
    scene.tcp["attempts"] += 1
    scene.tcp[outcome] += 1


def connect_line(target="www.example.com:443"):
    return f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode()


def proxied(scene, t, client=None, rounds=3, host=SWG, port=443):
    """A connection as it should be: open, CONNECT, 200, data both ways, close."""
    flow = Tcp(scene, client or scene.client, host, port)
    rtt = host.rtt
    t = flow.open(t)
    flow.say(t, connect_line())
    flow.down(t + rtt, wire.ACK)
    flow.hear(t + rtt + 0.009, b"HTTP/1.1 200 Connection established\r\n\r\n")
    t += rtt + 0.01
    flow.up(t, wire.ACK)
    for _ in range(rounds):
        t += scene.rng.between(0.01, 0.2)
        flow.say(t, tls_record(scene.rng, 60 + scene.rng.below(60)))
        flow.hear(t + rtt + 0.002, tls_record(scene.rng, 80 + scene.rng.below(100)))
        t += rtt + 0.0025
        flow.up(t, wire.ACK)
    flow.close(t + 0.01)
    count(scene, "opened")


def refused(scene, t, delay, client=None, tries=3, host=SWG, port=443, **how):
    """A connect() that meets resets: Windows tries again after half a second, on the same port, with a
    new sequence number. `how` is the reset's window, ttl and ident; delay may be a pair."""
    flow = Tcp(scene, client or scene.client, host, port)
    low, high = delay if isinstance(delay, tuple) else (delay, delay)
    for number in range(tries):
        if number:
            flow.renew()
        flow.syn(t)
        after = scene.rng.between(low, high) if high > low else low
        flow.refuse(t + after, **how)
        count(scene, "reset")
        t += after + 0.5 + scene.rng.between(0.001, 0.011)


def dropped(scene, t, client=None, gaps=(1.0, 3.0, 7.0), outcome="unanswered", host=SWG, port=443):
    """A connect() that nobody answers: the same SYN again and again."""
    flow = Tcp(scene, client or scene.client, host, port)
    for after in (0, *gaps):
        flow.syn(t + after + (scene.rng.between(0, 0.012) if after else 0))
    count(scene, outcome, 1 + len(gaps))


def forbidden(scene, t, code=10, client=None, host=SWG, **how):
    """A firewall answers every SYN with an ICMP error; the client tries on nevertheless."""
    flow = Tcp(scene, client or scene.client, host)
    for after in (0, 1.003, 3.011):
        packet = flow.syn(t + after)
        scene.icmp_error(t + after + 0.00045, flow.client, code, packet, **how)
    count(scene, "rejected", 3)


def killed(scene, t, with_fin=False, client=None, host=SWG):
    """Opens, and dies with the CONNECT line (domain 4.4)."""
    flow = Tcp(scene, client or scene.client, host)
    t = flow.open(t)
    flow.say(t, connect_line())
    if with_fin:
        flow.down(t + 0.0008, wire.FIN | wire.ACK)
        flow.peer += 1
        flow.up(t + 0.00085, wire.ACK)
        flow.up(t + 0.0012, wire.RST | wire.ACK, window=0)
    else:
        flow.down(t + 0.0008, wire.RST | wire.ACK, window=0)
    count(scene, "killed")


def stalled(scene, t, client=None, host=SWG):
    """Opens, and nothing of the client's data is ever acknowledged."""
    flow = Tcp(scene, client or scene.client, host)
    t = flow.open(t)
    line = connect_line()
    for after in (0, 0.31, 0.92, 2.13, 4.54, 9.35):
        flow.up(t + after, wire.PSH | wire.ACK, line)
    flow.up(t + 18.97, wire.RST | wire.ACK, window=0)
    count(scene, "stalled")


def raced(scene, t):
    """A box resets the SYN at once, and then the gateway's genuine SYN-ACK arrives."""
    flow = Tcp(scene, scene.client, SWG)
    for number in range(3):
        if number:
            flow.renew()
        flow.syn(t)
        flow.refuse(t + 0.00041 + scene.rng.between(0, 0.0001), ttl=64, ident=scene.rng.below(60000) + 1)
        flow.synack(t + SWG.rtt + scene.rng.between(0, 0.001))
        flow.up(t + SWG.rtt + 0.0012, wire.RST, ack=0, window=0)
        count(scene, "reset")
        t += 0.506
