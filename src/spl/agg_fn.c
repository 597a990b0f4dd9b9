/* The aggregations: what each keeps per group, how a value is added, what comes out (spl-spec 3.3). */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "spl/agg.h"

/* Text of a value that is no list, without an arena. */
static struct str text_of(struct val v, char buf[VAL_NUM_SIZE])
{
	return v.type == V_NUM ? val_num_text(v.num, buf) : (struct str){v.s, v.len};
}

/* ---- counting ---- */

struct count {
	uint64_t n;
};

static void count_add(void *state, struct val v, double time, struct arena *a)
{
	(void)v, (void)time, (void)a;
	((struct count *)state)->n++;
}

static struct val count_result(void *state, const struct agg *g, struct arena *a)
{
	(void)g, (void)a;
	return val_num((double)((struct count *)state)->n);
}

/* ---- sets of values: dc, values, mode ---- */

/* Distinct values in the order first seen, with how often each came. */
struct set {
	uint32_t n, cap, nslots;
	struct member {
		struct val v;
		uint64_t times;
	} *v;
	uint32_t *slot;                                  /* index + 1; absent while the set is small */
	uint32_t *recent;                                /* index + 1, by address; absent while the set is not large */
};
enum { SET_SMALL = 8, SET_LARGE = 32, RECENT = 64 };

/* The very same text of the dump, without a look at it: it is cold memory, as a rule. */
static bool same_text(struct val x, struct val y)
{
	return x.type == V_STR && y.type == V_STR && x.s == y.s && x.len == y.len;
}

/* A value that was added before, if that is easily told. */
static struct member *known_member(const struct set *s, struct val v)
{
	if (v.type != V_STR)
		return NULL;
	if (s->slot) {
		uint32_t i = !s->recent ? 0 : s->recent[((uintptr_t)v.s >> 3) % RECENT];
		return i && same_text(s->v[i - 1].v, v) ? &s->v[i - 1] : NULL;
	}
	for (uint32_t i = 0; i < s->n; i++)
		if (same_text(s->v[i].v, v))
			return &s->v[i];
	return NULL;
}

static void set_recent(struct set *s, uint32_t member)
{
	const struct val v = s->v[member].v;

	if (s->recent && v.type == V_STR)
		s->recent[((uintptr_t)v.s >> 3) % RECENT] = member + 1;
}

static void set_slots(struct set *s, struct arena *a)
{
	s->nslots = s->cap * 2;
	s->slot = ARENA_ARRAY(a, uint32_t, s->nslots);
	for (uint32_t i = 0; i < s->n; i++) {
		uint32_t k = (uint32_t)val_hash(s->v[i].v) & (s->nslots - 1);
		while (s->slot[k])
			k = (k + 1) & (s->nslots - 1);
		s->slot[k] = i + 1;
	}
}

static void set_add(void *state, struct val v, double time, struct arena *a)
{
	struct set *s = state;
	uint32_t k = 0;

	(void)time;
	struct member *known = known_member(s, v);
	if (known) {
		known->times++;
		return;
	}
	if (!s->slot) {
		for (uint32_t i = 0; i < s->n; i++) {
			if (val_same(s->v[i].v, v)) {
				s->v[i].times++;
				return;
			}
		}
	} else {
		k = (uint32_t)val_hash(v) & (s->nslots - 1);
		for (; s->slot[k]; k = (k + 1) & (s->nslots - 1)) {
			struct member *m = &s->v[s->slot[k] - 1];
			if (val_same(m->v, v)) {
				m->times++;
				set_recent(s, (uint32_t)(m - s->v));
				return;
			}
		}
	}
	if (s->n == s->cap) {
		uint32_t cap = s->cap ? s->cap * 2 : 4;
		struct member *more = ARENA_ARRAY(a, struct member, cap);
		if (s->n)
			memcpy(more, s->v, s->n * sizeof(*more));
		s->v = more;
		s->cap = cap;
		if (cap > SET_LARGE && !s->recent)
			s->recent = ARENA_ARRAY(a, uint32_t, RECENT);
	}
	s->v[s->n++] = (struct member){v, 1};
	if (s->slot && s->n <= s->nslots / 2)
		s->slot[k] = s->n;
	else if (s->n > SET_SMALL)
		set_slots(s, a);
}

static struct val dc_result(void *state, const struct agg *g, struct arena *a)
{
	(void)g, (void)a;
	return val_num(((struct set *)state)->n);
}

static int by_text(const void *x, const void *y)
{
	char bx[VAL_NUM_SIZE], by[VAL_NUM_SIZE];

	return str_cmp(text_of(*(const struct val *)x, bx), text_of(*(const struct val *)y, by));
}

static struct val values_result(void *state, const struct agg *g, struct arena *a)
{
	const struct set *s = state;
	struct val *v = xcalloc(s->n ? s->n : 1, sizeof(*v));

	(void)g;
	for (uint32_t i = 0; i < s->n; i++)
		v[i] = val_str(val_text(s->v[i].v, a));
	qsort(v, s->n, sizeof(*v), by_text);
	struct val all = val_list(a, v, s->n);
	free(v);
	return all;
}

static struct val mode_result(void *state, const struct agg *g, struct arena *a)
{
	const struct set *s = state;
	const struct member *best = s->v;

	(void)g, (void)a;
	if (s->n == 0)
		return val_null();
	for (uint32_t i = 1; i < s->n; i++) {
		if (s->v[i].times > best->times)
			best = &s->v[i];
	}
	return best->v;
}

/* ---- all values: list ---- */

struct list {
	size_t n, cap;
	bool cut;                                        /* agg_feed held values back */
	struct val *v;
};

static void list_add(void *state, struct val v, double time, struct arena *a)
{
	struct list *l = state;

	(void)time;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 4;
		struct val *more = ARENA_ARRAY(a, struct val, cap);
		if (l->n)
			memcpy(more, l->v, l->n * sizeof(*more));
		l->v = more;
		l->cap = cap;
	}
	l->v[l->n++] = v;
}

static struct val list_result(void *state, const struct agg *g, struct arena *a)
{
	const struct list *l = state;
	struct val *v = xcalloc(l->n ? l->n : 1, sizeof(*v));

	(void)g;
	for (size_t i = 0; i < l->n; i++)
		v[i] = val_str(val_text(l->v[i], a));
	struct val all = val_list(a, v, l->n);
	free(v);
	return all;
}

/* ---- min, max, range ---- */

struct extreme {
	bool any, text;                                  /* text: some value is no number */
	double lo, hi;                                   /* of the numbers */
	bool numbers;
	struct val first, last;                          /* byte-wise, over all */
};

/* Numbers of ten digits before the point, which times are from 2001 on: they sort as text as they do as numbers. */
static bool like_a_time(struct val v)
{
	return v.type == V_NUM && v.num >= 1e9 && v.num < 1e10;
}

/* By text. Writing two times out to compare them is most of what min(_time) and max(_time) would cost. */
static int cmp_text(struct val x, struct val y)
{
	char bx[VAL_NUM_SIZE], by[VAL_NUM_SIZE];

	if (like_a_time(x) && like_a_time(y))
		return (x.num > y.num) - (x.num < y.num);
	return str_cmp(text_of(x, bx), text_of(y, by));
}

static void extreme_add(void *state, struct val v, double time, struct arena *a)
{
	struct extreme *x = state;
	double d;

	(void)time, (void)a;
	if (val_number(v, &d)) {
		if (!x->numbers || d < x->lo)
			x->lo = d;
		if (!x->numbers || d > x->hi)
			x->hi = d;
		x->numbers = true;
	} else {
		x->text = true;
	}
	if (!x->any || cmp_text(v, x->first) < 0)
		x->first = v;
	if (!x->any || cmp_text(v, x->last) > 0)
		x->last = v;
	x->any = true;
}

static struct val as_text(struct val v, struct arena *a)
{
	return v.type == V_NUM ? val_str(val_text(v, a)) : v;
}

static struct val min_result(void *state, const struct agg *g, struct arena *a)
{
	const struct extreme *x = state;

	(void)g;
	return !x->any ? val_null() : x->text ? as_text(x->first, a) : val_num(x->lo);
}

static struct val max_result(void *state, const struct agg *g, struct arena *a)
{
	const struct extreme *x = state;

	(void)g;
	return !x->any ? val_null() : x->text ? as_text(x->last, a) : val_num(x->hi);
}

static struct val range_result(void *state, const struct agg *g, struct arena *a)
{
	const struct extreme *x = state;

	(void)g, (void)a;
	return x->numbers ? val_num(x->hi - x->lo) : val_null();
}

/* ---- sums ---- */

/* Mean and squared deviations are kept as they run (Welford), so that large, close numbers lose no digits. */
struct sums {
	uint64_t n;
	double sum, squares, mean, m2;
};

static void sums_add(void *state, struct val v, double time, struct arena *a)
{
	struct sums *s = state;
	double d;

	(void)time, (void)a;
	if (!val_number(v, &d))
		return;
	s->n++;
	s->sum += d;
	s->squares += d * d;
	double delta = d - s->mean;
	s->mean += delta / (double)s->n;
	s->m2 += delta * (d - s->mean);
}

/* A number, or null where arithmetic left the finite numbers. */
static struct val finite_num(double d)
{
	return isfinite(d) ? val_num(d) : val_null();
}

static struct val sum_result(void *state, const struct agg *g, struct arena *a)
{
	const struct sums *s = state;

	(void)g, (void)a;
	return s->n ? finite_num(s->sum) : val_null();
}

static struct val sumsq_result(void *state, const struct agg *g, struct arena *a)
{
	const struct sums *s = state;

	(void)g, (void)a;
	return s->n ? finite_num(s->squares) : val_null();
}

static struct val avg_result(void *state, const struct agg *g, struct arena *a)
{
	const struct sums *s = state;

	(void)g, (void)a;
	return s->n ? finite_num(s->sum / (double)s->n) : val_null();
}

static struct val variance(const struct sums *s, bool sample, bool root)
{
	if (s->n == 0)
		return val_null();
	double var = s->n == 1 ? 0 : s->m2 / (double)(sample ? s->n - 1 : s->n);

	return finite_num(root ? sqrt(var) : var);
}

static struct val stdev_result(void *state, const struct agg *g, struct arena *a)
{
	(void)g, (void)a;
	return variance(state, true, true);
}

static struct val stdevp_result(void *state, const struct agg *g, struct arena *a)
{
	(void)g, (void)a;
	return variance(state, false, true);
}

static struct val var_result(void *state, const struct agg *g, struct arena *a)
{
	(void)g, (void)a;
	return variance(state, true, false);
}

static struct val varp_result(void *state, const struct agg *g, struct arena *a)
{
	(void)g, (void)a;
	return variance(state, false, false);
}

/* ---- percentiles ---- */

struct numbers {
	size_t n, cap;
	double *v;
};

static void numbers_add(void *state, struct val v, double time, struct arena *a)
{
	struct numbers *s = state;
	double d;

	(void)time;
	if (!val_number(v, &d))
		return;
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 8;
		double *more = ARENA_ARRAY(a, double, cap);
		if (s->n)
			memcpy(more, s->v, s->n * sizeof(*more));
		s->v = more;
		s->cap = cap;
	}
	s->v[s->n++] = d;
}

static int by_number(const void *x, const void *y)
{
	double dx = *(const double *)x, dy = *(const double *)y;

	return (dx > dy) - (dx < dy);
}

static void sort_numbers(struct numbers *s)
{
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_number);
}

/* Nearest rank: the smallest value that at least so many percent do not exceed. */
static struct val percentile_result(void *state, const struct agg *g, struct arena *a)
{
	struct numbers *s = state;

	(void)a;
	if (s->n == 0)
		return val_null();
	sort_numbers(s);
	double rank = ceil(g->percentile / 100 * (double)s->n);
	size_t i = rank < 1 ? 0 : rank >= (double)s->n ? s->n - 1 : (size_t)rank - 1;
	return val_num(s->v[i]);
}

/* Between two ranks, the value in proportion. */
static struct val exact_result(void *state, const struct agg *g, struct arena *a)
{
	struct numbers *s = state;

	(void)a;
	if (s->n == 0)
		return val_null();
	sort_numbers(s);
	double at = g->percentile / 100 * (double)(s->n - 1);
	size_t i = (size_t)at;
	if (i + 1 >= s->n)
		return val_num(s->v[s->n - 1]);
	return finite_num(s->v[i] + (at - (double)i) * (s->v[i + 1] - s->v[i]));
}

/* The middle one; of two, the higher. */
static struct val median_result(void *state, const struct agg *g, struct arena *a)
{
	struct numbers *s = state;

	(void)g, (void)a;
	if (s->n == 0)
		return val_null();
	sort_numbers(s);
	return val_num(s->v[s->n / 2]);
}

/* ---- by order and by time ---- */

struct ends {
	bool any;
	struct val first, last;                          /* in row order */
};

static void ends_add(void *state, struct val v, double time, struct arena *a)
{
	struct ends *e = state;

	(void)time, (void)a;
	if (!e->any)
		e->first = v;
	e->last = v;
	e->any = true;
}

static struct val first_result(void *state, const struct agg *g, struct arena *a)
{
	(void)g, (void)a;
	return ((struct ends *)state)->first;            /* null when there is none */
}

static struct val last_result(void *state, const struct agg *g, struct arena *a)
{
	(void)g, (void)a;
	return ((struct ends *)state)->last;
}

struct times {
	bool any;
	struct val earliest, latest;
	double t_earliest, t_latest;
};

static void times_add(void *state, struct val v, double time, struct arena *a)
{
	struct times *t = state;

	(void)a;
	if (isnan(time))
		return;
	/* On a tie latest keeps the first in row order and earliest takes the last (spl-spec 3.3). */
	if (!t->any || time <= t->t_earliest) {
		t->earliest = v;
		t->t_earliest = time;
	}
	if (!t->any || time > t->t_latest) {
		t->latest = v;
		t->t_latest = time;
	}
	t->any = true;
}

static struct val earliest_result(void *state, const struct agg *g, struct arena *a)
{
	(void)g, (void)a;
	return ((struct times *)state)->earliest;
}

static struct val latest_result(void *state, const struct agg *g, struct arena *a)
{
	(void)g, (void)a;
	return ((struct times *)state)->latest;
}

static struct val earliest_time_result(void *state, const struct agg *g, struct arena *a)
{
	const struct times *t = state;

	(void)g, (void)a;
	return t->any ? val_num(t->t_earliest) : val_null();
}

static struct val latest_time_result(void *state, const struct agg *g, struct arena *a)
{
	const struct times *t = state;

	(void)g, (void)a;
	return t->any ? val_num(t->t_latest) : val_null();
}

static struct val rate_result(void *state, const struct agg *g, struct arena *a)
{
	const struct times *t = state;
	double from, to;

	(void)g, (void)a;
	if (!t->any || t->t_latest <= t->t_earliest || !val_number(t->earliest, &from) ||
	    !val_number(t->latest, &to))
		return val_null();
	return finite_num((to - from) / (t->t_latest - t->t_earliest));
}

static struct val zero_result(void *state, const struct agg *g, struct arena *a)
{
	(void)state, (void)g, (void)a;
	return val_num(0);
}

/* ---- the table ---- */

#define FN(NAME, ALIAS, STATE, ADD, RESULT, NEEDS, USAGE, SUMMARY, EXAMPLE)                                  \
	{                                                                                                    \
		.name = NAME, .alias = ALIAS, .usage = USAGE, .summary = SUMMARY, .example = EXAMPLE,        \
		.state_size = sizeof(struct STATE), .needs_field = NEEDS, .add = ADD, .result = RESULT       \
	}
#define NUMBERS "rows:\n  n\n  4\n  2\n  x\n  9\n  2\n"
#define TIMED "rows:\n  _time  n\n  10     4\n  30     8\n  20     6\n"

#define RATE(NAME, USAGE, SECONDS, SUMMARY)                                                                    \
	{                                                                                                      \
		.name = NAME, .usage = USAGE, .summary = SUMMARY, .state_size = sizeof(struct sums),           \
		.needs_field = true, .per = SECONDS, .add = sums_add, .result = sum_result,                    \
		.example = "rows:\n  _time  n\n  0      60\n  60     120\nsearch: timechart span=1m " NAME       \
			   "(n) as rate | eval rate=rate/" #SECONDS "\nexpect:\n  _time  rate\n  0      1\n"    \
			   "  60     2\n"                                                                        \
	}

static const struct agg_fn table[] = {
	FN("avg", "mean", sums, sums_add, avg_result, true, "avg(field)", "average of the numbers",
	   NUMBERS "search: stats avg(n)\nexpect:\n  avg(n)\n  4.25\n"),
	FN("count", "c", count, count_add, count_result, false,
	   "count | count(field) | count(eval(condition))",
	   "number of rows; of values; of rows for which the condition is true",
	   NUMBERS "search: stats count count(n) as values count(eval(n>3)) as high\n"
		   "expect:\n  count  values  high\n  5      5       3\n"),
	FN("dc", "distinct_count", set, set_add, dc_result, true, "dc(field)", "number of distinct values",
	   NUMBERS "search: stats dc(n)\nexpect:\n  dc(n)\n  4\n"),
	FN("earliest", NULL, times, times_add, earliest_result, true, "earliest(field)",
	   "value in the row with the smallest _time",
	   TIMED "search: stats earliest(n)\nexpect:\n  earliest(n)\n  4\n"),
	FN("earliest_time", NULL, times, times_add, earliest_time_result, true, "earliest_time(field)",
	   "smallest _time of the rows that have the field",
	   TIMED "search: stats earliest_time(n)\nexpect:\n  earliest_time(n)\n  10\n"),
	FN("estdc", NULL, set, set_add, dc_result, true, "estdc(field)",
	   "number of distinct values; here exact, as dc is",
	   NUMBERS "search: stats estdc(n)\nexpect:\n  estdc(n)\n  4\n"),
	FN("estdc_error", NULL, set, set_add, zero_result, true, "estdc_error(field)",
	   "error of estdc() as a fraction; here it is exact",
	   NUMBERS "search: stats estdc_error(n)\nexpect:\n  estdc_error(n)\n  0\n"),
	FN("exactperc", NULL, numbers, numbers_add, exact_result, true, "exactpercN(field)",
	   "percentile N of the numbers, in proportion between two of them",
	   NUMBERS "search: stats exactperc50(n)\nexpect:\n  exactperc50(n)\n  3\n"),
	FN("first", NULL, ends, ends_add, first_result, true, "first(field)",
	   "value in the first row that has one",
	   NUMBERS "search: stats first(n)\nexpect:\n  first(n)\n  4\n"),
	FN("last", NULL, ends, ends_add, last_result, true, "last(field)",
	   "value in the last row that has one", NUMBERS "search: stats last(n)\nexpect:\n  last(n)\n  2\n"),
	FN("latest", NULL, times, times_add, latest_result, true, "latest(field)",
	   "value in the row with the greatest _time",
	   TIMED "search: stats latest(n)\nexpect:\n  latest(n)\n  8\n"),
	FN("latest_time", NULL, times, times_add, latest_time_result, true, "latest_time(field)",
	   "greatest _time of the rows that have the field",
	   TIMED "search: stats latest_time(n)\nexpect:\n  latest_time(n)\n  30\n"),
	FN("list", NULL, list, list_add, list_result, true, "list(field)",
	   "values in row order, the first 100",
	   NUMBERS "search: stats list(n)\nexpect:\n  list(n)\n  4|2|x|9|2\n"),
	FN("max", NULL, extreme, extreme_add, max_result, true, "max(field)",
	   "greatest value: by number when all are numbers, else by text",
	   NUMBERS "search: stats max(n)\nexpect:\n  max(n)\n  x\n"),
	FN("median", NULL, numbers, numbers_add, median_result, true, "median(field)",
	   "the number in the middle; of two, the higher",
	   NUMBERS "search: stats median(n)\nexpect:\n  median(n)\n  4\n"),
	FN("min", NULL, extreme, extreme_add, min_result, true, "min(field)",
	   "smallest value: by number when all are numbers, else by text",
	   NUMBERS "search: where isnum(n) | stats min(n)\nexpect:\n  min(n)\n  2\n"),
	FN("mode", NULL, set, set_add, mode_result, true, "mode(field)",
	   "most frequent value; of several, the one seen first",
	   NUMBERS "search: stats mode(n)\nexpect:\n  mode(n)\n  2\n"),
	RATE("per_day", "per_day(field)", 86400, "sum of the numbers for each day of the span; in timechart only"),
	RATE("per_hour", "per_hour(field)", 3600, "sum of the numbers for each hour of the span; in timechart only"),
	RATE("per_minute", "per_minute(field)", 60, "sum of the numbers for each minute of the span; in timechart only"),
	RATE("per_second", "per_second(field)", 1, "sum of the numbers for each second of the span; in timechart only"),
	FN("perc", "p", numbers, numbers_add, percentile_result, true, "percN(field)",
	   "percentile N of the numbers: the nearest rank",
	   NUMBERS "search: stats perc95(n) p50(n)\nexpect:\n  perc95(n)  p50(n)\n  9          2\n"),
	FN("range", NULL, extreme, extreme_add, range_result, true, "range(field)",
	   "greatest number less the smallest", NUMBERS "search: stats range(n)\nexpect:\n  range(n)\n  7\n"),
	FN("rate", NULL, times, times_add, rate_result, true, "rate(field)",
	   "growth per second between the earliest and the latest value",
	   TIMED "search: stats rate(n)\nexpect:\n  rate(n)\n  0.2\n"),
	FN("stdev", NULL, sums, sums_add, stdev_result, true, "stdev(field)",
	   "standard deviation of the numbers as a sample (n-1); 0 for one",
	   TIMED "search: stats stdev(n)\nexpect:\n  stdev(n)\n  2\n"),
	FN("stdevp", NULL, sums, sums_add, stdevp_result, true, "stdevp(field)",
	   "standard deviation of the numbers as a whole population (n)",
	   "rows:\n  n\n  1\n  3\nsearch: stats stdevp(n)\nexpect:\n  stdevp(n)\n  1\n"),
	FN("sum", NULL, sums, sums_add, sum_result, true, "sum(field)", "sum of the numbers",
	   NUMBERS "search: stats sum(n)\nexpect:\n  sum(n)\n  17\n"),
	FN("sumsq", NULL, sums, sums_add, sumsq_result, true, "sumsq(field)",
	   "sum of the squares of the numbers",
	   NUMBERS "search: stats sumsq(n)\nexpect:\n  sumsq(n)\n  105\n"),
	FN("upperperc", NULL, numbers, numbers_add, percentile_result, true, "upperpercN(field)",
	   "percentile N of the numbers, never too low: here the nearest rank, as perc is",
	   NUMBERS "search: stats upperperc95(n)\nexpect:\n  upperperc95(n)\n  9\n"),
	FN("values", NULL, set, set_add, values_result, true, "values(field)",
	   "distinct values as text, in byte order, all of them",
	   NUMBERS "search: stats values(n)\nexpect:\n  values(n)\n  2|4|9|x\n"),
	FN("var", NULL, sums, sums_add, var_result, true, "var(field)",
	   "variance of the numbers as a sample (n-1)",
	   TIMED "search: stats var(n)\nexpect:\n  var(n)\n  4\n"),
	FN("varp", NULL, sums, sums_add, varp_result, true, "varp(field)",
	   "variance of the numbers as a whole population (n)",
	   "rows:\n  n\n  1\n  3\nsearch: stats varp(n)\nexpect:\n  varp(n)\n  1\n"),
};
enum { NFUNCS = sizeof(table) / sizeof(table[0]) };

const struct agg_fn *agg_all(size_t *n)
{
	*n = NFUNCS;
	return table;
}

const struct agg_fn *agg_find(struct str name)
{
	for (size_t i = 0; i < NFUNCS; i++) {
		if (str_ieqc(name, table[i].name) || (table[i].alias && str_ieqc(name, table[i].alias)))
			return &table[i];
	}
	return NULL;
}

void agg_feed(const struct agg *g, void *state, struct val v, double time, struct arena *a)
{
	if (g->fn->add == count_add) {
		if (g->eval ? !val_true(v) : g->field.n && val_is_null(v))
			return;
		if (g->eval || !g->field.n) {            /* counts the row, whatever the value */
			count_add(state, v, time, a);
			return;
		}
	}
	for (uint32_t i = 0, n = val_count(v); i < n; i++) {
		if (g->limit && g->fn->add == list_add && ((struct list *)state)->n >= g->limit) {
			((struct list *)state)->cut = true;
			return;
		}
		g->fn->add(state, val_at(v, i), time, a);
	}
}

bool agg_cut(const struct agg *g, const void *state)
{
	return g->fn->add == list_add && ((const struct list *)state)->cut;
}
