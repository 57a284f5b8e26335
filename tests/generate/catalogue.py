# SPDX-License-Identifier: GPL-2.0-or-later
"""catalogue: the list of all sample captures: file name, scene, what it shows. The ending says the
format; link types and byte orders that differ from Ethernet and little-endian are said here."""

import dns_cases
import files
import other_cases
import seed_cases
import web_cases
import wire

CATALOGUE = (
    ("dns-unprotected.pcapng", seed_cases.dns_unprotected,
     "the seed's first case to the frame: TXT probes to both resolvers that nobody answers"),
    ("web-unavailable.pcapng", seed_cases.web_unavailable,
     "the seed's second case to the frame: the gateway's address is reset from near by, and the "
     "capture ends 0.01 s after the last two SYNs"),
    ("dns-protected.pcapng", dns_cases.protected,
     "DNS protection at work: probes, certificate, health check, encrypted queries"),
    ("web-available.pcapng", web_cases.available,
     "web protection at work: lookup, CONNECT, data both ways"),
    ("dns-icmp-reject.pcapng", dns_cases.icmp_reject,
     "the firewall 192.168.0.1 says 3/13 (administratively prohibited), but only to every third query"),
    ("dns-foreign-answer.pcapng", dns_cases.foreign_answer,
     "443 is dropped; on 53 a box answers NXDOMAIN in the resolvers' name"),
    ("dns-foreign-text.pcapng", dns_cases.foreign_text,
     "a box answers on both ports: NXDOMAIN on 443, text without the genuine strings on 53"),
    ("dns-foreign-injected.pcapng", dns_cases.foreign_injected,
     "443 is dropped; on 53 an empty answer from near by comes before the genuine one"),
    ("dns-resolver-error.pcapng", dns_cases.resolver_error,
     "the resolvers answer SERVFAIL on 443 and REFUSED on 53"),
    ("dns-late-answers.pcapng", dns_cases.late_answers,
     "genuine answers, but 6 to 12 s late"),
    ("dns-packet-loss.pcapng", dns_cases.packet_loss,
     "three of ten probes get lost on every path, never two in a row"),
    ("dns-degraded-443.pcapng", dns_cases.degraded_443,
     "443 is dropped, 53 is answered: protected, but not encrypted"),
    ("recovered.pcapng", dns_cases.recovered,
     "fails for 47 s, then works: one alert that fires as dns-unprotected and ends as recovered"),
    ("web-silent-drop.pcapng", web_cases.silent_drop,
     "the same SYN again and again (after 1, 3, 7, 15 s or 3, 9 s), no answer"),
    ("web-icmp-reject.pcapng", web_cases.icmp_reject,
     "the firewall 192.168.0.1 answers every SYN with 3/10"),
    ("web-server-reset.pcapng", web_cases.server_reset,
     "works at first; then resets as far and as slow as the gateway's genuine packets"),
    ("web-middlebox-race.pcapng", web_cases.middlebox_race,
     "a reset from near by, and then the gateway's own SYN-ACK"),
    ("web-reset-unclear.pcapng", web_cases.reset_unclear,
     "resets that give nothing away, and no genuine packet to compare"),
    ("web-killed.pcapng", web_cases.killed_after_open,
     "opens, and is ended (RST or FIN) as soon as the CONNECT line is sent"),
    ("web-stalled.pcapng", web_cases.stalled_after_open,
     "opens, but the CONNECT line is never acknowledged"),
    ("web-loss.pcapng", web_cases.loss,
     "three of ten connects get no answer, never two in a row"),
    ("one-way.pcapng", other_cases.one_way,
     "only what the client sends was captured"),
    ("too-few.pcap", other_cases.too_few,
     "two unanswered probes are not enough"),
    ("short.pcap", other_cases.short,
     "ends before the first deadline"),
    ("no-module.pcap", other_cases.no_module,
     "no packet of the module: no verdict at all"),
    ("many-clients.pcapng", other_cases.many_clients,
     "forty clients: most are well, some fail, one forwards, one is a phone"),
    ("ipv6.pcapng", other_cases.ipv6,
     "IPv4 is well; the IPv6 resolver 2620:119:35::35 can't be reached"),
    ("nat64.pcapng", other_cases.nat64,
     "an IPv6-only network: the IPv4 resolvers behind 64:ff9b::/96 don't answer"),
    ("vlan-qinq.pcap", other_cases.failure, "one failing round, tagged twice (802.1ad 100, 802.1Q 12)",
     wire.ethernet_qinq),
    ("sll.pcap", other_cases.failure, "the same round, Linux cooked capture", wire.sll),
    ("sll2.pcap", other_cases.failure, "the same round, Linux cooked capture v2", wire.sll2),
    ("raw.pcap", other_cases.failure, "the same round, raw IP", wire.raw),
    ("null.pcap", other_cases.failure, "the same round, BSD loopback", wire.null),
    ("nanosecond-be.pcap", other_cases.failure,
     "the same round, big-endian with nanoseconds", wire.ethernet, ">", True),
)


def build(entry):
    """The scene and the bytes of one capture."""
    name, make, _, link, order, nano = (*entry, *(wire.ethernet, "<", False)[len(entry) - 3:])
    scene = make()
    frames = scene.frames(link)
    if name.endswith(".pcapng"):
        pieces = files.pcapng(wire.LINKS[link], frames)
    else:
        pieces = files.pcap(wire.LINKS[link], frames, order, nano)
    return scene, len(frames), b"".join(pieces)
