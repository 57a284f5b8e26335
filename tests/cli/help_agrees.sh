#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The options stand in three places for people: --help, the man page and the completion. This holds
# the latter two to the first.
#
#     tests/cli/help_agrees.sh BINARY        run in the top folder
set -eu
failures=0

wanted=$("$1" --help | sed -nE 's/^ {2,6}(-[A-Za-z]|--[a-z-]+)(, (--[a-z-]+))?( .*)?$/\1 \3/p' |
  tr ' ' '\n' | sort -u | sed '/^$/d')
page=$(sed -n '/^\.SH OPTIONS/,/^\.SH EXIT/p' contrib/man/roamwatch.1 | sed 's/\\-/-/g; s/\\f.//g' |
  grep -oE '^\.BR? .*|^\.BI .*' | grep -oE '(^|[ ,])--?[a-zA-Z][a-z-]*' | tr -d ' ,' | sort -u)
completed=$(sed -n '/compgen -W "$/,/" --/p' contrib/completions/roamwatch.bash | grep -v '"' |
  grep -oE '(^| )--?[a-zA-Z][a-z-]*' | tr -d ' ' | sort -u)

compare() { # NAME WORDS
  if [ "$2" = "$wanted" ]; then
    echo "ok - $1 has the options of --help"
  else
    failures=1
    echo "not ok - $1 differs from --help:"
    diff <(echo "$wanted") <(echo "$2") || true
  fi
}
compare "the man page" "$page"
compare "the completion" "$completed"
[ "$failures" -eq 0 ]
