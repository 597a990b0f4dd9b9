/* Fields by name, and the texts that the store does not keep but makes when they are asked for: times, record numbers. */
#include "store/layout.h"

#include "base/mem.h"

static const uint32_t nothing = 0;
static const struct column no_column = {.dict = &nothing, .ndict = 1};

static char *put_number(char *p, unsigned n, unsigned digits)
{
	for (unsigned i = digits; i-- > 0; n /= 10)
		p[i] = (char)('0' + n % 10);
	return p + digits;
}

/* "YYYY-MM-DD?hh:mm:ss", whatever stands for '?'. 19 characters; years beyond 9999 do not occur (when_parse). */
static char *put_time(char *p, usec_t t, char between)
{
	int year, mon, day, hour, min, sec;

	when_civil(t, &year, &mon, &day, &hour, &min, &sec);
	p = put_number(p, (unsigned)year, 4);
	*p++ = '-';
	p = put_number(p, (unsigned)mon, 2);
	*p++ = '-';
	p = put_number(p, (unsigned)day, 2);
	*p++ = between;
	p = put_number(p, (unsigned)hour, 2);
	*p++ = ':';
	p = put_number(p, (unsigned)min, 2);
	*p++ = ':';
	return put_number(p, (unsigned)sec, 2);
}

static unsigned below_second(usec_t t)
{
	usec_t below = t % USEC_PER_SEC;

	return (unsigned)(below < 0 ? below + USEC_PER_SEC : below);
}

/* The text of a CELL_TIME of batch.h. */
static uint32_t cell_text(const struct store *s, const struct store_table *t, uint32_t row, uint32_t cell)
{
	usec_t moment = cell_time(cell, t->time[row]);
	char text[32], *p = put_time(text, moment, ' ');

	*p++ = '.';
	p = put_number(p, below_second(moment) / 1000, 3);
	return pool_intern(s->pool, (struct str){text, (size_t)(p - text)});
}

static uint32_t *times_as_ids(const struct store *s, const struct store_table *t, const struct packed *cell)
{
	uint32_t *id = xcalloc(t->n, sizeof(*id));

	for (uint32_t r = 0; r < t->n; r++) {
		uint32_t v = (uint32_t)packed_get(cell, r);
		id[r] = v & CELL_TIME ? cell_text(s, t, r, v) : v;
	}
	return id;
}

/* Microseconds, what is below them, and how many digits there were. */
static uint32_t system_time(const struct store *s, const struct store_table *t, uint32_t row)
{
	uint16_t tail = (uint16_t)packed_get(&t->tail, row);
	unsigned digits = tail / 1024, ns = tail % 1024;
	char text[128], *p;

	if (tail == UINT16_MAX || t->time[row] == WHEN_NONE)
		return 0;
	p = put_time(text, t->time[row], 'T');
	if (digits) {
		char all[9];
		*p++ = '.';
		put_number(put_number(all, below_second(t->time[row]), 6), ns, 3);
		for (unsigned i = 0; i < digits; i++)
			*p++ = i < sizeof(all) ? all[i] : '0';
	}
	*p++ = 'Z';
	return pool_intern(s->pool, (struct str){text, (size_t)(p - text)});
}

static uint32_t *system_times(const struct store *s, const struct store_table *t, const struct packed *unused)
{
	uint32_t *id = xcalloc(t->n, sizeof(*id));

	(void)unused;
	for (uint32_t r = 0; r < t->n; r++)
		id[r] = system_time(s, t, r);
	return id;
}

static uint32_t record_text(const struct store *s, const struct store_table *t, uint32_t row)
{
	uint64_t n = packed_get(&t->record, row);
	char text[24], *p = text + sizeof(text);

	if (!n--)
		return 0;
	do
		*--p = (char)('0' + n % 10);
	while (n /= 10);
	return pool_intern(s->pool, (struct str){p, (size_t)(text + sizeof(text) - p)});
}

static uint32_t *record_ids(const struct store *s, const struct store_table *t, const struct packed *unused)
{
	uint32_t *id = xcalloc(t->n, sizeof(*id));

	(void)unused;
	for (uint32_t r = 0; r < t->n; r++)
		id[r] = record_text(s, t, r);
	return id;
}

/* The column behind `lazy`, made now if it is wanted for the first time. */
static struct column force(const struct store *s, const struct store_table *t, struct lazy *lazy,
                           uint32_t *(*make)(const struct store *, const struct store_table *, const struct packed *),
                           const struct packed *from)
{
	const struct column *c = atomic_load_explicit(&lazy->made, memory_order_acquire);

	if (c)
		return *c;
	pthread_mutex_lock(s->lock);
	c = atomic_load_explicit(&lazy->made, memory_order_acquire);
	if (!c) {
		struct column *made = xmalloc(sizeof(*made));
		*made = column_encode(make(s, t, from), t->n);
		atomic_store_explicit(&lazy->made, made, memory_order_release);
		c = made;
	}
	pthread_mutex_unlock(s->lock);
	return *c;
}

static const struct data_col *find_data(const struct store_table *t, struct str name)
{
	const union map_val *v = map_get(t->by_name, name);

	return v ? &t->data[v->u] : NULL;
}

bool table_has(const struct store_table *t, struct str name)
{
	return find_data(t, name) != NULL;
}

bool table_is_time(const struct store_table *t, struct str name)
{
	const struct data_col *d = find_data(t, name);

	return d && d->only_times;
}

struct column table_data(const struct store *s, const struct store_table *t, struct str name)
{
	const struct data_col *d = find_data(t, name);

	if (!d)
		return no_column;
	return d->lazy ? force(s, t, d->lazy, times_as_ids, &d->cell) : d->col;
}

struct column table_sys(const struct store *s, const struct store_table *t, enum sys_field f)
{
	switch (f) {
	case SYS_TIME_CREATED: return force(s, t, t->time_created, system_times, NULL);
	case SYS_RECORD_ID: return force(s, t, t->record_id, record_ids, NULL);
	default: return t->sys[f];
	}
}

static uint32_t data_at(const struct store *s, const struct store_table *t, const struct data_col *d, uint32_t row)
{
	if (!d)
		return 0;
	if (!d->lazy)
		return column_at(d->col, row);
	uint32_t v = (uint32_t)packed_get(&d->cell, row);
	return v & CELL_TIME ? cell_text(s, t, row, v) : v;
}

uint32_t table_data_at(const struct store *s, const struct store_table *t, struct str name, uint32_t row)
{
	return data_at(s, t, find_data(t, name), row);
}

uint32_t table_sys_at(const struct store *s, const struct store_table *t, enum sys_field f, uint32_t row)
{
	switch (f) {
	case SYS_TIME_CREATED: return system_time(s, t, row);
	case SYS_RECORD_ID: return record_text(s, t, row);
	default: return column_at(t->sys[f], row);
	}
}

bool table_same(const struct store *s, const struct store_table *t, struct str a, struct str b, uint32_t row)
{
	const struct data_col *x = find_data(t, a), *y = find_data(t, b);

	if (!x || !y)
		return false;
	if (x->lazy && y->lazy) {
		uint64_t v = packed_get(&x->cell, row);
		return v && v == packed_get(&y->cell, row);
	}
	uint32_t v = data_at(s, t, x, row);
	return v && v == data_at(s, t, y, row);
}
