/* The line editor. Owns the text while it is edited; it is UTF-8, as typed. */
#include "ui/prompt.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/app.h"
#include "ui/history.h"

#include <curses.h>

enum { LINE_MAX_BYTES = 1 << 16 };

struct prompt {
	const struct prompt_kind *kind;
	struct sbuf text;
	size_t at;                                       /* the cursor, an offset of text */
	size_t skip;                                     /* columns of text scrolled away */
	size_t back;                                     /* in the history: 0 is the line being typed, which `typed` keeps */
	struct sbuf typed;
	struct diag error;
	struct words words;                              /* what the last Tab found */
	size_t word;                                     /* the one put in by cycling, + 1 */
};

static struct sbuf killed;                               /* ^W, ^K, ^U; ^Y brings it back, in any prompt */

/* ---- words ---- */

void words_add(struct words *w, struct str part, struct str word)
{
	if (word.n < part.n || !str_ieq((struct str){word.p, part.n}, part))
		return;
	for (size_t i = 0; i < w->n; i++)
		if (str_eq(w->v[i], word))
			return;
	GROW(w->v, w->n, w->cap);
	w->v[w->n++] = arena_str(w->arena, word);
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void words_sort(struct words *w)
{
	if (w->n)
		qsort(w->v, w->n, sizeof *w->v, by_text);
}

static void words_drop(struct words *w)
{
	arena_free(w->arena);
	free(w->v);
	*w = (struct words){0};
}

/* ---- editing ---- */

static size_t before(const struct prompt *p, size_t at)
{
	if (at > 0)
		at--;
	while (at > 0 && ((unsigned char)p->text.p[at] & 0xC0) == 0x80)
		at--;
	return at;
}

static size_t after(const struct prompt *p, size_t at)
{
	if (at < p->text.n)
		at++;
	while (at < p->text.n && ((unsigned char)p->text.p[at] & 0xC0) == 0x80)
		at++;
	return at;
}

static bool is_word(char c)
{
	return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static size_t word_before(const struct prompt *p, size_t at)
{
	while (at > 0 && !is_word(p->text.p[at - 1]))
		at--;
	while (at > 0 && is_word(p->text.p[at - 1]))
		at--;
	return at;
}

static size_t word_after(const struct prompt *p, size_t at)
{
	while (at < p->text.n && !is_word(p->text.p[at]))
		at++;
	while (at < p->text.n && is_word(p->text.p[at]))
		at++;
	return at;
}

/* ^W takes up to a blank, as shells do. */
static size_t blank_before(const struct prompt *p, size_t at)
{
	while (at > 0 && p->text.p[at - 1] == ' ')
		at--;
	while (at > 0 && p->text.p[at - 1] != ' ')
		at--;
	return at;
}

/* Puts `s` in place of text[from … to). */
static void replace(struct prompt *p, size_t from, size_t to, struct str s)
{
	struct sbuf b = {0};

	if (p->text.n - (to - from) + s.n > LINE_MAX_BYTES)
		return;
	sbuf_add(&b, p->text.p, from);
	sbuf_adds(&b, s);
	sbuf_add(&b, p->text.p + to, p->text.n - to);
	sbuf_addz(&b, "");
	sbuf_free(&p->text);
	p->text = b;
	p->at = from + s.n;
}

static void set_text(struct prompt *p, struct str s)
{
	replace(p, 0, p->text.n, s);
}

static void kill_range(struct prompt *p, size_t from, size_t to)
{
	if (from == to)
		return;
	sbuf_reset(&killed);
	sbuf_add(&killed, p->text.p + from, to - from);
	replace(p, from, to, (struct str){0});
}

/* ---- opening and closing ---- */

void prompt_close(struct ui *u)
{
	struct prompt *p = u->prompt;

	if (!p)
		return;
	u->prompt = NULL;
	sbuf_free(&p->text);
	sbuf_free(&p->typed);
	words_drop(&p->words);
	free(p);
	u->dirty = true;
}

void prompt_open(struct ui *u, const struct prompt_kind *kind, struct str text)
{
	prompt_close(u);
	u->prompt = xcalloc(1, sizeof *u->prompt);
	u->prompt->kind = kind;
	u->prompt->error = (struct diag)DIAG_INIT;
	set_text(u->prompt, text);
	u->dirty = true;
}

bool prompt_is(const struct ui *u, const char *label)
{
	return u->prompt && strcmp(u->prompt->kind->label, label) == 0;
}

struct str prompt_text(const struct ui *u)
{
	return sbuf_str(&u->prompt->text);
}

void prompt_error(struct ui *u, const struct diag *d)
{
	if (u->prompt)
		u->prompt->error = *d;
}

static void cancel(struct ui *u)
{
	const struct prompt_kind *kind = u->prompt->kind;

	prompt_close(u);
	if (kind->cancel)
		kind->cancel(u);
}

static void accept(struct ui *u)
{
	struct prompt *p = u->prompt;
	const struct prompt_kind *kind = p->kind;
	struct diag d = DIAG_INIT;
	char *line = xstrndup(p->text.p ? p->text.p : "", p->text.n);
	struct str text = {line, p->text.n};

	/* The line is let go first: accepting may open another prompt. */
	u->prompt = NULL;
	bool done = kind->accept(u, text, &d);
	if (done || u->prompt) {
		struct prompt *other = u->prompt;

		if (kind->history)
			history_add(history_get(kind->history), text);
		u->prompt = p;
		prompt_close(u);
		u->prompt = other;
	} else {
		u->prompt = p;
		p->error = d;
		if (d.col > 0 && d.line <= 1)            /* the cursor goes to the place */
			for (p->at = 0; --d.col > 0 && p->at < p->text.n;)
				p->at = after(p, p->at);
	}
	u->dirty = true;
	free(line);
}

/* ---- history, completion ---- */

static void walk_history(struct prompt *p, bool back)
{
	struct history *h = p->kind->history ? history_get(p->kind->history) : NULL;

	if (back ? p->back >= history_len(h) : p->back == 0)
		return;
	if (p->back == 0) {
		sbuf_reset(&p->typed);
		sbuf_adds(&p->typed, sbuf_str(&p->text));
	}
	p->back += back ? 1 : (size_t)-1;
	set_text(p, p->back ? history_at(h, p->back - 1) : sbuf_str(&p->typed));
}

static size_t common(const struct words *w)
{
	size_t n = w->n ? w->v[0].n : 0;

	for (size_t i = 1; i < w->n; i++) {
		size_t k = 0;

		while (k < n && k < w->v[i].n && str_ieq((struct str){w->v[0].p + k, 1}, (struct str){w->v[i].p + k, 1}))
			k++;
		n = k;
	}
	return n;
}

/* Tab: as far as all candidates agree; then, Tab by Tab, one after the other. */
static void complete(struct ui *u, bool back)
{
	struct prompt *p = u->prompt;
	struct words *w = &p->words;

	if (!p->kind->complete)
		return;
	if (w->n > 1 && p->word) {
		p->word = back ? (p->word + w->n - 2) % w->n + 1 : p->word % w->n + 1;
		replace(p, w->start, p->at, w->v[p->word - 1]);
		return;
	}
	if (w->n > 1) {
		p->word = back ? w->n : 1;
		replace(p, w->start, p->at, w->v[p->word - 1]);
		return;
	}
	words_drop(w);
	w->arena = arena_new();
	p->kind->complete(u, (struct str){p->text.p ? p->text.p : "", p->at}, w);
	if (w->n == 0) {
		words_drop(w);
		return;
	}
	size_t n = common(w);
	if (n >= p->at - w->start)
		replace(p, w->start, p->at, (struct str){w->v[0].p, n});
	if (w->n == 1) {
		if (p->at == p->text.n && p->at > 0 && p->text.p[p->at - 1] != '=' && p->text.p[p->at - 1] != '/')
			replace(p, p->at, p->at, STR(" "));
		words_drop(w);
	}
}

/* ---- keys ---- */

static bool edit(struct prompt *p, int key)
{
	size_t end = p->text.n;
	char utf8[4];

	switch (key) {
	case KEY_SPECIAL | KEY_LEFT:
	case 'B' & 0x1F:
		p->at = before(p, p->at);
		return true;
	case KEY_SPECIAL | KEY_RIGHT:
	case 'F' & 0x1F:
		p->at = after(p, p->at);
		return true;
	case KEY_SPECIAL | KEY_HOME:
	case 'A' & 0x1F:
		p->at = 0;
		return true;
	case KEY_SPECIAL | KEY_END:
	case 'E' & 0x1F:
		p->at = end;
		return true;
	case KEY_META | 'b':
		p->at = word_before(p, p->at);
		return true;
	case KEY_META | 'f':
		p->at = word_after(p, p->at);
		return true;
	case KEY_SPECIAL | KEY_BACKSPACE:
		replace(p, before(p, p->at), p->at, (struct str){0});
		return true;
	case KEY_SPECIAL | KEY_DC:
	case 'D' & 0x1F: {
		size_t at = p->at;

		replace(p, at, after(p, at), (struct str){0});
		return true;
	}
	case 'K' & 0x1F:
		kill_range(p, p->at, end);
		return true;
	case 'U' & 0x1F:                                 /* all of it, wherever the cursor is */
		kill_range(p, 0, end);
		return true;
	case 'W' & 0x1F:
		kill_range(p, blank_before(p, p->at), p->at);
		return true;
	case KEY_META | 0x7F:
	case KEY_META | '\b':
		kill_range(p, word_before(p, p->at), p->at);
		return true;
	case KEY_META | 'd': {
		size_t at = p->at;

		kill_range(p, at, word_after(p, at));
		return true;
	}
	case 'Y' & 0x1F:
		replace(p, p->at, p->at, sbuf_str(&killed));
		return true;
	case KEY_SPECIAL | KEY_UP:
	case 'P' & 0x1F:
		walk_history(p, true);
		return true;
	case KEY_SPECIAL | KEY_DOWN:
	case 'N' & 0x1F:
		walk_history(p, false);
		return true;
	default:
		if (key < ' ' || key == 0x7F || key > 0x10FFFF)
			return false;
		replace(p, p->at, p->at, (struct str){utf8, utf8_put((uint32_t)key, utf8)});
		return true;
	}
}

void prompt_key(struct ui *u, int key)
{
	struct prompt *p = u->prompt;
	size_t n = p->text.n, at = p->at;

	u->dirty = true;
	p->error.msg[0] = '\0';
	if (key == '\t' || key == (KEY_SPECIAL | KEY_BTAB)) {
		complete(u, key != '\t');
	} else {
		words_drop(&p->words);
		p->word = 0;
		if (key == '\r') {
			accept(u);
			return;
		}
		if (key == 27 || key == ('C' & 0x1F) || key == ('G' & 0x1F) || (key == (KEY_SPECIAL | KEY_BACKSPACE) && n == 0)) {
			cancel(u);
			return;
		}
		if (!edit(p, key))
			return;
	}
	if (p->kind->changed && (p->text.n != n || p->at != at))
		p->kind->changed(u, sbuf_str(&p->text));
}

void prompt_paste(struct ui *u, int c)
{
	if (c == '\r' || c == '\t')
		c = ' ';
	words_drop(&u->prompt->words);
	u->prompt->error.msg[0] = '\0';
	if (c >= ' ' && c <= 0x10FFFF)
		edit(u->prompt, c);
	else if (c == KEY_NOTHING && u->prompt->kind->changed)
		u->prompt->kind->changed(u, sbuf_str(&u->prompt->text));
	u->dirty = true;
}

/* ---- drawing ---- */

static void draw_words(struct pen *p, const struct words *w, size_t current)
{
	size_t from = current > 4 ? current - 4 : 0;

	if (from)
		pen_printf(p, ROLE_DIM, "%s ", ornament(ORN_ELLIPSIS));
	for (size_t i = from; i < w->n && p->x < p->end - 2; i++) {
		pen_put(p, i + 1 == current ? ROLE_STRONG : ROLE_HINT, w->v[i]);
		pen_blank(p, 2);
	}
}

/* The error, its caret under the place when that is in sight. */
static void draw_error(struct pen *p, const struct prompt *prompt, int text_x)
{
	const struct diag *d = &prompt->error;
	size_t at = 0, column;
	int x, message = (int)glyph_width(str_c(d->msg));

	for (int c = 1; c < d->col && at < prompt->text.n; c++)
		at = after(prompt, at);
	column = glyph_width((struct str){prompt->text.p ? prompt->text.p : "", at});
	x = text_x + (int)column - (int)prompt->skip;
	if (d->col > 0 && d->line <= 1 && x >= text_x && x < p->end - 1) {
		if (x + 2 + message <= p->end || x < message) {
			pen_blank(p, x);
			pen_printf(p, ROLE_ERROR, "^ %s", d->msg);
		} else {                                 /* no room behind the caret: before it */
			pen_blank(p, x - message - 1);
			pen_printf(p, ROLE_ERROR, "%s ^", d->msg);
		}
		return;
	}
	pen_blank(p, text_x);
	pen_puts(p, ROLE_ERROR, d->msg);
}

void prompt_draw(struct ui *u, int y, int width, int *cursor_x)
{
	struct prompt *p = u->prompt;
	struct pen pen = pen_at(y, 0, width), below = pen_at(y + 1, 0, width);
	int label = (int)glyph_width(str_c(p->kind->label)) + 1, room = width - label - 1;
	size_t here = glyph_width((struct str){p->text.p ? p->text.p : "", p->at});
	struct sbuf note = {0};

	if (room < 1)
		room = 1;
	if (here < p->skip)
		p->skip = here;
	if (here > p->skip + (size_t)room)
		p->skip = here - (size_t)room;
	pen_blank(&pen, 1);
	pen_puts(&pen, ROLE_KEY, p->kind->label);
	struct field f = {.text = sbuf_str(&p->text), .width = room, .skip = p->skip, .role = ROLE_TEXT};
	if (!p->skip && glyph_width(f.text) > (size_t)room)
		f.width = room;
	pen_field(&pen, &f);
	pen_fill(&pen);
	*cursor_x = label + (int)(here - p->skip);

	if (p->error.msg[0])
		draw_error(&below, p, label);
	else if (p->words.n) {
		pen_blank(&below, label);
		draw_words(&below, &p->words, p->word);
	} else {
		if (p->kind->note)
			p->kind->note(u, &note);
		pen_blank(&below, label);
		if (note.n)
			pen_put(&below, ROLE_STATUS, sbuf_str(&note));
		else if (p->kind->hint)
			pen_puts(&below, ROLE_HINT, p->kind->hint);
	}
	pen_fill(&below);
	sbuf_free(&note);
}

