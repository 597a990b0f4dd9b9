/* Requests that ask the analyst for a line or a choice: search, filter, marks by pattern, sort, copy. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/clock.h"
#include "ui/column_menu.h"
#include "ui/history.h"
#include "ui/tty.h"

/* ---- search ---- */

static size_t search_origin;                             /* where the cursor was when the prompt opened */

static void search_changed(struct ui *u, struct str text)
{
	struct view *v = ui_top(u);

	v->list.cursor = search_origin < v->list.n ? search_origin : 0;
	list_search(v, text, search_origin);
}

static bool search_accept(struct ui *u, struct str text, struct diag *d)
{
	(void)d;
	if (text.n == 0)                                 /* an empty line: the last search once more, as in less */
		text = history_at(history_get("search"), 0);
	if (!str_eq(text, sbuf_str(&ui_top(u)->list.search_text)))
		list_search(ui_top(u), text, search_origin);
	return true;
}

static void search_cancel(struct ui *u)
{
	struct view *v = ui_top(u);

	list_search(v, (struct str){0}, 0);
	v->list.cursor = search_origin < v->list.n ? search_origin : 0;
}

static void search_note(struct ui *u, struct sbuf *b)
{
	struct view *v = ui_top(u);
	size_t at, of;

	if (!v->list.search)
		return;
	if (!list_match_count(v, &at, &of))
		sbuf_addz(b, "searching");
	else
		sbuf_addf(b, "%zu of %zu %s", of, v->list.n, view_noun(v, v->list.n));
}

static const struct prompt_kind search_kind = {
	.label = "/", .history = "search", .hint = "lower case finds both cases", .changed = search_changed,
	.accept = search_accept, .cancel = search_cancel, .note = search_note,
};

/* n without a search in this view takes the last one typed anywhere. */
static bool match_again(struct ui *u, enum request r)
{
	struct view *v = ui_top(u);
	struct str last = history_at(history_get("search"), 0);

	if (v->list.search || last.n == 0)
		return false;
	list_search(v, last, r == REQ_NEXT ? v->list.cursor + 1 : v->list.cursor);
	if (r == REQ_PREVIOUS)
		list_match(v, JUMP_PREVIOUS);
	return true;
}

/* ---- filter ---- */

static char *filter_before;

static void filter_changed(struct ui *u, struct str text)
{
	struct diag d = DIAG_INIT;

	if (!list_filter(ui_top(u), text, &d))
		prompt_error(u, &d);
}

static bool filter_accept(struct ui *u, struct str text, struct diag *d)
{
	return list_filter(ui_top(u), text, d);
}

static void filter_cancel(struct ui *u)
{
	list_filter(ui_top(u), str_c(filter_before), NULL);
}

static void filter_note(struct ui *u, struct sbuf *b)
{
	struct view *v = ui_top(u);

	if (list_busy(v))
		sbuf_addz(b, "filtering");
	else if (v->list.filter)
		sbuf_addf(b, "%zu of %zu %s", v->list.n, v->nrows, view_noun(v, v->nrows));
}

/* The names of the view's columns, with the colon that makes them one. */
static void complete_column(struct ui *u, struct str before, struct words *w)
{
	const struct view *v = ui_top(u);
	char name[64];

	w->start = before.n;
	while (w->start > 0 && before.p[w->start - 1] != ' ' && before.p[w->start - 1] != '!')
		w->start--;
	for (size_t i = 0; i < v->ncols; i++) {
		snprintf(name, sizeof name, "%.60s:", v->col[i].name);
		words_add(w, (struct str){before.p + w->start, before.n - w->start}, str_c(name));
	}
}

static const struct prompt_kind filter_kind = {
	.label = "filter: ", .history = "filter", .changed = filter_changed, .accept = filter_accept, .cancel = filter_cancel,
	.complete = complete_column, .note = filter_note,
	.hint = "words that must all be there; column:text, !not, risk>=60, \"two words\"; an empty line shows all",
};

/* ---- marks ---- */

static bool mark_accept(struct ui *u, struct str text, struct diag *d)
{
	return text.n == 0 || list_mark(ui_top(u), text, d);
}

static const struct prompt_kind mark_kind = {
	.label = "mark: ", .history = "filter", .accept = mark_accept, .complete = complete_column,
	.hint = "marks all shown rows that match, as in a filter",
};

/* ---- sort ---- */

void action_sort(struct ui *u, int col)
{
	struct view *v = ui_top(u);

	if (v->ops->fill || v->ops->depth)
		ui_say(u, ROLE_TEXT, "this view cannot be sorted");
	else if (col < 0)
		list_sort(v, -1, false);
	else if (v->list.sort == col)
		list_sort(v, col, !v->list.reverse);
	else
		list_sort(v, col, v->col[col].descending);
}

static void sort_picked(struct ui *u, size_t i, void *ctx)
{
	(void)ctx;
	action_sort(u, (int)i - 1);
}

static void choose_sort(struct ui *u)
{
	struct view *v = ui_top(u);

	choose_open(u, "Sort by", sort_picked, NULL, NULL);
	choose_add(u, '0', STR("as it comes"), v->list.sort < 0 ? STR("now") : STR(""));
	for (size_t i = 0; i < v->ncols; i++) {
		bool now = v->list.sort == (int)i;
		bool down = now ? v->list.reverse : v->col[i].descending;

		choose_add(u, 0, str_c(v->col[i].name), now ? (down ? STR("now, largest first; again turns it round") :
		                                                     STR("now, smallest first; again turns it round")) : STR(""));
	}
	choose_select(u, (size_t)(v->list.sort + 1));
}

/* ---- copying ---- */

static void copy(struct ui *u, struct str s, const char *what)
{
	if (s.n == 0)
		ui_say(u, ROLE_TEXT, "%s is empty, nothing to copy", what);
	else if (tty_copy(s))
		ui_say(u, ROLE_TEXT, "copied %s, %zu bytes, by the terminal (OSC 52)", what, s.n);
	else
		ui_say(u, ROLE_WARN, "%s has %zu bytes, terminals take %d; %s", what, s.n, COPY_MAX, "write it to a file instead");
}

static void copy_picked(struct ui *u, size_t i, void *ctx)
{
	struct view *v = ui_top(u);
	size_t row = list_selected(v);
	struct cell c;

	(void)ctx;
	if (row == LIST_NONE)
		return;
	bool local = clock_set(false);
	view_cell(v, row, i, &c);
	copy(u, c.text, v->col[i].name);
	clock_set(local);
}

static void copy_field(struct ui *u)
{
	struct view *v = ui_top(u);
	size_t row = list_selected(v);
	struct cell c;

	if (row == LIST_NONE)
		return;
	if (v->ops->fill) {
		const struct page_line *line = &v->page.v[row];

		copy(u, line->value.p ? line->value : line->text, line->value.p ? "the value" : "the line");
		return;
	}
	choose_open(u, "Copy", copy_picked, NULL, NULL);
	bool local = clock_set(false);
	for (size_t i = 0; i < v->ncols; i++) {
		view_cell(v, row, i, &c);
		choose_add(u, 0, str_c(v->col[i].name), c.text);
	}
	clock_set(local);
}

/* The marked rows, else the selected one. */
static void copy_rows(struct ui *u)
{
	struct view *v = ui_top(u);
	struct sbuf b = {0};
	size_t *rows, n = list_targets(v, &rows);
	char what[32];

	bool local = clock_set(false);
	for (size_t i = 0; i < n && b.n <= COPY_MAX; i++) {
		if (i)
			sbuf_addc(&b, '\n');
		list_copy(v, rows[i], &b);
	}
	clock_set(local);
	free(rows);
	if (n == 1)
		snprintf(what, sizeof what, "the %s", v->ops->fill ? "text" : v->ops->noun);
	else
		snprintf(what, sizeof what, "%zu %s", n, view_noun(v, n));
	if (n)
		copy(u, sbuf_str(&b), what);
	sbuf_free(&b);
}

/* ---- all of them ---- */

bool action_request(struct ui *u, enum request r)
{
	struct view *v = ui_top(u);
	struct entity about = ENTITY_NONE;
	size_t row = list_selected(v);

	switch (r) {
	case REQ_SEARCH:
		search_origin = v->list.cursor;
		prompt_open(u, &search_kind, (struct str){0});
		return true;
	case REQ_NEXT:
	case REQ_PREVIOUS:
		if (!match_again(u, r))
			ui_say(u, ROLE_TEXT, "nothing was searched for yet");
		return true;
	case REQ_FILTER:
		free(filter_before);
		filter_before = xstrndup(v->list.filter_text.p ? v->list.filter_text.p : "", v->list.filter_text.n);
		prompt_open(u, &filter_kind, str_c(filter_before));
		return true;
	case REQ_MARK_PATTERN:
		if (v->ops->text)
			return false;
		prompt_open(u, &mark_kind, (struct str){0});
		return true;
	case REQ_SORT:
		if (v->ops->fill || v->ops->depth)
			return false;
		choose_sort(u);
		return true;
	case REQ_COLUMNS:
		column_menu(u);
		return true;
	case REQ_CLOCK:
		ui_clock(u, !clock_is_local());
		ui_say(u, ROLE_TEXT, "times are %s", clock_is_local() ? "in the zone of this machine; exported ones stay UTC" : "UTC");
		return true;
	case REQ_COPY:
		copy_field(u);
		return true;
	case REQ_COPY_ROW:
		copy_rows(u);
		return true;
	case REQ_WRITE:
		if (v->ops->text)
			return false;
		save_prompt(u);
		return true;
	case REQ_COMMAND:
		cmd_prompt(u);
		return true;
	case REQ_QUERY:
		query_prompt(u, (struct str){0});
		return true;
	case REQ_DRILLDOWN:
		if (row == LIST_NONE || !v->ops->about || !v->ops->about(v, row, &about) || !about.hit)
			ui_say(u, ROLE_TEXT, "drilldowns need a hit; the selected row has none");
		else
			query_drilldowns(u, about.hit);
		return true;
	default:
		return false;
	}
}
