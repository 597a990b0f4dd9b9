/* One rule: what it is, its search with macros expanded, and its file to the letter. */
#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/exclude.h"
#include "ui/summary.h"

struct rule_state_of {
	const struct rule *rule;
};

static bool accepts(const struct entity *e)
{
	return e->rule != NULL;
}

static bool open_rule(struct view *v, const struct view_arg *arg, struct diag *d)
{
	(void)d;
	((struct rule_state_of *)v->state)->rule = arg->about.rule;
	view_title(v, "%.*s", STR_FMT(arg->about.rule->name));
	return true;
}

static void field(struct page *p, const char *name, struct str value)
{
	if (value.n)
		page_field(p, 0, 10, str_c(name), ROLE_TEXT, value);
}

static void fill(struct view *v, struct page *p)
{
	const struct rule *r = ((struct rule_state_of *)v->state)->rule;
	const struct rules *rules = analysis_rules(v->ui->analysis);
	const struct findings *f = analysis_findings(v->ui->analysis);
	struct str why;
	size_t n, *hits = xcalloc(2 * (rules ? rules->n : 0) + 1, sizeof *hits), *out = hits + (rules ? rules->n : 0);

	if (f)
		exclude_counts(v->ui, rules, hits, out);
	page_wrap(p, ROLE_STRONG, r->name, 0);
	page_end(p);
	field(p, "file", r->path);
	field(p, "version", r->version);
	field(p, "date", r->date);
	field(p, "type", r->type_text);
	field(p, "status", r->status);
	field(p, "author", r->author);
	for (size_t i = 0; f && i < rules->n; i++) {
		enum rule_state state;

		if (rules->v[i] != r)
			continue;
		state = summary_rule(r, &f->rule[i], &why);
		if (state == RULE_RAN)
			page_field(p, 0, 10, STR("hits"), ROLE_TEXT, str_c(arena_printf(p->arena, "%zu in %.1f ms%s", hits[i],
			           (double)f->rule[i].ns / 1e6, out[i] ? arena_printf(p->arena, ", %zu more excluded", out[i]) : "")));
		else if (why.n)
			page_field(p, 0, 10, state == RULE_CANNOT_FIRE ? STR("cannot fire") : STR("trouble"), ROLE_WARN, why);
		for (size_t k = 0; k < f->rule[i].warn.n; k++)
			page_field(p, 0, 10, STR("warning"), ROLE_WARN, str_c(f->rule[i].warn.v[k].msg));
	}
	if (r->query) {
		const struct spl_warning *w = spl_warnings(r->query, &n);

		for (size_t i = 0; i < n; i++)
			page_field(p, 0, 10, STR("note"), ROLE_WARN, str_c(w[i].msg));
		page_heading(p, "Search, macros expanded");
		page_code(p, ROLE_CODE, spl_text(r->query), 2);
	} else {
		char text[1024];

		page_heading(p, rule_cannot_run(r) ? "Why it cannot run" : "Why it is left out");
		page_tab(p, 2, false);
		page_wrap(p, ROLE_WARN, str_c(diag_text(&r->why_not, text, sizeof text)), 4);
		page_end(p);
	}
	page_heading(p, "File");
	page_code(p, ROLE_CODE, r->raw, 2);
	free(hits);
}

static bool about(struct view *v, size_t row, struct entity *e)
{
	(void)row;
	*e = ENTITY_NONE;
	e->rule = ((struct rule_state_of *)v->state)->rule;
	return true;
}

static void copy(struct view *v, size_t row, struct sbuf *b)
{
	(void)row;
	sbuf_adds(b, ((struct rule_state_of *)v->state)->rule->raw);
}

const struct view_ops view_rule = {
	.name = "rule", .noun = "line", .help = "one rule", .pivot = REQ_RULE, .needs = "a rule", .text = true, .sort = -1,
	.state_size = sizeof(struct rule_state_of), .hints = {REQ_SEARCH, REQ_COPY, REQ_COPY_ROW, REQ_FOLD_ALL, REQ_BACK},
	.accepts = accepts, .open = open_rule, .fill = fill, .about = about, .copy = copy,
};
