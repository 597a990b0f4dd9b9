#!/bin/sh
# Screens: each tests/screens/NAME.keys is a script for tests/screen_driver.c, run against the program on a pseudo-terminal; what it
# prints must be tests/screens/NAME.screen. Size, zone, locale, clock and all folders are pinned.
# Usage: screens.sh [--update] [NAME]...     --update writes the .screen files anew
set -eu

update=no
if [ "${1:-}" = --update ]; then
	update=yes
	shift
fi
: "${top_srcdir:?}" "${top_builddir:?}" "${SPOOR:?}"
driver=$top_builddir/tests/screen_driver
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

if [ $# -eq 0 ]; then
	# shellcheck disable=SC2046 # names of tests have no blanks
	set -- $(cd "$top_srcdir/tests/screens" && ls -- *.keys | sed 's/\.keys$//')
fi
echo "1..$#"
count=0
failed=0
for name; do
	count=$((count + 1))
	want=$top_srcdir/tests/screens/$name.screen
	home=$tmp/$name
	mkdir -p "$home/config/spoor" "$home/state" "$home/data" "$home/work"
	# Hits of thresholds stand above all others; only the tests of them have them, the others are about the rules' own.
	printf 'threshold score off\nthreshold tactics off\n' >"$home/config/spoor/config"
	# Relative names, so that no screen shows where the tree lies.
	ln -s "$(cd "$top_srcdir" && pwd)/samples" "$home/work/samples"
	ln -s "$(cd "$top_srcdir" && pwd)/rules" "$home/work/rules"
	ln -s "$(cd "$top_srcdir" && pwd)/tests/screens/data" "$home/work/data"
	keys=$(cd "$top_srcdir" && pwd)/tests/screens/$name.keys
	status=0
	(cd "$home/work" && env -i PATH="$PATH" HOME="$home" TMPDIR="$tmp" XDG_CONFIG_HOME="$home/config" XDG_STATE_HOME="$home/state" \
		XDG_DATA_HOME="$home/data" TZ=UTC LANG=C.UTF-8 TERM=xterm-256color SPOOR_NOW=2024-06-01T00:00:00Z tmp="$home/work" ${PICTURES:+PICTURES="$PICTURES"} \
		SPOOR="$(cd "$(dirname "$SPOOR")" && pwd)/$(basename "$SPOOR")" \
		ASAN_OPTIONS="${ASAN_OPTIONS:-}" UBSAN_OPTIONS="${UBSAN_OPTIONS:-}" TSAN_OPTIONS="${TSAN_OPTIONS:-}" \
		LSAN_OPTIONS="${LSAN_OPTIONS:-}" "$driver" "$keys") >"$tmp/got" 2>"$tmp/err" || status=$?
	if [ "$update" = yes ] && [ $status -eq 0 ]; then
		cat "$tmp/got" >"$want"
	fi
	if [ $status -eq 0 ] && cmp -s "$tmp/got" "$want"; then
		echo "ok $count - $name"
	else
		failed=$((failed + 1))
		echo "not ok $count - $name"
		diff -u "$want" "$tmp/got" | sed 's/^/# /' || true
		sed 's/^/# /' "$tmp/err"
	fi
done
[ $failed -eq 0 ]
