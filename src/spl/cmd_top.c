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
		return p_no_option(p, at, t->rare ? "rare" : "top", name,
				   "limit, showcount, showperc, countfield, percentfield");
	return value.n > 0 || p_error(p, at, "%.*s needs a name", STR_FMT(name));
}

/* A list of fields that grows in the arena. */
static bool add_field(struct parser *p, struct str **v, size_t *n)
{
	struct str *more = ARENA_ARRAY(p->arena, struct str, *n + 1);

	if (*n)
		memcpy(more, *v, *n * sizeof(*more));
	*v = more;
	return p_name(p, "a field", &more[(*n)++]);
}

static void *parse(struct parser *p, bool rare)
{
	struct top *t = ARENA_NEW(p->arena, struct top);
	struct str name, value, *field = NULL, *by = NULL;
	size_t nfields = 0;
	bool grouped = false;
	long n;

	*t = (struct top){
		.rare = rare,
		.limit = 10,
		.show_count = true,
		.show_percent = true,
		.count = STR("count"),
		.percent = STR("percent"),
	};
	for (;;) {
		while (p_char(p, ','))
			;
		if (p_done(p))
			break;
		size_t at = p->at;
		bool ok = true;
		if (p_option(p, &name, &value)) {
			ok = !diag_is_set(p->diag) && parse_option(p, t, at, name, value);
		} else if (!nfields && p_peek(p) >= '0' && p_peek(p) <= '9' && p_int(p, &n)) {
			t->limit = (size_t)n;
		} else if (!grouped && p_take_word(p, "by")) {
			grouped = true;
			ok = nfields > 0 || p_error(p, at, "expected a field before 'by'");
		} else {
			ok = grouped ? add_field(p, &by, &t->nby) : add_field(p, &field, &nfields);
		}
		if (!ok)
			return NULL;
	}
	if (!nfields || (grouped && !t->nby)) {
		p_error(p, p->at, "expected a field%s, found %s", grouped ? " after 'by'" : "", p_found(p));
		return NULL;
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

#define OPTIONS                                                                                              \
	"[N] [limit=N] [showcount=true|false] [showperc=true|false] [countfield=NAME] [percentfield=NAME]"
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
