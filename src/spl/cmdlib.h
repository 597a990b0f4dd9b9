/* What several commands share: names with wildcards, time modifiers, grouping rows. Private to spl/. */
#ifndef SPOOR_CMDLIB_H
#define SPOOR_CMDLIB_H

#include "spl/cmd.h"

/* ---- names (names.c) ---- */

/* Does the name match the pattern, in which '*' is any run? With `part` (room for NAME_STARS), the runs.
 * Case-sensitive. */
#define NAME_STARS 8
bool name_match(struct str pattern, struct str name, struct str *part);
unsigned name_stars(struct str pattern);
/* The pattern with its stars replaced by the parts, in the arena. */
struct str name_fill(struct str pattern, const struct str *part, struct arena *a);
/* Columns that the names match, in the order of the names, within one of columns, each once. An exact name
 * without a column gives nothing. `hidden`: wildcards match names that begin with '_', too. Count; *out is
 * the caller's to free. */
size_t names_columns(const struct rows *r, const struct str *name, size_t n, bool hidden, size_t **out);
bool name_hidden(struct str name);                       /* begins with '_' */
/* Keeps these columns, in that order; each may occur once. */
void rows_keep_columns(struct rows *r, const size_t *col, size_t n);
void rows_head(struct rows *r, size_t n);                /* keeps the first n rows, or all when there are fewer */
/* Drops the columns from `from` on that have no value: a field that is nowhere is no field. Without rows
 * all stay. */
void rows_drop_empty(struct rows *r, size_t from);
/* Adds the names to what is wanted. */
void needs_names(struct fieldset *f, const struct str *name, size_t n, struct arena *a);

/* ---- keys (rowkey.c) ---- */

/* The text of these columns (-1: null) in one row, such that equal keys mean equal values; a list is equal
 * to the same list. False when one is null. */
bool row_key(struct sbuf *key, const struct rows *r, size_t row, const ptrdiff_t *col, size_t n);

/* ---- time modifiers (timemod.c, spl-spec 3.13) ---- */

struct time_mods {
	struct time_mod *v;
	size_t n, cap;
};
/* Takes earliest=, starthoursago= and their like out of the search (they become true). Elsewhere than
 * joined by AND at the top they are an error. */
bool time_mods_take(struct parser *p, struct expr *e, struct time_mods *out);
/* The times they stand for: from *earliest on, before *latest; ±INFINITY when open. */
void time_mods_range(const struct time_mods *m, double now, double *earliest, double *latest);

/* ---- grouping rows (group.c) ---- */

/* What to group by. Rows with a null key are left out; one with a list falls into a group for each value. */
struct keys {
	const struct str *name;                          /* of the output columns */
	const ptrdiff_t *col;                            /* of the input; -1: null */
	size_t n;
};
/* The columns of these names. In run->arena. */
struct keys row_keys(struct spl_run *run, const struct rows *r, const struct str *name, size_t n);
/* Aggregations whose field is a wildcard become one for each column that matches and is no key; limits are
 * set. In run->arena. */
struct agg *aggs_expand(struct spl_run *run, const struct rows *r, const struct agg *agg, size_t n, const struct str *key,
                        size_t nkeys, size_t *nout);
/* What each aggregation eats of a row. */
struct feed {
	const struct agg *agg;
	ptrdiff_t col;                                   /* of its field; -1 */
};
struct feed *feeds_of(struct spl_run *run, const struct rows *r, const struct agg *agg, size_t n);
struct val feed_value(const struct feed *f, const struct rows *r, size_t row, struct eval_ctx *c);
double row_seconds(const struct rows *r, ptrdiff_t time_col, size_t row);        /* _time in seconds; NAN */

/* stats: the groups as rows, sorted. Consumes `in`. Without keys there is always one group. `c` evaluates
 * over `in`. */
struct rows *group_rows(struct spl_run *run, struct rows *in, const struct keys *k, const struct agg *agg, size_t nagg,
                        struct eval_ctx *c);
void needs_aggs(struct fieldset *f, const struct agg *agg, size_t n, struct arena *a);

/* ---- datasets (dataset.c) ---- */

/* Lets the leaf look at what there is of this name: a node of a data model, or rows that the environment has. Of a model that Sysmon
 * does not fill there are none, which is told. False with an error set when there is no such name. */
bool dataset_find(struct parser *p, size_t at, struct str name, struct spl_leaf *leaf);
/* A model and its node as they are written: Endpoint.Processes, "Endpoint.Processes" or "Endpoint"."Processes". */
bool dataset_name(struct parser *p, struct str *name);
/* Runs a leaf's scan: where and time resolved, on the engine or on the environment's rows. */
struct rows *dataset_scan(struct spl_run *run, const struct scan *s, const struct time_mods *m);
/* The span of `by _time` without one, of what is loaded. */
double dataset_span(const struct spl_run *run);
/* Keeps the rows with earliest <= _time < latest. */
void rows_between(struct rows *r, double earliest, double latest);
/* Warns of names that the node does not have (NULL: raw events, which may have any). */
void dataset_warn_field(struct parser *p, size_t at, const char *dataset, struct str field);
void dataset_warn_expr(struct parser *p, const char *dataset, const struct expr *e);
/* A dump has no indexes: index= holds for every event, but for those that Splunk fills itself. Tells so. */
void dataset_drop_index(struct parser *p, struct expr *e);
/* Warns of fields that Splunk adds to events and no log has: tag, eventtype, splunk_server. */
void dataset_warn_splunk(struct parser *p, const struct expr *e);

/* ---- what is no Sysmon event (elsewhere.c) ---- */

bool elsewhere_model(struct str name);                   /* a data model that Sysmon does not fill */
bool elsewhere_index(const struct expr *e);              /* a term that asks for an index of Splunk's own, no log's */
/* What a search over raw events asks for in vain, whatever the dump; NULL when nothing. Warns of it where no one else does. */
const char *elsewhere_search(struct parser *p, const struct expr *e);
/* Where source= or sourcetype= means Sysmon under another name, it asks for the one that events have here. */
void elsewhere_own_names(struct parser *p, struct expr *e);

/* Computes the fields row by row, in order. A row that was stopped halfway is cut off with those after it;
 * a column without any value is dropped. */
struct assign {
	struct str name;
	const struct expr *value;
};

struct spl_stage;
/* The assignments of an eval, in order; NULL when the stage is another command. `n` may be NULL. */
const struct assign *eval_assigns(const struct spl_stage *s, size_t *n);

/* Tells a search over raw events that only its first n rows are wanted; head's count, 0 when it is more
 * than one. */
void search_limit(const void *args, size_t n);
size_t head_count(const void *args);

/* The bucket that holds x: spans are aligned to zero, months to the calendar. */
double bucket_start(double x, double span, int months);
/* The span of `by _time` without one, for data that lasts so many seconds (spl-spec trap 4). */
double bucket_auto(double seconds);
/* A round span (of time: of the clock) that cuts the range into `most` buckets or fewer. */
double bucket_nice(double range, size_t most, bool time);

#endif
