/* Functions that tell what a value is. */
#include "spl/fn_impl.h"

#include <math.h>

static struct val fn_isnull(FN_ARGS)
{
	(void)e, (void)n, (void)c;
	return fn_bool(val_is_null(arg[0]));
}

static struct val fn_isnotnull(FN_ARGS)
{
	(void)e, (void)n, (void)c;
	return fn_bool(!val_is_null(arg[0]));
}

static struct val fn_isnum(FN_ARGS)
{
	double d;

	(void)n, (void)c;
	return fn_bool(val_number(arg[0], &d) && !expr_is_boolean(e->call.arg[0]));
}

static struct val fn_isint(FN_ARGS)
{
	double d;

	(void)n, (void)c;
	return fn_bool(val_number(arg[0], &d) && trunc(d) == d && !expr_is_boolean(e->call.arg[0]));
}

static struct val fn_isdouble(FN_ARGS)
{
	double d;

	(void)n, (void)c;
	return fn_bool(val_number(arg[0], &d) && trunc(d) != d && !expr_is_boolean(e->call.arg[0]));
}

static struct val fn_ismv(FN_ARGS)
{
	(void)e, (void)n, (void)c;
	return fn_bool(arg[0].type == V_MV);
}

static struct val fn_isstr(FN_ARGS)
{
	double d;

	(void)e, (void)n, (void)c;
	return fn_bool(!val_is_null(arg[0]) && !val_number(arg[0], &d));
}

static struct val fn_isbool(FN_ARGS)
{
	(void)n, (void)c;
	return fn_bool(!val_is_null(arg[0]) && expr_is_boolean(e->call.arg[0]));
}

static struct val fn_typeof(FN_ARGS)
{
	double d;

	(void)n, (void)c;
	if (val_is_null(arg[0]))
		return val_str(STR("Invalid"));
	if (expr_is_boolean(e->call.arg[0]))
		return val_str(STR("Boolean"));
	if (arg[0].type == V_MV)
		return val_str(STR("Multivalue"));
	return val_str(val_number(arg[0], &d) ? STR("Number") : STR("String"));
}

#define GROUP .group = "information"
#define IS(NAME, FN, SUMMARY, EXAMPLE)                                                                               \
	{.name = NAME, .min_args = 1, .max_args = 1, .usage = NAME "(x)", .summary = SUMMARY, .example = EXAMPLE,    \
	 GROUP, .call = FN, .boolean = true, .nulls = true}
const struct eval_fn fns_info[] = {
	IS("isbool", fn_isbool, "is it a truth: a comparison or the like?", "isbool(1 == 2) = 1"),
	IS("isdouble", fn_isdouble, "is it a number with a fraction?", "isdouble(1.5) = 1"),
	IS("isint", fn_isint, "is it a whole number, or text that reads as one?", "isint(\"7\") = 1"),
	IS("ismv", fn_ismv, "are there several values?", "ismv(list) = 1"),
	IS("isnotnull", fn_isnotnull, "is there a value?", "isnotnull(\"\") = 1"),
	IS("isnull", fn_isnull, "is there no value?", "isnull(null()) = 1"),
	IS("isnum", fn_isnum, "is it a number, or text that reads as one?", "isnum(\"0x10\") = 0"),
	IS("isstr", fn_isstr, "is it text that reads as no number, or a list?", "isstr(\"a\") = 1"),
	{.name = "typeof", .min_args = 1, .max_args = 1, .usage = "typeof(x)",
	 .summary = "Number, String, Boolean, Multivalue, or Invalid for null", .example = "typeof(\"a\") = String", GROUP,
	 .call = fn_typeof, .nulls = true},
	{.name = NULL},
};
