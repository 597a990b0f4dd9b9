/* Commands that make a field out of others, row by row: strcat, rangemap, and those that look back at the rows before: accum,
 * delta, autoregress. */
#include <math.h>

#include "spl/cmdlib.h"

static struct val cell(const struct rows *r, ptrdiff_t col, size_t row)
{
	return col < 0 ? val_null() : r->col[col].v[row];
}

/* "FIELD [as NAME]"; `as` is the field itself when there is no name. */
static bool field_as(struct parser *p, struct str *field, struct str *as)
{
	if (!p_name(p, "a field", field))
		return false;
	*as = *field;
	return !p_take_word(p, "as") || p_name(p, "a name after 'as'", as);
}

/* ---- strcat ---- */

struct piece {
	struct str text;
	bool literal;
};
struct strcat {
	bool all_required;
	struct piece *piece;
	size_t n;                                        /* the last is the field that is made */
};

static void *strcat_parse(struct parser *p)
{
	struct strcat *x = ARENA_NEW(p->arena, struct strcat);
	struct str name, value;

	p_blank(p);
	size_t at = p->at;
	if (p_option(p, &name, &value)) {
		if (!str_ieqc(name, "allrequired"))
			return p_no_option(p, at, "strcat", name, "allrequired"), NULL;
		if (!p_truth(p, at, name, value, &x->all_required))
			return NULL;
	}
	while (!diag_is_set(p->diag) && !p_done(p)) {
		struct piece one = {.literal = p_peek(p) == '"'};
		if (!p_name(p, "a field or a text in quotes", &one.text))
			return NULL;
		x->piece = arena_grow(p->arena, x->piece, x->n, sizeof(*x->piece));
		x->piece[x->n++] = one;
	}
	if (diag_is_set(p->diag))
		return NULL;
	if (x->n < 2 || x->piece[x->n - 1].literal)
		return p_error(p, p->at, "strcat needs fields or texts, and at the end the field to make"), NULL;
	return x;
}

static struct rows *strcat_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct strcat *x = args;
	size_t n = x->n - 1;
	ptrdiff_t *col = ARENA_ARRAY(run->arena, ptrdiff_t, n);
	size_t to = rows_col(in, x->piece[n].text);
	struct sbuf b = {0};

	for (size_t k = 0; k < n; k++)
		col[k] = x->piece[k].literal ? -1 : rows_find(in, x->piece[k].text);
	for (size_t i = 0; i < in->n && !run_full(run, in); i++) {
		bool missing = false;
		sbuf_reset(&b);
		for (size_t k = 0; k < n; k++) {
			struct val v = cell(in, col[k], i);
			if (x->piece[k].literal)
				sbuf_adds(&b, x->piece[k].text);
			else if (val_is_null(v))
				missing = true;
			else
				sbuf_adds(&b, val_text(v, in->arena));
		}
		if (!(missing && x->all_required))
			in->col[to].v[i] = val_str(arena_str(in->arena, sbuf_str(&b)));
	}
	sbuf_free(&b);
	return in;
}

const struct spl_cmd cmd_strcat = {
	.name = "strcat",
	.usage = "strcat [allrequired=true|false] FIELD|\"TEXT\"… FIELD",
	.summary = "puts values and texts together in a field, the last one named; with allrequired=true only where none is missing",
	.example = "rows:\n"
		   "  host  user\n"
		   "  A     bob\n"
		   "  B     -\n"
		   "search: strcat host \"/\" user key\n"
		   "expect:\n"
		   "  host  user  key\n"
		   "  A     bob   A/bob\n"
		   "  B     -     B/\n",
	.parse = strcat_parse,
	.run = strcat_run,
};

/* ---- rangemap ---- */

struct range {
	struct str name;
	double from, to;
};
struct rangemap {
	struct str field, otherwise;
	struct range *v;
	size_t n;
};

/* "0-100", "-5--1", "3": the first '-' that is no sign parts them. */
static bool parse_range(struct str text, struct range *r)
{
	size_t i = 1;

	while (i < text.n && text.p[i] != '-')
		i++;
	struct str left = {text.p, i < text.n ? i : text.n}, right = {text.p + i + 1, i < text.n ? text.n - i - 1 : 0};
	if (!text.n || !str_number(str_trim(left), &r->from))
		return false;
	r->to = r->from;
	return i >= text.n || str_number(str_trim(right), &r->to);
}

static void *rangemap_parse(struct parser *p)
{
	struct rangemap *x = ARENA_NEW(p->arena, struct rangemap);
	struct str name, value;

	x->otherwise = STR("None");
	p_blank(p);
	for (size_t at = p->at; p_option(p, &name, &value); at = p->at) {
		struct range one = {.name = arena_str(p->arena, name)};
		if (str_ieqc(name, "field")) {
			x->field = arena_str(p->arena, value);
		} else if (str_ieqc(name, "default")) {
			x->otherwise = arena_str(p->arena, value);
		} else if (!parse_range(value, &one)) {
			p_error(p, at, "'%.*s' is no range of numbers; write %.*s=0-100", STR_FMT(value), STR_FMT(name));
			return NULL;
		} else {
			x->v = arena_grow(p->arena, x->v, x->n, sizeof(*x->v));
			x->v[x->n++] = one;
		}
		p_blank(p);
	}
	if (diag_is_set(p->diag))
		return NULL;
	if (!x->field.n || !x->n)
		return p_error(p, p->at, "rangemap needs field=NAME and a range, as low=0-100"), NULL;
	return x;
}

static struct rows *rangemap_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct rangemap *x = args;
	ptrdiff_t from = rows_find(in, x->field);
	size_t to = rows_col(in, STR("range"));

	(void)run;
	for (size_t i = 0; i < in->n; i++) {
		struct val hit[16];
		size_t n = 0;
		double d;
		bool number = val_number(cell(in, from, i), &d);
		for (size_t k = 0; number && k < x->n && n < sizeof(hit) / sizeof(*hit); k++)
			if (d >= x->v[k].from && d <= x->v[k].to)
				hit[n++] = val_str(x->v[k].name);
		in->col[to].v[i] = n ? val_list(in->arena, hit, n) : val_str(x->otherwise);
	}
	return in;
}

const struct spl_cmd cmd_rangemap = {
	.name = "rangemap",
	.usage = "rangemap field=FIELD NAME=FROM-TO… [default=TEXT]",
	.summary = "names the range that a number falls into, in the field range; None where it falls into none",
	.example = "rows:\n"
		   "  n\n"
		   "  5\n"
		   "  50\n"
		   "  -1\n"
		   "search: rangemap field=n low=0-9 high=10-99 default=other\n"
		   "expect:\n"
		   "  n   range\n"
		   "  5   low\n"
		   "  50  high\n"
		   "  -1  other\n",
	.parse = rangemap_parse,
	.run = rangemap_run,
};

/* ---- accum ---- */

struct step {
	struct str field, as;
	size_t from, to;                                 /* delta, autoregress: rows back */
};

static void *accum_parse(struct parser *p)
{
	struct step *x = ARENA_NEW(p->arena, struct step);

	return field_as(p, &x->field, &x->as) ? x : NULL;
}

static struct rows *accum_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct step *x = args;
	ptrdiff_t from = rows_find(in, x->field);
	size_t to = rows_col(in, x->as);
	double sum = 0, d;

	(void)run;
	for (size_t i = 0; i < in->n; i++)
		if (val_number(cell(in, from, i), &d))
			in->col[to].v[i] = val_num(sum += d);
	return in;
}

const struct spl_cmd cmd_accum = {
	.name = "accum",
	.usage = "accum FIELD [as NAME]",
	.summary = "the running total of a field's numbers, in its place unless a name is given",
	.example = "rows:\n"
		   "  n\n"
		   "  1\n"
		   "  x\n"
		   "  2\n"
		   "search: accum n as total\n"
		   "expect:\n"
		   "  n  total\n"
		   "  1  1\n"
		   "  x  -\n"
		   "  2  3\n",
	.parse = accum_parse,
	.run = accum_run,
};

/* ---- delta, autoregress ---- */

enum { BACK_MAX = 1000 };

/* [p=N] or [p=N-M] */
static bool parse_back(struct parser *p, struct step *x, const char *command, bool range)
{
	struct str name, value;
	struct range r;

	x->from = x->to = 1;
	p_blank(p);
	size_t at = p->at;
	if (!p_option(p, &name, &value))
		return !diag_is_set(p->diag);
	if (!str_ieqc(name, "p"))
		return p_no_option(p, at, command, name, "p");
	if (!parse_range(value, &r) || r.from < 1 || r.to < r.from || r.to > BACK_MAX || r.from != floor(r.from) ||
	    r.to != floor(r.to) || (!range && r.to != r.from))
		return p_error(p, at, "p= needs a number of rows from 1 to %d%s, not '%.*s'", BACK_MAX, range ? ", or a range of them" : "",
			       STR_FMT(value));
	x->from = (size_t)r.from;
	x->to = (size_t)r.to;
	return true;
}

static void *delta_parse(struct parser *p)
{
	struct step *x = ARENA_NEW(p->arena, struct step);

	if (!field_as(p, &x->field, &x->as) || !parse_back(p, x, "delta", false))
		return NULL;
	if (x->as.p == x->field.p)
		x->as = str_c(arena_printf(p->arena, "delta(%.*s)", STR_FMT(x->field)));
	return x;
}

static struct rows *delta_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct step *x = args;
	ptrdiff_t from = rows_find(in, x->field);
	size_t to = rows_col(in, x->as);
	double now, before;

	(void)run;
	for (size_t i = in->n; i-- > 0;)                 /* from the end: the field may be its own */
		in->col[to].v[i] = i >= x->from && val_number(cell(in, from, i), &now) &&
						   val_number(cell(in, from, i - x->from), &before)
					   ? val_num(now - before)
					   : val_null();
	return in;
}

const struct spl_cmd cmd_delta = {
	.name = "delta",
	.usage = "delta FIELD [as NAME] [p=N]",
	.summary = "how much a number is above that of the row before, or of N rows before",
	.example = "rows:\n"
		   "  n\n"
		   "  1\n"
		   "  4\n"
		   "  9\n"
		   "search: delta n as d\n"
		   "expect:\n"
		   "  n  d\n"
		   "  1  -\n"
		   "  4  3\n"
		   "  9  5\n",
	.parse = delta_parse,
	.run = delta_run,
};

static void *autoregress_parse(struct parser *p)
{
	struct step *x = ARENA_NEW(p->arena, struct step);

	if (!field_as(p, &x->field, &x->as) || !parse_back(p, x, "autoregress", true))
		return NULL;
	if (x->as.p == x->field.p)
		x->as.n = 0;
	else if (x->from != x->to)
		return p_error(p, p->at, "autoregress gives one name; leave out 'as' with a range"), NULL;
	return x;
}

static struct rows *autoregress_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct step *x = args;

	for (size_t back = x->from; back <= x->to && !run_full(run, in); back++) {
		struct str as = x->as.n ? x->as : str_c(arena_printf(run->arena, "%.*s_p%zu", STR_FMT(x->field), back));
		size_t to = rows_col(in, as);
		ptrdiff_t from = rows_find(in, x->field);
		for (size_t i = in->n; i-- > 0;)
			in->col[to].v[i] = i >= back ? cell(in, from, i - back) : val_null();
	}
	return in;
}

const struct spl_cmd cmd_autoregress = {
	.name = "autoregress",
	.usage = "autoregress FIELD [as NAME] [p=N|N-M]",
	.summary = "the value of the row before, or of N to M rows before, in FIELD_p1, FIELD_p2, …",
	.example = "rows:\n"
		   "  n\n"
		   "  a\n"
		   "  b\n"
		   "  c\n"
		   "search: autoregress n p=1-2\n"
		   "expect:\n"
		   "  n  n_p1  n_p2\n"
		   "  a  -     -\n"
		   "  b  a     -\n"
		   "  c  b     a\n",
	.parse = autoregress_parse,
	.run = autoregress_run,
};
