/* check: compiles rules, a line for each. Also lists the search language for `query --help`. */
#include "cli/cli.h"

#include "spl/agg.h"
#include "spl/cmd.h"
#include "spl/fn.h"

static void print_warnings(FILE *f, const struct rule *r)
{
	size_t n = 0;
	const struct spl_warning *w = spl_warnings(r->query, &n);

	for (size_t i = 0; i < n; i++) {
		struct sbuf b = {0};
		export_visible(&b, r->path);
		sbuf_addf(&b, ":%d: ", r->search_line);
		export_visible(&b, str_c(w[i].msg));
		fprintf(f, "   warning: %s\n", b.p);
		sbuf_free(&b);
	}
}

static void print_rule(FILE *f, const struct rule *r)
{
	struct sbuf name = {0};
	char text[sizeof(r->why_not.file) + sizeof(r->why_not.msg) + 64];

	export_visible(&name, r->name);
	if (r->query)
		fprintf(f, "ok %s (%s)\n", name.p ? name.p : "", r->file.p);
	else
		fprintf(f, "no %s\n", diag_text(&r->why_not, text, sizeof(text)));
	if (r->query)
		print_warnings(f, r);
	sbuf_free(&name);
}

int cli_check(const struct cli *c)
{
	const char *own = rules_user_macros();
	struct rules *r = rules_load(c->args.v, c->args.n, &own, own != NULL);
	size_t ok = 0, withdrawn = 0, warnings = r->warnings.n;
	struct output out;

	output_open(&out, NULL);
	say_diags(&r->warnings);
	for (size_t i = 0; i < r->n; i++) {
		size_t n = 0;
		print_rule(out.f, r->v[i]);
		ok += r->v[i]->query != NULL;
		withdrawn += r->v[i]->withdrawn;
		if (r->v[i]->query)
			spl_warnings(r->v[i]->query, &n);
		warnings += n;
	}
	size_t bad = r->n - ok - withdrawn;
	if (r->n)
		fprintf(out.f, "%zu rules: %zu ok, %zu cannot run, %zu deprecated, %zu warnings\n", r->n, ok, bad, withdrawn, warnings);
	else
		say("no rules there; name a rule file, a folder of rules, or a checkout with detections/");
	int status = !r->n ? CLI_NOTHING : bad || r->warnings.n ? CLI_DAMAGED : CLI_OK;
	int written = output_close(&out, true);
	rules_free(r);
	return written > status ? written : status;
}

void cli_language(FILE *f)
{
	size_t n;
	const struct spl_cmd *const *cmd = cmd_all(&n);
	const char *group = "";

	fputs("Commands\n", f);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "  %s\n      %s\n", cmd[i]->usage, cmd[i]->summary);
	fputs("\nFunctions of eval and where\n", f);
	const struct eval_fn *const *fn = fn_all(&n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(group, fn[i]->group) != 0)
			fprintf(f, "  (%s)\n", group = fn[i]->group);
		fprintf(f, "  %-38s  %s\n", fn[i]->usage, fn[i]->summary);
	}
	fputs("\nAggregations of stats, tstats, eventstats and their like\n", f);
	const struct agg_fn *agg = agg_all(&n);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "  %-38s  %s\n", agg[i].usage, agg[i].summary);
}
