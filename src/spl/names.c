/* Names of fields with wildcards. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/wild.h"
#include "spl/cmdlib.h"

unsigned name_stars(struct str pattern)
{
	unsigned n = 0;

	for (size_t i = 0; i < pattern.n; i++)
		n += pattern.p[i] == '*';
	return n;
}

bool name_hidden(struct str name)
{
	return name.n && name.p[0] == '_';
}

static struct str after(struct str s, size_t n)
{
	return (struct str){s.p + n, s.n - n};
}

/* Each run is as short as can be, but for the last, which takes what is left. */
bool name_match(struct str pattern, struct str name, struct str *part)
{
	const char *star = pattern.n ? memchr(pattern.p, '*', pattern.n) : NULL;

	if (!star)
		return str_eq(pattern, name);
	size_t head = (size_t)(star - pattern.p);
	if (name.n < head || memcmp(pattern.p, name.p, head) != 0)
		return false;
	pattern = after(pattern, head + 1);
	name = after(name, head);
	for (unsigned i = 0;; i++) {
		star = pattern.n ? memchr(pattern.p, '*', pattern.n) : NULL;
		struct str piece = {pattern.p, star ? (size_t)(star - pattern.p) : pattern.n};
		ptrdiff_t at = star ? str_find(name, piece) : (ptrdiff_t)name.n - (ptrdiff_t)piece.n;
		if (at < 0 || !str_eq((struct str){name.p + at, piece.n}, piece))
			return false;
		if (part && i < NAME_STARS)
			part[i] = (struct str){name.p, (size_t)at};
		if (!star)
			return true;
		name = after(name, (size_t)at + piece.n);
		pattern = after(pattern, piece.n + 1);
	}
}

struct str name_fill(struct str pattern, const struct str *part, struct arena *a)
{
	struct sbuf b = {0};
	unsigned star = 0;

	for (size_t i = 0; i < pattern.n; i++) {
		if (pattern.p[i] == '*')
			sbuf_adds(&b, part[star++]);
		else
			sbuf_addc(&b, pattern.p[i]);
	}
	struct str s = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return s;
}

size_t names_columns(const struct rows *r, const struct str *name, size_t n, bool hidden, size_t **out)
{
	size_t *col = xcalloc(r->ncols ? r->ncols : 1, sizeof(*col)), found = 0;
	bool *taken = xcalloc(r->ncols ? r->ncols : 1, sizeof(*taken));

	for (size_t i = 0; i < n; i++) {
		bool wild = wild_has_star(name[i]);
		for (size_t c = 0; c < r->ncols; c++) {
			if (taken[c] || !name_match(name[i], r->col[c].name, NULL))
				continue;
			if (wild && !hidden && name_hidden(r->col[c].name) && !name_hidden(name[i]))
				continue;
			taken[c] = true;
			col[found++] = c;
		}
	}
	free(taken);
	*out = col;
	return found;
}

void needs_names(struct fieldset *f, const struct str *name, size_t n, struct arena *a)
{
	for (size_t i = 0; i < n; i++)
		fieldset_add(f, name[i], a);
}

void rows_keep_columns(struct rows *r, const size_t *col, size_t n)
{
	struct rcol *kept = xcalloc(n ? n : 1, sizeof(*kept));

	for (size_t i = 0; i < n; i++) {
		kept[i] = r->col[col[i]];
		r->col[col[i]].v = NULL;
	}
	for (size_t c = 0; c < r->ncols; c++)
		free(r->col[c].v);
	free(r->col);
	r->col = kept;
	r->ncols = n;
	r->colcap = n ? n : 1;
}

void rows_head(struct rows *r, size_t n)
{
	if (n >= r->n)
		return;
	uint32_t *keep = xcalloc(n ? n : 1, sizeof(*keep));
	for (size_t i = 0; i < n; i++)
		keep[i] = (uint32_t)i;
	rows_select(r, keep, n);
	free(keep);
}

void rows_drop_empty(struct rows *r, size_t from)
{
	for (size_t c = r->ncols; c-- > from && r->n > 0;) {
		bool empty = true;
		for (size_t i = 0; i < r->n && empty; i++)
			empty = val_is_null(r->col[c].v[i]);
		if (empty)
			rows_drop(r, c);
	}
}
