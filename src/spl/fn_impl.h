/* What the families of functions share. A family is one file; it ends in a table of its entries, named here and in fn.c. */
#ifndef SPOOR_FN_IMPL_H
#define SPOOR_FN_IMPL_H

#include "spl/budget.h"
#include "spl/fn.h"
#include "spl/lex.h"

/* Each ends with an entry without a name. */
extern const struct eval_fn fns_bit[], fns_condition[], fns_convert[], fns_crypto[], fns_info[], fns_json[], fns_list[],
	fns_list_map[], fns_math[], fns_stat[], fns_text[], fns_time[];

#define FN_ARGS const struct expr *e, const struct val *arg, unsigned n, struct eval_ctx *c
/* For the arguments that a function has no use for. */
#define FN_UNUSED ((void)e, (void)arg, (void)n, (void)c)

/* The text of an argument that is no list (a list's first value, otherwise); a number's is written into buf. */
struct str fn_text(struct val v, char buf[VAL_NUM_SIZE]);
/* A whole number in long range; false when v is none (a fraction is cut off). */
bool fn_long(struct val v, long *out);
static inline struct val fn_bool(bool b) { return val_num(b); }
/* Null when d is not finite. */
struct val fn_num(double d);
/* A copy of the text as value; null when it is longer than VAL_TEXT_MAX. */
struct val fn_str(struct eval_ctx *c, struct str s);
/* The same of a builder, which is freed. */
struct val fn_take(struct eval_ctx *c, struct sbuf *b);

/* A list in the making, on the heap. */
struct fn_list {
	struct val *v;
	size_t n, cap;
	bool full;                                       /* it got too long, or the budget ran out: the result will be null */
};
void fn_push(struct eval_ctx *c, struct fn_list *l, struct val v);
struct val fn_list(struct eval_ctx *c, struct fn_list *l);       /* frees it */

/* check(): compiles argument i, if it is a constant, as a regex into e->call.cached. */
bool fn_check_regex(struct parser *p, struct expr *e, unsigned i);
/* The regex of a call: the compiled constant, or that of the argument's text. NULL when it is bad. */
const struct regex *fn_regex(const struct expr *e, struct val arg);
/* The constant text of argument i; false when it is no constant. */
bool fn_constant(const struct expr *e, unsigned i, struct str *out);
/* The only field that the expression names; an error at it otherwise. */
bool fn_only_field(struct parser *p, const struct expr *e, const char *fn, struct str *name);

/* E_EQ … E_LIKE over any values: 1, 0 or null. */
struct val expr_relation(enum expr_op op, struct val a, struct val b, struct spl_budget *budget);

#endif
