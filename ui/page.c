/* Building pages of styled lines. Owns wrapping and spans; what a page says is the views'. */
#include "ui/page.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"

void page_reset(struct page *p, int width)
{
	arena_free(p->arena);
	p->arena = arena_new();
	p->n = 0;
	p->width = width < 8 ? 8 : width;
	p->depth = 0;
	p->link = (struct page_link){0};
	p->value = (struct str){0};
	sbuf_reset(&p->text);
	p->nspans = 0;
	p->para = 0;
}

void page_free(struct page *p)
{
	arena_free(p->arena);
	free(p->v);
	free(p->span);
	sbuf_free(&p->text);
	*p = (struct page){0};
}

void page_add(struct page *p, enum role role, struct str s)
{
	if (s.n == 0)
		return;
	GROW(p->span, p->nspans, p->spancap);
	p->span[p->nspans++] = (struct span){p->text.n, s.n, role};
	sbuf_adds(&p->text, s);
}

void page_adds(struct page *p, enum role role, const char *s)
{
	page_add(p, role, str_c(s));
}

void page_addf(struct page *p, enum role role, const char *fmt, ...)
{
	size_t at = p->text.n;
	va_list ap;

	va_start(ap, fmt);
	sbuf_addv(&p->text, fmt, ap);
	va_end(ap);
	GROW(p->span, p->nspans, p->spancap);
	p->span[p->nspans++] = (struct span){at, p->text.n - at, role};
}

static int columns(const struct page *p)
{
	return (int)glyph_width(sbuf_str(&p->text));
}

void page_tab(struct page *p, int column, bool gap)
{
	int at = columns(p);

	if (at >= column && gap)
		column = at + 1;
	for (; at < column; at++)
		sbuf_addc(&p->text, ' ');
}

/* Ends a line; `more` when the paragraph goes on in the next. */
static void end_line(struct page *p, bool more)
{
	struct span *span = ARENA_ARRAY(p->arena, struct span, p->nspans);

	if (p->nspans)
		memcpy(span, p->span, p->nspans * sizeof *span);
	GROW(p->v, p->n, p->cap);
	p->v[p->n++] = (struct page_line){
		.text = arena_str(p->arena, sbuf_str(&p->text)), .span = span, .nspans = p->nspans,
		.value = p->value, .link = p->link, .depth = p->depth, .para = p->para,
	};
	sbuf_reset(&p->text);
	p->nspans = 0;
	if (!more)
		p->para++;
}

void page_end(struct page *p)
{
	end_line(p, false);
}

void page_blank(struct page *p)
{
	struct page_link link = p->link;
	struct str value = p->value;

	p->link = (struct page_link){0};
	p->value = (struct str){0};
	page_end(p);
	p->link = link;
	p->value = value;
}

void page_wrap_some(struct page *p, enum role role, struct str s, int indent, int lines)
{
	int used = columns(p);
	size_t at = 0;

	if (indent > p->width / 2)
		indent = p->width / 2;
	while (at < s.n) {
		int room = p->width - used;
		size_t end = room > 0 ? glyph_wrap(s, at, room) : at;
		size_t width = glyph_width((struct str){s.p + at, end - at});

		/* A word that would fit into a line of its own does not start at the end of this one. */
		if (end < s.n && used > indent && (end == at || (int)width > room ||
		    (s.p[end - 1] != ' ' && s.p[end] != ' ' && room < p->width / 3)))
			end = at;
		page_add(p, role, (struct str){s.p + at, end - at});
		at = end;
		if (at >= s.n)
			break;
		end_line(p, true);
		at = glyph_blanks(s, at);
		page_tab(p, indent, false);
		used = indent;
		if (--lines == 0) {
			page_addf(p, ROLE_DIM, "%s %zu bytes more", ornament(ORN_ELLIPSIS), s.n - at);
			break;
		}
	}
}

void page_wrap(struct page *p, enum role role, struct str s, int indent)
{
	page_wrap_some(p, role, s, indent, 0);
}

void page_heading(struct page *p, const char *text)
{
	if (p->n > 0)
		page_blank(p);
	p->depth = 0;
	page_adds(p, ROLE_SECTION, text);
	page_end(p);
	p->depth = 1;
}

static struct str take_line(struct str *s)
{
	const char *nl = s->n ? memchr(s->p, '\n', s->n) : NULL;
	struct str line = {s->p, nl ? (size_t)(nl - s->p) : s->n};

	s->p += line.n + (nl != NULL);
	s->n -= line.n + (nl != NULL);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

void page_prose(struct page *p, enum role role, struct str s, int indent)
{
	struct sbuf para = {0};
	struct str before = p->value;

	while (s.n > 0 || para.n > 0) {
		struct str line = s.n ? str_trim(take_line(&s)) : (struct str){0};
		bool item = line.n > 1 && strchr("-*", line.p[0]) && line.p[1] == ' ';

		if (para.n && (line.n == 0 || item)) {
			p->value = arena_str(p->arena, sbuf_str(&para));
			page_tab(p, indent, false);
			page_wrap(p, role, p->value, indent);
			page_end(p);
			sbuf_reset(&para);
		}
		if (para.n && line.n)
			sbuf_addc(&para, ' ');
		sbuf_adds(&para, line);
	}
	p->value = before;
	sbuf_free(&para);
}

void page_field(struct page *p, int indent, int name_width, struct str name, enum role role, struct str value)
{
	struct str before = p->value;

	page_tab(p, indent, false);
	page_add(p, ROLE_LABEL, name);
	page_tab(p, indent + name_width, false);
	page_add(p, ROLE_TEXT, STR(" "));
	p->value = value.n ? value : STR("");
	if (value.n)
		page_wrap(p, role, value, indent + name_width + 1);
	else
		page_add(p, ROLE_DIM, STR("-"));
	page_end(p);
	p->value = before;
}

void page_code(struct page *p, enum role role, struct str s, int indent)
{
	struct str before = p->value;

	while (s.n > 0) {
		struct str line = take_line(&s);
		size_t blanks = glyph_blanks(line, 0);

		p->value = line;
		page_tab(p, indent, false);
		page_wrap(p, role, line, indent + (int)(blanks < 40 ? blanks : 40) + 2);
		page_end(p);
	}
	p->value = before;
}
