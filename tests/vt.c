/* A terminal in memory. Only what ncurses uses of xterm-256color, vt100 and screen; all else is a complaint. */
#include "vt.h"

#include <stdlib.h>
#include <string.h>

static struct vt_cell blank(const struct vt *t)
{
	return (struct vt_cell){.c = {L' '}, .fg = -1, .bg = t->bg};
}

static struct vt_cell *at(const struct vt *t, int y, int x)
{
	return &t->cell[y * t->cols + x];
}

static void complain(struct vt *t, const char *what)
{
	char text[256];
	size_t n = 0;

	if (t->complaint)
		return;
	n += (size_t)snprintf(text, sizeof text, "%s: ", what);
	for (size_t i = 0; i < t->nseq && i < 40 && n + 5 < sizeof text; i++) {
		unsigned char c = (unsigned char)t->seq[i];

		n += (size_t)snprintf(text + n, sizeof text - n, c > ' ' && c < 0x7F ? "%c" : "\\x%02x", c);
	}
	t->complaint = strdup(text);
}

void vt_init(struct vt *t, int rows, int cols)
{
	memset(t, 0, sizeof *t);
	t->fg = t->bg = -1;
	vt_resize(t, rows, cols);
}

static struct vt_cell *resized(struct vt_cell *old, int old_rows, int old_cols, int rows, int cols)
{
	struct vt_cell *new = calloc((size_t)(rows * cols), sizeof *new);

	if (!new)
		abort();
	for (int y = 0; y < rows; y++)
		for (int x = 0; x < cols; x++)
			new[y * cols + x] = y < old_rows && x < old_cols ? old[y * old_cols + x] : (struct vt_cell){.c = {L' '}, .fg = -1, .bg = -1};
	free(old);
	return new;
}

void vt_resize(struct vt *t, int rows, int cols)
{
	if (t->alternate)
		t->main = resized(t->main, t->rows, t->cols, rows, cols);
	t->cell = resized(t->cell, t->rows, t->cols, rows, cols);
	t->rows = rows;
	t->cols = cols;
	t->top = 0;
	t->bottom = rows - 1;
	t->y = t->y < rows ? t->y : rows - 1;
	t->x = t->x < cols ? t->x : cols - 1;
	t->wrap = false;
}

void vt_free(struct vt *t)
{
	free(t->cell);
	free(t->main);
	free(t->clipboard);
	free(t->complaint);
}

/* ---- moving and clearing ---- */

static void erase(struct vt *t, int y, int from, int to)
{
	for (int x = from; x < to && x < t->cols; x++)
		*at(t, y, x) = blank(t);
}

static void scroll_up(struct vt *t, int top, int n)
{
	while (n-- > 0) {
		memmove(at(t, top, 0), at(t, top + 1, 0), (size_t)((t->bottom - top) * t->cols) * sizeof *t->cell);
		erase(t, t->bottom, 0, t->cols);
	}
}

static void scroll_down(struct vt *t, int top, int n)
{
	while (n-- > 0) {
		memmove(at(t, top + 1, 0), at(t, top, 0), (size_t)((t->bottom - top) * t->cols) * sizeof *t->cell);
		erase(t, top, 0, t->cols);
	}
}

static void line_feed(struct vt *t)
{
	if (t->y == t->bottom)
		scroll_up(t, t->top, 1);
	else if (t->y < t->rows - 1)
		t->y++;
	t->wrap = false;
}

static void move_to(struct vt *t, int y, int x)
{
	t->y = y < 0 ? 0 : y >= t->rows ? t->rows - 1 : y;
	t->x = x < 0 ? 0 : x >= t->cols ? t->cols - 1 : x;
	t->wrap = false;
}

/* ---- characters ---- */

static void put(struct vt *t, wchar_t c)
{
	int width = wcwidth(c);

	if (width < 0) {
		complain(t, "a character that cannot be shown");
		return;
	}
	if (width == 0) {                                /* a mark: onto the character before */
		int x = t->wrap ? t->x : t->x - 1, k = 0;

		if (x > 0 && at(t, t->y, x)->c[0] == 0)
			x--;
		if (x < 0)
			return;
		while (k < VT_CHARS - 1 && at(t, t->y, x)->c[k])
			k++;
		if (k < VT_CHARS - 1)
			at(t, t->y, x)->c[k] = c;
		return;
	}
	if (t->wrap || t->x + width > t->cols) {
		t->x = 0;
		line_feed(t);
	}
	for (int i = 0; i < width; i++)
		*at(t, t->y, t->x + i) = (struct vt_cell){.c = {i ? 0 : c}, .attrs = t->attrs, .fg = t->fg, .bg = t->bg};
	if (t->x + width >= t->cols) {
		t->x = t->cols - 1;
		t->wrap = true;
	} else {
		t->x += width;
	}
}

/* ---- sequences ---- */

static int params(const struct vt *t, int *v, int max)
{
	int n = 0;
	const char *p = t->seq + 2;

	if (*p == '?' || *p == '>' || *p == '!')
		p++;
	memset(v, 0, (size_t)max * sizeof *v);
	for (; n < max; p++) {
		if (*p >= '0' && *p <= '9') {
			v[n] = v[n] * 10 + (*p - '0');
		} else {
			n++;
			if (*p != ';' && *p != ':')
				break;
		}
	}
	return n;
}

static void sgr(struct vt *t)
{
	int v[32], n = params(t, v, 32);

	for (int i = 0; i < n; i++) {
		int p = v[i];
		static const struct {
			int on, off;
			unsigned attr;
		} map[] = {{1, 22, VT_BOLD}, {2, 22, VT_DIM}, {3, 23, VT_ITALIC}, {4, 24, VT_UNDERLINE}, {5, 25, VT_BLINK}, {7, 27, VT_REVERSE}};

		if (p == 0) {
			t->attrs = 0;
			t->fg = t->bg = -1;
		} else if ((p == 38 || p == 48) && i + 2 < n && v[i + 1] == 5) {
			*(p == 38 ? &t->fg : &t->bg) = (short)v[i + 2];
			i += 2;
		} else if (p >= 30 && p <= 37) {
			t->fg = (short)(p - 30);
		} else if (p >= 90 && p <= 97) {
			t->fg = (short)(p - 90 + 8);
		} else if (p == 39) {
			t->fg = -1;
		} else if (p >= 40 && p <= 47) {
			t->bg = (short)(p - 40);
		} else if (p >= 100 && p <= 107) {
			t->bg = (short)(p - 100 + 8);
		} else if (p == 49) {
			t->bg = -1;
		} else {
			bool known = false;

			for (size_t k = 0; k < sizeof map / sizeof *map; k++) {
				if (p == map[k].on)
					t->attrs |= map[k].attr;
				if (p == map[k].off)
					t->attrs &= ~map[k].attr;
				known |= p == map[k].on || p == map[k].off;
			}
			if (!known)
				complain(t, "an attribute");
		}
	}
}

static void alternate(struct vt *t, bool on)
{
	if (t->alternate == on)
		return;
	t->alternate = on;
	if (on) {
		t->main = calloc((size_t)(t->rows * t->cols), sizeof *t->cell);
		if (!t->main)
			abort();
		memcpy(t->main, t->cell, (size_t)(t->rows * t->cols) * sizeof *t->cell);
		t->main_y = t->y;
		t->main_x = t->x;
		for (int y = 0; y < t->rows; y++)
			erase(t, y, 0, t->cols);
	} else {
		free(t->cell);
		t->cell = t->main;
		t->main = NULL;
		move_to(t, t->main_y, t->main_x);
	}
}

static void mode(struct vt *t, bool on)
{
	int v[8], n = params(t, v, 8);

	for (int i = 0; i < n; i++)
		switch (v[i]) {
		case 1:
			t->app_keys = on;
			break;
		case 25:
			t->cursor_hidden = !on;
			break;
		case 1049:
			alternate(t, on);
			break;
		case 1000:
			t->mouse = on;
			break;
		case 2004:
			t->paste = on;
			break;
		case 3: case 4: case 5: case 7: case 12: case 1006: case 1034: case 69:
			break;
		default:
			complain(t, "a mode");
		}
}

static void csi(struct vt *t, char final)
{
	int v[8], n, one;

	if (final == 'm') {
		sgr(t);
		return;
	}
	if (t->seq[2] == '?' && (final == 'h' || final == 'l')) {
		mode(t, final == 'h');
		return;
	}
	n = params(t, v, 8);
	one = v[0] > 0 ? v[0] : 1;
	switch (final) {
	case 'A':
		move_to(t, t->y - one, t->x);
		break;
	case 'B':
		move_to(t, t->y + one, t->x);
		break;
	case 'C':
		move_to(t, t->y, t->x + one);
		break;
	case 'D':
		move_to(t, t->y, t->x - one);
		break;
	case 'G':
		move_to(t, t->y, one - 1);
		break;
	case 'd':
		move_to(t, one - 1, t->x);
		break;
	case 'H':
		move_to(t, one - 1, n > 1 && v[1] > 0 ? v[1] - 1 : 0);
		break;
	case 'J':
		if (v[0] == 0)
			erase(t, t->y, t->x, t->cols);
		for (int y = v[0] == 0 ? t->y + 1 : 0; y < (v[0] == 1 ? t->y : t->rows); y++)
			erase(t, y, 0, t->cols);
		if (v[0] == 1)
			erase(t, t->y, 0, t->x + 1);
		break;
	case 'K':
		erase(t, t->y, v[0] == 0 ? t->x : 0, v[0] == 1 ? t->x + 1 : t->cols);
		break;
	case 'X':
		erase(t, t->y, t->x, t->x + one);
		break;
	case '@':
		for (int x = t->cols - 1; x >= t->x + one; x--)
			*at(t, t->y, x) = *at(t, t->y, x - one);
		erase(t, t->y, t->x, t->x + one);
		break;
	case 'P':
		for (int x = t->x; x + one < t->cols; x++)
			*at(t, t->y, x) = *at(t, t->y, x + one);
		erase(t, t->y, t->cols - one > t->x ? t->cols - one : t->x, t->cols);
		break;
	case 'L':
		scroll_down(t, t->y, one);
		break;
	case 'M':
		scroll_up(t, t->y, one);
		break;
	case 'S':
		scroll_up(t, t->top, one);
		break;
	case 'T':
		scroll_down(t, t->top, one);
		break;
	case 'Z':
		move_to(t, t->y, (t->x - 1) / 8 * 8);
		break;
	case 'b': {                                      /* the character before, again */
		wchar_t c = t->x > 0 ? at(t, t->y, t->wrap ? t->x : t->x - 1)->c[0] : L' ';

		while (one-- > 0)
			put(t, c);
		break;
	}
	case 'r':
		t->top = one - 1;
		t->bottom = n > 1 && v[1] > 0 ? v[1] - 1 : t->rows - 1;
		move_to(t, 0, 0);
		break;
	case 'h': case 'l': case 't': case 'p':          /* insert mode, window titles, soft reset */
		break;
	default:
		complain(t, "a sequence");
	}
}

static void osc(struct vt *t)
{
	static const char copy[] = "\033]52;c;";

	if (t->nseq > sizeof copy && memcmp(t->seq, copy, sizeof copy - 1) == 0) {
		free(t->clipboard);
		t->clipboard = strndup(t->seq + sizeof copy - 1, t->nseq - sizeof copy);
	} else if (t->seq[2] != '1') {                   /* 104: colours as they were */
		complain(t, "a command");
	}
}

/* The sequence gathered so far: is it whole? Then it is done. */
static bool sequence(struct vt *t)
{
	char last = t->seq[t->nseq - 1];

	if (t->nseq == 1)
		return false;
	switch (t->seq[1]) {
	case '[':
		if (t->nseq < 3 || last < 0x40 || last > 0x7E)
			return false;
		csi(t, last);
		return true;
	case ']':
		if (last != '\a' && !(last == '\\' && t->seq[t->nseq - 2] == 27))
			return false;
		osc(t);
		return true;
	case '(': case ')':
		if (t->nseq < 3)
			return false;
		if (t->seq[1] == '(')
			t->graphics = last == '0';
		return true;
	case '7':
		t->saved_y = t->y;
		t->saved_x = t->x;
		return true;
	case '8':
		move_to(t, t->saved_y, t->saved_x);
		return true;
	case 'M':
		if (t->y == t->top)
			scroll_down(t, t->top, 1);
		else
			move_to(t, t->y - 1, t->x);
		return true;
	case 'D':
		line_feed(t);
		return true;
	case 'E':
		t->x = 0;
		line_feed(t);
		return true;
	case '=': case '>': case 'H': case 'c':
		return true;
	default:
		complain(t, "an escape");
		return true;
	}
}

/* A byte of a character. True when the character is whole. */
static bool character(struct vt *t)
{
	unsigned char first = (unsigned char)t->seq[0];
	size_t need = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 0;
	wchar_t c = need == 1 ? first : need == 2 ? first & 0x1F : need == 3 ? first & 0x0F : first & 0x07;

	if (need == 0) {
		complain(t, "bad UTF-8");
		return true;
	}
	if (t->nseq < need)
		return false;
	for (size_t i = 1; i < need; i++) {
		if (((unsigned char)t->seq[i] & 0xC0) != 0x80)
			complain(t, "bad UTF-8");
		c = c << 6 | ((unsigned char)t->seq[i] & 0x3F);
	}
	put(t, c);
	return true;
}

void vt_feed(struct vt *t, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = p[i];

		if (t->nseq == 0) {
			switch (c) {
			case '\0':
				t->idle++;
				continue;
			case '\r':
				move_to(t, t->y, 0);
				continue;
			case '\n':
				line_feed(t);
				continue;
			case '\b':
				move_to(t, t->y, t->x - 1);
				continue;
			case '\t':
				move_to(t, t->y, (t->x / 8 + 1) * 8);
				continue;
			case '\a': case '\016': case '\017':
				continue;
			}
		}
		if (t->nseq == sizeof t->seq) {
			complain(t, "an endless sequence");
			t->nseq = 0;
		}
		t->seq[t->nseq++] = c;
		if ((unsigned char)t->seq[0] < ' ' && t->seq[0] != 27) {
			complain(t, "a control character");
			t->nseq = 0;
		} else if (t->seq[0] == 27 ? sequence(t) : character(t)) {
			t->nseq = 0;
		}
	}
}

/* ---- dumps ---- */

static bool is_hidden(const struct vt *t, int column)
{
	return column >= t->hide_from && column <= t->hide_to;
}

void vt_dump(const struct vt *t, FILE *out)
{
	for (int y = 0; y < t->rows; y++) {
		int last = t->cols;

		while (last > 0 && (is_hidden(t, last) || (at(t, y, last - 1)->c[0] == L' ' && !at(t, y, last - 1)->c[1])))
			last--;
		fputc('|', out);
		for (int x = 0; x < last; x++) {
			if (is_hidden(t, x + 1)) {
				fputc(' ', out);
				continue;
			}
			for (int k = 0; k < VT_CHARS && at(t, y, x)->c[k]; k++)
				fprintf(out, "%lc", (wint_t)at(t, y, x)->c[k]);
		}
		fputc('\n', out);
	}
	fprintf(out, "cursor %d,%d%s\n", t->y + 1, t->x + 1, t->cursor_hidden ? " hidden" : "");
}

void vt_dump_attrs(const struct vt *t, int row, FILE *out)
{
	static const char *const name[] = {"bold", "dim", "underline", "reverse", "italic", "blink"};

	fprintf(out, "line %d:", row + 1);
	for (int x = 0; x < t->cols;) {
		const struct vt_cell *c = at(t, row, x);
		int end = x;

		while (end < t->cols && at(t, row, end)->attrs == c->attrs && at(t, row, end)->fg == c->fg && at(t, row, end)->bg == c->bg)
			end++;
		if (c->attrs || c->fg >= 0 || c->bg >= 0) {
			fprintf(out, " %d-%d", x + 1, end);
			for (size_t i = 0; i < sizeof name / sizeof *name; i++)
				if (c->attrs & 1u << i)
					fprintf(out, " %s", name[i]);
			if (c->fg >= 0)
				fprintf(out, " fg=%d", c->fg);
			if (c->bg >= 0)
				fprintf(out, " bg=%d", c->bg);
			fputc(';', out);
		}
		x = end;
	}
	fputc('\n', out);
}
