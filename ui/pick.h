/* Patterns that pick rows: what a filter, a search and marking by pattern understand. Knows tables only by a call for a cell.
 *
 *   cmd.exe            some cell has this text; lower case finds both cases, a capital letter makes it exact
 *   "cmd.exe /c"       the same with blanks in it
 *   a*b                a, and b somewhere after it
 *   host:ws5           the cell of that column has it
 *   id:3               a cell of numbers is it
 *   risk>=60           the cell of that column compares so: numbers by value, other cells as text
 *   !svchost           not
 * Several terms, separated by blanks, must all hold. */
#ifndef SPOOR_UI_PICK_H
#define SPOOR_UI_PICK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/str.h"

struct pick;
struct coldef;
struct cell;

/* A pattern with terms, over these columns. NULL with *d set (col: where in the text) when it makes no sense. */
struct pick *pick_new(struct str text, const struct coldef *col, size_t ncols, struct diag *d);
/* What stands in the pattern as a column ("hots:ws5") and is none of these: looked for as text. In `text`; empty: nothing. */
struct str pick_no_column(struct str text, const struct coldef *col, size_t ncols);
/* A pattern that is one piece of text, for searching. */
struct pick *pick_literal(struct str text);
void pick_free(struct pick *p);                          /* NULL is fine */

/* Does the row hold? `cell` is called for the columns that matter; `def` may be NULL. */
bool pick_row(struct pick *p, void (*cell)(void *ctx, size_t col, struct cell *c), void *ctx, const struct coldef *def,
              size_t ncols);
/* The next place in s at or after `from` where a term without column holds; what is highlighted. */
bool pick_find(const struct pick *p, struct str s, size_t from, size_t *at, size_t *len);

#endif
