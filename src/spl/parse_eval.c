/* The eval dialect: where, eval, agg(eval(…)) (spl-spec 2.3). AND binds tighter than OR, keywords in any case, a bare word
 * is a field. Runs of one operator become one node, so that a long sum is no deep tree. */
#include "spl/lex.h"

#include "spl/fn.h"
#include "spl/node.h"

static struct expr *xor_expr(struct parser *p);
static struct expr *add_expr(struct parser *p);

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static char char_at(const struct parser *p, size_t at)
{
	return at < p->end ? p->text.p[at] : '\0';
}

/* letter { letter | digit | "_" | ":" | "." letter } : 0 when none begins here. */
static size_t ident_len(const struct parser *p, size_t from)
{
	size_t at = from;

	if (!letter(char_at(p, at)))
		return 0;
	for (char c = char_at(p, ++at); at < p->end; c = char_at(p, ++at))
		if (!letter(c) && !digit(c) && c != ':' && !(c == '.' && letter(char_at(p, at + 1))))
			break;
	return at - from;
}

/* Takes a keyword in any case. */
static bool take(struct parser *p, const char *w)
{
	size_t n = strlen(w);

	p_blank(p);
	if (ident_len(p, p->at) != n || !str_ieq((struct str){p->text.p + p->at, n}, (struct str){w, n}))
		return false;
	p->at += n;
	return true;
}

/* One node over the operands; a single one is itself. */
static struct expr *join(struct parser *p, enum expr_op op, size_t at, struct nodes *arg)
{
	return arg->n == 1 ? arg->v[0] : node_over(p, op, at, arg);
}

/* ---- calls ---- */

struct names {
	const struct eval_fn *const *v;
	size_t n, at;
};

static struct str next_name(void *ctx)
{
	struct names *k = ctx;

	return k->at < k->n ? str_c(k->v[k->at++]->name) : (struct str){NULL, 0};
}

static struct expr *unknown(struct parser *p, size_t at, struct str name)
{
	struct names k = {0};

	k.v = fn_all(&k.n);
	struct str like = spl_nearest(name, next_name, &k);
	if (like.p)
		p_error(p, at, "unknown function %.*s(); did you mean %.*s()?", STR_FMT(name), STR_FMT(like));
	else
		p_error(p, at, "unknown function %.*s()", STR_FMT(name));
	return NULL;
}

/* Expressions up to ')', which is taken. False with an error set. */
static bool list(struct parser *p, size_t open, struct nodes *arg)
{
	if (p_char(p, ')'))
		return true;
	do {
		struct expr *e = xor_expr(p);
		if (!e)
			return false;
		nodes_add(p, arg, e);
	} while (p_char(p, ','));
	if (p_char(p, ')'))
		return true;
	if (p_done(p))
		return p_error(p, open, "this ( is never closed: expected , or ), found %s", p_found(p));
	return p_error(p, p->at, "expected an operator, a comma or ), found %s", p_found(p));
}

/* A call, the cursor behind '('. */
static struct expr *call(struct parser *p, size_t at, struct str name)
{
	const struct eval_fn *fn = fn_find(name);
	struct nodes arg = {0};

	if (!fn)
		return unknown(p, at, name);
	if (!p_deeper(p))
		return NULL;
	bool ok = list(p, p->at - 1, &arg);
	p->depth--;
	if (!ok)
		return NULL;
	if (arg.n < (unsigned)fn->min_args || (fn->max_args >= 0 && arg.n > (unsigned)fn->max_args)) {
		p_error(p, at, "%s() is given %u argument%s; usage: %s", fn->name, arg.n, arg.n == 1 ? "" : "s",
		        fn->usage);
		return NULL;
	}
	if (fn->per_row)
		p_per_row(p);
	struct expr *e = node_call(p, fn, at, &arg);
	if (e && fn->check && !fn->check(p, e)) {
		p_error(p, at, "%s(): its arguments do not fit; usage: %s", fn->name, fn->usage);
		return NULL;
	}
	return e;
}

/* ---- from tight to loose ---- */

static struct expr *number(struct parser *p, size_t at)
{
	size_t end = at;
	double d;

	while (digit(char_at(p, end)))
		end++;
	if (char_at(p, end) == '.' && digit(char_at(p, end + 1)))
		for (end++; digit(char_at(p, end)); end++)
			;
	if (char_at(p, end) == 'e' || char_at(p, end) == 'E') {
		size_t e = end + 1;
		if (char_at(p, e) == '+' || char_at(p, e) == '-')
			e++;
		if (digit(char_at(p, e))) {
			while (digit(char_at(p, e)))
				e++;
			end = e;
		}
	}
	if (ident_len(p, end)) {
		end += ident_len(p, end);
		p_error(p, at, "'%.*s' is no number; a field whose name begins with a digit stands in single quotes",
		        end - at > 60 ? 60 : (int)(end - at), p->text.p + at);
		return NULL;
	}
	if (!str_number((struct str){p->text.p + at, end - at}, &d)) {
		p_error(p, at, "this number is too large");
		return NULL;
	}
	p->at = end;
	struct expr *e = node_new(p, E_LIT, at);
	e->lit = val_num(d);
	return e;
}

static struct expr *field(struct parser *p, size_t at, struct str name)
{
	struct expr *e = node_new(p, E_FIELD, at);

	e->name = name;
	return e;
}

static struct expr *atom(struct parser *p)
{
	char c = p_peek(p);
	size_t at = p->at, n;
	struct str s;

	if (c == '(') {
		p->at++;
		if (!p_deeper(p))
			return NULL;
		struct expr *e = xor_expr(p);
		p->depth--;
		if (e && !p_char(p, ')')) {
			if (p_done(p))
				p_error(p, at, "this ( is never closed: expected ), found %s", p_found(p));
			else
				p_error(p, p->at, "expected an operator or ), found %s", p_found(p));
			return NULL;
		}
		return e;
	}
	if (c == '"') {
		if (!p_quoted(p, &s))
			return NULL;
		struct expr *e = node_new(p, E_LIT, at);
		e->lit = val_str(spl_unescape_eval(p->arena, s));
		return e;
	}
	if (c == '\'')
		return p_name(p, "a field", &s) ? field(p, at, s) : NULL;
	if (digit(c) || (c == '.' && digit(char_at(p, at + 1))))
		return number(p, at);
	n = ident_len(p, at);
	s = (struct str){p->text.p + at, n};
	if (!n || str_ieqc(s, "and") || str_ieqc(s, "or") || str_ieqc(s, "xor")) {
		p_error(p, at, "expected a field, a value or a function, found %s", p_found(p));
		return NULL;
	}
	p->at += n;
	size_t after = p->at;
	if (p_char(p, '('))
		return call(p, at, s);
	p->at = after;
	return field(p, at, s);
}

static struct expr *unary(struct parser *p)
{
	struct nodes arg = {0};

	if (p_peek(p) != '-')
		return atom(p);
	size_t at = p->at++;
	if (!p_deeper(p))
		return NULL;
	struct expr *e = unary(p);
	p->depth--;
	if (!e)
		return NULL;
	nodes_add(p, &arg, e);
	return node_over(p, E_NEG, at, &arg);
}

/* The operator at the cursor, if it is one of these; E_AND stands for none. */
static enum expr_op mul_op(struct parser *p)
{
	char c = p_peek(p);

	return c == '*' ? E_MUL : c == '/' ? E_DIV : c == '%' ? E_MOD : E_AND;
}

static enum expr_op add_op(struct parser *p)
{
	char c = p_peek(p);

	return c == '+' ? E_ADD : c == '-' ? E_SUB : c == '.' ? E_CONCAT : E_AND;
}

/* operand { op operand }, from the left; a run of one operator is one node. */
static struct expr *chain(struct parser *p, enum expr_op (*op_at)(struct parser *p),
                          struct expr *(*operand)(struct parser *p))
{
	p_blank(p);
	size_t at = p->at;
	enum expr_op run = E_AND;
	struct nodes arg = {0};
	struct expr *e = operand(p);

	if (!e)
		return NULL;
	nodes_add(p, &arg, e);
	for (;;) {
		size_t end = p->at;
		enum expr_op op = op_at(p);
		if (op == E_AND) {
			p->at = end;
			return join(p, run, at, &arg);
		}
		if (op != run && arg.n > 1) {
			p->at = end;
			e = node_over(p, run, at, &arg);
			if (!e)
				return NULL;
			arg = (struct nodes){0};
			nodes_add(p, &arg, e);
			op_at(p);
		}
		run = op;
		p->at++;
		e = operand(p);
		if (!e)
			return NULL;
		nodes_add(p, &arg, e);
	}
}

static struct expr *mul_expr(struct parser *p)
{
	return chain(p, mul_op, unary);
}

static struct expr *add_expr(struct parser *p)
{
	return chain(p, add_op, mul_expr);
}

static bool take_cmp(struct parser *p, enum expr_op *op)
{
	char c = p_peek(p), next = char_at(p, p->at + 1);

	if (c == '=')
		*op = E_EQ;
	else if (c == '!' && next == '=')
		*op = E_NE;
	else if (c == '<')
		*op = next == '=' ? E_LE : E_LT;
	else if (c == '>')
		*op = next == '=' ? E_GE : E_GT;
	else
		return false;
	p->at += next == '=' ? 2 : 1;
	return true;
}

static struct expr *negation(struct parser *p, size_t at, struct expr *e)
{
	struct nodes arg = {0};

	nodes_add(p, &arg, e);
	return node_over(p, E_NOT, at, &arg);
}

static struct expr *cmp_expr(struct parser *p)
{
	p_blank(p);
	size_t at = p->at;
	struct nodes arg = {0};
	enum expr_op op;
	struct expr *e = add_expr(p);

	if (!e)
		return NULL;
	nodes_add(p, &arg, e);
	size_t end = p->at;
	bool negated = take(p, "NOT");                   /* a NOT IN (…), a NOT LIKE b */
	if (take(p, "IN")) {
		size_t open;
		op = E_IN;
		p_blank(p);
		open = p->at;
		if (!p_char(p, '(')) {
			p_error(p, p->at, "expected ( after IN, found %s", p_found(p));
			return NULL;
		}
		if (!p_deeper(p))
			return NULL;
		bool ok = list(p, open, &arg);
		p->depth--;
		if (!ok)
			return NULL;
		if (arg.n == 1) {
			p_error(p, open, "IN needs at least one value between ( and )");
			return NULL;
		}
	} else if ((!negated && take_cmp(p, &op)) || (take(p, "LIKE") && (op = E_LIKE))) {
		e = add_expr(p);
		if (!e)
			return NULL;
		nodes_add(p, &arg, e);
	} else {
		p->at = end;
		return e;
	}
	e = node_over(p, op, at, &arg);
	return e && negated ? negation(p, at, e) : e;
}

static struct expr *not_expr(struct parser *p)
{
	p_blank(p);
	size_t at = p->at;
	if (!take(p, "NOT") && !p_char(p, '!'))
		return cmp_expr(p);
	if (!p_deeper(p))
		return NULL;
	struct expr *e = not_expr(p);
	p->depth--;
	return e ? negation(p, at, e) : NULL;
}

/* operand { word operand } */
static struct expr *logic(struct parser *p, const char *word, enum expr_op op,
                          struct expr *(*operand)(struct parser *p))
{
	p_blank(p);
	size_t at = p->at, end;
	struct nodes arg = {0};

	do {
		struct expr *e = operand(p);
		if (!e)
			return NULL;
		nodes_add(p, &arg, e);
		end = p->at;
	} while (take(p, word));
	p->at = end;
	return join(p, op, at, &arg);
}

static struct expr *and_expr(struct parser *p)
{
	return logic(p, "AND", E_AND, not_expr);
}

static struct expr *or_expr(struct parser *p)
{
	return logic(p, "OR", E_OR, and_expr);
}

static struct expr *xor_expr(struct parser *p)
{
	return logic(p, "XOR", E_XOR, or_expr);
}

struct expr *parse_eval(struct parser *p)
{
	return xor_expr(p);
}
