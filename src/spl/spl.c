/* The public face of searches: compile, ask about, run. Parsing pipelines is pipeline.c's, running them
 * run.c's. */
#include "spl/spl.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "spl/query.h"
#include "spl/regex.h"

const struct spl_limits spl_limits_default = {
	.join_rows = 50000,
	.filter_rows = 10000,
	.transaction_rows = 1000,
	.list_values = 100,
	.lookup_matches = 100,
	.memory = (size_t)2 << 30,
};

/* With `elsewhere`, which may be NULL, as spl_compile_own. */
static struct spl_query *compile(struct str text, const struct spl_env *env, struct sbuf *elsewhere, struct diag *d)
{
	static const struct spl_env nothing;
	struct arena *a = arena_new();
	struct spl_query *q = ARENA_NEW(a, struct spl_query);

	q->root = q;
	q->arena = a;
	if (!env)
		env = &nothing;
	q->env = env;
	q->text = spl_expand(a, text, env, &q->spans, d);
	struct parser p = {
		.text = q->text,
		.end = q->text.n,
		.arena = a,
		.env = env,
		.diag = d,
		.query = q,
		.spans = &q->spans,
	};
	bool ok = q->text.p && pipeline_parse(&p, q);
	const char *why = elsewhere ? query_elsewhere(q) : NULL;
	if (why)
		sbuf_addz(elsewhere, why);
	if (!ok || why) {
		arena_free(a);
		return NULL;
	}
	pipeline_needs(q, (struct fieldset){.all = true}, a);
	q->leaves = ARENA_ARRAY(a, struct spl_leaf, q->nleaves);
	for (size_t i = 0; i < q->nleaves; i++)
		q->leaves[i] = *q->leaf[i];
	return q;
}

struct spl_query *spl_compile(struct str text, const struct spl_env *env, struct diag *d)
{
	return compile(text, env, NULL, d);
}

struct spl_query *spl_compile_own(struct str text, const struct spl_env *env, struct sbuf *elsewhere, struct diag *d)
{
	return compile(text, env, elsewhere, d);
}

void spl_free(struct spl_query *q)
{
	if (q)
		arena_free(q->arena);
}

void spl_free_into(struct spl_query *q, struct rows *r)
{
	GROW(r->more, r->nmore, r->morecap);
	r->more[r->nmore++] = q->arena;
}

struct str spl_text(const struct spl_query *q)
{
	return q->text;
}

const struct spl_leaf *spl_leaves(const struct spl_query *q, size_t *n)
{
	*n = q->nleaves;
	return q->leaves;
}

const struct spl_warning *spl_warnings(const struct spl_query *q, size_t *n)
{
	*n = q->nwarnings;
	return q->warning;
}

bool spl_has_join(const struct spl_query *q)
{
	return q->joins;
}

bool spl_closed(const struct spl_query *q)
{
	/* Commands that name all fields, those that add only fields that they name, and those that add none. */
	static const char *const closing[] = {"stats", "tstats", "table"},
				 *const named[] = {"eval", "rename", "where", "search", "convert", "dedup", "sort", "head", "tail", "fields", "bin",
				                   "eventstats", "streamstats", "regex", "fillnull", "reverse", "mvexpand", "makemv", "nomv"};
	bool closed = false;

	for (size_t i = 0; i < q->nstages; i++) {
		const char *name = q->stage[i].cmd->name;
		bool closes = false, known = false;
		for (size_t k = 0; k < sizeof(closing) / sizeof(closing[0]); k++)
			closes |= strcmp(name, closing[k]) == 0;
		for (size_t k = 0; k < sizeof(named) / sizeof(named[0]); k++)
			known |= strcmp(name, named[k]) == 0;
		closed = closes || (closed && known);
	}
	return closed;
}

/* The reference time of a run: given, or the newest event's, rounded up to a second (spl-spec trap 5). */
static double reference_time(const struct spl_run_opts *o)
{
	double first, last;

	if (!isnan(o->now))
		return o->now;
	if (o->engine && o->engine->ops->bounds(o->engine, &first, &last))
		return ceil(last);
	return floor((double)when_now() / USEC_PER_SEC);         /* no event: nothing depends on it */
}

/* Rows that keep only what they show: a search may have passed through far more than its result. */
static struct rows *compact(struct rows *r)
{
	enum { WORTH = 1 << 20 };

	if (rows_bytes(r) < WORTH || r->n > 10000)
		return r;
	struct rows *small = rows_new(0);
	small->partial = r->partial;
	rows_append(small, r);
	rows_free(r);
	return small;
}

struct rows *query_run(const struct spl_query *q, const struct spl_run_opts *o, struct diags *warn, struct diag *d, struct trace *trace,
                       struct arena **arena)
{
	const struct spl_limits *limits = o->limits ? o->limits : &spl_limits_default;
	struct spl_run run = {
		.query = q, .opts = o, .limits = limits, .now = reference_time(o), .warn = warn, .diag = d,
		.arena = arena_new(), .trace = trace,
		.budget = {.cancel = o->cancel, .memory = limits->memory},
	};
	if (limits->seconds > 0)
		run.budget.deadline = when_mono_ns() + (uint64_t)(limits->seconds * 1e9);
	const char *pattern;
	unsigned long given_up = regex_given_up(NULL);
	struct rows *r = run_pipeline(&run, q, NULL);

	given_up = regex_given_up(&pattern) - given_up;
	if (given_up)
		run_warn(&run, "%lu time%s a regular expression took too many steps and was given up, which counts as no match; the last was %s",
		         given_up, given_up == 1 ? "" : "s", pattern);
	if (arena)
		*arena = run.arena;
	else
		arena_free(run.arena);
	return r ? compact(r) : NULL;
}

struct rows *spl_run(const struct spl_query *q, const struct spl_run_opts *o, struct diags *warn, struct diag *d)
{
	return query_run(q, o, warn, d, NULL, NULL);
}
