/* Tracing: a search is run once more, and each filter in it (search, where, regex) notes for the rows that it keeps which of its
 * terms held, and on what. Notes go with the rows through the commands that follow, as lineage does, so that the rows of the
 * result have them whatever was grouped, joined or renamed on the way. */
#ifndef SPOOR_TRACE_H
#define SPOOR_TRACE_H

#include "spl/spl.h"
#include "spl/why.h"

/* Would a trace tell more than the scans of the search do? */
bool spl_filters(const struct spl_query *q);

struct spl_trace;
/* NULL when the search fails or is cancelled. The query must outlive it. */
struct spl_trace *spl_trace(const struct spl_query *q, const struct spl_run_opts *o);
void spl_trace_free(struct spl_trace *t);                /* NULL is fine */
/* Visits what held for the row of the result that is the same as this one; nothing when none is. */
void spl_trace_row(const struct spl_trace *t, const struct rows *r, size_t row, held_visit visit, void *ctx);
/* The condition of a leaf, as it was run: subsearches in it are replaced by what they gave. NULL when the leaf did not run. */
const struct expr *spl_trace_where(const struct spl_trace *t, uint32_t leaf);

/* ---- for commands, while they run; nothing happens unless the run is traced ---- */

struct spl_run;
/* All rows have passed the condition. */
void trace_filter(struct spl_run *run, struct rows *r, const struct expr *e, struct str prefix);
/* The leaf is about to be scanned with this condition. */
void trace_where(struct spl_run *run, uint32_t leaf, const struct expr *where);

#endif
