/* Commands: one table, the source of parsing, running, help, completion and README's list. A command is
 * one entry; commands that share code share a file (cmd_stats.c, cmd_fields.c, …), each exporting its
 * `const struct spl_cmd cmd_NAME`. */
#ifndef SPOOR_CMD_H
#define SPOOR_CMD_H

#include "spl/budget.h"
#include "spl/lex.h"
#include "spl/spl.h"
#include "spl/trace.h"

/* ---- running ---- */

/* One run of one query: what commands may use besides their input. */
struct spl_run {
	const struct spl_query *query;
	const struct spl_run_opts *opts;
	const struct spl_limits *limits;
	double now;
	struct diags *warn;
	struct diag *diag;                               /* set it and return NULL to fail */
	unsigned depth;
	struct arena *arena;                             /* lives as long as the run, not as its rows */
	struct spl_budget budget;
	size_t held;                                     /* bytes of rows that wait while a subsearch runs */
	struct trace *trace;                             /* notes are taken; or NULL (trace.h) */
	size_t stage;                                    /* of `query`, the one under way */
	bool graced;                                     /* was stopped once: the rest of the pipeline had its extra time and room */
};
/* Cancelled, out of time or of memory: wind up, mark rows partial. */
bool run_stopped(struct spl_run *run);
/* Do these rows and what waits hold more than the run may? Then it is stopped. For loops that make rows. */
bool run_full(struct spl_run *run, const struct rows *r);
bool run_over(struct spl_run *run, size_t bytes);        /* the same for so many bytes beside what waits */
/* Runs a subsearch registered by p_subsearch. NULL with run->diag set. */
struct rows *run_sub(struct spl_run *run, const struct spl_query *sub);
/* Runs the pipeline of p_pipeline on rows, which it consumes. NULL with run->diag set. */
struct rows *run_pipeline(struct spl_run *run, const struct spl_query *sub, struct rows *in);
void run_warn(struct spl_run *run, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Sets run->diag, frees `in` (may be NULL), returns NULL. */
struct rows *run_fail(struct spl_run *run, struct rows *in, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Where events live, NULL when elsewhere or nowhere. */
const struct store *run_store(const struct spl_run *run);
const struct spl_env *run_env(const struct spl_run *run);

/* An eval_ctx over rows. Results live in the rows' arena. It goes stale when a column is added, dropped or
 * renamed. */
struct eval_ctx run_eval(struct spl_run *run, const struct rows *r);
/* The same where field names carry a prefix ("All_Risk.") that the columns lack. Other names, but for
 * _time, host, source and sourcetype, are null. */
struct eval_ctx run_eval_prefixed(struct spl_run *run, const struct rows *r, struct str prefix);
/* Keeps the rows for which the expression is true. Temporary values leave no trace in the rows' arena. */
void run_filter(struct spl_run *run, struct rows *r, const struct expr *e, struct str prefix);
/* The column in which the word stands, in its name or a value: that value. -1 when in none. */
ptrdiff_t rows_keyword(const struct rows *r, size_t row, const struct pattern *p, struct val *value);
/* The search expression with its subsearches run and put in (spl-spec 3.12): `e` itself when it has none.
 * NULL with run->diag set. */
const struct expr *run_resolve(struct spl_run *run, const struct expr *e);

/* ---- the table ---- */

/* What a command does with rows, when it looks at each by itself. */
enum by_row {
	ROW_NO,                                          /* it does not */
	ROW_CHANGES,                                     /* sets fields by what the row holds in others; `needs` says which */
	ROW_CHOSEN,                                      /* keeps or drops it by what it holds */
};

struct spl_cmd {
	const char *name, *alias;
	const char *usage, *summary;
	const char *example;                             /* a case in the format of the tables of tests/spl, which run it */
	bool generates;                                  /* may stand first after "|": takes no input */
	bool only_first;                                 /* may stand nowhere else */
	bool none_of_none;                               /* of no rows it makes none, whatever its arguments */
	enum by_row by_row;
	/* Which commands alone may follow, as " stats chart "; NULL: any. The hook may be NULL. */
	const char *(*before)(const void *args);
	/* The command's arguments, in p->arena, up to p->end. NULL with an error set. */
	void *(*parse)(struct parser *p);
	/* Consumes `in` (frees it or returns it), NULL for a generating command. Rows, or NULL with
	 * run->diag set. */
	struct rows *(*run)(const void *args, struct rows *in, struct spl_run *run);
	/* Did it give the row its value of this field? Then it tells the explanation what that value follows from. NULL: it does
	 * not know. */
	bool (*made)(const void *args, struct str field, struct why *w, struct str stage);     /* stage: its text */
	/* Which fields must the rows before it have, so that `want` are right after it? Changes *want.
	 * NULL: everything. */
	void (*needs)(const void *args, struct fieldset *want, struct arena *a);
};

const struct spl_cmd *cmd_find(struct str name);         /* name or alias, any case */
const struct spl_cmd *const *cmd_all(size_t *n);         /* by name */

/* ---- for parse and needs ---- */

/* Does the command being parsed stand first in its pipeline, where it has no input? */
bool p_first(const struct parser *p);
/* A new leaf of the query, numbered in order of text. Call it before parsing what may hold subsearches. */
struct spl_leaf *p_leaf(struct parser *p);
void p_warn(struct parser *p, size_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void p_joins(struct parser *p);                          /* the query brings rows together: spl_has_join */
/* A [ … ] pipeline that works on rows it is given, the cursor at '['. NULL with an error set. */
struct spl_query *p_pipeline(struct parser *p);
/* The bounds of what stands in [ … ], the cursor at '['; moves behind it. */
bool p_brackets(struct parser *p, size_t *from, size_t *to);
/* A pipeline that works on rows, out of text made at run time; it lives in `a`. NULL with *d set. */
struct spl_query *template_parse(struct str text, const struct spl_env *env, struct arena *a, struct diag *d);
/* An option's value as a truth (t, true, 1, yes …) or a count. False with an error naming the option. */
bool p_truth(struct parser *p, size_t at, struct str name, struct str value, bool *out);
bool p_count(struct parser *p, size_t at, struct str name, struct str value, size_t *out);
/* Complains about an option that the command does not have. Returns false. */
bool p_no_option(struct parser *p, size_t at, const char *command, struct str name, const char *known);

/* Tells a subsearch which fields of its result are wanted. Without it they all are. */
void sub_needs(struct spl_query *sub, const struct fieldset *want, struct arena *a);
/* Adds what an expression reads: everything when it holds a subsearch. */
void fieldset_add_expr(struct fieldset *f, const struct expr *e, struct arena *a);
void fieldset_add_all(struct fieldset *f);
void fieldset_remove(struct fieldset *f, struct str name);       /* that very name; wildcards stay */
bool expr_has_sub(const struct expr *e);

#endif
