/* Exclusions on the screen. Owns the prompt and which hits are left out; storing them is case/'s, applying them rule/'s. */
#include "ui/exclude.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "export/export.h"
#include "ui/app.h"
#include "ui/decide.h"
#include "ui/propose.h"
#include "ui/work.h"

struct exclude {
	struct exclusions *at_start;
	struct map *out;                                 /* keys of the hits that are left out */
	struct map *filter;                              /* rule id -> char *: the filter that `out` tells of */
	struct map *error;                               /* rule id -> char * */
	unsigned version, changes;                       /* changes: of the case, as followed last */
	bool started, following, show;
	/* The condition being written. */
	const struct rule *rule;
	struct finding hit;                              /* a copy */
	bool counting;
	char *counted;                                   /* the condition that these are of; NULL: none */
	size_t of, removed, fresh;
	struct diag failed;
};

static struct exclude *own(const struct ui *u) { return u->exclude; }

bool exclude_has(const struct ui *u, const char *key) { return map_get(own(u)->out, str_c(key)) != NULL; }
bool exclude_shown(const struct ui *u) { return own(u)->show; }
size_t exclude_count(const struct ui *u) { return map_len(own(u)->out); }
unsigned exclude_version(const struct ui *u) { return own(u)->version; }

static struct str text_of(const struct map *m, struct str id)
{
	const union map_val *v = map_get(m, id);

	return v && v->p ? str_c(v->p) : STR("");
}

static void set_text(struct map *m, struct str id, struct str text)
{
	union map_val *v = map_put(m, id, NULL);

	free(v->p);
	v->p = xstrndup(text.p ? text.p : "", text.n);
}

struct str exclude_error(const struct ui *u, struct str rule_id) { return text_of(own(u)->error, rule_id); }

const struct rule *exclude_rule(const struct ui *u, struct str rule_id)
{
	const struct rules *r = analysis_rules(u->analysis);

	for (size_t i = 0; r && i < r->n; i++)
		if (str_eq(exclusion_rule_id(r->v[i]), rule_id))
			return r->v[i];
	return NULL;
}

/* ---- start, end ---- */

void exclude_start(struct ui *u, struct session_opts *o)
{
	struct exclude *x = u->exclude = xcalloc(1, sizeof *x);

	x->out = map_new();
	x->filter = map_new();
	x->error = map_new();
	x->at_start = case_exclusions_copy(u->casefile);
	o->rules_ready = exclusions_apply;
	o->rules_ctx = x->at_start;
}

static void free_texts(struct map *m)
{
	for (size_t i = 0; i < map_len(m); i++)
		free(map_val(m, i)->p);
	map_free(m);
}

void exclude_end(struct ui *u)
{
	struct exclude *x = own(u);

	if (!x)
		return;
	exclusions_free(x->at_start);
	map_free(x->out);
	free_texts(x->filter);
	free_texts(x->error);
	free(x->counted);
	free(x);
	u->exclude = NULL;
}

/* ---- the hits of a rule, those left out at the start included ---- */

static const struct finding *next_of(const struct ui *u, const struct rule *rule, size_t *at)
{
	const struct session *s = analysis_session(u->analysis);
	const struct findings *in = s->findings, *out = s->excluded;

	for (; *at < in->n + out->n; ++*at) {
		const struct finding *f = *at < in->n ? &in->v[*at] : &out->v[*at - in->n];

		if (f->rule == rule) {
			++*at;
			return f;
		}
	}
	return NULL;
}

static void changed(struct ui *u)
{
	own(u)->version++;
	decide_changed(u);
}

/* What had been left out when the rules ran. */
static void take_start(struct ui *u)
{
	struct exclude *x = own(u);
	const struct session *s = analysis_session(u->analysis);
	const struct diags *failed = exclusions_failed(x->at_start);
	struct diag d = DIAG_INIT;

	x->started = true;
	for (size_t i = 0; i < s->excluded->n; i++)
		map_put(x->out, str_c(s->excluded->v[i].key), NULL);
	for (size_t i = 0; i < s->rules->n; i++)
		if (s->rules->v[i]->excluding)
			set_text(x->filter, exclusion_rule_id(s->rules->v[i]), exclusions_filter(x->at_start, exclusion_rule_id(s->rules->v[i])));
	if (!case_mark_excluded(u->casefile, s->excluded->v, s->excluded->n, &d))
		ui_say_diag(u, &d);
	else if (failed->n)
		ui_say_diag(u, &failed->v[0]);
	x->changes = decide_changes(u) - 1;
	changed(u);
}

void exclude_again(struct ui *u)
{
	struct exclude *x = own(u);

	free_texts(x->filter);
	x->filter = map_new();
	x->started = false;
}

/* ---- following the case ---- */

struct trial {
	const struct session *session;
	const struct rule *rule;
	char *filter;
	struct findings *found;
	struct diag error;
	char *condition;                                 /* of a count for the prompt */
};

static void try_filter(struct job *job)
{
	struct trial *t = job->ctx;

	t->found = session_try(t->session, t->rule, str_c(t->filter), &job->cancel, &t->error);
}

static void trial_free(struct trial *t)
{
	findings_free(t->found);
	free(t->filter);
	free(t->condition);
	free(t);
}

static void start_trial(struct ui *u, const struct rule *rule, struct str filter, char *condition, void (*done)(struct job *))
{
	struct trial *t = xcalloc(1, sizeof *t);

	*t = (struct trial){.session = analysis_session(u->analysis), .rule = rule, .filter = xstrndup(filter.p ? filter.p : "", filter.n),
	                    .error = DIAG_INIT, .condition = condition};
	work_start(u, NULL, "applying exclusions", try_filter, done, t);
}

static struct map *keys_of_findings(const struct findings *f)
{
	struct map *m = map_new();

	for (size_t i = 0; f && i < f->n; i++)
		map_put(m, str_c(f->v[i].key), NULL);
	return m;
}

/* Takes over what a trial says of its rule's hits; without one (found NULL) all of them are back. */
static void take_trial(struct ui *u, const struct trial *t)
{
	struct exclude *x = own(u);
	struct map *kept = keys_of_findings(t->found);
	struct finding *gone = NULL, *back = NULL;
	size_t ngone = 0, nback = 0, gonecap = 0, backcap = 0;
	struct diag d = DIAG_INIT;
	const struct finding *f;

	for (size_t at = 0; (f = next_of(u, t->rule, &at));) {
		const bool out = t->found && !map_get(kept, str_c(f->key)), was = exclude_has(u, f->key);

		if (out && !was) {
			map_put(x->out, str_c(f->key), NULL);
			GROW(gone, ngone, gonecap);
			gone[ngone++] = *f;
		} else if (!out && was) {
			map_del(x->out, str_c(f->key));
			GROW(back, nback, backcap);
			back[nback++] = *f;
		}
	}
	map_free(kept);
	const struct findings shell = {.v = back, .n = nback};
	if (!case_mark_excluded(u->casefile, gone, ngone, &d) || (nback && !case_record(u->casefile, &shell, analysis_engine(u->analysis), &d)))
		ui_say_diag(u, &d);
	else if (ngone || nback)
		ui_say(u, ROLE_TEXT, "%zu %s of %.*s %s", ngone ? ngone : nback, (ngone ? ngone : nback) == 1 ? "hit" : "hits",
		       STR_FMT(t->rule->name), ngone ? "left out; u undoes, X shows them" : "back");
	free(gone);
	free(back);
}

static void followed(struct job *job)
{
	struct trial *t = job->ctx;
	struct ui *u = job->ui;
	struct exclude *x = own(u);
	const struct str id = exclusion_rule_id(t->rule);

	x->following = false;
	set_text(x->filter, id, str_c(t->filter));
	set_text(x->error, id, diag_is_set(&t->error) ? str_c(t->error.msg) : STR(""));
	take_trial(u, t);
	if (diag_is_set(&t->error))
		ui_say_diag(u, &t->error);
	x->changes = decide_changes(u) - 1;              /* other rules may wait */
	changed(u);
	trial_free(t);
}

/* True when a rule was found whose exclusions are not those that its hits tell of. */
static bool follow(struct ui *u, struct str id)
{
	struct exclude *x = own(u);
	struct arena *a = arena_new();
	const struct rule *rule = exclude_rule(u, id);
	const struct str want = case_filter(u->casefile, id, a);
	const bool differs = rule && rule->query && !str_eq(want, text_of(x->filter, id));

	if (differs) {
		x->following = true;
		start_trial(u, rule, want, NULL, followed);
	}
	arena_free(a);
	return differs;
}

void exclude_tick(struct ui *u)
{
	struct exclude *x = own(u);
	bool found = false;
	size_t n;

	if (!analysis_findings(u->analysis) || !decide_ready(u) || !decide_recorded(u) || x->following)
		return;
	if (!x->started)
		take_start(u);
	if (x->changes == decide_changes(u))
		return;
	x->changes = decide_changes(u);
	const struct exclusion *v = case_exclusions(u->casefile, &n);
	for (size_t i = 0; i < n && !found; i++)
		found = follow(u, v[i].rule_id);
	for (size_t i = 0; i < map_len(x->filter) && !found; i++)
		found = follow(u, map_key(x->filter, i));
}

size_t exclude_hits(const struct ui *u, struct finding **out)
{
	const struct session *s = analysis_session(u->analysis);
	const struct findings *from[] = {s->findings, s->excluded};
	size_t n = 0;

	*out = xcalloc(s->findings->n + s->excluded->n + 1, sizeof **out);
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < from[k]->n; i++)
			if (!exclude_has(u, from[k]->v[i].key))
				(*out)[n++] = from[k]->v[i];
	return n;
}

/* ---- the prompt ---- */

/* The rule's filter as it would be with this condition, too. */
static struct str filter_with(struct ui *u, const struct rule *rule, struct str condition, struct arena *a)
{
	const struct str now = case_filter(u->casefile, exclusion_rule_id(rule), a);

	return str_c(arena_printf(a, "%.*s NOT (%.*s)", STR_FMT(now.n ? now : STR("search")), STR_FMT(condition)));
}

static void count(struct ui *u, struct str condition);

static void counted(struct job *job)
{
	struct trial *t = job->ctx;
	struct ui *u = job->ui;
	struct exclude *x = own(u);
	struct map *kept = keys_of_findings(t->found), *known = map_new();
	const struct finding *f;

	x->counting = false;
	free(x->counted);
	x->counted = xstrdup(t->condition);
	x->failed = t->error;
	x->of = x->removed = x->fresh = 0;
	for (size_t at = 0; (f = next_of(u, t->rule, &at));) {
		map_put(known, str_c(f->key), NULL);
		if (exclude_has(u, f->key))
			continue;
		x->of++;
		x->removed += t->found && !map_get(kept, str_c(f->key));
	}
	for (size_t i = 0; t->found && i < t->found->n; i++)
		x->fresh += !map_get(known, str_c(t->found->v[i].key));
	map_free(kept);
	map_free(known);
	trial_free(t);
	u->dirty = true;
	if (u->prompt && prompt_is(u, "exclude: ") && !str_eq(str_trim(prompt_text(u)), str_c(x->counted)))
		count(u, prompt_text(u));
}

/* Counts on a worker, one condition at a time: the newest follows when the one before it has ended. */
static void count(struct ui *u, struct str condition)
{
	struct exclude *x = own(u);
	const struct rules *r = analysis_rules(u->analysis);
	struct diag d = DIAG_INIT;

	condition = str_trim(condition);
	if (!rules_condition_check(condition, rules_env(r), &d)) {
		if (condition.n)
			prompt_error(u, &d);
		return;
	}
	if (x->counting || (x->counted && str_eq(condition, str_c(x->counted))))
		return;
	x->counting = true;
	struct arena *a = arena_new();
	start_trial(u, x->rule, filter_with(u, x->rule, condition, a), xstrndup(condition.p, condition.n), counted);
	arena_free(a);
}

static void exclude_note(struct ui *u, struct sbuf *b)
{
	const struct exclude *x = own(u);
	const struct str text = str_trim(prompt_text(u));

	if (x->counted && str_eq(text, str_c(x->counted))) {
		if (diag_is_set(&x->failed))
			sbuf_addf(b, "the rule fails with it: %s", x->failed.msg);
		else
			sbuf_addf(b, "leaves out %zu of the rule's %zu %s", x->removed, x->of, x->of == 1 ? "hit" : "hits");
		if (x->fresh)
			sbuf_addf(b, "; %zu others come when the dump is opened again", x->fresh);
	} else {
		sbuf_addz(b, x->counting ? "counting" : "a condition as in a search");
	}
	if (!rules_filter_macro(analysis_rules(u->analysis), x->rule).p)
		sbuf_addz(b, "; applied to its result rows: it has no filter macro");
}

static void complete_field(struct ui *u, struct str before, struct words *w)
{
	const struct finding *f = &own(u)->hit;

	w->start = before.n;
	while (w->start > 0 && before.p[w->start - 1] != ' ' && before.p[w->start - 1] != '(')
		w->start--;
	for (size_t i = 0; i < f->rows->ncols; i++)
		if (val_count(f->rows->col[i].v[f->row]))
			words_add(w, (struct str){before.p + w->start, before.n - w->start}, f->rows->col[i].name);
	words_sort(w);
}

static bool exclude_accept(struct ui *u, struct str text, struct diag *d)
{
	struct exclude *x = own(u);
	const struct rules *r = analysis_rules(u->analysis);
	const struct str macro = rules_filter_macro(r, x->rule);
	struct arena *a = arena_new();
	int64_t id;

	text = str_trim(text);
	if (!decide_ready(u))
		diag_set(d, 0, 0, "the hits of this run are still being written to the case; try again in a moment");
	else if (rules_condition_check(text, rules_env(r), d)) {
		struct rule_variant *v = rules_variant(r, x->rule, filter_with(u, x->rule, text, a), d);
		const struct exclusion e = {.rule_id = exclusion_rule_id(x->rule), .rule_name = x->rule->name, .macro = macro.p ? macro : STR(""),
		                            .condition = text};

		if (v && case_exclude(u->casefile, &e, &id, d)) {
			ui_say(u, ROLE_TEXT, "the exclusion is in the case");
			decide_changed(u);
		}
		rule_variant_free(v);
	}
	arena_free(a);
	return !diag_is_set(d);
}

static const struct prompt_kind exclude_kind = {
	.label = "exclude: ", .history = "exclude", .changed = count, .accept = exclude_accept, .complete = complete_field,
	.note = exclude_note,
};

static void ask(struct ui *u)
{
	struct exclude *x = own(u);
	struct view *v = ui_top(u);
	struct entity e = ENTITY_NONE;
	const size_t row = list_selected(v);

	if (row == LIST_NONE || !v->ops->about || !v->ops->about(v, row, &e) || !e.hit) {
		ui_say(u, ROLE_TEXT, "an exclusion needs a hit; the selected row has none");
		return;
	}
	if (e.hit->threshold) {
		ui_say(u, ROLE_TEXT, "a threshold cannot be excluded from; exclude hits that added up to it, or set its limit in the configuration");
		return;
	}
	if (!x->started) {
		ui_say(u, ROLE_TEXT, "the rules are still running; exclusions come after");
		return;
	}
	if (exclude_has(u, e.hit->key)) {
		ui_say(u, ROLE_TEXT, "the hit is left out already; the view of exclusions has by what");
		return;
	}
	struct sbuf b = {0};

	x->hit = *e.hit;
	x->rule = e.hit->rule;
	free(x->counted);
	x->counted = NULL;
	propose_condition(&x->hit, &b);
	prompt_open(u, &exclude_kind, sbuf_str(&b));
	if (b.n)
		count(u, sbuf_str(&b));
	sbuf_free(&b);
}

bool exclude_request(struct ui *u, enum request r)
{
	struct exclude *x = own(u);

	if (r == REQ_EXCLUDE) {
		ask(u);
		return true;
	}
	if (r != REQ_EXCLUDED)
		return false;
	x->show = !x->show;
	changed(u);
	if (map_len(x->out) == 0)
		ui_say(u, ROLE_TEXT, "no hit is left out by an exclusion");
	else
		ui_say(u, ROLE_TEXT, x->show ? "%zu %s shown that exclusions leave out, with a ~" : "%zu %s hidden that exclusions leave out",
		       map_len(x->out), map_len(x->out) == 1 ? "hit is" : "hits are");
	return true;
}

/* ---- for Splunk ---- */

bool exclude_macro(struct ui *u, struct str rule_id, struct sbuf *name, struct sbuf *b, struct diag *d)
{
	const struct rules *r = analysis_rules(u->analysis);
	const struct rule *rule = exclude_rule(u, rule_id);
	struct arena *a = arena_new();

	if (!rule) {
		arena_free(a);
		return diag_set(d, 0, 0, "the rule of this exclusion is not among those of this run");
	}
	const struct str macro = rules_filter_macro(r, rule);

	if (macro.p)
		sbuf_adds(name, macro);
	else
		sbuf_addf(name, "%.*s_filter", (int)(str_ends(rule->file, ".yml") ? rule->file.n - 4 : rule->file.n), rule->file.p);
	sbuf_addz(b, "definition: ");
	export_json_str(b, rules_filter_definition(r, rule, case_filter(u->casefile, rule_id, a), a));
	sbuf_addz(b, "\ndescription: ");
	const struct str text = str_c(arena_printf(a, "Leaves out of %.*s what was found to be known good.%s", STR_FMT(rule->name),
		macro.p ? "" : " The search does not use this macro: append it to the search as its last command."));
	export_json_str(b, text);
	sbuf_addz(b, "\nname: ");
	export_json_str(b, sbuf_str(name));
	sbuf_addz(b, "\n");
	arena_free(a);
	return true;
}
