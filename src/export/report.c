/* The case as a Markdown report to hand over: the hits of the logs that are loaded, and apart from them what else the case holds. Owns which
 * hits are told how, and the order of the parts. Text that came from logs or rules passes through markdown.c. */
#include "export/report_inside.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"

enum { TIMELINE_MAX = 60, RULE_ROWS_MAX = 20, DETAILS_MAX = 200 };

/* ---- what the parts share ---- */

void report_time(struct sbuf *b, usec_t t)
{
	char text[WHEN_SIZE];

	sbuf_addz(b, t == WHEN_NONE ? "no time" : when_iso(t, 0, text));
}

void report_item(struct sbuf *b, const char *name, struct str value)
{
	if (!value.n)
		return;
	sbuf_addf(b, "- %s: ", name);
	export_markdown_code(b, value, false);
	sbuf_addc(b, '\n');
}

const struct finding *report_here(const struct job *j, const struct case_finding *x)
{
	const union map_val *v = map_get(j->here, x->key);

	return v ? v->p : NULL;
}

static void put(struct job *j)
{
	fwrite(j->b.p ? j->b.p : "", 1, j->b.n, j->f);
	sbuf_reset(&j->b);
}

/* ---- by verdict ---- */

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
				report_hit(j, &j->all[i]);
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

/* ---- all of them, by time or by rule ---- */

static void add_timeline(struct job *j)
{
	sbuf_addz(&j->b, "\n## Timeline\n");
	report_hit_head(&j->b);
	for (size_t i = 0; i < j->n; i++)
		report_hit_line(j, &j->all[i]);
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
		report_time(&j->b, j->all[g[i].at[0]].time);
		sbuf_addz(&j->b, " | ");
		report_time(&j->b, j->all[g[i].at[g[i].n - 1]].time);
		sbuf_addz(&j->b, " |\n");
	}
	for (size_t i = 0; i < n; i++) {
		sbuf_addz(&j->b, "\n### ");
		export_markdown(&j->b, j->all[g[i].at[0]].rule_name);
		sbuf_addf(&j->b, ": %zu\n", g[i].n);
		report_hit_head(&j->b);
		for (size_t k = 0; k < g[i].n && k < RULE_ROWS_MAX; k++)
			report_hit_line(j, &j->all[g[i].at[k]]);
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
		report_hit(j, x);
		put(j);
	}
	if (shown > DETAILS_MAX)
		sbuf_addf(&j->b, "\nand %zu more\n", shown - DETAILS_MAX);
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
		else if (report_here(j, &all[i]))
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
	report_summary(&j);
	add_findings(&j);
	report_risk(&j);
	if (j.n > TIMELINE_MAX)
		add_by_rule(&j);
	else
		add_timeline(&j);
	report_exclusions(&j);
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
