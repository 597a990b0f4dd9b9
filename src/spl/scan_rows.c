/* Scans that return events as rows, newest first, with the fields that somebody wants. */
#include "spl/scan.h"

#include <stdlib.h>

#include "base/mem.h"

/* ---- which columns ----------------------------------------------------------------------------------------------- */

struct names {
	struct str *v;
	size_t n, cap;
};

/* The name under which a row has the node's field. */
static struct str shown(const struct scanning *s, const char *field)
{
	const size_t prefix = strlen(cim_prefix(s->node));

	if (s->scan->unprefixed && prefix && str_starts(str_c(field), cim_prefix(s->node)))
		return str_c(field + prefix + 1);
	return str_c(field);
}

/* Fields that wildcards never mean: _time is always there, _raw must be asked for. */
static bool is_internal(struct str name)
{
	return str_eqc(name, "_time") || str_eqc(name, "_raw");
}

static void add(const struct scanning *s, struct names *l, struct str name)
{
	if (is_internal(name) || !fieldset_has(s->scan->want, name))
		return;
	GROW(l->v, l->n, l->cap);
	l->v[l->n++] = name;
}

static int name_cmp(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* What wildcards can match: all names that the rows found have. */
static void add_known(struct scanning *s, const struct picks *p, struct names *l)
{
	size_t n;

	if (s->node != cim_raw()) {
		const char *const *field = cim_fields(s->node, &n);
		for (size_t i = 0; i < n; i++)
			add(s, l, shown(s, field[i]));
		static const char *const all_have[] = {"host", "source", "sourcetype"};
		for (size_t i = 0; i < sizeof(all_have) / sizeof *all_have; i++)
			add(s, l, str_c(all_have[i]));
		return;
	}
	for (size_t t = 0; t < p->n; t++) {
		const char *const *field = cim_raw_fields(s->cim, p->v[t].table, &n);
		for (size_t i = 0; i < n; i++)
			add(s, l, str_c(field[i]));
	}
}

/* Wanted names, sorted, each once. */
static void wanted(struct scanning *s, const struct picks *p, struct names *l)
{
	const struct fieldset *w = s->scan->want;
	bool wild = w && w->all;
	size_t kept = 0;

	*l = (struct names){0};
	if (!w)
		return;
	for (size_t i = 0; i < w->n; i++) {
		if (wild_has_star(w->v[i]))
			wild = true;
		else
			add(s, l, w->v[i]);
	}
	if (wild)
		add_known(s, p, l);
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), name_cmp);
	for (size_t i = 0; i < l->n; i++)
		if (!kept || !str_eq(l->v[kept - 1], l->v[i]))
			l->v[kept++] = l->v[i];
	l->n = kept;
}

static bool wants_raw(const struct scan *scan)
{
	for (size_t i = 0; scan->want && i < scan->want->n; i++)
		if (str_eqc(scan->want->v[i], "_raw"))
			return true;
	return false;
}

/* ---- filling them ------------------------------------------------------------------------------------------------ */

/* at[table][i]: where the i-th row of that table stands in the result. */
static uint32_t **positions(const struct picks *p)
{
	uint32_t **at = xcalloc(p->n ? p->n : 1, sizeof(*at));
	size_t *next = xcalloc(p->n ? p->n : 1, sizeof(*next));

	for (size_t t = 0; t < p->n; t++)
		at[t] = xcalloc(p->v[t].n ? p->v[t].n : 1, sizeof(**at));
	for (size_t k = 0; k < p->total; k++) {
		const size_t t = p->seq ? p->seq[k] : 0;
		at[t][next[t]++] = (uint32_t)k;
	}
	free(next);
	return at;
}

/* Of many rows of a table: each value is made once, and then looked up by its code. True when there is any. */
static bool fill_by_code(struct scanning *s, const struct picked *x, const uint32_t *at, struct rows *r, struct val *v,
                         struct str name)
{
	const struct cim_col *c = cim_col(s->cim, s->node, x->table, scan_field(s, name));
	struct val *made = xcalloc(c->col.ndict, sizeof(*made));
	bool any = false;

	for (uint32_t i = 0; i < c->col.ndict; i++)
		made[i] = scan_value(s, c->col.dict[i], c->multi, r->arena);
	for (size_t i = 0; i < x->n; i++) {
		v[at[i]] = made[column_code(&c->col, x->row[i])];
		any |= !val_is_null(v[at[i]]);
	}
	free(made);
	return any;
}

/* A column with no value anywhere is none. */
static void fill_column(struct scanning *s, const struct picks *p, uint32_t *const *at, struct rows *r, struct str name)
{
	uint32_t *id = xcalloc(p->total ? p->total : 1, sizeof(*id));
	const size_t col = rows_col(r, name);
	struct val *v = r->col[col].v;
	bool any = false;

	for (size_t t = 0; t < p->n && !scan_stopped(s); t++) {
		const struct picked *x = &p->v[t];
		bool multi;
		if (x->n > table_rows(x->table) / 8) {
			any |= fill_by_code(s, x, at[t], r, v, name);
			continue;
		}
		cim_values(s->cim, s->node, x->table, scan_field(s, name), x->row, x->n, id, &multi);
		for (size_t i = 0; i < x->n; i++) {
			v[at[t][i]] = scan_value(s, id[i], multi, r->arena);
			any |= id[i] != 0;
		}
	}
	free(id);
	if (!any)
		rows_drop(r, col);
}

static void fill_time(const struct picks *p, uint32_t *const *at, struct rows *r)
{
	struct val *v = rows_values(r, STR("_time"));

	for (size_t t = 0; t < p->n; t++) {
		const usec_t *time = table_time(p->v[t].table);
		for (size_t i = 0; i < p->v[t].n; i++)
			if (time[p->v[t].row[i]] != WHEN_NONE)
				v[at[t][i]] = val_num(when_seconds(time[p->v[t].row[i]]));
	}
}

static ev_t event_at(const struct picks *p, size_t table, size_t i)
{
	return table_ev(p->v[table].table)[p->v[table].row[i]];
}

/* The raw records, in the order of the input, which is how files are best read. */
static bool fill_raw(struct scanning *s, const struct picks *p, uint32_t *const *at, struct rows *r, struct diag *d)
{
	struct val *v = rows_values(r, STR("_raw"));
	struct sbuf text = {0};
	bool ok = true;

	for (size_t t = 0; t < p->n && ok; t++)
		for (size_t i = p->v[t].n; i-- > 0 && ok && !scan_stopped(s);) {
			sbuf_reset(&text);
			ok = store_raw(s->store, event_at(p, t, i), &text, d);
			if (ok)
				v[at[t][i]] = val_str(arena_str(r->arena, sbuf_str(&text)));
		}
	sbuf_free(&text);
	return ok;
}

/* ---- limits ------------------------------------------------------------------------------------------------------ */

/* Cuts to the newest n rows. */
static void cut(struct picks *p, size_t n)
{
	if (p->total <= n)
		return;
	p->total = n;
	if (!p->seq) {
		p->v[0].n = n;
		return;
	}
	for (size_t t = 0; t < p->n; t++)
		p->v[t].n = 0;
	for (size_t k = 0; k < n; k++)
		p->v[p->seq[k]].n++;
}

/* How many rows of so many columns fit; at least one. */
static size_t fitting(const struct scan *scan, size_t columns)
{
	const size_t row = columns * sizeof(struct val) + sizeof(struct lineage) + sizeof(struct lin_ev) + sizeof(void *);
	const size_t n = scan->memory / row;

	return !scan->memory ? SIZE_MAX : n ? n : 1;
}

struct rows *scan_rows(struct scanning *s, struct diag *d)
{
	struct picks p;
	struct names names;
	const bool raw = wants_raw(s->scan);

	picks_find(s, s->scan->limit, &p);
	scan_only(s, &p);
	wanted(s, &p, &names);
	const size_t most = fitting(s->scan, names.n + 1 + raw), found = p.total;
	cut(&p, most);

	uint32_t **at = positions(&p);
	struct rows *r = rows_new(p.total);
	r->partial = p.total < found;
	fill_time(&p, at, r);
	for (size_t i = 0; i < names.n; i++)
		fill_column(s, &p, at, r, names.v[i]);
	if (raw && !fill_raw(s, &p, at, r, d)) {
		rows_free(r);
		r = NULL;
	}
	for (size_t t = 0; t < p.n; t++) {
		for (size_t i = 0; r && i < p.v[t].n; i++)
			r->lin[at[t][i]] = lineage_one(r->arena, event_at(&p, t, i), s->scan->leaf);
		free(at[t]);
	}
	if (r)
		r->partial |= s->stopped;
	free(at);
	free(names.v);
	picks_free(&p);
	return r;
}
