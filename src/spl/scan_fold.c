/* The values of a column with their case folded, side by side. To get at one through the pool takes three looks into memory
 * that is cold by then: two thirds of what it cost to decide the terms of 438 rules. Made when a column is first decided as a
 * whole, kept as long as the engine: 20 bytes a distinct value. */
#include "spl/scan.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

struct folds {
	pthread_mutex_t lock;
	struct map *by_dict;                             /* a dictionary's address -> struct folded */
	struct arena *arena;
};

struct folds *folds_new(void)
{
	struct folds *f = xcalloc(1, sizeof(*f));

	pthread_mutex_init(&f->lock, NULL);
	f->by_dict = map_new();
	f->arena = arena_new();
	return f;
}

void folds_free(struct folds *f)
{
	map_free(f->by_dict);
	arena_free(f->arena);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

const struct folded *folds_of(struct scanning *s, const struct column *col)
{
	struct folds *f = s->folds;
	const struct str key = {(const char *)&col->dict, sizeof(col->dict)};

	pthread_mutex_lock(&f->lock);
	union map_val *known = map_put(f->by_dict, key, NULL);
	if (!known->p) {
		struct folded *x = ARENA_NEW(f->arena, struct folded);
		x->id = ARENA_ARRAY(f->arena, uint32_t, col->ndict);
		x->text = ARENA_ARRAY(f->arena, struct str, col->ndict);
		for (uint32_t i = 0; i < col->ndict; i++) {
			x->id[i] = pool_fold(s->pool, col->dict[i]);
			x->text[i] = pool_str(s->pool, x->id[i]);
		}
		known->p = x;
	}
	const struct folded *x = known->p;
	pthread_mutex_unlock(&f->lock);
	return x;
}
