/* Why a finding: which terms of its search held, and on what values of its events. */
#include "detect/inside.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

enum { MATCHES_MAX = 256, VALUE_MAX = 1 << 14 };

struct collect {
	const struct rule *rule;
	struct arena *arena;
	struct match *v;
	size_t n, cap;
	ev_t ev;
	struct map *seen;                                /* field, value, term */
};

static struct str term_text(const struct rule *r, const struct expr *term)
{
	struct str text = spl_text(r->query);

	if (!term || term->at > text.n || term->len > text.n - term->at)
		return STR("");
	return str_trim((struct str){text.p + term->at, term->len});
}

static void visit(void *ctx, struct str field, struct val value, const struct expr *term)
{
	struct collect *x = ctx;
	struct sbuf id = {0};
	bool fresh = false;

	if (x->n >= MATCHES_MAX)
		return;
	struct str text = val_text(value, x->arena), held = term_text(x->rule, term);
	if (text.n > VALUE_MAX)
		text.n = VALUE_MAX;
	sbuf_addf(&id, "%zu:", field.n);
	sbuf_adds(&id, field);
	sbuf_addf(&id, "%zu:", text.n);
	sbuf_adds(&id, text);
	sbuf_adds(&id, held);
	map_put(x->seen, sbuf_str(&id), &fresh);
	sbuf_free(&id);
	if (!fresh)
		return;
	GROW(x->v, x->n, x->cap);
	struct str pattern = term && term->op == E_TERM && term->term.cmp == CMP_EQ ? term->term.pattern->text : STR("");
	x->v[x->n++] = (struct match){x->ev, arena_str(x->arena, field), arena_str(x->arena, text), arena_str(x->arena, held),
	                              arena_str(x->arena, pattern)};
}

struct match *finding_matches(const struct finding *f, struct engine *e, struct arena *a, size_t *n)
{
	size_t nleaves = 0;
	const struct spl_leaf *leaf = f->rule->query ? spl_leaves(f->rule->query, &nleaves) : NULL;
	struct collect x = {.rule = f->rule, .arena = a, .seen = map_new()};

	for (uint32_t i = 0; f->lineage && i < f->lineage->n; i++) {
		x.ev = f->lineage->v[i].ev;
		for (size_t k = 0; k < nleaves; k++)
			if (leaf[k].leaf == f->lineage->v[i].leaf && e->ops->explain)
				e->ops->explain(e, &leaf[k].scan, x.ev, visit, &x);
	}
	struct match *out = ARENA_ARRAY(a, struct match, x.n);
	if (x.n)
		memcpy(out, x.v, x.n * sizeof(*out));
	*n = x.n;
	free(x.v);
	map_free(x.seen);
	return out;
}
