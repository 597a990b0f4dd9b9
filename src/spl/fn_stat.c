/* Statistics over the arguments of one row (not over rows: those are the aggregations of stats). Lists count value by
 * value, nulls not at all. */
#include "spl/fn_impl.h"

/* Numbers come before other text, as everywhere in min and max. */
static struct val extreme(const struct val *arg, unsigned n, int sign, struct eval_ctx *c)
{
	struct val best = val_null();

	for (unsigned i = 0; i < n; i++) {
		for (uint32_t j = 0; j < val_count(arg[i]) && !budget_spent(c->budget); j++) {
			struct val v = val_at(arg[i], j);
			if (val_is_null(best) || val_cmp(v, best) * sign > 0)
				best = v;
		}
	}
	return best;
}

static struct val fn_max(FN_ARGS)
{
	(void)e;
	return extreme(arg, n, 1, c);
}

static struct val fn_min(FN_ARGS)
{
	(void)e;
	return extreme(arg, n, -1, c);
}

static size_t add_up(const struct val *arg, unsigned n, double *sum)
{
	size_t count = 0;
	double d;

	*sum = 0;
	for (unsigned i = 0; i < n; i++) {
		for (uint32_t j = 0; j < val_count(arg[i]); j++) {
			if (!val_number(val_at(arg[i], j), &d))
				continue;
			*sum += d;
			count++;
		}
	}
	return count;
}

static struct val fn_sum(FN_ARGS)
{
	double sum;

	(void)e, (void)c;
	return add_up(arg, n, &sum) ? fn_num(sum) : val_null();
}

static struct val fn_avg(FN_ARGS)
{
	double sum;
	size_t count = add_up(arg, n, &sum);

	(void)e, (void)c;
	return count ? fn_num(sum / (double)count) : val_null();
}

/* The same row and place give the same number, so that two runs print the same. */
static struct val fn_random(FN_ARGS)
{
	uint64_t x = (uint64_t)c->row * UINT64_C(0x9E3779B97F4A7C15) + ((uint64_t)e->at << 32 | 1);

	(void)arg, (void)n;
	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return val_num((double)((x ^ x >> 31) & 0x7FFFFFFF));
}

#define GROUP .group = "statistics"
const struct eval_fn fns_stat[] = {
	{.name = "avg", .min_args = 1, .max_args = -1, .usage = "avg(x, …)",
	 .summary = "mean of the numbers among the values",
	 .example = "avg(1, 2, \"x\", 6) = 3", GROUP, .call = fn_avg, .nulls = true},
	{.name = "max", .min_args = 1, .max_args = -1, .usage = "max(x, …)",
	 .summary = "the greatest value; text is greater than numbers", .example = "max(9, 10, 2) = 10", GROUP,
	 .call = fn_max,
	 .nulls = true},
	{.name = "min", .min_args = 1, .max_args = -1, .usage = "min(x, …)",
	 .summary = "the least value; text is greater than numbers", .example = "min(9, 10, \"a\") = 9", GROUP,
	 .call = fn_min,
	 .nulls = true},
	{.name = "random", .max_args = 0, .usage = "random()",
	 .summary = "a number from 0 to 2147483647 that looks random; the same in each run of the same search",
	 .example = "random() >= 0 = 1", GROUP, .call = fn_random, .per_row = true},
	{.name = "sum", .min_args = 1, .max_args = -1, .usage = "sum(x, …)",
	 .summary = "sum of the numbers among the values",
	 .example = "sum(1, 2, \"x\", 3) = 6", GROUP, .call = fn_sum, .nulls = true},
	{.name = NULL},
};
