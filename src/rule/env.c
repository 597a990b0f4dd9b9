/* Finds the names that a search uses: macros, lookups, models, datasets. The order: what the analyst defined, the search's own
 * context, those of the other rules, what ships with spoor. */
#include "rule/ruleset.h"

#include "rule/files.h"

typedef const void *find_fn(struct context *c, void *what);

/* Asks the contexts in order until one answers. `shipped` says of a context whether its answer comes last. */
static const void *ask(struct context *own, bool (*shipped)(const struct context *c), find_fn *find, void *what)
{
	struct rules_state *st = own->state;

	for (int last = 0; last < 2; last++) {
		const void *found = own != &st->general && shipped(own) == (last == 1) ? find(own, what) : NULL;
		for (size_t i = 0; i < st->ncontexts && !found; i++)
			if (st->context[i] != own && shipped(st->context[i]) == (last == 1))
				found = find(st->context[i], what);
		if (found)
			return found;
	}
	return NULL;
}

static bool macros_shipped(const struct context *c) { return c->macros_shipped; }
static bool lookups_shipped(const struct context *c) { return c->lookups_shipped; }

struct macro_name {
	struct str name;
	unsigned nargs;
};

static const void *find_macro(struct context *c, void *what)
{
	const struct macro_name *m = what;

	return macros_find(c->macros, m->name, m->nargs);
}

static bool env_macro(void *ctx, struct str name, unsigned nargs, struct str *definition, const struct str **args)
{
	struct context *c = ctx;
	struct macro_name want = {name, nargs};

	pthread_mutex_lock(&c->state->lock);
	const struct macro *m = macros_find(c->state->override, name, nargs);
	if (!m)
		m = ask(c, macros_shipped, find_macro, &want);
	if (c->state->used)
		map_put(c->state->used, name, NULL);
	pthread_mutex_unlock(&c->state->lock);
	if (m) {
		*definition = m->definition;
		*args = m->arg;
	}
	return m != NULL;
}

static const void *find_lookup(struct context *c, void *what)
{
	return lookups_find(c, *(const struct str *)what);
}

static const struct spl_lookup *env_lookup(void *ctx, struct str name, struct diag *d)
{
	struct context *c = ctx;
	struct rules_state *st = c->state;

	pthread_mutex_lock(&st->lock);
	const struct lookup *l = ask(c, lookups_shipped, find_lookup, &name);
	if (!l) {
		bool fresh;
		union map_val *v = map_put(st->unknown, name, &fresh);
		if (fresh)
			v->p = lookup_missing(st->arena, name);
		l = v->p;
	}
	pthread_mutex_unlock(&st->lock);
	if (!diag_is_set(&l->error))
		return &l->pub;
	char text[sizeof(l->error.file) + sizeof(l->error.msg)];
	diag_set(d, 0, 0, "lookup %.*s: %s", STR_FMT(name), diag_text(&l->error, text, sizeof(text)));
	return NULL;
}

static const void *find_model(struct context *c, void *what)
{
	const struct str *name = what;
	struct sbuf file = {0};

	sbuf_addf(&file, "__mlspl_%.*s.mlmodel", STR_FMT(*name));
	const union map_val *v = map_get(c->files, sbuf_str(&file));
	sbuf_free(&file);
	return v ? v->p : NULL;
}

static bool env_model(void *ctx, struct str name, struct str *bytes)
{
	struct context *c = ctx;
	struct diag d = DIAG_INIT;
	struct sbuf text = {0};

	pthread_mutex_lock(&c->state->lock);
	const char *path = ask(c, lookups_shipped, find_model, &name);
	bool ok = path && file_read(path, TABLE_FILE_MAX, &text, &d);
	if (ok)
		*bytes = arena_str(c->state->arena, sbuf_str(&text));
	pthread_mutex_unlock(&c->state->lock);
	sbuf_free(&text);
	return ok;
}

static struct rows *env_dataset(void *ctx, struct str name)
{
	const struct rules_state *st = ((struct context *)ctx)->state;

	return st->dataset ? st->dataset(st->dataset_ctx, name) : NULL;
}

static void visit_macros(const struct map *m, struct map *seen, void (*visit)(void *vctx, struct str name, unsigned nargs), void *vctx)
{
	for (size_t i = 0; i < map_len(m); i++) {
		const struct macro *one = map_val(m, i)->p;
		bool fresh;
		map_put(seen, map_key(m, i), &fresh);
		if (fresh)
			visit(vctx, one->name, one->nargs);
	}
}

static void env_macros(void *ctx, void (*visit)(void *vctx, struct str name, unsigned nargs), void *vctx)
{
	const struct rules_state *st = ((struct context *)ctx)->state;
	struct map *seen = map_new();

	visit_macros(st->override, seen, visit, vctx);
	for (size_t i = 0; i < st->ncontexts; i++)
		visit_macros(st->context[i]->macros, seen, visit, vctx);
	map_free(seen);
}

void env_init(struct context *c, struct rules_state *st)
{
	c->state = st;
	c->env = (struct spl_env){c, env_macro, env_lookup, env_model, env_dataset, env_macros};
}
