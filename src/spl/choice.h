/* Which series of a chart are shown: the rest goes together as OTHER. Private to spl/. */
#ifndef SPOOR_SPL_CHOICE_H
#define SPOOR_SPL_CHOICE_H

#include "spl/lex.h"

struct choice {
	enum { BY_SUM, BY_MAX, BY_MIN, BY_AVG, BY_COUNT } by;    /* of a series' values */
	enum { TOP, BOTTOM, MORE, LESS } how;
	bool not;
	size_t n;                                        /* TOP, BOTTOM; 0: all */
	double than;                                     /* MORE, LESS */
};
/* sum|max|min|avg|count in|notin topN|bottomN, or > N, or < N; the cursor behind `where`. False with an error set. */
bool choice_parse(struct parser *p, struct choice *c);
bool choice_limits(const struct choice *c);              /* may it leave a series out? */

/* What the values of a series come to. Zero-initialise. */
struct score {
	double sum, max, min, n;
	double rank;                                     /* that by which it is chosen: score_rank */
};
void score_add(struct score *s, double value);
void score_rank(struct score *s, const struct choice *c);
/* Is the i-th of n series, the highest rank first, shown? */
bool choice_has(const struct choice *c, const struct score *s, size_t i, size_t n);

#endif
