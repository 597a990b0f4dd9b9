#!/bin/sh
# The language as a whole: each command, each of its options, each function and each aggregation that `spoor query --help` prints out of
# their tables occurs in a search of tests/spl/*.test, each trap of spl-spec section 6 has a case, and README lists the very commands.
# Prints TAP.
set -u

spoor=${SPOOR:-./spoor}
tree=${top_srcdir:-$(dirname "$0")/..}
help=$(mktemp)
trap 'rm -f "$help"' EXIT
"$spoor" query --help >"$help" || exit 2

LC_ALL=C awk -v readme="$tree/README.md" '
function report(ok, what) {
	print (ok ? "ok " : "not ok ") ++number " - " what
	bad = bad || !ok
}
# A segment of a search that begins with the command: from its name to the next pipe.
function segments(text,    n, part, i, word) {
	n = split(text, part, /[|\[]/)
	for (i = 1; i <= n; i++) {
		sub(/^[ \t]+/, "", part[i])
		word = tolower(part[i])
		sub(/[^a-z].*/, "", word)
		uses[word] = uses[word] " " tolower(part[i])
	}
}
FILENAME == ARGV[1] {
	if (/^Commands$/ || /^Functions of eval/ || /^Aggregations of/) {
		section = substr($1, 1, 1)
		next
	}
	if (!/^  [a-z]/ || /^      /)
		next
	if (section == "C") {
		command[++ncommands] = $1
		usage[$1] = $0
	} else if (section == "F" || section == "A") {
		name = $1
		sub(/\(.*/, "", name)
		if (section == "F")
			function_[++nfunctions] = name
		else
			aggregation[++naggregations] = name
	}
	next
}
FILENAME == readme {
	if (/^\* \*\*Commands:\*\*/)
		listing = 1
	if (listing)
		listed = listed " " $0
	if (listing && /;/)
		listing = 0
	next
}
/^== trap [0-9]+/ {
	trap[$3 + 0] = 1
}
/^[a-z]+:/ {
	in_search = /^search:/
	if (in_search)
		text = text " | "
}
in_search {
	line = $0
	sub(/^search:/, "", line)
	text = text " " line
}
END {
	segments(text)
	all = tolower(text)
	for (i = 1; i <= ncommands; i++) {
		name = command[i]
		report((name in uses) || name == "search", "command " name)
		rest = usage[name]
		while (match(rest, /[a-z_]+=/)) {
			option = substr(rest, RSTART, RLENGTH)
			before = substr(rest, RSTART - 1, 1)
			rest = substr(rest, RSTART + RLENGTH)
			if (before == "|")
				continue
			report(index(uses[name], option) > 0, "option " option " of " name)
		}
	}
	for (i = 1; i <= nfunctions; i++)
		report(all ~ ("[^a-z0-9_]" function_[i] " *\\("), "function " function_[i])
	for (i = 1; i <= naggregations; i++) {
		name = aggregation[i]
		sub(/N$/, "[0-9]+", name)
		report(all ~ ("[^a-z0-9_]" name " *\\(") || name == "count", "aggregation " aggregation[i])
	}
	for (i = 1; i <= 24; i++)
		report(i in trap, "trap " i)
	sub(/.*\*\*Commands:\*\* /, "", listed)
	sub(/;.*/, "", listed)
	n = split(listed, word, " ")
	for (i = 1; i <= n; i++)
		if (word[i] ~ /^[a-z]+$/)
			in_readme[word[i]] = 1
	for (i = 1; i <= ncommands; i++)
		report(command[i] in in_readme, "README lists " command[i])
	print "1.." number
	exit bad
}' "$help" "$tree/README.md" "$tree"/tests/spl/*.test
