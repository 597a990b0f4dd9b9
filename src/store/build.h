/* Building a store from batches: the plan (build.c) and the work on each column (merge.c). Private to store/. */
#ifndef SPOOR_STORE_BUILD_H
#define SPOOR_STORE_BUILD_H

#include <stdatomic.h>

#include "store/layout.h"

/* The rows of one table that one batch holds. */
struct part {
	struct batch_table *from;
	const uint32_t *remap;                           /* the batch's ids -> the store's; NULL: they are the same */
	uint32_t row;                                    /* the first of them in the table */
	ev_t ev;                                         /* of the batch's first event */
	uint32_t input;
};

/* One EventData field of a table: in which parts, at which column. */
struct field_src {
	uint32_t part, col;
};
struct field {
	struct field_src *src;
	size_t n, cap;
};

struct plan {
	struct part *part;
	size_t n, cap;
	struct field *field;                             /* parallel to the table's data */
	size_t nfields;
	atomic_uint left;                                /* jobs on this table that are not done */
	bool narrowed;                                   /* fields were left out, see BATCH_COLUMNS_MAX */
};

/* One thing to be made of one table. */
enum job_kind { JOB_TIME, JOB_TAIL, JOB_RECORD, JOB_RAW, JOB_SYS, JOB_DATA };
struct job {
	enum job_kind kind;
	uint32_t table, index;
};

struct build {
	struct store *s;
	const struct pool **pool;                        /* the pools of the load: to be compared, they may be gone */
	uint32_t **remap;                                /* per pool; NULL: its ids are the store's */
	struct plan *plan;                               /* per table */
	struct job *job;
	size_t njobs, jobcap;
};

static inline uint32_t translate(const uint32_t *remap, uint32_t id)
{
	return remap ? remap[id] : id;
}

/* Fills the empty store from the batches of s->load and empties these as it goes. */
void store_build(struct store *s);
/* Does one job of the plan, beside the others. The shape of jobs_run. */
void store_merge(void *ctx, size_t job, unsigned worker);

#endif
