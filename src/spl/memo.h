/* What an expression gave for a value, so that it is worked out once for each text of the dump and not once for each row.
 * For expressions that read one field. */
#ifndef SPOOR_MEMO_H
#define SPOOR_MEMO_H

#include "spl/expr.h"
#include "spl/rows.h"

struct memo {
	ptrdiff_t col;                                   /* of the field; -1: nothing is remembered */
	struct known *v;
	size_t n, mask;
	size_t asked;
};
/* For e over the rows of r. Columns may be added to r while it is used, but none taken away. */
void memo_init(struct memo *m, const struct expr *e, const struct rows *r);
void memo_free(struct memo *m);
/* Where the answer for this row is kept; *fresh: it is to be put there. NULL: work it out and keep it nowhere. The place is
 * good until the next call. */
struct val *memo_at(struct memo *m, const struct rows *r, size_t row, bool *fresh);

#endif
