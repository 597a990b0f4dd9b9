/* Functions of lists (multivalues). A single value is a list of one, null an empty one. */
#include "spl/fn_impl.h"

#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/utf8.h"
#include "base/when.h"

static struct val fn_mvappend(FN_ARGS)
{
	struct fn_list l = {0};

	(void)e;
	for (unsigned i = 0; i < n; i++)
		for (uint32_t j = 0; j < val_count(arg[i]); j++)
			fn_push(c, &l, val_at(arg[i], j));
	return fn_list(c, &l);
}

static struct val fn_mvcount(FN_ARGS)
{
	(void)e, (void)n, (void)c;
	return val_num(val_count(arg[0]));
}

static struct val fn_mvdedup(FN_ARGS)
{
	struct fn_list l = {0};
	struct map *seen;

	(void)e, (void)n;
	if (arg[0].type != V_MV)
		return arg[0];
	seen = map_new();
	for (uint32_t i = 0; i < arg[0].mv->n && !l.full; i++) {
		char buf[VAL_NUM_SIZE];
		bool fresh;
		map_put(seen, val_scalar_text(&arg[0].mv->v[i], buf), &fresh);
		if (fresh)
			fn_push(c, &l, arg[0].mv->v[i]);
	}
	map_free(seen);
	return fn_list(c, &l);
}

static bool check_mvfind(struct parser *p, struct expr *e)
{
	return fn_check_regex(p, e, 1);
}

static struct val fn_mvfind(FN_ARGS)
{
	const struct regex *re = fn_regex(e, arg[1]);
	size_t start, end;

	(void)n;
	for (uint32_t i = 0; re && i < val_count(arg[0]); i++) {
		char buf[VAL_NUM_SIZE];
		struct val v = val_at(arg[0], i);
		struct str s = val_scalar_text(&v, buf);
		if (budget_spent_on(c->budget, s.n))
			break;
		if (regex_find(re, s, 0, &start, &end))
			return val_num(i);
	}
	return val_null();
}

static struct val fn_mvindex(FN_ARGS)
{
	long count = (long)val_count(arg[0]), first, last;
	struct fn_list l = {0};

	(void)e;
	if (!fn_long(arg[1], &first))
		return val_null();
	last = first;
	if (n > 2 && !fn_long(arg[2], &last))
		return val_null();
	first += first < 0 ? count : 0;
	last += last < 0 ? count : 0;
	if (first < 0 || first >= count || last < first)
		return val_null();
	for (long i = first; i <= last && i < count; i++)
		fn_push(c, &l, val_at(arg[0], (uint32_t)i));
	return fn_list(c, &l);
}

static struct val fn_mvjoin(FN_ARGS)
{
	char buf[VAL_NUM_SIZE], sep_buf[VAL_NUM_SIZE];
	struct str sep = fn_text(arg[1], sep_buf);
	struct sbuf b = {0};

	(void)e, (void)n;
	for (uint32_t i = 0; i < val_count(arg[0]) && b.n <= VAL_TEXT_MAX; i++) {
		struct val v = val_at(arg[0], i);
		if (i)
			sbuf_adds(&b, sep);
		sbuf_adds(&b, val_scalar_text(&v, buf));
	}
	return fn_take(c, &b);
}

static struct val fn_mvrange(FN_ARGS)
{
	double start, end, step = 1;
	int months = 0;
	struct fn_list l = {0};

	(void)e;
	if (!val_number(arg[0], &start) || !val_number(arg[1], &end))
		return val_null();
	if (n > 2 && !val_number(arg[2], &step)) {
		char buf[VAL_NUM_SIZE];
		if (!when_span(fn_text(arg[2], buf), &step, &months) || months)
			return val_null();
	}
	if (step == 0 || !(fabs(end - start) / fabs(step) <= (double)VAL_LIST_MAX))
		return val_null();
	for (double i = 0; !l.full; i++) {
		double v = start + i * step;
		if (step > 0 ? v >= end : v <= end)
			break;
		fn_push(c, &l, val_num(v));
	}
	return fn_list(c, &l);
}

static int by_text(const void *a, const void *b)
{
	char abuf[VAL_NUM_SIZE], bbuf[VAL_NUM_SIZE];

	return str_cmp(val_scalar_text(a, abuf), val_scalar_text(b, bbuf));
}

static struct val fn_mvsort(FN_ARGS)
{
	(void)e, (void)n;
	if (arg[0].type != V_MV || budget_spent_on(c->budget, arg[0].mv->n))
		return arg[0].type == V_MV ? val_null() : arg[0];
	size_t size = arg[0].mv->n * sizeof(struct val);
	struct mv *mv = arena_alloc(c->arena, sizeof(*mv) + size);
	mv->n = arg[0].mv->n;
	memcpy(mv->v, arg[0].mv->v, size);
	qsort(mv->v, mv->n, sizeof(mv->v[0]), by_text);
	return (struct val){.type = V_MV, .mv = mv};
}

static struct val fn_mvzip(FN_ARGS)
{
	char buf[VAL_NUM_SIZE], sep_buf[VAL_NUM_SIZE];
	struct str sep = n > 2 ? fn_text(arg[2], sep_buf) : STR(",");
	struct fn_list l = {0};

	(void)e;
	for (uint32_t i = 0; i < val_count(arg[0]) && i < val_count(arg[1]) && !l.full; i++) {
		struct val x = val_at(arg[0], i), y = val_at(arg[1], i);
		struct sbuf b = {0};
		sbuf_adds(&b, val_scalar_text(&x, buf));
		sbuf_adds(&b, sep);
		sbuf_adds(&b, val_scalar_text(&y, buf));
		fn_push(c, &l, fn_take(c, &b));
	}
	return fn_list(c, &l);
}

static struct val fn_split(FN_ARGS)
{
	char buf[VAL_NUM_SIZE], sep_buf[VAL_NUM_SIZE];
	struct str s, sep = fn_text(arg[1], sep_buf);
	struct fn_list l = {0};

	(void)e, (void)n;
	/* The pieces point into the text, so a number's has to move to where it lasts. */
	s = val_scalar_text(&arg[0], buf);
	if (arg[0].type == V_NUM)
		s = arena_str(c->arena, s);
	for (size_t at = 0; !sep.n && at < s.n && !l.full;) {
		size_t start = at;
		utf8_next(s, &at);
		fn_push(c, &l, val_str((struct str){s.p + start, at - start}));
	}
	while (sep.n && !l.full) {
		ptrdiff_t found = str_find(s, sep);
		if (found < 0)
			break;
		fn_push(c, &l, val_str((struct str){s.p, (size_t)found}));
		s.p += (size_t)found + sep.n;
		s.n -= (size_t)found + sep.n;
	}
	if (sep.n || !s.n)
		fn_push(c, &l, val_str(s));
	return fn_list(c, &l);
}

static struct val fn_commands(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];
	struct fn_list l = {0};
	struct diag d = DIAG_INIT;
	struct str text = fn_text(arg[0], buf), word;

	(void)e, (void)n;
	struct parser p = {.text = text, .end = text.n, .arena = c->arena, .diag = &d};
	for (size_t end; p.at < text.n && !l.full; p.at = end + 1) {
		if (!p_segment_end(&p, p.at, text.n, &end))
			break;
		p.end = end;
		if (p_word(&p, NULL, &word))
			fn_push(c, &l, fn_str(c, word));
		p.end = text.n;
	}
	return fn_list(c, &l);
}

#define GROUP .group = "multivalue"
const struct eval_fn fns_list[] = {
	{.name = "commands", .min_args = 1, .max_args = 1, .usage = "commands(search)",
	 .summary = "the commands that a search text uses, as a list",
	 .example = "commands(\"search foo | stats count | sort count\") = search|stats|sort", GROUP,
	 .call = fn_commands},
	{.name = "mvappend", .min_args = 1, .max_args = -1, .usage = "mvappend(x, …)",
	 .summary = "all values, one after the other; nulls are left out",
	 .example = "mvappend(\"x\", null(), \"y\") = x|y", GROUP, .call = fn_mvappend, .nulls = true},
	{.name = "mvcount", .min_args = 1, .max_args = 1, .usage = "mvcount(x)",
	 .summary = "number of values; null for null",
	 .example = "mvcount(split(\"a,b\", \",\")) = 2", GROUP, .call = fn_mvcount},
	{.name = "mvdedup", .min_args = 1, .max_args = 1, .usage = "mvdedup(x)",
	 .summary = "each value once, where it stands first",
	 .example = "mvdedup(split(\"b,a,b\", \",\")) = b|a", GROUP, .call = fn_mvdedup},
	{.name = "mvfind", .min_args = 2, .max_args = 2, .usage = "mvfind(x, regex)",
	 .summary = "the place, from 0, of the first value in which the regular expression is found; null when in none",
	 .example = "mvfind(split(\"a,b\", \",\"), \"^b\") = 1", GROUP, .call = fn_mvfind, .check = check_mvfind},
	{.name = "mvindex", .min_args = 2, .max_args = 3, .usage = "mvindex(x, first, last)",
	 .summary = "the value at a place, or those from first to last; the first is 0, -1 the last of all",
	 .example = "mvindex(split(\"a,b,c\", \",\"), -2, -1) = b|c", GROUP, .call = fn_mvindex},
	{.name = "mvjoin", .min_args = 2, .max_args = 2, .usage = "mvjoin(x, separator)",
	 .summary = "the values as one text, with the separator between",
	 .example = "mvjoin(split(\"a,b\", \",\"), \"; \") = a; b", GROUP, .call = fn_mvjoin},
	{.name = "mvrange", .min_args = 2, .max_args = 3, .usage = "mvrange(start, end, step)",
	 .summary = "numbers from start on, below end; the step is a number or a span as 1h",
	 .example = "mvrange(1, 8, 2) = 1|3|5|7", GROUP, .call = fn_mvrange},
	{.name = "mvsort", .min_args = 1, .max_args = 1, .usage = "mvsort(x)",
	 .summary = "the values in the order of their text",
	 .example = "mvsort(split(\"b,a,10,9\", \",\")) = 10|9|a|b", GROUP, .call = fn_mvsort},
	{.name = "mvzip", .min_args = 2, .max_args = 3, .usage = "mvzip(x, y, separator)",
	 .summary = "first value with first, second with second; a comma between when no separator is given",
	 .example = "mvzip(split(\"a,b\", \",\"), split(\"1,2\", \",\"), \":\") = a:1|b:2", GROUP,
	 .call = fn_mvzip},
	{.name = "split", .min_args = 2, .max_args = 2, .usage = "split(x, separator)",
	 .summary = "the parts of a text as a list; with an empty separator its characters",
	 .example = "split(\"a/b\", \"/\") = a|b", GROUP, .call = fn_split, .each = true},
	{.name = NULL},
};
