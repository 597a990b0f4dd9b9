/* The search dialect: search, implicit search, tstats where (spl-spec 2.3). OR binds tighter than AND, AND is mostly
 * unwritten, NOT takes the next primary. Matching is pattern.c's. */
#include "spl/lex.h"

#include "spl/node.h"

struct search {
	struct parser *p;
	const char *const *until;                        /* words that end it, outside parentheses; may be NULL */
	unsigned parens;
};

static struct expr *and_expr(struct search *s);

static inline bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char char_at(const struct parser *p, size_t at)
{
	return at < p->end ? p->text.p[at] : '\0';
}

/* AND, OR, NOT: in capitals only. */
static bool operator_is(struct parser *p, const char *w)
{
	return p_word_is(p, w) && memcmp(p->text.p + p->at, w, strlen(w)) == 0;
}

static bool take_operator(struct parser *p, const char *w)
{
	if (!operator_is(p, w))
		return false;
	p->at += strlen(w);
	return true;
}

/* Takes a comparison operator, after blanks. */
static bool take_cmp(struct parser *p, enum cmp_op *op)
{
	char c = p_peek(p), next = char_at(p, p->at + 1);

	if (c == '=')
		*op = CMP_EQ;
	else if (c == '!' && next == '=')
		*op = CMP_NE;
	else if (c == '<')
		*op = next == '=' ? CMP_LE : CMP_LT;
	else if (c == '>')
		*op = next == '=' ? CMP_GE : CMP_GT;
	else
		return false;
	p->at += next == '=' ? 2 : 1;
	return true;
}

/* Does one of the words that end the search stand here? Not when it is compared with something: `by=x`. */
static bool at_until(struct search *s)
{
	struct parser *p = s->p;

	for (const char *const *w = s->until; w && *w && !s->parens; w++) {
		if (!p_word_is(p, *w))
			continue;
		size_t start = p->at;
		enum cmp_op op;
		p->at += strlen(*w);
		bool compared = take_cmp(p, &op);
		p->at = start;
		if (!compared)
			return true;
	}
	return false;
}

/* The end of a balanced (…) that opens at `at`; blanks inside only if allowed. 0 when it is none. */
static size_t balanced_end(const struct parser *p, size_t at, bool blanks)
{
	size_t depth = 0;

	for (; at < p->end; at++) {
		char c = p->text.p[at];
		if ((is_blank(c) && !blanks) || c == '"' || c == '|' || c == '[' || c == ']')
			return 0;
		if (c == '\\')
			at++;
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			return at + 1;
	}
	return 0;
}

/* A bare word; as a value it may hold balanced parentheses: *GetCurrent()*. Empty when none is here. */
static struct str bare(struct parser *p, bool value)
{
	size_t at = p->at, skip;

	while (at < p->end) {
		char c = p->text.p[at];
		if (c == '\\' && at + 1 < p->end)
			at += 2;
		else if (c == '(' && value && (skip = balanced_end(p, at, false)) != 0)
			at = skip;
		else if (is_blank(c) || (c && strchr(",\"=<>[]|()", c)) || (c == '!' && char_at(p, at + 1) == '='))
			break;
		else
			at++;
	}
	struct str w = {p->text.p + p->at, at - p->at};
	p->at = at;
	return w;
}

/* TERM(x) is x; CASE(x) would ask for what a search term here cannot do. */
static bool directive(struct parser *p, size_t at, struct str *raw)
{
	if (!raw->n || raw->p[raw->n - 1] != ')')
		return true;
	if (str_starts(*raw, "CASE("))
		return p_error(p, at, "CASE() is not supported, searches ignore case; use where with match()");
	if (str_starts(*raw, "TERM("))
		*raw = (struct str){raw->p + 5, raw->n - 6};
	return true;
}

/* A value: "string" or bare word, unescaped. `after` names what it follows. */
static bool value(struct parser *p, const char *after, struct str *out)
{
	struct str raw;
	char c = p_peek(p);
	size_t at = p->at;

	if (c == '"') {
		if (!p_quoted(p, &raw))
			return false;
	} else {
		raw = bare(p, true);
		if (!raw.n)
			return p_error(p, at, "expected a value after %s, found %s", after, p_found(p));
		if (!directive(p, at, &raw))
			return false;
	}
	*out = spl_unescape_search(p->arena, raw);
	return true;
}

static struct expr *term(struct parser *p, size_t at, struct str field, enum cmp_op cmp, struct str text)
{
	struct expr *e = node_new(p, E_TERM, at);

	e->term.field = field;
	e->term.cmp = cmp;
	e->term.pattern = pattern_new(p->arena, text);
	return e;
}

/* [ … ], which gives terms, or with `in` values of that field. */
static struct expr *subsearch(struct parser *p, struct str in)
{
	size_t at = p->at;
	struct spl_query *sub = p_subsearch(p);

	if (!sub)
		return NULL;
	p_filters(p);
	struct expr *e = node_new(p, E_SUBSEARCH, at);
	e->sub = sub;
	e->in = in;
	return e;
}

/* The values of field IN (…), the cursor behind '('. */
static struct expr *in_list(struct parser *p, size_t at, struct str field)
{
	struct nodes terms = {0};

	for (;;) {
		struct str text;
		while (p_char(p, ','))
			;
		if (p_char(p, ')'))
			break;
		p_blank(p);
		size_t item = p->at;
		if (item >= p->end) {
			p_error(p, item, "the list of IN is never closed: expected ), found %s", p_found(p));
			return NULL;
		}
		if (p_peek(p) == '[') {
			struct expr *sub = subsearch(p, field);
			if (!sub)
				return NULL;
			nodes_add(p, &terms, sub);
			continue;
		}
		if (!value(p, terms.n ? "a value of IN" : "IN (", &text))
			return NULL;
		nodes_add(p, &terms, term(p, item, field, CMP_EQ, text));
	}
	if (!terms.n) {
		p_error(p, at, "IN needs at least one value between ( and )");
		return NULL;
	}
	return terms.n == 1 ? terms.v[0] : node_over(p, E_OR, at, &terms);
}

static struct expr *keyword(struct parser *p, size_t at, struct str text)
{
	struct pattern *pattern = pattern_new(p->arena, text);
	bool any = pattern->kind == PAT_PRESENT || !text.n;
	struct expr *e = node_new(p, any ? E_TRUE : E_KEYWORD, at);

	if (e->op == E_KEYWORD)
		e->term.pattern = pattern;
	return e;
}

static struct expr *negation(struct parser *p, size_t at, struct expr *e)
{
	struct nodes arg = {0};

	nodes_add(p, &arg, e);
	return node_over(p, E_NOT, at, &arg);
}

/* field op value, field [NOT] IN (…), or a keyword. */
static struct expr *comparison(struct parser *p)
{
	size_t at = p->at, after;
	struct str raw, text;
	enum cmp_op cmp;
	bool quoted = p_peek(p) == '"';

	if (quoted) {
		if (!p_quoted(p, &raw))
			return NULL;
	} else {
		raw = bare(p, false);
		if (!raw.n) {
			p_error(p, at, "expected a search term, found %s", p_found(p));
			return NULL;
		}
	}
	after = p->at;
	if (take_cmp(p, &cmp)) {
		if (!value(p, "the comparison", &text))
			return NULL;
		return term(p, at, spl_unescape_search(p->arena, raw), cmp, text);
	}
	bool negated = take_operator(p, "NOT");
	if (p_word_is(p, "IN")) {
		p->at += 2;
		if (p_char(p, '(')) {
			struct expr *e = in_list(p, at, spl_unescape_search(p->arena, raw));
			return e && negated ? negation(p, at, e) : e;
		}
	}
	p->at = after;
	if (!quoted && str_eqc(raw, "IN") && p_peek(p) == '(') {
		p_error(p, at, "IN needs a field before it: write field IN (…), or field NOT IN (…)");
		return NULL;
	}
	if (!quoted && (str_eqc(raw, "TERM") || str_eqc(raw, "CASE")) && char_at(p, after) == '(') {
		size_t end = balanced_end(p, after, true);
		if (end) {
			raw = (struct str){p->text.p + at, end - at};
			p->at = end;
			if (!directive(p, at, &raw))
				return NULL;
		}
	}
	return keyword(p, at, spl_unescape_search(p->arena, raw));
}

static struct expr *primary(struct search *s)
{
	struct parser *p = s->p;
	char c = p_peek(p);
	size_t at = p->at;

	if (c == '(') {
		p->at++;
		if (p_char(p, ')'))
			return node_new(p, E_TRUE, at);
		if (!p_deeper(p))
			return NULL;
		s->parens++;
		struct expr *e = and_expr(s);
		s->parens--;
		p->depth--;
		if (!e)
			return NULL;
		if (!p_char(p, ')')) {
			p_error(p, at, "this ( is never closed: expected ), found %s", p_found(p));
			return NULL;
		}
		return e;
	}
	if (c == '[')
		return subsearch(p, (struct str){NULL, 0});
	if (operator_is(p, "AND") || operator_is(p, "OR")) {
		p_error(p, at, "expected a search term, found %s", p_found(p));
		return NULL;
	}
	return comparison(p);
}

static struct expr *not_expr(struct search *s)
{
	struct parser *p = s->p;

	p_blank(p);
	size_t at = p->at;
	if (!take_operator(p, "NOT"))
		return primary(s);
	if (!p_deeper(p))
		return NULL;
	struct expr *e = not_expr(s);
	p->depth--;
	return e ? negation(p, at, e) : NULL;
}

static struct expr *or_expr(struct search *s)
{
	struct parser *p = s->p;
	struct nodes arg = {0};

	p_blank(p);
	size_t at = p->at;
	do {
		struct expr *e = not_expr(s);
		if (!e)
			return NULL;
		nodes_add(p, &arg, e);
	} while (take_operator(p, "OR"));
	return arg.n == 1 ? arg.v[0] : node_over(p, E_OR, at, &arg);
}

static struct expr *and_expr(struct search *s)
{
	struct parser *p = s->p;
	struct nodes arg = {0};
	bool more;

	p_blank(p);
	size_t at = p->at;
	do {
		struct expr *e = or_expr(s);
		if (!e)
			return NULL;
		nodes_add(p, &arg, e);
		size_t end = p->at;
		more = take_operator(p, "AND") || !(p_done(p) || p_peek(p) == ')' || at_until(s));
		if (!more)
			p->at = end;
	} while (more);
	return arg.n == 1 ? arg.v[0] : node_over(p, E_AND, at, &arg);
}

struct expr *parse_search(struct parser *p, const char *const *until)
{
	struct search s = {.p = p, .until = until};

	if (p_done(p) || at_until(&s))
		return node_new(p, E_TRUE, p->at);
	struct expr *e = and_expr(&s);
	if (e && !p_done(p) && !at_until(&s)) {
		p_error(p, p->at, "expected a search term or the end of the search, found %s", p_found(p));
		return NULL;
	}
	return e;
}
