/* The cursor over SPL text: blanks, words, names, options, ends of segments, and errors with their place. Owns how text is
 * cut; what it means is the parsers'. */
#include "spl/lex.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

static inline bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Where the comment that opens at `at` ends; 0 when none opens or it is never closed. */
static size_t comment_end(struct str text, size_t at, size_t end)
{
	if (end - at < 6 || memcmp(text.p + at, "```", 3) != 0)
		return 0;
	ptrdiff_t close = str_find((struct str){text.p + at + 3, end - at - 3}, STR("```"));

	return close < 0 ? 0 : at + 3 + (size_t)close + 3;
}

void p_blank(struct parser *p)
{
	while (p->at < p->end) {
		size_t skip = p->text.p[p->at] == '`' ? comment_end(p->text, p->at, p->end) : 0;
		if (skip)
			p->at = skip;
		else if (is_blank(p->text.p[p->at]))
			p->at++;
		else
			return;
	}
}

bool p_done(struct parser *p)
{
	p_blank(p);
	return p->at >= p->end;
}

char p_peek(struct parser *p)
{
	return p_done(p) ? '\0' : p->text.p[p->at];
}

size_t p_closing(const struct parser *p, size_t open)
{
	size_t depth = 0;
	bool quoted = false;

	for (size_t at = open; at < p->end; at++) {
		char c = p->text.p[at];
		if (c == '\\')
			at++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == '(' && !quoted)
			depth++;
		else if (c == ')' && !quoted && --depth == 0)
			return at;
	}
	return p->end;
}

bool p_char(struct parser *p, char c)
{
	if (p_done(p) || p->text.p[p->at] != c)
		return false;
	p->at++;
	return true;
}

/* ---- words ---- */

/* Does a word end before this character, whatever kind of word? */
static bool ends_word(char c)
{
	return is_blank(c) || (c && strchr(",\"[]|()=<>!", c));
}

bool p_word_is(struct parser *p, const char *w)
{
	size_t n = strlen(w);

	p_blank(p);
	if (p->end - p->at < n || !str_ieq((struct str){p->text.p + p->at, n}, (struct str){w, n}))
		return false;
	return p->at + n == p->end || ends_word(p->text.p[p->at + n]);
}

bool p_take_word(struct parser *p, const char *w)
{
	if (!p_word_is(p, w))
		return false;
	p->at += strlen(w);
	return true;
}

bool p_word(struct parser *p, const char *stops, struct str *out)
{
	p_blank(p);
	size_t at = p->at;

	while (at < p->end) {
		char c = p->text.p[at];
		if (c == '\\' && at + 1 < p->end) {
			at += 2;
			continue;
		}
		if (is_blank(c) || (c && strchr(",\"[]|", c)) || (c && stops && strchr(stops, c)))
			break;
		at++;
	}
	*out = (struct str){p->text.p + p->at, at - p->at};
	p->at = at;
	return out->n > 0;
}

bool p_quoted(struct parser *p, struct str *out)
{
	if (p_peek(p) != '"')
		return false;
	for (size_t at = p->at + 1; at < p->end; at++) {
		if (p->text.p[at] == '\\') {
			at++;
		} else if (p->text.p[at] == '"') {
			*out = (struct str){p->text.p + p->at + 1, at - p->at - 1};
			p->at = at + 1;
			return true;
		}
	}
	return p_error(p, p->at, "this \" is never closed");
}

/* The end of a balanced (…) without blanks or quotes that opens at `at`; 0 when it is none. */
static size_t balanced_end(const struct parser *p, size_t at)
{
	size_t depth = 0;

	for (; at < p->end; at++) {
		char c = p->text.p[at];
		if (is_blank(c) || c == '"' || c == '|' || c == '[' || c == ']')
			return 0;
		if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			return at + 1;
	}
	return 0;
}

bool p_name(struct parser *p, const char *what, struct str *out)
{
	char c = p_peek(p);

	if (c == '"') {
		if (!p_quoted(p, out))
			return false;
		*out = spl_unescape_eval(p->arena, *out);
		return true;
	}
	if (c == '\'') {
		const char *from = p->text.p + p->at + 1;
		const char *close = memchr(from, '\'', p->end - p->at - 1);
		if (!close)
			return p_error(p, p->at, "this ' is never closed");
		*out = (struct str){from, (size_t)(close - from)};
		p->at = (size_t)(close + 1 - p->text.p);
		return true;
	}
	size_t start = p->at;
	for (struct str part; p_word(p, "=<>()", &part);) {
		/* A '!' is part of a name, unless it begins != */
		if (p->at < p->end && p->text.p[p->at] == '=' && part.p[part.n - 1] == '!')
			p->at--;
		size_t skip = p->at < p->end && p->text.p[p->at] == '(' ? balanced_end(p, p->at) : 0;
		if (!skip)
			break;
		p->at = skip;
		if (p->at == p->end || ends_word(p->text.p[p->at]))
			break;
	}
	*out = (struct str){p->text.p + start, p->at - start};
	if (out->n == 0)
		return p_error(p, p->at, "expected %s, found %s", what, p_found(p));
	return true;
}

bool p_option(struct parser *p, struct str *name, struct str *value)
{
	p_blank(p);
	size_t start = p->at;

	if (!p_word(p, "=<>!()", name) || !p_char(p, '=') || (p->at < p->end && p->text.p[p->at] == '=')) {
		p->at = start;
		return false;
	}
	struct str raw;
	if (p_quoted(p, &raw))
		*value = spl_unescape_eval(p->arena, raw);
	else if (p_peek(p) == '"' || !p_word(p, NULL, value))
		*value = STR("");                        /* missing, or a string that is never closed (error set) */
	return true;
}

size_t p_names(struct parser *p, const char *const *until, struct str **out)
{
	size_t n = 0, cap = 0;
	struct str *v = NULL, *kept = NULL;

	for (;;) {
		while (p_char(p, ','))
			;
		if (p_done(p))
			break;
		bool stop = false;
		for (const char *const *w = until; w && *w; w++)
			stop = stop || p_word_is(p, *w);
		char c = p_peek(p);
		if (stop || strchr("[]()=<>!|", c))
			break;
		GROW(v, n, cap);
		if (!p_name(p, "a field name", &v[n])) {
			n = 0;
			break;
		}
		n++;
	}
	if (n) {
		kept = ARENA_ARRAY(p->arena, struct str, n);
		memcpy(kept, v, n * sizeof(*v));
	}
	free(v);
	*out = kept;
	return n;
}

bool p_int(struct parser *p, long *out)
{
	p_blank(p);
	size_t start = p->at;
	char text[24], *end;
	struct str w;

	if (p_word(p, "=<>!()", &w) && w.n < sizeof(text) && !is_blank(w.p[0])) {
		memcpy(text, w.p, w.n);
		text[w.n] = '\0';
		errno = 0;
		*out = strtol(text, &end, 10);
		if (end == text + w.n && errno == 0)
			return true;
	}
	p->at = start;
	return false;
}

/* ---- segments ---- */

bool p_segment_end(struct parser *p, size_t from, size_t limit, size_t *end)
{
	size_t depth = 0, at = from, open[SPL_DEPTH_MAX];

	for (size_t skip; at < limit; at++) {
		switch (p->text.p[at]) {
		case '\\':
			at++;
			break;
		case '`':
			skip = comment_end(p->text, at, limit);
			if (skip)
				at = skip - 1;
			break;
		case '"': {
			size_t quote = at++;
			while (at < limit && p->text.p[at] != '"')
				at += p->text.p[at] == '\\' ? 2 : 1;
			if (at >= limit)
				return p_error(p, quote, "this \" is never closed");
			break;
		}
		case '[':
			if (depth == SPL_DEPTH_MAX)
				return p_error(p, at, "subsearches are nested more than %d deep", SPL_DEPTH_MAX);
			open[depth++] = at;
			break;
		case ']':
			if (depth == 0) {
				*end = at;
				return true;
			}
			depth--;
			break;
		case '|':
			if (depth == 0) {
				*end = at;
				return true;
			}
			break;
		default:
			break;
		}
	}
	if (depth)
		return p_error(p, open[depth - 1], "this [ is never closed");
	*end = limit;
	return true;
}

bool p_deeper(struct parser *p)
{
	if (p->depth >= SPL_DEPTH_MAX)
		return p_error(p, p->at, "nested more than %d deep", SPL_DEPTH_MAX);
	p->depth++;
	return true;
}

/* ---- errors ---- */

void spl_place(struct str text, size_t at, int *line, int *col)
{
	*line = *col = 1;
	for (size_t i = 0; i < at; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == '\n') {
			*line += *line < INT_MAX;
			*col = 1;
		} else if ((c & 0xC0) != 0x80) {         /* continuation bytes are no characters */
			*col += *col < INT_MAX;
		}
	}
}

void spl_place_written(struct str text, const struct spl_spans *s, size_t at, int *line, int *col)
{
	const struct spl_piece *in = NULL;

	for (size_t i = 0; s && i < s->npieces && s->piece[i].at <= at; i++)
		in = &s->piece[i];
	if (!in)
		spl_place(text, at, line, col);
	else
		spl_place(s->source, in->copy ? in->source + (at - in->at) : in->source, line, col);
}

bool p_error(struct parser *p, size_t at, const char *fmt, ...)
{
	struct sbuf msg = {0};
	int line, col;
	va_list ap;

	if (diag_is_set(p->diag))
		return false;
	va_start(ap, fmt);
	sbuf_addv(&msg, fmt, ap);
	va_end(ap);

	if (at > p->text.n)
		at = p->text.n;
	spl_place_written(p->text, p->spans, at, &line, &col);
	/* The end of a macro's text belongs to it, too: there the next thing was missing. */
	const struct spl_span *inside = NULL;
	for (size_t i = 0; p->spans && i < p->spans->n; i++) {
		const struct spl_span *s = &p->spans->v[i];
		if (s->from <= at && (at < s->to || (at == s->to && at == p->text.n)))
			inside = s;
	}
	if (inside)
		sbuf_addf(&msg, "; in the text of macro `%.*s`", STR_FMT(inside->macro));
	diag_set(p->diag, line, col, "%s", sbuf_str(&msg).p);
	sbuf_free(&msg);
	return false;
}

const char *p_found(struct parser *p)
{
	enum { SHOWN = 40 };
	static _Thread_local char text[SHOWN + 8];
	size_t n = 0;

	if (p_done(p))
		return p->end < p->text.n ? "end of command" : "end of search";
	const char *s = p->text.p + p->at;
	size_t room = p->end - p->at;
	if (*s == '"') {
		for (n = 1; n < room && s[n] != '"'; n++)
			n += s[n] == '\\' && n + 1 < room;
		n += n < room;
	} else {
		while (n < room && !ends_word(s[n]))
			n++;
	}
	if (n == 0)
		n = 1;
	if (n <= SHOWN) {
		snprintf(text, sizeof(text), *s == '\'' ? "%.*s" : "'%.*s'", (int)n, s);
		return text;
	}
	n = SHOWN;
	while (n > 1 && ((unsigned char)s[n] & 0xC0) == 0x80)
		n--;
	snprintf(text, sizeof(text), "'%.*s…'", (int)n, s);
	return text;
}

/* ---- escapes (spl-spec 2.5) ---- */

struct str spl_unescape_search(struct arena *a, struct str raw)
{
	char *out = arena_alloc(a, raw.n + 1);
	bool star = memchr(raw.p ? raw.p : "", '*', raw.n) != NULL;
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++) {
		char next = i + 1 < raw.n ? raw.p[i + 1] : '\0';
		if (raw.p[i] == '\\' && i + 1 < raw.n && next != '*') {
			if (next != '\\' && next != '"' && !star)
				out[n++] = '\\';
			i++;
		}
		out[n++] = raw.p[i];
	}
	out[n] = '\0';
	return (struct str){out, n};
}

struct str spl_unescape_eval(struct arena *a, struct str raw)
{
	char *out = arena_alloc(a, raw.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] == '\\' && i + 1 < raw.n && (raw.p[i + 1] == '\\' || raw.p[i + 1] == '"'))
			i++;
		out[n++] = raw.p[i];
	}
	out[n] = '\0';
	return (struct str){out, n};
}
