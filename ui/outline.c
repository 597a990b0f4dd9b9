/* Heads and rows under them, made anew now and then. */
#include "ui/outline.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

void outline_add(struct outline *o, bool head, size_t item, const char *fmt, ...)
{
	struct sbuf b = {0};
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	sbuf_addf(&b, "%d %s", head, text);
	GROW(o->v, o->n, o->cap);
	o->v[o->n++] = (struct outline_row){.id = b.p, .item = item, .head = head};
}

static void free_rows(struct outline *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->v[i].id);
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

	for (size_t i = 0; i < now->n; i++)
		map_put(at, str_c(now->v[i].id), NULL)->u = i;
	for (size_t i = 0; i < before; i++) {
		const union map_val *found = map_get(at, str_c(o->v[i].id));

		map_put(known, str_c(o->v[i].id), NULL);
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
		if (o->v[i].head && !map_get(known, str_c(o->v[i].id)))
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
