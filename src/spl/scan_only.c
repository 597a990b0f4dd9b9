/* Leaving out events by what the search says of one of their fields (struct scan_only): asked once for all distinct values that
 * the rows found have. */
#include "spl/scan.h"

#include <stdlib.h>

#include "base/mem.h"

/* ids seen: open addressing. */
struct ids {
	uint32_t *id;
	bool *yes;
	struct val *val;
	size_t n, cap;
	uint32_t *slot;                                  /* index + 1 */
	size_t mask;
};

static uint32_t *slot_of(const struct ids *x, uint32_t id)
{
	size_t i = (size_t)(id * UINT64_C(0x9E3779B97F4A7C15) >> 32) & x->mask;

	while (x->slot[i] && x->id[x->slot[i] - 1] != id)
		i = (i + 1) & x->mask;
	return &x->slot[i];
}

static void grow(struct ids *x)
{
	x->mask = x->mask ? x->mask * 2 + 1 : 255;
	free(x->slot);
	x->slot = xcalloc(x->mask + 1, sizeof(*x->slot));
	for (size_t i = 0; i < x->n; i++)
		*slot_of(x, x->id[i]) = (uint32_t)i + 1;
}

static void add(struct ids *x, uint32_t id)
{
	if (x->n * 2 >= x->mask)
		grow(x);
	uint32_t *slot = slot_of(x, id);
	if (*slot)
		return;
	GROW(x->id, x->n, x->cap);
	x->id[x->n++] = id;
	*slot = (uint32_t)x->n;
}

/* The field's ids for all rows found, table after table. NULL when it has none, or lists. */
static uint32_t *ids_of(struct scanning *s, const struct picks *p, struct str field)
{
	uint32_t *id = xcalloc(p->total, sizeof(*id));
	bool any = false, lists = false;
	size_t at = 0;

	for (size_t t = 0; t < p->n; at += p->v[t++].n) {
		bool multi;
		cim_values(s->cim, s->node, p->v[t].table, scan_field(s, field), p->v[t].row, p->v[t].n, id + at, &multi);
		for (size_t i = 0; i < p->v[t].n && !any; i++)
			any = id[at + i] != 0;
		lists |= multi;
	}
	if (!any || lists) {
		free(id);
		return NULL;
	}
	return id;
}

/* The ids of the one field, of those that the search reads, that has values. NULL when there is not exactly one. */
static uint32_t *only_ids(struct scanning *s, const struct picks *p, const struct scan_only *o, struct str *field)
{
	uint32_t *found = NULL;

	for (size_t i = 0; i < o->nread; i++) {
		uint32_t *id = ids_of(s, p, o->read[i]);
		if (id && found) {
			free(id);
			free(found);
			return NULL;
		}
		if (id) {
			found = id;
			*field = o->read[i];
		}
	}
	return found;
}

/* Takes out the rows whose id says no; null says nothing. */
static void take_out(struct picks *p, const uint32_t *id, const struct ids *x)
{
	size_t *next = xcalloc(p->n, sizeof(*next)), *start = xcalloc(p->n, sizeof(*start)), kept = 0;

	for (size_t t = 1; t < p->n; t++)
		start[t] = start[t - 1] + p->v[t - 1].n;
	for (size_t t = 0; t < p->n; t++)
		p->v[t].n = 0;
	for (size_t k = 0; k < p->total; k++) {
		const uint32_t t = p->seq ? p->seq[k] : 0, value = id[start[t] + next[t]];
		struct picked *table = &p->v[t];
		if (!value || x->yes[*slot_of(x, value) - 1]) {
			table->row[table->n++] = table->row[next[t]];
			if (p->seq)
				p->seq[kept] = t;
			kept++;
		}
		next[t]++;
	}
	p->total = kept;
	free(start);
	free(next);
}

static void apply(struct scanning *s, struct picks *p, const struct scan_only *o)
{
	struct str field;
	struct ids x = {0};
	uint32_t *id = only_ids(s, p, o, &field);

	if (!id)
		return;
	grow(&x);
	for (size_t i = 0; i < p->total; i++)
		if (id[i])
			add(&x, id[i]);
	x.val = xcalloc(x.n, sizeof(*x.val));
	x.yes = xcalloc(x.n, sizeof(*x.yes));
	for (size_t i = 0; i < x.n; i++)
		x.val[i] = scan_value(s, x.id[i], false, s->arena);
	o->wanted(o->ctx, field, x.val, x.n, x.yes);
	take_out(p, id, &x);
	free(x.val);
	free(x.yes);
	free(x.id);
	free(x.slot);
	free(id);
}

void scan_only(struct scanning *s, struct picks *p)
{
	enum { WORTH_IT = 8 };                           /* rows: of fewer the search itself makes short work */

	for (size_t i = 0; i < s->scan->nonly && p->total >= WORTH_IT && !scan_stopped(s); i++)
		apply(s, p, &s->scan->only[i]);
}
