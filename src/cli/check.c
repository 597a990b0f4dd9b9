/* check: compiles rules, a line for each, with what a reviewer would ask. Also lists the search language for `query --help`. */
#include "cli/cli.h"

#include <math.h>
#include <stdlib.h>

#include "base/visible.h"
#include "spl/agg.h"
#include "spl/cmd.h"
#include "spl/fn.h"

static void print_warnings(FILE *f, const struct rule *r)
{
	size_t n = 0;
	const struct spl_warning *w = spl_warnings(r->query, &n);

	for (size_t i = 0; i < n; i++) {
		struct sbuf b = {0};
		struct diag at = DIAG_INIT;
		rule_place(r, w[i].line, w[i].col, &at);
		visible_add(&b, r->path);
		sbuf_addf(&b, ":%d: ", at.line);
		visible_add(&b, str_c(w[i].msg));
		fprintf(f, "   warning: %s\n", b.p);
		sbuf_free(&b);
	}
}

/* ---- what messages and risk ask of the result ---- */

/* An analysis without events, on which a search shows the fields that it always has. */
static struct session *nothing(struct session_opts *o)
{
	static const struct session_opts none = {.now = WHEN_NONE, .no_rules_run = true, .workers = 1};

	*o = none;
	struct session *s = session_new(o);
	s->load = load_run(NULL, 0, &(struct load_opts){.workers = 1});
	s->store = store_new(s->load);
	s->cim = cim_new(s->store, &(struct cim_opts){0});
	s->engine = engine_embedded(s->cim);
	return s;
}

struct asked {
	FILE *f;
	const struct rule *rule;
	const struct rows *result;
	size_t missing;
};

static void ask(struct asked *a, struct str field, const char *by)
{
	struct sbuf b = {0};

	if (rows_find(a->result, field) >= 0)
		return;
	a->missing++;
	visible_add(&b, a->rule->path);
	sbuf_addf(&b, ":%d: %s names ", a->rule->search_line, by);
	visible_add(&b, field);
	fprintf(a->f, "   warning: %s, which the search does not return\n", b.p);
	sbuf_free(&b);
}

/* Each $field$ of a text. */
static void ask_tokens(struct asked *a, struct str text, const char *by)
{
	const char *end = text.p + text.n;

	for (const char *from = text.n ? memchr(text.p, '$', text.n) : NULL; from;) {
		const char *to = memchr(from + 1, '$', (size_t)(end - from) - 1);
		if (!to)
			return;
		struct str name = {from + 1, (size_t)(to - from) - 1};
		size_t word = 0;
		while (word < name.n && name.p[word] != ' ' && name.p[word] != '$')
			word++;
		if (!name.n || word < name.n) {          /* a dollar, no token */
			from = to;
			continue;
		}
		ask(a, name, by);
		from = memchr(to + 1, '$', (size_t)(end - to) - 1);
	}
}

/* Warnings about fields that the rule's message, risk and threat objects name and its search never has. Their number. */
static size_t print_missing(FILE *f, const struct rule *r, struct session *s)
{
	struct diag d = DIAG_INIT;
	struct spl_run_opts o = {.engine = s->engine, .now = NAN};
	struct rows *result = spl_closed(r->query) ? spl_run(r->query, &o, NULL, &d) : NULL;
	struct asked a = {f, r, result, 0};

	if (result && result->ncols) {
		ask_tokens(&a, r->message, "the message");
		for (size_t i = 0; i < r->nrisk; i++) {
			ask(&a, r->risk[i].field, "a risk object");
			ask_tokens(&a, r->risk[i].message, "a message");
		}
		for (size_t i = 0; i < r->nthreat; i++)
			ask(&a, r->threat[i].field, "a threat object");
	}
	rows_free(result);
	return a.missing;
}

static void print_rule(FILE *f, const struct rule *r)
{
	struct sbuf name = {0};
	char text[sizeof(r->why_not.file) + sizeof(r->why_not.msg) + 64];

	visible_add(&name, r->name);
	sbuf_addz(&name, " (");
	visible_add(&name, r->file);
	if (r->query)
		fprintf(f, "ok %s)\n", name.p);
	else
		fprintf(f, "%s %s\n", r->elsewhere ? "other" : "no", diag_text(&r->why_not, text, sizeof(text)));
	if (r->query)
		print_warnings(f, r);
	sbuf_free(&name);
}

int cli_check(const struct cli *c)
{
	const char *own = rules_user_macros();
	struct rules *r = rules_load(c->args.v, c->args.n, &own, own != NULL);
	size_t ok = 0, withdrawn = 0, elsewhere = 0, warnings = r->warnings.n;
	struct session_opts opts;
	struct session *empty = nothing(&opts);
	struct output out;

	output_open(&out, NULL);
	say_diags(&r->warnings);
	for (size_t i = 0; i < r->n; i++) {
		size_t n = 0;
		print_rule(out.f, r->v[i]);
		ok += r->v[i]->query != NULL;
		withdrawn += r->v[i]->withdrawn;
		elsewhere += r->v[i]->elsewhere;
		if (r->v[i]->query) {
			spl_warnings(r->v[i]->query, &n);
			n += print_missing(out.f, r->v[i], empty);
		}
		warnings += n;
	}
	size_t bad = r->n - ok - withdrawn - elsewhere;
	if (r->n)
		fprintf(out.f, "%zu rules: %zu ok, %zu cannot run, %zu deprecated, ", r->n, ok, bad, withdrawn);
	if (r->n && elsewhere)
		fprintf(out.f, "%zu for other logs than Sysmon's, ", elsewhere);
	if (r->n)
		fprintf(out.f, "%zu warnings\n", warnings);
	else
		say("no rules there; name a rule file, a folder of rules, or a checkout with detections/");
	int status = !r->n ? CLI_NOTHING : bad || r->warnings.n ? CLI_DAMAGED : CLI_OK;
	int written = output_close(&out, true);
	session_free(empty);
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
