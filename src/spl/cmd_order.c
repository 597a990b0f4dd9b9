/* Commands that order rows or keep some by position: sort, head, tail, reverse (spl-spec 3.17). */
#include <arpa/inet.h>
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"

/* ---- sort ---- */

enum sort_as { SORT_AUTO, SORT_TEXT, SORT_IP };

struct sort {
	struct sort_key {
		struct str field;
		bool down;
		enum sort_as as;
	} *key;
	size_t n;
	size_t limit;                                    /* 0: all */
};

/* auto(f), str(f), num(f), ip(f), or the name of a field. */
static bool parse_key(struct parser *p, struct sort_key *k)
{
	static const struct {
		const char *name;
		enum sort_as as;
	} kinds[] = {{"auto", SORT_AUTO}, {"str", SORT_TEXT}, {"num", SORT_AUTO}, {"ip", SORT_IP}};
	struct str word;

	p_blank(p);
	for (size_t i = 0, start = p->at; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		p->at = start;
		if (!p_word(p, "()=<>", &word) || !str_ieqc(word, kinds[i].name) || p->at >= p->end ||
		    p->text.p[p->at] != '(') {
			p->at = start;
			continue;
		}
		p_char(p, '(');
		k->as = kinds[i].as;
		if (!p_name(p, "a field", &k->field))
			return false;
		return p_char(p, ')') || p_error(p, p->at, "expected ) after the field, found %s", p_found(p));
	}
	return p_name(p, "a field to sort by", &k->field);
}

static void *sort_parse(struct parser *p)
{
	struct sort *x = ARENA_NEW(p->arena, struct sort);
	struct sort_key *v = NULL;
	struct str name, value;
	size_t cap = 0;
	bool ok = true, turn = false;
	long n;

	x->limit = 10000;
	p_blank(p);
	size_t at = p->at;
	if (p_option(p, &name, &value)) {
		if (!str_ieqc(name, "limit"))
			return p_no_option(p, at, "sort", name, "limit"), NULL;
		if (!p_count(p, at, name, value, &x->limit))
			return NULL;
	} else if (p_peek(p) >= '0' && p_peek(p) <= '9' && p_int(p, &n)) {
		x->limit = (size_t)n;
	}
	while (ok) {
		while (p_char(p, ','))
			;
		if (x->n > 0 && p_done(p))
			break;
		if (x->n > 0 && (p_word_is(p, "desc") || p_word_is(p, "d"))) {
			size_t start = p->at;
			turn = p_take_word(p, "desc") || p_take_word(p, "d");
			if (p_done(p))
				break;
			turn = false;
			p->at = start;
		}
		GROW(v, x->n, cap);
		v[x->n] = (struct sort_key){0};
		v[x->n].down = p_char(p, '-');
		if (!v[x->n].down)
			p_char(p, '+');
		ok = parse_key(p, &v[x->n]);
		x->n += ok;
	}
	for (size_t i = 0; i < x->n && turn; i++)
		v[i].down = !v[i].down;
	if (ok) {
		x->key = ARENA_ARRAY(p->arena, struct sort_key, x->n);
		memcpy(x->key, v, x->n * sizeof(*v));
	}
	free(v);
	return ok ? x : NULL;
}

struct sorting {
	const struct sort *args;
	const struct val **v;                            /* per key: its column, or NULL */
};

/* Family and bytes of an address. */
static bool address(struct val v, unsigned char out[17])
{
	char text[INET6_ADDRSTRLEN];

	if (v.type != V_STR || v.len >= sizeof(text))
		return false;
	memcpy(text, v.s, v.len);
	text[v.len] = '\0';
	memset(out, 0, 17);
	out[0] = 4;
	if (inet_pton(AF_INET, text, out + 1) == 1)
		return true;
	out[0] = 6;
	return inet_pton(AF_INET6, text, out + 1) == 1;
}

/* Addresses first. */
static int compare_address(struct val x, struct val y)
{
	unsigned char ax[17], ay[17];
	bool is_x = address(x, ax), is_y = address(y, ay);

	if (is_x && is_y)
		return memcmp(ax, ay, sizeof(ax));
	return is_x != is_y ? is_y - is_x : val_cmp(x, y);
}

/* Value by value, as text. */
static int compare_text(struct val x, struct val y)
{
	uint32_t nx = val_count(x), ny = val_count(y);

	for (uint32_t i = 0; i < nx && i < ny; i++) {
		char bx[VAL_NUM_SIZE], by[VAL_NUM_SIZE];
		struct val vx = val_at(x, i), vy = val_at(y, i);
		int c = str_cmp(vx.type == V_NUM ? val_num_text(vx.num, bx) : (struct str){vx.s, vx.len},
		                vy.type == V_NUM ? val_num_text(vy.num, by) : (struct str){vy.s, vy.len});
		if (c)
			return c;
	}
	return (nx > ny) - (nx < ny);
}

/* Neither is null. */
static int compare(struct val x, struct val y, enum sort_as as)
{
	double dx, dy;

	if (as == SORT_IP)
		return compare_address(x, y);
	if (as == SORT_TEXT)
		return compare_text(x, y);
	if (val_number(x, &dx) && val_number(y, &dy))
		return (dx > dy) - (dx < dy);
	return val_cmp(x, y);
}

static int by_keys(const void *px, const void *py, void *ctx)
{
	const struct sorting *s = ctx;
	uint32_t i = *(const uint32_t *)px, j = *(const uint32_t *)py;

	for (size_t k = 0; k < s->args->n; k++) {
		struct val x = s->v[k] ? s->v[k][i] : val_null(), y = s->v[k] ? s->v[k][j] : val_null();
		if (val_is_null(x) != val_is_null(y))
			return val_is_null(x) ? 1 : -1;          /* last in either direction */
		int c = val_is_null(x) ? 0 : compare(x, y, s->args->key[k].as);
		if (c)
			return s->args->key[k].down ? -c : c;
	}
	return i < j ? -1 : i > j;
}

static struct rows *sort_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct sort *x = args;
	uint32_t *order = xcalloc(in->n ? in->n : 1, sizeof(*order));
	struct sorting s = {.args = x, .v = xcalloc(x->n, sizeof(*s.v))};

	for (size_t k = 0; k < x->n; k++) {
		ptrdiff_t c = rows_find(in, x->key[k].field);
		s.v[k] = c < 0 ? NULL : in->col[c].v;
	}
	for (size_t i = 0; i < in->n; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, in->n, sizeof(*order), by_keys, &s);
	if (x->limit && in->n > x->limit)
		run_warn(run, "sort keeps the first %zu of %zu rows; sort 0 keeps all", x->limit, in->n);
	rows_select(in, order, x->limit && x->limit < in->n ? x->limit : in->n);
	free(s.v);
	free(order);
	return in;
}

static void sort_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct sort *x = args;

	for (size_t k = 0; k < x->n; k++)
		fieldset_add(want, x->key[k].field, a);
}

const struct spl_cmd cmd_sort = {
	.name = "sort",
	.usage = "sort [N] [-|+]FIELD… [desc]",
	.summary = "orders rows: numbers by value, text by bytes, nothing last; keeps 10000, or all with 0",
	.example = "rows:\n"
	           "  user  v\n"
	           "  b     10\n"
	           "  c     -\n"
	           "  a     9\n"
	           "search: sort 0 -v\n"
	           "expect:\n"
	           "  user  v\n"
	           "  b     10\n"
	           "  a     9\n"
	           "  c     -\n",
	.none_of_none = true,
	.parse = sort_parse,
	.run = sort_run,
	.needs = sort_needs,
};

/* ---- head, tail, reverse ---- */

struct head {
	size_t n;
	const struct expr *expr;                         /* head (expression): while it is true; NULL: count */
	bool keep_last, null;                            /* the row that ends it, too; null does not end it */
};

static void *head_parse(struct parser *p)
{
	struct head *x = ARENA_NEW(p->arena, struct head);
	struct str name, value;
	long n;

	x->n = 10;
	while (!p_done(p)) {
		size_t at = p->at;
		bool ok = true;
		if (p_peek(p) == '(') {
			p_char(p, '(');
			x->expr = parse_eval(p);
			ok = x->expr &&
			     (p_char(p, ')') || p_error(p, p->at, "expected ), found %s", p_found(p)));
		} else if (p_option(p, &name, &value)) {
			if (str_ieqc(name, "limit"))
				ok = p_count(p, at, name, value, &x->n);
			else if (str_ieqc(name, "keeplast"))
				ok = p_truth(p, at, name, value, &x->keep_last);
			else if (str_ieqc(name, "null"))
				ok = p_truth(p, at, name, value, &x->null);
			else
				ok = p_no_option(p, at, "head", name, "limit, keeplast, null");
		} else if (p_int(p, &n) && n >= 0) {
			x->n = (size_t)n;
		} else {
			ok = p_error(p, at, "expected a number of rows or a condition in ( ), found %s",
				     p_found(p));
		}
		if (!ok)
			return NULL;
	}
	return x;
}

size_t head_count(const void *args)
{
	const struct head *x = args;

	return x->expr ? 0 : x->n;
}

static struct rows *head_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct head *x = args;
	size_t n = 0;

	if (!x->expr) {
		rows_head(in, x->n);
		return in;
	}
	struct eval_ctx c = run_eval(run, in);
	for (; n < in->n && !run_stopped(run); n++) {
		c.row = n;
		struct val v = expr_eval(x->expr, &c);
		if (val_is_null(v) ? !x->null : !val_true(v)) {
			n += x->keep_last;
			break;
		}
	}
	in->partial |= run->budget.spent;
	rows_head(in, n);
	return in;
}

static void head_needs(const void *args, struct fieldset *want, struct arena *a)
{
	fieldset_add_expr(want, ((const struct head *)args)->expr, a);
}

const struct spl_cmd cmd_head = {
	.name = "head",
	.usage = "head [N] | head (CONDITION) [keeplast=true|false] [null=true|false]",
	.summary = "the first rows, 10 unless told; or those before the condition fails",
	.example = "rows:\n"
	           "  n\n"
	           "  1\n"
	           "  2\n"
	           "  3\n"
	           "search: head 2\n"
	           "expect:\n"
	           "  n\n"
	           "  1\n"
	           "  2\n",
	.none_of_none = true,
	.parse = head_parse,
	.run = head_run,
	.needs = head_needs,
};

static void *tail_parse(struct parser *p)
{
	struct head *x = ARENA_NEW(p->arena, struct head);
	long n = 10;

	if (!p_done(p) && (!p_int(p, &n) || n < 0)) {
		p_error(p, p->at, "expected a number of rows, found %s", p_found(p));
		return NULL;
	}
	x->n = (size_t)n;
	return x;
}

/* The last n rows, the last one first. */
static void take_back(struct rows *r, size_t n)
{
	if (n > r->n)
		n = r->n;
	uint32_t *keep = xcalloc(n ? n : 1, sizeof(*keep));
	for (size_t i = 0; i < n; i++)
		keep[i] = (uint32_t)(r->n - 1 - i);
	rows_select(r, keep, n);
	free(keep);
}

static struct rows *tail_run(const void *args, struct rows *in, struct spl_run *run)
{
	(void)run;
	take_back(in, ((const struct head *)args)->n);
	return in;
}

static void no_needs(const void *args, struct fieldset *want, struct arena *a)
{
	(void)args, (void)want, (void)a;
}

const struct spl_cmd cmd_tail = {
	.name = "tail",
	.usage = "tail [N]",
	.summary = "the last rows, 10 unless told, the last one first",
	.example = "rows:\n"
	           "  n\n"
	           "  1\n"
	           "  2\n"
	           "  3\n"
	           "search: tail 2\n"
	           "expect:\n"
	           "  n\n"
	           "  3\n"
	           "  2\n",
	.none_of_none = true,
	.parse = tail_parse,
	.run = tail_run,
	.needs = no_needs,
};

static void *reverse_parse(struct parser *p)
{
	return ARENA_NEW(p->arena, struct head);
}

static struct rows *reverse_run(const void *args, struct rows *in, struct spl_run *run)
{
	(void)args, (void)run;
	take_back(in, in->n);
	return in;
}

const struct spl_cmd cmd_reverse = {
	.name = "reverse",
	.usage = "reverse",
	.summary = "the rows in the opposite order",
	.example = "rows:\n"
	           "  n\n"
	           "  1\n"
	           "  2\n"
	           "search: reverse\n"
	           "expect:\n"
	           "  n\n"
	           "  2\n"
	           "  1\n",
	.none_of_none = true,
	.parse = reverse_parse,
	.run = reverse_run,
	.needs = no_needs,
};
