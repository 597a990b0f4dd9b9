/* The process tree: of one process the branch that it is on, else all roots of all hosts. Every row of the tree has a number
 * that it keeps; what is folded, or put together with its siblings (branch.h), is not shown and costs nothing. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/branch.h"
#include "ui/clock.h"
#include "ui/proc_hits.h"

enum { START, PROCESS, PID, USER, INTEGRITY, LIFE, COUNTS, HITS = COUNTS + PROC_OTHER, HOST, IMAGE, NCOLS };
enum {
	LINES_MAX = 12,                                  /* levels whose lines are drawn; of a deeper row the last ones … */
	STEP = 8,                                        /* … less in steps, so that the lines of neighbours meet */
	OPEN_MAX = 200,                                  /* descendants that are shown at once */
	MENU_MAX = 64,                                   /* hits to choose from */
	NAMES = 3,                                       /* told of siblings that are put together */
};

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

struct tree {
	struct coldef col[NCOLS];
	const struct procs *procs;                       /* NULL until they are known */
	struct proc_hint hint;                           /* what it was opened on */
	bool pivot;
	size_t subject;                                  /* its row; LIST_NONE */
	struct branch branch;
	unsigned hits_serial;                            /* of what hit_rows tells of */
	struct rowset hit_rows;
	struct rowset shown;                             /* while a filter is set: the rows that are, as of … */
	const void *shown_rows, *shown_filter;
	size_t shown_n;
	struct sbuf lead;
	struct lineage *events;                          /* of the process that `about` was last asked for, if it has no guid */
};

/* ---- what is folded ---- */

static bool has_below(const struct procs *p, size_t row)
{
	return p->row[row].after > row + 1;
}

/* Folds all but the way to this row and what is below it. LIST_NONE: all but the hosts. */
static void fold_round(struct view *v, size_t row)
{
	struct tree *t = v->state;
	const struct procs *p = t->procs;

	rowset_clear(&v->list.folds);
	for (size_t i = 0; i < p->nrows; i++)
		if (has_below(p, i) && (row != LIST_NONE || p->row[i].proc != PROC_NONE))
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

static const struct run *run_of(const struct view *v, size_t row)
{
	return v->list.filter ? NULL : branch_at(&((const struct tree *)v->state)->branch, row);
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

/* ---- the lines of the tree ---- */

static unsigned depth(struct view *v, size_t row)
{
	return ((struct tree *)v->state)->procs->row[row].depth;
}

static void note_shown(struct view *v)
{
	struct tree *t = v->state;
	const struct list *l = &v->list;

	if (t->shown_rows == l->row && t->shown_n == l->n && t->shown_filter == l->filter)
		return;
	t->shown_rows = l->row;
	t->shown_n = l->n;
	t->shown_filter = l->filter;
	rowset_clear(&t->shown);
	for (size_t i = 0; i < l->n; i++)
		rowset_put(&t->shown, l->row[i], true);
}

/* Does a sibling come after this one, which ends before row `end`? */
static bool comes_more(struct view *v, uint32_t row, size_t end)
{
	struct tree *t = v->state;
	uint32_t up = t->procs->row[row].up;
	size_t last = up == PROC_NONE ? t->procs->nrows : t->procs->row[up].after;

	return v->list.filter ? rowset_next(&t->shown, end) < last : end < last;
}

static void lead(struct view *v, size_t row, size_t col, struct cell *c)
{
	struct tree *t = v->state;
	const struct proc_row *r = t->procs->row;
	const struct run *run = run_of(v, row);
	uint32_t above[LINES_MAX], d = r[row].depth, n = 0, i = (uint32_t)row;
	uint32_t base = d > LINES_MAX + 1 ? (d - LINES_MAX - 1 + STEP - 1) / STEP * STEP : 0;

	if (col != PROCESS)
		return;
	sbuf_reset(&t->lead);
	if (v->list.filter)
		note_shown(v);
	for (i = r[i].up; i != PROC_NONE && r[i].depth > base; i = r[i].up)
		above[n++] = i;
	if (base)
		sbuf_addf(&t->lead, "+%u ", base);
	while (n-- > 0)
		sbuf_addz(&t->lead, comes_more(v, above[n], r[above[n]].after) ? ornament(ORN_PIPE) : " ");
	if (d > 0)
		sbuf_addz(&t->lead, ornament(comes_more(v, (uint32_t)row, run ? run->to : r[row].after) ? ORN_TEE : ORN_ELBOW));
	if (run || (has_below(t->procs, row) && !v->list.filter))
		sbuf_addz(&t->lead, ornament(run || rowset_has(&v->list.folds, row) ? ORN_CLOSED : ORN_OPEN));
	else
		sbuf_addz(&t->lead, d > 0 ? ornament(ORN_LEAF) : " ");
	sbuf_addc(&t->lead, ' ');
	c->lead = sbuf_str(&t->lead);
}

/* ---- cells ---- */

static const struct proc *proc_at(const struct view *v, size_t row)
{
	const struct tree *t = v->state;

	return t->procs->row[row].proc == PROC_NONE ? NULL : ptree_at(t->procs->tree, t->procs->row[row].proc);
}

static struct str pooled(const struct view *v, uint32_t id)
{
	return pool_str(store_pool(analysis_store(v->ui->analysis)), id);
}

/* "12 more siblings: svchost.exe, conhost.exe, …": the first names, and how many have hits. */
static void tell_run(struct view *v, const struct run *run, struct cell *c)
{
	struct tree *t = v->state;
	const struct procs *p = t->procs;
	const struct store *s = analysis_store(v->ui->analysis);
	bool hosts = p->row[run->from].proc == PROC_NONE;
	struct str told[NAMES] = {0};
	size_t n = 0, hits = 0;

	sbuf_addf(c->made, "%u more %s", run->siblings, hosts ? "hosts" : "siblings");
	for (uint32_t i = run->from; i < run->to && n < NAMES && i < run->from + 4096; i = p->row[i].after) {
		struct str name = hosts ? pooled(v, p->row[i].host) : proc_name(s, ptree_at(p->tree, p->row[i].proc));
		bool known = !name.n;

		for (size_t k = 0; k < n && !known; k++)
			known = str_eq(told[k], name);
		if (known)
			continue;
		sbuf_addf(c->made, "%s%.*s", n ? ", " : ": ", STR_FMT(name));
		told[n++] = name;
	}
	if (n == NAMES)
		sbuf_addf(c->made, " %s", ornament(ORN_ELLIPSIS));
	for (size_t i = rowset_next(&t->hit_rows, run->from); i < run->to; i = rowset_next(&t->hit_rows, i + 1))
		hits++;
	if (hits)
		sbuf_addf(c->made, "   (%zu with hits below)", hits);
	c->text = sbuf_str(c->made);
	c->role = ROLE_LINK;
}

static void tell_process(struct view *v, const struct proc *q, struct cell *c)
{
	const struct store *s = analysis_store(v->ui->analysis);
	struct str name = proc_name(s, q), arguments = proc_arguments(s, q);

	sbuf_adds(c->made, name.n ? name : STR("(no name)"));
	if (q->first == WHEN_NONE && q->create == EV_NONE)
		sbuf_addz(c->made, " (seen only as a parent)");
	if (q->by_pid)
		sbuf_addz(c->made, " (guessed by pid)");
	if (q->cut)
		sbuf_addz(c->made, " (its parents form a circle)");
	if (arguments.n) {
		sbuf_addz(c->made, "  ");
		sbuf_adds(c->made, arguments);
	}
	c->text = sbuf_str(c->made);
	if (q->first == WHEN_NONE && q->create == EV_NONE)
		c->role = ROLE_DIM;
}

static void tell_host(struct view *v, size_t row, struct cell *c)
{
	const struct proc_row *r = &((struct tree *)v->state)->procs->row[row];
	struct str host = pooled(v, r->host);
	size_t n = r->after - row - 1;

	cell_printf(c, "%.*s   %zu process%s", STR_FMT(host.n ? host : STR("(no host named)")), n, n == 1 ? "" : "es");
	c->role = ROLE_STRONG;
}

static void cell_life(struct cell *c, const struct proc *q)
{
	if (q->start == WHEN_NONE || q->stop == WHEN_NONE || q->stop < q->start)
		return;
	static const struct {
		double least, part;
		const char *unit;
	} step[] = {{172800, 86400, "d"}, {7200, 3600, "h"}, {120, 60, "min"}, {1, 1, "s"}, {0, 0.001, "ms"}};
	double s = (double)(q->stop - q->start) / (double)USEC_PER_SEC;
	size_t i = 0;

	while (s < step[i].least)
		i++;
	cell_printf(c, s / step[i].part < 10 && step[i].part >= 1 ? "%.1f %s" : "%.0f %s", s / step[i].part, step[i].unit);
	c->num = s;
}

static void cell_hits(struct view *v, size_t row, struct cell *c)
{
	const struct tree *t = v->state;
	const struct proc_hits *h = proc_hits_now(v->ui);
	uint32_t proc = t->procs->row[row].proc, n = proc_hits_count(h, proc);

	if (!n)
		return;
	struct severity sev = severity_of(h->v[h->first[proc]].score);
	cell_printf(c, "%u %c", n, sev.letter);
	c->num = n;
	c->role = sev.role;
}

static void cell(struct view *v, size_t row, size_t col, struct cell *c)
{
	const struct run *run = run_of(v, row);
	const struct proc *q = proc_at(v, row);

	if (run || !q) {
		c->blank = true;
		c->wide = col == PROCESS;
		if (col == PROCESS && run)
			tell_run(v, run, c);
		else if (col == PROCESS)
			tell_host(v, row, c);
		return;
	}
	switch (col) {
	case START:
		cell_when(c, q->start);
		break;
	case PROCESS:
		tell_process(v, q, c);
		break;
	case PID:
		c->text = pooled(v, q->pid);
		break;
	case USER:
		cell_account(c, pooled(v, q->user));
		break;
	case INTEGRITY:
		c->text = pooled(v, q->integrity);
		break;
	case LIFE:
		cell_life(c, q);
		break;
	case HITS:
		cell_hits(v, row, c);
		break;
	case HOST:
		cell_host(c, pooled(v, q->host));
		break;
	case IMAGE:
		c->text = pooled(v, q->image);
		break;
	default:
		if (q->count[col - COUNTS])
			cell_number(c, q->count[col - COUNTS]);
	}
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

	if (!run_of(v, row) && proc_at(v, row)) {
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
	const struct proc *q = proc_at(v, row);
	const struct proc_hits *h = proc_hits_now(v->ui);
	size_t n;

	*e = ENTITY_NONE;
	if (run_of(v, row))
		return false;
	e->host = pooled(v, t->procs->row[row].host);
	if (!q)
		return true;
	const ev_t *ev = ptree_events(t->procs->tree, proc, &n);
	e->proc = q;
	e->ev = q->create != EV_NONE ? q->create : n ? ev[0] : EV_NONE;
	e->user = pooled(v, q->user);
	e->guid = pooled(v, q->guid);
	e->process = pooled(v, q->image);
	if (!e->guid.n && n)
		e->lineage = events_of(t, proc);
	if (proc_hits_count(h, proc)) {
		e->hit = &h->v[h->first[proc]];
		e->rule = e->hit->rule;
	}
	return true;
}

struct menu {
	size_t n;
	struct finding hit[MENU_MAX];
};

static void open_hit(struct ui *u, const struct finding *f)
{
	struct view_arg arg = {.about = {.hit = f, .rule = f->rule, .ev = f->main_event, .lineage = f->lineage, .host = f->host,
	                                 .user = f->user, .guid = f->guid, .process = f->process}};

	ui_open(u, &view_detail, &arg);
}

static void menu_picked(struct ui *u, size_t i, void *ctx)
{
	const struct menu *m = ctx;

	if (i < m->n)
		open_hit(u, &m->hit[i]);
	else
		ui_request(u, REQ_RAW, 0);
}

static int by_score(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return (x->time > y->time) - (x->time < y->time);
}

/* Its hit; of several one to choose, or the event; without any the event. */
static void open_process(struct view *v, size_t row)
{
	struct tree *t = v->state;
	const struct proc_hits *h = proc_hits_now(v->ui);
	uint32_t proc = t->procs->row[row].proc, hits = proc_hits_count(h, proc);
	struct entity e;

	if (hits == 1) {
		open_hit(v->ui, &h->v[h->first[proc]]);
		return;
	}
	if (hits == 0) {
		if (about(v, row, &e) && e.ev == EV_NONE)
			ui_say(v->ui, ROLE_TEXT, "no event of this process is in the log: it is known by what its children tell");
		else
			ui_request(v->ui, REQ_RAW, 0);
		return;
	}
	struct menu *m = xcalloc(1, sizeof *m);
	for (uint32_t i = h->first[proc]; i != HIT_NONE && m->n < MENU_MAX; i = h->next[i])
		m->hit[m->n++] = h->v[i];
	qsort(m->hit, m->n, sizeof *m->hit, by_score);
	choose_open(v->ui, "Open", menu_picked, m, free);
	for (size_t i = 0; i < m->n; i++) {
		char text[256], note[96], time[WHEN_SIZE];

		snprintf(text, sizeof text, "%.*s", STR_FMT(m->hit[i].rule->name));
		snprintf(note, sizeof note, "%g %s  %s", m->hit[i].score, severity_of(m->hit[i].score).word,
		         clock_text(m->hit[i].time, time));
		choose_add(v->ui, 0, str_c(text), str_c(note));
	}
	choose_add(v->ui, 0, STR("the event of its creation, or its first"), STR(""));
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
	const struct run *run = row == LIST_NONE ? NULL : run_of(v, row);

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
		if (!has_below(t->procs, row) && v->list.dropped && !v->list.skip)
			v->list.skip = PROCESS;          /* the first step takes a column that is not pinned */
		if (!has_below(t->procs, row) || rowset_has(&v->list.folds, row))
			return false;
		list_select(v, row + 1);
		return true;
	case REQ_ENTER:
		if (!proc_at(v, row))
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
	.columns = cols, .ncolumns = NCOLS, .accepts = accepts, .open = open_tree, .update = update, .close = close_tree, .cell = cell, .lead = lead, .sign = sign,
	.depth = depth, .after = after, .preview = preview, .empty = empty, .status = status, .about = about, .request = request,
};
