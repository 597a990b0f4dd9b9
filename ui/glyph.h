/* Text of any origin as glyphs that are safe to show: measured, fitted to a width, wrapped. Nothing of curses here.
 * Control, bidi, zero-width and unknown characters and bad UTF-8 become escapes, as base/visible spells them. */
#ifndef SPOOR_UI_GLYPH_H
#define SPOOR_UI_GLYPH_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#include "base/visible.h"

#define GLYPH_CHARS VISIBLE_MAX                          /* the longest escape */
#define GLYPH_MARKS 4                                    /* combining marks on one character; more are escaped */

/* One thing on the screen: a character with its combining marks, or an escape that stands for a character or a byte. */
struct glyph {
	size_t at;                                       /* offset of its first byte in the text */
	unsigned short len;                              /* bytes of the text that it stands for; 0: put in by fitting */
	unsigned char width;                             /* columns: 1 or 2, or the length of the escape */
	unsigned char n;                                 /* of c */
	bool escape;
	wchar_t c[GLYPH_CHARS];
};

/* How text that is too long is cut. */
enum cut {
	CUT_END,                                         /* `powershell -nop -w hidd…` */
	CUT_MIDDLE,                                      /* a path: `C:\Windows\…\cmd.exe`; the last part is kept whole if it fits */
	CUT_FRONT,                                       /* `…\System32\cmd.exe` */
};

/* Can the terminal show UTF-8? Off: everything beyond ASCII is escaped and ornaments are ASCII. */
extern bool glyph_utf8;
enum glyphs { GLYPHS_AUTO, GLYPHS_ASCII, GLYPHS_UTF8 };
void glyph_choose(enum glyphs g);                        /* auto: what the locale has */
void glyph_locale(bool utf8);                            /* what it has */

/* Ornaments, in UTF-8 and in ASCII. */
enum ornament {
	ORN_ELLIPSIS, ORN_CRUMB, ORN_DOWN, ORN_UP, ORN_DOT, ORN_RIGHT, ORN_ENTER, ORN_OPEN, ORN_CLOSED, ORN_LEAF,
	ORN_TEE, ORN_ELBOW, ORN_PIPE, ORN_ARROW, ORN_TIMES, ORN_RULE, ORN_COUNT
};
const char *ornament(enum ornament o);
/* A bar for a share of 0 (nothing) to GLYPH_LEVELS - 1. */
#define GLYPH_LEVELS 8
const char *ornament_bar(int level);

/* The glyph at s[*at], which is < s.n; moves *at behind it. */
void glyph_next(struct str s, size_t *at, struct glyph *g);
/* Columns that all of s takes. */
size_t glyph_width(struct str s);

/* Glyphs of a text that was made to fit. Zero-initialise; reused from call to call. */
struct fitted {
	struct glyph *v;
	size_t n, cap;
	int width;                                       /* columns taken, <= the width asked for */
	bool cut;
};
/* Fits s into `width` columns. */
void glyph_fit(struct fitted *f, struct str s, int width, enum cut cut);
/* The columns skip … skip + width of s, uncut: for scrolling sideways. */
void glyph_slice(struct fitted *f, struct str s, size_t skip, int width);
void fitted_free(struct fitted *f);

/* Where the line that starts at s[at] ends when it must fit into `width` columns (at least one glyph): after the last
 * blank, else after the last separator, else where it is full. The next line starts there, after glyph_blanks. */
size_t glyph_wrap(struct str s, size_t at, int width);
size_t glyph_blanks(struct str s, size_t at);            /* at, moved over blanks */

/* Appends s as it is shown: for messages and dumps that leave the cells. */
void glyph_visible(struct sbuf *b, struct str s);

#endif
