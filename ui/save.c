/* Writing rows to a CSV file, in slices of time. The file appears under its name when it is complete. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/when.h"
#include "export/export.h"
#include "ui/app.h"
#include "ui/clock.h"

struct save {
	struct export_file file;
	char *name;                                      /* as typed */
	struct view *v;
	size_t *row;
	size_t n, at;
};

enum { SLICE = 64 };

static void discard(struct ui *u)
{
	free(u->save->row);
	free(u->save->name);
	free(u->save);
	u->save = NULL;
	u->dirty = true;
}

static void finish(struct ui *u)
{
	struct save *s = u->save;
	struct diag d = DIAG_INIT;

	if (export_commit(&s->file, &d))
		ui_say(u, ROLE_TEXT, "%zu %s written to %s", s->n, view_noun(s->v, s->n), s->name);
	else
		ui_say_diag(u, &d);
	discard(u);
}

static void fail(struct ui *u)
{
	ui_say(u, ROLE_ERROR, "%s cannot be written: the disk is full, or it went away", u->save->name);
	export_abort(&u->save->file);
	discard(u);
}

static bool write_line(struct ui *u, struct sbuf *b)
{
	struct save *s = u->save;

	sbuf_addz(b, "\r\n");
	bool good = fwrite(b->p, 1, b->n, s->file.f) == b->n;
	sbuf_reset(b);
	return good;
}

static void add_row(struct view *v, size_t row, struct sbuf *b)
{
	struct cell c;

	for (size_t col = 0; col < v->ncols; col++) {
		view_cell(v, row, col, &c);
		if (col)
			sbuf_addc(b, ',');
		export_csv_cell(b, c.text, false);
	}
}

bool save_step(struct ui *u, uint64_t until)
{
	struct save *s = u->save;
	struct sbuf b = {0};
	bool good = true, local = clock_set(false);      /* files have UTC, whatever the screen shows */

	while (good && s->at < s->n && when_mono_ns() < until)
		for (int i = 0; good && i < SLICE && s->at < s->n; i++) {
			add_row(s->v, s->row[s->at++], &b);
			good = write_line(u, &b);
		}
	clock_set(local);
	sbuf_free(&b);
	if (!good)
		fail(u);
	else if (s->at == s->n)
		finish(u);
	return u->save != NULL;
}

bool save_stop(struct ui *u)
{
	if (!u->save)
		return false;
	export_abort(&u->save->file);
	discard(u);
	ui_say(u, ROLE_TEXT, "stopped; no file was written");
	return true;
}

void save_forget(struct ui *u, const struct view *v)
{
	if (u->save && u->save->v == v)
		save_stop(u);
}

/* The marked rows, else all that are shown, in the order of the screen. */
static size_t rows_to_save(struct view *v, size_t **rows)
{
	const struct list *l = &v->list;
	size_t n = 0;

	if (l->marks.count)
		return list_targets(v, rows);
	*rows = xcalloc(l->n ? l->n : 1, sizeof **rows);
	for (size_t i = 0; i < l->n; i++)
		(*rows)[n++] = l->row[i];
	return n;
}

static bool is_macro(const struct view *v, struct str path)
{
	return v->ops->macro && (str_ends(path, ".yml") || str_ends(path, ".yaml"));
}

bool save_to(struct ui *u, struct str path, bool replace, struct diag *d)
{
	struct view *v = ui_top(u);
	struct save *s;
	struct sbuf b = {0};

	if (u->save)
		return diag_set(d, 0, 0, "another file is being written");
	if (!v->ncols)
		return diag_set(d, 0, 0, "this view has no rows to write");
	s = xcalloc(1, sizeof *s);
	char *name = xstrndup(path.p, path.n);
	if (!replace && access(name, F_OK) == 0)
		diag_set(d, 0, 0, "%s exists", name);
	if (diag_is_set(d) || !export_open(&s->file, name, replace, d)) {
		free(name);
		free(s);
		return false;
	}
	s->name = name;
	u->save = s;
	s->v = v;
	s->n = rows_to_save(v, &s->row);
	if (is_macro(v, path)) {
		const size_t row = list_selected(v);
		struct sbuf macro = {0};
		bool good = row != LIST_NONE ? v->ops->macro(v, row, &macro, &b, d) : diag_set(d, 0, 0, "no exclusion is selected");

		sbuf_free(&macro);
		if (!good) {
			export_abort(&s->file);
			discard(u);
		} else if (fwrite(b.p, 1, b.n, s->file.f) == b.n) {
			s->n = s->at = 1;
			finish(u);
		} else {
			fail(u);
		}
		sbuf_free(&b);
		return good;
	}
	if (v->ops->csv) {
		bool good = v->ops->csv(v, s->file.f, s->row, s->n);

		s->at = s->n;
		if (good)
			finish(u);
		else
			fail(u);
		return true;
	}
	for (size_t col = 0; col < v->ncols; col++) {
		if (col)
			sbuf_addc(&b, ',');
		export_csv_cell(&b, str_c(v->col[col].name), false);
	}
	bool good = write_line(u, &b);
	sbuf_free(&b);
	if (!good)
		fail(u);
	return true;
}

/* ---- the prompt ---- */

static char *asked_path;

static void overwrite(struct ui *u)
{
	struct diag d = DIAG_INIT;

	if (!save_to(u, str_c(asked_path), true, &d))
		ui_say_diag(u, &d);
}

static bool save_accept(struct ui *u, struct str path, struct diag *d)
{
	path = str_trim(path);
	if (path.n == 0)
		return diag_set(d, 0, 0, "a file name is needed");
	free(asked_path);
	asked_path = xstrndup(path.p, path.n);
	if (access(asked_path, F_OK) == 0) {
		ui_ask(u, overwrite, "%s exists. Overwrite it?", asked_path);
		return true;
	}
	return save_to(u, path, false, d);
}

static void save_note(struct ui *u, struct sbuf *b)
{
	struct view *v = ui_top(u);
	size_t n = v->list.marks.count ? v->list.marks.count : v->list.n;

	if (is_macro(v, str_trim(prompt_text(u)))) {
		sbuf_addz(b, "the exclusions of the selected rule as a macro file, for a checkout's macros/");
		return;
	}
	sbuf_addf(b, "%zu %s as CSV: %s", n, view_noun(v, n),
	          v->list.marks.count ? "those marked" : "all that are shown");
}

static const struct prompt_kind save_kind = {
	.label = "write to: ", .history = "write", .accept = save_accept, .note = save_note,
};

void save_prompt(struct ui *u)
{
	struct sbuf name = {0};
	struct view *v = ui_top(u);
	const size_t row = list_selected(v);

	if (v->ops->macro && row != LIST_NONE) {
		struct sbuf unused = {0};
		struct diag d = DIAG_INIT;

		if (v->ops->macro(v, row, &name, &unused, &d))
			sbuf_addz(&name, ".yml");
		sbuf_free(&unused);
	}
	if (!name.n)
		sbuf_addf(&name, "%s.csv", v->ops->name);
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == ' ')
			name.p[i] = '-';
	prompt_open(u, &save_kind, sbuf_str(&name));
	sbuf_free(&name);
}
