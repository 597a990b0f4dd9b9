/* The column store: all Sysmon events of a dump, one table per EventID and Sysmon kind, immutable once built.
 *
 * An event is named by its ordinal (`ev`), its position in input order over all tables, from 0. Values are ids of one
 * string pool; 0 is absent. Everything here may be read from any thread without a lock, except that a column that
 * holds times (load/batch.h) is turned into ids on first use, under a lock inside. */
#ifndef SPOOR_STORE_H
#define SPOOR_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/when.h"
#include "load/load.h"
#include "load/sysmon.h"
#include "store/column.h"

typedef uint32_t ev_t;
#define EV_NONE UINT32_MAX

struct store;

/* Takes the batches of `l` over and frees them (load_drop_batches); `l` itself stays the caller's and must outlive the store,
 * which reads raw records through it. */
struct store *store_new(struct load *l);
void store_free(struct store *s);

struct pool *store_pool(const struct store *s);
uint32_t store_events(const struct store *s);            /* number of events */
usec_t store_first(const struct store *s);               /* oldest and newest _time; WHEN_NONE when empty */
usec_t store_last(const struct store *s);
size_t store_bytes(const struct store *s);

/* Tables, by os and EventID. */
struct store_table;
size_t store_ntables(const struct store *s);
const struct store_table *store_table(const struct store *s, size_t i);
const struct store_table *store_find(const struct store *s, enum sysmon_os os, unsigned event_id);    /* NULL when it has no event */
unsigned table_event_id(const struct store_table *t);
enum sysmon_os table_os(const struct store_table *t);
size_t table_index(const struct store_table *t);
uint32_t table_rows(const struct store_table *t);
const usec_t *table_time(const struct store_table *t);   /* rows of them; WHEN_NONE where an event has no time */
const ev_t *table_ev(const struct store_table *t);       /* ordinals, ascending */

/* An EventData field by its exact name; column_none when the table has none such. */
struct column table_data(const struct store *s, const struct store_table *t, struct str name);
/* A System attribute. TIME_CREATED and RECORD_ID are made on first use. */
struct column table_sys(const struct store *s, const struct store_table *t, enum sys_field f);
bool table_has(const struct store_table *t, struct str name);     /* has some row a value there? */
bool table_is_time(const struct store_table *t, struct str name); /* is each value there a time as batch.h keeps them? */
/* The id of one row, without making a whole column of times. */
uint32_t table_data_at(const struct store *s, const struct store_table *t, struct str name, uint32_t row);
uint32_t table_sys_at(const struct store *s, const struct store_table *t, enum sys_field f, uint32_t row);
/* Have both fields the same text in this row? (For times, without making them into ids.) False when either is absent. */
bool table_same(const struct store *s, const struct store_table *t, struct str a, struct str b, uint32_t row);
/* Names of the EventData columns of a table that have a value somewhere: pool ids, in the order first seen. */
const uint32_t *table_fields(const struct store_table *t, size_t *n);

uint64_t table_record_id(const struct store_table *t, uint32_t row);          /* UINT64_MAX when absent */

/* One event. */
struct event_ref {
	const struct store_table *table;
	uint32_t row;
};
struct event_ref store_event(const struct store *s, ev_t ev);
usec_t store_time(const struct store *s, ev_t ev);
struct str store_data(const struct store *s, ev_t ev, const char *name);      /* {NULL,0} when absent */
struct str store_sys(const struct store *s, ev_t ev, enum sys_field f);
uint64_t store_record_id(const struct store *s, ev_t ev);                     /* UINT64_MAX when absent */
bool store_recovered(const struct store *s, ev_t ev);                         /* it lay in space that its log no longer uses */
/* Where its raw record lies. */
struct raw_ref {
	uint32_t input;
	uint64_t offset;
	uint32_t length;
};
struct raw_ref store_raw_ref(const struct store *s, ev_t ev);
const char *store_input_name(const struct store *s, ev_t ev);
/* The raw record as text for people. Takes a lock; reads the file. */
bool store_raw(const struct store *s, ev_t ev, struct sbuf *out, struct diag *d);
const struct load *store_load(const struct store *s);

/* Events newest first (equal times: the later in the input first), as a raw search returns them. Built on first use, kept. */
const ev_t *store_by_time(const struct store *s);
/* The rows of one table in that order; NULL when it is simply from the last row to the first. Built on first use, kept. */
const uint32_t *table_by_time(const struct store *s, const struct store_table *t);

#endif
