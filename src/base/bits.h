/* A fixed-size bitmap: rows that a predicate selects, values that a pattern matches. */
#ifndef SPOOR_BITS_H
#define SPOOR_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bits {
	size_t n;                                        /* bits */
	uint64_t w[];                                    /* bits beyond n are 0 */
};

struct bits *bits_new(size_t n, bool ones);              /* free with free() */
static inline bool bits_get(const struct bits *b, size_t i) { return b->w[i >> 6] >> (i & 63) & 1; }
void bits_or(struct bits *a, const struct bits *b);
size_t bits_count(const struct bits *b);
bool bits_any(const struct bits *b);
size_t bits_next(const struct bits *b, size_t from);     /* first set bit >= from; b->n when none */

#endif
