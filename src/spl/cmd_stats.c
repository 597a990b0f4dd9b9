/* stats, eventstats (spl-spec 3.3), and what streamstats shares with them. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/wild.h"
#include "spl/stats.h"

static const char *const before_by[] = {"by", NULL};

bool stats_aggs(struct parser *p, const char *const *until, struct stats *s)
{
	struct agg *more;
	const size_t n = agg_parse(p, until ? until : before_by, &more);

	if (!n || !agg_no_rates(p, more, n))
		return false;
	struct agg *all = ARENA_ARRAY(p->arena, struct agg, s->nagg + n);
	if (s->nagg)
		memcpy(all, s->agg, s->nagg * sizeof(*all));
	memcpy(all + s->nagg, more, n * sizeof(*all));
	s->agg = all;
	s->nagg += n;
	return true;
}

bool stats_by(struct parser *p, const char *const *until, struct stats *s)
{
	struct str *by;

	if (!p_take_word(p, "by"))
		return true;
	size_t at = p->at;
	s->nby = p_names(p, until, &by);
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
	return !diag_is_set(p->diag) && stats_aggs(p, NULL, s) && stats_by(p, NULL, s) ? s : NULL;
}

static void stats_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct stats *s = args;

	*want = (struct fieldset){0};
	needs_names(want, s->by, s->nby, a);
	needs_aggs(want, s->agg, s->nagg, a);
}

void stats_kin_needs(const void *args, struct fieldset *want, struct arena *a)
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

bool stats_single_key(const struct keys *k, const struct rows *r, size_t row, struct val *key)
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
		if (!stats_single_key(&k, in, done, key))
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
	.needs = stats_kin_needs,
};
