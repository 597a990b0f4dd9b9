/* Commands: one table, the source of parsing, running, help, completion and README's list. A command is one entry; commands
 * that share code share a file (cmd_stats.c, cmd_fields.c, …), each exporting its `const struct spl_cmd cmd_NAME`. */
#ifndef SPOOR_CMD_H
#define SPOOR_CMD_H

#include "spl/lex.h"
#include "spl/spl.h"

/* One run of one query: what commands may use besides their input. */
struct spl_run {
	const struct spl_query *query;
	const struct spl_run_opts *opts;
	const struct spl_limits *limits;
	double now;
	struct diags *warn;
	struct diag *diag;                               /* set it and return NULL to fail */
	unsigned depth;
};
bool run_stopped(struct spl_run *run);                   /* cancelled or out of time: wind up, mark rows partial */
/* Runs a subsearch registered by p_subsearch. NULL with run->diag set. */
struct rows *run_sub(struct spl_run *run, const struct spl_query *sub);
void run_warn(struct spl_run *run, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* An eval_ctx over rows. */
struct eval_ctx run_eval(struct spl_run *run, const struct rows *r);

struct spl_cmd {
	const char *name, *alias;
	const char *usage, *summary;
	const char *example;                             /* a case in the format of the tables in tests/spl; run by the tests */
	bool generates;                                  /* may stand first after "|": takes no input */
	/* The command's arguments, in p->arena, up to p->end. NULL with an error set. */
	void *(*parse)(struct parser *p);
	/* Consumes `in` (frees it or returns it), NULL for a generating command. Rows, or NULL with run->diag set. */
	struct rows *(*run)(const void *args, struct rows *in, struct spl_run *run);
	/* Which fields must the rows before it have, so that `want` are right after it? Changes *want. NULL: everything. */
	void (*needs)(const void *args, struct fieldset *want, struct arena *a);
};

const struct spl_cmd *cmd_find(struct str name);
const struct spl_cmd *const *cmd_all(size_t *n);

#endif
