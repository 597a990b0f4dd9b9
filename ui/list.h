/* The list machine: what all views have in common. Cursor, scrolling, marks, folding, filter, search, sort, in slices of time so
 * that a table of any size never holds up a key. Drawing is list_draw.c's, the order of rows order.c's. */
#ifndef SPOOR_UI_LIST_H
#define SPOOR_UI_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/str.h"
#include "ui/keys.h"
#include "ui/layout.h"
#include "ui/pick.h"

struct view;
struct arena;

#define LIST_NONE SIZE_MAX

/* A set of row numbers that grows as needed. */
struct rowset {
	uint64_t *w;
	size_t words, count;
};
bool rowset_has(const struct rowset *s, size_t row);
void rowset_put(struct rowset *s, size_t row, bool in);
void rowset_clear(struct rowset *s);
size_t rowset_next(const struct rowset *s, size_t from);         /* the first member >= from, or LIST_NONE */

enum { HIST_MAX = 512, PAGE_MARGIN = 2 };                /* PAGE_MARGIN: columns left of the text of a page */

/* Work in progress on the order of rows. */
enum order_phase { ORDER_DONE, ORDER_FILTER, ORDER_KEYS, ORDER_SORT, ORDER_LOOK, ORDER_PLACE, ORDER_MARK, ORDER_HIST, ORDER_SEARCH };
struct order {
	enum order_phase phase;
	size_t at, width;                                /* where in the phase; width: of the runs being merged … */
	size_t left, right;                              /* … and how far the two at hand have been taken */
	struct rowset in;                                /* rows of the order that is to take its place */
	bool *show;                                      /* of a tree that is being filtered: rows looked at and picked */
	uint32_t *next, *other;                          /* the order being made, and room for merging */
	size_t n, cap, othercap;
	struct order_key *key;                           /* by row */
	size_t keys;
	struct arena *text;                              /* of keys that had to be copied */
};

struct list {
	uint32_t *row;                                   /* the rows that are shown, in order */
	size_t n, cap;
	size_t cursor, top;                              /* positions in it */
	size_t lines;                                    /* rows that fit on the screen, as drawn last */
	size_t skip;                                     /* columns (of a page: of text) scrolled away */
	bool moved;                                      /* the cursor was moved: it stays with its row when rows come */
	struct rowset marks, folds;

	struct sbuf filter_text, search_text;
	struct pick *filter, *search, *mark;             /* mark: rows are being marked by it */
	int sort;                                        /* column, or -1: the table's own order */
	bool reverse;
	struct rowset found;                             /* rows that the search matches, among those looked at */
	size_t searched;                                 /* positions looked at, from search_from on, round the end */
	size_t search_from;
	enum list_jump {
		JUMP_NONE,
		JUMP_HERE,                               /* to the first match from search_from on, as soon as it is known */
		JUMP_NEXT, JUMP_PREVIOUS                 /* likewise, from the cursor */
	} jump;
	size_t counted_at, counted_of, counted;          /* list_match_count for this cursor, these matches */

	struct order order;

	/* As drawn. */
	struct place *place;                             /* columns that have one */
	size_t nplaces, placecap;
	int head_y, body_y, margin;                      /* head_y -1: there is no head */
	struct need *need;                               /* of the columns, as measured */
	size_t needs, measured;                          /* rows there were when the widths were taken */
	bool measured_loading;
	size_t wanted, dropped;                          /* columns to be shown; those of them without a place … */
	bool dropped_needed;                             /* … and one of them is no extra */
	unsigned hist[HIST_MAX];                         /* rows over time … */
	double worst[HIST_MAX];                          /* … and the highest risk of them */
	size_t hist_n;
	int64_t hist_first, hist_step;                   /* start of the first bar; what each stands for */
	bool preview_off;
	bool own_look;                                   /* drawn by the view itself */
};

void list_init(struct view *v);
void list_free(struct view *v);

/* The table has more rows, or the filter, sort or folds changed: makes the order again, in list_step. */
void list_changed(struct view *v);
/* The rows are different ones (a page filled again): as list_changed, done at once. The cursor stays at its paragraph. */
void list_replaced(struct view *v, unsigned para);
/* Rows got new numbers: row i is now to[i] (LIST_NONE: gone). Marks, folds and cursor follow. */
void list_renumber(struct view *v, const size_t *to, size_t n);
/* Works until `until` (when_mono_ns). True while work is left. */
bool list_step(struct view *v, uint64_t until);
bool list_busy(const struct view *v);
/* What it is doing, for the status line ("filtering 34 %"); "" when nothing. */
const char *list_doing(const struct view *v, char *out, size_t n);
/* Stops filtering or searching; what was found so far stays. False when there was nothing to stop. */
bool list_stop(struct view *v);

size_t list_selected(const struct view *v);              /* row number, LIST_NONE when there is none */
void list_select(struct view *v, size_t row);            /* when it is shown */
/* The rows that an action takes: the marked ones in table order, else the selected one. Count; the caller frees *rows. */
size_t list_targets(const struct view *v, size_t **rows);

/* Motion, folding, marks, sideways: what needs nobody else. False: not the machine's. */
bool list_request(struct view *v, enum request r);
/* Empty text clears. False with *d set when the text makes no sense. Marking adds to the marks. */
bool list_filter(struct view *v, struct str text, struct diag *d);
bool list_mark(struct view *v, struct str text, struct diag *d);
/* Starts a search and goes to its first match from where the cursor was (`from`: a position). Empty text ends it. */
void list_search(struct view *v, struct str text, size_t from);
void list_sort(struct view *v, int col, bool reverse);
/* To the next or previous match; JUMP_NONE: goes on with a jump that had to wait. */
void list_match(struct view *v, enum list_jump jump);
/* The i-th of how many matches the cursor is at (0: at none); false while that is not known yet. */
bool list_match_count(struct view *v, size_t *at, size_t *of);

/* Draws the lines y … y + height - 1 of the screen: heads, rows, preview. Sets where the real cursor belongs. */
void list_draw(struct view *v, int y, int height, int width, int *cursor_y, int *cursor_x);
/* What of it is at that place of the screen, as drawn last: a row (its position), the head of a column, or nothing. */
struct list_spot {
	enum { SPOT_NONE, SPOT_ROW, SPOT_HEAD } what;
	size_t at;
};
struct list_spot list_spot(const struct view *v, int y, int x);
void list_go(struct view *v, size_t position);           /* the cursor to a position */
void list_scroll(struct view *v, size_t n, bool down);   /* the window by n rows, the cursor along with it */
/* Is all of it on one day, by the clock of the screen? */
bool list_one_day(const struct view *v);
/* hist.c: the histogram of the shown rows over time, if the view has one. False when there is none to draw. */
bool list_draw_hist(struct view *v, int y, int width);
/* The whole row as text: its cells with tabs between, or what the view makes of it. Appended. */
void list_copy(struct view *v, size_t row, struct sbuf *b);

/* Between list.c, order.c and hist.c. */
size_t list_bar(const struct list *l, int64_t t);        /* of the histogram; SIZE_MAX: in none */
void order_start(struct view *v, enum order_phase phase);
void order_free(struct order *o);
size_t list_position(const struct view *v, size_t row);  /* of a row in the order; LIST_NONE */
bool list_has_children(struct view *v, size_t row);
unsigned list_depth(struct view *v, size_t row);

#endif
