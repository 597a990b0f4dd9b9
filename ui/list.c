/* The list machine: cursor, scrolling, marks, folds, and the settings that the order of rows comes from. */
#include "ui/list.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/view.h"

/* ---- row sets ---- */

bool rowset_has(const struct rowset *s, size_t row)
{
	return row / 64 < s->words && (s->w[row / 64] >> (row % 64) & 1);
}

void rowset_put(struct rowset *s, size_t row, bool in)
{
	uint64_t bit = UINT64_C(1) << (row % 64);

	if (rowset_has(s, row) == in)
		return;
	if (row / 64 >= s->words) {
		size_t words = row / 64 + 1 > s->words * 2 ? row / 64 + 1 : s->words * 2;

		s->w = xreallocarray(s->w, words, sizeof *s->w);
		memset(s->w + s->words, 0, (words - s->words) * sizeof *s->w);
		s->words = words;
	}
	s->w[row / 64] ^= bit;
	s->count += in ? 1 : (size_t)-1;
}

void rowset_clear(struct rowset *s)
{
	if (s->w)
		memset(s->w, 0, s->words * sizeof *s->w);
	s->count = 0;
}

size_t rowset_next(const struct rowset *s, size_t from)
{
	for (size_t i = from / 64; i < s->words; i++) {
		uint64_t w = s->w[i];

		if (i == from / 64)
			w &= ~UINT64_C(0) << (from % 64);
		if (w)
			return i * 64 + (size_t)__builtin_ctzll(w);
	}
	return LIST_NONE;
}

/* ---- state ---- */

void list_init(struct view *v)
{
	v->list.sort = v->ops->fill ? -1 : v->ops->sort;
	v->list.reverse = v->ops->reverse;
	list_changed(v);
}

void list_free(struct view *v)
{
	struct list *l = &v->list;

	order_free(&l->order);
	free(l->row);
	free(l->marks.w);
	free(l->folds.w);
	free(l->found.w);
	free(l->need);
	free(l->place);
	pick_free(l->filter);
	pick_free(l->search);
	pick_free(l->mark);
	sbuf_free(&l->filter_text);
	sbuf_free(&l->search_text);
}

void list_changed(struct view *v)
{
	order_start(v, ORDER_FILTER);
}

size_t list_position(const struct view *v, size_t row)
{
	for (size_t i = 0; i < v->list.n; i++)
		if (v->list.row[i] == row)
			return i;
	return LIST_NONE;
}

size_t list_selected(const struct view *v)
{
	return v->list.cursor < v->list.n ? v->list.row[v->list.cursor] : LIST_NONE;
}

void list_select(struct view *v, size_t row)
{
	size_t at = list_position(v, row);

	if (at != LIST_NONE) {
		v->list.cursor = at;
		v->list.moved = true;
	}
}

void list_replaced(struct view *v, unsigned para)
{
	struct list *l = &v->list;
	size_t line = l->cursor - l->top;

	l->n = 0;                                        /* the old numbers mean nothing now */
	l->cursor = l->top = 0;
	rowset_clear(&l->marks);
	order_start(v, ORDER_FILTER);
	list_step(v, UINT64_MAX);
	for (size_t i = 0; i < l->n; i++)
		if (v->page.v[l->row[i]].para >= para) {
			l->cursor = i;
			break;
		}
	l->top = l->cursor > line ? l->cursor - line : 0;
}

static void renumber_set(struct rowset *s, const size_t *to, size_t n)
{
	struct rowset moved = {0};

	for (size_t i = rowset_next(s, 0); i != LIST_NONE; i = rowset_next(s, i + 1))
		if (i < n && to[i] != LIST_NONE)
			rowset_put(&moved, to[i], true);
	free(s->w);
	*s = moved;
}

void list_renumber(struct view *v, const size_t *to, size_t n)
{
	struct list *l = &v->list;
	size_t kept = 0, cursor = 0;

	renumber_set(&l->marks, to, n);
	renumber_set(&l->folds, to, n);
	for (size_t i = 0; i < l->n; i++) {
		if (i == l->cursor)
			cursor = kept;
		if (l->row[i] < n && to[l->row[i]] != LIST_NONE)
			l->row[kept++] = (uint32_t)to[l->row[i]];
	}
	l->n = kept;
	l->cursor = cursor < kept ? cursor : kept ? kept - 1 : 0;
	rowset_clear(&l->found);
	l->order.phase = ORDER_DONE;
	order_start(v, ORDER_FILTER);
}

size_t list_targets(const struct view *v, size_t **rows)
{
	const struct list *l = &v->list;
	size_t n = 0, one = list_selected(v);

	*rows = xcalloc(l->marks.count ? l->marks.count : 1, sizeof **rows);
	for (size_t i = rowset_next(&l->marks, 0); i != LIST_NONE; i = rowset_next(&l->marks, i + 1))
		(*rows)[n++] = i;
	if (n == 0 && one != LIST_NONE)
		(*rows)[n++] = one;
	return n;
}

/* ---- trees ---- */

unsigned list_depth(struct view *v, size_t row)
{
	if (v->ops->fill)
		return v->page.v[row].depth;
	return v->ops->depth ? v->ops->depth(v, row) : 0;
}

bool list_has_children(struct view *v, size_t row)
{
	return (v->ops->fill || v->ops->depth) && row + 1 < v->nrows && list_depth(v, row + 1) > list_depth(v, row);
}

static bool fold(struct view *v, size_t row, bool folded)
{
	struct list *l = &v->list;

	if (!list_has_children(v, row) || rowset_has(&l->folds, row) == folded)
		return false;
	rowset_put(&l->folds, row, folded);
	l->moved = true;
	list_changed(v);
	return true;
}

/* To the row that this one hangs under. */
static bool to_parent(struct view *v, size_t row)
{
	unsigned d = list_depth(v, row);

	while (d > 0 && row-- > 0)
		if (list_depth(v, row) < d) {
			list_select(v, row);
			return true;
		}
	return false;
}

static void fold_all(struct view *v)
{
	bool any = v->list.folds.count > 0;

	rowset_clear(&v->list.folds);
	for (size_t i = 0; i < v->nrows && !any; i++)
		if (list_has_children(v, i) && (v->ops->fill || list_depth(v, i) == 0))
			rowset_put(&v->list.folds, i, true);
	if (!any)                                        /* the cursor may stand on what is folded away now */
		for (size_t row = list_selected(v); row != LIST_NONE && list_depth(v, row) > 0 && to_parent(v, row);)
			row = list_selected(v);
	v->list.moved = true;
	list_changed(v);
}

/* ---- requests ---- */

static void move_to(struct list *l, size_t at)
{
	if (l->n == 0)
		return;
	l->cursor = at < l->n ? at : l->n - 1;
	l->moved = true;
}

static void move_by(struct list *l, size_t n, bool down)
{
	if (down)
		move_to(l, l->cursor + n);
	else
		move_to(l, l->cursor > n ? l->cursor - n : 0);
}

/* A page: the window moves, and the cursor with it. */
static void page_by(struct list *l, size_t n, bool down)
{
	size_t last = l->n > l->lines ? l->n - l->lines : 0;

	if (down)
		l->top = l->top + n < last ? l->top + n : last;
	else
		l->top = l->top > n ? l->top - n : 0;
	move_by(l, n, down);
}

void list_go(struct view *v, size_t position)
{
	move_to(&v->list, position);
}

void list_scroll(struct view *v, size_t n, bool down)
{
	page_by(&v->list, n, down);
}

static bool sideways(struct view *v, bool right)
{
	struct list *l = &v->list;
	size_t row = list_selected(v);

	if (v->ops->fill || v->ops->depth) {
		if (row == LIST_NONE)
			return true;
		if (right ? fold(v, row, false) : fold(v, row, true) || to_parent(v, row))
			return true;
		if (v->ops->fill)
			return true;
	}
	if (right && (l->dropped || l->skip) && l->skip + 2 < l->wanted)
		l->skip++;
	else if (!right && l->skip)
		l->skip--;
	return true;
}

bool list_request(struct view *v, enum request r)
{
	struct list *l = &v->list;
	size_t page = l->lines > 1 ? l->lines - 1 : 1, row = list_selected(v);

	switch (r) {
	case REQ_DOWN:
	case REQ_UP:
		move_by(l, 1, r == REQ_DOWN);
		return true;
	case REQ_HALF_DOWN:
	case REQ_HALF_UP:
		page_by(l, (page + 1) / 2, r == REQ_HALF_DOWN);
		return true;
	case REQ_PAGE_DOWN:
	case REQ_PAGE_UP:
		page_by(l, page, r == REQ_PAGE_DOWN);
		return true;
	case REQ_FIRST:
		move_to(l, 0);
		l->moved = false;
		return true;
	case REQ_LAST:
		move_to(l, SIZE_MAX);
		return true;
	case REQ_LEFT:
	case REQ_RIGHT:
		return sideways(v, r == REQ_RIGHT);
	case REQ_FOLD_ALL:
		if (!v->ops->fill && !v->ops->depth)
			return false;
		fold_all(v);
		return true;
	case REQ_ENTER:
		return row != LIST_NONE && fold(v, row, !rowset_has(&l->folds, row));
	case REQ_MARK:
		if (v->ops->text)
			return false;
		if (row != LIST_NONE)
			rowset_put(&l->marks, row, !rowset_has(&l->marks, row));
		move_by(l, 1, true);
		return true;
	case REQ_UNMARK:
		if (v->ops->text)
			return false;
		rowset_clear(&l->marks);
		return true;
	case REQ_NEXT:
	case REQ_PREVIOUS:
		if (!l->search)
			return false;
		list_match(v, r == REQ_NEXT ? JUMP_NEXT : JUMP_PREVIOUS);
		return true;
	case REQ_REVERSE:
		if (v->ops->fill || v->ops->depth)
			return false;
		list_sort(v, l->sort, !l->reverse);
		return true;
	case REQ_PREVIEW:
		if (!v->ops->preview)
			return false;
		l->preview_off = !l->preview_off;
		return true;
	default:
		return false;
	}
}

/* ---- filter, marks by pattern, sort ---- */

bool list_filter(struct view *v, struct str text, struct diag *d)
{
	struct list *l = &v->list;
	struct pick *p = NULL;

	text = str_trim(text);
	if (text.n && !(p = pick_new(text, v->col, v->ncols, d)))
		return false;
	pick_free(l->filter);
	l->filter = p;
	sbuf_reset(&l->filter_text);
	sbuf_adds(&l->filter_text, text);
	list_changed(v);
	return true;
}

bool list_mark(struct view *v, struct str text, struct diag *d)
{
	struct pick *p = pick_new(str_trim(text), v->col, v->ncols, d);

	if (!p)
		return false;
	pick_free(v->list.mark);
	v->list.mark = p;
	order_start(v, ORDER_MARK);
	return true;
}

void list_sort(struct view *v, int col, bool reverse)
{
	v->list.sort = col;
	v->list.reverse = reverse;
	list_changed(v);
}

/* ---- search ---- */

void list_search(struct view *v, struct str text, size_t from)
{
	struct list *l = &v->list;

	pick_free(l->search);
	l->search = text.n ? pick_literal(text) : NULL;
	sbuf_reset(&l->search_text);
	sbuf_adds(&l->search_text, text);
	rowset_clear(&l->found);
	l->searched = 0;
	l->search_from = from < l->n ? from : 0;
	l->jump = text.n ? JUMP_HERE : JUMP_NONE;
	l->counted = LIST_NONE;
	order_start(v, ORDER_SEARCH);
}

static bool is_searched(const struct list *l, size_t at)
{
	return (at + l->n - l->search_from) % l->n < l->searched;
}

void list_match(struct view *v, enum list_jump jump)
{
	struct list *l = &v->list;

	if (jump != JUMP_NONE)
		l->jump = jump;
	for (size_t i = 0; i < l->n && l->jump != JUMP_NONE; i++) {
		size_t at = l->jump == JUMP_HERE ? (l->search_from + i) % l->n :
		            l->jump == JUMP_NEXT ? (l->cursor + 1 + i) % l->n : (l->cursor + 2 * l->n - 1 - i) % l->n;

		if (!is_searched(l, at))
			return;                          /* list_step comes back to it */
		if (rowset_has(&l->found, l->row[at])) {
			move_to(l, at);
			l->jump = JUMP_NONE;
		}
	}
	l->jump = JUMP_NONE;
}

bool list_match_count(struct view *v, size_t *at, size_t *of)
{
	struct list *l = &v->list;
	size_t row = list_selected(v);

	if (!l->search || l->searched < l->n || l->order.phase != ORDER_DONE)
		return false;
	if (l->counted != l->cursor || l->counted_of != l->found.count) {
		l->counted_at = 0;
		if (row != LIST_NONE && rowset_has(&l->found, row))
			for (size_t i = 0; i <= l->cursor; i++)
				l->counted_at += rowset_has(&l->found, l->row[i]);
		l->counted_of = l->found.count;
		l->counted = l->cursor;
	}
	*at = l->counted_at;
	*of = l->counted_of;
	return true;
}

/* ---- copying ---- */

void list_copy(struct view *v, size_t row, struct sbuf *b)
{
	struct cell c;

	if (v->ops->copy) {
		v->ops->copy(v, row, b);
		return;
	}
	for (size_t col = 0; col < v->ncols; col++) {
		view_cell(v, row, col, &c);
		if (col)
			sbuf_addc(b, '\t');
		sbuf_adds(b, c.text);
	}
}
