/* Views as things: made, freed, asked for a cell. What they show is view_*.c's. */
#include "ui/view.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/columns.h"

/* Cells are made one at a time, on the one thread that the screen has. */
static struct sbuf made;

void view_spans(struct view *v, const struct store *dump)
{
	if (!dump)
		return;
	v->first = store_first(dump);
	v->last = store_last(dump);
}

struct entity entity_of_hit(const struct finding *f)
{
	struct entity e = ENTITY_NONE;

	e.hit = f;
	e.rule = f->threshold ? NULL : f->rule;          /* that of a threshold is none of the rule set */
	e.ev = f->main_event;
	e.lineage = f->lineage;
	e.rows = f->rows;
	e.row = f->row;
	e.host = f->host;
	e.user = f->user;
	e.guid = f->guid;
	e.process = f->process;
	e.dest = f->c2;
	return e;
}

struct view *view_new(struct ui *u, const struct view_ops *ops, const struct view_arg *arg, struct diag *d)
{
	struct view *v = xcalloc(1, sizeof *v);

	v->ops = ops;
	v->ui = u;
	v->state = xcalloc(1, ops->state_size ? ops->state_size : 1);
	v->first = v->last = WHEN_NONE;
	v->stale = true;
	view_title(v, "%s", ops->name);
	if (!ops->fill)
		v->columns = ops->columns ? columns_of(ops) : xcalloc(1, sizeof *v->columns);
	if (!ops->open(v, arg, d)) {
		view_free(v);
		return NULL;
	}
	list_init(v);
	return v;
}

void view_free(struct view *v)
{
	if (!v)
		return;
	if (v->ops->close)
		v->ops->close(v);
	list_free(v);
	page_free(&v->page);
	if (v->columns && !v->ops->columns) {
		column_set_clear(v->columns);
		free(v->columns);
	}
	sbuf_free(&made);
	free(v->state);
	free(v->title);
	free(v);
}

void view_title(struct view *v, const char *fmt, ...)
{
	struct sbuf b = {0};
	va_list ap;

	va_start(ap, fmt);
	sbuf_addv(&b, fmt, ap);
	va_end(ap);
	free(v->title);
	v->title = xstrndup(b.p ? b.p : "", b.n);
	sbuf_free(&b);
}

void view_cell(struct view *v, size_t row, size_t col, struct cell *c)
{
	c->text = (struct str){"", 0};
	c->from = c->to = 0;
	c->id = 0;
	c->num = (double)NAN;
	c->role = ROLE_TEXT;
	c->lead = (struct str){"", 0};
	c->lead_role = ROLE_DIM;
	c->blank = c->wide = false;
	c->made = &made;
	sbuf_reset(&made);
	if (v->ops->fill) {
		c->text = v->page.v[row].text;
		return;
	}
	v->ops->cell(v, row, col, c);
	if (!c->text.p)
		c->text = (struct str){"", 0};
}

const char *view_noun(const struct view *v, size_t n)
{
	static char many[32];
	const char *one = v->ops->noun;
	size_t len = strlen(one);

	snprintf(many, sizeof many, "%s%s", one, n == 1 ? "" : len && one[len - 1] == 's' ? "es" : "s");
	return many;
}

ptrdiff_t view_column(const struct view *v, struct str name)
{
	for (size_t i = 0; i < v->ncols; i++)
		if (str_ieqc(name, v->col[i].name))
			return (ptrdiff_t)i;
	return -1;
}

void view_columns(const struct view *v, struct column_set *out)
{
	const struct column_set *s = v->columns;

	for (size_t i = 0; i < s->n; i++)
		column_set_add(out, s->v[i].name, s->v[i].width, s->v[i].spare);
	for (size_t i = 0; s->n == 0 && i < v->ncols; i++)
		column_set_add(out, v->col[i].name, 0, v->col[i].extra);
}
