/* Groups of rows by key values: a hash table of groups, each a block of keys and aggregation states. */
#include <stdlib.h>

#include "base/mem.h"
#include "spl/agg.h"

struct group {
	uint64_t hash;
	struct val *key;
	char *state;
	struct lineage_set lin;
};

struct grouping {
	struct arena *arena;                             /* of keys and states; the caller's */
	size_t nkeys, naggs;
	const struct agg *agg;
	size_t *offset;                                  /* of each aggregation in a group's state */
	bool *fed;                                       /* by itself: its state is not that of one before it */
	size_t state_size;
	struct group *v;
	size_t n, cap;
	uint32_t *slot;                                  /* index + 1; 0: free */
	size_t nslots;                                   /* a power of two */
};

struct grouping *grouping_new(struct arena *a, size_t nkeys, const struct agg *aggs, size_t naggs)
{
	struct grouping *g = xcalloc(1, sizeof(*g));
	const size_t align = _Alignof(max_align_t);

	g->arena = a;
	g->nkeys = nkeys;
	g->agg = aggs;
	g->naggs = naggs;
	g->offset = xcalloc(naggs ? naggs : 1, sizeof(*g->offset));
	for (size_t i = 0; i < naggs; i++) {
		g->offset[i] = g->state_size;
		g->state_size += (aggs[i].fn->state_size + align - 1) / align * align;
	}
	g->fed = xcalloc(naggs ? naggs : 1, sizeof(*g->fed));
	memset(g->fed, true, naggs * sizeof(*g->fed));
	g->nslots = 16;
	g->slot = xcalloc(g->nslots, sizeof(*g->slot));
	return g;
}

static bool gather_the_same(const struct agg *x, const struct agg *y)
{
	return !x->eval && !y->eval && x->fn->add == y->fn->add && x->limit == y->limit && str_eq(x->field, y->field);
}

void grouping_share(struct grouping *g)
{
	const size_t align = _Alignof(max_align_t);

	g->state_size = 0;
	for (size_t i = 0; i < g->naggs; i++) {
		size_t k = 0;
		while (k < i && !(g->fed[k] && gather_the_same(&g->agg[k], &g->agg[i])))
			k++;
		g->fed[i] = k == i;
		g->offset[i] = k < i ? g->offset[k] : g->state_size;
		if (g->fed[i])
			g->state_size += (g->agg[i].fn->state_size + align - 1) / align * align;
	}
}

bool grouping_feeds(const struct grouping *g, size_t agg)
{
	return g->fed[agg];
}

void grouping_free(struct grouping *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->n; i++)
		free(g->v[i].lin.v);
	free(g->v);
	free(g->slot);
	free(g->offset);
	free(g->fed);
	free(g);
}

static uint64_t hash_key(const struct val *key, size_t n)
{
	uint64_t h = UINT64_C(0x9E3779B97F4A7C15);

	for (size_t i = 0; i < n; i++)
		h = (h ^ val_hash(key[i])) * UINT64_C(0xFF51AFD7ED558CCD) ^ h >> 29;
	return h ^ h >> 32;
}

static bool same_key(const struct val *x, const struct val *y, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!val_same(x[i], y[i]))
			return false;
	}
	return true;
}

static void grow_slots(struct grouping *g)
{
	g->nslots *= 2;
	free(g->slot);
	g->slot = xcalloc(g->nslots, sizeof(*g->slot));
	for (size_t i = 0; i < g->n; i++) {
		size_t k = g->v[i].hash & (g->nslots - 1);
		while (g->slot[k])
			k = (k + 1) & (g->nslots - 1);
		g->slot[k] = (uint32_t)(i + 1);
	}
}

uint32_t grouping_at(struct grouping *g, const struct val *key)
{
	uint64_t hash = hash_key(key, g->nkeys);
	size_t k = hash & (g->nslots - 1);

	for (; g->slot[k]; k = (k + 1) & (g->nslots - 1)) {
		const struct group *old = &g->v[g->slot[k] - 1];
		if (old->hash == hash && same_key(old->key, key, g->nkeys))
			return g->slot[k] - 1;
	}
	if (g->n == UINT32_MAX - 1)
		xmalloc(SIZE_MAX);                       /* ends the program: memory is long gone by then */

	size_t keys = g->nkeys * sizeof(*key);
	GROW(g->v, g->n, g->cap);
	struct group *new = &g->v[g->n++];
	*new = (struct group){.hash = hash};
	new->state = arena_zalloc(g->arena, g->state_size + keys);
	new->key = (struct val *)(void *)(new->state + g->state_size);
	if (keys)
		memcpy(new->key, key, keys);
	g->slot[k] = (uint32_t)g->n;
	if (g->n >= g->nslots / 4 * 3)
		grow_slots(g);
	return (uint32_t)(g->n - 1);
}

void *grouping_state(struct grouping *g, uint32_t group, size_t agg)
{
	return g->v[group].state + g->offset[agg];
}

struct lineage_set *grouping_lineage(struct grouping *g, uint32_t group)
{
	return &g->v[group].lin;
}

size_t grouping_len(const struct grouping *g)
{
	return g->n;
}

size_t grouping_bytes(const struct grouping *g)
{
	return arena_bytes(g->arena) + g->cap * sizeof(*g->v) + g->nslots * sizeof(*g->slot);
}

/* ---- in the order of their keys ---- */

/* A group among those that the keys before `column` do not tell apart. */
struct ordered {
	uint64_t head;                                   /* of its key there */
	uint32_t group;
};
struct ordering {
	const struct grouping *g;
	size_t column;
};

/* What of the order of val_cmp fits into 64 bits: numbers below texts, texts by their first bytes. Most keys differ there, and
 * need not be read as numbers for each comparison. */
static uint64_t head_of(struct val v)
{
	const uint64_t sign = UINT64_C(1) << 63;
	uint64_t bits = 0;
	double d;

	if (val_number(v, &d)) {
		d = d == 0 ? 0.0 : d;                    /* -0 is equal to it */
		memcpy(&bits, &d, sizeof(bits));
		return (bits & sign ? ~bits : bits | sign) >> 1;
	}
	for (uint32_t i = 0; v.type == V_STR && i < sizeof(bits); i++)
		bits = bits << 8 | (i < v.len ? (unsigned char)v.s[i] : 0);
	return sign | bits >> 1;
}

static int by_column(const void *x, const void *y, void *ctx)
{
	const struct ordering *o = ctx;
	const struct ordered *a = x, *b = y;

	if (a->head != b->head)
		return a->head < b->head ? -1 : 1;
	return val_cmp(o->g->v[a->group].key[o->column], o->g->v[b->group].key[o->column]);
}

static void sort_groups(const struct grouping *g, struct ordered *v, size_t n, size_t column)
{
	struct ordering o = {g, column};
	bool in_order = true;

	if (column == g->nkeys)
		return;
	for (size_t i = 0; i < n; i++) {
		v[i].head = head_of(g->v[v[i].group].key[column]);
		in_order = in_order && (i == 0 || by_column(&v[i - 1], &v[i], &o) <= 0);
	}
	if (!in_order)
		qsort_r(v, n, sizeof(*v), by_column, &o);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && by_column(&v[i], &v[end], &o) == 0; end++)
			;
		if (end - i > 1)
			sort_groups(g, v + i, end - i, column + 1);
	}
}

struct rows *grouping_rows(struct grouping *g, const struct str *key_names)
{
	struct rows *r = rows_new(g->n);
	struct ordered *in_order = xcalloc(g->n ? g->n : 1, sizeof(*in_order));

	for (uint32_t i = 0; i < g->n; i++)
		in_order[i].group = i;
	sort_groups(g, in_order, g->n, 0);

	for (size_t k = 0; k < g->nkeys; k++) {
		size_t c = rows_col(r, key_names[k]);
		struct val *v = r->col[c].v;
		for (size_t i = 0; i < g->n; i++)
			v[i] = g->v[in_order[i].group].key[k];
	}
	for (size_t j = 0; j < g->naggs; j++) {
		size_t c = rows_col(r, g->agg[j].as);
		struct val *v = r->col[c].v;
		for (size_t i = 0; i < g->n; i++) {
			void *state = g->v[in_order[i].group].state + g->offset[j];
			v[i] = g->agg[j].fn->result(state, &g->agg[j], r->arena);
			r->list_cut |= agg_cut(&g->agg[j], state);
		}
	}
	for (size_t i = 0; i < g->n; i++)
		r->lin[i] = lineage_make(&g->v[in_order[i].group].lin, r->arena);
	free(in_order);
	grouping_free(g);
	return r;
}
