#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The capture filter as text: as it should be (tests/filter/NAME.filter), and fit for tcpdump, plain
# and on a capture. After a change that is meant: add --update, and read the difference.
#
#     tests/cli/print_filter.sh BINARY [--update]        run in the top folder
set -eu
binary=$1 update=${2:-} failures=0 work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

report() { # STATUS NAME
  if [ "$1" -eq 0 ]; then
    echo "ok - $2"
  else
    failures=$((failures + 1))
    echo "not ok - $2"
  fi
}

# tcpdump must compile it, and leave a capture of an outage with the same verdict.
try_tcpdump() { # NAME
  local status=0 sample=pcaps/dns-unprotected.pcapng
  tcpdump -y EN10MB -d "$(cat "$work/text")" >"$work/code" 2>"$work/err" || status=$?
  report "$status" "tcpdump compiles $1 into $(wc -l <"$work/code") instructions"
  status=0
  tcpdump -r "$sample" -w "$work/passed.pcap" "$(cat "$work/text")" 2>"$work/err" || status=$?
  "$binary" -q -r "$sample" >"$work/whole"
  "$binary" -q -r "$work/passed.pcap" | diff "$work/whole" - || status=1
  report "$status" "what tcpdump lets through $1 has the same verdict"
}

check() { # NAME OPTION…
  local name=$1 golden=tests/filter/$1.filter status=0
  shift
  "$binary" --print-filter "$@" >"$work/text"
  [ -z "$update" ] || cp "$work/text" "$golden"
  diff "$golden" "$work/text" || status=1
  report "$status" "$name is as it should be"
  if command -v tcpdump >"$work/which"; then
    try_tcpdump "$name"
  else
    echo "SKIPPED: tcpdump is not installed, so it does not try $name"
  fi
}

printf 'version: 1\ncapture:\n  control: off\n' >"$work/off.yaml"
check default
check nets -s 192.0.2.0/24 -s 2001:db8::/32 -R 208.67.222.0/24 -R 208.67.220.220
check any -s any -R any
check resolver-any -R any
check alone -c "$work/off.yaml" -s 2001:db8::1
check alone-any -c "$work/off.yaml" -R any
[ "$failures" -eq 0 ]
