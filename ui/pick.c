/* Patterns that pick rows. Owns their syntax and matching; which rows are tried, and when, is the list machine's. */
#include "ui/pick.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/cell.h"

enum { ANY_COLUMN = -1, TERMS_MAX = 64 };
enum relation { HAS, EQUAL, LESS, LESS_EQ, MORE, MORE_EQ };

struct term {
	bool not, fold;
	int col;                                         /* ANY_COLUMN */
	enum relation relation;
	bool number;                                     /* the relation is one of numbers: num */
	double num;
	struct str text;                                 /* as typed; folded when `fold` */
	bool digits;                                     /* nothing in it that a number or a time would not have */
	unsigned char *known;                            /* by cell.id: 0 not yet, 1 does not hold, 2 holds */
	size_t nknown;
};

struct pick {
	struct arena *arena;
	size_t n;
	struct term term[];
};

/* ---- finding text ---- */

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* Does `piece` stand at s[at]? Bytes of s it covers, or 0. */
static size_t stands_at(struct str s, size_t at, struct str piece, bool fold)
{
	size_t i = 0, start = at;

	if (!fold)
		return s.n - at >= piece.n && memcmp(s.p + at, piece.p, piece.n) == 0 ? piece.n : 0;
	while (i < piece.n) {
		if (at >= s.n)
			return 0;
		unsigned char a = (unsigned char)s.p[at], b = (unsigned char)piece.p[i];
		if (a < 0x80 && b < 0x80) {
			if (lower(a) != b)
				return 0;
			at++;
			i++;
			continue;
		}
		uint32_t x = utf8_next(s, &at), y = utf8_next(piece, &i);
		if (x == UTF8_BAD || utf8_fold(x) != y)
			return 0;
	}
	return at - start;
}

static bool find_piece(struct str s, size_t from, struct str piece, bool fold, size_t *at, size_t *len)
{
	if (piece.n == 0)
		return false;
	unsigned char first = (unsigned char)piece.p[0];
	for (size_t i = from; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		/* Folding may turn an ASCII letter into none and back (the Kelvin sign is a k), so only ASCII is ruled out here. */
		if (c < 0x80 && first < 0x80 && (fold ? lower(c) : c) != first)
			continue;
		size_t n = stands_at(s, i, piece, fold);
		if (n > 0) {
			*at = i;
			*len = n;
			return true;
		}
	}
	return false;
}

/* The pieces between stars, in order. */
static bool term_find(const struct term *t, struct str s, size_t from, size_t *at, size_t *len)
{
	size_t piece = 0, end = from;
	bool any = false;

	while (piece <= t->text.n) {
		const char *star = piece < t->text.n ? memchr(t->text.p + piece, '*', t->text.n - piece) : NULL;
		size_t stop = star ? (size_t)(star - t->text.p) : t->text.n, a, n;

		if (stop > piece) {
			if (!find_piece(s, end, (struct str){t->text.p + piece, stop - piece}, t->fold, &a, &n))
				return false;
			if (!any)
				*at = a;
			any = true;
			end = a + n;
		}
		piece = stop + 1;
	}
	if (!any)
		*at = from;
	*len = any ? end - *at : 0;
	return true;
}

/* ---- making ---- */

static void set_text(struct pick *p, struct term *t, struct str s)
{
	struct sbuf folded = {0};

	utf8_fold_str(s, &folded);
	t->fold = str_eq(s, sbuf_str(&folded));          /* nothing in it that folding would change: both cases */
	t->text = arena_str(p->arena, s);
	t->digits = true;
	for (size_t i = 0; i < s.n; i++)
		t->digits &= (s.p[i] >= '0' && s.p[i] <= '9') || strchr(" :-.*", s.p[i]);
	sbuf_free(&folded);
}

static struct pick *new_pick(size_t max)
{
	struct pick *p = xcalloc(1, sizeof *p + max * sizeof p->term[0]);

	p->arena = arena_new();
	return p;
}

struct pick *pick_literal(struct str text)
{
	struct pick *p = new_pick(1);

	p->term[0].col = ANY_COLUMN;
	set_text(p, &p->term[0], text);
	p->n = 1;
	return p;
}

/* "risk>=", "host:": the column and the relation that s starts with; bytes taken, or 0. */
static size_t take_column(struct str s, const struct coldef *col, size_t ncols, struct term *t)
{
	size_t n = 0;

	while (n < s.n && !strchr(":<> \"", s.p[n]))
		n++;
	if (n == 0 || n == s.n || (s.p[n] != ':' && s.p[n] != '<' && s.p[n] != '>'))
		return 0;
	for (size_t i = 0; i < ncols; i++) {
		if (!str_ieqc((struct str){s.p, n}, col[i].name))
			continue;
		t->col = (int)i;
		if (s.p[n] == ':')
			return n + 1;
		bool equal = n + 1 < s.n && s.p[n + 1] == '=';
		t->relation = s.p[n] == '<' ? (equal ? LESS_EQ : LESS) : equal ? MORE_EQ : MORE;
		return n + 1 + equal;
	}
	return 0;
}

struct str pick_no_column(struct str text, const struct coldef *col, size_t ncols)
{
	size_t at = 0;

	while (at < text.n) {
		struct term t;
		size_t from = at, n;

		while (at < text.n && text.p[at] != ' ')
			at++;
		from += text.p[from] == '!';
		for (n = from; n < at && (isalpha((unsigned char)text.p[n]) || text.p[n] == '_'); n++)
			;
		if (n - from > 1 && n < at && text.p[n] == ':' && text.p[n + 1 < at ? n + 1 : n] != '\\' &&
		    !take_column((struct str){text.p + from, at - from}, col, ncols, &t))
			return (struct str){text.p + from, n - from};
		while (at < text.n && text.p[at] == ' ')
			at++;
	}
	return (struct str){0};
}

static bool take_term(struct pick *p, struct str text, size_t *at, const struct coldef *col, size_t ncols, struct diag *d)
{
	struct term *t = &p->term[p->n];
	size_t start = *at, end;
	struct str value;

	*t = (struct term){.col = ANY_COLUMN};
	if (text.p[*at] == '!') {
		t->not = true;
		(*at)++;
	}
	*at += take_column((struct str){text.p + *at, text.n - *at}, col, ncols, t);
	if (*at < text.n && text.p[*at] == '"') {
		const char *close = memchr(text.p + *at + 1, '"', text.n - *at - 1);

		end = close ? (size_t)(close - text.p) : text.n;         /* unclosed while it is being typed */
		value = (struct str){text.p + *at + 1, end - *at - 1};
		*at = end + (close != NULL);
	} else {
		for (end = *at; end < text.n && text.p[end] != ' '; end++)
			;
		value = (struct str){text.p + *at, end - *at};
		*at = end;
	}
	set_text(p, t, value);
	t->number = t->col != ANY_COLUMN && col[t->col].type == COL_NUMBER;
	if (t->number && t->relation == HAS) {           /* "id:3" is not 13; "risk:h" is text */
		t->number = str_number(value, &t->num);
		t->relation = t->number ? EQUAL : HAS;
	}
	if (t->number && value.n && !str_number(value, &t->num))
		return diag_set(d, 1, (int)utf8_len((struct str){text.p, start}) + 1, "column %s holds numbers; '%.*s' is none", col[t->col].name, STR_FMT(value));
	if (value.n > 0)                                 /* "host:" alone picks everything */
		p->n++;
	return true;
}

struct pick *pick_new(struct str text, const struct coldef *col, size_t ncols, struct diag *d)
{
	struct pick *p = new_pick(TERMS_MAX);
	size_t at = 0;

	for (;;) {
		while (at < text.n && text.p[at] == ' ')
			at++;
		if (at >= text.n)
			return p;
		if (p->n == TERMS_MAX) {
			diag_set(d, 1, (int)utf8_len((struct str){text.p, at}) + 1, "more than %d terms", TERMS_MAX);
			break;
		}
		if (!take_term(p, text, &at, col, ncols, d))
			break;
	}
	pick_free(p);
	return NULL;
}

void pick_free(struct pick *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		free(p->term[i].known);
	arena_free(p->arena);
	free(p);
}

/* ---- trying ---- */

static bool relation_holds(enum relation r, int order)
{
	switch (r) {
	case EQUAL:
		return order == 0;
	case LESS:
		return order < 0;
	case LESS_EQ:
		return order <= 0;
	case MORE:
		return order > 0;
	default:
		return order >= 0;
	}
}

/* A text that the cell names is looked at once, however many rows have it. */
static bool has(struct term *t, const struct cell *c)
{
	size_t at, len;

	if (!c->id)
		return term_find(t, c->text, 0, &at, &len);
	if (c->id >= t->nknown) {
		size_t n = c->id < t->nknown * 2 ? t->nknown * 2 : (size_t)c->id + 1024;

		t->known = xrealloc(t->known, n);
		memset(t->known + t->nknown, 0, n - t->nknown);
		t->nknown = n;
	}
	if (!t->known[c->id])
		t->known[c->id] = term_find(t, c->text, 0, &at, &len) ? 2 : 1;
	return t->known[c->id] == 2;
}

static bool cell_holds(struct term *t, const struct cell *c)
{
	if (t->relation == HAS)
		return has(t, c);
	if (c->text.n == 0 || (t->number && isnan(c->num)))
		return false;
	if (t->number)
		return relation_holds(t->relation, (c->num > t->num) - (c->num < t->num));
	return relation_holds(t->relation, str_cmp(c->text, t->text));
}

bool pick_row(struct pick *p, void (*cell)(void *ctx, size_t col, struct cell *c), void *ctx, const struct coldef *def,
              size_t ncols)
{
	bool held[TERMS_MAX] = {0};
	struct cell c;

	/* By column, so that each cell is made once. */
	for (size_t col = 0; col < ncols; col++) {
		bool made = false;

		for (size_t i = 0; i < p->n; i++) {
			struct term *t = &p->term[i];

			if (held[i] || (t->col != ANY_COLUMN && (size_t)t->col != col))
				continue;
			if (def && t->relation == HAS && !t->digits && (def[col].type == COL_TIME || def[col].digits))
				continue;                /* making these into text costs more than all the rest */
			if (!made)
				cell(ctx, col, &c);
			made = true;
			held[i] = cell_holds(t, &c);
		}
	}
	for (size_t i = 0; i < p->n; i++)
		if (held[i] == p->term[i].not)
			return false;
	return true;
}

bool pick_find(const struct pick *p, struct str s, size_t from, size_t *at, size_t *len)
{
	bool found = false;

	for (size_t i = 0; i < p->n; i++) {
		size_t a, n;

		if (p->term[i].not || p->term[i].col != ANY_COLUMN || !term_find(&p->term[i], s, from, &a, &n))
			continue;
		if (n > 0 && (!found || a < *at)) {
			*at = a;
			*len = n;
			found = true;
		}
	}
	return found;
}
