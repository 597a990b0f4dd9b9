/* Which events of a load stay: those within the wanted time, and of several copies of one record the first.
 *
 * A record is known by host, channel, EventRecordID, EventID and time (in milliseconds: some shippers keep no more). Only events of
 * inputs whose times overlap are looked at, each as one 64-bit hash; the hash is keyed at random, so that nobody who writes events can
 * make one vanish behind another. Records without an EventRecordID, or with 0, are never taken for copies. */
#include <stdlib.h>
#include <sys/random.h>
#include <xxhash.h>

#include "base/mem.h"
#include "load/member.h"

/* ---- leaving rows out ---- */

static void move_cell(struct batch_table *t, struct cells c, uint32_t from, uint32_t to)
{
	if (!c.same)
		t->cell[c.at + to] = t->cell[c.at + from];
}

static void move_row(struct batch_table *t, uint32_t from, uint32_t to)
{
	t->time[to] = t->time[from];
	t->time_tail[to] = t->time_tail[from];
	t->record_id[to] = t->record_id[from];
	t->offset[to] = t->offset[from];
	t->length[to] = t->length[from];
	for (int f = 0; f < SYS_COUNT; f++)
		move_cell(t, t->sys[f], from, to);
	for (uint32_t c = 0; c < t->ncols; c++)
		move_cell(t, t->col[c].cells, from, to);
}

/* Leaves out the events whose seq is marked; the others close up. */
static void leave_out(struct batch *b, const bool *gone)
{
	uint32_t *seq = xcalloc((size_t)b->nevents + 1, sizeof(*seq)), kept = 0, n = 0;

	for (uint32_t i = 0; i < b->nevents; i++) {
		seq[i] = kept;
		kept += !gone[i];
	}
	for (uint32_t k = 0; k < b->ntables; k++) {
		struct batch_table *t = &b->table[k];
		uint32_t to = 0;
		for (uint32_t r = 0; r < t->n; r++) {
			const uint32_t was = t->seq[r];
			if (gone[was])
				continue;
			if (to != r)
				move_row(t, r, to);
			t->seq[to++] = seq[was];
		}
		t->n = to;
	}
	for (uint32_t i = 0; i < b->nrecovered; i++)
		if (!gone[b->recovered[i]])
			b->recovered[n++] = seq[b->recovered[i]];
	b->nrecovered = n;
	b->nevents = kept;
	free(seq);
}

/* Frees batches that became empty, and counts what is left. */
static void recount(struct load *l)
{
	size_t n = 0;

	l->events = l->recovered = 0;
	for (size_t i = 0; i < l->inputs.n; i++) {
		struct load_input_report *r = &l->report[i];
		r->first = r->last = WHEN_NONE;
		r->events = r->recovered = r->timeless = 0;
	}
	for (size_t i = 0; i < l->nbatches; i++) {
		struct batch *b = l->batch[i];
		struct load_input_report *r = &l->report[b->input];
		for (uint32_t k = 0; k < b->ntables; k++)
			load_add_times(r, &b->table[k]);
		r->events += b->nevents;
		r->recovered += b->nrecovered;
		l->events += b->nevents;
		l->recovered += b->nrecovered;
		if (b->nevents)
			l->batch[n++] = b;
		else
			batch_free(b);
	}
	l->nbatches = n;
}

/* ---- time ---- */

static usec_t newest_of(const struct load *l)
{
	usec_t t = WHEN_NONE;

	for (size_t i = 0; i < l->inputs.n; i++)
		if (l->report[i].last > t)
			t = l->report[i].last;
	return t;
}

static usec_t bound_of(const struct load_bound *b, usec_t newest)
{
	double t;

	if (!b->relative)
		return b->at;
	if (newest == WHEN_NONE || !when_relative((double)newest / (double)USEC_PER_SEC, str_c(b->relative), &t))
		return WHEN_NONE;
	return (usec_t)(t * (double)USEC_PER_SEC);
}

/* Events without a time stay: nothing says that they lie outside. */
static bool keep_window(struct load *l)
{
	bool changed = false;

	for (size_t i = 0; i < l->nbatches; i++) {
		struct batch *b = l->batch[i];
		bool *gone = xcalloc((size_t)b->nevents + 1, sizeof(*gone));
		uint32_t n = 0;
		for (uint32_t k = 0; k < b->ntables; k++) {
			const struct batch_table *t = &b->table[k];
			for (uint32_t r = 0; r < t->n; r++) {
				const usec_t at = t->time[r];
				if (at == WHEN_NONE || ((l->from == WHEN_NONE || at >= l->from) && (l->to == WHEN_NONE || at < l->to)))
					continue;
				gone[t->seq[r]] = true;
				n++;
			}
		}
		if (n)
			leave_out(b, gone);
		l->report[b->input].outside += n;
		l->outside += n;
		changed |= n > 0;
		free(gone);
	}
	return changed;
}

/* ---- copies ---- */

struct seen {
	uint64_t *slot;                                  /* hashes; 0: free */
	size_t mask;
	uint64_t key;
};

static bool add_hash(struct seen *s, uint64_t h)
{
	size_t i = (size_t)(h >> 1) & s->mask;

	for (h |= 1; s->slot[i]; i = (i + 1) & s->mask)
		if (s->slot[i] == h)
			return false;
	s->slot[i] = h;
	return true;
}

/* The hash of a name in either case. Most rows have one of a few, so that of each id is kept. */
struct name_hash {
	struct { uint32_t id; uint64_t hash; } known[64];
};

static uint64_t hash_name(struct name_hash *c, const struct batch *b, uint32_t id, uint64_t key)
{
	struct sbuf lower = {0};

	if (!id)
		return 0;
	if (c->known[id % 64].id == id)
		return c->known[id % 64].hash;
	const struct str s = pool_str(b->pool, id);
	for (size_t i = 0; i < s.n; i++)
		sbuf_addc(&lower, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i]);
	const uint64_t h = XXH3_64bits_withSeed(lower.p, lower.n, key);
	sbuf_free(&lower);
	c->known[id % 64].id = id;
	c->known[id % 64].hash = h;
	return h;
}

/* Marks the copies among the batch's events: of those that were recovered, or of the others. Returns how many. */
static uint32_t find_copies(struct seen *s, const struct batch *b, const bool *recovered, bool want, bool *gone)
{
	struct name_hash host = {0}, channel = {0};
	uint32_t n = 0;

	for (uint32_t k = 0; k < b->ntables; k++) {
		const struct batch_table *t = &b->table[k];
		for (uint32_t r = 0; r < t->n; r++) {
			if ((recovered && recovered[t->seq[r]]) != want || t->record_id[r] == 0 || t->record_id[r] == UINT64_MAX)
				continue;
			const uint64_t identity[] = {
				hash_name(&host, b, batch_cell(t, t->sys[SYS_COMPUTER], r), s->key),
				hash_name(&channel, b, batch_cell(t, t->sys[SYS_CHANNEL], r), s->key),
				t->record_id[r], (uint64_t)(t->time[r] / 1000 - (t->time[r] % 1000 < 0)), (uint64_t)t->os << 16 | t->event_id,
			};
			if (add_hash(s, XXH3_64bits_withSeed(identity, sizeof(identity), s->key)))
				continue;
			gone[t->seq[r]] = true;
			n++;
		}
	}
	return n;
}

static uint32_t leave_copies_out(struct load *l, struct seen *s, struct batch *b, bool want)
{
	bool *gone = xcalloc((size_t)b->nevents + 1, sizeof(*gone)), *recovered = NULL;

	if (b->nrecovered)
		recovered = xcalloc((size_t)b->nevents + 1, sizeof(*recovered));
	for (uint32_t i = 0; i < b->nrecovered; i++)
		recovered[b->recovered[i]] = true;
	const uint32_t n = find_copies(s, b, recovered, want, gone);
	if (n)
		leave_out(b, gone);
	l->report[b->input].duplicates += n;
	l->duplicates += n;
	free(gone);
	free(recovered);
	return n;
}

struct span {
	usec_t first, last;
	size_t input;
};

static int by_first(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Marks the inputs that may hold a record twice, together with another or, when there are recovered ones, alone. */
static void find_overlaps(const struct load *l, bool *overlaps)
{
	struct span *span = xcalloc(l->inputs.n + 1, sizeof(*span));
	size_t n = 0, reach = 0;

	for (size_t i = 0; i < l->inputs.n; i++) {
		if (l->report[i].events)
			span[n++] = (struct span){l->report[i].timeless ? INT64_MIN : l->report[i].first,
			                          l->report[i].timeless ? INT64_MAX : l->report[i].last, i};
		overlaps[i] = l->report[i].recovered > 0;
	}
	qsort(span, n, sizeof(*span), by_first);
	for (size_t i = 1; i < n; i++) {
		/* a millisecond more, as times are compared by these */
		if (span[i].first / 1000 <= span[reach].last / 1000)
			overlaps[span[i].input] = overlaps[span[reach].input] = true;
		if (span[i].last > span[reach].last)
			reach = i;
	}
	free(span);
}

static bool keep_first_copies(struct load *l)
{
	bool *overlaps = xcalloc(l->inputs.n + 1, sizeof(*overlaps));
	struct seen s = {.mask = 63};
	uint64_t events = 0;

	find_overlaps(l, overlaps);
	for (size_t i = 0; i < l->nbatches; i++)
		events += overlaps[l->batch[i]->input] ? l->batch[i]->nevents : 0;
	if (events) {
		while (s.mask < events * 2)
			s.mask = s.mask * 2 + 1;
		s.slot = xcalloc(s.mask + 1, sizeof(*s.slot));
		if (getrandom(&s.key, sizeof(s.key), 0) != sizeof(s.key))
			s.key = (uint64_t)(uintptr_t)s.slot ^ when_mono_ns();
		for (int want = 0; want < 2; want++)
			for (size_t i = 0; i < l->nbatches; i++)
				if (overlaps[l->batch[i]->input] && (!want || l->batch[i]->nrecovered))
					leave_copies_out(l, &s, l->batch[i], want);
		free(s.slot);
	}
	free(overlaps);
	return l->duplicates > 0;
}

void load_keep(struct load *l, const struct load_opts *o)
{
	const usec_t newest = newest_of(l);

	l->from = o->bounded ? bound_of(&o->from, newest) : WHEN_NONE;
	l->to = o->bounded ? bound_of(&o->to, newest) : WHEN_NONE;
	if (o->bounded && keep_window(l))
		recount(l);
	if (!o->keep_duplicates && keep_first_copies(l))
		recount(l);
}
