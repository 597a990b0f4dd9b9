/* A terminal in memory, for tests of the screen: understands what ncurses sends to an xterm, and complains about anything else. */
#ifndef SPOOR_TESTS_VT_H
#define SPOOR_TESTS_VT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <wchar.h>

enum { VT_BOLD = 1, VT_DIM = 2, VT_UNDERLINE = 4, VT_REVERSE = 8, VT_ITALIC = 16, VT_BLINK = 32 };
enum { VT_CHARS = 6 };

struct vt_cell {
	wchar_t c[VT_CHARS];                             /* a character and its marks; 0: the right half of a wide one */
	unsigned attrs;
	short fg, bg;                                    /* -1: the default */
};

struct vt {
	int rows, cols;
	struct vt_cell *cell, *main;                     /* rows * cols; main: the screen behind the alternate one */
	int main_y, main_x;
	int y, x;
	bool wrap;                                       /* the last column was written; the next character wraps */
	unsigned attrs;
	short fg, bg;
	int top, bottom;                                 /* scrolling region, inclusive */
	int saved_y, saved_x;
	bool alternate, cursor_hidden, paste, mouse, app_keys;
	bool graphics;                                   /* the line-drawing character set */
	int hide_from, hide_to;                          /* columns, from 1, that dumps leave blank; 0: none */
	unsigned idle;                                   /* NULs seen */
	char *clipboard;                                 /* of the last OSC 52, still in base64; owned */
	char *complaint;                                 /* the first sequence it did not know; owned */
	char seq[1 << 17];                               /* what has come of a sequence or a character */
	size_t nseq;
};

void vt_init(struct vt *t, int rows, int cols);
void vt_resize(struct vt *t, int rows, int cols);        /* as xterm: what fits stays */
void vt_feed(struct vt *t, const char *p, size_t n);
void vt_free(struct vt *t);
/* Lines between bars, then the cursor. */
void vt_dump(const struct vt *t, FILE *out);
/* Runs of equal attributes of a line, default ones left out. */
void vt_dump_attrs(const struct vt *t, int row, FILE *out);
/* A picture of it, with `title` (ASCII) above; vt_svg.c. */
void vt_svg(const struct vt *t, const char *title, FILE *out);

#endif
