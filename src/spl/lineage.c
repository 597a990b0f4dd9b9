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
static int order(const struct lin_at *x, const struct lin_at *y)
{
	if (x->e.leaf != y->e.leaf)
		return x->e.leaf < y->e.leaf ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->e.ev > y->e.ev) - (x->e.ev < y->e.ev);
}

static int compare(const void *x, const void *y)
{
	return order(x, y);
}

/* Rows come newest first, as a rule: then turning them round is all the sorting there is. */
static void sort(struct lineage_set *set)
{
	bool falling = true;

	for (uint32_t i = 1; i < set->n && falling; i++)
		falling = order(&set->v[i - 1], &set->v[i]) > 0;
	if (!falling) {
		qsort(set->v, set->n, sizeof(*set->v), compare);
		return;
	}
	for (uint32_t i = 0, k = set->n; i + 1 < k; i++) {
		struct lin_at x = set->v[i];
		set->v[i] = set->v[--k];
		set->v[k] = x;
	}
}

/* Sorts, takes doubles out, keeps the earliest LINEAGE_MAX of each leaf. */
static void tidy(struct lineage_set *set)
{
	uint32_t n = 0, in_leaf = 0;

	sort(set);
	for (uint32_t i = 0; i < set->n; i++) {
		struct lin_at x = set->v[i];
		if (i > 0 && x.e.ev == set->v[i - 1].e.ev && x.e.leaf == set->v[i - 1].e.leaf) {
			set->total--;
			continue;
		}
		in_leaf = i > 0 && x.e.leaf == set->v[i - 1].e.leaf ? in_leaf + 1 : 0;
		if (in_leaf < LINEAGE_MAX)
			set->v[n++] = x;
	}
	set->n = set->sorted = n;
}

static void put(struct lineage_set *set, struct lin_at x)
{
	/* Later than all that a full, single leaf keeps? */
	if (set->sorted >= LINEAGE_MAX && set->v[0].e.leaf == x.e.leaf &&
	    set->v[LINEAGE_MAX - 1].e.leaf == x.e.leaf &&
	    order(&set->v[LINEAGE_MAX - 1], &x) < 0)
		return;
	if (set->n == set->cap) {
		if (set->cap >= SET_MIN)
			tidy(set);
		if (set->n > set->cap / 2)
			set->cap *= 2;
		else if (set->cap == 0)
			set->cap = 2;
		set->v = xreallocarray(set->v, set->cap, sizeof(*set->v));
	}
	set->v[set->n++] = x;
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
		/* Looked up once, here: looked up in each comparison it was a tenth of what all rules cost. */
		put(set, (struct lin_at){.time = s && l->v[i].leaf < LINEAGE_NOTE ? store_time(s, l->v[i].ev) : 0, .e = l->v[i]});
}

void lineage_add_event(struct lineage_set *set, usec_t time, ev_t ev, uint32_t leaf)
{
	count(set, 1);
	put(set, (struct lin_at){.time = time, .e = {.ev = ev, .leaf = leaf}});
}

const struct lineage *lineage_make(struct lineage_set *set, struct arena *a)
{
	struct lineage *l = NULL;

	if (set->n > 0) {
		tidy(set);
		l = arena_alloc(a, sizeof(*l) + set->n * sizeof(l->v[0]));
		l->n = set->n;
		l->total = set->total > set->n ? set->total : set->n;
		for (uint32_t i = 0; i < set->n; i++)
			l->v[i] = set->v[i].e;
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
	return lineage_make(&set, a);
}
