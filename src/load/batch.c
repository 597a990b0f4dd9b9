/* Building the columns of one chunk: one record at a time, into rows of the table of its EventID.
 * Owns the record being built (its texts, until batch_end decides) and what goes where. Names of fields are found through the
 * order of the record before, values through the value before: most of a log repeats, so most need no hashing. The memory in
 * which rows are built is batch_maker.c's. */
#include "load/batch_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/mem.h"
#include "load/names.h"

enum { NO_COLUMN = -1 };

/* ---- the record being built ---- */

void batch_begin(struct batch *b)
{
	struct batch_maker *s = b->maker;

	memset(s->sys, 0, sizeof(s->sys));
	s->nfields = 0;
	s->trouble = NULL;
	s->recovering = false;
	s->text = 0;
	if (s->block) {
		blocks_free(s->block->before);
		s->block->before = NULL;
		s->block->used = 0;
	}
}

void batch_begin_recovered(struct batch *b)
{
	batch_begin(b);
	b->maker->recovering = true;
}

static void trouble(struct batch_maker *s, const char *why)
{
	if (!s->trouble)
		s->trouble = why;
}

static struct str copy(struct batch_maker *s, struct str text)
{
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

/* Where the text stays until the record ends. */
static inline struct str keep(struct batch *b, struct str text)
{
	return b->stable ? text : copy(b->maker, text);
}

static inline bool fits(struct batch_maker *s, struct str name, struct str value)
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
	if (value.n && fits(b->maker, STR(""), value))
		b->maker->sys[f] = keep(b, value);
}

void batch_data(struct batch *b, struct str name, struct str value)
{
	struct batch_maker *s = b->maker;

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

static void add_damage_text(struct batch *b, uint64_t offset, uint64_t length, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void add_damage_text(struct batch *b, uint64_t offset, uint64_t length, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_damage(b, offset, length, fmt, ap);
	va_end(ap);
}

void batch_add_damage(struct batch *b, uint64_t offset, uint64_t length, const char *why)
{
	add_damage_text(b, offset, length, "%s", why);
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
	struct batch_maker *s = b->maker;

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

static uint32_t *table_slot(struct batch_maker *s, enum sysmon_os os, uint16_t event_id)
{
	if (event_id < 256)
		return &s->low[os][event_id];
	if (!s->high[os])
		s->high[os] = xcalloc(65536, sizeof(*s->high[os]));
	return &s->high[os][event_id];
}

static struct table_state *find_table(struct batch_maker *s, enum sysmon_os os, uint16_t event_id)
{
	uint32_t *slot = table_slot(s, os, event_id);

	if (!*slot) {
		if (s->ntables == s->tablecap) {
			s->tablecap = s->tablecap ? s->tablecap * 2 : 8;
			s->table = xreallocarray(s->table, s->tablecap, sizeof(*s->table));
			s->order = xreallocarray(s->order, s->tablecap, sizeof(*s->order));
		}
		s->table[s->ntables] = (struct table_state){.event_id = event_id, .os = (uint8_t)os};
		*slot = ++s->ntables;
	}
	struct table_state *t = &s->table[*slot - 1];
	if (!t->listed) {
		t->listed = true;
		s->order[s->norder++] = *slot - 1;
	}
	return t;
}

static void grow_rows(struct table_state *t)
{
	t->cap = t->cap ? t->cap * 2 : 8;
	t->time = xreallocarray(t->time, t->cap, sizeof(*t->time));
	t->time_tail = xreallocarray(t->time_tail, t->cap, sizeof(*t->time_tail));
	t->record_id = xreallocarray(t->record_id, t->cap, sizeof(*t->record_id));
	t->offset = xreallocarray(t->offset, t->cap, sizeof(*t->offset));
	t->length = xreallocarray(t->length, t->cap, sizeof(*t->length));
	t->seq = xreallocarray(t->seq, t->cap, sizeof(*t->seq));
}

static inline void set_cell(struct filling *f, uint32_t row, uint32_t cap, uint32_t value)
{
	if (row >= f->cap || row > f->filled)
		filling_reach(f, row, cap);
	f->cell[row] = value;
	f->filled = row + 1;
}

/* ---- columns ---- */

uint64_t batch_rank(struct str name)
{
	return sysmon_field(name) ? 0 : XXH3_64bits(name.p, name.n) | 1;
}

static void hash_columns(struct table_state *t, uint32_t nslots)
{
	free(t->slot);
	t->slot = xcalloc(nslots, sizeof(*t->slot));
	t->nslots = nslots;
	for (uint32_t c = 0; c < t->ncols; c++) {
		uint32_t i = name_hash(t->col[c].name) & (nslots - 1);
		while (t->slot[i])
			i = (i + 1) & (nslots - 1);
		t->slot[i] = c + 1;
	}
}

/* Room for a column in a table that is full: the place of one that this batch has no use for, or of the one with the highest
 * rank, if that is higher than the new one's. Only a hostile log comes here. */
static int64_t evict_column(struct batch *b, struct table_state *t, uint64_t rank)
{
	uint32_t victim = 0;

	for (uint32_t c = 0; c < t->ncols; c++)
		if (!t->col[c].f.filled)
			return c;
	b->narrowed = true;
	for (uint32_t c = 0; c < t->ncols && !t->full; c++)
		t->col[c].rank = batch_rank(t->col[c].name);
	t->full = true;
	for (uint32_t c = 1; c < t->ncols; c++)
		if (t->col[c].rank > t->col[victim].rank)
			victim = c;
	return rank < t->col[victim].rank ? (int64_t)victim : NO_COLUMN;
}

static int64_t new_column(struct batch *b, struct table_state *t, struct str name)
{
	int64_t at = t->ncols;
	bool full = t->ncols == BATCH_COLUMNS_MAX;
	uint64_t rank = full ? batch_rank(name) : 0;
	struct filling f = {0};
	bool listed = false;

	if (full) {
		at = evict_column(b, t, rank);
		if (at == NO_COLUMN)
			return NO_COLUMN;
		f = t->col[at].f;
		f.filled = 0;
		listed = t->col[at].listed;
	} else if (t->ncols == t->colcap) {
		t->colcap = t->colcap ? t->colcap * 2 : 32;
		t->col = xreallocarray(t->col, t->colcap, sizeof(*t->col));
		t->order = xreallocarray(t->order, t->colcap, sizeof(*t->order));
	}
	uint32_t id = pool_intern(b->pool, name);
	t->col[at] = (struct col_state){.name = pool_str(b->pool, id), .id = id, .rank = rank, .f = f, .listed = listed};
	if (full)
		hash_columns(t, t->nslots);
	else
		t->ncols++;
	return at;
}

static int64_t find_column(struct batch *b, struct table_state *t, struct str name)
{
	if (t->ncols * 2 >= t->nslots)
		hash_columns(t, t->nslots ? t->nslots * 2 : 64);
	uint32_t mask = t->nslots - 1, i = name_hash(name) & mask;
	for (; t->slot[i]; i = (i + 1) & mask)
		if (str_eq(t->col[t->slot[i] - 1].name, name))
			return t->slot[i] - 1;
	bool full = t->ncols == BATCH_COLUMNS_MAX;
	int64_t c = new_column(b, t, name);
	if (c != NO_COLUMN && !full)
		t->slot[i] = (uint32_t)c + 1;
	return c;
}

/* ---- the end of a record ---- */

static uint32_t intern_sys(struct batch *b, enum sys_field f)
{
	struct batch_maker *s = b->maker;

	if (!s->sys[f].n)
		return 0;
	if (!str_eq(s->last_sys[f].text, s->sys[f])) {
		s->last_sys[f].id = pool_intern(b->pool, s->sys[f]);
		s->last_sys[f].text = pool_str(b->pool, s->last_sys[f].id);
	}
	return s->last_sys[f].id;
}

static struct str data_of(const struct batch_maker *s, struct str name)
{
	for (unsigned i = s->nfields; i-- > 0;)
		if (str_eq(s->field[i].name, name))
			return s->field[i].value;
	return (struct str){NULL, 0};
}

static bool event_id(const struct batch_maker *s, uint32_t *id)
{
	unsigned long long n;

	if (!str_u64(str_trim(s->sys[SYS_EVENT_ID]), &n) || n > UINT16_MAX)
		return false;
	*id = (uint32_t)n;
	return true;
}

/* Has the record, which names no source, fields that only Sysmon writes together? UtcTime is in all its events; a table that
 * somebody exported may lack it. */
static bool has_sysmon_fields(const struct batch_maker *s)
{
	const struct str pairs[][2] = {
		{STR("Image"), STR("ProcessId")}, {STR("Image"), STR("ProcessGuid")},
		{STR("SourceImage"), STR("TargetImage")}, {STR("ImageLoaded"), STR("Hashes")},
	};
	uint32_t id;

	if (data_of(s, STR("UtcTime")).n)
		return s->sys[SYS_EVENT_ID].n;
	if (!event_id(s, &id) || !sysmon_event(id))
		return false;
	for (size_t i = 0; i < sizeof(pairs) / sizeof *pairs; i++)
		if (data_of(s, pairs[i][0]).n && data_of(s, pairs[i][1]).n)
			return true;
	return false;
}

/* Is the record Sysmon's? Without a provider the channel tells; without both (a table of fields) the fields do. */
static bool is_sysmon(struct batch *b, enum sysmon_os *os)
{
	struct batch_maker *s = b->maker;
	struct str provider = s->sys[SYS_PROVIDER];

	if (!provider.n) {
		struct str channel = s->sys[SYS_CHANNEL];
		if (!channel.n) {
			*os = OS_WINDOWS;
			return has_sysmon_fields(s);
		}
		const char *slash = channel.n ? memchr(channel.p, '/', channel.n) : NULL;
		if (slash)
			channel.n = (size_t)(slash - channel.p);
		*os = OS_WINDOWS;
		return str_eqc(channel, "Sysmon") || sysmon_provider(channel, os);      /* the former: Hayabusa's short name */
	}
	if (!str_eq(provider, s->last_provider)) {
		s->last_is_sysmon = sysmon_provider(provider, &s->last_os);
		s->last_provider = pool_str(b->pool, intern_sys(b, SYS_PROVIDER));
	}
	*os = s->last_os;
	return s->last_is_sysmon;
}

/* spl-spec 4.2: SystemTime; else UtcTime; else what the collector says, its local clock last. */
static usec_t event_time(struct batch_maker *s, uint16_t *tail)
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

/* The cell of a value that needs no look into the pool: a time near the event's, or what the column had before. */
static bool cell_at_once(struct batch *b, const struct col_state *cs, struct str value, usec_t time, uint32_t *cell)
{
	int64_t ms;

	if (time != WHEN_NONE && stamp_exact_ms(value, &b->maker->cell_day, &ms)) {
		ms -= time / 1000 - (time % 1000 < 0);
		if (ms >= -(int64_t)CELL_TIME_ZERO && ms < (int64_t)CELL_TIME_ZERO) {
			*cell = CELL_TIME | (uint32_t)(ms + (int64_t)CELL_TIME_ZERO);
			return true;
		}
	}
	*cell = cs->last_id;
	return str_eq(cs->last, value);
}

/* The others of a record are looked up together. */
static void intern_cells(struct batch *b, struct table_state *t)
{
	struct batch_maker *s = b->maker;

	pool_intern_all(b->pool, s->new_value, s->new_id, s->nnew);
	for (unsigned i = 0; i < s->nnew; i++) {
		struct col_state *col = &t->col[s->new_column[i]];
		col->waiting = false;
		col->last_id = s->new_id[i];
		col->last = pool_str(b->pool, col->last_id);
		set_cell(&col->f, t->n, t->cap, col->last_id);
	}
	s->nnew = 0;
}

static void add_fields(struct batch *b, struct table_state *t)
{
	struct batch_maker *s = b->maker;
	uint32_t before = 0, guess = t->first;

	for (unsigned i = 0; i < s->nfields; i++) {
		const struct field *f = &s->field[i];
		int64_t c = (int64_t)guess - 1;
		if (!guess || !str_eq(t->col[c].name, f->name)) {
			intern_cells(b, t);              /* a new column may take the place of one of theirs */
			c = find_column(b, t, f->name);
			if (c == NO_COLUMN)
				continue;
			if (before)
				t->col[before - 1].next = (uint32_t)c + 1;
			else
				t->first = (uint32_t)c + 1;
		}
		struct col_state *col = &t->col[c];
		if (!col->listed) {
			col->listed = true;
			t->order[t->norder++] = (uint32_t)c;
		}
		uint32_t cell;
		if (col->waiting)
			intern_cells(b, t);              /* the field once more: the last one counts */
		if (cell_at_once(b, col, f->value, t->time[t->n], &cell)) {
			set_cell(&col->f, t->n, t->cap, cell);
		} else {
			s->new_value[s->nnew] = f->value;
			s->new_column[s->nnew++] = (uint32_t)c;
			col->waiting = true;
		}
		before = (uint32_t)c + 1;
		guess = col->next;
	}
	intern_cells(b, t);
}

static bool lost(struct batch *b, uint64_t offset, uint64_t length, const char *why)
{
	if (b->maker->recovering)
		b->unreadable++;
	else
		batch_damaged(b, offset, length, "%s", why);
	return false;
}

bool batch_end(struct batch *b, uint64_t offset, uint64_t length)
{
	struct batch_maker *s = b->maker;
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

	struct table_state *t = find_table(s, os, (uint16_t)id);
	if (t->n == t->cap)
		grow_rows(t);
	t->time[t->n] = event_time(s, &t->time_tail[t->n]);
	t->record_id[t->n] = str_u64(str_trim(s->sys[SYS_RECORD_ID]), &record_id) ? record_id : UINT64_MAX;
	t->offset[t->n] = offset;
	t->length[t->n] = (uint32_t)length;
	if (s->recovering) {
		GROW(b->recovered, b->nrecovered, b->recoveredcap);
		b->recovered[b->nrecovered++] = b->nevents;
	}
	t->seq[t->n] = b->nevents++;
	for (int f = 0; f < SYS_COUNT; f++)
		if (f != SYS_EVENT_ID && f != SYS_TIME_CREATED && f != SYS_RECORD_ID && s->sys[f].n)
			set_cell(&t->sys[f], t->n, t->cap, intern_sys(b, (enum sys_field)f));
	add_fields(b, t);
	t->n++;
	return true;
}
