/* Why a search finds nothing in a dump, and why it found an event. */
#include "spl/scan.h"

#include <stdio.h>

#include "base/utf8.h"

/* ---- why not ----------------------------------------------------------------------------------------------------- */

/* "1", "1 or 5", "2, 11 or 15" */
static void add_ids(struct sbuf *b, const unsigned *id, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sbuf_addf(b, "%s%u", !i ? "" : i + 1 < n ? ", " : " or ", id[i]);
}

static bool say(char *out, size_t n, struct sbuf *b)
{
	snprintf(out, n, "%.*s", STR_FMT(sbuf_str(b)));
	sbuf_free(b);
	return false;
}

static bool no_events(struct scanning *s, char *out, size_t n)
{
	struct sbuf b = {0};
	unsigned id[64];
	size_t count = 0;

	if (!store_events(s->store)) {
		sbuf_addz(&b, "the dump has no Sysmon event");
		return say(out, n, &b);
	}
	const struct cim_opts opts = cim_options(s->cim);
	for (unsigned i = 1; i < 256 && count < sizeof(id) / sizeof *id; i++)
		if (cim_event_in_node(s->node, OS_WINDOWS, i, &opts) || cim_event_in_node(s->node, OS_LINUX, i, &opts))
			id[count++] = i;
	sbuf_addz(&b, "the dump has no event ");
	add_ids(&b, id, count);
	return say(out, n, &b);
}

/* The EventIDs that a part of the search asks for, if that is all that it asks for. */
static bool asks_for_ids(const struct expr *e, unsigned *id, size_t *n, size_t max)
{
	unsigned long long v;

	if (e->op == E_OR) {
		for (unsigned i = 0; i < e->n; i++)
			if (!asks_for_ids(e->arg[i], id, n, max))
				return false;
		return true;
	}
	if (e->op != E_TERM || e->term.cmp != CMP_EQ || *n == max || !str_u64(e->term.pattern->text, &v) || v > UINT16_MAX)
		return false;
	if (!str_eqc(e->term.field, "EventCode") && !str_eqc(e->term.field, "EventID") && !str_eqc(e->term.field, "signature_id"))
		return false;
	id[(*n)++] = (unsigned)v;
	return true;
}

static bool has_values(struct scanning *s, const struct store_table *t, struct str field)
{
	if (str_eqc(field, "_time") || str_eqc(field, "_raw") || str_eqc(field, "index"))
		return true;
	return !column_none(cim_col(s->cim, s->node, t, scan_field(s, field))->col);
}

static const char *const cmp_text[] = {
	[CMP_EQ] = "=", [CMP_NE] = "!=", [CMP_LT] = "<", [CMP_LE] = "<=", [CMP_GT] = ">", [CMP_GE] = ">=",
};

static void add_expr(struct sbuf *b, const struct expr *e)
{
	switch (e->op) {
	case E_TERM:
		sbuf_addf(b, "%.*s%s\"%.*s\"", STR_FMT(e->term.field), cmp_text[e->term.cmp], STR_FMT(e->term.pattern->text));
		break;
	case E_KEYWORD:
		sbuf_addf(b, "\"%.*s\"", STR_FMT(e->term.pattern->text));
		break;
	case E_NOT:
		sbuf_addz(b, "NOT ");
		add_expr(b, e->arg[0]);
		break;
	case E_AND:
	case E_OR:
		sbuf_addc(b, '(');
		for (unsigned i = 0; i < e->n && b->n < 400; i++) {
			sbuf_addz(b, !i ? "" : e->op == E_AND ? " " : " OR ");
			add_expr(b, e->arg[i]);
		}
		sbuf_addc(b, ')');
		break;
	case E_FALSE:
		sbuf_addz(b, "an empty subsearch");
		break;
	default:
		sbuf_addz(b, "…");
	}
}

/* Why this part, which must hold, holds for no event of these tables. */
static bool explain_part(struct scanning *s, const struct expr *e, const bool *open, char *out, size_t n)
{
	struct sbuf b = {0};
	unsigned id[32];
	size_t count = 0;

	if (asks_for_ids(e, id, &count, sizeof(id) / sizeof *id)) {
		sbuf_addz(&b, "the dump has no event ");
		add_ids(&b, id, count);
		return say(out, n, &b);
	}
	if (e->op == E_TERM) {
		bool any = false;
		for (size_t i = 0; i < store_ntables(s->store) && !any; i++)
			any = open[i] && has_values(s, store_table(s->store, i), e->term.field);
		if (!any) {
			sbuf_addf(&b, "no event of this dump that it looks at has the field %.*s", STR_FMT(e->term.field));
			return say(out, n, &b);
		}
	}
	sbuf_addz(&b, "no event of this dump has ");
	add_expr(&b, e);
	return say(out, n, &b);
}

/* The parts that all must hold. */
static void parts_of(const struct expr *e, const struct expr **part, size_t *n, size_t max)
{
	if (e->op == E_AND) {
		for (unsigned i = 0; i < e->n; i++)
			parts_of(e->arg[i], part, n, max);
	} else if (*n < max) {
		part[(*n)++] = e;
	}
}

static bool out_of_time(struct scanning *s, char *out, size_t n)
{
	const double first = (double)store_first(s->store) / USEC_PER_SEC, last = (double)store_last(s->store) / USEC_PER_SEC;
	struct sbuf b = {0};

	if (store_first(s->store) == WHEN_NONE || (last >= s->scan->earliest && first < s->scan->latest))
		return false;
	sbuf_addz(&b, "the search asks for a time that the dump does not cover");
	say(out, n, &b);
	return true;
}

bool scan_can_match(struct scanning *s, char *out, size_t n)
{
	enum { PARTS = 256 };
	const size_t ntables = store_ntables(s->store);
	bool *open = ARENA_ARRAY(s->arena, bool, ntables), any = false;
	const struct expr *part[PARTS];
	size_t nparts = 0;

	for (size_t i = 0; i < ntables; i++)
		any |= open[i] = cim_in_node(s->cim, s->node, store_table(s->store, i));
	if (!any)
		return no_events(s, out, n);
	if (out_of_time(s, out, n))
		return false;
	if (!s->scan->where)
		return true;
	parts_of(s->scan->where, part, &nparts, PARTS);
	/* Parts that decide by EventID go first: what they rule out is not the fault of the others. */
	for (int ids = 1; ids >= 0; ids--)
		for (size_t k = 0; k < nparts; k++) {
			unsigned id[32];
			size_t count = 0;
			if (asks_for_ids(part[k], id, &count, sizeof(id) / sizeof *id) != (ids == 1))
				continue;
			bool *still = ARENA_ARRAY(s->arena, bool, ntables);
			any = false;
			for (size_t i = 0; i < ntables; i++) {
				if (!open[i])
					continue;
				struct cond *c = cond_new(s, store_table(s->store, i), part[k]);
				any |= still[i] = cond_possible(s, c, true);
			}
			if (s->stopped)
				return true;
			if (!any)
				return explain_part(s, part[k], open, out, n);
			memcpy(open, still, ntables * sizeof(*open));
		}
	return true;
}

/* ---- why --------------------------------------------------------------------------------------------------------- */

struct explaining {
	struct scanning *s;
	struct event_ref event;
	void (*visit)(void *ctx, struct str field, struct val value, const struct expr *term);
	void *ctx;
};

/* Does this part hold for the event? */
static bool part_holds(const struct explaining *x, const struct expr *e)
{
	return cond_holds(x->s, cond_new(x->s, x->event.table, e), x->event.row);
}

static struct val value_of(const struct explaining *x, struct str field)
{
	uint32_t id;
	bool multi;
	usec_t t = table_time(x->event.table)[x->event.row];

	if (str_eqc(field, "_time"))
		return t == WHEN_NONE ? val_null() : val_num(when_seconds(t));
	cim_values(x->s->cim, x->s->node, x->event.table, scan_field(x->s, field), &x->event.row, 1, &id, &multi);
	return scan_value(x->s, id, multi, x->s->arena);
}

/* The field in which the word stands. */
static void visit_keyword(const struct explaining *x, const struct expr *e)
{
	size_t n;
	const char *const *name = cim_raw_fields(x->s->cim, x->event.table, &n);

	for (size_t i = 0; i < n; i++) {
		uint32_t id;
		bool multi;
		cim_values(x->s->cim, cim_raw(), x->event.table, str_c(name[i]), &x->event.row, 1, &id, &multi);
		if (!id)
			continue;
		uint32_t field = pool_intern(x->s->pool, str_c(name[i]));
		if (pattern_keyword(e->term.pattern, pool_str(x->s->pool, pool_fold(x->s->pool, field))) ||
		    pattern_keyword(e->term.pattern, pool_str(x->s->pool, pool_fold(x->s->pool, id)))) {
			x->visit(x->ctx, str_c(name[i]), scan_value(x->s, id, multi, x->s->arena), e);
			return;
		}
	}
}

/* Of a list, the values by which the term holds. */
static void visit_term(const struct explaining *x, const struct expr *e)
{
	struct val v = value_of(x, e->term.field);
	struct sbuf folded = {0};

	for (uint32_t i = 0; v.type == V_MV && i < val_count(v); i++) {
		struct val one = val_at(v, i);
		struct str text = val_text(one, x->s->arena);
		sbuf_reset(&folded);
		utf8_fold_str(text, &folded);
		if (pattern_match(e->term.pattern, e->term.cmp, text, sbuf_str(&folded)))
			x->visit(x->ctx, e->term.field, one, e);
	}
	sbuf_free(&folded);
	if (v.type != V_MV)
		x->visit(x->ctx, e->term.field, v, e);
}

static void walk(const struct explaining *x, const struct expr *e)
{
	switch (e->op) {
	case E_AND:
		for (unsigned i = 0; i < e->n; i++)
			walk(x, e->arg[i]);
		break;
	case E_OR:
		for (unsigned i = 0; i < e->n; i++)
			if (part_holds(x, e->arg[i]))
				walk(x, e->arg[i]);
		break;
	case E_TERM:
		visit_term(x, e);
		break;
	case E_KEYWORD:
		visit_keyword(x, e);
		break;
	default:
		break;
	}
}

void scan_explain(struct scanning *s, ev_t ev, void (*visit)(void *ctx, struct str field, struct val value, const struct expr *term),
                  void *ctx)
{
	struct explaining x = {s, store_event(s->store, ev), visit, ctx};

	if (s->scan->where && cim_in_node(s->cim, s->node, x.event.table) && part_holds(&x, s->scan->where))
		walk(&x, s->scan->where);
}
