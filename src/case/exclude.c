/* Exclusions on their way from the case to the rules, and what of the case's findings they keep away. */
#include "case/case_internal.h"

#include <stdlib.h>

#include "base/mem.h"

struct exclusions {
	struct arena *arena;
	struct {
		struct str rule_id, rule_name, filter;
	} *v;                                            /* one per rule */
	size_t n, rules;
	struct diags failed;
};

struct str exclusion_rule_id(const struct rule *r)
{
	return r->id.n ? r->id : r->name;
}

struct exclusions *case_exclusions_copy(struct casefile *c)
{
	struct exclusions *x = xcalloc(1, sizeof *x);
	struct map *seen = map_new();
	size_t n;
	const struct exclusion *all = case_exclusions(c, &n);

	x->arena = arena_new();
	x->v = xcalloc(n + 1, sizeof *x->v);
	for (size_t i = 0; i < n; i++) {
		bool fresh = false;

		if (all[i].enabled)
			map_put(seen, all[i].rule_id, &fresh);
		if (!fresh)
			continue;
		x->v[x->n].rule_id = arena_str(x->arena, all[i].rule_id);
		x->v[x->n].rule_name = arena_str(x->arena, all[i].rule_name);
		x->v[x->n++].filter = case_filter(c, all[i].rule_id, x->arena);
	}
	map_free(seen);
	return x;
}

void exclusions_free(struct exclusions *x)
{
	if (!x)
		return;
	arena_free(x->arena);
	diags_free(&x->failed);
	free(x->v);
	free(x);
}

void exclusions_apply(void *ctx, struct rules *r)
{
	struct exclusions *x = ctx;

	for (size_t i = 0; i < x->n; i++)
		for (size_t k = 0; k < r->n; k++) {
			struct diag found = DIAG_INIT, d = DIAG_INIT;

			if (!r->v[k]->query || !str_eq(exclusion_rule_id(r->v[k]), x->v[i].rule_id))
				continue;
			if (rules_exclude(r, r->v[k], x->v[i].filter, &found)) {
				x->rules++;
				break;
			}
			diag_set(&d, 0, 0, "the exclusions of %.*s do not count: %s", STR_FMT(x->v[i].rule_name), found.msg);
			diags_add(&x->failed, &d);
			break;
		}
}

struct str exclusions_filter(const struct exclusions *x, struct str rule_id)
{
	for (size_t i = 0; i < x->n; i++)
		if (str_eq(x->v[i].rule_id, rule_id))
			return x->v[i].filter;
	return STR("");
}

size_t exclusions_rules(const struct exclusions *x) { return x->rules; }
const struct diags *exclusions_failed(const struct exclusions *x) { return &x->failed; }

bool case_mark_excluded(struct casefile *c, const struct finding *f, size_t n, struct diag *d)
{
	if (n == 0)
		return true;
	bool ok = case_exec(c, "BEGIN IMMEDIATE", d);
	sqlite3_stmt *st = ok ? case_prepare(c, d, "UPDATE finding SET excluded = 1 WHERE key = ?", "") : NULL;

	ok = st != NULL;
	for (size_t i = 0; ok && i < n; i++) {
		sqlite3_reset(st);
		ok = sqlite3_bind_text(st, 1, f[i].key, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(st) == SQLITE_DONE;
	}
	if (st && !ok)
		case_fail(c, d, "cannot write the case");
	sqlite3_finalize(st);
	ok = ok && case_exec(c, "COMMIT", d);
	if (!ok)
		sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
	return ok;
}
