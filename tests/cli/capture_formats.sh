#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One capture in every form that a file can have gives the same events, from a file and from a pipe;
# cut anywhere it is judged up to the cut; and what is no capture is named, with what to do.
#
#     tests/cli/capture_formats.sh BINARY        run in the top folder
set -eu
binary=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

result() { # WHETHER NAME
  if [ "$1" = yes ]; then
    echo "ok $2"
  else
    failures=$((failures + 1))
    echo "not ok $2"
    sed 's/^/#   /' "$work/err" | head -n 5
  fi
}

compressed() { # NAME: whether this build can unpack it
  case $1 in
  gzip*) [ "$unzips" = yes ] ;;
  xz | zstd | lz4) [ "$unpacks" = yes ] ;;
  *) true ;;
  esac
}
"$binary" --version >"$work/version"
grep -q '^libarchive' "$work/version" && unpacks=yes || unpacks=no
grep -q '^zlib' "$work/version" && unzips=yes || unzips=$unpacks

# Every form. The events name their file, so each is read under the same name.
for sample in web-unavailable dns-foreign-injected; do
  rm -rf "$work/forms"
  tests/generate/variants "pcaps/$sample.pcapng" "$work/forms" | sed 's/^/# /'
  for form in "$work"/forms/*; do
    name=$(basename "$form")
    if ! compressed "$name"; then
      echo "# skipped: $name, which this build can't unpack"
      continue
    fi
    for how in file pipe; do
      cp "$form" "$work/capture"
      got=0
      if [ $how = file ]; then
        (cd "$work" && "$binary" -r capture -o -) >"$work/out" 2>"$work/err" || got=$?
        cp "pcaps/$sample.pcapng" "$work/capture"
        (cd "$work" && "$binary" -r capture -o -) >"$work/want"
      else
        cat "$work/capture" | "$binary" -r - -o - >"$work/out" 2>"$work/err" || got=$?
        "$binary" -r - -o - <"pcaps/$sample.pcapng" >"$work/want"
      fi
      [ $got -eq 0 ] && cmp -s "$work/out" "$work/want" && same=yes || same=no
      result $same "$sample as $name, $how"
    done
  done
done

# STATUS TEXT NAME: reads $work/capture, which must end so and say TEXT.
expect() {
  local got=0 good=no
  "$binary" -q -r "$work/capture" >"$work/out" 2>"$work/err" || got=$?
  [ $got -eq "$1" ] && grep -qF -- "$2" "$work/err" && good=yes
  result $good "$3 (exit $got)"
}

# Cut in many places (test_pcapng does it at every byte): judged up to there, and said so.
cut_anywhere() { # FORM STEP
  local size at got bad=0
  size=$(stat -c %s "$work/forms/$1")
  for ((at = 1; at < size; at += $2)); do
    head -c "$at" "$work/forms/$1" >"$work/capture"
    got=0
    "$binary" -q -r "$work/capture" >"$work/out" 2>"$work/err" || got=$?
    [ $got -eq 65 ] && [ -s "$work/err" ] && continue
    [ $got -eq 0 ] && [ ! -s "$work/err" ] && continue # between two frames
    bad=$((bad + 1))
    echo "#   at byte $at: exit $got"
  done
  [ $bad -eq 0 ] && good=yes || good=no
  result $good "$1 cut every $2 bytes"
}
rm -rf "$work/forms"
tests/generate/cut pcaps/dns-foreign-injected.pcapng "$work/short.pcapng" frames 4
tests/generate/variants "$work/short.pcapng" "$work/forms" | sed 's/^/# /'
cut_anywhere nano-be 29
cut_anywhere interfaces 31
[ "$unzips" = no ] || cut_anywhere gzip-members 17
[ "$unpacks" = no ] || cut_anywhere xz 17

# What was good before a cut is kept in a compressed file, too.
if [ "$unzips" = yes ]; then
  gzip -c pcaps/dns-unprotected.pcapng | head -c 240000 >"$work/capture"
  expect 65 "is damaged at byte" "gzip cut short"
  grep -q 192.168.0.204 "$work/out" && told=yes || told=no
  result $told "… is judged up to the cut"
  head -c 100000000 /dev/zero | gzip | gzip >"$work/capture"
  expect 65 "compressed more than once" "packed twice"
fi
head -c 24 pcaps/too-few.pcap >"$work/capture"
head -c 100000000 /dev/zero >>"$work/capture"
if [ "$unzips" = yes ]; then
  gzip "$work/capture" && mv "$work/capture.gz" "$work/capture"
fi
memory=400000 # KiB
if grep -qa __asan_init "$binary"; then
  memory=unlimited # its shadow alone is larger
fi
(ulimit -v $memory && exec "$binary" -q -r "$work/capture" >"$work/out" 2>"$work/err") && calm=yes || calm=no
result $calm "a hundred kilobytes that unpack to 6,250,000 empty frames need little memory"

# A pipe is judged as it grows: an alert is told while the rest is still to come.
grows() { # NAME COMMAND…: the command writes a failing capture to standard output and stays
  local name=$1 told=no
  shift
  mkfifo "$work/pipe"
  "$@" >"$work/pipe" &
  local writer=$!
  "$binary" -r - -o - <"$work/pipe" >"$work/out" 2>"$work/err" &
  local reader=$!
  for _ in $(seq 300); do
    if grep -q '"alert"' "$work/out"; then
      told=yes
      break
    fi
    sleep 0.1
  done
  kill "$writer" 2>/dev/null || true
  wait "$reader" "$writer" 2>/dev/null || true
  rm "$work/pipe"
  result $told "a pipe is followed: $name"
}
failing() { cat pcaps/dns-unprotected.pcapng && exec sleep 60; }
grows "pcapng" failing
if [ "$unzips" = yes ]; then
  grows "gzip, as it is flushed" /usr/bin/python3 -c 'import sys, time, zlib
packer = zlib.compressobj(wbits=31)
data = open("pcaps/dns-unprotected.pcapng", "rb").read()
sys.stdout.buffer.write(packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))
sys.stdout.buffer.flush()
time.sleep(60)'
fi

# Drops that a pcapng tells reach the counters.
/usr/bin/python3 - "$work" <<'EOF'
import pathlib, sys
sys.path.insert(0, "tests/generate")
import files, variants
data = pathlib.Path("pcaps/dns-unprotected.pcapng").read_bytes()
section = variants.Section(">")
made = section.header(b"why") + section.interface(1)
for time, at, length, _ in files.frames(data):
    made += section.enhanced(0, time // 1000, data[at:at + length])
made += section.block(5, section.pack("III", 0, 0, 0) + section.option(5, section.pack("Q", 7))
                      + section.option(7, section.pack("Q", 1234)) + section.end())
pathlib.Path(sys.argv[1], "capture").write_bytes(made + section.block(4, bytes(4)))
EOF
"$binary" -v -r "$work/capture" -o - >"$work/out" 2>"$work/err"
grep -q '"kernel_drops":1234,"interface_drops":7' "$work/out" && told=yes || told=no
result $told "drop counts of the interface statistics"
grep -q '1 of comments, 1 of other blocks' "$work/err" && told=yes || told=no
result $told "-v says what was passed over"

# What people send instead of a capture.
utf16() { # bytes as PowerShell's ">" writes them
  /usr/bin/python3 -c 'import sys
text = sys.stdin.buffer.read().decode("cp437")
text = "\r\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
sys.stdout.buffer.write(b"\xff\xfe" + text.encode("utf-16-le"))'
}
ascii() { # … and as it pipes them on
  /usr/bin/python3 -c 'import sys
text = sys.stdin.buffer.read().decode(sys.argv[1], "replace")
text = "\r\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
sys.stdout.buffer.write(text.encode(sys.argv[2], "replace"))' "$1" "$2"
}
for sample in too-few.pcap nanosecond-be.pcap web-killed.pcapng; do # both formats, both orders
  utf16 <"pcaps/$sample" >"$work/capture"
  expect 65 "PowerShell" "$sample through PowerShell's >"
  expect 65 "cmd /c" "… with the remedy"
  for codes in "cp437 ascii" "cp1252 ascii" "cp437 utf-8" "utf-8 utf-8" "cp850 utf-8-sig"; do
    # shellcheck disable=SC2086 # two words on purpose
    ascii $codes <"pcaps/$sample" >"$work/capture"
    expect 65 "PowerShell" "$sample through PowerShell's pipe ($codes)"
  done
done
given() { # FORMAT TEXT: what printf writes is recognised as TEXT
  printf "%b" "$1" >"$work/capture"
  head -c 4096 /dev/zero >>"$work/capture"
  expect 65 "$2" "told: $2"
}
zeroes() { printf '\\0%.0s' $(seq "$1"); }
given "\0000\0000\0001\0000$(zeroes 68)\0002\0000\0002\0300" "pktmon etl2pcap"
given 'snoop\0\0\0\0\0\0\02' 'editcap -F pcapng'
given 'GMBU' 'Network Monitor'
given 'PK\003\004' 'ZIP'
given 'BZh9' 'bunzip2'
said() { # TEXT EXPECTED
  printf '%s\n' "$1" >"$work/capture"
  expect 65 "$2" "told: $2"
}
said '<!DOCTYPE html><html>' 'a web page'
said '{"frame": 1}' 'a JSON text'
said '0000  45 00 00 3c 1c 46 40 00' 'text2pcap'
said 'No. Time Source Destination' 'a text'
: >"$work/capture"
expect 65 "is empty" "told: empty"
{
  printf '\0\0\0\0\146\0\0\0\002\004\0\130\0\0\0\100' && head -c 72 /dev/zero
  printf '\0\0\0\0\146\0\0\0\002\004\0\130\0\0\0\100' && head -c 72 /dev/zero
} >"$work/capture"
expect 65 "ERF" "told: ERF"

[ "$failures" -eq 0 ]
