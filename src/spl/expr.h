/* The expression tree: predicates and computations of both SPL dialects, and of any rule language to come.
 *
 * Search dialect (search, implicit search, tstats where): E_TERM, E_KEYWORD, E_AND, E_OR, E_NOT, E_TRUE, E_FALSE; two-valued.
 * Eval dialect (where, eval): the rest; three-valued, null is E_NUM's absence. One evaluator serves both: in it a term is
 * simply an expression that is never null. Nodes live in the query's arena. */
#ifndef SPOOR_EXPR_H
#define SPOOR_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/str.h"
#include "base/wild.h"
#include "spl/val.h"

enum expr_op {
	/* both */
	E_AND, E_OR, E_NOT, E_TRUE, E_FALSE,
	/* search dialect */
	E_TERM,                                          /* field op value */
	E_KEYWORD,                                       /* bare word, searched in the raw event */
	E_SUBSEARCH,                                     /* [ … ]: replaced by its result before the search runs */
	/* eval dialect */
	E_LIT,                                           /* number, string */
	E_FIELD,
	E_CALL,
	E_NEG, E_ADD, E_SUB, E_MUL, E_DIV, E_MOD, E_CONCAT,
	E_EQ, E_NE, E_LT, E_LE, E_GT, E_GE, E_LIKE, E_IN,
	E_XOR,
};

enum cmp_op { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE };

/* The value of a search term, compiled: spl-spec 2.5 (escapes) and 2.6 (matching). */
struct pattern {
	struct str text;                                 /* unescaped, as it will be matched (stars still in it) */
	enum { PAT_PRESENT /* field=* */, PAT_WILD, PAT_EXACT } kind;
	struct wild *wild;                               /* PAT_WILD: folded */
	struct str folded;                               /* case-folded text */
	bool is_number;
	double number;
	struct cidr {
		uint8_t len;                             /* prefix bits */
		uint8_t family;                          /* 0 none, 4, 6 */
		uint8_t addr[16];
	} cidr;
	struct pattern *decoded;                         /* the same with XML entities decoded (trap 9), when it differs */
};

#define EXPR_HEIGHT_MAX 1000

struct eval_fn;                                          /* spl/fn.h */
struct spl_query;
struct spl_budget;                                       /* spl/budget.h */

struct expr {
	enum expr_op op;
	uint32_t at, len;                                /* place in the expanded search text */
	uint32_t height;                                 /* levels of nodes below, so that recursion is bounded */
	union {
		struct {                                 /* E_AND E_OR E_NOT, arithmetic (any number, from the left),
		                                          * comparisons; E_IN: arg[0] in the others */
			struct expr **arg;
			unsigned n;
		};
		struct {                                 /* E_TERM; E_KEYWORD (pattern only). IN lists become E_OR of terms */
			struct str field;
			enum cmp_op cmp;
			struct pattern *pattern;
		} term;
		struct {                                 /* E_SUBSEARCH */
			struct spl_query *sub;
			struct str in;                   /* field IN ([ … ]): its values are those of this field; else n 0 */
		};
		struct val lit;
		struct str name;                         /* E_FIELD */
		struct {
			const struct eval_fn *fn;
			struct expr **arg;
			unsigned n;
			void *cached;                    /* the function's own compiled constant argument (a regex), or NULL */
		} call;
	};
};

/* Does the pattern hold for one text? `folded` is the text case-folded. Two-valued; ordering comparisons included.
 * This is what is decided once per distinct value. For CMP_NE the answer is that of "some value differs". */
bool pattern_match(const struct pattern *p, enum cmp_op cmp, struct str text, struct str folded);

/* Does a keyword stand in the text (spl-spec 2.6, bare term)? At word boundaries, except where the pattern has a star. */
bool pattern_keyword(const struct pattern *p, struct str folded);

/* "10.0.0.0/8", "fe80::/10"; host bits are ignored. False when s is none. */
bool cidr_parse(struct str s, struct cidr *out);
/* Is the text an address of that family, inside it? */
bool cidr_holds(const struct cidr *c, struct str address);

/* A row, as the evaluator sees it. */
struct row_source {
	struct val (*field)(const void *ctx, size_t row, struct str name);
	/* keyword search in names and values of the row (spl-spec 2.6, bare term) */
	bool (*keyword)(const void *ctx, size_t row, const struct pattern *p);
	const void *ctx;
};
struct eval_ctx {
	struct row_source src;
	size_t row;
	struct arena *arena;                             /* results live here */
	double now;                                      /* seconds: now() */
	const struct val *current;                       /* inside mvfilter, mvmap: value that stands for field `current_name` */
	struct str current_name;
	struct spl_budget *budget;                       /* cancelling and time; NULL: unlimited */
};

/* The value of any expression. Comparisons and logic give the numbers 1 and 0, or null (unknown). */
struct val expr_eval(const struct expr *e, struct eval_ctx *c);
/* As a condition (spl-spec 2.6): true only when it is known to be true. */
bool expr_true(const struct expr *e, struct eval_ctx *c);
bool val_true(struct val v);

/* Calls `visit` for each field name that the tree reads; "*" for a keyword, which reads all of them. */
void expr_fields(const struct expr *e, void (*visit)(void *ctx, struct str name), void *ctx);
/* Is its value the same in all rows that agree on these fields? */
bool expr_follows(const struct expr *e);

#endif
