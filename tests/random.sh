#!/bin/sh
# Keys, lines, pastes, clicks, junk and window sizes at random against the real program on a pseudo-terminal, for as long as asked.
# It must not fail, leak (of a build with sanitizers), or leave a control character or a broken frame on the screen.
# Usage: random.sh [SECONDS [SEED [SPOOR-ARGUMENT...]]]    as `make random SECONDS=3600`; not part of `make check`
set -eu
: "${top_srcdir:?}" "${top_builddir:?}" "${SPOOR:?}"
seconds=${1:-60}
seed=${2:-1}
[ $# -ge 2 ] && shift 2 || set --
top=$(cd "$top_srcdir" && pwd)
[ $# -gt 0 ] || set -- --rules "$top/rules" "$top/samples"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/home" "$work/in"
{
	echo "size 120x40"
	echo "run $*"
	echo "random $seed $seconds"
	echo "signal TERM"
	echo exit
} >"$work/keys"
options=exitcode=99:log_path=$work/log
status=0
(cd "$work/in" && env -i PATH="$PATH" HOME="$work/home" TZ=CET-1CEST,M3.5.0,M10.5.0/3 LANG=C.UTF-8 TERM=xterm-256color \
	SPOOR="$(cd "$(dirname "$SPOOR")" && pwd)/$(basename "$SPOOR")" ASAN_OPTIONS="$options" LSAN_OPTIONS="$options" \
	UBSAN_OPTIONS="halt_on_error=1:$options" "$(cd "$top_builddir" && pwd)/tests/screen_driver" "$work/keys") >"$work/out" 2>"$work/err" || status=$?
cat "$work/err"
for log in "$work"/log*; do
	if [ -f "$log" ]; then
		head -n 40 "$log"
		status=1
	fi
done
exit $status
