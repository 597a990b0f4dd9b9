/* Inside the process tree: what view_tree.c (what is shown, what keys do) and tree_cells.c (how a row looks) share. */
#ifndef SPOOR_UI_TREE_H
#define SPOOR_UI_TREE_H

#include "ui/branch.h"
#include "ui/proc_hits.h"
#include "ui/view.h"

enum { START, PROCESS, PID, USER, INTEGRITY, LIFE, COUNTS, HITS = COUNTS + PROC_OTHER, HOST, IMAGE, NCOLS };

struct tree {
	struct coldef col[NCOLS];
	const struct procs *procs;                       /* NULL until they are known */
	struct proc_hint hint;                           /* what it was opened on */
	bool pivot;
	size_t subject;                                  /* its row; LIST_NONE */
	struct branch branch;
	unsigned hits_serial;                            /* of what hit_rows tells of */
	struct rowset hit_rows;
	struct rowset shown;                             /* while a filter is set: the rows that are, as of … */
	const void *shown_rows, *shown_filter;
	size_t shown_n;
	struct sbuf lead;
	struct lineage *events;                          /* of the process that `about` was last asked for, if it has no guid */
};

/* Has the row others below it? */
static inline bool tree_has_below(const struct procs *p, size_t row)
{
	return p->row[row].after > row + 1;
}
/* The siblings that are shown as this one row; NULL: it stands for itself. */
const struct run *tree_run(const struct view *v, size_t row);
/* The process of a row; NULL: it is a host's. */
const struct proc *tree_proc(const struct view *v, size_t row);
/* Text of the dump's pool. */
struct str tree_text(const struct view *v, uint32_t id);

/* view_ops.lead and .cell */
void tree_lead(struct view *v, size_t row, size_t col, struct cell *c);
void tree_cell(struct view *v, size_t row, size_t col, struct cell *c);

#endif
