/* Does a value satisfy the terms on its column? Asked once per distinct value. */
#include "spl/scan_cond.h"

/* A value and its folded form. */
struct value {
	uint32_t id, fold;
	struct str folded;
	const struct grams *grams;                       /* of the folded text; NULL: not made */
};

static struct value value_of(const struct scanning *s, uint32_t id)
{
	uint32_t fold = pool_fold(s->pool, id);

	return (struct value){id, fold, pool_str(s->pool, fold), NULL};
}

static bool holds(const struct scanning *s, const struct pred *p, const struct value *v);

static bool in_set(const struct scanning *s, const struct pred *p, const struct value *v)
{
	size_t lo = 0, hi = p->nids;
	double d;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (p->id[mid] < v->fold)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < p->nids && p->id[lo] == v->fold)
		return true;
	if (!p->nnums || !str_number(pool_str(s->pool, v->id), &d))
		return false;
	for (lo = 0, hi = p->nnums; lo < hi;) {
		size_t mid = lo + (hi - lo) / 2;
		if (p->num[mid] < d)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < p->nnums && !(p->num[lo] > d);
}

static bool holds_for_text(const struct scanning *s, const struct pred *p, const struct value *v)
{
	switch (p->op) {
	case P_TERM:
		if (p->exact)
			return (v->fold == p->exact) == (p->cmp == CMP_EQ);
		if (p->wild && v->grams && wild_never(p->wild, v->grams))
			return p->cmp == CMP_NE;
		if (p->wild)
			return wild_match(p->wild, v->folded) == (p->cmp == CMP_EQ);
		return pattern_match(p->p, p->cmp, pool_str(s->pool, v->id), v->folded);
	case P_KEYWORD:
		return pattern_keyword(p->p, v->folded);
	case P_PRESENT:
		return true;
	case P_SET:
		return in_set(s, p, v);
	default:
		return holds(s, p, v);
	}
}

static bool holds(const struct scanning *s, const struct pred *p, const struct value *v)
{
	switch (p->op) {
	case P_AND:
		for (size_t i = 0; i < p->n; i++)
			if (!holds(s, p->arg[i], v))
				return false;
		return true;
	case P_OR:
		for (size_t i = 0; i < p->n; i++)
			if (holds(s, p->arg[i], v))
				return true;
		return false;
	case P_NOT:
		return !holds(s, p->arg[0], v);
	default:
		return v->id && holds_for_text(s, p, v); /* no term holds for null */
	}
}

/* The same for a list: a term holds when it does for any of its values. */
static bool holds_for_list(const struct scanning *s, const struct pred *p, uint32_t id)
{
	switch (p->op) {
	case P_AND:
		for (size_t i = 0; i < p->n; i++)
			if (!holds_for_list(s, p->arg[i], id))
				return false;
		return true;
	case P_OR:
		for (size_t i = 0; i < p->n; i++)
			if (holds_for_list(s, p->arg[i], id))
				return true;
		return false;
	case P_NOT:
		return !holds_for_list(s, p->arg[0], id);
	default:
		break;
	}
	for (struct str rest = pool_str(s->pool, id); rest.p;) {
		const char *end = memchr(rest.p, '\n', rest.n);
		struct str one = {rest.p, end ? (size_t)(end - rest.p) : rest.n};
		struct value v = value_of(s, pool_intern(s->pool, one));
		if (holds_for_text(s, p, &v))
			return true;
		rest = end ? (struct str){end + 1, rest.n - one.n - 1} : (struct str){NULL, 0};
	}
	return false;
}

uint8_t cond_decide(const struct scanning *s, const struct cond *c, uint32_t id)
{
	if (c->multi)
		return holds_for_list(s, c->pred, id) ? YES : NO;
	struct value v = value_of(s, id);

	return holds(s, c->pred, &v) ? YES : NO;
}

/* Before deciding much of the dictionary. */
static void prepare(struct scanning *s, struct cond *c)
{
	enum { MANY = 64 };                              /* values: of fewer the pool is asked */

	if (!c->memo)
		c->memo = arena_zalloc(s->arena, c->col.ndict);
	if (!c->multi && c->col.ndict >= MANY)
		c->folded = folds_of(s, &c->col);
}

/* The answer for this place in the dictionary, remembered. */
static uint8_t decide_at(const struct scanning *s, struct cond *c, uint32_t code)
{
	if (!c->memo[code] && c->folded) {
		struct value v = {c->col.dict[code], c->folded->id[code], c->folded->text[code], &c->folded->grams[code]};
		c->memo[code] = holds(s, c->pred, &v) ? YES : NO;
	} else if (!c->memo[code]) {
		c->memo[code] = cond_decide(s, c, c->col.dict[code]);
	}
	return c->memo[code];
}

bool cond_decide_all(struct scanning *s, struct cond *c)
{
	if (c->decided)
		return true;
	prepare(s, c);
	c->yes = 0;
	for (uint32_t i = 0; i < c->col.ndict; i++) {
		c->yes += decide_at(s, c, i) == YES;
		if (i % 4096 == 0 && scan_stopped(s))
			return false;
	}
	c->decided = true;
	return true;
}

bool cond_has(struct scanning *s, struct cond *c, uint8_t answer)
{
	prepare(s, c);
	for (uint32_t i = 0; i < c->col.ndict; i++) {
		if (decide_at(s, c, i) == answer || (i % 4096 == 0 && scan_stopped(s)))
			return true;
	}
	return false;
}
