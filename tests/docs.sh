#!/bin/sh
# The manual of the configuration names all there is: actions, roles of colours, settings and views with columns.
set -eu
: "${top_srcdir:?}"
page=$top_srcdir/src/cli/spoor-config.5
words=$(sed 's/\\-/-/g; s/\\f[A-Z]//g; s/[",]/ /g' "$page" | tr ' \t' '\n\n' | sort -u)

echo "1..4"
n=0
# NAME LIST: every word of the list must stand in the manual.
all_named() {
	n=$((n + 1))
	missing=
	for w in $2; do
		printf '%s\n' "$words" | grep -qxF -e "$w" || missing="$missing $w"
	done
	if [ -n "$2" ] && [ -z "$missing" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1: spoor-config.5 does not name$missing"
		failed=yes
	fi
}
failed=no
all_named actions "$(sed -n 's/^\tX([A-Z_]*, "\([a-z-]*\)", [A-Z]*, ".*/\1/p' "$top_srcdir/ui/keys.h")"
all_named roles "$(sed -n 's/^\t\[ROLE_[A-Z_]*\] = {"\([a-z-]*\)".*/\1/p' "$top_srcdir/ui/theme.c")"
all_named settings "$(sed -n '/^const struct setting settings/,/^};/s/^\t{"\([a-z]*\)".*/\1/p' "$top_srcdir/ui/config.c")"
all_named views "$(grep -l 'columns = cols' "$top_srcdir"/ui/view_*.c | xargs sed -n 's/^\t\.name = "\([a-z]*\)".*/\1/p')"
[ $failed = no ]
