/* What the analyst decides, on its way into the case. Owns the menu of verdicts, the line for notes, and the moment at which a
 * run is recorded. */
#include "ui/decide.h"

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

static void changed(struct ui *u)
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
	changed(job->ui);
	free(r);
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

