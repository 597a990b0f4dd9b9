/* Fields as columns: finds the row of the tables (addon.c, nodes.c) that says what a field is made of, and makes it, once per
 * distinct value of its source. What was made is kept. Most columns share the codes of the column they come from. */
#include "cim/cim.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "cim/tables.h"

/* A field of a table as a node sees it. */
struct field {
	const struct cim_row *row;
	struct str data;                                 /* instead: an EventData field as it is */
	struct cim_col col;
	uint32_t one;                                    /* the dictionary of a constant column */
	bool own_dict, own_codes;
	atomic_bool made;
	pthread_mutex_t lock;                            /* while it is made */
};

struct cim {
	const struct store *store;
	struct pool *pool;
	struct cim_opts opts;
	pthread_mutex_t lock;                            /* of all below; not held while a column is made */
	struct arena *arena;
	struct map **fields;                             /* per node (raw last) and table: name -> struct field */
	const char *const **raw_names;                   /* per table, made on first use … */
	size_t *nraw_names;
};

static const uint32_t nothing = 0;
static const struct cim_col no_values = {.col = {.dict = &nothing, .ndict = 1}};

struct cim *cim_new(const struct store *s, const struct cim_opts *o)
{
	struct cim *c = xcalloc(1, sizeof(*c));

	c->store = s;
	c->pool = store_pool(s);
	c->opts = *o;
	pthread_mutex_init(&c->lock, NULL);
	c->arena = arena_new();
	c->fields = xcalloc((cim_node_count + 1) * store_ntables(s), sizeof(*c->fields));
	c->raw_names = xcalloc(store_ntables(s), sizeof(*c->raw_names));
	c->nraw_names = xcalloc(store_ntables(s), sizeof(*c->nraw_names));
	return c;
}

/* Frees what is its own of a column that may share dictionary and codes with others. */
static void free_col(struct field *f)
{
	struct column own = f->col.col;

	if (!f->own_dict)
		own.dict = NULL;
	if (!f->own_codes) {
		own.code = NULL;
		own.row = NULL;
	}
	column_free(&own);
}

void cim_free(struct cim *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < (cim_node_count + 1) * store_ntables(c->store); i++) {
		for (size_t k = 0; c->fields[i] && k < map_len(c->fields[i]); k++) {
			struct field *f = map_val(c->fields[i], k)->p;
			free_col(f);
			pthread_mutex_destroy(&f->lock);
		}
		map_free(c->fields[i]);
	}
	free(c->fields);
	free(c->raw_names);
	free(c->nraw_names);
	arena_free(c->arena);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

const struct store *cim_store(const struct cim *c)
{
	return c->store;
}

struct cim_opts cim_options(const struct cim *c)
{
	return c->opts;
}

/* ---- what a field is made of ---- */

static bool row_fits(const struct cim_row *row, const struct store_table *t)
{
	if (row->os != ANY_OS && (row->os == LINUX) != (table_os(t) == OS_LINUX))
		return false;
	return !row->ids[0] || cim_listed(row->ids, sizeof(row->ids), table_event_id(t));
}

/* The add-on's row for a raw field of this table. NULL when it has none for these events. */
static const struct cim_row *addon_row(const struct store_table *t, struct str field)
{
	for (size_t i = 0; i < addon_nrows; i++)
		if (str_eqc(field, addon_rows[i].field) && row_fits(&addon_rows[i], t))
			return &addon_rows[i];
	return NULL;
}

/* One value through a function; null stays null. */
static uint32_t apply(const struct cim *c, cim_text *fn, uint32_t id, struct sbuf *buf)
{
	if (!id || !fn)
		return id;
	struct str in = pool_str(c->pool, id);
	sbuf_reset(buf);
	struct str out = fn(in, buf);
	return out.p == in.p && out.n == in.n ? id : pool_intern(c->pool, out);
}

static uint32_t fill_null(const struct cim *c, const struct cim_row *row, uint32_t id, uint32_t null)
{
	return row->null && (!id || !pool_str(c->pool, id).n) ? null : id;
}

static uint32_t constant(const struct cim *c, const struct cim_from *from, const struct store_table *t)
{
	const struct sysmon_event *e;

	switch (from->kind) {
	case FROM_TEXT:
		return pool_intern(c->pool, str_c(from->name));
	case FROM_SIGNATURE:
		e = sysmon_event(table_event_id(t));
		return e ? pool_intern(c->pool, str_c(e->signature)) : 0;
	default:
		return 0;
	}
}

/* ---- single values ---- */

struct reader;
/* A source with its names looked up, from which the values of single rows are taken. Not to be moved. */
struct part {
	struct str data;                                 /* this EventData field, … */
	enum sys_field attr;                             /* … or this attribute of System, row by row, … */
	const struct reader *raw;                        /* … or this field that the add-on makes, … */
	struct column col;                               /* … or, when it has a dictionary, this column */
	uint32_t one;
};
struct reader {
	const struct cim_row *row;
	struct part from, when, other;
	uint32_t null;                                   /* what stands for null; 0: nothing does */
};
enum { RAW_PARTS = 3 };

static void reader_init(struct reader *m, const struct cim *c, const struct store_table *t, const struct cim_row *row,
                        struct reader *raw);

/* Times are no column of ids, and none is made for a few rows. */
static void part_of_data(struct part *p, const struct cim *c, const struct store_table *t, struct str name)
{
	*p = (struct part){.data = name};
	if (!table_is_time(t, name))
		p->col = table_data(c->store, t, name);
}

static void part_init(struct part *p, const struct cim *c, const struct store_table *t, const struct cim_from *from,
                      struct reader *raw)
{
	const struct str name = str_c(from->name);
	const struct cim_row *row = from->kind == FROM_RAW ? addon_row(t, name) : NULL;

	*p = (struct part){.attr = from->attr};
	if (row) {
		reader_init(raw, c, t, row, NULL);
		p->raw = raw;
	} else if (from->kind == FROM_DATA || from->kind == FROM_RAW) {
		part_of_data(p, c, t, name);
	} else if (from->kind != FROM_SYSTEM) {
		p->one = constant(c, from, t);
		p->col = (struct column){.dict = &p->one, .ndict = 1};
	}
}

/* `raw`: RAW_PARTS readers for its use. NULL for a row of the add-on's, which refer to no others. */
static void reader_init(struct reader *m, const struct cim *c, const struct store_table *t, const struct cim_row *row,
                        struct reader *raw)
{
	m->row = row;
	part_init(&m->from, c, t, &row->from, raw);
	part_init(&m->when, c, t, &row->when, raw ? raw + 1 : NULL);
	part_init(&m->other, c, t, &row->other, raw ? raw + 2 : NULL);
	m->null = row->null ? pool_intern(c->pool, str_c(row->null)) : 0;
}

static uint32_t reader_at(const struct cim *c, const struct store_table *t, const struct reader *m, uint32_t r, struct sbuf *buf);

static uint32_t part_at(const struct cim *c, const struct store_table *t, const struct part *p, uint32_t r, struct sbuf *buf)
{
	if (p->col.dict)
		return column_at(p->col, r);
	if (p->raw)
		return reader_at(c, t, p->raw, r, buf);
	return p->data.n ? table_data_at(c->store, t, p->data, r) : table_sys_at(c->store, t, p->attr, r);
}

static bool condition(const struct cim *c, const struct store_table *t, const struct reader *m, uint32_t r, struct sbuf *buf)
{
	const struct cim_row *row = m->row;

	if (row->when.kind == FROM_NOTHING)
		return true;
	if (row->same)
		return table_same(c->store, t, str_c(row->when.name), str_c(row->same), r);
	return str_eqc(pool_str(c->pool, part_at(c, t, &m->when, r, buf)), row->is);
}

static uint32_t reader_at(const struct cim *c, const struct store_table *t, const struct reader *m, uint32_t r, struct sbuf *buf)
{
	const struct cim_row *row = m->row;
	uint32_t id = 0;

	if (condition(c, t, m, r, buf))
		id = apply(c, row->fn, part_at(c, t, &m->from, r, buf), buf);
	if (!id && row->other.kind != FROM_NOTHING)
		id = apply(c, row->other_fn, part_at(c, t, &m->other, r, buf), buf);
	return fill_null(c, row, id, m->null);
}

/* ---- whole columns ---- */

/* The column of a source. A constant one has its dictionary in *one. */
static struct column source(struct cim *c, const struct store_table *t, const struct cim_from *from, uint32_t *one)
{
	switch (from->kind) {
	case FROM_DATA: return table_data(c->store, t, str_c(from->name));
	case FROM_SYSTEM: return table_sys(c->store, t, from->attr);
	case FROM_RAW: return cim_col(c, cim_raw(), t, str_c(from->name))->col;
	default:
		*one = constant(c, from, t);
		return (struct column){.dict = one, .ndict = 1};
	}
}

static uint32_t *apply_all(const struct cim *c, cim_text *fn, const struct column *col)
{
	uint32_t *id = xcalloc(col->ndict, sizeof(*id));
	struct sbuf buf = {0};

	for (uint32_t i = 0; i < col->ndict; i++)
		id[i] = apply(c, fn, col->dict[i], &buf);
	sbuf_free(&buf);
	return id;
}

static bool has_null(const uint32_t *id, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!id[i])
			return true;
	return false;
}

/* Would the row leave every value of its source as it is? */
static bool changes_nothing(const struct cim *c, const struct cim_row *row, cim_text *fn, const struct column *from)
{
	if (fn || row->when.kind != FROM_NOTHING || from->ndict == 1 || has_null(from->dict, from->ndict))
		return false;
	for (uint32_t i = 0; row->null && i < from->ndict; i++)
		if (!pool_str(c->pool, from->dict[i]).n)
			return false;
	return true;
}

/* All rows have what the dictionary `id`, parallel to that of `from`, says. */
static void share_codes(struct field *f, const struct column *from, uint32_t *id)
{
	f->col.col = *from;
	if (from->ndict == 1) {
		f->one = id[0];
		free(id);
		f->col.col = (struct column){.dict = &f->one, .ndict = 1};
		return;
	}
	f->col.col.dict = id;
	f->own_dict = true;
}

/* Rows differ in which source counts. `first` is parallel to the dictionary of `from`. */
static void choose_by_row(struct cim *c, const struct store_table *t, struct field *f, const struct column *from,
                          const uint32_t *first)
{
	const struct cim_row *row = f->row;
	uint32_t one, n = table_rows(t), *id = xcalloc(n, sizeof(*id));
	struct column other = source(c, t, &row->other, &one);
	uint32_t *second = apply_all(c, row->other_fn, &other);
	struct reader m, raw[RAW_PARTS];
	struct sbuf buf = {0};

	reader_init(&m, c, t, row, raw);
	for (uint32_t r = 0; r < n; r++) {
		if (condition(c, t, &m, r, &buf))
			id[r] = first[column_code(from, r)];
		if (!id[r])
			id[r] = second[column_code(&other, r)];
	}
	sbuf_free(&buf);
	free(second);
	f->col.col = column_encode(id, n);
	f->own_dict = f->own_codes = true;
}

static void fill_nulls(const struct cim *c, const struct cim_row *row, uint32_t *id, uint32_t n)
{
	uint32_t null = pool_intern(c->pool, str_c(row->null));

	for (uint32_t i = 0; i < n; i++)
		id[i] = fill_null(c, row, id[i], null);
}

static void make_field(struct cim *c, const struct store_table *t, struct field *f)
{
	const struct cim_row *row = f->row;
	uint32_t one;

	if (!row) {
		f->col.col = table_data(c->store, t, f->data);
		return;
	}
	f->col.multi = row->list;
	struct column from = source(c, t, &row->from, &one);
	cim_text *fn = row->fn;
	bool second = row->other.kind != FROM_NOTHING;
	if (second && column_none(from)) {
		from = source(c, t, &row->other, &one);
		fn = row->other_fn;
		second = false;
	}
	if (changes_nothing(c, row, fn, &from)) {
		f->col.col = from;
		return;
	}
	uint32_t *id = apply_all(c, fn, &from);
	if (row->when.kind != FROM_NOTHING || (second && has_null(id, from.ndict))) {
		choose_by_row(c, t, f, &from, id);
		free(id);
	} else {
		share_codes(f, &from, id);
	}
	if (row->null) {
		struct column *col = &f->col.col;
		fill_nulls(c, row, (uint32_t *)(uintptr_t)col->dict, col->ndict);
	}
}

/* ---- finding them ---- */

static size_t slot_of(const struct cim *c, const struct cim_node *n, const struct store_table *t)
{
	size_t node = n == cim_raw() ? cim_node_count : (size_t)(n - cim_node_table);

	return node * store_ntables(c->store) + table_index(t);
}

/* What the node's field is made of: a row, or an EventData field (*data). False when the node has no such field. */
static bool find_source(const struct cim_node *n, const struct store_table *t, struct str field, const struct cim_row **row,
                        bool *data)
{
	*data = false;
	if (n != cim_raw() && !cim_default_field(field)) {
		*row = cim_node_row(n, field);
		return *row != NULL;
	}
	*row = addon_row(t, field);
	*data = !*row;
	return true;
}

static struct field *find_field(struct cim *c, const struct cim_node *n, const struct store_table *t, struct str name)
{
	size_t slot = slot_of(c, n, t);
	const struct cim_row *row;
	bool data;

	pthread_mutex_lock(&c->lock);
	union map_val *v = c->fields[slot] ? map_get(c->fields[slot], name) : NULL;
	struct field *f = v ? v->p : NULL;
	pthread_mutex_unlock(&c->lock);
	if (f || !find_source(n, t, name, &row, &data))
		return f;
	if (data && !table_has(t, name))
		return NULL;                             /* not remembered: a search may name anything */

	pthread_mutex_lock(&c->lock);
	if (!c->fields[slot])
		c->fields[slot] = map_new();
	v = map_put(c->fields[slot], name, NULL);
	if (!v->p) {
		f = ARENA_NEW(c->arena, struct field);
		f->row = row;
		f->data = data ? arena_str(c->arena, name) : (struct str){NULL, 0};
		pthread_mutex_init(&f->lock, NULL);
		v->p = f;
	}
	f = v->p;
	pthread_mutex_unlock(&c->lock);
	return f;
}

const struct cim_col *cim_col(struct cim *c, const struct cim_node *n, const struct store_table *t, struct str field)
{
	struct field *f = find_field(c, n, t, field);

	if (!f)
		return &no_values;
	if (!atomic_load_explicit(&f->made, memory_order_acquire)) {
		pthread_mutex_lock(&f->lock);
		if (!atomic_load_explicit(&f->made, memory_order_relaxed)) {
			make_field(c, t, f);
			atomic_store_explicit(&f->made, true, memory_order_release);
		}
		pthread_mutex_unlock(&f->lock);
	}
	return &f->col;
}

void cim_values(struct cim *c, const struct cim_node *n, const struct store_table *t, struct str field, const uint32_t *row,
                size_t nrows, uint32_t *out, bool *multi)
{
	const struct cim_row *spec;
	bool data;

	if (nrows < table_rows(t) / 8 && find_source(n, t, field, &spec, &data)) {
		struct reader m, raw[RAW_PARTS];
		struct sbuf buf = {0};
		if (data)
			part_of_data(&m.from, c, t, field);
		else
			reader_init(&m, c, t, spec, raw);
		for (size_t i = 0; i < nrows; i++)
			out[i] = data ? part_at(c, t, &m.from, row[i], &buf) : reader_at(c, t, &m, row[i], &buf);
		sbuf_free(&buf);
		*multi = !data && spec->list;
		return;
	}
	const struct cim_col *col = cim_col(c, n, t, field);
	for (size_t i = 0; i < nrows; i++)
		out[i] = column_at(col->col, row[i]);
	*multi = col->multi;
}

/* ---- names ---- */

static int name_cmp(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Times and record numbers are not made into columns just to see whether there are any. */
static bool surely_there(const struct cim_row *row)
{
	return (row->from.kind == FROM_SYSTEM && (row->from.attr == SYS_TIME_CREATED || row->from.attr == SYS_RECORD_ID)) ||
	       (row->other.kind == FROM_SYSTEM && (row->other.attr == SYS_TIME_CREATED || row->other.attr == SYS_RECORD_ID));
}

static bool has_values(struct cim *c, const struct store_table *t, const struct cim_row *row)
{
	if (surely_there(row))
		return true;
	if (row->from.kind == FROM_DATA && !row->fn && row->other.kind == FROM_NOTHING && row->when.kind == FROM_NOTHING)
		return table_has(t, str_c(row->from.name));
	return !column_none(cim_col(c, cim_raw(), t, str_c(row->field))->col);
}

const char *const *cim_raw_fields(struct cim *c, const struct store_table *t, size_t *count)
{
	size_t i = table_index(t), n = 0, ndata;
	const uint32_t *data = table_fields(t, &ndata);

	pthread_mutex_lock(&c->lock);
	const char *const *names = c->raw_names[i];
	*count = c->nraw_names[i];
	pthread_mutex_unlock(&c->lock);
	if (names)
		return names;

	const char **v = xcalloc(ndata + addon_nrows, sizeof(*v));
	for (size_t k = 0; k < ndata; k++)
		v[n++] = pool_str(c->pool, data[k]).p;
	for (size_t k = 0; k < addon_nrows; k++) {
		const struct cim_row *row = &addon_rows[k];
		if (addon_row(t, str_c(row->field)) == row && has_values(c, t, row))
			v[n++] = row->field;
	}
	qsort(v, n, sizeof(*v), name_cmp);
	size_t kept = 0;
	for (size_t k = 0; k < n; k++)
		if (!kept || strcmp(v[kept - 1], v[k]) != 0)
			v[kept++] = v[k];

	pthread_mutex_lock(&c->lock);
	if (!c->raw_names[i]) {
		const char **copy = ARENA_ARRAY(c->arena, const char *, kept + 1);
		memcpy(copy, v, kept * sizeof(*copy));
		c->raw_names[i] = copy;
		c->nraw_names[i] = kept;
	}
	names = c->raw_names[i];
	*count = c->nraw_names[i];
	pthread_mutex_unlock(&c->lock);
	free(v);
	return names;
}
