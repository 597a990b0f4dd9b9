/* What the hits of the case report are of: the logs that were read, the rules that ran, whose risk it is, what was excluded. */
#include "export/report_inside.h"

enum { LOGS_MAX = 50, ENTITIES_MAX = 20 };

static void add_logs(struct job *j)
{
	const struct load *l = j->r->store ? store_load(j->r->store) : NULL;
	size_t shown = 0;

	if (!l) {
		for (size_t i = 0; i < j->r->nlogs; i++)
			report_item(&j->b, "log", str_c(j->r->logs[i]));
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
		report_item(&j->b, "rules", str_c(r->folders[i]));
	if (r->rules)
		sbuf_addf(&j->b, "- rules that ran: %zu; that cannot run: %zu\n", run, cannot);
}

void report_summary(struct job *j)
{
	const struct report *r = j->r;
	size_t count[VERDICT_COUNT] = {0};

	for (size_t i = 0; i < j->n; i++)
		count[j->all[i].verdict]++;
	sbuf_addz(&j->b, "# Case report\n\n");
	report_item(&j->b, "case", str_c(case_path(r->casefile)));
	if (r->store && store_first(r->store) != WHEN_NONE) {
		sbuf_addf(&j->b, "- events: %llu, ", (unsigned long long)store_events(r->store));
		report_time(&j->b, store_first(r->store));
		sbuf_addz(&j->b, " to ");
		report_time(&j->b, store_last(r->store));
		sbuf_addc(&j->b, '\n');
	}
	add_rule_set(j);
	sbuf_addz(&j->b, "- written: ");
	report_time(&j->b, r->made);
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

void report_risk(struct job *j)
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
		report_time(&j->b, e[i].first);
		sbuf_addz(&j->b, " | ");
		report_time(&j->b, e[i].last);
		sbuf_addz(&j->b, " |\n");
	}
	if (n > ENTITIES_MAX)
		sbuf_addf(&j->b, "\nand %zu more\n", n - ENTITIES_MAX);
}

void report_exclusions(struct job *j)
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
		report_time(&j->b, x[i].created);
		sbuf_addf(&j->b, " | %s |\n", x[i].enabled ? "" : "off");
	}
}
