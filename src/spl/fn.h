/* Functions of eval and where: one table, the source of parsing, help and completion. */
#ifndef SPOOR_FN_H
#define SPOOR_FN_H

#include "spl/expr.h"

struct parser;

struct eval_fn {
	const char *name;
	int min_args, max_args;                          /* max -1: any number */
	const char *usage, *summary, *example;           /* "replace(x, regex, replacement)"; example: an expression and its value, "lower(\"AB\") = ab" */
	const char *group;                               /* "text", "multivalue", "time", … */
	/* Either eager (arguments already evaluated) … */
	struct val (*call)(const struct expr *e, const struct val *arg, unsigned n, struct eval_ctx *c);
	/* … or lazy: it evaluates e->call.arg itself (if, case, coalesce, mvfilter). */
	struct val (*lazy)(const struct expr *e, struct eval_ctx *c);
	/* Checks and compiles constant arguments when the search is parsed; may set e->call.cached. NULL: nothing to do. */
	bool (*check)(struct parser *p, struct expr *e);
};

const struct eval_fn *fn_find(struct str name);          /* any case; NULL when unknown */
const struct eval_fn *const *fn_all(size_t *n);          /* by group, then name */

/* Regular expressions (spl-spec 3.9): PCRE2 with UTF on, UCP off; match limits; thread-safe once compiled. */
struct regex;
struct regex *regex_new(struct arena *a, struct str re, char *err, size_t errsize);     /* NULL and err on a bad pattern */
bool regex_find(const struct regex *re, struct str text, size_t from, size_t *start, size_t *end);
/* With groups: span[2i] and span[2i + 1] are the bounds of group i (0: all of the match), SIZE_MAX when it took no part. */
bool regex_match(const struct regex *re, struct str text, size_t from, size_t *span, unsigned ngroups);
unsigned regex_groups(const struct regex *re);           /* groups, the whole match counted */
struct str regex_group_name(const struct regex *re, unsigned group);   /* {NULL, 0} when it has none */
/* All matches (or `max`, when not 0) replaced; \1 … \9 in `rep` are groups. In `a`, or `text` itself when nothing matched. */
struct str regex_replace(const struct regex *re, struct str text, struct str rep, size_t max, struct arena *a);
#endif
