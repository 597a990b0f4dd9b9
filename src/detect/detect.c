/* Runs the rules of a set, on all cores, and puts what they find in order. Correlation rules run when the others are done. */
#include "detect/inside.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/jobs.h"
#include "base/map.h"
#include "base/mem.h"

/* What one rule brought, kept apart until all are done. */
struct part {
	struct finding *v;
	size_t n;
	struct rows *rows;
};

struct run {
	struct rules *rules;
	struct engine *engine;
	const struct detect_opts *opts;
	struct findings *out;
	struct part *part;                               /* one per rule */
	const size_t *job;                               /* indices of the rules to run now */
	pthread_mutex_t lock;                            /* around opts->found */
};

static bool is_cancelled(const struct run *x)
{
	return x->opts->cancel && atomic_load(x->opts->cancel);
}

static void run_rule(void *ctx, size_t job, unsigned worker)
{
	struct run *x = ctx;
	size_t i = x->job[job];
	struct rule_result *res = &x->out->rule[i];
	struct part *p = &x->part[i];
	struct spl_run_opts o = {.engine = x->engine, .now = x->opts->now, .cancel = x->opts->cancel, .rows_only = true};
	uint64_t start = when_mono_ns();

	(void)worker;
	const struct spl_query *q = res->rule->excluding ? res->rule->excluding : res->rule->query;
	struct rows *r = spl_run(q, &o, &res->warn, &res->error);
	if (r && r->n) {
		p->rows = r;
		p->n = r->n;
		p->v = xcalloc(r->n, sizeof(*p->v));
		findings_make(p->v, &(struct finding){.rule = res->rule, .query = q, .now = o.now}, r, x->engine->ops->store(x->engine));
	} else if (r) {
		rule_cannot_fire(res->rule, x->engine, res->cannot_fire, sizeof(res->cannot_fire));
		rows_free(r);
	}
	if (!r)
		diag_file(&res->error, res->rule->path.p);
	res->ran = r != NULL;
	res->nfindings = p->n;
	res->ns = when_mono_ns() - start;
	if (x->opts->progress) {
		atomic_fetch_add(&x->opts->progress->done, 1);
		atomic_fetch_add(&x->opts->progress->findings, p->n);
	}
	if (x->opts->found && p->n) {
		pthread_mutex_lock(&x->lock);
		x->opts->found(x->opts->ctx, p->v, p->n);
		pthread_mutex_unlock(&x->lock);
	}
}

/* Does it make rows of events, where others count them? */
static bool makes_rows(const struct rule *r)
{
	size_t n;
	const struct spl_leaf *leaf = spl_leaves(r->query, &n);

	for (size_t i = 0; i < n; i++)
		if (!leaf[i].scan.grouped)
			return true;
	return false;
}

/* Runs the rules that compiled and are (not) of type Correlation. Those that may take long come first, so that none of them is
 * still at work when the other cores have run out of rules. */
static void run_kind(struct run *x, bool correlation)
{
	size_t *job = xcalloc(x->rules->n, sizeof(*job)), n = 0;

	for (int rows = 1; rows >= 0; rows--)
		for (size_t i = 0; i < x->rules->n; i++) {
			const struct rule *r = x->rules->v[i];
			if (r->query && (r->type == RULE_CORRELATION) == correlation && makes_rows(r) == rows)
				job[n++] = i;
		}
	x->job = job;
	if (n && !is_cancelled(x))
		jobs_run(n, x->opts->workers ? x->opts->workers : jobs_cores(), run_rule, x, x->opts->cancel);
	free(job);
}

int finding_cmp(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	int c = str_cmp(x->rule->name, y->rule->name);
	return c ? c : strcmp(x->key, y->key);
}

void findings_sort(struct findings *f)
{
	if (f->n)
		qsort(f->v, f->n, sizeof(*f->v), finding_cmp);
}

/* Moves what the rules have brought since the last call into the result, and sorts it. */
static void gather(struct run *x)
{
	struct findings *out = x->out;
	size_t n = out->n, nrows = out->nrows;

	for (size_t i = 0; i < x->rules->n; i++) {
		n += x->part[i].n;
		nrows += x->part[i].n ? 1 : 0;
	}
	if (n > out->cap) {
		out->v = xreallocarray(out->v, n, sizeof(*out->v));
		out->cap = n;
	}
	out->rows = xreallocarray(out->rows, nrows, sizeof(struct rows *));
	for (size_t i = 0; i < x->rules->n; i++) {
		struct part *p = &x->part[i];
		if (!p->n)
			continue;
		memcpy(out->v + out->n, p->v, p->n * sizeof(*p->v));
		out->n += p->n;
		out->rows[out->nrows++] = p->rows;
		out->partial |= p->rows->partial;
		free(p->v);
		*p = (struct part){0};
	}
	findings_sort(out);
}

static struct rows *risk_dataset(void *ctx, struct str name)
{
	if (!str_eqc(name, "Risk.All_Risk") && !str_eqc(name, "Risk"))
		return NULL;
	return detect_risk_rows(ctx);
}

struct findings *detect_run(struct rules *r, struct engine *e, const struct detect_opts *o)
{
	struct findings *out = xcalloc(1, sizeof(*out));
	struct run x = {.rules = r, .engine = e, .opts = o, .out = out, .part = xcalloc(r->n, sizeof(struct part))};
	size_t runnable = 0;

	out->arena = arena_new();
	out->nrules = r->n;
	out->risk_before = o->risk_before;
	out->rule = xcalloc(r->n, sizeof(*out->rule));
	for (size_t i = 0; i < r->n; i++) {
		out->rule[i] = (struct rule_result){.rule = r->v[i], .error = DIAG_INIT};
		runnable += r->v[i]->query != NULL;
	}
	if (o->progress)
		atomic_store(&o->progress->total, runnable);
	pthread_mutex_init(&x.lock, NULL);
	run_kind(&x, false);
	gather(&x);
	rules_set_dataset(r, risk_dataset, out);
	run_kind(&x, true);
	gather(&x);
	pthread_mutex_destroy(&x.lock);
	free(x.part);
	if (is_cancelled(&x))
		out->partial = true;
	return out;
}

/* ---- without, and with other exclusions ---- */

static struct findings *findings_of(const struct rule *rule, const struct spl_query *q, struct engine *e, const struct detect_opts *o,
                                    struct diag *d)
{
	const struct spl_run_opts run = {.engine = e, .now = o->now, .cancel = o->cancel};
	struct rows *r = spl_run(q, &run, NULL, d);

	if (!r)
		return NULL;
	struct findings *f = xcalloc(1, sizeof(*f));
	f->arena = arena_new();
	f->rows = xcalloc(1, sizeof(*f->rows));
	f->rows[f->nrows++] = r;
	f->v = xcalloc(r->n, sizeof(*f->v));
	f->n = f->cap = r->n;
	f->partial = r->partial;
	findings_make(f->v, &(struct finding){.rule = rule, .query = q, .now = o->now}, r, e->ops->store(e));
	return f;
}

struct findings *detect_try(const struct rules *r, const struct rule *rule, struct str filter, struct engine *e, const struct detect_opts *o,
                            struct diag *d)
{
	struct rule_variant *v = filter.n ? rules_variant(r, rule, filter, d) : NULL;

	if (filter.n ? !v : !rule->query)
		return NULL;
	struct findings *f = findings_of(rule, v ? rule_variant_query(v) : rule->query, e, o, d);
	if (f && v)
		f->variant = v;
	else
		rule_variant_free(v);
	if (f && o->cancel && atomic_load(o->cancel)) {
		findings_free(f);
		f = NULL;
	}
	return f;
}

static void take_over(struct findings *to, struct findings *from, const struct map *known)
{
	for (size_t i = 0; i < from->n; i++) {
		if (map_get(known, str_c(from->v[i].key)))
			continue;
		GROW(to->v, to->n, to->cap);
		to->v[to->n++] = from->v[i];
	}
	to->rows = xreallocarray(to->rows, to->nrows + 1, sizeof(*to->rows));
	to->rows[to->nrows++] = from->rows[0];
	from->nrows = 0;
	findings_free(from);
}

struct findings *detect_excluded(const struct rules *r, const struct findings *found, struct engine *e, const struct detect_opts *o)
{
	struct findings *out = xcalloc(1, sizeof(*out));
	struct map *known = map_new();

	out->arena = arena_new();
	for (size_t i = 0; i < found->n; i++)
		if (found->v[i].rule->excluding)
			map_put(known, str_c(found->v[i].key), NULL);
	for (size_t i = 0; i < r->n; i++) {
		struct diag d = DIAG_INIT;
		struct findings *all = r->v[i]->excluding && !(o->cancel && atomic_load(o->cancel)) ?
			findings_of(r->v[i], r->v[i]->query, e, o, &d) : NULL;

		if (all)
			take_over(out, all, known);
	}
	map_free(known);
	findings_sort(out);
	return out;
}

void findings_free(struct findings *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->nrules; i++)
		diags_free(&f->rule[i].warn);
	for (size_t i = 0; i < f->nrows; i++)
		rows_free(f->rows[i]);
	rule_variant_free(f->variant);                   /* rows may borrow texts of its search */
	arena_free(f->arena);
	free(f->rows);
	free(f->rule);
	free(f->v);
	free(f);
}
