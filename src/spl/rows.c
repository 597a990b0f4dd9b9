/* Result rows: columns and the arenas behind them. Lineage is lineage.c's. */
#include "spl/rows.h"

#include <stdlib.h>

#include "base/mem.h"

struct rows *rows_new(size_t n)
{
	struct rows *r = xcalloc(1, sizeof(*r));

	r->arena = arena_new();
	r->n = n;
	r->lin = xcalloc(n ? n : 1, sizeof(*r->lin));
	return r;
}

/* Everything but the arenas. */
static void free_shell(struct rows *r)
{
	for (size_t c = 0; c < r->ncols; c++)
		free(r->col[c].v);
	free(r->col);
	free(r->lin);
	free(r->more);
	free(r);
}

void rows_free(struct rows *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->nmore; i++)
		arena_free(r->more[i]);
	arena_free(r->arena);
	free_shell(r);
}

ptrdiff_t rows_find(const struct rows *r, struct str name)
{
	for (size_t c = 0; c < r->ncols; c++) {
		if (str_eq(r->col[c].name, name))
			return (ptrdiff_t)c;
	}
	return -1;
}

struct val rows_get(const struct rows *r, size_t row, const char *name)
{
	ptrdiff_t c = rows_find(r, str_c(name));

	return c < 0 ? val_null() : r->col[c].v[row];
}

size_t rows_col(struct rows *r, struct str name)
{
	ptrdiff_t at = rows_find(r, name);
	if (at >= 0)
		return (size_t)at;

	GROW(r->col, r->ncols, r->colcap);
	r->col[r->ncols] = (struct rcol){
		.name = arena_str(r->arena, name),
		.v = xcalloc(r->n ? r->n : 1, sizeof(struct val)),
	};
	return r->ncols++;
}

struct val *rows_values(struct rows *r, struct str name)
{
	size_t col = rows_col(r, name);

	return r->col[col].v;
}

void rows_drop(struct rows *r, size_t col)
{
	free(r->col[col].v);
	memmove(&r->col[col], &r->col[col + 1], (r->ncols - col - 1) * sizeof(*r->col));
	r->ncols--;
}

void rows_select(struct rows *r, const uint32_t *keep, size_t n)
{
	bool ascending = true;                           /* then each row moves to the front or stays */

	for (size_t i = 0; i < n && ascending; i++)
		ascending = i == 0 ? n <= r->n : keep[i] > keep[i - 1];

	for (size_t c = 0; c < r->ncols; c++) {
		struct val *old = r->col[c].v;
		struct val *v = ascending ? old : xcalloc(n ? n : 1, sizeof(*v));
		for (size_t i = 0; i < n; i++)
			v[i] = old[keep[i]];
		if (!ascending)
			free(old);
		r->col[c].v = v;
	}
	const struct lineage **lin = ascending ? r->lin : xcalloc(n ? n : 1, sizeof(*lin));
	for (size_t i = 0; i < n; i++)
		lin[i] = r->lin[keep[i]];
	if (!ascending)
		free(r->lin);
	r->lin = lin;
	r->n = n;
}

/* Makes room for `add` more rows, null and without lineage. */
static void lengthen(struct rows *r, size_t add)
{
	size_t n = r->n + add;

	for (size_t c = 0; c < r->ncols; c++) {
		r->col[c].v = xreallocarray(r->col[c].v, n ? n : 1, sizeof(struct val));
		for (size_t i = r->n; i < n; i++)
			r->col[c].v[i] = val_null();
	}
	r->lin = xreallocarray(r->lin, n ? n : 1, sizeof(*r->lin));
	for (size_t i = r->n; i < n; i++)
		r->lin[i] = NULL;
	r->n = n;
}

static const struct lineage *lineage_copy(struct arena *a, const struct lineage *l)
{
	if (!l)
		return NULL;
	size_t size = sizeof(*l) + l->n * sizeof(l->v[0]);

	return memcpy(arena_alloc(a, size), l, size);
}

void rows_append(struct rows *a, const struct rows *b)
{
	size_t first = a->n;

	lengthen(a, b->n);
	for (size_t c = 0; c < b->ncols; c++) {
		size_t at = rows_col(a, b->col[c].name);
		struct val *to = a->col[at].v + first;
		for (size_t i = 0; i < b->n; i++)
			to[i] = val_copy(b->col[c].v[i], a->arena);
	}
	for (size_t i = 0; i < b->n; i++)
		a->lin[first + i] = lineage_copy(a->arena, b->lin[i]);
	a->partial |= b->partial;
	a->list_cut |= b->list_cut;
}

void rows_adopt(struct rows *a, struct rows *b)
{
	for (size_t i = 0; i < b->nmore; i++) {
		GROW(a->more, a->nmore, a->morecap);
		a->more[a->nmore++] = b->more[i];
	}
	GROW(a->more, a->nmore, a->morecap);
	a->more[a->nmore++] = b->arena;
	a->partial |= b->partial;
	a->list_cut |= b->list_cut;
	free_shell(b);
}

size_t rows_bytes(const struct rows *r)
{
	size_t bytes = arena_bytes(r->arena) + r->n * (r->ncols * sizeof(struct val) + sizeof(*r->lin));

	for (size_t i = 0; i < r->nmore; i++)
		bytes += arena_bytes(r->more[i]);
	return bytes;
}
