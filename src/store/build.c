/* Building a store from the batches of a load.
 *
 * First the strings: the largest of the workers' pools becomes the store's, and the ids of the others are translated once
 * per pool. Then the plan: which rows of which batch make up which table, and where each field of a table comes from.
 * Then each column of each table by itself, on all cores (merge.c). */
#include "store/build.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/jobs.h"
#include "base/mem.h"

/* ---- strings ---- */

static void merge_pools(struct build *b)
{
	struct load *l = b->s->load;
	size_t base = 0;

	b->remap = xcalloc(l->npools + 1, sizeof(*b->remap));
	b->pool = xcalloc(l->npools + 1, sizeof(*b->pool));
	if (!l->npools) {
		b->s->pool = pool_new();
		return;
	}
	for (size_t i = 0; i < l->npools; i++) {
		b->pool[i] = l->pool[i];
		if (pool_count(l->pool[i]) > pool_count(l->pool[base]))
			base = i;
	}
	b->s->pool = l->pool[base];
	l->pool[base] = NULL;
	for (size_t i = 0; i < l->npools; i++) {
		if (i == base)
			continue;
		uint32_t n = pool_count(l->pool[i]);
		b->remap[i] = xcalloc((size_t)n + 1, sizeof(uint32_t));
		for (uint32_t id = 1; id <= n; id++)
			b->remap[i][id] = pool_intern(b->s->pool, pool_str(l->pool[i], id));
		pool_free(l->pool[i]);
		l->pool[i] = NULL;
	}
}

static const uint32_t *remap_of(const struct build *b, const struct batch *batch)
{
	for (size_t i = 0; i < b->s->load->npools; i++)
		if (b->pool[i] == batch->pool)
			return b->remap[i];
	return NULL;
}

/* ---- the plan ---- */

static size_t table_key(const struct batch_table *t)
{
	return (size_t)t->os << 16 | t->event_id;
}

/* Makes the tables, in order of their keys. Returns an index from key to table. */
static uint32_t *plan_tables(struct build *b)
{
	struct store *s = b->s;
	uint32_t *index = xcalloc((size_t)OS_COUNT << 16, sizeof(*index));

	for (size_t i = 0; i < s->load->nbatches; i++) {
		const struct batch *batch = s->load->batch[i];
		for (uint32_t t = 0; t < batch->ntables; t++)
			index[table_key(&batch->table[t])] += batch->table[t].n;
	}
	for (size_t key = 0; key < (size_t)OS_COUNT << 16; key++)
		s->ntables += index[key] != 0;
	s->table = xcalloc(s->ntables ? s->ntables : 1, sizeof(*s->table));
	b->plan = xcalloc(s->ntables ? s->ntables : 1, sizeof(*b->plan));

	size_t at = 0;
	for (size_t key = 0; key < (size_t)OS_COUNT << 16; key++) {
		if (!index[key])
			continue;
		s->table[at] = (struct store_table){
			.os = (enum sysmon_os)(key >> 16),
			.event_id = (uint16_t)key,
			.index = at,
			.n = index[key],
			.by_name = map_new(),
		};
		index[key] = (uint32_t)at++;
	}
	return index;
}

static void plan_fields(struct build *b, size_t table, uint32_t part)
{
	struct store_table *t = &b->s->table[table];
	struct plan *plan = &b->plan[table];
	const struct part *p = &plan->part[part];

	for (uint32_t c = 0; c < p->from->ncols; c++) {
		const struct batch_column *col = &p->from->col[c];
		uint32_t name = translate(p->remap, col->name);
		struct str text = pool_str(b->s->pool, name);
		union map_val *v = map_get(t->by_name, text);
		if (!v) {
			if ((t->ndata & (t->ndata - 1)) == 0) {  /* room is doubled at each power of two */
				size_t cap = t->ndata ? t->ndata * 2 : 1;
				t->data = xreallocarray(t->data, cap, sizeof(*t->data));
				t->field = xreallocarray(t->field, cap, sizeof(*t->field));
				plan->field = xreallocarray(plan->field, cap, sizeof(*plan->field));
			}
			v = map_put(t->by_name, text, NULL);
			v->u = t->ndata;
			t->data[t->ndata] = (struct data_col){0};
			plan->field[t->ndata] = (struct field){0};
			t->field[t->ndata++] = name;
			plan->nfields = t->ndata;
		}
		struct field *f = &plan->field[v->u];
		GROW(f->src, f->n, f->cap);
		f->src[f->n++] = (struct field_src){part, c};
	}
}

static int rank_cmp(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Each batch keeps to BATCH_COLUMNS_MAX, all together may not: the same choice once more. */
static void prune_fields(struct build *b, size_t table)
{
	struct store_table *t = &b->s->table[table];
	struct plan *plan = &b->plan[table];
	uint64_t *rank;
	size_t kept = 0;

	if (t->ndata <= BATCH_COLUMNS_MAX)
		return;
	rank = xcalloc(t->ndata, sizeof(*rank));
	for (size_t f = 0; f < t->ndata; f++)
		rank[f] = batch_rank(map_key(t->by_name, f));
	qsort(rank, t->ndata, sizeof(*rank), rank_cmp);
	const uint64_t last = rank[BATCH_COLUMNS_MAX - 1];
	free(rank);

	map_free(t->by_name);
	t->by_name = map_new();
	for (size_t f = 0; f < t->ndata; f++) {
		struct str name = pool_str(b->s->pool, t->field[f]);
		if (batch_rank(name) > last) {
			free(plan->field[f].src);
			continue;
		}
		map_put(t->by_name, name, NULL)->u = kept;
		t->field[kept] = t->field[f];
		plan->field[kept++] = plan->field[f];
	}
	t->ndata = plan->nfields = kept;
	plan->narrowed = true;
}

static void plan_inputs(struct store *s)
{
	const struct load *l = s->load;
	ev_t at = 0;

	s->input_start = xcalloc(l->nbatches + 1, sizeof(*s->input_start));
	s->input_of = xcalloc(l->nbatches + 1, sizeof(*s->input_of));
	for (size_t i = 0; i < l->nbatches; i++) {
		const struct batch *batch = l->batch[i];
		if (!batch->nevents)
			continue;
		if (!s->ninputs || s->input_of[s->ninputs - 1] != batch->input) {
			s->input_start[s->ninputs] = at;
			s->input_of[s->ninputs++] = batch->input;
		}
		at += batch->nevents;
	}
	s->input_start = xreallocarray(s->input_start, s->ninputs + 1, sizeof(*s->input_start));
	s->input_of = xreallocarray(s->input_of, s->ninputs + 1, sizeof(*s->input_of));
}

static void note_recovered(struct store *s, const struct batch *batch)
{
	if (!batch->nrecovered)
		return;
	s->recovered = xreallocarray(s->recovered, s->nrecovered + batch->nrecovered, sizeof(*s->recovered));
	for (uint32_t i = 0; i < batch->nrecovered; i++)
		s->recovered[s->nrecovered++] = s->n + batch->recovered[i];
}

static void plan_parts(struct build *b)
{
	struct store *s = b->s;
	uint32_t *index = plan_tables(b);
	uint32_t *row = xcalloc(s->ntables ? s->ntables : 1, sizeof(*row));
	uint64_t offset = 0, length = 0;

	for (size_t i = 0; i < s->load->nbatches; i++) {
		struct batch *batch = s->load->batch[i];
		if (batch->nevents >= EV_NONE - s->n)
			xmalloc(SIZE_MAX);               /* ends the program: no machine holds four billion events */
		for (uint32_t k = 0; k < batch->ntables; k++) {
			struct batch_table *from = &batch->table[k];
			if (!from->n)
				continue;
			size_t t = index[table_key(from)];
			struct plan *plan = &b->plan[t];
			GROW(plan->part, plan->n, plan->cap);
			plan->part[plan->n] = (struct part){
				.from = from,
				.remap = remap_of(b, batch),
				.row = row[t],
				.ev = s->n,
				.input = batch->input,
			};
			plan_fields(b, t, (uint32_t)plan->n++);
			row[t] += from->n;
			for (uint32_t r = 0; r < from->n; r++) {
				offset = from->offset[r] > offset ? from->offset[r] : offset;
				length = from->length[r] > length ? from->length[r] : length;
			}
		}
		note_recovered(s, batch);
		s->n += batch->nevents;
	}
	for (size_t t = 0; t < s->ntables; t++)
		prune_fields(b, t);
	packed_init(&s->table_of, s->n, 0, s->ntables ? s->ntables - 1 : 0);
	packed_init(&s->offset, s->n, 0, offset);
	packed_init(&s->length, s->n, 0, length);
	free(index);
	free(row);
}

static void add_job(struct build *b, enum job_kind kind, size_t table, size_t index)
{
	GROW(b->job, b->njobs, b->jobcap);
	b->job[b->njobs++] = (struct job){kind, (uint32_t)table, (uint32_t)index};
	b->plan[table].left++;
}

static void plan_jobs(struct build *b)
{
	for (size_t t = 0; t < b->s->ntables; t++) {
		for (size_t f = 0; f < b->s->table[t].ndata; f++)
			add_job(b, JOB_DATA, t, f);
		for (size_t f = 0; f < SYS_COUNT; f++)
			if (f != SYS_TIME_CREATED && f != SYS_RECORD_ID)
				add_job(b, JOB_SYS, t, f);
		add_job(b, JOB_TIME, t, 0);
		add_job(b, JOB_TAIL, t, 0);
		add_job(b, JOB_RECORD, t, 0);
		add_job(b, JOB_RAW, t, 0);
	}
}

/* ---- what is left ---- */

/* Values of too many fields were left out: that is said in the report of the inputs they came from. */
static void report_left_out(const struct build *b)
{
	for (size_t t = 0; t < b->s->ntables; t++) {
		const struct plan *plan = &b->plan[t];
		if (!plan->narrowed)
			continue;
		for (size_t i = 0; i < plan->n; i++) {
			struct load_input_report *r = &b->s->load->report[plan->part[i].input];
			if (!r->reason[0])
				snprintf(r->reason, sizeof(r->reason),
				         "event %u has more than %d different field names; the values of the others are left out",
				         b->s->table[t].event_id, BATCH_COLUMNS_MAX);
		}
	}
}

static void find_bounds(struct store *s)
{
	s->first = s->last = WHEN_NONE;
	for (size_t i = 0; i < s->ntables; i++)
		for (uint32_t r = 0; r < s->table[i].n; r++) {
			usec_t t = s->table[i].time[r];
			if (t == WHEN_NONE)
				continue;
			if (s->first == WHEN_NONE || t < s->first)
				s->first = t;
			if (s->last == WHEN_NONE || t > s->last)
				s->last = t;
		}
}

void store_build(struct store *s)
{
	struct build b = {.s = s};

	merge_pools(&b);
	plan_inputs(s);
	plan_parts(&b);
	plan_jobs(&b);
	jobs_run(b.njobs, jobs_cores(), store_merge, &b, NULL);
	for (size_t i = 0; i < s->ntables; i++) {
		s->table[i].time_created = xcalloc(1, sizeof(struct lazy));
		s->table[i].record_id = xcalloc(1, sizeof(struct lazy));
		s->table[i].newest = xcalloc(1, sizeof(*s->table[i].newest));
	}
	report_left_out(&b);
	find_bounds(s);

	for (size_t i = 0; i < s->ntables; i++) {
		for (size_t f = 0; f < b.plan[i].nfields; f++)
			free(b.plan[i].field[f].src);
		free(b.plan[i].field);
		free(b.plan[i].part);
	}
	for (size_t i = 0; i < s->load->npools; i++)
		free(b.remap[i]);
	free(b.remap);
	free(b.pool);
	free(b.plan);
	free(b.job);
	load_drop_batches(s->load);
}
