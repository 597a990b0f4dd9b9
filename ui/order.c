/* Which rows are shown and in what order: filter, sort, the histogram and the search through them. All in slices of time, each
 * of at least one row, so that a table of any size leaves the keys alone. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/when.h"
#include "ui/view.h"

enum { SLICE = 256 };                                    /* rows between two looks at the clock */

struct order_key {
	union {
		const char *text;
		double num;
	};
	uint64_t start;                                  /* its first bytes, as they compare */
	uint32_t n;                                      /* bytes of text */
};

static bool late(uint64_t until)
{
	return until != UINT64_MAX && when_mono_ns() >= until;
}

void order_free(struct order *o)
{
	free(o->next);
	free(o->other);
	free(o->key);
	free(o->show);
	free(o->in.w);
	arena_free(o->text);
	*o = (struct order){0};
}

static void drop_keys(struct order *o)
{
	free(o->key);
	o->key = NULL;
	o->keys = 0;
	arena_free(o->text);
	o->text = NULL;
}

void order_start(struct view *v, enum order_phase phase)
{
	struct order *o = &v->list.order;

	/* A later phase does not cut an earlier one short: it follows anyway. */
	if (o->phase != ORDER_DONE && o->phase < phase)
		return;
	o->phase = phase;
	o->at = 0;
	o->width = 0;
	if (phase == ORDER_FILTER) {
		o->n = 0;
		free(o->show);                           /* rows may have come */
		o->show = NULL;
		drop_keys(o);
	}
}

/* ---- filter ---- */

struct row_of {
	struct view *v;
	size_t row;
};

static void cell_of(void *ctx, size_t col, struct cell *c)
{
	struct row_of *r = ctx;

	view_cell(r->v, r->row, col, c);
}

static bool picked(struct view *v, struct pick *p, size_t row)
{
	struct row_of r = {v, row};

	return pick_row(p, cell_of, &r, v->ops->fill ? NULL : v->col, v->ops->fill ? 1 : v->ncols);
}

static void keep(struct order *o, size_t row)
{
	GROW(o->next, o->n, o->cap);
	o->next[o->n++] = (uint32_t)row;
}

/* In a tree a row is shown when it or something below it is picked, and nothing above it is folded. A filter unfolds all. */
static void show_picked(struct view *v)
{
	struct order *o = &v->list.order;
	unsigned want = 0;

	for (size_t i = v->nrows; i-- > 0;) {            /* want: the depth whose row an ancestor is missing of, plus 1 */
		unsigned d = list_depth(v, i);

		if (want && d + 1 < want)
			o->show[i] = true;
		if (o->show[i] && (!want || d + 1 <= want))
			want = d + 1;
		if (want == 1)
			want = 0;
	}
	for (size_t i = 0; i < v->nrows; i++)
		if (o->show[i])
			keep(o, i);
	free(o->show);
	o->show = NULL;
}

static void show_unfolded(struct view *v)
{
	struct list *l = &v->list;
	size_t hidden_below = SIZE_MAX;

	if (v->ops->after) {
		for (size_t i = 0; i < v->nrows; i = v->ops->after(v, i, rowset_has(&l->folds, i)))
			keep(&l->order, i);
		return;
	}
	for (size_t i = 0; i < v->nrows; i++) {
		unsigned d = list_depth(v, i);

		if (hidden_below != SIZE_MAX && d > hidden_below)
			continue;
		hidden_below = rowset_has(&l->folds, i) ? d : SIZE_MAX;
		keep(&l->order, i);
	}
}

static bool step_tree(struct view *v, uint64_t until)
{
	struct order *o = &v->list.order;

	if (!v->list.filter) {
		show_unfolded(v);
		return true;
	}
	if (!o->show)
		o->show = xcalloc(v->nrows ? v->nrows : 1, sizeof *o->show);
	while (o->at < v->nrows) {
		for (int i = 0; i < SLICE && o->at < v->nrows; i++, o->at++)
			o->show[o->at] = picked(v, v->list.filter, o->at);
		if (late(until))
			break;
	}
	if (o->at < v->nrows)
		return false;
	show_picked(v);
	return true;
}

static bool step_filter(struct view *v, uint64_t until)
{
	struct list *l = &v->list;
	struct order *o = &l->order;

	if (v->ops->depth || v->ops->fill)
		return step_tree(v, until);
	while (o->at < v->nrows) {
		for (int i = 0; i < SLICE && o->at < v->nrows; i++, o->at++)
			if ((!v->ops->hidden || !v->ops->hidden(v, o->at)) && (!l->filter || picked(v, l->filter, o->at)))
				keep(o, o->at);
		if (late(until))
			break;
	}
	return o->at >= v->nrows;
}

/* ---- sort: keys of all rows once, then a merge sort from below, which is stable and can pause anywhere ---- */

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/* Most comparisons need no more than this, which is at hand where the text itself is somewhere in a large dump. */
static uint64_t start_of(struct str s)
{
	uint64_t start = 0;

	for (size_t i = 0; i < sizeof start; i++)
		start = start << 8 | (i < s.n ? lower(s.p[i]) : 0);
	return start;
}

static bool step_keys(struct view *v, uint64_t until)
{
	struct order *o = &v->list.order;
	size_t col = (size_t)v->list.sort;

	if (!o->key) {
		o->key = xcalloc(v->nrows ? v->nrows : 1, sizeof *o->key);
		o->keys = v->nrows;
		o->text = arena_new();
	}
	while (o->at < o->n) {
		for (int i = 0; i < SLICE && o->at < o->n; i++, o->at++) {
			struct cell c;
			struct order_key *k = &o->key[o->next[o->at]];

			view_cell(v, o->next[o->at], col, &c);
			bool made = c.text.n && ((c.text.p >= c.buf && c.text.p < c.buf + sizeof c.buf) ||
			                         (c.made->p && c.text.p >= c.made->p && c.text.p < c.made->p + c.made->cap));
			if (v->col[col].type == COL_NUMBER || v->col[col].type == COL_TIME) {
				k->num = c.num;
				continue;
			}
			if (made)
				c.text = arena_str(o->text, c.text);
			k->text = c.text.p;
			k->start = start_of(c.text);
			k->n = c.text.n < UINT32_MAX ? (uint32_t)c.text.n : UINT32_MAX;
		}
		if (late(until))
			break;
	}
	return o->at >= o->n;
}

/* Without regard to ASCII case, then by bytes. */
static int text_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++) {
		const unsigned char x = lower(a.p[i]), y = lower(b.p[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return a.n != b.n ? (a.n > b.n) - (a.n < b.n) : str_cmp(a, b);
}

/* Absent values go last, whatever the direction. */
static int key_cmp(const struct order_key *a, const struct order_key *b, bool numbers, bool reverse)
{
	bool no_a = numbers ? isnan(a->num) : a->n == 0, no_b = numbers ? isnan(b->num) : b->n == 0;
	int order;

	if (no_a || no_b)
		return no_a - no_b;
	if (numbers)
		order = (a->num > b->num) - (a->num < b->num);
	else if (a->start != b->start)
		order = a->start < b->start ? -1 : 1;
	else if (a->text == b->text && a->n == b->n)
		order = 0;
	else
		order = text_cmp((struct str){a->text, a->n}, (struct str){b->text, b->n});
	return reverse ? -order : order;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* All runs of this width are merged: the longer ones are merged next. */
static void next_width(struct order *o)
{
	uint32_t *swap = o->next;
	size_t cap = o->cap;

	o->next = o->other;
	o->cap = o->othercap;
	o->other = swap;
	o->othercap = cap;
	o->at = o->left = 0;
	o->right = o->width *= 2;
}

/* Goes on with the two runs at `at` for at most so many rows. */
static void merge_some(struct order *o, size_t rows, bool numbers, bool reverse)
{
	const size_t mid = least(o->at + o->width, o->n), end = least(mid + o->width, o->n);
	size_t a = o->left, b = least(o->right, end), to = a + b - mid;

	for (; rows > 0 && (a < mid || b < end); rows--) {
		bool left = b >= end || (a < mid && key_cmp(&o->key[o->next[a]], &o->key[o->next[b]], numbers, reverse) <= 0);

		o->other[to++] = left ? o->next[a++] : o->next[b++];
	}
	o->left = a;
	o->right = b;
	if (a < mid || b < end)
		return;
	o->at = o->left = end;
	o->right = end + o->width;
}

static bool step_sort(struct view *v, uint64_t until)
{
	struct order *o = &v->list.order;
	enum col_type type = v->col[v->list.sort].type;
	bool numbers = type == COL_NUMBER || type == COL_TIME;
	size_t rows = 0;

	if (o->width == 0) {
		o->left = 0;
		o->right = o->width = 1;
		if (o->othercap < o->n) {
			o->other = xreallocarray(o->other, o->n, sizeof *o->other);
			o->othercap = o->n;
		}
	}
	while (o->width < o->n) {
		merge_some(o, SLICE, numbers, v->list.reverse);
		rows += least(o->width, SLICE);
		if (o->at >= o->n)
			next_width(o);
		if (rows >= SLICE) {
			rows = 0;
			if (late(until))
				break;
		}
	}
	return o->width >= o->n;
}

static void reverse_all(struct order *o)
{
	for (size_t i = 0, j = o->n; i + 1 < j; i++) {
		uint32_t row = o->next[i];

		o->next[i] = o->next[--j];
		o->next[j] = row;
	}
}

/* ---- the new order takes its place; the cursor stays with its row, or goes to the nearest one that is left ---- */

/* Which rows are in it. */
static bool step_look(struct view *v, uint64_t until)
{
	struct order *o = &v->list.order;

	if (o->at == 0)
		rowset_clear(&o->in);
	while (o->at < o->n) {
		for (size_t i = 0; i < 16 * SLICE && o->at < o->n; i++, o->at++)
			rowset_put(&o->in, o->next[o->at], true);
		if (late(until))
			break;
	}
	return o->at >= o->n;
}

static void place(struct view *v)
{
	struct list *l = &v->list;
	struct order *o = &l->order;
	size_t row = LIST_NONE, old = l->cursor, line = l->cursor - l->top;

	if (l->n && l->moved) {
		for (size_t i = old; i < l->n && row == LIST_NONE; i++)
			if (rowset_has(&o->in, l->row[i]))
				row = l->row[i];
		for (size_t i = old; i-- > 0 && row == LIST_NONE;)
			if (rowset_has(&o->in, l->row[i]))
				row = l->row[i];
	}
	uint32_t *rows = l->row;
	size_t cap = l->cap;
	l->row = o->next;
	l->n = o->n;
	l->cap = o->cap;
	o->next = rows;
	o->cap = cap;
	o->n = 0;
	drop_keys(o);
	l->cursor = row == LIST_NONE ? 0 : list_position(v, row);
	if (l->cursor == LIST_NONE)
		l->cursor = 0;
	l->top = l->cursor > line ? l->cursor - line : 0;
}

/* ---- marks by pattern ---- */

static bool step_mark(struct view *v, uint64_t until)
{
	struct list *l = &v->list;
	struct order *o = &l->order;

	while (l->mark && o->at < l->n) {
		for (int i = 0; i < SLICE && o->at < l->n; i++, o->at++)
			if (picked(v, l->mark, l->row[o->at]))
				rowset_put(&l->marks, l->row[o->at], true);
		if (late(until))
			break;
	}
	if (l->mark && o->at < l->n)
		return false;
	pick_free(l->mark);
	l->mark = NULL;
	return true;
}

/* ---- histogram ---- */

size_t list_bar(const struct list *l, usec_t t)
{
	if (t == WHEN_NONE || t < l->hist_first)
		return SIZE_MAX;
	const size_t bar = (size_t)((t - l->hist_first) / l->hist_step);

	return bar < l->hist_n ? bar : SIZE_MAX;
}

static bool step_hist(struct view *v, uint64_t until)
{
	struct list *l = &v->list;
	struct order *o = &l->order;

	if (!v->ops->time || l->hist_n == 0)
		return true;
	if (o->at == 0) {
		memset(l->hist, 0, sizeof l->hist);
		memset(l->worst, 0, sizeof l->worst);
	}
	while (o->at < l->n) {
		for (int i = 0; i < SLICE && o->at < l->n; i++, o->at++) {
			const size_t row = l->row[o->at], bar = list_bar(l, v->ops->time(v, row));

			if (bar == SIZE_MAX)
				continue;
			l->hist[bar]++;
			if (v->ops->risk && v->ops->risk(v, row) > l->worst[bar])
				l->worst[bar] = v->ops->risk(v, row);
		}
		if (late(until))
			break;
	}
	return o->at >= l->n;
}

/* ---- search: from where it began, round the end ---- */

static bool step_search(struct view *v, uint64_t until)
{
	struct list *l = &v->list;

	if (!l->search)
		return true;
	while (l->searched < l->n) {
		for (int i = 0; i < SLICE && l->searched < l->n; i++, l->searched++) {
			size_t at = (l->search_from + l->searched) % l->n;

			if (picked(v, l->search, l->row[at]))
				rowset_put(&l->found, l->row[at], true);
		}
		if (l->jump)
			list_match(v, JUMP_NONE);
		if (late(until))
			break;
	}
	if (l->searched >= l->n && l->jump)
		list_match(v, JUMP_NONE);
	return l->searched >= l->n;
}

bool list_step(struct view *v, uint64_t until)
{
	struct list *l = &v->list;
	struct order *o = &l->order;

	while (o->phase != ORDER_DONE) {
		bool done = true;

		switch (o->phase) {
		case ORDER_FILTER:
			done = step_filter(v, until);
			break;
		case ORDER_KEYS:
			done = l->sort < 0 || step_keys(v, until);
			break;
		case ORDER_SORT:
			done = l->sort < 0 || step_sort(v, until);
			break;
		case ORDER_LOOK:
			done = step_look(v, until);
			break;
		case ORDER_PLACE:
			if (l->sort < 0 && l->reverse && !v->ops->depth && !v->ops->fill)
				reverse_all(o);
			place(v);
			if (l->search) {
				rowset_clear(&l->found);
				l->searched = 0;
				l->search_from = l->cursor;
			}
			break;
		case ORDER_MARK:
			done = step_mark(v, until);
			break;
		case ORDER_HIST:
			done = step_hist(v, until);
			break;
		default:
			done = step_search(v, until);
		}
		if (!done)
			return true;
		o->phase = o->phase == ORDER_SEARCH ? ORDER_DONE : o->phase + 1;
		o->at = 0;
	}
	return false;
}

bool list_busy(const struct view *v)
{
	return v->list.order.phase != ORDER_DONE;
}

const char *list_doing(const struct view *v, char *out, size_t n)
{
	const struct list *l = &v->list;
	const struct order *o = &l->order;

	out[0] = '\0';
	switch (o->phase) {
	case ORDER_FILTER:
		if (l->filter)
			snprintf(out, n, "filtering %zu %%", v->nrows ? o->at * 100 / v->nrows : 100);
		break;
	case ORDER_KEYS:
	case ORDER_SORT:
		snprintf(out, n, "sorting");
		break;
	case ORDER_MARK:
		snprintf(out, n, "marking");
		break;
	case ORDER_SEARCH:
		if (l->search)
			snprintf(out, n, "searching %zu %%", l->n ? l->searched * 100 / l->n : 100);
		break;
	default:
		break;
	}
	return out;
}

bool list_stop(struct view *v)
{
	struct list *l = &v->list;
	enum order_phase phase = l->order.phase;

	if (phase == ORDER_DONE)
		return false;
	l->jump = JUMP_NONE;
	if (phase == ORDER_KEYS || phase == ORDER_SORT) {        /* half sorted is unsorted */
		l->sort = -1;
		l->reverse = false;
	}
	pick_free(l->mark);
	l->mark = NULL;
	if (l->order.show)
		show_picked(v);
	if (phase < ORDER_PLACE) {
		l->order.phase = ORDER_LOOK;
		l->order.at = 0;
		list_step(v, UINT64_MAX);
	}
	l->order.phase = ORDER_DONE;
	return true;
}
