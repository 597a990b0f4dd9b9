/* fieldsummary: what each field holds. */
#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "spl/cmdlib.h"

struct summary {
	struct str *field;                               /* may hold wildcards; none: all */
	size_t n, values;
};

static void *summary_parse(struct parser *p)
{
	struct summary *x = ARENA_NEW(p->arena, struct summary);
	struct str name, value;

	x->values = 100;
	p_blank(p);
	for (size_t at = p->at; p_option(p, &name, &value); at = p->at) {
		if (!str_ieqc(name, "maxvals"))
			return p_no_option(p, at, "fieldsummary", name, "maxvals"), NULL;
		if (!p_count(p, at, name, value, &x->values))
			return NULL;
	}
	x->n = diag_is_set(p->diag) ? 0 : p_names(p, NULL, &x->field);
	for (size_t i = 0; i < x->n; i++)
		if (name_stars(x->field[i]) > NAME_STARS)
			return p_error(p, p->at, "too many wildcards in '%.*s'", STR_FMT(x->field[i])), NULL;
	return diag_is_set(p->diag) ? NULL : x;
}

/* What one column holds. */
struct facts {
	struct map *seen;                                /* text -> how often */
	double count, numbers, sum, squares, min, max;
};

static void add(struct facts *f, struct val v)
{
	char buf[VAL_NUM_SIZE];
	double d;

	f->count++;
	map_put(f->seen, val_scalar_text(&v, buf), NULL)->u++;
	if (!val_number(v, &d))
		return;
	f->min = f->numbers > 0 ? fmin(f->min, d) : d;
	f->max = f->numbers > 0 ? fmax(f->max, d) : d;
	f->numbers++;
	f->sum += d;
	f->squares += d * d;
}

struct often {
	struct str text;
	uint64_t n;
};

static int most_first(const void *x, const void *y)
{
	const struct often *a = x, *b = y;

	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return str_cmp(a->text, b->text);
}

static void add_quoted(struct sbuf *b, struct str s)
{
	sbuf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < ' ') {
			sbuf_addf(b, "\\u%04x", (unsigned)(unsigned char)s.p[i]);
			continue;
		}
		if (s.p[i] == '"' || s.p[i] == '\\')
			sbuf_addc(b, '\\');
		sbuf_addc(b, s.p[i]);
	}
	sbuf_addc(b, '"');
}

/* [{"value":"a","count":2},…], the most frequent first. */
static struct val values_of(const struct facts *f, size_t most, struct arena *a)
{
	const size_t n = map_len(f->seen);
	struct often *v = xcalloc(n ? n : 1, sizeof(*v));
	struct sbuf b = {0};

	for (size_t i = 0; i < n; i++)
		v[i] = (struct often){map_key(f->seen, i), map_val(f->seen, i)->u};
	if (n)
		qsort(v, n, sizeof(*v), most_first);
	sbuf_addc(&b, '[');
	for (size_t i = 0; i < n && i < most && b.n < VAL_TEXT_MAX; i++) {
		sbuf_addz(&b, i ? ",{\"value\":" : "{\"value\":");
		add_quoted(&b, v[i].text);
		sbuf_addf(&b, ",\"count\":%llu}", (unsigned long long)v[i].n);
	}
	sbuf_addc(&b, ']');
	struct val out = val_str(arena_str(a, sbuf_str(&b)));
	sbuf_free(&b);
	free(v);
	return out;
}

static void set(struct rows *r, size_t row, const char *name, struct val v)
{
	rows_values(r, str_c(name))[row] = v;
}

static void tell(struct rows *out, size_t row, struct str name, const struct facts *f, size_t most)
{
	const bool numbers = f->numbers > 0;
	const double mean = numbers ? f->sum / f->numbers : 0;
	const double var = f->numbers > 1 ? fmax(0, (f->squares - f->sum * mean) / (f->numbers - 1)) : 0;

	set(out, row, "field", val_str(arena_str(out->arena, name)));
	set(out, row, "count", val_num(f->count));
	set(out, row, "distinct_count", val_num((double)map_len(f->seen)));
	set(out, row, "is_exact", val_num(1));
	set(out, row, "max", numbers ? val_num(f->max) : val_null());
	set(out, row, "mean", numbers && isfinite(mean) ? val_num(mean) : val_null());
	set(out, row, "min", numbers ? val_num(f->min) : val_null());
	set(out, row, "numeric_count", val_num(f->numbers));
	set(out, row, "stdev", numbers && isfinite(var) ? val_num(sqrt(var)) : val_null());
	set(out, row, "values", values_of(f, most, out->arena));
}

static int by_name(const void *x, const void *y)
{
	return str_cmp((*(const struct rcol *const *)x)->name, (*(const struct rcol *const *)y)->name);
}

static bool wanted(const struct summary *x, struct str name)
{
	for (size_t i = 0; i < x->n; i++)
		if (name_match(x->field[i], name, NULL))
			return true;
	return x->n == 0 && !name_hidden(name);
}

static struct rows *summary_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct summary *x = args;
	const struct rcol **col = xcalloc(in->ncols ? in->ncols : 1, sizeof(struct rcol *));
	size_t n = 0;

	for (size_t c = 0; c < in->ncols; c++)
		if (wanted(x, in->col[c].name))
			col[n++] = &in->col[c];
	if (n)
		qsort(col, n, sizeof(*col), by_name);
	struct rows *out = rows_new(n);
	for (size_t c = 0; c < n && !run_stopped(run) && !run_full(run, out); c++) {
		struct facts f = {.seen = map_new()};
		for (size_t i = 0; i < in->n && !run_stopped(run); i++)
			for (uint32_t k = 0; k < val_count(col[c]->v[i]); k++)
				add(&f, val_at(col[c]->v[i], k));
		tell(out, c, col[c]->name, &f, x->values);
		map_free(f.seen);
	}
	free(col);
	out->partial |= run->budget.spent;
	rows_free(in);
	return out;
}

const struct spl_cmd cmd_fieldsummary = {
	.name = "fieldsummary",
	.usage = "fieldsummary [maxvals=N] [FIELD…]",
	.summary = "a row for each field: how many values, how many different ones, numbers among them, the most frequent",
	.example = "rows:\n"
	           "  user  n\n"
	           "  bob   1\n"
	           "  eve   3\n"
	           "  bob   -\n"
	           "search: fieldsummary | fields field count distinct_count max mean values\n"
	           "expect:\n"
	           "  field  count  distinct_count  max  mean  values\n"
	           "  n      2      2               3    2     [{\"value\":\"1\",\"count\":1},{\"value\":\"3\",\"count\":1}]\n"
	           "  user   3      2               -    -     [{\"value\":\"bob\",\"count\":2},{\"value\":\"eve\",\"count\":1}]\n",
	.parse = summary_parse,
	.run = summary_run,
};
