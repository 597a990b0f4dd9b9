/* The exclusions of the case: what each leaves out, of which rule, and how many hits of this dump that are. */
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "ui/app.h"
#include "ui/decide.h"
#include "ui/exclude.h"
#include "ui/work.h"

enum { STATE, RULE_NAME, CONDITION, HITS, CREATED, WHY, MACRO, NCOLS };

static const struct coldef cols[NCOLS] = {
	[STATE] = {"state", "STATE", COL_TEXT, 5, 7, 95, .descending = false},
	[RULE_NAME] = {"rule", "RULE", COL_TEXT, 16, 44, 90, .elastic = true},
	[CONDITION] = {"condition", "CONDITION", COL_TEXT, 24, 120, 100, .elastic = true},
	[HITS] = {"hits", "HITS", COL_NUMBER, 5, 8, 85, .descending = true, .digits = true},
	[CREATED] = {"created", "MADE", COL_TIME, 8, 19, 60, .descending = true},
	[WHY] = {"why", "WHY NOT", COL_TEXT, 10, 40, 70, .elastic = true, .extra = true},
	[MACRO] = {"macro", "MACRO", COL_TEXT, 16, 40, 10, .extra = true},
};

struct one {
	struct exclusion x;                              /* texts in the arena */
	const struct rule *rule;                         /* NULL: not among those of this run */
	size_t hits;
	bool counted;
};

struct exclusions_state {
	struct coldef col[NCOLS];
	struct arena *arena;
	struct one *v;
	unsigned changes;                                /* of the case, as of then */
	bool read, counting;
	int64_t chosen;                                  /* by the menu */
};

/* ---- counting: each by itself, on a worker ---- */

struct counting {
	const struct session *session;
	struct arena *arena;
	struct one *v;
	size_t n;
};

static void count_one(struct job *job, struct one *o)
{
	const struct counting *c = job->ctx;
	const struct findings *in[] = {c->session->findings, c->session->excluded};
	struct arena *a = arena_new();
	struct diag d = DIAG_INIT;
	const struct str filter = str_c(arena_printf(a, "search NOT (%.*s)", STR_FMT(o->x.condition)));
	struct findings *kept = session_try(c->session, o->rule, filter, &job->cancel, &d);
	struct map *keys = map_new();

	for (size_t i = 0; kept && i < kept->n; i++)
		map_put(keys, str_c(kept->v[i].key), NULL);
	for (size_t k = 0; kept && k < 2; k++)
		for (size_t i = 0; i < in[k]->n; i++)
			o->hits += in[k]->v[i].rule == o->rule && !map_get(keys, str_c(in[k]->v[i].key));
	o->counted = kept != NULL;
	map_free(keys);
	findings_free(kept);
	arena_free(a);
}

static void run_counts(struct job *job)
{
	struct counting *c = job->ctx;

	for (size_t i = 0; i < c->n && !atomic_load(&job->cancel); i++)
		if (c->v[i].rule && c->v[i].rule->query)
			count_one(job, &c->v[i]);
}

static void counts_done(struct job *job)
{
	struct counting *c = job->ctx;
	struct exclusions_state *s = job->owner ? job->owner->state : NULL;

	if (s) {
		s->counting = false;
		for (size_t i = 0; i < c->n; i++)
			for (size_t k = 0; k < job->owner->nrows; k++)
				if (s->v[k].x.id == c->v[i].x.id) {
					s->v[k].hits = c->v[i].hits;
					s->v[k].counted = c->v[i].counted;
				}
		list_changed(job->owner);
	}
	arena_free(c->arena);
	free(c);
}

static void start_counts(struct view *v)
{
	struct exclusions_state *s = v->state;
	struct counting *c = xcalloc(1, sizeof *c);

	c->session = analysis_session(v->ui->analysis);
	c->arena = arena_new();
	c->n = v->nrows;
	c->v = ARENA_ARRAY(c->arena, struct one, v->nrows + 1);
	for (size_t i = 0; i < v->nrows; i++) {
		c->v[i] = s->v[i];
		c->v[i].hits = 0;
		c->v[i].x.condition = arena_str(c->arena, s->v[i].x.condition);
	}
	s->counting = true;
	work_start(v->ui, v, "counting", run_counts, counts_done, c);
}

/* ---- the table ---- */

static struct one read_one(struct view *v, const struct exclusion *x, struct arena *a)
{
	struct one o = {.x = *x, .rule = exclude_rule(v->ui, x->rule_id)};

	o.x.rule_id = arena_str(a, x->rule_id);
	o.x.rule_name = arena_str(a, x->rule_name);
	o.x.macro = arena_str(a, x->macro);
	o.x.condition = arena_str(a, x->condition);
	return o;
}

static void update(struct view *v)
{
	struct exclusions_state *s = v->state;

	v->loading = !analysis_findings(v->ui->analysis) || !decide_ready(v->ui);
	if (v->loading || s->counting || (s->read && s->changes == decide_changes(v->ui)))
		return;
	struct arena *a = arena_new();
	size_t n, before = v->nrows, *to = xcalloc(before + 1, sizeof *to);
	const struct exclusion *x = case_exclusions(v->ui->casefile, &n);
	struct one *now = ARENA_ARRAY(a, struct one, n + 1);

	for (size_t i = 0; i < before; i++)
		to[i] = LIST_NONE;
	for (size_t i = 0; i < n; i++) {
		now[i] = read_one(v, &x[i], a);
		for (size_t k = 0; k < before; k++)
			if (s->v[k].x.id == x[i].id) {
				to[k] = i;
				now[i].hits = s->v[k].hits;
				now[i].counted = s->v[k].counted;
			}
	}
	arena_free(s->arena);
	s->arena = a;
	s->v = now;
	s->read = true;
	s->changes = decide_changes(v->ui);
	v->nrows = n;
	v->list.measured = SIZE_MAX;
	list_renumber(v, to, before);
	free(to);
	for (size_t i = 0; i < n; i++)
		if (!now[i].counted && now[i].rule && now[i].rule->query) {
			start_counts(v);
			break;
		}
}

static bool open_exclusions(struct view *v, const struct view_arg *arg, struct diag *d)
{
	struct exclusions_state *s = v->state;

	(void)arg;
	(void)d;
	memcpy(s->col, cols, sizeof cols);
	v->col = s->col;
	v->ncols = NCOLS;
	return true;
}

static void close_exclusions(struct view *v)
{
	arena_free(((struct exclusions_state *)v->state)->arena);
}

/* Why it has no effect now; "" when it has, or is not meant to. */
static struct str why_not(struct view *v, const struct one *o)
{
	if (!o->rule)
		return STR("the rule is not among those of this run");
	if (!o->rule->query)
		return STR("the rule cannot run");
	return o->x.enabled ? exclude_error(v->ui, o->x.rule_id) : STR("");
}

static void cell(struct view *v, size_t row, size_t col, struct cell *c)
{
	const struct one *o = &((struct exclusions_state *)v->state)->v[row];
	const struct str why = why_not(v, o);

	switch (col) {
	case STATE:
		c->text = !o->x.enabled ? STR("off") : why.n ? STR("idle") : STR("on");
		c->role = !o->x.enabled ? ROLE_DIM : why.n ? ROLE_WARN : ROLE_TEXT;
		break;
	case RULE_NAME:
		c->text = o->x.rule_name;
		break;
	case CONDITION:
		c->text = o->x.condition;
		c->role = ROLE_CODE;
		break;
	case HITS:
		if (o->counted)
			cell_number(c, o->hits);
		break;
	case CREATED:
		cell_when(c, o->x.created);
		break;
	case WHY:
		c->text = why;
		c->role = ROLE_WARN;
		c->blank = true;
		break;
	case MACRO:
		c->text = o->x.macro;
		break;
	default:
		break;
	}
}

static bool about(struct view *v, size_t row, struct entity *e)
{
	*e = ENTITY_NONE;
	e->rule = ((struct exclusions_state *)v->state)->v[row].rule;
	return e->rule != NULL;
}

static void preview(struct view *v, size_t row, struct page *p)
{
	const struct one *o = &((struct exclusions_state *)v->state)->v[row];
	const struct str why = why_not(v, o);

	page_field(p, 0, 10, STR("rule"), ROLE_TEXT, o->x.rule_name);
	page_field(p, 0, 10, STR("condition"), ROLE_CODE, o->x.condition);
	page_field(p, 0, 10, STR("applied"), ROLE_TEXT,
	           o->x.macro.n ? str_c(arena_printf(p->arena, "where the search has `%.*s`", STR_FMT(o->x.macro))) :
	           STR("to the result rows: the rule has no filter macro"));
	if (why.n)
		page_field(p, 0, 10, STR("idle"), ROLE_WARN, why);
}

/* ---- what can be done with one ---- */

static void picked(struct ui *u, size_t i, void *ctx)
{
	const int64_t id = *(int64_t *)ctx;
	struct diag d = DIAG_INIT;
	bool enabled = false;
	size_t n;
	const struct exclusion *x = case_exclusions(u->casefile, &n);

	if (!decide_ready(u))
		return;
	for (size_t k = 0; k < n; k++)
		if (x[k].id == id)
			enabled = x[k].enabled;
	if (!(i == 0 ? case_exclusion_enable(u->casefile, id, !enabled, &d) : case_exclusion_remove(u->casefile, id, &d))) {
		ui_say_diag(u, &d);
		return;
	}
	ui_say(u, ROLE_TEXT, "the exclusion is %s; u undoes", i ? "removed" : enabled ? "off" : "on");
	decide_changed(u);
}

static bool request(struct view *v, enum request r, size_t row)
{
	const struct exclusions_state *s = v->state;

	if ((r != REQ_ENTER && r != REQ_EXCLUDE) || row == LIST_NONE)
		return false;
	int64_t *id = xcalloc(1, sizeof *id);

	*id = s->v[row].x.id;
	choose_open(v->ui, "This exclusion", picked, id, free);
	choose_add(v->ui, 'e', s->v[row].x.enabled ? STR("disable it") : STR("enable it"),
	           s->v[row].x.enabled ? STR("its hits come back; it stays in the list") : STR("its hits are left out again"));
	choose_add(v->ui, 'r', STR("remove it"), STR("its hits come back"));
	return true;
}

static bool macro_file(struct view *v, size_t row, struct sbuf *name, struct sbuf *b, struct diag *d)
{
	return exclude_macro(v->ui, ((struct exclusions_state *)v->state)->v[row].x.rule_id, name, b, d);
}

static void empty(struct view *v, struct page *p)
{
	page_blank(p);
	page_wrap(p, ROLE_TEXT, str_c(v->loading ? "The rules are still running." : "The case has no exclusions; x on a hit makes one."), 0);
	page_end(p);
}

const struct view_ops view_exclusions = {
	.name = "exclusions", .noun = "exclusion", .help = "what is left out of which rule", .digit = '9', .keeps = true, .kept_alone = true,
	.sort = -1, .state_size = sizeof(struct exclusions_state),
	.hints = {REQ_ENTER, REQ_RULE, REQ_UNDO, REQ_FILTER, REQ_SORT, REQ_MARK, REQ_WRITE, REQ_BACK},
	.columns = cols, .ncolumns = NCOLS, .open = open_exclusions, .update = update, .close = close_exclusions, .cell = cell, .preview = preview, .empty = empty, .about = about,
	.request = request, .macro = macro_file,
};
