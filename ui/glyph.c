/* Text of any origin as glyphs that are safe to show: what base/visible hides, and what this terminal cannot show, is spelled out. Owns
 * ornaments, fitting and wrapping. Draws nothing. */
#include "ui/glyph.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "base/visible.h"

bool glyph_utf8 = true;
static bool locale_utf8 = true;
static enum glyphs chosen;

static void settle(void)
{
	glyph_utf8 = chosen == GLYPHS_AUTO ? locale_utf8 : chosen == GLYPHS_UTF8;
}

void glyph_choose(enum glyphs g)
{
	chosen = g;
	settle();
}

void glyph_locale(bool utf8)
{
	locale_utf8 = utf8;
	settle();
}

static const char *const ornaments[ORN_COUNT][2] = {
	[ORN_ELLIPSIS] = {"~", "…"}, [ORN_CRUMB] = {">", "›"},  [ORN_DOWN] = {"desc", "↓"},  [ORN_UP] = {"asc", "↑"},
	[ORN_DOT] = {"-", "·"},      [ORN_RIGHT] = {">", "→"},  [ORN_ENTER] = {"Enter", "↵"}, [ORN_OPEN] = {"-", "▾"},
	[ORN_CLOSED] = {"+", "▸"},   [ORN_LEAF] = {"-", "─"},   [ORN_TEE] = {"|", "├"},       [ORN_ELBOW] = {"`", "└"},
	[ORN_PIPE] = {"|", "│"},     [ORN_ARROW] = {">", "▶"},  [ORN_TIMES] = {"x", "×"},     [ORN_RULE] = {"-", "─"},
};

const char *ornament(enum ornament o)
{
	return ornaments[o][glyph_utf8];
}

const char *ornament_bar(int level)
{
	static const char *const bar[GLYPH_LEVELS][2] = {
		{"_", "▁"}, {".", "▂"}, {":", "▃"}, {"-", "▄"}, {"=", "▅"}, {"+", "▆"}, {"*", "▇"}, {"#", "█"},
	};

	return bar[level < 0 ? 0 : level >= GLYPH_LEVELS ? GLYPH_LEVELS - 1 : level][glyph_utf8];
}

/* Columns of a character that may be shown, 0 for a combining mark, -1 when it must be escaped: what is never shown as it is, and
 * what this terminal cannot show. */
static int char_width(uint32_t c)
{
	if (c >= 0x20 && c < 0x7F)
		return 1;
	if (!glyph_utf8 || visible_hidden(c))
		return -1;
	return wcwidth((wchar_t)c);
}

static void escape(struct glyph *g, uint32_t c, unsigned char byte)
{
	char text[VISIBLE_MAX + 1];

	g->escape = true;
	g->width = g->n = (unsigned char)visible_spell(c, byte, text);
	for (int i = 0; i < g->n; i++)
		g->c[i] = (wchar_t)text[i];
}

void glyph_next(struct str s, size_t *at, struct glyph *g)
{
	size_t start = *at;
	uint32_t c = utf8_next(s, at);
	int width = c == UTF8_BAD ? -1 : char_width(c);

	g->at = start;
	g->escape = false;
	if (width <= 0) {                                /* a mark with nothing to stand on is escaped, too */
		escape(g, c, (unsigned char)s.p[start]);
	} else {
		g->c[0] = (wchar_t)c;
		g->n = 1;
		g->width = (unsigned char)width;
		while (*at < s.n && g->n <= GLYPH_MARKS && (unsigned char)s.p[*at] >= 0x80) {
			size_t next = *at;
			uint32_t mark = utf8_next(s, &next);

			if (mark == UTF8_BAD || char_width(mark) != 0)
				break;
			g->c[g->n++] = (wchar_t)mark;
			*at = next;
		}
	}
	g->len = (unsigned short)(*at - start);
}

size_t glyph_width(struct str s)
{
	size_t width = 0;

	for (size_t at = 0; at < s.n;) {
		struct glyph g;

		if (s.p[at] >= 0x20 && s.p[at] < 0x7F && (at + 1 == s.n || (unsigned char)s.p[at + 1] < 0x80)) {
			at++;
			width++;
			continue;
		}
		glyph_next(s, &at, &g);
		width += g.width;
	}
	return width;
}

/* ---- fitting ---- */

static struct glyph *push(struct fitted *f)
{
	GROW(f->v, f->n, f->cap);
	return &f->v[f->n++];
}

static void push_ellipsis(struct fitted *f, size_t at)
{
	const char *mark = ornament(ORN_ELLIPSIS);
	struct glyph *g = push(f);
	size_t i = 0;

	*g = (struct glyph){.at = at, .n = 1, .width = 1};
	g->c[0] = (wchar_t)utf8_next(str_c(mark), &i);
	f->width++;
	f->cut = true;
}

/* Appends glyphs of s[at … end) while they fit into `width` columns in all. Returns where it stopped. */
static size_t fill(struct fitted *f, struct str s, size_t at, size_t end, int width)
{
	while (at < end) {
		size_t next = at;
		struct glyph g;

		glyph_next(s, &next, &g);
		if (f->width + g.width > width)
			break;
		*push(f) = g;
		f->width += g.width;
		at = next;
	}
	return at;
}

/* The start of the longest tail of s that begins at `from` or later and takes at most `width` columns. */
static size_t tail_start(struct str s, size_t from, size_t width)
{
	size_t total = glyph_width((struct str){s.p + from, s.n - from});

	while (from < s.n && total > width) {
		struct glyph g;

		glyph_next(s, &from, &g);
		total -= g.width;
	}
	return from;
}

static size_t char_start(struct str s, size_t at)
{
	for (int i = 0; i < 3 && at < s.n && at > 0 && ((unsigned char)s.p[at] & 0xC0) == 0x80; i++)
		at++;
	return at;
}

static bool is_slash(char c)
{
	return c == '\\' || c == '/';
}

/* Keeps both ends; the front end is cut after a separator, the back end keeps the whole last part when it can. */
static void fit_middle(struct fitted *f, struct str s, int width)
{
	size_t room = (size_t)width - 1, last = s.n, tail;
	int head;

	while (last > 0 && !is_slash(s.p[last - 1]) && s.n - last < room * 4)
		last--;
	if (last > 0 && is_slash(s.p[last - 1]))
		last--;
	size_t last_width = glyph_width((struct str){s.p + last, s.n - last});
	if (last > 0 && last_width <= room - room / 6 && last_width < room) {
		size_t back = last_width > room / 2 ? last_width : room / 2;

		tail = tail_start(s, s.n > back * 10 ? char_start(s, s.n - back * 10) : 0, back);
		while (tail < last && !is_slash(s.p[tail]))              /* starts at a separator */
			tail++;
	} else {
		tail = tail_start(s, s.n > room * 10 ? char_start(s, s.n - room * 10) : 0, room / 2);
	}
	head = width - 1 - (int)glyph_width((struct str){s.p + tail, s.n - tail});
	size_t stop = fill(f, s, 0, tail, head), keep = f->n;
	while (keep > 0 && !is_slash((char)f->v[keep - 1].c[0]))
		keep--;
	if (last > 0 && keep > 0 && f->n - keep <= (size_t)head / 2)     /* ends at a separator, when near */
		while (f->n > keep) {
			f->n--;
			f->width -= f->v[f->n].width;
			stop = f->v[f->n].at;
		}
	push_ellipsis(f, stop);
	fill(f, s, tail, s.n, width);
}

void glyph_fit(struct fitted *f, struct str s, int width, enum cut cut)
{
	f->n = 0;
	f->width = 0;
	f->cut = false;
	if (width <= 0) {
		f->cut = s.n > 0;
		return;
	}
	size_t stop = fill(f, s, 0, s.n, width);
	if (stop == s.n)
		return;
	if (cut == CUT_MIDDLE && width >= 8) {
		f->n = 0;
		f->width = 0;
		fit_middle(f, s, width);
		return;
	}
	if (cut == CUT_FRONT) {
		size_t limit = (size_t)width * 10;               /* no glyph is shorter than a tenth of its bytes */
		size_t from = tail_start(s, s.n > limit ? char_start(s, s.n - limit) : 0, (size_t)width - 1);

		f->n = 0;
		f->width = 0;
		push_ellipsis(f, 0);
		fill(f, s, from, s.n, width);
		return;
	}
	while (f->n > 0 && f->width > width - 1) {
		f->n--;
		f->width -= f->v[f->n].width;
		stop = f->v[f->n].at;
	}
	push_ellipsis(f, stop);
}

void glyph_slice(struct fitted *f, struct str s, size_t skip, int width)
{
	size_t at = 0;

	f->n = 0;
	f->width = 0;
	f->cut = false;
	while (at < s.n && skip > 0) {
		struct glyph g;

		glyph_next(s, &at, &g);
		if (g.width > skip) {                            /* half a glyph: blanks keep the columns in step */
			for (size_t i = g.width - skip; i > 0 && f->width < width; i--) {
				*push(f) = (struct glyph){.at = at, .n = 1, .width = 1, .c = {L' '}};
				f->width++;
			}
			break;
		}
		skip -= g.width;
	}
	f->cut = fill(f, s, at, s.n, width) < s.n;
}

void fitted_free(struct fitted *f)
{
	free(f->v);
	*f = (struct fitted){0};
}

/* ---- wrapping ---- */

size_t glyph_blanks(struct str s, size_t at)
{
	while (at < s.n && s.p[at] == ' ')
		at++;
	return at;
}

size_t glyph_wrap(struct str s, size_t at, int width)
{
	size_t blank = 0, separator = 0, start = at;
	int used = 0, at_separator = 0;

	while (at < s.n) {
		size_t next = at;
		struct glyph g;

		glyph_next(s, &next, &g);
		if (used + g.width > width && at > start) {
			if (g.n == 1 && g.c[0] == L' ')
				return at;
			if (blank)
				return blank;
			return separator && at_separator * 3 >= width * 2 ? separator : at;
		}
		used += g.width;
		at = next;
		if (g.n == 1 && !g.escape) {
			if (g.c[0] == L' ') {
				blank = at;
			} else if (g.c[0] < 0x80 && strchr("\\/,;&|=)", (int)g.c[0])) {
				separator = at;
				at_separator = used;
			}
		}
	}
	return at;
}

void glyph_visible(struct sbuf *b, struct str s)
{
	for (size_t at = 0; at < s.n;) {
		struct glyph g;

		glyph_next(s, &at, &g);
		if (!g.escape) {
			sbuf_add(b, s.p + g.at, g.len);
			continue;
		}
		for (int i = 0; i < g.n; i++)
			sbuf_addc(b, (char)g.c[i]);
	}
}
