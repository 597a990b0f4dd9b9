/* Lineage: which events a row came from, bounded. */
#include <stdlib.h>

#include "base/mem.h"
#include "spl/rows.h"

/* Sets grow to this before they are cut, so that cutting is paid once per many events. */
enum { SET_MIN = 2 * LINEAGE_MAX };

const struct lineage *lineage_one(struct arena *a, ev_t ev, uint32_t leaf)
{
	struct lineage *l = arena_alloc(a, sizeof(*l) + sizeof(l->v[0]));

	l->total = l->n = 1;
	l->v[0] = (struct lin_ev){.ev = ev, .leaf = leaf};
	return l;
}

/* By leaf, then time, then ordinal. */
static int order(const struct store *s, struct lin_ev x, struct lin_ev y)
{
	if (x.leaf != y.leaf)
		return x.leaf < y.leaf ? -1 : 1;
	if (x.ev == y.ev)
		return 0;
	if (s) {
		usec_t tx = store_time(s, x.ev), ty = store_time(s, y.ev);
		if (tx != ty)
			return tx < ty ? -1 : 1;
	}
	return x.ev < y.ev ? -1 : 1;
}

static int compare(const void *x, const void *y, void *s)
{
	return order(s, *(const struct lin_ev *)x, *(const struct lin_ev *)y);
}

/* Sorts, takes doubles out, keeps the earliest LINEAGE_MAX of each leaf. */
static void tidy(struct lineage_set *set, const struct store *s)
{
	uint32_t n = 0, in_leaf = 0;

	qsort_r(set->v, set->n, sizeof(*set->v), compare, (void *)(uintptr_t)s);
	for (uint32_t i = 0; i < set->n; i++) {
		struct lin_ev e = set->v[i];
		if (i > 0 && e.ev == set->v[i - 1].ev && e.leaf == set->v[i - 1].leaf) {
			set->total--;
			continue;
		}
		in_leaf = i > 0 && e.leaf == set->v[i - 1].leaf ? in_leaf + 1 : 0;
		if (in_leaf < LINEAGE_MAX)
			set->v[n++] = e;
	}
	set->n = set->sorted = n;
}

static void put(struct lineage_set *set, const struct store *s, struct lin_ev e)
{
	/* Later than all that a full, single leaf keeps? */
	if (set->sorted >= LINEAGE_MAX && set->v[0].leaf == e.leaf && set->v[LINEAGE_MAX - 1].leaf == e.leaf &&
	    order(s, set->v[LINEAGE_MAX - 1], e) < 0)
		return;
	if (set->n == set->cap) {
		if (set->cap >= SET_MIN)
			tidy(set, s);
		if (set->n > set->cap / 2)
			set->cap *= 2;
		else if (set->cap == 0)
			set->cap = 2;
		set->v = xreallocarray(set->v, set->cap, sizeof(*set->v));
	}
	set->v[set->n++] = e;
}

static void count(struct lineage_set *set, uint32_t n)
{
	set->total = set->total > UINT32_MAX - n ? UINT32_MAX : set->total + n;
}

void lineage_add(struct lineage_set *set, const struct store *s, const struct lineage *l)
{
	if (!l)
		return;
	count(set, l->total);
	for (uint32_t i = 0; i < l->n; i++)
		put(set, s, l->v[i]);
}

void lineage_add_event(struct lineage_set *set, const struct store *s, ev_t ev, uint32_t leaf)
{
	count(set, 1);
	put(set, s, (struct lin_ev){.ev = ev, .leaf = leaf});
}

const struct lineage *lineage_make(struct lineage_set *set, const struct store *s, struct arena *a)
{
	struct lineage *l = NULL;

	if (set->n > 0) {
		tidy(set, s);
		l = arena_alloc(a, sizeof(*l) + set->n * sizeof(l->v[0]));
		l->n = set->n;
		l->total = set->total > set->n ? set->total : set->n;
		memcpy(l->v, set->v, set->n * sizeof(l->v[0]));
	}
	free(set->v);
	*set = (struct lineage_set){0};
	return l;
}

/* The usual case of a row that is seen again with what it already has. */
static bool holds(const struct lineage *x, const struct lineage *y)
{
	return x == y ||
	       (x->n == y->n && x->total == y->total && memcmp(x->v, y->v, x->n * sizeof(x->v[0])) == 0);
}

const struct lineage *lineage_join(struct arena *a, const struct store *s, const struct lineage *x,
				   const struct lineage *y)
{
	struct lineage_set set = {0};

	if (!y || (x && holds(x, y)))
		return x;
	lineage_add(&set, s, x);
	lineage_add(&set, s, y);
	return lineage_make(&set, s, a);
}
