/* scan: hits to stdout; with a case file also what was decided of them, and this run recorded in it. */
#include "cli/cli.h"

/* Nothing is left out unsaid. */
static int report_exclusions(const struct session *s, const struct exclusions *x)
{
	const struct diags *failed = exclusions_failed(x);
	const size_t rules = exclusions_rules(x);

	if (rules)
		say("%zu %s exclusions in the case; %zu %s left out by them", rules, rules == 1 ? "rule has" : "rules have",
		    s->excluded->n, s->excluded->n == 1 ? "hit is" : "hits are");
	for (size_t i = 0; i < failed->n; i++)
		say_diag(&failed->v[i]);
	return failed->n ? CLI_DAMAGED : CLI_OK;
}

static const char *verdict_of_key(void *ctx, const char *key)
{
	return verdict_name[case_verdict(ctx, key)];
}

static int worse(int a, int b)
{
	return a > b ? a : b;
}

static int scan(const struct cli *c, struct session *s, struct casefile *cf, const struct exclusions *excluding)
{
	struct diag d = DIAG_INIT;
	struct output out;

	if (!output_open(&out, c->output))     /* before the work is done */
		return CLI_NOTHING;
	run_session(s);
	int status = worse(report_load(s->load, c->explain), report_rules(s->rules));
	if (status == CLI_NOTHING) {
		output_abort(&out);
		return status;
	}
	status = worse(status, report_run(s->findings));
	if (excluding)
		status = worse(status, report_exclusions(s, excluding));
	if (c->explain)
		report_explain(s);
	else if (!s->findings->n)
		report_no_hits(s);
	if (cf && (!case_record(cf, s->findings, s->engine, &d) || !case_mark_excluded(cf, s->excluded->v, s->excluded->n, &d))) {
		say_diag(&d);
		status = worse(status, CLI_DAMAGED);
	}
	struct export_opts o = {
		.format = c->format, .raw_cells = c->raw_cells, .width = output_width(out.f), .verdict = cf ? verdict_of_key : NULL, .ctx = cf,
		.workers = c->workers,
	};
	return worse(status, output_close(&out, export_findings(out.f, s->findings, NULL, 0, s->engine, &o)));
}

int cli_scan(const struct cli *c)
{
	static const struct risk_limits limits = RISK_LIMITS;
	struct session_opts o = cli_session(c);
	struct casefile *cf = NULL;
	struct exclusions *excluding = NULL;
	struct rows *before = NULL;
	struct arena *a = arena_new();
	struct threshold_opts thresholds = {.limits = &limits};
	struct diag d = DIAG_INIT;

	if (c->thresholds)
		o.thresholds = &thresholds;
	if (c->case_path) {
		cf = case_open(c->case_path, &d);
		if (!cf) {
			say_diag(&d);
			arena_free(a);
			return CLI_NOTHING;
		}
		o.rules_ready = exclusions_apply;
		o.rules_ctx = excluding = case_exclusions_copy(cf);
		o.risk_before = thresholds.risk_before = before = case_risk_rows(cf);
		thresholds.known = case_thresholds(cf, a, &thresholds.nknown);
	}
	struct session *s = session_new(&o);
	int status = scan(c, s, cf, excluding);
	session_free(s);
	rows_free(before);
	exclusions_free(excluding);
	arena_free(a);
	case_close(cf);
	return status;
}

/* ---- query ---- */

static int query(const struct cli *c, struct session *s)
{
	struct diags warn = {0};
	struct diag d = DIAG_INIT;
	struct output out;

	if (!output_open(&out, c->output))
		return CLI_NOTHING;
	run_session(s);
	say_diags(&s->rules->warnings);
	int status = worse(report_load(s->load, false), s->rules->warnings.n ? CLI_DAMAGED : CLI_OK);
	struct rows *r = status == CLI_NOTHING ? NULL : session_query(s, str_c(c->args.v[0]), NULL, &warn, &d);
	say_diags(&warn);
	if (r) {
		struct export_opts o = {.format = c->format, .raw_cells = c->raw_cells, .width = output_width(out.f)};
		if (r->partial)
			say("the result was cut by a limit");
		status = worse(status, output_close(&out, export_rows(out.f, r, &o)));
	} else {
		if (diag_is_set(&d))
			say_diag(&d);
		output_abort(&out);
		status = CLI_NOTHING;
	}
	rows_free(r);
	diags_free(&warn);
	return status;
}

int cli_query(const struct cli *c)
{
	struct session_opts o = cli_session(c);

	o.logs++;                                        /* the first argument is the search */
	o.nlogs--;
	o.no_rules_run = true;
	struct session *s = session_new(&o);
	int status = query(c, s);
	session_free(s);
	return status;
}
