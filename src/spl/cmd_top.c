/* top and rare: the values that occur most and least. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"

struct top {
	bool rare;
	size_t limit;                                    /* rows for each 'by' group; 0: all */
	bool show_count, show_percent;
	struct str count, percent;                       /* names of the columns */
	struct str *key;                                 /* by-fields, then fields */
	size_t nby, nkeys;
};

static bool parse_option(struct parser *p, struct top *t, size_t at, struct str name, struct str value)
{
	if (str_ieqc(name, "limit"))
		return p_count(p, at, name, value, &t->limit);
	if (str_ieqc(name, "showcount"))
		return p_truth(p, at, name, value, &t->show_count);
	if (str_ieqc(name, "showperc"))
		return p_truth(p, at, name, value, &t->show_percent);
	if (str_ieqc(name, "countfield"))
		t->count = arena_str(p->arena, value);
	else if (str_ieqc(name, "percentfield"))
		t->percent = arena_str(p->arena, value);
	else
		return p_no_option(p, at, t->rare ? "rare" : "top", name, "limit, showcount, showperc, countfield, percentfield");
	return value.n > 0 || p_error(p, at, "%.*s needs a name", STR_FMT(name));
}

static void *parse(struct parser *p, bool rare)
{
	static const char *const until[] = {"by", NULL};
	struct top *t = ARENA_NEW(p->arena, struct top);
	struct str name, value, *field, *by = NULL;
	long n;

	*t = (struct top){
		.rare = rare, .limit = 10, .show_count = true, .show_percent = true, .count = STR("count"), .percent = STR("percent"),
	};
	for (;;) {
		p_blank(p);
		size_t at = p->at;
		if (p_option(p, &name, &value)) {
			if (!parse_option(p, t, at, name, value))
				return NULL;
		} else if (p_int(p, &n)) {
			if (n < 0) {
				p_error(p, at, "the number of rows must not be negative");
				return NULL;
			}
			t->limit = (size_t)n;
		} else {
			break;
		}
	}
	size_t nfields = p_names(p, until, &field);
	if (!nfields) {
		p_error(p, p->at, "expected a field, found %s", p_found(p));
		return NULL;
	}
	if (p_take_word(p, "by")) {
		t->nby = p_names(p, NULL, &by);
		if (!t->nby) {
			p_error(p, p->at, "expected a field after 'by', found %s", p_found(p));
			return NULL;
		}
	}
	t->nkeys = t->nby + nfields;
	t->key = ARENA_ARRAY(p->arena, struct str, t->nkeys);
	if (t->nby)
		memcpy(t->key, by, t->nby * sizeof(*by));
	memcpy(t->key + t->nby, field, nfields * sizeof(*field));
	return t;
}

static void *top_parse(struct parser *p)
{
	return parse(p, false);
}

static void *rare_parse(struct parser *p)
{
	return parse(p, true);
}

/* Sorting within one 'by' group: by count, equal ones as they came (by value). */
struct order {
	const struct val *count;
	bool rare;
};

static int by_count(const void *x, const void *y, void *ctx)
{
	const struct order *o = ctx;
	uint32_t i = *(const uint32_t *)x, j = *(const uint32_t *)y;
	double a = o->count[i].num, b = o->count[j].num;

	if (a != b)
		return (a < b) == o->rare ? -1 : 1;
	return i < j ? -1 : 1;
}

static bool same_by(const struct rows *r, size_t nby, size_t i, size_t j)
{
	for (size_t k = 0; k < nby; k++) {
		if (!val_same(r->col[k].v[i], r->col[k].v[j]))
			return false;
	}
	return true;
}

static struct rows *top_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct top *t = args;
	const struct agg count = {.fn = agg_find(STR("count")), .as = STR("\001count")};
	struct keys k = row_keys(run, in, t->key, t->nkeys);
	struct eval_ctx c = run_eval(run, in);
	struct rows *r = group_rows(run, in, &k, &count, 1, &c);
	size_t counts = rows_col(r, count.as), percents = rows_col(r, STR("\001percent")), kept = 0;
	uint32_t *order = xcalloc(r->n ? r->n : 1, sizeof(*order));
	struct order o = {r->col[counts].v, t->rare};

	for (size_t from = 0, to; from < r->n; from = to) {
		double total = 0;
		size_t first = kept;
		for (to = from; to < r->n && same_by(r, t->nby, from, to); to++)
			total += o.count[to].num;
		for (size_t i = from; i < to; i++) {
			/* six decimals, as Splunk shows them */
			r->col[percents].v[i] = val_num(round(o.count[i].num / total * 1e8) / 1e6);
			order[kept++] = (uint32_t)i;
		}
		qsort_r(order + first, kept - first, sizeof(*order), by_count, &o);
		if (t->limit && kept - first > t->limit)
			kept = first + t->limit;
	}
	rows_select(r, order, kept);
	free(order);
	/* Named in the end, as the names may be those of fields. */
	if (t->show_count) {
		size_t to = rows_col(r, t->count);
		memcpy(r->col[to].v, r->col[counts].v, r->n * sizeof(struct val));
	}
	if (t->show_percent) {
		size_t to = rows_col(r, t->percent);
		memcpy(r->col[to].v, r->col[percents].v, r->n * sizeof(struct val));
	}
	rows_drop(r, (size_t)rows_find(r, STR("\001percent")));
	rows_drop(r, (size_t)rows_find(r, count.as));
	return r;
}

static void top_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct top *t = args;

	*want = (struct fieldset){0};
	needs_names(want, t->key, t->nkeys, a);
}

#define OPTIONS "[N] [limit=N] [showcount=true|false] [showperc=true|false] [countfield=NAME] [percentfield=NAME]"
#define ROWS "rows:\n  user\n  bob\n  eve\n  bob\n  -\n"

const struct spl_cmd cmd_top = {
	.name = "top",
	.usage = "top " OPTIONS " FIELD… [by FIELD…]",
	.summary = "the most frequent values, with count and percent; 10 unless told, 0 for all",
	.example = ROWS "search: top user\n"
	                "expect:\n"
	                "  user  count  percent\n"
	                "  bob   2      66.666667\n"
	                "  eve   1      33.333333\n",
	.parse = top_parse,
	.run = top_run,
	.needs = top_needs,
};

const struct spl_cmd cmd_rare = {
	.name = "rare",
	.usage = "rare " OPTIONS " FIELD… [by FIELD…]",
	.summary = "the least frequent values, with count and percent; 10 unless told, 0 for all",
	.example = ROWS "search: rare 1 showperc=f user\n"
	                "expect:\n"
	                "  user  count\n"
	                "  eve   1\n",
	.parse = rare_parse,
	.run = top_run,
	.needs = top_needs,
};
