# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of roamwatch's options in bash; a test holds the words to those of --help.
_roamwatch() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}

  COMPREPLY=()
  case $before in
  -r | -o | --events | -c | --config | --dart)
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    return
    ;;
  -i)
    mapfile -t COMPREPLY < <(compgen -W "auto any $(ls /sys/class/net 2>/dev/null)" -- "$word")
    return
    ;;
  -s | --swg | -R | --resolver)
    mapfile -t COMPREPLY < <(compgen -W "any" -- "$word")
    return
    ;;
  --time)
    mapfile -t COMPREPLY < <(compgen -W "utc local" -- "$word")
    return
    ;;
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "
      -r -i -D --duration -c --config -s --swg -R --resolver -o --events --time --resolve --no-resolve --show-ids --explain
      --dart --utc-offset
      --exit-code -T --check-config --dump-config --print-filter -q --quiet -v --verbose -V --version -h --help
    " -- "$word")
  fi
}
complete -F _roamwatch roamwatch
