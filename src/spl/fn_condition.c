/* Functions that choose and compare. */
#include "spl/fn_impl.h"

static struct val fn_if(const struct expr *e, struct eval_ctx *c)
{
	return expr_eval(e->call.arg[expr_true(e->call.arg[0], c) ? 1 : 2], c);
}

static bool check_pairs(struct parser *p, struct expr *e)
{
	if (e->call.n % 2 == 0)
		return true;
	return p_error(p, e->at, "%s() needs pairs of a condition and a value, the last has no value; usage: %s",
	               e->call.fn->name, e->call.fn->usage);
}

static struct val fn_case(const struct expr *e, struct eval_ctx *c)
{
	for (unsigned i = 0; i + 1 < e->call.n; i += 2)
		if (expr_true(e->call.arg[i], c))
			return expr_eval(e->call.arg[i + 1], c);
	return val_null();
}

static struct val fn_validate(const struct expr *e, struct eval_ctx *c)
{
	for (unsigned i = 0; i + 1 < e->call.n; i += 2) {
		struct val v = expr_eval(e->call.arg[i], c);
		if (!val_is_null(v) && !val_true(v))
			return expr_eval(e->call.arg[i + 1], c);
	}
	return val_null();
}

static struct val fn_coalesce(const struct expr *e, struct eval_ctx *c)
{
	for (unsigned i = 0; i < e->call.n; i++) {
		struct val v = expr_eval(e->call.arg[i], c);
		if (!val_is_null(v))
			return v;
	}
	return val_null();
}

static struct val fn_nullif(FN_ARGS)
{
	(void)e, (void)n;
	return val_true(expr_relation(E_EQ, arg[0], arg[1], c->budget)) ? val_null() : arg[0];
}

static struct val fn_true(FN_ARGS)
{
	FN_UNUSED;
	return fn_bool(true);
}

static struct val fn_false(FN_ARGS)
{
	FN_UNUSED;
	return fn_bool(false);
}

static struct val fn_null(FN_ARGS)
{
	FN_UNUSED;
	return val_null();
}

static struct val fn_in(FN_ARGS)
{
	bool unknown = false;

	(void)e;
	if (val_is_null(arg[0]))
		return val_null();
	for (unsigned i = 1; i < n; i++) {
		struct val same = expr_relation(E_EQ, arg[0], arg[i], c->budget);
		if (val_true(same))
			return same;
		unknown = unknown || val_is_null(same);
	}
	return unknown ? val_null() : fn_bool(false);
}

static struct val fn_like(FN_ARGS)
{
	(void)e, (void)n;
	return expr_relation(E_LIKE, arg[0], arg[1], c->budget);
}

static bool check_match(struct parser *p, struct expr *e)
{
	return fn_check_regex(p, e, 1);
}

static struct val fn_match(FN_ARGS)
{
	const struct regex *re = fn_regex(e, arg[1]);
	size_t start, end;

	(void)n;
	if (!re)
		return val_null();
	for (uint32_t i = 0; i < val_count(arg[0]); i++) {
		char buf[VAL_NUM_SIZE];
		struct val v = val_at(arg[0], i);
		struct str s = val_scalar_text(&v, buf);
		if (budget_spent_on(c->budget, s.n))
			return val_null();
		if (regex_find(re, s, 0, &start, &end))
			return fn_bool(true);
	}
	return fn_bool(false);
}

static bool check_cidr(struct parser *p, struct expr *e)
{
	struct str text;

	if (!fn_constant(e, 0, &text))
		return true;
	struct cidr *range = ARENA_NEW(p->arena, struct cidr);
	e->call.cached = range;
	return cidr_parse(text, range) ||
	       p_error(p, e->call.arg[0]->at, "'%.*s' is no address range; write 10.0.0.0/8 or fe80::/10",
	               text.n > 60 ? 60 : (int)text.n, text.p);
}

static struct val fn_cidrmatch(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];
	struct cidr made;
	const struct cidr *range = e->call.cached;

	(void)n, (void)c;
	if (!range) {
		if (!cidr_parse(fn_text(arg[0], buf), &made))
			return val_null();
		range = &made;
	}
	for (uint32_t i = 0; i < val_count(arg[1]); i++) {
		struct val v = val_at(arg[1], i);
		if (cidr_holds(range, val_scalar_text(&v, buf)))
			return fn_bool(true);
	}
	return fn_bool(false);
}

/* The search becomes a second argument, so that whoever walks the tree meets the fields that it names. */
static bool check_searchmatch(struct parser *p, struct expr *e)
{
	struct str text;

	if (!fn_constant(e, 0, &text))
		return p_error(p, e->call.arg[0]->at, "searchmatch() needs a search in double quotes");
	struct diag inner = DIAG_INIT;
	struct parser sub = {.text = text, .end = text.n, .arena = p->arena, .env = p->env, .diag = &inner,
	                     .depth = p->depth + 1};
	if (p->depth >= SPL_DEPTH_MAX || memchr(text.p, '[', text.n))
		return p_error(p, e->call.arg[0]->at, "searchmatch() takes a plain search, without subsearches");
	struct expr *search = parse_search(&sub, NULL);
	if (!search)
		return p_error(p, e->call.arg[0]->at, "in the search of searchmatch(): %s", inner.msg);
	struct expr **arg = ARENA_ARRAY(p->arena, struct expr *, 2);
	arg[0] = e->call.arg[0];
	arg[1] = search;
	e->call.arg = arg;
	e->call.n = 2;
	if (search->height >= e->height)
		e->height = search->height + 1;
	return e->height <= EXPR_HEIGHT_MAX || p_error(p, e->at, "this expression is nested too deeply");
}

static struct val fn_searchmatch(const struct expr *e, struct eval_ctx *c)
{
	return fn_bool(expr_true(e->call.arg[1], c));
}

#define GROUP .group = "comparison"
const struct eval_fn fns_condition[] = {
	{.name = "case", .min_args = 2, .max_args = -1, .usage = "case(condition, value, condition, value, …)",
	 .summary = "the value of the first condition that is true; null when none is",
	 .example = "case(1 == 2, \"a\", 1 == 1, \"b\") = b", GROUP, .lazy = fn_case, .check = check_pairs,
	 .asks = ASKS_CASE},
	{.name = "cidrmatch", .min_args = 2, .max_args = 2, .usage = "cidrmatch(range, address)",
	 .summary = "is the address inside the range (IPv4 or IPv6)?",
	 .example = "cidrmatch(\"10.0.0.0/8\", \"10.1.2.3\") = 1", GROUP, .call = fn_cidrmatch,
	 .check = check_cidr,
	 .boolean = true},
	{.name = "coalesce", .min_args = 1, .max_args = -1, .usage = "coalesce(x, …)",
	 .summary = "the first value that is not null", .example = "coalesce(null(), \"b\", \"c\") = b", GROUP,
	 .lazy = fn_coalesce},
	{.name = "false", .max_args = 0, .usage = "false()", .summary = "the truth value false",
	 .example = "if(false(), 1, 2) = 2", GROUP, .call = fn_false, .boolean = true},
	{.name = "if", .min_args = 3, .max_args = 3, .usage = "if(condition, then, else)",
	 .summary = "`then` when the condition is true; `else` when it is false or unknown",
	 .example = "if(1 < 2, \"yes\", \"no\") = yes", GROUP, .lazy = fn_if, .asks = ASKS_IF},
	{.name = "in", .min_args = 2, .max_args = -1, .usage = "in(x, value, …)",
	 .summary = "is x one of the values? Case matters, * is no wildcard",
	 .example = "in(\"b\", \"a\", \"b\") = 1", GROUP, .call = fn_in, .boolean = true, .nulls = true},
	{.name = "like", .min_args = 2, .max_args = 2, .usage = "like(x, pattern)",
	 .summary = "does the pattern match all of x? % is any run, _ any character; case matters",
	 .example = "like(\"cmd.exe\", \"cmd%\") = 1", GROUP, .call = fn_like, .boolean = true,
	 .asks = ASKS_LIKE},
	{.name = "match", .min_args = 2, .max_args = 2, .usage = "match(x, regex)",
	 .summary = "is the regular expression found in x? Of a list, in any value",
	 .example = "match(\"powershell -enc\", \"-e(nc)?\\b\") = 1", GROUP, .call = fn_match,
	 .check = check_match,
	 .boolean = true, .asks = ASKS_REGEX},
	{.name = "null", .max_args = 0, .usage = "null()", .summary = "no value", .example = "null() = null",
	 GROUP,
	 .call = fn_null},
	{.name = "nullif", .min_args = 2, .max_args = 2, .usage = "nullif(x, y)",
	 .summary = "x; null when it equals y", .example = "nullif(\"-\", \"-\") = null", GROUP,
	 .call = fn_nullif,
	 .nulls = true},
	{.name = "searchmatch", .min_args = 1, .max_args = 1, .usage = "searchmatch(\"search\")",
	 .summary = "does the row match the search, as the search command would decide?",
	 .example = "searchmatch(\"NOT user=x\") = 1", GROUP, .lazy = fn_searchmatch, .check = check_searchmatch, .per_row = true,
	 .boolean = true, .asks = ASKS_SEARCH},
	{.name = "true", .max_args = 0, .usage = "true()", .summary = "the truth value true",
	 .example = "case(1 == 2, \"a\", true(), \"b\") = b", GROUP, .call = fn_true, .boolean = true},
	{.name = "validate", .min_args = 2, .max_args = -1,
	 .usage = "validate(condition, value, condition, value, …)",
	 .summary = "the value of the first condition that is false; null when none is",
	 .example = "validate(1 == 1, \"a\", 1 == 2, \"b\") = b", GROUP, .lazy = fn_validate,
	 .check = check_pairs},
	{.name = NULL},
};
