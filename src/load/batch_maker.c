/* The memory in which columns are built. The arrays belong to the maker and grow only with the largest chunk; a finished batch is a
 * copy of just what it holds. (Arrays of their own for every chunk, grown by doubling, took a fifth of the time of loading.) */
#include "load/batch_maker.h"

#include <stdlib.h>

#include "base/mem.h"

enum { TABLES_KEPT = 256, COLUMNS_KEPT = 64 };           /* what a maker remembers from batch to batch; more is no honest log */

/* ---- a maker, a batch ---- */

struct batch_maker *batch_maker_new(struct pool *pool)
{
	struct batch_maker *m = xcalloc(1, sizeof(*m));

	m->pool = pool;
	return m;
}

static void forget_columns(struct table_state *t)
{
	for (uint32_t c = 0; c < t->ncols; c++)
		free(t->col[c].f.cell);
	free(t->col);
	free(t->order);
	free(t->slot);
	t->col = NULL;
	t->order = t->slot = NULL;
	t->ncols = t->colcap = t->norder = t->first = t->nslots = 0;
	t->full = false;
}

static void forget_tables(struct batch_maker *m)
{
	for (uint32_t i = 0; i < m->ntables; i++) {
		struct table_state *t = &m->table[i];
		forget_columns(t);
		for (int f = 0; f < SYS_COUNT; f++)
			free(t->sys[f].cell);
		free(t->time);
		free(t->record_id);
		free(t->offset);
		free(t->length);
		free(t->seq);
		free(t->time_tail);
	}
	free(m->table);
	free(m->order);
	m->table = NULL;
	m->order = NULL;
	m->ntables = m->tablecap = m->norder = 0;
	memset(m->low, 0, sizeof(m->low));
	for (int os = 0; os < OS_COUNT; os++) {
		free(m->high[os]);
		m->high[os] = NULL;
	}
}

void blocks_free(struct block *k)
{
	while (k) {
		struct block *before = k->before;
		free(k);
		k = before;
	}
}

void batch_maker_free(struct batch_maker *m)
{
	if (!m)
		return;
	forget_tables(m);
	free(m->other);
	blocks_free(m->block);
	free(m);
}

struct batch *batch_new(struct batch_maker *m, uint32_t input, uint64_t chunk)
{
	struct batch *b = xcalloc(1, sizeof(*b));

	b->pool = m->pool;
	b->input = input;
	b->chunk = chunk;
	b->maker = m;
	return b;
}

/* Nothing of a batch that is done, or given up, stays. */
static void clear_maker(struct batch_maker *m)
{
	for (uint32_t i = 0; i < m->norder; i++) {
		struct table_state *t = &m->table[m->order[i]];
		t->n = 0;
		t->listed = false;
		for (int f = 0; f < SYS_COUNT; f++)
			t->sys[f].filled = 0;
		for (uint32_t c = 0; c < t->norder; c++) {
			t->col[t->order[c]].f.filled = 0;
			t->col[t->order[c]].listed = false;
		}
		t->norder = 0;
		if (t->ncols > COLUMNS_KEPT)
			forget_columns(t);
	}
	m->norder = 0;
	if (m->ntables > TABLES_KEPT)
		forget_tables(m);
	free(m->other);
	m->other = NULL;
	m->nothers = 0;
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	if (b->maker)
		clear_maker(b->maker);
	for (uint32_t i = 0; i < b->ntables; i++)
		free(b->table[i].memory);
	free(b->table);
	free(b->other);
	free(b->damage);
	free(b->recovered);
	free(b);
}

void filling_reach(struct filling *f, uint32_t row, uint32_t cap)
{
	if (f->cap < cap) {
		f->cell = xreallocarray(f->cell, cap, sizeof(*f->cell));
		f->cap = cap;
	}
	if (row > f->filled) {
		memset(f->cell + f->filled, 0, (row - f->filled) * sizeof(*f->cell));
		f->filled = row;
	}
}

/* ---- the end of a batch ---- */

/* How many cells the column needs: 0 when all are absent, 1 when all are alike. */
static uint32_t room_for(struct filling *f, uint32_t n)
{
	uint32_t r = 1;

	if (!f->filled)
		return 0;
	filling_reach(f, n, n);
	while (r < n && f->cell[r] == f->cell[0])
		r++;
	return r == n ? 1 : n;
}

static struct cells put_cells(struct batch_table *t, uint32_t *used, const struct filling *f, uint32_t room)
{
	struct cells c = {0, 1};                         /* the cell that is absent */

	if (!room)
		return c;
	c.at = *used & 0x7FFFFFFF;
	c.same = room == 1;
	memcpy(t->cell + *used, f->cell, room * sizeof(*f->cell));
	*used += room;
	return c;
}

#define CARVE(to, from, n)                                                                         \
	((to) = memcpy(at, (from), (n) * sizeof *(from)), at += (n) * sizeof *(from))

static void seal(struct table_state *from, struct batch_table *t)
{
	const uint32_t n = from->n;
	uint32_t cells = 1, used = 1, sys[SYS_COUNT], *room = xcalloc(from->norder ? from->norder : 1, sizeof(*room));

	*t = (struct batch_table){.event_id = from->event_id, .os = from->os, .n = n};
	for (int f = 0; f < SYS_COUNT; f++)
		cells += sys[f] = room_for(&from->sys[f], n);
	for (uint32_t c = 0; c < from->norder; c++)
		cells += room[c] = room_for(&from->col[from->order[c]].f, n);

	size_t row = 3 * sizeof(uint64_t) + 2 * sizeof(uint32_t) + sizeof(uint16_t);
	char *at = t->memory = xmalloc(n * row + cells * sizeof(*t->cell) + from->norder * sizeof(*t->col));
	CARVE(t->time, from->time, n);
	CARVE(t->record_id, from->record_id, n);
	CARVE(t->offset, from->offset, n);
	CARVE(t->length, from->length, n);
	CARVE(t->seq, from->seq, n);
	t->cell = (uint32_t *)(void *)at;
	at += cells * sizeof(*t->cell);
	t->col = (struct batch_column *)(void *)at;
	at += from->norder * sizeof(*t->col);
	CARVE(t->time_tail, from->time_tail, n);

	t->cell[0] = 0;
	for (int f = 0; f < SYS_COUNT; f++)
		t->sys[f] = put_cells(t, &used, &from->sys[f], sys[f]);
	for (uint32_t c = 0; c < from->norder; c++) {
		const struct col_state *col = &from->col[from->order[c]];
		if (room[c])
			t->col[t->ncols++] = (struct batch_column){col->id, put_cells(t, &used, &col->f, room[c])};
	}
	free(room);
}

void batch_done(struct batch *b)
{
	struct batch_maker *m = b->maker;

	b->table = xcalloc(m->norder ? m->norder : 1, sizeof(*b->table));
	b->ntables = m->norder;
	for (uint32_t i = 0; i < m->norder; i++)
		seal(&m->table[m->order[i]], &b->table[i]);
	clear_maker(m);
	b->maker = NULL;
}
