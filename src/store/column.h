/* A column of pool ids in few bytes: a dictionary, and a code per row that picks from it. The store's columns are such, and
 * so are those that are derived from them. Immutable once made. */
#ifndef SPOOR_COLUMN_H
#define SPOOR_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A column, whatever its size in memory: read it with column_at. What is below the line is for those who decide something
 * once per distinct value and then look it up by code. */
struct column {
	const uint32_t *dict;                            /* pool ids, 0 for absent; each is the value of some row. Distinct
	                                                  * in the store's columns with codes, not in those that others derive */
	uint32_t ndict;                                  /* 1: all rows have dict[0] */
	uint8_t width;                                   /* bytes of a code: 1, 2 or 4; 0: no codes, row r has dict[r] (or dict[0]) */
	const void *code;                                /* per row, an index into dict */
	const uint32_t *row;                             /* of a sparse column: only these rows, ascending, have codes … */
	uint32_t nrow;                                   /* … the others have dict[0]. NULL and 0: not sparse */
};
uint32_t column_sparse(const struct column *c, uint32_t row);    /* for column_code */
static inline uint32_t column_code(const struct column *c, uint32_t row)
{
	if (c->row)
		return column_sparse(c, row);
	switch (c->width) {
	case 1: return ((const uint8_t *)c->code)[row];
	case 2: return ((const uint16_t *)c->code)[row];
	case 4: return ((const uint32_t *)c->code)[row];
	default: return c->ndict == 1 ? 0 : row;
	}
}
static inline uint32_t column_at(struct column c, uint32_t row) { return c.dict[column_code(&c, row)]; }
static inline bool column_none(struct column c) { return c.ndict == 1 && c.dict[0] == 0; }    /* no row has a value */

/* A column of n >= 1 ids, one per row. Takes `id` (from malloc) over. */
struct column column_encode(uint32_t *id, uint32_t n);
struct column column_const(uint32_t id);                 /* the same id in every row */
void column_free(struct column *c);                      /* of a column that owns its arrays */
size_t column_bytes(const struct column *c, uint32_t n); /* n rows */

#endif
