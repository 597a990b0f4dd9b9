/* What the analyst decides, on its way into the case. Owns the menu of verdicts, the line for notes, and the moment at which a
 * run is recorded. */
#include "ui/decide.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "ui/app.h"
#include "ui/work.h"

struct decide {
	struct rows *before;                             /* risk of earlier dumps, as it was when the case was opened */
	unsigned changes;
	bool writing, recorded;
	char note_key[sizeof ((struct finding *)0)->key];        /* whose note is being edited */
};

/* ---- start, end ---- */

bool decide_start(struct ui *u, struct diag *d)
{
	char *standard = u->opts->case_path || u->opts->no_case ? NULL : case_default_path();

	u->casefile = case_open(u->opts->no_case ? NULL : standard ? standard : u->opts->case_path, d);
	free(standard);
	if (!u->casefile)
		return false;
	u->decide = xcalloc(1, sizeof *u->decide);
	u->decide->before = case_risk_rows(u->casefile);
	return true;
}

const struct rows *decide_risk_before(const struct ui *u)
{
	return u->decide->before;
}

void decide_end(struct ui *u)
{
	if (u->decide)
		rows_free(u->decide->before);
	free(u->decide);
	u->decide = NULL;
	case_close(u->casefile);
	u->casefile = NULL;
}

bool decide_ready(const struct ui *u)
{
	return !u->decide->writing;
}

bool decide_recorded(const struct ui *u)
{
	return u->decide->recorded;
}

unsigned decide_changes(const struct ui *u)
{
	return u->decide->changes;
}

/* Verdicts and notes are shown, and filtered and sorted by, wherever hits are. */
static void changed_view(struct view *v)
{
	if (v->ops->fill) {
		v->stale = true;
		return;
	}
	if (v->ops->update)
		v->ops->update(v);
	if (v->list.filter || v->list.search || (v->list.sort >= 0 && str_eqc(str_c(v->col[v->list.sort].name), "verdict")))
		list_changed(v);
}

void decide_changed(struct ui *u)
{
	u->decide->changes++;
	for (size_t i = 0; i < u->depth; i++)
		changed_view(u->stack[i]);
	for (size_t i = 0; i < VIEWS_MAX; i++)
		if (u->kept[i])
			changed_view(u->kept[i]);
	u->dirty = true;
}

/* ---- recording ---- */

struct recording {
	struct casefile *c;
	const struct findings *f;
	struct engine *e;
	struct diag error;
	bool good;
};

static void record(struct job *job)
{
	struct recording *r = job->ctx;

	r->good = case_record(r->c, r->f, r->e, &r->error);
}

static void recorded(struct job *job)
{
	struct recording *r = job->ctx;

	job->ui->decide->writing = false;
	if (!r->good)
		ui_say_diag(job->ui, &r->error);
	decide_changed(job->ui);
	free(r);
}

void decide_again(struct ui *u)
{
	u->decide->recorded = false;
}

void decide_tick(struct ui *u)
{
	const struct findings *f = analysis_findings(u->analysis);

	if (!f || u->decide->recorded)
		return;
	struct recording *r = xcalloc(1, sizeof *r);

	u->decide->recorded = u->decide->writing = true;
	*r = (struct recording){.c = u->casefile, .f = f, .e = analysis_engine(u->analysis), .error = DIAG_INIT};
	work_start(u, NULL, NULL, record, recorded, r);
}

/* Nothing but a worker uses the case while it writes; that is over soon. */
static bool may_change(struct ui *u)
{
	if (decide_ready(u))
		return true;
	ui_say(u, ROLE_TEXT, "the hits of this run are still being written to the case; try again in a moment");
	return false;
}

/* ---- verdicts ---- */

/* Hits by key: rows may get new numbers while the menu is open. */
struct targets {
	const char **key;
	size_t n;
};

static void targets_free(void *ctx)
{
	struct targets *t = ctx;

	for (size_t i = 0; i < t->n; i++)
		free((char *)t->key[i]);
	free(t->key);
	free(t);
}

/* The hits of the rows that an action takes, each once. */
static struct targets *targets_of(struct view *v)
{
	struct targets *t = xcalloc(1, sizeof *t);
	size_t *rows, n = list_targets(v, &rows), cap = 0;
	struct map *seen = map_new();

	for (size_t i = 0; i < n && v->ops->about; i++) {
		struct entity e = ENTITY_NONE;
		bool fresh;

		if (!v->ops->about(v, rows[i], &e) || !e.hit)
			continue;
		map_put(seen, str_c(e.hit->key), &fresh);
		if (!fresh)
			continue;
		GROW(t->key, t->n, cap);
		t->key[t->n++] = xstrdup(e.hit->key);
	}
	map_free(seen);
	free(rows);
	return t;
}

static void verdict_picked(struct ui *u, size_t i, void *ctx)
{
	static const enum verdict order[] = {VERDICT_TRUE, VERDICT_BENIGN, VERDICT_FALSE, VERDICT_OPEN};
	const struct targets *t = ctx;
	struct diag d = DIAG_INIT;

	if (!may_change(u))
		return;
	if (!case_set_verdict(u->casefile, t->key, t->n, order[i], &d)) {
		ui_say_diag(u, &d);
		return;
	}
	decide_changed(u);
	ui_say(u, ROLE_TEXT, "%zu %s: %s", t->n, t->n == 1 ? "hit" : "hits", verdict_name[order[i]]);
}

static void choose_verdict(struct ui *u)
{
	struct targets *t = targets_of(ui_top(u));
	char title[64];

	if (t->n == 0) {
		targets_free(t);
		ui_say(u, ROLE_TEXT, "a verdict needs a hit; the selected row has none");
		return;
	}
	if (t->n == 1)
		snprintf(title, sizeof title, "Verdict on the hit");
	else
		snprintf(title, sizeof title, "Verdict on %zu hits", t->n);
	enum verdict now = t->n == 1 ? case_verdict(u->casefile, t->key[0]) : VERDICT_COUNT;
	choose_open(u, title, verdict_picked, t, targets_free);
	choose_add(u, 't', STR("true positive"), now == VERDICT_TRUE ? STR("now") : STR(""));
	choose_add(u, 'b', STR("benign"), now == VERDICT_BENIGN ? STR("now") : STR("true, but allowed here"));
	choose_add(u, 'f', STR("false positive"), now == VERDICT_FALSE ? STR("now") : STR("not what the rule means"));
	choose_add(u, 'o', STR("open"), now == VERDICT_OPEN ? STR("now") : STR("not decided"));
}

const char *decide_verdict_text(void *ctx, const char *key)
{
	return verdict_name[case_verdict(ctx, key)];
}

/* ---- notes ---- */

static bool note_accept(struct ui *u, struct str text, struct diag *d)
{
	struct str note = str_trim(text);

	if (!decide_ready(u))
		return diag_set(d, 0, 0, "the hits of this run are still being written to the case; try again in a moment");
	if (str_eq(note, case_note(u->casefile, u->decide->note_key)))
		return true;
	if (!case_set_note(u->casefile, u->decide->note_key, note, d))
		return false;
	decide_changed(u);
	ui_say(u, ROLE_TEXT, note.n ? "the note is in the case" : "the note is gone");
	return true;
}

static const struct prompt_kind note_kind = {
	.label = "note: ", .accept = note_accept, .hint = "on the selected hit; an empty line removes the note",
};

static void edit_note(struct ui *u)
{
	struct view *v = ui_top(u);
	struct entity e = ENTITY_NONE;
	size_t row = list_selected(v);

	if (row == LIST_NONE || !v->ops->about || !v->ops->about(v, row, &e) || !e.hit) {
		ui_say(u, ROLE_TEXT, "a note needs a hit; the selected row has none");
		return;
	}
	memcpy(u->decide->note_key, e.hit->key, sizeof u->decide->note_key);
	prompt_open(u, &note_kind, case_note(u->casefile, e.hit->key));
}

/* ---- undo ---- */

static void step_back(struct ui *u, bool redo)
{
	struct diag d = DIAG_INIT;
	char what[256] = "";

	if (!may_change(u))
		return;
	if (redo ? case_redo(u->casefile, what, sizeof what, &d) : case_undo(u->casefile, what, sizeof what, &d)) {
		decide_changed(u);
		ui_say(u, ROLE_TEXT, "%s: %s", redo ? "done again" : "undone", what);
	} else if (diag_is_set(&d)) {
		ui_say_diag(u, &d);
	} else {
		ui_say(u, ROLE_TEXT, redo ? "nothing to do again" : "nothing to undo");
	}
}

bool decide_request(struct ui *u, enum request r)
{
	switch (r) {
	case REQ_VERDICT:
		choose_verdict(u);
		return true;
	case REQ_NOTE:
		edit_note(u);
		return true;
	case REQ_UNDO:
		step_back(u, false);
		return true;
	case REQ_REDO:
		step_back(u, true);
		return true;
	default:
		return false;
	}
}
