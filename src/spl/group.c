/* Grouping rows by columns: what stats and its kin share. The table of groups is grouping.c's. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/wild.h"
#include "spl/cmdlib.h"
#include "spl/combos.h"

struct keys row_keys(struct spl_run *run, const struct rows *r, const struct str *name, size_t n)
{
	ptrdiff_t *col = ARENA_ARRAY(run->arena, ptrdiff_t, n);

	for (size_t i = 0; i < n; i++)
		col[i] = rows_find(r, name[i]);
	return (struct keys){name, col, n};
}

static bool is_key(const struct str *key, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(key[i], name))
			return true;
	}
	return false;
}

struct agg *aggs_expand(struct spl_run *run, const struct rows *r, const struct agg *agg, size_t n,
			const struct str *key, size_t nkeys, size_t *nout)
{
	size_t most = 0, m = 0;

	for (size_t i = 0; i < n; i++)
		most += wild_has_star(agg[i].field) ? r->ncols : 1;
	struct agg *out = ARENA_ARRAY(run->arena, struct agg, most);
	for (size_t i = 0; i < n; i++) {
		struct agg g = agg[i];
		struct str part[NAME_STARS];
		g.limit = run->limits->list_values;
		if (!wild_has_star(g.field)) {
			out[m++] = g;
			continue;
		}
		for (size_t c = 0; c < r->ncols; c++) {
			struct str name = r->col[c].name;
			if (!name_match(agg[i].field, name, part) || is_key(key, nkeys, name) ||
			    (name_hidden(name) && !name_hidden(agg[i].field)))
				continue;
			g.field = arena_str(run->arena, name);
			if (g.named)
				g.as = name_fill(agg[i].as, part, run->arena);
			else
				g.as = str_c(arena_printf(run->arena, "%.*s(%.*s)",
				                          (int)(str_find(agg[i].as, STR("("))), agg[i].as.p,
				                          STR_FMT(name)));
			out[m++] = g;
		}
	}
	*nout = m;
	return out;
}

struct feed *feeds_of(struct spl_run *run, const struct rows *r, const struct agg *agg, size_t n)
{
	struct feed *f = ARENA_ARRAY(run->arena, struct feed, n);

	for (size_t i = 0; i < n; i++) {
		f[i].agg = &agg[i];
		f[i].col = agg[i].field.n ? rows_find(r, agg[i].field) : -1;
	}
	return f;
}

struct val feed_value(const struct feed *f, const struct rows *r, size_t row, struct eval_ctx *c)
{
	if (f->agg->eval) {
		c->row = row;
		return expr_eval(f->agg->eval, c);
	}
	return f->col < 0 ? val_null() : r->col[f->col].v[row];
}

double row_seconds(const struct rows *r, ptrdiff_t time_col, size_t row)
{
	double t;

	return time_col >= 0 && val_number(r->col[time_col].v[row], &t) ? t : (double)NAN;
}

/* Calls `visit` for each combination of the row's key values; not when one is null. */
static void keys_each(const struct keys *k, const struct rows *r, size_t row,
                      void (*visit)(void *ctx, const struct val *key), void *ctx)
{
	enum { FEW = 16 };
	struct val few[FEW], *key = k->n <= FEW ? few : xcalloc(k->n, sizeof(*key));
	bool lists = false, null = false;

	for (size_t i = 0; i < k->n; i++) {
		key[i] = k->col[i] < 0 ? val_null() : r->col[k->col[i]].v[row];
		null |= val_is_null(key[i]);
		lists |= key[i].type == V_MV;
	}
	if (!null && !lists) {
		visit(ctx, key);
	} else if (!null) {
		/* Counts through the combinations as an odometer does, the last key fastest. */
		uint32_t *at = xcalloc(k->n, sizeof(*at));
		for (size_t i = k->n; i > 0;) {
			for (size_t j = 0; j < k->n; j++)
				key[j] = val_at(r->col[k->col[j]].v[row], at[j]);
			visit(ctx, key);
			for (i = k->n; i > 0 && ++at[i - 1] == val_count(r->col[k->col[i - 1]].v[row]); i--)
				at[i - 1] = 0;
		}
		free(at);
	}
	if (key != few)
		free(key);
}

/* The keys of one row as bits: four words a value. */
static void key_bits(const struct keys *k, const struct rows *r, size_t row, uint32_t *word)
{
	for (size_t i = 0; i < k->n; i++) {
		struct val v = k->col[i] < 0 ? val_null() : r->col[k->col[i]].v[row];
		uint64_t bits = 0;
		if (v.type == V_NUM)
			memcpy(&bits, &v.num, sizeof(bits));
		else if (v.type != V_NULL)
			bits = (uintptr_t)v.s;           /* or its list, which never changes */
		word[4 * i] = v.type;
		word[4 * i + 1] = v.type == V_STR ? v.len : 0;
		memcpy(&word[4 * i + 2], &bits, sizeof(bits));
	}
}

struct group_state {
	struct spl_run *run;
	const struct rows *in;
	const struct store *store;
	struct grouping *g;
	struct combos combos;
	uint32_t combo;
	struct arena *arena;
	const struct feed *feed;
	size_t nfeeds;
	struct eval_ctx *eval;
	size_t row;
	double time;
	size_t held, fed;
};

/* A group of a combination that was not seen before. */
static void new_group(void *ctx, const struct val *key)
{
	struct group_state *s = ctx;

	combos_add(&s->combos, s->combo, grouping_at(s->g, key));
}

static void feed_group(struct group_state *s, uint32_t group)
{
	if (++s->fed % 1024 == 0)
		run_over(s->run, s->held + grouping_bytes(s->g) + combos_bytes(&s->combos));
	if (run_stopped(s->run))
		return;
	for (size_t i = 0; i < s->nfeeds; i++)
		if (grouping_feeds(s->g, i))
			agg_feed(s->feed[i].agg, grouping_state(s->g, group, i),
				 feed_value(&s->feed[i], s->in, s->row, s->eval), s->time, s->arena);
	lineage_add(grouping_lineage(s->g, group), s->store, s->in->lin[s->row]);
}

struct rows *group_rows(struct spl_run *run, struct rows *in, const struct keys *k, const struct agg *agg,
			size_t nagg, struct eval_ctx *c)
{
	struct arena *states = arena_new();
	struct group_state s = {
		.run = run, .in = in, .store = run_store(run), .arena = states, .eval = c,
		.g = grouping_new(states, k->n, agg, nagg),
		.feed = feeds_of(run, in, agg, nagg), .nfeeds = nagg, .held = rows_bytes(in),
		.combos = {.words = 4 * k->n},
	};
	uint32_t *word = ARENA_ARRAY(run->arena, uint32_t, s.combos.words);
	ptrdiff_t time_col = rows_find(in, STR("_time"));
	bool partial = false;

	grouping_share(s.g);
	if (k->n == 0)
		grouping_at(s.g, NULL);
	for (size_t i = 0; i < in->n && !partial; i++) {
		s.row = i;
		s.time = row_seconds(in, time_col, i);
		bool fresh;
		key_bits(k, in, i, word);
		s.combo = combos_at(&s.combos, word, &fresh);
		if (fresh)
			keys_each(k, in, i, new_group, &s);
		for (uint32_t j = 0; j < s.combos.count[s.combo]; j++)
			feed_group(&s, s.combos.group[s.combos.first[s.combo] + j]);
		if (i % 1024 == 0)                       /* evaluating lets them grow */
			s.held = rows_bytes(in);
		partial = run_stopped(run);
	}
	struct rows *out = grouping_rows(s.g, k->name);
	out->partial |= partial;
	rows_adopt(out, in);
	if (out->list_cut)
		run_warn(run, "list() keeps the first %zu values of a group", run->limits->list_values);
	out->list_cut = false;
	combos_free(&s.combos);
	arena_free(states);
	return out;
}

void needs_aggs(struct fieldset *f, const struct agg *agg, size_t n, struct arena *a)
{
	fieldset_add(f, STR("_time"), a);
	for (size_t i = 0; i < n; i++) {
		if (agg[i].field.n)
			fieldset_add(f, agg[i].field, a);
		fieldset_add_expr(f, agg[i].eval, a);
	}
}
