/* Grouped scans (tstats): rows fall into combinations of column values first, which are small numbers, and each combination is
 * looked up among the groups once. Events are fed newest first, as a search that returned them would. */
#include "spl/scan.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"
#include "spl/combos.h"

/* A field that the scan groups by or aggregates: its values for the rows of each table. */
struct source {
	struct str field;
	bool time;
	uint32_t **id;                                   /* per table of the picks; NULL for _time and for count */
	bool *multi;
};

struct grouper {
	struct scanning *s;
	struct picks picks;
	struct source *by, *agg;
	double span;
	struct val fill;                                 /* for null keys; null: such rows are dropped */
	struct grouping *g;
	struct combos c;
	uint32_t *combo;                                 /* of each row, in the order of feeding */
	uint32_t *word;                                  /* the key of the row at hand … */
	struct val *val;                                 /* … and as values */
};

static void source_init(struct grouper *g, struct source *x, struct str field)
{
	const size_t n = g->picks.n;

	x->field = field;
	x->time = str_eqc(field, "_time");
	x->multi = ARENA_ARRAY(g->s->arena, bool, n);
	if (!field.n || x->time)
		return;
	x->id = ARENA_ARRAY(g->s->arena, uint32_t *, n);
	for (size_t i = 0; i < n; i++) {
		const struct picked *t = &g->picks.v[i];
		x->id[i] = ARENA_ARRAY(g->s->arena, uint32_t, t->n);
		cim_values(g->s->cim, g->s->node, t->table, field, t->row, t->n, x->id[i], &x->multi[i]);
	}
}

struct val scan_value(const struct scanning *s, uint32_t id, bool multi, struct arena *a)
{
	struct str text = pool_str(s->pool, id);
	size_t n = 1;

	if (!id)
		return val_null();
	if (!multi || !text.n || !memchr(text.p, '\n', text.n))
		return val_str(text);
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	struct val *v = ARENA_ARRAY(a, struct val, n);
	for (size_t i = 0; i < n; i++) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t len = end ? (size_t)(end - text.p) : text.n;
		v[i] = val_str((struct str){text.p, len});
		text.p += len + 1;
		text.n -= end ? len + 1 : len;
	}
	return val_list(a, v, n);
}

/* ---- combinations ------------------------------------------------------------------------------------------------ */

/* The groups of the key from field k on; fields before it are single values by now. */
static void find_groups(struct grouper *g, uint32_t combo, size_t k)
{
	if (k == g->s->scan->nby) {
		combos_add(&g->c, combo, grouping_at(g->g, g->val));
		return;
	}
	const struct val v = g->val[k];
	for (uint32_t i = 0; i < val_count(v); i++) {
		g->val[k] = val_at(v, i);
		find_groups(g, combo, k + 1);
	}
	g->val[k] = v;
}

/* Two words per key: an id, or the bits of a bucket. */
static uint32_t combo_of(struct grouper *g, size_t table, size_t i)
{
	const struct scan *scan = g->s->scan;
	const struct picked *t = &g->picks.v[table];
	bool fresh;

	for (size_t k = 0; k < scan->nby; k++) {
		uint32_t *w = g->word + 2 * k;
		if (g->by[k].time) {
			double at = bucket_start(picked_time(t, i, (double)NAN), g->span, scan->span_months);
			memcpy(w, &at, sizeof(at));
		} else {
			w[0] = g->by[k].id[table][i];
			w[1] = g->by[k].multi[table];
		}
	}
	uint32_t combo = combos_at(&g->c, g->word, &fresh);
	if (!fresh)
		return combo;
	for (size_t k = 0; k < scan->nby; k++) {
		const uint32_t *w = g->word + 2 * k;
		double at;
		if (g->by[k].time) {
			memcpy(&at, w, sizeof(at));
			g->val[k] = isnan(at) ? val_null() : val_num(at);
		} else {
			g->val[k] = scan_value(g->s, w[0], w[1], g->s->arena);
		}
		if (val_is_null(g->val[k]))
			g->val[k] = g->fill;
	}
	find_groups(g, combo, 0);
	return combo;
}

/* ---- feeding ----------------------------------------------------------------------------------------------------- */

static void feed(struct grouper *g, size_t table, size_t i, uint32_t combo)
{
	const struct scan *scan = g->s->scan;
	const double time = picked_time(&g->picks.v[table], i, (double)NAN);

	for (size_t k = 0; k < scan->nagg; k++) {
		const struct source *x = &g->agg[k];
		struct val v = val_null();
		if (!grouping_feeds(g->g, k))
			continue;
		if (x->time)
			v = isnan(time) ? val_null() : val_num(time);
		else if (x->id)
			v = scan_value(g->s, x->id[table][i], x->multi[table], g->s->arena);
		for (uint32_t j = 0; j < g->c.count[combo]; j++)
			agg_feed(&scan->agg[k], grouping_state(g->g, g->c.group[g->c.first[combo] + j], k), v, time, g->s->arena);
	}
}

static void feed_all(struct grouper *g)
{
	const struct picks *p = &g->picks;
	size_t *next = xcalloc(p->n ? p->n : 1, sizeof(*next)), fed = 0;

	for (; fed < p->total; fed++) {
		const size_t table = p->seq ? p->seq[fed] : 0, i = next[table]++;
		g->combo[fed] = combo_of(g, table, i);
		feed(g, table, i, g->combo[fed]);
		if (fed % 1024 != 1023)
			continue;
		if (g->s->scan->memory && grouping_bytes(g->g) > g->s->scan->memory)
			g->s->stopped = true;            /* the newest events that fit */
		if (scan_stopped(g->s)) {
			fed++;
			break;
		}
	}

	/* The earliest events of each group are kept, so the oldest go first; the others only count. */
	uint32_t *taken = xcalloc(grouping_len(g->g) + 1, sizeof(*taken));
	while (fed-- > 0) {
		const size_t table = p->seq ? p->seq[fed] : 0, i = --next[table];
		const struct picked *t = &p->v[table];
		const ev_t ev = table_ev(t->table)[t->row[i]];
		const uint32_t combo = g->combo[fed];
		uint32_t last = UINT32_MAX;
		for (uint32_t j = 0; j < g->c.count[combo]; j++) {
			const uint32_t group = g->c.group[g->c.first[combo] + j];
			struct lineage_set *set = grouping_lineage(g->g, group);
			if (group == last)
				continue;
			last = group;
			if (taken[group]++ < LINEAGE_MAX)
				lineage_add_event(set, table_time(t->table)[t->row[i]], ev, g->s->scan->leaf);
			else
				set->total++;
		}
	}
	free(taken);
	free(next);
}

struct rows *scan_group(struct scanning *s, struct diag *d)
{
	const struct scan *scan = s->scan;
	struct grouper g = {.s = s, .span = scan->span};

	for (size_t k = 0; k < scan->nagg; k++)
		if (scan->agg[k].eval) {
			diag_set(d, 0, 0, "a grouped scan aggregates fields, not expressions");
			return NULL;
		}
	if (g.span <= 0 && scan->span_months <= 0)
		g.span = store_first(s->store) == WHEN_NONE
		                 ? 86400
		                 : bucket_auto((double)(store_last(s->store) - store_first(s->store)) / USEC_PER_SEC);
	/* In the pool it outlives the search. */
	g.fill = scan_value(s, pool_intern(s->pool, scan->fill), false, s->arena);
	picks_find(s, 0, &g.picks);
	scan_only(s, &g.picks);
	g.by = ARENA_ARRAY(s->arena, struct source, scan->nby);
	g.agg = ARENA_ARRAY(s->arena, struct source, scan->nagg);
	for (size_t k = 0; k < scan->nby; k++)
		source_init(&g, &g.by[k], scan_field(s, scan->by[k]));
	for (size_t k = 0; k < scan->nagg; k++)
		source_init(&g, &g.agg[k], scan_field(s, scan->agg[k].field));
	g.word = ARENA_ARRAY(s->arena, uint32_t, 2 * scan->nby);
	g.val = ARENA_ARRAY(s->arena, struct val, scan->nby);
	g.c.words = 2 * scan->nby;
	g.combo = xcalloc(g.picks.total ? g.picks.total : 1, sizeof(*g.combo));
	g.g = grouping_new(s->arena, scan->nby, scan->agg, scan->nagg);
	grouping_share(g.g);
	if (!scan->nby)
		grouping_at(g.g, NULL);                  /* one row, also for no event */
	feed_all(&g);

	struct rows *r = grouping_rows(g.g, scan->by);
	r->partial |= s->stopped;
	free(g.combo);
	combos_free(&g.c);
	picks_free(&g.picks);
	return r;
}
