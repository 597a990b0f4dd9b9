/* What the parts of the embedded engine share: choosing rows (scan_cond.h, scan_pick.c), grouping them (scan_group.c), showing
 * them (scan_rows.c), and saying why (scan_why.c). Private to spl/. */
#ifndef SPOOR_SPL_SCAN_H
#define SPOOR_SPL_SCAN_H

#include "base/bits.h"
#include "base/wild.h"
#include "cim/cim.h"
#include "spl/engine.h"

/* One scan at work. */
struct scanning {
	const struct scan *scan;
	struct cim *cim;
	const struct store *store;
	struct pool *pool;
	const struct cim_node *node;
	struct folds *folds;                             /* the engine's */
	struct arena *arena;                             /* gone with the scan */
	bool stopped;                                    /* cancelled: wind up with what there is */
};
/* Looks at the cancel flag. */
bool scan_stopped(struct scanning *s);

/* ---- folded values (scan_fold.c) ---- */

/* Parallel to a column's dictionary. */
struct folded {
	uint32_t *id;
	struct str *text;
	struct grams *grams;
};
struct folds *folds_new(void);
void folds_free(struct folds *f);
/* Of this column; lives as long as the engine. From any thread. */
const struct folded *folds_of(struct scanning *s, const struct column *col);

/* ---- conditions (scan_cond.h) ---- */

/* The search expression for one table. */
struct cond;
struct cond *cond_new(struct scanning *s, const struct store_table *t, const struct expr *e);
/* Keeps of the rows in `b` those for which it holds. */
void cond_filter(struct scanning *s, struct cond *c, struct bits *b);
bool cond_holds(struct scanning *s, const struct cond *c, uint32_t row);        /* for one row */
bool cond_never(const struct cond *c);                   /* known at once to hold for no row */
/* Could there be a row for which it holds (`holds`), or does not, judged by the values that each column has? Looks at a
 * column only as far as the first such value. True when the scan was stopped. */
bool cond_possible(struct scanning *s, struct cond *c, bool holds);
/* The name as the node knows it: a scan may name its fields without their prefix. */
struct str scan_field(struct scanning *s, struct str name);
/* The rows of a table between the scan's times. */
void scan_between(const struct scanning *s, const struct store_table *t, struct bits *b);

/* ---- rows (scan_pick.c) ---- */

/* The rows of one table that the scan found, newest first. */
struct picked {
	const struct store_table *table;
	uint32_t *row;
	size_t n;
};
struct picks {
	struct picked *v;
	size_t n;
	size_t total;                                    /* rows */
	uint32_t *seq;                                   /* whose row comes next, for all rows, newest first over all tables; NULL: v[0]'s */
};
/* At most `limit` rows, the newest; 0: all. */
void picks_find(struct scanning *s, size_t limit, struct picks *p);
void picks_free(struct picks *p);
/* Takes the rows out that the search says it will drop (scan_only.c). */
void scan_only(struct scanning *s, struct picks *p);
static inline double picked_time(const struct picked *p, size_t i, double none)
{
	usec_t t = table_time(p->table)[p->row[i]];

	return t == WHEN_NONE ? none : when_seconds(t);
}

/* ---- results ---- */

struct rows *scan_group(struct scanning *s, struct diag *d);
struct rows *scan_rows(struct scanning *s, struct diag *d);
/* The value of an id; of a list with `multi`, in the arena. */
struct val scan_value(const struct scanning *s, uint32_t id, bool multi, struct arena *a);

bool scan_can_match(struct scanning *s, char *out, size_t n);
void scan_explain(struct scanning *s, ev_t ev, void (*visit)(void *ctx, struct str field, struct val value, const struct expr *term),
                  void *ctx);

#endif
