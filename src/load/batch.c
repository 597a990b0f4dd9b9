/* Building the columns of one chunk: one record at a time, into rows of the table of its EventID.
 * Owns the record being built (its texts, until batch_end decides) and the tables. Names of fields are found through the
 * order of the record before, values through the value before: most of a log repeats, so most need no hashing. */
#include "load/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/mem.h"
#include "load/names.h"
#include "load/stamp.h"

enum { NO_COLUMN = -1 };

struct field {
	struct str name, value;
};

/* What is remembered of a column while rows are added. */
struct col_state {
	struct str name;                                 /* in the pool */
	struct str last;                                 /* the value interned last, in the pool */
	uint32_t last_id;
	uint32_t next;                                   /* column + 1 that followed in the record before; 0: none */
	uint64_t rank;                                   /* once the table is full */
};
struct table_state {
	struct col_state *col;
	uint32_t colcap;
	uint32_t first;                                  /* column + 1 that came first in the record before */
	uint32_t *slot;                                  /* hash of name -> column + 1 */
	uint32_t nslots;                                 /* a power of two; 0: not made */
	bool full;                                       /* the columns have their ranks */
};

/* Memory for the texts of a record. A block that is full is kept until the record ends, as pointers go into it. */
struct block {
	struct block *before;
	size_t used, size;
	char p[];
};

struct batch_state {
	struct str sys[SYS_COUNT];
	struct field field[BATCH_FIELDS_MAX];
	unsigned nfields;
	const char *trouble;                             /* why the record cannot be kept */
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
	struct table_state *table;                       /* beside b->table */
	uint32_t low[OS_COUNT][256];                     /* EventID -> table + 1 */
	uint32_t *high[OS_COUNT];                        /* the same for 256 and more; NULL until needed */
	uint32_t *other;                                 /* hash -> b->other + 1 */
	uint32_t nothers;
};

struct batch *batch_new(struct pool *pool, uint32_t input, uint64_t chunk)
{
	struct batch *b = xcalloc(1, sizeof(*b));

	b->pool = pool;
	b->input = input;
	b->chunk = chunk;
	b->state = xcalloc(1, sizeof(*b->state));
	return b;
}

static void free_blocks(struct block *k)
{
	while (k) {
		struct block *before = k->before;
		free(k);
		k = before;
	}
}

static void free_state(struct batch *b)
{
	struct batch_state *s = b->state;

	if (!s)
		return;
	for (uint32_t i = 0; i < b->ntables; i++) {
		free(s->table[i].col);
		free(s->table[i].slot);
	}
	free(s->table);
	for (int os = 0; os < OS_COUNT; os++)
		free(s->high[os]);
	free(s->other);
	free_blocks(s->block);
	free(s);
	b->state = NULL;
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	free_state(b);
	for (uint32_t i = 0; i < b->ntables; i++) {
		struct batch_table *t = &b->table[i];
		free(t->time);
		free(t->time_tail);
		free(t->record_id);
		free(t->offset);
		free(t->length);
		free(t->seq);
		for (int f = 0; f < SYS_COUNT; f++)
			free(t->sys[f]);
		for (uint32_t c = 0; c < t->ncols; c++)
			free(t->col[c].cell);
		free(t->col);
	}
	free(b->table);
	free(b->other);
	free(b->damage);
	free(b);
}

/* ---- the record being built ---- */

void batch_begin(struct batch *b)
{
	struct batch_state *s = b->state;

	memset(s->sys, 0, sizeof(s->sys));
	s->nfields = 0;
	s->trouble = NULL;
	s->text = 0;
	if (s->block) {
		free_blocks(s->block->before);
		s->block->before = NULL;
		s->block->used = 0;
	}
}

static void trouble(struct batch_state *s, const char *why)
{
	if (!s->trouble)
		s->trouble = why;
}

/* Where the text stays until the record ends. */
static struct str keep(struct batch *b, struct str text)
{
	struct batch_state *s = b->state;

	if (b->stable)
		return text;
	if (!s->block || s->block->size - s->block->used < text.n) {
		size_t size = s->block ? s->block->size * 2 : 8192;
		while (size < text.n)
			size *= 2;
		struct block *k = xmalloc(sizeof(*k) + size);
		*k = (struct block){s->block, 0, size};
		s->block = k;
	}
	char *p = s->block->p + s->block->used;
	memcpy(p, text.p, text.n);
	s->block->used += text.n;
	return (struct str){p, text.n};
}

static bool fits(struct batch_state *s, struct str name, struct str value)
{
	if (value.n > BATCH_VALUE_MAX)
		trouble(s, "a value is longer than 16 MiB");
	else if (name.n > BATCH_NAME_MAX)
		trouble(s, "the name of a field is longer than 1024 bytes");
	else if (s->text + name.n + value.n > BATCH_TEXT_MAX)
		trouble(s, "the record's values are longer than 64 MiB");
	else {
		s->text += name.n + value.n;
		return true;
	}
	return false;
}

void batch_sys(struct batch *b, enum sys_field f, struct str value)
{
	if (value.n && fits(b->state, STR(""), value))
		b->state->sys[f] = keep(b, value);
}

void batch_data(struct batch *b, struct str name, struct str value)
{
	struct batch_state *s = b->state;

	if (!value.n || !name.n || !fits(s, name, value))
		return;
	if (s->nfields == BATCH_FIELDS_MAX) {
		trouble(s, "more than 256 fields in one event");
		return;
	}
	s->field[s->nfields++] = (struct field){keep(b, name), keep(b, value)};
}

/* ---- damage and records of others ---- */

static void add_damage(struct batch *b, uint64_t offset, uint64_t length, const char *fmt, va_list ap)
	__attribute__((format(printf, 4, 0)));

static void add_damage(struct batch *b, uint64_t offset, uint64_t length, const char *fmt, va_list ap)
{
	b->damaged++;
	if (b->ndamage == BATCH_DAMAGE_MAX)
		return;
	GROW(b->damage, b->ndamage, b->damagecap);
	struct batch_damage *d = &b->damage[b->ndamage++];
	*d = (struct batch_damage){.offset = offset, .length = length};
	vsnprintf(d->reason, sizeof(d->reason), fmt, ap);
	for (char *p = d->reason; *p; p++)               /* a parser's message may quote the log */
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			*p = '?';
}

void batch_damaged(struct batch *b, uint64_t offset, uint64_t length, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_damage(b, offset, length, fmt, ap);
	va_end(ap);
	batch_begin(b);
}

static uint32_t hash_other(uint32_t provider, uint32_t channel, uint32_t event_id)
{
	uint64_t h = ((uint64_t)provider << 32 | channel) * UINT64_C(0x9E3779B97F4A7C15);

	h = (h ^ h >> 29 ^ event_id) * UINT64_C(0xBF58476D1CE4E5B9);
	return (uint32_t)(h >> 32);
}

static void count_other(struct batch *b, uint32_t provider, uint32_t channel, uint32_t event_id)
{
	struct batch_state *s = b->state;

	if (b->nothers * 2 >= s->nothers) {
		uint32_t n = s->nothers ? s->nothers * 2 : 32;
		free(s->other);
		s->other = xcalloc(n, sizeof(*s->other));
		s->nothers = n;
		for (uint32_t k = 0; k < b->nothers; k++) {
			struct batch_other *o = &b->other[k];
			uint32_t i = hash_other(o->provider, o->channel, o->event_id) & (n - 1);
			while (s->other[i])
				i = (i + 1) & (n - 1);
			s->other[i] = k + 1;
		}
	}
	uint32_t mask = s->nothers - 1, i = hash_other(provider, channel, event_id) & mask;
	for (; s->other[i]; i = (i + 1) & mask) {
		struct batch_other *o = &b->other[s->other[i] - 1];
		if (o->provider == provider && o->channel == channel && o->event_id == event_id) {
			o->count++;
			return;
		}
	}
	GROW(b->other, b->nothers, b->othercap);
	b->other[b->nothers++] = (struct batch_other){provider, channel, event_id, 1};
	s->other[i] = b->nothers;
}

/* ---- tables ---- */

static uint32_t *table_slot(struct batch_state *s, enum sysmon_os os, uint16_t event_id)
{
	if (event_id < 256)
		return &s->low[os][event_id];
	if (!s->high[os])
		s->high[os] = xcalloc(65536, sizeof(*s->high[os]));
	return &s->high[os][event_id];
}

static uint32_t find_table(struct batch *b, enum sysmon_os os, uint16_t event_id)
{
	struct batch_state *s = b->state;
	uint32_t *slot = table_slot(s, os, event_id);

	if (!*slot) {
		if (b->ntables == b->tablecap) {
			b->tablecap = b->tablecap ? b->tablecap * 2 : 8;
			b->table = xreallocarray(b->table, b->tablecap, sizeof(*b->table));
			s->table = xreallocarray(s->table, b->tablecap, sizeof(*s->table));
		}
		b->table[b->ntables] = (struct batch_table){.event_id = event_id, .os = (uint8_t)os};
		s->table[b->ntables] = (struct table_state){0};
		*slot = ++b->ntables;
	}
	return *slot - 1;
}

static uint32_t *grow_ids(uint32_t *p, uint32_t n, uint32_t cap)
{
	p = xreallocarray(p, cap, sizeof(*p));
	memset(p + n, 0, (cap - n) * sizeof(*p));
	return p;
}

static void grow_rows(struct batch_table *t)
{
	uint32_t cap = t->cap ? t->cap * 2 : 8;

	t->time = xreallocarray(t->time, cap, sizeof(*t->time));
	t->time_tail = xreallocarray(t->time_tail, cap, sizeof(*t->time_tail));
	t->record_id = xreallocarray(t->record_id, cap, sizeof(*t->record_id));
	t->offset = xreallocarray(t->offset, cap, sizeof(*t->offset));
	t->length = xreallocarray(t->length, cap, sizeof(*t->length));
	t->seq = xreallocarray(t->seq, cap, sizeof(*t->seq));
	for (int f = 0; f < SYS_COUNT; f++)
		if (t->sys[f])
			t->sys[f] = grow_ids(t->sys[f], t->n, cap);
	for (uint32_t c = 0; c < t->ncols; c++)
		if (t->col[c].cell)
			t->col[c].cell = grow_ids(t->col[c].cell, t->n, cap);
	t->cap = cap;
}

/* ---- columns ---- */

uint64_t batch_rank(struct str name)
{
	return sysmon_field(name) ? 0 : XXH3_64bits(name.p, name.n) | 1;
}

static void hash_columns(const struct batch_table *t, struct table_state *ts, uint32_t nslots)
{
	free(ts->slot);
	ts->slot = xcalloc(nslots, sizeof(*ts->slot));
	ts->nslots = nslots;
	for (uint32_t c = 0; c < t->ncols; c++) {
		uint32_t i = name_hash(ts->col[c].name) & (nslots - 1);
		while (ts->slot[i])
			i = (i + 1) & (nslots - 1);
		ts->slot[i] = c + 1;
	}
}

/* Room for a column in a table that is full: the place of the one with the highest rank, if that is higher than the new
 * one's. Only a hostile log comes here. */
static int64_t evict_column(struct batch *b, struct batch_table *t, struct table_state *ts, uint64_t rank)
{
	uint32_t victim = 0;

	b->narrowed = true;
	for (uint32_t c = 0; c < t->ncols && !ts->full; c++)
		ts->col[c].rank = batch_rank(ts->col[c].name);
	ts->full = true;
	for (uint32_t c = 1; c < t->ncols; c++)
		if (ts->col[c].rank > ts->col[victim].rank)
			victim = c;
	if (rank >= ts->col[victim].rank)
		return NO_COLUMN;
	free(t->col[victim].cell);
	t->col[victim].cell = NULL;
	return victim;
}

static int64_t new_column(struct batch *b, struct batch_table *t, struct table_state *ts, struct str name)
{
	int64_t at = t->ncols;
	bool full = t->ncols == BATCH_COLUMNS_MAX;
	uint64_t rank = full ? batch_rank(name) : 0;

	if (full) {
		at = evict_column(b, t, ts, rank);
		if (at == NO_COLUMN)
			return NO_COLUMN;
	} else if (t->ncols == t->colcap) {
		t->colcap = t->colcap ? t->colcap * 2 : 32;
		t->col = xreallocarray(t->col, t->colcap, sizeof(*t->col));
		ts->col = xreallocarray(ts->col, t->colcap, sizeof(*ts->col));
	}
	uint32_t id = pool_intern(b->pool, name);
	t->col[at] = (struct batch_column){.name = id};
	ts->col[at] = (struct col_state){.name = pool_str(b->pool, id), .rank = rank};
	if (full)
		hash_columns(t, ts, ts->nslots);
	else
		t->ncols++;
	return at;
}

static int64_t find_column(struct batch *b, struct batch_table *t, struct table_state *ts, struct str name)
{
	if (t->ncols * 2 >= ts->nslots)
		hash_columns(t, ts, ts->nslots ? ts->nslots * 2 : 64);
	uint32_t mask = ts->nslots - 1, i = name_hash(name) & mask;
	for (; ts->slot[i]; i = (i + 1) & mask)
		if (str_eq(ts->col[ts->slot[i] - 1].name, name))
			return ts->slot[i] - 1;
	bool full = t->ncols == BATCH_COLUMNS_MAX;
	int64_t c = new_column(b, t, ts, name);
	if (c != NO_COLUMN && !full)
		ts->slot[i] = (uint32_t)c + 1;
	return c;
}

/* ---- the end of a record ---- */

static uint32_t intern_sys(struct batch *b, enum sys_field f)
{
	struct batch_state *s = b->state;

	if (!s->sys[f].n)
		return 0;
	if (!str_eq(s->last_sys[f].text, s->sys[f])) {
		s->last_sys[f].id = pool_intern(b->pool, s->sys[f]);
		s->last_sys[f].text = pool_str(b->pool, s->last_sys[f].id);
	}
	return s->last_sys[f].id;
}

/* Is the record Sysmon's? Without a provider the channel tells. */
static bool is_sysmon(struct batch *b, enum sysmon_os *os)
{
	struct batch_state *s = b->state;
	struct str provider = s->sys[SYS_PROVIDER];

	if (!provider.n) {
		struct str channel = s->sys[SYS_CHANNEL];
		const char *slash = channel.n ? memchr(channel.p, '/', channel.n) : NULL;
		if (slash)
			channel.n = (size_t)(slash - channel.p);
		return sysmon_provider(channel, os);
	}
	if (!str_eq(provider, s->last_provider)) {
		s->last_is_sysmon = sysmon_provider(provider, &s->last_os);
		s->last_provider = pool_str(b->pool, intern_sys(b, SYS_PROVIDER));
	}
	*os = s->last_os;
	return s->last_is_sysmon;
}

static bool event_id(const struct batch_state *s, uint32_t *id)
{
	unsigned long long n;

	if (!str_u64(str_trim(s->sys[SYS_EVENT_ID]), &n) || n > UINT16_MAX)
		return false;
	*id = (uint32_t)n;
	return true;
}

static struct str data_of(const struct batch_state *s, struct str name)
{
	for (unsigned i = s->nfields; i-- > 0;)
		if (str_eq(s->field[i].name, name))
			return s->field[i].value;
	return (struct str){NULL, 0};
}

/* spl-spec 4.2: SystemTime; else UtcTime; else what the collector says, its local clock last. */
static usec_t event_time(struct batch_state *s, uint16_t *tail)
{
	const struct str spare[] = {STR("UtcTime"), STR("@timestamp"), STR("TimeGenerated"), STR("EventTime")};
	unsigned ns, digits;
	usec_t t;

	*tail = UINT16_MAX;
	if (s->sys[SYS_TIME_CREATED].n && stamp_parse(s->sys[SYS_TIME_CREATED], &s->day, &t, &ns, &digits)) {
		*tail = (uint16_t)(ns + 1024 * digits);
		return t;
	}
	for (size_t i = 0; i < sizeof(spare) / sizeof *spare; i++) {
		struct str text = data_of(s, spare[i]);
		if (text.n && stamp_parse(text, &s->day, &t, &ns, &digits))
			return t;
	}
	return WHEN_NONE;
}

static uint32_t make_cell(struct batch *b, struct col_state *cs, struct str value, usec_t time)
{
	int64_t ms;

	if (time != WHEN_NONE && stamp_exact_ms(value, &b->state->cell_day, &ms)) {
		ms -= time / 1000 - (time % 1000 < 0);
		if (ms >= -(int64_t)CELL_TIME_ZERO && ms < (int64_t)CELL_TIME_ZERO)
			return CELL_TIME | (uint32_t)(ms + (int64_t)CELL_TIME_ZERO);
	}
	if (!str_eq(cs->last, value)) {
		cs->last_id = pool_intern(b->pool, value);
		cs->last = pool_str(b->pool, cs->last_id);
	}
	return cs->last_id;
}

static void add_fields(struct batch *b, uint32_t table, usec_t time)
{
	struct batch_state *s = b->state;
	struct batch_table *t = &b->table[table];
	struct table_state *ts = &s->table[table];
	uint32_t before = 0, guess = ts->first;

	for (unsigned i = 0; i < s->nfields; i++) {
		const struct field *f = &s->field[i];
		int64_t c = (int64_t)guess - 1;
		if (!guess || !str_eq(ts->col[c].name, f->name)) {
			c = find_column(b, t, ts, f->name);
			if (c == NO_COLUMN)
				continue;
			if (before)
				ts->col[before - 1].next = (uint32_t)c + 1;
			else
				ts->first = (uint32_t)c + 1;
		}
		struct batch_column *col = &t->col[c];
		if (!col->cell)
			col->cell = grow_ids(NULL, 0, t->cap);
		col->cell[t->n] = make_cell(b, &ts->col[c], f->value, time);
		before = (uint32_t)c + 1;
		guess = ts->col[c].next;
	}
}

static bool lost(struct batch *b, uint64_t offset, uint64_t length, const char *why)
{
	batch_damaged(b, offset, length, "%s", why);
	return false;
}

bool batch_end(struct batch *b, uint64_t offset, uint64_t length)
{
	struct batch_state *s = b->state;
	enum sysmon_os os;
	uint32_t id = 0;
	bool has_id = event_id(s, &id);
	unsigned long long record_id;

	if (!is_sysmon(b, &os)) {
		count_other(b, intern_sys(b, SYS_PROVIDER), intern_sys(b, SYS_CHANNEL), id);
		return false;
	}
	if (s->trouble)
		return lost(b, offset, length, s->trouble);
	if (!has_id)
		return lost(b, offset, length, "a record of Sysmon without a usable EventID");
	if (length > UINT32_MAX)
		return lost(b, offset, length, "longer than 4 GiB");

	uint32_t table = find_table(b, os, (uint16_t)id);
	struct batch_table *t = &b->table[table];
	if (t->n == t->cap)
		grow_rows(t);
	t->time[t->n] = event_time(s, &t->time_tail[t->n]);
	t->record_id[t->n] = str_u64(str_trim(s->sys[SYS_RECORD_ID]), &record_id) ? record_id : UINT64_MAX;
	t->offset[t->n] = offset;
	t->length[t->n] = (uint32_t)length;
	t->seq[t->n] = b->nevents++;
	for (int f = 0; f < SYS_COUNT; f++) {
		if (f == SYS_EVENT_ID || f == SYS_TIME_CREATED || f == SYS_RECORD_ID || !s->sys[f].n)
			continue;
		if (!t->sys[f])
			t->sys[f] = grow_ids(NULL, 0, t->cap);
		t->sys[f][t->n] = intern_sys(b, (enum sys_field)f);
	}
	add_fields(b, table, t->time[t->n]);
	t->n++;
	return true;
}

/* ---- the end of a batch ---- */

#define SHRINK(p, n) ((p) = (p) ? xreallocarray((p), (n), sizeof *(p)) : NULL)

void batch_done(struct batch *b)
{
	free_state(b);
	for (uint32_t i = 0; i < b->ntables; i++) {
		struct batch_table *t = &b->table[i];
		if (t->cap - t->n < 64)                  /* not worth the work */
			continue;
		SHRINK(t->time, t->n);
		SHRINK(t->time_tail, t->n);
		SHRINK(t->record_id, t->n);
		SHRINK(t->offset, t->n);
		SHRINK(t->length, t->n);
		SHRINK(t->seq, t->n);
		for (int f = 0; f < SYS_COUNT; f++)
			SHRINK(t->sys[f], t->n);
		for (uint32_t c = 0; c < t->ncols; c++)
			SHRINK(t->col[c].cell, t->n);
		t->cap = t->n;
	}
}
