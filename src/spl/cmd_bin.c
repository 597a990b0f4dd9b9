/* bin (bucket): values put into ranges of equal width (spl-spec 3.11). */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"

struct bin {
	struct str field, as;
	double span;                                     /* 0: from the values, `bins` of them at most */
	int months;
	size_t bins;
};

static void *bin_parse(struct parser *p)
{
	struct bin *x = ARENA_NEW(p->arena, struct bin);
	struct str name, value;

	x->bins = 100;
	while (!p_done(p)) {
		size_t at = p->at;
		bool ok = true;
		if (p_option(p, &name, &value)) {
			if (str_ieqc(name, "span"))
				ok = when_span(value, &x->span, &x->months) ||
				     p_error(p, at, "'%.*s' is no span; write 1h, 30m, 10s, 1d or a number",
					     STR_FMT(value));
			else if (str_ieqc(name, "bins"))
				ok = p_count(p, at, name, value, &x->bins) &&
				     (x->bins > 1 || p_error(p, at, "bins must be at least 2"));
			else
				ok = p_no_option(p, at, "bin", name, "span, bins");
		} else if (!x->field.n) {
			ok = p_name(p, "a field", &x->field);
			x->as = x->field;
			if (ok && p_take_word(p, "as"))
				ok = p_name(p, "a name after 'as'", &x->as);
		} else {
			ok = p_error(p, at, "bin takes one field; found %s as well", p_found(p));
		}
		if (!ok || diag_is_set(p->diag))
			return NULL;
	}
	if (!x->field.n) {
		p_error(p, p->at, "bin needs a field, found %s", p_found(p));
		return NULL;
	}
	return x;
}

double bucket_nice(double range, size_t most, bool time)
{
	static const double times[] = {1,    5,    10,       30,    60,          300,         600,
				       1800, 3600, 4 * 3600, 86400, 7 * 86400.0, 30 * 86400.0};

	for (size_t i = 0; time && i < sizeof(times) / sizeof(times[0]); i++) {
		if (range / times[i] <= (double)most)
			return times[i];
	}
	if (!(range > 0) || !isfinite(range))
		return 1;
	double unit = pow(10, floor(log10(range / (double)most)));
	while (range / unit > (double)most)
		unit *= range / (unit * 2) <= (double)most ? 2 : range / (unit * 5) <= (double)most ? 5 : 10;
	return unit;
}

static double span_of(const struct val *v, size_t n, size_t bins, bool time)
{
	double lo = HUGE_VAL, hi = -HUGE_VAL, d;

	for (size_t i = 0; i < n; i++) {
		if (val_number(v[i], &d)) {
			lo = fmin(lo, d);
			hi = fmax(hi, d);
		}
	}
	return bucket_nice(hi - lo, bins, time);
}

static struct rows *bin_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct bin *x = args;
	ptrdiff_t col = rows_find(in, x->field);
	bool time = str_eqc(x->field, "_time");
	double d;

	if (col < 0)
		return in;
	double span = x->span > 0 || x->months ? x->span : span_of(in->col[col].v, in->n, x->bins, time);
	size_t to = rows_col(in, x->as);
	for (size_t i = 0; i < in->n && !run_stopped(run); i++) {
		struct val v = in->col[col].v[i];
		if (val_number(v, &d)) {
			double from = bucket_start(d, span, x->months);
			char a[VAL_NUM_SIZE], b[VAL_NUM_SIZE];
			/* Times become the start of their range, other numbers the range itself, as Splunk
			 * has it. */
			v = time ? val_num(from)
			         : val_str(str_c(arena_printf(in->arena, "%s-%s", val_num_text(from, a).p,
			                                      val_num_text(from + span, b).p)));
		}
		in->col[to].v[i] = v;
	}
	in->partial |= run->budget.spent;
	return in;
}

static void bin_needs(const void *args, struct fieldset *want, struct arena *a)
{
	fieldset_add(want, ((const struct bin *)args)->field, a);
}

const struct spl_cmd cmd_bin = {
	.name = "bin",
	.alias = "bucket",
	.usage = "bin [span=SPAN] [bins=N] FIELD [as NAME]",
	.summary = "puts _time, or numbers, into ranges of equal width",
	.example = "rows:\n"
	           "  _time  n\n"
	           "  12.5   7\n"
	           "  29     23\n"
	           "search: bin _time span=10s | bin span=5 n as range\n"
	           "expect:\n"
	           "  _time  n   range\n"
	           "  10     7   5-10\n"
	           "  20     23  20-25\n",
	.none_of_none = true,
	.parse = bin_parse,
	.run = bin_run,
	.needs = bin_needs,
};
