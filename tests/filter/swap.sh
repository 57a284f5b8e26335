#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A thousand swaps of the capture filter under load lose no packet: on Ethernet, and on the cooked
# device "any". In a network namespace of its own, with no way out. Skips (77) without root.
#
#     tests/filter/swap.sh SWAP        the program built from swap.c
set -eu
program=$(realpath "$1")

if [ "${2:-}" != inside ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v ip >/dev/null || ! unshare -n true; then
    echo "SKIPPED: swapping filters on an interface needs root, iproute2 and network namespaces"
    exit 77
  fi
  exec unshare -n "$0" "$program" inside
fi

if ! ip link add left type veth peer name right; then
  echo "SKIPPED: the kernel has no veth"
  exit 77
fi
sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 || true
ip link set left up
ip link set right up
"$program" left right 1000 1 3
# "any" sees each frame leave and arrive. With two tags libpcap itself loses what arrives there.
"$program" left any 1000 2 2
