/* The rows that a scan finds, newest first: within each table, then over all of them by a merge. */
#include "spl/scan.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* ---- one table --------------------------------------------------------------------------------------------------- */

static int row_cmp(const void *a, const void *b, void *ctx)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	const usec_t *time = ctx;

	if (time[x] != time[y])
		return time[x] < time[y] ? 1 : -1;
	return x < y ? 1 : x > y ? -1 : 0;
}

/* The set bits as rows, newest first. */
static void order_rows(const struct scanning *s, struct picked *p, const struct bits *b)
{
	const uint32_t *order = NULL, n = table_rows(p->table);
	size_t count = bits_count(b), at = 0;

	p->n = count;
	p->row = xcalloc(count ? count : 1, sizeof(*p->row));
	const bool few = count < n / 32;                 /* better sorted than looked for in the order of all */
	if (!few)
		order = table_by_time(s->store, p->table);
	if (order) {
		for (uint32_t i = 0; i < n; i++)
			if (bits_get(b, order[i]))
				p->row[at++] = order[i];
		return;
	}
	at = count;
	for (size_t r = bits_next(b, 0); r < b->n; r = bits_next(b, r + 1))
		p->row[--at] = (uint32_t)r;
	if (few)
		qsort_r(p->row, count, sizeof(*p->row), row_cmp, (void *)(uintptr_t)table_time(p->table));
}

static void pick(struct scanning *s, const struct store_table *t, struct picked *p)
{
	*p = (struct picked){.table = t};
	if (!cim_in_node(s->cim, s->node, t))
		return;
	struct cond *c = cond_new(s, t, s->scan->where);
	if (cond_never(c))
		return;
	struct bits *b = bits_new(table_rows(t), true);
	if (!isinf(s->scan->earliest) || !isinf(s->scan->latest))
		scan_between(s, t, b);
	cond_filter(s, c, b);
	if (bits_any(b))
		order_rows(s, p, b);
	free(b);
}

/* ---- all tables -------------------------------------------------------------------------------------------------- */

/* The newest row of each table that is not yet out, as a heap with the newest at the front. */
struct head {
	usec_t time;
	ev_t ev;
	uint32_t table;
};

static bool newer(const struct head *x, const struct head *y)
{
	return x->time != y->time ? x->time > y->time : x->ev > y->ev;
}

static void sink(struct head *h, size_t n, size_t i)
{
	for (;;) {
		size_t top = i, left = 2 * i + 1;
		for (size_t k = left; k < left + 2 && k < n; k++)
			if (newer(&h[k], &h[top]))
				top = k;
		if (top == i)
			return;
		struct head x = h[i];
		h[i] = h[top];
		h[top] = x;
		i = top;
	}
}

static struct head head_of(const struct picks *p, uint32_t table, size_t i)
{
	const struct picked *t = &p->v[table];

	return (struct head){table_time(t->table)[t->row[i]], table_ev(t->table)[t->row[i]], table};
}

/* Writes down whose turn it is, and cuts each table to the rows that had one. */
static void merge(struct picks *p)
{
	struct head *h = xcalloc(p->n, sizeof(*h));
	size_t *out = xcalloc(p->n, sizeof(*out)), n = 0;

	p->seq = xcalloc(p->total, sizeof(*p->seq));
	for (uint32_t i = 0; i < p->n; i++)
		h[n++] = head_of(p, i, 0);
	for (size_t i = n; i-- > 0;)
		sink(h, n, i);
	for (size_t k = 0; k < p->total; k++) {
		const uint32_t table = h[0].table;
		p->seq[k] = table;
		if (++out[table] < p->v[table].n)
			h[0] = head_of(p, table, out[table]);
		else
			h[0] = h[--n];
		sink(h, n, 0);
	}
	for (size_t i = 0; i < p->n; i++)
		p->v[i].n = out[i];
	free(out);
	free(h);
}

void picks_find(struct scanning *s, size_t limit, struct picks *p)
{
	const size_t ntables = store_ntables(s->store);

	*p = (struct picks){.v = xcalloc(ntables ? ntables : 1, sizeof(*p->v))};
	for (size_t i = 0; i < ntables && !scan_stopped(s); i++) {
		struct picked *t = &p->v[p->n];
		pick(s, store_table(s->store, i), t);
		if (limit && t->n > limit)
			t->n = limit;
		p->total += t->n;
		p->n += t->n > 0;
	}
	if (limit && p->total > limit)
		p->total = limit;
	if (p->n > 1)
		merge(p);
}

void picks_free(struct picks *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i].row);
	free(p->v);
	free(p->seq);
}
