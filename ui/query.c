/* Searches of the analyst's own: the SPL prompt with completion and errors in their place, and a rule's drilldowns. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "spl/cmd.h"
#include "spl/fn.h"
#include "ui/app.h"

/* ---- completion ---- */

static bool is_name(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '.';
}

struct adding {
	struct words *w;
	struct str part;
};

static void add_macro(void *ctx, struct str name, unsigned nargs)
{
	struct adding *a = ctx;

	(void)nargs;
	words_add(a->w, a->part, name);
}

/* The data model that the search has named so far. */
static const struct cim_node *node_named(struct str s)
{
	struct str rest = s, word = {0};
	ptrdiff_t at;

	while ((at = str_find(rest, STR("datamodel"))) >= 0) {
		rest.p += at + 9;
		rest.n -= (size_t)at + 9;
		while (rest.n && (rest.p[0] == '=' || rest.p[0] == ' ' || rest.p[0] == ':')) {
			rest.p++;
			rest.n--;
		}
		word = (struct str){rest.p, 0};
		while (word.n < rest.n && is_name(word.p[word.n]))
			word.n++;
	}
	return word.n ? cim_node(word) : NULL;
}

static void add_fields(struct ui *u, struct str before, struct adding *a)
{
	const struct cim_node *node = node_named(before);
	const struct store *s = analysis_store(u->analysis);
	size_t n;

	if (node) {
		const char *const *field = cim_fields(node, &n);

		for (size_t i = 0; i < n; i++)
			words_add(a->w, a->part, str_c(field[i]));
		return;
	}
	for (size_t t = 0; s && t < store_ntables(s); t++) {
		const char *const *field = cim_raw_fields(analysis_cim(u->analysis), store_table(s, t), &n);

		for (size_t i = 0; i < n; i++)
			words_add(a->w, a->part, str_c(field[i]));
	}
}

static void add_functions(struct adding *a)
{
	size_t n;
	const struct eval_fn *const *fn = fn_all(&n);

	for (size_t i = 0; i < n; i++)
		words_add(a->w, a->part, str_c(fn[i]->name));
	const struct agg_fn *agg = agg_all(&n);
	for (size_t i = 0; i < n; i++)
		words_add(a->w, a->part, str_c(agg[i].name));
}

static void complete_spl(struct ui *u, struct str before, struct words *w)
{
	const struct cim_node *const *node;
	const struct spl_cmd *const *cmd;
	struct rules *rules = analysis_rules(u->analysis);
	size_t n, at;

	w->start = before.n;
	while (w->start > 0 && is_name(before.p[w->start - 1]))
		w->start--;
	struct adding a = {w, {before.p + w->start, before.n - w->start}};
	for (at = w->start; at > 0 && before.p[at - 1] == ' '; at--)
		;
	struct str left = {before.p, at};
	if (w->start > 0 && before.p[w->start - 1] == '`') {
		if (rules && rules_env(rules)->macros)
			rules_env(rules)->macros(rules_env(rules)->ctx, add_macro, &a);
	} else if (str_ends(left, "datamodel=") || str_ends(left, "datamodel:") || str_ends(left, "datamodel")) {
		node = cim_nodes(&n);
		for (size_t i = 0; i < n; i++)
			words_add(w, a.part, str_c(cim_node_name(node[i])));
	} else if (at == 0 || left.p[at - 1] == '|' || left.p[at - 1] == '[') {
		cmd = cmd_all(&n);
		for (size_t i = 0; i < n; i++)
			words_add(w, a.part, str_c(cmd[i]->name));
		if (at == 0)
			add_fields(u, before, &a);
	} else {
		add_fields(u, before, &a);
		if (a.part.n)
			add_functions(&a);
	}
	words_sort(w);
}

/* ---- the prompt ---- */

/* What the engine is to run: a command that makes rows may be typed without the bar before it. */
static struct str whole_search(struct arena *a, struct str typed)
{
	struct str word = {typed.p, 0};

	while (word.n < typed.n && is_name(word.p[word.n]))
		word.n++;
	const struct spl_cmd *c = word.n && (word.n == typed.n || typed.p[word.n] != '=') ? cmd_find(word) : NULL;
	return c && c->generates ? str_c(arena_printf(a, "| %.*s", STR_FMT(typed))) : typed;
}

/* An error's place in the search is turned into one of what was typed. */
static void place_error(struct str typed, struct str search, struct diag *d)
{
	const size_t prefix = search.n - typed.n;

	d->col = d->line <= 1 && d->col > (int)prefix ? d->col - (int)prefix : 0;
}

static bool query_accept(struct ui *u, struct str typed, struct diag *d)
{
	struct rules *rules = analysis_rules(u->analysis);
	struct view_arg arg = {.about = ENTITY_NONE};

	typed = str_trim(typed);
	if (typed.n == 0)
		return true;
	if (!rules || !analysis_engine(u->analysis))
		return diag_set(d, 0, 0, "the log is still being loaded; the line stays");
	struct arena *a = arena_new();
	arg.search = whole_search(a, typed);
	arg.title = typed;
	struct spl_query *q = spl_compile(arg.search, rules_env(rules), d);
	if (q) {
		spl_free(q);
		ui_open(u, &view_rows, &arg);
	} else {
		place_error(typed, arg.search, d);
	}
	arena_free(a);
	return q != NULL;
}

static const struct prompt_kind query_kind = {
	.label = "SPL: ", .history = "spl", .accept = query_accept, .complete = complete_spl,
	.hint = "EventCode=1 Image=*\\\\cmd.exe | stats count by User     Tab completes",
};

void query_prompt(struct ui *u, struct str text)
{
	prompt_open(u, &query_kind, text);
}

/* ---- drilldowns ---- */

struct drill {
	struct finding f;                                /* a copy: the list of hits may move */
};

static void drill_picked(struct ui *u, size_t i, void *ctx)
{
	struct drill *x = ctx;
	struct arena *a = arena_new();
	struct view_arg arg = {.about = ENTITY_NONE};

	arg.search = detect_drilldown(&x->f, &x->f.rule->drill[i], a);
	arg.title = detect_fill(x->f.rule->drill[i].name, x->f.rows, x->f.row, a);
	if (arg.search.n)
		ui_open(u, &view_rows, &arg);
	else
		ui_say(u, ROLE_TEXT, "this drilldown has no search");
	arena_free(a);
}

void query_drilldowns(struct ui *u, const struct finding *f)
{
	struct drill *x;

	if (f->rule->ndrill == 0) {
		ui_say(u, ROLE_TEXT, "the rule has no drilldown searches");
		return;
	}
	if (!analysis_engine(u->analysis)) {
		ui_say(u, ROLE_TEXT, "the log is still being loaded");
		return;
	}
	x = xcalloc(1, sizeof *x);
	x->f = *f;
	choose_open(u, "Drilldown searches of the rule", drill_picked, x, free);
	struct arena *a = arena_new();
	for (size_t i = 0; i < f->rule->ndrill; i++)
		choose_add(u, 0, detect_fill(f->rule->drill[i].name, f->rows, f->row, a), f->rule->drill[i].search);
	arena_free(a);
}
