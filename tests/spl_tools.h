/* For the tests of searches: rows written as text, expressions and values shown as text. */
#ifndef SPOOR_TESTS_SPL_TOOLS_H
#define SPOOR_TESTS_SPL_TOOLS_H

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "spl/fn.h"
#include "spl/lex.h"
#include "spl/spl.h"

/* A value as the tests write it: null, a|b for a list, else its text. In the arena. */
static inline const char *show_val(struct arena *a, struct val v)
{
	struct sbuf b = {0};

	if (val_is_null(v))
		return "null";
	for (uint32_t i = 0; i < val_count(v); i++) {
		if (i)
			sbuf_addc(&b, '|');
		sbuf_adds(&b, val_text(val_at(v, i), a));
	}
	const char *s = arena_str(a, sbuf_str(&b)).p;
	sbuf_free(&b);
	return s;
}

/* ---- a row, from text: "a=1;b=x|y;c=" ---- */

static inline bool row_cell(struct str row, struct str name, struct str *cell)
{
	while (row.n) {
		const char *semi = memchr(row.p, ';', row.n);
		struct str pair = {row.p, semi ? (size_t)(semi - row.p) : row.n};
		ptrdiff_t eq = str_find(pair, STR("="));
		if (eq >= 0 && str_eq((struct str){pair.p, (size_t)eq}, name)) {
			*cell = (struct str){pair.p + eq + 1, pair.n - (size_t)eq - 1};
			return true;
		}
		row.p += pair.n + (semi != NULL);
		row.n -= pair.n + (semi != NULL);
	}
	return false;
}

struct text_row {
	struct str text;
	struct arena *arena;
};

static inline struct val row_field(const void *ctx, size_t row, struct str name)
{
	const struct text_row *r = ctx;
	struct str cell;
	struct val v[16];
	size_t n = 0;

	(void)row;
	if (!row_cell(r->text, name, &cell))
		return val_null();
	for (;;) {
		const char *bar = cell.n ? memchr(cell.p, '|', cell.n) : NULL;
		struct str part = {cell.p, bar ? (size_t)(bar - cell.p) : cell.n};
		v[n++] = val_str(part);
		if (!bar || n == 16)
			return val_list(r->arena, v, n);
		cell.p += part.n + 1;
		cell.n -= part.n + 1;
	}
}

static inline bool row_keyword(const void *ctx, size_t row, const struct pattern *p)
{
	const struct text_row *r = ctx;
	struct sbuf folded = {0};

	(void)row;
	utf8_fold_str(r->text, &folded);
	bool found = pattern_keyword(p, sbuf_str(&folded));
	sbuf_free(&folded);
	return found;
}

static inline struct eval_ctx row_ctx(struct text_row *r, const char *text, struct arena *a)
{
	*r = (struct text_row){str_c(text), a};
	return (struct eval_ctx){.src = {row_field, row_keyword, r}, .arena = a, .now = 1636711502};
}

/* ---- expressions ---- */

static inline void show_into(struct sbuf *b, struct arena *a, const struct expr *e)
{
	static const char *const op[] = {
		[E_AND] = "and", [E_OR] = "or", [E_NOT] = "not", [E_NEG] = "neg", [E_ADD] = "+", [E_SUB] = "-", [E_MUL] = "*",
		[E_DIV] = "/", [E_MOD] = "%", [E_CONCAT] = ".", [E_EQ] = "=", [E_NE] = "!=", [E_LT] = "<", [E_LE] = "<=",
		[E_GT] = ">", [E_GE] = ">=", [E_LIKE] = "like", [E_IN] = "in", [E_XOR] = "xor",
	};
	static const char *const cmp[] = {"=", "!=", "<", "<=", ">", ">="};

	switch (e->op) {
	case E_TRUE:
		sbuf_addz(b, "true");
		return;
	case E_FALSE:
		sbuf_addz(b, "false");
		return;
	case E_SUBSEARCH:
		sbuf_addz(b, "[sub]");
		return;
	case E_TERM:
		sbuf_addf(b, "%.*s%s\"%.*s\"", STR_FMT(e->term.field), cmp[e->term.cmp], STR_FMT(e->term.pattern->text));
		return;
	case E_KEYWORD:
		sbuf_addf(b, "~\"%.*s\"", STR_FMT(e->term.pattern->text));
		return;
	case E_LIT:
		sbuf_addf(b, e->lit.type == V_NUM ? "%s" : "\"%s\"", show_val(a, e->lit));
		return;
	case E_FIELD:
		sbuf_adds(b, e->name);
		return;
	case E_CALL:
		sbuf_addf(b, "%s(", e->call.fn->name);
		for (unsigned i = 0; i < e->call.n; i++) {
			sbuf_addz(b, i ? ", " : "");
			show_into(b, a, e->call.arg[i]);
		}
		sbuf_addc(b, ')');
		return;
	default:
		sbuf_addf(b, "(%s", op[e->op]);
		for (unsigned i = 0; i < e->n; i++) {
			sbuf_addc(b, ' ');
			show_into(b, a, e->arg[i]);
		}
		sbuf_addc(b, ')');
		return;
	}
}

/* "(and a="1" (or b="2" c="3"))" */
static inline const char *show_expr(struct arena *a, const struct expr *e)
{
	struct sbuf b = {0};

	show_into(&b, a, e);
	const char *s = arena_str(a, sbuf_str(&b)).p;
	sbuf_free(&b);
	return s;
}

static inline const char *show_error(struct arena *a, const struct diag *d)
{
	return arena_printf(a, "%d:%d: %s", d->line, d->col, d->msg);
}

static inline struct parser parser_over(struct arena *a, struct str text, struct diag *d)
{
	return (struct parser){.text = text, .end = text.n, .arena = a, .diag = d};
}

/* An expression of the eval dialect, all of the text; NULL with *d set. */
static inline struct expr *eval_expr(struct arena *a, struct str text, struct diag *d)
{
	struct parser p = parser_over(a, text, d);
	struct expr *e = parse_eval(&p);

	if (e && !p_done(&p)) {
		p_error(&p, p.at, "expected an operator or the end, found %s", p_found(&p));
		return NULL;
	}
	return e;
}

/* The value of an expression over a row, as text; or its error. */
static inline const char *eval_over(struct arena *a, const char *text, const char *row)
{
	struct diag d = DIAG_INIT;
	struct text_row r;
	struct eval_ctx c = row_ctx(&r, row, a);
	struct expr *e = eval_expr(a, str_c(text), &d);

	return e ? show_val(a, expr_eval(e, &c)) : show_error(a, &d);
}

/* "yes", "no" or the error: does the search match the row? */
static inline const char *search_over(struct arena *a, const char *text, const char *row)
{
	struct diag d = DIAG_INIT;
	struct text_row r;
	struct eval_ctx c = row_ctx(&r, row, a);
	struct parser p = parser_over(a, str_c(text), &d);
	struct expr *e = parse_search(&p, NULL);

	return !e ? show_error(a, &d) : expr_true(e, &c) ? "yes" : "no";
}

#endif
