/* The table of functions, and what the families share. The functions themselves are in fn_*.c. */
#include "spl/fn_impl.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

static const struct eval_fn *const families[] = {
	fns_bit, fns_condition, fns_convert, fns_crypto, fns_info, fns_json, fns_list,
	fns_list_map, fns_math, fns_stat, fns_text, fns_time,
};

enum { FNS_MAX = 160 };
static const struct eval_fn *sorted[FNS_MAX];
static size_t nsorted;
static pthread_once_t sort_once = PTHREAD_ONCE_INIT;

static int by_group(const void *a, const void *b)
{
	const struct eval_fn *x = *(const struct eval_fn *const *)a, *y = *(const struct eval_fn *const *)b;
	int order = strcmp(x->group, y->group);

	return order ? order : strcmp(x->name, y->name);
}

static void sort_all(void)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		for (const struct eval_fn *f = families[i]; f->name && nsorted < FNS_MAX; f++)
			sorted[nsorted++] = f;
	qsort(sorted, nsorted, sizeof(sorted[0]), by_group);
}

const struct eval_fn *const *fn_all(size_t *n)
{
	pthread_once(&sort_once, sort_all);
	*n = nsorted;
	return sorted;
}

const struct eval_fn *fn_find(struct str name)
{
	size_t n;
	const struct eval_fn *const *all = fn_all(&n);

	for (size_t i = 0; i < n; i++)
		if (str_ieqc(name, all[i]->name))
			return all[i];
	return NULL;
}

/* ---- arguments and results ---- */

struct str fn_text(struct val v, char buf[VAL_NUM_SIZE])
{
	if (v.type == V_MV)
		v = v.mv->v[0];
	return val_scalar_text(&v, buf);
}

bool fn_long(struct val v, long *out)
{
	double d;

	if (!val_number(v, &d) || !(fabs(d) < 9e15))
		return false;
	*out = (long)d;
	return true;
}

struct val fn_num(double d)
{
	return isfinite(d) ? val_num(d) : val_null();
}

struct val fn_str(struct eval_ctx *c, struct str s)
{
	if (s.n > VAL_TEXT_MAX || budget_spent_on(c->budget, s.n))
		return val_null();
	return val_str(arena_str(c->arena, s));
}

struct val fn_take(struct eval_ctx *c, struct sbuf *b)
{
	struct val v = fn_str(c, sbuf_str(b));

	sbuf_free(b);
	return v;
}

void fn_push(struct eval_ctx *c, struct fn_list *l, struct val v)
{
	if (l->full || val_is_null(v))
		return;
	if (l->n >= VAL_LIST_MAX || (l->n % 1024 == 0 && budget_spent_on(c->budget, 4096))) {
		l->full = true;
		return;
	}
	GROW(l->v, l->n, l->cap);
	l->v[l->n++] = v;
}

struct val fn_list(struct eval_ctx *c, struct fn_list *l)
{
	struct val v = l->full ? val_null() : val_list(c->arena, l->v, l->n);

	free(l->v);
	return v;
}

/* ---- constant arguments ---- */

bool fn_constant(const struct expr *e, unsigned i, struct str *out)
{
	const struct expr *a = i < e->call.n ? e->call.arg[i] : NULL;

	if (!a || a->op != E_LIT || a->lit.type != V_STR)
		return false;
	*out = (struct str){a->lit.s, a->lit.len};
	return true;
}

bool fn_check_regex(struct parser *p, struct expr *e, unsigned i)
{
	struct str text;
	char err[160];

	if (!fn_constant(e, i, &text))
		return true;
	e->call.cached = regex_new(p->arena, text, err, sizeof(err));
	return e->call.cached || p_error(p, e->call.arg[i]->at, "bad regular expression: %s", err);
}

const struct regex *fn_regex(const struct expr *e, struct val arg)
{
	const struct expr *in = e->call.arg[0];
	char buf[VAL_NUM_SIZE];

	while (in->op == E_CALL && in->call.n)           /* lower(process) looks in process */
		in = in->call.arg[0];
	regex_looks_in(in->op == E_FIELD ? in->name : STR(""));
	return e->call.cached ? e->call.cached : regex_cached(fn_text(arg, buf));
}

struct only {
	struct str name;
	bool more;
};

static void see(void *ctx, struct str name)
{
	struct only *o = ctx;

	o->more = o->more || (o->name.p && !str_eq(o->name, name));
	o->name = name;
}

bool fn_only_field(struct parser *p, const struct expr *e, const char *fn, struct str *name)
{
	struct only o = {{NULL, 0}, false};

	expr_fields(e, see, &o);
	if (!o.name.p)
		return p_error(p, e->at, "%s() needs an expression that names a field", fn);
	if (o.more)
		return p_error(p, e->at, "%s() needs an expression that names one field only", fn);
	*name = o.name;
	return true;
}
