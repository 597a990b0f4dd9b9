/* Cells on the screen. The only way text reaches it: every string goes through glyphs, so nothing of a log acts on the terminal.
 * A pen writes one line from left to right and never beyond its end. */
#ifndef SPOOR_UI_DRAW_H
#define SPOOR_UI_DRAW_H

#include "ui/glyph.h"
#include "ui/theme.h"

/* Part of a text in a role of its own, in bytes. */
struct span {
	size_t at, len;
	enum role role;
};

/* What a search highlights: finds the next match in s at or after `from`. */
struct seeker {
	bool (*find)(const void *ctx, struct str s, size_t from, size_t *at, size_t *len);
	const void *ctx;
};

struct pen {
	int y, x, end;                                   /* columns x … end - 1 are free */
	bool selected;                                   /* reverse video on all it writes */
	bool faint;                                      /* everything in ROLE_DIM */
	enum role blank;                                 /* of the blanks between fields */
};

struct pen pen_at(int y, int x, int end);
/* Text up to the end of the line, cut with an ellipsis. */
void pen_put(struct pen *p, enum role role, struct str s);
void pen_puts(struct pen *p, enum role role, const char *s);
void pen_printf(struct pen *p, enum role role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

struct field {
	struct str text;
	int width;
	enum cut cut;
	bool right;                                      /* align right */
	size_t skip;                                     /* columns scrolled away; then nothing is cut with an ellipsis */
	enum role role;
	const struct span *span;                         /* in order; may be NULL */
	size_t nspans;
	const struct seeker *seek;                       /* may be NULL */
};
/* A field of exactly `width` columns (fewer at the end of the line). */
void pen_field(struct pen *p, const struct field *f);
void pen_blank(struct pen *p, int columns);
void pen_fill(struct pen *p);                            /* blanks to the end */

#endif
