/* Searches: compile text into a query, run it on an engine, get rows. The public face of spl/. */
#ifndef SPOOR_SPL_H
#define SPOOR_SPL_H

#include <stdatomic.h>

#include "base/diag.h"
#include "spl/engine.h"
#include "spl/rows.h"

/* A lookup table, ready to be searched; made by rule/ from YAML and CSV. */
struct spl_lookup {
	struct str name;
	const struct rows *table;                        /* all cells text, empty cells null */
	struct str *wild, *cidr;                         /* fields matched as WILDCARD or CIDR */
	size_t nwild, ncidr;
	bool ignore_case;
	long min_matches, max_matches;                   /* max 0: Splunk's cap of 100 */
	struct str default_match;                        /* p NULL: none */
	bool missing;                                    /* named but without data here: behaves as an empty table, and says so */
};

/* What a search may name outside itself. All callbacks may be NULL. What they return must outlive the query. */
struct spl_env {
	void *ctx;
	/* The definition of a macro with that many arguments and the names of these. False when unknown. */
	bool (*macro)(void *ctx, struct str name, unsigned nargs, struct str *definition, const struct str **args);
	const struct spl_lookup *(*lookup)(void *ctx, struct str name, struct diag *d);
	/* A model file for `apply`: its bytes. False when there is none. */
	bool (*model)(void *ctx, struct str name, struct str *bytes);
	/* Rows of a dataset that is no event data: "Risk.All_Risk". NULL when there is none. The caller frees them. */
	struct rows *(*dataset)(void *ctx, struct str name);
	/* For completion. */
	void (*macros)(void *ctx, void (*visit)(void *vctx, struct str name, unsigned nargs), void *vctx);
};

struct spl_query;

/* Compiles. NULL with *d set (line and column in the text as written; when a macro brought the trouble, those of its call, and the message names it).
 * `env` must outlive the query. */
struct spl_query *spl_compile(struct str text, const struct spl_env *env, struct diag *d);
/* The same for a search that may be for other logs. When it asks for what Sysmon never logs, so that it finds nothing in any dump, it
 * is not compiled (NULL), right or wrong, and `elsewhere` gets what that is, as "the data model Web" or "sourcetype=aws:cloudtrail". */
struct spl_query *spl_compile_own(struct str text, const struct spl_env *env, struct sbuf *elsewhere, struct diag *d);
void spl_free(struct spl_query *q);
/* The same for a query whose rows live on: what they borrow of it (literals) becomes theirs. */
void spl_free_into(struct spl_query *q, struct rows *r);
struct str spl_text(const struct spl_query *q);          /* macro-expanded */

/* What the search needs and does: for "why not", for checks and for the rules view. */
struct spl_leaf {
	uint32_t leaf;
	struct scan scan;                                /* dataset, where, by … as compiled (subsearches in where not yet run) */
	bool is_sub;                                     /* inside a subsearch */
	const char *elsewhere;                           /* what it asks for that no event of Sysmon's has; NULL: nothing */
};
const struct spl_leaf *spl_leaves(const struct spl_query *q, size_t *n);
struct spl_warning {
	int line, col;
	char msg[200];
};
const struct spl_warning *spl_warnings(const struct spl_query *q, size_t *n);    /* unknown model fields, missing lookups, … */
bool spl_has_join(const struct spl_query *q);
/* Does the search itself say which fields its rows have (stats, tstats, table …), whatever the events? Then a run without events has
 * them all. */
bool spl_closed(const struct spl_query *q);

/* Limits of Splunk's that change results (spl-spec trap 12), and spoor's own against runaway searches. 0 = unlimited. */
struct spl_limits {
	size_t join_rows, filter_rows, transaction_rows, list_values, lookup_matches;
	size_t memory;                                   /* bytes of one run */
	double seconds;
};
extern const struct spl_limits spl_limits_default;

struct spl_run_opts {
	struct engine *engine;
	double now;                                      /* seconds; NAN: the engine's newest event, rounded up to a second */
	const atomic_bool *cancel;
	const struct spl_limits *limits;                 /* NULL: default */
	bool rows_only;                                  /* which columns a result without rows has does not matter */
};
/* Runs. Rows (the caller frees them) or NULL with *d set. Warnings at run time (a limit cut something) go to `warn`, may be NULL. */
struct rows *spl_run(const struct spl_query *q, const struct spl_run_opts *o, struct diags *warn, struct diag *d);

#endif
