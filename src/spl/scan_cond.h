/* Conditions over the columns of one table, as they are kept: what a value must be like, and trees of such. Private to the
 * embedded engine: scan_value.c decides values, scan_cond.c builds, scan_filter.c chooses rows. */
#ifndef SPOOR_SPL_SCAN_COND_H
#define SPOOR_SPL_SCAN_COND_H

#include "spl/scan.h"

/* What a value must be like. */
struct pred {
	enum { P_TERM, P_KEYWORD, P_PRESENT, P_SET, P_AND, P_OR, P_NOT } op;
	const struct pattern *p;
	enum cmp_op cmp;
	const struct wild *wild;                         /* P_TERM of a text with stars, = or !=: all there is to it; else NULL */
	uint32_t exact;                                  /* P_TERM of plain text: the id of the folded text; 0: none such */
	uint32_t *id;                                    /* P_SET: folded texts, ascending … */
	double *num;                                     /* … and numbers */
	size_t nids, nnums;
	struct pred **arg;
	size_t n;
};

enum cond_kind { C_NO, C_YES, C_VALUE, C_TIME, C_RAW, C_AND, C_OR, C_NOT };
struct cond {
	enum cond_kind kind;
	const struct store_table *table;
	struct column col;                               /* C_VALUE */
	bool multi;
	struct pred *pred;
	const struct folded *folded;                     /* of col.dict; NULL: not looked up */
	uint8_t *memo;                                   /* per entry of col.dict: 0 not yet, NO or YES; NULL until needed */
	bool decided;                                    /* all of them, `yes` of them YES */
	uint32_t yes;
	const struct expr *term;                         /* C_TIME, C_RAW */
	struct cond **arg;
	size_t n;
	double cost;
};
enum { NO = 2, YES = 3 };                                /* of memo; the lowest bit is the answer */

/* YES or NO for the value of this id (0: null) in c's column. */
uint8_t cond_decide(const struct scanning *s, const struct cond *c, uint32_t id);
/* Decides the whole dictionary. False when the scan was stopped. */
bool cond_decide_all(struct scanning *s, struct cond *c);
/* Is the answer YES (NO) for a value of the dictionary? Decides no more of it than that takes. True when the scan was stopped. */
bool cond_has(struct scanning *s, struct cond *c, uint8_t answer);

#endif
