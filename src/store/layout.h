/* How the store lies in memory; private to store/. Columns are kept in the fewest bytes that tell their values apart. */
#ifndef SPOOR_STORE_LAYOUT_H
#define SPOOR_STORE_LAYOUT_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/map.h"
#include "store/store.h"

/* Unsigned numbers between a smallest and a largest, in whole bytes; none at all when these are the same. */
struct packed {
	uint8_t *p;
	uint64_t base;
	uint8_t width;
};
void packed_init(struct packed *k, size_t n, uint64_t min, uint64_t max);       /* all `min` */
size_t packed_bytes(const struct packed *k, size_t n);
static inline uint64_t packed_get(const struct packed *k, size_t i)
{
	uint64_t v = 0;

	for (unsigned b = 0; b < k->width; b++)
		v |= (uint64_t)k->p[i * k->width + b] << (8 * b);
	return k->base + v;
}
/* Several threads may set different numbers at the same time. */
static inline void packed_set(struct packed *k, size_t i, uint64_t v)
{
	v -= k->base;
	for (unsigned b = 0; b < k->width; b++)
		k->p[i * k->width + b] = (uint8_t)(v >> (8 * b));
}

/* A column that is made on first use, under the store's lock. */
struct lazy {
	_Atomic(const struct column *) made;
};

/* The EventData columns of a table. */
struct data_col {
	struct column col;                               /* unless it holds times */
	struct packed cell;                              /* cells of batch.h, when it does */
	struct lazy *lazy;                               /* … and here are its ids; NULL when it does not */
	bool only_times;                                 /* … with no other text among them */
};

struct store_table {
	uint16_t event_id;
	enum sysmon_os os;
	size_t index;
	uint32_t n;
	usec_t *time;
	ev_t *ev;
	struct packed tail;                              /* time_tail of batch.h */
	struct packed record;                            /* EventRecordID + 1; 0: none */
	bool in_order;                                   /* times never fall from row to row */
	struct column sys[SYS_COUNT];                    /* but TIME_CREATED and RECORD_ID: */
	struct lazy *time_created, *record_id;
	struct map *by_name;                             /* EventData name -> index into data */
	struct data_col *data;
	uint32_t *field;                                 /* pool ids of the names, parallel to data */
	size_t ndata;
	_Atomic(const uint32_t *) *newest;               /* rows by time, made on first use */
};

struct store {
	struct load *load;
	struct pool *pool;
	struct store_table *table;                       /* by os, then EventID */
	size_t ntables;
	uint32_t n;
	usec_t first, last;
	struct packed table_of;                          /* per event: index of its table */
	struct packed offset, length;                    /* per event: its raw record */
	ev_t *input_start;                               /* first event of each run of one input, ascending … */
	uint32_t *input_of;                              /* … and that input */
	size_t ninputs;
	ev_t *recovered;                                 /* events out of unused space, ascending */
	size_t nrecovered;
	_Atomic(const ev_t *) *newest;                   /* events by time, made on first use */
	pthread_mutex_t *lock;                           /* of what is made on first use */
	pthread_mutex_t *raw_lock;                       /* of load->inputs */
};

#endif
