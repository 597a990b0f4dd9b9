/* Running pipelines: stages in order, stopping, memory, subsearches, and the view of rows that expressions
 * have. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "spl/memo.h"
#include "spl/query.h"

/* What is left to the stages after the one that was stopped, so that what there is gets its shape. */
#define GRACE_NS UINT64_C(1000000000)

void run_warn(struct spl_run *run, const char *fmt, ...)
{
	struct diag d = DIAG_INIT;
	va_list ap;

	if (!run->warn)
		return;
	va_start(ap, fmt);
	diag_vset(&d, 0, 0, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < run->warn->n; i++) {
		if (strcmp(run->warn->v[i].msg, d.msg) == 0)
			return;
	}
	diags_add(run->warn, &d);
}

struct rows *run_fail(struct spl_run *run, struct rows *in, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vset(run->diag, 0, 0, fmt, ap);
	va_end(ap);
	rows_free(in);
	return NULL;
}

const struct store *run_store(const struct spl_run *run)
{
	struct engine *e = run->opts->engine;

	return e ? e->ops->store(e) : NULL;
}

const struct spl_env *run_env(const struct spl_run *run)
{
	return run->query->root->env;
}

bool run_stopped(struct spl_run *run)
{
	return budget_spent(&run->budget);
}

bool run_over(struct spl_run *run, size_t bytes)
{
	if (run->budget.memory && run->held + bytes > run->budget.memory) {
		run->budget.spent = true;
		run->budget.why = BUDGET_MEMORY;
	}
	return run->budget.spent;
}

bool run_full(struct spl_run *run, const struct rows *r)
{
	return run_over(run, rows_bytes(r));
}

/* ---- pipelines ---- */

/* After a stage that was stopped: says so, and leaves the others a little time and room, once. */
static void after_stop(struct spl_run *run)
{
	struct spl_budget *b = &run->budget;

	if (b->why == BUDGET_MEMORY)
		run_warn(run, "the result is cut: the search needs more than %zu MB of memory; narrow it",
		         run->limits->memory >> 20);
	else if (b->why == BUDGET_TIME && run->limits->seconds > 0)
		run_warn(run, "the result is cut: the search needs more than %g seconds; narrow it",
			 run->limits->seconds);
	if (run->graced)
		return;
	run->graced = true;
	if (b->why == BUDGET_MEMORY) {
		b->memory *= 2;
	} else {
		b->cancel = NULL;
		b->deadline = when_mono_ns() + GRACE_NS;
	}
	b->spent = false;
	b->why = BUDGET_LEFT;
}

/* Is it known that no row will come? Then what is left, subsearches above all, need not run. In the middle of a subsearch
 * columns without rows still count: others may bring rows for them. */
static bool nothing_more(const struct spl_run *run, const struct spl_query *q, size_t next, const struct rows *r)
{
	if (!run->opts->rows_only || run->depth > 1 || r->n)
		return false;
	for (; next < q->nstages; next++)
		if (!q->stage[next].cmd->none_of_none)
			return false;
	return true;
}

struct rows *run_pipeline(struct spl_run *run, const struct spl_query *q, struct rows *in)
{
	const struct spl_query *outer = run->query;
	struct rows *r = in;
	bool partial = false;

	const size_t outer_stage = run->stage;
	run->query = q;
	run->depth++;
	for (size_t i = 0; i < q->nstages; i++) {
		run->stage = i;
		run->budget.arena = NULL;                /* that of rows which may be gone */
		r = q->stage[i].cmd->run(q->stage[i].args, r, run);
		if (!r)
			break;
		partial |= r->partial || run->budget.spent;
		r->partial = partial;
		if (run->budget.spent)
			after_stop(run);
		if (nothing_more(run, q, i + 1, r))
			break;
	}
	run->budget.arena = NULL;
	run->depth--;
	run->query = outer;
	run->stage = outer_stage;
	return r;
}

struct rows *run_sub(struct spl_run *run, const struct spl_query *sub)
{
	return run_pipeline(run, sub, NULL);
}

/* ---- rows as expressions see them ---- */

enum { SLOTS = 64 };

struct row_view {
	const struct rows *rows;
	struct str prefix;
	/* Names of an expression stay where they are, so where a name lies tells which it is. */
	struct {
		struct str name;
		ptrdiff_t col;
	} slot[SLOTS];
};

static ptrdiff_t find_column(const struct row_view *v, struct str name)
{
	static const char *const bare[] = {"_time", "host", "source", "sourcetype"};

	if (!v->prefix.n)
		return rows_find(v->rows, name);
	if (name.n > v->prefix.n && memcmp(name.p, v->prefix.p, v->prefix.n) == 0)
		return rows_find(v->rows, (struct str){name.p + v->prefix.n, name.n - v->prefix.n});
	for (size_t i = 0; i < sizeof(bare) / sizeof(bare[0]); i++) {
		if (str_eqc(name, bare[i]))
			return rows_find(v->rows, name);
	}
	return -1;
}

static struct val view_field(const void *ctx, size_t row, struct str name)
{
	struct row_view *v = (struct row_view *)(uintptr_t)ctx;
	size_t i = ((uintptr_t)name.p >> 2) % SLOTS;

	if (v->slot[i].name.p != name.p || v->slot[i].name.n != name.n) {
		v->slot[i].name = name;
		v->slot[i].col = find_column(v, name);
	}
	return v->slot[i].col < 0 ? val_null() : v->rows->col[v->slot[i].col].v[row];
}

ptrdiff_t rows_keyword(const struct rows *r, size_t row, const struct pattern *p, struct val *value)
{
	struct sbuf folded = {0};
	ptrdiff_t found = -1;

	for (size_t c = 0; c < r->ncols && found < 0; c++) {
		struct val v = r->col[c].v[row];
		struct str name = r->col[c].name;
		if (val_is_null(v) || (name.n && name.p[0] == '_' && !str_eqc(name, "_raw")))
			continue;
		sbuf_reset(&folded);
		utf8_fold_str(name, &folded);
		*value = v;
		if (pattern_keyword(p, sbuf_str(&folded)))
			found = (ptrdiff_t)c;
		for (uint32_t i = 0; i < val_count(v) && found < 0; i++) {
			char buf[VAL_NUM_SIZE];
			*value = val_at(v, i);
			sbuf_reset(&folded);
			utf8_fold_str(val_scalar_text(value, buf), &folded);
			if (pattern_keyword(p, sbuf_str(&folded)))
				found = (ptrdiff_t)c;
		}
	}
	sbuf_free(&folded);
	return found;
}

static bool view_keyword(const void *ctx, size_t row, const struct pattern *p)
{
	struct val v;

	return rows_keyword(((const struct row_view *)ctx)->rows, row, p, &v) >= 0;
}

struct eval_ctx run_eval_prefixed(struct spl_run *run, const struct rows *r, struct str prefix)
{
	struct row_view *v = ARENA_NEW(run->arena, struct row_view);

	v->rows = r;
	v->prefix = prefix;
	run->budget.arena = r->arena;
	return (struct eval_ctx){
		.src = {view_field, view_keyword, v},
		.arena = r->arena,
		.now = run->now,
		.budget = &run->budget,
	};
}

struct eval_ctx run_eval(struct spl_run *run, const struct rows *r)
{
	return run_eval_prefixed(run, r, (struct str){NULL, 0});
}

void run_filter(struct spl_run *run, struct rows *r, const struct expr *e, struct str prefix)
{
	enum { SCRATCH_MAX = 1 << 20 };
	uint32_t *keep = xcalloc(r->n ? r->n : 1, sizeof(*keep));
	struct eval_ctx c = run_eval_prefixed(run, r, prefix);
	struct memo memo = {.col = -1};
	size_t n = 0;

	if (!prefix.n)
		memo_init(&memo, e, r);

	c.arena = arena_new();
	run->budget.arena = c.arena;
	for (size_t i = 0; i < r->n && !run_stopped(run); i++) {
		c.row = i;
		bool fresh;
		struct val *known = memo_at(&memo, r, i, &fresh);
		bool yes = known && !fresh ? known->num != 0 : expr_true(e, &c);
		if (known)
			*known = val_num(yes);
		if (run->budget.spent)
			break;                           /* what it said may be wrong */
		if (yes)
			keep[n++] = (uint32_t)i;
		if (arena_bytes(c.arena) > SCRATCH_MAX) {
			arena_free(c.arena);
			run->budget.arena = c.arena = arena_new();
		}
	}
	run->budget.arena = NULL;
	arena_free(c.arena);
	memo_free(&memo);
	rows_select(r, keep, n);
	free(keep);
	trace_filter(run, r, e, prefix);
}
