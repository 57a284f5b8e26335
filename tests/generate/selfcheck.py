# SPDX-License-Identifier: GPL-2.0-or-later
"""selfcheck: reads the two seed cases back from the bytes of their files and holds every frame of
the article's tables against what stands there."""

import datetime
import struct

import files
import seed_cases
import wire

CLIENT = wire.packed("192.168.0.204")


def moment(clock):
    when = datetime.datetime.fromisoformat(f"2024-08-27T{clock}+00:00")
    return int(when.replace(microsecond=0).timestamp()) * 10**9 + when.microsecond * 1000


def dns_rows(row):
    number, clock, server, size, port, ident, name = row
    question = wire.name(name) + struct.pack("!HH", wire.TXT, 1)
    return number, clock, size, {
        "source": (26, CLIENT), "destination": (30, wire.packed(server.address)),
        "protocol": (23, b"\x11"), "port": (36, struct.pack("!H", port)),
        "id": (42, struct.pack("!H", ident)), "question": (54, question),
        "additional": (52, struct.pack("!H", 1 if size == 128 else 0))}


def web_rows(row):
    number, clock, port, kind, size = row
    gateway, sport = wire.packed(seed_cases.SWG.address), struct.pack("!H", port)
    ends = (CLIENT, gateway, sport, b"\x01\xbb")
    if kind == "RST":
        ends = (gateway, CLIENT, b"\x01\xbb", sport)
    fields = {"source": (26, ends[0]), "destination": (30, ends[1]), "source port": (34, ends[2]),
              "destination port": (36, ends[3]), "window": (48, struct.pack("!H", 64240)),
              "flags": (47, b"\x02" if kind == "SYN" else b"\x14")}
    if kind == "SYN":
        fields["options"] = (54, wire.SYN_OPTIONS)
    return number, clock, size, fields


CASES = (("dns-unprotected.pcapng", seed_cases.DNS_FRAMES, dns_rows, 8104, "208.67.222.222"),
         ("web-unavailable.pcapng", seed_cases.WEB_FRAMES, web_rows, 7437, "18.135.112.200"))


def problems(made):
    """made: file name -> bytes. Yields sentences."""
    for name, table, rows, packets, address in CASES:
        data = made[name]
        frames = list(files.frames(data))
        if len(frames) != packets:
            yield f"{name}: {len(frames)} frames instead of {packets}"
            continue
        told = set()
        for row in table:
            number, clock, size, fields = rows(row)
            told.add(number)
            time, at, length, _ = frames[number - 1]
            if time != moment(clock):
                yield f"{name}: frame {number} is not of {clock}"
            if length != size:
                yield f"{name}: frame {number} has {length} bytes instead of {size}"
            for what, (offset, value) in fields.items():
                if data[at + offset:at + offset + len(value)] != value:
                    yield f"{name}: frame {number} has another {what}"
        # Nothing else in the file touches the watched address.
        wanted = wire.packed(address)
        for number, (_, at, length, _) in enumerate(frames, 1):
            if number not in told and wanted in data[at + 26:at + 34]:
                yield f"{name}: frame {number} touches {address} but is not in the table"
