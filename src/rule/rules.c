/* A rule set from start to end: read, compiled, defined anew, freed. */
#include "rule/ruleset.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rule/files.h"

static struct rules *rules_new(void)
{
	struct rules *r = xcalloc(1, sizeof(*r));
	struct rules_state *st = xcalloc(1, sizeof(*st));

	r->state = st;
	st->arena = arena_new();
	st->by_id = map_new();
	st->override = map_new();
	st->unknown = map_new();
	pthread_mutex_init(&st->lock, NULL);
	env_init(&st->general, st);
	return r;
}

/* ---- compiling ---- */

/* An error in the search as one in the rule's file. */
static void place_error(const struct rule *r, const struct diag *found, struct diag *out)
{
	struct diag at = {.line = r->search_line};

	if (found->col > 0)
		rule_place(r, found->line, found->col, &at);
	if (at.col)
		diag_set(out, at.line, 0, "search, column %d: %s", at.col, found->msg);
	else
		diag_set(out, at.line, 0, "search: %s", found->msg);
	diag_file(out, r->path.p);
}

/* Compiles into a new query; `used` gets the names of the macros met. NULL with *d set: the search is wrong, or for other logs than
 * Sysmon's, which the rule keeps in mind. */
static struct spl_query *compile(struct rules_state *st, const struct entry *e, struct map *used, struct diag *d)
{
	struct diag found = DIAG_INIT;
	struct sbuf elsewhere = {0};

	pthread_mutex_lock(&st->lock);
	st->used = used;
	pthread_mutex_unlock(&st->lock);
	struct spl_query *q = spl_compile_own(e->rule->search, &e->context->env, &elsewhere, &found);
	pthread_mutex_lock(&st->lock);
	st->used = NULL;
	pthread_mutex_unlock(&st->lock);
	e->rule->elsewhere = elsewhere.n > 0;
	if (elsewhere.n) {
		found = (struct diag)DIAG_INIT;          /* whatever else may be wrong with it */
		diag_set(&found, 0, 0, "it is for other logs than Sysmon's: it looks for %s", elsewhere.p);
	}
	if (!q)
		place_error(e->rule, &found, d);
	sbuf_free(&elsewhere);
	return q;
}

/* ---- reading ---- */

static void warn_at(struct rules *r, const char *path, int line, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static void warn_at(struct rules *r, const char *path, int line, const char *fmt, ...)
{
	struct diag d = DIAG_INIT;
	va_list ap;

	va_start(ap, fmt);
	diag_vset(&d, line, 0, fmt, ap);
	va_end(ap);
	diag_file(&d, path);
	diags_add(&r->warnings, &d);
}

static void fill_techniques(struct rule *r, const struct context *c)
{
	for (size_t i = 0; i < r->nmitre; i++) {
		const union map_val *v = map_get(c->techniques, r->mitre[i].id);
		if (v)
			r->mitre[i] = *(const struct technique *)v->p;
	}
}

/* Is this the same file again, or another rule with an id that is taken? True: leave it out. */
static bool is_double(struct rules *r, const struct rule *rule)
{
	if (!rule->id.n)
		return false;
	const union map_val *v = map_get(r->state->by_id, rule->id);
	const struct rule *first = v ? v->p : NULL;
	if (!first)
		return false;
	char *a = realpath(first->path.p, NULL), *b = realpath(rule->path.p, NULL);
	if (!a || !b || strcmp(a, b) != 0)
		warn_at(r, rule->path.p, 0, "left out: its id %.*s is that of %s, too; give it an id of its own", STR_FMT(rule->id),
		        first->path.p);
	free(a);
	free(b);
	return true;
}

static bool is_deprecated(const struct rule *r)
{
	return str_ieqc(r->status, "deprecated") || str_ieqc(r->status, "removed");
}

static void read_rule(struct rules *r, const struct rule_source *s)
{
	struct rules_state *st = r->state;
	struct rule *rule = ARENA_NEW(st->arena, struct rule);
	struct sbuf text = {0};

	rule->path = arena_str(st->arena, str_c(s->path));
	rule->file = str_c(file_base(rule->path.p));
	rule->why_not = (struct diag)DIAG_INIT;
	if (file_read(s->path, RULE_FILE_MAX, &text, &rule->why_not))
		escu_read(rule, sbuf_str(&text), st->arena, &r->warnings);
	else
		escu_read(rule, STR(""), st->arena, &r->warnings);       /* the first reason stays */
	sbuf_free(&text);
	if (is_double(r, rule))
		return;
	if (rule->id.n)
		map_put(st->by_id, rule->id, NULL)->p = rule;
	fill_techniques(rule, s->context);
	if (is_deprecated(rule) && !s->named) {
		rule->withdrawn = true;
		diag_set(&rule->why_not, 0, 0, "its status is %.*s; name the file itself to run it", STR_FMT(rule->status));
	}
	struct entry e = {rule, s->context, map_new()};
	if (!diag_is_set(&rule->why_not))
		rule->query = compile(st, &e, e.used, &rule->why_not);
	diag_file(&rule->why_not, s->path);
	if (r->n >= r->cap) {
		r->cap = r->cap ? r->cap * 2 : 64;
		r->v = xreallocarray(r->v, r->cap, sizeof(*r->v));
		st->entry = xreallocarray(st->entry, r->cap, sizeof(*st->entry));
	}
	st->entry[r->n++] = e;
}

static int by_file(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = str_cmp(x->rule->file, y->rule->file);

	return c ? c : str_cmp(x->rule->path, y->rule->path);
}

static void read_overrides(struct rules *r, const char *const *overrides, size_t n)
{
	struct rules_state *st = r->state;
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		macros_read(st->override, overrides[i], st->arena, &r->warnings, &count);
	r->nmacros += count;
	st->own = ARENA_ARRAY(st->arena, struct str, map_len(st->override));
	for (size_t i = 0; i < map_len(st->override); i++)
		st->own[st->nown++] = ((const struct macro *)map_val(st->override, i)->p)->name;
}

static struct rules *load(const char *const *paths, size_t npaths, const char *const *overrides, size_t noverrides, bool with_rules)
{
	struct rules *r = rules_new();
	struct rule_sources s = {0};

	read_overrides(r, overrides, noverrides);
	for (size_t i = 0; i < npaths; i++)
		rule_sources_add(&s, r, paths[i]);
	for (size_t i = 0; i < s.n && with_rules; i++)
		read_rule(r, &s.v[i]);
	rule_sources_free(&s);
	if (r->n)
		qsort(r->state->entry, r->n, sizeof(*r->state->entry), by_file);
	for (size_t i = 0; i < r->n; i++)
		r->v[i] = r->state->entry[i].rule;
	return r;
}

struct rules *rules_load(const char *const *paths, size_t npaths, const char *const *overrides, size_t noverrides)
{
	return load(paths, npaths, overrides, noverrides, true);
}

struct rules *rules_load_macros(const char *const *paths, size_t npaths, const char *const *overrides, size_t noverrides)
{
	return load(paths, npaths, overrides, noverrides, false);
}

/* ---- use ---- */

const struct spl_env *rules_env(const struct rules *r)
{
	return &r->state->general.env;
}

void rules_set_dataset(struct rules *r, struct rows *(*dataset)(void *ctx, struct str name), void *ctx)
{
	r->state->dataset = dataset;
	r->state->dataset_ctx = ctx;
}

static int by_macro(const void *a, const void *b)
{
	return str_cmp(((const struct own_macro *)a)->name, ((const struct own_macro *)b)->name);
}

struct own_macro *rules_own_macros(const struct rules *r, struct arena *a, size_t *n)
{
	const struct rules_state *st = r->state;
	struct own_macro *v = ARENA_ARRAY(a, struct own_macro, st->nown);

	for (size_t i = 0; i < st->nown; i++) {
		v[i] = (struct own_macro){.name = st->own[i]};
		for (size_t k = 0; k < r->n; k++)
			v[i].rules += map_get(st->entry[k].used, st->own[i]) != NULL;
	}
	if (st->nown)
		qsort(v, st->nown, sizeof(*v), by_macro);
	*n = st->nown;
	return v;
}

/* ---- the end ---- */

static void context_free(struct context *c)
{
	lookups_free(c->lookups);
	map_free(c->macros);
	map_free(c->lookups);
	map_free(c->files);
	map_free(c->techniques);
	free(c->id);
	free(c);
}

void rules_free(struct rules *r)
{
	if (!r)
		return;
	struct rules_state *st = r->state;
	for (size_t i = 0; i < r->n; i++) {
		spl_free(r->v[i]->query);
		map_free(st->entry[i].used);
	}
	for (size_t i = 0; i < st->nvariants; i++)
		rule_variant_free(st->variant[i]);
	free(st->variant);
	for (size_t i = 0; i < st->ncontexts; i++)
		context_free(st->context[i]);
	lookups_free(st->unknown);
	map_free(st->by_id);
	map_free(st->override);
	map_free(st->unknown);
	pthread_mutex_destroy(&st->lock);
	arena_free(st->arena);
	free(st->context);
	free(st->entry);
	free(st);
	diags_free(&r->warnings);
	free(r->v);
	free(r);
}
