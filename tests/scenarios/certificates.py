# SPDX-License-Identifier: GPL-2.0-or-later
"""certificates: what the signature of a DNSCrypt certificate proves (domain facts 2.3 and 2.4)."""

import wire
from module import CERT, RESOLVERS, ask, genuine, intercepted
from stage import every, scenario

# A key pair of the tests' own; with it one certificate was signed, valid through 2025.
KEY = "453D:8E3F:6EAD:E746:9962:7522:D8F4:852A:6113:448A:9C1E:5503:E49A:8DD2:1F54:9716"
SIGNED = bytes.fromhex(
    "444e5343000100008eb66c0379a2f97538cd1d30ec773fdbc23281cbc866d0ac25a586fc92e901356cbe762adb584a9a"
    "9559655651586fe792318368f573103fe8212a59d3d5880201080f161d242b323940474e555c636a71787f868d949ba2"
    "a9b0b7bec5ccd3da71526f616d54737467748580677485806955b900")
CONFIG = f'dns:\n  provider_key: "{KEY}"\n'


def certificate(data, outcome="answered", mark=None):
    def reply(stage, query):
        query.back(stage, 0.021, [wire.record(None, wire.TXT, 600, wire.text(data))])
        if mark:
            stage.mark(mark)
        return outcome
    return reply


def well_signed(s, begin, rounds, mark=None):
    for number, t in enumerate(every(begin, 10.0, rounds)):
        for server in RESOLVERS:
            ask(s, t, server, 443, genuine())
            ask(s, t + 0.1, server, 53, genuine())
        ask(s, t + 0.3, RESOLVERS[0], 443, certificate(SIGNED, mark=None if number else mark), CERT)


def taken(s, begin, rounds, cert):
    for number, t in enumerate(every(begin, 10.0, rounds)):
        for server in RESOLVERS:
            ask(s, t, server, 443, intercepted())
            ask(s, t + 0.1, server, 53, intercepted())
        ask(s, t + 0.3, RESOLVERS[0], 443, certificate(cert, mark=None if number else "forged"), CERT)


@scenario("a signed certificate proves that the resolver itself answers")
def certificate_signed(s):
    s.config = CONFIG
    well_signed(s, 2.0, 5, "signed")
    s.ordinary(60)
    s.verdict("dns", "protected", evidence={"certificate-signed": ["signed"]})


@scenario("signed certificates, then one with another signature and foreign texts: certain")
def certificate_forged(s):
    s.config = CONFIG
    well_signed(s, 2.0, 4, "signed")
    taken(s, 45.0, 5, SIGNED[:8] + bytes(64) + SIGNED[72:])
    s.ordinary(110)
    s.counted = False
    s.verdict("dns", "degraded", "foreign-answer", confidence="certain",
              evidence={"certificate-forged": ["forged"], "certificate-signed": ["signed"]})
    s.alert("dns-degraded", "foreign-answer")


@scenario("no certificate verifies, for the operator has a new key: no fault, and no proof of one")
def certificate_key_replaced(s):
    well_signed(s, 2.0, 5)
    s.ordinary(60)
    s.verdict("dns", "protected")


@scenario("foreign texts, and no certificate ever verified: likely as before")
def certificate_proves_nothing(s):
    well_signed(s, 2.0, 4)
    taken(s, 45.0, 5, SIGNED)
    s.ordinary(110)
    s.counted = False
    s.verdict("dns", "degraded", "foreign-answer", confidence="likely")
    s.alert("dns-degraded", "foreign-answer")
