/* The case as a Markdown report to hand over: the hits of the logs that are loaded, and apart from them what else it holds. Text that
 * came from logs or rules passes through markdown.c. */
#include "export/report.h"

#include <errno.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/visible.h"
#include "detect/explain.h"
#include "export/export.h"

enum { LOGS_MAX = 50, TIMELINE_MAX = 60, RULE_ROWS_MAX = 20, DETAILS_MAX = 200, MATCHES_MAX = 20,
       CHAIN_MAX = 16, CHILDREN_MAX = 30, DESTINATIONS_MAX = 30, ENTITIES_MAX = 20 };

/* ---- text ---- */

static void add_time(struct sbuf *b, usec_t t)
{
	char text[WHEN_SIZE];

	sbuf_addz(b, t == WHEN_NONE ? "no time" : when_iso(t, 0, text));
}

static void add_item(struct sbuf *b, const char *name, struct str value)
{
	if (!value.n)
		return;
	sbuf_addf(b, "- %s: ", name);
	export_markdown_code(b, value, false);
	sbuf_addc(b, '\n');
}

/* ---- what belongs together ---- */

struct job {
	const struct report *r;
	struct arena *arena;
	struct explainer *why;                           /* NULL: no search can be asked */
	struct case_finding *all;                        /* hits of the logs that are loaded, by time … */
	size_t n;
	struct case_finding *old;                        /* … and what else the case holds; neither with those that are excluded */
	size_t nold, excluded;                           /* excluded: of the loaded logs */
	struct map *here;                                /* key -> struct finding of this run */
	struct sbuf b;
	FILE *f;
};

static bool put(struct job *j)
{
	fwrite(j->b.p ? j->b.p : "", 1, j->b.n, j->f);
	sbuf_reset(&j->b);
	return !ferror(j->f);
}

static const struct finding *here(const struct job *j, const struct case_finding *x)
{
	const union map_val *v = map_get(j->here, x->key);

	return v ? v->p : NULL;
}

/* "?192.0.2.7:443": as far as it is known, with a mark when the events that the rule joined disagree. */
static struct str destination(const struct job *j, const struct case_finding *x)
{
	const struct finding *f = here(j, x);

	if (!x->c2.n)
		return x->c2;
	return str_c(arena_printf(j->arena, "%s%.*s%s%.*s", f && f->confirmed == CONFIRM_NO ? "?" : "", STR_FMT(x->c2),
	                          f && f->port.n ? ":" : "", STR_FMT(f ? f->port : STR(""))));
}

/* ---- process and connections ---- */

static struct str pooled(const struct job *j, uint32_t id)
{
	return pool_str(store_pool(j->r->store), id);
}

static void add_process(struct job *j, uint32_t proc, unsigned depth, bool subject)
{
	const struct proc *p = ptree_at(j->r->tree, proc);
	const struct str text = p->command ? pooled(j, p->command) : pooled(j, p->image);
	const struct str start = {text.p, text.n > EXPORT_CODE_MAX ? EXPORT_CODE_MAX : text.n};

	if (p->start == WHEN_NONE)
		sbuf_addf(&j->b, "%-20s ", "(start not logged)");
	else
		add_time(&j->b, p->start);
	sbuf_addf(&j->b, " %*s%s", (int)(depth * 2), "", subject ? "> " : "- ");
	visible_add(&j->b, start.n ? start : STR("(unknown)"));
	if (p->pid) {
		sbuf_addz(&j->b, "  pid ");
		visible_add(&j->b, pooled(j, p->pid));
	}
	sbuf_addc(&j->b, '\n');
}

/* Who started it, itself, and what it started. */
static void add_tree(struct job *j, uint32_t proc)
{
	uint32_t chain[CHAIN_MAX], n = 0, children = 0;

	for (uint32_t p = ptree_at(j->r->tree, proc)->parent; p != PROC_NONE && n < CHAIN_MAX; p = ptree_at(j->r->tree, p)->parent)
		chain[n++] = p;
	const unsigned depth = n;

	/* Each line begins with a time: none of them can end the block. */
	sbuf_addz(&j->b, "\nProcess tree:\n\n~~~~~~~~text\n");
	for (unsigned d = 0; n-- > 0; d++)
		add_process(j, chain[n], d, false);
	add_process(j, proc, depth, true);
	for (uint32_t c = ptree_at(j->r->tree, proc)->child; c != PROC_NONE; c = ptree_at(j->r->tree, c)->next)
		if (children++ < CHILDREN_MAX)
			add_process(j, c, depth + 1, false);
	if (children > CHILDREN_MAX)
		sbuf_addf(&j->b, "and %u more\n", children - CHILDREN_MAX);
	sbuf_addz(&j->b, "~~~~~~~~\n");
}

static void add_connections(struct job *j, uint32_t proc)
{
	struct conn_filter f = CONN_FILTER_ALL;
	size_t n;

	f.proc = proc;
	const struct conn_group *g = conns_group(j->r->conns, &f, CONN_BY_DEST, j->arena, &n);

	if (n == 0)
		return;
	sbuf_addz(&j->b, "\nConnections:\n\n| destination | port | name | times | first | last | rhythm |\n|---|---|---|---:|---|---|---|\n");
	for (size_t i = 0; i < n && i < DESTINATIONS_MAX; i++) {
		sbuf_addz(&j->b, "| ");
		export_markdown_code(&j->b, pooled(j, g[i].dest_ip), true);
		sbuf_addz(&j->b, " | ");
		export_markdown_code(&j->b, pooled(j, g[i].dest_port), true);
		sbuf_addz(&j->b, " | ");
		export_markdown_code(&j->b, pooled(j, g[i].dest_name), true);
		sbuf_addf(&j->b, " | %u | ", g[i].count);
		add_time(&j->b, g[i].first);
		sbuf_addz(&j->b, " | ");
		add_time(&j->b, g[i].last);
		if (g[i].period > 0)
			sbuf_addf(&j->b, " | every %.3g s, give or take %.2g s |\n", g[i].period, g[i].jitter);
		else
			sbuf_addz(&j->b, " | |\n");
	}
	if (n > DESTINATIONS_MAX)
		sbuf_addf(&j->b, "\nand %zu more destinations\n", n - DESTINATIONS_MAX);
}

/* ---- findings ---- */

static void add_note(struct job *j, struct str note)
{
	if (!note.n)
		return;
	sbuf_addz(&j->b, "\n> ");
	export_markdown(&j->b, note);
	sbuf_addc(&j->b, '\n');
}

/* What matched: the terms of the rule that held, each with the value that made it hold. */
static void add_why(struct job *j, const struct finding *f)
{
	size_t n = 0;
	const struct match *m = j->why ? finding_matches(f, j->why, j->arena, &n) : NULL;

	if (!n)
		return;
	sbuf_addz(&j->b, "- why:\n");
	for (size_t i = 0; i < n && i < MATCHES_MAX; i++) {
		sbuf_addz(&j->b, "  - ");
		export_markdown_code(&j->b, m[i].term, false);
		sbuf_addz(&j->b, " held on ");
		export_markdown_code(&j->b, m[i].field, false);
		sbuf_addz(&j->b, " ");
		export_markdown_code(&j->b, m[i].value, false);
		sbuf_addc(&j->b, '\n');
	}
	if (n > MATCHES_MAX)
		sbuf_addf(&j->b, "  - and %zu more\n", n - MATCHES_MAX);
}

static void add_hashes(struct job *j, const struct finding *f)
{
	if (j->r->store && f->main_event != EV_NONE)
		add_item(&j->b, "hashes", store_data(j->r->store, f->main_event, "Hashes"));
}

static void add_detail(struct job *j, const struct case_finding *x)
{
	const struct finding *f = here(j, x);
	struct sbuf attack = {0};

	sbuf_addz(&j->b, "\n### ");
	add_time(&j->b, x->time);
	sbuf_addz(&j->b, " ");
	export_markdown(&j->b, x->rule_name);
	sbuf_addf(&j->b, " (risk %g)\n\n", x->score);
	add_item(&j->b, "what", x->message);
	add_item(&j->b, "host", x->host);
	add_item(&j->b, "user", x->user);
	add_item(&j->b, "process", x->process);
	add_item(&j->b, "command", f ? f->command : STR(""));
	if (f)
		add_hashes(j, f);
	add_item(&j->b, "parent", x->parent);
	add_item(&j->b, "destination", destination(j, x));
	if (f && f->confirmed == CONFIRM_NO)
		sbuf_addz(&j->b, "- unconfirmed: the events that the rule joins disagree on host or process\n");
	for (size_t i = 0; f && i < f->rule->nmitre; i++)
		sbuf_addf(&attack, "%s%.*s %.*s", i ? ", " : "", STR_FMT(f->rule->mitre[i].id), STR_FMT(f->rule->mitre[i].name));
	add_item(&j->b, "ATT&CK", sbuf_str(&attack));
	sbuf_free(&attack);
	if (!f)
		add_item(&j->b, "verdict", str_c(verdict_name[x->verdict]));
	add_item(&j->b, "log", x->source);
	if (f)
		add_why(j, f);
	sbuf_addf(&j->b, "- key: `%.*s`\n", STR_FMT(x->key));
	add_note(j, x->note);
	const uint32_t proc = f && j->r->tree && f->main_event != EV_NONE ? ptree_of(j->r->tree, f->main_event) : PROC_NONE;
	if (proc != PROC_NONE) {
		add_tree(j, proc);
		add_connections(j, proc);
	}
}

static void add_head(struct sbuf *b)
{
	sbuf_addz(b, "\n| time | risk | rule | host | user | process | destination | verdict |\n|---|---:|---|---|---|---|---|---|\n");
}

static void add_line(struct job *j, const struct case_finding *x)
{
	const struct str cell[] = {x->host, x->user, x->process, destination(j, x)};

	sbuf_addz(&j->b, "| ");
	add_time(&j->b, x->time);
	sbuf_addf(&j->b, " | %g | ", x->score);
	export_markdown(&j->b, x->rule_name);
	for (size_t i = 0; i < sizeof cell / sizeof *cell; i++) {
		sbuf_addz(&j->b, " | ");
		export_markdown_code(&j->b, cell[i], true);
	}
	sbuf_addf(&j->b, " | %s |\n", verdict_name[x->verdict]);
}

/* In full: what was found true, and what somebody wrote about. The rest has a line in the timeline. */
static bool wants_detail(const struct case_finding *x)
{
	return x->verdict == VERDICT_TRUE || x->note.n;
}

static void add_findings(struct job *j)
{
	static const enum verdict order[] = {VERDICT_TRUE, VERDICT_OPEN, VERDICT_BENIGN, VERDICT_FALSE};
	static const char *const title[VERDICT_COUNT] = {"Open", "True positives", "Benign", "False positives"};

	for (size_t k = 0; k < VERDICT_COUNT; k++) {
		size_t n = 0, brief = 0, shown = 0;

		for (size_t i = 0; i < j->n; i++)
			if (j->all[i].verdict == order[k]) {
				n++;
				brief += !wants_detail(&j->all[i]);
			}
		if (n == 0)
			continue;
		sbuf_addf(&j->b, "\n## %s: %zu\n", title[order[k]], n);
		for (size_t i = 0; i < j->n; i++)
			if (j->all[i].verdict == order[k] && wants_detail(&j->all[i]) && shown++ < DETAILS_MAX) {
				add_detail(j, &j->all[i]);
				put(j);
			}
		if (shown > DETAILS_MAX)
			sbuf_addf(&j->b, "\n%zu more are in the list of hits only.\n", shown - DETAILS_MAX);
		if (brief && brief < n)
			sbuf_addf(&j->b, "\n%zu without a note are in the list of hits only.\n", brief);
		else if (brief)
			sbuf_addz(&j->b, "\nNo notes; see the list of hits.\n");
	}
}

/* ---- the rest ---- */

static void add_logs(struct job *j)
{
	const struct load *l = j->r->store ? store_load(j->r->store) : NULL;
	size_t shown = 0;

	if (!l) {
		for (size_t i = 0; i < j->r->nlogs; i++)
			add_item(&j->b, "log", str_c(j->r->logs[i]));
		return;
	}
	sbuf_addz(&j->b, "\n| log | bytes | events | damaged |\n|---|---:|---:|---:|\n");
	for (size_t i = 0; i < l->inputs.n; i++) {
		const struct load_input_report *r = &l->report[i];

		if (r->skipped || shown++ >= LOGS_MAX)
			continue;
		sbuf_addz(&j->b, "| ");
		export_markdown_code(&j->b, str_c(l->inputs.v[i].name), true);
		sbuf_addf(&j->b, " | %llu | %llu | ", (unsigned long long)r->bytes, (unsigned long long)r->events);
		if (r->unusable)
			sbuf_addz(&j->b, "cannot be read |\n");
		else
			sbuf_addf(&j->b, "%llu |\n", (unsigned long long)r->damaged);
	}
	if (shown > LOGS_MAX)
		sbuf_addf(&j->b, "\nand %zu more logs\n", shown - LOGS_MAX);
	if (l->damaged)
		sbuf_addf(&j->b, "\n%llu damaged %s left out: nothing of that is in this report.\n", (unsigned long long)l->damaged,
		          l->damaged == 1 ? "record is" : "records are");
}

static void add_rule_set(struct job *j)
{
	const struct report *r = j->r;
	size_t run = 0, cannot = 0;

	for (size_t i = 0; r->rules && i < r->rules->n; i++) {
		run += r->rules->v[i]->query != NULL;
		cannot += rule_cannot_run(r->rules->v[i]);
	}
	for (size_t i = 0; i < r->nfolders; i++)
		add_item(&j->b, "rules", str_c(r->folders[i]));
	if (r->rules)
		sbuf_addf(&j->b, "- rules that ran: %zu; that cannot run: %zu\n", run, cannot);
}

static void add_summary(struct job *j)
{
	const struct report *r = j->r;
	size_t count[VERDICT_COUNT] = {0};

	for (size_t i = 0; i < j->n; i++)
		count[j->all[i].verdict]++;
	sbuf_addz(&j->b, "# Case report\n\n");
	add_item(&j->b, "case", str_c(case_path(r->casefile)));
	if (r->store && store_first(r->store) != WHEN_NONE) {
		sbuf_addf(&j->b, "- events: %llu, ", (unsigned long long)store_events(r->store));
		add_time(&j->b, store_first(r->store));
		sbuf_addz(&j->b, " to ");
		add_time(&j->b, store_last(r->store));
		sbuf_addc(&j->b, '\n');
	}
	add_rule_set(j);
	sbuf_addz(&j->b, "- written: ");
	add_time(&j->b, r->made);
	sbuf_addf(&j->b, "\n- by: spoor %s\n", PACKAGE_VERSION);
	add_logs(j);
	sbuf_addz(&j->b, "\nAll times are UTC. A destination with ? is unconfirmed: the events that the rule joins disagree on host or process.\n"
	                 "\n| verdict | hits |\n|---|---:|\n");
	for (size_t k = 0; k < VERDICT_COUNT; k++)
		sbuf_addf(&j->b, "| %s | %zu |\n", verdict_name[k], count[k]);
	if (j->excluded)
		sbuf_addf(&j->b, "\n%zu more hits are left out by exclusions.\n", j->excluded);
	if (j->nold)
		sbuf_addf(&j->b, "\nThe case holds %zu %s of other logs, too; see the section on earlier logs.\n", j->nold, j->nold == 1 ? "hit" : "hits");
}

static void add_entities(struct job *j)
{
	size_t n;
	const struct case_entity *e = case_entities(j->r->casefile, WHEN_NONE, WHEN_NONE, j->here, j->arena, &n);

	if (n == 0)
		return;
	sbuf_addz(&j->b, "\n## Risk\n\n| object | type | score | rules | tactics | first | last |\n|---|---|---:|---:|---:|---|---|\n");
	for (size_t i = 0; i < n && i < ENTITIES_MAX; i++) {
		sbuf_addz(&j->b, "| ");
		export_markdown_code(&j->b, e[i].shown, true);
		sbuf_addf(&j->b, " | %s | %g | %zu | %zu | ", risk_type_name[e[i].type], e[i].score, e[i].rules, e[i].tactics);
		add_time(&j->b, e[i].first);
		sbuf_addz(&j->b, " | ");
		add_time(&j->b, e[i].last);
		sbuf_addz(&j->b, " |\n");
	}
	if (n > ENTITIES_MAX)
		sbuf_addf(&j->b, "\nand %zu more\n", n - ENTITIES_MAX);
}

static void add_timeline(struct job *j)
{
	sbuf_addz(&j->b, "\n## Timeline\n");
	add_head(&j->b);
	for (size_t i = 0; i < j->n; i++)
		add_line(j, &j->all[i]);
}

/* The hits of one rule: indices into job.all, by time. */
struct group {
	size_t *at, n, cap;
	double score;                                    /* the highest */
};

static int group_cmp(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return x->at[0] < y->at[0] ? -1 : x->at[0] > y->at[0];
}

/* The rules that hit, worst first. The caller frees the array and each group's. */
static struct group *group_by_rule(const struct job *j, size_t *n)
{
	struct map *m = map_new();
	struct group *g = xcalloc(j->n + 1, sizeof *g);

	for (size_t i = 0; i < j->n; i++) {
		bool fresh;
		union map_val *v = map_put(m, j->all[i].rule_name, &fresh);

		if (fresh)
			v->u = map_len(m) - 1;
		struct group *one = &g[v->u];

		GROW(one->at, one->n, one->cap);
		one->at[one->n++] = i;
		if (j->all[i].score > one->score)
			one->score = j->all[i].score;
	}
	*n = map_len(m);
	map_free(m);
	qsort(g, *n, sizeof *g, group_cmp);
	return g;
}

/* So many hits that nobody reads them one by one. */
static void add_by_rule(struct job *j)
{
	size_t n;
	struct group *g = group_by_rule(j, &n);

	sbuf_addf(&j->b, "\n## Hits by rule\n\n%zu hits of %zu %s, the highest risk first; of each rule the first %d.\n\n"
	          "| rule | risk | hits | first | last |\n|---|---:|---:|---|---|\n", j->n, n, n == 1 ? "rule" : "rules", RULE_ROWS_MAX);
	for (size_t i = 0; i < n; i++) {
		sbuf_addz(&j->b, "| ");
		export_markdown(&j->b, j->all[g[i].at[0]].rule_name);
		sbuf_addf(&j->b, " | %g | %zu | ", g[i].score, g[i].n);
		add_time(&j->b, j->all[g[i].at[0]].time);
		sbuf_addz(&j->b, " | ");
		add_time(&j->b, j->all[g[i].at[g[i].n - 1]].time);
		sbuf_addz(&j->b, " |\n");
	}
	for (size_t i = 0; i < n; i++) {
		sbuf_addz(&j->b, "\n### ");
		export_markdown(&j->b, j->all[g[i].at[0]].rule_name);
		sbuf_addf(&j->b, ": %zu\n", g[i].n);
		add_head(&j->b);
		for (size_t k = 0; k < g[i].n && k < RULE_ROWS_MAX; k++)
			add_line(j, &j->all[g[i].at[k]]);
		if (g[i].n > RULE_ROWS_MAX)
			sbuf_addf(&j->b, "\nand %zu more\n", g[i].n - RULE_ROWS_MAX);
		put(j);
		free(g[i].at);
	}
	free(g);
}

/* ---- what else the case holds ---- */

static void add_old_logs(struct job *j)
{
	struct map *hits = map_new(), *decided = map_new();

	for (size_t i = 0; i < j->nold; i++) {
		const struct case_finding *x = &j->old[i];

		map_put(hits, x->source, NULL)->u++;
		map_put(decided, x->source, NULL)->u += x->verdict != VERDICT_OPEN || x->note.n;
	}
	sbuf_addz(&j->b, "\n| log | hits | decided or with a note |\n|---|---:|---:|\n");
	for (size_t i = 0; i < map_len(hits); i++) {
		const struct str log = map_key(hits, i);

		sbuf_addz(&j->b, "| ");
		if (log.n)
			export_markdown_code(&j->b, log, true);
		else
			sbuf_addz(&j->b, "not known");
		sbuf_addf(&j->b, " | %llu | %llu |\n", (unsigned long long)map_val(hits, i)->u, (unsigned long long)map_val(decided, i)->u);
	}
	map_free(hits);
	map_free(decided);
}

static void add_old(struct job *j)
{
	size_t shown = 0;

	if (!j->nold)
		return;
	sbuf_addf(&j->b, "\n## Earlier logs: %zu\n\nThe case holds these hits of logs that were not loaded when this report was written. "
	          "Nothing above counts them; those with a verdict or a note follow, without process trees.\n", j->nold);
	add_old_logs(j);
	for (size_t i = 0; i < j->nold; i++) {
		const struct case_finding *x = &j->old[i];

		if ((x->verdict == VERDICT_OPEN && !x->note.n) || shown++ >= DETAILS_MAX)
			continue;
		add_detail(j, x);
		put(j);
	}
	if (shown > DETAILS_MAX)
		sbuf_addf(&j->b, "\nand %zu more\n", shown - DETAILS_MAX);
}

static void add_exclusions(struct job *j)
{
	size_t n;
	const struct exclusion *x = case_exclusions(j->r->casefile, &n);

	if (n == 0)
		return;
	sbuf_addz(&j->b, "\n## Exclusions\n\n| rule | condition | made | |\n|---|---|---|---|\n");
	for (size_t i = 0; i < n; i++) {
		sbuf_addz(&j->b, "| ");
		export_markdown(&j->b, x[i].rule_name);
		sbuf_addz(&j->b, " | ");
		export_markdown_code(&j->b, x[i].condition, true);
		sbuf_addz(&j->b, " | ");
		add_time(&j->b, x[i].created);
		sbuf_addf(&j->b, " | %s |\n", x[i].enabled ? "" : "off");
	}
}

/* Of the logs that are loaded, or of others? A hit that is left out is told by its log's name. */
static void sort_out(struct job *j)
{
	const struct load *l = j->r->store ? store_load(j->r->store) : NULL;
	struct map *loaded = map_new();
	size_t n;
	struct case_finding *all = case_findings(j->r->casefile, j->arena, &n);

	for (size_t i = 0; l && i < l->inputs.n; i++)
		map_put(loaded, str_c(l->inputs.v[i].name), NULL);
	j->old = ARENA_ARRAY(j->arena, struct case_finding, n + 1);
	j->all = all;
	for (size_t i = 0; i < n; i++) {
		if (all[i].excluded)
			j->excluded += map_get(loaded, all[i].source) != NULL;
		else if (here(j, &all[i]))
			j->all[j->n++] = all[i];
		else
			j->old[j->nold++] = all[i];
	}
	map_free(loaded);
}

bool export_report(FILE *f, const struct report *r)
{
	struct job j = {.r = r, .arena = arena_new(), .here = map_new(), .f = f, .why = r->engine ? explainer_new(r->engine, NULL) : NULL};

	errno = 0;
	for (size_t i = 0; i < r->nfindings; i++)
		map_put(j.here, str_c(r->findings[i].key), NULL)->p = (void *)(uintptr_t)&r->findings[i];
	sort_out(&j);
	add_summary(&j);
	add_findings(&j);
	add_entities(&j);
	if (j.n > TIMELINE_MAX)
		add_by_rule(&j);
	else
		add_timeline(&j);
	add_exclusions(&j);
	add_old(&j);
	put(&j);
	explainer_free(j.why);
	map_free(j.here);
	arena_free(j.arena);
	sbuf_free(&j.b);
	if (fflush(f) == 0 && !ferror(f))
		return true;
	if (!errno)
		errno = EIO;
	return false;
}
