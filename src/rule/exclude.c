/* Leaving rows out of what a rule finds: by its own filter macro where its search has one, as an analyst of Splunk would, else
 * from the rows that the search ends with. Knows nothing of who decided that. */
#include "rule/ruleset.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

/* A search compiled with another definition of one macro. The environment lives as long as the query. */
struct rule_variant {
	struct spl_query *query;
	struct spl_env env;
	const struct spl_env *base;
	struct arena *arena;
	struct str macro, definition;
};

/* ---- an environment in which one macro is another ---- */

static bool variant_macro(void *ctx, struct str name, unsigned nargs, struct str *definition, const struct str **args)
{
	const struct rule_variant *v = ctx;

	if (nargs || !v->macro.n || !str_eq(name, v->macro))
		return v->base->macro(v->base->ctx, name, nargs, definition, args);
	*definition = v->definition;
	*args = NULL;
	return true;
}

static const struct spl_lookup *variant_lookup(void *ctx, struct str name, struct diag *d)
{
	const struct spl_env *base = ((const struct rule_variant *)ctx)->base;

	return base->lookup(base->ctx, name, d);
}

static bool variant_model(void *ctx, struct str name, struct str *bytes)
{
	const struct spl_env *base = ((const struct rule_variant *)ctx)->base;

	return base->model(base->ctx, name, bytes);
}

static struct rows *variant_dataset(void *ctx, struct str name)
{
	const struct spl_env *base = ((const struct rule_variant *)ctx)->base;

	return base->dataset(base->ctx, name);
}

static void variant_macros(void *ctx, void (*visit)(void *vctx, struct str name, unsigned nargs), void *vctx)
{
	const struct spl_env *base = ((const struct rule_variant *)ctx)->base;

	base->macros(base->ctx, visit, vctx);
}

/* ---- */

static const struct entry *entry_of(const struct rules *r, const struct rule *rule)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i] == rule)
			return &r->state->entry[i];
	return NULL;
}

struct str rules_filter_macro(const struct rules *r, const struct rule *rule)
{
	const struct entry *e = entry_of(r, rule);
	const struct str base = {rule->file.p, rule->file.n > 4 && str_ends(rule->file, ".yml") ? rule->file.n - 4 : rule->file.n};
	struct str found = {0};

	for (size_t i = 0; e && i < map_len(e->used); i++) {
		const struct str name = map_key(e->used, i);

		if (!str_ends(name, "_filter"))
			continue;
		if (!found.p || (name.n == base.n + 7 && memcmp(name.p, base.p, base.n) == 0))
			found = name;
	}
	return found;
}

struct str rules_filter_definition(const struct rules *r, const struct rule *rule, struct str filter, struct arena *a)
{
	const struct str macro = rules_filter_macro(r, rule);
	const struct entry *e = entry_of(r, rule);
	const struct str *args;
	struct str before = {0};

	if (!filter.n)
		filter = STR("search *");
	if (macro.p && e->context->env.macro(e->context->env.ctx, macro, 0, &before, &args))
		before = str_trim(before);
	if (!before.n || str_eqc(before, "search *"))
		return arena_str(a, filter);
	return str_c(arena_printf(a, "%.*s | %.*s", STR_FMT(before), STR_FMT(filter)));
}

struct rule_variant *rules_variant(const struct rules *r, const struct rule *rule, struct str filter, struct diag *d)
{
	const struct entry *e = entry_of(r, rule);
	struct diag found = DIAG_INIT;

	if (!e) {
		diag_set(d, 0, 0, "the rule is not one of this set");
		return NULL;
	}
	struct rule_variant *v = xcalloc(1, sizeof *v);
	struct str search = rule->search;

	v->arena = arena_new();
	v->base = &e->context->env;
	v->env = (struct spl_env){v, variant_macro, variant_lookup, variant_model, variant_dataset, variant_macros};
	if (filter.n) {
		v->macro = rules_filter_macro(r, rule);
		v->definition = rules_filter_definition(r, rule, filter, v->arena);
		if (!v->macro.n)
			search = str_c(arena_printf(v->arena, "%.*s\n| %.*s", STR_FMT(search), STR_FMT(v->definition)));
	}
	v->query = spl_compile(search, &v->env, &found);
	if (v->query)
		return v;
	diag_set(d, 0, 0, "%s", found.msg);
	rule_variant_free(v);
	return NULL;
}

const struct spl_query *rule_variant_query(const struct rule_variant *v)
{
	return v->query;
}

void rule_variant_free(struct rule_variant *v)
{
	if (!v)
		return;
	spl_free(v->query);
	arena_free(v->arena);
	free(v);
}

bool rules_exclude(struct rules *r, const struct rule *rule, struct str filter, struct diag *d)
{
	struct rules_state *st = r->state;
	struct rule *own = NULL;

	for (size_t i = 0; i < r->n; i++)
		if (r->v[i] == rule)
			own = r->v[i];
	if (!own || !own->query)
		return diag_set(d, 0, 0, "the rule cannot run");
	struct rule_variant *v = rules_variant(r, rule, filter, d);
	if (!v)
		return false;
	GROW(st->variant, st->nvariants, st->variantcap);
	st->variant[st->nvariants++] = v;
	own->excluding = v->query;
	return true;
}

/* Column of the first bar outside quotes and subsearches, from 1; 0: there is none. */
static int bar_at(struct str s)
{
	bool quoted = false;
	int col = 0, depth = 0;

	for (size_t at = 0; at < s.n; col++) {
		const uint32_t c = utf8_next(s, &at);

		if (quoted && c == '\\' && at < s.n) {
			utf8_next(s, &at);
			col++;
		} else if (c == '"') {
			quoted = !quoted;
		} else if (!quoted && (c == '[' || c == ']')) {
			depth += c == '[' ? 1 : -1;
		} else if (!quoted && c == '|' && depth == 0) {
			return col + 1;
		}
	}
	return 0;
}

bool rules_condition_check(struct str condition, const struct spl_env *env, struct diag *d)
{
	static const char *const around[][2] = {{"search ", ""}, {"search NOT (", ")"}};
	const int bar = bar_at(condition);

	if (!str_trim(condition).n)
		return diag_set(d, 1, 1, "a condition is needed: field=\"value\" …");
	if (bar)
		return diag_set(d, 1, bar, "a condition is one search; no command can follow it");
	/* Alone, so that it closes no bracket that it did not open; and as it will stand. */
	for (int i = 0; i < 2; i++) {
		const int before = (int)strlen(around[i][0]);
		struct diag found = DIAG_INIT;
		struct sbuf b = {0};

		sbuf_addf(&b, "%s%.*s%s", around[i][0], STR_FMT(condition), around[i][1]);
		struct spl_query *q = spl_compile(sbuf_str(&b), env, &found);
		sbuf_free(&b);
		if (!q)
			return diag_set(d, 1, found.line <= 1 && found.col > before ? found.col - before : 1, "%s", found.msg);
		spl_free(q);
	}
	return true;
}
