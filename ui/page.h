/* Text to read as styled lines: built once per width, shown by the list machine like rows. Used by detail, raw record, report,
 * help, and wherever a list has something to say. Lines hold the text as it is; making it safe is drawing's. */
#ifndef SPOOR_UI_PAGE_H
#define SPOOR_UI_PAGE_H

#include "base/arena.h"
#include "ui/draw.h"

/* What Enter on a line opens: the view that built the page knows what `p` and `n` mean. */
struct page_link {
	int kind;                                        /* 0: none */
	const void *p;
	size_t n;
};

struct page_line {
	struct str text;
	const struct span *span;
	size_t nspans;
	struct str value;                                /* what copying takes; p NULL: the text */
	struct page_link link;
	unsigned short depth;                            /* folded away under the nearest line above of a lower depth */
	unsigned para;                                   /* lines that one long text was wrapped into share it */
};

struct page {
	struct arena *arena;                             /* of everything in it */
	struct page_line *v;
	size_t n, cap;
	int width;                                       /* columns to wrap at */
	/* Of the lines that are added next. */
	unsigned short depth;
	struct page_link link;
	struct str value;
	/* The line being built. */
	struct sbuf text;
	struct span *span;
	size_t nspans, spancap;
	unsigned para;
};

void page_reset(struct page *p, int width);              /* empties it; zero-initialise before the first */
void page_free(struct page *p);

/* Appends to the line being built, which takes as many columns as it needs. */
void page_add(struct page *p, enum role role, struct str s);
void page_adds(struct page *p, enum role role, const char *s);
void page_addf(struct page *p, enum role role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Blanks up to this column; at least one when `gap`. */
void page_tab(struct page *p, int column, bool gap);
/* Appends and wraps: lines that follow start at column `indent`. */
void page_wrap(struct page *p, enum role role, struct str s, int indent);
/* The same, but ends after `lines` lines and says how much is left. */
void page_wrap_some(struct page *p, enum role role, struct str s, int indent, int lines);
/* Ends the line. */
void page_end(struct page *p);
void page_blank(struct page *p);                         /* an empty line */

/* Whole lines. A heading has depth 0; what follows it has depth 1. */
void page_heading(struct page *p, const char *text);
/* Prose that keeps its own paragraphs and list items, wrapped. */
void page_prose(struct page *p, enum role role, struct str s, int indent);
/* "name   value", the value wrapped under itself; copying takes the value. */
void page_field(struct page *p, int indent, int name_width, struct str name, enum role role, struct str value);
/* A text of several lines as it is (code): each line its own, long ones wrapped. */
void page_code(struct page *p, enum role role, struct str s, int indent);

#endif
