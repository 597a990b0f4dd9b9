/* Heads and rows under them, made anew now and then. */
#include "ui/outline.h"

#include <stdlib.h>
#include <xxhash.h>

#include "base/map.h"
#include "base/mem.h"

uint64_t outline_id(uint64_t before, struct str text)
{
	return XXH3_64bits_withSeed(text.p, text.n, before);
}

void outline_add(struct outline *o, bool head, size_t item, uint64_t id)
{
	GROW(o->v, o->n, o->cap);
	o->v[o->n++] = (struct outline_row){.id = id, .item = item, .head = head};
}

static struct str name_of(const struct outline_row *r)
{
	return (struct str){(const char *)&r->id, sizeof r->id};
}

static void free_rows(struct outline *o)
{
	free(o->v);
	o->v = NULL;
	o->n = o->cap = 0;
}

void outline_free(struct outline *o)
{
	free_rows(o);
	sbuf_free(&o->lead);
}

void outline_take(struct view *v, struct outline *o, struct outline *now, bool fold)
{
	struct map *at = map_new(), *known = map_new();
	size_t before = o->n, *to = xcalloc(before + 1, sizeof *to);

	for (size_t i = 0; i < now->n && before; i++)
		map_put(at, name_of(&now->v[i]), NULL)->u = i;
	for (size_t i = 0; i < before; i++) {
		const union map_val *found = map_get(at, name_of(&o->v[i]));

		if (o->v[i].head)
			map_put(known, name_of(&o->v[i]), NULL);
		to[i] = found ? (size_t)found->u : LIST_NONE;
	}
	free_rows(o);
	o->v = now->v;
	o->n = now->n;
	o->cap = now->cap;
	*now = (struct outline){0};
	v->nrows = o->n;
	v->list.measured = SIZE_MAX;
	list_renumber(v, to, before);
	for (size_t i = 0; i < o->n && fold; i++)
		if (o->v[i].head && !map_get(known, name_of(&o->v[i])))
			rowset_put(&v->list.folds, i, true);
	list_changed(v);
	map_free(at);
	map_free(known);
	free(to);
}

void outline_lead(struct view *v, struct outline *o, size_t row, struct cell *c)
{
	const bool last = row + 1 == o->n || o->v[row + 1].head;

	sbuf_reset(&o->lead);
	if (o->v[row].head)
		sbuf_addz(&o->lead, last ? " " : ornament(rowset_has(&v->list.folds, row) && !v->list.filter ? ORN_CLOSED : ORN_OPEN));
	else
		sbuf_addf(&o->lead, "%s%s", ornament(last ? ORN_ELBOW : ORN_TEE), ornament(ORN_LEAF));
	sbuf_addc(&o->lead, ' ');
	c->lead = sbuf_str(&o->lead);
}
