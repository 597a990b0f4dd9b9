/* Columns as the analyst wants them: which ones a view shows, in which order, how wide. Said in the configuration, or chosen on
 * the screen and then remembered in the state folder, which goes first. One line for a view: names of columns in their order,
 * "name:WIDTH" for a fixed width, "name?" for one that is shown when there is room. What is not named is not shown. */
#ifndef SPOOR_UI_COLUMNS_H
#define SPOOR_UI_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/str.h"
#include "ui/layout.h"

struct view_ops;

enum { COLUMN_WIDTH_MAX = 400 };

struct column_want {
	char *name;
	int width;                                       /* 0: as its content needs */
	bool spare;                                      /* shown when there is room */
};
/* Empty: as the view itself arranges them. */
struct column_set {
	struct column_want *v;
	size_t n, cap;
};

void column_set_clear(struct column_set *s);             /* frees what it holds */
void column_set_add(struct column_set *s, const char *name, int width, bool spare);
/* Reads a line. `def`: the columns there are; NULL: any. False with *d set. */
bool column_set_parse(struct column_set *s, struct str line, const struct coldef *def, size_t ndef, struct diag *d);
void column_set_print(const struct column_set *s, struct sbuf *b);

/* layout_columns over the columns that s wants. *dropped: wanted ones without a place; *needed: one of them is not spare. */
size_t column_set_place(const struct column_set *s, const struct coldef *col, size_t ncols, const struct need *need, int width, size_t skip,
                        struct place *out, size_t *dropped, bool *needed);

/* The set that all instances of a view share. */
struct column_set *columns_of(const struct view_ops *ops);
/* A line of the configuration: "VIEW COLUMN…". */
bool columns_config(struct str line, struct diag *d);
/* Reads what was remembered; lines that are no use now are left alone. */
void columns_recall(void);
/* Remembers the set of a view, or forgets it when it is empty; then that of the configuration holds again. False: see errno. */
bool columns_remember(const struct view_ops *ops);
void columns_free_all(void);

#endif
