#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The exit statuses of the contract, each with a message that names what is wrong and what to do.
#
#     tests/cli/exit_status.sh BINARY        run in the top folder
set -eu
binary=$(realpath "$1")
sample=pcaps/dns-unprotected.pcapng
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
count=0

report() { # WHETHER NAME
  count=$((count + 1))
  if [ "$1" = yes ]; then
    echo "ok $count - $2"
  else
    failures=$((failures + 1))
    echo "not ok $count - $2"
    sed 's/^/#   /' "$work/err" "$work/out" | head -n 20
  fi
}

holds() { # TEXT FILE; no text is in any file
  [ -z "$1" ] || grep -qF -- "$1" "$2"
}

# STATUS TEXT ARGUMENTS…: exits so, and says TEXT (a fixed string) on standard error.
expect() {
  local status=$1 text=$2 got=0 good=no
  shift 2
  "$binary" "$@" >"$work/out" 2>"$work/err" </dev/null || got=$?
  if [ "$got" -eq "$status" ] && holds "$text" "$work/err"; then
    good=yes
  fi
  report "$good" "exit $status: ${*//$work/…} (got $got)"
}

# STATUS TEXT ARGUMENTS…: the same for standard output, and nothing said on standard error.
expect_output() {
  local status=$1 text=$2 got=0 good=no
  shift 2
  "$binary" "$@" >"$work/out" 2>"$work/err" </dev/null || got=$?
  if [ "$got" -eq "$status" ] && holds "$text" "$work/out" && [ ! -s "$work/err" ]; then
    good=yes
  fi
  report "$good" "exit $status: ${*//$work/…} (got $got)"
}

config() { # TEXT
  printf '%b' "$1" >"$work/x.yaml"
}

# What works.
expect_output 0 "Usage: roamwatch -r FILE" --help
expect_output 0 "libpcap" --version
expect_output 0 "deadline: 5s" --dump-config
expect_output 0 "It sends" -T -c conf/roamwatch.yaml
expect_output 0 192.168.0.204 -q -r "$sample"
expect_output 0 '"event_type":"verdict"' -q -r "$sample" -o -
expect_output 0 "resets; they came" --explain -r pcaps/web-unavailable.pcapng
expect_output 1 192.168.0.204 -q --exit-code -r "$sample"
expect_output 0 192.168.0.204 -q --exit-code -r pcaps/dns-protected.pcapng
expect_output 2 "No verdict" -q --exit-code -r pcaps/no-module.pcap
expect_output 2 "" -q --exit-code -r "$sample" host 192.0.2.77

# Usage: 64.
expect 64 "give -r FILE"
expect 64 "There is no option" -r "$sample" --bogus
expect 64 "did you mean --config?" -r "$sample" --confg=x
expect 64 "-r needs a value" -r
expect 64 "this version" -r $sample --http 80
expect 69 "There is no interface nosuch" -i nosuch
expect 64 "this version" -r "$sample" --report x.html
expect 64 "-q and -v" -q -v -r "$sample"
expect 64 "-q and --explain" -q --explain -r "$sample"
expect 64 "-T and --dump-config" -T --dump-config
expect 64 "-R is wrong" -r "$sample" -R resolver.example
expect 64 "did you mean 10.0.0.0/8?" -r "$sample" -R 10.1.2.3/8
expect 64 "-s is wrong" -r "$sample" -s 1.2.3.400
expect 64 "--time" -r "$sample" --time noon
expect 64 "port port" -r "$sample" port port
cp "$sample" "$work/copy"
expect 64 "would be overwritten" -r "$work/copy" -o "$work/copy"
cmp -s "$sample" "$work/copy" && kept=yes || kept=no
report "$kept" "the capture named with -o too is untouched"

# Damaged captures: 65.
head -c 4096 /dev/zero | tr '\0' 'x' >"$work/garbage"
expect 65 "$work/garbage" -r "$work/garbage"
: >"$work/empty"
expect 65 "$work/empty" -r "$work/empty"
head -c 10 "$sample" >"$work/stub"
expect 65 "$work/stub" -r "$work/stub"
size=$(stat -c %s "$sample")
head -c "$((size - 30))" "$sample" >"$work/cut"
expect 65 "$work/cut" -r "$work/cut"
grep -qF 192.168.0.204 "$work/out" && told=yes || told=no
report "$told" "a cut capture is judged up to the cut"
expect 65 "$work/cut" --exit-code -r "$work/cut" # an error comes before the verdict
expect 65 "$work/garbage" -r "$sample" -r "$work/garbage"
grep -qF 192.168.0.204 "$work/out" && told=yes || told=no
report "$told" "what was read before the damaged file is judged"
{ # one packet of a link type that only its user knows
  printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\377\377\0\0\x93\0\0\0'
  printf '\0\0\0\0\0\0\0\0\4\0\0\0\4\0\0\0abcd'
} >"$work/linktype"
expect 65 "147" -r "$work/linktype"

# Input that is not there, or not for us: 66, 77.
expect 66 "/nonexistent.pcap" -r "$work/nonexistent.pcap"
expect 66 "$work" -r "$work"
expect 66 "/nonexistent.yaml" -r "$sample" -c "$work/nonexistent.yaml"
if [ "$(id -u)" -ne 0 ]; then
  config "version: 1\n"
  chmod 0 "$work/x.yaml" "$work/copy"
  expect 77 "$work/x.yaml" -r "$sample" -c "$work/x.yaml"
  expect 77 "$work/copy" -r "$work/copy"
  rm -f "$work/x.yaml"
else
  echo "# skipped: root may read any file, so 77 can't be shown"
fi

# Output that can't be made, or written: 73, 74.
expect 73 "/nonexistent/events" -r "$sample" -o "$work/nonexistent/events"
expect 73 "$work" -r "$sample" -o "$work"
if [ -c /dev/full ]; then
  expect 74 "/dev/full" -r "$sample" -o /dev/full
  for arguments in "-q -r $sample" "-q -r $sample -o -" --help --version --dump-config -T; do
    got=0
    # shellcheck disable=SC2086 # words on purpose
    "$binary" $arguments >/dev/full 2>"$work/err" </dev/null || got=$?
    : >"$work/out"
    [ "$got" -eq 74 ] && [ -s "$work/err" ] && full=yes || full=no
    report "$full" "exit 74: $arguments > /dev/full (got $got)"
  done
fi

# Configuration: 78, at its place.
config 'dns:\n  deadlin: 5s\n'
expect 78 "$work/x.yaml:2:3: unknown key \"deadlin\" in \"dns\"; did you mean \"deadline\"?" \
  -r "$sample" -c "$work/x.yaml"
expect 78 "$work/x.yaml:2:3: " -T -c "$work/x.yaml"
config 'dns:\n  deadline: 5\n'
expect 78 "$work/x.yaml:2:3: \"dns.deadline\" is \"5\", which has no unit" -r "$sample" -c "$work/x.yaml"
config 'resolvers:\n  - 208.67.222.300\n'
expect 78 "$work/x.yaml:2:5: " -r "$sample" -c "$work/x.yaml"
"$binary" --dump-config >"$work/defaults.yaml"
"$binary" -c "$work/defaults.yaml" --dump-config >"$work/again.yaml"
cmp -s "$work/defaults.yaml" "$work/again.yaml" && same=yes || same=no
report "$same" "what --dump-config prints is read back"

# Nothing is lost of what was good before the damage.
expect 65 "$work/cut" -q -r "$work/cut" -o "$work/events"
grep -q '"event_type":"verdict"' "$work/events" && told=yes || told=no
report "$told" "a cut capture has its events"

# With standard output or error closed, what is said must not land in the events.
for closed in '1>&-' '2>&-'; do
  rm -f "$work/events"
  got=0
  eval '"$binary" -q -r "$sample" -r "$work/garbage" -o "$work/events" </dev/null '"$closed" \
    >"$work/out" 2>"$work/err" || got=$?
  tail -n 1 "$work/events" | grep -q '^{.*}$' && ! grep -qv '^{' "$work/events" &&
    [ "$got" -eq 65 ] && apart=yes || apart=no
  report "$apart" "exit 65: -o FILE $closed (got $got)"
done
"$binary" -q -r "$sample" >&- 2>"$work/err" && got=0 || got=$?
[ "$got" -eq 74 ] && [ -s "$work/err" ] && told=yes || told=no
report "$told" "exit 74: standard output is closed (got $got)"
got=0
(ulimit -f 1 && exec "$binary" -q -r "$sample" -o "$work/events" -c tests/golden/exchanges-all.yaml) \
  >"$work/out" 2>"$work/err" || got=$?
[ "$got" -eq 74 ] && holds "File too large" "$work/err" && told=yes || told=no
report "$told" "exit 74: the events outgrow ulimit -f (got $got)"

# A file's name can hold what a terminal would obey.
escape=$(printf '\033]0;x\007')
for name in "$work/missing$escape" "$work/$escape.pcap" "$work/$escape.yaml"; do
  case $name in *missing*) ;; *) printf 'x\033[2Jx: 1\n' >"$name" ;; esac
  option=-r
  case $name in *.yaml) option=-c ;; esac
  "$binary" -q "$option" "$name" -r "$sample" >"$work/out" 2>"$work/err" && got=0 || got=$?
  [ "$got" -ge 64 ] && ! grep -q "$(printf '[\033\007]')" "$work/err" "$work/out" && tame=yes || tame=no
  report "$tame" "no escape sequence of a file's name is printed (got $got)"
done

# A reader that goes away (head) is no crash.
set +e
"$binary" -q -r "$sample" -o - 2>"$work/err" | head -c 1 >/dev/null
got=${PIPESTATUS[0]}
set -e
: >"$work/out"
{ [ "$got" -eq 0 ] || [ "$got" -eq 74 ] || [ "$got" -eq 141 ]; } && calm=yes || calm=no
report "$calm" "a closed pipe (got $got)"

echo "1..$count"
[ "$failures" -eq 0 ]
