/* Inside the building of columns: what a maker holds, shared by batch.c (the record being built, and where it goes) and batch_maker.c
 * (the memory of all that, from batch to batch). */
#ifndef SPOOR_BATCH_MAKER_H
#define SPOOR_BATCH_MAKER_H

#include "load/batch.h"
#include "load/stamp.h"

struct field {
	struct str name, value;
};

/* Cells that are being filled: those behind `filled` are absent, whatever they hold. */
struct filling {
	uint32_t *cell;
	uint32_t filled, cap;
};
struct col_state {
	struct str name;                                 /* in the pool */
	uint32_t id;                                     /* of the name */
	struct str last;                                 /* the value interned last, in the pool */
	uint32_t last_id;
	uint32_t next;                                   /* column + 1 that followed in the record before; 0: none */
	bool listed;                                     /* in the table's `order` */
	bool waiting;                                    /* among the maker's new values */
	uint64_t rank;                                   /* once the table is full */
	struct filling f;
};
struct table_state {
	uint16_t event_id;
	uint8_t os;
	bool listed;                                     /* in the maker's `order` */
	bool full;                                       /* the columns have their ranks */
	uint32_t n, cap;
	usec_t *time;
	uint64_t *record_id, *offset;
	uint32_t *length, *seq;
	uint16_t *time_tail;
	struct filling sys[SYS_COUNT];
	struct col_state *col;
	uint32_t ncols, colcap;
	uint32_t *order;                                 /* columns of this batch, as they first appeared; colcap long */
	uint32_t norder;
	uint32_t first;                                  /* column + 1 that came first in the record before */
	uint32_t *slot;                                  /* hash of name -> column + 1 */
	uint32_t nslots;                                 /* a power of two; 0: not made */
};

/* Memory for the texts of a record. A block that is full is kept until the record ends, as pointers go into it. */
struct block {
	struct block *before;
	size_t used, size;
	char p[];
};

struct batch_maker {
	struct pool *pool;
	struct str sys[SYS_COUNT];
	struct field field[BATCH_FIELDS_MAX];
	unsigned nfields;
	struct str new_value[BATCH_FIELDS_MAX];          /* those that the pool is asked for, … */
	uint32_t new_column[BATCH_FIELDS_MAX];           /* … of these columns */
	uint32_t new_id[BATCH_FIELDS_MAX];
	unsigned nnew;
	const char *trouble;                             /* why the record cannot be kept */
	bool recovering;                                 /* the record lies in unused space */
	size_t text;                                     /* bytes of its texts */
	struct block *block;
	struct {
		struct str text;
		uint32_t id;
	} last_sys[SYS_COUNT];
	struct str last_provider;                        /* in the pool */
	bool last_is_sysmon;
	enum sysmon_os last_os;
	struct stamp_day day, cell_day;
	struct table_state *table;
	uint32_t ntables, tablecap;
	uint32_t *order;                                 /* tables of this batch, as they first appeared; tablecap long */
	uint32_t norder;
	uint32_t low[OS_COUNT][256];                     /* EventID -> table + 1 */
	uint32_t *high[OS_COUNT];                        /* the same for 256 and more; NULL until needed */
	uint32_t *other;                                 /* hash -> b->other + 1 */
	uint32_t nothers;
};

void blocks_free(struct block *k);                       /* and all before it */
/* Room for `cap` cells; those up to `row` that were not set are absent. */
void filling_reach(struct filling *f, uint32_t row, uint32_t cap);

#endif
