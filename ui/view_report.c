/* The load report: inputs, events, what other providers logged, damage, and what became of the rules. */
#include "ui/app.h"
#include "ui/clock.h"
#include "ui/summary.h"

struct report {
	const void *load, *facts, *findings;             /* as they were when it was filled last */
};

static bool open_report(struct view *v, const struct view_arg *arg, struct diag *d)
{
	(void)v;
	(void)arg;
	(void)d;
	return true;
}

static void update(struct view *v)
{
	struct report *r = v->state;
	const struct analysis *a = v->ui->analysis;

	v->partial = analysis_partial(a);
	if (r->load == analysis_load(a) && r->facts == analysis_facts(a) && r->findings == analysis_findings(a) && r->load)
		return;
	r->load = analysis_load(a);
	r->facts = analysis_facts(a);
	r->findings = analysis_findings(a);
	v->stale = true;
}

static void fill(struct view *v, struct page *p)
{
	struct analysis *a = v->ui->analysis;
	const struct store *s = analysis_store(a);
	char first[WHEN_SIZE], last[WHEN_SIZE], zone[ZONE_SIZE];

	if (!analysis_load(a)) {
		struct sbuf b = {0};

		analysis_progress(a, &b);
		page_add(p, ROLE_STRONG, sbuf_str(&b));
		page_end(p);
		sbuf_free(&b);
		return;
	}
	struct sbuf b = {0};
	summary_number(&b, analysis_load(a)->events);
	sbuf_addz(&b, analysis_load(a)->events == 1 ? " Sysmon event" : " Sysmon events");
	page_add(p, ROLE_STRONG, sbuf_str(&b));
	sbuf_free(&b);
	if (s && store_first(s) != WHEN_NONE)
		page_addf(p, ROLE_TEXT, ", %s to %s %s", clock_text(store_first(s), first), clock_text(store_last(s), last),
		          clock_zone(store_first(s), store_last(s), zone));
	page_end(p);
	summary_window(a, p);
	if (analysis_partial(a)) {
		page_adds(p, ROLE_WARN, "partial: the work was stopped before its end");
		page_end(p);
	}
	summary_inputs(a, p);
	summary_damage(a, p);
	summary_events(a, p);
	summary_coverage(a, p);
	summary_others(a, p, SIZE_MAX);
	summary_rules(a, p);
}

const struct view_ops view_report = {
	.name = "report", .noun = "line", .help = "what was loaded, what was lost, what ran", .digit = '4', .text = true, .keeps = true,
	.kept_alone = true, .sort = -1, .state_size = sizeof(struct report),
	.hints = {REQ_ENTER, REQ_FOLD_ALL, REQ_SEARCH, REQ_COPY, REQ_BACK},
	.open = open_report, .update = update, .fill = fill,
};
