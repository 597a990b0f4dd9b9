/* Filters brought to the leaf. Of a search that begins `tstats … by A B C | rename … | where len(C) > 512`, or that looks a
 * field up in a table and keeps the few rows found there, the rows that the filter drops need never be made: the stages up to
 * the filter are run over the distinct values of that one field first, and the engine leaves out the events with the others.
 * (Two such searches over all registry and all image-load events were half of what 438 published rules cost.)
 *
 * The stages run again over the rows that there are, so a filter that is not brought forward costs time and nothing else. One is
 * only when it follows from each row alone, and from one field of the leaf alone: what pipeline_needs says of the stages
 * between. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/wild.h"
#include "spl/cmdlib.h"
#include "spl/query.h"

/* ---- when the search is compiled ---- */

/* A tstats has no other columns than these, so no other name can matter. */
static void keep_columns(struct fieldset *f, const struct scan *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->n; i++) {
		bool key = false, made = false;
		for (size_t k = 0; k < s->nby; k++)
			key |= str_eq(s->by[k], f->v[i]);
		for (size_t k = 0; k < s->nagg; k++)
			made |= str_eq(s->agg[k].as, f->v[i]);
		if (key || made)
			f->v[kept++] = f->v[i];
		f->all |= made;                          /* known when all is grouped */
	}
	f->n = kept;
}

/* The fields of the leaf that stage `at` decides by. */
static struct fieldset decides_by(const struct spl_query *q, size_t at, const struct scan *s, struct arena *a)
{
	struct fieldset f = {0};

	q->stage[at].cmd->needs(q->stage[at].args, &f, a);
	for (size_t i = at; i-- > 1;) {
		if (q->stage[i].cmd->by_row == ROW_CHANGES)
			q->stage[i].cmd->needs(q->stage[i].args, &f, a);
	}
	if (s->grouped)
		keep_columns(&f, s);
	for (size_t i = 0; i < f.n; i++)
		f.all |= wild_has_star(f.v[i]) || str_eqc(f.v[i], "_time") || str_eqc(f.v[i], "_raw");
	return f;
}

void pipeline_push(struct spl_query *q, struct arena *a)
{
	const struct scan *s = q->scan;

	if (!s || s->limit || q->root->per_row)
		return;
	for (size_t i = 1; i < q->nstages && q->stage[i].cmd->by_row; i++) {
		if (q->stage[i].cmd->by_row != ROW_CHOSEN || q->npushed == PUSHED_MAX)
			continue;
		struct fieldset f = decides_by(q, i, s, a);
		if (f.all || !f.n || (s->grouped && f.n > 1))
			continue;
		if (!q->pushed)
			q->pushed = ARENA_ARRAY(a, struct spl_pushed, PUSHED_MAX);
		q->pushed[q->npushed++] = (struct spl_pushed){i, f.v, f.n};
	}
}

/* ---- when it runs ---- */

/* One row a value; where it came from is told by its lineage, which every command carries through. */
static struct rows *as_rows(struct str field, const struct val *v, size_t n)
{
	struct rows *r = rows_new(n);
	struct val *to = rows_values(r, field);

	for (size_t i = 0; i < n; i++) {
		to[i] = v[i];
		r->lin[i] = lineage_one(r->arena, (ev_t)i, 0);
	}
	return r;
}

static void wanted(void *ctx, struct str field, const struct val *v, size_t n, bool *yes)
{
	const struct pushed_run *x = ctx;
	struct spl_run *run = x->run;
	struct rows *r = as_rows(field, v, n);

	struct trace *trace = run->trace;                /* these are not the rows of the result */
	run->trace = NULL;
	for (size_t i = 1; i <= x->pushed->stage && r; i++) {
		const struct spl_stage *s = &run->query->stage[i];
		if (s->cmd->by_row == ROW_CHOSEN && i < x->pushed->stage)
			continue;                        /* it may look at other fields */
		run->budget.arena = NULL;
		r = s->cmd->run(s->args, r, run);
	}
	run->budget.arena = NULL;
	run->trace = trace;
	const bool whole = r && !run->budget.spent;
	for (size_t i = 0; i < n; i++)
		yes[i] = !whole;
	for (size_t i = 0; whole && i < r->n; i++)
		yes[r->lin[i]->v[0].ev] = true;
	if (!r)
		*run->diag = (struct diag)DIAG_INIT;     /* the stage will fail again, on the rows themselves */
	rows_free(r);
}

void pushed_fill(struct spl_run *run, struct pushed_run x[PUSHED_MAX], struct scan_only only[PUSHED_MAX], struct scan *s)
{
	const struct spl_query *q = run->query;

	for (size_t i = 0; i < q->npushed; i++) {
		x[i] = (struct pushed_run){run, &q->pushed[i]};
		only[i] = (struct scan_only){q->pushed[i].field, q->pushed[i].nfields, wanted, &x[i]};
	}
	s->only = only;
	s->nonly = q->npushed;
}
