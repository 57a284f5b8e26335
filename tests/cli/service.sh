#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is shipped for a service: the unit is well-formed and its exposure under 3.0, the lists of
# users and folders are read, the example configurations are good. What there is no tool for here is
# said and left out.
#
#     tests/cli/service.sh BINARY        run in the top folder, beside a build that has made the unit
set -eu
binary=$(realpath "$1")
unit=$(dirname "$binary")/contrib/roamwatch.service
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check() { # NAME COMMAND…
  local name=$1
  shift
  if "$@" >"$work/said" 2>&1; then
    echo "ok - $name"
  else
    failures=1
    echo "not ok - $name:"
    cat "$work/said"
  fi
}

have() { # COMMAND
  command -v "$1" >/dev/null && return
  echo "ok - skipped: there is no $1 here"
  return 1
}

if have systemd-analyze; then
  check "the unit's exposure is under 3.0" \
    systemd-analyze security --offline=yes --no-pager --threshold=29 "$unit"
  sed "s|^ExecStart=[^ ]*|ExecStart=$binary|" "$unit" >"$work/roamwatch.service"
  check "the unit is well-formed" systemd-analyze verify --man=no "$work/roamwatch.service"
  if [ -s "$work/said" ]; then
    failures=1
    echo "not ok - and nothing is said of it:"
    cat "$work/said"
  fi
fi
if have systemd-sysusers; then
  mkdir -p "$work/root/etc"
  check "the user is made" systemd-sysusers --root="$work/root" "$PWD/contrib/service/roamwatch.sysusers"
  check "it may not log in" grep -q '^roamwatch:.*:/usr/sbin/nologin$' "$work/root/etc/passwd"
fi
if have systemd-tmpfiles && [ "$(id -u)" -eq 0 ]; then
  check "the folders are made" \
    systemd-tmpfiles --root="$work/root" --create "$PWD/contrib/service/roamwatch.tmpfiles"
  check "for that user alone" test "$(stat -c %a "$work/root/var/log/roamwatch")" = 750
fi
if have logrotate; then
  sed 's/roamwatch roamwatch/root root/' contrib/service/roamwatch.logrotate >"$work/logrotate"
  chmod 600 "$work/logrotate"
  check "the rotation is read" logrotate -d --state "$work/state" "$work/logrotate"
fi
for example in contrib/examples/*.yaml; do
  check "$example is good" "$binary" -c "$example" -T
done
[ "$failures" -eq 0 ]
