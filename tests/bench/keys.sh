#!/bin/sh
# How long the slowest key takes on a million generated events with twenty thousand hits, in the real program on a pseudo-terminal:
# the time to the first output after the key, what of it the processor worked, and the time to having nothing left to do.
# Aim: a key is answered within 16 ms; what takes longer goes on beside the keys.
# Usage: make bench-keys [KEYS_EVENTS=1000000] [KEYS_HITS=20000]; build with -O2.
set -eu
: "${top_srcdir:?}" "${top_builddir:?}" "${SPOOR:?}"
top=$(cd "$top_srcdir" && pwd)
build=$(cd "$top_builddir" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/spoor-keys.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
"$build/samples/generate" --events "${KEYS_EVENTS:-1000000}" --plant "${KEYS_HITS:-20000}" -o "$work/dump.xml" >/dev/null 2>&1
cat >"$work/keys" <<EOF
size 200x50
run --no-case --rules $top/rules dump.xml
screen loaded
time down j j j j j j j j
time page-down PgDn PgDn PgDn PgDn
time last-first G g
time detail-of-a-threshold Enter
time down j j j
time back q
time its-risk r
time back q
keys :
type goto 100
keys Enter
time detail Enter
time back q
time verdict v t
time tree-of-a-hit p
time back q
time connections-of-a-hit c
time back q
time risk-of-a-hit r
time its-user Enter
time back q
time events-of-a-process e
time back q
time raw R
time back q
time sort-menu o
time sort-by-rule 3
time reverse O
time filter-letter & e x e
time filter-done Enter
time filter-cleared Esc
time search / d l l
time search-done Enter
time next n n
time events 2
time page-down PgDn PgDn PgDn PgDn
time last-first G g
time filter-letter & d n s
time filter-done Enter
time filter-cleared Esc
time sort-menu o
time sort-by-process 6
time reverse O
time search / d l l
time search-done Enter
time tree 6
time unfold-all *
time page-down PgDn PgDn PgDn
time last-first G g
time connections-of-the-dump 7
time by-process b
time by-host b
time page-down PgDn
time risk-of-all 8
time down j j j
time history-of-the-first Enter
time down j j PgDn
time back q
time exclusions 9
time groups 0
time by-host b
time by-user b
time by-tactic b
time attack A
time rules 3
time rule Enter
time back q
time report 4
time local-times Z
time columns f
time back q
time hits 1
time help ?
time back q
signal TERM
exit
EOF
cd "$work"
mkdir home
printf '%-34s %8s %8s %8s\n' 'key' 'output' 'CPU' 'idle, ms'
env -i PATH="$PATH" HOME="$work/home" TZ=UTC LANG=C.UTF-8 TERM=xterm-256color SPOOR="$(cd "$(dirname "$SPOOR")" && pwd)/$(basename "$SPOOR")" \
	"$build/tests/screen_driver" "$work/keys"
