/* Columns as the analyst wants them. Owns the sets of all views and the file that remembers them. */
#include "ui/columns.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ui/state.h"
#include "ui/view.h"

enum { REMEMBERED_MAX = 1 << 20, COLUMNS_MAX = 1000 };
static const char file_name[] = "columns";

void column_set_clear(struct column_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].name);
	free(s->v);
	*s = (struct column_set){0};
}

void column_set_add(struct column_set *s, const char *name, int width, bool spare)
{
	GROW(s->v, s->n, s->cap);
	s->v[s->n++] = (struct column_want){xstrdup(name), width, spare};
}

static void copy_set(struct column_set *to, const struct column_set *from)
{
	column_set_clear(to);
	for (size_t i = 0; i < from->n; i++)
		column_set_add(to, from->v[i].name, from->v[i].width, from->v[i].spare);
}

static const struct coldef *find_def(const struct coldef *def, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_ieqc(name, def[i].name))
			return &def[i];
	return NULL;
}

static bool no_such_column(struct str name, const struct coldef *def, size_t ndef, struct diag *d)
{
	struct sbuf all = {0};

	for (size_t i = 0; i < ndef; i++)
		sbuf_addf(&all, "%s%s", i ? ", " : "", def[i].name);
	diag_set(d, 0, 0, "'%.*s' is no column of this view; expected %s", STR_FMT(name), all.p ? all.p : "");
	sbuf_free(&all);
	return false;
}

bool column_set_parse(struct column_set *s, struct str line, const struct coldef *def, size_t ndef, struct diag *d)
{
	struct column_set made = {0};

	while (line.n && made.n < COLUMNS_MAX) {
		struct str word = str_word(&line), name = word;
		unsigned long long width = 0;
		bool spare = name.n > 1 && name.p[name.n - 1] == '?';

		name.n -= spare;
		const char *colon = memrchr(name.p, ':', name.n);
		if (colon) {
			struct str digits = {colon + 1, name.n - (size_t)(colon + 1 - name.p)};

			name.n = (size_t)(colon - name.p);
			if (!str_u64(digits, &width) || width < 1 || width > COLUMN_WIDTH_MAX) {
				column_set_clear(&made);
				return diag_set(d, 0, 0, "'%.*s': expected a width from 1 to %d after the colon", STR_FMT(word), COLUMN_WIDTH_MAX);
			}
		}
		const struct coldef *c = find_def(def, ndef, name);
		if (def && !c) {
			column_set_clear(&made);
			return no_such_column(name, def, ndef, d);
		}
		for (size_t i = 0; i < made.n; i++)
			if (str_ieqc(name, made.v[i].name)) {
				column_set_clear(&made);
				return diag_set(d, 0, 0, "'%.*s' is named twice", STR_FMT(name));
			}
		char *own = c ? xstrdup(c->name) : xstrndup(name.p, name.n);
		column_set_add(&made, own, (int)width, spare);
		free(own);
	}
	if (made.n == 0)
		return diag_set(d, 0, 0, "expected the names of columns");
	column_set_clear(s);
	*s = made;
	return true;
}

void column_set_print(const struct column_set *s, struct sbuf *b)
{
	for (size_t i = 0; i < s->n; i++) {
		sbuf_addf(b, "%s%s", i ? " " : "", s->v[i].name);
		if (s->v[i].width)
			sbuf_addf(b, ":%d", s->v[i].width);
		if (s->v[i].spare)
			sbuf_addc(b, '?');
	}
}

/* ---- layout ---- */

/* Only the column that a set wants, as it wants it. */
static struct coldef as_wanted(const struct coldef *c, const struct column_want *w)
{
	struct coldef out = *c;

	out.extra = w->spare;
	if (w->width) {
		out.min = out.max = w->width;
		out.elastic = false;
	}
	return out;
}

static size_t arrange(const struct column_set *s, const struct coldef *col, size_t ncols, const struct need *need, struct coldef *out,
                      struct need *out_need, size_t *from)
{
	size_t n = 0;

	for (size_t i = 0; i < (s->n ? s->n : ncols); i++) {
		const struct coldef *c = s->n ? find_def(col, ncols, str_c(s->v[i].name)) : &col[i];

		if (!c)
			continue;
		from[n] = (size_t)(c - col);
		out[n] = s->n ? as_wanted(c, &s->v[i]) : *c;
		out_need[n] = need[from[n]];
		if (s->n && s->v[i].width)
			out_need[n] = (struct need){s->v[i].width, s->v[i].width};
		n++;
	}
	return n;
}

size_t column_set_place(const struct column_set *s, const struct coldef *col, size_t ncols, const struct need *need, int width, size_t skip,
                        struct place *out, size_t *dropped, bool *needed)
{
	struct coldef *def = xcalloc(ncols ? ncols : 1, sizeof *def);
	struct need *wide = xcalloc(ncols ? ncols : 1, sizeof *wide);
	size_t *from = xcalloc(ncols ? ncols : 1, sizeof *from), n = arrange(s, col, ncols, need, def, wide, from), at = 0;
	size_t placed = layout_columns(def, n, wide, width, skip, out, dropped);

	*needed = false;
	for (size_t i = 0; i < n; i++) {
		if (at < placed && out[at].col == i)
			at++;
		else
			*needed |= !def[i].extra;
	}
	for (size_t i = 0; i < placed; i++)
		out[i].col = from[out[i].col];
	free(def);
	free(wide);
	free(from);
	return placed;
}

/* ---- the sets of all views ---- */

static struct shared {
	const struct view_ops *ops;
	struct column_set set, config;                   /* config: what the configuration says */
} **shared;
static size_t nshared, capshared;

static struct shared *shared_of(const struct view_ops *ops)
{
	for (size_t i = 0; i < nshared; i++)
		if (shared[i]->ops == ops)
			return shared[i];
	GROW(shared, nshared, capshared);
	shared[nshared] = xcalloc(1, sizeof **shared);
	shared[nshared]->ops = ops;
	return shared[nshared++];
}

struct column_set *columns_of(const struct view_ops *ops)
{
	return &shared_of(ops)->set;
}

static const struct view_ops *view_of(struct str name)
{
	for (size_t i = 0; views[i]; i++)
		if (views[i]->columns && str_ieqc(name, views[i]->name))
			return views[i];
	return NULL;
}

bool columns_config(struct str line, struct diag *d)
{
	struct str name = str_word(&line);
	const struct view_ops *ops = view_of(name);
	struct sbuf all = {0};

	if (!ops) {
		for (size_t i = 0; views[i]; i++)
			if (views[i]->columns)
				sbuf_addf(&all, "%s%s", all.n ? ", " : "", views[i]->name);
		diag_set(d, 0, 0, "'%.*s' is no view with columns of its own; expected %s", STR_FMT(name), all.p ? all.p : "");
		sbuf_free(&all);
		return false;
	}
	struct shared *s = shared_of(ops);
	if (!column_set_parse(&s->config, line, ops->columns, ops->ncolumns, d))
		return false;
	copy_set(&s->set, &s->config);
	return true;
}

/* ---- what is remembered: a file of such lines ---- */

void columns_recall(void)
{
	struct sbuf path = {0}, text = {0};

	state_path(file_name, &path);
	if (path.n)
		state_read(path.p, REMEMBERED_MAX, &text);
	for (struct str rest = sbuf_str(&text), line; str_line(&rest, &line);) {
		struct diag d = DIAG_INIT;
		const struct view_ops *ops = view_of(str_word(&line));

		if (ops)
			column_set_parse(columns_of(ops), line, ops->columns, ops->ncolumns, &d);
	}
	sbuf_free(&text);
	sbuf_free(&path);
}

bool columns_remember(const struct view_ops *ops)
{
	struct sbuf path = {0}, text = {0}, next = {0};
	struct shared *s = shared_of(ops);

	state_path(file_name, &path);
	if (path.n)                                      /* lines of other views stay, those of another version's too */
		state_read(path.p, REMEMBERED_MAX, &text);
	for (struct str rest = sbuf_str(&text), line; str_line(&rest, &line);) {
		struct str words = line;

		if (!str_ieqc(str_word(&words), ops->name) && line.n)
			sbuf_addf(&next, "%.*s\n", STR_FMT(line));
	}
	if (s->set.n) {
		sbuf_addf(&next, "%s ", ops->name);
		column_set_print(&s->set, &next);
		sbuf_addc(&next, '\n');
	} else {
		copy_set(&s->set, &s->config);
	}
	bool good = path.n && state_replace(path.p, sbuf_str(&next));
	sbuf_free(&next);
	sbuf_free(&text);
	sbuf_free(&path);
	return good;
}

void columns_free_all(void)
{
	for (size_t i = 0; i < nshared; i++) {
		column_set_clear(&shared[i]->set);
		column_set_clear(&shared[i]->config);
		free(shared[i]);
	}
	free(shared);
	shared = NULL;
	nshared = capshared = 0;
}
