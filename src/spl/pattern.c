/* Values of the search dialect: compiled once, then matched against texts (spl-spec 2.6 and trap 9). Escapes are lex.c's,
 * rows are expr.c's and the engine's. */
#include "spl/lex.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "spl/expr.h"

static struct str fold(struct arena *a, struct str s)
{
	struct sbuf b = {0};

	utf8_fold_str(s, &b);
	struct str folded = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return folded;
}

/* The five XML entities decoded, in one pass. False when there is none. */
static bool decode_entities(struct arena *a, struct str s, struct str *out)
{
	static const struct {
		const char *name;
		char c;
	} entity[] = {{"&gt;", '>'}, {"&lt;", '<'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	bool any = false;

	for (size_t i = 0; i < s.n; n++) {
		struct str rest = {s.p + i, s.n - i};
		size_t k = 0, known = sizeof(entity) / sizeof(entity[0]);
		while (k < known && !str_starts(rest, entity[k].name))
			k++;
		p[n] = k < known ? entity[k].c : s.p[i];
		i += k < known ? strlen(entity[k].name) : 1;
		any = any || k < known;
	}
	p[n] = '\0';
	*out = (struct str){p, n};
	return any;
}

static bool all_stars(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '*')
			return false;
	return s.n > 0;
}

static struct pattern *compile(struct arena *a, struct str unescaped)
{
	struct pattern *p = ARENA_NEW(a, struct pattern);

	p->text = arena_str(a, unescaped);
	p->folded = fold(a, p->text);
	if (all_stars(p->text)) {
		p->kind = PAT_PRESENT;
	} else if (wild_has_star(p->text)) {
		p->kind = PAT_WILD;
		p->wild = wild_new(a, p->text, true);
	} else {
		p->kind = PAT_EXACT;
		p->is_number = str_number(p->text, &p->number);
		cidr_parse(p->text, &p->cidr);
	}
	return p;
}

struct pattern *pattern_new(struct arena *a, struct str unescaped)
{
	struct pattern *p = compile(a, unescaped);
	struct str decoded;

	if (p->text.n && memchr(p->text.p, '&', p->text.n) && decode_entities(a, p->text, &decoded))
		p->decoded = compile(a, decoded);
	return p;
}

static bool match_equal(const struct pattern *p, struct str text, struct str folded)
{
	double d;

	switch (p->kind) {
	case PAT_PRESENT:
		return true;
	case PAT_WILD:
		return wild_match(p->wild, folded);
	case PAT_EXACT:
		break;
	}
	if (p->cidr.family)
		return cidr_holds(&p->cidr, text);
	return str_eq(p->folded, folded) || (p->is_number && str_number(text, &d) && d == p->number);
}

bool pattern_match(const struct pattern *p, enum cmp_op cmp, struct str text, struct str folded)
{
	double d;
	int order;

	if (cmp == CMP_EQ || cmp == CMP_NE) {
		bool equal = match_equal(p, text, folded);
		if (!equal && p->decoded)
			equal = match_equal(p->decoded, text, folded);
		return equal == (cmp == CMP_EQ);
	}
	if (p->is_number && str_number(text, &d))
		order = (d > p->number) - (d < p->number);
	else
		order = str_cmp(folded, p->folded);
	switch (cmp) {
	case CMP_LT:
		return order < 0;
	case CMP_LE:
		return order <= 0;
	case CMP_GT:
		return order > 0;
	default:
		return order >= 0;
	}
}

/* ---- keywords ---- */

static bool in_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

/* The first place at or after *at where the piece stands, with word boundaries where asked for; *at moves behind it. */
static bool find_piece(struct str text, struct str piece, bool front, bool back, size_t *at)
{
	for (size_t from = *at; from <= text.n; from++) {
		ptrdiff_t found = str_find((struct str){text.p + from, text.n - from}, piece);
		if (found < 0)
			return false;
		from += (size_t)found;
		size_t end = from + piece.n;
		if ((!front || from == 0 || !in_word(text.p[from - 1])) &&
		    (!back || end == text.n || !in_word(text.p[end]))) {
			*at = end;
			return true;
		}
	}
	return false;
}

static bool keyword(const struct pattern *p, struct str folded)
{
	size_t at = 0;

	if (p->kind == PAT_PRESENT)
		return true;
	if (p->kind == PAT_EXACT)
		return p->folded.n > 0 && find_piece(folded, p->folded, true, true, &at);
	/* The earliest place for each piece leaves most room for the next. */
	const struct wild *w = p->wild;
	for (unsigned i = 0; i < w->n; i++)
		if (!find_piece(folded, w->piece[i], i == 0 && !w->open_front, i + 1 == w->n && !w->open_back, &at))
			return false;
	return true;
}

bool pattern_keyword(const struct pattern *p, struct str folded)
{
	return keyword(p, folded) || (p->decoded && keyword(p->decoded, folded));
}
