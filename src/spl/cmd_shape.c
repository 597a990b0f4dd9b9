/* Commands that add up or turn a table: addtotals, addcoltotals, transpose, xyseries, untable. */
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "spl/cmdlib.h"

/* ---- addtotals ---- */

struct totals {
	bool row, col;
	struct str name, label, label_field;
	struct str *field;                               /* none: all but the hidden ones */
	size_t n;
};

static void *totals_parse(struct parser *p, bool row)
{
	struct totals *x = ARENA_NEW(p->arena, struct totals);
	struct str name, value, *more;

	x->row = row;
	x->col = !row;
	x->name = x->label = STR("Total");
	for (;;) {
		while (p_char(p, ','))
			;
		if (p_done(p))
			return x;
		size_t at = p->at;
		bool ok = true;
		if (p_option(p, &name, &value)) {
			if (row && str_ieqc(name, "row"))
				ok = p_truth(p, at, name, value, &x->row);
			else if (row && str_ieqc(name, "col"))
				ok = p_truth(p, at, name, value, &x->col);
			else if (row && str_ieqc(name, "fieldname"))
				x->name = arena_str(p->arena, value);
			else if (str_ieqc(name, "label"))
				x->label = arena_str(p->arena, value);
			else if (str_ieqc(name, "labelfield"))
				x->label_field = arena_str(p->arena, value);
			else
				ok = p_no_option(p, at, row ? "addtotals" : "addcoltotals", name,
						 row ? "row, col, fieldname, label, labelfield" : "label, labelfield");
			if (!ok || diag_is_set(p->diag))
				return NULL;
			continue;
		}
		more = ARENA_ARRAY(p->arena, struct str, x->n + 1);
		if (x->n)
			memcpy(more, x->field, x->n * sizeof(*more));
		if (diag_is_set(p->diag) || !p_name(p, "a field", &more[x->n]))
			return NULL;
		x->field = more;
		x->n++;
	}
}

static void *addtotals_parse(struct parser *p)
{
	return totals_parse(p, true);
}

static void *addcoltotals_parse(struct parser *p)
{
	return totals_parse(p, false);
}

static void total_rows(const struct totals *x, struct rows *r, const size_t *col, size_t n)
{
	size_t to = rows_col(r, x->name);

	for (size_t i = 0; i < r->n; i++) {
		double sum = 0, d;
		bool any = false;
		for (size_t c = 0; c < n; c++) {
			if (col[c] != to && val_number(r->col[col[c]].v[i], &d)) {
				sum += d;
				any = true;
			}
		}
		r->col[to].v[i] = any ? val_num(sum) : val_null();
	}
}

static void total_columns(const struct totals *x, struct rows *r, const size_t *col, size_t n)
{
	struct rows *last = rows_new(1);

	for (size_t c = 0; c < n; c++) {
		double sum = 0, d;
		bool any = false;
		for (size_t i = 0; i < r->n; i++) {
			if (val_number(r->col[col[c]].v[i], &d)) {
				sum += d;
				any = true;
			}
		}
		size_t to = rows_col(last, r->col[col[c]].name);
		last->col[to].v[0] = any ? val_num(sum) : val_null();
	}
	if (x->label_field.n) {
		size_t to = rows_col(last, x->label_field);
		last->col[to].v[0] = val_str(x->label);
	}
	rows_append(r, last);
	rows_free(last);
}

static struct rows *addtotals_run(const void *args, struct rows *in, struct spl_run *run)
{
	static const struct str all[] = {{"*", 1}};
	const struct totals *x = args;
	size_t *col, n = names_columns(in, x->n ? x->field : all, x->n ? x->n : 1, false, &col);

	(void)run;
	if (x->row)
		total_rows(x, in, col, n);
	free(col);
	if (x->col) {
		n = names_columns(in, x->n ? x->field : all, x->n ? x->n : 1, false, &col);
		total_columns(x, in, col, n);
		free(col);
	}
	return in;
}

const struct spl_cmd cmd_addtotals = {
	.name = "addtotals",
	.usage = "addtotals [row=true|false] [col=true|false] [fieldname=NAME] [labelfield=FIELD] "
		 "[label=TEXT] [FIELD…]",
	.summary = "adds the sum of each row's numbers, and with col=true a row with the sums of the columns",
	.example = "rows:\n"
		   "  host  a  b\n"
		   "  A     1  2\n"
		   "  B     3  x\n"
		   "search: addtotals col=true labelfield=host\n"
		   "expect:\n"
		   "  host   a  b  Total\n"
		   "  A      1  2  3\n"
		   "  B      3  x  3\n"
		   "  Total  4  2  6\n",
	.parse = addtotals_parse,
	.run = addtotals_run,
};

const struct spl_cmd cmd_addcoltotals = {
	.name = "addcoltotals",
	.usage = "addcoltotals [labelfield=FIELD] [label=TEXT] [FIELD…]",
	.summary = "adds a row with the sums of the columns",
	.example = "rows:\n"
		   "  host  a\n"
		   "  A     1\n"
		   "  B     3\n"
		   "search: addcoltotals labelfield=host label=all\n"
		   "expect:\n"
		   "  host  a\n"
		   "  A     1\n"
		   "  B     3\n"
		   "  all   4\n",
	.parse = addcoltotals_parse,
	.run = addtotals_run,
};

/* ---- transpose ---- */

struct transpose {
	size_t n;                                        /* rows that become columns; 0: all */
	struct str column, header;                       /* name of the first column; field that names the others */
};

enum { TRANSPOSE_MAX = 10000 };

static void *transpose_parse(struct parser *p)
{
	struct transpose *x = ARENA_NEW(p->arena, struct transpose);
	struct str name, value;
	long n;

	x->n = 5;
	x->column = STR("column");
	while (!p_done(p)) {
		size_t at = p->at;
		if (p_option(p, &name, &value)) {
			if (str_ieqc(name, "column_name"))
				x->column = arena_str(p->arena, value);
			else if (str_ieqc(name, "header_field"))
				x->header = arena_str(p->arena, value);
			else
				return p_no_option(p, at, "transpose", name, "column_name, header_field"), NULL;
		} else if (!p_int(p, &n) || n < 0) {
			p_error(p, at, "expected a number of rows, found %s", p_found(p));
			return NULL;
		} else {
			x->n = (size_t)n;
		}
		if (diag_is_set(p->diag))
			return NULL;
	}
	return x;
}

static struct rows *transpose_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct transpose *x = args;
	ptrdiff_t header = x->header.n ? rows_find(in, x->header) : -1;
	size_t n = x->n && x->n < in->n ? x->n : in->n, rows = 0;

	if (n > TRANSPOSE_MAX) {
		run_warn(run, "transpose makes columns of %d rows at most", TRANSPOSE_MAX);
		n = TRANSPOSE_MAX;
	}
	for (size_t c = 0; c < in->ncols; c++)
		rows += (ptrdiff_t)c != header && !name_hidden(in->col[c].name);
	struct rows *r = rows_new(rows);
	size_t names = rows_col(r, x->column);
	for (size_t i = 0; i < n && !run_stopped(run) && !run_full(run, r); i++) {
		size_t at = 0, to;
		struct val title = header < 0 ? val_null() : in->col[header].v[i];
		if (val_is_null(title))
			to = rows_col(r, str_c(arena_printf(r->arena, "row %zu", i + 1)));
		else
			to = rows_col(r, val_text(title, r->arena));
		for (size_t c = 0; c < in->ncols; c++) {
			if ((ptrdiff_t)c != header && !name_hidden(in->col[c].name))
				r->col[to].v[at++] = in->col[c].v[i];
		}
	}
	for (size_t c = 0, at = 0; c < in->ncols; c++) {
		if ((ptrdiff_t)c != header && !name_hidden(in->col[c].name))
			r->col[names].v[at++] = val_str(in->col[c].name);
	}
	rows_adopt(r, in);
	return r;
}

const struct spl_cmd cmd_transpose = {
	.name = "transpose",
	.usage = "transpose [N] [column_name=NAME] [header_field=FIELD]",
	.summary = "makes columns of the first rows, 5 unless told, 0 for all, and rows of the columns",
	.example = "rows:\n"
	           "  host  n\n"
	           "  A     1\n"
	           "  B     2\n"
	           "search: transpose header_field=host\n"
	           "expect:\n"
	           "  column  A  B\n"
	           "  n       1  2\n",
	.parse = transpose_parse,
	.run = transpose_run,
};

/* ---- xyseries, untable ---- */

struct xy {
	struct str x, y, value;
};

static void *xy_parse(struct parser *p)
{
	struct xy *x = ARENA_NEW(p->arena, struct xy);
	struct str *name;
	size_t at = p->at, n = p_names(p, NULL, &name);

	if (diag_is_set(p->diag))
		return NULL;
	if (n != 3) {
		p_error(p, at, "three fields are needed, found %zu", n);
		return NULL;
	}
	*x = (struct xy){name[0], name[1], name[2]};
	return x;
}

static struct rows *xyseries_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct xy *x = args;
	const struct str names[] = {x->x, x->y, x->value};
	struct keys k = row_keys(run, in, names, 3);
	struct map *row_of = map_new();
	struct sbuf key = {0};
	uint32_t *to = xcalloc(in->n ? in->n : 1, sizeof(*to)),
		 *first = xcalloc(in->n ? in->n : 1, sizeof(*first));
	size_t n = 0;

	for (size_t i = 0; i < in->n; i++) {
		bool fresh;
		to[i] = UINT32_MAX;
		if (!row_key(&key, in, i, k.col, 2))
			continue;
		row_key(&key, in, i, k.col, 1);
		union map_val *at = map_put(row_of, sbuf_str(&key), &fresh);
		if (fresh) {
			at->u = n;
			first[n++] = (uint32_t)i;
		}
		to[i] = (uint32_t)at->u;
	}
	struct rows *r = rows_new(n);
	size_t xcol = rows_col(r, x->x);
	for (size_t i = 0; i < n; i++)
		r->col[xcol].v[i] = in->col[k.col[0]].v[first[i]];
	for (size_t i = 0; i < in->n && !run_stopped(run); i++) {
		if (to[i] == UINT32_MAX)
			continue;
		size_t before = r->ncols, c = rows_col(r, val_text(in->col[k.col[1]].v[i], r->arena));
		if (r->ncols != before && run_full(run, r))
			break;
		if (c != xcol && k.col[2] >= 0)
			r->col[c].v[to[i]] = in->col[k.col[2]].v[i];
		r->lin[to[i]] = lineage_join(r->arena, run_store(run), r->lin[to[i]], in->lin[i]);
	}
	r->partial |= run->budget.spent;
	free(to);
	free(first);
	sbuf_free(&key);
	map_free(row_of);
	rows_adopt(r, in);
	return r;
}

static void xy_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct xy *x = args;

	*want = (struct fieldset){0};
	fieldset_add(want, x->x, a);
	fieldset_add(want, x->y, a);
	fieldset_add(want, x->value, a);
}

const struct spl_cmd cmd_xyseries = {
	.name = "xyseries",
	.usage = "xyseries X-FIELD NAME-FIELD VALUE-FIELD",
	.summary = "makes a grid of rows: one row for each x, one column for each name",
	.example = "rows:\n"
	           "  host  user  n\n"
	           "  A     bob   1\n"
	           "  A     eve   2\n"
	           "  B     bob   3\n"
	           "search: xyseries host user n\n"
	           "expect:\n"
	           "  host  bob  eve\n"
	           "  A     1    2\n"
	           "  B     3    -\n",
	.parse = xy_parse,
	.run = xyseries_run,
	.needs = xy_needs,
};

static struct rows *untable_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct xy *x = args;
	ptrdiff_t xcol = rows_find(in, x->x);
	size_t n = 0;

	for (size_t c = 0; c < in->ncols; c++) {
		for (size_t i = 0; i < in->n && (ptrdiff_t)c != xcol && !name_hidden(in->col[c].name); i++)
			n += !val_is_null(in->col[c].v[i]);
	}
	if (run_over(run, rows_bytes(in) + n * 4 * sizeof(struct val)))
		return run_fail(run, in, "untable would make %zu rows, more than there is memory for", n);
	struct rows *r = rows_new(n);
	size_t to_x = rows_col(r, x->x), to_y = rows_col(r, x->y), to_v = rows_col(r, x->value), at = 0;
	for (size_t i = 0; i < in->n; i++) {
		for (size_t c = 0; c < in->ncols; c++) {
			if ((ptrdiff_t)c == xcol || name_hidden(in->col[c].name) ||
			    val_is_null(in->col[c].v[i]))
				continue;
			r->col[to_x].v[at] = xcol < 0 ? val_null() : in->col[xcol].v[i];
			r->col[to_y].v[at] = val_str(in->col[c].name);
			r->col[to_v].v[at] = in->col[c].v[i];
			r->lin[at++] = in->lin[i];
		}
	}
	rows_adopt(r, in);
	return r;
}

const struct spl_cmd cmd_untable = {
	.name = "untable",
	.usage = "untable X-FIELD NAME-FIELD VALUE-FIELD",
	.summary = "makes a row of each cell of a grid: the opposite of xyseries",
	.example = "rows:\n"
	           "  host  bob  eve\n"
	           "  A     1    2\n"
	           "  B     3    -\n"
	           "search: untable host user n\n"
	           "expect:\n"
	           "  host  user  n\n"
	           "  A     bob   1\n"
	           "  A     eve   2\n"
	           "  B     bob   3\n",
	.parse = xy_parse,
	.run = untable_run,
};
