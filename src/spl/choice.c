/* Choosing series of a chart by what their values come to. */
#include "spl/choice.h"

#include <math.h>

/* A whole number behind a word, as in top5. */
static bool word_number(const char *word, struct str w, size_t *n)
{
	unsigned long long v;
	const size_t k = strlen(word);

	if (!str_istarts(w, word) || !str_u64((struct str){w.p + k, w.n - k}, &v) || !v || v > SIZE_MAX / 2)
		return false;
	*n = (size_t)v;
	return true;
}

bool choice_parse(struct parser *p, struct choice *c)
{
	static const char *const by[] = {[BY_SUM] = "sum", [BY_MAX] = "max", [BY_MIN] = "min", [BY_AVG] = "avg", [BY_COUNT] = "count"};
	struct str w;
	size_t at = p->at, k = 0;

	*c = (struct choice){0};
	while (k < sizeof(by) / sizeof(by[0]) && !p_take_word(p, by[k]))
		k++;
	if (k == sizeof(by) / sizeof(by[0]))
		return p_error(p, at, "where takes sum, max, min, avg or count of a series here, found %s", p_found(p));
	c->by = (int)k;
	if (p_char(p, '>') || p_char(p, '<')) {
		c->how = p->text.p[p->at - 1] == '>' ? MORE : LESS;
		at = p->at;
		return (p_word(p, NULL, &w) && str_number(w, &c->than)) || p_error(p, at, "expected a number after the comparison");
	}
	c->not = p_take_word(p, "notin");
	if (!c->not && !p_take_word(p, "in"))
		return p_error(p, p->at, "expected in topN, in bottomN, > N or < N, found %s", p_found(p));
	p_blank(p);
	at = p->at;
	if (p_word(p, NULL, &w)) {
		if (word_number("top", w, &c->n))
			return true;
		c->how = BOTTOM;
		if (word_number("bottom", w, &c->n))
			return true;
	}
	return p_error(p, at, "expected topN or bottomN, as in top5");
}

bool choice_limits(const struct choice *c)
{
	return c->n || c->how == MORE || c->how == LESS;
}

void score_add(struct score *s, double value)
{
	s->max = s->n > 0 ? fmax(s->max, value) : value;
	s->min = s->n > 0 ? fmin(s->min, value) : value;
	s->sum += value;
	s->n++;
}

void score_rank(struct score *s, const struct choice *c)
{
	const double of[] = {[BY_SUM] = s->sum, [BY_MAX] = s->max, [BY_MIN] = s->min, [BY_AVG] = s->n > 0 ? s->sum / s->n : 0, [BY_COUNT] = s->n};

	s->rank = of[c->by];
}

bool choice_has(const struct choice *c, const struct score *s, size_t i, size_t n)
{
	switch (c->how) {
	case TOP:
		return !c->n || (i < c->n) != c->not;
	case BOTTOM:
		return (n - i <= c->n) != c->not;
	case MORE:
		return s->rank > c->than;
	default:
		return s->rank < c->than;
	}
}
