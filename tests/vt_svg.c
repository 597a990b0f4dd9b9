/* The terminal in memory as a picture (SVG): the README's pictures are made with it from the real program. */
#include <stdlib.h>

#include "vt.h"

enum { CELL_W = 8, CELL_H = 17, BASELINE = 13, MARGIN = 12, BAR = 26 };

/* xterm's first sixteen, a little softer on a dark ground; the rest of the 256 follow its rule. */
static unsigned rgb(int color)
{
	static const unsigned basic[16] = {0x1d2129, 0xe5626c, 0x8ec07c, 0xe0af68, 0x6ea8fe, 0xc792ea, 0x5fc9c9, 0xc8ccd4,
		0x7d8594, 0xff7a85, 0xa8d995, 0xf2c97d, 0x8fbcff, 0xd8aef5, 0x7fe0e0, 0xf4f6fa};
	static const unsigned step[6] = {0, 95, 135, 175, 215, 255};

	if (color < 16)
		return basic[color];
	if (color < 232) {
		unsigned n = (unsigned)color - 16;

		return step[n / 36] << 16 | step[n / 6 % 6] << 8 | step[n % 6];
	}
	return 0x010101u * (8u + 10u * ((unsigned)color - 232));
}

enum { GROUND = 0x15181e, INK = 0xd5d9e0 };

static void put_char(wchar_t c, FILE *out)
{
	switch (c) {
	case L'&': fputs("&amp;", out); break;
	case L'<': fputs("&lt;", out); break;
	case L'>': fputs("&gt;", out); break;
	default: fprintf(out, "%lc", (wint_t)c);
	}
}

static bool same_look(const struct vt_cell *a, const struct vt_cell *b)
{
	return a->attrs == b->attrs && a->fg == b->fg && a->bg == b->bg;
}

static bool blank(const struct vt_cell *c)
{
	return c->c[0] == L' ' && !c->c[1];
}

/* A piece without two blanks in a row: it starts at its own cell, whatever width the viewer's font has. */
static void put_piece(const struct vt_cell *cell, int left, int top, int n, unsigned fg, FILE *out)
{
	fprintf(out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"#%06x\"%s%s%s>", left, top + BASELINE, n * CELL_W, fg,
		cell->attrs & VT_BOLD ? " font-weight=\"bold\"" : "", cell->attrs & VT_DIM ? " opacity=\".65\"" : "",
		cell->attrs & VT_UNDERLINE ? " text-decoration=\"underline\"" : "");
	for (int x = 0; x < n; x++)
		for (int k = 0; k < VT_CHARS && cell[x].c[k]; k++)
			put_char(cell[x].c[k], out);
	fputs("</text>\n", out);
}

/* Cells of one look. */
static void put_run(const struct vt_cell *cell, int y, int at, int n, FILE *out)
{
	unsigned fg = cell->fg < 0 ? INK : rgb(cell->fg), bg = cell->bg < 0 ? GROUND : rgb(cell->bg);
	int left = MARGIN + at * CELL_W, top = BAR + MARGIN / 2 + y * CELL_H;

	if (cell->attrs & VT_REVERSE) {
		unsigned swap = fg;

		fg = bg;
		bg = swap;
	}
	if (bg != GROUND)
		fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n", left, top, n * CELL_W, CELL_H, bg);
	if (cell->attrs & VT_UNDERLINE) {
		put_piece(cell, left, top, n, fg, out);
		return;
	}
	for (int x = 0, end; x < n; x = end) {
		end = x + 1;
		if (blank(cell + x))
			continue;
		while (end < n && !(blank(cell + end) && (end + 1 == n || blank(cell + end + 1))))
			end++;
		put_piece(cell + x, left + x * CELL_W, top, end - x, fg, out);
	}
}

void vt_svg(const struct vt *t, const char *title, FILE *out)
{
	int width = t->cols * CELL_W + 2 * MARGIN, height = BAR + t->rows * CELL_H + MARGIN;

	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
		"font-family=\"'DejaVu Sans Mono','Menlo','Consolas','Liberation Mono',monospace\" font-size=\"13.3\" xml:space=\"preserve\">\n"
		"<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"#%06x\"/>\n<text x=\"%d\" y=\"18\" fill=\"#7d8594\" text-anchor=\"middle\">",
		width, height, width, height, (unsigned)GROUND, width / 2);
	for (const char *p = title; *p; p++)
		put_char((unsigned char)*p, out);
	fputs("</text>\n", out);
	for (int i = 0; i < 3; i++)
		fprintf(out, "<circle cx=\"%d\" cy=\"14\" r=\"5\" fill=\"#%06x\"/>\n", 18 + i * 16, rgb(i == 2 ? 2 : i == 0 ? 1 : 3));
	for (int y = 0; y < t->rows; y++) {
		const struct vt_cell *row = t->cell + (size_t)y * (size_t)t->cols;

		for (int x = 0, end; x < t->cols; x = end) {
			for (end = x + 1; end < t->cols && same_look(row + x, row + end);)
				end++;
			put_run(row + x, y, x, end - x, out);
		}
	}
	fputs("</svg>\n", out);
}
