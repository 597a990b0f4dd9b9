/* format and return: the rows of a subsearch as the text of a search expression. */
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"

/* A value in quotes, so that it is read back as what it is. Stars stay wildcards (spl-spec 3.12). */
static void add_quoted(struct sbuf *b, struct str s)
{
	sbuf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			sbuf_addc(b, '\\');
		sbuf_addc(b, s.p[i]);
	}
	sbuf_addc(b, '"');
}

/* field="a", or (field="a" OR field="b"); without a name "a". */
static void add_terms(struct sbuf *b, struct str name, struct val v, struct arena *a)
{
	uint32_t n = val_count(v);

	sbuf_addz(b, n > 1 ? "(" : "");
	for (uint32_t i = 0; i < n; i++) {
		sbuf_addz(b, i ? " OR " : "");
		if (name.n) {
			add_quoted(b, name);
			sbuf_addc(b, '=');
		}
		add_quoted(b, val_text(val_at(v, i), a));
	}
	sbuf_addz(b, n > 1 ? ")" : "");
}

/* One row with the text in the field `search`. Consumes `in`. */
static struct rows *one_text(struct rows *in, struct str text)
{
	struct rows *r = rows_new(1);

	r->partial = in->partial;
	size_t c = rows_col(r, STR("search"));
	r->col[c].v[0] = val_str(arena_str(r->arena, text));
	rows_free(in);
	return r;
}

struct text_args {
	size_t max;                                      /* rows; 0: all */
	struct field {
		struct str from, as;                     /* as n 0: the value alone */
	} *v;
	size_t n;
};

static void *format_parse(struct parser *p)
{
	struct text_args *x = ARENA_NEW(p->arena, struct text_args);
	struct str name, value;

	p_blank(p);
	for (size_t at = p->at; p_option(p, &name, &value); at = p->at) {
		if (!str_ieqc(name, "maxresults"))
			return p_no_option(p, at, "format", name, "maxresults"), NULL;
		if (!p_count(p, at, name, value, &x->max))
			return NULL;
	}
	return diag_is_set(p->diag) ? NULL : x;
}

static struct rows *format_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct text_args *x = args;
	struct sbuf b = {0};
	size_t rows = 0;

	sbuf_addz(&b, "( ");
	for (size_t i = 0; i < in->n && (!x->max || i < x->max) && !run_stopped(run); i++) {
		size_t terms = 0;
		for (size_t c = 0; c < in->ncols; c++) {
			if (val_is_null(in->col[c].v[i]) || name_hidden(in->col[c].name))
				continue;
			sbuf_addz(&b, terms++ ? " AND " : rows++ ? " OR ( " : "( ");
			add_terms(&b, in->col[c].name, in->col[c].v[i], in->arena);
		}
		sbuf_addz(&b, terms ? " )" : "");
		if (i % 256 == 0)
			run_over(run, rows_bytes(in) + b.n);
	}
	sbuf_addz(&b, " )");
	struct rows *r = one_text(in, rows ? sbuf_str(&b) : STR("NOT ( )"));
	sbuf_free(&b);
	return r;
}

const struct spl_cmd cmd_format = {
	.name = "format",
	.usage = "format [maxresults=N]",
	.summary = "makes one search expression of all rows, in the field search",
	.example = "rows:\n"
		   "  process_id  dest\n"
		   "  7           A\n"
		   "  9           B|C\n"
		   "search: format\n"
		   "expect:\n"
		   "  search\n"
		   "  ( ( \"process_id\"=\"7\" AND \"dest\"=\"A\" ) OR ( \"process_id\"=\"9\" AND "
		   "(\"dest\"=\"B\" OR \"dest\"=\"C\") ) )\n",
	.parse = format_parse,
	.run = format_run,
};

/* ---- return ---- */

static void *return_parse(struct parser *p)
{
	struct text_args *x = ARENA_NEW(p->arena, struct text_args);
	struct field *v = NULL;
	size_t cap = 0;
	bool ok = true;
	long n = 1;

	if (p_peek(p) >= '0' && p_peek(p) <= '9' && !p_int(p, &n)) {
		p_error(p, p->at, "expected a number of rows, found %s", p_found(p));
		return NULL;
	}
	x->max = (size_t)n;
	while (ok) {
		while (p_char(p, ','))
			;
		if (x->n > 0 && p_done(p))
			break;
		GROW(v, x->n, cap);
		struct field *f = &v[x->n++];
		bool bare = p_char(p, '$');
		ok = p_name(p, "a field to return", &f->from);
		f->as = bare ? (struct str){NULL, 0} : f->from;
		if (ok && !bare && p_char(p, '='))       /* name=field */
			ok = p_name(p, "a field after =", &f->from);
	}
	x->v = ARENA_ARRAY(p->arena, struct field, x->n);
	memcpy(x->v, v, x->n * sizeof(*v));
	free(v);
	return ok ? x : NULL;
}

static struct rows *return_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct text_args *x = args;
	struct sbuf b = {0};
	size_t rows = 0;

	for (size_t i = 0; i < in->n && i < x->max && !run_stopped(run); i++) {
		size_t terms = 0;
		for (size_t k = 0; k < x->n; k++) {
			ptrdiff_t c = rows_find(in, x->v[k].from);
			if (c < 0 || val_is_null(in->col[c].v[i]))
				continue;
			sbuf_addz(&b, terms++ ? " " : rows++ ? " OR (" : "(");
			add_terms(&b, x->v[k].as, in->col[c].v[i], in->arena);
		}
		sbuf_addz(&b, terms ? ")" : "");
	}
	struct rows *r = one_text(in, rows ? sbuf_str(&b) : STR("NOT ( )"));
	sbuf_free(&b);
	return r;
}

static void return_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct text_args *x = args;

	*want = (struct fieldset){0};
	for (size_t k = 0; k < x->n; k++)
		fieldset_add(want, x->v[k].from, a);
}

const struct spl_cmd cmd_return = {
	.name = "return",
	.usage = "return [N] FIELD… | return [N] NAME=FIELD… | return [N] $FIELD…",
	.summary = "makes a search expression of the first rows, in the field search; $ gives the values alone",
	.example = "rows:\n"
	           "  user  ip\n"
	           "  bob   1.1.1.1\n"
	           "  eve   2.2.2.2\n"
	           "search: return 2 user src=ip\n"
	           "expect:\n"
	           "  search\n"
	           "  (\"user\"=\"bob\" \"src\"=\"1.1.1.1\") OR (\"user\"=\"eve\" \"src\"=\"2.2.2.2\")\n",
	.parse = return_parse,
	.run = return_run,
	.needs = return_needs,
};
