/* Functions of time. All is UTC; "now" is that of the run (spl-spec trap 5), never the clock's. */
#include "spl/fn_impl.h"

#include <math.h>

#include "base/when.h"

static struct val fn_now(FN_ARGS)
{
	(void)e, (void)arg, (void)n;
	return fn_num(c->now);
}

static struct val fn_relative_time(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];
	double t, r;

	(void)e, (void)n, (void)c;
	return val_number(arg[0], &t) && when_relative(t, fn_text(arg[1], buf), &r) ? fn_num(r) : val_null();
}

static struct val fn_strftime(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];
	struct sbuf b = {0};
	double t;

	(void)e, (void)n;
	if (!val_number(arg[0], &t) || !(fabs(t) <= 1e12))
		return val_null();
	when_strftime(t, fn_text(arg[1], buf), &b);
	return fn_take(c, &b);
}

static struct val fn_strptime(FN_ARGS)
{
	char buf[VAL_NUM_SIZE], fbuf[VAL_NUM_SIZE];
	double t;

	(void)e, (void)n, (void)c;
	return when_strptime(fn_text(arg[0], buf), fn_text(arg[1], fbuf), &t) ? fn_num(t) : val_null();
}

#define GROUP .group = "time"
const struct eval_fn fns_time[] = {
	{.name = "now", .max_args = 0, .usage = "now()",
	 .summary = "the time of the newest event (or --now), in seconds since 1970",
	 .example = "now() = 1636711502", GROUP, .call = fn_now},
	{.name = "relative_time", .min_args = 2, .max_args = 2, .usage = "relative_time(time, \"-1d@d\")",
	 .summary = "the time moved by so much, then cut down to the unit after @",
	 .example = "relative_time(1632481442, \"-1d@d\") = 1632355200", GROUP, .call = fn_relative_time,
	 .each = true},
	{.name = "strftime", .min_args = 2, .max_args = 2, .usage = "strftime(time, format)",
	 .summary = "a time as text",
	 .example = "strftime(1632481442.9, \"%Y-%m-%dT%H:%M:%S\") = 2021-09-24T11:04:02", GROUP,
	 .call = fn_strftime, .each = true},
	{.name = "strptime", .min_args = 2, .max_args = 2, .usage = "strptime(text, format)",
	 .summary = "the time that the text writes, in seconds since 1970; null when it does not fit the format",
	 .example = "strptime(\"2021-09-24 11:04:02\", \"%Y-%m-%d %H:%M:%S\") = 1632481442", GROUP,
	 .call = fn_strptime,
	 .each = true},
	{.name = "time", .max_args = 0, .usage = "time()", .summary = "the same as now()",
	 .example = "time() = 1636711502", GROUP,
	 .call = fn_now},
	{.name = NULL},
};
