/* Why a finding: which terms of its search held, and on what values: of its events in the scans of the search, of its rows in the
 * filters that follow. For the latter the search is run again and traced, once for all findings of a rule. */
#include "detect/explain.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "spl/trace.h"

enum { MATCHES_MAX = 256, FILTERS_MIN = 64 /* of them left to filters */, VALUE_MAX = 1 << 14 };

/* The search of some findings, traced. */
struct traced_rule {
	pthread_mutex_t lock;                            /* while it runs, so that explaining other rules need not wait */
	bool done;
	struct spl_trace *trace;                         /* NULL: the search has no filters, or could not run */
};
struct explainer {
	struct engine *engine;
	const atomic_bool *cancel;
	pthread_mutex_t lock;                            /* of what follows */
	struct map *traces;                              /* by result rows -> struct traced_rule */
	struct arena *arena;
};

struct explainer *explainer_new(struct engine *e, const atomic_bool *cancel)
{
	struct explainer *x = xcalloc(1, sizeof(*x));

	x->engine = e;
	x->cancel = cancel;
	pthread_mutex_init(&x->lock, NULL);
	x->traces = map_new();
	x->arena = arena_new();
	return x;
}

void explainer_free(struct explainer *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < map_len(x->traces); i++) {
		struct traced_rule *t = map_val(x->traces, i)->p;
		spl_trace_free(t->trace);
		pthread_mutex_destroy(&t->lock);
	}
	map_free(x->traces);
	arena_free(x->arena);
	pthread_mutex_destroy(&x->lock);
	free(x);
}

static struct traced_rule *traced_rule(struct explainer *x, const struct rows *result)
{
	pthread_mutex_lock(&x->lock);
	union map_val *v = map_put(x->traces, (struct str){(const char *)&result, sizeof(result)}, NULL);
	if (!v->p) {
		struct traced_rule *new = ARENA_NEW(x->arena, struct traced_rule);
		pthread_mutex_init(&new->lock, NULL);
		v->p = new;
	}
	struct traced_rule *t = v->p;
	pthread_mutex_unlock(&x->lock);
	return t;
}

static const struct spl_trace *trace_of(struct explainer *x, const struct finding *f)
{
	struct traced_rule *t = traced_rule(x, f->rows);

	pthread_mutex_lock(&t->lock);
	if (!t->done && spl_filters(f->query)) {
		const struct spl_run_opts o = {.engine = x->engine, .now = f->now, .cancel = x->cancel, .rows_only = true};
		t->trace = spl_trace(f->query, &o);
	}
	t->done = true;
	pthread_mutex_unlock(&t->lock);
	return t->trace;
}

struct collect {
	const struct finding *f;
	struct arena *arena;
	struct match *v;
	size_t n, cap, max;
	ev_t ev;
	struct map *seen;                                /* field, value, term */
};

static struct str term_text(const struct spl_query *q, const struct expr *term)
{
	struct str text = spl_text(q);

	if (term->at > text.n || term->len > text.n - term->at)
		return STR("");
	return str_trim((struct str){text.p + term->at, term->len});
}

static void add(void *ctx, const struct held *h)
{
	struct collect *x = ctx;
	struct sbuf id = {0};
	bool fresh = false;

	if (x->n >= x->max)
		return;
	sbuf_addf(&id, "%zu:", h->field.n);
	sbuf_adds(&id, h->field);
	sbuf_addf(&id, "%zu:", h->value.n);
	sbuf_adds(&id, h->value);
	sbuf_adds(&id, h->term);
	map_put(x->seen, sbuf_str(&id), &fresh);
	sbuf_free(&id);
	if (!fresh)
		return;
	GROW(x->v, x->n, x->cap);
	struct match *m = &x->v[x->n++];
	*m = (struct match){.ev = x->ev, .field = arena_str(x->arena, h->field), .value = arena_str(x->arena, h->value),
	                    .term = arena_str(x->arena, h->term), .nmarks = h->nmarks};
	struct mark *mark = ARENA_ARRAY(x->arena, struct mark, h->nmarks);
	if (h->nmarks)
		memcpy(mark, h->mark, h->nmarks * sizeof(*mark));
	m->mark = mark;
}

/* A term of a scan that held for an event. */
static void visit_event(void *ctx, struct str field, struct val value, const struct expr *term)
{
	struct collect *x = ctx;
	struct held h = {.field = field, .value = val_text(value, x->arena), .term = term_text(x->f->query, term)};

	if (h.value.n > VALUE_MAX)
		h.value.n = VALUE_MAX;
	h.mark = term_marks(term, h.value, x->arena, &h.nmarks);
	add(x, &h);
}

static void explain_events(struct collect *x, struct engine *e, const struct spl_trace *t)
{
	const struct lineage *l = x->f->lineage;
	size_t nleaves = 0;
	const struct spl_leaf *leaf = spl_leaves(x->f->query, &nleaves);

	for (uint32_t i = 0; l && i < l->n; i++) {
		x->ev = l->v[i].ev;
		for (size_t k = 0; k < nleaves; k++) {
			if (leaf[k].leaf != l->v[i].leaf || !e->ops->explain)
				continue;
			struct scan s = leaf[k].scan;
			const struct expr *run = t ? spl_trace_where(t, leaf[k].leaf) : NULL;
			if (run)
				s.where = run;
			e->ops->explain(e, &s, x->ev, visit_event, x);
		}
	}
}

struct match *finding_matches(const struct finding *f, struct explainer *e, struct arena *a, size_t *n)
{
	struct collect x = {.f = f, .arena = a, .seen = map_new()};

	if (f->query) {
		const struct spl_trace *t = trace_of(e, f);
		x.max = MATCHES_MAX - FILTERS_MIN;
		explain_events(&x, e->engine, t);
		x.max = MATCHES_MAX;
		x.ev = EV_NONE;
		if (t)
			spl_trace_row(t, f->rows, f->row, add, &x);
	}
	struct match *out = ARENA_ARRAY(a, struct match, x.n);
	if (x.n)
		memcpy(out, x.v, x.n * sizeof(*out));
	*n = x.n;
	free(x.v);
	map_free(x.seen);
	return out;
}
