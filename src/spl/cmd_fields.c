/* Commands that choose, order, name and fill columns: fields, table, rename, fillnull, filldown. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/wild.h"
#include "spl/cmdlib.h"

struct names {
	struct str *v;
	size_t n;
	bool remove;                                     /* fields - */
	struct val value;                                /* fillnull */
};

static bool parse_names(struct parser *p, struct names *x)
{
	x->n = p_names(p, NULL, &x->v);
	return !diag_is_set(p->diag);
}

static bool some_names(struct parser *p, struct names *x, const char *command)
{
	if (!parse_names(p, x))
		return false;
	return x->n > 0 || p_error(p, p->at, "%s needs a field, found %s", command, p_found(p));
}

/* ---- fields ---- */

static void *fields_parse(struct parser *p)
{
	struct names *x = ARENA_NEW(p->arena, struct names);

	x->remove = p_char(p, '-');
	if (!x->remove)
		p_char(p, '+');
	return some_names(p, x, "fields") ? x : NULL;
}

static struct rows *fields_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct names *x = args;
	size_t *named, *kept = xcalloc(in->ncols ? in->ncols : 1, sizeof(*kept)), n = 0;
	size_t nnamed = names_columns(in, x->v, x->n, false, &named);
	bool *is_named = xcalloc(in->ncols ? in->ncols : 1, sizeof(*is_named));

	(void)run;
	for (size_t i = 0; i < nnamed; i++)
		is_named[named[i]] = true;
	for (size_t c = 0; c < in->ncols; c++) {
		if (!is_named[c] && (x->remove || name_hidden(in->col[c].name)))
			kept[n++] = c;
	}
	for (size_t i = 0; i < nnamed && !x->remove; i++)
		kept[n++] = named[i];
	rows_keep_columns(in, kept, n);
	free(is_named);
	free(named);
	free(kept);
	return in;
}

static void fields_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct names *x = args;

	if (x->remove || !want->all)
		return;
	*want = (struct fieldset){0};
	needs_names(want, x->v, x->n, a);
	fieldset_add(want, STR("_*"), a);
}

const struct spl_cmd cmd_fields = {
	.name = "fields",
	.usage = "fields [+|-] FIELD…",
	.summary = "keeps these fields and those that begin with _, or takes these away",
	.example = "rows:\n"
	           "  user  _time  host  path\n"
	           "  bob   5      A     C:\n"
	           "search: fields user ho* | fields - host\n"
	           "expect:\n"
	           "  _time  user\n"
	           "  5      bob\n",
	.none_of_none = true,
	.by_row = ROW_CHANGES,
	.parse = fields_parse,
	.run = fields_run,
	.needs = fields_needs,
};

/* ---- table ---- */

static void *table_parse(struct parser *p)
{
	struct names *x = ARENA_NEW(p->arena, struct names);

	return some_names(p, x, "table") ? x : NULL;
}

static struct rows *table_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct names *x = args;
	size_t *col, n;

	(void)run;
	for (size_t i = 0; i < x->n; i++) {
		if (!wild_has_star(x->v[i]))
			rows_col(in, x->v[i]);
	}
	n = names_columns(in, x->v, x->n, false, &col);
	rows_keep_columns(in, col, n);
	free(col);
	return in;
}

static void table_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct names *x = args;

	if (!want->all)
		return;
	*want = (struct fieldset){0};
	needs_names(want, x->v, x->n, a);
}

const struct spl_cmd cmd_table = {
	.name = "table",
	.usage = "table FIELD…",
	.summary = "exactly these fields, in this order; * stands for what is there",
	.example = "rows:\n"
	           "  user  host  hour\n"
	           "  bob   A     5\n"
	           "search: table ho* user none\n"
	           "expect:\n"
	           "  host  hour  user  none\n"
	           "  A     5     bob   -\n",
	.none_of_none = true,
	.by_row = ROW_CHANGES,
	.parse = table_parse,
	.run = table_run,
	.needs = table_needs,
};

/* ---- rename ---- */

struct rename {
	struct pair {
		struct str from, to;
	} *v;
	size_t n;
};

static void *rename_parse(struct parser *p)
{
	struct rename *x = ARENA_NEW(p->arena, struct rename);
	struct pair *v = NULL;
	size_t cap = 0;
	bool ok = true;

	for (;;) {
		while (p_char(p, ','))
			;
		if (x->n > 0 && p_done(p))
			break;
		GROW(v, x->n, cap);
		struct pair *one = &v[x->n++];
		size_t at = p->at;
		ok = p_name(p, "a field", &one->from);
		if (ok && !p_take_word(p, "as"))
			ok = p_error(p, p->at, "expected 'as' after '%.*s', found %s", STR_FMT(one->from),
				     p_found(p));
		ok = ok && p_name(p, "a name after 'as'", &one->to);
		if (ok && (name_stars(one->from) != name_stars(one->to) || name_stars(one->from) > NAME_STARS))
			ok = p_error(p, at, "the wildcards of '%.*s' and '%.*s' do not match",
				     STR_FMT(one->from), STR_FMT(one->to));
		if (!ok)
			break;
	}
	x->v = ARENA_ARRAY(p->arena, struct pair, x->n);
	memcpy(x->v, v, x->n * sizeof(*v));
	free(v);
	return ok ? x : NULL;
}

static void rename_one(struct rows *r, const struct pair *x)
{
	ptrdiff_t from = rows_find(r, x->from), to = rows_find(r, x->to);

	if (from == to && from >= 0)
		return;
	if (from >= 0)
		r->col[from].name = arena_str(r->arena, x->to);
	if (to >= 0)                                     /* replaced, or emptied by what is not there */
		rows_drop(r, (size_t)to);
}

static void rename_wild(struct rows *r, const struct pair *x)
{
	struct str *name = xcalloc(r->ncols ? r->ncols : 1, sizeof(*name));      /* new ones; p NULL: stays */
	struct str part[NAME_STARS];
	size_t n = r->ncols;

	for (size_t c = 0; c < n; c++) {
		struct str old = r->col[c].name;
		if (name_match(x->from, old, part) && (!name_hidden(old) || name_hidden(x->from)))
			name[c] = name_fill(x->to, part, r->arena);
	}
	/* From the back, so that dropping moves nothing that is still to be looked at. */
	for (size_t c = n; c-- > 0;) {
		bool replaced = false;
		for (size_t d = 0; d < n && !name[c].p; d++)
			replaced |= name[d].p && str_eq(name[d], r->col[c].name);
		if (name[c].p)
			r->col[c].name = name[c];
		else if (replaced)
			rows_drop(r, c);
	}
	free(name);
}

static struct rows *rename_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct rename *x = args;

	(void)run;
	for (size_t i = 0; i < x->n; i++) {
		if (wild_has_star(x->v[i].from))
			rename_wild(in, &x->v[i]);
		else
			rename_one(in, &x->v[i]);
	}
	return in;
}

static void rename_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct rename *x = args;

	for (size_t i = x->n; i-- > 0 && !want->all;) {
		const struct pair *one = &x->v[i];
		struct str part[NAME_STARS];
		size_t n = want->n;
		if (!wild_has_star(one->from)) {
			bool wanted = fieldset_has(want, one->to);
			fieldset_remove(want, one->to);
			if (wanted)
				fieldset_add(want, one->from, a);
			continue;
		}
		for (size_t k = 0; k < n && !want->all; k++) {
			if (wild_has_star(want->v[k]))
				fieldset_add_all(want);
			else if (name_match(one->to, want->v[k], part))
				fieldset_add(want, name_fill(one->from, part, a), a);
		}
	}
}

const struct spl_cmd cmd_rename = {
	.name = "rename",
	.usage = "rename FIELD as NAME…",
	.summary = "gives fields other names, one after the other; what * stands for is carried over",
	.example = "rows:\n"
	           "  process  process_name  process_guid  parent_process_name\n"
	           "  c        n             g             p\n"
	           "search: rename parent_process* as orig_parent_process*, process* as parent_process*\n"
	           "expect:\n"
	           "  parent_process  parent_process_name  parent_process_guid  orig_parent_process_name\n"
	           "  c               n                    g                    p\n",
	.none_of_none = true,
	.by_row = ROW_CHANGES,
	.parse = rename_parse,
	.run = rename_run,
	.needs = rename_needs,
};

/* ---- fillnull, filldown ---- */

static void *fillnull_parse(struct parser *p)
{
	struct names *x = ARENA_NEW(p->arena, struct names);
	struct str name, value;

	x->value = val_str(STR("0"));
	p_blank(p);
	for (size_t at = p->at; p_option(p, &name, &value); at = p->at) {
		if (!str_ieqc(name, "value"))
			return p_no_option(p, at, "fillnull", name, "value"), NULL;
		x->value = val_str(arena_str(p->arena, value));
	}
	return parse_names(p, x) ? x : NULL;
}

/* The columns that the names stand for; without names all but the hidden ones. Exact names are made when
 * `make`. */
static size_t columns_of(struct rows *r, const struct names *x, bool make, size_t **col)
{
	static const struct str all[] = {{"*", 1}};

	for (size_t i = 0; i < x->n && make; i++) {
		if (!wild_has_star(x->v[i]))
			rows_col(r, x->v[i]);
	}
	return x->n ? names_columns(r, x->v, x->n, false, col) : names_columns(r, all, 1, false, col);
}

static struct rows *fillnull_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct names *x = args;
	size_t *col, n = columns_of(in, x, true, &col);
	struct val value = val_copy(x->value, in->arena);

	(void)run;
	for (size_t c = 0; c < n; c++) {
		for (size_t i = 0; i < in->n; i++) {
			if (val_is_null(in->col[col[c]].v[i]))
				in->col[col[c]].v[i] = value;
		}
	}
	free(col);
	return in;
}

/* What is filled and not wanted need not be there. */
static void same_needs(const void *args, struct fieldset *want, struct arena *a)
{
	(void)args, (void)want, (void)a;
}

const struct spl_cmd cmd_fillnull = {
	.name = "fillnull",
	.usage = "fillnull [value=TEXT] [FIELD…]",
	.summary =
		"puts a value, 0 unless told, where there is none: in these fields, or in all that are there",
	.example = "rows:\n"
		   "  a  b\n"
		   "  1  -\n"
		   "  -  2\n"
		   "search: fillnull value=none b | fillnull\n"
		   "expect:\n"
		   "  a  b\n"
		   "  1  none\n"
		   "  0  2\n",
	.none_of_none = true,
	.parse = fillnull_parse,
	.run = fillnull_run,
	.needs = same_needs,
};

static void *filldown_parse(struct parser *p)
{
	struct names *x = ARENA_NEW(p->arena, struct names);

	return parse_names(p, x) ? x : NULL;
}

static struct rows *filldown_run(const void *args, struct rows *in, struct spl_run *run)
{
	size_t *col, n = columns_of(in, args, false, &col);

	(void)run;
	for (size_t c = 0; c < n; c++) {
		struct val *v = in->col[col[c]].v;
		for (size_t i = 1; i < in->n; i++) {
			if (val_is_null(v[i]))
				v[i] = v[i - 1];
		}
	}
	free(col);
	return in;
}

const struct spl_cmd cmd_filldown = {
	.name = "filldown",
	.usage = "filldown [FIELD…]",
	.summary = "puts the value of the row before where there is none",
	.example = "rows:\n"
	           "  a  b\n"
	           "  -  1\n"
	           "  x  2\n"
	           "  -  3\n"
	           "search: filldown a\n"
	           "expect:\n"
	           "  a  b\n"
	           "  -  1\n"
	           "  x  2\n"
	           "  x  3\n",
	.none_of_none = true,
	.parse = filldown_parse,
	.run = filldown_run,
	.needs = same_needs,
};
