/* Decoded events of one chunk of input, as columns: what decoders fill and the store merges.
 *
 * A decoder (xml.c, json.c, …) calls batch_begin, then batch_sys/batch_data for what it finds, then batch_end, once per
 * record. The batch decides what is kept: events of Sysmon with an EventID; others are counted by provider and EventID.
 * batch_done then makes the tables. It keeps no bytes of the input: strings go to the worker's pool, raw records are found again by file, offset, length.
 *
 * Cells. A cell of an EventData column is a pool id, 0 for absent (an empty value is absent, spl-spec 4.2), or, with
 * CELL_TIME set, a moment written exactly "YYYY-MM-DD hh:mm:ss.mmm", kept as its distance in milliseconds from the
 * event's own time plus CELL_TIME_ZERO. Times like UtcTime differ in every event; this keeps them out of the pool. */
#ifndef SPOOR_BATCH_H
#define SPOOR_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/when.h"
#include "load/sysmon.h"

#define CELL_TIME UINT32_C(0x80000000)
#define CELL_TIME_ZERO UINT32_C(0x40000000)

/* The moment (whole milliseconds, as microseconds) that a cell with CELL_TIME names, given its event's time. */
static inline usec_t cell_time(uint32_t cell, usec_t event)
{
	int64_t ms = event / 1000 - (event % 1000 < 0);

	return (ms + (int64_t)(cell & ~CELL_TIME) - (int64_t)CELL_TIME_ZERO) * 1000;
}

/* Where the cells of a column lie among those of its table. */
struct cells {
	uint32_t at : 31, same : 1;                      /* same: one for all rows */
};
struct batch_column {
	uint32_t name;                                   /* pool id of the EventData name */
	struct cells cells;
};

/* All events of one EventID of one Sysmon, in input order. Arrays run parallel, n long; all lie in `memory`. */
struct batch_table {
	uint16_t event_id;
	uint8_t os;                                      /* enum sysmon_os */
	uint32_t n;
	usec_t *time;                                    /* spl-spec 4.2: SystemTime, else UtcTime …; WHEN_NONE when there is none */
	uint64_t *record_id;                             /* EventRecordID; UINT64_MAX when absent or no number */
	uint64_t *offset;                                /* of the raw record in its input */
	uint32_t *length;                                /* bytes of the raw record */
	uint32_t *seq;                                   /* position of the event among all kept events of the batch */
	uint16_t *time_tail;                             /* of SystemTime: ns below the microsecond, plus 1024 * fractional digits as written;
	                                                    0xFFFF: the event has no SystemTime */
	struct cells sys[SYS_COUNT];                     /* pool ids; all 0 for EVENT_ID, TIME_CREATED, RECORD_ID (above) */
	struct batch_column *col;
	uint32_t ncols;
	uint32_t *cell;
	void *memory;                                    /* owned; who has taken the rows may free it and set it to NULL */
};

static inline uint32_t batch_cell(const struct batch_table *t, struct cells c, uint32_t row)
{
	return t->cell[c.at + (c.same ? 0 : row)];
}

/* Records that were read but are not Sysmon's, and damage. */
struct batch_other {
	uint32_t provider, channel;                      /* pool ids, 0 when unknown */
	uint32_t event_id;
	uint64_t count;
};
struct batch_damage {
	uint64_t offset, length;                         /* what could not be used */
	char reason[120];
};

struct batch {
	struct pool *pool;                               /* the worker's, shared by its batches; not owned */
	bool stable;                                     /* set by a decoder whose texts stay where they are until the record ends:
	                                                    they are not copied */
	bool narrowed;                                   /* fields were left out, see BATCH_COLUMNS_MAX */
	uint8_t strays;                                  /* how deep in logs glued to others the decoder is (stray.h) */
	bool recover;                                    /* set by the loader: records in unused space are wanted, too */
	uint32_t input;                                  /* index of the input it came from */
	uint64_t chunk;                                  /* position of the chunk within the input, for ordering */
	uint32_t nevents;                                /* Sysmon events kept */
	struct batch_table *table;                       /* once the batch is done */
	uint32_t ntables;
	struct batch_other *other;
	uint32_t nothers, othercap;
	struct batch_damage *damage;
	uint32_t ndamage, damagecap;                     /* at most BATCH_DAMAGE_MAX are kept … */
	uint64_t damaged;                                /* … of so many */
	uint64_t lines;                                  /* lines of text that belong to other sources */
	uint64_t zero_at, zeros;                         /* of EVTX: NUL bytes at its end, and where; damage when chunks follow */
	uint64_t zeros_first;                            /* NUL bytes before its first chunk … */
	bool chunk_first;                                /* … before which there is nothing else */
	uint32_t *recovered;                             /* the seq of each event that lay in unused space, ascending */
	uint32_t nrecovered, recoveredcap;
	uint64_t unused, unreadable;                     /* records in unused space that were not wanted, or could not be read */
	uint64_t expected;                               /* bytes that the stream says it has; 0: it does not say */
	const char *shape;                               /* whose spelling its records have, as far as their names tell; static text, NULL */
	const char *note;                                /* what else is to be told of the stream; static text, NULL */
	struct batch_maker *maker;                       /* NULL once it is done */
};
#define BATCH_DAMAGE_MAX 1000                            /* as many as a whole load keeps, or its list would depend on the chunks */
#define BATCH_FIELDS_MAX 256                             /* EventData names per event; more are an attack: the record is damaged */
#define BATCH_VALUE_MAX (16u << 20)                      /* bytes of one value */
#define BATCH_NAME_MAX 1024                              /* bytes of one EventData name */
#define BATCH_TEXT_MAX (64u << 20)                       /* bytes of all texts of one record */
/* Columns per table. Of more, those with the lowest batch_rank are kept: a choice that depends on neither order nor chunks. */
#define BATCH_COLUMNS_MAX 512
uint64_t batch_rank(struct str name);                    /* 0 for a name that Sysmon itself uses */

/* A worker's tools for making batches, one at a time: what it learned of the log from one (names and their order, values
 * that repeat) and the memory to build in serve for the next. The pool must outlive it, and its batches. */
struct batch_maker *batch_maker_new(struct pool *pool);
void batch_maker_free(struct batch_maker *m);

struct batch *batch_new(struct batch_maker *m, uint32_t input, uint64_t chunk);
void batch_free(struct batch *b);

void batch_begin(struct batch *b);                       /* forgets a record that was begun and not ended */
/* Instead of batch_begin: the record lies in space that is not in use. It is kept as `recovered`; without use it is no damage. */
void batch_begin_recovered(struct batch *b);
void batch_sys(struct batch *b, enum sys_field f, struct str value);       /* the last of several counts; empty is ignored */
void batch_data(struct batch *b, struct str name, struct str value);       /* likewise */
/* Ends the record that lies at these bytes of the input. True when it was kept as a Sysmon event. A Sysmon record that
 * breaks a limit above, or has no EventID, is counted as damage instead. */
bool batch_end(struct batch *b, uint64_t offset, uint64_t length);
/* Instead of batch_end: the record is lost, and why (printf). */
void batch_damaged(struct batch *b, uint64_t offset, uint64_t length, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The same for a batch that is done. */
void batch_add_damage(struct batch *b, uint64_t offset, uint64_t length, const char *why);
/* No record comes any more: makes the tables, in as little memory as they need, and lets go of the maker. */
void batch_done(struct batch *b);

#endif
