/* A list of two levels side by side: each head a column, what is below it in the column. Another look of the same list: rows,
 * cursor, filter, marks and folds are the list machine's. */
#ifndef SPOOR_UI_MATRIX_H
#define SPOOR_UI_MATRIX_H

#include "ui/view.h"

struct matrix {
	size_t name, id, count, weight;                  /* columns of the view: what a box says */
	/* As drawn last. */
	bool on;
	int y, height, pitch;                            /* of the boxes; pitch: from one column to the next */
	size_t first, top;                               /* column and box that stand first */
	size_t shown, columns;                           /* columns that fit; all of them */
};

/* view_ops.draw. False when there is no room for it; then the list looks as any other. */
bool matrix_draw(struct matrix *m, struct view *v, int y, int height, int width, int *cursor_y, int *cursor_x);
/* To the box in the column beside. False when the matrix is not what is shown. */
bool matrix_beside(const struct matrix *m, struct view *v, bool right);
/* For view_ops.status: which columns are shown, when they are not all. */
void matrix_status(const struct matrix *m, struct sbuf *b, const char *noun);
/* view_ops.spot. */
size_t matrix_spot(const struct matrix *m, const struct view *v, int y, int x);

#endif
