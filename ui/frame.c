/* Everything round the list: breadcrumb and dump on top, histogram, status and hints below; prompt, menu, question over them. */
#include "ui/app.h"
#include "ui/clock.h"
#include "ui/summary.h"
#include "ui/tty.h"
#include "ui/work.h"

enum { MIN_ROWS = 8, MIN_COLUMNS = 40, HIST_ROWS = 14 };

/* ---- top line ---- */

static void count_text(struct sbuf *b, uint64_t n, const char *noun)
{
	summary_number(b, n);
	sbuf_addf(b, " %s%s", noun, n == 1 ? "" : "s");
}

/* "log.xml  1,354 events  1 host"; in short without the name */
static void dump_text(struct ui *u, struct sbuf *b, bool brief)
{
	const struct session_opts *o = analysis_session(u->analysis)->opts;
	const struct load_progress *p = &analysis_session(u->analysis)->load_progress;
	const struct load *l = analysis_load(u->analysis);
	const struct facts *f = analysis_facts(u->analysis);

	if (!brief && o->nlogs == 1) {
		struct str name = str_after_last(str_c(o->logs[0]), '/');

		sbuf_adds(b, str_eqc(name, "-") ? STR("standard input") : name.n ? name : str_c(o->logs[0]));
		sbuf_addz(b, "  ");
	} else if (!brief) {
		count_text(b, o->nlogs, "log");
		sbuf_addz(b, "  ");
	}
	count_text(b, l ? l->events : atomic_load(&p->events), "event");
	if (f) {
		sbuf_addz(b, "  ");
		count_text(b, f->nhosts, "host");
	}
}

static void draw_top(struct ui *u, int width)
{
	struct pen p = pen_at(0, 0, width);
	struct sbuf b = {0};
	int need = 7, room;

	dump_text(u, &b, false);
	int dump = (int)glyph_width(sbuf_str(&b));
	for (size_t i = 0; i < u->depth; i++)
		need += (int)glyph_width(str_c(u->stack[i]->title)) + 3;
	if (dump > width / 2 || (need + dump + 2 > width && dump > width / 3)) {
		sbuf_reset(&b);
		dump_text(u, &b, true);
		dump = (int)glyph_width(sbuf_str(&b));
	}
	if (width < 60 || dump > width / 2)
		dump = 0;
	pen_blank(&p, 1);
	pen_puts(&p, ROLE_CRUMB, "spoor");
	room = width - dump - 2 - p.x;
	for (size_t i = 0; i < u->depth; i++) {
		bool last = i + 1 == u->depth;
		size_t w = glyph_width(str_c(u->stack[i]->title)), most = last ? (size_t)width : (size_t)width / 6 + 2;

		if ((int)(w + 3) > room && !last && room < 20)
			continue;                        /* the middle of a deep stack goes first */
		if (w > most && need > width - dump)
			w = most;
		if ((int)w > room - 3)
			w = room > 4 ? (size_t)room - 3 : 1;
		pen_printf(&p, ROLE_CRUMB, " %s ", ornament(ORN_CRUMB));
		pen_field(&p, &(struct field){.text = str_c(u->stack[i]->title), .width = (int)w, .cut = CUT_END,
		                              .role = last ? ROLE_CRUMB_LAST : ROLE_CRUMB});
		room -= (int)w + 3;
	}
	if (dump > 0 && p.x + dump + 2 <= width) {
		pen_blank(&p, width - 1 - dump - p.x);
		pen_field(&p, &(struct field){.text = sbuf_str(&b), .width = dump, .cut = CUT_FRONT, .role = ROLE_CRUMB});
	}
	pen_fill(&p);
	sbuf_free(&b);
}

/* ---- status line ---- */

static void add_filter(const struct view *v, struct sbuf *b)
{
	const struct str none = pick_no_column(sbuf_str(&v->list.filter_text), v->col, v->ncols);

	if (v->list.filter)
		sbuf_addf(b, "filter: %.*s (of %zu%s%.*s)", STR_FMT(sbuf_str(&v->list.filter_text)), v->nrows, none.n ? "; no column " : "",
		          STR_FMT(none));
	else
		sbuf_addz(b, "filter: none");
}

static void add_search(struct view *v, struct sbuf *b)
{
	size_t at, of;

	if (!v->list.search)
		return;
	sbuf_addf(b, "/%.*s ", STR_FMT(sbuf_str(&v->list.search_text)));
	if (!list_match_count(v, &at, &of))
		sbuf_addz(b, ornament(ORN_ELLIPSIS));
	else if (of == 0)
		sbuf_addz(b, "no match");
	else if (at)
		sbuf_addf(b, "%zu of %zu", at, of);
	else
		sbuf_addf(b, "%zu %s", of, of == 1 ? "match" : "matches");
}

/* A part of the status line, when there is still room for it. */
static void put_part(struct pen *p, enum role role, struct sbuf *b)
{
	int width = (int)glyph_width(sbuf_str(b));

	if (b->n && (p->x <= 1 || p->x + 3 + width <= p->end)) {
		if (p->x > 1)
			pen_blank(p, 3);
		pen_put(p, role, sbuf_str(b));
	}
	sbuf_reset(b);
}

/* What is under way, and how far all of it is: stands at the right. */
static void add_progress(struct ui *u, struct view *v, struct sbuf *b)
{
	const char *label = work_label(u, v) ? work_label(u, v) : work_label(u, NULL);
	char doing[48];

	if (list_doing(v, doing, sizeof doing)[0])
		sbuf_addf(b, "%s   ", doing);
	if (label)
		sbuf_addf(b, "%s   ", label);
	if (v->partial && !analysis_partial(u->analysis))
		sbuf_addz(b, "partial   ");
	analysis_progress(u->analysis, b);
}

/* "hit 3 of 42", "line 1 of 90 ↓" */
static void put_position(struct pen *p, struct view *v, struct sbuf *b)
{
	const struct list *l = &v->list;
	const size_t at = l->n ? l->cursor + 1 : 0;

	if (v->ops->text) {
		sbuf_addf(b, "line %zu of %zu%s", at, l->n, l->top + l->lines >= l->n ? "" : ornament(ORN_DOWN)[0] == 'd' ? " +" : " ↓");
	} else {
		sbuf_addf(b, "%s %zu of %zu", v->ops->noun, at, l->n);
		const size_t alone = b->n;
		if (v->ops->count && !l->filter)
			v->ops->count(v, b);
		if (p->x + (int)glyph_width(sbuf_str(b)) > p->end)
			b->n = alone;                    /* in a narrow window the row alone */
	}
	put_part(p, ROLE_STATUS, b);
}

static void put_marks(struct pen *p, const struct list *l, struct sbuf *b)
{
	size_t hidden = l->marks.count;

	if (!hidden)
		return;
	for (size_t i = 0; i < l->n && hidden; i++)
		hidden -= rowset_has(&l->marks, l->row[i]);
	sbuf_addf(b, "%zu marked", l->marks.count);
	if (hidden)
		sbuf_addf(b, " (%zu hidden)", hidden);
	put_part(p, ROLE_MARK, b);
}

static void put_order(struct pen *p, const struct view *v, struct sbuf *b)
{
	const struct list *l = &v->list;

	if (!v->ops->depth && v->ncols && l->sort >= 0)
		sbuf_addf(b, "sort: %s %s", v->col[l->sort].name, ornament(l->reverse ? ORN_DOWN : ORN_UP));
	else if (l->reverse)
		sbuf_addz(b, "reversed");
	put_part(p, ROLE_STATUS, b);
}

/* What the view itself has to say. */
static void put_own(struct pen *p, struct view *v)
{
	struct sbuf all = {0}, part = {0};

	if (v->ops->status)
		v->ops->status(v, &all);
	for (struct str rest = sbuf_str(&all), line; str_line(&rest, &line);) {
		sbuf_adds(&part, line);
		put_part(p, ROLE_STATUS, &part);
	}
	sbuf_free(&all);
	sbuf_free(&part);
}

/* The clock of the times of the view, or of the dump. */
static void put_zone(struct pen *p, struct ui *u, const struct view *v, struct sbuf *b)
{
	const struct store *s = analysis_store(u->analysis);
	const bool own = v->first != WHEN_NONE || !s;
	char zone[ZONE_SIZE];

	if (v->first == WHEN_NONE && !clock_is_local())
		return;
	sbuf_addz(b, clock_zone(own ? v->first : store_first(s), own ? v->last : store_last(s), zone));
	put_part(p, ROLE_STATUS, b);
}

static void draw_status(struct ui *u, int y, int width)
{
	struct view *v = ui_top(u);
	struct list *l = &v->list;
	struct pen p = pen_at(y, 0, width);
	struct sbuf right = {0}, b = {0};
	const bool rows = !v->ops->text;

	add_progress(u, v, &right);
	p.end = width - (int)glyph_width(sbuf_str(&right)) - 3;
	pen_blank(&p, 1);
	put_position(&p, v, &b);
	put_marks(&p, l, &b);
	add_search(v, &b);
	put_part(&p, ROLE_STRONG, &b);
	if (rows || l->filter) {
		add_filter(v, &b);
		put_part(&p, l->filter ? ROLE_STRONG : ROLE_STATUS, &b);
	}
	if (rows)
		put_order(&p, v, &b);
	put_own(&p, v);
	if (rows && (l->dropped_needed || l->skip)) {
		sbuf_addf(&b, "%zu more column%s %s", l->dropped, l->dropped == 1 ? "" : "s", ornament(ORN_RIGHT));
		put_part(&p, ROLE_STATUS, &b);
	}
	put_zone(&p, u, v, &b);
	p.end = width;
	pen_blank(&p, width - 1 - (int)glyph_width(sbuf_str(&right)) - p.x);
	pen_put(&p, ROLE_STATUS, sbuf_str(&right));
	pen_fill(&p);
	sbuf_free(&right);
	sbuf_free(&b);
}

/* ---- hints ---- */

static void put_hint(struct pen *p, const struct view *v, enum request r)
{
	char key[KEY_NAME_SIZE * 8];
	const char *label = request_info(r)->label;

	keys_first(r, v->ops->text, key, sizeof key);
	const char *shown = strcmp(key, "Enter") == 0 ? ornament(ORN_ENTER) : key;
	int need = (int)(glyph_width(str_c(shown)) + strlen(label)) + 3;

	if (!key[0] || p->x + need > p->end)
		return;
	if (p->x > 1)
		pen_blank(p, 2);
	pen_puts(p, ROLE_KEY, shown);
	pen_printf(p, ROLE_HINT, " %s", label);
}

static void draw_hints(struct ui *u, int y, int width)
{
	static const enum request common[] = {REQ_QUERY, REQ_HELP};
	const struct view *v = ui_top(u);
	struct pen p = pen_at(y, 0, width);
	int keep = width > 70 ? 16 : 8;                  /* room for the common ones at the end */

	pen_blank(&p, 1);
	p.end = width - keep;
	for (size_t i = 0; i < sizeof v->ops->hints / sizeof *v->ops->hints && v->ops->hints[i]; i++)
		put_hint(&p, v, v->ops->hints[i]);
	p.end = width;
	for (size_t i = width > 70 ? 0 : 1; i < 2; i++)
		put_hint(&p, v, common[i]);
	pen_fill(&p);
}

static void draw_last(struct ui *u, int y, int width)
{
	struct pen p = pen_at(y, 0, width);

	if (u->ask.yes) {
		pen_blank(&p, 1);
		pen_puts(&p, ROLE_WARN, u->ask.text);
		pen_puts(&p, ROLE_KEY, " y/n");
	} else if (u->message[0]) {
		pen_blank(&p, 1);
		pen_puts(&p, u->message_role, u->message);
	} else if (u->hints) {
		draw_hints(u, y, width);
		return;
	}
	pen_fill(&p);
}

static void draw_too_small(int rows, int columns)
{
	for (int y = 0; y < rows; y++) {
		struct pen p = pen_at(y, 0, columns);

		if (y == 0)
			pen_puts(&p, ROLE_TEXT, "too small");
		else if (y == 1)
			pen_printf(&p, ROLE_DIM, "%d%s%d is needed", MIN_COLUMNS, ornament(ORN_TIMES), MIN_ROWS);
		pen_fill(&p);
	}
	tty_show(0, 0);
}

void frame_draw(struct ui *u)
{
	struct view *v = ui_top(u);
	int rows, columns, y = 1, cy = 0, cx = 0;

	tty_size(&rows, &columns);
	if (rows < MIN_ROWS || columns < MIN_COLUMNS) {
		draw_too_small(rows, columns);
		return;
	}
	if (v->ops->fill && (v->stale || v->page.width != columns - PAGE_MARGIN - 1)) {
		size_t row = list_selected(v);
		unsigned para = row != LIST_NONE && row < v->page.n ? v->page.v[row].para : 0;

		page_reset(&v->page, columns - PAGE_MARGIN - 1);
		v->ops->fill(v, &v->page);
		v->nrows = v->page.n;
		v->stale = false;
		list_replaced(v, para);
	}
	draw_top(u, columns);
	if (rows >= HIST_ROWS && list_draw_hist(v, y, columns))
		y++;
	list_draw(v, y, rows - 2 - y, columns, &cy, &cx);
	if (u->prompt) {
		prompt_draw(u, rows - 2, columns, &cx);
		cy = rows - 2;
	} else {
		draw_status(u, rows - 2, columns);
		draw_last(u, rows - 1, columns);
	}
	if (u->chooser)
		choose_draw(u, y, rows - 2 - y, columns, &cy, &cx);
	tty_show(cy, cx);
}
