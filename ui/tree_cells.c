/* How a row of the process tree looks: the lines that lead to it, and its cells. */
#include "ui/app.h"
#include "ui/tree.h"

enum {
	LINES_MAX = 12,                                  /* levels whose lines are drawn; of a deeper row the last ones … */
	STEP = 8,                                        /* … less in steps, so that the lines of neighbours meet */
	NAMES = 3,                                       /* told of siblings that are put together */
};

/* ---- the lines of the tree ---- */

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

void tree_lead(struct view *v, size_t row, size_t col, struct cell *c)
{
	struct tree *t = v->state;
	const struct proc_row *r = t->procs->row;
	const struct run *run = tree_run(v, row);
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
	if (run || (tree_has_below(t->procs, row) && !v->list.filter))
		sbuf_addz(&t->lead, ornament(run || rowset_has(&v->list.folds, row) ? ORN_CLOSED : ORN_OPEN));
	else
		sbuf_addz(&t->lead, d > 0 ? ornament(ORN_LEAF) : " ");
	sbuf_addc(&t->lead, ' ');
	c->lead = sbuf_str(&t->lead);
}

/* ---- cells ---- */

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
		struct str name = hosts ? tree_text(v, p->row[i].host) : proc_name(s, ptree_at(p->tree, p->row[i].proc));
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
	struct str host = tree_text(v, r->host);
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

void tree_cell(struct view *v, size_t row, size_t col, struct cell *c)
{
	const struct run *run = tree_run(v, row);
	const struct proc *q = tree_proc(v, row);

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
		c->text = tree_text(v, q->pid);
		break;
	case USER:
		cell_account(c, tree_text(v, q->user));
		break;
	case INTEGRITY:
		c->text = tree_text(v, q->integrity);
		break;
	case LIFE:
		cell_life(c, q);
		break;
	case HITS:
		cell_hits(v, row, c);
		break;
	case HOST:
		cell_host(c, tree_text(v, q->host));
		break;
	case IMAGE:
		c->text = tree_text(v, q->image);
		break;
	default:
		if (q->count[col - COUNTS])
			cell_number(c, q->count[col - COUNTS]);
	}
}
