/* Subsearches as filters (spl-spec 3.12): a search expression in which each [ … ] is replaced by what its
 * rows say. */
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"
#include "spl/query.h"

static struct expr *node(struct spl_run *run, enum expr_op op, const struct expr *place)
{
	struct expr *e = ARENA_NEW(run->arena, struct expr);

	e->op = op;
	e->at = place->at;
	e->len = place->len;
	return e;
}

/* OR or AND of n expressions; n > 0. `arg` is copied. */
static struct expr *join(struct spl_run *run, enum expr_op op, struct expr **arg, size_t n,
			 const struct expr *place)
{
	if (n == 1)
		return arg[0];
	struct expr *e = node(run, op, place);

	e->n = (unsigned)n;
	e->arg = ARENA_ARRAY(run->arena, struct expr *, n);
	memcpy(e->arg, arg, n * sizeof(*arg));
	return e;
}

static struct expr *equals(struct spl_run *run, struct str field, struct val v, const struct expr *place)
{
	uint32_t n = val_count(v);
	struct expr **any = xcalloc(n, sizeof(struct expr *));

	for (uint32_t i = 0; i < n; i++) {
		struct val one = val_copy(val_at(v, i), run->arena);
		any[i] = node(run, E_TERM, place);
		any[i]->term.field = arena_str(run->arena, field);
		any[i]->term.cmp = CMP_EQ;
		any[i]->term.pattern = pattern_new(run->arena, val_text(one, run->arena));
	}
	struct expr *e = join(run, E_OR, any, n, place);
	free(any);
	return e;
}

/* The places of a text that is gone mean the subsearch that made it. */
static void put_at(struct expr *e, const struct expr *place)
{
	e->at = place->at;
	e->len = place->len;
	for (unsigned i = 0; (e->op == E_AND || e->op == E_OR || e->op == E_NOT) && i < e->n; i++)
		put_at(e->arg[i], place);
}

/* `format` and `return` hand over search text. */
static struct expr *from_text(struct spl_run *run, struct val v, const struct expr *place)
{
	struct parser p = {
		.text = arena_str(run->arena, val_text(v, run->arena)), .arena = run->arena, .diag = run->diag,
	};

	p.end = p.text.n;
	struct expr *e = parse_search(&p, NULL);
	if (e && !p_done(&p))
		p_error(&p, p.at, "unexpected %s", p_found(&p));
	if (e && expr_has_sub(e))
		p_error(&p, 0, "the text that a subsearch returned may not hold subsearches");
	if (diag_is_set(run->diag))
		return NULL;
	put_at(e, place);
	return e;
}

static struct expr *no_literal(struct spl_run *run, const struct expr *place, struct str found)
{
	int line, col;

	spl_place_written(run->query->root->text, &run->query->root->spans, place->at, &line, &col);
	diag_set(run->diag, line, col, "the subsearch in IN ( ) must give values, not %.*s; end it with | return 1000 $FIELD",
	         found.n > 60 ? 60 : (int)found.n, found.p);
	return NULL;
}

/* Values that a subsearch in IN ( ) gave as text: in quotes or bare, with blanks, commas, ORs and parentheses between them. */
static struct expr *values_of(struct spl_run *run, struct str text, const struct expr *place)
{
	struct parser p = {.text = text, .end = text.n, .arena = run->arena, .diag = run->diag};
	struct expr **any = NULL, *e = NULL;
	size_t n = 0, cap = 0;

	while (!diag_is_set(run->diag)) {
		struct str raw;
		while (p_char(&p, '(') || p_char(&p, ')') || p_char(&p, ',') || (n && p_take_word(&p, "OR")))
			;
		if (p_done(&p) || !(p_peek(&p) == '"' ? p_quoted(&p, &raw) : p_word(&p, "()=", &raw)))
			break;
		char next = p_peek(&p);
		if (next == '=' || (!n && str_eqc(raw, "NOT"))) {
			e = next == '=' ? no_literal(run, place, text) : NULL;
			break;                           /* "NOT ( )": there are none */
		}
		GROW(any, n, cap);
		any[n] = node(run, E_TERM, place);
		any[n]->term.field = place->in;
		any[n]->term.cmp = CMP_EQ;
		any[n++]->term.pattern = pattern_new(run->arena, spl_unescape_search(run->arena, raw));
	}
	if (!diag_is_set(run->diag))
		e = n ? join(run, E_OR, any, n, place) : node(run, E_FALSE, place);
	free(any);
	return e;
}

/* What a value of a subsearch stands for. A field called search holds search text, as Splunk has it. */
static struct expr *value_to_expr(struct spl_run *run, struct str name, struct val v, bool text, const struct expr *place)
{
	const bool bare = text || str_eqc(name, "search");

	if (place->in.n)
		return bare ? values_of(run, arena_str(run->arena, val_text(v, run->arena)), place) : no_literal(run, place, name);
	if (!bare)
		return equals(run, name, v, place);
	struct expr **any = xcalloc(val_count(v), sizeof(struct expr *)), *e = NULL;
	uint32_t n = 0;
	while (n < val_count(v) && (any[n] = from_text(run, val_at(v, n), place)) != NULL)
		n++;
	if (n == val_count(v))
		e = join(run, E_OR, any, n, place);
	free(any);
	return e;
}

static bool makes_text(const struct spl_query *sub)
{
	const struct spl_cmd *last = sub->stage[sub->nstages - 1].cmd;

	return last == cmd_find(STR("format")) || last == cmd_find(STR("return"));
}

static struct expr *rows_to_expr(struct spl_run *run, const struct rows *r, const struct expr *place)
{
	const bool text = makes_text(place->sub);
	struct expr **any = xcalloc(r->n ? r->n : 1, sizeof(struct expr *));
	struct expr **all = xcalloc(r->ncols ? r->ncols : 1, sizeof(struct expr *));
	struct expr *e = NULL;
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		size_t m = 0;
		for (size_t c = 0; c < r->ncols; c++) {
			struct val v = r->col[c].v[i];
			if (val_is_null(v) || (r->col[c].name.n && r->col[c].name.p[0] == '_'))
				continue;
			all[m] = value_to_expr(run, r->col[c].name, v, text, place);
			if (!all[m++])
				goto failed;
		}
		if (m)
			any[n++] = join(run, E_AND, all, m, place);
	}
	e = n ? join(run, E_OR, any, n, place) : node(run, E_FALSE, place);
failed:
	free(any);
	free(all);
	return e;
}

static struct expr *run_one(struct spl_run *run, const struct expr *e)
{
	struct rows *r = run_sub(run, e->sub);
	size_t most = run->limits->filter_rows;

	if (!r)
		return NULL;
	if (most && r->n > most) {
		run_warn(run, "a subsearch gave %zu rows; the first %zu are used as filter", r->n, most);
		rows_head(r, most);
	}
	struct expr *filter = rows_to_expr(run, r, e);
	rows_free(r);
	return filter;
}

static struct expr *resolve(struct spl_run *run, const struct expr *e)
{
	if (e->op == E_SUBSEARCH)
		return run_one(run, e);
	struct expr *copy = ARENA_NEW(run->arena, struct expr);

	*copy = *e;
	if (!expr_has_sub(e))
		return copy;
	copy->arg = ARENA_ARRAY(run->arena, struct expr *, e->n);
	for (unsigned i = 0; i < e->n; i++) {
		copy->arg[i] = resolve(run, e->arg[i]);
		if (!copy->arg[i])
			return NULL;
	}
	return copy;
}

const struct expr *run_resolve(struct spl_run *run, const struct expr *e)
{
	return e && expr_has_sub(e) ? resolve(run, e) : e;
}
