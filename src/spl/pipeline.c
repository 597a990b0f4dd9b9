/* Parsing pipelines: where segments end, which command each is, subsearches; and the way back through them
 * that tells which fields are needed. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "spl/cmdlib.h"
#include "spl/query.h"

/* Room for one more in an array that lives in the arena. */
#define ARENA_GROW(a, p, n, cap)                                                                   \
	do {                                                                                       \
		if ((n) == (cap)) {                                                                \
			(cap) = (cap) ? (cap) * 2 : 8;                                             \
			void *more_ = arena_calloc((a), (cap), sizeof *(p));                       \
			if (n)                                                                     \
				memcpy(more_, (p), (n) * sizeof *(p));                             \
			(p) = more_;                                                               \
		}                                                                                  \
	} while (0)

/* ---- what commands ask while they are parsed ---- */

bool p_first(const struct parser *p)
{
	return p->query->nstages == 0 && !p->query->takes_input;
}

struct spl_leaf *p_leaf(struct parser *p)
{
	struct spl_query *root = p->query->root;
	struct spl_leaf *l = ARENA_NEW(p->arena, struct spl_leaf);

	ARENA_GROW(p->arena, root->leaf, root->nleaves, root->leafcap);
	l->leaf = l->scan.leaf = (uint32_t)root->nleaves;
	l->scan.earliest = -HUGE_VAL;
	l->scan.latest = HUGE_VAL;
	l->is_sub = p->query != root;
	if (!p->query->nstages)
		p->query->scan = &l->scan;
	root->leaf[root->nleaves++] = l;
	return l;
}

void p_warn(struct parser *p, size_t at, const char *fmt, ...)
{
	struct spl_query *root = p->query->root;
	struct spl_warning *w;
	va_list ap;

	ARENA_GROW(p->arena, root->warning, root->nwarnings, root->warningcap);
	w = &root->warning[root->nwarnings++];
	spl_place_written(p->text, p->spans, at, &w->line, &w->col);
	va_start(ap, fmt);
	vsnprintf(w->msg, sizeof(w->msg), fmt, ap);
	va_end(ap);
}

void p_filters(struct parser *p)
{
	if (p->query)
		p->query->root->filters = true;
}

void p_per_row(struct parser *p)
{
	if (p->query)
		p->query->root->per_row = true;
}

void p_joins(struct parser *p)
{
	p->query->root->joins = true;
}

bool p_truth(struct parser *p, size_t at, struct str name, struct str value, bool *out)
{
	static const char *const yes[] = {"t", "true", "1", "yes", "y"}, *const no[] = {"f", "false", "0",
											"no", "n"};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (str_ieqc(value, yes[i]) || str_ieqc(value, no[i])) {
			*out = str_ieqc(value, yes[i]);
			return true;
		}
	}
	return p_error(p, at, "%.*s needs true or false, not '%.*s'", STR_FMT(name), STR_FMT(value));
}

bool p_count(struct parser *p, size_t at, struct str name, struct str value, size_t *out)
{
	unsigned long long n;

	if (!str_u64(value, &n) || n > SIZE_MAX / 2)
		return p_error(p, at, "%.*s needs a whole number, not '%.*s'", STR_FMT(name), STR_FMT(value));
	*out = (size_t)n;
	return true;
}

bool p_no_option(struct parser *p, size_t at, const char *command, struct str name, const char *known)
{
	return p_error(p, at, "%s has no option '%.*s' here; it has %s", command, STR_FMT(name), known);
}

/* ---- segments ---- */

static struct str next_command(void *ctx)
{
	size_t n, *i = ctx;
	const struct spl_cmd *const *all = cmd_all(&n);

	return *i < n ? str_c(all[(*i)++]->name) : (struct str){NULL, 0};
}

/* Commands of Splunk's that are not here, and what an analyst can do. */
static const struct {
	const char *names, *why;
} absent[] = {
	{" anomalies anomalousvalue anomalydetection associate analyzefields arules cluster cofilter concurrency contingency correlate "
	 "kmeans outlier predict trendline x11 ",
	 "a statistic that spoor does not have; stats, eventstats and streamstats give averages, deviations and percentiles"},
	{" fit summary score sample ", "it belongs to Splunk's Machine Learning Toolkit; spoor only applies linear models"},
	{" extract kv kvform multikv xpath erex ", "spoor takes fields out of text with rex, spath and xmlkv"},
	{" gentimes ", "makeresults and streamstats count make rows"},
	{" audit dbinspect eventcount history metadata metasearch mcatalog mstats rest typeahead walklex ",
	 "it asks a Splunk server about itself; here are only the events of the logs"},
	{" loadjob savedsearch searchtxn ", "it needs searches saved on a Splunk server; paste the search itself, or make it a macro"},
	{" dbxquery dbxlookup inputcsv input script run runshellscript ", "it reads from outside; put a table into lookups/ and use inputlookup"},
	{" geostats geom geomfilter ", "it needs a table of where addresses are, which spoor does not have"},
	{" delete dump mcollect meventcollect mpreview redistribute sichart sirare sistats sitimechart sitop tscollect ",
	 "it is about indexes, which a log has not"},
	{" diff selfjoin set ", "append and stats values(*) by FIELD do it"},
	{" abstract gauge highlight iconify localize relevancy reltime ", "it is about how Splunk's own pages show results"},
	{" tags typelearner typer ", "events of a log have no tags and no event types"},
	{" fromjson tojson ", "json_object(), json_extract() and spath read and write JSON"},
};

/* Why there is no such command; NULL when Splunk has none either. */
static const char *why_absent(struct str name)
{
	char word[64];

	if (name.n + 3 > sizeof(word))
		return NULL;
	snprintf(word, sizeof(word), " %.*s ", STR_FMT(name));
	for (char *c = word; *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c;
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		if (strstr(absent[i].names, word))
			return absent[i].why;
	return NULL;
}

static bool unknown_command(struct parser *p, size_t at, struct str name)
{
	size_t i = 0;
	const char *why = why_absent(name);

	if (why)
		return p_error(p, at, "no command '%.*s' here: %s", STR_FMT(name), why);
	struct str near = spl_nearest(name, next_command, &i);

	if (near.p)
		return p_error(p, at, "unknown command '%.*s'; did you mean '%.*s'?", STR_FMT(name),
			       STR_FMT(near));
	return p_error(p, at, "unknown command '%.*s'", STR_FMT(name));
}

/* May `next` (NULL: nothing) stand behind the stages so far? */
static bool may_follow(struct parser *p, const struct spl_query *q, const struct spl_cmd *next, size_t at)
{
	const struct spl_stage *last = q->nstages ? &q->stage[q->nstages - 1] : NULL;
	const char *only = last && last->cmd->before ? last->cmd->before(last->args) : NULL;
	char name[40];

	snprintf(name, sizeof(name), " %s ", next ? next->name : "");
	return !only || (next && strstr(only, name)) ||
	       p_error(p, next ? at : last->at, "what %s gives here is for one of%sto go on with, and nothing else", last->cmd->name, only);
}

static bool add_stage(struct parser *p, struct spl_query *q, const struct spl_cmd *cmd, size_t at)
{
	void *args = cmd->parse(p);

	if (!args)
		return false;
	if (!p_done(p))
		return p_error(p, p->at, "%s does not understand %s here; usage: %s", cmd->name, p_found(p),
			       cmd->usage);
	ARENA_GROW(p->arena, q->stage, q->nstages, q->stagecap);
	q->stage[q->nstages++] = (struct spl_stage){cmd, args, at, p->at - at};
	return true;
}

/* One segment, p->at … p->end, not blank. `command`: its first word names a command whatever it is. */
static bool parse_segment(struct parser *p, struct spl_query *q, bool command)
{
	bool first = q->nstages == 0 && !q->takes_input;
	const struct spl_cmd *search = cmd_find(STR("search"));
	struct str name;

	p_blank(p);
	size_t start = p->at;
	bool word = p_word(p, "=<>!()'", &name);
	const struct spl_cmd *cmd = word ? cmd_find(name) : NULL;
	if (!command) {
		/* Only `search` may do without its pipe, and in a subsearch what generates rows. Else it
		 * is a search for words. */
		char next = p_peek(p);
		bool compares = next && strchr("=!<>", next);
		if (!cmd || compares || (cmd != search && (q->root == q || !cmd->generates))) {
			if (cmd && !compares)
				p_warn(p, start,
				       "'%s' is searched for as a word here; a command needs a | before it",
				       cmd->name);
			cmd = search;
			p->at = start;
		}
	} else if (!word) {
		return p_error(p, start, "expected a command, found %s", p_found(p));
	} else if (!cmd) {
		return unknown_command(p, start, name);
	}
	if (first && !cmd->generates)
		return p_error(
			p, start,
			"'%s' works on rows and cannot come first; begin with a search, | tstats or | from",
			cmd->name);
	if (!may_follow(p, q, cmd, start))
		return false;
	if (!first && cmd->only_first)
		return p_error(p, start, "%s must come first in a search", cmd->name);
	return add_stage(p, q, cmd, start);
}

bool pipeline_parse(struct parser *p, struct spl_query *q)
{
	size_t limit = p->end;
	bool command = p_char(p, '|') || q->takes_input;

	for (size_t end;; p->at = end + 1, command = true) {
		if (!p_segment_end(p, p->at, limit, &end))
			return false;
		if (end < limit && p->text.p[end] == ']')
			return p_error(p, end, "this ] closes nothing");
		p->end = end;
		if (!p_done(p) && !parse_segment(p, q, command))
			return false;
		p->end = limit;
		if (end >= limit)
			break;
	}
	p->at = limit;
	/* A search for the newest few events need not gather the others. */
	if (q->nstages > 1 && !q->takes_input && q->stage[0].cmd == cmd_find(STR("search")) &&
	    q->stage[1].cmd == cmd_find(STR("head")))
		search_limit(q->stage[0].args, head_count(q->stage[1].args));
	pipeline_push(q, p->arena);
	if (!may_follow(p, q, NULL, limit))
		return false;
	return q->nstages > 0 || p_error(p, limit, "the search is empty");
}

bool p_brackets(struct parser *p, size_t *from, size_t *to)
{
	p_blank(p);
	size_t open = p->at, close;
	if (!p_char(p, '['))
		return p_error(p, open, "expected a subsearch in [ ], found %s", p_found(p));
	for (close = p->at; close < p->end; close++) {
		if (!p_segment_end(p, close, p->end, &close))
			return false;
		if (close < p->end && p->text.p[close] == ']') {
			*from = p->at;
			*to = close;
			p->at = close + 1;
			return true;
		}
	}
	return p_error(p, open, "this [ is never closed");
}

static struct spl_query *parse_sub(struct parser *p, bool takes_input)
{
	struct spl_query *outer = p->query, *sub = ARENA_NEW(p->arena, struct spl_query);
	size_t outer_end = p->end, from, to;

	if (!outer) {
		p_error(p, p->at, "no subsearch may stand here");
		return NULL;
	}
	if (!p_deeper(p) || !p_brackets(p, &from, &to))
		return NULL;
	size_t behind = p->at;
	sub->root = outer->root;
	sub->takes_input = takes_input;
	p->query = sub;
	p->at = from;
	p->end = to;
	bool ok = pipeline_parse(p, sub);
	p->query = outer;
	p->end = outer_end;
	p->at = behind;
	p->depth--;
	if (!ok)
		return NULL;
	pipeline_needs(sub, (struct fieldset){.all = true}, p->arena);
	return sub;
}

struct spl_query *p_subsearch(struct parser *p)
{
	return parse_sub(p, false);
}

struct spl_query *p_pipeline(struct parser *p)
{
	return parse_sub(p, true);
}

struct spl_query *template_parse(struct str text, const struct spl_env *env, struct arena *a, struct diag *d)
{
	struct spl_query *q = ARENA_NEW(a, struct spl_query);
	struct parser p = {.text = text, .end = text.n, .arena = a, .env = env, .diag = d, .query = q};

	q->root = q;
	q->arena = a;
	q->env = env;
	q->text = text;
	q->takes_input = true;
	if (!pipeline_parse(&p, q))
		return NULL;
	if (q->nleaves) {
		diag_set(d, 0, 0, "a template cannot search for events");
		return NULL;
	}
	return q;
}

/* ---- needs ---- */

void pipeline_needs(struct spl_query *q, struct fieldset want, struct arena *a)
{
	for (size_t i = q->nstages; i-- > 0;) {
		const struct spl_stage *s = &q->stage[i];
		if (s->cmd->needs)
			s->cmd->needs(s->args, &want, a);
		else
			fieldset_add_all(&want);
	}
}

void sub_needs(struct spl_query *sub, const struct fieldset *want, struct arena *a)
{
	struct fieldset copy = {.all = want->all};

	for (size_t i = 0; i < want->n; i++)
		fieldset_add(&copy, want->v[i], a);
	pipeline_needs(sub, copy, a);
}
