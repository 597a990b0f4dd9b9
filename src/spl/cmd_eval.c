/* eval: fields computed from fields (spl-spec 3.4). */
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"
#include "spl/memo.h"
#include "spl/query.h"

struct eval {
	struct assign *v;
	size_t n;
};

static void *eval_parse(struct parser *p)
{
	struct eval *x = ARENA_NEW(p->arena, struct eval);
	struct assign *v = NULL;
	size_t cap = 0;
	bool ok = true;

	for (;;) {
		while (p_char(p, ','))
			;
		if (x->n > 0 && p_done(p))
			break;
		GROW(v, x->n, cap);
		struct assign *one = &v[x->n++];
		*one = (struct assign){0};
		size_t at = p->at;
		ok = p_name(p, "a field to assign to", &one->name);
		if (ok && !p_char(p, '='))
			ok = p_error(p, p->at, "expected = after '%.*s', found %s", STR_FMT(one->name),
				     p_found(p));
		if (ok && memchr(one->name.p, '{', one->name.n))
			ok = p_error(p, at, "field names made of values ({…}) are not supported");
		one->value = ok ? parse_eval(p) : NULL;
		ok = one->value != NULL;
		if (ok && !p_done(p) && p_peek(p) != ',')
			ok = p_error(
				p, p->at,
				"expected an operator, a comma or the end after the expression, found %s",
				p_found(p));
		if (!ok)
			break;
	}
	x->v = ARENA_ARRAY(p->arena, struct assign, x->n);
	memcpy(x->v, v, x->n * sizeof(*v));
	free(v);
	return ok ? x : NULL;
}

static void eval_rows(struct spl_run *run, struct rows *r, const struct assign *x, size_t n)
{
	size_t *col = xcalloc(n, sizeof(*col)), done = 0;
	struct memo *memo = xcalloc(n, sizeof(*memo));
	bool *any = xcalloc(r->ncols + n, sizeof(*any));  /* by column: has a value somewhere */

	for (size_t i = 0; i < n; i++)
		col[i] = rows_col(r, x[i].name);
	for (size_t i = 0; i < n; i++)
		memo_init(&memo[i], x[i].value, r);
	struct eval_ctx c = run_eval(run, r);
	for (; done < r->n && !run_stopped(run); done++) {
		c.row = done;
		for (size_t i = 0; i < n; i++) {
			bool fresh;
			struct val *known = memo_at(&memo[i], r, done, &fresh);
			struct val v = known && !fresh ? *known : expr_eval(x[i].value, &c);
			if (known)
				*known = v;
			r->col[col[i]].v[done] = v;
		}
		if (run->budget.spent || (done % 256 == 0 && run_full(run, r)))
			break;                           /* this row may be half done */
		for (size_t i = 0; i < n; i++)
			any[col[i]] |= !val_is_null(r->col[col[i]].v[done]);
	}
	if (done < r->n)
		rows_head(r, done);
	for (size_t k = r->ncols; k-- > 0;) {
		bool assigned = false;
		for (size_t i = 0; i < n; i++)
			assigned |= col[i] == k;
		/* Without rows a column still says what there would be. */
		if (assigned && !any[k] && r->n > 0)
			rows_drop(r, k);
	}
	for (size_t i = 0; i < n; i++)
		memo_free(&memo[i]);
	free(memo);
	free(any);
	free(col);
}

static struct rows *eval_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct eval *x = args;

	eval_rows(run, in, x->v, x->n);
	return in;
}

static void eval_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct eval *x = args;

	for (size_t i = x->n; i-- > 0;) {
		fieldset_remove(want, x->v[i].name);
		fieldset_add_expr(want, x->v[i].value, a);
	}
}

static void see(void *ctx, struct str name)
{
	struct str *field = ctx;

	if (str_eq(*field, name))
		*field = (struct str){NULL, 0};
}

/* It did when what it would give now is what the row has. */
static bool eval_made(const void *args, struct str field, struct why *w, struct str stage)
{
	const struct eval *x = args;
	const struct expr now = {.op = E_FIELD, .name = field};

	(void)stage;
	for (size_t i = x->n; i-- > 0;) {
		if (!str_eq(x->v[i].name, field))
			continue;
		struct str other = field;
		expr_fields(x->v[i].value, see, &other);
		if (!other.p || !val_same(expr_eval(x->v[i].value, w->c), expr_eval(&now, w->c)))
			return false;
		why_value(w, x->v[i].value);
		return true;
	}
	return false;
}

const struct spl_cmd cmd_eval = {
	.name = "eval",
	.usage = "eval FIELD=EXPRESSION, …",
	.summary = "sets fields to the value of expressions, from left to right; null takes the field away",
	.example = "rows:\n"
	           "  user\n"
	           "  D\\bob\n"
	           "  eve\n"
	           "search: eval parts=split(user,\"\\\\\"), name=mvindex(parts,-1), n=len(name)+1\n"
	           "expect:\n"
	           "  user   parts  name  n\n"
	           "  D\\bob  D|bob  bob   4\n"
	           "  eve    eve    eve   4\n",
	.none_of_none = true,
	.by_row = ROW_CHANGES,
	.parse = eval_parse,
	.run = eval_run,
	.needs = eval_needs,
	.made = eval_made,
};

const struct assign *eval_assigns(const struct spl_stage *s, size_t *n)
{
	const struct eval *x = s->args;

	if (s->cmd != &cmd_eval)
		return NULL;
	if (n)
		*n = x->n;
	return x->v;
}
