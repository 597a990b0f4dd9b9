/* Siblings of the process tree that are shown as one row. */
#include "ui/branch.h"

#include <stdlib.h>

#include "base/mem.h"

enum { RUN_MIN = 4 };                                    /* fewer siblings are shown as they are */

static void add_run(struct branch *b, struct run r)
{
	if (r.siblings < RUN_MIN)
		return;
	GROW(b->v, b->n, b->cap);
	b->v[b->n++] = r;
}

static int by_place(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static void close_level(struct branch *b, const struct procs *p, uint32_t path, const struct rowset *keep)
{
	uint32_t up = p->row[path].up, end = up == PROC_NONE ? (uint32_t)p->nrows : p->row[up].after;
	struct run r = {.from = up == PROC_NONE ? 0 : up + 1};

	for (uint32_t i = r.from; i < end; i = p->row[i].after) {
		if (i != path && !rowset_has(keep, i)) {
			r.siblings++;
			continue;
		}
		r.to = i;
		add_run(b, r);
		r = (struct run){.from = p->row[i].after};
	}
	r.to = end;
	add_run(b, r);
}

void branch_close(struct branch *b, const struct procs *p, size_t row, const struct rowset *keep)
{
	b->n = 0;
	for (uint32_t i = (uint32_t)row; i != PROC_NONE; i = p->row[i].up)
		close_level(b, p, i, keep);
	if (b->n)
		qsort(b->v, b->n, sizeof *b->v, by_place);
}

/* The last run that begins at or before this row. */
static struct run *before(const struct branch *b, size_t row)
{
	size_t lo = 0, hi = b->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (b->v[mid].from <= row)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &b->v[lo - 1] : NULL;
}

const struct run *branch_at(const struct branch *b, size_t row)
{
	const struct run *r = before(b, row);

	return r && r->from == row ? r : NULL;
}

void branch_open(struct branch *b, const struct run *r)
{
	size_t i = (size_t)(r - b->v);

	memmove(b->v + i, b->v + i + 1, (b->n - i - 1) * sizeof *b->v);
	b->n--;
}

void branch_reveal(struct branch *b, const struct procs *p, size_t row)
{
	const struct run *hidden = before(b, row);
	struct run left, right;
	uint32_t x = (uint32_t)row;

	if (!hidden || row >= hidden->to)
		return;
	while (p->row[x].depth > p->row[hidden->from].depth)
		x = p->row[x].up;
	left = (struct run){hidden->from, x, 0};
	for (uint32_t i = left.from; i < x; i = p->row[i].after)
		left.siblings++;
	right = (struct run){p->row[x].after, hidden->to, hidden->siblings - left.siblings - 1};
	branch_open(b, hidden);
	add_run(b, left);
	add_run(b, right);
	if (b->n)
		qsort(b->v, b->n, sizeof *b->v, by_place);
}

void branch_free(struct branch *b)
{
	free(b->v);
	*b = (struct branch){0};
}
