/* lookup and inputlookup: tables beside the events (spl-spec 3.8). Where tables come from is the
 * environment's. */
#include <stdint.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/wild.h"
#include "spl/cmdlib.h"

/* One field of the table and the event's field that goes with it. */
struct link {
	struct str table, event;
};

struct lookup {
	const struct spl_lookup *lookup;
	struct link *in, *out;
	size_t nin, nout;
	bool only_new;                                   /* OUTPUTNEW */
};

static const struct spl_lookup *find_lookup(struct parser *p, size_t at, struct str name)
{
	const struct spl_lookup *l = NULL;
	struct diag d = DIAG_INIT;

	if (p->env && p->env->lookup)
		l = p->env->lookup(p->env->ctx, name, &d);
	if (!l && diag_is_set(&d))
		p_error(p, at, "%s", d.msg);
	else if (!l)
		p_error(p, at, "there is no lookup '%.*s'", STR_FMT(name));
	else if (l->missing)
		p_warn(p, at, "lookup %.*s has no table here: it is taken as empty", STR_FMT(name));
	return l;
}

/* FIELD [as FIELD], … up to OUTPUT or the end. */
static bool parse_links(struct parser *p, const struct spl_lookup *l, struct link **out, size_t *n)
{
	struct link *v = NULL;
	size_t cap = 0;
	bool ok = true;

	*n = 0;
	while (ok) {
		while (p_char(p, ','))
			;
		if (p_done(p) || p_word_is(p, "OUTPUT") || p_word_is(p, "OUTPUTNEW"))
			break;
		GROW(v, *n, cap);
		size_t at = p->at;
		struct link *x = &v[*n];
		ok = p_name(p, "a field of the lookup", &x->table);
		if (!ok)
			break;
		x->event = x->table;
		if (p_take_word(p, "as"))
			ok = p_name(p, "a field after 'as'", &x->event);
		if (ok && !l->missing && rows_find(l->table, x->table) < 0)
			ok = p_error(p, at, "lookup %.*s has no field '%.*s'", STR_FMT(l->name),
				     STR_FMT(x->table));
		(*n)++;
	}
	*out = ARENA_ARRAY(p->arena, struct link, *n);
	if (*n)
		memcpy(*out, v, *n * sizeof(*v));
	free(v);
	return ok;
}

static bool is_input(const struct lookup *x, struct str field)
{
	for (size_t i = 0; i < x->nin; i++) {
		if (str_eq(x->in[i].table, field))
			return true;
	}
	return false;
}

static void *lookup_parse(struct parser *p)
{
	struct lookup *x = ARENA_NEW(p->arena, struct lookup);
	struct str name, value;
	bool on;

	for (;;) {
		p_blank(p);
		size_t at = p->at;
		if (!p_option(p, &name, &value))
			break;
		/* How Splunk gets at the table: no effect. */
		if (!str_ieqc(name, "update") && !str_ieqc(name, "local"))
			return p_no_option(p, at, "lookup", name, "update, local"), NULL;
		if (!p_truth(p, at, name, value, &on))
			return NULL;
	}
	p_blank(p);
	size_t at = p->at;
	if (diag_is_set(p->diag) || !p_name(p, "the name of a lookup", &name))
		return NULL;
	x->lookup = find_lookup(p, at, name);
	if (!x->lookup || !parse_links(p, x->lookup, &x->in, &x->nin))
		return NULL;
	if (!x->nin) {
		p_error(p, p->at, "lookup needs a field to look up, found %s", p_found(p));
		return NULL;
	}
	x->only_new = p_word_is(p, "OUTPUTNEW");
	if (p_take_word(p, "OUTPUT") || p_take_word(p, "OUTPUTNEW")) {
		if (!parse_links(p, x->lookup, &x->out, &x->nout))
			return NULL;
		if (!x->nout) {
			p_error(p, p->at, "expected a field after OUTPUT, found %s", p_found(p));
			return NULL;
		}
		return x;
	}
	const struct rows *t = x->lookup->table;
	x->out = ARENA_ARRAY(p->arena, struct link, t ? t->ncols : 0);
	for (size_t c = 0; t && c < t->ncols; c++) {
		if (!is_input(x, t->col[c].name))
			x->out[x->nout++] = (struct link){t->col[c].name, t->col[c].name};
	}
	return x;
}

/* ---- finding rows of the table ---- */

enum how { BY_TEXT, BY_WILDCARD, BY_CIDR };

struct table_field {
	ptrdiff_t col;                                   /* of the table; -1 */
	enum how how;
	struct wild **wild;                              /* per table row, folded when case is ignored; NULL for null */
	struct cidr *cidr;
};

/* A lookup made ready for a run: text columns by a hash of their values, the others tried row by row; what
 * was looked up once is remembered. */
struct finder {
	const struct lookup *args;
	const struct rows *table;
	struct arena *arena;
	struct table_field *in;
	size_t ntext;                                    /* columns that are compared as text */
	struct map *index;                               /* key of the text columns -> first row + 1 */
	uint32_t *next;                                  /* row + 1; 0: none */
	struct map *memo;                                /* input values -> index into `found` */
	struct match {
		uint32_t *row;
		size_t n;
	} *found;
	size_t nfound, foundcap;
	size_t max;
	bool cut;
	struct sbuf key, *folded;                        /* folded: one for each input */
	struct str *input, *compared;                    /* what is looked up: as it is, as it is compared */
	struct grams *grams;                             /* of what is compared, where the column has wildcards */
	uint32_t *at;                                    /* which value of each list */
};

static bool named(struct str name, const struct str *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(v[i], name))
			return true;
	}
	return false;
}

/* The text as it is compared; `buf` may come to hold it. */
static struct str as_compared(const struct finder *f, struct str s, struct sbuf *buf)
{
	if (!f->args->lookup->ignore_case || utf8_is_folded(s))
		return s;
	sbuf_reset(buf);
	utf8_fold_str(s, buf);
	return sbuf_str(buf);
}

static void add_key(struct finder *f, struct str s)
{
	uint32_t n = (uint32_t)s.n;

	sbuf_add(&f->key, &n, sizeof(n));
	sbuf_adds(&f->key, s);
}

static struct str cell(const struct finder *f, ptrdiff_t col, size_t row)
{
	struct val v = col < 0 ? val_null() : f->table->col[col].v[row];

	return v.type == V_STR ? (struct str){v.s, v.len} : (struct str){NULL, 0};
}

static void prepare_column(struct finder *f, struct table_field *c, struct str name)
{
	const struct spl_lookup *l = f->args->lookup;

	c->col = rows_find(f->table, name);
	c->how = named(name, l->wild, l->nwild)   ? BY_WILDCARD
		 : named(name, l->cidr, l->ncidr) ? BY_CIDR
						  : BY_TEXT;
	if (c->how == BY_TEXT)
		f->ntext++;
	else if (c->how == BY_WILDCARD)
		c->wild = ARENA_ARRAY(f->arena, struct wild *, f->table->n);
	else
		c->cidr = ARENA_ARRAY(f->arena, struct cidr, f->table->n);
	for (size_t i = 0; i < f->table->n; i++) {
		struct str s = cell(f, c->col, i);
		if (c->how == BY_WILDCARD && s.p)
			c->wild[i] = wild_new(f->arena, s, l->ignore_case);
		else if (c->how == BY_CIDR && s.p && !cidr_parse(s, &c->cidr[i]))
			c->cidr[i].family = 0;           /* no range: matches nothing */
	}
}

static void prepare(struct finder *f, const struct lookup *x, const struct rows *table, size_t cap)
{
	uint32_t *last = xcalloc(table->n ? table->n : 1, sizeof(*last));

	*f = (struct finder){.args = x, .table = table, .arena = arena_new(), .index = map_new(), .memo = map_new()};
	f->max = x->lookup->max_matches > 0 ? (size_t)x->lookup->max_matches : cap;
	f->in = ARENA_ARRAY(f->arena, struct table_field, x->nin);
	f->folded = xcalloc(x->nin, sizeof(*f->folded));
	f->input = ARENA_ARRAY(f->arena, struct str, x->nin);
	f->compared = ARENA_ARRAY(f->arena, struct str, x->nin);
	f->grams = ARENA_ARRAY(f->arena, struct grams, x->nin);
	f->at = ARENA_ARRAY(f->arena, uint32_t, x->nin);
	f->next = ARENA_ARRAY(f->arena, uint32_t, table->n);
	for (size_t k = 0; k < x->nin; k++)
		prepare_column(f, &f->in[k], x->in[k].table);
	for (uint32_t i = 0; i < table->n; i++) {
		bool null = false, fresh;
		sbuf_reset(&f->key);
		for (size_t k = 0; k < x->nin; k++) {
			struct str s = cell(f, f->in[k].col, i);
			null |= !s.p;
			if (f->in[k].how == BY_TEXT)
				add_key(f, as_compared(f, s, &f->folded[k]));
		}
		if (null)
			continue;                        /* an empty cell matches nothing */
		union map_val *at = map_put(f->index, sbuf_str(&f->key), &fresh);
		if (fresh)
			at->u = i + 1;
		else
			f->next[last[at->u - 1]] = i + 1;
		last[at->u - 1] = i;
	}
	free(last);
}

static void finish(struct finder *f)
{
	map_free(f->index);
	map_free(f->memo);
	arena_free(f->arena);
	free(f->found);
	sbuf_free(&f->key);
	for (size_t k = 0; f->folded && k < f->args->nin; k++)
		sbuf_free(&f->folded[k]);
	free(f->folded);
}

static bool row_matches(const struct finder *f, size_t row)
{
	for (size_t k = 0; k < f->args->nin; k++) {
		const struct table_field *c = &f->in[k];
		const struct wild *w = c->how == BY_WILDCARD ? c->wild[row] : NULL;
		if (c->how == BY_WILDCARD && (!w || wild_never(w, &f->grams[k]) || !wild_match(w, f->compared[k])))
			return false;
		if (c->how == BY_CIDR && !(c->cidr[row].family && cidr_holds(&c->cidr[row], f->input[k])))
			return false;
	}
	return true;
}

/* The rows for f->input, in the order of the table. */
static struct match find_rows(struct finder *f)
{
	uint32_t *row = NULL;
	size_t n = 0, cap = 0;
	bool fresh;

	sbuf_reset(&f->key);
	for (size_t k = 0; k < f->args->nin; k++) {
		f->compared[k] = as_compared(f, f->input[k], &f->folded[k]);
		add_key(f, f->compared[k]);
	}
	union map_val *memo = map_put(f->memo, sbuf_str(&f->key), &fresh);
	if (!fresh)
		return f->found[memo->u];
	memo->u = f->nfound;

	sbuf_reset(&f->key);
	for (size_t k = 0; k < f->args->nin; k++) {
		if (f->in[k].how == BY_WILDCARD)
			f->grams[k] = grams_of(f->compared[k]);
		if (f->in[k].how == BY_TEXT)
			add_key(f, f->compared[k]);
	}
	const union map_val *first = map_get(f->index, sbuf_str(&f->key));
	for (uint32_t i = first ? (uint32_t)first->u : 0; i; i = f->next[i - 1]) {
		if (!row_matches(f, i - 1))
			continue;
		if (f->max && n == f->max) {
			f->cut |= f->args->lookup->max_matches <= 0;
			break;
		}
		GROW(row, n, cap);
		row[n++] = i - 1;
	}
	GROW(f->found, f->nfound, f->foundcap);
	struct match *m = &f->found[f->nfound++];
	*m = (struct match){ARENA_ARRAY(f->arena, uint32_t, n), n};
	if (n)
		memcpy(m->row, row, n * sizeof(*row));
	free(row);
	return *m;
}

/* ---- lookup ---- */

/* Values for one output field of one row. */
struct outputs {
	struct val *v;
	size_t n, cap;
};

static void add_output(struct outputs *o, struct val v)
{
	if (val_is_null(v))
		return;
	GROW(o->v, o->n, o->cap);
	o->v[o->n++] = v;
}

static void look_up(struct finder *f, const ptrdiff_t *out_col, struct outputs *out)
{
	const struct spl_lookup *l = f->args->lookup;
	struct match m = find_rows(f);
	bool enough = l->min_matches <= 0 || m.n >= (size_t)l->min_matches;

	for (size_t o = 0; o < f->args->nout; o++) {
		for (size_t i = 0; i < m.n && enough; i++)
			add_output(&out[o],
				   out_col[o] < 0 ? val_null() : f->table->col[out_col[o]].v[m.row[i]]);
		if (!enough && l->default_match.p)
			add_output(&out[o], val_str(l->default_match));
	}
}

static void lookup_row(struct finder *f, struct rows *r, size_t row, const ptrdiff_t *in_col,
		       const ptrdiff_t *out_col, const size_t *to, struct outputs *out, struct spl_run *run)
{
	const struct lookup *x = f->args;

	for (size_t k = 0; k < x->nin; k++) {
		if (in_col[k] < 0 || val_is_null(r->col[in_col[k]].v[row]))
			return;                          /* nothing is looked up, the row stays as it is */
	}
	/* Lists: one value after the other; of several lists each combination. */
	for (size_t k = x->nin; k > 0 && !run_stopped(run);) {
		for (size_t j = 0; j < x->nin; j++)
			f->input[j] = val_text(val_at(r->col[in_col[j]].v[row], f->at[j]), f->arena);
		look_up(f, out_col, out);
		for (k = x->nin; k > 0 && ++f->at[k - 1] == val_count(r->col[in_col[k - 1]].v[row]); k--)
			f->at[k - 1] = 0;
	}
	for (size_t o = 0; o < x->nout; o++) {
		struct val *v = &r->col[to[o]].v[row];
		if (!x->only_new || val_is_null(*v))
			*v = val_list(r->arena, out[o].v, out[o].n);
		out[o].n = 0;
	}
}

static struct rows *lookup_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct lookup *x = args;
	struct rows *none = x->lookup->table ? NULL : rows_new(0);
	struct finder f;
	size_t done = 0, *to = xcalloc(x->nout ? x->nout : 1, sizeof(*to)), old = in->ncols;
	ptrdiff_t *in_col = xcalloc(x->nin, sizeof(*in_col)),
		  *out_col = xcalloc(x->nout ? x->nout : 1, sizeof(*out_col));
	struct outputs *out = xcalloc(x->nout ? x->nout : 1, sizeof(*out));

	prepare(&f, x, none ? none : x->lookup->table, run->limits->lookup_matches);
	for (size_t k = 0; k < x->nin; k++)
		in_col[k] = rows_find(in, x->in[k].event);
	for (size_t o = 0; o < x->nout; o++) {
		out_col[o] = rows_find(f.table, x->out[o].table);
		to[o] = rows_col(in, x->out[o].event);
	}
	for (; done < in->n && !run_stopped(run); done++) {
		lookup_row(&f, in, done, in_col, out_col, to, out, run);
		if (run->budget.spent ||
		    (done % 256 == 0 && run_over(run, rows_bytes(in) + arena_bytes(f.arena))))
			break;
	}
	rows_head(in, done);
	rows_drop_empty(in, old);
	if (f.cut)
		run_warn(run, "lookup %.*s: only the first %zu matches of a value count",
			 STR_FMT(x->lookup->name), f.max);
	for (size_t o = 0; o < x->nout; o++)
		free(out[o].v);
	free(out);
	free(out_col);
	free(in_col);
	free(to);
	finish(&f);
	rows_free(none);
	return in;
}

static void lookup_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct lookup *x = args;

	for (size_t k = 0; k < x->nin; k++)
		fieldset_add(want, x->in[k].event, a);
}

static bool lookup_made(const void *args, struct str field, struct why *w, struct str stage)
{
	const struct lookup *x = args;
	bool mine = false;

	for (size_t o = 0; o < x->nout; o++)
		mine |= str_eq(x->out[o].event, field);
	for (size_t k = 0; k < x->nin && mine; k++)
		why_tell(w, x->in[k].event, stage);
	return mine;
}

const struct spl_cmd cmd_lookup = {
	.name = "lookup",
	.usage = "lookup TABLE FIELD [as EVENTFIELD]… [OUTPUT|OUTPUTNEW FIELD [as EVENTFIELD]…]",
	.summary = "adds the fields of the table's rows that match",
	.example = "rows:\n"
	           "  file\n"
	           "  A.DLL\n"
	           "  z.dll\n"
	           "lookup libs: wildcard=lib case=ignore min=1 default=false\n"
	           "  lib     isl\n"
	           "  a.dll   TRUE\n"
	           "  a*.dll  TRUE\n"
	           "search: lookup libs lib as file OUTPUT isl\n"
	           "expect:\n"
	           "  file   isl\n"
	           "  A.DLL  TRUE|TRUE\n"
	           "  z.dll  false\n",
	.none_of_none = true,
	.by_row = ROW_CHANGES,
	.parse = lookup_parse,
	.run = lookup_run,
	.made = lookup_made,
	.needs = lookup_needs,
};

/* ---- inputlookup ---- */

struct inputlookup {
	const struct spl_lookup *lookup;
	size_t start, max;                               /* max 0: all */
	bool append;
	const struct expr *where;
};

static void *inputlookup_parse(struct parser *p)
{
	struct inputlookup *x = ARENA_NEW(p->arena, struct inputlookup);
	struct str name = {NULL, 0}, option, value;
	size_t at;

	for (;;) {
		p_blank(p);
		at = p->at;
		if (p_option(p, &option, &value)) {
			bool ok = str_ieqc(option, "append") ? p_truth(p, at, option, value, &x->append)
			        : str_ieqc(option, "start")  ? p_count(p, at, option, value, &x->start)
			        : str_ieqc(option, "max")    ? p_count(p, at, option, value, &x->max)
			        : p_no_option(p, at, "inputlookup", option, "append, start, max");
			if (!ok)
				return NULL;
		} else if (!name.p) {
			if (diag_is_set(p->diag) || !p_name(p, "the name of a lookup", &name))
				return NULL;
			x->lookup = find_lookup(p, at, name);
			if (!x->lookup)
				return NULL;
		} else {
			break;
		}
	}
	if (p_take_word(p, "where")) {
		x->where = parse_search(p, NULL);
		if (!x->where)
			return NULL;
	}
	if (!p_first(p) && !x->append) {
		p_error(p, at, "inputlookup in the midst of a search needs append=true");
		return NULL;
	}
	return x;
}

static struct rows *inputlookup_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct inputlookup *x = args;
	const struct expr *where = NULL;
	struct rows *r = rows_new(0);

	if (x->where) {
		where = run_resolve(run, x->where);
		if (!where) {
			rows_free(r);
			rows_free(in);
			return NULL;
		}
	}
	if (x->lookup->table)
		rows_append(r, x->lookup->table);
	if (x->start) {
		size_t n = x->start < r->n ? r->n - x->start : 0;
		uint32_t *keep = xcalloc(n ? n : 1, sizeof(*keep));
		for (size_t i = 0; i < n; i++)
			keep[i] = (uint32_t)(x->start + i);
		rows_select(r, keep, n);
		free(keep);
	}
	if (where)
		run_filter(run, r, where, (struct str){NULL, 0});
	if (x->max)
		rows_head(r, x->max);
	if (!in)
		return r;
	rows_append(in, r);
	rows_free(r);
	return in;
}

static void inputlookup_needs(const void *args, struct fieldset *want, struct arena *a)
{
	(void)args, (void)want, (void)a;
}

const struct spl_cmd cmd_inputlookup = {
	.name = "inputlookup",
	.usage = "inputlookup [append=true|false] [start=N] [max=N] TABLE [where SEARCH]",
	.summary = "the rows of a lookup table",
	.example = "lookup tools:\n"
	           "  name     kind\n"
	           "  nc.exe   net\n"
	           "  plink    net\n"
	           "  rubeus   auth\n"
	           "search: | inputlookup tools where kind=net | fields name\n"
	           "expect:\n"
	           "  name\n"
	           "  nc.exe\n"
	           "  plink\n",
	.generates = true,
	.parse = inputlookup_parse,
	.run = inputlookup_run,
	.needs = inputlookup_needs,
};
