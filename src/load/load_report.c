/* Putting a load together: inputs, batches in order, what was lost and what was somebody else's. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/map.h"
#include "base/mem.h"
#include "load/evtx.h"
#include "load/member.h"

static int by_chunk(const void *a, const void *b)
{
	const struct batch *x = *(struct batch *const *)a, *y = *(struct batch *const *)b;

	return (x->chunk > y->chunk) - (x->chunk < y->chunk);
}

void load_add_times(struct load_input_report *r, const struct batch_table *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		usec_t at = t->time[i];
		if (at == WHEN_NONE) {
			r->timeless++;
			continue;
		}
		if (r->first == WHEN_NONE || at < r->first)
			r->first = at;
		if (r->last == WHEN_NONE || at > r->last)
			r->last = at;
	}
}

/* ---- others ---- */

/* Counts by provider and EventID; the map's value is the index into l->other. */
struct tally {
	struct map *map;
	struct sbuf key;
	size_t cap;
};

static void add_other(struct load *l, struct tally *t, struct str provider, const struct batch_other *o)
{
	bool fresh;

	sbuf_reset(&t->key);
	sbuf_add(&t->key, &o->event_id, sizeof(o->event_id));
	sbuf_adds(&t->key, provider);
	union map_val *at = map_put(t->map, sbuf_str(&t->key), &fresh);
	if (fresh) {
		at->u = l->nothers;
		GROW(l->other, l->nothers, t->cap);
		l->other[l->nothers++] = (struct load_other){xstrndup(provider.p, provider.n), o->event_id, 0};
	}
	l->other[at->u].count += o->count;
}

/* Lines of text count as records, too. */
static void add_lines(struct load *l, struct load_input_report *r, struct tally *t)
{
	if (!r->lines)
		return;
	r->others += r->lines;
	add_other(l, t, STR(LOAD_LINES), &(struct batch_other){.count = r->lines});
}

static int by_count(const void *a, const void *b)
{
	const struct load_other *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	int c = strcmp(x->provider, y->provider);
	return c ? c : (x->event_id > y->event_id) - (x->event_id < y->event_id);
}

/* Is it a record of anything? Objects of JSON files that are no logs have neither. */
static bool names_something(const struct batch_other *o)
{
	return o->provider || o->channel || o->event_id;
}

/* ---- one input ---- */

struct segment *member_segment(struct member *m, const struct decoder *d, enum encoding enc, uint64_t start, struct str text)
{
	struct segment *s = xcalloc(1, sizeof(*s));

	*s = (struct segment){.decoder = d, .encoding = enc, .start = start, .before = m->segment};
	if (d->wants_head)
		sbuf_add(&s->head, text.p, text.n < DECODE_HEAD_MAX ? text.n : DECODE_HEAD_MAX);
	m->segment = s;
	return s;
}

static void free_segments(struct segment *s)
{
	while (s) {
		struct segment *before = s->before;
		sbuf_free(&s->head);
		free(s);
		s = before;
	}
}

/* Zeros between chunks of an EVTX file, which only show when the pieces that it was read in lie side by side. */
static void add_holes(struct member *m)
{
	struct batch *last = NULL;                       /* the one that the zeros lie in, or begin in */
	struct evtx_zeros run = {0}, hole;

	for (size_t i = 0; i < m->nbatches; i++) {
		const uint64_t at = run.at;
		if (evtx_hole(&run, m->batch[i], &hole))
			batch_add_damage(last, hole.at, hole.n, EVTX_HOLE);
		if (!last || run.at != at)
			last = m->batch[i];
	}
}

static void add_damage(struct load *l, const struct batch *b, size_t *cap)
{
	l->damaged += b->damaged;
	for (uint32_t i = 0; i < b->ndamage && l->ndamage < LOAD_DAMAGE_MAX; i++) {
		GROW(l->damage, l->ndamage, *cap);
		struct load_damage *d = &l->damage[l->ndamage++];
		*d = (struct load_damage){b->input, b->damage[i].offset, b->damage[i].length, ""};
		memcpy(d->reason, b->damage[i].reason, sizeof(d->reason));
	}
}

static void add_member(struct load *l, uint32_t index, struct member *m, struct tally *others, size_t *damagecap)
{
	struct load_input_report *r = &m->report;
	bool something = false;

	if (m->nbatches)
		qsort(m->batch, m->nbatches, sizeof(*m->batch), by_chunk);
	add_holes(m);
	for (size_t i = 0; i < m->nbatches; i++) {
		struct batch *b = m->batch[i];
		b->input = index;
		b->chunk = i;
		r->events += b->nevents;
		r->damaged += b->damaged;
		r->recovered += b->nrecovered;
		r->unused += b->unused;
		r->unreadable += b->unreadable;
		r->lines += b->lines;
		if (b->note)
			r->note = b->note;
		if (b->shape && !r->shape)
			r->shape = b->shape;
		if (b->expected > m->input.size && !r->reason[0] && !l->cancelled)
			snprintf(r->reason, sizeof(r->reason), "cut short: its header tells of %" PRIu64 " bytes, %" PRIu64 " are there",
			         b->expected, m->input.size);
		for (uint32_t t = 0; t < b->ntables; t++)
			load_add_times(r, &b->table[t]);
		for (uint32_t k = 0; k < b->nothers; k++) {
			r->others += b->other[k].count;
			something |= names_something(&b->other[k]);
		}
	}
	if (m->input.format == FORMAT_JSON && !r->events && r->others && !something && !r->unusable) {
		r->others = 0;
		r->unusable = true;
		r->skipped = !m->asked;
		snprintf(r->reason, sizeof(r->reason), "JSON, but no records of events");
	}
	for (size_t i = 0; i < m->nbatches; i++) {
		struct batch *b = m->batch[i];
		for (uint32_t k = 0; k < b->nothers && r->others; k++) {
			struct str provider = pool_str(b->pool, b->other[k].provider);
			add_other(l, others, provider.n ? provider : STR("?"), &b->other[k]);
		}
		add_damage(l, b, damagecap);
		if (!b->nevents) {
			batch_free(b);
			continue;
		}
		GROW(l->batch, l->nbatches, l->batchcap);
		l->batch[l->nbatches++] = b;
	}
	if (!r->unusable)
		add_lines(l, r, others);
	r->bytes = m->input.size;
	l->events += r->events;
	l->recovered += r->recovered;
	l->unused += r->unused;
	l->others += r->others;
}

/* ---- the limit of columns ---- */

/* The names of the columns of one kind of event, over all batches. */
struct names {
	struct map *map;                                 /* name -> its rank */
	uint64_t limit;                                  /* names of a higher rank go */
};

static int by_rank(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void find_limit(struct names *k)
{
	size_t n = map_len(k->map);

	k->limit = UINT64_MAX;
	if (n <= BATCH_COLUMNS_MAX)
		return;
	uint64_t *rank = xcalloc(n, sizeof(*rank));
	for (size_t i = 0; i < n; i++)
		rank[i] = map_val(k->map, i)->u;
	qsort(rank, n, sizeof(*rank), by_rank);
	k->limit = rank[BATCH_COLUMNS_MAX - 1];
	free(rank);
}

static void drop_columns(struct batch *b, struct batch_table *t, const struct names *k)
{
	uint32_t kept = 0;

	for (uint32_t c = 0; c < t->ncols; c++) {
		const union map_val *rank = map_get(k->map, pool_str(b->pool, t->col[c].name));
		if (rank && rank->u <= k->limit)
			t->col[kept++] = t->col[c];
	}
	b->narrowed |= kept < t->ncols;
	t->ncols = kept;
}

/* Keeps the number of columns of each table within BATCH_COLUMNS_MAX over all batches, as batch.h says. */
static void narrow(struct load *l)
{
	struct map *kinds = map_new();                   /* os and EventID -> index of names */
	struct names *names = NULL;
	size_t n = 0, cap = 0, most = 0;

	for (size_t i = 0; i < l->nbatches; i++)
		for (uint32_t t = 0; t < l->batch[i]->ntables; t++) {
			struct batch_table *table = &l->batch[i]->table[t];
			uint16_t kind[2] = {table->event_id, table->os};
			bool fresh;
			union map_val *at = map_put(kinds, (struct str){(const char *)kind, sizeof(kind)}, &fresh);
			if (fresh) {
				at->u = n;
				GROW(names, n, cap);
				names[n++] = (struct names){.map = map_new()};
			}
			struct map *map = names[at->u].map;
			for (uint32_t c = 0; c < table->ncols; c++) {
				struct str name = pool_str(l->batch[i]->pool, table->col[c].name);
				union map_val *rank = map_put(map, name, &fresh);
				if (fresh)
					rank->u = batch_rank(name);
			}
			if (map_len(map) > most)
				most = map_len(map);
		}
	for (size_t i = 0; i < n; i++)
		find_limit(&names[i]);
	for (size_t i = 0; i < l->nbatches && most > BATCH_COLUMNS_MAX; i++)
		for (uint32_t t = 0; t < l->batch[i]->ntables; t++) {
			struct batch_table *table = &l->batch[i]->table[t];
			uint16_t kind[2] = {table->event_id, table->os};
			drop_columns(l->batch[i], table,
			             &names[map_get(kinds, (struct str){(const char *)kind, sizeof(kind)})->u]);
		}
	for (size_t i = 0; i < l->nbatches; i++) {
		struct load_input_report *r = &l->report[l->batch[i]->input];
		if (l->batch[i]->narrowed && !r->reason[0])
			snprintf(r->reason, sizeof(r->reason),
			         "more than %d names of fields for one EventID: some are left out", BATCH_COLUMNS_MAX);
	}
	for (size_t i = 0; i < n; i++)
		map_free(names[i].map);
	free(names);
	map_free(kinds);
}

/* ---- all of them ---- */

void load_finish(struct load *l, struct member **member, size_t n, const struct load_opts *opts)
{
	struct tally others = {.map = map_new()};
	size_t damagecap = 0;

	l->report = xcalloc(n + 1, sizeof(*l->report));
	l->inputs.v = xcalloc(n + 1, sizeof(*l->inputs.v));
	l->inputs.n = l->inputs.cap = n;
	for (size_t i = 0; i < n; i++) {
		add_member(l, (uint32_t)i, member[i], &others, &damagecap);
		l->inputs.v[i] = member[i]->input;
		l->report[i] = member[i]->report;
		free_segments(member[i]->segment);
		free(member[i]->batch);
		free(member[i]);
	}
	if (l->nothers)
		qsort(l->other, l->nothers, sizeof(*l->other), by_count);
	map_free(others.map);
	sbuf_free(&others.key);
	load_keep(l, opts);
	narrow(l);
}

/* ---- the end ---- */

void load_drop_batches(struct load *l)
{
	for (size_t i = 0; i < l->nbatches; i++)
		batch_free(l->batch[i]);
	free(l->batch);
	l->batch = NULL;
	l->nbatches = l->batchcap = 0;
	for (size_t i = 0; i < l->npools; i++)
		pool_free(l->pool[i]);
	free(l->pool);
	l->pool = NULL;
	l->npools = 0;
}

void load_free(struct load *l)
{
	if (!l)
		return;
	load_drop_batches(l);
	inputs_free(&l->inputs);
	free(l->report);
	for (size_t i = 0; i < l->nothers; i++)
		free(l->other[i].provider);
	free(l->other);
	free(l->damage);
	free(l);
}
