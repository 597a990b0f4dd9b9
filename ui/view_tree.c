/* The process tree: of one process the branch that it is on, else all roots of all hosts. Every row of the tree has a number
 * that it keeps; what is folded, or put together with its siblings (branch.h), is not shown and costs nothing. How a row looks is
 * tree_cells.c's. */
#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/hit_menu.h"
#include "ui/tree.h"

enum { OPEN_MAX = 200 };                                 /* descendants that are shown at once */

static const struct coldef cols[NCOLS] = {
	[START] = {"start", "START", COL_TIME, 8, 19, 80, .descending = false},
	[PROCESS] = {"process", "PROCESS", COL_TEXT, 34, 120, 100, .elastic = true, .pinned = true},
	[PID] = {"pid", "PID", COL_NUMBER, 4, 7, 85, .descending = false},
	[USER] = {"user", "USER", COL_TEXT, 6, 16, 58, .descending = false},
	[INTEGRITY] = {"integrity", "LEVEL", COL_TEXT, 6, 9, 40, .descending = false},
	[LIFE] = {"life", "LIFE", COL_NUMBER, 7, 9, 45, .descending = false},
	[COUNTS + PROC_NET] = {"net", "NET", COL_NUMBER, 3, 7, 65, .descending = false},
	[COUNTS + PROC_DNS] = {"dns", "DNS", COL_NUMBER, 3, 7, 64, .descending = false},
	[COUNTS + PROC_FILE] = {"file", "FILE", COL_NUMBER, 4, 7, 62, .descending = false},
	[COUNTS + PROC_REG] = {"reg", "REG", COL_NUMBER, 3, 7, 60, .descending = false},
	[COUNTS + PROC_IMAGE] = {"img", "IMG", COL_NUMBER, 3, 7, 50, .descending = false},
	[COUNTS + PROC_INJECT] = {"inj", "INJ", COL_NUMBER, 3, 7, 63, .descending = false},
	[HITS] = {"hits", "HITS", COL_NUMBER, 4, 8, 95, .descending = false},
	[HOST] = {"host", "HOST", COL_TEXT, 8, 18, 20, .extra = true},
	[IMAGE] = {"image", "IMAGE", COL_PATH, 20, 60, 10, .extra = true},
};

/* ---- rows ---- */

const struct run *tree_run(const struct view *v, size_t row)
{
	return v->list.filter ? NULL : branch_at(&((const struct tree *)v->state)->branch, row);
}

const struct proc *tree_proc(const struct view *v, size_t row)
{
	const struct tree *t = v->state;

	return t->procs->row[row].proc == PROC_NONE ? NULL : ptree_at(t->procs->tree, t->procs->row[row].proc);
}

struct str tree_text(const struct view *v, uint32_t id)
{
	return pool_str(store_pool(analysis_store(v->ui->analysis)), id);
}

/* ---- what is folded ---- */

/* Folds all but the way to this row and what is below it. LIST_NONE: all but the hosts. */
static void fold_round(struct view *v, size_t row)
{
	struct tree *t = v->state;
	const struct procs *p = t->procs;

	rowset_clear(&v->list.folds);
	for (size_t i = 0; i < p->nrows; i++)
		if (tree_has_below(p, i) && (row != LIST_NONE || p->row[i].proc != PROC_NONE))
			rowset_put(&v->list.folds, i, true);
	if (row == LIST_NONE)
		return;
	for (uint32_t i = (uint32_t)row; i != PROC_NONE; i = p->row[i].up)
		rowset_put(&v->list.folds, i, false);
	if (p->row[row].proc != PROC_NONE && p->row[row].after - row - 1 <= OPEN_MAX)
		for (size_t i = row; i < p->row[row].after; i++)
			rowset_put(&v->list.folds, i, false);
	branch_close(&t->branch, p, row, &t->hit_rows);
}

/* Puts the rows in order at once, so that the cursor can go to one that was hidden. */
static void show_row(struct view *v, size_t row)
{
	v->list.moved = true;
	list_changed(v);
	list_step(v, when_mono_ns());
	list_select(v, row);
}

static void reveal(struct view *v, size_t row)
{
	struct tree *t = v->state;

	for (uint32_t i = t->procs->row[row].up; i != PROC_NONE; i = t->procs->row[i].up)
		rowset_put(&v->list.folds, i, false);
	branch_reveal(&t->branch, t->procs, row);
	show_row(v, row);
}

static size_t after(struct view *v, size_t row, bool folded)
{
	const struct tree *t = v->state;
	const struct run *r = branch_at(&t->branch, row);

	if (r)
		return r->to;
	return folded ? t->procs->row[row].after : row + 1;
}

/* ---- opening ---- */

static bool accepts(const struct entity *e)
{
	return e->proc || e->hit || e->guid.n || e->ev != EV_NONE || (e->lineage && e->lineage->n);
}

static void begin(struct view *v, const struct procs *p)
{
	struct tree *t = v->state;
	const struct store *s = analysis_store(v->ui->analysis);
	uint32_t proc = t->pivot ? procs_find(p, &t->hint) : PROC_NONE;

	t->procs = p;
	v->loading = false;
	v->nrows = p->nrows;
	view_spans(v, s);
	t->subject = proc != PROC_NONE ? p->row_of[proc] : LIST_NONE;
	if (t->pivot && proc == PROC_NONE)
		ui_say(v->ui, ROLE_WARN, "the selected row names no process of this log; this is the whole tree");
}

/* True when the hits are others than those noted last. */
static bool note_hits(struct view *v)
{
	struct tree *t = v->state;
	const struct proc_hits *h = proc_hits_now(v->ui);

	if (t->hits_serial == h->serial)
		return false;
	t->hits_serial = h->serial;
	rowset_clear(&t->hit_rows);
	for (size_t i = 0; i < h->nprocs; i++)
		if (h->count[i])
			rowset_put(&t->hit_rows, t->procs->row_of[i], true);
	return true;
}

static void update(struct view *v)
{
	struct tree *t = v->state;
	const struct procs *p = analysis_procs(v->ui->analysis);
	bool fresh = p && !t->procs;

	if (!p)
		return;
	if (fresh)
		begin(v, p);
	if (note_hits(v) && !fresh && (v->list.filter || v->list.search))
		list_changed(v);
	if (!fresh)
		return;
	fold_round(v, t->subject);
	if (t->subject != LIST_NONE)
		show_row(v, t->subject);
	else
		list_changed(v);
}

static bool open_tree(struct view *v, const struct view_arg *arg, struct diag *d)
{
	struct tree *t = v->state;
	const struct store *s = analysis_store(v->ui->analysis);

	memcpy(t->col, cols, sizeof cols);
	v->col = t->col;
	v->ncols = NCOLS;
	v->loading = true;
	t->subject = LIST_NONE;
	t->pivot = accepts(&arg->about);
	if (t->pivot && !s)
		return diag_set(d, 0, 0, "the log is still being loaded");
	if (t->pivot)
		t->hint = procs_hint(s, &arg->about);
	return true;
}

static void close_tree(struct view *v)
{
	struct tree *t = v->state;

	branch_free(&t->branch);
	free(t->hit_rows.w);
	free(t->shown.w);
	free(t->events);
	sbuf_free(&t->lead);
}

static unsigned depth(struct view *v, size_t row)
{
	return ((struct tree *)v->state)->procs->row[row].depth;
}

static char sign(struct view *v, size_t row, bool *faint)
{
	(void)faint;
	return row == ((struct tree *)v->state)->subject ? '>' : 0;
}

static void preview(struct view *v, size_t row, struct page *p)
{
	const struct tree *t = v->state;
	char key[KEY_NAME_SIZE * 8], all[KEY_NAME_SIZE * 8];

	if (!tree_run(v, row) && tree_proc(v, row)) {
		proc_page(p, analysis_store(v->ui->analysis), t->procs, proc_hits_now(v->ui), t->procs->row[row].proc);
		return;
	}
	page_addf(p, ROLE_DIM, "%s unfolds, %s shows all that is folded away.", keys_first(REQ_RIGHT, false, key, sizeof key),
	          keys_first(REQ_WIDER, false, all, sizeof all));
	page_end(p);
}

static void empty(struct view *v, struct page *p)
{
	page_blank(p);
	if (!v->loading)
		page_adds(p, ROLE_TEXT, "No event of this log names a process.");
	else
		page_adds(p, ROLE_TEXT, analysis_store(v->ui->analysis) ? "The process tree is being built." :
		                        "The process tree is built when the log is loaded.");
	page_end(p);
}

static void status(struct view *v, struct sbuf *b)
{
	const struct tree *t = v->state;

	if (t->hit_rows.count)
		sbuf_addf(b, "%zu process%s with hits", t->hit_rows.count, t->hit_rows.count == 1 ? "" : "es");
}

/* ---- where it leads ---- */

/* The events of a process without a guid: by that others find them. */
static const struct lineage *events_of(struct tree *t, uint32_t proc)
{
	size_t n;
	const ev_t *ev = ptree_events(t->procs->tree, proc, &n);

	free(t->events);
	t->events = xcalloc(1, sizeof *t->events + n * sizeof *t->events->v);
	t->events->n = t->events->total = (uint32_t)n;
	for (size_t i = 0; i < n; i++)
		t->events->v[i].ev = ev[i];
	return t->events;
}

static bool about(struct view *v, size_t row, struct entity *e)
{
	struct tree *t = v->state;
	uint32_t proc = t->procs->row[row].proc;
	const struct proc *q = tree_proc(v, row);
	const struct proc_hits *h = proc_hits_now(v->ui);
	size_t n;

	*e = ENTITY_NONE;
	if (tree_run(v, row))
		return false;
	e->host = tree_text(v, t->procs->row[row].host);
	if (!q)
		return true;
	const ev_t *ev = ptree_events(t->procs->tree, proc, &n);
	e->proc = q;
	e->ev = q->create != EV_NONE ? q->create : n ? ev[0] : EV_NONE;
	e->user = tree_text(v, q->user);
	e->guid = tree_text(v, q->guid);
	e->process = tree_text(v, q->image);
	if (!e->guid.n && n)
		e->lineage = events_of(t, proc);
	if (proc_hits_count(h, proc)) {
		e->hit = &h->v[h->first[proc]];
		e->rule = e->hit->rule;
	}
	return true;
}

/* Its hit; of several one to choose, or the event; without any the event. */
static void open_process(struct view *v, size_t row)
{
	struct entity e;

	if (hit_menu_open(v->ui, ((const struct tree *)v->state)->procs->row[row].proc))
		return;
	if (about(v, row, &e) && e.ev == EV_NONE)
		ui_say(v->ui, ROLE_TEXT, "no event of this process is in the log: it is known by what its children tell");
	else
		ui_request(v->ui, REQ_RAW, 0);
}

/* To the next process with a hit, whether it is shown or not; with a filter only among those that are. */
static void jump_hit(struct view *v, size_t row, bool down)
{
	struct tree *t = v->state;
	const struct list *l = &v->list;

	if (l->filter) {
		for (size_t at = l->cursor; down ? ++at < l->n : at-- > 0;)
			if (rowset_has(&t->hit_rows, l->row[at])) {
				list_select(v, l->row[at]);
				return;
			}
	} else if (down) {
		size_t next = rowset_next(&t->hit_rows, row + 1);

		if (next != LIST_NONE) {
			reveal(v, next);
			return;
		}
	} else {
		while (row-- > 0)
			if (rowset_has(&t->hit_rows, row)) {
				reveal(v, row);
				return;
			}
	}
	ui_say(v->ui, ROLE_TEXT, "no process with a hit %s this one", down ? "after" : "before");
}

/* Unfolds: first the siblings that were put together, then everything. */
static void wider(struct view *v)
{
	struct tree *t = v->state;

	if (!t->branch.n && !v->list.folds.count)
		ui_say(v->ui, ROLE_TEXT, "nothing is folded away");
	else if (t->branch.n)
		t->branch.n = 0;
	else
		rowset_clear(&v->list.folds);
	v->list.moved = true;
	list_changed(v);
}

static bool on_run(struct view *v, enum request r, size_t row, const struct run *run)
{
	struct tree *t = v->state;

	switch (r) {
	case REQ_ENTER:
	case REQ_RIGHT:
		branch_open(&t->branch, run);
		v->list.moved = true;
		list_changed(v);
		return true;
	case REQ_LEFT:
		if (t->procs->row[row].up != PROC_NONE)
			list_select(v, t->procs->row[row].up);
		return true;
	default:
		return false;
	}
}

static bool request(struct view *v, enum request r, size_t row)
{
	struct tree *t = v->state;
	const struct run *run = row == LIST_NONE ? NULL : tree_run(v, row);

	if (row == LIST_NONE)
		return false;
	if (run && on_run(v, r, row, run))
		return true;
	switch (r) {
	case REQ_LEFT:                                   /* undoes what the other way did last */
		if (!v->list.skip)
			return false;
		v->list.skip -= v->list.skip > PROCESS + 1 ? 1 : v->list.skip;
		return true;
	case REQ_RIGHT:
		if (!tree_has_below(t->procs, row) && v->list.dropped && !v->list.skip)
			v->list.skip = PROCESS;          /* the first step takes a column that is not pinned */
		if (!tree_has_below(t->procs, row) || rowset_has(&v->list.folds, row))
			return false;
		list_select(v, row + 1);
		return true;
	case REQ_ENTER:
		if (!tree_proc(v, row))
			return false;
		open_process(v, row);
		return true;
	case REQ_NEXT_HIT:
	case REQ_PREVIOUS_HIT:
		jump_hit(v, row, r == REQ_NEXT_HIT);
		return true;
	case REQ_WIDER:
		wider(v);
		return true;
	case REQ_NARROWER:
		fold_round(v, row);
		show_row(v, row);
		return true;
	case REQ_FOLD_ALL:
		if (!t->branch.n)
			return false;
		t->branch.n = 0;                         /* all is unfolded, or all is folded: no siblings put together */
		if (!v->list.folds.count) {
			v->list.moved = true;
			list_changed(v);
			return true;
		}
		return false;
	default:
		return false;
	}
}

const struct view_ops view_tree = {
	.name = "tree", .noun = "process", .help = "processes, and which started which", .digit = '6', .pivot = REQ_PTREE,
	.needs = "a process", .keeps = true, .kept_alone = true, .sort = -1, .state_size = sizeof(struct tree),
	.hints = {REQ_ENTER, REQ_LEFT, REQ_RIGHT, REQ_WIDER, REQ_NARROWER, REQ_NEXT_HIT, REQ_EVENTS, REQ_CONNS, REQ_RAW, REQ_FILTER},
	.columns = cols, .ncolumns = NCOLS, .accepts = accepts, .open = open_tree, .update = update, .close = close_tree, .cell = tree_cell, .lead = tree_lead, .sign = sign,
	.depth = depth, .after = after, .preview = preview, .empty = empty, .status = status, .about = about, .request = request,
};
