/* Why a condition held, by walking its tree: of AND all parts, of OR those that are true, of NOT what is false in it. */
#include "spl/why.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "spl/cmd.h"
#include "spl/fn_impl.h"

#include <stdlib.h>

/* ---- marks ---- */

struct marks {
	struct arena *arena;
	struct mark *v;
	size_t n, cap;
};

static void add_mark(struct marks *m, size_t from, size_t to)
{
	if (from == to || (m->n && from < m->v[m->n - 1].to))
		return;
	if (m->n == m->cap) {
		struct mark *v = ARENA_ARRAY(m->arena, struct mark, m->cap ? m->cap * 2 : 4);
		if (m->n)
			memcpy(v, m->v, m->n * sizeof(*v));
		m->cap = m->cap ? m->cap * 2 : 4;
		m->v = v;
	}
	m->v[m->n++] = (struct mark){(uint32_t)from, (uint32_t)to};
}

/* Where `piece` stands in `s` at or behind `from`, whatever the case; at the very end with `last`. SIZE_MAX when nowhere. */
static size_t find_piece(struct str s, size_t from, struct str piece, bool last)
{
	size_t at = last && s.n >= piece.n && s.n - piece.n >= from ? s.n - piece.n : from;

	for (; at + piece.n <= s.n; at++)
		if (str_ieq((struct str){s.p + at, piece.n}, piece))
			return at;
	return SIZE_MAX;
}

/* The pieces between the characters `any` and, unless that is 0, `one`; with `whole` the last one ends the value. */
static void mark_pieces(struct marks *m, struct str value, struct str pattern, char any, char one, bool whole)
{
	size_t done = 0;

	for (size_t at = 0; at < pattern.n;) {
		size_t end = at;
		while (end < pattern.n && pattern.p[end] != any && (!one || pattern.p[end] != one))
			end++;
		struct str piece = {pattern.p + at, end - at};
		size_t found = piece.n ? find_piece(value, done, piece, whole && end == pattern.n) : SIZE_MAX;
		if (found != SIZE_MAX) {
			add_mark(m, found, found + piece.n);
			done = found + piece.n;
		}
		at = end + 1;
	}
}

static bool is_pattern(const struct expr *term)
{
	return term->op == E_KEYWORD || (term->op == E_TERM && term->term.cmp == CMP_EQ && term->term.pattern->kind == PAT_WILD);
}

const struct mark *term_marks(const struct expr *term, struct str value, struct arena *a, size_t *n)
{
	struct marks m = {.arena = a};

	if (is_pattern(term))
		mark_pieces(&m, value, term->term.pattern->text, '*', '\0', term->op == E_TERM);
	*n = m.n;
	return m.v;
}

/* The argument's text for this row. */
static struct str text_of(const struct why *w, const struct expr *arg)
{
	return val_text(expr_eval(arg, w->c), w->c->arena);
}

static void mark_like(struct marks *m, const struct why *w, struct str value, const struct expr *pattern)
{
	mark_pieces(m, value, text_of(w, pattern), '%', '_', true);
}

/* What in the value the part of an expression asks for. */
static const struct mark *marks_of(const struct why *w, const struct expr *e, struct str value, size_t *n)
{
	struct marks m = {.arena = w->c->arena};
	size_t from, to;

	if (e->op == E_TERM || e->op == E_KEYWORD)
		return term_marks(e, value, w->c->arena, n);
	if (e->op == E_LIKE) {
		mark_like(&m, w, value, e->arg[1]);
	} else if (e->op == E_CALL && e->call.fn->asks == ASKS_LIKE) {
		mark_like(&m, w, value, e->call.arg[1]);
	} else if (e->op == E_CALL && e->call.fn->asks == ASKS_REGEX) {
		const struct regex *re = fn_regex(e, expr_eval(e->call.arg[1], w->c));
		if (re && regex_find(re, value, 0, &from, &to))
			add_mark(&m, from, to);
	}
	*n = m.n;
	return m.v;
}

/* ---- parts ---- */

static struct str written(const struct why *w, const struct expr *e)
{
	const struct expr *x = w->place ? w->place : e;

	if (x->at > w->text.n || x->len > w->text.n - x->at)
		return STR("");
	return str_trim((struct str){w->text.p + x->at, x->len});
}

static void tell(const struct why *w, struct str field, struct val v, const struct expr *e, bool marks)
{
	struct held h = {.field = field, .value = val_text(v, w->c->arena), .term = written(w, e)};

	if (marks)
		h.mark = marks_of(w, e, h.value, &h.nmarks);
	w->visit(w->ctx, &h);
}

/* The fields that an expression reads, each once. */
struct reads {
	struct str v[16];
	size_t n;
};

static void add_read(void *ctx, struct str name)
{
	struct reads *r = ctx;

	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->v[i], name))
			return;
	if (r->n < sizeof(r->v) / sizeof(r->v[0]) && !str_eqc(name, "*"))
		r->v[r->n++] = name;
}

static struct val field_of(const struct why *w, struct str name)
{
	const struct expr e = {.op = E_FIELD, .name = name};

	return expr_eval(&e, w->c);
}

/* Of a list, the values that make it hold by themselves; all of it, when it takes more than one. */
static void tell_values(const struct why *w, struct str field, const struct expr *e)
{
	struct val v = field_of(w, field);
	bool alone = false;

	if (val_is_null(v))
		return;
	for (uint32_t i = 0; v.type == V_MV && i < val_count(v); i++) {
		struct eval_ctx one = *w->c;
		struct val x = val_at(v, i);
		one.current = &x;
		one.current_name = field;
		if (expr_true(e, &one)) {
			tell(w, field, x, e, true);
			alone = true;
		}
	}
	if (!alone)
		tell(w, field, v, e, v.type != V_MV);
}

static void leaf_holds(const struct why *w, const struct expr *e)
{
	struct reads r = {0};

	expr_fields(e, add_read, &r);
	for (size_t i = 0; i < r.n; i++)
		tell_values(w, r.v[i], e);
}

/* The value in which the word stands. */
static void keyword_holds(const struct why *w, const struct expr *e)
{
	struct val v;
	ptrdiff_t col = rows_keyword(w->rows, w->c->row, e->term.pattern, &v);

	if (col >= 0)
		tell(w, w->rows->col[col].name, v, e, true);
}

static bool known_false(const struct why *w, const struct expr *e)
{
	struct val v = expr_eval(e, w->c);

	return !val_is_null(v) && !val_true(v);
}

static void walk_false(struct why *w, const struct expr *e);

static void walk_true(struct why *w, const struct expr *e)
{
	const struct expr *place = w->place;

	switch (e->op) {
	case E_AND:
		for (unsigned i = 0; i < e->n; i++)
			walk_true(w, e->arg[i]);
		return;
	case E_OR:
		for (unsigned i = 0; i < e->n; i++)
			if (expr_true(e->arg[i], w->c))
				walk_true(w, e->arg[i]);
		return;
	case E_NOT:
		if (!place)
			w->place = e;
		walk_false(w, e->arg[0]);
		w->place = place;
		return;
	case E_KEYWORD:
		keyword_holds(w, e);
		return;
	case E_CALL:
		if (e->call.fn->asks == ASKS_SEARCH) {
			if (!place)
				w->place = e;
			walk_true(w, e->call.arg[1]);
			w->place = place;
			return;
		}
		break;
	default:
		break;
	}
	leaf_holds(w, e);
}

/* What kept it from being true: told as the NOT around it. */
static void walk_false(struct why *w, const struct expr *e)
{
	struct reads r = {0};

	switch (e->op) {
	case E_AND:
	case E_OR:
		for (unsigned i = 0; i < e->n; i++)
			if (known_false(w, e->arg[i]))
				walk_false(w, e->arg[i]);
		return;
	case E_NOT: {
		const struct expr *place = w->place;
		if (place && place->op == E_NOT)         /* not not: what is in it stands for itself */
			w->place = NULL;
		walk_true(w, e->arg[0]);
		w->place = place;
		return;
	}
	default:
		break;
	}
	expr_fields(e, add_read, &r);
	for (size_t i = 0; i < r.n; i++) {
		struct val v = field_of(w, r.v[i]);
		if (!val_is_null(v))
			tell(w, r.v[i], v, e, false);
	}
}

void why_tell(struct why *w, struct str field, struct str term)
{
	struct val v = field_of(w, field);

	for (uint32_t i = 0; i < val_count(v); i++)
		w->visit(w->ctx, &(struct held){.field = field, .value = val_text(val_at(v, i), w->c->arena), .term = term});
}

void why_holds(struct why *w, const struct expr *e)
{
	walk_true(w, e);
}

/* if() and case(): which of the values, and the condition that chose it; false when none did. */
static bool chosen(struct why *w, const struct expr *e, const struct expr **value)
{
	struct expr *const *arg = e->call.arg;

	if (e->call.fn->asks == ASKS_IF) {
		bool yes = expr_true(arg[0], w->c);
		if (yes)
			walk_true(w, arg[0]);
		else
			walk_false(w, arg[0]);
		*value = arg[yes ? 1 : 2];
		return true;
	}
	for (unsigned i = 0; i + 1 < e->call.n; i += 2)
		if (expr_true(arg[i], w->c)) {
			walk_true(w, arg[i]);
			*value = arg[i + 1];
			return true;
		}
	return false;
}

void why_value(struct why *w, const struct expr *e)
{
	const struct expr *next;

	while (e->op == E_CALL && (e->call.fn->asks == ASKS_IF || e->call.fn->asks == ASKS_CASE)) {
		if (!chosen(w, e, &next))
			return;
		e = next;
	}
	if (expr_is_boolean(e) && expr_true(e, w->c))
		walk_true(w, e);
	else
		walk_false(w, e);
}
