/* Result rows: named columns of values, and for each row the events it came from. What flows between commands.
 * Columns keep their order (it is the order of output). A row's lineage is carried through every command. */
#ifndef SPOOR_ROWS_H
#define SPOOR_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "spl/val.h"
#include "store/store.h"

/* The events behind a row: some of them (the earliest always), and how many there are in all. Immutable; shared freely.
 * `leaf` numbers the scan of the search that brought the event (0 the main search, subsearches after it, in order of text),
 * so that the two sides of a join can be told apart. */
struct lin_ev {
	ev_t ev;
	uint32_t leaf;
};
struct lineage {
	uint32_t total, n;
	struct lin_ev v[];                               /* by leaf, within a leaf earliest first */
};
#define LINEAGE_MAX 64                                   /* events kept per row and leaf */
#define LINEAGE_NOTE 0x80000000u                         /* leaves from here on are no scans: `ev` is the number of a note (trace.h) */

struct rcol {
	struct str name;                                 /* NUL-terminated, in the arena */
	struct val *v;                                   /* n values, on the heap: gone with the column */
};

struct rows {
	struct arena *arena;                             /* owns names, values made by commands, lineage */
	struct arena **more;                             /* arenas taken over with rows_adopt: values may point into them */
	size_t nmore, morecap;
	size_t n;
	struct rcol *col;
	size_t ncols, colcap;
	const struct lineage **lin;                      /* n of them; entries may be NULL (inputlookup) */
	bool partial;                                    /* cancelled or cut by a limit */
	bool list_cut;                                   /* a list() reached its limit (trap 12); whoever warns clears it */
};

struct rows *rows_new(size_t n);                         /* n rows, no columns, no lineage; owns a new arena */
void rows_free(struct rows *r);                          /* NULL is fine */
/* The column's index or -1. Names are case-sensitive. */
ptrdiff_t rows_find(const struct rows *r, struct str name);
struct val rows_get(const struct rows *r, size_t row, const char *name);       /* null when there is no such column */
/* The column of that name, appended (all null) when absent. Index; moves r->col, so no call inside r->col[…]. */
size_t rows_col(struct rows *r, struct str name);
struct val *rows_values(struct rows *r, struct str name);        /* the values of that column */
void rows_drop(struct rows *r, size_t col);
/* Keeps the rows whose index stands in keep[0..n), in that order; an index may occur more than once. */
void rows_select(struct rows *r, const uint32_t *keep, size_t n);
/* Appends the rows of b (columns by name); values and lineage are copied into a's arena. */
void rows_append(struct rows *a, const struct rows *b);
/* Takes over what b's values and lineage point to and frees the rest of b, so that they may be put into `a` uncopied. */
void rows_adopt(struct rows *a, struct rows *b);
/* Bytes held: columns, lineage and arenas. */
size_t rows_bytes(const struct rows *r);

/* Lineage of one event, in the rows' arena; of two together (either may be NULL). The result lives in `a` or is x itself. */
const struct lineage *lineage_one(struct arena *a, ev_t ev, uint32_t leaf);
const struct lineage *lineage_join(struct arena *a, const struct store *s, const struct lineage *x, const struct lineage *y);
/* Collects lineage for one group, cheaply; then makes it. Zero-initialise. `s` may be NULL where events live elsewhere:
 * then the order of time is that of ordinals. */
struct lineage_set {
	struct lin_at {
		usec_t time;                             /* 0 when events live elsewhere */
		struct lin_ev e;
	} *v;
	uint32_t n, cap, total;
	uint32_t sorted;                                 /* private: so many at the front are in order and cut to LINEAGE_MAX */
};
void lineage_add(struct lineage_set *set, const struct store *s, const struct lineage *l);
void lineage_add_event(struct lineage_set *set, usec_t time, ev_t ev, uint32_t leaf);    /* `time` as store_time has it */
/* Frees the set's memory. NULL when nothing was added. */
const struct lineage *lineage_make(struct lineage_set *set, struct arena *a);

#endif
