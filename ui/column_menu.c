/* The menu of columns. Owns the entries while it is open; the set they make is the view's. */
#include "ui/column_menu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/columns.h"

enum state { SHOWN, SPARE, HIDDEN };

struct entry {
	char *name;
	int width;
	enum state state;
};

struct column_menu {
	struct ui *u;
	struct view *v;
	struct entry *e;
	size_t n;
	bool changed;
};

/* ---- entries: the wanted columns in their order, then the hidden ones ---- */

static void drop_entries(struct column_menu *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->e[i].name);
	free(m->e);
	m->e = NULL;
	m->n = 0;
}

static void make_entries(struct column_menu *m)
{
	struct column_set set = {0};
	struct view *v = m->v;

	view_columns(v, &set);
	drop_entries(m);
	m->e = xcalloc(v->ncols + set.n, sizeof *m->e);
	for (size_t i = 0; i < set.n; i++)
		if (view_column(v, str_c(set.v[i].name)) >= 0)
			m->e[m->n++] = (struct entry){xstrdup(set.v[i].name), set.v[i].width, set.v[i].spare ? SPARE : SHOWN};
	for (size_t i = 0; i < v->ncols; i++) {
		bool there = false;

		for (size_t k = 0; k < m->n && !there; k++)
			there = str_ieqc(str_c(m->e[k].name), v->col[i].name);
		if (!there)
			m->e[m->n++] = (struct entry){xstrdup(v->col[i].name), 0, HIDDEN};
	}
	column_set_clear(&set);
}

/* As drawn last; 0 when it has no place. */
static int drawn_width(const struct view *v, const char *name)
{
	for (size_t i = 0; i < v->list.nplaces; i++)
		if (str_ieqc(str_c(name), v->col[v->list.place[i].col].name))
			return v->list.place[i].width;
	return 0;
}

static void note_of(const struct column_menu *m, size_t i, char *out, size_t n)
{
	static const char *const text[] = {[SHOWN] = "shown", [SPARE] = "when there is room", [HIDDEN] = "hidden"};

	if (m->e[i].width)
		snprintf(out, n, "%s, %d wide", text[m->e[i].state], m->e[i].width);
	else
		snprintf(out, n, "%s", text[m->e[i].state]);
}

static void tell(struct column_menu *m)
{
	char note[64];

	for (size_t i = 0; i < m->n; i++) {
		note_of(m, i, note, sizeof note);
		choose_set(m->u, i, str_c(m->e[i].name), str_c(note));
	}
}

/* What the entries say becomes the view's set. */
static void apply(struct column_menu *m)
{
	column_set_clear(m->v->columns);
	for (size_t i = 0; i < m->n; i++)
		if (m->e[i].state != HIDDEN)
			column_set_add(m->v->columns, m->e[i].name, m->e[i].width, m->e[i].state == SPARE);
	m->v->list.skip = 0;
	m->changed = true;
	tell(m);
}

/* ---- keys ---- */

static bool only_one(const struct column_menu *m)
{
	size_t left = 0;

	for (size_t i = 0; i < m->n; i++)
		left += m->e[i].state == SHOWN;
	return left <= 1;
}

static void toggle(struct column_menu *m, size_t at)
{
	static const enum state next[] = {[SHOWN] = HIDDEN, [HIDDEN] = SPARE, [SPARE] = SHOWN};

	if (m->e[at].state == SHOWN && only_one(m)) {
		ui_say(m->u, ROLE_TEXT, "one column has to stay");
		return;
	}
	m->e[at].state = next[m->e[at].state];
	apply(m);
}

static void move(struct column_menu *m, size_t at, bool right)
{
	size_t to = right ? at + 1 : at - 1;

	if (right ? to >= m->n : at == 0)
		return;
	struct entry e = m->e[at];
	m->e[at] = m->e[to];
	m->e[to] = e;
	choose_select(m->u, to);
	apply(m);
}

static void resize(struct column_menu *m, size_t at, int by)
{
	struct entry *e = &m->e[at];
	int width = (e->width ? e->width : drawn_width(m->v, e->name)) + by;

	if (width < 1 || width > COLUMN_WIDTH_MAX)
		return;
	e->width = width;
	if (e->state == HIDDEN)
		e->state = SHOWN;
	apply(m);
}

/* As shipped, or as the configuration says. */
static void reset(struct column_menu *m)
{
	column_set_clear(m->v->columns);
	if (m->v->ops->columns && !columns_remember(m->v->ops))
		ui_say(m->u, ROLE_WARN, "the columns could not be forgotten: %s", strerror(errno));
	m->changed = false;
	make_entries(m);
	tell(m);
}

static bool on_key(struct ui *u, int key, size_t at, void *ctx)
{
	struct column_menu *m = ctx;

	(void)u;
	if (key == 'r') {
		reset(m);
		return true;
	}
	if (at >= m->n)
		return false;
	if (key == '0') {
		m->e[at].width = 0;
		apply(m);
		return true;
	}
	switch (keys_lookup(key, false)) {
	case REQ_MARK:
		toggle(m, at);
		return true;
	case REQ_LEFT:
	case REQ_RIGHT:
		move(m, at, keys_lookup(key, false) == REQ_RIGHT);
		return true;
	case REQ_WIDER:
	case REQ_NARROWER:
		resize(m, at, keys_lookup(key, false) == REQ_WIDER ? 1 : -1);
		return true;
	default:
		return false;
	}
}

/* ---- open, left ---- */

static void done(struct ui *u, size_t i, void *ctx)
{
	(void)u;                                         /* whichever way it is left, what was chosen stays */
	(void)i;
	(void)ctx;
}

static void left(void *ctx)
{
	struct column_menu *m = ctx;

	if (m->changed && m->v->ops->columns && !columns_remember(m->v->ops))
		ui_say(m->u, ROLE_WARN, "the columns hold until you leave; they could not be remembered: %s", strerror(errno));
	drop_entries(m);
	free(m);
}

void column_menu(struct ui *u)
{
	struct view *v = ui_top(u);
	char show[KEY_NAME_SIZE * 8], to_left[KEY_NAME_SIZE * 8], to_right[KEY_NAME_SIZE * 8], wider[KEY_NAME_SIZE * 8],
		narrower[KEY_NAME_SIZE * 8], title[256];

	if (v->ops->fill || !v->columns || v->ncols == 0) {
		ui_say(u, ROLE_TEXT, "this view has no columns to choose from");
		return;
	}
	struct column_menu *m = xcalloc(1, sizeof *m);
	*m = (struct column_menu){.u = u, .v = v};
	make_entries(m);
	snprintf(title, sizeof title, "Columns   %s show, hide   %s %s move   %s %s width   0 as needed   r as at first   %s done",
	         keys_first(REQ_MARK, false, show, sizeof show), keys_first(REQ_LEFT, false, to_left, sizeof to_left),
	         keys_first(REQ_RIGHT, false, to_right, sizeof to_right), keys_first(REQ_NARROWER, false, narrower, sizeof narrower),
	         keys_first(REQ_WIDER, false, wider, sizeof wider), ornament(ORN_ENTER));
	choose_open(u, title, done, m, left);
	choose_keys(u, on_key);
	for (size_t i = 0; i < m->n; i++)
		choose_add(u, CHOOSE_NO_KEY, STR(""), STR(""));
	tell(m);
}
