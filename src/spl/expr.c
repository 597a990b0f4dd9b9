/* The evaluator of both dialects (spl-spec 2.6). Functions are fn_*.c's, patterns pattern.c's. Results live in the
 * context's arena; recursion is bounded because trees are (EXPR_HEIGHT_MAX). */
#include "spl/expr.h"

#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "spl/fn_impl.h"

enum truth { NO, YES, UNKNOWN };

static enum truth truth_of(struct val v)
{
	double d;

	switch (v.type) {
	case V_NULL:
		return UNKNOWN;
	case V_MV:
		for (uint32_t i = 0; i < v.mv->n; i++)
			if (truth_of(v.mv->v[i]) == YES)
				return YES;
		return NO;
	default:
		if (val_number(v, &d))
			return d != 0 ? YES : NO;
		return v.type == V_STR && str_ieqc((struct str){v.s, v.len}, "true") ? YES : NO;
	}
}

bool val_true(struct val v)
{
	return truth_of(v) == YES;
}

static struct val truth_val(enum truth t)
{
	return t == UNKNOWN ? val_null() : val_num(t == YES);
}

bool expr_true(const struct expr *e, struct eval_ctx *c)
{
	return val_true(expr_eval(e, c));
}

static struct val field(struct str name, struct eval_ctx *c)
{
	if (c->current && str_eq(name, c->current_name))
		return *c->current;
	return c->src.field(c->src.ctx, c->row, name);
}

/* ---- the search dialect ---- */

static bool term_holds(const struct expr *e, struct eval_ctx *c)
{
	const struct pattern *p = e->term.pattern;
	struct val v = field(e->term.field, c);
	struct sbuf folded = {0};
	bool holds = false;

	for (uint32_t i = 0, n = val_count(v); i < n && !holds && !budget_spent(c->budget); i++) {
		char buf[VAL_NUM_SIZE];
		struct val x = val_at(v, i);
		struct str text = val_scalar_text(&x, buf);
		if (p->kind == PAT_PRESENT || utf8_is_folded(text)) {
			holds = pattern_match(p, e->term.cmp, text, text);
			continue;
		}
		sbuf_reset(&folded);
		utf8_fold_str(text, &folded);
		holds = pattern_match(p, e->term.cmp, text, sbuf_str(&folded));
	}
	sbuf_free(&folded);
	return holds;
}

/* ---- the eval dialect: comparing ---- */

/* Of values that are no lists and not null. */
static int compare_values(const struct val *a, const struct val *b)
{
	char abuf[VAL_NUM_SIZE], bbuf[VAL_NUM_SIZE];
	double x, y;

	if (val_number(*a, &x) && val_number(*b, &y))
		return (x > y) - (x < y);
	return str_cmp(val_scalar_text(a, abuf), val_scalar_text(b, bbuf));
}

static size_t char_len(struct str s, size_t at)
{
	size_t next = at;

	utf8_next(s, &next);
	return next - at;
}

/* LIKE: % any run, _ one character. */
static bool is_like(struct str text, struct str pattern, struct spl_budget *b)
{
	size_t t = 0, p = 0, star = SIZE_MAX, mark = 0;  /* behind the last %, and where its run ends so far */

	while (t < text.n) {
		if (budget_spent(b))
			return false;
		if (p < pattern.n && pattern.p[p] == '%') {
			star = ++p;
			mark = t;
		} else if (p < pattern.n && pattern.p[p] == '_') {
			t += char_len(text, t);
			p++;
		} else if (p < pattern.n && pattern.p[p] == text.p[t]) {
			t++;
			p++;
		} else if (star != SIZE_MAX) {
			mark += char_len(text, mark);
			t = mark;
			p = star;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '%')
		p++;
	return p == pattern.n;
}

static bool holds(enum expr_op op, const struct val *a, const struct val *b, struct spl_budget *budget)
{
	char abuf[VAL_NUM_SIZE], bbuf[VAL_NUM_SIZE];

	switch (op) {
	case E_EQ: return compare_values(a, b) == 0;
	case E_NE: return compare_values(a, b) != 0;
	case E_LT: return compare_values(a, b) < 0;
	case E_LE: return compare_values(a, b) <= 0;
	case E_GT: return compare_values(a, b) > 0;
	case E_GE: return compare_values(a, b) >= 0;
	default: return is_like(val_scalar_text(a, abuf), val_scalar_text(b, bbuf), budget);
	}
}

/* Of lists, any value with any value. */
struct val expr_relation(enum expr_op op, struct val a, struct val b, struct spl_budget *budget)
{
	uint32_t na = val_count(a), nb = val_count(b);

	if (!na || !nb)
		return val_null();
	for (uint32_t i = 0; i < na; i++) {
		for (uint32_t j = 0; j < nb; j++) {
			struct val x = val_at(a, i), y = val_at(b, j);
			if (holds(op, &x, &y, budget))
				return val_num(1);
			if (budget_spent(budget))
				return val_null();
		}
	}
	return val_num(0);
}

static struct val eval_in(const struct expr *e, struct eval_ctx *c)
{
	struct val v = expr_eval(e->arg[0], c);
	bool unknown = false;

	if (val_is_null(v))
		return val_null();
	for (unsigned i = 1; i < e->n; i++) {
		struct val same = expr_relation(E_EQ, v, expr_eval(e->arg[i], c), c->budget);
		if (val_true(same))
			return same;
		unknown = unknown || val_is_null(same);
	}
	return unknown ? val_null() : val_num(0);
}

/* ---- logic ---- */

/* AND stops at the first NO, OR at the first YES; otherwise one UNKNOWN makes all unknown. */
static enum truth logic(const struct expr *e, enum truth decides, struct eval_ctx *c)
{
	enum truth result = decides == NO ? YES : NO;

	for (unsigned i = 0; i < e->n; i++) {
		enum truth t = truth_of(expr_eval(e->arg[i], c));
		if (t == decides)
			return t;
		if (t == UNKNOWN)
			result = UNKNOWN;
	}
	return result;
}

static enum truth exclusive(const struct expr *e, struct eval_ctx *c)
{
	bool odd = false;

	for (unsigned i = 0; i < e->n; i++) {
		enum truth t = truth_of(expr_eval(e->arg[i], c));
		if (t == UNKNOWN)
			return UNKNOWN;
		odd ^= t == YES;
	}
	return odd ? YES : NO;
}

/* ---- arithmetic ---- */

static struct val concat(const struct val *v, unsigned n, struct eval_ctx *c)
{
	struct sbuf b = {0};
	char buf[VAL_NUM_SIZE];

	for (unsigned i = 0; i < n; i++) {
		sbuf_adds(&b, val_scalar_text(&v[i], buf));
		if (b.n > VAL_TEXT_MAX)
			break;
	}
	return fn_take(c, &b);
}

static struct val calculate(enum expr_op op, struct val a, struct val b, struct eval_ctx *c)
{
	double x, y;
	bool a_is = val_number(a, &x), b_is = val_number(b, &y);

	if (op == E_ADD && !a_is && !b_is)
		return concat((const struct val[]){a, b}, 2, c);
	if (!a_is || !b_is)
		return val_null();
	switch (op) {
	case E_ADD: return fn_num(x + y);
	case E_SUB: return fn_num(x - y);
	case E_MUL: return fn_num(x * y);
	case E_DIV: return y != 0 ? fn_num(x / y) : val_null();
	default: return y != 0 ? fn_num(fmod(x, y)) : val_null();
	}
}

/* From the left. Null when an operand is null or a list. */
static struct val arithmetic(const struct expr *e, struct eval_ctx *c)
{
	struct val v = expr_eval(e->arg[0], c);

	for (unsigned i = 1; i < e->n; i++) {
		struct val next = expr_eval(e->arg[i], c);
		if (val_count(v) != 1 || val_count(next) != 1)
			return val_null();
		v = calculate(e->op, v, next, c);
	}
	return v;
}

/* Arguments of a node, on the stack when there are few. NULL never. */
enum { FEW = 6 };

static struct val *operands(struct expr *const *arg, unsigned n, struct val few[FEW], struct eval_ctx *c)
{
	struct val *v = n <= FEW ? few : ARENA_ARRAY(c->arena, struct val, n);

	for (unsigned i = 0; i < n; i++)
		v[i] = expr_eval(arg[i], c);
	return v;
}

static struct val eval_concat(const struct expr *e, struct eval_ctx *c)
{
	struct val few[FEW], *v = operands(e->arg, e->n, few, c);

	for (unsigned i = 0; i < e->n; i++)
		if (val_count(v[i]) != 1)
			return val_null();
	return concat(v, e->n, c);
}

static struct val negate(const struct expr *e, struct eval_ctx *c)
{
	double d;

	return val_number(expr_eval(e->arg[0], c), &d) ? val_num(-d) : val_null();
}

/* ---- calls ---- */

static struct val call_each(const struct expr *e, struct val *arg, struct eval_ctx *c)
{
	struct fn_list l = {0};
	struct val all = arg[0];

	for (uint32_t i = 0; i < all.mv->n && !l.full; i++) {
		arg[0] = all.mv->v[i];
		struct val v = e->call.fn->call(e, arg, e->call.n, c);
		for (uint32_t j = 0, n = val_count(v); j < n; j++)
			fn_push(c, &l, val_at(v, j));
	}
	return fn_list(c, &l);
}

static struct val eval_call(const struct expr *e, struct eval_ctx *c)
{
	const struct eval_fn *fn = e->call.fn;

	if (fn->lazy)
		return fn->lazy(e, c);
	struct val few[FEW], *v = operands(e->call.arg, e->call.n, few, c);

	for (unsigned i = 0; i < e->call.n && !fn->nulls; i++)
		if (val_is_null(v[i]))
			return val_null();
	if (fn->each && e->call.n && v[0].type == V_MV)
		return call_each(e, v, c);
	return fn->call(e, v, e->call.n, c);
}

/* ---- */

struct val expr_eval(const struct expr *e, struct eval_ctx *c)
{
	if (budget_spent(c->budget))
		return val_null();
	switch (e->op) {
	case E_AND:
		return truth_val(logic(e, NO, c));
	case E_OR:
		return truth_val(logic(e, YES, c));
	case E_XOR:
		return truth_val(exclusive(e, c));
	case E_NOT: {
		enum truth t = truth_of(expr_eval(e->arg[0], c));
		return truth_val(t == UNKNOWN ? t : t == YES ? NO : YES);
	}
	case E_TRUE:
		return val_num(1);
	case E_FALSE:
	case E_SUBSEARCH:                                /* replaced before the search runs */
		return val_num(0);
	case E_TERM:
		return val_num(term_holds(e, c));
	case E_KEYWORD:
		return val_num(c->src.keyword && c->src.keyword(c->src.ctx, c->row, e->term.pattern));
	case E_LIT:
		return e->lit;
	case E_FIELD:
		return field(e->name, c);
	case E_CALL:
		return eval_call(e, c);
	case E_NEG:
		return negate(e, c);
	case E_ADD:
	case E_SUB:
	case E_MUL:
	case E_DIV:
	case E_MOD:
		return arithmetic(e, c);
	case E_CONCAT:
		return eval_concat(e, c);
	case E_EQ:
	case E_NE:
	case E_LT:
	case E_LE:
	case E_GT:
	case E_GE:
	case E_LIKE: {
		struct val a = expr_eval(e->arg[0], c);
		return expr_relation(e->op, a, expr_eval(e->arg[1], c), c->budget);
	}
	case E_IN:
		return eval_in(e, c);
	}
	return val_null();
}

bool expr_is_boolean(const struct expr *e)
{
	switch (e->op) {
	case E_CALL:
		return e->call.fn->boolean;
	case E_LIT:
	case E_FIELD:
	case E_NEG:
	case E_ADD:
	case E_SUB:
	case E_MUL:
	case E_DIV:
	case E_MOD:
	case E_CONCAT:
		return false;
	default:
		return true;
	}
}

void expr_fields(const struct expr *e, void (*visit)(void *ctx, struct str name), void *ctx)
{
	switch (e->op) {
	case E_TERM:
		visit(ctx, e->term.field);
		return;
	case E_KEYWORD:
		visit(ctx, STR("*"));
		return;
	case E_FIELD:
		visit(ctx, e->name);
		return;
	case E_TRUE:
	case E_FALSE:
	case E_SUBSEARCH:
	case E_LIT:
		return;
	case E_CALL:
		for (unsigned i = 0; i < e->call.n; i++)
			expr_fields(e->call.arg[i], visit, ctx);
		return;
	default:
		for (unsigned i = 0; i < e->n; i++)
			expr_fields(e->arg[i], visit, ctx);
		return;
	}
}

bool expr_follows(const struct expr *e)
{
	bool is = true;

	switch (e->op) {
	case E_TERM:
	case E_KEYWORD:
	case E_FIELD:
	case E_TRUE:
	case E_FALSE:
	case E_LIT:
		return true;
	case E_SUBSEARCH:
		return false;
	case E_CALL:
		is = !e->call.fn->per_row;
		for (unsigned i = 0; i < e->call.n && is; i++)
			is = expr_follows(e->call.arg[i]);
		return is;
	default:
		for (unsigned i = 0; i < e->n && is; i++)
			is = expr_follows(e->arg[i]);
		return is;
	}
}
