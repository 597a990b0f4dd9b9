/* Sets of field names: which fields a search needs of its events. */
#include "base/mem.h"
#include "base/wild.h"
#include "spl/cmd.h"

void fieldset_add_all(struct fieldset *f)
{
	f->all = true;
	f->n = 0;
}

void fieldset_add(struct fieldset *f, struct str name, struct arena *a)
{
	if (f->all)
		return;
	if (str_eqc(name, "*")) {
		fieldset_add_all(f);
		return;
	}
	for (size_t i = 0; i < f->n; i++) {
		if (str_eq(f->v[i], name))
			return;
	}
	if (f->n == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 16;
		struct str *v = ARENA_ARRAY(a, struct str, f->cap);
		if (f->n)
			memcpy(v, f->v, f->n * sizeof(*v));
		f->v = v;
	}
	f->v[f->n++] = name;
}

bool fieldset_has(const struct fieldset *f, struct str name)
{
	if (f->all)
		return true;
	for (size_t i = 0; i < f->n; i++) {
		if (wild_has_star(f->v[i]) ? wild_is_match(f->v[i], name, false) : str_eq(f->v[i], name))
			return true;
	}
	return false;
}

void fieldset_remove(struct fieldset *f, struct str name)
{
	for (size_t i = 0; i < f->n; i++) {
		if (str_eq(f->v[i], name)) {
			f->v[i] = f->v[--f->n];
			return;
		}
	}
}

struct adding {
	struct fieldset *f;
	struct arena *a;
};

static void add_name(void *ctx, struct str name)
{
	const struct adding *x = ctx;

	fieldset_add(x->f, name, x->a);
}

void fieldset_add_expr(struct fieldset *f, const struct expr *e, struct arena *a)
{
	struct adding x = {f, a};

	if (!e)
		return;
	if (expr_has_sub(e))
		fieldset_add_all(f);
	else
		expr_fields(e, add_name, &x);
}

bool expr_has_sub(const struct expr *e)
{
	if (e->op == E_SUBSEARCH)
		return true;
	if (e->op != E_AND && e->op != E_OR && e->op != E_NOT)
		return false;                            /* they occur in the search dialect alone */
	for (unsigned i = 0; i < e->n; i++) {
		if (expr_has_sub(e->arg[i]))
			return true;
	}
	return false;
}
