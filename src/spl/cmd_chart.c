/* chart and timechart: aggregations as a grid, one row per x or span of time, one column per series. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "spl/choice.h"
#include "spl/cmdlib.h"

enum { BUCKETS_MAX = 50000 };

struct chart {
	bool time;                                       /* timechart: x is _time in buckets */
	const struct agg *agg;
	size_t nagg;
	struct str x, by;                                /* by: n 0 when there is no series */
	double span;                                     /* 0: from the times */
	int months;
	size_t bins;
	bool other, null, gaps;                          /* gaps: spans without rows are left out */
	struct choice choice;                            /* which series have a column of their own */
	struct str other_name, null_name;
};

/* ---- parsing ---- */

static const char *const until[] = {
	"by",      "over",     "span",    "bins", "limit",   "useother",
	"usenull", "otherstr", "nullstr", "cont", "partial", "fixedrange", NULL,
};

static bool parse_option(struct parser *p, struct chart *c, size_t at, struct str name, struct str value)
{
	bool on;

	if (str_ieqc(name, "limit")) {
		if (str_istarts(value, "top"))
			value = (struct str){value.p + 3, value.n - 3};
		return p_count(p, at, name, value, &c->choice.n);
	}
	if (str_ieqc(name, "useother"))
		return p_truth(p, at, name, value, &c->other);
	if (str_ieqc(name, "usenull"))
		return p_truth(p, at, name, value, &c->null);
	if (str_ieqc(name, "otherstr") || str_ieqc(name, "nullstr")) {
		*(str_ieqc(name, "otherstr") ? &c->other_name : &c->null_name) = arena_str(p->arena, value);
		return true;
	}
	if (c->time && str_ieqc(name, "span"))
		return when_span(value, &c->span, &c->months) ||
		       p_error(p, at, "'%.*s' is no span; write 1h, 30m, 10s or 1d", STR_FMT(value));
	if (c->time && str_ieqc(name, "bins"))
		return p_count(p, at, name, value, &c->bins) &&
		       (c->bins > 0 || p_error(p, at, "bins must not be 0"));
	if (c->time && (str_ieqc(name, "partial") || str_ieqc(name, "fixedrange")))  /* no search window cuts or widens the spans here */
		return p_truth(p, at, name, value, &on);
	if (c->time && str_ieqc(name, "cont")) {
		if (!p_truth(p, at, name, value, &on))
			return false;
		c->gaps = !on;
		return true;
	}
	return p_no_option(p, at, c->time ? "timechart" : "chart", name,
	                   c->time ? "span, bins, limit, cont, useother, usenull, otherstr, nullstr"
	                           : "limit, useother, usenull, otherstr, nullstr");
}

static bool parse_options(struct parser *p, struct chart *c)
{
	struct str name, value;

	for (;;) {
		p_blank(p);
		size_t at = p->at;
		if (!p_option(p, &name, &value))
			return !diag_is_set(p->diag);
		if (!parse_option(p, c, at, name, value))
			return false;
	}
}

static void *parse(struct parser *p, bool time)
{
	struct chart *c = ARENA_NEW(p->arena, struct chart);
	struct agg *agg;

	*c = (struct chart){
		.time = time, .bins = 100, .choice = {.n = 10}, .other = true, .null = true,
		.other_name = STR("OTHER"), .null_name = STR("NULL"), .x = time ? STR("_time") : STR(""),
	};
	if (!parse_options(p, c))
		return NULL;
	c->nagg = agg_parse(p, until, &agg);
	c->agg = agg;
	if (!c->nagg || (!time && !agg_no_rates(p, agg, c->nagg)) || !parse_options(p, c))
		return NULL;
	if (!time && p_take_word(p, "over") && !p_name(p, "a field after 'over'", &c->x))
		return NULL;
	if (p_take_word(p, "by")) {
		if (!c->x.n && !p_name(p, "a field after 'by'", &c->x))
			return NULL;
		p_char(p, ',');
		p_blank(p);
		size_t at = p->at;
		struct str option, value;
		bool series = !p_done(p) && !p_option(p, &option, &value);
		p->at = at;
		if (series && !p_name(p, "a field after 'by'", &c->by))
			return NULL;
		if (c->by.n && p_take_word(p, "where") && !choice_parse(p, &c->choice))
			return NULL;
	}
	if (!parse_options(p, c))
		return NULL;
	if (!c->x.n) {
		p_error(p, p->at, "chart needs 'by' or 'over' and a field, found %s", p_found(p));
		return NULL;
	}
	return c;
}

static void *chart_parse(struct parser *p)
{
	return parse(p, false);
}

static void *timechart_parse(struct parser *p)
{
	return parse(p, true);
}

/* ---- x and series of each row ---- */

#define X STR("\001x")
#define Y STR("\001y")

/* The column by which rows are told apart along the x axis. */
static void make_x(const struct chart *c, struct rows *r, double span)
{
	ptrdiff_t from = rows_find(r, c->x);
	size_t to = rows_col(r, X);
	double t;

	for (size_t i = 0; i < r->n; i++) {
		struct val v = from < 0 ? val_null() : r->col[from].v[i];
		if (c->time)
			v = val_number(v, &t) ? val_num(bucket_start(t, span, c->months)) : val_null();
		r->col[to].v[i] = v;
	}
}

/* The series: its value, or NULL; without `by` none. */
static void make_y(const struct chart *c, struct rows *r)
{
	ptrdiff_t from = rows_find(r, c->by);
	size_t to = rows_col(r, Y);

	for (size_t i = 0; i < r->n; i++) {
		struct val v = from < 0 ? val_null() : r->col[from].v[i];
		if (!c->by.n)
			v = val_str(STR(""));
		else if (val_is_null(v) && c->null)
			v = val_str(c->null_name);
		r->col[to].v[i] = v;
	}
}

struct series {
	struct val v;
	struct score score;
	size_t seen;                                     /* order of first sight */
};

static int by_score(const void *x, const void *y)
{
	const struct series *a = x, *b = y;

	if (a->score.rank != b->score.rank)
		return a->score.rank > b->score.rank ? -1 : 1;
	return a->seen < b->seen ? -1 : a->seen > b->seen;
}

/* Rows grouped by x and series. `in` is consumed. */
static struct rows *grouped(struct spl_run *run, const struct chart *c, struct rows *in)
{
	static const struct str names[] = {{"\001x", 2}, {"\001y", 2}};
	struct agg *agg = ARENA_ARRAY(run->arena, struct agg, c->nagg);
	struct keys k = row_keys(run, in, names, 2);
	struct eval_ctx e = run_eval(run, in);

	for (size_t i = 0; i < c->nagg; i++) {
		agg[i] = c->agg[i];
		agg[i].limit = run->limits->list_values;
		agg[i].as = str_c(arena_printf(run->arena, "\001%zu", i));
	}
	return group_rows(run, in, &k, agg, c->nagg, &e);
}

/* Series that are not chosen become OTHER, or null. */
static void choose_series(struct spl_run *run, const struct chart *c, struct rows *in)
{
	struct rows *copy = rows_new(0);
	struct map *index = map_new();
	struct series *s = NULL;
	size_t n = 0, cap = 0;
	struct sbuf key = {0};
	double d;

	rows_append(copy, in);
	struct rows *g = grouped(run, c, copy);
	ptrdiff_t y = rows_find(g, Y), first = rows_find(g, STR("\0010"));
	for (size_t i = 0; i < g->n; i++) {
		bool fresh;
		row_key(&key, g, i, &y, 1);
		union map_val *at = map_put(index, sbuf_str(&key), &fresh);
		if (fresh) {
			at->u = n;
			GROW(s, n, cap);
			s[n] = (struct series){.v = g->col[y].v[i], .seen = n};
			n++;
		}
		if (val_number(g->col[first].v[i], &d))
			score_add(&s[at->u].score, d);
	}
	struct map *keep = map_new();
	for (size_t i = 0; i < n; i++)
		score_rank(&s[i].score, &c->choice);
	if (n)
		qsort(s, n, sizeof(*s), by_score);
	for (size_t i = 0; i < n; i++)
		if (choice_has(&c->choice, &s[i].score, i, n))
			map_put(keep, val_text(s[i].v, g->arena), NULL);
	struct val *v = in->col[rows_find(in, Y)].v;
	for (size_t i = 0; i < in->n && map_len(keep) < n; i++) {
		if (val_count(v[i]) == 1 && !map_get(keep, val_text(v[i], g->arena)))
			v[i] = c->other ? val_str(c->other_name) : val_null();
	}
	map_free(keep);
	free(s);
	sbuf_free(&key);
	map_free(index);
	rows_free(g);
}

/* ---- the grid ---- */

static struct str series_name(const struct chart *c, size_t agg, struct val y, struct arena *a)
{
	if (!c->by.n)
		return c->agg[agg].as;
	struct str text = val_text(y, a);
	if (c->nagg == 1)                                /* never mistaken for the axis */
		return str_eq(text, c->x) ? str_c(arena_printf(a, "%.*s_", STR_FMT(text))) : text;
	return str_c(arena_printf(a, "%.*s: %.*s", STR_FMT(c->agg[agg].as), STR_FMT(text)));
}

/* Where nothing was counted stands 0. */
static bool counts(const struct agg *g)
{
	static const char *const names[] = {"count", "dc", "estdc"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(g->fn->name, names[i]) == 0)
			return true;
	}
	return false;
}

static double next_bucket(const struct chart *c, double t, double span)
{
	if (!c->months)
		return t + span;
	/* No month has more than 31 days. */
	return bucket_start(t + 31.5 * 86400 * c->months, span, c->months);
}

static int by_value(const void *x, const void *y)
{
	const struct series *a = x, *b = y;

	if (a->seen != b->seen)                          /* 1 for NULL, 2 for OTHER: last */
		return a->seen < b->seen ? -1 : 1;
	return val_cmp(a->v, b->v);
}

/* The columns in order: those of each series by its value, NULL and OTHER last. False when they are too
 * many. */
static bool make_columns(struct spl_run *run, const struct chart *c, const struct rows *g, struct rows *out)
{
	ptrdiff_t y = rows_find(g, Y);
	struct series *s = NULL;
	struct map *seen = map_new();
	size_t n = 0, cap = 0;

	rows_col(out, c->x);
	for (size_t i = 0; i < g->n; i++) {
		bool fresh;
		struct str t = val_text(g->col[y].v[i], out->arena);
		map_put(seen, t, &fresh);
		if (!fresh)
			continue;
		GROW(s, n, cap);
		s[n++] = (struct series){
			.v = g->col[y].v[i],
			.seen = !c->by.n ? 0 : str_eq(t, c->other_name) ? 2 : str_eq(t, c->null_name) ? 1 : 0,
		};
	}
	if (n)
		qsort(s, n, sizeof(*s), by_value);
	bool fits = !run_over(run, rows_bytes(g) + n * c->nagg * out->n * sizeof(struct val));
	for (size_t i = 0; i < n && fits; i++) {
		for (size_t j = 0; j < c->nagg; j++) {
			struct str name = series_name(c, j, s[i].v, out->arena);
			size_t col = rows_col(out, name);
			for (size_t k = 0; k < out->n && counts(&c->agg[j]); k++)
				out->col[col].v[k] = val_num(0);
		}
	}
	map_free(seen);
	free(s);
	return fits;
}

/* Values along the x axis, in order: those that occur, and for times those between them. NULL when there
 * are too many. */
static struct val *axis(const struct chart *c, const struct rows *g, double span, size_t *n)
{
	const struct val *x = g->col[rows_find(g, X)].v;
	struct val *v = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t i = 0; i < g->n; i++) {
		if (*n > 0 && val_same(v[*n - 1], x[i]))
			continue;
		while (c->time && !c->gaps && *n > 0) {
			double next = next_bucket(c, v[*n - 1].num, span);
			if (!(next < x[i].num - span / 2))
				break;
			if (*n > BUCKETS_MAX) {
				free(v);
				return NULL;
			}
			GROW(v, *n, cap);
			v[(*n)++] = val_num(next);
		}
		GROW(v, *n, cap);
		v[(*n)++] = x[i];
	}
	return v ? v : xcalloc(1, sizeof(*v));
}

/* per_hour() and its like: what was summed over a span of so many seconds. */
static struct val rate(const struct agg *g, struct val v, double seconds)
{
	return g->fn->per > 0 && v.type == V_NUM && seconds > 0 ? val_num(v.num * g->fn->per / seconds) : v;
}

static struct rows *pivot(struct spl_run *run, const struct chart *c, struct rows *g, double span)
{
	size_t n, at = 0;
	struct val *x = axis(c, g, span, &n);

	if (!x)
		return run_fail(run, g, "timechart would have more than %d rows; give it a wider span",
				BUCKETS_MAX);
	struct rows *out = rows_new(n);
	if (!make_columns(run, c, g, out)) {
		free(x);
		rows_free(out);
		return run_fail(run, g, "the chart needs more memory than it may have; set a smaller limit=");
	}
	struct lineage_set lin = {0};
	ptrdiff_t gx = rows_find(g, X), gy = rows_find(g, Y);
	for (size_t i = 0; i < n; i++) {
		out->col[0].v[i] = x[i];
		for (; at < g->n && val_same(g->col[gx].v[at], x[i]); at++) {
			for (size_t j = 0; j < c->nagg; j++) {
				char name[32];
				int len = snprintf(name, sizeof(name), "\001%zu", j);
				size_t from = (size_t)rows_find(g, (struct str){name, (size_t)len});
				size_t to = rows_col(out, series_name(c, j, g->col[gy].v[at], out->arena));
				out->col[to].v[i] = rate(&c->agg[j], g->col[from].v[at], next_bucket(c, x[i].num, span) - x[i].num);
			}
			lineage_add(&lin, run_store(run), g->lin[at]);
		}
		out->lin[i] = lineage_make(&lin, out->arena);
	}
	free(x);
	rows_adopt(out, g);
	return out;
}

static struct rows *chart_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct chart *c = args;
	double lo = HUGE_VAL, hi = -HUGE_VAL, span = c->span;

	if (c->time && !(span > 0) && !c->months) {
		ptrdiff_t col = rows_find(in, c->x);
		for (size_t i = 0; i < in->n; i++) {
			double t = row_seconds(in, col, i);
			lo = fmin(lo, isnan(t) ? lo : t);
			hi = fmax(hi, isnan(t) ? hi : t);
		}
		span = bucket_nice(hi > lo ? hi - lo : 0, c->bins, true);
	}
	make_x(c, in, span);
	make_y(c, in);
	if (c->by.n && choice_limits(&c->choice))
		choose_series(run, c, in);
	return pivot(run, c, grouped(run, c, in), span);
}

static void chart_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct chart *c = args;

	*want = (struct fieldset){0};
	fieldset_add(want, c->x, a);
	if (c->by.n)
		fieldset_add(want, c->by, a);
	needs_aggs(want, c->agg, c->nagg, a);
}

const struct spl_cmd cmd_chart = {
	.name = "chart",
	.usage = "chart [limit=N] [useother=true|false] [usenull=true|false] AGG… over FIELD [by FIELD "
		 "[where sum|max|min|avg|count in topN|bottomN, or > N, or < N]]",
	.summary = "aggregations as a grid: a row for each value of one field, a column for each of another",
	.example = "rows:\n"
	           "  host  user\n"
	           "  A     bob\n"
	           "  B     bob\n"
	           "  A     eve\n"
	           "search: chart count over host by user\n"
	           "expect:\n"
	           "  host  bob  eve\n"
	           "  A     1    1\n"
	           "  B     1    0\n",
	.parse = chart_parse,
	.run = chart_run,
	.needs = chart_needs,
};

const struct spl_cmd cmd_timechart = {
	.name = "timechart",
	.usage = "timechart [span=SPAN] [bins=N] [limit=N] [cont=true|false] [useother=true|false] [usenull=true|false] AGG… "
		 "[by FIELD [where sum|max|min|avg|count in topN|bottomN, or > N, or < N]]",
	.summary = "aggregations over time: a row for each span, a column for each value of a field",
	.example = "rows:\n"
		   "  _time  user\n"
		   "  5      bob\n"
		   "  7      eve\n"
		   "  25     bob\n"
		   "search: timechart span=10s count by user\n"
		   "expect:\n"
		   "  _time  bob  eve\n"
		   "  0      1    1\n"
		   "  10     0    0\n"
		   "  20     1    0\n",
	.parse = timechart_parse,
	.run = chart_run,
	.needs = chart_needs,
};
