#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The README shows what the program prints today for both seed cases, and names no file that is not
# there. usage: tests/cli/readme.sh BINARY
set -eu
binary=$1
failed=0

for name in dns-unprotected web-unavailable; do
  shown=$(sed -n "/^    \$ roamwatch -r pcaps\/$name.pcapng\$/,/^[^ ]/p" README.md |
    sed '1d;/^[^ ]/d;s/^    //' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}')
  if [ "$shown" = "$("$binary" -r "pcaps/$name.pcapng" | sed 's/ *$//')" ]; then
    echo "ok README shows $name as it is"
  else
    echo "not ok README shows another screen for $name than the program prints"
    failed=1
  fi
done

while read -r path; do
  if [ -e "$path" ]; then
    echo "ok README names $path"
  else
    echo "not ok README names $path, which is not there"
    failed=1
  fi
done < <(grep -o ']([^)#]*)' README.md | sed 's/^](//;s/)$//' | grep -v '^http' | sort -u)
exit $failed
