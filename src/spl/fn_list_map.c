/* Functions that evaluate an expression for each value of a list: in it, the field stands for the value. */
#include "spl/fn_impl.h"

/* Inside, the fields of the context around are still there, among them the one that an outer mvmap may have set. */
static struct val outer_field(const void *ctx, size_t row, struct str name)
{
	const struct eval_ctx *outer = ctx;

	if (outer->current && str_eq(name, outer->current_name))
		return *outer->current;
	return outer->src.field(outer->src.ctx, row, name);
}

static bool outer_keyword(const void *ctx, size_t row, const struct pattern *p)
{
	const struct eval_ctx *outer = ctx;

	return outer->src.keyword && outer->src.keyword(outer->src.ctx, row, p);
}

/* Evaluates `body` with `name` standing for v. */
static struct val with(const struct expr *body, struct str name, struct val v, const struct eval_ctx *c)
{
	struct eval_ctx inner = *c;

	inner.src = (struct row_source){outer_field, outer_keyword, c};
	inner.current = &v;
	inner.current_name = name;
	return expr_eval(body, &inner);
}

static bool check(struct parser *p, struct expr *e)
{
	struct str *name = ARENA_NEW(p->arena, struct str);

	e->call.cached = name;
	return fn_only_field(p, e->call.arg[0], e->call.fn->name, name);
}

static struct val fn_mvmap(const struct expr *e, struct eval_ctx *c)
{
	const struct str *name = e->call.cached;
	struct val all = expr_eval(e->call.arg[0], c);
	struct fn_list l = {0};

	for (uint32_t i = 0; i < val_count(all) && !l.full; i++) {
		struct val v = with(e->call.arg[1], *name, val_at(all, i), c);
		for (uint32_t j = 0; j < val_count(v); j++)
			fn_push(c, &l, val_at(v, j));
	}
	return fn_list(c, &l);
}

static struct val fn_mvfilter(const struct expr *e, struct eval_ctx *c)
{
	const struct str *name = e->call.cached;
	struct expr field = {.op = E_FIELD, .name = *name};
	struct val all = expr_eval(&field, c);
	struct fn_list l = {0};

	for (uint32_t i = 0; i < val_count(all) && !l.full; i++)
		if (val_true(with(e->call.arg[0], *name, val_at(all, i), c)))
			fn_push(c, &l, val_at(all, i));
	return fn_list(c, &l);
}

#define GROUP .group = "multivalue"
const struct eval_fn fns_list_map[] = {
	{.name = "mvfilter", .min_args = 1, .max_args = 1, .usage = "mvfilter(condition)",
	 .summary = "the values of the field that the condition names, for which it is true",
	 .example = "mvfilter(match(list, \"^b\")) = b|bb", GROUP, .lazy = fn_mvfilter, .check = check},
	{.name = "mvmap", .min_args = 2, .max_args = 2, .usage = "mvmap(x, expression)",
	 .summary = "the expression for each value of x; in it, the field that x names stands for the value",
	 .example = "mvmap(list, upper(list)) = A|B|BB", GROUP, .lazy = fn_mvmap, .check = check},
	{.name = NULL},
};
