/* The seam between the query engine and where events live (DESIGN 3). A leaf of a search asks an engine to scan:
 * filter, group, aggregate, over a data-model node or over raw events. The embedded column store answers today
 * (engine_embedded); a distributed engine answers the same call later. */
#ifndef SPOOR_ENGINE_H
#define SPOOR_ENGINE_H

#include <stdatomic.h>

#include "base/diag.h"
#include "spl/agg.h"
#include "spl/expr.h"
#include "spl/rows.h"

/* A set of field names that somebody wants: exact names and wildcards, or everything. */
struct fieldset {
	bool all;
	struct str *v;                                   /* may hold '*' */
	size_t n, cap;
};
void fieldset_add(struct fieldset *f, struct str name, struct arena *a);
bool fieldset_has(const struct fieldset *f, struct str name);

/* What the search does with the rows, as far as it drops them by the value of one field: those that have one that is not
 * wanted may be left out. */
struct scan_only {
	const struct str *read;                          /* names as the rows will have them. It only counts where events have … */
	size_t nread;                                    /* … values for one of them alone */
	/* For each of n texts of that field: yes[i], could a row that has it be wanted? From the thread that scans. */
	void (*wanted)(void *ctx, struct str field, const struct val *v, size_t n, bool *yes);
	void *ctx;
};

struct scan {
	const char *dataset;                             /* "Endpoint.Processes", "Network_Traffic"; NULL: raw events */
	const struct expr *where;                        /* search dialect; NULL: everything. Field names as written ("Processes.user") */
	double earliest, latest;                         /* _time >= earliest and < latest, seconds; ±INFINITY when open */
	uint32_t leaf;                                   /* tag for lineage */
	const atomic_bool *cancel;
	const struct scan_only *only;
	size_t nonly;

	/* grouped (tstats): */
	bool grouped;
	const struct str *by;                            /* names as written; "_time" too */
	size_t nby;
	double span;                                     /* of _time in seconds; 0: auto (trap 4), when _time is in by */
	int span_months;
	struct str fill;                                 /* fillnull_value; p NULL: rows with a null key are dropped */
	const struct agg *agg;
	size_t nagg;

	/* not grouped: rows, newest first, with these fields (field names without prefix for `unprefixed`) */
	const struct fieldset *want;
	bool unprefixed;                                 /* from datamodel: "user" for "Processes.user" */
	size_t limit;                                    /* rows; 0: none */
	size_t memory;                                   /* bytes of the result; 0: any. Of the newest events that fit, marked partial */
};

struct engine;
struct engine_ops {
	/* Rows or NULL with *d set (unknown dataset …). Cancelled: what there is, marked partial. */
	struct rows *(*scan)(struct engine *e, const struct scan *s, struct diag *d);
	/* Times of the loaded events, seconds; false when there is none. */
	bool (*bounds)(struct engine *e, double *first, double *last);
	/* Could the scan match anything in this dump? When not, why: "the dump has no event 3" (out, n). For "why not". */
	bool (*can_match)(struct engine *e, const struct scan *s, char *out, size_t n);
	/* Which terms of `where` hold for this event, and on what: visits each comparison that is true and counts for the match. */
	void (*explain)(struct engine *e, const struct scan *s, ev_t ev,
	                void (*visit)(void *ctx, struct str field, struct val value, const struct expr *term), void *ctx);
	const struct store *(*store)(struct engine *e);  /* NULL when events live elsewhere */
	void (*free)(struct engine *e);
};
struct engine {
	const struct engine_ops *ops;
};

struct cim;
/* The embedded engine over a loaded dump. Does not own `c`. Safe for scans from several threads. */
struct engine *engine_embedded(struct cim *c);

#endif
