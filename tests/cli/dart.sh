#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The module's own logs: alone, in a bundle, damaged, hostile, missing; and that they change no event.
#
#     tests/cli/dart.sh BINARY        run in the top folder
set -eu
binary=$(realpath "$1")
sample=pcaps/dns-unprotected.pcapng
logs=tests/golden/dart/bundle
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

result() { # WHETHER NAME
  if [ "$1" = yes ]; then
    echo "ok $2"
  else
    failures=$((failures + 1))
    echo "not ok $2"
    sed 's/^/#   /' "$work/err" "$work/out" | tail -n 12
  fi
}

# STATUS TEXT NAME ARGUMENTS…: exits so, and says TEXT on either output.
expect() {
  local status=$1 text=$2 name=$3 got=0 good=no
  shift 3
  "$binary" "$@" >"$work/out" 2>"$work/err" </dev/null || got=$?
  [ "$got" -eq "$status" ] && tr -s '\n ' ' ' <"$work/out" | cat - "$work/err" | grep -qF -- "$text" && good=yes
  result "$good" "$name (exit $got)"
}

together="the capture shows its 8 probes since 03:07:43 unanswered"
expect 0 "all IPv4 resolvers were rejected: once, at 2024-08-27 03:07:53" "the logs alone" --dart $logs
expect 2 "fail-open" "… decide nothing" --dart $logs --exit-code
expect 1 "$together" "beside the capture the verdict decides" -r $sample --dart $logs --exit-code

# Events are the same with the logs and without; what the logs say is then on standard error.
"$binary" -r $sample -o - >"$work/want"
"$binary" -r $sample -o - --dart $logs >"$work/out" 2>"$work/err"
cmp -s "$work/want" "$work/out" && same=yes || same=no
result "$same" "events stay the same"
grep -qF "beside the capture" "$work/err" && told=yes || told=no
result "$told" "… and the logs are told on standard error"

# What is not there, or no log.
expect 66 "/nothing.zip" "no such bundle" -r $sample --dart "$work/nothing.zip"
mkdir "$work/empty"
expect 66 "none of the module's logs" "a folder without logs" -r $sample --dart "$work/empty"
[ ! -s "$work/out" ] && quiet=yes || quiet=no
result "$quiet" "… is told before the capture is judged"
expect 65 "no line of the module's logs" "a capture for a log" --dart $sample
expect 64 "no zone" "a bad offset" --dart $logs --utc-offset +2
expect 64 "give --dart" "an offset of nothing" -r $sample --utc-offset +02:00

# Bundles, where this build can unpack them.
/usr/bin/python3 - "$logs" "$work" <<'PYTHON'
import os, sys, zipfile
logs, work = sys.argv[1:]
names = [os.path.join(folder, name) for folder, _, files in os.walk(logs) for name in sorted(files)]
with zipfile.ZipFile(f"{work}/bundle.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
    for name in sorted(names):
        bundle.write(name, "DART/" + os.path.relpath(name, logs))
with zipfile.ZipFile(f"{work}/none.zip", "w") as bundle:
    bundle.writestr("readme.txt", "x")
with open(f"{work}/bundle.zip", "rb") as whole, open(f"{work}/cut.zip", "wb") as cut:
    data = whole.read()
    cut.write(data[:data.rindex(b"PK\x03\x04") + 90]) # within the last log
with open(f"{work}/hostile.txt", "wb") as log:
    line = "2024-08-27 03:07:43 [1] [DEBUG] < 1> Dns Protection IPv4 State Machine: "
    log.write((line + "state \x1b[31m Open\n" + line + "x" * 300000 + "\n").encode())
PYTHON
if "$binary" --version | grep -q '^libarchive'; then
  expect 0 "$together" "a bundle" -r $sample --dart "$work/bundle.zip"
  expect 65 "is damaged and was read up to the damage" "a bundle that is cut" -r $sample --dart "$work/cut.zip"
  grep -qF "beside the capture" "$work/out" && told=yes || told=no
  result "$told" "… is used up to the cut"
  expect 66 "none of the module's logs" "a bundle without logs" --dart "$work/none.zip"
else
  expect 65 "without libarchive" "a bundle that can't be unpacked" --dart "$work/bundle.zip"
fi
expect 0 "DNS protection: Open" "what is hostile" --dart "$work/hostile.txt"
! grep -q "$(printf '\033')" "$work/out" && calm=yes || calm=no
result "$calm" "… reaches no terminal"
mv "$work/hostile.txt" "$work/$(printf 'a\033[31mb.txt')"
expect 0 'a\x1b[31mb.txt' "a hostile name" --dart "$work/$(printf 'a\033[31mb.txt')"

[ "$failures" -eq 0 ]
