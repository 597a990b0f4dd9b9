/* Where in a rule's file a place of its search stands. YAML folds lines, takes indentation off and undoes quotes, so a place in the
 * value is no place in the file; but what is not blank stands in both in the same order. */
#include "rule/ruleset.h"

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The bytes of the search before this line and column of it, counted in characters from 1. */
static size_t offset_of(struct str text, int line, int col)
{
	size_t at = 0;

	for (; at < text.n && line > 1; at++)
		line -= text.p[at] == '\n';
	for (; at < text.n && col > 1; at++)
		col -= at + 1 == text.n || (text.p[at + 1] & 0xC0) != 0x80;
	return at;
}

/* Where the value of `search:` begins in the file. */
static size_t value_at(const struct rule *r)
{
	size_t at = 0;

	for (int line = 1; at < r->raw.n && line < r->search_line; at++)
		line += r->raw.p[at] == '\n';
	ptrdiff_t colon = str_find((struct str){r->raw.p + at, r->raw.n - at}, STR(":"));
	if (colon < 0)
		return r->raw.n;
	at += (size_t)colon + 1;
	/* a text in lines of its own is announced by | or >, which is no part of it */
	size_t i = at;
	while (i < r->raw.n && (r->raw.p[i] == ' ' || r->raw.p[i] == '\t'))
		i++;
	if (i < r->raw.n && (r->raw.p[i] == '|' || r->raw.p[i] == '>')) {
		for (i++; i < r->raw.n && r->raw.p[i] && strchr("+-0123456789 \t\r", r->raw.p[i]);)
			i++;
		if (i < r->raw.n && r->raw.p[i] == '\n')
			return i;
	}
	return at;
}

void rule_place(const struct rule *r, int line, int col, struct diag *d)
{
	size_t wanted = offset_of(r->search, line, col), at = value_at(r), start = 0;

	d->line = r->search_line;
	d->col = 0;
	while (wanted < r->search.n && is_blank(r->search.p[wanted]))
		wanted++;                                /* blanks may be gone */
	for (size_t i = 0; i <= wanted && i < r->search.n; i++) {
		if (is_blank(r->search.p[i]))
			continue;
		while (at < r->raw.n && r->raw.p[at] != r->search.p[i])
			at++;
		if (at == r->raw.n)
			return;                          /* an escape that is written otherwise */
		at += i < wanted;
	}
	d->line = d->col = 1;
	for (size_t i = 0; i < at; i++)
		if (r->raw.p[i] == '\n') {
			d->line++;
			start = i + 1;
		}
	for (size_t i = start; i < at; i++)
		d->col += (r->raw.p[i] & 0xC0) != 0x80;
}
