#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Captures that end too early: what had no time is undetermined, the verdict stands as far as the
# rest bears it, and a file that breaks off is judged up to the break.
#
#     tests/cli/cut_short.sh BINARY        run in the top folder
set -eu
binary=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# TEXT NAME: the events of the last run hold it.
holds() {
  if grep -qF -- "$1" "$work/events"; then
    echo "ok $2"
  else
    failures=$((failures + 1))
    echo "not ok $2"
    tail -n 3 "$work/events" | cut -c 1-600 | sed 's/^/#   /'
  fi
}

# STATUS FILE HOW N: cuts the sample so and runs it.
run() {
  local got=0
  tests/generate/cut "pcaps/$2" "$work/cut.pcapng" "$3" "$4"
  "$binary" -r "$work/cut.pcapng" -o - --exit-code >"$work/events" 2>"$work/errors" || got=$?
  if [ "$got" -ne "$1" ] || ! tests/validate --sums "$work/events" >"$work/why" 2>&1; then
    failures=$((failures + 1))
    echo "not ok $2 cut $3 $4: exit status $got, $1 expected"
    sed 's/^/#   /' "$work/errors" "$work/why" | head -n 10
  fi
}

run 1 dns-unprotected.pcapng frames 7892
holds '"queries":15,"answered":0,"late":0,"error":0,"foreign":0,"rejected":0,"reset":0,"unanswered":10,"undetermined":5' \
  "cut at its last probe: five have had no time"
holds '"status":"unprotected","vendor_status":"Unprotected","cause":"silent-drop"' \
  "… and the verdict stands"

run 2 dns-unprotected.pcapng frames 6826
holds '"status":"undetermined","vendor_status":null,"reason":"end-of-capture"' \
  "cut after the first probes: can't tell"

run 2 web-unavailable.pcapng frames 7072
holds '"status":"undetermined","vendor_status":null,"reason":"too-few-samples"' \
  "one reset is no failure"

run 65 dns-unprotected.pcapng inside 8000
holds '"status":"unprotected","vendor_status":"Unprotected","cause":"silent-drop"' \
  "a file that breaks off is judged up to the break"

for frames in 1 57 3327 6797 6798 6915 7610 7887; do
  tests/generate/cut pcaps/dns-unprotected.pcapng "$work/cut.pcapng" frames "$frames"
  "$binary" -r "$work/cut.pcapng" -o "$work/events" >/dev/null
  tests/validate --sums "$work/events" >/dev/null || failures=$((failures + 1))
done

[ "$failures" -eq 0 ]
