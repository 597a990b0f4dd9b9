/* Which columns of a table are shown, where, and how wide. Pure arithmetic. */
#ifndef SPOOR_UI_LAYOUT_H
#define SPOOR_UI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

struct coldef;

enum { LAYOUT_GAP = 2 };                                 /* blanks between columns */
struct place {
	size_t col;
	int x, width;                                    /* x from 0 */
};
/* The width that the content of a column needs: that of its widest cell; and one that does for nearly all cells that say something. */
struct need {
	int all, most;
};
/* Places columns into `width`. need[i]: of column i. `skip` columns are scrolled away, the first one
 * stays; then what follows is shown as far as it fits, by order instead of weight. Fills out[0 … result), in order.
 * *dropped: columns that have no place. */
size_t layout_columns(const struct coldef *col, size_t ncols, const struct need *need, int width, size_t skip, struct place *out,
                      size_t *dropped);

#endif
