/* The embedded engine: answers scans from the column store of one loaded dump. */
#include "spl/scan.h"

#include <stdlib.h>

#include "base/mem.h"

struct embedded {
	struct engine engine;                            /* first: the two are one pointer */
	struct cim *cim;
	struct folds *folds;
};

static struct cim *cim_of(struct engine *e)
{
	return ((struct embedded *)e)->cim;
}

/* False, with *d set, when there is no such dataset. */
static bool begin(struct scanning *s, struct engine *e, const struct scan *scan, struct diag *d)
{
	*s = (struct scanning){.scan = scan, .cim = cim_of(e), .folds = ((struct embedded *)e)->folds};
	s->store = cim_store(s->cim);
	s->pool = store_pool(s->store);
	s->node = scan->dataset ? cim_node(str_c(scan->dataset)) : cim_raw();
	if (!s->node)
		return diag_set(d, 0, 0, "there is no data model '%s' here", scan->dataset);
	s->arena = arena_new();
	return true;
}

static void end(struct scanning *s)
{
	arena_free(s->arena);
}

static struct rows *embedded_scan(struct engine *e, const struct scan *scan, struct diag *d)
{
	struct scanning s;

	if (!begin(&s, e, scan, d))
		return NULL;
	struct rows *r = scan->grouped ? scan_group(&s, d) : scan_rows(&s, d);
	end(&s);
	return r;
}

static bool embedded_bounds(struct engine *e, double *first, double *last)
{
	const struct store *s = cim_store(cim_of(e));

	if (store_first(s) == WHEN_NONE)
		return false;
	*first = when_seconds(store_first(s));
	*last = when_seconds(store_last(s));
	return true;
}

static bool embedded_can_match(struct engine *e, const struct scan *scan, char *out, size_t n)
{
	struct scanning s;
	struct diag d = DIAG_INIT;

	if (!begin(&s, e, scan, &d)) {
		diag_text(&d, out, n);
		return false;
	}
	bool can = scan_can_match(&s, out, n);
	end(&s);
	return can;
}

static void embedded_explain(struct engine *e, const struct scan *scan, ev_t ev,
                             void (*visit)(void *ctx, struct str field, struct val value, const struct expr *term), void *ctx)
{
	struct scanning s;
	struct diag d = DIAG_INIT;

	if (ev >= store_events(cim_store(cim_of(e))) || !begin(&s, e, scan, &d))
		return;
	scan_explain(&s, ev, visit, ctx);
	end(&s);
}

static const struct store *embedded_store(struct engine *e)
{
	return cim_store(cim_of(e));
}

static void embedded_free(struct engine *e)
{
	folds_free(((struct embedded *)e)->folds);
	free(e);
}

struct engine *engine_embedded(struct cim *c)
{
	static const struct engine_ops ops = {
		.scan = embedded_scan,
		.bounds = embedded_bounds,
		.can_match = embedded_can_match,
		.explain = embedded_explain,
		.store = embedded_store,
		.free = embedded_free,
	};
	struct embedded *e = xcalloc(1, sizeof(*e));

	e->engine.ops = &ops;
	e->cim = c;
	e->folds = folds_new();
	return &e->engine;
}
