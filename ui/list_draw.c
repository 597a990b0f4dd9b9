/* Drawing a list: heads, rows, preview. Owns where things stand in the body of the screen. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/clock.h"
#include "ui/columns.h"
#include "ui/view.h"

enum { NARROW = 60, SHORT_TIMES = 100, WIDE = 140, SAMPLE = 256, PREVIEW_MIN = 16, PREVIEW_MAX = 10 };

static bool find_match(const void *ctx, struct str s, size_t from, size_t *at, size_t *len)
{
	return pick_find(ctx, s, from, at, len);
}

static struct str shown_part(const struct cell *c)
{
	size_t to = c->to ? c->to : c->text.n;

	return (struct str){c->text.p + c->from, to - c->from};
}

bool list_one_day(const struct view *v)
{
	const int64_t day = 86400 * USEC_PER_SEC;

	return v->first != WHEN_NONE && v->first >= day &&
	       (v->first + clock_offset(v->first)) / day == (v->last + clock_offset(v->last)) / day;
}

/* Does it go over a new year, by the clock of the screen? Then no time is told without its year. */
static bool several_years(const struct view *v)
{
	char first[WHEN_SIZE], last[WHEN_SIZE];

	if (v->first == WHEN_NONE || v->last == WHEN_NONE)
		return false;
	clock_text(v->first, first);
	clock_text(v->last, last);
	return strncmp(first, last, 5) != 0;
}

/* What a time needs when there is no room for all of it: the clock of one day, day and clock, or the date and the minute. */
static int time_need(const struct view *v, int width)
{
	const bool one_day = list_one_day(v);

	if (width >= (one_day ? WIDE : SHORT_TIMES))
		return 19;
	return one_day ? 8 : several_years(v) ? 16 : 14;
}

/* Of the widths of cells, the one that nine of ten do not go beyond. */
static int most_need(const size_t *with, int widest)
{
	size_t all = 0, so_far = 0;
	int w = 0;

	for (int i = 0; i <= widest; i++)
		all += with[i];
	for (; w < widest && (so_far += with[w]) * 10 < all * 9; w++)
		;
	return w;
}

/* What a column needs, by every step-th row. */
static struct need measure_column(struct view *v, size_t col, size_t step)
{
	enum { NAME_MOST = 80, TEXT_MOST = 400 };
	const struct coldef *def = &v->col[col];
	const int most = def->elastic ? TEXT_MOST : NAME_MOST;
	size_t with[TEXT_MOST + 1] = {0};                /* cells of each width */
	const int head = (int)glyph_width(str_c(def->head));
	struct need need = {head, head};

	for (size_t row = 0; row < v->nrows && need.all < most; row += step) {
		struct cell c;

		view_cell(v, row, col, &c);
		if (v->ops->lead)
			v->ops->lead(v, row, col, &c);
		if (c.wide)
			continue;
		struct str part = shown_part(&c);
		if (part.n > (size_t)most * 4)
			part.n = (size_t)most * 4;
		const size_t w = glyph_width(part) + glyph_width(c.lead);
		const int here = w < (size_t)most ? (int)w : most;
		with[here] += here > 0;
		if (here > need.all)
			need.all = here;
	}
	const int nearly = def->type == COL_NUMBER ? need.all : most_need(with, need.all);
	if (nearly > head)
		need.most = nearly;
	return need;
}

/* What columns need: measured on a sample, so that they stand still while one scrolls; while rows come in they only grow. */
static void measure(struct view *v, int width)
{
	struct list *l = &v->list;
	const bool fresh = l->needs != v->ncols || !v->loading;
	const bool anew = l->needs != v->ncols || l->measured != v->nrows || l->measured_loading != v->loading;

	if (l->needs != v->ncols) {
		l->need = xreallocarray(l->need, v->ncols ? v->ncols : 1, sizeof *l->need);
		l->needs = v->ncols;
	}
	for (size_t col = 0; col < v->ncols; col++) {
		struct need *need = &l->need[col], now;

		if (v->col[col].type == COL_TIME) {
			need->all = need->most = time_need(v, width);
		} else if (anew) {
			now = measure_column(v, col, v->nrows / SAMPLE + 1);
			need->all = fresh || now.all > need->all ? now.all : need->all;
			need->most = fresh || now.most > need->most ? now.most : need->most;
		}
	}
	l->measured = v->nrows;
	l->measured_loading = v->loading;
}

/* As much of "2020-09-20 01:18:13" as has room; the day goes only when there is but one, the year when there is but one, else the
 * seconds do, and then the clock. */
static struct str short_time(struct str s, int width, bool one_day, bool years)
{
	enum { DATE = 11, YEAR = 5, MINUTES = 11, DAY = 5, TO_SECONDS = 14, WHOLE_DATE = 10, TO_MINUTES = 16 };

	if (years && width >= WHOLE_DATE)
		return (struct str){s.p, width >= TO_MINUTES ? TO_MINUTES : WHOLE_DATE};
	if (one_day && width < TO_SECONDS)
		return (struct str){s.p + DATE, s.n - DATE};
	if (width >= TO_SECONDS)
		return (struct str){s.p + YEAR, s.n - YEAR};
	return (struct str){s.p + YEAR, width >= MINUTES ? MINUTES : DAY};
}

/* False when the cell took the rest of the line. */
static bool draw_cell(struct pen *p, struct view *v, size_t row, const struct place *at, const struct seeker *seek)
{
	const struct coldef *def = &v->col[at->col];
	struct cell c;

	view_cell(v, row, at->col, &c);
	if (v->ops->lead)
		v->ops->lead(v, row, at->col, &c);
	struct field f = {.text = shown_part(&c), .width = at->width, .role = c.role, .seek = seek,
	                  .right = def->type == COL_NUMBER, .cut = def->type == COL_PATH ? CUT_MIDDLE : CUT_END};
	if (c.wide)
		f.width = p->end - p->x;
	if (c.lead.n) {
		struct field lead = {.text = c.lead, .role = c.lead_role, .width = (int)glyph_width(c.lead)};

		if (lead.width > f.width)
			lead.width = f.width;
		pen_field(p, &lead);
		f.width -= lead.width;
	}
	if (c.text.n == 0) {
		f.text = c.blank ? STR("") : STR("-");
		f.role = ROLE_DIM;
	} else if (def->type == COL_TIME && f.text.n == 19 && at->width < 19) {
		f.text = short_time(f.text, at->width, list_one_day(v), several_years(v));
	}
	pen_field(p, &f);
	return !c.wide;
}

static void draw_head(struct view *v, int y, int width, int margin, const struct place *place, size_t n)
{
	struct pen p = pen_at(y, 0, width);
	char zone[ZONE_SIZE], with_zone[ZONE_SIZE + 32];

	clock_zone(v->first, v->last, zone);
	pen_blank(&p, margin);
	p.blank = ROLE_HEAD;
	for (size_t i = 0; i < n; i++) {
		pen_blank(&p, margin + place[i].x - p.x);
		const struct coldef *def = &v->col[place[i].col];
		struct str head = str_c(def->head);

		if (def->type == COL_TIME) {
			int wide = snprintf(with_zone, sizeof with_zone, "%.24s (%s)", def->head, zone);

			if (wide <= place[i].width)
				head = str_c(with_zone);
		}
		pen_field(&p, &(struct field){.text = head, .width = place[i].width, .role = ROLE_HEAD,
		                              .right = def->type == COL_NUMBER});
	}
	pen_fill(&p);
}

static void draw_row(struct view *v, size_t at, int y, int width, int margin, const struct place *place, size_t n,
                     const struct seeker *seek)
{
	size_t row = v->list.row[at];
	struct pen p = pen_at(y, 0, width);
	bool marked = rowset_has(&v->list.marks, row);
	char sign = v->ops->sign ? v->ops->sign(v, row, &p.faint) : 0;

	p.selected = at == v->list.cursor;
	pen_blank(&p, margin - 2);
	if (marked || sign)
		pen_puts(&p, ROLE_MARK, marked ? "*" : (char[]){sign, '\0'});
	else
		pen_blank(&p, 1);
	for (size_t i = 0; i < n; i++) {
		pen_blank(&p, margin + place[i].x - p.x);
		if (!draw_cell(&p, v, row, &place[i], seek))
			break;
	}
	pen_fill(&p);
}

static void draw_line(struct view *v, size_t at, int y, int width, const struct seeker *seek)
{
	size_t row = v->list.row[at];
	const struct page_line *line = &v->page.v[row];
	struct pen p = pen_at(y, 0, width);
	bool here = at == v->list.cursor, parent = list_has_children(v, row);

	pen_puts(&p, here ? ROLE_MARK : ROLE_DIM,
	         parent ? ornament(rowset_has(&v->list.folds, row) ? ORN_CLOSED : ORN_OPEN) : here ? ornament(ORN_ARROW) : " ");
	p.selected = here && (line->link.kind || parent);
	pen_blank(&p, PAGE_MARGIN - 1);
	pen_field(&p, &(struct field){.text = line->text, .width = width - p.x, .span = line->span, .nspans = line->nspans,
	                              .seek = seek});
}

static void draw_page_at(const struct page *page, int y, int height, int width, const char *more)
{
	for (int i = 0; i < height; i++) {
		struct pen p = pen_at(y + i, 0, width);

		pen_blank(&p, 1);
		if ((size_t)i < page->n) {
			bool cut = i == height - 1 && page->n > (size_t)height;
			const struct page_line *line = &page->v[i];
			int room = width - p.x - (cut ? (int)glyph_width(str_c(more)) + 3 : 0);

			pen_field(&p, &(struct field){.text = line->text, .width = room, .span = line->span, .nspans = line->nspans});
			if (cut)
				pen_printf(&p, ROLE_DIM, " %s %s", ornament(ORN_ELLIPSIS), more);
		}
		pen_fill(&p);
	}
}

static void add_no_column(const struct view *v, struct page *p)
{
	const struct str name = pick_no_column(sbuf_str(&v->list.filter_text), v->col, v->ncols);

	if (!name.n)
		return;
	page_add(p, ROLE_ERROR, name);
	page_adds(p, ROLE_TEXT, " is no column of this view: the term was looked for as text. Columns:");
	for (size_t i = 0; i < v->ncols; i++)
		page_wrap(p, ROLE_DIM, str_c(arena_printf(p->arena, " %s", v->col[i].name)), 2);
	page_end(p);
}

static void draw_empty(struct view *v, int y, int height, int width)
{
	struct page page = {0};

	page_reset(&page, width - 2);
	if (v->nrows > 0) {
		char key[KEY_NAME_SIZE * 4];

		page_blank(&page);
		page_adds(&page, ROLE_TEXT, "No row matches the filter ");
		page_add(&page, ROLE_STRONG, sbuf_str(&v->list.filter_text));
		page_end(&page);
		add_no_column(v, &page);
		page_addf(&page, ROLE_DIM, "%s and an empty line clears it.", keys_first(REQ_FILTER, v->ops->text, key, sizeof key));
		page_end(&page);
	} else if (v->ops->empty) {
		v->ops->empty(v, &page);
	}
	draw_page_at(&page, y, height, width, "");
	page_free(&page);
}

static void draw_preview(struct view *v, int y, int height, int width)
{
	struct page page = {0};
	size_t row = list_selected(v);
	char key[KEY_NAME_SIZE * 4], more[64];
	struct pen p = pen_at(y, 0, width);

	pen_fill(&p);
	page_reset(&page, width - 2);
	if (row != LIST_NONE)
		v->ops->preview(v, row, &page);
	snprintf(more, sizeof more, "%s shows all", keys_first(REQ_ENTER, false, key, sizeof key));
	draw_page_at(&page, y + 1, height - 1, width, more);
	page_free(&page);
}

/* Scrolls so that the cursor is on the screen, and no further. */
static void scroll(struct list *l, size_t lines)
{
	l->lines = lines;
	if (l->cursor >= l->n)
		l->cursor = l->n ? l->n - 1 : 0;
	if (l->cursor < l->top)
		l->top = l->cursor;
	if (lines && l->cursor >= l->top + lines)
		l->top = l->cursor - lines + 1;
	if (l->top + lines > l->n)
		l->top = l->n > lines ? l->n - lines : 0;
}

void list_draw(struct view *v, int y, int height, int width, int *cursor_y, int *cursor_x)
{
	struct list *l = &v->list;
	struct seeker seek = {find_match, l->search};
	int margin = width < NARROW ? 2 : 3, preview = 0;

	l->nplaces = 0;
	l->head_y = -1;
	l->margin = margin;
	l->own_look = v->ops->draw && l->n > 0 && v->ops->draw(v, y, height, width, cursor_y, cursor_x);
	if (l->own_look)
		return;

	if (!v->ops->fill && v->ncols > 0 && (l->n > 0 || !v->ops->empty) && height > 1) {
		if (l->placecap < v->ncols) {
			l->place = xreallocarray(l->place, v->ncols, sizeof *l->place);
			l->placecap = v->ncols;
		}
		measure(v, width - margin);
		l->nplaces = column_set_place(v->columns, v->col, v->ncols, l->need, width - margin, l->skip, l->place, &l->dropped,
		                              &l->dropped_needed);
		l->wanted = l->nplaces + l->dropped;
		l->head_y = y;
		draw_head(v, y++, width, margin, l->place, l->nplaces);
		height--;
	}
	if (v->ops->preview && !l->preview_off && l->n > 0 && height >= PREVIEW_MIN) {
		preview = height / 3 < PREVIEW_MAX ? height / 3 : PREVIEW_MAX;
		height -= preview;
		draw_preview(v, y + height, preview, width);
	}
	scroll(l, height > 0 ? (size_t)height : 0);
	l->body_y = y;
	*cursor_y = y + (int)(l->cursor - l->top);
	*cursor_x = v->ops->fill ? 0 : margin - 2;
	if (l->n == 0 && !list_busy(v)) {
		draw_empty(v, y, height, width);
	} else {
		for (int i = 0; i < height; i++) {
			size_t at = l->top + (size_t)i;
			struct pen p = pen_at(y + i, 0, width);

			if (at >= l->n)
				pen_fill(&p);
			else if (v->ops->fill)
				draw_line(v, at, y + i, width, l->search ? &seek : NULL);
			else
				draw_row(v, at, y + i, width, margin, l->place, l->nplaces, l->search ? &seek : NULL);
		}
	}
}

struct list_spot list_spot(const struct view *v, int y, int x)
{
	const struct list *l = &v->list;

	if (l->own_look) {
		const size_t at = v->ops->spot(v, y, x);

		return (struct list_spot){at == LIST_NONE ? SPOT_NONE : SPOT_ROW, at};
	}
	if (y >= l->body_y && (size_t)(y - l->body_y) < l->lines && l->top + (size_t)(y - l->body_y) < l->n)
		return (struct list_spot){SPOT_ROW, l->top + (size_t)(y - l->body_y)};
	for (size_t i = 0; y == l->head_y && i < l->nplaces; i++) {
		int from = l->margin + l->place[i].x;

		if (x >= from && x < from + l->place[i].width + LAYOUT_GAP)
			return (struct list_spot){SPOT_HEAD, l->place[i].col};
	}
	return (struct list_spot){SPOT_NONE, 0};
}
