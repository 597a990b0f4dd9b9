/* Reading aggregations: `func[(field | * | eval(expr))] [as name]`. What they do is agg_fn.c's. */
#include "spl/agg.h"

#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"

static bool is_percentile(const struct agg_fn *fn)
{
	return str_ends(str_c(fn->name), "perc");
}

static struct str next_name(void *ctx)
{
	size_t n, *i = ctx;
	const struct agg_fn *all = agg_all(&n);

	return *i < n ? str_c(all[(*i)++].name) : (struct str){NULL, 0};
}

/* The function `w`; of "perc95" also the number. */
static const struct agg_fn *find(struct parser *p, size_t at, struct str w, double *percentile)
{
	const struct agg_fn *fn = agg_find(w);
	struct str word = w;
	bool number = false;

	if (!fn || is_percentile(fn)) {
		while (word.n && ((word.p[word.n - 1] >= '0' && word.p[word.n - 1] <= '9') ||
				  word.p[word.n - 1] == '.'))
			word.n--;
		fn = agg_find(word);
		number = str_number((struct str){w.p + word.n, w.n - word.n}, percentile);
		if (fn && !is_percentile(fn))
			fn = NULL;
	}
	if (!fn) {
		size_t i = 0;
		struct str near = spl_nearest(w, next_name, &i);
		if (str_ieqc(w, "sparkline"))
			p_error(p, at, "sparkline() is not supported; timechart gives the numbers over time");
		else if (near.p)
			p_error(p, at, "unknown aggregation '%.*s'; did you mean '%.*s'?", STR_FMT(w),
				STR_FMT(near));
		else
			p_error(p, at, "unknown aggregation '%.*s'", STR_FMT(w));
		return NULL;
	}
	if (is_percentile(fn) && (!number || *percentile < 0 || *percentile > 100)) {
		p_error(p, at, "%s needs a percentile from 0 to 100, as in %s95(field)", fn->name, fn->name);
		return NULL;
	}
	return fn;
}

static bool parse_one(struct parser *p, struct agg *g)
{
	struct str w;

	p_blank(p);
	size_t start = p->at;
	if (!p_word(p, "()=<>!", &w))
		return p_error(p, p->at, "expected an aggregation, as in count or values(field), found %s",
			       p_found(p));
	*g = (struct agg){.limit = spl_limits_default.list_values};
	g->fn = find(p, start, w, &g->percentile);
	if (!g->fn)
		return false;
	g->as = w;

	if (p_char(p, '(')) {
		p_blank(p);
		size_t inner = p->at;
		bool eval = p_take_word(p, "eval") && p_char(p, '(');
		if (eval) {
			g->eval = parse_eval(p);
			if (!g->eval)
				return false;
			if (!p_char(p, ')'))
				return p_error(p, p->at, "expected ) after the expression, found %s",
					       p_found(p));
			struct str text = str_trim((struct str){p->text.p + inner, p->at - inner});
			g->as = str_c(arena_printf(p->arena, "%.*s(%.*s)", STR_FMT(w), STR_FMT(text)));
		}
		if (!eval)
			p->at = inner;
		if (!eval && p_peek(p) != ')') {
			if (!p_name(p, "a field", &g->field))
				return false;
			g->as = str_c(arena_printf(p->arena, "%.*s(%.*s)", STR_FMT(w), STR_FMT(g->field)));
		}
		if (!p_char(p, ')'))
			return p_error(p, p->at, "expected ) after %s(…, found %s", g->fn->name, p_found(p));
	}
	if (g->fn->needs_field && !g->field.n && !g->eval)
		return p_error(p, start, "%.*s needs a field, as in %.*s(field)", STR_FMT(w), STR_FMT(w));
	if (p_take_word(p, "as")) {
		if (!p_name(p, "a name after 'as'", &g->as))
			return false;
		g->named = true;
		if (name_stars(g->as) != name_stars(g->field) || name_stars(g->as) > NAME_STARS)
			return p_error(p, start,
				       "the wildcards of %.*s(%.*s) and of its name '%.*s' do not match",
				       STR_FMT(w), STR_FMT(g->field), STR_FMT(g->as));
	}
	g->at = (uint32_t)start;
	g->len = (uint32_t)(p->at - start);
	return true;
}

bool agg_no_rates(struct parser *p, const struct agg *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].fn->per > 0)
			return p_error(p, v[i].at, "%s() is timechart's alone; elsewhere sum() and a division do it", v[i].fn->name);
	return true;
}

size_t agg_parse(struct parser *p, const char *const *until, struct agg **out)
{
	struct agg *v = NULL;
	size_t n = 0, cap = 0;

	*out = NULL;
	for (;;) {
		bool stop = false;
		while (p_char(p, ','))
			;
		for (const char *const *w = until; w && *w; w++)
			stop = stop || p_word_is(p, *w);
		if (n > 0 && (stop || p_done(p)))
			break;
		if (stop)
			p_error(p, p->at, "expected an aggregation before %s", p_found(p));
		GROW(v, n, cap);
		if (stop || !parse_one(p, &v[n])) {
			free(v);
			return 0;
		}
		n++;
	}
	*out = ARENA_ARRAY(p->arena, struct agg, n);
	memcpy(*out, v, n * sizeof(*v));
	free(v);
	return n;
}
