/* Commands that bring the rows of several searches together without keys: append, appendcols, appendpipe,
 * union, multisearch. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"

struct append {
	struct spl_query **sub;
	size_t n;
	size_t max;                                      /* rows of the subsearch; 0: the limit of subsearches */
	bool override;
};

/* Options that change nothing here, and those of the command. */
static bool parse_options(struct parser *p, struct append *x, const char *command, bool cols)
{
	static const char *const no_effect[] = {"extendtimerange", "maxtime", "timeout", "run_in_preview"};
	struct str name, value;

	for (;;) {
		bool known = false;
		p_blank(p);
		size_t at = p->at;
		if (!p_option(p, &name, &value))
			return !diag_is_set(p->diag);
		for (size_t i = 0; i < sizeof(no_effect) / sizeof(no_effect[0]); i++)
			known |= str_ieqc(name, no_effect[i]);
		if (known)
			continue;
		if (str_ieqc(name, "maxout")) {
			if (!p_count(p, at, name, value, &x->max))
				return false;
		} else if (cols && str_ieqc(name, "override")) {
			if (!p_truth(p, at, name, value, &x->override))
				return false;
		} else {
			return p_no_option(p, at, command, name, cols ? "maxout, override" : "maxout");
		}
	}
}

static struct append *parse(struct parser *p, const char *command, bool cols)
{
	struct append *x = ARENA_NEW(p->arena, struct append);

	if (!parse_options(p, x, command, cols))
		return NULL;
	x->sub = ARENA_ARRAY(p->arena, struct spl_query *, 1);
	x->sub[0] = p_subsearch(p);
	x->n = 1;
	return x->sub[0] ? x : NULL;
}

/* The subsearch's rows, cut to what may be; `in` waits, and is freed when it fails. */
static struct rows *sub_rows(const struct append *x, size_t which, struct rows *in, struct spl_run *run,
			     const char *command)
{
	size_t held = in ? rows_bytes(in) : 0, most = x->max ? x->max : run->limits->join_rows;

	run->held += held;
	struct rows *r = run_sub(run, x->sub[which]);
	run->held -= held;
	if (!r) {
		rows_free(in);
		return NULL;
	}
	if (most && r->n > most) {
		run_warn(run, "%s: a subsearch gave %zu rows; the first %zu are taken", command, r->n, most);
		rows_head(r, most);
	}
	return r;
}

static void sub_wants(const void *args, struct fieldset *want, struct arena *a)
{
	const struct append *x = args;

	for (size_t i = 0; i < x->n; i++)
		sub_needs(x->sub[i], want, a);
}

/* ---- append ---- */

static void *append_parse(struct parser *p)
{
	return parse(p, "append", false);
}

static struct rows *append_run(const void *args, struct rows *in, struct spl_run *run)
{
	struct rows *r = sub_rows(args, 0, in, run, "append");

	if (!r)
		return NULL;
	rows_append(in, r);
	rows_free(r);
	return in;
}

const struct spl_cmd cmd_append = {
	.name = "append",
	.usage = "append [maxout=N] [ SUBSEARCH ]",
	.summary = "puts the rows of the subsearch after those at hand",
	.example = "rows:\n"
	           "  host  n\n"
	           "  A     1\n"
	           "rows more:\n"
	           "  host  user\n"
	           "  B     bob\n"
	           "search: append [| from more]\n"
	           "expect:\n"
	           "  host  n  user\n"
	           "  A     1  -\n"
	           "  B     -  bob\n",
	.parse = append_parse,
	.run = append_run,
	.needs = sub_wants,
};

/* ---- appendcols ---- */

static void *appendcols_parse(struct parser *p)
{
	return parse(p, "appendcols", true);
}

static struct rows *appendcols_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct append *x = args;
	struct rows *r = sub_rows(x, 0, in, run, "appendcols");

	if (!r)
		return NULL;
	for (size_t c = 0; c < r->ncols; c++) {
		if (name_hidden(r->col[c].name))
			continue;
		size_t to = rows_col(in, r->col[c].name);
		for (size_t i = 0; i < in->n && i < r->n; i++) {
			if (!val_is_null(r->col[c].v[i]) && (x->override || val_is_null(in->col[to].v[i])))
				in->col[to].v[i] = r->col[c].v[i];
		}
	}
	for (size_t i = 0; i < in->n && i < r->n; i++)
		in->lin[i] = lineage_join(in->arena, run_store(run), in->lin[i], r->lin[i]);
	rows_adopt(in, r);
	return in;
}

const struct spl_cmd cmd_appendcols = {
	.name = "appendcols",
	.usage = "appendcols [override=true|false] [maxout=N] [ SUBSEARCH ]",
	.summary = "puts the fields of the subsearch's first row to the first row, of its second to the "
		   "second, …",
	.example = "rows:\n"
		   "  host  n\n"
		   "  A     1\n"
		   "  B     2\n"
		   "rows more:\n"
		   "  n  user\n"
		   "  9  bob\n"
		   "search: appendcols [| from more]\n"
		   "expect:\n"
		   "  host  n  user\n"
		   "  A     1  bob\n"
		   "  B     2  -\n",
	.parse = appendcols_parse,
	.run = appendcols_run,
	.needs = sub_wants,
};

/* ---- appendpipe ---- */

static void *appendpipe_parse(struct parser *p)
{
	struct append *x = ARENA_NEW(p->arena, struct append);

	if (!parse_options(p, x, "appendpipe", false))
		return NULL;
	x->sub = ARENA_ARRAY(p->arena, struct spl_query *, 1);
	x->sub[0] = p_pipeline(p);
	return x->sub[0] ? x : NULL;
}

static struct rows *appendpipe_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct append *x = args;
	struct rows *copy = rows_new(0);

	rows_append(copy, in);
	run->held += rows_bytes(in);
	struct rows *r = run_pipeline(run, x->sub[0], copy);
	run->held -= rows_bytes(in);
	if (!r) {
		rows_free(in);
		return NULL;
	}
	rows_append(in, r);
	rows_free(r);
	return in;
}

const struct spl_cmd cmd_appendpipe = {
	.name = "appendpipe",
	.usage = "appendpipe [ COMMAND | … ]",
	.summary = "runs commands on a copy of the rows and puts the result after them",
	.example = "rows:\n"
	           "  host  n\n"
	           "  A     1\n"
	           "  B     2\n"
	           "search: appendpipe [stats sum(n) as n | eval host=\"all\"]\n"
	           "expect:\n"
	           "  host  n\n"
	           "  A     1\n"
	           "  B     2\n"
	           "  all   3\n",
	.parse = appendpipe_parse,
	.run = appendpipe_run,
};

/* ---- union, multisearch ---- */

static void *union_parse(struct parser *p)
{
	struct append *x = ARENA_NEW(p->arena, struct append);

	if (!parse_options(p, x, "union", false))
		return NULL;
	for (;;) {
		while (p_char(p, ','))
			;
		if (x->n > 0 && p_done(p))
			return x;
		struct spl_query **more = ARENA_ARRAY(p->arena, struct spl_query *, x->n + 1);
		if (x->n)
			memcpy(more, x->sub, x->n * sizeof(*more));
		more[x->n] = p_subsearch(p);
		if (!more[x->n++])
			return NULL;
		x->sub = more;
	}
}

struct newest {
	const struct rows *rows;
	ptrdiff_t col;
};

static int newest_first(const void *x, const void *y, void *ctx)
{
	const struct newest *s = ctx;
	uint32_t i = *(const uint32_t *)x, j = *(const uint32_t *)y;
	double a = row_seconds(s->rows, s->col, i), b = row_seconds(s->rows, s->col, j);

	/* rows without a time stay behind those that have one */
	if (isnan(a) != isnan(b))
		return isnan(a) ? 1 : -1;
	if (!isnan(a) && a != b)
		return a > b ? -1 : 1;
	return i < j ? -1 : i > j;
}

static struct rows *union_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct append *x = args;
	bool all = !in;                                  /* only what `union` begins with is put in order of time */

	for (size_t i = 0; i < x->n; i++) {
		struct rows *r = sub_rows(x, i, in, run, "union");
		if (!r)
			return NULL;
		if (in) {
			rows_append(in, r);
			rows_free(r);
		} else {
			in = r;
		}
		if (run_full(run, in))
			break;
	}
	if (all) {
		struct newest s = {in, rows_find(in, STR("_time"))};
		uint32_t *order = xcalloc(in->n ? in->n : 1, sizeof(*order));
		for (size_t i = 0; i < in->n; i++)
			order[i] = (uint32_t)i;
		qsort_r(order, in->n, sizeof(*order), newest_first, &s);
		rows_select(in, order, in->n);
		free(order);
	}
	return in;
}

#define UNION_ROWS "rows a:\n  _time  host\n  10     A\nrows b:\n  _time  host\n  20     B\n"

const struct spl_cmd cmd_union = {
	.name = "union",
	.usage = "union [maxout=N] [ SUBSEARCH ] [ SUBSEARCH ]…",
	.summary = "the rows of several searches, newest first; after other commands, put behind the rows at "
		   "hand",
	.example = UNION_ROWS "search: | union [| from a] [| from b]\n"
			      "expect:\n"
			      "  _time  host\n"
			      "  20     B\n"
			      "  10     A\n",
	.generates = true,
	.parse = union_parse,
	.run = union_run,
	.needs = sub_wants,
};

const struct spl_cmd cmd_multisearch = {
	.name = "multisearch",
	.usage = "multisearch [ SUBSEARCH ] [ SUBSEARCH ]…",
	.summary = "the events of several searches, newest first",
	.example = UNION_ROWS "search: | multisearch [| from a] [| from b]\n"
	                      "expect:\n"
	                      "  _time  host\n"
	                      "  20     B\n"
	                      "  10     A\n",
	.generates = true,
	.only_first = true,
	.parse = union_parse,
	.run = union_run,
	.needs = sub_wants,
};
