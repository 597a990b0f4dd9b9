/* Siblings of the process tree that are shown as one row, "12 more siblings", so that the branch of one process stands out.
 * Which rows those are; folding what is below a row is the list machine's. */
#ifndef SPOOR_UI_BRANCH_H
#define SPOOR_UI_BRANCH_H

#include "ui/list.h"
#include "ui/procs.h"

/* Rows from … to - 1: siblings with all that is below them. Shown in place of the row `from`. */
struct run {
	uint32_t from, to, siblings;
};

struct branch {
	struct run *v;                                   /* by place */
	size_t n, cap;
};

/* Puts together what does not lead to `row`: siblings of it and of the rows above it. Few ones and those in `keep` stay. */
void branch_close(struct branch *b, const struct procs *p, size_t row, const struct rowset *keep);
/* The run shown at this row, or NULL. */
const struct run *branch_at(const struct branch *b, size_t row);
void branch_open(struct branch *b, const struct run *r); /* the siblings are shown each by itself again */
/* Takes the sibling that leads to `row` out of the run that hides it, if one does. */
void branch_reveal(struct branch *b, const struct procs *p, size_t row);
void branch_free(struct branch *b);

#endif
