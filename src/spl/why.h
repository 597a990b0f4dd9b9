/* Why a condition held: which of its parts did, on which values, and where in a value that stands which a part asks for. */
#ifndef SPOOR_WHY_H
#define SPOOR_WHY_H

#include "spl/expr.h"
#include "spl/rows.h"

struct mark {
	uint32_t from, to;                               /* bytes of the value */
};
struct held {
	struct str field, value;
	struct str term;                                 /* as the search writes it */
	const struct mark *mark;                         /* what the term asks for, in the value, from left to right; … */
	size_t nmarks;                                   /* … 0 when it asks for no part of it */
};
typedef void (*held_visit)(void *ctx, const struct held *h);

/* Where the pieces that a term of a search asks for between its stars stand in the value. In `a`. */
const struct mark *term_marks(const struct expr *term, struct str value, struct arena *a, size_t *n);

/* One row to be explained. What `visit` is given lives as long as the call. */
struct why {
	const struct rows *rows;
	struct eval_ctx *c;                              /* over the rows; c->row is the one */
	struct str text;                                 /* that the places of expressions mean */
	held_visit visit;
	void *ctx;
	const struct expr *place;                        /* private: stands for what is in it, a NOT or a search in quotes */
};
/* One part: the field's value, of which the stage that is written so says something. */
void why_tell(struct why *w, struct str field, struct str term);
/* The parts by which the condition, which holds for the row, does. */
void why_holds(struct why *w, const struct expr *e);
/* The parts by which the expression has the value that it has for the row: the conditions that chose it, else what it reads. */
void why_value(struct why *w, const struct expr *e);

#endif
