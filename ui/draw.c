/* Cells on the screen, by curses. Owns how glyphs become cells; knows nothing of views. */
#include "ui/draw.h"

#include <curses.h>
#include <stdarg.h>

enum { SEEK_BEYOND = 512 };                              /* bytes looked at behind the last cell for what a search found */

static struct fitted scratch;                            /* the screen has one thread */

struct pen pen_at(int y, int x, int end)
{
	return (struct pen){.y = y, .x = x, .end = end};
}

/* On the selected row, which is shown in reverse, only colours that say something stay: a quiet one would be a patch of grey. */
static bool speaks(enum role role)
{
	switch (role) {
	case ROLE_LOW: case ROLE_MEDIUM: case ROLE_HIGH: case ROLE_CRITICAL: case ROLE_GOOD: case ROLE_WARN: case ROLE_ERROR:
	case ROLE_MARK: case ROLE_MATCH: case ROLE_ESCAPE:
		return true;
	default:
		return false;
	}
}

static void put_glyph(struct pen *p, enum role role, const struct glyph *g)
{
	struct theme_style s = theme_style(p->faint && role != ROLE_MATCH && role != ROLE_ESCAPE ? ROLE_DIM : role);
	attr_t attrs = (attr_t)s.attrs;
	wchar_t text[GLYPH_CHARS + 1];

	if (p->selected) {
		attrs = (attrs & ~(A_DIM)) ^ A_REVERSE;
		if (!speaks(role))
			s.pair = 0;
	}
	for (int i = 0; i < g->n; i++)
		text[i] = g->c[i];
	text[g->n] = L'\0';
	attr_set(attrs, s.pair, NULL);
	mvaddwstr(p->y, p->x, text);
	p->x += g->width;
}

static void put_fitted(struct pen *p, enum role role, const struct field *f, const struct fitted *fit)
{
	size_t span = 0, match = SIZE_MAX, match_len = 0, seek_from = 0;
	struct str text = f->text;

	if (fit->n && fit->v[fit->n - 1].at + SEEK_BEYOND < text.n)
		text.n = fit->v[fit->n - 1].at + SEEK_BEYOND;
	for (size_t i = 0; i < fit->n; i++) {
		const struct glyph *g = &fit->v[i];
		enum role r = role;

		while (span < f->nspans && f->span[span].at + f->span[span].len <= g->at)
			span++;
		if (span < f->nspans && f->span[span].at <= g->at && g->len)
			r = f->span[span].role;
		if (g->escape)
			r = ROLE_ESCAPE;
		while (f->seek && seek_from <= text.n && (match == SIZE_MAX || match + match_len <= g->at)) {
			if (!f->seek->find(f->seek->ctx, text, seek_from, &match, &match_len)) {
				match = text.n;
				match_len = 0;
				seek_from = text.n + 1;
			} else {
				seek_from = match + (match_len ? match_len : 1);
			}
		}
		if (g->len && match != SIZE_MAX && match < g->at + g->len && match + match_len > g->at)
			r = ROLE_MATCH;
		if (!g->len)
			r = ROLE_DIM;
		put_glyph(p, r, g);
	}
}

void pen_field(struct pen *p, const struct field *f)
{
	int width = f->width < p->end - p->x ? f->width : p->end - p->x;

	if (width <= 0)
		return;
	if (f->skip)
		glyph_slice(&scratch, f->text, f->skip, width);
	else
		glyph_fit(&scratch, f->text, width, f->cut);
	if (f->right)
		pen_blank(p, width - scratch.width);
	put_fitted(p, f->role, f, &scratch);
	if (!f->right)
		pen_blank(p, width - scratch.width);
}

void pen_put(struct pen *p, enum role role, struct str s)
{
	struct field f = {.text = s, .role = role};

	glyph_fit(&scratch, s, p->end - p->x, CUT_END);
	put_fitted(p, role, &f, &scratch);
}

void pen_puts(struct pen *p, enum role role, const char *s)
{
	pen_put(p, role, str_c(s));
}

void pen_printf(struct pen *p, enum role role, const char *fmt, ...)
{
	struct sbuf b = {0};
	va_list ap;

	va_start(ap, fmt);
	sbuf_addv(&b, fmt, ap);
	va_end(ap);
	pen_put(p, role, sbuf_str(&b));
	sbuf_free(&b);
}

void pen_blank(struct pen *p, int columns)
{
	static const struct glyph blank = {.n = 1, .width = 1, .c = {L' '}};

	while (columns-- > 0 && p->x < p->end)
		put_glyph(p, p->blank, &blank);
}

void pen_fill(struct pen *p)
{
	pen_blank(p, p->end - p->x);
}
