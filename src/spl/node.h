/* Building expression nodes, for the two parsers. */
#ifndef SPOOR_NODE_H
#define SPOOR_NODE_H

#include "spl/expr.h"
#include "spl/lex.h"

/* A list of nodes that grows in the arena. */
struct nodes {
	struct expr **v;
	unsigned n, cap;
};
void nodes_add(struct parser *p, struct nodes *l, struct expr *e);

/* A node whose text begins at `at` and ends at the cursor. */
struct expr *node_new(struct parser *p, enum expr_op op, size_t at);
/* The same over operands; NULL with an error set when the tree gets too high. */
struct expr *node_over(struct parser *p, enum expr_op op, size_t at, const struct nodes *arg);
/* A call: its arguments set, its height counted. */
struct expr *node_call(struct parser *p, const struct eval_fn *fn, size_t at, const struct nodes *arg);

#endif
