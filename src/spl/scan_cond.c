/* Building conditions out of search expressions, for one table at a time. Parts of an expression that read one column become
 * one condition on it, so that `field IN (…)` is one pass; what all rows of the table agree on is decided here and now. */
#include "spl/scan_cond.h"

#include <stdlib.h>

static struct cond *new_cond(struct scanning *s, const struct store_table *t, enum cond_kind kind)
{
	struct cond *c = ARENA_NEW(s->arena, struct cond);

	c->kind = kind;
	c->table = t;
	return c;
}

static size_t leaves(const struct pred *p)
{
	size_t n = p->n ? 0 : 1;

	for (size_t i = 0; i < p->n; i++)
		n += leaves(p->arg[i]);
	return n;
}

/* A condition on a column, or its answer at once when the column has one value only. */
static struct cond *on_column(struct scanning *s, const struct store_table *t, struct column col, bool multi, struct pred *p)
{
	struct cond *c = new_cond(s, t, C_VALUE);

	c->col = col;
	c->multi = multi;
	c->pred = p;
	c->cost = (double)col.ndict * (double)leaves(p);
	if (col.ndict == 1)
		c->kind = cond_decide(s, c, col.dict[0]) == YES ? C_YES : C_NO;
	return c;
}

struct str scan_field(struct scanning *s, struct str name)
{
	if (!s->scan->unprefixed || cim_has_field(s->node, name))
		return name;
	return str_c(arena_printf(s->arena, "%s.%.*s", cim_prefix(s->node), STR_FMT(name)));
}

static struct cond *term(struct scanning *s, const struct store_table *t, const struct expr *e)
{
	const struct pattern *p = e->term.pattern;
	const bool equality = e->term.cmp == CMP_EQ || e->term.cmp == CMP_NE;

	if (str_eqc(e->term.field, "index"))             /* a dump has no indexes: whatever is asked for is here */
		return new_cond(s, t, C_YES);
	if (str_eqc(e->term.field, "_time") || str_eqc(e->term.field, "_raw")) {
		struct cond *c = new_cond(s, t, str_eqc(e->term.field, "_time") ? C_TIME : C_RAW);
		c->term = e;
		c->cost = (double)table_rows(t) * (c->kind == C_TIME ? 1 : 1e5);
		return c;
	}
	struct pred *leaf = ARENA_NEW(s->arena, struct pred);
	*leaf = (struct pred){.op = P_TERM, .p = p, .cmp = e->term.cmp};
	if (equality && p->kind == PAT_EXACT && !p->is_number && !p->cidr.family && !p->decoded)
		leaf->exact = pool_intern(s->pool, p->folded);
	if (equality && p->kind == PAT_WILD && !p->decoded)
		leaf->wild = p->wild;
	const struct cim_col *col = cim_col(s->cim, s->node, t, scan_field(s, e->term.field));
	return on_column(s, t, col->col, col->multi, leaf);
}

/* ---- several ---- */

struct list {
	struct cond **v;
	size_t n, cap;
};

static void list_add(struct scanning *s, struct list *l, struct cond *c)
{
	if (l->n == l->cap) {
		struct cond **v = ARENA_ARRAY(s->arena, struct cond *, l->cap ? l->cap * 2 : 8);
		if (l->n)
			memcpy(v, l->v, l->n * sizeof(struct cond *));
		l->v = v;
		l->cap = l->cap ? l->cap * 2 : 8;
	}
	l->v[l->n++] = c;
}

static bool same_column(const struct cond *x, const struct cond *y)
{
	return x->col.dict == y->col.dict && x->col.code == y->col.code && x->col.row == y->col.row && x->multi == y->multi;
}

static int id_cmp(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int num_cmp(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool fits_set(const struct pred *p)
{
	return p->op == P_TERM && p->cmp == CMP_EQ && p->p->kind == PAT_EXACT && !p->p->cidr.family && !p->p->decoded;
}

/* Many plain values of one OR: a sorted set of them. */
static void make_set(struct scanning *s, struct pred *any)
{
	enum { WORTH_IT = 8 };
	size_t fit = 0, kept = 0;

	for (size_t i = 0; i < any->n; i++)
		fit += fits_set(any->arg[i]);
	if (fit < WORTH_IT)
		return;
	struct pred *set = ARENA_NEW(s->arena, struct pred);
	set->op = P_SET;
	set->id = ARENA_ARRAY(s->arena, uint32_t, fit);
	set->num = ARENA_ARRAY(s->arena, double, fit);
	for (size_t i = 0; i < any->n; i++) {
		const struct pred *p = any->arg[i];
		if (!fits_set(p)) {
			any->arg[kept++] = any->arg[i];
			continue;
		}
		set->id[set->nids++] = pool_intern(s->pool, p->p->folded);
		if (p->p->is_number)
			set->num[set->nnums++] = p->p->number;
	}
	qsort(set->id, set->nids, sizeof(*set->id), id_cmp);
	qsort(set->num, set->nnums, sizeof(*set->num), num_cmp);
	any->arg[kept++] = set;
	any->n = kept;
}

/* Those of the list that look at one and the same column become one. */
static void merge_columns(struct scanning *s, struct list *l, bool all)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct cond *c = l->v[i], *first = NULL;
		size_t same = 0;
		if (!c)
			continue;
		for (size_t k = i + 1; c->kind == C_VALUE && k < l->n; k++)
			same += l->v[k] && l->v[k]->kind == C_VALUE && same_column(c, l->v[k]);
		if (same) {
			struct pred *p = ARENA_NEW(s->arena, struct pred);
			p->op = all ? P_AND : P_OR;
			p->arg = ARENA_ARRAY(s->arena, struct pred *, same + 1);
			for (size_t k = i; k < l->n; k++) {
				if (!l->v[k] || l->v[k]->kind != C_VALUE || !same_column(c, l->v[k]))
					continue;
				p->arg[p->n++] = l->v[k]->pred;
				if (k > i)
					l->v[k] = NULL;
			}
			if (!all)
				make_set(s, p);
			first = on_column(s, c->table, c->col, c->multi, p);
		}
		l->v[kept++] = first ? first : c;
	}
	l->n = kept;
}

static int by_cost(const void *a, const void *b)
{
	const struct cond *x = *(struct cond *const *)a, *y = *(struct cond *const *)b;

	return (x->cost > y->cost) - (x->cost < y->cost);
}

/* Terms on what all events of a table have in common come first: they rule whole tables out. */
static bool is_cheap(const struct expr *e)
{
	static const char *const names[] = {"EventCode", "EventID", "signature_id", "source", "sourcetype", "index"};

	for (size_t i = 0; e->op == E_TERM && i < sizeof(names) / sizeof *names; i++)
		if (str_eqc(e->term.field, names[i]))
			return true;
	return false;
}

/* E_AND and E_OR. For OR read the comments with yes and no, all and any exchanged. */
static struct cond *several(struct scanning *s, const struct store_table *t, const struct expr *e)
{
	const bool all = e->op == E_AND;
	const enum cond_kind neutral = all ? C_YES : C_NO, absorbing = all ? C_NO : C_YES;
	struct list l = {0};

	for (int cheap = 1; cheap >= 0; cheap--)
		for (unsigned i = 0; i < e->n; i++) {
			if (is_cheap(e->arg[i]) != cheap)
				continue;
			struct cond *c = cond_new(s, t, e->arg[i]);
			if (c->kind == absorbing)
				return c;                /* the others need no look */
			if (c->kind != neutral)
				list_add(s, &l, c);
		}
	merge_columns(s, &l, all);
	struct cond *c = new_cond(s, t, all ? C_AND : C_OR);
	for (size_t i = 0; i < l.n; i++)
		c->cost += l.v[i]->cost;
	if (l.n == 0)
		c->kind = neutral;
	else if (l.n == 1)
		return l.v[0];
	else
		qsort(l.v, l.n, sizeof(struct cond *), by_cost);
	c->arg = l.v;
	c->n = l.n;
	return c;
}

static struct cond *negated(struct scanning *s, struct cond *inner)
{
	struct cond *c = new_cond(s, inner->table, C_NOT);

	switch (inner->kind) {
	case C_NO: c->kind = C_YES; return c;
	case C_YES: c->kind = C_NO; return c;
	case C_VALUE: {
		struct pred *p = ARENA_NEW(s->arena, struct pred);
		p->op = P_NOT;
		p->n = 1;
		p->arg = ARENA_ARRAY(s->arena, struct pred *, 1);
		p->arg[0] = inner->pred;
		return on_column(s, inner->table, inner->col, inner->multi, p);
	}
	default:
		c->arg = ARENA_ARRAY(s->arena, struct cond *, 1);
		c->arg[0] = inner;
		c->n = 1;
		c->cost = inner->cost;
		return c;
	}
}

/* ---- keywords ---- */

/* Can the word stand in a time or a number? If not, columns of such need not be made. */
static bool like_a_number(const struct pattern *p)
{
	static const char letters[] = "0123456789-:. tz*";

	for (size_t i = 0; i < p->folded.n; i++)
		if (!memchr(letters, p->folded.p[i], sizeof(letters) - 1))
			return false;
	return true;
}

static void keyword_in(struct scanning *s, const struct store_table *t, struct list *l, const struct expr *e, struct str name,
                       struct column col)
{
	struct pred *p = ARENA_NEW(s->arena, struct pred);
	struct str folded = pool_str(s->pool, pool_fold(s->pool, pool_intern(s->pool, name)));

	p->op = pattern_keyword(e->term.pattern, folded) ? P_PRESENT : P_KEYWORD;
	p->p = e->term.pattern;
	list_add(s, l, on_column(s, t, col, false, p));
}

/* A word in the raw event: in the name or the value of any field that was logged. */
static struct cond *keyword(struct scanning *s, const struct store_table *t, const struct expr *e)
{
	const bool numbers = like_a_number(e->term.pattern);
	struct list l = {0};
	size_t n;
	const uint32_t *field = table_fields(t, &n);

	if (e->term.pattern->kind == PAT_PRESENT)
		return new_cond(s, t, C_YES);
	for (size_t i = 0; i < n; i++) {
		struct str name = pool_str(s->pool, field[i]);
		struct str folded = pool_str(s->pool, pool_fold(s->pool, field[i]));
		if (numbers || !table_is_time(t, name) || pattern_keyword(e->term.pattern, folded))
			keyword_in(s, t, &l, e, name, table_data(s->store, t, name));
	}
	for (int f = 0; f < SYS_COUNT; f++) {
		const bool made = f == SYS_TIME_CREATED || f == SYS_RECORD_ID;
		if (numbers || !made)
			keyword_in(s, t, &l, e, str_c(sys_field_name[f]), table_sys(s->store, t, (enum sys_field)f));
	}

	struct cond *c = new_cond(s, t, C_OR);
	for (size_t i = 0; i < l.n; i++) {
		if (l.v[i]->kind == C_YES)
			return l.v[i];
		if (l.v[i]->kind == C_NO)
			continue;
		l.v[c->n++] = l.v[i];
		c->cost += l.v[i]->cost;
	}
	if (!c->n)
		c->kind = C_NO;
	else
		qsort(l.v, c->n, sizeof(struct cond *), by_cost);
	c->arg = l.v;
	return c;
}

struct cond *cond_new(struct scanning *s, const struct store_table *t, const struct expr *e)
{
	if (!e)
		return new_cond(s, t, C_YES);
	switch (e->op) {
	case E_TERM: return term(s, t, e);
	case E_KEYWORD: return keyword(s, t, e);
	case E_AND:
	case E_OR: return several(s, t, e);
	case E_NOT: return negated(s, cond_new(s, t, e->arg[0]));
	case E_FALSE: return new_cond(s, t, C_NO);
	default: return new_cond(s, t, C_YES);           /* E_TRUE; a subsearch that has not run yet may find anything */
	}
}

bool cond_never(const struct cond *c)
{
	return c->kind == C_NO;
}
