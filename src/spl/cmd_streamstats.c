/* streamstats: running aggregations (spl-spec 3.17). */
#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "spl/stats.h"

enum { WINDOW_MAX = 10000 };
#define NO_ROW SIZE_MAX
#define NO_GROUP (SIZE_MAX - 1)

struct streamstats {
	struct stats stats;                              /* first: stats_kin_needs takes both */
	size_t window;                                   /* rows; 0: all so far */
	double seconds;                                  /* of rows that count; 0: all so far */
	bool current, global, on_change;
	const struct expr *before, *after;               /* all begins anew where it holds */
};

/* ---- parsing ---- */

/* Text that stood in quotes, or between "(" and ")", as an expression; its own places mean nothing. */
static const struct expr *quoted_expr(struct parser *p, size_t at, struct str raw)
{
	struct diag d = DIAG_INIT;
	struct parser inner = {.arena = p->arena, .env = p->env, .diag = &d, .depth = p->depth, .query = p->query};

	inner.text = spl_unescape_eval(p->arena, raw);
	inner.end = inner.text.n;
	struct expr *e = parse_eval(&inner);
	if (e && !p_done(&inner)) {
		p_error(&inner, inner.at, "unexpected %s", p_found(&inner));
		e = NULL;
	}
	if (!e)
		p_error(p, at, "in the condition: %s", d.msg);
	return e;
}

/* The condition of reset_before and reset_after: (n=3), "(n=3)", or as Splunk documents it "("n=3")". The cursor behind '='. */
static const struct expr *condition(struct parser *p, size_t at)
{
	struct str raw;

	if (p_peek(p) == '(') {
		size_t outer = p->end, end = p_closing(p, p->at);
		if (end == p->end) {
			p_error(p, p->at, "this ( is never closed");
			return NULL;
		}
		p->at++;
		p->end = end;
		struct expr *e = parse_eval(p);
		if (e && !p_done(p)) {
			p_error(p, p->at, "expected ), found %s", p_found(p));
			return NULL;
		}
		p->at = end + 1;
		p->end = outer;
		return e;
	}
	if (p_peek(p) != '"') {
		p_error(p, at, "expected a condition in \"(…)\", found %s", p_found(p));
		return NULL;
	}
	if (!p_quoted(p, &raw))
		return NULL;
	if (str_eqc(str_trim(raw), "(")) {
		size_t from = p->at;
		while (p->at < p->end && !str_starts((struct str){p->text.p + p->at, p->end - p->at}, "\")\""))
			p->at += p->text.p[p->at] == '\\' ? 2 : 1;
		if (p->at >= p->end) {
			p_error(p, from, "this condition is never closed: expected \")\"");
			return NULL;
		}
		raw = (struct str){p->text.p + from, p->at - from};
		p->at += 3;
	}
	return quoted_expr(p, at, raw);
}

static bool is_option(struct parser *p, const char *name)
{
	size_t at = p->at;

	if (p_take_word(p, name) && p_char(p, '='))
		return true;
	p->at = at;
	return false;
}

static bool time_window(struct parser *p, size_t at, struct str value, struct streamstats *s)
{
	int months;

	if (!when_span(value, &s->seconds, &months) || months)
		return p_error(p, at, "time_window needs a span of time, as in 5m or 1h, not '%.*s'", STR_FMT(value));
	return true;
}

static bool parse_option(struct parser *p, struct streamstats *s, bool *more)
{
	struct str name, value;

	p_blank(p);
	size_t at = p->at;
	*more = true;
	if (is_option(p, "reset_before"))
		return (s->before = condition(p, at)) != NULL;
	if (is_option(p, "reset_after"))
		return (s->after = condition(p, at)) != NULL;
	*more = p_option(p, &name, &value);
	if (!*more)
		return !diag_is_set(p->diag);
	if (str_ieqc(name, "window")) {
		if (!p_count(p, at, name, value, &s->window))
			return false;
		return s->window <= WINDOW_MAX || p_error(p, at, "streamstats has windows of %d rows at most", WINDOW_MAX);
	}
	if (str_ieqc(name, "time_window"))
		return time_window(p, at, value, s);
	if (str_ieqc(name, "current"))
		return p_truth(p, at, name, value, &s->current);
	if (str_ieqc(name, "global"))
		return p_truth(p, at, name, value, &s->global);
	if (str_ieqc(name, "reset_on_change"))
		return p_truth(p, at, name, value, &s->on_change);
	return p_no_option(p, at, "streamstats", name,
	                   "window, time_window, current, global, reset_on_change, reset_before, reset_after");
}

static bool parse_options(struct parser *p, struct streamstats *s)
{
	for (bool more = true; more;) {
		while (p_char(p, ','))
			;
		if (!parse_option(p, s, &more))
			return false;
	}
	return true;
}

/* Options stand before the aggregations, as documented, or behind them, as they are often written. */
static void *streamstats_parse(struct parser *p)
{
	static const char *const options[] = {"by", "window", "time_window", "current", "global", "reset_on_change", "reset_before",
	                                      "reset_after", NULL};
	struct streamstats *s = ARENA_NEW(p->arena, struct streamstats);

	s->current = s->global = true;
	if (!parse_options(p, s))
		return NULL;
	do {
		if (!stats_aggs(p, options, &s->stats) || !parse_options(p, s))
			return NULL;
	} while (!p_done(p) && !p_word_is(p, "by"));
	return stats_by(p, options + 1, &s->stats) && parse_options(p, s) ? s : NULL;
}

/* ---- running ---- */

/* One pass over the rows. */
struct stream {
	const struct streamstats *args;
	struct spl_run *run;
	struct rows *in;
	const struct agg *agg;
	size_t nagg;
	struct feed *feed;
	struct eval_ctx eval;                            /* over the rows as they came */
	ptrdiff_t time_col;
	struct arena *states;
	struct grouping *groups;                         /* of all rows so far */
	struct map *last;                                /* of each group, its last row */
	size_t *before;                                  /* of each row: the one of the same group before it, NO_ROW;
	                                                  * NO_GROUP when it is in none */
	struct val **out;                                /* result of each aggregation for each row */
};

static void begin(struct stream *s, size_t nkeys)
{
	s->states = arena_new();
	s->groups = grouping_new(s->states, nkeys, s->agg, s->nagg);
	s->last = map_new();
}

static void end(struct stream *s)
{
	map_free(s->last);
	grouping_free(s->groups);
	arena_free(s->states);
}

static void feed_row(struct stream *s, struct grouping *g, uint32_t group, size_t row, struct arena *states)
{
	for (size_t j = 0; j < s->nagg; j++)
		agg_feed(&s->agg[j], grouping_state(g, group, j), feed_value(&s->feed[j], s->in, row, &s->eval),
		         row_seconds(s->in, s->time_col, row), states);
}

static void take_result(struct stream *s, struct grouping *g, uint32_t group, size_t row)
{
	for (size_t j = 0; j < s->nagg; j++)
		s->out[j][row] = s->agg[j].fn->result(grouping_state(g, group, j), &s->agg[j], s->in->arena);
}

/* Does a row of so many rows and seconds ago still count? */
static bool in_window(const struct stream *s, size_t row, size_t at, size_t oldest)
{
	const struct streamstats *a = s->args;

	/* A global window counts all rows, one per group those of the group. */
	if (a->window && a->global && at < oldest)
		return false;
	return a->seconds <= 0 || fabs(row_seconds(s->in, s->time_col, row) - row_seconds(s->in, s->time_col, at)) < a->seconds;
}

/* The aggregations over the window that ends at the row, made anew. */
static void window_row(struct stream *s, size_t row)
{
	const struct streamstats *a = s->args;
	const size_t most = a->window ? a->window : WINDOW_MAX;
	struct arena *states = arena_new();
	struct grouping *g = grouping_new(states, 0, s->agg, s->nagg);
	size_t *seen = xcalloc(most, sizeof(*seen)), n = 0, at = a->current ? row : s->before[row];
	size_t oldest = a->current ? row + 1 : row;
	oldest = oldest > most ? oldest - most : 0;

	grouping_at(g, NULL);
	for (; at != NO_ROW && n < most && in_window(s, row, at, oldest); at = s->before[at])
		seen[n++] = at;
	while (n > 0)
		feed_row(s, g, 0, seen[--n], states);
	take_result(s, g, 0, row);
	free(seen);
	grouping_free(g);
	arena_free(states);
}

/* A condition sees what has been computed for its row. */
static struct val out_field(const void *ctx, size_t row, struct str name)
{
	const struct stream *s = ctx;

	for (size_t j = 0; j < s->nagg; j++)
		if (str_eq(s->agg[j].as, name))
			return s->out[j][row];
	return s->eval.src.field(s->eval.src.ctx, row, name);
}

static bool after_holds(struct stream *s, size_t row)
{
	struct eval_ctx c = s->eval;

	c.row = row;
	c.src.field = out_field;
	c.src.ctx = s;
	c.src.keyword = NULL;
	return expr_true(s->args->after, &c);
}

static void one_row(struct stream *s, size_t row, const struct val *key)
{
	const struct streamstats *a = s->args;
	bool fresh;
	uint32_t group = grouping_at(s->groups, key);
	union map_val *prev = map_put(s->last, (struct str){(const char *)&group, sizeof(group)}, &fresh);

	s->before[row] = fresh ? NO_ROW : (size_t)prev->u;
	prev->u = row;
	if (a->window || a->seconds > 0) {
		window_row(s, row);
		return;
	}
	if (!a->current)
		take_result(s, s->groups, group, row);
	feed_row(s, s->groups, group, row, s->states);
	if (a->current)
		take_result(s, s->groups, group, row);
}

static bool same_keys(const struct val *a, const struct val *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!val_same(a[i], b[i]))
			return false;
	return true;
}

static size_t all_rows(struct stream *s, const struct keys *k)
{
	const struct streamstats *a = s->args;
	struct val *key = xcalloc(k->n ? k->n : 1, sizeof(*key)), *old = xcalloc(k->n ? k->n : 1, sizeof(*old));
	size_t row = 0;
	bool any = false;

	for (; row < s->in->n && !run_stopped(s->run); row++) {
		s->before[row] = NO_GROUP;
		if (!stats_single_key(k, s->in, row, key))
			continue;
		s->eval.row = row;
		if ((a->on_change && any && !same_keys(key, old, k->n)) || (a->before && expr_true(a->before, &s->eval))) {
			end(s);
			begin(s, k->n);
		}
		one_row(s, row, key);
		if (a->after && after_holds(s, row)) {
			end(s);
			begin(s, k->n);
		}
		if (k->n)
			memcpy(old, key, k->n * sizeof(*key));
		any = true;
		if (row % 256 == 0)
			run_over(s->run, rows_bytes(s->in) + arena_bytes(s->states));
	}
	free(key);
	free(old);
	return row;
}

/* Windows of time need rows in the order of time, either way. */
static bool in_order(const struct rows *r, ptrdiff_t time_col)
{
	int way = 0;

	for (size_t i = 1; i < r->n; i++) {
		double a = row_seconds(r, time_col, i - 1), b = row_seconds(r, time_col, i);
		int now = (b > a) - (b < a);
		if (isnan(a) || isnan(b) || (way && now && now != way))
			return false;
		way = now ? now : way;
	}
	return r->n != 1 || !isnan(row_seconds(r, time_col, 0));
}

static struct rows *streamstats_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct streamstats *a = args;
	struct stream s = {.args = a, .run = run, .in = in, .time_col = rows_find(in, STR("_time"))};

	if (a->seconds > 0 && !in_order(in, s.time_col))
		return run_fail(run, in, "streamstats time_window needs rows in the order of their _time; put sort 0 _time before it");
	struct agg *agg = aggs_expand(run, in, a->stats.agg, a->stats.nagg, a->stats.by, a->stats.nby, &s.nagg);
	struct keys k = row_keys(run, in, a->stats.by, a->stats.nby);

	s.agg = agg;
	s.feed = feeds_of(run, in, agg, s.nagg);
	s.eval = run_eval(run, in);
	s.before = xcalloc(in->n ? in->n : 1, sizeof(*s.before));
	s.out = xcalloc(s.nagg, sizeof(*s.out));
	for (size_t j = 0; j < s.nagg; j++)
		s.out[j] = xcalloc(in->n ? in->n : 1, sizeof(struct val));
	begin(&s, k.n);
	size_t done = all_rows(&s, &k);
	for (size_t j = 0; j < s.nagg; j++) {
		size_t col = rows_col(in, agg[j].as);
		for (size_t i = 0; i < done; i++) {
			if (s.before[i] != NO_GROUP)
				in->col[col].v[i] = s.out[j][i];
		}
		free(s.out[j]);
	}
	in->partial |= done < in->n;
	free(s.out);
	free(s.before);
	end(&s);
	return in;
}

static void streamstats_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct streamstats *s = args;

	stats_kin_needs(&s->stats, want, a);
	fieldset_add_expr(want, s->before, a);
	fieldset_add_expr(want, s->after, a);
	if (s->seconds > 0)
		fieldset_add(want, STR("_time"), a);
}

const struct spl_cmd cmd_streamstats = {
	.name = "streamstats",
	.usage = "streamstats [window=N] [time_window=SPAN] [current=true|false] [global=true|false] [reset_on_change=true|false] "
	         "[reset_before=\"(\"CONDITION\")\"] [reset_after=\"(\"CONDITION\")\"] AGG [as NAME]… [by FIELD…]",
	.summary = "adds running aggregations: over the rows so far, over the last N, or over those of the last SPAN",
	.example = "rows:\n"
	           "  x\n"
	           "  1\n"
	           "  2\n"
	           "  3\n"
	           "search: streamstats sum(x) as s | streamstats current=f window=1 last(x) as before | streamstats reset_after=(n=2) count as n\n"
	           "expect:\n"
	           "  x  s  before  n\n"
	           "  1  1  -       1\n"
	           "  2  3  1       2\n"
	           "  3  6  2       1\n",
	.parse = streamstats_parse,
	.run = streamstats_run,
	.needs = streamstats_needs,
};
