/* Commands that choose rows by a condition: search, where, regex. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"
#include "spl/fn.h"
#include "spl/node.h"
#include "spl/regex.h"

/* ---- search ---- */

struct search {
	struct spl_leaf *leaf;                           /* over raw events; NULL: filters rows */
	const struct expr *expr;
	struct time_mods time;
};

static void *search_parse(struct parser *p)
{
	struct search *s = ARENA_NEW(p->arena, struct search);

	if (p_first(p))
		s->leaf = p_leaf(p);
	struct expr *e = parse_search(p, NULL);
	if (!e || !time_mods_take(p, e, &s->time))
		return NULL;
	s->expr = e;
	if (!s->leaf && e->op != E_TRUE)
		p_filters(p);
	dataset_warn_expr(p, NULL, e);
	if (s->leaf) {
		elsewhere_own_names(p, e);
		s->leaf->elsewhere = elsewhere_search(p, e);
		dataset_drop_index(p, e);
		dataset_warn_splunk(p, e);
		s->leaf->scan.where = e;
	}
	return s;
}

static struct rows *search_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct search *s = args;
	double earliest, latest;

	if (s->leaf)
		return dataset_scan(run, &s->leaf->scan, &s->time);
	run->held += rows_bytes(in);
	const struct expr *e = run_resolve(run, s->expr);
	run->held -= rows_bytes(in);
	if (!e) {
		rows_free(in);
		return NULL;
	}
	time_mods_range(&s->time, run->now, &earliest, &latest);
	if (s->time.n)
		rows_between(in, earliest, latest);
	if (e->op != E_TRUE)
		run_filter(run, in, e, (struct str){NULL, 0});
	return in;
}

static void search_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct search *s = args;

	if (s->leaf) {
		struct fieldset *f = ARENA_NEW(a, struct fieldset);
		*f = *want;
		s->leaf->scan.want = f;
		return;
	}
	fieldset_add_expr(want, s->expr, a);
	if (s->time.n)
		fieldset_add(want, STR("_time"), a);
}

void search_limit(const void *args, size_t n)
{
	const struct search *s = args;

	if (s->leaf)
		s->leaf->scan.limit = n;
}

const struct spl_cmd cmd_search = {
	.name = "search",
	.usage = "search EXPRESSION",
	.summary = "keeps the rows, or finds the events, that match; ignores case, * is any text",
	.example = "rows:\n"
	           "  user   n\n"
	           "  Alice  1\n"
	           "  bob    2\n"
	           "  -      3\n"
	           "search: search user=AL* OR NOT user=*\n"
	           "expect:\n"
	           "  user   n\n"
	           "  Alice  1\n"
	           "  -      3\n",
	.generates = true,
	.none_of_none = true,
	.by_row = ROW_CHOSEN,
	.parse = search_parse,
	.run = search_run,
	.needs = search_needs,
};

/* ---- where ---- */

static void *where_parse(struct parser *p)
{
	if (p_done(p)) {
		p_error(p, p->at, "where needs a condition, as in where n > 3");
		return NULL;
	}
	p_filters(p);
	return parse_eval(p);
}

static struct rows *where_run(const void *args, struct rows *in, struct spl_run *run)
{
	run_filter(run, in, args, (struct str){NULL, 0});
	return in;
}

static void where_needs(const void *args, struct fieldset *want, struct arena *a)
{
	fieldset_add_expr(want, args, a);
}

const struct spl_cmd cmd_where = {
	.name = "where",
	.usage = "where EXPRESSION",
	.summary = "keeps the rows for which the expression is true; case counts, a bare word is a field",
	.example = "rows:\n"
	           "  user   n\n"
	           "  Alice  1\n"
	           "  bob    2\n"
	           "  bob    -\n"
	           "search: where user=\"bob\" AND n>1\n"
	           "expect:\n"
	           "  user  n\n"
	           "  bob   2\n",
	.none_of_none = true,
	.by_row = ROW_CHOSEN,
	.parse = where_parse,
	.run = where_run,
	.needs = where_needs,
};

/* ---- regex ---- */

struct regex_args {
	struct str field;
	bool negated;
	const struct regex *re;
	const struct expr *why;                          /* the same as an expression, for those who explain it */
};

/* The command from `at` on as match(field, …). */
static const struct expr *as_expr(struct parser *p, size_t at, const struct regex_args *x)
{
	struct nodes arg = {0}, whole = {0};
	struct expr *field = node_new(p, E_FIELD, at), *re = node_new(p, E_LIT, at);

	field->name = x->field;
	re->lit = val_str(STR(""));
	nodes_add(p, &arg, field);
	nodes_add(p, &arg, re);
	struct expr *e = node_call(p, fn_find(STR("match")), at, &arg);
	e->call.cached = (void *)(uintptr_t)x->re;
	if (!x->negated)
		return e;
	nodes_add(p, &whole, e);
	return node_over(p, E_NOT, at, &whole);
}

static void *regex_parse(struct parser *p)
{
	struct regex_args *x = ARENA_NEW(p->arena, struct regex_args);
	const size_t start = p->at - (sizeof("regex") - 1);     /* the command has just been read */
	struct str raw;
	char err[160];

	p_filters(p);
	x->field = STR("_raw");
	if (p_peek(p) != '"') {
		if (!p_name(p, "a field or a regular expression", &x->field))
			return NULL;
		x->negated = p_char(p, '!');
		if (!p_char(p, '=')) {
			p_error(p, p->at, "expected = or != after the field, found %s", p_found(p));
			return NULL;
		}
	}
	p_blank(p);
	size_t at = p->at;
	if (!p_quoted(p, &raw)) {
		p_error(p, at, "expected a regular expression in quotes, found %s", p_found(p));
		return NULL;
	}
	x->re = regex_new(p->arena, spl_unescape_eval(p->arena, raw), err, sizeof(err));
	if (!x->re) {
		p_error(p, at, "bad regular expression: %s", err);
		return NULL;
	}
	x->why = as_expr(p, start, x);
	return x;
}

static struct rows *regex_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct regex_args *x = args;
	ptrdiff_t col = rows_find(in, x->field);
	uint32_t *keep = xcalloc(in->n ? in->n : 1, sizeof(*keep));
	size_t n = 0;

	regex_looks_in(x->field);
	for (size_t i = 0; i < in->n && !run_stopped(run); i++) {
		struct val v = col < 0 ? val_null() : in->col[col].v[i];
		bool found = false;
		for (uint32_t k = 0; k < val_count(v) && !found; k++) {
			struct val one = val_at(v, k);
			char buf[VAL_NUM_SIZE];
			size_t from, to;
			struct str text =
				one.type == V_NUM ? val_num_text(one.num, buf) : (struct str){one.s, one.len};
			found = regex_find(x->re, text, 0, &from, &to);
		}
		if (found != x->negated)
			keep[n++] = (uint32_t)i;
	}
	rows_select(in, keep, n);
	free(keep);
	trace_filter(run, in, x->why, (struct str){NULL, 0});
	return in;
}

static void regex_needs(const void *args, struct fieldset *want, struct arena *a)
{
	fieldset_add(want, ((const struct regex_args *)args)->field, a);
}

const struct spl_cmd cmd_regex = {
	.name = "regex",
	.usage = "regex [FIELD=|FIELD!=]\"REGEX\"",
	.summary = "keeps the rows in which the regular expression is found, or is not; without a field, in "
		   "_raw",
	.example = "rows:\n"
		   "  image\n"
		   "  C:\\Temp\\a1.exe\n"
		   "  C:\\Windows\\cmd.exe\n"
		   "search: regex image=\"(?i)\\\\\\\\temp\\\\\\\\\\w\\d\\.exe$\"\n"
		   "expect:\n"
		   "  image\n"
		   "  C:\\Temp\\a1.exe\n",
	.none_of_none = true,
	.by_row = ROW_CHOSEN,
	.parse = regex_parse,
	.run = regex_run,
	.needs = regex_needs,
};
