#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --resolve before a replay, asked of a server on loopback that knows one name: what it says, what
# it learns, and that a replay goes on without an answer.
#
#     tests/cli/resolve.sh BINARY        run in the top folder
set -eu
binary=$1
failures=0
work=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server"; fi; rm -rf "$work"' EXIT

if "$binary" --version | grep -q 'without c-ares'; then
  echo "ok - skipped: built without c-ares"
  exit 0
fi

check() { # NAME FILE WORDS
  if grep -qF -- "$3" "$2"; then
    echo "ok - $1"
  else
    failures=1
    echo "not ok - $1: no \"$3\" in:"
    cat "$2"
  fi
}

# Answers every query for an A record with 18.135.112.200, and says where it listens.
cat >"$work/server.py" <<'PYTHON'
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
while True:
    query, client = s.recvfrom(1500)
    end = query.index(b"\0", 12) + 5
    a = query[end - 4:end - 2] == b"\0\1"
    answer = query[:2] + struct.pack(">HHHHH", 0x8180, 1, a, 0, 0) + query[12:end]
    if a:
        answer += b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + bytes([18, 135, 112, 200])
    s.sendto(answer, client)
PYTHON
mkfifo "$work/port"
/usr/bin/python3 "$work/server.py" >"$work/port" &
server=$!
read -r port <"$work/port"

config() { printf 'swg:\n  names: swg.example\n  resolver: "127.0.0.1:%s"\n' "$1" >"$work/config.yaml"; }

config "$port"
"$binary" -c "$work/config.yaml" --resolve -r pcaps/web-unavailable.pcapng tcp >"$work/out" 2>"$work/err"
check "it says whom it asks" "$work/err" "Looks up 1 name with 127.0.0.1:$port."
check "and what came of it" "$work/err" "2 of 2 lookups were answered; addresses to watch: 1."
check "what it learnt is watched" "$work/out" "6 of 8 connection attempts to 18.135.112.200"
check "and said to be no packet's" "$work/out" "(looked up by"
"$binary" -c "$work/config.yaml" --resolve -r pcaps/web-unavailable.pcapng >"$work/out" 2>/dev/null
check "an answer in the capture is the better proof" "$work/out" "qq.opendns.com resolved to 18.135.112.200"
"$binary" -c "$work/config.yaml" --no-resolve -r pcaps/web-unavailable.pcapng >"$work/out" 2>"$work/err"
if [ -s "$work/err" ]; then
  failures=1
  echo "not ok - without it nothing is said"
else
  echo "ok - without it nothing is said"
fi
"$binary" -c "$work/config.yaml" --resolve -q -r pcaps/web-unavailable.pcapng >/dev/null 2>"$work/err"
[ ! -s "$work/err" ] && echo "ok - nor with -q" || { failures=1; echo "not ok - nor with -q"; }

kill "$server"
wait "$server" 2>/dev/null || true
server=
"$binary" -c "$work/config.yaml" --resolve -r pcaps/web-unavailable.pcapng >"$work/out" 2>"$work/err"
check "no server is said" "$work/err" "swg.example can't be looked up with 127.0.0.1:$port: "
check "and the replay goes on" "$work/out" "192.168.0.204"
[ "$failures" -eq 0 ]
