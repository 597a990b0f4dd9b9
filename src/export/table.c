/* Tables for people: columns aligned to what is in them, text made safe, cut to the terminal when there is one. Cells are made
 * twice, to measure and to print, rather than kept. */
#include "export/inside.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/visible.h"

enum { GAP = 2, NARROW = 8 };

struct column_shape {
	struct str title;
	size_t width;
	bool right;
};

struct table {
	size_t nrows, ncols;
	struct column_shape *col;
	size_t shown;                                    /* columns that fit */
	/* Appends the text of a cell, made safe. */
	void (*cell)(const void *ctx, size_t row, size_t col, struct sbuf *out);
	const void *ctx;
};

static void measure(struct table *t)
{
	struct sbuf b = {0};

	for (size_t c = 0; c < t->ncols; c++)
		t->col[c].width = export_width(t->col[c].title);
	for (size_t i = 0; i < t->nrows; i++)
		for (size_t c = 0; c < t->ncols; c++) {
			sbuf_reset(&b);
			t->cell(t->ctx, i, c, &b);
			size_t w = export_width(sbuf_str(&b));
			if (w > t->col[c].width)
				t->col[c].width = w;
		}
	sbuf_free(&b);
	t->shown = t->ncols;
}

static size_t total(const struct table *t)
{
	size_t sum = 0;

	for (size_t c = 0; c < t->shown; c++)
		sum += t->col[c].width + (c ? GAP : 0);
	return sum;
}

/* Narrows the widest columns, then drops the last ones, until the table fits. */
static void fit(struct table *t, size_t width)
{
	while (total(t) > width) {
		size_t over = total(t) - width, widest = 0, second = NARROW;
		for (size_t c = 1; c < t->shown; c++)
			if (t->col[c].width > t->col[widest].width)
				widest = c;
		for (size_t c = 0; c < t->shown; c++)
			if (c != widest && t->col[c].width > second)
				second = t->col[c].width;
		size_t w = t->col[widest].width;
		if (w > second)
			t->col[widest].width = w - second < over ? second : w - over;
		else if (w > NARROW)
			t->col[widest].width--;
		else if (t->shown > 1)
			t->shown--;
		else
			break;
	}
}

static void pad(struct sbuf *b, size_t n)
{
	while (n--)
		sbuf_addc(b, ' ');
}

/* As much of s as fits in `width`, marked "…" when cut. */
static size_t add_cut(struct sbuf *b, struct str s, size_t width)
{
	size_t w = export_width(s);

	if (w <= width) {
		sbuf_adds(b, s);
		return w;
	}
	while (s.n && w > width - 1) {
		do                                               /* a whole character; the text is valid UTF-8 */
			s.n--;
		while (s.n && ((unsigned char)s.p[s.n] & 0xC0) == 0x80);
		w = export_width(s);
	}
	sbuf_adds(b, s);
	sbuf_addz(b, "…");
	return w + 1;
}

static void add_cell(struct sbuf *line, const struct table *t, size_t c, struct str text)
{
	const struct column_shape *s = &t->col[c];

	if (c)
		pad(line, GAP);
	if (s->right) {
		size_t w = export_width(text);
		pad(line, w < s->width ? s->width - w : 0);
		add_cut(line, text, s->width);
		return;
	}
	size_t w = add_cut(line, text, s->width);
	pad(line, s->width - w);
}

static void print_line(FILE *f, struct sbuf *line)
{
	while (line->n && line->p[line->n - 1] == ' ')
		line->n--;
	sbuf_addc(line, '\n');
	fwrite(line->p, 1, line->n, f);
	sbuf_reset(line);
}

static void print_table(FILE *f, struct table *t, const struct export_opts *o)
{
	struct sbuf line = {0}, text = {0};

	if (!t->ncols)
		return;
	measure(t);
	if (o->width)
		fit(t, o->width);
	for (size_t c = 0; c < t->shown; c++)
		add_cell(&line, t, c, t->col[c].title);
	print_line(f, &line);
	for (size_t i = 0; i < t->nrows && !ferror(f); i++) {
		for (size_t c = 0; c < t->shown; c++) {
			sbuf_reset(&text);
			t->cell(t->ctx, i, c, &text);
			add_cell(&line, t, c, sbuf_str(&text));
		}
		print_line(f, &line);
	}
	sbuf_free(&line);
	sbuf_free(&text);
}

/* ---- findings ---- */

enum { F_TIME, F_RISK, F_RULE, F_HOST, F_USER, F_PARENT, F_PROCESS, F_C2, F_VERDICT, F_COUNT };

static void finding_cell(const void *ctx, size_t row, size_t col, struct sbuf *out)
{
	const struct chosen *c = ((const void *const *)ctx)[0];
	const struct export_opts *o = ((const void *const *)ctx)[1];
	const struct finding *f = chosen_at(c, row);
	char text[WHEN_SIZE > VAL_NUM_SIZE ? WHEN_SIZE : VAL_NUM_SIZE];
	size_t before = out->n;

	switch (col) {
	case F_TIME:
		if (f->time != WHEN_NONE)
			sbuf_addz(out, when_human(f->time, false, text));
		break;
	case F_RISK:
		sbuf_adds(out, val_num_text(f->score, text));
		break;
	case F_RULE:
		visible_add(out, f->rule->name);
		break;
	case F_HOST:
		visible_add(out, f->host);
		break;
	case F_USER:
		visible_add(out, f->user);
		break;
	case F_PARENT:
		visible_add(out, f->parent);
		break;
	case F_PROCESS:
		visible_add(out, f->process);
		break;
	case F_C2:
		if (f->c2.n && f->confirmed == CONFIRM_NO)
			sbuf_addc(out, '?');
		visible_add(out, f->c2);
		if (f->c2.n && f->port.n) {
			sbuf_addc(out, ':');
			visible_add(out, f->port);
		}
		break;
	case F_VERDICT:
		sbuf_addz(out, verdict_of(o, f));
		break;
	}
	if (out->n == before)
		sbuf_addc(out, '-');
}

void export_table_findings(FILE *f, const struct chosen *c, const struct export_opts *o)
{
	struct column_shape col[F_COUNT] = {
		[F_TIME] = {STR("TIME (UTC)"), 0, false}, [F_RISK] = {STR("RISK"), 0, true}, [F_RULE] = {STR("RULE"), 0, false},
		[F_HOST] = {STR("HOST"), 0, false}, [F_USER] = {STR("USER"), 0, false}, [F_PARENT] = {STR("PARENT"), 0, false},
		[F_PROCESS] = {STR("PROCESS"), 0, false}, [F_C2] = {STR("C2"), 0, false}, [F_VERDICT] = {STR("VERDICT"), 0, false},
	};
	const void *ctx[] = {c, o};
	struct table t = {c->n, o->verdict ? F_COUNT : F_VERDICT, col, 0, finding_cell, ctx};

	if (c->n)
		print_table(f, &t, o);
}

/* ---- rows ---- */

static bool is_time(const struct rows *r, size_t col)
{
	return str_eqc(r->col[col].name, "_time");
}

static void add_value(struct sbuf *out, struct val v, bool time)
{
	char text[VAL_NUM_SIZE], iso[WHEN_SIZE];

	if (v.type == V_NUM && time && v.num > -6e10 && v.num < 2.5e11)
		sbuf_addz(out, when_iso_short((usec_t)(v.num * (double)USEC_PER_SEC + (v.num < 0 ? -0.5 : 0.5)), iso));
	else if (v.type == V_NUM)
		sbuf_adds(out, val_num_text(v.num, text));
	else if (v.type == V_STR)
		visible_add(out, (struct str){v.s, v.len});
}

static void row_cell(const void *ctx, size_t row, size_t col, struct sbuf *out)
{
	const struct rows *r = ctx;
	struct val v = r->col[col].v[row];

	for (uint32_t i = 0; i < val_count(v); i++) {
		if (i)
			sbuf_addz(out, " | ");
		add_value(out, val_at(v, i), is_time(r, col));
	}
}

static bool all_numbers(const struct rcol *c, size_t n)
{
	bool some = false;

	for (size_t i = 0; i < n; i++) {
		if (c->v[i].type == V_NUM)
			some = true;
		else if (c->v[i].type != V_NULL)
			return false;
	}
	return some;
}

void export_table_rows(FILE *f, const struct rows *r, const struct export_opts *o)
{
	struct column_shape *col = xcalloc(r->ncols, sizeof(*col));
	struct sbuf *title = xcalloc(r->ncols, sizeof(*title));
	struct table t = {r->n, r->ncols, col, 0, row_cell, r};

	for (size_t c = 0; c < r->ncols; c++) {
		visible_add(&title[c], r->col[c].name);
		col[c] = (struct column_shape){sbuf_str(&title[c]), 0, all_numbers(&r->col[c], r->n) && !is_time(r, c)};
	}
	print_table(f, &t, o);
	for (size_t c = 0; c < r->ncols; c++)
		sbuf_free(&title[c]);
	free(title);
	free(col);
}
