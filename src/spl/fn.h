/* Functions of eval and where: one table, the source of parsing, help and completion. */
#ifndef SPOOR_FN_H
#define SPOOR_FN_H

#include "spl/expr.h"
#include "spl/regex.h"

struct parser;

struct eval_fn {
	const char *name;
	int min_args, max_args;                          /* max -1: any number */
	/* "replace(x, regex, replacement)"; what it does; an expression and, after the last " = ", its value: "lower(\"AB\") = ab".
	 * There a list is written a|b, null as null; now() is 1636711502, the field `list` is a|b|bb and no other has a value. */
	const char *usage, *summary, *example;
	const char *group;                               /* "text", "multivalue", "time", … */
	/* Either eager (arguments already evaluated) … */
	struct val (*call)(const struct expr *e, const struct val *arg, unsigned n, struct eval_ctx *c);
	/* … or lazy: it evaluates e->call.arg itself (if, case, coalesce, mvfilter). */
	struct val (*lazy)(const struct expr *e, struct eval_ctx *c);
	/* Checks and compiles constant arguments when the search is parsed; may set e->call.cached. NULL: nothing to do. */
	bool (*check)(struct parser *p, struct expr *e);
	bool boolean;                                    /* its value is a truth: tostring() gives "True" or "False" */
	bool nulls;                                      /* eager: called with null arguments, too; otherwise its value then is null */
	bool per_row;                                    /* its value is not that of its arguments alone: it is another one in another row */
	bool each;                                       /* eager: of a list as first argument, called for each value */
	/* What it asks of its arguments, for those who explain a result (why.c). */
	enum {
		ASKS_VALUE,                              /* nothing but their values */
		ASKS_REGEX, ASKS_LIKE,                   /* that the second is found in the first */
		ASKS_SEARCH,                             /* that the second, a search, holds */
		ASKS_IF, ASKS_CASE,                      /* conditions, which choose one of the others */
	} asks;
};

const struct eval_fn *fn_find(struct str name);          /* any case; NULL when unknown */
const struct eval_fn *const *fn_all(size_t *n);          /* by group, then name */

/* Is it known from the expression alone to be true or false (a comparison, logic, isnull(x) …)? */
bool expr_is_boolean(const struct expr *e);

#endif
