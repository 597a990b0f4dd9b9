/* The values of a column with their case folded, side by side. To get at one through the pool takes three looks into memory
 * that is cold by then: two thirds of what it cost to decide the terms of 438 rules. Made when a column is first decided as a
 * whole, kept as long as the engine: 36 bytes a distinct value. */
#include "spl/scan.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

/* One column's. */
struct fold {
	pthread_mutex_t lock;                            /* while it is made, so that other columns need not wait */
	bool made;
	struct folded x;
};
struct folds {
	pthread_mutex_t lock;                            /* of what follows */
	struct map *by_dict;                             /* a dictionary's address -> struct fold */
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
	for (size_t i = 0; i < map_len(f->by_dict); i++)
		pthread_mutex_destroy(&((struct fold *)map_val(f->by_dict, i)->p)->lock);
	map_free(f->by_dict);
	arena_free(f->arena);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

static struct fold *fold_of(struct folds *f, const struct column *col)
{
	const struct str key = {(const char *)&col->dict, sizeof(col->dict)};

	pthread_mutex_lock(&f->lock);
	union map_val *known = map_put(f->by_dict, key, NULL);
	if (!known->p) {
		struct fold *new = ARENA_NEW(f->arena, struct fold);
		pthread_mutex_init(&new->lock, NULL);
		new->x.id = ARENA_ARRAY(f->arena, uint32_t, col->ndict);
		new->x.text = ARENA_ARRAY(f->arena, struct str, col->ndict);
		new->x.grams = ARENA_ARRAY(f->arena, struct grams, col->ndict);
		known->p = new;
	}
	struct fold *fold = known->p;
	pthread_mutex_unlock(&f->lock);
	return fold;
}

const struct folded *folds_of(struct scanning *s, const struct column *col)
{
	struct fold *fold = fold_of(s->folds, col);

	pthread_mutex_lock(&fold->lock);
	for (uint32_t i = 0; !fold->made && i < col->ndict; i++) {
		fold->x.id[i] = pool_fold(s->pool, col->dict[i]);
		fold->x.text[i] = pool_str(s->pool, fold->x.id[i]);
		fold->x.grams[i] = grams_of(fold->x.text[i]);
	}
	fold->made = true;
	pthread_mutex_unlock(&fold->lock);
	return &fold->x;
}
