/* Macro expansion: `name` and `name(a, b)` become their definitions, as text, until none is left (spl-spec 2.2).
 * Bounded in depth and in the text it handles, whatever the definitions say. Where definitions come from is the env's. */
#include "spl/lex.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "spl/spl.h"

enum { MACRO_DEPTH_MAX = 100, MACRO_ARGS_MAX = 64 };

struct expand {
	struct arena *arena;
	const struct spl_env *env;
	struct diag *diag;
	struct str source;                               /* the search as written */
	size_t call_at;                                  /* in it: the call being expanded */
	struct str chain[MACRO_DEPTH_MAX];               /* names of the macros around */
	unsigned depth;
	bool quoted;                                     /* inside "…", which may begin in one text and end in another */
	size_t handled;                                  /* bytes looked at, definitions included */
	struct sbuf out;
	struct spl_span *span;
	size_t nspans, spancap;
	struct spl_piece *piece;
	size_t npieces, piececap;
};

static bool expand_text(struct expand *x, struct str text);

/* What is written out from here on, at the outermost level, stands at `source` of the search. */
static void piece(struct expand *x, size_t source, bool copy)
{
	if (x->depth)
		return;
	GROW(x->piece, x->npieces, x->piececap);
	x->piece[x->npieces++] = (struct spl_piece){x->out.n, source, copy};
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Always false. The place is that of the call in the search as written. */
static bool fail(struct expand *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct expand *x, const char *fmt, ...)
{
	struct sbuf msg = {0};
	int line, col;
	va_list ap;

	va_start(ap, fmt);
	sbuf_addv(&msg, fmt, ap);
	va_end(ap);
	if (x->depth)
		sbuf_addf(&msg, "; in the text of macro `%.*s`", STR_FMT(x->chain[x->depth - 1]));
	spl_place(x->source, x->call_at, &line, &col);
	diag_set(x->diag, line, col, "%s", sbuf_str(&msg).p);
	sbuf_free(&msg);
	return false;
}

/* ---- the call ---- */

struct call {
	struct str name;
	struct str arg[MACRO_ARGS_MAX];
	unsigned nargs;
};

/* From behind a backquote to the one that closes the call; quotes inside its parentheses may hold one. SIZE_MAX: never
 * closed. */
static size_t call_end(struct str text, size_t at)
{
	bool parens = false, quoted = false;

	for (; at < text.n; at++) {
		char c = text.p[at];
		if (c == '\\' && quoted)
			at++;
		else if (c == '"' && parens)
			quoted = !quoted;
		else if (c == '`' && !quoted)
			return at;
		else if (c == '(')
			parens = true;
	}
	return SIZE_MAX;
}

static bool add_arg(struct expand *x, struct call *c, struct str arg)
{
	if (c->nargs == MACRO_ARGS_MAX)
		return fail(x, "macro `%.*s` is given more than %d arguments", STR_FMT(c->name), MACRO_ARGS_MAX);
	arg = str_trim(arg);
	if (arg.n >= 2 && arg.p[0] == '"' && arg.p[arg.n - 1] == '"')
		arg = (struct str){arg.p + 1, arg.n - 2};
	c->arg[c->nargs++] = arg;
	return true;
}

static bool read_call(struct expand *x, struct str text, struct call *c)
{
	text = str_trim(text);
	const char *open = text.n ? memchr(text.p, '(', text.n) : NULL;

	c->nargs = 0;
	c->name = text;
	if (open)
		c->name = str_trim((struct str){text.p, (size_t)(open - text.p)});
	if (c->name.n == 0)
		return fail(x, "a macro's name is missing between ` and `");
	for (size_t i = 0; i < c->name.n; i++)
		if (is_blank(c->name.p[i]) || c->name.p[i] == '"' || c->name.p[i] == '|')
			return fail(x, "expected a macro's name between ` and `, found '%.*s'",
			            c->name.n > 60 ? 60 : (int)c->name.n, c->name.p);
	if (!open)
		return true;
	if (text.p[text.n - 1] != ')')
		return fail(x, "the ( of macro `%.*s` is never closed", STR_FMT(c->name));

	struct str args = {open + 1, (size_t)(text.p + text.n - 1 - (open + 1))};
	if (str_trim(args).n == 0)
		return true;
	size_t from = 0, depth = 0;
	bool quoted = false;
	for (size_t i = 0; i < args.n; i++) {
		char b = args.p[i];
		if (b == '\\')
			i++;
		else if (b == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (b == '(' || b == '[')
			depth++;
		else if ((b == ')' || b == ']') && depth)
			depth--;
		else if (b == ',' && !depth) {
			if (!add_arg(x, c, (struct str){args.p + from, i - from}))
				return false;
			from = i + 1;
		}
	}
	return add_arg(x, c, (struct str){args.p + from, args.n - from});
}

/* ---- the definition ---- */

struct names {
	struct str name[256];
	unsigned n, at;
	unsigned other[8], nother;                       /* numbers of arguments under which `wanted` is known */
	struct str wanted;
};

static void collect(void *ctx, struct str name, unsigned nargs)
{
	struct names *k = ctx;

	if (str_eq(name, k->wanted) && k->nother < 8)
		k->other[k->nother++] = nargs;
	if (k->n < 256 && !str_ends(name, "_filter"))
		k->name[k->n++] = name;
}

static struct str next_name(void *ctx)
{
	struct names *k = ctx;

	return k->at < k->n ? k->name[k->at++] : (struct str){NULL, 0};
}

static bool unknown(struct expand *x, const struct call *c)
{
	struct names k = {.wanted = c->name};

	if (x->env && x->env->macros)
		x->env->macros(x->env->ctx, collect, &k);
	if (k.nother == 1)
		return fail(x, "macro `%.*s` takes %u argument%s, not %u", STR_FMT(c->name), k.other[0],
		            k.other[0] == 1 ? "" : "s", c->nargs);
	struct str like = spl_nearest(c->name, next_name, &k);
	const char *args = c->nargs == 0 ? "" : c->nargs == 1 ? " with 1 argument" : arena_printf(x->arena, " with %u arguments", c->nargs);
	if (like.p && !k.nother)
		return fail(x, "unknown macro `%.*s`%s; did you mean `%.*s`?", STR_FMT(c->name), args, STR_FMT(like));
	return fail(x, "unknown macro `%.*s`%s; define it beside the rules, in macros/", STR_FMT(c->name), args);
}

static bool define(struct expand *x, const struct call *c, struct str *definition, const struct str **names)
{
	static const struct str x_name = {"x", 1};

	if (x->env && x->env->macro && x->env->macro(x->env->ctx, c->name, c->nargs, definition, names))
		return true;
	if (str_ends(c->name, "_filter") && c->nargs == 0) {
		*definition = STR("search *");
		return true;
	}
	if (str_eqc(c->name, "drop_dm_object_name") && c->nargs == 1) {
		*definition = STR("rename $x$.* as *");
		*names = &x_name;
		return true;
	}
	return unknown(x, c);
}

/* The definition with $name$ replaced by arguments. False when that is too much text. */
static bool fill(struct expand *x, const struct call *c, struct str def, const struct str *names, struct sbuf *out)
{
	for (size_t i = 0; i < def.n; i++) {
		const char *close = def.p[i] == '$' ? memchr(def.p + i + 1, '$', def.n - i - 1) : NULL;
		unsigned k = c->nargs;
		if (close) {
			struct str token = {def.p + i + 1, (size_t)(close - def.p) - i - 1};
			for (k = 0; k < c->nargs && !(names && str_eq(names[k], token)); k++)
				;
		}
		if (k == c->nargs) {
			sbuf_addc(out, def.p[i]);
			continue;
		}
		if (out->n + c->arg[k].n > SPL_TEXT_MAX)
			return fail(x, "macro `%.*s` expands to more than %zu MiB", STR_FMT(c->name),
			            SPL_TEXT_MAX >> 20);
		sbuf_adds(out, c->arg[k]);
		i = (size_t)(close - def.p);
	}
	return true;
}

static bool expand_call(struct expand *x, struct str text)
{
	struct call c;
	struct str def;
	const struct str *names = NULL;
	struct sbuf filled = {0};

	if (!read_call(x, text, &c) || !define(x, &c, &def, &names))
		return false;
	if (x->depth == MACRO_DEPTH_MAX)
		return fail(x, "macros are nested more than %d deep: does `%.*s` call itself?", MACRO_DEPTH_MAX,
		            STR_FMT(c.name));
	if (!fill(x, &c, def, names, &filled)) {
		sbuf_free(&filled);
		return false;
	}

	size_t span = x->nspans++;
	GROW(x->span, span, x->spancap);
	x->span[span] = (struct spl_span){.from = x->out.n, .macro = arena_str(x->arena, c.name)};
	x->chain[x->depth++] = x->span[span].macro;
	bool ok = expand_text(x, sbuf_str(&filled));
	x->depth--;
	x->span[span].to = x->out.n;
	sbuf_free(&filled);
	return ok;
}

static bool expand_text(struct expand *x, struct str text)
{
	size_t plain = 0;                                /* from here on, text is to be copied */

	/* Each call costs something even when its definition is empty. */
	x->handled += text.n + 64;
	if (x->handled > 4 * SPL_TEXT_MAX || x->out.n > SPL_TEXT_MAX)
		return fail(x, "the search expands to more than %zu MiB", SPL_TEXT_MAX >> 20);

	piece(x, 0, true);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '\\') {
			i++;
		} else if (c == '"') {
			x->quoted = !x->quoted;
		} else if (c == '`' && !x->quoted) {
			sbuf_add(&x->out, text.p + plain, i - plain);
			if (x->depth == 0)
				x->call_at = i;
			piece(x, i, false);
			if (text.n - i >= 3 && memcmp(text.p + i, "```", 3) == 0) {
				ptrdiff_t close = str_find((struct str){text.p + i + 3, text.n - i - 3}, STR("```"));
				if (close < 0)
					return fail(x, "this ``` comment is never closed");
				sbuf_addc(&x->out, ' ');
				i += (size_t)close + 5;
			} else {
				size_t close = call_end(text, i + 1);
				if (close == SIZE_MAX)
					return fail(x, "this ` is never closed");
				if (!expand_call(x, (struct str){text.p + i + 1, close - i - 1}))
					return false;
				i = close;
			}
			plain = i + 1;
			piece(x, plain, true);
		}
	}
	if (plain < text.n)
		sbuf_add(&x->out, text.p + plain, text.n - plain);
	if (x->out.n > SPL_TEXT_MAX)
		return fail(x, "the search expands to more than %zu MiB", SPL_TEXT_MAX >> 20);
	return true;
}

struct str spl_expand(struct arena *a, struct str text, const struct spl_env *env, struct spl_spans *spans,
                      struct diag *d)
{
	struct expand *x = xcalloc(1, sizeof(*x));
	struct str result = {NULL, 0};

	x->arena = a;
	x->env = env;
	x->diag = d;
	x->source = text;
	if (expand_text(x, text)) {
		result = arena_str(a, sbuf_str(&x->out));
		if (spans) {
			struct spl_span *kept = ARENA_ARRAY(a, struct spl_span, x->nspans);
			if (x->nspans)
				memcpy(kept, x->span, x->nspans * sizeof(*kept));
			struct spl_piece *pieces = ARENA_ARRAY(a, struct spl_piece, x->npieces);
			memcpy(pieces, x->piece, x->npieces * sizeof(*pieces));
			*spans = (struct spl_spans){kept, x->nspans, pieces, x->npieces, arena_str(a, text)};
		}
	}
	sbuf_free(&x->out);
	free(x->span);
	free(x->piece);
	free(x);
	return result;
}
