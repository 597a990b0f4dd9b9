/* dedup and uniq: one row of several that agree (spl-spec 3.10). */
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "spl/cmdlib.h"

struct dedup {
	size_t keep;                                     /* rows of each combination */
	struct str *field;
	size_t n;
	bool keep_empty, keep_events, consecutive;
	const struct spl_cmd *sort;                      /* sortby: run first */
	void *sort_args;
};

static void *dedup_parse(struct parser *p)
{
	static const char *const until[] = {"sortby", NULL};
	struct dedup *x = ARENA_NEW(p->arena, struct dedup);
	struct str name, value, *more;
	long n = 1;

	if (p_peek(p) >= '0' && p_peek(p) <= '9' && p_int(p, &n) && n < 1) {
		p_error(p, p->at, "dedup keeps at least one row");
		return NULL;
	}
	x->keep = (size_t)n;
	for (;;) {
		p_blank(p);
		size_t at = p->at;
		bool ok = true;
		if (p_option(p, &name, &value)) {
			if (str_ieqc(name, "keepempty"))
				ok = p_truth(p, at, name, value, &x->keep_empty);
			else if (str_ieqc(name, "keepevents"))
				ok = p_truth(p, at, name, value, &x->keep_events);
			else if (str_ieqc(name, "consecutive"))
				ok = p_truth(p, at, name, value, &x->consecutive);
			else
				ok = p_no_option(p, at, "dedup", name, "keepempty, keepevents, consecutive");
			if (!ok)
				return NULL;
			continue;
		}
		/* Fields up to the next option: one by one, as options may stand among them. */
		while (p_char(p, ','))
			;
		if (p_done(p) || p_word_is(p, "sortby"))
			break;
		more = ARENA_ARRAY(p->arena, struct str, x->n + 1);
		if (x->n)
			memcpy(more, x->field, x->n * sizeof(*more));
		if (!p_name(p, "a field", &more[x->n]))
			return NULL;
		x->field = more;
		x->n++;
	}
	if (!x->n) {
		p_error(p, p->at, "dedup needs a field, found %s", p_found(p));
		return NULL;
	}
	if (p_take_word(p, until[0])) {
		x->sort = cmd_find(STR("sort"));
		x->sort_args = x->sort->parse(p);
		if (!x->sort_args)
			return NULL;
	}
	return x;
}

static void clear_fields(struct rows *r, size_t row, const ptrdiff_t *col, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (col[i] >= 0)
			r->col[col[i]].v[row] = val_null();
	}
}

static struct rows *dedup_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct dedup *x = args;
	struct sbuf key = {0}, last = {0};
	size_t n = 0, run_length = 0;

	if (x->sort)
		in = x->sort->run(x->sort_args, in, run);
	struct keys k = row_keys(run, in, x->field, x->n);
	uint32_t *keep = xcalloc(in->n ? in->n : 1, sizeof(*keep));
	struct map *seen = map_new();
	for (size_t i = 0; i < in->n && !run_stopped(run); i++) {
		size_t times;
		if (!row_key(&key, in, i, k.col, k.n)) {
			if (x->keep_empty)
				keep[n++] = (uint32_t)i;
			continue;
		}
		if (x->consecutive) {
			run_length = str_eq(sbuf_str(&key), sbuf_str(&last)) ? run_length + 1 : 1;
			sbuf_reset(&last);
			sbuf_adds(&last, sbuf_str(&key));
			times = run_length;
		} else {
			times = ++map_put(seen, sbuf_str(&key), NULL)->u;
		}
		if (times > x->keep && !x->keep_events)
			continue;
		if (times > x->keep)
			clear_fields(in, i, k.col, k.n);
		keep[n++] = (uint32_t)i;
	}
	in->partial |= run->budget.spent;
	rows_select(in, keep, n);
	map_free(seen);
	sbuf_free(&key);
	sbuf_free(&last);
	free(keep);
	return in;
}

static void dedup_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct dedup *x = args;

	needs_names(want, x->field, x->n, a);
	if (x->sort)
		x->sort->needs(x->sort_args, want, a);
}

const struct spl_cmd cmd_dedup = {
	.name = "dedup",
	.usage = "dedup [N] FIELD… [keepempty=true|false] [keepevents=true|false] [consecutive=true|false] "
		 "[sortby [-|+]FIELD…]",
	.summary = "the first row of each combination of values; rows without one of the fields are dropped",
	.example = "rows:\n"
		   "  host  user  n\n"
		   "  A     bob   1\n"
		   "  A     bob   2\n"
		   "  A     eve   3\n"
		   "  B     -     4\n"
		   "search: dedup host user\n"
		   "expect:\n"
		   "  host  user  n\n"
		   "  A     bob   1\n"
		   "  A     eve   3\n",
	.none_of_none = true,
	.parse = dedup_parse,
	.run = dedup_run,
	.needs = dedup_needs,
};

/* ---- uniq ---- */

static void *uniq_parse(struct parser *p)
{
	return ARENA_NEW(p->arena, struct dedup);
}

static struct rows *uniq_run(const void *args, struct rows *in, struct spl_run *run)
{
	uint32_t *keep = xcalloc(in->n ? in->n : 1, sizeof(*keep));
	size_t n = 0;

	(void)args;
	for (size_t i = 0; i < in->n && !run_stopped(run); i++) {
		bool same = i > 0;
		for (size_t c = 0; c < in->ncols && same; c++)
			same = val_same(in->col[c].v[i], in->col[c].v[i - 1]);
		if (!same)
			keep[n++] = (uint32_t)i;
	}
	in->partial |= run->budget.spent;
	rows_select(in, keep, n);
	free(keep);
	return in;
}

const struct spl_cmd cmd_uniq = {
	.name = "uniq",
	.usage = "uniq",
	.summary = "drops rows that equal the one before them in every field",
	.example = "rows:\n"
	           "  a  b\n"
	           "  1  x\n"
	           "  1  x\n"
	           "  2  x\n"
	           "  1  x\n"
	           "search: uniq\n"
	           "expect:\n"
	           "  a  b\n"
	           "  1  x\n"
	           "  2  x\n"
	           "  1  x\n",
	.none_of_none = true,
	.parse = uniq_parse,
	.run = uniq_run,
};
