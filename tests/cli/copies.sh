#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A capture that holds each packet several times (what pktmon etl2pcap writes, a mirror of both ends)
# gives the verdicts of the one that holds it once.
#
#     tests/cli/copies.sh BINARY        run in the top folder
set -eu
binary=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

for sample in pcaps/*.pcap*; do
  "$binary" -q -r "$sample" >"$work/want"
  for how in at-once spread; do
    tests/generate/repeat "$sample" "$work/copies.pcap" $how
    "$binary" -q -r "$work/copies.pcap" >"$work/got"
    if cmp -s "$work/want" "$work/got"; then
      echo "ok $sample, copies $how"
    else
      failures=$((failures + 1))
      echo "not ok $sample, copies $how"
      diff "$work/want" "$work/got" | sed 's/^/#   /' || true
    fi
  done
done
[ "$failures" -eq 0 ]
