/* Commands for multivalue fields: makemv (spl-spec 3.15), mvexpand (3.17), mvcombine, nomv. */
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "spl/cmdlib.h"
#include "spl/regex.h"

struct mv_args {
	struct str field;
	struct str delim;                                /* makemv */
	const struct regex *tokenizer;                   /* its group 1; NULL: delim */
	bool empty;                                      /* keep empty values */
	size_t limit;                                    /* mvexpand: values per row; 0: all */
};

static bool take_field(struct parser *p, struct mv_args *x)
{
	return !diag_is_set(p->diag) && p_name(p, "a field", &x->field);
}

static void field_needs(const void *args, struct fieldset *want, struct arena *a)
{
	fieldset_add(want, ((const struct mv_args *)args)->field, a);
}

/* ---- makemv ---- */

static void *makemv_parse(struct parser *p)
{
	struct mv_args *x = ARENA_NEW(p->arena, struct mv_args);
	struct str name, value;
	char err[160];
	bool off;

	x->delim = STR(" ");
	p_blank(p);
	for (size_t at = p->at; p_option(p, &name, &value); at = p->at) {
		if (str_ieqc(name, "delim")) {
			x->delim = arena_str(p->arena, value);
			if (!value.n)
				return p_error(p, at, "delim must not be empty"), NULL;
		} else if (str_ieqc(name, "tokenizer")) {
			x->tokenizer = regex_new(p->arena, value, err, sizeof(err));
			if (!x->tokenizer)
				return p_error(p, at, "bad regular expression: %s", err), NULL;
			if (regex_groups(x->tokenizer) < 2)
				return p_error(p, at,
					       "tokenizer needs a group ( ) around what becomes a value"),
				       NULL;
		} else if (str_ieqc(name, "allowempty")) {
			if (!p_truth(p, at, name, value, &x->empty))
				return NULL;
		} else if (str_ieqc(name, "setsv")) {
			if (!p_truth(p, at, name, value, &off))
				return NULL;
			if (off)
				return p_error(p, at, "makemv setsv=true is not supported"), NULL;
		} else {
			return p_no_option(p, at, "makemv", name, "delim, tokenizer, allowempty"), NULL;
		}
	}
	return take_field(p, x) ? x : NULL;
}

struct parts {
	struct val *v;
	size_t n, cap;
};

static void add_part(struct parts *l, const char *from, size_t n)
{
	GROW(l->v, l->n, l->cap);
	l->v[l->n++] = val_str((struct str){from, n});
}

static void tokenize(const struct mv_args *x, struct str text, struct parts *out)
{
	size_t span[4];

	for (size_t from = 0; from <= text.n && regex_match(x->tokenizer, text, from, span, 2);) {
		if (span[2] != SIZE_MAX && (x->empty || span[3] > span[2]))
			add_part(out, text.p + span[2], span[3] - span[2]);
		from = regex_next(text, span[0], span[1]);
	}
}

static void split(const struct mv_args *x, struct str text, struct parts *out)
{
	for (;;) {
		ptrdiff_t at = str_find(text, x->delim);
		size_t n = at < 0 ? text.n : (size_t)at;
		if (n || x->empty)
			add_part(out, text.p, n);
		if (at < 0)
			return;
		text = (struct str){text.p + n + x->delim.n, text.n - n - x->delim.n};
	}
}

static struct rows *makemv_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct mv_args *x = args;
	ptrdiff_t col = rows_find(in, x->field);
	struct parts parts = {0};
	size_t done = 0;

	if (col < 0)
		return in;
	regex_looks_in(x->field);
	for (; done < in->n && !run_stopped(run); done++) {
		struct val v = in->col[col].v[done];
		for (uint32_t k = 0; k < val_count(v); k++) {
			struct str text = val_text(val_at(v, k), in->arena);
			if (x->tokenizer)
				tokenize(x, text, &parts);
			else
				split(x, text, &parts);
		}
		in->col[col].v[done] = val_list(in->arena, parts.v, parts.n);
		parts.n = 0;
		if (done % 256 == 0)
			run_full(run, in);
	}
	rows_head(in, done);
	free(parts.v);
	return in;
}

const struct spl_cmd cmd_makemv = {
	.name = "makemv",
	.usage = "makemv [delim=TEXT] [allowempty=true|false] FIELD | makemv tokenizer=\"REGEX\" FIELD",
	.summary = "splits a field into several values, at a delimiter (a blank unless told) or by group 1 "
		   "of each match",
	.example = "rows:\n"
		   "  cmd          ip\n"
		   "  a -x \"b c\"   1,2\n"
		   "search: makemv tokenizer=\"([\\w\\-]+)\" cmd | makemv delim=\",\" ip\n"
		   "expect:\n"
		   "  cmd       ip\n"
		   "  a|-x|b|c  1|2\n",
	.none_of_none = true,
	.parse = makemv_parse,
	.run = makemv_run,
	.needs = field_needs,
};

/* ---- mvexpand ---- */

static void *mvexpand_parse(struct parser *p)
{
	struct mv_args *x = ARENA_NEW(p->arena, struct mv_args);
	struct str name, value;

	if (!take_field(p, x))
		return NULL;
	p_blank(p);
	for (size_t at = p->at; p_option(p, &name, &value); at = p->at) {
		if (!str_ieqc(name, "limit"))
			return p_no_option(p, at, "mvexpand", name, "limit"), NULL;
		if (!p_count(p, at, name, value, &x->limit))
			return NULL;
	}
	return diag_is_set(p->diag) ? NULL : x;
}

static struct rows *mvexpand_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct mv_args *x = args;
	ptrdiff_t col = rows_find(in, x->field);
	uint32_t *keep = NULL;
	struct parts parts = {0};
	size_t n = 0, cap = 0, row_size = in->ncols * sizeof(struct val) + sizeof(*in->lin),
	       held = rows_bytes(in);

	if (col < 0)
		return in;
	for (size_t i = 0; i < in->n && !run_stopped(run); i++) {
		struct val v = in->col[col].v[i];
		uint32_t values = val_count(v);
		if (x->limit && values > x->limit)
			values = (uint32_t)x->limit;
		for (uint32_t k = 0; k < values || k == 0; k++) {
			GROW(keep, n, cap);
			keep[n++] = (uint32_t)i;
			GROW(parts.v, parts.n, parts.cap);
			parts.v[parts.n++] = val_at(v, k);
		}
		if (i % 256 == 0)
			run_over(run, held + n * row_size);
	}
	rows_select(in, keep, n);
	if (n)
		memcpy(in->col[col].v, parts.v, n * sizeof(*parts.v));
	in->partial |= run->budget.spent;
	free(parts.v);
	free(keep);
	return in;
}

const struct spl_cmd cmd_mvexpand = {
	.name = "mvexpand",
	.usage = "mvexpand FIELD [limit=N]",
	.summary = "makes a row of each value",
	.example = "rows:\n"
	           "  host  ip\n"
	           "  A     1|2\n"
	           "  B     -\n"
	           "search: mvexpand ip\n"
	           "expect:\n"
	           "  host  ip\n"
	           "  A     1\n"
	           "  A     2\n"
	           "  B     -\n",
	.none_of_none = true,
	.parse = mvexpand_parse,
	.run = mvexpand_run,
	.needs = field_needs,
};

/* ---- mvcombine ---- */

static void *mvcombine_parse(struct parser *p)
{
	struct mv_args *x = ARENA_NEW(p->arena, struct mv_args);
	struct str name, value;

	p_blank(p);
	for (size_t at = p->at; p_option(p, &name, &value); at = p->at) {
		/* How Splunk writes the list beside the list itself: no effect. */
		if (!str_ieqc(name, "delim"))
			return p_no_option(p, at, "mvcombine", name, "delim"), NULL;
	}
	return take_field(p, x) ? x : NULL;
}

static struct rows *mvcombine_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct mv_args *x = args;
	ptrdiff_t col = rows_find(in, x->field), *other = xcalloc(in->ncols ? in->ncols : 1, sizeof(*other));
	uint32_t *keep = xcalloc(in->n ? in->n : 1, sizeof(*keep));
	struct parts *parts = xcalloc(in->n ? in->n : 1, sizeof(*parts));        /* by row kept */
	struct map *seen = map_new();
	struct sbuf key = {0};
	size_t n = 0, nother = 0;

	for (size_t c = 0; c < in->ncols; c++) {
		if ((ptrdiff_t)c != col)
			other[nother++] = (ptrdiff_t)c;
	}
	for (size_t i = 0; i < in->n && col >= 0 && !run_stopped(run); i++) {
		struct val v = in->col[col].v[i];
		bool fresh;
		row_key(&key, in, i, other, nother);
		union map_val *at = map_put(seen, sbuf_str(&key), &fresh);
		if (fresh) {
			at->u = n;
			keep[n++] = (uint32_t)i;
		} else {
			size_t first = keep[at->u];
			in->lin[first] = lineage_join(in->arena, run_store(run), in->lin[first], in->lin[i]);
		}
		struct parts *l = &parts[at->u];
		for (uint32_t k = 0; k < val_count(v); k++) {
			GROW(l->v, l->n, l->cap);
			l->v[l->n++] = val_at(v, k);
		}
	}
	if (col >= 0) {
		rows_select(in, keep, n);
		for (size_t i = 0; i < n; i++)
			in->col[col].v[i] = val_list(in->arena, parts[i].v, parts[i].n);
		in->partial |= run->budget.spent;
	}
	for (size_t i = 0; i < n; i++)
		free(parts[i].v);
	sbuf_free(&key);
	map_free(seen);
	free(parts);
	free(keep);
	free(other);
	return in;
}

const struct spl_cmd cmd_mvcombine = {
	.name = "mvcombine",
	.usage = "mvcombine FIELD",
	.summary = "makes one row of those that differ in this field alone, with all its values",
	.example = "rows:\n"
	           "  host  ip\n"
	           "  A     1\n"
	           "  B     3\n"
	           "  A     2\n"
	           "search: mvcombine ip\n"
	           "expect:\n"
	           "  host  ip\n"
	           "  A     1|2\n"
	           "  B     3\n",
	.none_of_none = true,
	.parse = mvcombine_parse,
	.run = mvcombine_run,
};

/* ---- nomv ---- */

static void *nomv_parse(struct parser *p)
{
	struct mv_args *x = ARENA_NEW(p->arena, struct mv_args);

	return take_field(p, x) ? x : NULL;
}

static struct rows *nomv_run(const void *args, struct rows *in, struct spl_run *run)
{
	ptrdiff_t col = rows_find(in, ((const struct mv_args *)args)->field);

	for (size_t i = 0; i < in->n && col >= 0 && !run_stopped(run); i++) {
		struct val *v = &in->col[col].v[i];
		if (v->type == V_MV)
			*v = val_str(val_text(*v, in->arena));
	}
	in->partial |= run->budget.spent;
	return in;
}

const struct spl_cmd cmd_nomv = {
	.name = "nomv",
	.usage = "nomv FIELD",
	.summary = "makes one text of several values, a line each",
	.example = "rows:\n"
	           "  ip\n"
	           "  1|2\n"
	           "search: nomv ip | eval n=mvcount(ip), ip=replace(ip,\"\\n\",\"/\")\n"
	           "expect:\n"
	           "  ip   n\n"
	           "  1/2  1\n",
	.none_of_none = true,
	.parse = nomv_parse,
	.run = nomv_run,
	.needs = field_needs,
};
