/* stats, eventstats, streamstats (spl-spec 3.3, 3.17). */
#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/wild.h"
#include "spl/cmdlib.h"

struct stats {
	const struct agg *agg;
	size_t nagg;
	const struct str *by;
	size_t nby;

	/* streamstats */
	size_t window;                                   /* rows; 0: all so far */
	bool current, global;
};

static const char *const before_by[] = {"by", NULL};

/* AGG… [by FIELD…], up to the end. */
static bool parse_aggs(struct parser *p, struct stats *s)
{
	struct agg *agg;
	struct str *by;

	s->nagg = agg_parse(p, before_by, &agg);
	s->agg = agg;
	if (!s->nagg || !agg_no_rates(p, agg, s->nagg))
		return false;
	if (!p_take_word(p, "by"))
		return true;
	size_t at = p->at;
	s->nby = p_names(p, NULL, &by);
	s->by = by;
	if (!s->nby)
		return p_error(p, at, "expected a field after 'by', found %s", p_found(p));
	for (size_t i = 0; i < s->nby; i++) {
		if (wild_has_star(by[i]))
			return p_error(p, at, "'by' takes no wildcard: '%.*s'", STR_FMT(by[i]));
	}
	return true;
}

static void *plain_parse(struct parser *p, const char *command)
{
	struct stats *s = ARENA_NEW(p->arena, struct stats);
	struct str name, value;

	p_blank(p);
	for (size_t at = p->at; p_option(p, &name, &value); at = p->at) {
		bool on;
		/* How Splunk spreads the work: no effect. */
		if (str_ieqc(name, "partitions"))
			continue;
		if (!str_ieqc(name, "allnum"))
			return p_no_option(p, at, command, name, "allnum=false, partitions"), NULL;
		if (!p_truth(p, at, name, value, &on))
			return NULL;
		if (on)
			return p_error(p, at, "%s allnum=true is not supported", command), NULL;
	}
	return !diag_is_set(p->diag) && parse_aggs(p, s) ? s : NULL;
}

static void stats_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct stats *s = args;

	*want = (struct fieldset){0};
	needs_names(want, s->by, s->nby, a);
	needs_aggs(want, s->agg, s->nagg, a);
}

/* What eventstats adds is there, too: harmless, as the events have it not. */
static void kin_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct stats *s = args;

	needs_names(want, s->by, s->nby, a);
	needs_aggs(want, s->agg, s->nagg, a);
}

/* ---- stats ---- */

static void *stats_parse(struct parser *p)
{
	return plain_parse(p, "stats");
}

static struct rows *stats_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct stats *s = args;
	size_t n;
	struct agg *agg = aggs_expand(run, in, s->agg, s->nagg, s->by, s->nby, &n);
	struct keys k = row_keys(run, in, s->by, s->nby);
	struct eval_ctx c = run_eval(run, in);

	return group_rows(run, in, &k, agg, n, &c);
}

const struct spl_cmd cmd_stats = {
	.name = "stats",
	.usage = "stats AGG [as NAME]… [by FIELD…]",
	.summary = "one row for each group, with the aggregations over it; rows without a 'by' field are "
		   "left out",
	.example = "rows:\n"
		   "  dest  proc  _time\n"
		   "  H1    b     1\n"
		   "  H1    a     2\n"
		   "  -     z     3\n"
		   "  H1    a     4\n"
		   "search: stats count values(proc) as p dc(proc) as d latest(proc) as l by dest\n"
		   "expect:\n"
		   "  dest  count  p    d  l\n"
		   "  H1    3      a|b  2  a\n",
	.parse = stats_parse,
	.run = stats_run,
	.needs = stats_needs,
};

/* ---- eventstats ---- */

static void *eventstats_parse(struct parser *p)
{
	return plain_parse(p, "eventstats");
}

/* The row's key values, all of them single. False when one is null or a list. */
static bool single_key(const struct keys *k, const struct rows *r, size_t row, struct val *key)
{
	for (size_t i = 0; i < k->n; i++) {
		key[i] = k->col[i] < 0 ? val_null() : r->col[k->col[i]].v[row];
		if (key[i].type == V_NULL || key[i].type == V_MV)
			return false;
	}
	return true;
}

static struct rows *eventstats_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct stats *s = args;
	size_t nagg, done = 0;
	struct agg *agg = aggs_expand(run, in, s->agg, s->nagg, s->by, s->nby, &nagg);
	struct keys k = row_keys(run, in, s->by, s->nby);
	struct feed *feed = feeds_of(run, in, agg, nagg);
	struct eval_ctx c = run_eval(run, in);
	struct arena *states = arena_new();
	struct grouping *g = grouping_new(states, k.n, agg, nagg);
	struct val *key = xcalloc(k.n ? k.n : 1, sizeof(*key));
	uint32_t *group = xcalloc(in->n ? in->n : 1, sizeof(*group));
	ptrdiff_t time_col = rows_find(in, STR("_time"));

	for (; done < in->n && !run_stopped(run); done++) {
		group[done] = UINT32_MAX;
		if (!single_key(&k, in, done, key))
			continue;
		group[done] = grouping_at(g, key);
		for (size_t j = 0; j < nagg; j++)
			agg_feed(&agg[j], grouping_state(g, group[done], j), feed_value(&feed[j], in, done, &c),
			         row_seconds(in, time_col, done), states);
		if (done % 1024 == 0)
			run_over(run, rows_bytes(in) + arena_bytes(states));
	}
	struct val *result = xcalloc(grouping_len(g) ? grouping_len(g) : 1, sizeof(*result));
	for (size_t j = 0; j < nagg; j++) {
		for (uint32_t i = 0; i < grouping_len(g); i++) {
			result[i] = agg[j].fn->result(grouping_state(g, i, j), &agg[j], in->arena);
			if (agg_cut(&agg[j], grouping_state(g, i, j)))
				run_warn(run, "list() keeps the first %zu values of a group",
					 run->limits->list_values);
		}
		size_t col = rows_col(in, agg[j].as);
		for (size_t i = 0; i < done; i++) {
			if (group[i] != UINT32_MAX)
				in->col[col].v[i] = result[group[i]];
		}
	}
	in->partial |= done < in->n;
	free(result);
	free(group);
	free(key);
	grouping_free(g);
	arena_free(states);
	return in;
}

const struct spl_cmd cmd_eventstats = {
	.name = "eventstats",
	.usage = "eventstats AGG [as NAME]… [by FIELD…]",
	.summary = "adds the aggregations over its group to each row",
	.example = "rows:\n"
	           "  dest  proc\n"
	           "  H1    b\n"
	           "  H1    a\n"
	           "  -     z\n"
	           "search: eventstats count as n by dest\n"
	           "expect:\n"
	           "  dest  proc  n\n"
	           "  H1    b     2\n"
	           "  H1    a     2\n"
	           "  -     z     -\n",
	.parse = eventstats_parse,
	.run = eventstats_run,
	.needs = kin_needs,
};

/* ---- streamstats ---- */

enum { WINDOW_MAX = 10000 };
#define NO_ROW SIZE_MAX
#define NO_GROUP (SIZE_MAX - 1)

static void *streamstats_parse(struct parser *p)
{
	struct stats *s = ARENA_NEW(p->arena, struct stats);
	struct str name, value;
	bool ok = true;

	s->current = s->global = true;
	p_blank(p);
	for (size_t at = p->at; ok && p_option(p, &name, &value); at = p->at) {
		if (str_ieqc(name, "window")) {
			ok = p_count(p, at, name, value, &s->window);
			if (ok && s->window > WINDOW_MAX)
				ok = p_error(p, at, "streamstats has windows of %d rows at most", WINDOW_MAX);
		} else if (str_ieqc(name, "current")) {
			ok = p_truth(p, at, name, value, &s->current);
		} else if (str_ieqc(name, "global")) {
			ok = p_truth(p, at, name, value, &s->global);
		} else {
			ok = p_no_option(p, at, "streamstats", name, "window, current, global");
		}
	}
	return ok && !diag_is_set(p->diag) && parse_aggs(p, s) ? s : NULL;
}

/* One pass of streamstats over the rows. */
struct stream {
	const struct stats *args;
	struct spl_run *run;
	struct rows *in;
	const struct agg *agg;
	size_t nagg;
	struct feed *feed;
	struct eval_ctx eval;
	ptrdiff_t time_col;
	size_t *before;                                  /* of each row: the one of the same group before it, NO_ROW;
	                                                  * NO_GROUP when it is in none */
	struct val **out;                                /* result of each aggregation for each row */
};

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

/* The aggregations over the window that ends at the row, made anew. */
static void window_row(struct stream *s, size_t row)
{
	struct arena *states = arena_new();
	struct grouping *g = grouping_new(states, 0, s->agg, s->nagg);
	size_t *seen = xcalloc(s->args->window, sizeof(*seen)), n = 0,
	       at = s->args->current ? row : s->before[row];
	/* A global window counts all rows, one per group those of the group. */
	size_t oldest = s->args->current ? row + 1 : row;
	oldest = oldest > s->args->window ? oldest - s->args->window : 0;

	grouping_at(g, NULL);
	for (; at != NO_ROW && n < s->args->window && (!s->args->global || at >= oldest); at = s->before[at])
		seen[n++] = at;
	while (n > 0)
		feed_row(s, g, 0, seen[--n], states);
	take_result(s, g, 0, row);
	free(seen);
	grouping_free(g);
	arena_free(states);
}

static struct rows *streamstats_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct stats *a = args;
	struct stream s = {.args = a, .run = run, .in = in, .time_col = rows_find(in, STR("_time"))};
	struct agg *agg = aggs_expand(run, in, a->agg, a->nagg, a->by, a->nby, &s.nagg);
	struct keys k = row_keys(run, in, a->by, a->nby);
	struct arena *states = arena_new();
	struct grouping *g = grouping_new(states, k.n, agg, s.nagg);
	struct val *key = xcalloc(k.n ? k.n : 1, sizeof(*key));
	struct map *last = map_new();
	size_t done = 0;

	s.agg = agg;
	s.feed = feeds_of(run, in, agg, s.nagg);
	s.eval = run_eval(run, in);
	s.before = xcalloc(in->n ? in->n : 1, sizeof(*s.before));
	s.out = xcalloc(s.nagg, sizeof(*s.out));
	for (size_t j = 0; j < s.nagg; j++)
		s.out[j] = xcalloc(in->n ? in->n : 1, sizeof(struct val));

	for (; done < in->n && !run_stopped(run); done++) {
		bool fresh;
		s.before[done] = NO_GROUP;
		if (!single_key(&k, in, done, key))
			continue;
		uint32_t group = grouping_at(g, key);
		union map_val *prev = map_put(last, (struct str){(const char *)&group, sizeof(group)}, &fresh);
		s.before[done] = fresh ? NO_ROW : (size_t)prev->u;
		prev->u = done;
		if (a->window) {
			window_row(&s, done);
		} else {
			if (!a->current)
				take_result(&s, g, group, done);
			feed_row(&s, g, group, done, states);
			if (a->current)
				take_result(&s, g, group, done);
		}
		if (done % 256 == 0)
			run_over(run, rows_bytes(in) + arena_bytes(states));
	}
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
	free(key);
	map_free(last);
	grouping_free(g);
	arena_free(states);
	return in;
}

const struct spl_cmd cmd_streamstats = {
	.name = "streamstats",
	.usage = "streamstats [window=N] [current=true|false] [global=true|false] AGG [as NAME]… [by FIELD…]",
	.summary = "adds running aggregations: over the rows so far, or over the last N",
	.example = "rows:\n"
	           "  x\n"
	           "  1\n"
	           "  2\n"
	           "  3\n"
	           "search: streamstats sum(x) as s | streamstats current=f window=1 last(x) as before\n"
	           "expect:\n"
	           "  x  s  before\n"
	           "  1  1  -\n"
	           "  2  3  1\n"
	           "  3  6  2\n",
	.parse = streamstats_parse,
	.run = streamstats_run,
	.needs = kin_needs,
};
