#!/bin/sh
# Kills the screen at random moments of a session: what it had said is in the case is there, and the case opens. Prints TAP.
# Usage: kill.sh [ROUNDS]     10 in `make check`
set -eu
: "${top_srcdir:?}" "${top_builddir:?}" "${SPOOR:?}"
rounds=${1:-10}
driver=$(cd "$top_builddir/tests" && pwd)/screen_driver
spoor=$(cd "$(dirname "$SPOOR")" && pwd)/$(basename "$SPOOR")
src=$(cd "$top_srcdir" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
steps='1 2 3 4 5 6'
ln -s "$src/tests/screens/data" "$tmp/data"
mkdir -p "$tmp/home/c/spoor"
printf 'threshold score off\nthreshold tactics off\n' >"$tmp/home/c/spoor/config"       # the session is about hits of rules

# Plays a script; its screens in $2. The program says its process number on the way.
printf '#!/bin/sh\necho $$ >"%s/pid"\nexec "%s" "$@"\n' "$tmp" "$spoor" >"$tmp/program"
chmod +x "$tmp/program"
play()
{
	(cd "$tmp" && exec env -i PATH="$PATH" HOME="$tmp/home" TMPDIR="$tmp" XDG_CONFIG_HOME="$tmp/home/c" XDG_STATE_HOME="$tmp/home/s" \
		XDG_DATA_HOME="$tmp/home/d" TZ=UTC LANG=C.UTF-8 TERM=xterm-256color SPOOR_NOW=2024-06-01T00:00:00Z SPOOR="$tmp/program" \
		tmp="$tmp" ASAN_OPTIONS="${ASAN_OPTIONS:-}" UBSAN_OPTIONS="${UBSAN_OPTIONS:-}" LSAN_OPTIONS="${LSAN_OPTIONS:-}" \
		"$driver" "$1") >"$2" 2>"$tmp/err"
}
start='run --rules data/rules --case work.case data/small.xml data/hostile.jsonl'
{
	echo "$start"
	for i in $steps; do
		down=$(printf '%*s' "$i" '' | sed 's/ / j/g')
		printf 'keys g%s v t\nscreen verdict %s\nkeys C\ntype note-%s.\nkeys Enter\nscreen note %s\n' "$down" "$i" "$i" "$i"
		printf 'keys x ^U\ntype user=nobody%s.\nkeys Enter\nscreen exclusion %s\n' "$i" "$i"
	done
	printf 'last Q\nexit\n'
} >"$tmp/session.keys"
printf '%s\nkeys w ^U\ntype after.md\nkeys Enter\nlast Q\nexit\n' "$start" >"$tmp/look.keys"

# said STEP WORDS: the screen after that step says so.
said()
{
	awk -v step="--- $1 " -v words="$2" '/^--- / { here = index($0, step) == 1 } here && index($0, words) { found = 1 } END { exit !found }' \
		"$tmp/screens"
}
look()
{
	rm -f "$tmp/after.md"
	play "$tmp/look.keys" "$tmp/look" && [ -s "$tmp/after.md" ]
}
# Prints what is missing.
lost()
{
	verdicts=0
	for i in $steps; do
		if said "verdict $i" '1 hit: true positive'; then verdicts=$((verdicts + 1)); fi
		if said "note $i" 'the note is in the case'; then grep -qF "note\\-$i\\." "$tmp/after.md" || echo "note $i"; fi
		if said "exclusion $i" 'the exclusion is in the case'; then grep -qF "user=nobody$i." "$tmp/after.md" || echo "exclusion $i"; fi
	done
	there=$(sed -n 's/^| true positive | \([0-9]*\) |$/\1/p' "$tmp/after.md")
	[ "${there:-0}" -ge "$verdicts" ] || echo "verdicts: $there of $verdicts"
}

now() { date +%s%N | cut -c1-13; }
echo "1..$((rounds + 1))"
from=$(now)
rm -f "$tmp"/work.case*
whole=1000
if play "$tmp/session.keys" "$tmp/screens" && whole=$(($(now) - from)) && look && [ -z "$(lost)" ] && said 'exclusion 6' 'the exclusion is in the case'; then
	echo "ok 1 - a session that nobody kills"
else
	echo "not ok 1 - a session that nobody kills"
	sed 's/^/# /' "$tmp/err"
	lost | sed 's/^/# lost: /'
fi
round=0
while [ $round -lt "$rounds" ]; do
	round=$((round + 1))
	rm -f "$tmp"/work.case* "$tmp/pid"
	play "$tmp/session.keys" "$tmp/screens" &
	player=$!
	ms=$(awk -v n="$whole" -v seed="$(od -An -N4 -tu4 /dev/urandom)" 'BEGIN { srand(seed); printf "%d", rand() * n }')
	sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
	if [ -s "$tmp/pid" ]; then kill -9 "$(cat "$tmp/pid")" 2>/dev/null || :; fi
	wait $player 2>/dev/null || :
	if ! look; then
		echo "not ok $((round + 1)) - killed after $ms ms: the case does not open"
		sed 's/^/# /' "$tmp/err"
	elif missing=$(lost); [ -n "$missing" ]; then
		echo "not ok $((round + 1)) - killed after $ms ms"
		echo "$missing" | sed 's/^/# lost: /'
	else
		echo "ok $((round + 1)) - killed after $ms ms: $(grep -c '^--- ' "$tmp/screens" || :) screens"
	fi
done
