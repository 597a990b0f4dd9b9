/* Rows of two levels, heads and what stands under them: what the views of groups and of ATT&CK have in common. */
#ifndef SPOOR_UI_OUTLINE_H
#define SPOOR_UI_OUTLINE_H

#include "ui/view.h"

struct outline_row {
	uint64_t id;                                     /* says which row it is when the rows are made again */
	size_t item;                                     /* the view's */
	bool head;
};
struct outline {
	struct outline_row *v;
	size_t n, cap;
	struct sbuf lead;
};

/* What names a row: a text, and what other texts or numbers came before. */
uint64_t outline_id(uint64_t before, struct str text);
void outline_add(struct outline *o, bool head, size_t item, uint64_t id);
/* Puts `now` in the place of the rows of the view; cursor, marks and folds stay with their rows. New heads are folded when `fold`. */
void outline_take(struct view *v, struct outline *o, struct outline *now, bool fold);
void outline_free(struct outline *o);
/* For view_ops.lead of the first column. */
void outline_lead(struct view *v, struct outline *o, size_t row, struct cell *c);

#endif
