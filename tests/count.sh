#!/bin/sh
# Counts the test cases of a finished `make check` and prints, last, `N passed, N failed, N skipped`. Status 0 when none failed.
# Usage: count.sh BUILD-FOLDER MAKE-STATUS MAKE-OUTPUT
#
# A test program or script is counted by what it prints, the first of these that it has:
#   N passed, N failed, N skipped                 its own sum (the last such line)
#   ok 3 - name  /  not ok 4 - name  /  ok 5 - name # SKIP why          TAP
#   100%: Checks: 12, Failures: 0, Errors: 0      Check (several runners: all are added)
#   nothing of the kind                           one case, by the exit status: 0 passed, 77 skipped, else failed
# Besides Check's lines, each line `skipped: NAME: why` is one case that was left out (Check itself counts it as passed). A program
# that fails without having counted a failure (it crashed, or leaked memory) counts as one more.
set -eu

folder=$1
make_status=$2
make_output=$3

list=$(mktemp)
trap 'rm -f "$list"' EXIT
find "$folder" -name '*.trs' -print | LC_ALL=C sort >"$list"

LC_ALL=C awk -v list="$list" -v folder="$folder" -v make_status="$make_status" -v make_output="$make_output" '
function show(file,    line, n, i) {
	n = 0
	while ((getline line < file) > 0)
		tail[n++ % 40] = line
	close(file)
	for (i = n > 40 ? n - 40 : 0; i < n; i++)
		print "    " tail[i % 40]
}
BEGIN {
	while ((getline trs < list) > 0) {
		result = "ERROR"
		while ((getline line < trs) > 0)
			if (line ~ /^:global-test-result: /)
				result = substr(line, 22)
		close(trs)
		log_file = trs
		sub(/\.trs$/, ".log", log_file)
		name = substr(log_file, length(folder) + 2)
		sub(/\.log$/, "", name)

		own = tap = check = p = f = s = tp = tf = ts = cp = cf = cs = 0
		split("", skips)
		while ((getline line < log_file) > 0) {
			if (line ~ /^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/) {
				split(line, part, " ")
				own = 1
				p = part[1]; f = part[3]; s = part[5]
			} else if (line ~ /^ok [0-9]+.*# *[Ss][Kk][Ii][Pp]/) {
				tap = 1; ts++
				skips[++nskips] = name ": " line
			} else if (line ~ /^ok [0-9]/) {
				tap = 1; tp++
			} else if (line ~ /^not ok [0-9]/) {
				tap = 1; tf++
			} else if (line ~ /^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+$/) {
				gsub(/[^0-9 ]/, "", line)
				split(line, part, " ")
				check = 1
				cp += part[2] - part[3] - part[4]; cf += part[3] + part[4]
			} else if (line ~ /^skipped: /) {
				cs++
				skips[++nskips] = name ": " substr(line, 10)
			}
		}
		close(log_file)
		if (!own && tap) { p = tp; f = tf; s = ts + cs }
		else if (!own && check) { p = cp - cs; f = cf; s = cs }
		else if (!own) { p = result == "PASS"; s = (result == "SKIP") + (result == "SKIP" ? 0 : cs); f = 0 }
		bad = result == "FAIL" || result == "ERROR" || result == "XPASS"
		if (bad && !f)
			f = 1
		passed += p; failed += f; skipped += s
		programs++
		for (i = 1; i <= nskips; i++)
			print "skipped: " skips[i]
		nskips = 0
		if (f) {
			printf "FAILED: %s (%d of %d)\n", name, f, p + f
			show(log_file)
		} else
			printf "%s: %d passed%s\n", name, p, s ? ", " s " skipped" : ""
	}
	if (make_status != 0 && !failed || !programs) {
		print "FAILED: make check; all of its output: " make_output
		while (shown < 20 && (getline line < make_output) > 0)
			if (line ~ /error:|\*\*\*|undefined reference/) {
				print "    " line
				shown++
			}
		failed++
	}
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed != 0
}'
