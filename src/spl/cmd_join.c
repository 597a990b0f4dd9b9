/* join: rows of a subsearch put to those of the main search that have the same keys (spl-spec 3.7). */
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/wild.h"
#include "spl/cmdlib.h"

struct join {
	bool outer, keep_own;                            /* keep_own: overwrite=false */
	size_t max;                                      /* rows joined to one; 0: all */
	struct str *key;                                 /* none: all fields that both sides have */
	struct str *right_key;                           /* with aliases: of the subsearch's rows, those of `key`; both with their alias */
	size_t nkeys;
	struct str left, right;                          /* aliases, which go before the names of fields; n 0: none */
	struct spl_query *sub;
};

static bool parse_option(struct parser *p, struct join *x, size_t at, struct str name, struct str value)
{
	bool on;

	if (str_ieqc(name, "type")) {
		x->outer = str_ieqc(value, "outer") || str_ieqc(value, "left");
		return x->outer || str_ieqc(value, "inner") ||
		       p_error(p, at, "join has the types inner, outer and left, not '%.*s'", STR_FMT(value));
	}
	if (str_ieqc(name, "max"))
		return p_count(p, at, name, value, &x->max);
	if (str_ieqc(name, "overwrite")) {
		if (!p_truth(p, at, name, value, &on))
			return false;
		x->keep_own = !on;
		return true;
	}
	if (str_ieqc(name, "left") || str_ieqc(name, "right")) {
		*(str_ieqc(name, "left") ? &x->left : &x->right) = arena_str(p->arena, value);
		return value.n || p_error(p, at, "%.*s= needs a name", STR_FMT(name));
	}
	if (!str_ieqc(name, "usetime") && !str_ieqc(name, "earlier"))
		return p_no_option(p, at, "join", name, "type, max, overwrite, left, right");
	if (!p_truth(p, at, name, value, &on))
		return false;
	return !on || str_ieqc(name, "earlier") || p_error(p, at, "join usetime=true is not supported");
}

static void add_key(struct parser *p, struct join *x, struct str left, struct str right)
{
	struct str *key = ARENA_ARRAY(p->arena, struct str, 2 * (x->nkeys + 1)), *other = key + x->nkeys + 1;

	if (x->nkeys) {
		memcpy(key, x->key, x->nkeys * sizeof(*key));
		memcpy(other, x->right_key, x->nkeys * sizeof(*other));
	}
	key[x->nkeys] = left;
	other[x->nkeys++] = right;
	x->key = key;
	x->right_key = other;
}

/* Is this "ALIAS.field"? Then *rest, when asked for, is the field. */
static bool is_of(struct str name, struct str alias, struct str *rest)
{
	if (name.n < alias.n + 2 || memcmp(name.p, alias.p, alias.n) != 0 || name.p[alias.n] != '.')
		return false;
	if (rest)
		*rest = (struct str){name.p + alias.n + 1, name.n - alias.n - 1};
	return true;
}

/* where L.field=R.field [AND] … */
static bool parse_where(struct parser *p, struct join *x)
{
	struct str one, other;

	if (!p_take_word(p, "where"))
		return p_error(p, p->at, "expected where %.*s.field=%.*s.field, found %s", STR_FMT(x->left), STR_FMT(x->right), p_found(p));
	do {
		p_blank(p);
		size_t at = p->at;
		if (!p_name(p, "a field", &one))
			return false;
		if (!p_char(p, '='))
			return p_error(p, p->at, "expected = after %.*s, found %s", STR_FMT(one), p_found(p));
		p_char(p, '=');                          /* == is the same */
		if (!p_name(p, "a field", &other))
			return false;
		bool swapped = is_of(one, x->right, NULL) && is_of(other, x->left, NULL);
		if (!swapped && !(is_of(one, x->left, NULL) && is_of(other, x->right, NULL)))
			return p_error(p, at, "this must compare a field of %.*s with one of %.*s, as in %.*s.field=%.*s.field",
			               STR_FMT(x->left), STR_FMT(x->right), STR_FMT(x->left), STR_FMT(x->right));
		add_key(p, x, swapped ? other : one, swapped ? one : other);
	} while (p_take_word(p, "and") || !(p_done(p) || p_peek(p) == '['));
	return true;
}

static void *join_parse(struct parser *p)
{
	struct join *x = ARENA_NEW(p->arena, struct join);
	struct str name, value;
	size_t alias = 0;

	x->max = 1;
	p_joins(p);
	/* Options and fields in any order; a comma or the [ of the subsearch may stick to them. */
	for (;;) {
		while (p_char(p, ','))
			;
		if (p_done(p) || p_peek(p) == '[')
			break;
		size_t at = p->at;
		if (p_option(p, &name, &value)) {
			if (!parse_option(p, x, at, name, value))
				return NULL;
			if (!alias && (x->left.n || x->right.n))
				alias = at;
			continue;
		}
		if (!diag_is_set(p->diag) && x->left.n && x->right.n) {
			if (!parse_where(p, x))
				return NULL;
			break;
		}
		if (diag_is_set(p->diag) || !p_name(p, "a field", &name))
			return NULL;
		if (wild_has_star(name)) {
			p_error(p, at, "join takes no wildcard: '%.*s'", STR_FMT(name));
			return NULL;
		}
		add_key(p, x, name, name);
	}
	if (alias && (!x->left.n || !x->right.n))
		return p_error(p, alias, "join %s= needs %s=, too, and where L.field=R.field", x->left.n ? "left" : "right",
		               x->left.n ? "right" : "left"), NULL;
	if (alias && !x->nkeys && !parse_where(p, x))
		return NULL;
	x->sub = p_subsearch(p);
	return x->sub ? x : NULL;
}

/* ---- the subsearch's rows by key ---- */

struct side {
	struct rows *rows;
	struct map *first;                               /* key -> index + 1 of its first row */
	uint32_t *next;                                  /* the next row of the same key, + 1; 0: none */
};

static void index_side(struct side *s, const struct keys *k)
{
	uint32_t *last = xcalloc(s->rows->n ? s->rows->n : 1, sizeof(*last));     /* by first row: the last so far */
	struct sbuf key = {0};

	s->first = map_new();
	s->next = xcalloc(s->rows->n ? s->rows->n : 1, sizeof(*s->next));
	for (uint32_t i = 0; i < s->rows->n; i++) {
		bool fresh;
		if (!row_key(&key, s->rows, i, k->col, k->n))
			continue;                        /* null joins nothing */
		union map_val *at = map_put(s->first, sbuf_str(&key), &fresh);
		if (fresh)
			at->u = i + 1;
		else
			s->next[last[at->u - 1]] = i + 1;
		last[at->u - 1] = i;
	}
	sbuf_free(&key);
	free(last);
}

/* The fields that both sides have. */
static struct keys common(struct spl_run *run, const struct rows *x, const struct rows *y)
{
	struct str *name = ARENA_ARRAY(run->arena, struct str, x->ncols);
	size_t n = 0;

	for (size_t c = 0; c < x->ncols; c++) {
		if (!name_hidden(x->col[c].name) && rows_find(y, x->col[c].name) >= 0)
			name[n++] = arena_str(run->arena, x->col[c].name);
	}
	return row_keys(run, x, name, n);
}

/* ---- putting together ---- */

struct pairs {
	uint32_t *left, *right;                          /* right: index + 1; 0: none */
	size_t n, lcap, rcap;
};

static void add_pair(struct pairs *l, uint32_t left, uint32_t right)
{
	size_t n = l->n;

	GROW(l->left, n, l->lcap);
	GROW(l->right, n, l->rcap);
	l->left[n] = left;
	l->right[n] = right;
	l->n++;
}

static void match_rows(const struct join *x, struct rows *in, const struct keys *k, const struct side *s,
		       struct pairs *out, struct spl_run *run)
{
	struct sbuf key = {0};
	size_t held = rows_bytes(in) + rows_bytes(s->rows);
	size_t row = (in->ncols + s->rows->ncols) * sizeof(struct val) + sizeof(*in->lin);

	for (uint32_t i = 0; i < in->n && !run_stopped(run); i++) {
		const union map_val *at =
			row_key(&key, in, i, k->col, k->n) ? map_get(s->first, sbuf_str(&key)) : NULL;
		size_t n = 0;
		for (uint32_t r = at ? (uint32_t)at->u : 0; r && (!x->max || n < x->max);
		     r = s->next[r - 1], n++) {
			if (n % 1024 == 1023 && run_over(run, held + out->n * row))
				break;
			add_pair(out, i, r);
		}
		if (n == 0 && x->outer)
			add_pair(out, i, 0);
		if (i % 1024 == 0)
			run_over(run, held + out->n * row);
	}
	sbuf_free(&key);
}

static void copy_fields(const struct join *x, struct rows *in, const struct rows *sub, const uint32_t *right)
{
	for (size_t c = 0; c < sub->ncols; c++) {
		size_t to = rows_col(in, sub->col[c].name);
		for (size_t i = 0; i < in->n; i++) {
			if (!right[i])
				continue;
			struct val v = sub->col[c].v[right[i] - 1];
			if (!val_is_null(v) && (!x->keep_own || val_is_null(in->col[to].v[i])))
				in->col[to].v[i] = v;
		}
	}
}

/* Puts the side's alias before the names of its fields; those that begin with _ keep theirs, on the left, and go, on the right. */
static void put_alias(struct rows *r, struct str alias, bool left)
{
	for (size_t c = r->ncols; c-- > 0;)
		if (!name_hidden(r->col[c].name))
			r->col[c].name = str_c(arena_printf(r->arena, "%.*s.%.*s", STR_FMT(alias), STR_FMT(r->col[c].name)));
		else if (!left)
			rows_drop(r, c);
}

static struct rows *join_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct join *x = args;
	size_t most = run->limits->join_rows;

	run->held += rows_bytes(in);
	struct side s = {.rows = run_sub(run, x->sub)};
	run->held -= rows_bytes(in);
	if (!s.rows) {
		rows_free(in);
		return NULL;
	}
	if (most && s.rows->n > most) {
		run_warn(run, "join: the subsearch gave %zu rows; the first %zu are joined", s.rows->n, most);
		rows_head(s.rows, most);
	}

	if (x->left.n) {
		put_alias(in, x->left, true);
		put_alias(s.rows, x->right, false);
	}
	struct keys left = x->nkeys ? row_keys(run, in, x->key, x->nkeys) : common(run, in, s.rows);
	if (left.n == 0) {
		rows_free(s.rows);
		return run_fail(run, in, "join: the two sides have no field in common");
	}
	struct keys right = row_keys(run, s.rows, x->nkeys ? x->right_key : left.name, left.n);
	struct pairs pairs = {0};
	index_side(&s, &right);
	match_rows(x, in, &left, &s, &pairs, run);
	rows_select(in, pairs.left, pairs.n);
	copy_fields(x, in, s.rows, pairs.right);
	for (size_t i = 0; i < in->n; i++) {
		if (pairs.right[i])
			in->lin[i] = lineage_join(in->arena, run_store(run), in->lin[i],
						  s.rows->lin[pairs.right[i] - 1]);
	}
	in->partial |= run->budget.spent;
	rows_adopt(in, s.rows);
	map_free(s.first);
	free(s.next);
	free(pairs.left);
	free(pairs.right);
	return in;
}

/* What each side needs for the fields that are wanted under the aliases. */
static void alias_needs(const struct join *x, struct fieldset *want, struct arena *a)
{
	struct fieldset left = {0}, right = {0};
	struct str name;

	needs_names(want, x->key, x->nkeys, a);
	needs_names(want, x->right_key, x->nkeys, a);
	for (size_t i = 0; i < want->n; i++) {
		if (wild_has_star(want->v[i]))
			want->all = true;
		else if (is_of(want->v[i], x->left, &name))
			fieldset_add(&left, name, a);
		else if (is_of(want->v[i], x->right, &name))
			fieldset_add(&right, name, a);
		else
			fieldset_add(&left, want->v[i], a);
	}
	if (want->all) {
		fieldset_add_all(&left);
		fieldset_add_all(&right);
	}
	sub_needs(x->sub, &right, a);
	*want = left;
}

static void join_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct join *x = args;

	if (x->left.n) {
		alias_needs(x, want, a);
		return;
	}
	if (x->nkeys)
		needs_names(want, x->key, x->nkeys, a);
	else
		fieldset_add_all(want);
	sub_needs(x->sub, want, a);
}

const struct spl_cmd cmd_join = {
	.name = "join",
	.usage = "join [type=inner|outer|left] [max=N] [overwrite=true|false] [FIELD…] [ SUBSEARCH ] | "
		 "join … left=L right=R where L.FIELD=R.FIELD… [ SUBSEARCH ]",
	.summary = "puts the fields of the subsearch's row with the same keys to each row; only the first "
		   "such row, all with max=0; with left= and right=, fields are called L.FIELD and R.FIELD",
	.example = "rows:\n"
		   "  pid  host  count\n"
		   "  7    A     1\n"
		   "  8    A     2\n"
		   "rows sub:\n"
		   "  pid  C2  count\n"
		   "  7    x   9\n"
		   "  7    y   5\n"
		   "search: join type=outer pid [| from sub]\n"
		   "expect:\n"
		   "  pid  host  count  C2\n"
		   "  7    A     9      x\n"
		   "  8    A     2      -\n",
	.none_of_none = true,
	.parse = join_parse,
	.run = join_run,
	.needs = join_needs,
};
