/* The column store: access to what build.c made, and the few columns that are made on first use. */
#include "store/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/build.h"

struct store *store_new(struct load *l)
{
	struct store *s = xcalloc(1, sizeof(*s));

	s->load = l;
	s->newest = xcalloc(1, sizeof(*s->newest));
	s->lock = xmalloc(sizeof(*s->lock));
	s->raw_lock = xmalloc(sizeof(*s->raw_lock));
	pthread_mutex_init(s->lock, NULL);
	pthread_mutex_init(s->raw_lock, NULL);
	store_build(s);
	return s;
}

static void free_lazy(struct lazy *lazy)
{
	if (!lazy)
		return;
	struct column *c = (struct column *)(uintptr_t)atomic_load(&lazy->made);
	if (c) {
		column_free(c);
		free(c);
	}
	free(lazy);
}

static void free_order(_Atomic(const uint32_t *) *order)
{
	free((void *)(uintptr_t)atomic_load(order));
	free((void *)order);
}

static void free_table(struct store_table *t)
{
	for (size_t i = 0; i < t->ndata; i++) {
		column_free(&t->data[i].col);
		free(t->data[i].cell.p);
		free_lazy(t->data[i].lazy);
	}
	for (size_t i = 0; i < SYS_COUNT; i++)
		column_free(&t->sys[i]);
	free_lazy(t->time_created);
	free_lazy(t->record_id);
	free_order(t->newest);
	map_free(t->by_name);
	free(t->data);
	free(t->field);
	free(t->time);
	free(t->ev);
	free(t->tail.p);
	free(t->record.p);
}

void store_free(struct store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->ntables; i++)
		free_table(&s->table[i]);
	free(s->table);
	free(s->table_of.p);
	free(s->offset.p);
	free(s->length.p);
	free(s->input_start);
	free(s->input_of);
	free(s->recovered);
	free_order(s->newest);
	pool_free(s->pool);
	pthread_mutex_destroy(s->lock);
	pthread_mutex_destroy(s->raw_lock);
	free(s->lock);
	free(s->raw_lock);
	free(s);
}

struct pool *store_pool(const struct store *s)
{
	return s->pool;
}

uint32_t store_events(const struct store *s)
{
	return s->n;
}

usec_t store_first(const struct store *s)
{
	return s->first;
}

usec_t store_last(const struct store *s)
{
	return s->last;
}

const struct load *store_load(const struct store *s)
{
	return s->load;
}

static size_t lazy_bytes(const struct lazy *lazy, uint32_t n)
{
	const struct column *c = lazy ? atomic_load(&lazy->made) : NULL;

	return c ? column_bytes(c, n) : 0;
}

size_t store_bytes(const struct store *s)
{
	size_t n = sizeof(*s) + pool_bytes(s->pool);

	n += packed_bytes(&s->table_of, s->n) + packed_bytes(&s->offset, s->n) + packed_bytes(&s->length, s->n);
	if (atomic_load(s->newest))
		n += s->n * sizeof(ev_t);
	for (size_t i = 0; i < s->ntables; i++) {
		const struct store_table *t = &s->table[i];
		n += sizeof(*t) + t->n * (sizeof(*t->time) + sizeof(*t->ev));
		n += packed_bytes(&t->tail, t->n) + packed_bytes(&t->record, t->n);
		if (atomic_load(t->newest))
			n += t->n * sizeof(uint32_t);
		for (size_t k = 0; k < t->ndata; k++) {
			const struct data_col *d = &t->data[k];
			n += sizeof(*d) + packed_bytes(&d->cell, t->n) + lazy_bytes(d->lazy, t->n);
			n += d->lazy ? 0 : column_bytes(&d->col, t->n);
		}
		for (size_t k = 0; k < SYS_COUNT; k++)
			n += column_bytes(&t->sys[k], t->n);
		n += lazy_bytes(t->time_created, t->n) + lazy_bytes(t->record_id, t->n);
	}
	return n;
}

/* ---- tables ---- */

size_t store_ntables(const struct store *s)
{
	return s->ntables;
}

const struct store_table *store_table(const struct store *s, size_t i)
{
	return &s->table[i];
}

const struct store_table *store_find(const struct store *s, enum sysmon_os os, unsigned event_id)
{
	size_t lo = 0, hi = s->ntables;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct store_table *t = &s->table[mid];
		if (t->os == os && t->event_id == event_id)
			return t;
		if (t->os < os || (t->os == os && t->event_id < event_id))
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

unsigned table_event_id(const struct store_table *t)
{
	return t->event_id;
}

enum sysmon_os table_os(const struct store_table *t)
{
	return t->os;
}

size_t table_index(const struct store_table *t)
{
	return t->index;
}

uint32_t table_rows(const struct store_table *t)
{
	return t->n;
}

const usec_t *table_time(const struct store_table *t)
{
	return t->time;
}

const ev_t *table_ev(const struct store_table *t)
{
	return t->ev;
}

const uint32_t *table_fields(const struct store_table *t, size_t *n)
{
	*n = t->ndata;
	return t->field;
}

/* ---- events ---- */

struct event_ref store_event(const struct store *s, ev_t ev)
{
	const struct store_table *t = &s->table[packed_get(&s->table_of, ev)];
	uint32_t lo = 0, hi = t->n - 1;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (t->ev[mid] < ev)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (struct event_ref){t, lo};
}

usec_t store_time(const struct store *s, ev_t ev)
{
	struct event_ref r = store_event(s, ev);

	return r.table->time[r.row];
}

struct str store_data(const struct store *s, ev_t ev, const char *name)
{
	struct event_ref r = store_event(s, ev);

	return pool_str(s->pool, table_data_at(s, r.table, str_c(name), r.row));
}

struct str store_sys(const struct store *s, ev_t ev, enum sys_field f)
{
	struct event_ref r = store_event(s, ev);

	return pool_str(s->pool, table_sys_at(s, r.table, f, r.row));
}

uint64_t table_record_id(const struct store_table *t, uint32_t row)
{
	return packed_get(&t->record, row) - 1;
}

uint64_t store_record_id(const struct store *s, ev_t ev)
{
	struct event_ref r = store_event(s, ev);

	return table_record_id(r.table, r.row);
}

bool store_recovered(const struct store *s, ev_t ev)
{
	size_t lo = 0, hi = s->nrecovered;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (s->recovered[mid] == ev)
			return true;
		if (s->recovered[mid] < ev)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

static uint32_t input_of(const struct store *s, ev_t ev)
{
	size_t lo = 0, hi = s->ninputs;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		if (s->input_start[mid] <= ev)
			lo = mid;
		else
			hi = mid;
	}
	return s->input_of[lo];
}

struct raw_ref store_raw_ref(const struct store *s, ev_t ev)
{
	return (struct raw_ref){input_of(s, ev), packed_get(&s->offset, ev), (uint32_t)packed_get(&s->length, ev)};
}

const char *store_input_name(const struct store *s, ev_t ev)
{
	return s->load->inputs.v[input_of(s, ev)].name;
}

bool store_raw(const struct store *s, ev_t ev, struct sbuf *out, struct diag *d)
{
	struct raw_ref r = store_raw_ref(s, ev);

	pthread_mutex_lock(s->raw_lock);
	bool ok = input_raw_text(&s->load->inputs, r.input, r.offset, r.length, out, d);
	pthread_mutex_unlock(s->raw_lock);
	return ok;
}

/* ---- order by time ---- */

/* What is sorted: time and place. Ascending; read backwards it is newest first, the later in the input first. */
struct moment {
	usec_t time;
	uint32_t at;
};

static int moment_cmp(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? 1 : -1;
	return x->at < y->at ? 1 : x->at > y->at ? -1 : 0;
}

static uint32_t *newest_first(struct moment *m, uint32_t n)
{
	uint32_t *order = xcalloc(n, sizeof(*order));

	qsort(m, n, sizeof(*m), moment_cmp);
	for (uint32_t i = 0; i < n; i++)
		order[i] = m[i].at;
	free(m);
	return order;
}

const ev_t *store_by_time(const struct store *s)
{
	const ev_t *order = atomic_load_explicit(s->newest, memory_order_acquire);

	if (order)
		return order;
	pthread_mutex_lock(s->lock);
	order = atomic_load_explicit(s->newest, memory_order_acquire);
	if (!order) {
		struct moment *m = xcalloc(s->n, sizeof(*m));
		for (size_t i = 0; i < s->ntables; i++) {
			const struct store_table *t = &s->table[i];
			for (uint32_t r = 0; r < t->n; r++)
				m[t->ev[r]] = (struct moment){t->time[r], t->ev[r]};
		}
		order = newest_first(m, s->n);
		atomic_store_explicit(s->newest, order, memory_order_release);
	}
	pthread_mutex_unlock(s->lock);
	return order;
}

const uint32_t *table_by_time(const struct store *s, const struct store_table *t)
{
	const uint32_t *order;

	if (t->in_order)
		return NULL;
	order = atomic_load_explicit(t->newest, memory_order_acquire);
	if (order)
		return order;
	pthread_mutex_lock(s->lock);
	order = atomic_load_explicit(t->newest, memory_order_acquire);
	if (!order) {
		struct moment *m = xcalloc(t->n, sizeof(*m));
		for (uint32_t r = 0; r < t->n; r++)
			m[r] = (struct moment){t->time[r], r};
		order = newest_first(m, t->n);
		atomic_store_explicit(t->newest, order, memory_order_release);
	}
	pthread_mutex_unlock(s->lock);
	return order;
}
