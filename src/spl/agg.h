/* Aggregations of stats, tstats, eventstats, streamstats, top, rare, timechart: one table (spl-spec 3.3). */
#ifndef SPOOR_AGG_H
#define SPOOR_AGG_H

#include "spl/expr.h"
#include "spl/rows.h"

struct parser;
struct agg_fn;

/* One aggregation of a command. */
struct agg {
	const struct agg_fn *fn;
	double percentile;                               /* perc95(x): 95 */
	struct str field;                                /* "" for count without argument; "*" or a wildcard for all matching fields */
	const struct expr *eval;                         /* agg(eval(…)) instead of a field */
	struct str as;                                   /* output name: given, or made "func(field)" */
	bool named;                                      /* by "as" */
	size_t limit;                                    /* of list(): values kept; 0: no limit */
	uint32_t at, len;                                /* place in the expanded search text */
};

struct agg_fn {
	const char *name, *alias;
	const char *usage, *summary;
	const char *example;                             /* a case in the format of the tables of tests/spl, which run it */
	size_t state_size;                               /* zero-initialised per group */
	bool needs_field;
	double per;                                      /* seconds of per_hour() and its like, which timechart alone has; 0 otherwise */
	/* One value (never null, never a list: lists are fed value by value) of one row; `time` is the row's _time in seconds, NAN when none. */
	void (*add)(void *state, struct val v, double time, struct arena *a);
	struct val (*result)(void *state, const struct agg *g, struct arena *a);
};

const struct agg_fn *agg_find(struct str name);          /* name or alias, any case, without the number of a percentile */
const struct agg_fn *agg_all(size_t *n);                 /* the table, by name */
/* Parses `func[(field|*|eval(expr))] [as name]` …, up to the end or a word of `until`. Count, or 0 with an error set. */
size_t agg_parse(struct parser *p, const char *const *until, struct agg **out);

/* Complains about one of timechart's own. */
bool agg_no_rates(struct parser *p, const struct agg *v, size_t n);

/* Feeds a row's value: null counts nothing, a list one by one. `count` without field counts the row. */
void agg_feed(const struct agg *g, void *state, struct val v, double time, struct arena *a);

/* Did a limit keep values out of this state's result? */
bool agg_cut(const struct agg *g, const void *state);

/* Groups of rows by key values, for everything that groups. Keys and values are borrowed: their text must live as long as
 * the rows that are made (in the pool, or in an arena that those rows adopt). */
struct grouping;
/* `a` serves the states; it stays the caller's and may go once grouping_rows has returned. */
struct grouping *grouping_new(struct arena *a, size_t nkeys, const struct agg *aggs, size_t naggs);
/* Before the first group: aggregations that gather the same of the same field (min and max; dc and values) shall do it once.
 * Then only those that grouping_feeds are fed. */
void grouping_share(struct grouping *g);
bool grouping_feeds(const struct grouping *g, size_t agg);
void grouping_free(struct grouping *g);                  /* instead of grouping_rows; NULL is fine */
/* The group with these key values (none null, none a list), made when new. Returns its index. */
uint32_t grouping_at(struct grouping *g, const struct val *key);
void *grouping_state(struct grouping *g, uint32_t group, size_t agg);
struct lineage_set *grouping_lineage(struct grouping *g, uint32_t group);
size_t grouping_len(const struct grouping *g);
size_t grouping_bytes(const struct grouping *g);         /* held, the arena of the states included */
/* The groups as rows of their own arena: key columns, then aggregates, sorted by key (spl-spec 3.1 point 7). Frees the grouping. */
struct rows *grouping_rows(struct grouping *g, const struct str *key_names);

#endif
