/* What a view is: a typed table of rows, or a page of lines, and what differs from one view to the next. Everything that views
 * have in common (scrolling, cursor, marks, search, filter, sort, columns, drawing, copying, CSV) is the list machine's, list.h.
 * A new view is one file with one `struct view_ops` and one line in views.c. */
#ifndef SPOOR_UI_VIEW_H
#define SPOOR_UI_VIEW_H

#include <stdint.h>

#include "base/when.h"
#include "detect/detect.h"
#include "export/export.h"
#include "ui/cell.h"
#include "ui/keys.h"
#include "ui/list.h"
#include "ui/page.h"

struct ui;
struct view;
struct column_set;
struct proc;

/* ---- what a row is about: from it start the pivots ---- */

struct entity {
	const struct finding *hit;                       /* NULL when none */
	const struct rule *rule;
	ev_t ev;                                         /* EV_NONE when none */
	const struct lineage *lineage;                   /* events behind it; may be NULL */
	const struct proc *proc;                         /* in the process tree; NULL when it was not looked up */
	const struct rows *rows;                         /* a result row that is no hit … */
	size_t row;                                      /* … and which */
	struct str host, user, guid, process;            /* empty when unknown */
	struct str dest;                                 /* the address at the other end of a connection */
	struct str object;                               /* that has risk, as the case names it; most rows name none */
	enum risk_type object_type;
	usec_t last_risk;                                /* its newest; WHEN_NONE when unknown */
};
#define ENTITY_NONE ((struct entity){.ev = EV_NONE, .last_risk = WHEN_NONE})
struct entity entity_of_hit(const struct finding *f);

/* What a view opens on. */
struct view_arg {
	struct entity about;
	struct str search;                               /* of a view of results: what it is to run */
	struct str title;                                /* what the breadcrumb says, when not what the view would say */
	usec_t time;                                     /* of a view of a window of time: what it is to hold; WHEN_NONE: anything */
};

/* ---- views ---- */

struct view_ops {
	const char *name;                                /* "hits": in the breadcrumb, as a command, in messages */
	const char *noun;                                /* "hit" */
	const char *help;                                /* one line */
	char digit;                                      /* that picks it; 0: none */
	enum request pivot;                              /* opens it on the selected row */
	const char *needs;                               /* what a row must have for that: "a hit" */
	bool text;                                       /* a page to read: no marks, Space pages */
	bool keeps;                                      /* lives on when left, and is shown again as it was */
	bool kept_alone;                                 /* `open` works on nothing at all: can be picked any time */
	int sort;                                        /* column sorted by at first; -1: the table's own order */
	bool reverse;
	size_t state_size;
	enum request hints[10];                          /* shown at the bottom, in this order */

	bool (*accepts)(const struct entity *e);         /* can it be opened on this? NULL: no need of anything */
	bool (*open)(struct view *v, const struct view_arg *arg, struct diag *d);
	/* The session moved on, a job ended: brings the table up to date. May be NULL. */
	void (*update)(struct view *v);
	void (*close)(struct view *v);                   /* may be NULL */

	const struct coldef *columns;                    /* of a table that always has the same: can be chosen and remembered */
	size_t ncolumns;
	/* A table: v->col, v->ncols, v->nrows are set by open and update. Rows keep their numbers; new ones come at the end. */
	void (*cell)(struct view *v, size_t row, size_t col, struct cell *c);
	void (*lead)(struct view *v, size_t row, size_t col, struct cell *c);     /* sets c->lead, when it is drawn; may be NULL */
	usec_t (*time)(struct view *v, size_t row);      /* for the histogram; NULL: none is shown */
	double (*risk)(struct view *v, size_t row);      /* for its colours; NULL: they say nothing */
	bool (*hidden)(struct view *v, size_t row);      /* not to be shown at all, whatever the filter; may be NULL */
	/* A sign left of the row ('~' for excluded; 0 for none), and whether the row is faint. May be NULL. */
	char (*sign)(struct view *v, size_t row, bool *faint);
	unsigned (*depth)(struct view *v, size_t row);   /* of a tree whose rows stand in preorder; NULL: no tree */
	/* Of a large tree: the row to show after this one, what is below it hidden or not; may hide more rows than folds do, as
	 * long as no filter is set. NULL: found by depth. */
	size_t (*after)(struct view *v, size_t row, bool folded);
	/* Draws the rows in a way of its own; false: not now. And what position is at that place of the screen then. May be NULL. */
	bool (*draw)(struct view *v, int y, int height, int width, int *cursor_y, int *cursor_x);
	size_t (*spot)(const struct view *v, int y, int x);
	void (*preview)(struct view *v, size_t row, struct page *p);      /* the row in full; may be NULL */
	void (*empty)(struct view *v, struct page *p);   /* why there is no row at all; may be NULL */
	void (*count)(struct view *v, struct sbuf *b);   /* what is to be said right after "row 1 of n", when no filter is set; may be NULL */
	/* More for the status line, a part a line, the most telling first: those are shown that there is room for. May be NULL. */
	void (*status)(struct view *v, struct sbuf *b);
	/* Writes these rows in a way of its own (CSV or JSON lines); NULL: the columns as they are shown. */
	bool (*write)(struct view *v, FILE *f, const size_t *rows, size_t n, enum export_format format);

	/* A row as a macro file of Splunk's, and the name of the macro. May be NULL. */
	bool (*macro)(struct view *v, size_t row, struct sbuf *name, struct sbuf *b, struct diag *d);
	/* All of it as a layer of the ATT&CK Navigator. May be NULL. */
	void (*layer)(struct view *v, struct sbuf *b);

	/* Or a page: filled again whenever width or content change. */
	void (*fill)(struct view *v, struct page *p);

	bool (*about)(struct view *v, size_t row, struct entity *e);      /* false: the row is about nothing */
	/* The view's own answer to a request; false: not for it. row is LIST_NONE when there is none. */
	bool (*request)(struct view *v, enum request r, size_t row);
	/* The whole row as text for copying; NULL: its cells with tabs between. */
	void (*copy)(struct view *v, size_t row, struct sbuf *b);
};

struct view {
	const struct view_ops *ops;
	struct ui *ui;
	void *state;                                     /* ops->state_size bytes, zero at first */
	char *title;                                     /* in the breadcrumb; as found, not made safe */
	struct coldef *col;                              /* the view's, or its state's */
	struct column_set *columns;                      /* those wanted: all views' of that kind, or own ones; NULL for a page */
	size_t ncols, nrows;
	bool loading;                                    /* more rows are to come: columns only grow */
	bool partial;                                    /* the work behind it was stopped */
	bool pivoted;                                    /* opened on something, not picked by itself */
	bool stale;                                      /* a page that must be filled again */
	usec_t first, last;                              /* what the histogram covers; WHEN_NONE: nothing */
	struct page page;
	struct list list;
};

/* All views, in the order of their digits; ends with NULL. */
extern const struct view_ops *const views[];
extern const struct view_ops view_hits, view_detail, view_events, view_raw, view_rules, view_rule, view_report, view_help, view_rows,
	view_tree, view_conns, view_talkers, view_entities, view_exclusions, view_groups, view_attack, view_risk;

/* Kinds of links on pages that any view follows. */
enum { LINK_NONE, LINK_EVENT /* n */, LINK_RULE /* p */, LINK_VIEW /* p: its ops */, LINK_OWN /* the view's own, from here on */ };

struct view *view_new(struct ui *u, const struct view_ops *ops, const struct view_arg *arg, struct diag *d);
void view_free(struct view *v);
void view_title(struct view *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The cell of a row; `c` needs no preparation. */
void view_cell(struct view *v, size_t row, size_t col, struct cell *c);
/* "hit" for one, else "hits"; until the next call. */
const char *view_noun(const struct view *v, size_t n);
/* The column of that name (any case), or -1. */
ptrdiff_t view_column(const struct view *v, struct str name);
/* The view's columns as they stand now, as a set of their own. */
void view_columns(const struct view *v, struct column_set *out);
/* Its times are those of the dump: the histogram covers it, and lists show the day only where it tells. Nothing without
 * a dump. */
void view_spans(struct view *v, const struct store *dump);

#endif
