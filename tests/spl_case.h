/* Cases of tests/spl, read from text. The format (an analyst should be able to write one):
 *
 *     # a comment
 *     == title
 *     rows:                                what `search:` works on: a table of fields, - for none, a|b for several values
 *       host  user
 *       A     bob|eve
 *     search: stats count by user
 *     expect:                              the rows that come out, with all columns in their order
 *       user  count
 *       bob   1
 *       eve   1
 *
 * Columns are set apart by two blanks or more, or by tabs. A cell, or one value of a list, may stand in quotes: ""
 * is the empty text, "-" and "a|b" are just that; \n \t \\ \" inside. What belongs to a key is indented below it, or
 * stands in its line.
 *
 *     rows NAME:                more tables, for `| from NAME` in subsearches
 *     events:                   a log instead of rows: EventID (L before it: Linux), t=TIME, then attributes; values with
 *       1 t=2021-11-12T10:05:00Z Computer=A Image=C:\W\cmd.exe CommandLine="cmd /c dir"        blanks in quotes
 *     lookup NAME: [wildcard=F,…] [cidr=F,…] [case=ignore] [min=N] [max=N] [default=TEXT] [missing]
 *       a table, in which - is an empty cell
 *     macro NAME = TEXT         or macro NAME(a, b) = TEXT with $a$ and $b$
 *     model NAME: INTERCEPT FIELD=COEFFICIENT …    a linear model that predicts y
 *     now: TIME                 reference time; without it that of the newest event
 *     limits: join=N filter=N transaction=N list=N lookup=N memory=N
 *     search: …                 on rows: begins behind their source, unless it begins with |; on events: as it is
 *     expect: no rows
 *     error: MESSAGE            instead of expect: the message with its place, to the letter
 *     warning: MESSAGE          once for each, in order: of the compiler (with place), then of the run; `none` for none.
 *                               When the key is missing, warnings do not matter */
#ifndef SPOOR_TESTS_SPL_CASE_H
#define SPOOR_TESTS_SPL_CASE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "spl/spl.h"

struct case_item {
	char key[16];
	struct str name;                                 /* of rows, lookup, macro, model; what follows the key */
	struct str inline_text;                          /* in the key's own line */
	struct str *line;                                /* below it, without indentation */
	size_t n, cap;
};

struct spl_case {
	struct str title;
	const char *file;
	int line;
	struct case_item item[32];
	size_t n;
};

static inline const struct case_item *case_find(const struct spl_case *c, const char *key, size_t which)
{
	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->item[i].key, key) == 0 && which-- == 0)
			return &c->item[i];
	}
	return NULL;
}

static inline struct str cut_line(struct str *text)
{
	const char *end = text->n ? memchr(text->p, '\n', text->n) : NULL;
	struct str line = {text->p, end ? (size_t)(end - text->p) : text->n};

	text->p += line.n + (end != NULL);
	text->n -= line.n + (end != NULL);
	return line;
}

static inline struct str cut_blank(struct str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = (struct str){s.p + 1, s.n - 1};
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

/* Reads the next case off *text; false at its end. Exits on a line that it does not understand. */
static inline bool case_next(struct str *text, int *line_no, const char *file, struct spl_case *c)
{
	static const char *const keys[] = {
		"rows", "events", "lookup", "macro", "model", "now", "limits", "search",
		"expect", "error", "warning", NULL,
	};

	*c = (struct spl_case){.file = file, .line = *line_no};
	while (text->n) {
		struct str before = *text, line = cut_line(text);
		if (str_starts(line, "== ") && (c->n || c->title.n)) {
			*text = before;
			return true;
		}
		++*line_no;
		struct str body = cut_blank(line);
		bool indented = line.n && (line.p[0] == ' ' || line.p[0] == '\t');
		if (str_starts(line, "== ")) {
			c->title = cut_blank((struct str){line.p + 3, line.n - 3});
			c->line = *line_no;
		} else if (indented && body.n && c->n) {
			struct case_item *it = &c->item[c->n - 1];
			GROW(it->line, it->n, it->cap);
			it->line[it->n++] = body;
		} else if (body.n && !str_starts(line, "#")) {
			size_t k = 0, n = 0;
			while (n < line.n && line.p[n] >= 'a' && line.p[n] <= 'z')
				n++;
			while (keys[k] && !str_eqc((struct str){line.p, n}, keys[k]))
				k++;
			bool macro = keys[k] && strcmp(keys[k], "macro") == 0;
			const char *colon = memchr(line.p, macro ? '=' : ':', line.n);
			if (!keys[k] || !colon || c->n == sizeof(c->item) / sizeof(c->item[0])) {
				fprintf(stderr, "%s:%d: not understood: %.*s\n", file, *line_no, STR_FMT(line));
				exit(2);
			}
			struct case_item *it = &c->item[c->n++];
			snprintf(it->key, sizeof(it->key), "%s", keys[k]);
			it->name = cut_blank((struct str){line.p + n, (size_t)(colon - line.p) - n});
			it->inline_text = cut_blank((struct str){colon + 1, line.n - (size_t)(colon + 1 - line.p)});
		}
	}
	return c->n > 0;
}

static inline void case_free(struct spl_case *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->item[i].line);
	c->n = 0;
}

/* ---- cells ---- */

/* One value off *s: quoted, or up to `|`. Null for a bare -. */
static inline struct val cell_value(struct str *s, struct arena *a)
{
	struct sbuf b = {0};
	bool quoted = s->n && s->p[0] == '"';
	size_t i = quoted;

	for (; i < s->n && s->p[i] != (quoted ? '"' : '|'); i++) {
		if (quoted && s->p[i] == '\\' && i + 1 < s->n) {
			char c = s->p[++i];
			sbuf_addc(&b, c == 'n' ? '\n' : c == 't' ? '\t' : c);
		} else {
			sbuf_addc(&b, s->p[i]);
		}
	}
	i += quoted && i < s->n;
	*s = (struct str){s->p + i, s->n - i};
	bool null = !quoted && b.n == 1 && b.p[0] == '-';
	struct val v = null ? val_null() : val_str(arena_str(a, sbuf_str(&b)));
	sbuf_free(&b);
	return v;
}

static inline struct val cell_val(struct str cell, struct arena *a)
{
	struct val v[256];
	size_t n = 0;

	for (;;) {
		v[n++] = cell_value(&cell, a);
		if (!cell.n || n == 256)
			return n == 1 ? v[0] : val_list(a, v, n);
		cell = (struct str){cell.p + 1, cell.n - 1};      /* the | */
	}
}

/* The cell off *line that ends at a tab or two blanks. */
static inline struct str cut_cell(struct str *line)
{
	size_t n = 0;
	bool quoted = false;

	for (; n < line->n; n++) {
		char c = line->p[n];
		if (c == '"' && (quoted || n == 0 || line->p[n - 1] == '|'))
			quoted = !quoted;
		else if (quoted && c == '\\')
			n++;
		else if (!quoted && (c == '\t' || (c == ' ' && n + 1 < line->n && line->p[n + 1] == ' ')))
			break;
	}
	struct str cell = cut_blank((struct str){line->p, n < line->n ? n : line->n});
	*line = cut_blank((struct str){line->p + cell.n, line->n - cell.n});
	return cell;
}

/* A table as rows. Exits when a line has more or fewer cells than the first. */
static inline struct rows *case_table(const struct spl_case *c, const struct case_item *it)
{
	struct rows *r = rows_new(it->n ? it->n - 1 : 0);

	for (size_t i = 0; i < it->n; i++) {
		struct str line = it->line[i];
		size_t k = 0;
		for (; line.n; k++) {
			struct val v = cell_val(cut_cell(&line), r->arena);
			if (i == 0)
				rows_col(r, val_text(v, r->arena));
			else if (k < r->ncols)
				r->col[k].v[i - 1] = v;
		}
		if (k != r->ncols) {
			fprintf(stderr, "%s:%d: a row has %zu cells instead of %zu: %.*s\n", c->file, c->line, k,
			        r->ncols, STR_FMT(it->line[i]));
			exit(2);
		}
	}
	return r;
}

#endif
