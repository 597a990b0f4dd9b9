/* Building expression nodes: places and heights. */
#include "spl/node.h"

void nodes_add(struct parser *p, struct nodes *l, struct expr *e)
{
	if (l->n == l->cap) {
		unsigned cap = l->cap ? l->cap * 2 : 4;
		struct expr **v = ARENA_ARRAY(p->arena, struct expr *, cap);
		if (l->n)
			memcpy(v, l->v, l->n * sizeof(struct expr *));
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = e;
}

struct expr *node_new(struct parser *p, enum expr_op op, size_t at)
{
	struct expr *e = ARENA_NEW(p->arena, struct expr);

	e->op = op;
	e->at = (uint32_t)at;
	e->len = (uint32_t)(p->at - at);
	return e;
}

static bool set_height(struct parser *p, struct expr *e, const struct nodes *arg)
{
	for (unsigned i = 0; i < arg->n; i++)
		if (arg->v[i]->height >= e->height)
			e->height = arg->v[i]->height + 1;
	return e->height <= EXPR_HEIGHT_MAX || p_error(p, e->at, "this expression is nested too deeply");
}

struct expr *node_over(struct parser *p, enum expr_op op, size_t at, const struct nodes *arg)
{
	struct expr *e = node_new(p, op, at);

	e->arg = arg->v;
	e->n = arg->n;
	return set_height(p, e, arg) ? e : NULL;
}

struct expr *node_call(struct parser *p, const struct eval_fn *fn, size_t at, const struct nodes *arg)
{
	struct expr *e = node_new(p, E_CALL, at);

	e->call.fn = fn;
	e->call.arg = arg->v;
	e->call.n = arg->n;
	return set_height(p, e, arg) ? e : NULL;
}
