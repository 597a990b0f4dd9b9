/* A list of two levels as a matrix. Owns where its boxes stand. */
#include "ui/matrix.h"

#include <stdio.h>

enum { ROOM = 120, WIDTH_MIN = 20, WIDTH_MAX = 38, GAP = 2, MARGIN = 2, HEADS = 2, BOX = 2, LANES_MAX = 64, HEIGHT_MIN = HEADS + BOX };

/* One column: positions at … at + n, the head first. */
struct lane {
	size_t at, n;
};

static size_t lanes_of(struct view *v, struct lane out[LANES_MAX])
{
	const struct list *l = &v->list;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (list_depth(v, l->row[i]) == 0) {
			if (n == LANES_MAX)
				break;
			out[n++] = (struct lane){i, 0};
		}
		if (n)
			out[n - 1].n++;
	}
	return n;
}

static size_t lane_at(const struct lane *c, size_t n, size_t position)
{
	size_t i = 0;

	while (i + 1 < n && position >= c[i + 1].at)
		i++;
	return i;
}

/* ---- drawing ---- */

struct box {
	struct view *v;
	const struct matrix *m;
	size_t row;
	bool selected, head;
	const struct seeker *seek;
};

static void put(struct pen *p, const struct box *b, size_t col, int width, bool right, enum role role)
{
	struct cell c;

	view_cell(b->v, b->row, col, &c);
	p->selected = b->selected;
	pen_field(p, &(struct field){.text = c.text, .width = width, .cut = CUT_END, .right = right, .seek = b->seek,
	                             .role = role == ROLE_COUNT ? c.role : role});
	p->selected = false;
}

/* Its first line. */
static void put_name(struct pen *p, const struct box *b, int width)
{
	const bool marked = rowset_has(&b->v->list.marks, b->row);

	p->selected = b->selected;
	if (marked)
		pen_puts(p, ROLE_MARK, "*");
	put(p, b, b->m->name, width - marked, false, b->head ? ROLE_HEAD : ROLE_COUNT);
}

/* Its second line: which, how many, how bad. */
static void put_figures(struct pen *p, const struct box *b, int width)
{
	enum { COUNT = 5, WEIGHT = 6 };
	const bool folded = b->head && rowset_has(&b->v->list.folds, b->row) && !b->v->list.filter;

	if (b->head) {
		p->selected = b->selected;
		pen_field(p, &(struct field){.text = str_c(folded ? ornament(ORN_CLOSED) : ""), .width = width - COUNT - WEIGHT, .role = ROLE_DIM});
	} else {
		put(p, b, b->m->id, width - COUNT - WEIGHT, false, ROLE_DIM);
	}
	put(p, b, b->m->count, COUNT, true, ROLE_TEXT);
	put(p, b, b->m->weight, WEIGHT, true, ROLE_COUNT);
}

static void draw_line(struct matrix *m, struct view *v, const struct lane *c, size_t n, int line, int width, const struct seeker *seek)
{
	struct pen p = pen_at(m->y + line, 0, width);
	const int w = m->pitch - GAP;

	for (size_t i = m->first; i < n; i++) {
		const size_t k = line < HEADS ? 0 : 1 + m->top + (size_t)(line - HEADS) / BOX;
		const bool first = line < HEADS ? line == 0 : (line - HEADS) % BOX == 0;
		const int x = MARGIN + (int)(i - m->first) * m->pitch;

		if (x + w > width)
			break;
		pen_blank(&p, x - p.x);
		if (k >= c[i].n || (first && line + 1 == m->height))     /* no half boxes */
			continue;
		const struct box b = {v, m, v->list.row[c[i].at + k], c[i].at + k == v->list.cursor, k == 0, v->list.search ? seek : NULL};
		if (first)
			put_name(&p, &b, w);
		else
			put_figures(&p, &b, w);
	}
	pen_fill(&p);
}

static bool find_match(const void *ctx, struct str s, size_t from, size_t *at, size_t *len)
{
	return pick_find(ctx, s, from, at, len);
}

bool matrix_draw(struct matrix *m, struct view *v, int y, int height, int width, int *cursor_y, int *cursor_x)
{
	struct lane c[LANES_MAX];
	struct list *l = &v->list;
	const struct seeker seek = {find_match, l->search};

	m->on = width >= ROOM && height >= HEIGHT_MIN && l->n > 0;
	if (!m->on)
		return false;
	const size_t n = lanes_of(v, c), boxes = (size_t)(height - HEADS) / BOX;
	int pitch = (width - MARGIN + GAP - 1) / (int)(n ? n : 1);

	pitch = pitch < WIDTH_MIN + GAP ? WIDTH_MIN + GAP : pitch > WIDTH_MAX + GAP ? WIDTH_MAX + GAP : pitch;
	const size_t fit = (size_t)((width - MARGIN + GAP - 1) / pitch);

	if (l->cursor >= l->n)
		l->cursor = l->n - 1;
	const size_t at = lane_at(c, n, l->cursor), k = l->cursor - c[at].at;

	m->y = y;
	m->height = height;
	m->pitch = pitch;
	if (m->first > at)
		m->first = at;
	if (m->first + fit <= at)
		m->first = at + 1 - fit;
	if (m->first + fit > n)
		m->first = n > fit ? n - fit : 0;
	m->shown = fit;
	m->columns = n;
	m->top = k > boxes ? k - boxes : 0;
	l->lines = boxes;
	l->top = l->cursor;
	l->body_y = y;
	for (int line = 0; line < height; line++)
		draw_line(m, v, c, n, line, width, &seek);
	*cursor_y = y + (k == 0 ? 0 : HEADS + (int)(k - 1 - m->top) * BOX);
	*cursor_x = MARGIN + (int)(at - m->first) * pitch;
	l->dropped = 0;
	return true;
}

void matrix_status(const struct matrix *m, struct sbuf *b, const char *noun)
{
	if (m->on && m->columns > m->shown)
		sbuf_addf(b, "%s %zu-%zu of %zu\n", noun, m->first + 1, m->first + m->shown, m->columns);
}

/* ---- moving ---- */

bool matrix_beside(const struct matrix *m, struct view *v, bool right)
{
	struct lane c[LANES_MAX];

	if (!m->on)
		return false;
	const size_t n = lanes_of(v, c), at = lane_at(c, n, v->list.cursor);

	if (n && (right ? at + 1 < n : at > 0)) {
		const struct lane *to = &c[right ? at + 1 : at - 1];
		const size_t k = v->list.cursor - c[at].at;

		list_go(v, to->at + (k < to->n ? k : to->n - 1));
	}
	return true;
}

size_t matrix_spot(const struct matrix *m, const struct view *v, int y, int x)
{
	struct lane c[LANES_MAX];

	if (y < m->y || y >= m->y + m->height || x < MARGIN)
		return LIST_NONE;
	const size_t n = lanes_of((struct view *)v, c), i = m->first + (size_t)((x - MARGIN) / m->pitch);
	const int line = y - m->y;
	const size_t k = line < HEADS ? 0 : 1 + m->top + (size_t)(line - HEADS) / BOX;

	return i < n && k < c[i].n ? c[i].at + k : LIST_NONE;
}
