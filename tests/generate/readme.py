# SPDX-License-Identifier: GPL-2.0-or-later
"""readme: writes pcaps/README.md from what the scenes say of themselves, so that the table can't
differ from the captures."""

HEAD = """<!-- SPDX-License-Identifier: GPL-2.0-or-later -->
# Sample captures

Small captures, each made to show one thing, and what the sensor must say of it. They are written by
`tests/generate/run` (with `--check` it compares); nothing in them comes from a real network, and all
identities are invented. `dns-unprotected.pcapng` and `web-unavailable.pcapng` rebuild two published
cases to the frame. In each, the client is 192.168.0.204, its own resolver 192.168.0.65, unless the
table says otherwise. `expected.json` holds the same for programs.

Confidence is given where it follows from the rules; "any" otherwise. "Exit" is the status with
`--exit-code`.

| capture | shows | client | protection | status | cause or reason | confidence | exit |
|---|---|---|---|---|---|---|---|
"""

COUNTS = """
## Counters

What the `stats` event must count; only what is not zero. `packets` is all frames in the file.

| capture | packets | dns | tcp | lookups |
|---|---|---|---|---|
"""

MANY = 8  # more verdicts than this are told in sums


def exit_status(verdicts):
    statuses = {verdict["status"] for verdict in verdicts}
    if statuses & {"unprotected", "unavailable"}:
        return 1
    return 0 if statuses & {"protected", "degraded"} else 2


def verdict_cells(verdict):
    protection = verdict["protection"] + (" (IPv6)" if verdict["family"] == "ipv6" else "")
    if verdict["role"] != "module":
        protection += f", {verdict['role']}"
    why = verdict["cause"] or verdict["reason"] or "–"
    confidence = verdict["confidence"] or ("any" if verdict["cause"] else "–")
    return [verdict["client"], protection, verdict["status"], why, confidence]


def summed(verdicts):
    groups = {}
    for verdict in verdicts:
        client, *rest = verdict_cells(verdict)
        groups.setdefault(tuple(rest), []).append(client)
    for cells, clients in groups.items():
        who = ", ".join(clients) if len(clients) <= 4 else f"{len(clients)} clients"
        yield [who, *cells]


def row_lines(row):
    verdicts = row["verdicts"]
    if not verdicts:
        cells = [["–", "–", "no verdict", "–", "–"]]
    elif len(verdicts) > MANY:
        cells = list(summed(verdicts))
    else:
        cells = [verdict_cells(verdict) for verdict in verdicts]
    for number, line in enumerate(cells):
        first = [row["file"], row["shows"]] if number == 0 else ["", ""]
        last = [str(row["exit"])] if number == 0 else [""]
        yield "| " + " | ".join([*first, *line, *last]) + " |\n"


def counters(told):
    return ", ".join(f"{word} {number}" for word, number in told.items() if number) or "–"


def write(rows):
    out = HEAD + "".join(line for row in rows for line in row_lines(row)) + COUNTS
    for row in rows:
        out += (f"| {row['file']} | {row['packets']} | {counters(row['dns'])} | "
                f"{counters(row['tcp'])} | {counters(row['lookups'])} |\n")
    return out
