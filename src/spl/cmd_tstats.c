/* tstats: grouped counts over a node of a data model (spl-spec 3.1). The scan itself is the engine's. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/wild.h"
#include "spl/cmdlib.h"

struct tstats {
	struct spl_leaf *leaf;
	struct time_mods time;
	bool prestats, append;
	bool in_where;                                   /* the word has been read */
};

static const char *const after_aggs[] = {"from", "where", "by", "groupby", NULL};
static const char *const after_where[] = {"by", "groupby", NULL};

/* Options that say how Splunk gets at its summaries change nothing here; those that change the result are
 * refused. */
static bool parse_options(struct parser *p, struct tstats *t, struct scan *s)
{
	static const char *const no_effect[] = {
		"summariesonly", "allow_old_summaries",     "local",
		"chunk_size",    "include_reduced_buckets", "use_summary_index_values",
	};
	struct str name, value;

	for (;;) {
		bool known = false;
		p_blank(p);
		size_t at = p->at;
		if (!p_option(p, &name, &value))
			return !diag_is_set(p->diag);
		for (size_t i = 0; i < sizeof(no_effect) / sizeof(no_effect[0]); i++)
			known |= str_ieqc(name, no_effect[i]);
		if (known)
			continue;
		if (str_ieqc(name, "fillnull_value")) {
			s->fill = arena_str(p->arena, value);
			continue;
		}
		if (!str_ieqc(name, "prestats") && !str_ieqc(name, "append"))
			return p_no_option(p, at, "tstats", name,
					   "fillnull_value, prestats, append, summariesonly, allow_old_summaries");
		if (!p_truth(p, at, name, value, str_ieqc(name, "append") ? &t->append : &t->prestats))
			return false;
	}
}

/* "Authentication" and "Authentication.Failed_Authentication" name the node
 * Authentication.Failed_Authentication. */
static struct str with_node(struct parser *p, struct str model, struct str node)
{
	const char *dot = memchr(model.p, '.', model.n);

	if (dot)
		model.n = (size_t)(dot - model.p);
	return str_c(arena_printf(p->arena, "%.*s.%.*s", STR_FMT(model), STR_FMT(str_after_last(node, '.'))));
}

/* [where] nodename=NODE: how the node was named before models had dots. Then `where` has been taken. */
static bool old_node(struct parser *p, struct tstats *t, struct str *name)
{
	struct str node;
	const size_t at = p->at;
	const bool where = p_take_word(p, "where"), open = where && p_char(p, '(');
	bool is = p_take_word(p, "nodename") && p_char(p, '=');

	is = is && (p_peek(p) == '"' ? p_quoted(p, &node) : p_word(p, "()", &node)) && (!open || p_char(p, ')'));
	if (!is) {
		p->at = at;
		return !diag_is_set(p->diag);
	}
	*name = with_node(p, *name, node);
	p_take_word(p, "AND");
	t->in_where = where;
	return true;
}

/* Without a data model what is counted are all events, by the fields that Splunk's index would have. */
static bool no_model(struct parser *p)
{
	return p_done(p) || p_word_is(p, "where") || p_word_is(p, "by") || p_word_is(p, "groupby");
}

static bool parse_from(struct parser *p, struct tstats *t)
{
	struct str name, option, value;

	if (!p_take_word(p, "from"))
		return no_model(p) || p_error(p, p->at, "expected from datamodel=…, where or by, found %s", p_found(p));
	p_blank(p);
	size_t at = p->at;
	if (!p_take_word(p, "datamodel"))
		return p_error(p, at, "tstats can count in a data model only: expected datamodel=…, found %s",
			       p_found(p));
	p_char(p, '=');
	if (!dataset_name(p, &name) || !old_node(p, t, &name))
		return false;
	if (!t->in_where && p_option(p, &option, &value))
		return p_error(p, at, "expected where or by after the data model, found '%.*s='", STR_FMT(option));
	return dataset_find(p, at, name, t->leaf);
}

/* What Splunk keeps in its index beside the words of events. */
static bool is_indexed(struct str name)
{
	static const char *const indexed[] = {"_time", "host", "source", "sourcetype", "index"};

	for (size_t i = 0; i < sizeof(indexed) / sizeof(indexed[0]); i++)
		if (str_eqc(name, indexed[i]))
			return true;
	return false;
}

static bool not_indexed(struct parser *p, size_t at, struct str name)
{
	return p_error(p, at, "without a data model tstats knows host, source, sourcetype and _time, not '%.*s'; a search and stats know all",
	               STR_FMT(name));
}

static bool only_indexed(struct parser *p, const struct expr *e)
{
	if (e->op == E_TERM)
		return is_indexed(e->term.field) || not_indexed(p, e->at, e->term.field);
	for (unsigned i = 0; (e->op == E_AND || e->op == E_OR || e->op == E_NOT) && i < e->n; i++)
		if (!only_indexed(p, e->arg[i]))
			return false;
	return true;
}

static bool parse_where(struct parser *p, struct tstats *t)
{
	struct scan *s = &t->leaf->scan;

	if (!t->in_where && !p_take_word(p, "where"))
		return true;
	struct expr *e = parse_search(p, after_where);
	if (!e || !time_mods_take(p, e, &t->time))
		return false;
	elsewhere_own_names(p, e);
	if (!t->leaf->elsewhere)
		t->leaf->elsewhere = elsewhere_search(p, e);
	dataset_drop_index(p, e);
	if (s->dataset)
		dataset_warn_expr(p, s->dataset, e);
	else if (!only_indexed(p, e))
		return false;
	s->where = e;
	return true;
}

static bool parse_by(struct parser *p, struct scan *s)
{
	struct str *by = NULL, name, value;
	size_t n = 0, cap = 0, span_at = 0;
	bool time = false, spanned = false, ok = false;

	if (!p_take_word(p, "by") && !p_take_word(p, "groupby"))
		return true;
	for (;;) {
		while (p_char(p, ','))
			;
		if (p_done(p))
			break;
		size_t at = p->at;
		if (p_word_is(p, "span") && p_option(p, &name, &value)) {
			span_at = at;
			spanned = true;
			if (!str_ieqc(value, "auto") && !when_span(value, &s->span, &s->span_months)) {
				p_error(p, at, "'%.*s' is no span; write 1h, 30m, 10s, 1d or auto",
					STR_FMT(value));
				goto failed;
			}
			continue;
		}
		GROW(by, n, cap);
		if (!p_name(p, "a field", &by[n]))
			goto failed;
		if (wild_has_star(by[n]) || memchr(by[n].p, '(', by[n].n)) {
			p_error(p, at, "tstats can group by fields only, not by '%.*s'", STR_FMT(by[n]));
			goto failed;
		}
		if (!s->dataset && !is_indexed(by[n])) {
			not_indexed(p, at, by[n]);
			goto failed;
		}
		dataset_warn_field(p, at, s->dataset, by[n]);
		time |= str_eqc(by[n], "_time");
		n++;
	}
	if (n == 0) {
		p_error(p, p->at, "expected a field after 'by', found %s", p_found(p));
		goto failed;
	}
	if (spanned && !time)
		p_warn(p, span_at, "span= has no effect without _time among the fields after 'by'");
	s->by = ARENA_ARRAY(p->arena, struct str, n);
	memcpy((struct str *)(uintptr_t)s->by, by, n * sizeof(*by));
	s->nby = n;
	ok = true;
failed:
	free(by);
	return ok;
}

static bool check_aggs(struct parser *p, const struct scan *s)
{
	for (size_t i = 0; i < s->nagg; i++) {
		const struct agg *g = &s->agg[i];
		if (g->eval)
			return p_error(p, g->at, "tstats cannot compute %s(eval(…)); use stats after it",
				       g->fn->name);
		if (wild_has_star(g->field))
			return p_error(p, g->at, "tstats takes no wildcard in %s(…)", g->fn->name);
		if (g->field.n && !s->dataset && !is_indexed(g->field))
			return not_indexed(p, g->at, g->field);
		if (g->field.n)
			dataset_warn_field(p, g->at, s->dataset, g->field);
	}
	return true;
}

/* The events are to have the fields that are grouped by and aggregated. */
static void want_fields(struct parser *p, struct scan *s)
{
	struct fieldset *want = ARENA_NEW(p->arena, struct fieldset);

	needs_names(want, s->by, s->nby, p->arena);
	needs_aggs(want, s->agg, s->nagg, p->arena);
	fieldset_add(want, STR("_time"), p->arena);
	s->want = want;
}

static void *tstats_parse(struct parser *p)
{
	struct tstats *t = ARENA_NEW(p->arena, struct tstats);
	const size_t at = p->at - (sizeof("tstats") - 1);       /* the command has just been read */
	struct agg *agg;

	t->leaf = p_leaf(p);
	struct scan *s = &t->leaf->scan;
	if (!parse_options(p, t, s))
		return NULL;
	if (t->append && !t->prestats) {
		p_error(p, at, "tstats append=true needs prestats=true");
		return NULL;
	}
	if (!p_first(p) && !t->append) {
		p_error(p, at, "tstats must come first in a search, or have prestats=true append=true");
		return NULL;
	}
	s->grouped = !t->prestats;
	s->nagg = agg_parse(p, after_aggs, &agg);
	s->agg = agg;
	if (!s->nagg || !agg_no_rates(p, agg, s->nagg) || !parse_from(p, t) || !check_aggs(p, s) || !parse_where(p, t) || !parse_by(p, s))
		return NULL;
	if (t->prestats)
		want_fields(p, s);
	return t;
}

/* What is not yet grouped is its events, with the fields that the command after it will ask for by the same names. */
static void fill_rows(struct rows *r, const struct scan *s, double span)
{
	for (size_t k = 0; k < s->nby; k++) {
		const bool time = str_eqc(s->by[k], "_time");
		struct val *v = rows_values(r, s->by[k]);
		double t;

		for (size_t i = 0; i < r->n; i++) {
			if (val_is_null(v[i]) && s->fill.p)
				v[i] = val_str(s->fill);
			else if (time && val_number(v[i], &t))
				v[i] = val_num(bucket_start(t, span, s->span_months));
		}
	}
}

static const char *tstats_before(const void *args)
{
	return ((const struct tstats *)args)->prestats ? " stats chart timechart tstats " : NULL;
}

static struct rows *tstats_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct tstats *t = args;

	const struct scan *s = &t->leaf->scan;
	const size_t held = in ? rows_bytes(in) : 0;

	run->held += held;
	struct rows *r = dataset_scan(run, s, &t->time);
	run->held -= held;
	if (r && t->prestats)
		fill_rows(r, s, s->span > 0 || s->span_months > 0 ? s->span : dataset_span(run));
	if (!in || !r) {
		rows_free(in);
		return r;
	}
	rows_append(in, r);
	rows_free(r);
	return in;
}

const struct spl_cmd cmd_tstats = {
	.name = "tstats",
	.usage = "tstats [prestats=true [append=true]] [fillnull_value=TEXT] AGG… [from datamodel=MODEL.NODE] [where SEARCH] [by FIELD… "
		 "[_time span=SPAN]]",
	.summary = "groups and counts the events of a data model; without one, all by host, source, sourcetype and time",
	.example = "events:\n"
		   "  1 t=2021-11-12T10:05:00Z Computer=A Image=C:\\W\\cmd.exe CommandLine=\"cmd /c dir\"\n"
		   "  1 t=2021-11-12T10:06:00Z Computer=A Image=C:\\W\\CMD.EXE CommandLine=cmd\n"
		   "search: | tstats count min(_time) as first from datamodel=Endpoint.Processes\n"
		   "  where Processes.process_name=cmd.exe by _time span=1h Processes.process_name\n"
		   "expect:\n"
		   "  _time       Processes.process_name  count  first\n"
		   "  1636711200  CMD.EXE                 1      1636711560\n"
		   "  1636711200  cmd.exe                 1      1636711500\n",
	.generates = true,
	.before = tstats_before,
	.parse = tstats_parse,
	.run = tstats_run,
};
