/* Exclusions on the screen. Owns the prompt and which hits are left out; storing them is case/'s, applying them rule/'s. */
#include "ui/exclude.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "export/export.h"
#include "ui/app.h"
#include "ui/beyond.h"
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
	struct {                                         /* what the rules that are being followed have brought so far */
		size_t gone, back;
		double points;
	} moved;
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
	beyond_again(u);
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

static double risk_of(const struct finding *f)
{
	double sum = 0;

	for (size_t i = 0; i < f->nrisk; i++)
		sum += f->risk[i].score;
	return sum;
}

static struct map *keys_of_findings(const struct findings *f)
{
	struct map *m = map_new();

	for (size_t i = 0; f && i < f->n; i++)
		map_put(m, str_c(f->v[i].key), NULL);
	return m;
}

/* A set without some of its keys, in its place. */
static struct map *without(struct map *set, struct finding *f, size_t n)
{
	struct findings shell = {.v = f, .n = n};
	struct map *less = keys_of_findings(&shell), *rest = map_new();

	for (size_t i = 0; i < map_len(set); i++)
		if (!map_get(less, map_key(set, i)))
			map_put(rest, map_key(set, i), NULL);
	map_free(less);
	map_free(set);
	return rest;
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
			x->moved.points -= risk_of(f);
			GROW(gone, ngone, gonecap);
			gone[ngone++] = *f;
		} else if (!out && was) {
			x->moved.points += risk_of(f);
			GROW(back, nback, backcap);
			back[nback++] = *f;
		}
	}
	map_free(kept);
	if (nback)
		x->out = without(x->out, back, nback);
	const struct findings shell = {.v = back, .n = nback};
	if (!case_mark_excluded(u->casefile, gone, ngone, &d) || (nback && !case_record(u->casefile, &shell, analysis_engine(u->analysis), &d)))
		ui_say_diag(u, &d);
	x->moved.gone += ngone;
	x->moved.back += nback;
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

/* The hits of thresholds are now what the rest makes of them. */
static void added_up(struct ui *u, size_t before, size_t now)
{
	struct exclude *x = own(u);
	const size_t hits = x->moved.gone ? x->moved.gone : x->moved.back;
	const double points = x->moved.points < 0 ? -x->moved.points : x->moved.points;
	struct sbuf b = {0};

	sbuf_addf(&b, "%zu %s %s", hits, hits == 1 ? "hit" : "hits", x->moved.gone ? "left out" : "back");
	if (points > 0)
		sbuf_addf(&b, ", %g points of risk %s", points, x->moved.points < 0 ? "less" : "more");
	if (before != now) {
		const size_t n = before > now ? before - now : now - before;

		sbuf_addf(&b, ", %zu %s %s", n, n == 1 ? "threshold" : "thresholds", before > now ? "no longer crossed" : "crossed again");
	}
	ui_say(u, ROLE_TEXT, "%.*s%s", STR_FMT(sbuf_str(&b)), x->moved.gone ? "; u undoes, X shows them" : "");
	sbuf_free(&b);
	x->following = false;
	x->moved.gone = x->moved.back = 0;
	x->moved.points = 0;
	changed(u);
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
	if (!found && (x->moved.gone || x->moved.back)) {
		x->following = true;
		beyond_make(u, x->out, added_up);
	}
}

size_t exclude_all_hits(const struct ui *u, struct finding **out)
{
	const struct session *s = analysis_session(u->analysis);
	const struct findings *found = s->findings, *excluded = s->excluded, *beyond = beyond_now(u);
	struct finding *v = *out = xcalloc(found->n + excluded->n + (beyond ? beyond->n : 0) + 1, sizeof *v);
	size_t n = 0;

	for (size_t i = 0; i < found->n; i++)
		if (!beyond || !found->v[i].threshold)
			v[n++] = found->v[i];
	if (beyond && beyond->n) {
		memcpy(v + n, beyond->v, beyond->n * sizeof *v);
		n += beyond->n;
		qsort(v, n, sizeof *v, finding_cmp);
	}
	if (excluded->n)
		memcpy(v + n, excluded->v, excluded->n * sizeof *v);
	return n + excluded->n;
}

size_t exclude_hits(const struct ui *u, struct finding **out)
{
	size_t n = exclude_all_hits(u, out), kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!exclude_has(u, (*out)[i].key))
			(*out)[kept++] = (*out)[i];
	return kept;
}

void exclude_counts(const struct ui *u, const struct rules *rules, size_t *hits, size_t *out)
{
	const struct session *s = analysis_session(u->analysis);
	const struct findings *in[] = {s->findings, s->excluded};
	struct map *at = map_new();

	for (size_t i = 0; i < rules->n; i++) {
		hits[i] = out[i] = 0;
		map_put(at, (struct str){(const char *)&rules->v[i], sizeof rules->v[i]}, NULL)->u = i;
	}
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < in[k]->n; i++) {
			const struct finding *f = &in[k]->v[i];
			const union map_val *rule = map_get(at, (struct str){(const char *)&f->rule, sizeof f->rule});

			if (rule)
				(exclude_has(u, f->key) ? out : hits)[rule->u]++;
		}
	map_free(at);
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
