/* Reading CSV. Lenient where exporters differ: LF or CRLF, quotes inside unquoted cells, text behind a closing quote. */
#include "base/csv.h"

#include <stdlib.h>

#include "base/mem.h"

void csv_open(struct csv *c, struct str text)
{
	*c = (struct csv){.text = text, .next_line = 1};
	if (str_starts(text, "\xEF\xBB\xBF"))
		c->at = 3;
}

void csv_close(struct csv *c)
{
	free(c->cell);
	sbuf_free(&c->unquoted);
	*c = (struct csv){0};
}

static void add_cell(struct csv *c, const char *p, size_t n)
{
	GROW(c->cell, c->ncells, c->cap);
	c->cell[c->ncells++] = (struct str){p, n};
}

/* Room for n more bytes of unquoted text. Cells of this record point into it, so they move along. */
static void make_room(struct csv *c, size_t n)
{
	struct sbuf *b = &c->unquoted;

	if (b->cap - b->n > n)
		return;
	struct sbuf bigger = {0};
	bigger.cap = (b->n + n + 1) * 2;
	bigger.p = xmalloc(bigger.cap);
	if (b->n)
		memcpy(bigger.p, b->p, b->n);
	for (size_t i = 0; i < c->ncells; i++) {
		struct str *cell = &c->cell[i];
		bool borrowed = cell->p >= c->text.p && cell->p <= c->text.p + c->text.n;
		if (!borrowed)
			cell->p = bigger.p + (cell->p - b->p);
	}
	bigger.n = b->n;
	free(b->p);
	*b = bigger;
}

static void keep(struct csv *c, const char *p, size_t n)
{
	make_room(c, n);
	sbuf_add(&c->unquoted, p, n);
}

/* End of the text that runs to the next comma or line end. */
static const char *plain_end(const char *p, const char *end)
{
	for (; p < end && *p != ',' && *p != '\n'; p++)
		if (*p == '\r' && (p + 1 == end || p[1] == '\n'))
			break;
	return p;
}

/* Reads the cell that opens with the quote at p; returns what is behind it, NULL when the quote is never closed. */
static const char *quoted(struct csv *c, const char *p, const char *end)
{
	const char *start = ++p;
	size_t kept = c->unquoted.n;
	bool copied = false;

	for (;;) {
		const char *quote = memchr(p, '"', (size_t)(end - p));
		if (!quote)
			return NULL;
		for (const char *nl = p; (nl = memchr(nl, '\n', (size_t)(quote - nl))); nl++)
			c->next_line++;
		if (quote + 1 < end && quote[1] == '"') {
			keep(c, start, (size_t)(quote + 1 - start));
			copied = true;
			start = p = quote + 2;
			continue;
		}
		p = plain_end(quote + 1, end);
		if (copied || p > quote + 1) {
			keep(c, start, (size_t)(quote - start));
			keep(c, quote + 1, (size_t)(p - (quote + 1)));
			add_cell(c, c->unquoted.p + kept, c->unquoted.n - kept);
		} else {
			add_cell(c, start, (size_t)(quote - start));
		}
		return p;
	}
}

/* Behind the line end at p, if there is one. */
static const char *skip_line_end(struct csv *c, const char *p, const char *end)
{
	if (p < end && *p == '\r' && (p + 1 == end || p[1] == '\n'))
		p++;
	if (p < end && *p == '\n') {
		p++;
		c->next_line++;
	}
	return p;
}

bool csv_next(struct csv *c, struct diag *d)
{
	if (c->at >= c->text.n)
		return false;
	const char *p = c->text.p + c->at, *end = c->text.p + c->text.n;

	for (const char *next; p < end && (next = skip_line_end(c, p, end)) != p;)
		p = next;
	c->ncells = 0;
	sbuf_reset(&c->unquoted);
	c->line = c->next_line;
	c->at = (size_t)(p - c->text.p);
	if (p == end)
		return false;

	for (const char *line = p;;) {
		if (p < end && *p == '"') {
			const char *open = p;
			int open_line = c->next_line;
			p = quoted(c, p, end);
			if (!p) {
				c->at = c->text.n;
				c->ncells = 0;
				return diag_set(d, open_line, open_line == c->line ? (int)(open - line) + 1 : 0,
				                "a quote is opened but never closed; add the closing \" or double "
				                "the quotes inside the cell");
			}
		} else {
			const char *start = p;
			p = plain_end(p, end);
			add_cell(c, start, (size_t)(p - start));
		}
		if (p < end && *p == ',') {
			p++;
			continue;
		}
		break;
	}
	c->at = (size_t)(skip_line_end(c, p, end) - c->text.p);
	return true;
}
