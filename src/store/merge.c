/* One column of one table out of the parts that the batches hold. Whoever makes the last column of a table frees what it was
 * made from, so that little more than the batches is ever held. */
#include "store/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void merge_time(struct store *s, struct store_table *t, const struct plan *plan)
{
	t->time = xcalloc(t->n, sizeof(*t->time));
	t->ev = xcalloc(t->n, sizeof(*t->ev));
	t->in_order = true;
	for (size_t i = 0; i < plan->n; i++) {
		const struct part *p = &plan->part[i];
		memcpy(t->time + p->row, p->from->time, p->from->n * sizeof(*t->time));
		for (uint32_t r = 0; r < p->from->n; r++) {
			t->ev[p->row + r] = p->ev + p->from->seq[r];
			packed_set(&s->table_of, t->ev[p->row + r], t->index);
		}
	}
	for (uint32_t r = 1; r < t->n && t->in_order; r++)
		t->in_order = t->time[r] >= t->time[r - 1];
}

static void merge_tail(struct store_table *t, const struct plan *plan)
{
	uint64_t min = UINT64_MAX, max = 0;

	for (size_t i = 0; i < plan->n; i++)
		for (uint32_t r = 0; r < plan->part[i].from->n; r++) {
			uint16_t v = plan->part[i].from->time_tail[r];
			min = v < min ? v : min;
			max = v > max ? v : max;
		}
	packed_init(&t->tail, t->n, min, max);
	for (size_t i = 0; i < plan->n; i++) {
		const struct part *p = &plan->part[i];
		for (uint32_t r = 0; r < p->from->n; r++)
			packed_set(&t->tail, p->row + r, p->from->time_tail[r]);
	}
}

static void merge_record(struct store_table *t, const struct plan *plan)
{
	uint64_t min = UINT64_MAX, max = 0;

	/* One more than the id, so that "none" (all bits) wraps around to 0. */
	for (size_t i = 0; i < plan->n; i++)
		for (uint32_t r = 0; r < plan->part[i].from->n; r++) {
			uint64_t v = plan->part[i].from->record_id[r] + 1;
			min = v < min ? v : min;
			max = v > max ? v : max;
		}
	packed_init(&t->record, t->n, min, max);
	for (size_t i = 0; i < plan->n; i++) {
		const struct part *p = &plan->part[i];
		for (uint32_t r = 0; r < p->from->n; r++)
			packed_set(&t->record, p->row + r, p->from->record_id[r] + 1);
	}
}

static void merge_raw(struct store *s, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct part *p = &plan->part[i];
		for (uint32_t r = 0; r < p->from->n; r++) {
			packed_set(&s->offset, p->ev + p->from->seq[r], p->from->offset[r]);
			packed_set(&s->length, p->ev + p->from->seq[r], p->from->length[r]);
		}
	}
}

/* Puts the part's cells of a column, as the store's ids, where its rows are. True when one of them is a time. */
static bool place(const struct part *p, struct cells c, uint32_t *to)
{
	const struct batch_table *from = p->from;
	bool times = false;

	if (c.same) {
		uint32_t v = batch_cell(from, c, 0);
		times = (v & CELL_TIME) != 0;
		v = times ? v : translate(p->remap, v);
		for (uint32_t r = 0; r < from->n; r++)
			to[p->row + r] = v;
		return times;
	}
	for (uint32_t r = 0; r < from->n; r++) {
		uint32_t v = from->cell[c.at + r];
		bool is_time = (v & CELL_TIME) != 0;
		times |= is_time;
		to[p->row + r] = is_time ? v : translate(p->remap, v);
	}
	return times;
}

/* The one id that all rows have in a field of System. */
static bool one_for_all(const struct plan *plan, size_t f, uint32_t *id)
{
	*id = 0;
	for (size_t i = 0; i < plan->n; i++) {
		const struct part *p = &plan->part[i];
		if (!p->from->sys[f].same)
			return false;
		uint32_t v = translate(p->remap, batch_cell(p->from, p->from->sys[f], 0));
		if (i && v != *id)
			return false;
		*id = v;
	}
	return true;
}

static void merge_sys(struct store *s, struct store_table *t, const struct plan *plan, size_t f)
{
	if (f == SYS_EVENT_ID) {
		char text[8];
		int n = snprintf(text, sizeof(text), "%u", t->event_id);
		t->sys[f] = column_const(pool_intern(s->pool, (struct str){text, (size_t)n}));
		return;
	}
	uint32_t one;
	if (one_for_all(plan, f, &one)) {
		t->sys[f] = column_const(one);
		return;
	}
	uint32_t *id = xcalloc(t->n, sizeof(*id));
	for (size_t i = 0; i < plan->n; i++)
		place(&plan->part[i], plan->part[i].from->sys[f], id);
	t->sys[f] = column_encode(id, t->n);
}

/* Cells that are times stay what they are: distances from the event's own time, packed. */
static void keep_times(struct data_col *d, uint32_t *cell, uint32_t n)
{
	uint64_t min = UINT64_MAX, max = 0;

	d->only_times = true;
	for (uint32_t r = 0; r < n; r++) {
		min = cell[r] < min ? cell[r] : min;
		max = cell[r] > max ? cell[r] : max;
		d->only_times &= !cell[r] || (cell[r] & CELL_TIME);
	}
	packed_init(&d->cell, n, min, max);
	for (uint32_t r = 0; r < n; r++)
		packed_set(&d->cell, r, cell[r]);
	d->lazy = xcalloc(1, sizeof(*d->lazy));
	free(cell);
}

static void merge_data(struct store_table *t, const struct plan *plan, size_t f)
{
	struct data_col *d = &t->data[f];
	const struct field *field = &plan->field[f];
	uint32_t *cell = xcalloc(t->n, sizeof(*cell));
	bool times = false;

	for (size_t i = 0; i < field->n; i++) {
		const struct part *p = &plan->part[field->src[i].part];
		times |= place(p, p->from->col[field->src[i].col].cells, cell);
	}
	if (times)
		keep_times(d, cell, t->n);
	else
		d->col = column_encode(cell, t->n);
}

void store_merge(void *ctx, size_t i, unsigned worker)
{
	struct build *b = ctx;
	const struct job *job = &b->job[i];
	struct store_table *t = &b->s->table[job->table];
	struct plan *plan = &b->plan[job->table];

	(void)worker;
	switch (job->kind) {
	case JOB_TIME: merge_time(b->s, t, plan); break;
	case JOB_TAIL: merge_tail(t, plan); break;
	case JOB_RECORD: merge_record(t, plan); break;
	case JOB_RAW: merge_raw(b->s, plan); break;
	case JOB_SYS: merge_sys(b->s, t, plan, job->index); break;
	case JOB_DATA: merge_data(t, plan, job->index); break;
	}
	if (atomic_fetch_sub_explicit(&plan->left, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t k = 0; k < plan->n; k++) {
		free(plan->part[k].from->memory);
		plan->part[k].from->memory = NULL;
	}
}
