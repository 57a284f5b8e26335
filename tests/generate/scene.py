# SPDX-License-Identifier: GPL-2.0-or-later
"""scene: a stage on which hosts talk. A scene collects frames at given times and keeps the books on
what the sensor must count; hosts, TCP conversations and the ordinary traffic around them are here,
the roaming module's own behaviour is in module.py. All chance comes from one fixed seed."""

import datetime

import wire

CLIENT, ROUTER, RESOLVER = "192.168.0.204", "192.168.0.1", "192.168.0.65"
CLIENT6, ROUTER6 = "2001:db8:40:1::cc", "2001:db8:40:1::1"


class Random:
    """splitmix64: the same numbers in every Python."""

    def __init__(self, seed):
        self.state = seed

    def bits(self, count=32):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
        return (z ^ z >> 31) >> (64 - count)

    def below(self, limit):
        return self.bits(48) % limit

    def between(self, low, high):
        """A float in [low, high)."""
        return low + (high - low) * (self.bits(32) / 4294967296)

    def pick(self, items):
        return items[self.below(len(items))]

    def bytes(self, count):
        return bytes(self.bits(8) for _ in range(count))


class Host:
    """Somebody off the link (mac None: behind the router) or on it. ttl is what arrives here."""

    def __init__(self, address, ttl=64, rtt=0.012, mac=None, names=()):
        self.address, self.ttl, self.rtt, self.mac, self.names = address, ttl, rtt, mac, names


class Client:
    """A laptop: its own ports, IP ids and addresses of both families."""

    def __init__(self, rng, address=CLIENT, mac="8c:17:59:3a:d2:cc", address6=None):
        self.address, self.mac, self.address6 = address, mac, address6
        self.link6 = "fe80::8e17:59ff:fe3a:d2cc"
        self.port = 49152 + rng.below(4000)
        self.ident = 0x1000 + rng.below(0x4000)

    def next_port(self, rng):
        self.port += 1 + rng.below(3)
        if self.port > 65500:
            self.port = 49152 + rng.below(64)
        return self.port

    def next_ident(self):
        self.ident = (self.ident + 1) & 0xFFFF or 1
        return self.ident

    def own(self, peer):
        return self.address6 if wire.is_ipv6(peer) else self.address


ROUTER_MAC = "00:1b:2f:5e:41:07"
LOCAL_RESOLVER = Host(RESOLVER, ttl=128, rtt=0.0006, mac="00:50:56:a1:0c:41")

# Public hosts that have nothing to do with the module; they open in 9 to 24 ms.
PUBLIC = (
    Host("93.184.215.14", 55, 0.0125, names=("www.example.com", "example.com")),
    Host("151.101.66.137", 57, 0.0098, names=("static.cdn.example.net", "img.cdn.example.net")),
    Host("104.18.32.47", 58, 0.0104, names=("api.example.org", "auth.example.org")),
    Host("13.107.42.16", 117, 0.0151, names=("telemetry.edge.example.com",)),
    Host("52.98.151.82", 235, 0.0207, names=("mail.office.example.com",)),
    Host("34.120.208.123", 120, 0.0169, names=("events.push.example.net",)),
    Host("23.56.3.137", 56, 0.0113, names=("updates.dist.example.org",)),
    Host("140.82.121.5", 49, 0.0221, names=("code.example.net",)),
)
PUBLIC6 = (
    Host("2606:4700::6812:202f", 58, 0.0107, names=("api.example.org",)),
    Host("2a04:4e42:200::649", 57, 0.0099, names=("static.cdn.example.net",)),
    Host("2a00:1450:4009:820::200e", 120, 0.0146, names=("www.example.com",)),
)
TIME_SERVER = Host("162.159.200.123", 58, 0.0117)

DNS_WORDS = ("queries", "answered", "late", "error", "foreign", "rejected", "reset", "unanswered",
             "undetermined", "copies", "responses", "unsolicited")
TCP_WORDS = ("syns", "attempts", "opened", "reset", "rejected", "aborted", "unanswered", "killed",
             "stalled", "undetermined")
LOOKUP_WORDS = ("queries", "answered", "failed")


class Scene:
    def __init__(self, start, seed):
        when = datetime.datetime.fromisoformat(start).replace(tzinfo=datetime.timezone.utc)
        whole = when.replace(microsecond=0)
        self.start = int(whole.timestamp()) * 10**9 + when.microsecond * 1000
        self.rng = Random(seed)
        self.client = Client(self.rng)
        self.events = []
        self.tap = False      # captured off a mirror port: every frame was on the wire, so padded
        self.one_way = False  # only what clients send is captured
        self.recovers = False # a fault that is over by the end: its alert fires and is resolved
        self.verdicts = []
        self.dns = dict.fromkeys(DNS_WORDS, 0)
        self.tcp = dict.fromkeys(TCP_WORDS, 0)
        self.lookups = dict.fromkeys(LOOKUP_WORDS, 0)

    # frames

    def add(self, t, dst, src, kind, payload, outgoing):
        """t: seconds after the start, rounded to microseconds."""
        if self.one_way and not outgoing:
            return
        time = self.start + round(t * 1e6) * 1000
        self.events.append((time, (dst, src, kind, payload, outgoing and not self.tap)))

    def up(self, t, client, host, protocol, payload, ttl=128):
        src = client.own(host.address)
        packet = wire.ip(src, host.address, protocol, payload, ttl, client.next_ident())
        self.add(t, host.mac or ROUTER_MAC, client.mac, self.ether(src), packet, True)
        return packet

    def down(self, t, client, host, protocol, payload, ttl=None, ident=None):
        dst = client.own(host.address)
        ident = 1 + self.rng.below(0xFFFF) if ident is None else ident
        packet = wire.ip(host.address, dst, protocol, payload, host.ttl if ttl is None else ttl, ident)
        self.add(t, client.mac, host.mac or ROUTER_MAC, self.ether(dst), packet, False)

    @staticmethod
    def ether(address):
        return wire.ETHER_IPV6 if wire.is_ipv6(address) else wire.ETHER_IPV4

    def udp_up(self, t, client, host, sport, dport, payload):
        body = wire.udp(client.own(host.address), host.address, sport, dport, payload)
        return self.up(t, client, host, wire.UDP, body)

    def udp_down(self, t, client, host, sport, dport, payload, ttl=None):
        body = wire.udp(host.address, client.own(host.address), dport, sport, payload)
        self.down(t, client, host, wire.UDP, body, ttl)

    def icmp_error(self, t, client, code, packet, whole=False, router=ROUTER, kind=None, ttl=64,
                   rest=0):
        """A firewall on the link says: destination unreachable, and quotes what it dropped. rest: the
        word that depends on the type."""
        if packet[0] >> 4 == 6:
            router = ROUTER6 if router == ROUTER else router
            body = wire.icmpv6(router, client.address6, kind or 1, code, rest,
                               packet if whole else packet[:48])
            self.down(t, client, Host(router, ttl, mac=ROUTER_MAC), wire.ICMPV6, body)
            return
        quote = packet if whole else packet[:28]
        body = wire.icmp(kind or 3, code, rest, quote)
        self.down(t, client, Host(router, ttl, mac=ROUTER_MAC), wire.ICMP, body)

    def frames(self, link):
        """In the order of time; equal times in the order of adding."""
        ordered = sorted(self.events, key=lambda event: event[0])
        return [(time, link(*frame)) for time, frame in ordered]

    # the books

    def verdict(self, protection, status, cause=None, reason=None, confidence=None, client=None,
                family="ipv4", role="module"):
        self.verdicts.append({
            "client": client or self.client.address, "role": role, "protection": protection,
            "family": family, "status": status, "cause": cause, "reason": reason,
            "confidence": confidence})


class Tcp:
    """One TCP connection seen from the client's side. Every method takes its moment."""

    def __init__(self, scene, client, host, port=443, sport=None):
        self.scene, self.client, self.host, self.port = scene, client, host, port
        self.sport = sport or client.next_port(scene.rng)
        self.renew()

    def renew(self):
        """A new try on the same ports: new sequence numbers."""
        self.isn = self.scene.rng.bits(32)
        self.seq, self.peer = self.isn + 1, self.scene.rng.bits(32)

    def up(self, t, flags, payload=b"", seq=None, ack=None, window=1026, options=b""):
        body = wire.tcp(self.client.own(self.host.address), self.host.address, self.sport, self.port,
                        self.seq if seq is None else seq, self.peer if ack is None else ack, flags,
                        window, options, payload)
        return self.scene.up(t, self.client, self.host, wire.TCP, body)

    def down(self, t, flags, payload=b"", seq=None, ack=None, window=501, options=b"", ttl=None,
             ident=None):
        body = wire.tcp(self.host.address, self.client.own(self.host.address), self.port, self.sport,
                        self.peer if seq is None else seq, self.seq if ack is None else ack, flags,
                        window, options, payload)
        self.scene.down(t, self.client, self.host, wire.TCP, body, ttl, ident)

    def syn(self, t):
        return self.up(t, wire.SYN, seq=self.isn, ack=0, window=64240, options=wire.SYN_OPTIONS)

    def synack(self, t):
        self.down(t, wire.SYN | wire.ACK, window=64240, options=wire.SYNACK_OPTIONS, ident=0)
        self.peer += 1

    def refuse(self, t, window=0, ttl=None, ident=0):
        """The reset that answers a SYN, as a real host writes it unless told otherwise."""
        self.down(t, wire.RST | wire.ACK, seq=0, window=window, ttl=ttl, ident=ident)

    def open(self, t, rtt=None):
        rtt = rtt or self.host.rtt + self.scene.rng.between(0, 0.0019)
        self.syn(t)
        self.synack(t + rtt)
        self.up(t + rtt + 0.00006, wire.ACK)
        return t + rtt + 0.0001

    def say(self, t, payload):
        packet = self.up(t, wire.PSH | wire.ACK, payload)
        self.seq += len(payload)
        return packet

    def hear(self, t, payload):
        self.down(t, wire.PSH | wire.ACK, payload)
        self.peer += len(payload)

    def close(self, t):
        """Three packets: the client closes, the server agrees."""
        self.up(t, wire.FIN | wire.ACK)
        self.seq += 1
        self.down(t + self.host.rtt, wire.FIN | wire.ACK)
        self.peer += 1
        self.up(t + self.host.rtt + 0.00005, wire.ACK)


# Ordinary traffic

def tls_record(rng, length):
    return b"\x17\x03\x03" + length.to_bytes(2, "big") + rng.bytes(length)


def client_hello(rng, server):
    host = server.encode()
    entry = b"\0" + len(host).to_bytes(2, "big") + host
    sni = b"\0\0" + (len(entry) + 2).to_bytes(2, "big") + len(entry).to_bytes(2, "big") + entry
    extensions = sni + bytes.fromhex("002b0003020304")
    body = (b"\x03\x03" + rng.bytes(32) + b"\0" + bytes.fromhex("0004130113020100")
            + len(extensions).to_bytes(2, "big") + extensions)
    shake = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + len(shake).to_bytes(2, "big") + shake


def server_hello(rng):
    body = b"\x03\x03" + rng.bytes(32) + b"\0" + bytes.fromhex("1301000006002b00020304")
    shake = b"\x02" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x03" + len(shake).to_bytes(2, "big") + shake


def browse_packets(rounds):
    return 9 + 4 * rounds


def browse(scene, client, host, t, rounds, pause=0.02):
    """A healthy connection: handshake, hellos, `rounds` of question and answer, close. Yields its
    end; browse_packets() says how many packets it is."""
    rng = scene.rng
    flow = Tcp(scene, client, host)
    t = flow.open(t)
    flow.say(t, client_hello(rng, rng.pick(host.names)))
    flow.hear(t + host.rtt, server_hello(rng))
    t += host.rtt + 0.0002
    flow.up(t, wire.ACK)
    for _ in range(rounds):
        t += rng.between(0.3, 1) * pause
        flow.say(t, tls_record(rng, 19 + rng.below(16)))
        flow.down(t + host.rtt, wire.ACK)
        flow.hear(t + host.rtt + 0.0011, tls_record(rng, 20 + rng.below(24)))
        t += host.rtt + 0.0013
        flow.up(t, wire.ACK)
    t += 0.001
    flow.close(t)
    return t + host.rtt + 0.0001


def ask_resolver(scene, client, host, t, resolver=LOCAL_RESOLVER, took=None):
    """A lookup that the local resolver answers: two packets."""
    rng = scene.rng
    question, ident, sport = rng.pick(host.names), rng.bits(16), client.next_port(rng)
    kind = wire.AAAA if wire.is_ipv6(host.address) else wire.A
    scene.udp_up(t, client, resolver, sport, 53, wire.dns_query(ident, question, kind))
    records = [wire.record(None, kind, 30 + rng.below(270), wire.packed(host.address))]
    answer = wire.dns_answer(ident, question, kind, records)
    scene.udp_down(t + (took or resolver.rtt + rng.between(0, 0.0016)), client, resolver, sport, 53,
                   answer)


def multicast(scene, client, t):
    """mDNS or LLMNR, one packet: a query, but to a group, so no exchange."""
    rng = scene.rng
    port, group, mac, where = rng.pick((
        (5353, "224.0.0.251", "01:00:5e:00:00:fb", "_printer._tcp.local"),
        (5355, "224.0.0.252", "01:00:5e:00:00:fc", "wpad"),
        (5353, "ff02::fb", "33:33:00:00:00:fb", "_ipp._tcp.local"),
        (5355, "ff02::1:3", "33:33:00:01:00:03", "lab-printer")))
    src = client.link6 if wire.is_ipv6(group) else client.address
    kind = wire.PTR if port == 5353 else wire.A
    query = wire.dns_query(0 if port == 5353 else rng.bits(16), where, kind, flags=0)
    sport = 5353 if port == 5353 else client.next_port(rng)
    packet = wire.ip(src, group, wire.UDP, wire.udp(src, group, sport, port, query),
                     255 if port == 5353 else 1, client.next_ident())
    scene.add(t, mac, client.mac, scene.ether(src), packet, True)


def who_has(scene, client, t):
    """ARP: a neighbour asks for another, one packet."""
    asker = 20 + scene.rng.below(60)
    scene.add(t, "ff:ff:ff:ff:ff:ff", f"00:50:56:a1:10:{asker:02x}", wire.ETHER_ARP,
              wire.arp(1, f"00:50:56:a1:10:{asker:02x}", f"192.168.0.{asker}", "00:00:00:00:00:00",
                       ROUTER), False)


def arp_pair(scene, client, t):
    scene.add(t, ROUTER_MAC, client.mac, wire.ETHER_ARP,
              wire.arp(1, client.mac, client.address, "00:00:00:00:00:00", ROUTER), True)
    scene.add(t + 0.0004, client.mac, ROUTER_MAC, wire.ETHER_ARP,
              wire.arp(2, ROUTER_MAC, ROUTER, client.mac, client.address), False)


def neighbour_pair(scene, client, t):
    """IPv6 neighbour discovery between the client and the router's link-local address."""
    router = "fe80::21b:2fff:fe5e:4107"
    ask = wire.packed(router) + b"\x01\x01" + wire.mac(client.mac)
    tell = wire.packed(router) + b"\x02\x01" + wire.mac(ROUTER_MAC)
    out = wire.icmpv6(client.link6, router, 135, 0, 0, ask)
    back = wire.icmpv6(router, client.link6, 136, 0, 0xE0000000, tell)
    scene.add(t, ROUTER_MAC, client.mac, wire.ETHER_IPV6,
              wire.ip(client.link6, router, wire.ICMPV6, out, 255), True)
    scene.add(t + 0.0007, client.mac, ROUTER_MAC, wire.ETHER_IPV6,
              wire.ip(router, client.link6, wire.ICMPV6, back, 255), False)


def ntp_pair(scene, client, t):
    rng = scene.rng
    seconds = scene.start // 10**9 + int(t) + 2208988800
    ask = b"\x23\0\x06\xec" + bytes(36) + seconds.to_bytes(4, "big") + rng.bytes(4)
    tell = (b"\x24\x03\x06\xe7" + bytes(8) + b"\x0a\x49\x08\x86" + seconds.to_bytes(4, "big")
            + bytes(4) + ask[40:48] + seconds.to_bytes(4, "big") + rng.bytes(4)
            + seconds.to_bytes(4, "big") + rng.bytes(4))
    scene.udp_up(t, client, TIME_SERVER, 123, 123, ask)
    scene.udp_down(t + TIME_SERVER.rtt, client, TIME_SERVER, 123, 123, tell)


def quic_pair(scene, client, t):
    """Two packets of UDP 443 in QUIC's form (RFC 9000 17.2.4, a Handshake packet) to another host."""
    rng = scene.rng
    host, sport = rng.pick(PUBLIC), client.next_port(rng)

    def packet():
        body = rng.bytes(40 + rng.below(60))
        return (b"\xe1\0\0\0\x01\x08" + rng.bytes(8) + b"\0" + (0x4000 | len(body)).to_bytes(2, "big")
                + body)

    scene.udp_up(t, client, host, sport, 443, packet())
    scene.udp_down(t + host.rtt, client, host, sport, 443, packet())


SINGLES = (multicast, who_has)
PAIRS = (arp_pair, neighbour_pair, ntp_pair, quic_pair)


def fill(scene, client, begin, end, count, hosts=PUBLIC):
    """Exactly `count` packets of ordinary traffic between two moments: whole connections with their
    lookups as far as they fit, small things for the rest."""
    rng = scene.rng
    left, span = count, end - begin
    while left:
        host = rng.pick(hosts)
        # A lookup takes 2 packets, the connection 9 and 4 a round, each round at most 45 ms.
        room = int((span * 0.9 - 3 * host.rtt - 0.02) / 0.045)
        most = min((left - 11) // 4, room, 44)
        if most >= 0 and rng.below(8):
            rounds = most if most < 3 else 1 + rng.below(most)
            pause = min(0.02 + rng.between(0, 1.5) * (span / 40), 0.9)
            length = 3 * host.rtt + 0.02 + rounds * (host.rtt + 0.0015 + pause)
            if length > span * 0.95:
                pause, length = 0.018, 3 * host.rtt + 0.02 + rounds * (host.rtt + 0.02)
            t = begin + 0.0001 + rng.between(0, max(span - length - 0.0002, 0))
            ask_resolver(scene, client, host, t)
            browse(scene, client, host, t + 0.004, rounds, pause)
            left -= 2 + browse_packets(rounds)
        elif left >= 2 and span > 0.03 and rng.below(3):
            t = begin + 0.0001 + rng.between(0, span - 0.026)
            if rng.below(2):
                ask_resolver(scene, client, host, t)
            else:
                rng.pick(PAIRS)(scene, client, t)
            left -= 2
        elif left == 1 or span <= 0.03 or not rng.below(3):
            rng.pick(SINGLES)(scene, client, begin + rng.between(0.05, 0.95) * span)
            left -= 1
