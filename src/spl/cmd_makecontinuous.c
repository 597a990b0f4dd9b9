/* makecontinuous: rows for the spans of time, or of numbers, that have none. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"

enum { ROWS_MAX = 50000 };

struct continuous {
	struct str field;
	double span;
	int months;
};

static void *continuous_parse(struct parser *p)
{
	struct continuous *x = ARENA_NEW(p->arena, struct continuous);
	struct str name, value;

	x->field = STR("_time");
	while (!p_done(p)) {
		p_blank(p);
		size_t at = p->at;
		if (p_option(p, &name, &value)) {
			if (!str_ieqc(name, "span"))
				return p_no_option(p, at, "makecontinuous", name, "span"), NULL;
			if (!when_span(value, &x->span, &x->months) && !str_number(value, &x->span))
				return p_error(p, at, "'%.*s' is no span; write 1h, 30m, 10s, 1d or a number", STR_FMT(value)), NULL;
		} else if (diag_is_set(p->diag) || !p_name(p, "a field", &x->field)) {
			return NULL;
		}
	}
	if (!(x->span > 0) && !x->months)
		return p_error(p, p->at, "makecontinuous needs a span, as in makecontinuous _time span=1h"), NULL;
	return x;
}

struct at {
	double x;
	uint32_t row;
};

static int by_x(const void *a, const void *b)
{
	const struct at *x = a, *y = b;

	if (x->x != y->x)
		return x->x < y->x ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static double next_of(const struct continuous *c, double x)
{
	/* no month has more than 31 days */
	return c->months ? bucket_start(x + 31.5 * 86400 * c->months, c->span, c->months) : x + c->span;
}

/* The rows by the field, and between them -1 for each span that has none; NULL when they are too many. */
static struct at *with_gaps(const struct continuous *c, const struct rows *r, ptrdiff_t col, size_t *n)
{
	struct at *v = xcalloc(r->n ? r->n : 1, sizeof(*v)), *all = NULL;
	size_t rows = 0, cap = 0;

	*n = 0;
	for (size_t i = 0; i < r->n; i++)
		if (val_number(r->col[col].v[i], &v[rows].x))
			v[rows++].row = (uint32_t)i;
	if (rows)
		qsort(v, rows, sizeof(*v), by_x);
	for (size_t i = 0; i < rows; i++) {
		double x = i ? next_of(c, v[i - 1].x) : v[i].x;
		for (; x < v[i].x && *n <= ROWS_MAX; x = next_of(c, x)) {
			GROW(all, *n, cap);
			all[(*n)++] = (struct at){x, UINT32_MAX};
		}
		if (x < v[i].x) {
			free(v);
			free(all);
			return NULL;
		}
		GROW(all, *n, cap);
		all[(*n)++] = v[i];
	}
	free(v);
	return all ? all : xcalloc(1, sizeof(*all));
}

static struct rows *continuous_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct continuous *c = args;
	ptrdiff_t col = rows_find(in, c->field);
	size_t n;

	if (col < 0)
		return in;
	struct at *at = with_gaps(c, in, col, &n);
	if (!at)
		return run_fail(run, in, "makecontinuous would make more than %d rows; give it a wider span", ROWS_MAX);
	struct rows *out = rows_new(n);
	for (size_t k = 0; k < in->ncols; k++) {
		struct val *to = rows_values(out, in->col[k].name);
		for (size_t i = 0; i < n; i++)
			to[i] = at[i].row != UINT32_MAX ? in->col[k].v[at[i].row] : (ptrdiff_t)k == col ? val_num(at[i].x) : val_null();
	}
	for (size_t i = 0; i < n; i++)
		out->lin[i] = at[i].row != UINT32_MAX ? in->lin[at[i].row] : NULL;
	free(at);
	rows_adopt(out, in);
	return out;
}

static void continuous_needs(const void *args, struct fieldset *want, struct arena *a)
{
	fieldset_add(want, ((const struct continuous *)args)->field, a);
}

const struct spl_cmd cmd_makecontinuous = {
	.name = "makecontinuous",
	.usage = "makecontinuous [FIELD] span=SPAN",
	.summary = "adds a row for each span of time, or of a number, that has none; rows without the field go",
	.example = "rows:\n"
	           "  _time  n\n"
	           "  40     2\n"
	           "  10     1\n"
	           "search: makecontinuous _time span=10s\n"
	           "expect:\n"
	           "  _time  n\n"
	           "  10     1\n"
	           "  20     -\n"
	           "  30     -\n"
	           "  40     2\n",
	.none_of_none = true,
	.parse = continuous_parse,
	.run = continuous_run,
	.needs = continuous_needs,
};
