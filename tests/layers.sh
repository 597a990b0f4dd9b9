#!/bin/sh
# Reads the #include lines of src/ and ui/ and fails on one that points the wrong way: a module may include itself and
# the modules to its left; ui/, src/cli/ and src/main.c may include all; nothing in src/ may include curses.
# Usage: layers.sh [TREE]
set -eu

tree=${1:-${top_srcdir:-$(dirname "$0")/..}}
cd "$tree"

list=$(mktemp)
trap 'rm -f "$list"' EXIT
find src ui -type f \( -name '*.c' -o -name '*.h' \) -print | LC_ALL=C sort >"$list"

LC_ALL=C awk -v list="$list" '
function complain(why) {
	printf "%s:%d: %s: %s\n", file, line, why, text
	bad = 1
}
BEGIN {
	n = split("base load store cim spl rule detect case export ui", order, " ")
	for (i = 1; i <= n; i++)
		rank[order[i]] = i
	rank["cli"] = rank["ui"]
	while ((getline file < list) > 0) {
		files++
		split(file, part, "/")
		own = part[1] == "ui" || part[2] == "cli" || file == "src/main.c" ? "ui" : part[2]
		if (!(own in rank)) {
			printf "%s: in no module of the house\n", file
			bad = 1
			continue
		}
		line = 0
		while ((getline text < file) > 0) {
			line++
			if (text !~ /^[ \t]*#[ \t]*include/)
				continue
			if (part[1] == "src" && text ~ /[<"\/](n?cursesw?|panel|menu|form|term|unctrl|eti|termcap)\.h[>"]/)
				complain("src/ knows no screen")
			if (text !~ /^[ \t]*#[ \t]*include[ \t]*"/)
				continue
			name = text
			sub(/^[^"]*"/, "", name)
			sub(/".*$/, "", name)
			if (name ~ /(^|\/)\.\.(\/|$)/) {
				complain("an include leaves its folder by ..")
				continue
			}
			if (name !~ /\//)
				continue                       # of the same folder
			split(name, to, "/")
			if (!(to[1] in rank))
				complain("not a module of the house")
			else if (rank[to[1]] > rank[own])
				complain(own "/ must not know " to[1] "/")
		}
		close(file)
	}
	if (!files) {
		print "no source files found"
		bad = 1
	}
	exit bad
}'
