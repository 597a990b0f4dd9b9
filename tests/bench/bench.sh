#!/bin/sh
# Generates a large log with planted cases, checks that exactly those are found, and prints how fast and how large spoor is, beside
# references that read the same file. A shared machine is noisy: each number is the median of three runs, taken in turns, and what
# counts are the ratios: `x wall` and `x CPU` say how many times as long the reference took. A table with both needs an idle machine,
# for spoor uses all cores and the references one.
# Usage: make bench [BENCH_MB=1000] [BENCH_JOBS="xml json evtx"] [BENCH_EVENTS=1000000] [BENCH_LARGE=1] [BENCH_KEEP=1]
#   BENCH_EVENTS: size of the dump that shows what rules cost beside loading; 0 leaves it out.
#   BENCH_LARGE: also reads one of ten times as many events (16 GB), for how time and memory grow. Takes minutes.
# The table at the end holds what was measured against what spoor aims at.
#   run by make, with SPOOR, top_srcdir and top_builddir in the environment.
set -eu

mb=${BENCH_MB:-1000}
here=$top_builddir/tests/bench
work=$(mktemp -d "${TMPDIR:-/tmp}/spoor-bench.XXXXXX")
[ -n "${BENCH_KEEP:-}" ] || trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
failed=0

free=$(df -Pk "$work" | awk 'NR == 2 {print int($4 / 1000)}')
if [ "$free" -lt $((mb * 3)) ]; then
	echo "bench: $work: $free MB free, $((mb * 3)) needed; set TMPDIR or a smaller BENCH_MB" >&2
	exit 2
fi

# Findings as `rule host identity`: the ProcessGuid (any case: EVTX gives capitals), or the process id for the published rule, whose
# rows have no guid.
findings() {
	awk '
	function value(name,    at, rest) {
		at = index($0, "\"" name "\":\"")
		if (!at)
			return ""
		rest = substr($0, at + length(name) + 4)
		return substr(rest, 1, index(rest, "\"") - 1)
	}
	{ guid = value("process_guid"); print value("rule_file"), value("dest"), tolower(guid != "" ? guid : value("process_id")) }' "$1" | LC_ALL=C sort
}
planned() {
	awk -F '\t' '{print $1, $3, $1 ~ /same_process/ ? $4 : $5}' "$1" | LC_ALL=C sort
}

# one NAME COMMAND...: three measured runs are collected in $work/NAME; the output of the last is in $work/NAME.out.
# Status 1 is no failure: some published rule cannot run.
one() {
	name=$1
	shift
	status=0
	"$here/measure" "$work/$name" "$@" >"$work/$name.out" 2>"$work/$name.err" || status=$?
	if [ $status -gt 1 ]; then
		echo "bench: $name failed:" >&2
		sed 's/^/  /' "$work/$name.err" | head -n 5 >&2
		failed=1
		rm -f "$work/$name"
		return 1
	fi
}

middle() {
	sort -n | awk '{v[NR] = $0} END {print v[int((NR + 1) / 2)]}'
}
# median NAME COLUMN
median() {
	awk -v c="$2" '{print $c}' "$work/$1" | middle
}
median_cpu() {
	awk '{print $2 + $3}' "$work/$1" | middle
}

# row LABEL NAME REFERENCE BYTES EVENTS
row() {
	if [ ! -s "$work/$2" ]; then
		printf '%-40s %s\n' "$1" '(not run)'
		return
	fi
	reference=- reference_cpu=-
	if [ -s "$work/$3" ]; then reference=$(median "$3" 1) reference_cpu=$(median_cpu "$3"); fi
	awk -v label="$1" -v wall="$(median "$2" 1)" -v cpu="$(median_cpu "$2")" -v rss="$(median "$2" 4)" \
		-v bytes="$4" -v events="$5" -v ref="$reference" -v ref_cpu="$reference_cpu" 'BEGIN {
		if (wall == 0) wall = 0.001
		if (cpu == 0) cpu = 0.001
		printf "%-40s %8.2f %8.2f %8.0f %9.0f %8.0f %7.2f %8s %8s\n", label, wall, cpu, bytes / 1e6 / wall, events / wall / 1000, rss / 1024,
			rss * 1024 / bytes, ref == "-" ? "-" : sprintf("%.2f", ref / wall), ref == "-" ? "-" : sprintf("%.2f", ref_cpu / cpu)
	}'
}

# value NAME: median wall seconds; cpu NAME: median CPU seconds; peak NAME: KB. Empty when it did not run.
value() { [ ! -s "$work/$1" ] || median "$1" 1; }
cpu() { [ ! -s "$work/$1" ] || median_cpu "$1"; }
peak() { [ ! -s "$work/$1" ] || median "$1" 4; }
# aim LABEL most|least AIM EXPRESSION: a line of the table at the end. The expression is awk's; one with a hole in it was not measured.
aim() {
	case $4 in
	*'()'*) printf '%-64s %8s   %-9s\n' "$1" - "$2 $3" ;;
	*) awk -v label="$1" -v kind="$2" -v aim="$3" "BEGIN {
		x = $4
		printf \"%-64s %8.2f   %-9s %s\n\", label, x, (kind == \"most\" ? \"<= \" : \">= \") aim,
			(kind == \"most\" ? x <= aim + 0 : x >= aim + 0) ? \"met\" : \"missed\" }" ;;
	esac >>"$work/aims"
}

escu=$top_srcdir/../shared/escu
[ -d "$escu/detections" ] || escu=

# Until the first hit stands on the screen, in seconds from the program's start.
first_hits() {
	mkdir -p "$work/home"
	{
		echo 'size 120x40'
		echo "start --no-case --rules ${escu:-$top_srcdir/rules} $log"
		echo 'until first-hit hit 1 of'
		echo 'signal TERM'
		echo exit
	} >"$work/keys"
	first=$(env -i PATH="$PATH" HOME="$work/home" TZ=UTC LANG=C.UTF-8 TERM=xterm-256color SPOOR="$SPOOR" \
		"$top_builddir/tests/screen_driver" "$work/keys" 2>/dev/null | awk '/^first-hit/ {print $2 / 1000}') || :
	aim "first hits of $((bytes / 1000000)) MB of XML on the screen, s" most 1 "($first)"
}

for format in ${BENCH_JOBS:-xml json evtx}; do
	log=$work/log.$format
	"$top_builddir/samples/generate" --size "${mb}M" --hosts 100 --days 7 --seed 7 --format "$format" --plant 60 --plan "$work/plan" -o "$log" 2>"$work/generated"
	events=$(sed 's/^generate: \([0-9]*\) events.*/\1/' "$work/generated")
	bytes=$(wc -c <"$log")
	cat "$log" >/dev/null                            # all runs start with the file in memory

	if [ "$format" = xml ] && command -v xmllint >/dev/null; then
		{ echo '<Events>'; cat "$log"; echo '</Events>'; } >"$work/wrapped.xml"
	fi
	for turn in 1 2 3; do
		one "$format-load" "$SPOOR" query '| tstats count from datamodel=Endpoint.Processes' "$log" || :
		one "$format-shipped" "$SPOOR" scan --rules "$top_srcdir/rules" --format jsonl "$log" || :
		if [ -n "$escu" ]; then
			one "$format-all" "$SPOOR" scan --rules "$escu" --format jsonl "$log" || :
		fi
		one "$format-load-one" "$SPOOR" query --workers 1 '| tstats count from datamodel=Endpoint.Processes' "$log" || :
		one "$format-one" "$SPOOR" scan --workers 1 --rules "${escu:-$top_srcdir/rules}" --format jsonl "$log" || :
		if [ "$format" = xml ]; then
			if command -v xmllint >/dev/null; then one xml-ref xmllint --stream --noout "$work/wrapped.xml" || :; fi
			one xml-sax "$here/ref_sax" "$log" || :
		elif [ "$format" = json ]; then
			if command -v jq >/dev/null; then one json-ref jq -c . "$log" || :; fi
		elif [ $turn = 1 ] && command -v evtxexport >/dev/null; then
			one evtx-ref evtxexport -f xml "$log" || : # once: it takes a minute for 500 MB
		fi
	done

	planned "$work/plan" >"$work/expected"
	if [ -s "$work/$format-shipped.out" ] && findings "$work/$format-shipped.out" >"$work/found" && cmp -s "$work/expected" "$work/found"; then
		echo "$format: $(wc -l <"$work/found") findings, exactly those planted"
	else
		failed=1
		echo "$format: the findings are not those planted (< planted, > found):"
		diff "$work/expected" "$work/found" | head -n 20 || :
	fi
	echo
	case $format in
	xml) ref_label='xmllint --stream --noout' ;;
	json) ref_label='jq -c .' ;;
	evtx) ref_label='evtxexport -f xml (one run)' ;;
	esac
	printf '%-40s %8s %8s %8s %9s %8s %7s %8s %8s\n' "$format, $((bytes / 1000000)) MB, $events events" 'wall s' 'CPU s' 'MB/s' '1000 ev/s' 'peak MB' \
		'/ file' 'x wall' 'x CPU'
	row 'spoor, load' "$format-load" "$format-ref" "$bytes" "$events"
	row 'spoor, load + shipped rules' "$format-shipped" "$format-ref" "$bytes" "$events"
	if [ -n "$escu" ]; then row 'spoor, load + all shared ESCU rules' "$format-all" "$format-ref" "$bytes" "$events"; fi
	row "reference: $ref_label" "$format-ref" "$format-ref" "$bytes" "$events"
	if [ "$format" = xml ]; then row 'libxml2 SAX, empty handlers, per event' xml-sax "$format-ref" "$bytes" "$events"; fi
	echo
	all=$format-all
	[ -n "$escu" ] || all=$format-shipped
	case $format in
	xml)
		aim 'scan of XML / libxml2 SAX with empty handlers, wall' most 0.5 "($(value $all)) / ($(value xml-sax))"
		aim 'peak of the scan of XML / (0.12 of the file + 40 MB)' most 1 "($(peak $all)) * 1024 / (0.12 * $bytes + 40e6)"
		aim 'load of XML by one thread / by one per core, wall' least 1.8 "($(value xml-load-one)) / ($(value xml-load))"
		aim 'scan of XML by one thread / by one per core, wall' least 1.8 "($(value xml-one)) / ($(value $all))"
		first_hits
		;;
	json)
		aim 'scan of JSON / jq -c ., wall' most 0.6 "($(value $all)) / ($(value json-ref))"
		aim 'scan of JSON by one thread, MB/s' least 150 "$bytes / 1e6 / ($(value json-one))"
		;;
	evtx)
		aim 'load of EVTX by one thread, MB/s' least 300 "$bytes / 1e6 / ($(value evtx-load-one))"
		aim 'scan of EVTX by one thread, MB/s' least 300 "$bytes / 1e6 / ($(value evtx-one))"
		aim 'evtxexport -f xml / scan of EVTX, wall' least 30 "($(value evtx-ref)) / ($(value $all))"
		aim 'peak of the scan of EVTX / file' most 0.5 "($(peak $all)) * 1024 / $bytes"
		;;
	esac
	rm -f "$log" "$work/wrapped.xml" "$work"/*.out
done

# What all rules cost once the dump is loaded, as a part of what loading costs (spoor aims at 0.2).
events=${BENCH_EVENTS:-1000000}
if [ "$events" -gt 0 ]; then
	log=$work/rules.xml
	"$top_builddir/samples/generate" --events "$events" --hosts 100 --days 7 --seed 7 --format xml --plant 60 --plan "$work/plan" -o "$log" 2>"$work/generated"
	cat "$log" >/dev/null
	rules=${escu:-$top_srcdir/rules}
	for turn in 1 2 3; do
		one rules-load "$SPOOR" query '| tstats count from datamodel=Endpoint.Processes' "$log" || :
		one rules-all "$SPOOR" scan --rules "$rules" --format jsonl "$log" || :
	done
	if [ -s "$work/rules-load" ] && [ -s "$work/rules-all" ]; then
		awk -v events="$events" -v wall="$(median rules-load 1)" -v cpu="$(median_cpu rules-load)" -v all_wall="$(median rules-all 1)" \
			-v all_cpu="$(median_cpu rules-all)" -v peak="$(median rules-load 4)" -v all_peak="$(median rules-all 4)" -v rules="$rules" 'BEGIN {
			printf "rules/load, %d events, rules of %s: wall %.2f (%.2f s to %.2f s), CPU %.2f (%.2f s to %.2f s), peak %.0f MB to %.0f MB\n",
				events, rules, (all_wall - wall) / wall, wall, all_wall, (all_cpu - cpu) / cpu, cpu, all_cpu, peak / 1024, all_peak / 1024
		}'
	fi
	aim "rules of $((events / 1000)),000 events of XML / load, wall" most 0.2 \
		"(($(value rules-all)) - ($(value rules-load))) / ($(value rules-load))"
	rm -f "$log"
fi
if [ -n "${BENCH_LARGE:-}" ] && [ "$events" -gt 0 ]; then
	log=$work/large.xml
	"$top_builddir/samples/generate" --events "$((events * 10))" --hosts 100 --days 7 --seed 7 --format xml --plant 60 --plan "$work/plan" -o "$log" \
		2>"$work/generated"
	bytes=$(wc -c <"$log")
	one large-load "$SPOOR" query '| tstats count from datamodel=Endpoint.Processes' "$log" || :
	one large-all "$SPOOR" scan --rules "$rules" --format jsonl "$log" || :
	aim "load of ten times as many events / ten times the load, CPU" most 1.1 "($(cpu large-load)) / (10 * ($(cpu rules-load)))"
	aim "  the same, peak" most 1.1 "($(peak large-load)) / (10 * ($(peak rules-load)))"
	aim "scan of ten times as many events / ten times the scan, CPU" most 1.1 "($(cpu large-all)) / (10 * ($(cpu rules-all)))"
	aim "  the same, peak" most 1.1 "($(peak large-all)) / (10 * ($(peak rules-all)))"
	aim "peak of the scan of $((bytes / 1000000)) MB of XML / (0.12 of it + 40 MB)" most 1 "($(peak large-all)) * 1024 / (0.12 * $bytes + 40e6)"
	rm -f "$log"
fi
echo
printf '%-64s %8s   %-9s\n' 'aims' 'measured' 'aim'
cat "$work/aims"
exit $failed
